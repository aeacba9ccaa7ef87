//! What each provider's request implements, and the classification of an attempt.

use std::time::Duration;

use serde::Serialize;

use super::exchange::{TransportError, TransportErrorKind};
use crate::model::text;
use crate::model::{ErrorKind, Failure, Fate, NetworkResult, PostId, Provider};

/// A request to a provider: how it is encoded, and how an answer to it is decoded.
///
/// Both are pure functions. Decoding accepts whatever a server sends.
pub trait Operation: Sync {
    /// The provider that the request goes to.
    const PROVIDER: Provider;

    /// The distinct posts that the request names, in the order given; empty if it names none.
    fn posts(&self) -> &[PostId];

    /// Whether the request is about one post. If so, the call succeeds only if that post is done.
    fn is_about_one_post(&self) -> bool;

    /// Whether carrying the request out twice is harmless.
    fn is_repeatable(&self) -> bool;

    /// The fate of a post for which the request succeeded.
    fn done(&self) -> Fate;

    /// The request's JSON for those of its posts that are still open.
    fn encode(&self, open: &[PostId]) -> Vec<u8>;

    /// What an answer says about those of the request's posts that are still open.
    fn decode(&self, open: &[PostId], http_status: u16, body: &[u8]) -> Reading;
}

/// Writes a request's JSON. This can't fail, because it has only texts and lists of texts in it.
pub(crate) fn to_json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

/// The JSON of the first request, about all posts.
pub(crate) fn first_body(operation: &impl Operation) -> Option<String> {
    String::from_utf8(operation.encode(operation.posts())).ok()
}

/// What an attempt came to. This is the one classification from which the retry, the limiter and the
/// tally decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptKind {
    /// The provider's answer says something about the posts.
    Answered,
    /// HTTP 500, 502, 503 or 504 and the answer says nothing about some or all of the posts.
    Broken,
    /// The answer isn't the provider's, or it is a 5xx for which a retry doesn't help.
    Foreign,
    /// The answer was lost or cut, or it didn't come in time.
    Lost,
    /// No byte of the request's body left.
    NotSent,
    /// The provider refused the request as a whole.
    Refused {
        /// Whether the provider says that another attempt may succeed.
        retry_available: bool,
    },
    /// A limit refused the request. Posts that the answer mentions all the same are settled; nothing else was
    /// carried out.
    Throttled(ThrottledBy),
}

/// Whose limit refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThrottledBy {
    /// A social network's limit. The profile's own window has room.
    Network,
    /// The provider's limit for the profile: its window is full.
    Profile,
}

impl AttemptKind {
    /// A refusal after which another attempt makes no sense.
    pub(crate) const REFUSED: Self = Self::Refused {
        retry_available: false,
    };

    /// The profile's limit turned the request away.
    pub(crate) const THROTTLED: Self = Self::Throttled(ThrottledBy::Profile);

    /// Whether the provider may have acted although no trustworthy answer says so.
    pub(crate) fn may_have_acted(self) -> bool {
        matches!(self, Self::Broken | Self::Lost | Self::Foreign)
    }

    /// Whose limit the answer reports: the call and the pacer both ask here. HTTP 429 is the profile's limit
    /// unless the answer says otherwise, even if the answer says something about the posts.
    pub(crate) fn throttled_by(self, http_status: Option<u16>) -> Option<ThrottledBy> {
        match self {
            Self::Throttled(by) => Some(by),
            _ if http_status == Some(429) => Some(ThrottledBy::Profile),
            _ => None,
        }
    }
}

/// What was read out of one attempt.
#[derive(Debug)]
pub struct Reading {
    /// What the attempt came to.
    pub kind: AttemptKind,
    /// Why the request failed as a whole. For a request about one post whose fate holds no failure, this is
    /// what the provider said of that post.
    pub failure: Option<Failure>,
    /// What the answer says about each open post, in order. `None`, or a missing entry at the end, means that
    /// it doesn't mention the post.
    pub posts: Vec<Option<PostReading>>,
    /// How long the body asks to wait.
    pub wait: Option<Duration>,
}

/// What an answer says about one post.
#[derive(Clone, Debug, PartialEq)]
pub struct PostReading {
    /// What became of the post.
    pub fate: Fate,
    /// What each network said about it.
    pub networks: Vec<NetworkResult>,
}

impl Reading {
    /// The reading of an attempt that says nothing about any post.
    pub fn silent(kind: AttemptKind, failure: Option<Failure>) -> Self {
        Self {
            kind,
            failure,
            posts: Vec::new(),
            wait: None,
        }
    }

    /// What an attempt without a whole answer came to.
    pub(crate) fn of_transport_error(error: &TransportError) -> Self {
        let status = error.head.map(|head| head.status);
        let (kind, error_kind) = match (error.kind, status) {
            (TransportErrorKind::NotSent, _) => (AttemptKind::NotSent, ErrorKind::Connect),
            // The status decides, and the missing body can't change it.
            (_, Some(429)) => (AttemptKind::THROTTLED, ErrorKind::RateLimited),
            (_, Some(300..=399)) | (TransportErrorKind::TooLarge, _) => {
                (AttemptKind::Foreign, ErrorKind::UnexpectedResponse)
            }
            (TransportErrorKind::Timeout, _) => (AttemptKind::Lost, ErrorKind::Timeout),
            (TransportErrorKind::Disconnected, _) => (AttemptKind::Lost, ErrorKind::Disconnected),
        };
        let failure = Failure {
            http_status: status,
            detail: match error.kind {
                TransportErrorKind::TooLarge => {
                    Some("larger than max_response_bytes allows".into())
                }
                _ => error
                    .root_cause()
                    .map(|cause| text::message(&cause.to_string())),
            },
            ..Failure::new(error_kind)
        };
        Self::silent(kind, Some(failure))
    }

    /// Classifies an answer that isn't in the provider's words by its HTTP status. A gateway or a firewall may
    /// have written a 4xx, so it doesn't count as the provider's refusal.
    pub fn by_status(http_status: u16) -> Self {
        let (kind, error_kind) = match http_status {
            429 => (AttemptKind::THROTTLED, ErrorKind::RateLimited),
            500 | 502 | 503 | 504 => (AttemptKind::Broken, ErrorKind::Server),
            500.. => (AttemptKind::Foreign, ErrorKind::Server),
            _ => (AttemptKind::Foreign, ErrorKind::UnexpectedResponse),
        };
        let detail = match http_status {
            300..=399 => Some("a redirect, which isn't followed: check the base URL"),
            _ if error_kind == ErrorKind::UnexpectedResponse => Some(
                "not the provider's own answer: check the base URL, and any proxy, gateway or firewall",
            ),
            _ => None,
        };
        let failure = Failure {
            http_status: Some(http_status),
            detail: detail.map(Into::into),
            ..Failure::new(error_kind)
        };
        Self::silent(kind, Some(failure))
    }

    /// What the failure of a request as a whole means for a post that it names.
    pub(crate) fn into_post(self) -> PostReading {
        let failure = self
            .failure
            .unwrap_or_else(|| Failure::new(ErrorKind::UnexpectedResponse));
        PostReading {
            fate: if self.kind.may_have_acted() {
                Fate::Uncertain(failure)
            } else {
                Fate::Failed(failure)
            },
            networks: Vec::new(),
        }
    }
}

/// The kind of a refusal in the provider's words, by its HTTP status. A 429 and a 5xx aren't refusals.
pub(crate) fn refusal_kind(http_status: u16) -> ErrorKind {
    match http_status {
        401..=403 => ErrorKind::Unauthorized,
        _ => ErrorKind::Refused,
    }
}

#[cfg(test)]
mod tests;
