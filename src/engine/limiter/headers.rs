//! Reads what the headers of an answer say about the window.

use std::time::{Duration, UNIX_EPOCH};

use super::rate_limit::DAY;

/// A provider's names for the headers about its window. `None` stands for a header that it doesn't send.
#[derive(Clone, Copy, Debug, Default)]
pub struct RateHeaderNames {
    /// How many requests a window holds.
    pub max: Option<&'static str>,
    /// How many are used in it.
    pub count: Option<&'static str>,
    /// How many are left in it.
    pub remaining: Option<&'static str>,
    /// When the count starts over.
    pub reset: Option<&'static str>,
}

impl RateHeaderNames {
    /// Reads the headers, and ignores those that can't be read. `header` looks a header up by its lower-case
    /// name. No wait is longer than 24 hours.
    ///
    /// A date is compared with the answer's own `Date`, so a local clock that is wrong changes no wait.
    /// `unix_now` is the local time since the Unix epoch, for an answer without that header. Without both,
    /// dates are ignored.
    pub fn read<'a>(
        &self,
        header: impl Fn(&str) -> Option<&'a str>,
        unix_now: Option<Duration>,
    ) -> RateHeaders {
        let text = |name: Option<&str>| header(name?).map(str::trim);
        let number = |name| text(name)?.parse().ok();
        let now = text(Some("date")).and_then(since_epoch).or(unix_now);
        RateHeaders {
            max: number(self.max),
            count: number(self.count),
            remaining: number(self.remaining),
            reset: text(self.reset).and_then(|text| reset(text, now)),
            retry_after: text(Some("retry-after")).and_then(|text| retry_after(text, now)),
        }
    }
}

/// What an answer's headers say about the window. A header that is missing is `None`.
///
/// ```
/// use unpost::RateHeaders;
///
/// let mut headers = RateHeaders::default();
/// headers.max = Some(300);
/// headers.count = Some(12);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateHeaders {
    /// Requests a window holds.
    pub max: Option<u32>,
    /// Requests used in it, this one included.
    pub count: Option<u32>,
    /// Requests left in it.
    pub remaining: Option<u32>,
    /// How long until the count starts over.
    pub reset: Option<Duration>,
    /// How long the provider wants us to wait.
    pub retry_after: Option<Duration>,
}

impl RateHeaders {
    /// How many requests are used. `limit` is how many a window holds, unless the headers say that.
    pub(super) fn used(&self, limit: Option<u32>) -> Option<u32> {
        let left = || Some(self.max.or(limit)?.saturating_sub(self.remaining?));
        self.count.or_else(left)
    }
}

/// Seconds, or an HTTP date.
fn retry_after(text: &str, now: Option<Duration>) -> Option<Duration> {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        let seconds = text.parse().ok()?;
        return Some(Duration::try_from_secs_f64(seconds).unwrap_or(DAY).min(DAY));
    }
    Some(since_epoch(text)?.saturating_sub(now?).min(DAY))
}

/// An HTTP date, as the time since the Unix epoch.
fn since_epoch(text: &str) -> Option<Duration> {
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Milliseconds from now. A larger number is a date: in milliseconds, or in seconds, which many servers send.
fn reset(text: &str, now: Option<Duration>) -> Option<Duration> {
    let number: u64 = text.parse().ok()?;
    let wait = match number {
        0..1_000_000_000 => Duration::from_millis(number),
        1_000_000_000..100_000_000_000 => Duration::from_secs(number).saturating_sub(now?),
        100_000_000_000.. => Duration::from_millis(number).saturating_sub(now?),
    };
    Some(wait.min(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: RateHeaderNames = RateHeaderNames {
        max: Some("the-limit"),
        count: Some("the-count"),
        remaining: Some("the-rest"),
        reset: Some("the-reset"),
    };

    #[test]
    fn retry_after_is_read_in_seconds_or_as_a_date() {
        let now = Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let parse = |text: &str, now| {
            NAMES
                .read(|name| (name == "retry-after").then_some(text), now)
                .retry_after
        };
        let endless = "1".repeat(400);
        for (text, wait) in [
            ("120", Some(120.0)),
            (" 1.5 ", Some(1.5)),
            ("0", Some(0.0)),
            ("1000000000000000000000000000000", Some(86_400.0)),
            (&endless, Some(86_400.0)),
            ("-1", None),
            ("NaN", None),
            ("inf", None),
            ("1s", None),
            ("", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60.0)),
            ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0.0)),
            ("Sun, 06 Nov 9994 08:49:37 GMT", Some(86_400.0)),
        ] {
            assert_eq!(
                parse(text, Some(now)),
                wait.map(Duration::from_secs_f64),
                "{text}"
            );
        }
        assert_eq!(
            parse("Sun, 06 Nov 1994 08:50:37 GMT", None),
            None,
            "a date says nothing to who doesn't know today's"
        );
    }

    #[test]
    fn dates_are_compared_with_the_answers_own_date_and_not_with_the_local_clock() {
        let local = Duration::from_secs(1_700_000_000);
        for (date, wait) in [
            ("Sun, 09 Sep 2001 01:46:40 GMT", 60), // 1,000,000,000 s after the epoch
            ("Sun, 09 Sep 2001 01:47:30 GMT", 10),
            ("Sun, 09 Sep 2001 01:48:40 GMT", 0),
            ("not a date", 0),
        ] {
            for (header, value) in [
                ("retry-after", "Sun, 09 Sep 2001 01:47:40 GMT"),
                ("the-reset", "1000000060"),
                ("the-reset", "1000000060000"),
            ] {
                let headers = [("date", date), (header, value)];
                let find = |name: &str| {
                    let mut found = headers.iter().filter(|(header, _)| *header == name);
                    found.next().map(|(_, value)| *value)
                };
                let read = NAMES.read(find, Some(local));
                let read = read.retry_after.or(read.reset);
                assert_eq!(read, Some(Duration::from_secs(wait)), "{header}, {date}");
            }
        }
    }

    #[test]
    fn rate_headers_are_read_leniently() {
        let now = Some(Duration::from_secs(1_700_000_000));
        let parse =
            |value: &'static str| NAMES.read(|name| name.starts_with("the-").then_some(value), now);
        let all = |number, reset| RateHeaders {
            max: number,
            count: number,
            remaining: number,
            reset: Option::map(reset, Duration::from_millis),
            retry_after: None,
        };
        assert_eq!(parse(" 5000 "), all(Some(5_000), Some(5_000)));
        assert_eq!(parse("1700000005000"), all(None, Some(5_000)), "a date");
        assert_eq!(
            parse("1700000005").reset,
            Some(Duration::from_secs(5)),
            "a date in seconds"
        );
        assert_eq!(parse("1600000000000"), all(None, Some(0)), "in the past");
        assert_eq!(
            parse("18446744073709551615"),
            all(None, Some(86_400_000)),
            "clamped"
        );
        for garbage in ["-1", "many", "", "99999999999999999999999"] {
            assert_eq!(parse(garbage), RateHeaders::default());
        }
    }
}
