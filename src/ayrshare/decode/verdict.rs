//! What a report means, together with the HTTP status. The rules stand in `mod.rs`. Pure.

use super::networks::{is_error, is_gone, is_kept, was_gone_before};
use super::report::{Report, excludes_others};
use crate::ayrshare::code::ErrorCode;
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy, refusal_kind};
use crate::model::{ErrorKind, Failure, Fate, is_success, text};

/// What a report means, together with its HTTP status.
pub(super) enum Verdict {
    /// The report is about the post. The failure is the provider's explanation of a fate that holds no
    /// failure of its own.
    Post(PostReading, Option<Failure>),
    /// The report is about the request as a whole.
    Request(Reading),
}

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
