//! A duration in JSON: a number of seconds, whole where it can be. Reading one never fails because of its size.

use std::time::Duration;

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

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.map(from_secs))
}

/// A negative number counts as 0, and so does one that is no number.
fn from_secs(seconds: f64) -> Duration {
    let seconds = seconds.max(0.0).min(LONGEST.as_secs_f64());
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
