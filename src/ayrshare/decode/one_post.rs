//! The answer to a request about one post. Pure.

use super::statement::{Judgement, Statement};
use crate::engine::json::Json;
use crate::engine::operation::{AttemptKind, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, PostId};

pub(in crate::ayrshare) fn decode_one(
    asked: &PostId,
    http_status: u16,
    json: &Json<'_>,
    done: &Fate,
) -> Reading {
    let Some(statement) = Statement::about(asked, json) else {
        return Reading::by_status(http_status);
    };
    let is_about_another = statement.is_about_another_than(asked);
    let otherwise = statement.failure(ErrorKind::UnexpectedResponse, http_status);
    let kind = if http_status == 429 && statement.is_throttled_by_network() {
        AttemptKind::Throttled(ThrottledBy::Network)
    } else {
        AttemptKind::Answered
    };
    match statement.judge(http_status, done) {
        Judgement::Request(reading) => reading,
        Judgement::Post(..) if is_about_another => {
            Reading::silent(AttemptKind::Answered, Some(otherwise))
        }
        Judgement::Post(post, failure) => Reading {
            posts: vec![Some(post)],
            ..Reading::silent(kind, failure)
        },
    }
}
