//! Secrets are checked when they come in, never shown, redacted from what a server writes, and zeroed when
//! they are dropped.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::engine::finished::Finished;
use crate::model::{Error, Failure, Fate, NetworkResult, Outcome};

/// A key that can be sent in a header and is never shown.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Checks a key. The error calls it `name`, and never repeats the key itself.
    pub fn new(name: &str, value: impl Into<Zeroizing<String>>) -> Result<Self, Error> {
        let value = value.into();
        let flaw = if value.trim().is_empty() {
            "is empty"
        } else if value.bytes().any(|byte| byte.is_ascii_whitespace()) {
            "has white space in it (a line's end from a file, or the word Bearer?): trim it"
        } else if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            "has a character in it that isn't printable ASCII"
        } else {
            return Ok(Self(Arc::new(value)));
        };
        Err(Error::invalid(format!("{name} {flaw}")))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The parts of a key, if it has several. Each part is a secret too.
    pub(crate) fn parts(&self, separator: char) -> impl Iterator<Item = Self> {
        // A key without a separator has no parts: its one part would be a second copy in memory.
        let is_part = |part: &&str| part.len() < self.0.len();
        let parts = self.expose().split(separator).filter(is_part);
        parts.map(|part| Self(Arc::new(Zeroizing::new(part.to_owned()))))
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Redacts a client's secrets in what a server wrote. If a server quotes a header, its secret must not reach a
/// log.
///
/// The structs are destructured to the last field and the enums matched to the last variant, so that a
/// new field or variant doesn't compile until somebody decides whether it can hold a secret.
#[derive(Clone, Debug)]
pub(crate) struct Redactor(Vec<Secret>);

impl Redactor {
    /// Shorter secrets aren't redacted: no real key is that short, and messages would become unreadable.
    const SHORTEST: usize = 6;

    pub(crate) fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets: Vec<_> = secrets.into_iter().collect();
        secrets.retain(|secret| secret.0.len() >= Self::SHORTEST);
        // A secret that contains another comes first. Otherwise the rest of it would stay.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.0.len()));
        Self(secrets)
    }

    pub(crate) fn redact(&self, finished: &mut Finished) {
        let Finished {
            provider: _,
            is_about_one_post: _,
            is_repeatable: _,
            outcomes,
            raw: _, // the caller asks for the answer as it came
            failure,
            retry_after: _,
            attempts: _,
            is_uncertain: _,
            source: _, // the HTTP library's words, without the URL
        } = finished;
        for outcome in outcomes {
            self.redact_outcome(outcome);
        }
        if let Some(failure) = failure {
            self.redact_failure(failure);
        }
    }

    fn redact_outcome(&self, outcome: &mut Outcome) {
        let Outcome {
            id: _, // the caller's own
            provider: _,
            fate,
            networks,
            attempts: _,
            unanswered: _,
        } = outcome;
        match fate {
            Fate::Failed(failure) | Fate::Uncertain(failure) | Fate::NotAttempted(failure) => {
                self.redact_failure(failure);
            }
            Fate::Blocked { status } => self.redact_text(status),
            Fate::Deleted
            | Fate::MarkedDeleted
            | Fate::AlreadyDeleted
            | Fate::NotFound
            | Fate::Partial
            | Fate::Unreported => {}
        }
        for network in networks {
            self.redact_network(network);
        }
    }

    fn redact_network(&self, network: &mut NetworkResult) {
        let NetworkResult {
            network,
            status,
            id,
            code: _,
            message,
        } = network;
        self.redact_text(network);
        self.redact_text(status);
        for text in [id, message].into_iter().flatten() {
            self.redact_text(text);
        }
    }

    fn redact_failure(&self, failure: &mut Failure) {
        let Failure {
            kind: _,
            http_status: _,
            code,
            message,
            detail,
        } = failure;
        for text in [code, message, detail].into_iter().flatten() {
            self.redact_text(text);
        }
    }

    fn redact_text(&self, text: &mut String) {
        for secret in &self.0 {
            // Most texts are shorter than a key, so they needn't be searched.
            if secret.0.len() <= text.len() && text.contains(secret.expose()) {
                *text = text.replace(secret.expose(), "[secret]");
            }
        }
    }
}
