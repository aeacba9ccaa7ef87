//! What may be said of a post, given what really became of it, and of all posts of a run.

use std::collections::{BTreeMap, BTreeSet};

use unpost::{Fate, Outcome};

use super::schedule::{Post, Schedule, Service};

/// What the provider knows of a post afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    /// As it was seeded.
    Whole,
    /// Some network still holds it and some no longer does.
    Partly,
    /// Deleted, by whomever.
    Gone,
    Unknown,
}

/// All that bears on one outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// What the post was at first; `None` for one that never was.
    pub(super) post: Option<Post>,
    pub(super) standing: Standing,
    /// Whether a request of the caller who got this outcome removed some or all of it; `None` where it
    /// may have been another.
    pub(super) changed: Option<bool>,
    /// Whether a request of that caller that names it reached the provider.
    pub(super) named: bool,
}

/// `Err` says which promise an outcome breaks. `Uncertain` and `Unreported` promise nothing.
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

/// Each distinct id exactly once; of a run that was dropped, none twice and none that wasn't asked.
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

/// Where nothing goes wrong, nothing is left in doubt.
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

/// Retries that a run may cost beyond one request for each batch, where so many were answered: a full
/// budget pays for 20, and five answers for one more.
pub(super) fn retries_allowed(answered: usize) -> usize {
    20 + answered / 5
}
