//! Whether an answer says, in any place, that something failed. A success beside that proves nothing. Pure.

use super::networks::{NETWORKS, is_error};
use crate::engine::json::{Json, Members};

pub(super) fn says_error(json: &Json<'_>) -> bool {
    match json {
        Json::List(items) => items.iter().any(says_error),
        Json::Object(members) => members_say_error(members),
        _ => false,
    }
}

/// What can't be read where an error would stand is taken for one.
pub(super) fn members_say_error(members: &Members<'_>) -> bool {
    let mut members = members.iter().filter(|(_, it)| **it != Json::Null);
    members.any(|(name, value)| match name {
        "status" => value.as_text().is_none_or(is_error),
        // 200 stands beside successes.
        "code" => value.to_u32() != Some(200),
        "error" | "errors" => !is_empty(value),
        "warnings" => false,
        _ if NETWORKS.contains(&name) => {
            !is_word(value) || value.as_text().is_some_and(is_error) || says_error(value)
        }
        _ => says_error(value),
    })
}

/// Whether this says how a network fared.
fn is_word(value: &Json<'_>) -> bool {
    match value {
        Json::Text(_) => true,
        Json::Object(result) => {
            let says = |name| result.get(name).is_some_and(|it| *it != Json::Null);
            says("status") || says("code")
        }
        Json::List(accounts) => {
            let is_account = |it: &Json<'_>| it.as_object().is_some() && is_word(it);
            !accounts.is_empty() && accounts.iter().all(is_account)
        }
        _ => false,
    }
}

fn is_empty(value: &Json<'_>) -> bool {
    match value {
        Json::Bool(said) => !said,
        Json::List(items) => items.is_empty(),
        Json::Object(members) => members.iter().next().is_none(),
        Json::Text(text) => text.is_empty(),
        _ => false,
    }
}
