//! The claims about the answers of Ayrshare.

use serde_json::Value;
use unpost::ayrshare::DeleteRequest;
use unpost::internals::AttemptKind;
use unpost::{ErrorKind, Fate, Outcome, Provider};

use super::plain::{
    DENIALS, NETWORKS, any, any_of_posts, denies, describes, each_status, has_others, is_same,
    is_success, listed, names, networks, number, places_of, says_success,
};
use super::{Asked, check_shape};
use crate::reading::{Read, read};

/// Checks the claims about an answer of Ayrshare's. Returns what the crate read, for further checks.
pub fn check_ayrshare(asked: &Asked, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let request = match asked {
        Asked::ById(id) => DeleteRequest::by_id(id),
        Asked::MarkManualDeleted(id) => DeleteRequest::mark_manual_deleted(id),
        Asked::Bulk(ids) => DeleteRequest::bulk(ids),
        Asked::AllScheduled => DeleteRequest::delete_all_scheduled(),
    };
    let read = read(&request, http_status, body);
    let json = check_shape(asked, &Provider::Ayrshare, http_status, body, &read);
    let json = json.unwrap_or_default();
    check_refusal(&read, http_status, &json);
    match asked {
        Asked::ById(id) => {
            check_one(id, &Fate::Deleted, http_status, &json, &read);
            check_as_strict_as_bulk(id, http_status, body, &json, &read);
        }
        Asked::MarkManualDeleted(id) => {
            check_one(id, &Fate::MarkedDeleted, http_status, &json, &read);
        }
        Asked::Bulk(_) => {
            let outcomes = read.posts.iter().flatten();
            outcomes.for_each(|outcome| check_entry(asked, outcome, http_status, &json));
        }
        Asked::AllScheduled => {
            if read.failure.is_none() {
                assert_eq!(http_status, 200, "a failure is no success");
                // There is no post with this id.
                let id = "\0";
                assert!(says_success(&json, id), "nothing says success: {json}");
                assert!(!denies(&json, id, None), "something denies it: {json}");
                assert!(
                    each_status(&json, id, is_success),
                    "not each says it: {json}"
                );
            }
        }
    }
    read.posts
}

/// The whole answer is about the one post, so whatever stands in it decides.
fn check_one(id: &str, done: &Fate, http_status: u16, json: &Value, read: &Read) {
    let fate = read.first_fate();
    assert_eq!(read.failure.is_none(), fate == Some(done), "{read:?}");
    match fate {
        Some(fate @ (Fate::Deleted | Fate::MarkedDeleted)) => {
            assert_eq!(fate, done, "not what was asked for");
            assert_eq!(http_status, 200, "a failure is no success");
            assert!(says_success(json, id), "nothing says success: {json}");
            assert!(!denies(json, id, None), "something denies it: {json}");
            assert!(
                each_status(json, id, is_success),
                "not each says it: {json}"
            );
            let listed = listed(json);
            let is_listed = listed
                .iter()
                .any(|listed| listed.as_ref().is_none_or(|listed| is_same(listed, id)));
            let is_listed = is_listed || !places_of(json, id, &[]).is_empty();
            assert!(is_listed || listed.is_empty(), "it is about others: {json}");
        }
        Some(Fate::AlreadyDeleted) => check_only_code(383, id, json),
        Some(Fate::NotFound) => check_only_code(114, id, json),
        Some(Fate::Partial) => {
            let networks = networks(json);
            let says_partial = any(json, &|name, value| {
                (name == "status" || is_same(name, id)) && value == "partial"
            });
            let both = networks.one_gone && networks.one_kept;
            assert!(both || says_partial, "no network is on either side: {json}");
        }
        _ => {}
    }
}

/// The code says what became of the post, and nothing says otherwise.
fn check_only_code(code: u64, id: &str, json: &Value) {
    let says_code = any(json, &|name, value| {
        name == "code" && number(value) == Some(code)
    });
    assert!(says_code, "no code {code}: {json}");
    assert!(!denies(json, id, Some(code)), "something denies it: {json}");
    let is_plain = |status: &str| status.is_empty() || status == "error" || is_success(status);
    assert!(
        each_status(json, id, is_plain),
        "a status denies it: {json}"
    );
}

/// What is gone by `by_id` is gone by `bulk`, unless the answer names no post.
fn check_as_strict_as_bulk(id: &str, http_status: u16, body: &[u8], json: &Value, by_id: &Read) {
    let Some(fate @ (Fate::Deleted | Fate::AlreadyDeleted)) = by_id.first_fate() else {
        return;
    };
    let bulk = read(&DeleteRequest::bulk([id]), http_status, body);
    if let Some(of_bulk) = bulk.first_fate() {
        // In an answer to `bulk`, a network's result outside an entry may be about any of the posts.
        let is_unclear = *fate == Fate::AlreadyDeleted && networks(json).one_gone;
        let is_gone = of_bulk.is_gone() || is_unclear;
        assert!(is_gone, "by_id {fate:?}, bulk {of_bulk:?}: {json}");
    } else {
        assert!(!describes(json, id), "by_id {fate:?}, bulk nothing: {json}");
    }
}

/// What an answer to `bulk` says about a post stands where the post is named.
fn check_entry(asked: &Asked, outcome: &Outcome, http_status: u16, json: &Value) {
    let id = outcome.id.as_str();
    assert!(names(json, id), "{outcome:?} comes from nowhere: {json}");
    let code = match outcome.fate {
        Fate::Deleted => None,
        Fate::AlreadyDeleted => Some(383),
        Fate::NotFound => Some(114),
        _ => return,
    };
    let places = places_of(json, id, asked.ids());
    if code.is_none() {
        let is_refused = matches!(http_status, 401..=403 | 429);
        assert!(matches!(http_status, 200 | 400..) && !is_refused);
        let one_says = places.iter().any(|place| says_success(place, id));
        assert!(one_says, "nothing says so: {outcome:?}, {json}");
    }
    // A refusal by code may quote a post without being about that post.
    let may_quote = |place: &Value| place == json && place.get("code").is_some();
    for place in places {
        if !may_quote(place) && !has_others(place, id) {
            let denies = denies(place, id, code);
            assert!(!denies, "something denies it: {outcome:?}, {json}");
        }
    }
    // What stands in the result of a network is about other ids.
    let in_denial = any_of_posts(json, &|name, value| {
        DENIALS.contains(&name) && (name != "error" || code.is_none()) && lists(value, id)
    });
    assert!(!in_denial, "a list denies it: {outcome:?}, {json}");
}

/// Whether the value is the id, a list that has it, or an object that has something under it.
fn lists(value: &Value, id: &str) -> bool {
    let is_id = |value: &Value| value.as_str().is_some_and(|own| is_same(own, id));
    let items = value.as_array().into_iter().flatten();
    let mut names = value
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys());
    is_id(value) || items.into_iter().any(is_id) || names.any(|name| is_same(name, id))
}

/// A 4xx refuses only in Ayrshare's words, and the code 429 is the profile's limit under any status.
fn check_refusal(read: &Read, http_status: u16, json: &Value) {
    let kinds = read.posts.iter().flatten();
    let kinds = kinds.filter_map(|outcome| outcome.fate.failure());
    let kinds = kinds.chain(&read.failure).map(|failure| failure.kind);
    if matches!(http_status, 400..=428 | 430..=499) && !is_in_words(json) {
        for kind in kinds {
            let is_refusal = matches!(kind, ErrorKind::Refused | ErrorKind::Unauthorized);
            assert!(!is_refusal, "{kind:?} of nobody: {json}");
        }
        let is_final = matches!(read.kind, AttemptKind::Foreign | AttemptKind::Answered);
        assert!(is_final, "{:?} is asked again: {json}", read.kind);
    }
    let Value::Object(members) = json else { return };
    let only = |name: &str| match name {
        "code" => members.get("code").and_then(number) == Some(429),
        "status" => members
            .get("status")
            .is_some_and(|status| status == "error"),
        "action" | "message" => members.get(name).is_some_and(Value::is_string),
        _ => false,
    };
    let is_refusal = members.contains_key("code") && members.contains_key("status");
    let is_plain = is_refusal && members.keys().all(|name| only(name));
    // An answer in which a name is repeated has no code.
    let is_read = read
        .failure
        .as_ref()
        .is_some_and(|failure| failure.code.is_some());
    if is_plain && is_read {
        let kind = read.failure.as_ref().map(|failure| failure.kind);
        assert_eq!(kind, Some(ErrorKind::RateLimited), "{json}");
        let is_throttled = matches!(read.kind, AttemptKind::Throttled(_));
        assert!(is_throttled, "{:?}: {json}", read.kind);
    }
}

/// Whether something is in the form in which Ayrshare refuses: an error, a documented code, or a network's result.
fn is_in_words(json: &Value) -> bool {
    const CODES: [u64; 19] = [
        101, 102, 107, 114, 138, 144, 156, 161, 272, 276, 288, 382, 383, 400, 419, 429, 435, 444,
        169,
    ];
    any(json, &|name, value| match name {
        "action" | "details" | "error" | "errors" | "message" => false,
        "code" => number(value).is_some_and(|code| CODES.contains(&code)),
        "platform" | "networks" => true,
        _ => NETWORKS.contains(&name) || value == "error",
    })
}
