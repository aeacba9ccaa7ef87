//! A second, plain reading of an answer. It asks only whether something stands in the answer, at any depth.

use serde_json::Value;

/// The keys that were seen for networks. Their value may be a word instead of an object.
pub const NETWORKS: [&str; 14] = [
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
    "x",
    "youtube",
];

/// The names of members in which posts stand, in a list or under their ids.
const GROUPS: [&str; 4] = ["posts", "postIds", "results", "bulk"];

/// The names of members that say something of the object itself, so that they aren't read as ids.
const OWN: [&str; 4] = ["code", "data", "details", "id"];

/// Whether the name has a meaning in an answer, so that it isn't read as an id.
fn is_meant(name: &str) -> bool {
    const TEXTS: [&str; 5] = ["action", "error", "message", "platform", "status"];
    OWN.contains(&name) || TEXTS.contains(&name) || GROUPS.contains(&name)
}

/// Words for what isn't done.
pub(super) const DENIALS: [&str; 9] = [
    "blocked",
    "error",
    "failed",
    "partial",
    "pending",
    "processing",
    "queued",
    "retry",
    "skipped",
];

/// Whether both are the id of one post. A UUID is the same in either case.
pub fn is_same(one: &str, other: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_uuid = one.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && one.split('-').all(is_hex);
    one == other || (is_uuid && one.eq_ignore_ascii_case(other))
}

pub(super) fn is_success(status: &str) -> bool {
    status == "success" || status == "deleted"
}

/// A string, or a whole number as a string.
pub(super) fn label(json: &Value) -> Option<String> {
    let text = json.as_str().map(str::to_owned);
    text.or_else(|| json.as_u64().map(|number| number.to_string()))
}

/// A number, or a number in quotation marks.
pub(super) fn number(json: &Value) -> Option<u64> {
    label(json)?.parse().ok()
}

/// How many lists and objects stand inside each other.
pub(super) fn depth(json: &Value) -> usize {
    let deepest = match json {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    deepest.unwrap_or(0) + 1
}

/// Whether a member passes the test, at any depth. Warnings and `null` don't count.
pub(super) fn any(json: &Value, test: &dyn Fn(&str, &Value) -> bool) -> bool {
    match json {
        Value::Array(items) => items.iter().any(|item| any(item, test)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, value)| *name != "warnings" && !value.is_null())
            .any(|(name, value)| test(name, value) || any(value, test)),
        _ => false,
    }
}

/// Whether the post is named, by a text, by a number or as a member's name, at any depth.
pub(super) fn names(json: &Value, id: &str) -> bool {
    match json {
        Value::Array(items) => items.iter().any(|item| names(item, id)),
        Value::Object(members) => {
            let mut members = members.iter();
            members.any(|(name, value)| is_same(name, id) || names(value, id))
        }
        _ => label(json).is_some_and(|own| is_same(&own, id)),
    }
}

/// Whether a status says success: that of the answer, of a network, or of the post under whose id it stands.
pub(super) fn says_success(json: &Value, id: &str) -> bool {
    let is_word = |value: &Value| value.as_str().is_some_and(is_success);
    is_word(json)
        || any(json, &|name, value| match name {
            _ if name == "networks" || GROUPS.contains(&name) => {
                let networks = value.as_object().into_iter().flatten();
                networks.into_iter().any(|(_, network)| is_word(network))
            }
            _ => {
                (name == "status" || NETWORKS.contains(&name) || is_same(name, id))
                    && is_word(value)
            }
        })
}

/// Whether anything says that something failed or isn't done, or can't be read. With a code, that code denies
/// nothing, nor does the status `error` or an error that has the code.
pub(super) fn denies(json: &Value, id: &str, code: Option<u64>) -> bool {
    let is_allowed =
        |status: &str| !DENIALS.contains(&status) || (code.is_some() && status == "error");
    let denies = |name: &str, value: &Value| match name {
        "status" => !value.as_str().is_some_and(is_allowed),
        "code" if value.as_str().is_some_and(is_success) => false,
        "code" => number(value) != Some(200) && (code.is_none() || number(value) != code),
        "error" | "errors" => !is_nothing(value) && !code.is_some_and(|code| has_code(value, code)),
        _ => {
            let is_fine = |word: &str| is_success(word) || (code.is_some() && word == "error");
            let is_result = value.get("status").is_some();
            let lacks_code = code.is_some_and(|code| is_result && !has_code(value, code));
            let is_denied = !value.as_str().is_none_or(is_fine) || value.is_boolean() || lacks_code;
            NETWORKS.contains(&name) && is_denied
        }
    };
    let denies_id = |name: &str, value: &Value| {
        let is_named = is_same(name, id) && !is_meant(name);
        let is_denied = !value.as_str().is_none_or(is_allowed) || *value == false;
        (is_named && is_denied) || (DENIALS.contains(&name) && name != "error" && names(value, id))
    };
    any(json, &denies) || any_of_posts(json, &denies_id)
}

/// Like [`any`], without what stands in the results of networks.
pub(super) fn any_of_posts(json: &Value, test: &dyn Fn(&str, &Value) -> bool) -> bool {
    match json {
        Value::Array(items) => items.iter().any(|item| any_of_posts(item, test)),
        Value::Object(members) => members.iter().any(|(name, value)| {
            let is_skipped =
                NETWORKS.contains(&name.as_str()) || name == "networks" || name == "warnings";
            !is_skipped && !value.is_null() && (test(name, value) || any_of_posts(value, test))
        }),
        _ => false,
    }
}

/// Whether a value where errors stand says that there is none.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is_error) => !is_error,
        Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// Whether every entry has this code, or something inside that has it.
fn has_code(value: &Value, code: u64) -> bool {
    match value {
        Value::Array(items) => !items.is_empty() && items.iter().all(|item| has_code(item, code)),
        Value::Object(members) => {
            let mut values = members.values();
            let own = members.get("code").and_then(number);
            own == Some(code) || values.any(|value| has_code(value, code))
        }
        _ => false,
    }
}

/// Every object that speaks of the request, of a post or of a network by its place in the answer.
fn statements(json: &Value) -> Vec<&Value> {
    match json {
        Value::Array(items) => items.iter().flat_map(statements).collect(),
        Value::Object(members) => {
            let mut found = vec![json];
            for (name, value) in members {
                if name == "data" || GROUPS.contains(&name.as_str()) {
                    found.extend(statements(value));
                } else if NETWORKS.contains(&name.as_str()) {
                    found.push(value);
                    found.extend(value.as_array().into_iter().flatten());
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

/// Whether every statement has a status like this, or none, and whether each word under the post's id is like this.
pub(super) fn each_status(json: &Value, id: &str, is_right: fn(&str) -> bool) -> bool {
    let is_right = |status: &Value| status.is_null() || status.as_str().is_some_and(is_right);
    let statements = statements(json);
    let mut statuses = statements.iter().filter_map(|place| place.get("status"));
    let groups = GROUPS.iter().filter_map(|group| json.get(group));
    let words = groups.chain([json]).filter_map(|place| place.get(id));
    let mut words = words.filter(|word| word.is_string() && !is_meant(id));
    statuses.all(is_right) && words.all(is_right)
}

/// The posts of which the answer, its `data` and its groups speak, by their ids. `None` for an entry without an id.
pub(super) fn listed(json: &Value) -> Vec<Option<String>> {
    let Value::Object(members) = json else {
        return entries(json);
    };
    let own = members.get("id").and_then(label).map(Some);
    let mut ids: Vec<_> = own.into_iter().collect();
    for (name, value) in members {
        if name == "data" {
            ids.extend(listed(value));
        } else if GROUPS.contains(&name.as_str()) {
            ids.extend(entries(value));
        }
    }
    ids
}

/// The ids in a list of posts. An entry with a `platform` has the network's id.
fn entries(group: &Value) -> Vec<Option<String>> {
    let items = group.as_array().into_iter().flatten();
    let ids = items.filter_map(|item| match item {
        Value::Object(entry) if entry.get("platform").is_some_and(Value::is_string) => None,
        Value::Object(entry) => Some(entry.get("id").and_then(label)),
        other => label(other).map(Some),
    });
    ids.collect()
}

/// Whether an object with the post's id says something: the answer, its `data`, or an entry of a list of posts.
pub(super) fn describes(json: &Value, id: &str) -> bool {
    match json {
        Value::Array(items) => items.iter().any(|item| describes(item, id)),
        Value::Object(members) => {
            let own = members.get("id").and_then(label);
            let is_inside = |name: &str| name == "data" || GROUPS.contains(&name);
            let mut inside = members.iter().filter(|(name, _)| is_inside(name));
            let says_anything = members.contains_key("status") || members.contains_key("code");
            own.is_some_and(|own| says_anything && is_same(&own, id))
                || inside.any(|(_, value)| describes(value, id))
        }
        _ => false,
    }
}

/// Every place that names the post: an object that has its id, and what stands under its id. What stands under the
/// name of a network is about the post at that network, and what stands under the id of another post is about that.
pub(super) fn places_of<'j>(json: &'j Value, id: &str, asked: &[String]) -> Vec<&'j Value> {
    match json {
        Value::Array(items) => items
            .iter()
            .flat_map(|item| places_of(item, id, asked))
            .collect(),
        Value::Object(members) => {
            let own = members.get("id").and_then(label);
            let is_own = own.is_some_and(|own| is_same(&own, id));
            let mut places: Vec<_> = is_own.then_some(json).into_iter().collect();
            for (name, value) in members {
                if is_same(name, id) && !is_meant(name) && (value.is_object() || value.is_string())
                {
                    places.push(value);
                }
                let is_elsewhere = matches!(name.as_str(), "warnings" | "networks")
                    || NETWORKS.contains(&name.as_str())
                    || (asked.contains(name) && !is_same(name, id) && !is_meant(name));
                if !is_elsewhere {
                    places.extend(places_of(value, id, asked));
                }
            }
            places
        }
        _ => Vec::new(),
    }
}

/// Whether something in the place is about another post.
pub(super) fn has_others(place: &Value, id: &str) -> bool {
    any(place, &|name, value| {
        let is_other = |own: &Option<String>| own.as_ref().is_none_or(|own| !is_same(own, id));
        match name {
            "id" => label(value).is_some_and(|own| !is_same(&own, id)),
            "data" | "error" | "errors" => value.is_object() || value.is_array(),
            _ => {
                GROUPS.contains(&name) && (value.is_object() || entries(value).iter().any(is_other))
            }
        }
    })
}

/// What a network says of a post.
#[derive(Clone, Copy, Default)]
pub(super) struct Networks {
    /// One says that the post is gone.
    pub(super) one_gone: bool,
    /// One says that it keeps the post.
    pub(super) one_kept: bool,
}

/// What the networks say. A network is known by its name, by where it stands, or by what it says beside its status.
pub(super) fn networks(json: &Value) -> Networks {
    let mut said = Networks::default();
    add_networks("", json, &mut said);
    said
}

fn add_networks(name: &str, json: &Value, said: &mut Networks) {
    match json {
        Value::Array(items) => items.iter().for_each(|item| add_networks(name, item, said)),
        Value::Object(members) => {
            let status = members
                .get("status")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let code = members.get("code").and_then(number);
            let explains = ["action", "code", "id", "message"]
                .iter()
                .any(|own| members.contains_key(*own));
            let is_known = NETWORKS.contains(&name) || members.contains_key("platform");
            let is_part = ["", "data", "error", "errors"].contains(&name) || GROUPS.contains(&name);
            if is_known || explains || is_success(status) || name == "networks" || !is_part {
                said.one_gone |= is_success(status) || code == Some(383);
                said.one_kept |=
                    status == "error" || code.is_some_and(|code| ![200, 383].contains(&code));
            }
            for (inner, value) in members.iter().filter(|(inner, _)| *inner != "warnings") {
                let inner = if name == "networks" {
                    name
                } else {
                    inner.as_str()
                };
                add_networks(inner, value, said);
            }
        }
        Value::String(status) if NETWORKS.contains(&name) || name == "networks" => {
            said.one_gone |= is_success(status);
            said.one_kept |= status == "error";
        }
        _ => {}
    }
}
