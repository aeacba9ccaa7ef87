//! How many requests may be under way at once, while it isn't known whether the window has room.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::limiter::moment::Moment;

/// Few requests at a time, because it isn't known whether there is room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Caution {
    /// How many may be under way.
    most: u32,
    /// Whether there was a 429. If so, `most` holds however long an answer takes.
    is_after_429: bool,
}

impl Caution {
    pub(super) const AT_FIRST: Self = Self {
        most: 1,
        is_after_429: false,
    };
    pub(super) const AFTER_429: Self = Self {
        most: 1,
        is_after_429: true,
    };

    /// Whether only a single request may be under way.
    pub(super) fn allows_one(self) -> bool {
        self.most <= 1
    }

    /// Twice as many requests, because one got through. `None` is any number.
    pub(super) fn doubled(self) -> Option<Self> {
        let most = self.most.max(1).checked_mul(2)?;
        Some(Self { most, ..self })
    }

    /// How many requests may be under way if the answer to the oldest of them has been awaited since `oldest`,
    /// and when to ask again.
    pub(super) fn allows(self, now: Moment, oldest: Option<Moment>) -> (u32, Moment) {
        let Some(oldest) = oldest else {
            return (self.most.max(1), now);
        };
        let abandoned = oldest.plus(ABANDONED_AFTER);
        if self.is_after_429 {
            return (self.most.max(1), abandoned);
        }
        let times = now.since(oldest).as_micros() / WIDEN_AFTER.as_micros().max(1);
        let times = u32::try_from(times).unwrap_or(u32::MAX).min(30);
        let widened = oldest.plus(WIDEN_AFTER.saturating_mul(times + 1));
        let most = self.most.max(1).saturating_mul(1 << times);
        (most, widened.min(abandoned))
    }
}

/// After this time without an answer, a request no longer makes others wait. It keeps its place in the window.
pub(super) const ABANDONED_AFTER: Duration = Duration::from_secs(60);
/// If the first answer takes longer than this, twice as many requests may be under way. The number is doubled again
/// each time that this much more has passed.
const WIDEN_AFTER: Duration = Duration::from_secs(3);
