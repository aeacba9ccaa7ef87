//! The run of a schedule, and the calls that the schedule makes beside it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::time::{sleep, timeout};
use unpost::{DeleteMany, Error, Outcome};

use super::client::{Client, Counted, Counts};
use super::ms;
use super::oracle::retries_allowed;
use super::schedule::{End, OtherCall, Schedule};

/// The outcomes of a run, and what it asked its client for.
pub(super) struct Run {
    pub(super) outcomes: Vec<Outcome>,
    batches: usize,
    /// How many ids were in batches of more than one. The run may ask for each of them once more, alone.
    in_bulk: usize,
}

impl Run {
    /// Reads a run to the end that the schedule gives it, and drops it.
    pub(super) async fn read<C: Client>(
        schedule: &Schedule,
        client: C,
        when_stopped: impl FnOnce(),
    ) -> Self {
        let counts = Arc::new(Counts::default());
        let client = Counted {
            client,
            counts: Arc::clone(&counts),
        };
        let mut outcomes = Vec::new();
        let mut run = DeleteMany::new(client, schedule.asked_ids())
            .batch_size(schedule.batch)
            .concurrency(schedule.concurrency)
            .run();
        let read_first = match schedule.end {
            End::ReadOut => usize::MAX,
            End::StopAfter(first) | End::DropAfter(first, _) => first.into(),
        };
        while outcomes.len() < read_first
            && let Some(outcome) = run.next().await
        {
            outcomes.push(outcome);
        }
        if let End::StopAfter(_) = schedule.end {
            run.stop();
            when_stopped();
        }
        let reading = async {
            while let Some(outcome) = run.next().await {
                outcomes.push(outcome);
            }
        };
        match schedule.end {
            End::DropAfter(_, more) => drop(timeout(ms(more), reading).await),
            End::ReadOut | End::StopAfter(_) => reading.await,
        }
        Self {
            outcomes,
            batches: counts.batches.load(Ordering::Relaxed),
            in_bulk: counts.in_bulk.load(Ordering::Relaxed),
        }
    }

    /// How many requests the run may send if so many were answered.
    pub(super) fn requests_allowed(&self, answered: usize) -> usize {
        self.batches + self.in_bulk + retries_allowed(answered)
    }
}

/// The result of a call beside a run.
pub(super) enum Called {
    DeleteOne(String, Result<Vec<Outcome>, Error>),
    DeleteAllScheduled(Result<(), Error>),
}

impl OtherCall {
    /// Waits for its time and makes the call. `None` if the provider has no such request.
    pub(super) async fn make(self, schedule: &Schedule, client: impl Client) -> Option<Called> {
        let (Self::DeleteOne(after_ms, _) | Self::DeleteAllScheduled(after_ms)) = self;
        sleep(ms(after_ms)).await;
        match self {
            Self::DeleteOne(_, number) => {
                let id = schedule.id(number);
                let result = client.delete_one(id.clone()).await;
                Some(Called::DeleteOne(id, result))
            }
            Self::DeleteAllScheduled(_) => {
                let result = client.delete_all_scheduled().await?;
                Some(Called::DeleteAllScheduled(result))
            }
        }
    }
}
