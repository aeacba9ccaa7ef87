//! The answer to a request about one post. Pure.

use super::statements::Statements;
use super::verdict::Verdict;
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, PostId};

pub(in crate::ayrshare) fn decode_one(
    asked: &PostId,
    http_status: u16,
    json: &Json<'_>,
    done: &Fate,
) -> Reading {
    let Statements {
        request,
        posts,
        listed,
        ..
    } = Statements::about_one(asked, json);
    let report = { posts }.pop().flatten();
    let is_about_post = report.is_some();
    let report = report.unwrap_or(request);
    let unexpected = report.failure(ErrorKind::UnexpectedResponse, http_status);
    let is_answered = matches!(http_status, 200 | 400..=499) && http_status != 429;
    let is_empty_list = http_status == 200 && json.as_list().is_some() && !report.says_anything();
    if is_empty_list || (is_answered && listed.lacks_asked() && report.is_bare_status()) {
        return Reading::silent(AttemptKind::Answered, Some(unexpected));
    }
    let kind = if http_status == 429 && report.is_throttled_by_network() {
        AttemptKind::Throttled(ThrottledBy::Network)
    } else if report.is_throttled_by_profile() {
        AttemptKind::THROTTLED
    } else {
        AttemptKind::Answered
    };
    match report.verdict(http_status, done) {
        Verdict::Request(reading) => reading,
        // The answer is about another post.
        Verdict::Post(post, _)
            if !is_about_post || (listed.only_others() && post.fate == *done) =>
        {
            Reading::silent(AttemptKind::Answered, Some(unexpected))
        }
        Verdict::Post(post, failure) => Reading {
            posts: vec![Some(post)],
            ..Reading::silent(kind, failure)
        },
    }
}
