//! What holds of every answer, whatever a server sends. What the crate reads is checked against a second,
//! plain reading of the same bytes by `serde_json`.

use std::collections::HashSet;

use serde_json::{Value, json};
use unpost::{Fate, Outcome, Provider, ayrshare, genviral};

use super::reading::{failure, read};

/// What a request asks for.
#[derive(Clone, Debug)]
pub enum Asked {
    ById(String),
    MarkManualDeleted(String),
    Bulk(Vec<String>),
    AllScheduled,
}

impl Asked {
    pub fn ids(&self) -> &[String] {
        match self {
            Self::ById(id) | Self::MarkManualDeleted(id) => std::slice::from_ref(id),
            Self::Bulk(ids) => ids,
            Self::AllScheduled => &[],
        }
    }
}

/// Checks the claims about an answer of Ayrshare's. Returns what the crate read, for further checks.
pub fn check_ayrshare(asked: &Asked, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let request = match asked {
        Asked::ById(id) => ayrshare::DeleteRequest::by_id(id),
        Asked::MarkManualDeleted(id) => ayrshare::DeleteRequest::mark_manual_deleted(id),
        Asked::Bulk(ids) => ayrshare::DeleteRequest::bulk(ids),
        Asked::AllScheduled => ayrshare::DeleteRequest::delete_all_scheduled(),
    };
    let read = read(&request, http_status, body);
    let json = check_shape(asked, &Provider::Ayrshare, http_status, body, &read);
    let failure = failure(&request, http_status, body);
    if json.is_none() {
        assert!(failure.is_some(), "an unusable answer is no success");
    }
    let json = json.unwrap_or_default();
    let text = String::from_utf8_lossy(body);
    match asked {
        Asked::ById(id) | Asked::MarkManualDeleted(id) => {
            let fate = read[0].as_ref().map(|outcome| &outcome.fate);
            let done = match asked {
                Asked::ById(_) => Fate::Deleted,
                _ => Fate::MarkedDeleted,
            };
            assert!(
                !matches!(fate, Some(Fate::Deleted | Fate::MarkedDeleted))
                    || *fate.unwrap() == done,
                "{fate:?} is not what was asked for"
            );
            assert_eq!(failure.is_none(), fate == Some(&done), "{failure:?}");
            if fate == Some(&done) {
                assert_eq!(http_status, 200, "a failure is no success");
                assert!(says(&json, is_success), "nothing says success: {text}");
                assert!(!says_error(&json), "something says error: {text}");
                let top = json.get("id").and_then(label);
                assert!(
                    top.is_none_or(|top| top == *id) || json.get("posts").is_some(),
                    "it is about another post: {text}"
                );
            }
        }
        Asked::Bulk(_) => {
            for outcome in read.iter().flatten() {
                let about: Vec<_> = about(&json, outcome.id.as_str());
                let is_mentioned = mentions(&json, outcome.id.as_str());
                assert!(is_mentioned, "{outcome:?} comes from nowhere: {text}");
                if outcome.fate == Fate::Deleted {
                    let is_refused = matches!(http_status, 401..=403 | 429);
                    assert!(matches!(http_status, 200 | 400..) && !is_refused);
                    let one_says = about.iter().any(|place| says(place, is_success));
                    assert!(one_says, "nothing says so: {outcome:?}, {text}");
                    // A refusal by code may quote a post without being about that post.
                    let may_quote =
                        |place: &Value| *place == json && place.to_string().contains("\"code\"");
                    let mut about = about.iter().filter(|place| !may_quote(place));
                    let one_denies = about.any(|place| says_error(place));
                    assert!(!one_denies, "something denies it: {outcome:?}, {text}");
                }
            }
        }
        Asked::AllScheduled => {
            if failure.is_none() {
                assert_eq!(http_status, 200, "a failure is no success");
                assert!(says(&json, is_success), "nothing says success: {text}");
                assert!(!says_error(&json), "something says error: {text}");
            }
        }
    }
    read
}

/// Checks the claims about an answer of Genviral's. Returns what the crate read, for further checks.
pub fn check_genviral(asked: &Asked, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let request = genviral::DeleteRequest::bulk(asked.ids());
    let read = read(&request, http_status, body);
    let json = check_shape(asked, &Provider::Genviral, http_status, body, &read);
    let member = |name| json.as_ref().and_then(|json| json.get(name));
    let data = member("data").unwrap_or(&Value::Null);
    if failure(&request, http_status, body).is_none() {
        assert_eq!(http_status, 200, "a failure is no success");
        let ok = member("ok").and_then(Value::as_bool);
        assert!(ok != Some(false) && member("error_code").and_then(Value::as_str).is_none());
        assert!(ok == Some(true) || data.is_object(), "nothing says ok");
    }
    for outcome in read.iter().flatten() {
        let id = outcome.id.as_str();
        let list = |name| {
            data.get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        let is_in = |name| list(name).any(|listed| listed == id);
        let is_blocked =
            list("blockedStatuses").any(|post| post.get("id").is_some_and(|own| own == id));
        let has_failed = data["errors"].get(id).is_some();
        let lists = [
            is_in("deletedIds"),
            is_blocked,
            is_in("skipped"),
            has_failed,
        ];
        let expected = match outcome.fate {
            Fate::Deleted => {
                let is_refused = failure(&request, http_status, body).is_some();
                assert!(
                    http_status >= 500 || !is_refused,
                    "a refusal deletes no post"
                );
                [true, false, false, false]
            }
            Fate::Blocked { .. } => [false, true, false, false],
            Fate::NotFound => [false, false, true, false],
            Fate::Failed(_) => [false, false, false, true],
            // Two lists contradict each other, or two entries of `blockedStatuses` do.
            _ => lists,
        };
        assert_eq!(lists, expected, "{outcome:?}");
        let is_misplaced = || matches!(outcome.fate, Fate::Uncertain(_)) && mentions(data, id);
        assert!(
            lists.contains(&true) || is_misplaced(),
            "{outcome:?} comes from nowhere"
        );
    }
    read
}

/// Checks what holds for both providers. Returns the answer as JSON if it is usable.
fn check_shape(
    asked: &Asked,
    provider: &Provider,
    http_status: u16,
    body: &[u8],
    read: &[Option<Outcome>],
) -> Option<Value> {
    let mut seen = HashSet::new();
    let distinct = asked.ids().iter().filter(|id| seen.insert(id.as_str()));
    let distinct: Vec<_> = distinct.collect();
    assert_eq!(read.len(), distinct.len(), "one place for each post");
    for (id, outcome) in distinct.iter().zip(read) {
        let Some(outcome) = outcome else { continue };
        assert_eq!(outcome.id, id.as_str(), "in the order asked");
        assert_eq!(outcome.provider, *provider);
        let is_verdict = !matches!(outcome.fate, Fate::Unreported | Fate::NotAttempted(_));
        assert!(is_verdict, "{outcome:?} is no verdict of a server");
    }
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let json = json
        .filter(|json| (json.is_object() || json.is_array()) && !matches!(http_status, 300..=399));
    if json.is_none() {
        assert!(
            read.iter().all(Option::is_none),
            "an unusable answer settles nothing"
        );
    }
    json
}

/// Every place in an answer to `bulk` that is about a post.
fn about<'j>(json: &'j Value, id: &str) -> Vec<&'j Value> {
    let names_it = |place: &&Value| place.get("id").and_then(label).is_some_and(|own| own == id);
    let groups = ["posts", "postIds", "results", "bulk", "errors"];
    let groups: Vec<_> = groups.iter().filter_map(|name| json.get(name)).collect();
    let lists = groups.iter().filter_map(|group| group.as_array());
    let items = lists.chain(json.as_array()).flatten().filter(names_it);
    let keyed = groups.iter().copied().chain([json]);
    let keyed = keyed
        .filter_map(|group| group.as_object()?.get(id))
        .filter(|value| value.is_object() || value.is_string());
    items
        .chain(keyed)
        .chain(Some(json).filter(names_it))
        .collect()
}

/// Whether a string or a name in the JSON is this text.
fn mentions(json: &Value, text: &str) -> bool {
    match json {
        Value::String(own) => own == text,
        Value::Number(own) => own.to_string() == text,
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name == text || mentions(value, text)),
        _ => false,
    }
}

/// Whether a status anywhere in the JSON is such a word.
fn says(json: &Value, word: fn(&str) -> bool) -> bool {
    match json {
        Value::String(text) => word(text),
        Value::Array(items) => items.iter().any(|item| says_inside(item, word)),
        _ => says_inside(json, word),
    }
}

fn says_inside(json: &Value, word: fn(&str) -> bool) -> bool {
    match json {
        Value::Array(items) => items.iter().any(|item| says_inside(item, word)),
        Value::Object(members) => members.iter().any(|(name, value)| {
            let is_word = name == "status" || NETWORKS.contains(&name.as_str());
            (is_word && value.as_str().is_some_and(word)) || says_inside(value, word)
        }),
        _ => false,
    }
}

/// Whether any place of the JSON, warnings apart, says that something failed, or can't be read.
fn says_error(json: &Value) -> bool {
    match json {
        Value::Array(items) => items.iter().any(says_error),
        Value::Object(members) => members.iter().any(|(name, value)| match name.as_str() {
            _ if value.is_null() => false,
            "status" => value.as_str().is_none_or(|word| word == "error"),
            "code" => label(value).and_then(|text| text.parse().ok()) != Some(200_u32),
            "error" | "errors" => ![json!([]), json!({}), json!(""), json!(false)].contains(value),
            "warnings" => false,
            name => {
                let is_error = NETWORKS.contains(&name) && *value == "error";
                is_error || says_error(value)
            }
        }),
        _ => false,
    }
}

/// The keys that were seen for networks. Their value may be a word instead of an object.
pub const NETWORKS: [&str; 13] = [
    "bluesky",
    "facebook",
    "gmb",
    "instagram",
    "linkedin",
    "pinterest",
    "reddit",
    "snapchat",
    "telegram",
    "threads",
    "tiktok",
    "twitter",
    "youtube",
];

fn is_success(status: &str) -> bool {
    status == "success" || status == "deleted"
}

/// A string, or a whole number as a string.
fn label(json: &Value) -> Option<String> {
    let text = json.as_str().map(str::to_owned);
    text.or_else(|| json.as_u64().map(|number| number.to_string()))
}
