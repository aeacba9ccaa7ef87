//! The JSON Schemas of an outcome, of a summary and of a journal's line, and as much of a validator as they need.

use std::{env, fs};

use serde_json::{Value, json};
use unpost::{ErrorKind, Fate, Summary};

use super::{KINDS, fates};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a line. What a newer version may add is allowed: other fates, other kinds, other members.
pub(super) fn of_outcome() -> Value {
    let fates = fates();
    let mut names: Vec<_> = fates.iter().map(Fate::as_str).collect();
    names.dedup();
    let mut with_failure: Vec<_> = fates
        .iter()
        .filter(|fate| fate.failure().is_some())
        .map(Fate::as_str)
        .collect();
    with_failure.sort_unstable();
    with_failure.dedup();
    let holds_nothing: Vec<_> = names
        .iter()
        .filter(|name| !with_failure.contains(name) && **name != "blocked")
        .collect();
    json!({
        "$schema": DRAFT,
        "title": "Outcome",
        "description": "What became of one post: a line of JSON, as unpost::Outcome is written",
        "type": "object",
        "required": ["id", "provider", "fate", "networks", "attempts"],
        "properties": {
            "id": { "type": "string", "description": "the provider's id of the post" },
            "provider": {
                "type": "string",
                "description": "ayrshare, genviral, or the name of another provider",
            },
            "fate": { "type": "string", "description": "what became of the post" },
            "networks": { "type": "array", "items": { "$ref": "#/$defs/network" } },
            "attempts": { "type": "integer", "minimum": 0 },
            "unanswered": {
                "type": "integer",
                "minimum": 1,
                "description": "how many attempts got no answer and may have been carried out; left out if none",
            },
        },
        "anyOf": [
            { "properties": { "fate": { "enum": holds_nothing } } },
            {
                "properties": { "fate": { "const": "blocked" }, "status": { "type": "string" } },
                "required": ["status"],
            },
            { "$ref": "#/$defs/failure", "properties": { "fate": { "enum": with_failure } } },
            {
                "description": "a fate of a newer version",
                "properties": { "fate": { "not": { "enum": names } } },
            },
        ],
        "$defs": { "failure": failure(), "network": network() },
    })
}

/// The schema of a line in a journal's file. A newer version may add other operations, other reasons and other kinds of
/// lines.
pub(super) fn of_journal() -> Value {
    let mut outcome = of_outcome();
    let members = outcome.as_object_mut().unwrap();
    members.remove("$schema");
    let mut definitions = members.remove("$defs").unwrap();
    definitions["outcome"] = outcome;
    definitions["time"] = json!({ "type": "number", "description": "seconds since 1970" });
    let ids = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "$schema": DRAFT,
        "title": "Journal",
        "description": "A line of a journal, as unpost::JsonLines writes it",
        "type": "object",
        "anyOf": [
            {
                "description": "the first line of the file",
                "required": ["journal", "version", "salt"],
                "properties": {
                    "journal": { "const": "unpost" },
                    "version": { "type": "integer", "minimum": 1 },
                    "salt": {
                        "type": "string",
                        "description": "with it, the fingerprint of a profile without a name is made",
                    },
                },
            },
            {
                "description": "every other line",
                "required": ["at", "operation", "provider", "profile"],
                "properties": {
                    "at": { "$ref": "#/$defs/time" },
                    "operation": {
                        "type": "string",
                        "description": "delete, delete_all_scheduled, mark_manual_deleted, or another operation",
                    },
                    "provider": {
                        "type": "string",
                        "description": "ayrshare, genviral, or the name of another provider",
                    },
                    "profile": {
                        "type": "string",
                        "description": "the name of the profile, or a fingerprint of its key",
                    },
                    "about_to_send": {
                        "type": "object",
                        "description": "a request for these posts is about to be sent, or one that names none",
                        "required": ["ids"],
                        "properties": { "ids": ids.clone() },
                    },
                    "answered": {
                        "type": "object",
                        "description": "nothing was carried out for these posts",
                        "required": ["kind", "sent_at", "ids"],
                        "properties": {
                            "kind": {
                                "type": "string",
                                "description": "not_sent, refused, throttled, throttled_by_network, or a reason of a newer version",
                            },
                            "sent_at": { "$ref": "#/$defs/time" },
                            "ids": ids,
                        },
                    },
                    "carried_out": {
                        "type": "object",
                        "description": "a request that names no post was carried out",
                    },
                    "settled": { "$ref": "#/$defs/outcome" },
                },
                "anyOf": [
                    { "required": ["about_to_send"] },
                    { "required": ["answered"] },
                    { "required": ["carried_out"] },
                    { "required": ["settled"] },
                ],
            },
        ],
        "$defs": definitions,
    })
}

pub(super) fn of_summary() -> Value {
    let members = serde_json::to_value(Summary::default()).unwrap();
    let members = members.as_object().unwrap();
    let mut properties = serde_json::Map::new();
    for (name, value) in members {
        let schema = match value {
            Value::Number(_) => json!({ "type": "integer", "minimum": 0 }),
            Value::Array(_) => json!({
                "type": "array",
                "items": { "type": "string" },
                "description": "the ids of the posts to try again",
            }),
            _ => json!({
                "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/failure" }],
                "description": "why the run ended early, if it did",
            }),
        };
        properties.insert(name.clone(), schema);
    }
    json!({
        "$schema": DRAFT,
        "title": "Summary",
        "description": "How many posts had which fate, as unpost::Summary is written",
        "type": "object",
        "required": members.keys().collect::<Vec<_>>(),
        "properties": properties,
        "$defs": { "failure": failure() },
    })
}

fn failure() -> Value {
    let known = KINDS.map(ErrorKind::as_str);
    json!({
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {
                "type": "string",
                "anyOf": [
                    { "enum": known },
                    { "not": { "enum": known }, "description": "a kind of a newer version" },
                ],
            },
            "http_status": { "type": "integer", "minimum": 0, "maximum": 65535 },
            "code": { "type": "string", "description": "the provider's own code" },
            "message": { "type": "string", "description": "the provider's own words" },
            "detail": { "type": "string", "description": "this crate's own words" },
            "retry_after": { "type": "number", "minimum": 0, "description": "seconds" },
        },
    })
}

fn network() -> Value {
    json!({
        "type": "object",
        "required": ["network", "status"],
        "properties": {
            "network": { "type": "string" },
            "status": { "type": "string" },
            "id": { "type": "string" },
            "code": { "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32 },
            "message": { "type": "string" },
        },
    })
}

/// Compares the schema with the page in `docs/`, or writes the page if `UPDATE_DOCS` is set.
#[track_caller]
pub(super) fn assert_documented(name: &str, schema: &Value) {
    let path = format!("{}/docs/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, text).unwrap();
    } else {
        let hint = "UPDATE_DOCS=1 cargo test --test it stored_lines writes it";
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "{hint}");
    }
}

/// Why the value doesn't fit the schema. A keyword that this validator doesn't know is a flaw too.
pub(super) fn flaw(schema: &Value, value: &Value) -> Option<String> {
    flaw_within(schema, schema, value)
}

fn flaw_within(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let fits = |schema: &Value| flaw_within(root, schema, value).is_none();
    let keywords = schema.as_object().unwrap().iter();
    let mut flaws = keywords.filter_map(|(keyword, wanted)| {
        let is_met = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let path = wanted.as_str().unwrap().trim_start_matches('#');
                return flaw_within(root, root.pointer(path).unwrap(), value);
            }
            "type" => match wanted.as_str().unwrap() {
                "array" => value.is_array(),
                "integer" => value.is_i64() || value.is_u64(),
                "null" => value.is_null(),
                "number" => value.is_number(),
                "object" => value.is_object(),
                "string" => value.is_string(),
                other => panic!("the validator doesn't know the type {other}"),
            },
            "const" => value == wanted,
            "enum" => wanted.as_array().unwrap().contains(value),
            "minimum" => value.as_f64() >= wanted.as_f64(),
            "maximum" => value.as_f64() <= wanted.as_f64(),
            "anyOf" => wanted.as_array().unwrap().iter().any(fits),
            "not" => !fits(wanted),
            "required" => {
                let mut names = wanted.as_array().unwrap().iter();
                names.all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "properties" => {
                let mut properties = wanted.as_object().unwrap().iter();
                return properties
                    .find_map(|(name, schema)| flaw_within(root, schema, value.get(name)?));
            }
            "items" => {
                let mut items = value.as_array().unwrap().iter();
                return items.find_map(|item| flaw_within(root, wanted, item));
            }
            other => panic!("the validator doesn't know the keyword {other}"),
        };
        (!is_met).then(|| format!("{value} isn't {keyword} {wanted}"))
    });
    flaws.next()
}
