//! What an answer of Genviral says about each post. Pure.
//!
//! The four lists in `data` give the posts' fates, unless the HTTP status is 3xx or 429. A post that no list
//! names stays open. A post to which two lists give different fates is uncertain, and so is one that stands in a
//! list that isn't documented and whose name says that something isn't done.

use std::borrow::Cow;

use super::code::ErrorCode;
use crate::engine::denials::is_denial;
use crate::engine::ids::is_same;
use crate::engine::index::Index;
use crate::engine::json::{self, Json, Members};
use crate::engine::operation::{AttemptKind, PostReading, Reading, refusal_kind};
use crate::model::{ErrorKind, Failure, Fate, PostId, text};

pub(super) fn decode(open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
    let Some(json) = json::parse(body) else {
        return Reading::by_status(http_status);
    };
    let (Some(members), false) = (json.as_object(), matches!(http_status, 300..=399)) else {
        return Reading::by_status(http_status);
    };
    let data = members.get("data").and_then(Json::as_object);
    // After a 429 the request is sent again, so its lists don't count.
    let data = data.filter(|_| http_status != 429);
    let request = read_request(http_status, members, data.is_some());
    // A 5xx reports the posts that were deleted before the failure. Any other failed request deleted
    // nothing, so a list of deleted posts contradicts the failure.
    let may_have_deleted = http_status >= 500 || request.failure.is_none();
    Reading {
        posts: read_posts(open, http_status, members, data, may_have_deleted),
        ..request
    }
}

/// What the answer says about the request as a whole.
fn read_request(http_status: u16, members: &Members<'_>, has_data: bool) -> Reading {
    let code = members.text("error_code").map(ErrorCode::from);
    let is_refused = members.get("ok") == Some(&Json::Bool(false)) || code.is_some();
    let is_answered = members.get("ok") == Some(&Json::Bool(true)) || has_data;
    // An `ok`, an `error_code` or a `code` that can't be read denies a success.
    let member = |name| members.get(name).filter(|value| **value != Json::Null);
    let denies_success = member("ok").is_some_and(|ok| *ok != Json::Bool(true))
        || member("error_code").is_some()
        || member("code").is_some_and(|code| code.to_u32() != Some(200));
    if http_status == 200 && is_answered && !denies_success {
        return Reading::silent(AttemptKind::Answered, None);
    }
    // `code` repeats the provider's HTTP status, and a gateway may have replaced that status by 200.
    let own_status = members.get("code").and_then(Json::to_u32);
    let own_status = own_status.and_then(|code| u16::try_from(code).ok());
    let status = match own_status {
        Some(status @ 400..=599) if http_status == 200 && is_refused => status,
        _ => http_status,
    };
    let by_status = Reading::by_status(status);
    let by_kind = by_status.kind;
    let kind_by_code = code.as_ref().and_then(ErrorCode::kind);
    let (error_kind, kind) = match kind_by_code {
        Some(ErrorKind::Server) if status < 500 => (ErrorKind::Server, AttemptKind::Broken),
        Some(ErrorKind::Server) => (ErrorKind::Server, by_status.kind),
        Some(ErrorKind::RateLimited) => (ErrorKind::RateLimited, AttemptKind::THROTTLED),
        Some(error_kind) => (error_kind, AttemptKind::REFUSED),
        None if is_refused && matches!(status, 200 | 400..=428 | 430..=499) => {
            (refusal_kind(status), AttemptKind::REFUSED)
        }
        None => {
            let by_status = by_status.failure.as_ref().map(|failure| failure.kind);
            (by_status.unwrap_or(ErrorKind::UnexpectedResponse), by_kind)
        }
    };
    let detail = by_status.failure.and_then(|failure| failure.detail);
    let failure = Failure {
        http_status: Some(http_status),
        code: code.as_ref().map(|code| text::label(code.as_str())),
        message: members.text("message").map(text::message),
        detail: detail.filter(|_| error_kind == ErrorKind::UnexpectedResponse),
        ..Failure::new(error_kind)
    };
    Reading::silent(kind, Some(failure))
}

/// What the lists say about each open post. Ids that aren't in the request are ignored.
fn read_posts(
    open: &[PostId],
    http_status: u16,
    answer: &Members<'_>,
    data: Option<&Members<'_>>,
    may_have_deleted: bool,
) -> Vec<Option<PostReading>> {
    let mut posts = vec![None; open.len()];
    let Some(data) = data else {
        return posts;
    };
    let unclear = Fate::Uncertain(Failure {
        http_status: Some(http_status),
        ..Failure::new(ErrorKind::UnexpectedResponse)
    });
    let mut index = Index::new(open);
    let mut settle = |id: &str, fate: Fate| {
        let Some(post) = index.find(id).and_then(|found| posts.get_mut(found)) else {
            return;
        };
        let fate = match post {
            Some(PostReading { fate: earlier, .. }) if *earlier != fate => unclear.clone(),
            _ => fate,
        };
        *post = Some(PostReading {
            fate,
            networks: Vec::new(),
        });
    };
    for id in list(data, "deletedIds").iter().filter_map(Json::as_text) {
        let deleted = may_have_deleted.then_some(Fate::Deleted);
        settle(id, deleted.unwrap_or_else(|| unclear.clone()));
    }
    for id in list(data, "skipped").iter().filter_map(Json::as_text) {
        settle(id, Fate::NotFound);
    }
    for entry in list(data, "blockedStatuses")
        .iter()
        .filter_map(Json::as_object)
    {
        if let Some(id) = entry.text("id") {
            let status = text::label(entry.text("status").unwrap_or_default());
            settle(id, Fate::Blocked { status });
        }
    }
    let errors = data.get("errors").and_then(Json::as_object);
    for (id, message) in errors.into_iter().flat_map(Members::iter) {
        let failure = Failure {
            http_status: Some(http_status),
            message: message.as_text().map(text::message),
            ..Failure::new(ErrorKind::Refused)
        };
        settle(id, Fate::Failed(failure));
    }
    for id in undocumented_labels(answer, data) {
        settle(&id, unclear.clone());
    }
    posts
}

fn list<'j>(data: &'j Members<'_>, name: &str) -> &'j [Json<'j>] {
    let items = data.get(name).and_then(Json::as_list);
    items.unwrap_or_default()
}

/// Every text and number in the four lists that isn't in the documented shape, and every one in a list that isn't
/// documented and whose name says that something isn't done. One of them may be the id of a post.
fn undocumented_labels<'j>(answer: &'j Members<'_>, data: &'j Members<'_>) -> Vec<Cow<'j, str>> {
    let mut labels = Vec::new();
    for (name, value) in data.iter() {
        match (name, value) {
            ("deletedIds" | "skipped" | "blockedStatuses", Json::List(items)) => {
                let is_documented = |item: &Json<'_>| match item {
                    Json::Object(entry) => name == "blockedStatuses" && entry.text("id").is_some(),
                    item => name != "blockedStatuses" && item.as_text().is_some(),
                };
                for item in items {
                    if !is_documented(item) {
                        item.labels(&mut labels);
                    } else if let Json::Object(entry) = item {
                        let others = entry.iter();
                        let others = others.filter(|(name, _)| !matches!(*name, "id" | "status"));
                        others.for_each(|(name, value)| denied_labels(name, value, &mut labels));
                    }
                }
            }
            ("errors", Json::Object(errors)) => {
                for (id, error) in errors.iter().filter(|(_, error)| error.as_text().is_none()) {
                    let mut inside = Vec::new();
                    error.labels(&mut inside);
                    labels.extend(inside.into_iter().filter(|label| !is_same(label, id)));
                }
            }
            ("deletedIds", other) => other.labels(&mut labels),
            _ => denied_labels(name, value, &mut labels),
        }
    }
    for (name, value) in answer.iter().filter(|(name, _)| *name != "data") {
        denied_labels(name, value, &mut labels);
    }
    labels
}

/// Every text and number in lists whose names deny, wherever they stand in the value.
fn denied_labels<'j>(name: &'j str, value: &'j Json<'_>, labels: &mut Vec<Cow<'j, str>>) {
    match value {
        _ if is_denial(name) => value.labels(labels),
        Json::List(items) => {
            for item in items {
                denied_labels(name, item, labels);
            }
        }
        Json::Object(members) => {
            let is_denied = members.text("status").is_some_and(is_denial);
            let id = members.get("id").and_then(Json::to_label);
            labels.extend(id.filter(|_| is_denied));
            for (name, value) in members.iter() {
                denied_labels(name, value, labels);
            }
        }
        // A word such as `skipped` may stand under the id of a post.
        Json::Text(word) if is_denial(word) => labels.push(name.into()),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
