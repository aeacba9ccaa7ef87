use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PostId;
use crate::outcome::{Failure, Fate, Outcome};

/// A run in figures, and what it takes to go on from there.
///
/// # Example
///
/// ```
/// use unpost::{Fate, Outcome, Provider, Summary};
///
/// let outcomes = [
///     Outcome::new("post-1", Provider::Ayrshare, Fate::Deleted),
///     Outcome::new("post-2", Provider::Ayrshare, Fate::Unreported),
/// ];
/// let summary: Summary = outcomes.iter().collect();
/// assert_eq!(summary.to_string(), "2 posts: 1 deleted, 1 not mentioned");
/// assert_eq!(summary.to_retry, ["post-2"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// All posts.
    pub total: usize,
    /// [`Fate::Deleted`]
    pub deleted: usize,
    /// [`Fate::MarkedDeleted`]
    pub marked_deleted: usize,
    /// [`Fate::AlreadyDeleted`]
    pub already_deleted: usize,
    /// [`Fate::NotFound`]
    pub not_found: usize,
    /// [`Fate::Partial`]
    pub partial: usize,
    /// [`Fate::Blocked`]
    pub blocked: usize,
    /// [`Fate::Failed`]
    pub failed: usize,
    /// [`Fate::Uncertain`]
    pub uncertain: usize,
    /// [`Fate::Unreported`]
    pub unreported: usize,
    /// [`Fate::NotAttempted`]
    pub not_attempted: usize,
    /// The posts to hand in again: those whose [`Fate::should_retry`] says so.
    pub to_retry: Vec<PostId>,
    /// Why the first post that wasn't attempted wasn't: the reason the run ended early, if it did.
    pub stopped_by: Option<Failure>,
}

impl Summary {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        self.total += 1;
        *match &outcome.fate {
            Fate::Deleted => &mut self.deleted,
            Fate::MarkedDeleted => &mut self.marked_deleted,
            Fate::AlreadyDeleted => &mut self.already_deleted,
            Fate::NotFound => &mut self.not_found,
            Fate::Partial => &mut self.partial,
            Fate::Blocked { .. } => &mut self.blocked,
            Fate::Failed(_) => &mut self.failed,
            Fate::Uncertain(_) => &mut self.uncertain,
            Fate::Unreported => &mut self.unreported,
            Fate::NotAttempted(failure) => {
                if self.stopped_by.is_none() && outcome.fate.should_retry() {
                    self.stopped_by = Some(failure.clone());
                }
                &mut self.not_attempted
            }
        } += 1;
        if outcome.fate.should_retry() {
            self.to_retry.push(outcome.id.clone());
        }
    }

    /// Whether every post is known to be gone.
    pub fn all_gone(&self) -> bool {
        self.deleted + self.already_deleted == self.total
    }
}

impl<'a> FromIterator<&'a Outcome> for Summary {
    fn from_iter<I: IntoIterator<Item = &'a Outcome>>(outcomes: I) -> Self {
        let mut summary = Self::default();
        outcomes.into_iter().for_each(|it| summary.add(it));
        summary
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let posts = if self.total == 1 { "post" } else { "posts" };
        write!(f, "{} {posts}", self.total)?;
        let counts = [
            (self.deleted, "deleted"),
            (self.marked_deleted, "marked as deleted"),
            (self.already_deleted, "already deleted"),
            (self.not_found, "not found"),
            (self.partial, "partly deleted"),
            (self.blocked, "blocked"),
            (self.failed, "failed"),
            (self.uncertain, "uncertain"),
            (self.unreported, "not mentioned"),
            (self.not_attempted, "not attempted"),
        ];
        let mut before = ": ";
        for (count, name) in counts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{before}{count} {name}")?;
            before = ", ";
        }
        Ok(())
    }
}
