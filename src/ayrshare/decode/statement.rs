//! What an object of an answer says, and what that comes to. Pure.

use std::borrow::Cow;
use std::time::Duration;

use super::errors::{members_say_error, says_error};
use super::networks::{is_error, is_gone, is_kept, network_in_entry, networks_in, was_gone};
use crate::ayrshare::code::ErrorCode;
use crate::engine::json::{Json, Members};
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy};
use crate::model::{ErrorKind, Failure, Fate, NetworkResult, PostId, is_success};

/// What an object says, before it is judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Statement<'j> {
    status: Option<&'j str>,
    code: Option<u32>,
    message: Option<&'j str>,
    id: Option<Cow<'j, str>>,
    retry_available: bool,
    wait: Option<Duration>,
    networks: Vec<NetworkResult>,
    /// Whether it says, in any place, that something failed.
    has_errors: bool,
    /// Whether it says two things of the post that exclude each other.
    is_contradicted: bool,
}

pub(super) enum Judgement {
    /// About the post. Where its fate holds no failure of its own, the answer may have one to tell.
    Post(PostReading, Option<Failure>),
    /// About the request, whatever posts it names.
    Request(Reading),
}

impl<'j> Statement<'j> {
    pub(super) fn of(members: &'j Members<'_>) -> Self {
        // An error may come as a list of errors: what isn't said on top, the first says.
        let errors = members.get("errors");
        let first = errors.and_then(Json::as_list).and_then(<[_]>::first);
        let error = first.or(errors).and_then(Json::as_object);
        let error = error.filter(|it| it.iter().next().is_some());
        let own = |name| members.get(name).or_else(|| error?.get(name));
        Self {
            status: members.text("status").or(error.map(|_| "error")),
            // 200 stands beside successes, and is no error's code.
            code: own("code")
                .and_then(Json::to_u32)
                .filter(|code| *code != 200),
            message: own("message").and_then(Json::as_text),
            id: own("id").and_then(Json::to_label),
            retry_available: own("retryAvailable") == Some(&Json::Bool(true)),
            wait: own("details").and_then(seconds_in),
            networks: networks_in(members),
            has_errors: members_say_error(members),
            is_contradicted: false,
        }
    }

    /// What an entry about a post says, if it says anything.
    pub(super) fn of_entry(entry: &'j Json<'_>) -> Option<Self> {
        let statement = match entry {
            Json::Text(status) => Self {
                status: Some(status),
                ..Self::default()
            },
            Json::Object(members) => match network_in_entry(entry) {
                Some(network) => Self {
                    networks: vec![network],
                    has_errors: members_say_error(members),
                    ..Self::default()
                },
                None => Self::of(members),
            },
            _ => return None,
        };
        (statement.says_anything() || statement.has_errors).then_some(statement)
    }

    /// What an answer says of the one post that was asked for; it may be wrapped in `posts`. `None` if
    /// it lists posts and leaves this one out.
    pub(super) fn about(asked: &PostId, json: &'j Json<'_>) -> Option<Self> {
        let outer = json.as_object();
        let posts = outer.and_then(|it| it.get("posts")?.as_list());
        let listed = json.as_list().or(posts);
        let outer = outer.map(Self::of);
        let Some(items) = listed else {
            return outer;
        };
        let of_networks = items.iter().filter_map(network_in_entry);
        let items = items.iter().filter(|it| network_in_entry(it).is_none());
        let items: Vec<_> = items.filter_map(Json::as_object).map(Self::of).collect();
        // Only one post was asked for: who names none speaks of it.
        let is_about_it = |it: &&Self| it.id.as_ref().is_none_or(|id| *asked == **id);
        let mut about_it: Vec<_> = items.iter().filter(is_about_it).collect();
        if let ([], [only]) = (about_it.as_slice(), items.as_slice()) {
            about_it.push(only);
        }
        let inner = about_it.into_iter().cloned().reduce(Self::and);
        match (outer, inner) {
            (None, inner) => {
                let networks: Vec<_> = of_networks.collect();
                let mut statement = match inner {
                    Some(inner) => inner,
                    None if networks.is_empty() => return None,
                    None => Self::default(),
                };
                statement.networks.extend(networks);
                statement.has_errors |= says_error(json);
                Some(statement)
            }
            (Some(outer), Some(inner)) => Some(outer.around(inner)),
            // A list that leaves the post out is no word on it, whatever success stands above.
            (Some(outer), None) => {
                let says_success = outer.status.is_some_and(is_success);
                (!says_success || !outer.networks.is_empty()).then_some(outer)
            }
        }
    }

    /// The first of these entries that says anything but success.
    pub(super) fn failed(entries: &'j [Json<'_>]) -> Option<Self> {
        let entries = entries.iter().filter_map(Json::as_object);
        entries.map(Self::of).find(|it| {
            let all_gone = it.networks.iter().all(NetworkResult::is_success);
            it.has_errors || !it.status.is_none_or(is_success) || !all_gone
        })
    }

    /// The answer around what it says of the post: where the two differ, the failure counts.
    pub(super) fn around(self, inner: Self) -> Self {
        let is_fine = |status: Option<&str>| status.is_none_or(is_success);
        let mut networks = self.networks;
        networks.extend(inner.networks);
        Self {
            is_contradicted: inner.is_contradicted
                || (is_fine(inner.status) && inner.code.is_none() && !is_fine(self.status)),
            status: inner.status.or(self.status),
            code: inner.code.or(self.code),
            message: inner.message.or(self.message),
            id: inner.id.or(self.id),
            retry_available: inner.retry_available || self.retry_available,
            wait: inner.wait.or(self.wait),
            networks,
            has_errors: inner.has_errors || self.has_errors,
        }
    }

    /// Both, about the same post.
    pub(super) fn and(self, other: Self) -> Self {
        let mut networks = self.networks;
        networks.extend(other.networks);
        Self {
            is_contradicted: self.is_contradicted
                || other.is_contradicted
                || differ(self.status, other.status)
                || differ(self.code, other.code),
            status: self.status.or(other.status),
            code: self.code.or(other.code),
            message: self.message.or(other.message),
            id: self.id.or(other.id),
            retry_available: self.retry_available || other.retry_available,
            wait: self.wait.or(other.wait),
            networks,
            has_errors: self.has_errors || other.has_errors,
        }
    }

    pub(super) fn judge(self, http_status: u16, done: &Fate) -> Judgement {
        if self.is_contradicted {
            let failure = self.failure(ErrorKind::UnexpectedResponse, http_status);
            return self.settled(Fate::Uncertain(failure), None);
        }
        let says_success = self.status.is_some_and(is_success);
        let is_plain = self.code.is_none() && !self.has_errors;
        let agreed = http_status == 200 && self.status.is_none_or(is_success) && is_plain;
        let named = self.code.and_then(|code| ErrorCode::new(code).kind());
        match named {
            Some(kind) if !(says_success && http_status == 200) => {
                let failure = self.failure(kind, http_status);
                let fate = match kind {
                    _ if self
                        .networks
                        .iter()
                        .any(|network| network.code != self.code) =>
                    {
                        None
                    }
                    ErrorKind::NotFound => Some(Fate::NotFound),
                    ErrorKind::AlreadyDeleted => Some(Fate::AlreadyDeleted),
                    ErrorKind::NotManuallyDeleted => {
                        return self.settled(Fate::Failed(failure), None);
                    }
                    _ => None,
                };
                return match fate {
                    Some(fate) => self.settled(fate, Some(failure)),
                    None if self.networks.is_empty() => Judgement::Request(self.refusal(failure)),
                    None => self.judge_by_networks(http_status, done, agreed),
                };
            }
            _ => {}
        }
        if http_status == 429 && !self.networks.iter().any(is_gone) {
            let failure = self.failure(ErrorKind::RateLimited, http_status);
            return Judgement::Request(self.refusal(failure));
        }
        // Under a 5xx, only a network that keeps the post is a word on it: the rest is asked again.
        let some_kept = !self.networks.iter().all(is_gone);
        let is_word = matches!(http_status, 200 | 400..=499) || (http_status >= 500 && some_kept);
        if !self.networks.is_empty() && is_word {
            return self.judge_by_networks(http_status, done, agreed);
        }
        self.judge_by_status(http_status, done, is_plain)
    }

    /// Nothing is said by a named code or a network.
    fn judge_by_status(self, http_status: u16, done: &Fate, is_plain: bool) -> Judgement {
        match (http_status, self.status) {
            (200, Some(status)) if is_success(status) && is_plain => {
                self.settled(done.clone(), None)
            }
            (200, Some(status)) if is_success(status) => {
                let failure = self.failure(ErrorKind::UnexpectedResponse, http_status);
                self.settled(Fate::Uncertain(failure), None)
            }
            (200, Some("partial")) => {
                let failure = self.failure(ErrorKind::Partial, http_status);
                self.settled(Fate::Partial, Some(failure))
            }
            (200..=299, Some(status)) if is_error(status) => {
                let failure = self.failure(ErrorKind::Refused, http_status);
                Judgement::Request(self.refusal(failure))
            }
            (400..=499, Some(status)) if is_success(status) => {
                let failure = self.failure(ErrorKind::UnexpectedResponse, http_status);
                Judgement::Request(Reading::silent(AttemptKind::Foreign, Some(failure)))
            }
            _ => {
                let reading = Reading::by_status(http_status);
                let kind = reading.failure.as_ref().map(|failure| failure.kind);
                let failure = self.failure(kind.unwrap_or(ErrorKind::Refused), http_status);
                Judgement::Request(match reading.kind {
                    AttemptKind::Refused { .. } => self.refusal(failure),
                    _ => Reading {
                        failure: Some(failure),
                        ..reading
                    },
                })
            }
        }
    }

    /// What the networks' own words come to. `agreed` is whether the words above them say success.
    fn judge_by_networks(self, http_status: u16, done: &Fate, agreed: bool) -> Judgement {
        let all = self.networks.len();
        let gone = self.networks.iter().filter(|it| is_gone(it)).count();
        let before = self.networks.iter().filter(|it| was_gone(it)).count();
        let kept = self.networks.iter().filter(|it| is_kept(it)).count();
        let said = self
            .networks
            .iter()
            .find(|it| !is_gone(it))
            .or(self.networks.first());
        let said = said.filter(|_| gone < all || before > 0);
        let code = said.and_then(|it| it.code).map(ErrorCode::new);
        let failure = |kind| Failure {
            kind,
            http_status: Some(http_status),
            code: self
                .code
                .or(code.map(ErrorCode::get))
                .map(|it| it.to_string()),
            message: (self.message.map(str::to_owned)).or(said.and_then(|it| it.message.clone())),
            detail: None,
        };
        let (fate, beside) = if gone == all && before == 0 && agreed {
            (done.clone(), None)
        } else if before == all {
            let failure = failure(ErrorKind::AlreadyDeleted);
            (Fate::AlreadyDeleted, Some(failure))
        } else if gone > 0 && gone < all {
            (Fate::Partial, Some(failure(ErrorKind::Partial)))
        } else if kept == all {
            let kind = code.and_then(ErrorCode::kind).unwrap_or(ErrorKind::Refused);
            (Fate::Failed(failure(kind)), None)
        } else {
            let failure = failure(ErrorKind::UnexpectedResponse);
            (Fate::Uncertain(failure), None)
        };
        self.settled(fate, beside)
    }

    fn settled(self, fate: Fate, failure: Option<Failure>) -> Judgement {
        let networks = self.networks;
        Judgement::Post(PostReading { fate, networks }, failure)
    }

    /// The request was refused, and by whom.
    fn refusal(&self, failure: Failure) -> Reading {
        let by_network = self.is_throttled_by_network();
        let is_throttled =
            failure.kind == ErrorKind::RateLimited || failure.http_status == Some(429);
        let kind = if !is_throttled {
            AttemptKind::Refused {
                retry_available: self.retry_available,
            }
        } else if by_network {
            AttemptKind::Throttled(ThrottledBy::Network)
        } else {
            AttemptKind::Throttled(ThrottledBy::Profile)
        };
        Reading {
            wait: self.wait.filter(|_| by_network),
            ..Reading::silent(kind, Some(failure))
        }
    }

    pub(super) fn is_throttled_by_network(&self) -> bool {
        let codes = self.networks.iter().filter_map(|it| it.code);
        let mut codes = codes.chain(self.code).map(ErrorCode::new);
        codes.any(|code| code.kind() == Some(ErrorKind::RateLimited))
    }

    /// Whether a refusal of a request about many posts means that none was touched; any other may have
    /// come half-way.
    pub(super) fn refuses_whole_request(&self, http_status: u16) -> bool {
        let named = self.code.and_then(|code| ErrorCode::new(code).kind());
        match (self.code, named) {
            (None, _) => matches!(http_status, 400..=499),
            (Some(_), None) => matches!(http_status, 401..=499),
            _ => self.refuses_by_code(),
        }
    }

    pub(super) fn has_code(&self) -> bool {
        self.code.is_some()
    }

    /// Whether the parameters or the credentials are refused.
    pub(super) fn refuses_by_code(&self) -> bool {
        self.code.map(ErrorCode::new).is_some_and(|code| {
            code == ErrorCode::INVALID_PARAMETERS
                || code.kind().is_some_and(ErrorKind::is_about_credentials)
        })
    }

    pub(super) fn is_about_another_than(&self, asked: &PostId) -> bool {
        self.id.as_ref().is_some_and(|id| *asked != **id)
    }

    pub(super) fn says_anything(&self) -> bool {
        self.status.is_some() || self.code.is_some() || !self.networks.is_empty()
    }

    pub(super) fn failure(&self, kind: ErrorKind, http_status: u16) -> Failure {
        Failure {
            kind,
            http_status: Some(http_status),
            code: self.code.map(|code| code.to_string()),
            message: self.message.map(str::to_owned),
            detail: None,
        }
    }
}

/// Whether both say something, and not the same.
fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// The seconds that code 435 gives in `details`: a number, or an object with one in it.
fn seconds_in(details: &Json<'_>) -> Option<Duration> {
    const LONGEST: u32 = 24 * 60 * 60;
    let number = details.to_u32().or_else(|| {
        let members = details.as_object()?;
        members.iter().find_map(|(_, value)| value.to_u32())
    });
    number.map(|seconds| Duration::from_secs(seconds.min(LONGEST).into()))
}
