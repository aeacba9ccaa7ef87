//! The stream of a run's outcomes.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use super::driver::Driver;
use super::feed::Feed;
use super::handle::RunHandle;
use super::history::History;
use crate::delete_posts::Batch;
use crate::engine::run::{RunContext, stopped_by_caller};
use crate::model::{ErrorKind, Failure, Outcome, Summary};

/// The outcomes of a run, each as soon as it is known. This is a `Stream`, and [`next`](Outcomes::next)
/// reads it without a stream library.
///
/// A run begins when the stream is first read. Ids are taken from their iterator, and requests begin, only while the
/// stream is read. What has begun needs no reader: a task of its own, on the runtime where the stream was first read,
/// receives the answers and settles the posts. So a reader may be as slow as it likes. No new request begins while the
/// outcomes of [`concurrency`](crate::DeleteMany::concurrency) requests are under way or wait to be read.
///
/// A run that waits for the profile's rate limit gives no outcomes meanwhile. With 300 requests in
/// 5 minutes, 1,000 posts in a request each take a quarter of an hour. [`handle`](Outcomes::handle) shows until when it
/// waits.
///
/// # Cancelling
/// If the stream is dropped, nothing more is sent. The answers to requests under way are still received, but their
/// outcomes are lost with the stream. To end early and lose nothing, call [`stop`](Outcomes::stop) and read on.
///
/// # Panics
/// A panic in the iterator of ids, or in a [`DeletePosts`](crate::DeletePosts) of your own, reaches the reader.
#[must_use = "nothing is sent unless it is read"]
pub struct Outcomes<'a> {
    /// Reads what is on record, before anything begins. `None` once that is known.
    history: Option<History>,
    feed: Feed<'a>,
    driver: Driver,
    run: Arc<RunContext>,
    concurrency: usize,
    /// The outcomes of the batches that are settled and not read to their end.
    settled: VecDeque<vec::IntoIter<Outcome>>,
    /// How many batches have begun and aren't read to their end.
    begun: usize,
}

impl<'a> Outcomes<'a> {
    pub(super) fn new(
        history: Option<History>,
        feed: Feed<'a>,
        driver: Driver,
        run: Arc<RunContext>,
        concurrency: usize,
    ) -> Self {
        Self {
            history,
            feed,
            driver,
            run,
            concurrency,
            settled: VecDeque::new(),
            begun: 0,
        }
    }

    /// The next outcome; `None` once every post has had its own.
    ///
    /// This is cancel-safe: if the future is dropped before it is ready, for example in `tokio::select!`, no outcome is
    /// lost, and the next call goes on.
    pub async fn next(&mut self) -> Option<Outcome> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Starts no further request. Requests under way are finished, with a retry if an answer is lost. Every
    /// other post is [`NotAttempted`](crate::Fate::NotAttempted) for [`Stopped`](crate::ErrorKind::Stopped). So is a post
    /// that waits for the profile's rate limit, or whose id hasn't been pulled yet.
    ///
    /// [`handle`](Self::handle) does the same from elsewhere, also while another task or thread waits in
    /// [`next`](Self::next).
    ///
    /// ```
    /// use unpost::{DeleteMany, DeletePosts};
    ///
    /// async fn change_of_mind(client: impl DeletePosts) {
    ///     let outcomes = DeleteMany::new(client, ["post-1", "post-2"]).run();
    ///     outcomes.stop();
    ///     assert_eq!(outcomes.summary().await.not_attempted, 2);
    /// }
    /// ```
    pub fn stop(&self) {
        self.run.stop(stopped_by_caller());
    }

    /// A handle with which anybody can watch and stop the run, from any thread.
    pub fn handle(&self) -> RunHandle {
        RunHandle::new(Arc::clone(&self.run))
    }

    /// Why the run ends early, if it does: a failure that would only repeat, or [`stop`](Outcomes::stop).
    pub fn stopped_by(&self) -> Option<&Failure> {
        self.run.stopped_by()
    }

    /// Reads to the end and counts the outcomes.
    pub async fn summary(mut self) -> Summary {
        let mut summary = Summary::default();
        while let Some(outcome) = self.next().await {
            summary.add(&outcome);
        }
        summary.stopped_by = self.stopped_by().cloned();
        summary
    }

    /// Waits until nothing is under way any more, after this was dropped. It waits for ever if nothing has begun.
    #[cfg(feature = "blocking")]
    pub(crate) fn under_way(&self) -> Option<impl Future<Output = ()> + Send + 'static> {
        let run = Arc::clone(&self.run);
        let has_begun = self.begun > 0;
        has_begun.then_some(async move { run.over().await })
    }

    /// Begins batches until as many are under way or unread as may be.
    fn begin_batches(&mut self) {
        while self.run.stopped_by().is_none()
            && self.begun < self.concurrency
            && self.feed.unsent.is_empty()
        {
            let (ids, earlier) = self.feed.next_batch();
            if ids.is_empty() {
                return;
            }
            self.begun += 1;
            self.run.count_begun(ids.len());
            let run = Arc::clone(&self.run);
            self.driver.begin(Batch::new(ids, earlier, run));
        }
    }

    /// Ends the run, because the runtime that drove it is gone. Nothing is under way any more.
    fn end_without_driver(&mut self) {
        let reason = "the runtime that drove the run was shut down";
        let reason = Failure::detailed(ErrorKind::Stopped, reason);
        self.run.stop(reason.clone());
        self.begun = 0;
        for batch in self.driver.take_back() {
            self.run.count_known(&[], batch.ids.len());
            self.feed.return_unsent(batch.ids, &batch.earlier, &reason);
        }
    }

    /// Lets go of the journal once nothing is under way and nothing more will be sent.
    fn close_journal_at_the_end(&self) {
        if self.begun == 0 && (self.feed.has_ended() || self.run.stopped_by().is_some()) {
            self.run.close_journal();
        }
    }

    /// The next outcome that is known already.
    fn next_known(&mut self) -> Option<Outcome> {
        if let Some(outcome) = self.feed.unsent.pop_front() {
            self.run.count_known([&outcome], 0);
            return Some(outcome);
        }
        let batch = self.settled.front_mut()?;
        let outcome = batch.next();
        if batch.as_slice().is_empty() {
            self.settled.pop_front();
            self.begun -= 1;
        }
        outcome
    }
}

impl Stream for Outcomes<'_> {
    type Item = Outcome;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        if let Some(history) = &mut self.history {
            match ready!(history.poll(context)) {
                Ok(record) => self.feed.record = Some(record),
                Err(reason) => self.run.stop(reason),
            }
            self.history = None;
        }
        loop {
            self.begin_batches();
            if let Some(outcome) = self.next_known() {
                self.close_journal_at_the_end();
                return Poll::Ready(Some(outcome));
            }
            if self.begun == 0 && !self.driver.is_broken() {
                self.close_journal_at_the_end();
                // If the run is stopped, the remaining ids are not attempted.
                let reason = self.run.stopped_by().cloned();
                let unsent = reason.and_then(|reason| self.feed.next_unsent(&reason));
                self.run.count_known(&unsent, 0);
                if unsent.is_none() {
                    self.run.note_end();
                }
                return Poll::Ready(unsent);
            }
            match self.driver.poll_settled(context) {
                Poll::Ready(Some(settled)) => {
                    self.settled.extend(settled.into_iter().map(Vec::into_iter));
                }
                Poll::Ready(None) => self.end_without_driver(),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Drop for Outcomes<'_> {
    fn drop(&mut self) {
        if self.begun > 0 || !self.feed.has_ended() {
            self.run.abandon();
        }
        for batch in self.driver.take_back() {
            self.run.count_known(&[], batch.ids.len());
        }
        if self.begun == 0 {
            self.run.note_end();
        }
        self.close_journal_at_the_end();
    }
}

impl fmt::Debug for Outcomes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes")
            .field("provider", self.feed.provider())
            .field("concurrency", &self.concurrency)
            .field("batch_size", &self.feed.batch_size())
            .field("ids_in_flight", &self.run.ids_in_flight())
            .field("stopped", &self.run.stopped_by())
            .finish_non_exhaustive()
    }
}
