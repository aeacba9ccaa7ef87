//! The answer to `deleteAllScheduled`, of which only the status is known. Pure.

use super::statements::{Statements, entries};
use super::verdict::Verdict;
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, is_success};

/// A failure in any part of the answer is a failure of the request.
pub(in crate::ayrshare) fn decode_all_scheduled(http_status: u16, json: &Json<'_>) -> Reading {
    let Some(members) = json.as_object() else {
        return Reading::by_status(http_status);
    };
    let report = Statements::about_everything(json);
    let says_success = http_status == 200 && members.text("status").is_some_and(is_success);
    let mut parts = entries(members).map(Statements::about_everything);
    let failed_part = parts.find(|part| says_success && part.denies_success());
    if let Some(part) = failed_part {
        let partial = part.failure(ErrorKind::Partial, http_status);
        return Reading::silent(AttemptKind::Answered, Some(partial));
    }
    let nothing_was_deleted = !report.has_code() || report.refuses_whole_request(http_status);
    match report.verdict(http_status, &Fate::Deleted) {
        Verdict::Request(reading) => Reading {
            kind: match reading.kind {
                // Some posts may have been deleted before the refusal, or before a network's limit.
                AttemptKind::Refused { .. } if !nothing_was_deleted => AttemptKind::Foreign,
                AttemptKind::Throttled(ThrottledBy::Network) if http_status != 429 => {
                    AttemptKind::Foreign
                }
                kind => kind,
            },
            ..reading
        },
        Verdict::Post(post, failure) => match post.fate {
            // The answer leaves open what was done.
            Fate::Uncertain(uncertain) => Reading::silent(AttemptKind::Foreign, Some(uncertain)),
            Fate::Failed(failed) => Reading::silent(AttemptKind::Answered, Some(failed)),
            _ => Reading::silent(AttemptKind::Answered, failure),
        },
    }
}
