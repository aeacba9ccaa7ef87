//! Ayrshare's members, each with every wrong type.

use super::{ABSENT, ANY, EMPTY, NAMELESS, QUIET, each, object};
use crate::faults::row::{Row, Verb};

const FACEBOOK: &str = r#"{"action":"delete","status":"success","id":"fb-1"}"#;

pub(super) fn rows() -> Vec<Row> {
    let mut rows = of_success();
    rows.extend(of_refusal());
    rows
}

fn of_success() -> Vec<Row> {
    let deleted = |member: &str, value: &str| {
        let members = [
            ("status", r#""success""#),
            ("id", r#""post-1""#),
            ("code", "200"),
            ("facebook", FACEBOOK),
        ];
        object(&members, member, value)
    };
    let network = |member: &str, value: &str| {
        let members = [
            ("action", r#""delete""#),
            ("status", r#""success""#),
            ("id", r#""fb-1""#),
        ];
        deleted("facebook", &object(&members, member, value))
    };
    let entry_of_posts = |member: &str, value: &str| {
        let members = [
            ("status", r#""success""#),
            ("id", r#""post-1""#),
            ("facebook", FACEBOOK),
        ];
        let entry = object(&members, member, value);
        format!(r#"{{"status":"success","posts":[{entry}]}}"#)
    };
    let mut rows = vec![
        each("Ayrshare, 200", "`id`", 200, |value| deleted("id", value))
            .may_succeed_by_with(Verb::ById, &NAMELESS)
            .may_succeed_by_with(Verb::AllScheduled, QUIET),
        each(
            "Ayrshare, 200, in an entry of `posts`",
            "`id`",
            200,
            |value| entry_of_posts("id", value),
        )
        .may_succeed_by_with(Verb::ById, &NAMELESS)
        .may_succeed_by_with(Verb::AllScheduled, QUIET),
        // `"words"` has the right type here, but is no status of a success.
        each(
            "Ayrshare, 200, in a network's object",
            "`status`",
            200,
            |value| network("status", value),
        ),
    ];
    for (members, harmless) in [
        (["status", "code", "facebook"].as_slice(), ABSENT.as_slice()),
        (&["errors"], &EMPTY),
        (&["action", "message", "retryAvailable"], QUIET),
        (&["posts", "postIds", "results", "bulk"], QUIET),
        (&["details"], QUIET),
        // A warning is no error, whatever it contains.
        (&["warnings"], ANY),
    ] {
        for member in members {
            let body = |value: &str| deleted(member, value);
            let row = each("Ayrshare, 200", format!("`{member}`"), 200, body);
            rows.push(row.may_succeed_with(harmless));
        }
    }
    for (members, harmless) in [
        (["code"].as_slice(), ABSENT.as_slice()),
        (&["id", "action", "message"], QUIET),
    ] {
        for member in members {
            let body = |value: &str| network(member, value);
            let row = each(
                "Ayrshare, 200, in a network's object",
                format!("`{member}`"),
                200,
                body,
            );
            rows.push(row.may_succeed_with(harmless));
        }
    }
    for (members, harmless) in [
        (["status", "code", "facebook"].as_slice(), ABSENT.as_slice()),
        (&["action", "message"], QUIET),
    ] {
        for member in members {
            let body = |value: &str| entry_of_posts(member, value);
            let part = format!("`{member}`");
            let row = each("Ayrshare, 200, in an entry of `posts`", part, 200, body);
            rows.push(row.may_succeed_with(harmless));
        }
    }
    rows
}

fn of_refusal() -> Vec<Row> {
    let refused = |member: &str, value: &str| {
        let members = [
            ("action", r#""delete""#),
            ("status", r#""error""#),
            ("code", "114"),
            ("message", r#""not found""#),
        ];
        object(&members, member, value)
    };
    let entry_of_errors = |member: &str, value: &str| {
        let members = [
            ("action", r#""delete""#),
            ("status", r#""error""#),
            ("code", "107"),
            ("message", r#""no""#),
            ("platform", r#""facebook""#),
        ];
        let entry = object(&members, member, value);
        format!(r#"{{"status":"error","errors":[{entry}],"id":"post-1"}}"#)
    };
    let throttled = |member: &str, value: &str| {
        let members = [("status", r#""error""#), ("code", "435")];
        object(&members, member, value)
    };
    let mut rows = Vec::new();
    for member in [
        "status",
        "id",
        "code",
        "action",
        "message",
        "errors",
        "retryAvailable",
        "markManualDeleted",
    ] {
        let part = format!("`{member}`");
        rows.push(each("Ayrshare, 400", part, 400, |value| {
            refused(member, value)
        }));
    }
    for member in ["status", "code", "action", "message", "platform"] {
        let part = format!("`{member}`");
        let body = |value: &str| entry_of_errors(member, value);
        let row = each("Ayrshare, 400, in an entry of `errors`", part, 400, body);
        rows.push(row);
    }
    rows.push(
        each("Ayrshare, 429 with code 435", "`details`", 429, |value| {
            throttled("details", value)
        })
        .throttles(),
    );
    rows
}
