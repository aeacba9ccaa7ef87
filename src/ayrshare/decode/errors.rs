//! Whether any part of an answer reports an error. A success in the same answer then proves nothing. Pure.

use super::networks::{NETWORK_NAMES, is_error};
use crate::engine::json::{Json, Members};

pub(super) fn contains_error(json: &Json<'_>) -> bool {
    match json {
        Json::List(items) => items.iter().any(contains_error),
        Json::Object(members) => members_contain_error(members),
        _ => false,
    }
}

/// Whether any member reports an error. A status, a code, an error or a network's result that can't be
/// read counts as an error.
pub(super) fn members_contain_error(members: &Members<'_>) -> bool {
    let mut present = members.iter().filter(|(_, value)| **value != Json::Null);
    present.any(|(name, value)| match name {
        "status" => value.as_text().is_none_or(is_error),
        // Code 200 comes with successes.
        "code" => value.to_u32() != Some(200),
        "error" | "errors" => !means_no_error(value),
        "warnings" => false,
        _ if NETWORK_NAMES.contains(&name) => {
            !is_result(value) || value.as_text().is_some_and(is_error) || contains_error(value)
        }
        _ => contains_error(value),
    })
}

/// Whether the value has the form of a network's result: a text, an object with a status or a code, or
/// a list of such objects.
fn is_result(value: &Json<'_>) -> bool {
    match value {
        Json::Text(_) => true,
        Json::Object(result) => {
            let has = |name| result.get(name).is_some_and(|value| *value != Json::Null);
            has("status") || has("code")
        }
        Json::List(accounts) => {
            let is_account = |item: &Json<'_>| item.as_object().is_some() && is_result(item);
            !accounts.is_empty() && accounts.iter().all(is_account)
        }
        _ => false,
    }
}

fn means_no_error(value: &Json<'_>) -> bool {
    match value {
        Json::Bool(is_error) => !is_error,
        Json::List(items) => items.is_empty(),
        Json::Object(members) => members.iter().next().is_none(),
        Json::Text(text) => text.is_empty(),
        _ => false,
    }
}
