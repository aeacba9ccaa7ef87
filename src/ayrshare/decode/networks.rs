//! What an answer says about each network, and what a network's result means. Pure.

use crate::ayrshare::code::ErrorCode;
use crate::engine::json::{Json, Members};
use crate::model::NetworkResult;

/// The results of all networks in an object about a post, whether this crate knows the network or not.
pub(super) fn networks_in(members: &Members<'_>) -> Vec<NetworkResult> {
    let mut networks = Vec::new();
    for (name, value) in members.iter() {
        match value {
            Json::Object(result) if is_network(name, result) => {
                networks.push(network_result(name, result));
            }
            Json::Text(status) if NETWORK_NAMES.contains(&name) => {
                networks.push(NetworkResult::new(name, status.as_ref()));
            }
            // A list holds several accounts of one network, or entries that name their network.
            Json::List(items) => networks.extend(items.iter().filter_map(|item| {
                network_in_entry(item).or_else(|| {
                    let result = item.as_object()?;
                    is_network(name, result).then(|| network_result(name, result))
                })
            })),
            _ => {}
        }
    }
    networks
}

/// The result in an entry that names its network as `platform`.
pub(super) fn network_in_entry(entry: &Json<'_>) -> Option<NetworkResult> {
    let members = entry.as_object()?;
    Some(network_result(members.text("platform")?, members))
}

fn network_result(network: &str, members: &Members<'_>) -> NetworkResult {
    NetworkResult {
        network: network.to_owned(),
        status: members.text("status").unwrap_or_default().to_owned(),
        id: members.get("id").and_then(Json::to_label).map(Into::into),
        code: members.get("code").and_then(Json::to_u32),
        message: members.text("message").map(str::to_owned),
    }
}

/// Whether the object under this name is a network's result.
fn is_network(name: &str, result: &Members<'_>) -> bool {
    let says_anything = result.text("status").is_some() || result.get("code").is_some();
    says_anything && !NOT_NETWORK_NAMES.contains(&name) && !LIST_NAMES.contains(&name)
}

/// The names that networks are known to have. A text under any other name isn't a network's status.
#[rustfmt::skip]
pub(super) const NETWORK_NAMES: [&str; 13] = [
    "bluesky", "facebook", "gmb", "instagram", "linkedin", "pinterest", "reddit", "snapchat", "telegram", "threads",
    "tiktok", "twitter", "youtube",
];

/// Names of members that are never a network's result.
#[rustfmt::skip]
const NOT_NETWORK_NAMES: [&str; 9] = [
    "action", "code", "details", "id", "markManualDeleted", "message", "retryAvailable", "status", "warnings",
];

/// Names of lists that hold something else than one network's accounts.
pub(super) const LIST_NAMES: [&str; 5] = ["posts", "postIds", "results", "bulk", "errors"];

/// The lists under [`LIST_NAMES`], in the order of the answer.
pub(super) fn lists<'j>(members: &'j Members<'_>) -> impl Iterator<Item = &'j [Json<'j>]> {
    let lists = members.iter().filter(|(name, _)| LIST_NAMES.contains(name));
    lists.filter_map(|(_, value)| value.as_list())
}

/// Whether the network says that the post is gone, deleted by this request or before.
pub(super) fn is_gone(network: &NetworkResult) -> bool {
    network.is_success() || was_gone_before(network)
}

/// Whether the network says that the post was deleted before.
pub(super) fn was_gone_before(network: &NetworkResult) -> bool {
    let code = network.code.map(ErrorCode::new);
    !network.is_success() && code == Some(ErrorCode::ALREADY_DELETED)
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
