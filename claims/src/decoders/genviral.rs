//! The claims about the answers of Genviral.

use serde_json::Value;
use unpost::genviral::DeleteRequest;
use unpost::internals::AttemptKind;
use unpost::{ErrorKind, Fate, Outcome, Provider};

use super::plain::{DENIALS, any, is_same, names};
use super::{Asked, check_shape};
use crate::reading::{Read, read};

/// Checks the claims about an answer of Genviral's. Returns what the crate read, for further checks.
pub fn check_genviral(asked: &Asked, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let request = DeleteRequest::bulk(asked.ids());
    let read = read(&request, http_status, body);
    let json = check_shape(asked, &Provider::Genviral, http_status, body, &read);
    let json = json.unwrap_or_default();
    let member = |name: &str| json.get(name);
    let ok = member("ok").and_then(Value::as_bool);
    let has_error_code = member("error_code").is_some_and(Value::is_string);
    if read.failure.is_none() {
        assert_eq!(http_status, 200, "a failure is no success");
        assert!(ok != Some(false) && !has_error_code, "{json}");
        let has_data = member("data").is_some_and(Value::is_object);
        assert!(ok == Some(true) || has_data, "nothing says ok");
    }
    let is_refused = ok == Some(false) || has_error_code;
    if matches!(http_status, 400..=428 | 430..=499) && !is_refused {
        check_not_refused(&read, &json);
    }
    for outcome in read.posts.iter().flatten() {
        check_outcome(outcome, http_status, &json, &read);
    }
    read.posts
}

/// A 4xx that isn't in Genviral's words refuses nothing, and isn't asked again.
fn check_not_refused(read: &Read, json: &Value) {
    let kind = read.failure.as_ref().map(|failure| failure.kind);
    assert_eq!(kind, Some(ErrorKind::UnexpectedResponse), "{json}");
    assert_eq!(read.kind, AttemptKind::Foreign, "{json}");
}

/// A fate is that of the one list that names the post.
fn check_outcome(outcome: &Outcome, http_status: u16, json: &Value, read: &Read) {
    let id = outcome.id.as_str();
    let data = json.get("data").unwrap_or(&Value::Null);
    let list = |name: &str| {
        data.get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let is_id = |value: &Value| value.as_str().is_some_and(|own| is_same(own, id));
    let mut blocked = list("blockedStatuses");
    let errors = data.get("errors").and_then(Value::as_object);
    let mut errors = errors.into_iter().flat_map(|errors| errors.keys());
    let lists = [
        list("deletedIds").any(is_id),
        blocked.any(|post| post.get("id").is_some_and(is_id)),
        list("skipped").any(is_id),
        errors.any(|name| is_same(name, id)),
    ];
    let expected = match outcome.fate {
        Fate::Deleted => {
            let is_refused = read.failure.is_some();
            assert!(
                http_status >= 500 || !is_refused,
                "a refusal deletes no post"
            );
            let is_denied = any(json, &|name, value| denies(name) && is_listed(value, id));
            assert!(!is_denied, "something denies it: {outcome:?}, {json}");
            [true, false, false, false]
        }
        Fate::Blocked { .. } => [false, true, false, false],
        Fate::NotFound => [false, false, true, false],
        Fate::Failed(_) => [false, false, false, true],
        // Two lists contradict each other, or two entries of `blockedStatuses` do.
        _ => lists,
    };
    assert_eq!(lists, expected, "{outcome:?}: {json}");
    let is_misplaced = matches!(outcome.fate, Fate::Uncertain(_)) && names(json, id);
    assert!(
        lists.contains(&true) || is_misplaced,
        "{outcome:?} comes from nowhere: {json}"
    );
}

/// Whether a list names the post. An entry with an id names only that.
fn is_listed(list: &Value, id: &str) -> bool {
    match list {
        Value::Array(items) => items.iter().any(|item| is_listed(item, id)),
        Value::Object(entry) if entry.get("id").is_some_and(Value::is_string) => {
            entry["id"].as_str().is_some_and(|own| is_same(own, id))
        }
        _ => names(list, id),
    }
}

/// Whether what stands under this name isn't deleted.
fn denies(name: &str) -> bool {
    DENIALS.contains(&name) || matches!(name, "errors" | "blockedStatuses")
}
