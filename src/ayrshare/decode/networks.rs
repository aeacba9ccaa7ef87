//! Which parts of an answer are a network's results, and what a result means. Pure.

use crate::ayrshare::code::ErrorCode;
use crate::engine::json::{Json, Members};
use crate::model::{NetworkResult, is_success, text};

/// The names that networks are known to have. X is `twitter` in every answer seen so far.
#[rustfmt::skip]
pub(super) const NETWORK_NAMES: [&str; 14] = [
    "bluesky", "facebook", "gmb", "instagram", "linkedin", "pinterest", "reddit", "snapchat", "telegram", "threads",
    "tiktok", "twitter", "x", "youtube",
];

pub(super) fn network_result(network: &str, members: &Members<'_>) -> NetworkResult {
    NetworkResult {
        network: text::label(network),
        status: text::label(members.text("status").unwrap_or_default()),
        id: (members.get("id").and_then(Json::to_label)).map(|id| text::label(&id)),
        code: members.get("code").and_then(Json::to_u32),
        message: (members.text("message"))
            .map(|message| text::cut(message, text::LONGEST_MESSAGE).into_owned()),
    }
}

/// Whether an object under a name that isn't known is a new network's result: it has the documented `action` beside
/// its status.
pub(super) fn has_form_of_network(result: &Members<'_>) -> bool {
    result.text("status").is_some() && result.text("action").is_some()
}

/// Whether an object under a name that isn't known may be a new network's success, which is shown and proves nothing.
pub(super) fn may_be_network(name: &str, result: &Members<'_>) -> bool {
    let id = result.get("id").and_then(Json::to_label);
    result.text("status").is_some_and(is_success) && id.is_some_and(|id| id != name)
}

/// Whether the network says that the post is gone, deleted by this request or before.
pub(super) fn is_gone(network: &NetworkResult) -> bool {
    network.is_success() || was_gone_before(network)
}

/// Whether the network says that the post was deleted before.
pub(super) fn was_gone_before(network: &NetworkResult) -> bool {
    let code = network.code.map(ErrorCode::new);
    let says_so = network.status.is_empty() || is_error(&network.status);
    says_so && code == Some(ErrorCode::ALREADY_DELETED)
}

/// Whether the network says that it keeps the post. An unknown status doesn't say that, and neither do
/// the codes for "already deleted" and "no such post".
pub(super) fn is_kept(network: &NetworkResult) -> bool {
    let code = network.code.map(ErrorCode::new);
    let refused_by_code = code.is_some_and(|code| code != 200);
    (is_error(&network.status) || (network.status.is_empty() && refused_by_code))
        && code != Some(ErrorCode::ALREADY_DELETED)
        && code != Some(ErrorCode::POST_NOT_FOUND)
}

pub(super) fn is_error(status: &str) -> bool {
    status == "error"
}
