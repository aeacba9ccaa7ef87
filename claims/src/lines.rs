//! Lines that a newer version of the crate may have written. This version reads them, and writes them back unchanged.

use std::collections::HashSet;

use arbitrary::Arbitrary;
use serde_json::{Map, Value, json};
use unpost::{ErrorKind, Fate, Outcome};

use crate::decoders::check_shown;

/// A line with a provider, a fate or a kind of failure that this version need not know.
#[derive(Arbitrary, Clone, Debug)]
pub struct Line {
    id: String,
    provider: String,
    said: Said,
    networks: Vec<(String, String)>,
    attempts: u32,
    unanswered: u32,
}

#[derive(Arbitrary, Clone, Debug)]
enum Said {
    /// A fate, and what it holds.
    Fate(Word, Vec<(Word, Member)>),
    /// A failure of a kind.
    Kind {
        fate: u8,
        kind: Word,
        http_status: Option<u16>,
        code: Option<String>,
        message: Option<String>,
        detail: Option<String>,
        retry_after: Option<u32>,
    },
}

#[derive(Arbitrary, Clone, Debug)]
enum Word {
    OfTomorrow(u8),
    Any(String),
}

#[derive(Arbitrary, Clone, Debug)]
enum Member {
    Null,
    Bool(bool),
    Whole(i64),
    Quarters(i32),
    Text(String),
    List(Vec<Member>),
    Object(Vec<(Word, Member)>),
}

/// Checks that the line is read and written back, whatever it says.
pub fn check(line: &Line) {
    let written = line.json();
    let outcome: Outcome = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&outcome).unwrap(), written);
    let text = written.to_string();
    // `serde_json` reads no text that is nested more than 128 levels deep.
    if serde_json::from_str::<Value>(&text).is_err() {
        return;
    }
    let again: Outcome = serde_json::from_str(&text).unwrap();
    assert_eq!(again, outcome, "{text}");
    check_shown(&outcome.fate);
    check_shown(&outcome.provider);
    if let Said::Fate(..) = line.said {
        assert_eq!(outcome.fate, Fate::Unknown, "{text}");
        assert!(!outcome.fate.is_gone() && !outcome.fate.should_retry());
    } else {
        let kind = outcome.fate.failure().map(|failure| failure.kind);
        assert_eq!(kind, Some(ErrorKind::Unknown), "{text}");
    }
}

impl Line {
    fn json(&self) -> Value {
        let mut members = Map::new();
        match &self.said {
            Said::Fate(fate, said) => {
                for (name, member) in said {
                    members.insert(name.unknown(), member.json());
                }
                members.insert("fate".to_owned(), fate.unknown().into());
            }
            Said::Kind {
                fate,
                kind,
                http_status,
                code,
                message,
                detail,
                retry_after,
            } => {
                let fate = ["failed", "uncertain", "not_attempted"][usize::from(*fate) % 3];
                members.insert("fate".to_owned(), fate.into());
                members.insert("kind".to_owned(), kind.unknown().into());
                let said = [
                    ("http_status", http_status.map(Value::from)),
                    ("code", code.as_deref().map(Value::from)),
                    ("message", message.as_deref().map(Value::from)),
                    ("detail", detail.as_deref().map(Value::from)),
                    ("retry_after", retry_after.map(Value::from)),
                ];
                for (name, value) in said {
                    members.extend(value.map(|value| (name.to_owned(), value)));
                }
            }
        }
        members.insert("id".to_owned(), self.id.as_str().into());
        members.insert("provider".to_owned(), self.provider.as_str().into());
        let networks = self.networks.iter();
        let networks =
            networks.map(|(network, status)| json!({"network": network, "status": status}));
        members.insert("networks".to_owned(), networks.collect());
        members.insert("attempts".to_owned(), self.attempts.into());
        if self.unanswered > 0 {
            members.insert("unanswered".to_owned(), self.unanswered.into());
        }
        members.into()
    }
}

impl Word {
    /// A word that this version doesn't know.
    fn unknown(&self) -> String {
        const OF_TOMORROW: [&str; 4] = ["blocked_by_law", "law", "Deleted", "until"];
        let text = match self {
            Self::OfTomorrow(number) => OF_TOMORROW[usize::from(*number) % 4],
            Self::Any(text) => text,
        };
        let known: HashSet<_> = KNOWN.split_whitespace().collect();
        if known.contains(text) {
            format!("{text} of tomorrow")
        } else {
            text.to_owned()
        }
    }
}

/// The names of fates, kinds and members.
const KNOWN: &str = "deleted marked_deleted already_deleted not_found partial blocked failed uncertain unreported \
    not_attempted unknown invalid unauthorized x_keys_required not_manually_deleted rate_limited refused server \
    connect timeout disconnected stopped unexpected_response fate kind http_status code message detail retry_after id \
    provider networks attempts unanswered";

impl Member {
    fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Whole(number) => (*number).into(),
            Self::Quarters(number) => (f64::from(*number) / 4.0).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Object(members) => {
                let members = members.iter();
                members
                    .map(|(name, value)| (name.unknown(), value.json()))
                    .collect()
            }
        }
    }
}
