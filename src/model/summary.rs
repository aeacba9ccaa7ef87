use std::fmt;

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::outcome::{Fate, Outcome};
use super::post_id::PostId;

/// How many posts had which fate, and which posts to try again.
///
/// # Example
///
/// ```
/// use unpost::{Fate, Outcome, Provider, Summary};
///
/// let outcomes = [
///     Outcome::new("post-1", Provider::from("acme"), Fate::Deleted),
///     Outcome::new("post-2", Provider::from("acme"), Fate::Unreported),
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
    /// How many of `not_found` weren't found on a retry after a lost answer. Most likely, an earlier attempt
    /// deleted them.
    #[serde(default)]
    pub not_found_after_lost_answer: usize,
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
    /// The posts to try again: those whose [`Fate::should_retry`] is `true`.
    pub to_retry: Vec<PostId>,
    /// Why the run ended early, if it did: set by [`Outcomes::summary`](crate::Outcomes::summary).
    pub stopped_by: Option<Failure>,
}

impl Summary {
    /// Counts one more outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        self.total += 1;
        *match &outcome.fate {
            Fate::Deleted => &mut self.deleted,
            Fate::MarkedDeleted => &mut self.marked_deleted,
            Fate::AlreadyDeleted => &mut self.already_deleted,
            Fate::NotFound => {
                self.not_found_after_lost_answer += usize::from(outcome.unanswered > 0);
                &mut self.not_found
            }
            Fate::Partial => &mut self.partial,
            Fate::Blocked { .. } => &mut self.blocked,
            Fate::Failed(_) => &mut self.failed,
            Fate::Uncertain(_) => &mut self.uncertain,
            Fate::Unreported => &mut self.unreported,
            Fate::NotAttempted(_) => &mut self.not_attempted,
        } += 1;
        if outcome.fate.should_retry() {
            self.to_retry.push(outcome.id.clone());
        }
    }

    /// Whether every post is known to be gone. `true` if there are no posts.
    pub fn all_gone(&self) -> bool {
        self.deleted + self.already_deleted == self.total
    }
}

impl<'a> FromIterator<&'a Outcome> for Summary {
    fn from_iter<I: IntoIterator<Item = &'a Outcome>>(outcomes: I) -> Self {
        let mut summary = Self::default();
        outcomes
            .into_iter()
            .for_each(|outcome| summary.add(outcome));
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
            if name == "not found" && self.not_found_after_lost_answer > 0 {
                let lost = self.not_found_after_lost_answer;
                write!(f, " ({lost} of them after a lost answer)")?;
            }
            before = ", ";
        }
        match &self.stopped_by {
            Some(failure) => write!(f, "; ended early: {failure}"),
            None => Ok(()),
        }
    }
}
