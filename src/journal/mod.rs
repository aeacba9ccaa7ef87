//! What a run has on record, so that it outlives its process: the trait, the types that it takes, and a file.

mod entry;
mod fingerprint;
mod json_lines;
mod line;
mod record;
mod scope;
mod time;

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use futures_core::future::BoxFuture;

pub use entry::{Answered, Entry, NotCarriedOut, Sending};
pub(crate) use fingerprint::fingerprint;
pub use json_lines::JsonLines;
pub use record::{Evidence, Record};
pub use scope::{OperationKind, Scope};

use crate::model::Outcome;

/// Keeps on record what a run sends and what became of it, so that a run of another process can go on from there.
///
/// [`JsonLines`](crate::JsonLines) is a journal in a file. Implement this trait for a journal in a database.
///
/// A request is sent only after [`about_to_send`](Journal::about_to_send) has returned `Ok`. If any method returns an
/// error, nothing more is sent. So whenever the process ends, the record says of each post at least what may have been
/// carried out. A method returns once its entry is safe: it must survive the end of the process, and also a loss of
/// power if the implementation promises that.
///
/// A journal gets no secret. The profile is identified by the name that the client has for it, or by a fingerprint of
/// its keys. The texts in an outcome are redacted.
///
/// # Example
///
/// ```
/// use std::error::Error;
/// use std::sync::Mutex;
/// use std::time::SystemTime;
/// use unpost::{Answered, Entry, Journal, Outcome, Record, Scope, Sending};
///
/// /// Lasts as long as the process. A database would have a table of entries.
/// #[derive(Default)]
/// struct InMemory(Mutex<Vec<Entry>>);
///
/// impl InMemory {
///     fn push(&self, entry: Entry) -> Result<(), Box<dyn Error + Send + Sync>> {
///         let mut entries = self.0.lock().map_err(|_| "a writer panicked")?;
///         entries.push(entry);
///         Ok(())
///     }
/// }
///
/// impl Journal for InMemory {
///     async fn load(&self, scope: &Scope) -> Result<Record, Box<dyn Error + Send + Sync>> {
///         let mut record = Record::new(scope.clone());
///         let entries = self.0.lock().map_err(|_| "a writer panicked")?;
///         entries.iter().for_each(|entry| record.add(entry.clone()));
///         Ok(record)
///     }
///
///     async fn about_to_send(&self, sending: &Sending) -> Result<(), Box<dyn Error + Send + Sync>> {
///         self.push(sending.clone().into())
///     }
///
///     async fn answered(&self, answered: &Answered) -> Result<(), Box<dyn Error + Send + Sync>> {
///         self.push(answered.clone().into())
///     }
///
///     async fn settled(
///         &self,
///         scope: &Scope,
///         outcomes: &[Outcome],
///         _at: SystemTime,
///     ) -> Result<(), Box<dyn Error + Send + Sync>> {
///         if outcomes.is_empty() {
///             self.push(Entry::CarriedOut(scope.clone()))?;
///         }
///         let mut outcomes = outcomes.iter().cloned();
///         outcomes.try_for_each(|outcome| self.push(Entry::Settled(scope.clone(), outcome)))
///     }
/// }
/// ```
pub trait Journal: Send + Sync + 'static {
    /// All that is on record for this scope. It is called once for each run or call, before anything is sent.
    ///
    /// A [`Record`] is made of all entries of the scope's provider and profile, in the order in which they were recorded.
    /// Of other operations, those of the last day suffice: they count only for the profile's window.
    fn load(
        &self,
        scope: &Scope,
    ) -> impl Future<Output = Result<Record, Box<dyn Error + Send + Sync>>> + Send;

    /// Records that a request is about to be sent. The rate limit has already given it a place.
    ///
    /// A request without ids must not be sent twice. So this must return an error, and record nothing, if one of the same
    /// scope is on record that may have been carried out ([`Record::may_have_acted`], [`Record::is_carried_out`]), also if
    /// two tasks or processes ask at once.
    fn about_to_send(
        &self,
        sending: &Sending,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;

    /// Records that nothing was carried out for these posts. It isn't called for a request whose answer was lost.
    fn answered(
        &self,
        answered: &Answered,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;

    /// Records what became of some posts: those of one request, in most cases. Without posts, it records that a request that
    /// names none was [carried out](Entry::CarriedOut). `at` is the time of it.
    ///
    /// An outcome to [retry](crate::Fate::should_retry) is recorded too, and a later one for the same post may follow.
    fn settled(
        &self,
        scope: &Scope,
        outcomes: &[Outcome],
        at: SystemTime,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;

    /// A random text that is stored in the journal and never changes. With this salt, a fingerprint is made for a
    /// profile without a name. If the salt is `None`, every profile must have a name. The default is `None`.
    fn salt(&self) -> Option<&str> {
        None
    }
}

impl<J: Journal> Journal for Arc<J> {
    async fn load(&self, scope: &Scope) -> Result<Record, BoxError> {
        J::load(self, scope).await
    }

    async fn about_to_send(&self, sending: &Sending) -> Result<(), BoxError> {
        J::about_to_send(self, sending).await
    }

    async fn answered(&self, answered: &Answered) -> Result<(), BoxError> {
        J::answered(self, answered).await
    }

    async fn settled(
        &self,
        scope: &Scope,
        outcomes: &[Outcome],
        at: SystemTime,
    ) -> Result<(), BoxError> {
        J::settled(self, scope, outcomes, at).await
    }

    fn salt(&self) -> Option<&str> {
        J::salt(self)
    }
}

/// What the methods of a journal return.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// A [`Journal`] whose type isn't known. Each call costs one allocation.
pub(crate) trait DynJournal: Send + Sync {
    fn load<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Record, BoxError>>;

    fn about_to_send<'a>(&'a self, sending: &'a Sending) -> BoxFuture<'a, Result<(), BoxError>>;

    fn answered<'a>(&'a self, answered: &'a Answered) -> BoxFuture<'a, Result<(), BoxError>>;

    fn settled<'a>(
        &'a self,
        scope: &'a Scope,
        outcomes: &'a [Outcome],
        at: SystemTime,
    ) -> BoxFuture<'a, Result<(), BoxError>>;

    fn salt(&self) -> Option<&str>;
}

impl<J: Journal> DynJournal for J {
    fn load<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Record, BoxError>> {
        Box::pin(Journal::load(self, scope))
    }

    fn about_to_send<'a>(&'a self, sending: &'a Sending) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(Journal::about_to_send(self, sending))
    }

    fn answered<'a>(&'a self, answered: &'a Answered) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(Journal::answered(self, answered))
    }

    fn settled<'a>(
        &'a self,
        scope: &'a Scope,
        outcomes: &'a [Outcome],
        at: SystemTime,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(Journal::settled(self, scope, outcomes, at))
    }

    fn salt(&self) -> Option<&str> {
        Journal::salt(self)
    }
}
