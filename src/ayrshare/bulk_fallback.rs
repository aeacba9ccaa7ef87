//! Deletes a batch with `bulk` requests, and asks by id for each post that their answers don't settle.

use super::code::ErrorCode;
use super::request::DeleteRequest;
use crate::client::Core;
use crate::delete_posts::Batch;
use crate::division::Division;
use crate::engine::call::CallContext;
use crate::engine::finished::Finished;
use crate::engine::run::RunContext;
use crate::engine::tally::EarlierAttempts;
use crate::model::{Failure, Fate, Outcome, PostId};

/// A batch that is refused in a way that a wrong id may explain is divided until the id is found.
pub(super) async fn delete_in_bulk(core: &Core, batch: Batch) -> Vec<Outcome> {
    let Batch {
        ids, earlier, run, ..
    } = batch;
    let mut division = Division::default();
    let mut next = Some((ids, earlier));
    while let Some((ids, earlier)) = next {
        let finished = delete_part(core, &run, ids, &earlier).await;
        division.settle(finished, may_be_an_id);
        if let Some(reason) = run.stopped_by() {
            division.end(reason);
        }
        next = division.next_part();
    }
    division.into_outcomes()
}

async fn delete_part(
    core: &Core,
    run: &RunContext,
    ids: Vec<PostId>,
    earlier: &[EarlierAttempts],
) -> Finished {
    let context = CallContext::of_run(run, earlier);
    if let [id] = ids.as_slice() {
        return core.call_in(context, &DeleteRequest::by_id(id)).await;
    }
    let mut finished = core.call_in(context, &DeleteRequest::bulk(ids)).await;
    if finished.failure.as_ref().is_some_and(may_be_an_id) {
        return finished;
    }
    let is_answered = finished.failure.is_none();
    for outcome in &mut finished.outcomes {
        let is_open = match outcome.fate {
            Fate::Unreported => true,
            Fate::Uncertain(_) => is_answered,
            _ => false,
        };
        if is_open && (run.stopped_by().is_some() || !ask_by_id(core, outcome, run).await) {
            break;
        }
    }
    finished
}

/// Whether one wrong id may be the reason why a request about several posts was refused.
fn may_be_an_id(failure: &Failure) -> bool {
    let code = failure.code.as_deref().and_then(|code| code.parse().ok());
    code.map(ErrorCode::new) == Some(ErrorCode::INVALID_PARAMETERS)
}

/// Asks by id for a post that the answer to the batch didn't settle. An "already deleted" (code 383) then
/// means that the batch deleted the post. Returns whether another post may be asked for.
async fn ask_by_id(core: &Core, outcome: &mut Outcome, run: &RunContext) -> bool {
    let request = DeleteRequest::by_id(&outcome.id);
    // The attempts with `bulk` may have deleted the post, and their answers don't say so.
    let earlier = EarlierAttempts {
        made: outcome.attempts,
        unanswered: outcome.unanswered.saturating_add(1),
    };
    let context = CallContext::of_run(run, std::slice::from_ref(&earlier));
    let finished = core.call_in(context, &request).await;
    if let Some(settled) = { finished.outcomes }.pop() {
        *outcome = settled;
    }
    match outcome.fate.failure() {
        Some(failure) if failure.kind.is_about_credentials() => false,
        Some(failure) if failure.is_outage() => run.try_spend_retry(),
        _ => {
            run.reward_success();
            true
        }
    }
}
