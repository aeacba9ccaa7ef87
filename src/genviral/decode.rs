//! What an answer of Genviral's says about each post. Pure.
//!
//! A post's fate is read from the four lists of `data`, wherever an answer has them. A post that no list
//! names stays open. An id in two lists that exclude each other is settled by neither.

use super::code::ErrorCode;
use crate::engine::index::Index;
use crate::engine::json::{self, Json, Members};
use crate::engine::operation::{AttemptKind, PostReading, Reading};
use crate::model::{ErrorKind, Failure, Fate, PostId};

pub(super) fn decode(open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
    let Some(json) = json::parse(body) else {
        return Reading::unreadable(http_status, body);
    };
    let (Some(members), false) = (json.as_object(), matches!(http_status, 300..=399)) else {
        return Reading::by_status(http_status);
    };
    let data = members.get("data").and_then(Json::as_object);
    // A 429 says nothing about any post, because the request is sent again.
    let data = data.filter(|_| http_status != 429);
    let request = read_request(http_status, members, data.is_some());
    // A 500 reports what was done before it. Any other refusal has done nothing that it could report.
    let is_believed = http_status >= 500 || request.failure.is_none();
    Reading {
        posts: read_posts(open, http_status, data, is_believed),
        ..request
    }
}

/// What the answer says about the request as a whole.
fn read_request(http_status: u16, members: &Members<'_>, has_data: bool) -> Reading {
    let code = members.text("error_code").map(ErrorCode::from);
    let refused = members.get("ok") == Some(&Json::Bool(false)) || code.is_some();
    let answered = members.get("ok") == Some(&Json::Bool(true)) || has_data;
    // A member that can't be read, where a refusal would stand, counts as a refusal.
    let said = |name| members.get(name).filter(|value| **value != Json::Null);
    let is_doubtful = said("ok").is_some_and(|ok| *ok != Json::Bool(true))
        || said("error_code").is_some()
        || said("code").is_some_and(|code| code.to_u32() != Some(200));
    if http_status == 200 && answered && !is_doubtful {
        return Reading::silent(AttemptKind::Answered, None);
    }
    let by_status = Reading::by_status(http_status);
    let known = code.as_ref().and_then(ErrorCode::kind);
    let (error_kind, kind) = match known {
        Some(ErrorKind::Server) if http_status < 500 => (ErrorKind::Server, AttemptKind::Broken),
        Some(ErrorKind::Server) => (ErrorKind::Server, by_status.kind),
        Some(ErrorKind::RateLimited) => (ErrorKind::RateLimited, AttemptKind::THROTTLED),
        Some(error_kind) => (error_kind, AttemptKind::REFUSED),
        None if http_status == 200 && refused => (ErrorKind::Refused, AttemptKind::REFUSED),
        None => {
            let error_kind = by_status.failure.as_ref().map(|failure| failure.kind);
            (error_kind.unwrap_or(ErrorKind::Refused), by_status.kind)
        }
    };
    let failure = Failure {
        http_status: Some(http_status),
        code: code.as_ref().map(ToString::to_string),
        message: members.text("message").map(str::to_owned),
        ..Failure::new(error_kind)
    };
    Reading::silent(kind, Some(failure))
}

/// What the lists say about each open post. Ids that weren't asked for are passed over.
fn read_posts(
    open: &[PostId],
    http_status: u16,
    data: Option<&Members<'_>>,
    is_believed: bool,
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
        let deleted = is_believed.then_some(Fate::Deleted);
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
            let status = entry.text("status").unwrap_or_default().to_owned();
            settle(id, Fate::Blocked { status });
        }
    }
    let errors = data.get("errors").and_then(Json::as_object);
    for (id, message) in errors.into_iter().flat_map(Members::iter) {
        let failure = Failure {
            http_status: Some(http_status),
            message: message.as_text().map(str::to_owned),
            ..Failure::new(ErrorKind::Refused)
        };
        settle(id, Fate::Failed(failure));
    }
    for id in misplaced(data) {
        settle(id, unclear.clone());
    }
    posts
}

fn list<'j>(data: &'j Members<'_>, name: &str) -> &'j [Json<'j>] {
    let items = data.get(name).and_then(Json::as_list);
    items.unwrap_or_default()
}

/// Every text in the lists of standing posts that have another shape than the documented one. The ids of
/// those posts are among the texts.
fn misplaced<'j>(data: &'j Members<'_>) -> Vec<&'j str> {
    let mut texts = Vec::new();
    for (name, value) in data.iter() {
        match (name, value) {
            ("skipped" | "blockedStatuses", Json::List(items)) => {
                let is_entry = |item: &Json<'_>| match name {
                    "skipped" => item.as_text().is_some(),
                    _ => item
                        .as_object()
                        .is_some_and(|entry| entry.text("id").is_some()),
                };
                let others = items.iter().filter(|item| !is_entry(item));
                others.for_each(|item| item.texts(&mut texts));
            }
            ("errors", Json::Object(_)) => {}
            ("skipped" | "blockedStatuses" | "errors", other) => other.texts(&mut texts),
            _ => {}
        }
    }
    texts
}

#[cfg(test)]
mod tests;
