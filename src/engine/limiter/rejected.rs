//! Why a request may not be sent.

use std::time::{Duration, SystemTime};

use crate::model::{ErrorKind, Failure};

/// Why a request got no permit.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) failure: Failure,
    /// How long to wait before the next try, if that is known.
    pub(crate) wait: Option<Duration>,
}

impl Rejected {
    pub(super) fn too_late(now: SystemTime, at: SystemTime) -> Self {
        Self::limited(
            now,
            at,
            "the profile's rate limit allows the next request only later than this one can wait",
        )
    }

    pub(super) fn spent(now: SystemTime, until: SystemTime) -> Self {
        Self::limited(
            now,
            until,
            "the day's budget of 429 answers is used up, and more of them get a profile suspended",
        )
    }

    /// The caller's time was over when its turn came.
    pub(crate) fn out_of_time() -> Self {
        let reason = "no time was left when the rate limit allowed the request";
        Self {
            failure: Failure::detailed(ErrorKind::RateLimited, reason),
            wait: None,
        }
    }

    fn limited(now: SystemTime, until: SystemTime, reason: &str) -> Self {
        Self {
            failure: Failure::detailed(ErrorKind::RateLimited, reason),
            wait: Some(until.duration_since(now).unwrap_or_default()),
        }
    }
}
