//! The times that a pacer keeps.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize};

use super::rate_limit::DAY;

/// Added to a duration, this rounds a fraction of a microsecond up.
const ALMOST_ONE: Duration = Duration::from_nanos(999);

/// A time in whole microseconds since the Unix epoch, which is also how it is stored. No sum of times overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Moment(u64);

impl Moment {
    /// A time before 1970 counts as the beginning of 1970.
    pub(super) fn of(time: SystemTime) -> Self {
        Self(micros(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
    }

    pub(super) fn time(self) -> SystemTime {
        let time = UNIX_EPOCH.checked_add(Duration::from_micros(self.0));
        time.unwrap_or(UNIX_EPOCH)
    }

    /// The time that comes this much later, but at most a day later, whatever a server asks for. A fraction of a
    /// microsecond counts as one.
    pub(super) fn plus(self, by: Duration) -> Self {
        Self(
            self.0
                .saturating_add(micros(by.min(DAY).saturating_add(ALMOST_ONE))),
        )
    }

    pub(super) fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(micros(by)))
    }

    /// How much later this is than `earlier`: 0 if it isn't later.
    pub(super) fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Reads stored times, and puts them in order if they aren't.
pub(super) fn in_order<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromIterator<Moment>,
    D: Deserializer<'de>,
{
    let mut times = Vec::<Moment>::deserialize(deserializer)?;
    times.sort_unstable();
    Ok(times.into_iter().collect())
}

/// A duration that is stored in whole nanoseconds.
pub(super) mod nanos {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_nanos)
    }
}
