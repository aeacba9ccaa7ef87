//! The answer to a request about one post. Pure.

use super::report::{Report, Verdict};
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, PostId};

pub(in crate::ayrshare) fn decode_one(
    asked: &PostId,
    http_status: u16,
    json: &Json<'_>,
    done: &Fate,
) -> Reading {
    let Some(report) = Report::about_post(asked, json) else {
        return Reading::by_status(http_status);
    };
    let is_about_another = report.is_about_another_than(asked);
    let unexpected = report.failure(ErrorKind::UnexpectedResponse, http_status);
    let kind = if http_status == 429 && report.is_throttled_by_network() {
        AttemptKind::Throttled(ThrottledBy::Network)
    } else {
        AttemptKind::Answered
    };
    match report.verdict(http_status, done) {
        Verdict::Request(reading) => reading,
        Verdict::Post(..) if is_about_another => {
            Reading::silent(AttemptKind::Answered, Some(unexpected))
        }
        Verdict::Post(post, failure) => Reading {
            posts: vec![Some(post)],
            ..Reading::silent(kind, failure)
        },
    }
}
