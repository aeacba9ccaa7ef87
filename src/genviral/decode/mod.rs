//! Genviral's wire format: a request's JSON, and what an answer says of each post. Pure.
//!
//! A post's fate is read from the four lists of `data`, wherever an answer has them; what no list
//! names stays open. An id in two lists that exclude each other is settled by neither.

use serde::Serialize;

use crate::engine::index::Places;
use crate::engine::json::{self, Json, Members};
use crate::engine::operation::{self, PostReading, Reading, Wire};
use crate::engine::retry::Happened;
use crate::genviral::code::ErrorCode;
use crate::genviral::request::DeleteRequest;
use crate::model::{ErrorKind, PostId};
use crate::model::{Failure, Fate, Provider};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    post_ids: &'a [PostId],
}

impl Wire for DeleteRequest {
    const PROVIDER: Provider = Provider::Genviral;

    fn asked(&self) -> &[PostId] {
        &self.ids
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn done(&self) -> Fate {
        Fate::Deleted
    }

    fn write(&self, open: &[PostId]) -> Vec<u8> {
        operation::to_json(&Body { post_ids: open })
    }

    fn read(&self, open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
        let Some(json) = json::parse(body) else {
            return Reading::unreadable(http_status, body, open.len());
        };
        let (Some(members), false) = (json.as_object(), matches!(http_status, 300..=399)) else {
            return Reading::by_status(http_status, open.len());
        };
        let data = members.get("data").and_then(Json::as_object);
        // Asked again, a 429 says nothing of any post.
        let data = data.filter(|_| http_status != 429);
        let request = read_request(http_status, members, data.is_some(), open.len());
        // A 500 reports what was done before it. Any other refusal has done nothing that it could report.
        let is_believed = http_status >= 500 || request.failure.is_none();
        Reading {
            posts: read_posts(open, http_status, data, is_believed),
            ..request
        }
    }
}

/// What the answer says of the request as a whole.
fn read_request(http_status: u16, members: &Members<'_>, has_data: bool, open: usize) -> Reading {
    let code = members.text("error_code").map(ErrorCode::from);
    let refused = members.get("ok") == Some(&Json::Bool(false)) || code.is_some();
    let answered = members.get("ok") == Some(&Json::Bool(true)) || has_data;
    // What can't be read where a refusal would stand lets nothing pass.
    let said = |name| members.get(name).filter(|it| **it != Json::Null);
    let is_doubtful = said("ok").is_some_and(|it| *it != Json::Bool(true))
        || said("error_code").is_some()
        || said("code").is_some_and(|it| it.to_u32() != Some(200));
    if http_status == 200 && answered && !is_doubtful {
        return Reading::silent(Happened::Answered, open);
    }
    let failure = |kind| {
        Some(Failure {
            kind,
            http_status: Some(http_status),
            code: code.as_ref().map(ToString::to_string),
            message: members.text("message").map(str::to_owned),
            detail: None,
        })
    };
    let by_status = Reading::by_status(http_status, open);
    let known = code.as_ref().and_then(ErrorCode::kind);
    let (kind, happened) = match known {
        Some(ErrorKind::Server) if http_status < 500 => (ErrorKind::Server, Happened::Broken),
        Some(ErrorKind::Server) => (ErrorKind::Server, by_status.happened),
        Some(ErrorKind::RateLimited) => (ErrorKind::RateLimited, Happened::Throttled),
        Some(kind) => (kind, REFUSED),
        None if http_status == 200 && refused => (ErrorKind::Refused, REFUSED),
        None => {
            let kind = by_status.failure.as_ref().map(|it| it.kind);
            (kind.unwrap_or(ErrorKind::Refused), by_status.happened)
        }
    };
    Reading {
        happened,
        failure: failure(kind),
        ..by_status
    }
}

const REFUSED: Happened = Happened::Refused {
    retry_available: false,
};

/// What the lists say of each post that is open. Ids that weren't asked for are passed over.
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
    let mut places = Places::new(open);
    let mut settle = |id: &str, fate: Fate| {
        let Some(post) = places.find(id).and_then(|place| posts.get_mut(place)) else {
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

/// Every text in a list of posts that stand whose shape isn't the documented one: the ids are among them.
fn misplaced<'j>(data: &'j Members<'_>) -> Vec<&'j str> {
    let mut texts = Vec::new();
    for (name, value) in data.iter() {
        match (name, value) {
            ("skipped" | "blockedStatuses", Json::List(items)) => {
                let is_entry = |item: &Json<'_>| match name {
                    "skipped" => item.as_text().is_some(),
                    _ => item.as_object().is_some_and(|it| it.text("id").is_some()),
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
