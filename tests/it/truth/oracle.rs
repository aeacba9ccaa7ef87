//! Which outcome a post may have, given what really happened to it, and which outcomes a whole run may have.

use std::collections::{BTreeMap, BTreeSet};

use unpost::{Fate, Outcome};

use super::schedule::{Post, Schedule, Service};

/// What the provider knows of a post afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    /// As it was seeded.
    Whole,
    /// At least one network still has it, and at least one no longer does.
    Partly,
    /// Deleted, no matter by whom.
    Gone,
    /// The provider knows no such post.
    Unknown,
}

/// What is known of a post and of the caller who got its outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// What the post was at first, or `None` if it never existed.
    pub(super) post: Option<Post>,
    pub(super) standing: Standing,
    /// Whether a request of that caller removed some or all of the post. `None` if somebody else may have
    /// done so.
    pub(super) changed: Option<bool>,
    /// Whether a request of that caller that names the post reached the provider.
    pub(super) named: bool,
}

/// Returns an error if the outcome is not true. `Uncertain` and `Unreported` claim nothing.
pub(super) fn judge(service: Service, outcome: &Outcome, evidence: Evidence) -> Result<(), String> {
    let is_genviral = service == Service::Genviral;
    let (may_have, may_not_have) = (
        evidence.changed != Some(false),
        evidence.changed != Some(true),
    );
    let holds = match &outcome.fate {
        Fate::Deleted if is_genviral => evidence.standing == Standing::Gone && may_have,
        Fate::Deleted => evidence.standing == Standing::Gone,
        Fate::AlreadyDeleted => !is_genviral && evidence.standing == Standing::Gone && may_not_have,
        Fate::NotFound => match evidence.post {
            None | Some(Post::Elsewhere) => true,
            Some(Post::Gone) => is_genviral,
            Some(_) => {
                is_genviral
                    && evidence.standing == Standing::Gone
                    && (outcome.attempts > 1 || may_not_have)
            }
        },
        Fate::Partial => evidence.standing == Standing::Partly && may_have,
        Fate::Blocked { status } => {
            let held = match evidence.post {
                Some(Post::Kept) => Some("posted"),
                Some(Post::OnX) => Some("canceled"),
                _ => None,
            };
            held == Some(status) && evidence.standing == Standing::Whole
        }
        Fate::Failed(_) => may_not_have,
        Fate::NotAttempted(_) => !evidence.named && may_not_have,
        Fate::Uncertain(_) | Fate::Unreported => true,
        _ => false,
    };
    if holds {
        Ok(())
    } else {
        Err(format!("{outcome:?}, but {evidence:?}"))
    }
}

/// Checks that each distinct id has exactly one outcome. If the run was dropped, and so is not whole, some ids
/// may lack theirs.
pub(super) fn conserved(asked: &[String], outcomes: &[Outcome], whole: bool) -> Result<(), String> {
    let asked: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in outcomes {
        *told.entry(outcome.id.as_str()).or_default() += 1;
    }
    let twice = told.iter().find(|(_, times)| **times > 1);
    let foreign = told.keys().find(|id| !asked.contains(*id));
    let lost = asked.iter().find(|id| whole && !told.contains_key(*id));
    match (twice, foreign, lost) {
        (Some((id, times)), ..) => Err(format!("{times} outcomes for {id:?}")),
        (_, Some(id), _) => Err(format!("an outcome for {id:?}, which nobody asked for")),
        (.., Some(id)) => Err(format!("no outcome for {id:?}")),
        _ => Ok(()),
    }
}

/// Checks that no outcome is in doubt if nothing went wrong.
pub(super) fn settled(schedule: &Schedule, outcomes: &[Outcome]) -> Result<(), String> {
    let is_in_doubt =
        |outcome: &&Outcome| matches!(outcome.fate, Fate::Uncertain(_) | Fate::Unreported);
    match outcomes.iter().find(is_in_doubt) {
        Some(outcome) if schedule.is_fair() => Err(format!(
            "nothing went wrong, and this is in doubt: {outcome:?}"
        )),
        _ => Ok(()),
    }
}

/// How many retries a run may send if so many requests were answered: a full budget pays for 20, and every
/// five answers pay for one more.
pub(super) fn retries_allowed(answered: usize) -> usize {
    20 + answered / 5
}
