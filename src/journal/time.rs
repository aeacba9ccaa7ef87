//! A time in JSON: a number of seconds since the Unix epoch, with three decimals at most.

use std::time::{Duration, SystemTime};

/// The last millisecond of the year 9999. Any time before it can be added to without an overflow.
const LAST: u64 = 253_402_300_799_999;

/// Milliseconds since the Unix epoch. A time before it counts as 0, and one after the year 9999 as its end.
pub(super) fn to_millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let millis = since.unwrap_or_default().as_millis();
    u64::try_from(millis).unwrap_or(LAST).min(LAST)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "every number of milliseconds up to the year 9999 is an f64"
)]
pub(super) fn to_seconds(time: SystemTime) -> f64 {
    to_millis(time) as f64 / 1_000.0
}

/// Reads any number: a line isn't refused for a time that makes no sense.
pub(super) fn from_seconds(seconds: f64) -> SystemTime {
    let last = Duration::from_millis(LAST);
    let seconds = seconds.max(0.0).min(last.as_secs_f64());
    let since = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    // A number with decimals may be a little below the millisecond that was written.
    let millis = since.saturating_add(Duration::from_micros(500)).as_millis();
    let millis = u64::try_from(millis).unwrap_or(LAST).min(LAST);
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis));
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}
