use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// The rate limit of each profile. A profile's window opens with its first request and stays open for the
/// whole period.
pub(super) struct Windows {
    limit: u32,
    period: Duration,
    open: BTreeMap<Option<String>, Window>,
}

struct Window {
    since: Instant,
    used: u32,
}

/// Whether a request is admitted, and what the headers of its answer say about the window.
#[derive(Debug, PartialEq)]
pub(super) struct Admission {
    pub(super) is_admitted: bool,
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

    /// Admits or refuses a request. A refused request doesn't count.
    pub(super) fn admit(&mut self, profile: Option<String>, now: Instant) -> Admission {
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
        let is_admitted = window.used < self.limit;
        window.used += u32::from(is_admitted);
        Admission {
            is_admitted,
            limit: self.limit,
            used: window.used,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_opens_with_the_first_request_and_each_profile_has_its_own() {
        #[allow(clippy::disallowed_methods, reason = "any instant will do")]
        let start = Instant::now();
        let mut windows = Windows::new(2, Duration::from_secs(300));
        let mut admit = |profile: Option<&str>, seconds| {
            let admission = windows.admit(
                profile.map(Into::into),
                start + Duration::from_secs(seconds),
            );
            (admission.is_admitted, admission.used)
        };

        assert_eq!(admit(None, 0), (true, 1));
        assert_eq!(admit(None, 299), (true, 2));
        assert_eq!(admit(None, 299), (false, 2));
        assert_eq!(admit(Some("tenant"), 299), (true, 1));
        assert_eq!(admit(None, 300), (true, 1));
    }
}
