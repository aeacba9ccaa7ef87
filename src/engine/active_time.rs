//! Takes the time of a future, but only the time in which the runtime runs.
//!
//! A runtime may stand still, because a task blocks its thread or because nobody drives it. Answers that arrive
//! meanwhile can't be seen. A timeout must not count that time, or it would fire before anybody has looked.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::{Instant, sleep};

/// What a future came to within its time.
pub(crate) struct Timed<T> {
    /// `None` if it wasn't ready in time.
    pub(crate) output: Option<T>,
    /// How much of the time was used.
    pub(crate) took: Duration,
}

/// How often the clock is looked at within a limit. However long the runtime stands still between two looks, only
/// this part of the limit is counted.
const LOOKS: u32 = 8;
/// A timer may be this late without a reason.
const TOLERANCE: Duration = Duration::from_millis(5);

/// Waits for a future, for at most `limit` of the time in which the runtime runs. The future is looked at before the
/// clock. If the runtime was late for the last look, the lateness is given back, so that it can read what has arrived.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Timed<F::Output> {
    let mut future = pin!(future);
    let part = (limit / LOOKS).max(Duration::from_millis(1));
    let (mut took, mut given_back) = (Duration::ZERO, 0);
    loop {
        let begun = Instant::now();
        let wait = part.min(limit.saturating_sub(took));
        match select(future.as_mut(), pin!(sleep(wait))).await {
            Either::Left((output, _)) => {
                return Timed {
                    output: Some(output),
                    took: took + begun.elapsed().min(wait),
                };
            }
            Either::Right(_) => took += wait,
        }
        if took < limit {
            continue;
        }
        let late = begun.elapsed().saturating_sub(wait);
        if late <= TOLERANCE || given_back == LOOKS {
            return Timed { output: None, took };
        }
        given_back += 1;
        took = limit.saturating_sub(late);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_future_gets_its_time_and_no_more() {
        let timed = within(SECOND, sleep(SECOND * 3 / 4)).await;
        assert!(timed.output.is_some());
        assert_eq!(timed.took, SECOND * 3 / 4);
        let begun = Instant::now();
        let timed = within(SECOND, sleep(2 * SECOND)).await;
        assert!(timed.output.is_none());
        assert_eq!((timed.took, begun.elapsed()), (SECOND, SECOND));
    }

    #[tokio::test]
    #[allow(clippy::disallowed_methods, reason = "the runtime must stand still")]
    async fn time_in_which_the_runtime_stands_still_does_not_count() {
        let limit = Duration::from_millis(80);
        // The answer is ready before the limit, but needs the runtime three times.
        let answer = async {
            for _ in 0..3 {
                sleep(Duration::from_millis(15)).await;
                std::thread::sleep(Duration::from_millis(200));
            }
        };
        let timed = within(limit, answer).await;
        assert!(timed.output.is_some(), "{:?} were counted", timed.took);
    }
}
