//! What an answer says of each network, and what each network's word means. Pure.

use crate::ayrshare::code::ErrorCode;
use crate::engine::json::{Json, Members};
use crate::model::NetworkResult;

/// Every network's own object in an answer about a post, known network or not.
pub(super) fn networks_in(members: &Members<'_>) -> Vec<NetworkResult> {
    let mut networks = Vec::new();
    for (name, value) in members.iter() {
        match value {
            Json::Object(result) if is_network(name, result) => {
                networks.push(network_result(name, result));
            }
            Json::Text(status) if NETWORKS.contains(&name) => {
                networks.push(NetworkResult::new(name, status.as_ref()));
            }
            // Several accounts of one network, or entries that name theirs.
            Json::List(items) => networks.extend(items.iter().filter_map(|item| {
                network_in_entry(item).or_else(|| {
                    let result = item.as_object().filter(|it| is_network(name, it))?;
                    Some(network_result(name, result))
                })
            })),
            _ => {}
        }
    }
    networks
}

fn is_network(name: &str, result: &Members<'_>) -> bool {
    let says_anything = result.text("status").is_some() || result.get("code").is_some();
    says_anything && !NOT_NETWORKS.contains(&name) && !LISTS.contains(&name)
}

/// The keys seen for networks: only these count where there is a word instead of an object.
pub(super) const NETWORKS: [&str; 13] = [
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

/// Members that are no networks, whatever stands in them.
const NOT_NETWORKS: [&str; 9] = [
    "action",
    "code",
    "details",
    "id",
    "markManualDeleted",
    "message",
    "retryAvailable",
    "status",
    "warnings",
];

/// Lists of things other than one network's accounts.
pub(super) const LISTS: [&str; 5] = ["posts", "postIds", "results", "bulk", "errors"];

pub(super) fn lists<'j>(
    members: &'j Members<'_>,
) -> impl Iterator<Item = (&'j str, &'j [Json<'j>])> {
    let lists = members.iter().filter(|(name, _)| LISTS.contains(name));
    lists.filter_map(|(name, value)| Some((name, value.as_list()?)))
}

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

/// Whether the network no longer holds the post, by this request or before.
pub(super) fn is_gone(network: &NetworkResult) -> bool {
    network.is_success() || was_gone(network)
}

pub(super) fn was_gone(network: &NetworkResult) -> bool {
    let code = network.code.map(ErrorCode::new);
    !network.is_success() && code == Some(ErrorCode::ALREADY_DELETED)
}

/// Whether the network says that it keeps the post; a status nobody knows, or "no such post", does not.
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
