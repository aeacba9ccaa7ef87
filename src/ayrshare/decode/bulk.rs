//! The answer to `bulk`, whose shape isn't documented. Pure.
//!
//! An entry that names a post counts for that post, wherever the entry stands. A status for the whole
//! answer settles no post.

use super::report::Report;
use super::statements::Statements;
use super::verdict::Verdict;
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, PostId};

pub(in crate::ayrshare) fn decode_bulk(
    open: &[PostId],
    http_status: u16,
    json: &Json<'_>,
) -> Reading {
    let Statements {
        request,
        posts,
        others_deny,
        ..
    } = Statements::about_each(open, json);
    if posts.iter().any(Option::is_some) {
        return read_posts(&request, posts, others_deny, http_status);
    }
    if http_status == 200 && !request.says_anything() && json.as_list().is_some() {
        // A list that names none of the posts is an answer too.
        return Reading::silent(AttemptKind::Answered, None);
    }
    read_overall(request, http_status)
}

/// Reads each post by its own entries, as if they were the answer to a request about that post.
fn read_posts(
    request: &Report<'_>,
    reports: Vec<Option<Report<'_>>>,
    others_deny: bool,
    http_status: u16,
) -> Reading {
    let is_throttled = http_status == 429 || request.is_throttled_by_profile();
    let mut overall = match http_status {
        429 | 500.. => Reading::by_status(http_status),
        _ if is_throttled => {
            let failure = request.failure(ErrorKind::RateLimited, http_status);
            Reading::silent(AttemptKind::THROTTLED, Some(failure))
        }
        _ => Reading::silent(AttemptKind::Answered, None),
    };
    // If the request failed, the answer has to say for which post.
    let is_unexplained = http_status < 500
        && request.denies_success()
        && !others_deny
        && !reports.iter().flatten().any(Report::denies_success);
    let mut known = reports.iter().flatten();
    if http_status == 429 && known.any(Report::is_throttled_by_network) {
        overall.kind = AttemptKind::Throttled(ThrottledBy::Network);
    }
    let reports = reports.into_iter();
    let posts = reports.map(|report| {
        let unexpected = report
            .as_ref()?
            .failure(ErrorKind::UnexpectedResponse, http_status);
        let mut reading = read_post(report?, http_status);
        if reading.fate == Fate::Deleted {
            if is_throttled {
                // Nothing was done.
                return None;
            }
            if is_unexplained {
                reading.fate = Fate::Uncertain(unexpected);
            }
        }
        Some(reading)
    });
    Reading {
        posts: posts.collect(),
        ..overall
    }
}

fn read_post(report: Report<'_>, http_status: u16) -> PostReading {
    let unexpected = report.failure(ErrorKind::UnexpectedResponse, http_status);
    // The HTTP status belongs to the whole batch and says little about one post.
    let mut reading = match report.verdict(200, &Fate::Deleted) {
        Verdict::Post(reading, _) => reading,
        Verdict::Request(reading) => reading.into_post(),
    };
    match &mut reading.fate {
        Fate::Failed(failure) | Fate::Uncertain(failure) => failure.http_status = Some(http_status),
        fate @ Fate::Deleted if http_status != 200 => match http_status {
            ..=399 | 401..=403 => *fate = Fate::Uncertain(unexpected),
            _ => {}
        },
        _ => {}
    }
    reading
}

/// Reads an answer that names none of the posts.
fn read_overall(overall: Report<'_>, http_status: u16) -> Reading {
    let nothing_was_deleted = overall.refuses_whole_request(http_status);
    let mut reading = match overall.verdict(http_status, &Fate::Deleted) {
        Verdict::Request(reading) => reading,
        // The answer doesn't say which of the posts it is about.
        Verdict::Post(post, failure) => {
            let failure = post.fate.failure().cloned().or(failure);
            return Reading::silent(AttemptKind::Answered, failure);
        }
    };
    if let AttemptKind::Refused { retry_available } = reading.kind
        && !nothing_was_deleted
    {
        // Some posts may have been deleted before the refusal.
        reading.kind = if retry_available {
            AttemptKind::Broken
        } else {
            AttemptKind::Answered
        };
    }
    reading
}
