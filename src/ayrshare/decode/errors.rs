//! Whether a part of an answer that isn't read in any other way denies a success. Pure.

use super::networks::is_error;
use crate::engine::json::{Json, Members};

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
    let mut present = members.iter().filter(|(_, value)| **value != Json::Null);
    present.any(|(name, value)| match name {
        "status" => value.as_text().is_none_or(is_denial),
        // Code 200 comes with successes.
        "code" => value.to_u32() != Some(200),
        "error" | "errors" => !means_no_error(value),
        "warnings" => false,
        _ => denies_success(value),
    })
}

/// Whether the word says that something failed or isn't finished. Other words, such as `ok` or `active`, may be
/// about anything.
pub(super) fn is_denial(status: &str) -> bool {
    is_error(status) || DENIALS.contains(&status)
}

#[rustfmt::skip]
const DENIALS: [&str; 10] = [
    "blocked", "canceled", "failed", "failure", "partial", "pending", "processing", "queued", "retry", "skipped",
];

/// Whether a list with this name has posts for which something failed or isn't finished, such as `failedIds`.
pub(super) fn denies_by_name(name: &str) -> bool {
    #[rustfmt::skip]
    const DENIALS: [&str; 10] = [
        "block", "cancel", "error", "fail", "partial", "pending", "processing", "queued", "retry", "skip",
    ];
    DENIALS.iter().any(|denial| name.starts_with(denial))
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
