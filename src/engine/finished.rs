//! How a call ended, and how that becomes a response or an error.

use std::time::Duration;

use super::exchange::BoxError;
use crate::model::error::{Error, Parts};
use crate::model::{ErrorKind, Failure, Fate, Outcome, Provider};

/// How a call ended.
#[derive(Debug)]
pub struct Finished {
    pub(crate) provider: Provider,
    pub(crate) is_about_one_post: bool,
    pub(crate) is_repeatable: bool,
    /// One for each post of the request, in order.
    pub(crate) outcomes: Vec<Outcome>,
    /// The last answer, as it came.
    pub(crate) raw: Vec<u8>,
    pub(crate) failure: Option<Failure>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) attempts: u32,
    pub(crate) is_uncertain: bool,
    pub(crate) source: Option<BoxError>,
}

impl Finished {
    /// A request that names no post was carried out by an earlier call.
    pub(crate) fn of_an_earlier_call(provider: Provider) -> Self {
        Self {
            provider,
            is_about_one_post: false,
            is_repeatable: false,
            outcomes: Vec::new(),
            raw: Vec::new(),
            failure: None,
            retry_after: None,
            attempts: 0,
            is_uncertain: false,
            source: None,
        }
    }

    /// Returns an error if the call failed. A request about one post succeeds only if that post is done. Any
    /// other request succeeds if the provider answered it.
    pub fn into_result(self) -> Result<Self, Error> {
        let post = self.outcomes.first().filter(|_| self.is_about_one_post);
        let failure = match post {
            Some(outcome) => self.failure_of(outcome),
            None => self.failure.clone(),
        };
        let Some(mut failure) = failure else {
            return Ok(self);
        };
        failure.retry_after = self.retry_after.or(failure.retry_after);
        Err(Error::from(Parts {
            failure,
            provider: Some(self.provider),
            post_id: post.map(|outcome| outcome.id.clone()),
            outcomes: self.outcomes,
            attempts: self.attempts,
            uncertain: self.is_uncertain,
            repeatable: self.is_repeatable,
            source: self.source,
        }))
    }

    /// The outcomes, and the last answer, which is text because it is JSON.
    pub fn into_parts(self) -> (Vec<Outcome>, String) {
        let raw = String::from_utf8(self.raw)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        (self.outcomes, raw)
    }

    /// Why the one post of a request isn't done; `None` if it is.
    fn failure_of(&self, outcome: &Outcome) -> Option<Failure> {
        let kind = match &outcome.fate {
            Fate::Deleted | Fate::MarkedDeleted => return None,
            Fate::Failed(failure) | Fate::Uncertain(failure) | Fate::NotAttempted(failure) => {
                return Some(failure.clone());
            }
            Fate::AlreadyDeleted => ErrorKind::AlreadyDeleted,
            Fate::NotFound => ErrorKind::NotFound,
            Fate::Partial => ErrorKind::Partial,
            Fate::Blocked { .. } => ErrorKind::Blocked,
            Fate::Unreported | Fate::Unknown => ErrorKind::UnexpectedResponse,
        };
        Some(match self.failure.clone() {
            Some(failure) => Failure { kind, ..failure },
            None => Failure::new(kind),
        })
    }
}
