//! Deletes a batch with one `bulk` request, and asks by id for each post that the answer doesn't settle.

use super::request::DeleteRequest;
use crate::client::Core;
use crate::delete_posts::Batch;
use crate::engine::run::RunContext;
use crate::model::{Fate, Outcome};

pub(super) async fn delete_in_bulk(core: &Core, batch: Batch) -> Vec<Outcome> {
    let Batch { ids, run } = batch;
    let finished = core.call_in(Some(&run), &DeleteRequest::bulk(ids), 0).await;
    let is_answered = finished.failure.is_none();
    let mut outcomes = finished.outcomes;
    for outcome in &mut outcomes {
        let is_open = match outcome.fate {
            Fate::Unreported => true,
            Fate::Uncertain(_) => is_answered,
            _ => false,
        };
        if is_open && (run.stopped_by().is_some() || !ask_by_id(core, outcome, &run).await) {
            break;
        }
    }
    outcomes
}

/// Asks by id for a post that the answer to the batch didn't settle. An "already deleted" (code 383) then
/// means that the batch deleted the post. Returns whether another post may be asked for.
async fn ask_by_id(core: &Core, outcome: &mut Outcome, run: &RunContext) -> bool {
    let request = DeleteRequest::by_id(&outcome.id);
    let finished = core.call_in(Some(run), &request, outcome.attempts).await;
    if let Some(settled) = { finished.outcomes }.pop() {
        *outcome = settled;
    }
    match &outcome.fate {
        Fate::Failed(failure) | Fate::Uncertain(failure) => {
            !failure.kind.is_about_credentials() && run.try_spend_retry()
        }
        _ => {
            run.reward_success();
            true
        }
    }
}
