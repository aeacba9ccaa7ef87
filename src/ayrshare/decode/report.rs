//! What an answer reports about one post or about the request. Pure.

use std::time::Duration;

use super::errors::{denies_success, means_no_error, member_denies_success};
use super::networks::{is_error, network_result};
use crate::ayrshare::code::ErrorCode;
use crate::engine::json::{Json, Members};
use crate::model::{ErrorKind, NetworkResult, is_success, text};

/// What one object of an answer reports, or several objects about the same subject.
#[allow(clippy::struct_excessive_bools, reason = "these are independent")]
#[derive(Clone, Debug, Default)]
pub(super) struct Report<'j> {
    pub(super) status: Option<&'j str>,
    pub(super) code: Option<u32>,
    pub(super) message: Option<&'j str>,
    pub(super) retry_available: bool,
    pub(super) wait: Option<Duration>,
    pub(super) networks: Vec<NetworkResult>,
    /// Results that may be those of new networks. They are shown, and decide nothing.
    pub(super) mentioned: Vec<NetworkResult>,
    /// Whether a status of Ayrshare's own says `error`.
    pub(super) is_refusal: bool,
    /// Whether anything apart from the status, the code and the networks' results denies a success.
    pub(super) has_errors: bool,
    /// Whether two of the merged parts exclude each other.
    pub(super) is_contradictory: bool,
}

/// How a report is read.
impl<'j> Report<'j> {
    /// What the members of an object say by themselves, without the statements inside. `is_ayrshares` is false for an
    /// object that a gateway may write too.
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

/// What a report says.
impl Report<'_> {
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

    /// The kind of the code. Gateways give an HTTP status as a code, so such a code needs Ayrshare's own status.
    pub(super) fn kind_by_code(&self) -> Option<ErrorKind> {
        let is_http_status = |code: &u32| matches!(code, 400 | 419 | 429);
        let code = self
            .code
            .filter(|code| self.is_refusal || !is_http_status(code));
        code.and_then(|code| ErrorCode::new(code).kind())
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
}

/// Whether the code says that the post is gone, or that there is none. No other code can be true beside it.
pub(super) fn excludes_others(code: u32) -> bool {
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
