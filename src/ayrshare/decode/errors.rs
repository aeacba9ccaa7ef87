//! Whether a part of an answer that isn't read in any other way denies a success. Pure.

use super::networks::NETWORK_NAMES;
use crate::engine::denials::is_denial;
use crate::engine::json::{Json, Members};
use crate::model::is_success;

/// Whether the value reports an error, at any depth, or calls something unfinished. A status, a code or an
/// error that can't be read counts as an error.
pub(super) fn denies_success(json: &Json<'_>) -> bool {
    match json {
        Json::List(items) => items.iter().any(denies_success),
        Json::Object(members) => members_deny_success(members),
        _ => false,
    }
}

fn members_deny_success(members: &Members<'_>) -> bool {
    let mut members = members.iter();
    members.any(|(name, value)| member_denies_success(name, value, || denies_success(value)))
}

/// Whether a member denies a success, by its name and its value. `inside` tells whether anything in the value does.
pub(super) fn member_denies_success(
    name: &str,
    value: &Json<'_>,
    inside: impl FnOnce() -> bool,
) -> bool {
    match (name, value) {
        // A warning may come with a success.
        ("warnings", _) | (_, Json::Null) => false,
        ("status", _) => value.as_text().is_none_or(is_denial),
        // Code 200 comes with successes.
        ("code", _) => value.to_u32() != Some(200),
        ("error" | "errors", _) => !means_no_error(value),
        (_, Json::List(_) | Json::Object(_)) => inside(),
        (_, Json::Text(status)) => NETWORK_NAMES.contains(&name) && !is_success(status),
        _ => NETWORK_NAMES.contains(&name),
    }
}

/// Whether a member that has no documented meaning denies a success by its name and its value, such as
/// `"deleted":false` or `"failed":true`.
pub(super) fn denies_by_value(name: &str, value: &Json<'_>) -> bool {
    match value {
        Json::Bool(false) => matches!(name, "deleted" | "ok" | "removed" | "success"),
        Json::Bool(true) => is_denial(name),
        Json::Text(word) => is_denial(word) || (is_failure(name) && !word.is_empty()),
        Json::Object(members) => is_denial(name) && members.iter().next().is_some(),
        _ => false,
    }
}

/// Whether a text under this name tells what failed.
fn is_failure(name: &str) -> bool {
    name.starts_with("error") || name.starts_with("fail")
}

/// Whether the value of a member `error` or `errors` says that there is none.
pub(super) fn means_no_error(value: &Json<'_>) -> bool {
    match value {
        Json::Bool(is_error) => !is_error,
        Json::List(items) => items.is_empty(),
        Json::Object(members) => members.iter().next().is_none(),
        Json::Text(text) => text.is_empty(),
        _ => *value == Json::Null,
    }
}
