//! What an object of an answer reports, and what that means for the post or the request. Pure.

use std::borrow::Cow;
use std::time::Duration;

use super::errors::{contains_error, members_contain_error};
use super::networks::{is_error, is_gone, is_kept, network_in_entry, networks_in, was_gone_before};
use crate::ayrshare::code::ErrorCode;
use crate::engine::json::{Json, Members};
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy};
use crate::model::{ErrorKind, Failure, Fate, NetworkResult, PostId, is_success};

/// What one object of an answer reports, or several objects about the same post.
#[derive(Clone, Debug, Default)]
pub(super) struct Report<'j> {
    status: Option<&'j str>,
    code: Option<u32>,
    message: Option<&'j str>,
    id: Option<Cow<'j, str>>,
    retry_available: bool,
    wait: Option<Duration>,
    networks: Vec<NetworkResult>,
    /// Whether any member, at any depth, reports an error.
    has_errors: bool,
    /// Whether two of the merged objects exclude each other.
    is_contradictory: bool,
}

/// What a report means, together with its HTTP status.
pub(super) enum Verdict {
    /// The report is about the post. The failure is the provider's explanation of a fate that holds no
    /// failure of its own.
    Post(PostReading, Option<Failure>),
    /// The report is about the request as a whole.
    Request(Reading),
}

/// How a report is read.
impl<'j> Report<'j> {
    /// The report about the one post that was asked for. The answer may be an object about the post, a
    /// list of entries, or an object with that list in `posts`. `None` if the answer says nothing about
    /// the post.
    pub(super) fn about_post(asked: &PostId, json: &'j Json<'_>) -> Option<Self> {
        let members = json.as_object();
        let posts = members.and_then(|members| members.get("posts")?.as_list());
        let outer = members.map(Self::from_members);
        let Some(items) = json.as_list().or(posts) else {
            return outer;
        };
        let network_entries = items.iter().filter_map(network_in_entry);
        let post_entries = items.iter().filter(|item| network_in_entry(item).is_none());
        let post_entries = post_entries.filter_map(Json::as_object);
        let reports: Vec<_> = post_entries.map(Self::from_members).collect();
        // An entry without an id counts, because the request is about one post only.
        let is_about_asked = |report: &&Self| !report.is_about_another_than(asked);
        let mut matching: Vec<_> = reports.iter().filter(is_about_asked).collect();
        // A single entry about another post is kept, so that the caller sees its id.
        if let ([], [only]) = (matching.as_slice(), reports.as_slice()) {
            matching.push(only);
        }
        let inner = matching.into_iter().cloned().reduce(Self::merge_sibling);
        match (outer, inner) {
            (None, inner) => {
                let networks: Vec<_> = network_entries.collect();
                let mut report = match inner {
                    Some(inner) => inner,
                    None if networks.is_empty() => return None,
                    None => Self::default(),
                };
                report.networks.extend(networks);
                report.has_errors |= contains_error(json);
                Some(report)
            }
            (Some(outer), Some(inner)) => Some(outer.merge_nested(inner)),
            // The list doesn't mention the post. A success around the list then counts only if the
            // networks are there too.
            (Some(outer), None) => {
                let says_success = outer.status.is_some_and(is_success);
                (!says_success || !outer.networks.is_empty()).then_some(outer)
            }
        }
    }

    pub(super) fn from_members(members: &'j Members<'_>) -> Self {
        // `errors` may be an error or a list of errors. Only the first error of a list is read here.
        let errors = members.get("errors");
        let listed = errors.and_then(Json::as_list).and_then(<[_]>::first);
        let error = listed.or(errors).and_then(Json::as_object);
        let error = error.filter(|error| error.iter().next().is_some());
        // The error stands in for members that the object itself lacks.
        let member = |name| members.get(name).or_else(|| error?.get(name));
        Self {
            status: members.text("status").or(error.map(|_| "error")),
            // Code 200 comes with successes and is no error code.
            code: member("code")
                .and_then(Json::to_u32)
                .filter(|code| *code != 200),
            message: member("message").and_then(Json::as_text),
            id: member("id").and_then(Json::to_label),
            retry_available: member("retryAvailable") == Some(&Json::Bool(true)),
            wait: member("details").and_then(seconds_in),
            networks: networks_in(members),
            has_errors: members_contain_error(members),
            is_contradictory: false,
        }
    }

    /// The report of an entry about one post. `None` if the entry says nothing.
    pub(super) fn from_entry(entry: &'j Json<'_>) -> Option<Self> {
        let report = match entry {
            Json::Text(status) => Self {
                status: Some(status),
                ..Self::default()
            },
            Json::Object(members) => match network_in_entry(entry) {
                Some(network) => Self {
                    networks: vec![network],
                    has_errors: members_contain_error(members),
                    ..Self::default()
                },
                None => Self::from_members(members),
            },
            _ => return None,
        };
        (report.says_anything() || report.has_errors).then_some(report)
    }

    /// The first of these entries with an error, with a status that isn't a success, or with a network
    /// that didn't remove the post.
    pub(super) fn first_failed(entries: &'j [Json<'_>]) -> Option<Self> {
        let entries = entries.iter().filter_map(Json::as_object);
        entries.map(Self::from_members).find(|report| {
            let all_removed = report.networks.iter().all(NetworkResult::is_success);
            report.has_errors || !report.status.is_none_or(is_success) || !all_removed
        })
    }

    /// Merges the report of an object with that of an entry inside the object. The entry's own values
    /// come first. An entry without a failing status or a code contradicts a failing status around it.
    pub(super) fn merge_nested(mut self, mut inner: Self) -> Self {
        let is_fine = |status: Option<&str>| status.is_none_or(is_success);
        let excludes = is_fine(inner.status) && inner.code.is_none() && !is_fine(self.status);
        // Networks stay in the order of the answer.
        let mut networks = std::mem::take(&mut self.networks);
        networks.append(&mut inner.networks);
        Self {
            networks,
            ..inner.or(self, excludes)
        }
    }

    /// Merges the reports of two entries about the same post. Two statuses or two codes that differ are
    /// a contradiction.
    pub(super) fn merge_sibling(self, other: Self) -> Self {
        let excludes = differ(self.status, other.status) || differ(self.code, other.code);
        self.or(other, excludes)
    }

    fn or(self, other: Self, excludes: bool) -> Self {
        Self {
            is_contradictory: excludes || self.is_contradictory || other.is_contradictory,
            status: self.status.or(other.status),
            code: self.code.or(other.code),
            message: self.message.or(other.message),
            id: self.id.or(other.id),
            retry_available: self.retry_available || other.retry_available,
            wait: self.wait.or(other.wait),
            networks: [self.networks, other.networks].concat(),
            has_errors: self.has_errors || other.has_errors,
        }
    }
}

/// What a report means.
impl Report<'_> {
    /// Decides what the report means. `done` is the fate of a post whose request succeeded.
    pub(super) fn verdict(self, http_status: u16, done: &Fate) -> Verdict {
        if self.is_contradictory {
            let failure = self.failure(ErrorKind::UnexpectedResponse, http_status);
            return self.post_verdict(Fate::Uncertain(failure), None);
        }
        let says_success = self.status.is_some_and(is_success);
        let is_free_of_errors = self.code.is_none() && !self.has_errors;
        let allows_success =
            http_status == 200 && self.status.is_none_or(is_success) && is_free_of_errors;
        // If all else says success, a code is a contradiction, which the steps below find.
        if let Some(kind) = self.kind_by_code()
            && !(says_success && http_status == 200)
        {
            let failure = self.failure(kind, http_status);
            let mut networks = self.networks.iter();
            let networks_agree = networks.all(|network| network.code == self.code);
            return match kind {
                ErrorKind::NotFound if networks_agree => {
                    self.post_verdict(Fate::NotFound, Some(failure))
                }
                ErrorKind::AlreadyDeleted if networks_agree => {
                    self.post_verdict(Fate::AlreadyDeleted, Some(failure))
                }
                ErrorKind::NotManuallyDeleted if networks_agree => {
                    self.post_verdict(Fate::Failed(failure), None)
                }
                _ if self.networks.is_empty() => Verdict::Request(self.refusal(failure)),
                _ => self.verdict_by_networks(http_status, done, allows_success),
            };
        }
        if http_status == 429 && !self.networks.iter().any(is_gone) {
            let failure = self.failure(ErrorKind::RateLimited, http_status);
            return Verdict::Request(self.refusal(failure));
        }
        // If every network says under a 5xx that the post is gone, the status decides, and the post is
        // asked for again.
        let all_gone = self.networks.iter().all(is_gone);
        let networks_count =
            matches!(http_status, 200 | 400..=499) || (http_status >= 500 && !all_gone);
        if !self.networks.is_empty() && networks_count {
            return self.verdict_by_networks(http_status, done, allows_success);
        }
        self.verdict_by_status(http_status, done, is_free_of_errors)
    }

    /// Decides by the networks' own results. `allows_success` is whether nothing else in the answer
    /// denies a success.
    fn verdict_by_networks(self, http_status: u16, done: &Fate, allows_success: bool) -> Verdict {
        let networks = &self.networks;
        let total = networks.len();
        let gone = networks.iter().filter(|network| is_gone(network)).count();
        let kept = networks.iter().filter(|network| is_kept(network)).count();
        let were_gone = networks.iter().filter(|network| was_gone_before(network));
        let gone_before = were_gone.count();
        let first_not_gone = networks.iter().find(|network| !is_gone(network));
        // The network whose code and message explain the fate.
        let quoted = first_not_gone.or(networks.first());
        let quoted = quoted.filter(|_| gone < total || gone_before > 0);
        let quoted_code = quoted.and_then(|network| network.code);
        let failure_of_kind = |kind| Failure {
            kind,
            http_status: Some(http_status),
            code: self.code.or(quoted_code).map(|code| code.to_string()),
            message: (self.message.map(str::to_owned))
                .or_else(|| quoted.and_then(|network| network.message.clone())),
            detail: None,
        };
        let (fate, failure) = if gone == total && gone_before == 0 && allows_success {
            (done.clone(), None)
        } else if gone_before == total {
            let failure = failure_of_kind(ErrorKind::AlreadyDeleted);
            (Fate::AlreadyDeleted, Some(failure))
        } else if gone > 0 && gone < total {
            (Fate::Partial, Some(failure_of_kind(ErrorKind::Partial)))
        } else if kept == total {
            let kind = quoted_code.map(ErrorCode::new).and_then(ErrorCode::kind);
            let failure = failure_of_kind(kind.unwrap_or(ErrorKind::Refused));
            (Fate::Failed(failure), None)
        } else {
            let failure = failure_of_kind(ErrorKind::UnexpectedResponse);
            (Fate::Uncertain(failure), None)
        };
        self.post_verdict(fate, failure)
    }

    /// Decides by the HTTP status and the status in the report, when no named code and no network does.
    fn verdict_by_status(self, http_status: u16, done: &Fate, is_free_of_errors: bool) -> Verdict {
        match (http_status, self.status) {
            (200, Some(status)) if is_success(status) && is_free_of_errors => {
                self.post_verdict(done.clone(), None)
            }
            (200, Some(status)) if is_success(status) => {
                let failure = self.failure(ErrorKind::UnexpectedResponse, http_status);
                self.post_verdict(Fate::Uncertain(failure), None)
            }
            (200, Some("partial")) => {
                let failure = self.failure(ErrorKind::Partial, http_status);
                self.post_verdict(Fate::Partial, Some(failure))
            }
            (200..=299, Some(status)) if is_error(status) => {
                let failure = self.failure(ErrorKind::Refused, http_status);
                Verdict::Request(self.refusal(failure))
            }
            (400..=499, Some(status)) if is_success(status) => {
                let failure = self.failure(ErrorKind::UnexpectedResponse, http_status);
                Verdict::Request(Reading::silent(AttemptKind::Foreign, Some(failure)))
            }
            _ => {
                let reading = Reading::by_status(http_status);
                let kind = reading.failure.as_ref().map(|failure| failure.kind);
                let failure = self.failure(kind.unwrap_or(ErrorKind::Refused), http_status);
                Verdict::Request(match reading.kind {
                    AttemptKind::Refused { .. } => self.refusal(failure),
                    kind => Reading::silent(kind, Some(failure)),
                })
            }
        }
    }

    fn post_verdict(self, fate: Fate, failure: Option<Failure>) -> Verdict {
        let networks = self.networks;
        Verdict::Post(PostReading { fate, networks }, failure)
    }

    /// The request was refused, or a limit turned it away.
    fn refusal(&self, failure: Failure) -> Reading {
        let by_network = self.is_throttled_by_network();
        let is_throttled =
            failure.kind == ErrorKind::RateLimited || failure.http_status == Some(429);
        let kind = match (is_throttled, by_network) {
            (false, _) => AttemptKind::Refused {
                retry_available: self.retry_available,
            },
            (true, true) => AttemptKind::Throttled(ThrottledBy::Network),
            (true, false) => AttemptKind::THROTTLED,
        };
        Reading {
            wait: self.wait.filter(|_| by_network),
            ..Reading::silent(kind, Some(failure))
        }
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

    fn kind_by_code(&self) -> Option<ErrorKind> {
        self.code.and_then(|code| ErrorCode::new(code).kind())
    }

    pub(super) fn says_anything(&self) -> bool {
        self.status.is_some() || self.code.is_some() || !self.networks.is_empty()
    }

    pub(super) fn has_code(&self) -> bool {
        self.code.is_some()
    }

    pub(super) fn is_about_another_than(&self, asked: &PostId) -> bool {
        self.id.as_ref().is_some_and(|id| *asked != **id)
    }

    pub(super) fn is_throttled_by_network(&self) -> bool {
        let network_codes = self.networks.iter().filter_map(|network| network.code);
        let mut codes = network_codes.chain(self.code).map(ErrorCode::new);
        codes.any(|code| code.kind() == Some(ErrorKind::RateLimited))
    }

    /// Whether the code refuses the parameters or the credentials.
    pub(super) fn refuses_by_code(&self) -> bool {
        self.code.map(ErrorCode::new).is_some_and(|code| {
            code == ErrorCode::INVALID_PARAMETERS
                || code.kind().is_some_and(ErrorKind::is_about_credentials)
        })
    }

    /// Whether a refused request about several posts has deleted none of them. After any other refusal,
    /// some of them may be deleted.
    pub(super) fn refuses_whole_request(&self, http_status: u16) -> bool {
        match (self.code, self.kind_by_code()) {
            (None, _) => matches!(http_status, 400..=499),
            (Some(_), None) => matches!(http_status, 401..=499),
            _ => self.refuses_by_code(),
        }
    }
}

/// Whether both values are there and aren't equal.
fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// The seconds that code 435 gives in `details`, as a number or as an object that holds one. A longer
/// wait counts as one day.
fn seconds_in(details: &Json<'_>) -> Option<Duration> {
    const LONGEST: u32 = 24 * 60 * 60;
    let number = details.to_u32().or_else(|| {
        let members = details.as_object()?;
        members.iter().find_map(|(_, value)| value.to_u32())
    });
    number.map(|seconds| Duration::from_secs(seconds.min(LONGEST).into()))
}
