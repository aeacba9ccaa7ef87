//! The answer to `deleteAllScheduled`, of which only the status is known. Pure.

use super::networks::lists;
use super::statement::{Judgement, Statement};
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, Reading};
use crate::model::{ErrorKind, Fate};

/// A failure in any place of the answer is a failure of the request.
pub(in crate::ayrshare) fn decode_all_scheduled(http_status: u16, json: &Json<'_>) -> Reading {
    let Some(members) = json.as_object() else {
        return Reading::by_status(http_status);
    };
    let failed = lists(members).find_map(|(_, items)| Statement::failed(items));
    let failed = failed
        .filter(|_| http_status == 200)
        .map(|statement| statement.failure(ErrorKind::Partial, http_status));
    let listed = lists(members).flat_map(|(_, items)| items);
    let listed: Vec<_> = listed.filter_map(Json::as_object).collect();
    let statement = match (Statement::of(members), listed.as_slice()) {
        (outer, [only]) if !outer.says_anything() => outer.around(Statement::of(only)),
        (outer, _) => outer,
    };
    let touched_nothing = !statement.has_code() || statement.refuses_whole_request(http_status);
    match statement.judge(http_status, &Fate::Deleted) {
        Judgement::Request(reading) => Reading {
            kind: match reading.kind {
                // A request that was refused half-way may have deleted some posts, and so may one that
                // ended at a network's limit.
                AttemptKind::Refused { .. } if !touched_nothing => AttemptKind::Foreign,
                AttemptKind::Throttled(_) if http_status != 429 => AttemptKind::Foreign,
                kind => kind,
            },
            ..reading
        },
        Judgement::Post(post, failure) => match post.fate {
            Fate::Deleted => Reading::silent(AttemptKind::Answered, failed.or(failure)),
            // A status that isn't documented leaves open what was done.
            Fate::Uncertain(said) => match failed {
                Some(failed) => Reading::silent(AttemptKind::Answered, Some(failed)),
                None => Reading::silent(AttemptKind::Foreign, Some(said)),
            },
            Fate::Failed(said) => Reading::silent(AttemptKind::Answered, Some(said)),
            _ => Reading::silent(AttemptKind::Answered, failure),
        },
    }
}
