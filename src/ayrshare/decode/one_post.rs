//! The answer to a request about one post. Pure.

use super::report::Report;
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
    let by_network = report.is_throttled_by_network();
    let mut reading = report.verdict(http_status, done);
    if !reading.posts.is_empty() {
        if is_about_another {
            return Reading::silent(AttemptKind::Answered, Some(unexpected));
        }
        if http_status == 429 && by_network {
            reading.kind = AttemptKind::Throttled(ThrottledBy::Network);
        }
    }
    reading
}
