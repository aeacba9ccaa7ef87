use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How many requests a profile may make: a window opens with its first request and stays fixed until the period is over.
pub(super) struct Windows {
    limit: u32,
    period: Duration,
    open: BTreeMap<Option<String>, Window>,
}

struct Window {
    since: Instant,
    used: u32,
}

/// Whether a request got in, and what the answer's headers say about the window.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) admitted: bool,
    pub(super) limit: u32,
    pub(super) used: u32,
}

impl Windows {
    pub(super) fn new(limit: u32, period: Duration) -> Self {
        Self {
            limit,
            period,
            open: BTreeMap::new(),
        }
    }

    /// A request that is refused doesn't count.
    pub(super) fn enter(&mut self, profile: Option<String>, now: Instant) -> Entry {
        let window = self.open.entry(profile).or_insert(Window {
            since: now,
            used: 0,
        });
        if now.saturating_duration_since(window.since) >= self.period {
            *window = Window {
                since: now,
                used: 0,
            };
        }
        let admitted = window.used < self.limit;
        window.used += u32::from(admitted);
        Entry {
            admitted,
            limit: self.limit,
            used: window.used,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_fixed_from_its_first_request_and_each_profile_has_its_own() {
        #[allow(clippy::disallowed_methods, reason = "any instant will do")]
        let start = Instant::now();
        let mut windows = Windows::new(2, Duration::from_secs(300));
        let mut enter = |profile: Option<&str>, seconds| {
            let entry = windows.enter(
                profile.map(Into::into),
                start + Duration::from_secs(seconds),
            );
            (entry.admitted, entry.used)
        };

        assert_eq!(enter(None, 0), (true, 1));
        assert_eq!(enter(None, 299), (true, 2));
        assert_eq!(enter(None, 299), (false, 2));
        assert_eq!(enter(Some("tenant"), 299), (true, 1));
        assert_eq!(enter(None, 300), (true, 1));
    }
}
