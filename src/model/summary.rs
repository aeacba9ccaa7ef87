use std::fmt;

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::outcome::{Fate, Outcome};
use super::post_id::PostId;

/// How many posts had which fate, and which posts to try again.
///
/// A summary is serialized with all its members. A member that is missing when it is read counts as empty, so a
/// later version can add some. If `stopped_by` has a kind of a newer version, what was said of it is written back, as
/// [`Failure`] explains. `docs/summary.schema.json` in the repository is the JSON Schema of a summary.
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
#[serde(default)]
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
    /// [`Fate::Unknown`]
    pub unknown: usize,
    /// The posts to try again: those whose [`Fate::should_retry`] is `true`.
    pub to_retry: Vec<PostId>,
    /// Why the run ended early, if it did: set by [`Outcomes::summary`](crate::Outcomes::summary).
    pub stopped_by: Option<Failure>,
}

impl Summary {
    /// Counts one more outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        self.count(outcome);
        if outcome.fate.should_retry() {
            self.to_retry.push(outcome.id.clone());
        }
    }

    /// Counts one more outcome, and doesn't keep its id.
    pub(crate) fn count(&mut self, outcome: &Outcome) {
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
            Fate::Unknown => &mut self.unknown,
        } += 1;
    }

    /// Adds the counts and the posts of another summary. The two summaries must be about different posts: a post that
    /// is in both counts twice, and its id stays in [`to_retry`](Summary::to_retry). If both runs ended early, the
    /// `stopped_by` of this summary stays.
    ///
    /// ```
    /// use unpost::{Fate, Outcome, Provider, Summary};
    ///
    /// let acme = Provider::from("acme");
    /// let mut monday: Summary = [Outcome::new("post-1", acme.clone(), Fate::Deleted)].into_iter().collect();
    /// let tuesday: Summary = [Outcome::new("post-2", acme, Fate::Unreported)].into_iter().collect();
    /// monday.merge(tuesday);
    /// assert_eq!(monday.to_string(), "2 posts: 1 deleted, 1 not mentioned");
    /// assert_eq!(monday.to_retry, ["post-2"]);
    /// ```
    pub fn merge(&mut self, other: Self) {
        // Every member is named, so that a new one isn't forgotten.
        let Self {
            total,
            deleted,
            marked_deleted,
            already_deleted,
            not_found,
            not_found_after_lost_answer,
            partial,
            blocked,
            failed,
            uncertain,
            unreported,
            not_attempted,
            unknown,
            to_retry,
            stopped_by,
        } = other;
        self.total += total;
        self.deleted += deleted;
        self.marked_deleted += marked_deleted;
        self.already_deleted += already_deleted;
        self.not_found += not_found;
        self.not_found_after_lost_answer += not_found_after_lost_answer;
        self.partial += partial;
        self.blocked += blocked;
        self.failed += failed;
        self.uncertain += uncertain;
        self.unreported += unreported;
        self.not_attempted += not_attempted;
        self.unknown += unknown;
        self.to_retry.extend(to_retry);
        self.stopped_by = self.stopped_by.take().or(stopped_by);
    }

    /// Whether every post is known to be gone. `true` if there are no posts.
    pub fn all_gone(&self) -> bool {
        self.deleted + self.already_deleted == self.total
    }
}

impl<'a> Extend<&'a Outcome> for Summary {
    fn extend<I: IntoIterator<Item = &'a Outcome>>(&mut self, outcomes: I) {
        outcomes.into_iter().for_each(|outcome| self.add(outcome));
    }
}

impl Extend<Outcome> for Summary {
    fn extend<I: IntoIterator<Item = Outcome>>(&mut self, outcomes: I) {
        outcomes.into_iter().for_each(|outcome| self.add(&outcome));
    }
}

impl<'a> FromIterator<&'a Outcome> for Summary {
    fn from_iter<I: IntoIterator<Item = &'a Outcome>>(outcomes: I) -> Self {
        let mut summary = Self::default();
        summary.extend(outcomes);
        summary
    }
}

impl FromIterator<Outcome> for Summary {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut summary = Self::default();
        summary.extend(outcomes);
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
            (self.unknown, "unknown to this version"),
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
            Some(failure) => {
                write!(f, "; ended early: {failure}")?;
                failure.write_wait(f)
            }
            None => Ok(()),
        }
    }
}
