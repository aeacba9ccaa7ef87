//! A line of a journal's file in JSON.

use std::borrow::Cow;
use std::time::SystemTime;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::entry::{Answered, Entry, NotCarriedOut, Sending};
use super::scope::{OperationKind, Scope};
use super::time::{from_seconds, to_seconds};
use crate::model::{Outcome, PostId, Provider};

/// The version of the format. It changes only if a program with the version before would misread the file.
pub(super) const VERSION: u64 = 1;

/// The first line of a file.
#[derive(Serialize, Deserialize)]
pub(super) struct Header<'a> {
    journal: Cow<'a, str>,
    pub(super) version: u64,
    #[serde(default)]
    pub(super) salt: Cow<'a, str>,
}

impl<'a> Header<'a> {
    /// What a header begins with, up to its salt.
    pub(super) const BEGIN: &'static str = r#"{"journal":"unpost","version":1,"salt":""#;
    pub(super) const END: &'static str = "\"}\n";

    /// `None` if this isn't the first line of a journal.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let header: Self = serde_json::from_slice(line).ok()?;
        (header.journal == "unpost").then_some(header)
    }
}

#[derive(Serialize)]
struct Written<'a> {
    at: f64,
    operation: &'a OperationKind,
    provider: &'a Provider,
    profile: &'a str,
    #[serde(flatten)]
    what: WrittenWhat<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum WrittenWhat<'a> {
    AboutToSend {
        ids: &'a [PostId],
    },
    Answered {
        kind: NotCarriedOut,
        sent_at: f64,
        ids: &'a [PostId],
    },
    CarriedOut {},
    Settled(&'a Outcome),
}

#[derive(Deserialize)]
struct Read {
    at: f64,
    operation: OperationKind,
    provider: Provider,
    profile: String,
    about_to_send: Option<ReadSending>,
    answered: Option<ReadAnswered>,
    carried_out: Option<IgnoredAny>,
    settled: Option<Outcome>,
}

#[derive(Deserialize)]
struct ReadSending {
    ids: Vec<PostId>,
}

#[derive(Deserialize)]
struct ReadAnswered {
    kind: NotCarriedOut,
    sent_at: f64,
    ids: Vec<PostId>,
}

pub(super) fn of_sending(sending: &Sending) -> serde_json::Result<Vec<u8>> {
    write(&Written {
        at: to_seconds(sending.at),
        operation: &sending.operation,
        provider: &sending.provider,
        profile: &sending.profile,
        what: WrittenWhat::AboutToSend { ids: &sending.ids },
    })
}

pub(super) fn of_answered(answered: &Answered) -> serde_json::Result<Vec<u8>> {
    write(&Written {
        at: to_seconds(answered.at),
        operation: &answered.operation,
        provider: &answered.provider,
        profile: &answered.profile,
        what: WrittenWhat::Answered {
            kind: answered.kind,
            sent_at: to_seconds(answered.sent_at),
            ids: &answered.ids,
        },
    })
}

pub(super) fn of_carried_out(scope: &Scope, at: SystemTime) -> serde_json::Result<Vec<u8>> {
    write(&Written {
        at: to_seconds(at),
        operation: &scope.operation,
        provider: &scope.provider,
        profile: &scope.profile,
        what: WrittenWhat::CarriedOut {},
    })
}

pub(super) fn of_outcome(
    scope: &Scope,
    outcome: &Outcome,
    at: SystemTime,
) -> serde_json::Result<Vec<u8>> {
    write(&Written {
        at: to_seconds(at),
        operation: &scope.operation,
        provider: &scope.provider,
        profile: &scope.profile,
        what: WrittenWhat::Settled(outcome),
    })
}

fn write(line: &Written<'_>) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    Ok(line)
}

/// `None` for a line that is torn, and for one that only a newer version understands.
pub(super) fn read(line: &[u8]) -> Option<Entry> {
    let read: Read = serde_json::from_slice(line).ok()?;
    let scope = Scope::new(read.operation, read.provider, read.profile);
    let at = from_seconds(read.at);
    if let Some(ReadSending { ids }) = read.about_to_send {
        return Some(Sending::new(&scope, ids, at).into());
    }
    if let Some(ReadAnswered { kind, sent_at, ids }) = read.answered {
        let sending = Sending::new(&scope, ids, from_seconds(sent_at));
        return Some(Answered::new(&sending, kind, at).into());
    }
    if read.carried_out.is_some() {
        return Some(Entry::CarriedOut(scope));
    }
    let outcome = read.settled?;
    Some(Entry::Settled(scope, outcome))
}
