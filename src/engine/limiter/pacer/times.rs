//! The pacer's lists of times, the oldest first.

use std::collections::VecDeque;
use std::time::Duration;

use crate::engine::limiter::moment::Moment;

/// Adds a time to a list, which stays in order even if two processes' clocks differ.
pub(super) fn insert(times: &mut VecDeque<Moment>, at: Moment) {
    if times.back().is_none_or(|last| *last <= at) {
        return times.push_back(at);
    }
    times.insert(times.partition_point(|other| *other <= at), at);
}

/// Drops the times that are this old or older from the front, and says how many there were.
pub(super) fn expire(times: &mut VecDeque<Moment>, age: Duration, now: Moment) -> usize {
    let is_expired = |at: &&Moment| at.plus(age) <= now;
    let expired = times.iter().take_while(is_expired).count();
    times.drain(..expired);
    expired
}

/// A number of entries. One that is too large for a `u32` becomes the largest.
pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
