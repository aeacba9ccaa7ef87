//! The answer to `bulk`, whose shape isn't documented. Pure.
//!
//! An entry that names a post counts for that post, wherever the entry stands. A status for the whole
//! answer settles no post.

use super::report::{Report, Verdict};
use super::statements::Statements;
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, PostId};

pub(in crate::ayrshare) fn decode_bulk(
    open: &[PostId],
    http_status: u16,
    json: &Json<'_>,
) -> Reading {
    let Statements { request, posts, .. } = Statements::about_each(open, json);
    if posts.iter().any(Option::is_some) {
        return read_posts(posts, http_status);
    }
    if http_status == 200 && !request.says_anything() && json.as_list().is_some() {
        // A list that names none of the posts is an answer too.
        return Reading::silent(AttemptKind::Answered, None);
    }
    read_overall(request, http_status)
}

/// Reads each post by its own entries, as if they were the answer to a request about that post.
fn read_posts(reports: Vec<Option<Report<'_>>>, http_status: u16) -> Reading {
    let mut overall = match http_status {
        429 | 500.. => Reading::by_status(http_status),
        _ => Reading::silent(AttemptKind::Answered, None),
    };
    let mut known = reports.iter().flatten();
    if http_status == 429 && known.any(Report::is_throttled_by_network) {
        overall.kind = AttemptKind::Throttled(ThrottledBy::Network);
    }
    let reports = reports.into_iter();
    let posts = reports.map(|report| read_post(report?, http_status));
    Reading {
        posts: posts.collect(),
        ..overall
    }
}

/// `None` for a post that has to be asked for again.
fn read_post(report: Report<'_>, http_status: u16) -> Option<PostReading> {
    let unexpected = report.failure(ErrorKind::UnexpectedResponse, http_status);
    // The HTTP status belongs to the whole batch and says little about one post.
    let mut reading = match report.verdict(200, &Fate::Deleted) {
        Verdict::Post(reading, _) => reading,
        Verdict::Request(reading) => reading.into_post(),
    };
    match &mut reading.fate {
        Fate::Failed(failure) | Fate::Uncertain(failure) => failure.http_status = Some(http_status),
        fate @ Fate::Deleted if http_status != 200 => match http_status {
            // A 429 means that nothing was done.
            429 => return None,
            ..=399 | 401..=403 => *fate = Fate::Uncertain(unexpected),
            _ => {}
        },
        _ => {}
    }
    Some(reading)
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
