//! What an answer reports about one post or about the request, and what that means. Pure.

use std::time::Duration;

use super::errors::{denies_success, means_no_error, member_denies_success};
use super::networks::{is_error, is_gone, is_kept, network_result, was_gone_before};
use crate::ayrshare::code::ErrorCode;
use crate::engine::json::{Json, Members};
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy, refusal_kind};
use crate::model::{ErrorKind, Failure, Fate, NetworkResult, is_success, text};

/// What one object of an answer reports, or several objects about the same subject.
#[allow(clippy::struct_excessive_bools, reason = "these are independent")]
#[derive(Clone, Debug, Default)]
pub(super) struct Report<'j> {
    status: Option<&'j str>,
    code: Option<u32>,
    message: Option<&'j str>,
    retry_available: bool,
    wait: Option<Duration>,
    networks: Vec<NetworkResult>,
    /// Results that may be those of new networks. They are shown, and decide nothing.
    mentioned: Vec<NetworkResult>,
    /// Whether a status of Ayrshare's own says `error`.
    is_refusal: bool,
    /// Whether anything apart from the status, the code and the networks' results denies a success.
    pub(super) has_errors: bool,
    /// Whether two of the merged parts exclude each other.
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
    /// What the members of an object say by themselves, without the statements inside. `is_ayrshares` tells whether a
    /// gateway wouldn't write such an object.
    pub(super) fn own(members: &'j Members<'_>, is_ayrshares: bool) -> Self {
        let present = |name| members.get(name).filter(|value| **value != Json::Null);
        let (status, code) = (present("status"), present("code"));
        let is_unreadable = |value: Option<&Json<'_>>, is_readable: fn(&Json<'_>) -> bool| {
            value.is_some_and(|value| !is_readable(value))
        };
        Self {
            status: status.and_then(Json::as_text),
            // Code 200 comes with successes and is no error code.
            code: code.and_then(Json::to_u32).filter(|code| *code != 200),
            message: members.text("message"),
            retry_available: members.get("retryAvailable") == Some(&Json::Bool(true)),
            wait: members.get("details").and_then(seconds_in),
            is_refusal: is_ayrshares && members.text("status").is_some_and(is_error),
            has_errors: is_unreadable(status, |status| status.as_text().is_some())
                || is_unreadable(code, |code| code.to_u32().is_some()),
            ..Self::default()
        }
    }

    /// An entry that names its network as `platform`.
    pub(super) fn of_network(network: &str, members: &'j Members<'_>) -> Self {
        let mut report = Self {
            message: members.text("message"),
            wait: members.get("details").and_then(seconds_in),
            ..Self::default()
        };
        report.add_result(network, members);
        report
    }

    /// A text that stands under the id of a post.
    pub(super) fn of_status(status: &'j str) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// An error that isn't an object.
    pub(super) fn of_error(error: &'j Json<'_>) -> Self {
        Self {
            message: error.as_text(),
            ..Self::denying(true)
        }
    }

    pub(super) fn denying(has_errors: bool) -> Self {
        Self {
            has_errors,
            ..Self::default()
        }
    }

    /// Adds what stands under the name of a network: a result, or a list with a result for each account.
    pub(super) fn add_network(&mut self, network: &str, value: &Json<'_>) {
        match value {
            Json::Object(result) => self.add_result(network, result),
            Json::Text(status) => {
                self.networks.push(NetworkResult::new(
                    text::label(network),
                    text::label(status),
                ));
            }
            Json::List(accounts) => {
                self.has_errors |= accounts.is_empty();
                for account in accounts {
                    match account.as_object() {
                        Some(result) => {
                            self.add_result(result.text("platform").unwrap_or(network), result);
                        }
                        None => self.has_errors = true,
                    }
                }
            }
            _ => self.has_errors = true,
        }
    }

    fn add_result(&mut self, network: &str, result: &Members<'_>) {
        for (name, value) in result.iter().filter(|(_, value)| **value != Json::Null) {
            self.has_errors |= match name {
                "status" => value.as_text().is_none(),
                "code" => value.to_u32().is_none(),
                _ => member_denies_success(name, value, || denies_success(value)),
            };
        }
        let result = network_result(network, result);
        self.has_errors |= result.is_success() && result.code.is_some_and(|code| code != 200);
        if result.status.is_empty() && result.code.is_none() {
            self.has_errors = true;
        } else {
            self.networks.push(result);
        }
    }

    /// Adds a result under a name that isn't known to be a network's.
    pub(super) fn mention(&mut self, name: &str, result: &Members<'_>) {
        self.mentioned.push(network_result(name, result));
    }

    /// Adds the results in a member `networks`: under the networks' names, or in a list of entries.
    pub(super) fn add_networks(&mut self, value: &Json<'_>) {
        match value {
            Json::Object(networks) => {
                for (network, value) in networks.iter().filter(|(_, value)| **value != Json::Null) {
                    match network {
                        "error" | "errors" => self.has_errors |= !means_no_error(value),
                        "warnings" => {}
                        _ => self.add_network(network, value),
                    }
                }
            }
            Json::List(entries) => {
                for entry in entries {
                    match (
                        entry.as_object(),
                        entry.as_object().and_then(|entry| entry.text("platform")),
                    ) {
                        (Some(result), Some(network)) => self.add_result(network, result),
                        _ => self.has_errors |= denies_success(entry),
                    }
                }
            }
            Json::Text(status) => self.has_errors |= !is_success(status),
            _ => {}
        }
    }

    /// Merges errors that stand in the object. Each of them counts.
    pub(super) fn merge_errors(&mut self, errors: Vec<Self>) {
        self.has_errors |= self.status.is_some_and(is_success);
        let codes = errors
            .iter()
            .flat_map(|error| error.networks.iter().map(|network| network.code));
        let mut codes = codes.collect::<Vec<_>>();
        codes.dedup();
        // What all networks say is said of the post.
        if let [Some(code)] = codes.as_slice()
            && *code != 200
        {
            self.add_code(*code);
        }
        if errors.iter().any(|error| !error.networks.is_empty()) {
            self.status.get_or_insert("error");
        }
        for error in errors {
            self.merge(error);
        }
    }

    /// Merges the report of a statement inside this one, whose own values come first. A failure that stands inside
    /// a success contradicts it, unless the success is only that of the whole answer.
    pub(super) fn merge_nested(&mut self, inside: Self, is_whole_answer: bool) {
        let is_failure = |status: Option<&str>| status.is_some_and(|status| !is_success(status));
        let says_success = |status: Option<&str>| status.is_some_and(is_success);
        self.is_contradictory |= says_success(inside.status) && is_failure(self.status);
        self.is_contradictory |=
            !is_whole_answer && says_success(self.status) && is_failure(inside.status);
        // The status inside counts, so a status outside that is neither a success nor an error denies by itself.
        let differs = |(outside, inside): (&str, &str)| {
            outside != inside && !is_success(outside) && !is_error(outside)
        };
        let has_errors = self.status.zip(inside.status).is_some_and(differs)
            || (self.has_excluding_code() && inside.is_unexplained_error());
        let mut outside = std::mem::replace(self, inside);
        self.has_errors |= has_errors;
        // Networks stay in the order of the answer.
        std::mem::swap(&mut self.networks, &mut outside.networks);
        self.merge(outside);
    }

    /// Merges the report of another statement about the same subject. Two statuses that differ are a
    /// contradiction.
    pub(super) fn merge_sibling(&mut self, other: Self) {
        let differs =
            |(one, other): (&str, &str)| one != other && !(is_success(one) && is_success(other));
        self.is_contradictory |= self.status.zip(other.status).is_some_and(differs);
        self.has_errors |= (self.has_excluding_code() && other.is_unexplained_error())
            || (other.has_excluding_code() && self.is_unexplained_error());
        self.merge(other);
    }

    fn merge(&mut self, mut other: Self) {
        self.is_contradictory |= other.is_contradictory;
        self.status = self.status.or(other.status);
        self.message = self.message.or(other.message);
        self.retry_available |= other.retry_available;
        self.wait = self.wait.or(other.wait);
        self.networks.append(&mut other.networks);
        self.mentioned.append(&mut other.mentioned);
        self.is_refusal |= other.is_refusal;
        self.has_errors |= other.has_errors;
        if let Some(code) = other.code {
            self.add_code(code);
        }
    }

    /// Adds a code. A code that says that the post is gone, or that there is none, excludes every other code.
    fn add_code(&mut self, code: u32) {
        let kind = ErrorCode::new(code).kind();
        match self.code {
            Some(known) if known == code => {}
            Some(known) if excludes_others(known) || excludes_others(code) => {
                self.is_contradictory = true;
            }
            Some(_) if kind.is_some_and(ErrorKind::is_about_credentials) => {
                self.code = Some(code);
            }
            Some(_) => {}
            None => self.code = Some(code),
        }
    }

    fn has_excluding_code(&self) -> bool {
        self.code.is_some_and(excludes_others)
    }

    /// Whether the report is an error, and nothing says which.
    fn is_unexplained_error(&self) -> bool {
        self.status.is_some_and(is_error) && self.code.is_none() && self.networks.is_empty()
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
        // If all else says success, a code is a contradiction, which the steps below find.
        if let Some(kind) = self.kind_by_code()
            && !(http_status == 200 && self.status.is_some_and(is_success))
        {
            return self.verdict_by_code(kind, http_status, done);
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
            return self.verdict_by_networks(http_status, done);
        }
        self.verdict_by_status(http_status, done)
    }

    /// Decides by a code that has a name, and by all that stands beside it.
    fn verdict_by_code(self, kind: ErrorKind, http_status: u16, done: &Fate) -> Verdict {
        let failure = self.failure(kind, http_status);
        let networks_agree = self.networks.iter().all(|network| {
            network.code == self.code && (network.status.is_empty() || is_error(&network.status))
        });
        let is_status_plain = self
            .status
            .is_none_or(|status| is_error(status) || is_success(status));
        let nothing_denies = networks_agree && is_status_plain && !self.has_errors;
        match kind {
            ErrorKind::NotFound if nothing_denies => {
                self.post_verdict(Fate::NotFound, Some(failure))
            }
            // A success says that this request deleted the post, which excludes that an earlier one did.
            ErrorKind::AlreadyDeleted if nothing_denies && !self.status.is_some_and(is_success) => {
                self.post_verdict(Fate::AlreadyDeleted, Some(failure))
            }
            ErrorKind::NotManuallyDeleted if networks_agree => {
                self.post_verdict(Fate::Failed(failure), None)
            }
            _ if !self.networks.is_empty() => self.verdict_by_networks(http_status, done),
            ErrorKind::NotFound | ErrorKind::AlreadyDeleted => {
                let failure = self.failure(ErrorKind::UnexpectedResponse, http_status);
                self.post_verdict(Fate::Uncertain(failure), None)
            }
            _ => Verdict::Request(self.refusal(failure)),
        }
    }

    /// Decides by the networks' own results. Nothing else in the answer may deny that the post is gone.
    fn verdict_by_networks(self, http_status: u16, done: &Fate) -> Verdict {
        let is_fine = self.status.is_none_or(is_success) && self.code.is_none();
        let allows_success = http_status == 200 && is_fine && !self.has_errors;
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
            http_status: Some(http_status),
            code: (self.code_for(kind))
                .or(quoted_code.filter(|code| explains(*code, kind)))
                .map(|code| code.to_string()),
            message: (self.message.map(text::message))
                .or_else(|| Some(quoted?.message.as_deref()?.into())),
            ..Failure::new(kind)
        };
        let (fate, failure) = if gone == total && gone_before == 0 && allows_success {
            (done.clone(), None)
        } else if gone_before == total && self.allows_already_deleted(http_status) {
            let failure = failure_of_kind(ErrorKind::AlreadyDeleted);
            (Fate::AlreadyDeleted, Some(failure))
        } else if gone > 0 && kept > 0 {
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

    /// Whether nothing beside the networks' results denies that the post was deleted before. A success counts
    /// only under HTTP 200.
    fn allows_already_deleted(&self, http_status: u16) -> bool {
        let code = self.code.map(ErrorCode::new);
        let is_plain =
            |status: &str| is_error(status) || (is_success(status) && http_status == 200);
        code.is_none_or(|code| code == ErrorCode::ALREADY_DELETED)
            && self.status.is_none_or(is_plain)
            && !self.has_errors
    }

    /// Decides by the HTTP status and the status in the report, when no named code and no network does.
    fn verdict_by_status(self, http_status: u16, done: &Fate) -> Verdict {
        let is_free_of_errors = self.code.is_none() && !self.has_errors;
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
            (400..=499, Some(status)) if is_error(status) && self.is_refusal => {
                let failure = self.failure(refusal_kind(http_status), http_status);
                Verdict::Request(self.refusal(failure))
            }
            // The answer isn't in the provider's words, so its HTTP status says all.
            _ => {
                let Reading { kind, failure, .. } = Reading::by_status(http_status);
                let is_foreign = !self.says_anything() || http_status != 200;
                let failure = failure.map(|by_status| Failure {
                    detail: by_status.detail.filter(|_| is_foreign),
                    ..self.failure(by_status.kind, http_status)
                });
                Verdict::Request(Reading::silent(kind, failure))
            }
        }
    }

    fn post_verdict(self, fate: Fate, failure: Option<Failure>) -> Verdict {
        let mut networks = self.networks;
        networks.extend(self.mentioned);
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
            http_status: Some(http_status),
            code: self.code_for(kind).map(|code| code.to_string()),
            message: self.message.map(text::message),
            ..Failure::new(kind)
        }
    }

    /// The code that explains a failure of this kind.
    fn code_for(&self, kind: ErrorKind) -> Option<u32> {
        self.code.filter(|code| explains(*code, kind))
    }

    /// The kind of the code. Gateways give an HTTP status as a code, so such a code needs Ayrshare's own status.
    fn kind_by_code(&self) -> Option<ErrorKind> {
        let is_http_status = |code: &u32| matches!(code, 400 | 419 | 429);
        let code = self
            .code
            .filter(|code| self.is_refusal || !is_http_status(code));
        code.and_then(|code| ErrorCode::new(code).kind())
    }

    pub(super) fn says_anything(&self) -> bool {
        let has_words = self.status.is_some() || self.code.is_some() || !self.networks.is_empty();
        has_words || self.has_errors || self.is_contradictory
    }

    /// Whether a network says that it removed the post.
    pub(super) fn has_success(&self) -> bool {
        self.networks.iter().any(NetworkResult::is_success)
    }

    /// Whether the report is an error that a code or a network explains.
    pub(super) fn is_explained_error(&self) -> bool {
        self.status.is_none_or(is_error) && (self.code.is_some() || !self.networks.is_empty())
    }

    /// Whether the report says anything else than that the post is gone.
    pub(super) fn denies_success(&self) -> bool {
        let is_fine = self.status.is_none_or(is_success)
            && self.networks.iter().all(NetworkResult::is_success);
        !is_fine || self.code.is_some() || self.has_errors || self.is_contradictory
    }

    /// Whether the report has nothing more than a status. In an answer that lists other posts, the status is
    /// about those.
    pub(super) fn is_bare_status(&self) -> bool {
        self.networks.is_empty() && self.code.is_none()
    }

    pub(super) fn has_code(&self) -> bool {
        self.code.is_some()
    }

    /// Whether the code reports the profile's rate limit.
    pub(super) fn is_throttled_by_profile(&self) -> bool {
        self.kind_by_code() == Some(ErrorKind::RateLimited) && !self.is_throttled_by_network()
    }

    pub(super) fn is_throttled_by_network(&self) -> bool {
        let network_codes = self.networks.iter().filter_map(|network| network.code);
        let mut codes = network_codes.chain(self.code).map(ErrorCode::new);
        codes.any(ErrorCode::is_limit_of_network)
    }

    /// Whether the code refuses the parameters or the credentials, or reports the profile's rate limit.
    pub(super) fn refuses_by_code(&self) -> bool {
        let kind = self.kind_by_code();
        let is_about_credentials = kind.is_some_and(ErrorKind::is_about_credentials);
        let is_about_parameters =
            self.code.map(ErrorCode::new) == Some(ErrorCode::INVALID_PARAMETERS);
        is_about_parameters || is_about_credentials || self.is_throttled_by_profile()
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

/// Whether the code may stand in a failure of this kind. If something contradicts "already deleted" or "no such post",
/// the failure must not be taken for one of these.
fn explains(code: u32, kind: ErrorKind) -> bool {
    !excludes_others(code) || ErrorCode::new(code).kind() == Some(kind)
}

/// Whether the code says that the post is gone, or that there is none. No other code can be true beside it.
fn excludes_others(code: u32) -> bool {
    let kind = ErrorCode::new(code).kind();
    matches!(kind, Some(ErrorKind::AlreadyDeleted | ErrorKind::NotFound))
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
