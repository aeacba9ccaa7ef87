//! A duration in JSON: a number of seconds, whole where it can be.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest duration that is read. A caller may add it to a time without an overflow.
const LONGEST: Duration = Duration::from_secs(u32::MAX as u64);

#[allow(
    clippy::ref_option,
    reason = "serde hands over a reference to the field"
)]
pub(crate) fn serialize<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) if duration.subsec_nanos() == 0 => {
            serializer.serialize_some(&duration.as_secs())
        }
        duration => duration
            .map(|duration| duration.as_secs_f64())
            .serialize(serializer),
    }
}

/// Reads any number: a stored line is not refused for a wait that makes no sense.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.map(from_secs))
}

/// Reads a setting: a number that can't be a duration is refused.
pub(crate) fn deserialize_strict<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let seconds = Option::<f64>::deserialize(deserializer)?;
    let duration = seconds.map(Duration::try_from_secs_f64).transpose();
    duration.map_err(|_| {
        D::Error::custom("a time must be a number of seconds, at least 0 and below 2^64")
    })
}

/// A negative number and NaN count as 0.
fn from_secs(seconds: f64) -> Duration {
    let seconds = seconds.max(0.0).min(LONGEST.as_secs_f64());
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
