//! Writes the requests of a call, and what became of them, to a journal.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::operation::{AttemptKind, ThrottledBy};
use crate::journal::{
    Answered, BoxError, DynJournal, NotCarriedOut, OperationKind, Record, Scope, Sending,
};
use crate::model::text;
use crate::model::{ErrorKind, Failure, Outcome, PostId};

/// A journal, and the scope in which a run or a call writes to it.
#[derive(Clone)]
pub(crate) struct Recorder {
    journal: Arc<dyn DynJournal>,
    scope: Scope,
}

impl Recorder {
    pub(crate) fn new(journal: Arc<dyn DynJournal>, scope: Scope) -> Self {
        Self { journal, scope }
    }

    /// Writes requests that do something else to the same journal.
    pub(crate) fn of(&self, operation: OperationKind) -> Self {
        let scope = Scope {
            operation,
            ..self.scope.clone()
        };
        Self {
            journal: Arc::clone(&self.journal),
            scope,
        }
    }

    /// Records that a request is sent now.
    pub(crate) async fn sends_now(&self, ids: &[PostId]) -> Result<Sending, Failure> {
        self.about_to_send(ids, now()).await
    }

    /// What is on record in this scope.
    pub(crate) async fn load(&self) -> Result<Record, Failure> {
        self.journal.load(&self.scope).await.map_err(unusable)
    }

    /// Records a request before it is sent. `at` is the time for which the limiter has reserved its place.
    pub(crate) async fn about_to_send(
        &self,
        ids: &[PostId],
        at: SystemTime,
    ) -> Result<Sending, Failure> {
        let sending = Sending::new(&self.scope, ids.to_vec(), at);
        self.journal
            .about_to_send(&sending)
            .await
            .map_err(unusable)?;
        Ok(sending)
    }

    /// Records what is known of an attempt: that nothing was carried out for the posts that are still open. An attempt that
    /// may have been carried out stays on record as it is. If no post is open, a 429 is recorded all the same.
    pub(crate) async fn answered(
        &self,
        sending: &Sending,
        kind: AttemptKind,
        http_status: Option<u16>,
        open: &[PostId],
    ) -> Result<(), Failure> {
        let mut ids = open;
        let kind = match kind {
            AttemptKind::NotSent => NotCarriedOut::NotSent,
            AttemptKind::Throttled(ThrottledBy::Profile) => NotCarriedOut::Throttled,
            // The answer speaks of posts, and it counts as a 429 all the same.
            AttemptKind::Answered if http_status == Some(429) && !sending.ids.is_empty() => {
                ids = &[];
                NotCarriedOut::Throttled
            }
            // Only a 429 counts for the day's budget.
            AttemptKind::Throttled(ThrottledBy::Network) if http_status == Some(429) => {
                NotCarriedOut::ThrottledByNetwork
            }
            AttemptKind::Throttled(_) | AttemptKind::Refused { .. } => NotCarriedOut::Refused,
            AttemptKind::Answered
            | AttemptKind::Broken
            | AttemptKind::Foreign
            | AttemptKind::Lost => return Ok(()),
        };
        let mut answered = Answered::new(sending, kind, now());
        answered.ids = ids.to_vec();
        self.journal.answered(&answered).await.map_err(unusable)
    }

    /// Records what became of posts.
    pub(crate) async fn settled(&self, outcomes: &[Outcome]) -> Result<(), Failure> {
        let settled = self.journal.settled(&self.scope, outcomes, now());
        settled.await.map_err(unusable)
    }
}

/// Why nothing more is sent.
#[allow(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
fn unusable(error: BoxError) -> Failure {
    let detail = format!("the journal failed, so nothing more is sent: {error}");
    Failure::detailed(ErrorKind::Stopped, text::message(&detail))
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorder").field(&self.scope).finish()
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a record is read by another process, which has the calendar in common and no other clock"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
