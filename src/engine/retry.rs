use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::operation::AttemptKind;
use crate::model::seconds;

/// How many attempts a request gets, and how long the waits between them are.
///
/// Which requests may be repeated is not a setting. Deleting a post twice is harmless, and deleting *all
/// scheduled posts* twice is not, so the crate decides. See the table in the
/// [guide](crate::docs::guide).
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use unpost::Retry;
///
/// let patient = Retry::attempts(5).backoff(Duration::from_secs(1), Duration::from_secs(60));
/// assert_ne!(patient, Retry::default());
/// assert_eq!(Retry::never(), Retry::attempts(1));
/// ```
///
/// # In a configuration
///
/// A `Retry` can be read and written with serde. `attempts` is a number. `first_wait` and `longest_wait` are the
/// arguments of [`backoff`](Retry::backoff), in seconds, whole or with a fraction. A missing member has its default. An
/// unknown member or a negative time is an error.
///
/// ```
/// # use {std::time::Duration, unpost::Retry};
/// let retry: Retry = serde_json::from_str(r#"{"attempts":5,"first_wait":0.25,"longest_wait":30}"#)?;
/// let same = Retry::attempts(5).backoff(Duration::from_millis(250), Duration::from_secs(30));
/// assert_eq!(retry, same);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Config", into = "Config")]
pub struct Retry {
    attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
}

impl Retry {
    /// At most this many attempts, the first included (0 counts as 1). 3 by default.
    pub fn attempts(attempts: u32) -> Self {
        Self {
            attempts: attempts.max(1),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
        }
    }

    /// One attempt and no more.
    pub fn never() -> Self {
        Self::attempts(1)
    }

    /// The longest wait before the second attempt is `first`. It doubles for each further attempt, up to
    /// `longest`. The real wait is a random part of it, so that callers that failed together don't return
    /// together. 500 ms and 20 s by default.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest.max(first);
        self
    }

    /// Decides whether there is another attempt, and after what wait. This is a pure function.
    pub(crate) fn decide(&self, context: &RetryContext) -> Decision {
        if context.attempt >= self.attempts {
            return Decision::Stop;
        }
        let wait = match context.kind {
            AttemptKind::NotSent => self.backoff_before_next(context),
            AttemptKind::Throttled(_) if context.throttled_before => return Decision::Stop,
            AttemptKind::Throttled(_) => context.asked_wait.unwrap_or(self.longest_wait),
            AttemptKind::Broken
            | AttemptKind::Lost
            | AttemptKind::Refused {
                retry_available: true,
            } if context.repeatable => self
                .backoff_before_next(context)
                .max(context.asked_wait.unwrap_or_default()),
            _ => return Decision::Stop,
        };
        if wait < context.time_left {
            Decision::Again { after: wait }
        } else {
            Decision::Stop
        }
    }

    /// Exponential backoff with full jitter.
    fn backoff_before_next(&self, context: &RetryContext) -> Duration {
        let doublings = context.attempt.saturating_sub(1).min(31);
        let ceiling = self
            .first_wait
            .saturating_mul(1 << doublings)
            .min(self.longest_wait);
        ceiling.mul_f64(context.jitter.clamp(0.0, 1.0))
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::attempts(3)
    }
}

/// The same as a configuration has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    attempts: Option<u32>,
    #[serde(
        default,
        serialize_with = "seconds::serialize",
        deserialize_with = "seconds::deserialize_strict"
    )]
    first_wait: Option<Duration>,
    #[serde(
        default,
        serialize_with = "seconds::serialize",
        deserialize_with = "seconds::deserialize_strict"
    )]
    longest_wait: Option<Duration>,
}

impl From<Config> for Retry {
    fn from(config: Config) -> Self {
        let default = Self::default();
        Self::attempts(config.attempts.unwrap_or(default.attempts)).backoff(
            config.first_wait.unwrap_or(default.first_wait),
            config.longest_wait.unwrap_or(default.longest_wait),
        )
    }
}

impl From<Retry> for Config {
    fn from(retry: Retry) -> Self {
        Self {
            attempts: Some(retry.attempts),
            first_wait: Some(retry.first_wait),
            longest_wait: Some(retry.longest_wait),
        }
    }
}

/// Everything that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryContext {
    pub(crate) kind: AttemptKind,
    /// Whether carrying the request out twice is harmless.
    pub(crate) repeatable: bool,
    /// How many attempts there were, this one included.
    pub(crate) attempt: u32,
    /// Whether an earlier attempt of this call was throttled too. A call risks only
    /// one more request after a 429.
    pub(crate) throttled_before: bool,
    /// How long the provider asks to wait, or how long the limiter stays closed.
    pub(crate) asked_wait: Option<Duration>,
    /// What is left until the deadline of the call.
    pub(crate) time_left: Duration,
    /// A random number from 0 to 1.
    pub(crate) jitter: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Stop,
    Again { after: Duration },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::operation::ThrottledBy;
    use AttemptKind::{Answered, Broken, Foreign, Lost, NotSent, Refused};

    const THROTTLED: AttemptKind = AttemptKind::Throttled(ThrottledBy::Profile);

    const SECOND: Duration = Duration::from_secs(1);

    fn context(kind: AttemptKind, repeatable: bool) -> RetryContext {
        RetryContext {
            kind,
            repeatable,
            attempt: 1,
            throttled_before: false,
            asked_wait: None,
            time_left: 300 * SECOND,
            jitter: 1.0,
        }
    }

    fn repeats(kind: AttemptKind, repeatable: bool) -> bool {
        Retry::default().decide(&context(kind, repeatable)) != Decision::Stop
    }

    #[test]
    fn what_surely_was_not_sent_is_sent_again_whatever_it_is() {
        assert!(repeats(NotSent, true));
        assert!(repeats(NotSent, false));
    }

    #[test]
    fn a_429_is_repeated_whatever_it_is_since_it_did_nothing() {
        assert!(repeats(THROTTLED, true));
        assert!(repeats(THROTTLED, false));
    }

    #[test]
    fn a_429_is_repeated_once_only() {
        let second = RetryContext {
            throttled_before: true,
            attempt: 2,
            ..context(THROTTLED, true)
        };
        assert_eq!(Retry::attempts(9).decide(&second), Decision::Stop);
    }

    #[test]
    fn what_may_have_been_carried_out_is_repeated_only_where_that_is_harmless() {
        for kind in [
            Broken,
            Lost,
            Refused {
                retry_available: true,
            },
        ] {
            assert!(repeats(kind, true), "{kind:?}");
            assert!(!repeats(kind, false), "{kind:?}");
        }
    }

    #[test]
    fn an_answer_a_refusal_and_a_foreign_answer_end_the_call() {
        for kind in [
            Answered,
            Foreign,
            Refused {
                retry_available: false,
            },
        ] {
            assert!(!repeats(kind, true), "{kind:?}");
            assert!(!repeats(kind, false), "{kind:?}");
        }
    }

    #[test]
    fn attempts_are_counted_with_the_first() {
        let at = |attempt| RetryContext {
            attempt,
            ..context(NotSent, true)
        };
        assert_ne!(Retry::attempts(3).decide(&at(2)), Decision::Stop);
        assert_eq!(Retry::attempts(3).decide(&at(3)), Decision::Stop);
        assert_eq!(Retry::never().decide(&at(1)), Decision::Stop);
    }

    #[test]
    fn waits_double_up_to_a_ceiling_and_jitter_takes_a_part() {
        let retry = Retry::attempts(u32::MAX).backoff(SECOND, 5 * SECOND);
        let wait = |attempt, jitter| {
            retry.decide(&RetryContext {
                attempt,
                jitter,
                ..context(Lost, true)
            })
        };
        let after = |after| Decision::Again { after };
        assert_eq!(wait(1, 1.0), after(SECOND));
        assert_eq!(wait(3, 1.0), after(4 * SECOND));
        assert_eq!(wait(4, 1.0), after(5 * SECOND));
        assert_eq!(wait(u32::MAX - 1, 1.0), after(5 * SECOND));
        assert_eq!(wait(1, 0.0), after(Duration::ZERO));
    }

    #[test]
    fn a_server_may_ask_for_more_time_than_the_backoff_but_not_for_more_than_is_left() {
        let asked = |asked_wait| {
            let context = RetryContext {
                asked_wait: Some(asked_wait),
                ..context(Broken, true)
            };
            Retry::default().decide(&context)
        };
        assert_eq!(asked(30 * SECOND), Decision::Again { after: 30 * SECOND });
        assert_eq!(asked(300 * SECOND), Decision::Stop);
        assert_eq!(asked(Duration::MAX), Decision::Stop);
    }
}
