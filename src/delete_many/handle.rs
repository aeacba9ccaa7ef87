//! Watches and stops a run from anywhere.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

use crate::engine::limiter::usage::WaitingFor;
use crate::engine::run::{RunContext, stopped_by_caller};
use crate::model::{Failure, Summary};

/// Watches and stops a run, from any task or thread, also while another one waits for an outcome.
///
/// [`Outcomes::handle`](crate::Outcomes::handle) makes one. It is cheap to clone, and may outlive the run.
///
/// # Example
///
/// ```
/// use unpost::{DeleteMany, DeletePosts};
///
/// async fn delete_campaign(client: impl DeletePosts) {
///     let outcomes = DeleteMany::new(client, ["post-1", "post-2"]).run();
///     let handle = outcomes.handle();
///     let summary = outcomes.summary().await;
///     assert_eq!(handle.progress().summary.total, summary.total);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct RunHandle {
    run: Arc<RunContext>,
}

impl RunHandle {
    pub(super) fn new(run: Arc<RunContext>) -> Self {
        Self { run }
    }

    /// Does what [`Outcomes::stop`](crate::Outcomes::stop) does, and returns at once. Read the stream to its end for
    /// the outcomes.
    ///
    /// A request that is under way is finished, however long that takes. [`stop_within`](Self::stop_within) sets a time.
    pub fn stop(&self) {
        self.run.stop(stopped_by_caller());
    }

    /// Stops the run, gives what is under way so much time, and returns at once.
    ///
    /// After that time no answer is waited for. A post whose request may have left is then
    /// [`Uncertain`](crate::Fate::Uncertain) for [`Stopped`](crate::ErrorKind::Stopped). A post whose request surely
    /// hasn't left is [`NotAttempted`](crate::Fate::NotAttempted). If this is called again, the earlier time counts.
    pub fn stop_within(&self, time: Duration) {
        self.run.stop_within(stopped_by_caller(), time);
    }

    /// Why the run ends early, if it does. See [`Outcomes::stopped_by`](crate::Outcomes::stopped_by).
    pub fn stopped_by(&self) -> Option<Failure> {
        self.run.stopped_by().cloned()
    }

    /// Whether the run is over: its last outcome was read, or nothing is under way any more after its stream was dropped.
    pub fn is_finished(&self) -> bool {
        self.run.is_over()
    }

    /// What the run has done so far. A call usually takes less than a microsecond, however many posts the run has.
    pub fn progress(&self) -> Progress {
        let (waiting_until, waiting_for) = self.run.waits().unzip();
        Progress {
            summary: self.run.known(),
            in_flight: self.run.ids_in_flight(),
            requests: self.run.requests(),
            throttled: self.run.throttled(),
            waiting_until,
            waiting_for,
        }
    }
}

/// What a run has done so far. [`RunHandle::progress`] takes it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Progress {
    /// The outcomes that are known, counted by fate, also those that nobody has read yet. `to_retry` is always empty.
    pub summary: Summary,
    /// How many ids have been taken from the iterator and have no outcome yet.
    pub in_flight: usize,
    /// How many requests have been made, retries included.
    pub requests: usize,
    /// How many of them were answered with 429.
    pub throttled: usize,
    /// Until when the run waits for a place in the profile's window, if it does nothing else. `None` while a request is
    /// under way. In JSON it is the time since 1970 in seconds.
    #[serde(serialize_with = "in_seconds")]
    pub waiting_until: Option<SystemTime>,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
}

#[allow(clippy::ref_option, reason = "serde passes the field by reference")]
fn in_seconds<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    let since = time.map(|time| time.duration_since(UNIX_EPOCH).unwrap_or_default());
    since.map(|since| since.as_secs_f64()).serialize(serializer)
}
