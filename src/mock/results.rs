//! Errors and responses for the tests of code that is given them, without a server.

use crate::model::error::Parts;
use crate::model::text::{self, LONGEST_MESSAGE};
use crate::model::{Error, Failure, Outcome, PostId, Provider};
use crate::{ayrshare, genviral};

/// Begins an error with this failure, for the tests of code that handles errors.
///
/// ```
/// use std::time::Duration;
/// use unpost::{Error, ErrorKind, Failure, Fate, Outcome, Provider, mock};
///
/// /// The code under test.
/// fn seconds_to_wait(error: &Error) -> Option<u64> {
///     error.retry_after().map(|wait| wait.as_secs())
/// }
///
/// let mut failure = Failure::new(ErrorKind::RateLimited);
/// failure.http_status = Some(429);
/// failure.retry_after = Some(Duration::from_secs(30));
/// let outcome = Outcome::new("post-1", Provider::Genviral, Fate::Failed(failure.clone()));
/// let error = mock::error(failure)
///     .provider(Provider::Genviral)
///     .post_id("post-1")
///     .outcomes([outcome])
///     .build();
///
/// assert_eq!(seconds_to_wait(&error), Some(30));
/// assert!(error.is_retryable());
/// ```
pub fn error(failure: Failure) -> ErrorBuilder {
    ErrorBuilder {
        parts: Parts {
            failure,
            provider: None,
            post_id: None,
            outcomes: Vec::new(),
            attempts: 0,
            uncertain: false,
            repeatable: true,
            source: None,
        },
    }
}

/// What [`error`] begins. Set what the test needs, and [`build`](ErrorBuilder::build) the error.
#[derive(Debug)]
#[must_use = "nothing is made until `build`"]
pub struct ErrorBuilder {
    parts: Parts,
}

impl ErrorBuilder {
    /// The provider that was asked. Without one, the client itself refused the call.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.parts.provider = Some(provider);
        self
    }

    /// The post of a request about a single post.
    pub fn post_id(mut self, id: impl Into<PostId>) -> Self {
        self.parts.post_id = Some(id.into());
        self
    }

    /// What is known of each post.
    pub fn outcomes(mut self, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        self.parts.outcomes = outcomes.into_iter().collect();
        self
    }

    /// How many attempts were made: 0 unless set.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.parts.attempts = attempts;
        self
    }

    /// Whether the provider may have acted: `false` unless set.
    pub fn uncertain(mut self, is_uncertain: bool) -> Self {
        self.parts.uncertain = is_uncertain;
        self
    }

    /// Whether carrying the request out twice is harmless: `true` unless set. It isn't for
    /// `delete_all_scheduled`.
    pub fn repeatable(mut self, is_repeatable: bool) -> Self {
        self.parts.repeatable = is_repeatable;
        self
    }

    /// The error. A message of more than 4 KiB is cut, as it is when an answer is read.
    pub fn build(mut self) -> Error {
        if let Some(message) = &mut self.parts.failure.message
            && message.len() > LONGEST_MESSAGE
        {
            *message = text::message(message);
        }
        Error::from(self.parts)
    }
}

/// A response of Ayrshare with these outcomes and this answer, for the tests of code that reads responses.
///
/// ```
/// use unpost::{Fate, Outcome, Provider, mock};
///
/// let outcome = Outcome::new("post-1", Provider::Ayrshare, Fate::Deleted);
/// let response = mock::ayrshare_response([outcome], r#"{"status":"success"}"#);
/// assert_eq!(response.post_id().unwrap(), "post-1");
/// assert_eq!(response.raw_json(), r#"{"status":"success"}"#);
/// ```
pub fn ayrshare_response(
    outcomes: impl IntoIterator<Item = Outcome>,
    raw_json: impl Into<String>,
) -> ayrshare::DeleteResponse {
    ayrshare::DeleteResponse::from_parts(outcomes.into_iter().collect(), raw_json.into())
}

/// A response of Genviral with these outcomes and this answer, for the tests of code that reads responses.
///
/// ```
/// use unpost::{Fate, Outcome, Provider, mock};
///
/// let outcome = Outcome::new("post-1", Provider::Genviral, Fate::Deleted);
/// let response = mock::genviral_response([outcome], r#"{"ok":true}"#);
/// assert_eq!(response.deleted().len(), 1);
/// ```
pub fn genviral_response(
    outcomes: impl IntoIterator<Item = Outcome>,
    raw_json: impl Into<String>,
) -> genviral::DeleteResponse {
    genviral::DeleteResponse::from_parts(outcomes.into_iter().collect(), raw_json.into())
}
