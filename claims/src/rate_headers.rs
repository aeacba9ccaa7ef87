//! Rate headers, valid and invalid, and what may be read from them. A property test draws them at random, and
//! a fuzz target searches for them.

use std::time::{Duration, UNIX_EPOCH};

use arbitrary::Arbitrary;

use unpost::internals::RateHeaderNames;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const NAMES: RateHeaderNames = RateHeaderNames {
    max: Some("the-limit"),
    count: Some("the-count"),
    remaining: Some("the-rest"),
    reset: Some("the-reset"),
};

/// The headers of an answer, and when they are read.
#[derive(Arbitrary, Debug)]
pub struct Headers {
    unix_now: Option<u32>,
    date: Value,
    max: Value,
    count: Value,
    remaining: Value,
    reset: Value,
    retry_after: Value,
}

#[derive(Arbitrary, Debug)]
enum Value {
    Absent,
    Number(u32),
    Large(u64),
    /// An HTTP date: seconds after the present.
    Date(i32),
    /// The same, within some hours.
    Soon(i16),
    /// Milliseconds after the present, as a number.
    Epoch(i32),
    Spaced(u16),
    Fraction(f64),
    Any(String),
}

impl Value {
    fn text(&self, unix_now: u32) -> Option<String> {
        let moved = |by: i32| u64::try_from(i64::from(unix_now) + i64::from(by)).unwrap_or(0);
        Some(match self {
            Self::Absent => return None,
            Self::Number(number) => number.to_string(),
            Self::Large(number) => number.to_string(),
            Self::Date(by) => http_date(moved(*by)),
            Self::Soon(by) => http_date(moved((*by).into())),
            Self::Epoch(by) => (moved(by / 1000) * 1000).to_string(),
            Self::Spaced(number) => format!(" \t{number} "),
            Self::Fraction(number) => number.to_string(),
            Self::Any(text) => text.clone(),
        })
    }

    fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Spaced(number) => Some((*number).into()),
            _ => None,
        }
    }
}

fn http_date(since_epoch: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(since_epoch))
}

/// Checks that what is read is what was sent, that dates are compared with the answer's own if it has one, and that
/// no wait is longer than a day.
pub fn check(headers: &Headers) {
    let now = headers.unix_now.unwrap_or(0);
    let date = headers.date.text(now);
    let (max, count) = (headers.max.text(now), headers.count.text(now));
    let (remaining, reset) = (headers.remaining.text(now), headers.reset.text(now));
    let retry_after = headers.retry_after.text(now);
    let unix_now = headers.unix_now.map(|now| Duration::from_secs(now.into()));
    let read = NAMES.read(
        |name| match name {
            "date" => date.as_deref(),
            "the-limit" => max.as_deref(),
            "the-count" => count.as_deref(),
            "the-rest" => remaining.as_deref(),
            "the-reset" => reset.as_deref(),
            "retry-after" => retry_after.as_deref(),
            _ => None,
        },
        unix_now,
    );
    for wait in [read.reset, read.retry_after].into_iter().flatten() {
        assert!(wait <= DAY, "{wait:?}");
    }
    for (read, sent) in [
        (read.max, &headers.max),
        (read.count, &headers.count),
        (read.remaining, &headers.remaining),
    ] {
        assert!(
            sent.number().is_none_or(|sent| read == Some(sent)),
            "{sent:?}: {read:?}"
        );
        assert!(!matches!(sent, Value::Absent | Value::Date(_) | Value::Soon(_)) || read.is_none());
    }
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    // The time that dates are compared with.
    let dated = date.and_then(|text| httpdate::parse_http_date(text.trim()).ok());
    let dated = dated.map(|date| date.duration_since(UNIX_EPOCH).unwrap_or_default());
    let present = dated.or(unix_now);
    let wait_until = |by: i32| {
        let then = u64::try_from(i64::from(now) + i64::from(by)).unwrap_or(0);
        Some(Duration::from_secs(then).saturating_sub(present?).min(DAY))
    };
    match headers.retry_after {
        Value::Absent => assert_eq!(read.retry_after, None),
        Value::Number(number) => assert_eq!(read.retry_after, Some(seconds(number).min(DAY))),
        // HTTP's dates end with the year 9999, which is out of reach here.
        Value::Date(by) => assert_eq!(read.retry_after, wait_until(by)),
        Value::Soon(by) => assert_eq!(read.retry_after, wait_until(by.into())),
        Value::Fraction(number) if number.is_nan() || number.is_sign_negative() => {
            assert_eq!(read.retry_after, None);
        }
        Value::Fraction(number) if number.is_finite() => {
            let wait = Duration::try_from_secs_f64(number).unwrap_or(DAY).min(DAY);
            assert_eq!(read.retry_after, Some(wait));
        }
        _ => {}
    }
    match headers.reset {
        Value::Absent | Value::Date(_) | Value::Soon(_) => assert_eq!(read.reset, None),
        Value::Number(number @ 0..1_000_000_000) => {
            assert_eq!(
                read.reset,
                Some(Duration::from_millis(number.into()).min(DAY))
            );
        }
        // A number for a time before March 1973 is too small to be read as a date.
        Value::Epoch(by) if i64::from(now) + i64::from(by / 1000) > 103_000_000 => {
            assert_eq!(read.reset, wait_until(by / 1000));
        }
        _ => {}
    }
}
