//! What a run would do, without doing it.

use std::fmt;
use std::iter::from_fn;
use std::time::Duration;

use super::feed::Feed;
use crate::delete_posts::{AnyProvider, DeletePosts};
use crate::model::{Fate, Outcome, PostId};

/// What a run would do: how many posts, how many requests, how long at least, and the JSON of each request.
///
/// [`DeleteMany::plan`](crate::DeleteMany::plan) makes it. It sends nothing and shows no key. It holds the ids of the
/// posts, and makes the JSON while that is read.
///
/// # Example
///
/// ```
/// use unpost::{DeleteMany, DeletePosts};
///
/// fn show(provider: impl DeletePosts, ids: &[String]) {
///     let plan = DeleteMany::new(provider, ids).plan();
///     println!("{} posts in {} requests, {:?} at least", plan.posts, plan.requests, plan.at_least);
///     println!("{} ids are given more than once", plan.repeated);
///     for outcome in &plan.refused {
///         println!("{:?} can't be sent: {}", outcome.id, outcome.fate);
///     }
///     for body in plan.bodies() {
///         println!("{body}");
///     }
/// }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Plan {
    /// How many distinct posts there are. Each id that was given counts in `posts`, in `repeated` or in `refused`.
    pub posts: usize,
    /// How many of the posts aren't sent, because an outcome handed to [`resume`](crate::DeleteMany::resume) settles them.
    pub settled: usize,
    /// How many ids were given before, in whatever spelling.
    pub repeated: usize,
    /// The distinct ids that can't be sent. The fate of each says what is wrong with it and what to do.
    pub refused: Vec<Outcome>,
    /// How many requests the run would begin with. Retries come on top, and so do the requests that settle what an answer
    /// to several posts leaves open.
    pub requests: usize,
    /// The least time that the rate limit allows for so many requests, if nothing of its window is used yet. The time that
    /// the answers take comes on top.
    pub at_least: Duration,
    provider: AnyProvider,
    batch_size: usize,
    ids: Vec<PostId>,
    /// The ends of the batches that aren't full. A batch ends early if many ids can't be sent, and the last one may be
    /// short.
    early_ends: Vec<usize>,
}

impl Plan {
    /// Takes all ids of the feed. The feed doesn't know how many were repeated.
    pub(super) fn new(provider: AnyProvider, batch_size: usize, mut feed: Feed<'_>) -> Self {
        let mut plan = Self {
            posts: 0,
            settled: 0,
            repeated: 0,
            refused: Vec::new(),
            requests: 0,
            at_least: Duration::ZERO,
            provider,
            batch_size,
            ids: Vec::new(),
            early_ends: Vec::new(),
        };
        loop {
            let (mut batch, _) = feed.next_batch();
            for outcome in feed.unsent.drain(..) {
                match outcome.fate {
                    Fate::NotAttempted(_) => plan.refused.push(outcome),
                    _ => plan.settled += 1,
                }
            }
            if !batch.is_empty() {
                plan.requests += 1;
                let is_full = batch.len() == batch_size;
                plan.ids.append(&mut batch);
                if !is_full {
                    plan.early_ends.push(plan.ids.len());
                }
            } else if feed.has_ended() {
                break;
            }
        }
        plan.posts = plan.ids.len() + plan.settled;
        plan.at_least = plan.provider.least_time(plan.requests);
        plan.ids.shrink_to_fit();
        plan
    }

    /// The exact JSON of each request, as the run would send it first. A retry names only the posts that are still open.
    ///
    /// A [`DeletePosts`] of your own that doesn't implement [`body`](DeletePosts::body) has none.
    pub fn bodies(&self) -> impl Iterator<Item = String> + '_ {
        self.batches().filter_map(|ids| self.provider.body(ids))
    }

    fn batches(&self) -> impl Iterator<Item = &[PostId]> {
        let mut rest = self.ids.as_slice();
        let mut early_ends = self.early_ends.iter().peekable();
        from_fn(move || {
            let begin = self.ids.len() - rest.len();
            let mut length = self.batch_size.min(rest.len());
            if let Some(end) = early_ends.next_if(|end| **end - begin <= length) {
                length = end - begin;
            }
            let (batch, others) = rest.split_at_checked(length)?;
            rest = others;
            (!batch.is_empty()).then_some(batch)
        })
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("provider", &self.provider.provider())
            .field("posts", &self.posts)
            .field("settled", &self.settled)
            .field("repeated", &self.repeated)
            .field("refused", &self.refused)
            .field("requests", &self.requests)
            .field("at_least", &self.at_least)
            .finish_non_exhaustive()
    }
}
