//! The answer to `deleteAllScheduled`, of which only the status is known. Pure.

use super::networks::lists;
use super::report::{Report, Verdict};
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, Reading};
use crate::model::{ErrorKind, Fate};

/// A failure in any part of the answer is a failure of the request.
pub(in crate::ayrshare) fn decode_all_scheduled(http_status: u16, json: &Json<'_>) -> Reading {
    let Some(members) = json.as_object() else {
        return Reading::by_status(http_status);
    };
    let failed_entry = lists(members).find_map(Report::first_failed);
    let partial = failed_entry
        .filter(|_| http_status == 200)
        .map(|entry| entry.failure(ErrorKind::Partial, http_status));
    let entries = lists(members).flatten();
    let entries: Vec<_> = entries.filter_map(Json::as_object).collect();
    let report = match (Report::from_members(members), entries.as_slice()) {
        (outer, [only]) if !outer.says_anything() => outer.merge_nested(Report::from_members(only)),
        (outer, _) => outer,
    };
    let nothing_was_deleted = !report.has_code() || report.refuses_whole_request(http_status);
    match report.verdict(http_status, &Fate::Deleted) {
        Verdict::Request(reading) => Reading {
            kind: match reading.kind {
                // Some posts may have been deleted before the refusal, or before a network's limit.
                AttemptKind::Refused { .. } if !nothing_was_deleted => AttemptKind::Foreign,
                AttemptKind::Throttled(_) if http_status != 429 => AttemptKind::Foreign,
                kind => kind,
            },
            ..reading
        },
        Verdict::Post(post, failure) => match post.fate {
            Fate::Deleted => Reading::silent(AttemptKind::Answered, partial.or(failure)),
            // The answer leaves open what was done.
            Fate::Uncertain(uncertain) => match partial {
                Some(partial) => Reading::silent(AttemptKind::Answered, Some(partial)),
                None => Reading::silent(AttemptKind::Foreign, Some(uncertain)),
            },
            Fate::Failed(failed) => Reading::silent(AttemptKind::Answered, Some(failed)),
            _ => Reading::silent(AttemptKind::Answered, failure),
        },
    }
}
