//! What every provider's wire format tells the rest of the crate: how a request is written, and what
//! an answer says. The formats themselves are in the providers' folders.

use std::time::Duration;

use serde::Serialize;

use crate::engine::retry::Happened;
use crate::http::transport::{Fault, FaultKind};
use crate::model::{ErrorKind, PostId};
use crate::model::{Failure, Fate, NetworkResult, Provider};

/// How a request is written and its answer read: pure, and total over anything a server sends.
pub(crate) trait Wire {
    const PROVIDER: Provider;

    /// The distinct posts the request is about; none for one that names none.
    fn asked(&self) -> &[PostId];

    /// Whether carrying the request out twice is harmless.
    fn is_repeatable(&self) -> bool;

    /// What has happened to a post when the request succeeded.
    fn done(&self) -> Fate;

    /// The request's body, for those posts that are still open.
    fn write(&self, open: &[PostId]) -> Vec<u8>;

    /// What an answer says, of those posts that are still open.
    fn read(&self, open: &[PostId], status: u16, body: &[u8]) -> Reading;
}

/// A request's JSON: of texts and lists of them, which can always be written.
pub(crate) fn to_json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

/// What an answer says.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) happened: Happened,
    /// Why the request failed as a whole, or its one post wasn't deleted.
    pub(crate) failure: Option<Failure>,
    /// For each open post, in order, what the answer says of it: nothing, until it does.
    pub(crate) posts: Vec<Option<PostReading>>,
    /// Whether it is a social network that throttles, and not the provider.
    pub(crate) throttled_by_network: bool,
    /// How long the body asks to wait.
    pub(crate) wait: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PostReading {
    pub(crate) fate: Fate,
    pub(crate) networks: Vec<NetworkResult>,
}

impl Reading {
    /// What is to be made of a request that got no whole answer.
    pub(crate) fn of_fault(fault: &Fault, open: usize) -> Self {
        let status = fault.head.as_ref().map(|(status, _)| *status);
        let (happened, kind) = match (fault.kind, status) {
            (FaultKind::NotSent, _) => (Happened::NotSent, ErrorKind::Connect),
            // The status says it all, and the missing body could not change it.
            (_, Some(429)) => (Happened::Throttled, ErrorKind::RateLimited),
            (_, Some(300..=399)) | (FaultKind::TooLarge, _) => {
                (Happened::Foreign, ErrorKind::UnexpectedResponse)
            }
            (FaultKind::Timeout, _) => (Happened::Lost, ErrorKind::Timeout),
            (FaultKind::Disconnected, _) => (Happened::Lost, ErrorKind::Disconnected),
        };
        let failure = Failure {
            http_status: status,
            detail: match fault.kind {
                FaultKind::TooLarge => Some("larger than max_response_bytes allows".to_owned()),
                _ => fault.root_cause().map(ToString::to_string),
            },
            ..Failure::new(kind)
        };
        Self {
            failure: Some(failure),
            ..Self::silent(happened, open)
        }
    }

    /// An answer that says nothing of any post.
    pub(crate) fn silent(happened: Happened, open: usize) -> Self {
        Self {
            happened,
            failure: None,
            posts: vec![None; open],
            throttled_by_network: false,
            wait: None,
        }
    }

    /// What an answer comes to by its HTTP status, where its body says nothing that counts.
    pub(crate) fn by_status(http_status: u16, open: usize) -> Self {
        const REFUSED: Happened = Happened::Refused {
            retry_available: false,
        };
        let (happened, kind) = match http_status {
            401..=403 => (REFUSED, ErrorKind::Unauthorized),
            429 => (Happened::Throttled, ErrorKind::RateLimited),
            400..=499 => (REFUSED, ErrorKind::Refused),
            500 | 502 | 503 | 504 => (Happened::Broken, ErrorKind::Server),
            500.. => (Happened::Foreign, ErrorKind::Server),
            _ => (Happened::Foreign, ErrorKind::UnexpectedResponse),
        };
        Self {
            failure: Some(Failure {
                http_status: Some(http_status),
                detail: match http_status {
                    300..=399 => Some("a redirect, which isn't followed: is the base URL right?"),
                    ..=299 | 400..=499 if http_status != 429 => {
                        Some("not in the provider's words: is the base URL right?")
                    }
                    _ => None,
                }
                .map(str::to_owned),
                ..Failure::new(kind)
            }),
            ..Self::silent(happened, open)
        }
    }

    /// An answer whose body can't be read. Its status speaks for it, unless the body begins as the
    /// provider's own do: then it was cut, and a refusal may have said what was done before it.
    pub(crate) fn unreadable(http_status: u16, body: &[u8], open: usize) -> Self {
        let begins_as_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
        let by_status = Self::by_status(http_status, open);
        match by_status.failure {
            Some(failure) if begins_as_json && failure.kind == ErrorKind::Refused => Self {
                failure: Some(Failure {
                    kind: ErrorKind::UnexpectedResponse,
                    ..failure
                }),
                ..Self::silent(Happened::Foreign, open)
            },
            failure => Self {
                failure,
                ..by_status
            },
        }
    }

    /// What a refusal of a request about one post means for that post.
    pub(crate) fn of_one_post(self) -> PostReading {
        let failure = self.failure;
        let failure = failure.unwrap_or_else(|| Failure::new(ErrorKind::UnexpectedResponse));
        PostReading {
            fate: if self.happened.may_have_acted() {
                Fate::Uncertain(failure)
            } else {
                Fate::Failed(failure)
            },
            networks: Vec::new(),
        }
    }

    /// All text in it that a server wrote.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let posts = self.posts.iter_mut().flatten().flat_map(|post| {
            let fate = match &mut post.fate {
                Fate::Failed(failure) | Fate::Uncertain(failure) => failure.texts(),
                Fate::Blocked { status } => [Some(status), None, None],
                _ => [None, None, None],
            };
            let networks = post.networks.iter_mut().flat_map(|network| {
                [Some(&mut network.network), Some(&mut network.status)]
                    .into_iter()
                    .chain([network.id.as_mut(), network.message.as_mut()])
            });
            fate.into_iter().chain(networks)
        });
        let failure = self.failure.iter_mut().flat_map(Failure::texts);
        posts.chain(failure).flatten()
    }
}

impl Failure {
    fn texts(&mut self) -> [Option<&mut String>; 3] {
        [
            self.code.as_mut(),
            self.message.as_mut(),
            self.detail.as_mut(),
        ]
    }
}

#[cfg(test)]
#[path = "operation_tests.rs"]
mod tests;
