//! Why a request may not be sent.

use std::error::Error;
use std::time::Duration;

use crate::model::{ErrorKind, Failure, text};

/// Why a request got no permit.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) failure: Failure,
    /// How long to wait before the next try, if that is known.
    pub(crate) wait: Option<Duration>,
}

impl Rejected {
    pub(super) fn too_late(wait: Duration) -> Self {
        Self::limited(
            wait,
            "the profile's rate limit allows the next request later than this one can wait",
        )
    }

    pub(super) fn spent(wait: Duration) -> Self {
        Self::limited(
            wait,
            "the daily limit of 429s is reached, and more of them get a profile suspended",
        )
    }

    /// The limiter itself failed, so it isn't known whether there is room.
    pub(super) fn failed(error: &(dyn Error + Send + Sync)) -> Self {
        let detail = format!("nothing was sent, because the shared limiter failed: {error}");
        Self {
            failure: Failure::detailed(ErrorKind::Stopped, text::message(&detail)),
            wait: None,
        }
    }

    /// The limiter is shared, and the profile has no name in it.
    pub(super) fn unnamed() -> Self {
        let advice = "the limiter is shared, so the profile needs a name: \
                      give it one with `profile_name` or `named`";
        Self {
            failure: Failure::detailed(ErrorKind::Invalid, advice),
            wait: None,
        }
    }

    /// The caller's time was over when its turn came.
    pub(crate) fn out_of_time() -> Self {
        let reason = "no time was left when the rate limit allowed the request";
        Self {
            failure: Failure::detailed(ErrorKind::RateLimited, reason),
            wait: None,
        }
    }

    fn limited(wait: Duration, reason: &str) -> Self {
        Self {
            failure: Failure::detailed(ErrorKind::RateLimited, reason),
            wait: Some(wait),
        }
    }
}
