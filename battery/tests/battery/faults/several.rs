//! Faults that meet a call about several posts, and a call that marks a post as manually deleted.

use super::answers::{head, json, whole};
use super::json::{ABSENT, EMPTY, QUIET, each, object};
use super::row::{Row, Verb};
use super::server::{Act, Ends};

const BOTH: &str = r#"{"status":"success","posts":[{"id":"post-1","status":"success"},{"id":"post-2","status":"success"}]}"#;
const FIRST: &str = r#"{"status":"success","posts":[{"id":"post-1","status":"success"}]}"#;
const TWICE: &str = r#"{"posts":[{"id":"post-1","status":"success"},{"id":"post-1","status":"error"},{"id":"post-2","status":"success"}]}"#;
const SECOND: &str = r#"{"id":"post-2","status":"success"}"#;
const ERROR: &str = r#"{"status":"error","message":"no"}"#;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = lost();
    rows.extend(told());
    rows.extend(of_entries());
    rows.into_iter().map(Row::by_bulk_and_mark).collect()
}

/// No answer, or one that isn't the provider's.
fn lost() -> Vec<Row> {
    let longer = format!("Content-Length: {}", BOTH.len() + 1);
    let cut = |json: &str| [head(200, &[&longer]).as_slice(), json.as_bytes()].concat();
    let half = &BOTH[..BOTH.len() / 2];
    let half = [head(200, &["Connection: close"]), half.into()].concat();
    vec![
        Row::new(
            "reads the request, then closes (FIN)",
            [Act::write("", Ends::Fin)],
        ),
        Row::new(
            "reads the request, then stays silent",
            [Act::write("", Ends::Silence)],
        ),
        Row::new(
            "cuts the body one byte short of its stated length",
            [Act::write(cut(BOTH), Ends::Fin)],
        ),
        Row::new(
            "cuts a body of no stated length by closing the connection",
            [Act::write(half, Ends::Fin)],
        ),
        Row::new(
            "answers 200 with HTML",
            [Act::answer(whole(
                200,
                &["Content-Type: text/html"],
                "<html>",
            ))],
        ),
        Row::new(
            "answers 429 without saying when to come back",
            [Act::answer(json(429, &[], ERROR))],
        ),
        Row::new(
            "answers 429 with a `Retry-After` of 0",
            [Act::answer(json(429, &["Retry-After: 0"], ERROR))],
        ),
        Row::new(
            "answers 500 or 503 with an error",
            [500, 503].map(|status| Act::answer(json(status, &[], ERROR))),
        ),
        Row::new(
            "answers 501 with an error",
            [Act::answer(json(501, &[], ERROR))],
        ),
    ]
}

/// Whole answers about the two posts, or about the one to be marked.
fn told() -> Vec<Row> {
    let answer = |status, body: &str| [Act::answer(json(status, &[], body))];
    let code = |code: u32| format!(r#"{{"status":"error","code":{code},"message":"no"}}"#);
    let bulk = |fault, status, body| Row::new(fault, answer(status, body)).only_by(Verb::Bulk);
    vec![
        bulk("answers 503 with a success for each post", 503, BOTH)
            .may_succeed_by(Verb::Bulk)
            .deletes_second(),
        bulk("answers 503 with a success for the first post", 503, FIRST)
            .may_succeed_by(Verb::Bulk),
        bulk("answers 200 with a success for the first post", 200, FIRST)
            .may_succeed_by(Verb::Bulk),
        bulk(
            "answers 200 with a success and an error for the first post",
            200,
            TWICE,
        )
        .deletes_second(),
        Row::new(
            "answers 200 with a success that names no post",
            answer(200, r#"{"status":"success"}"#),
        )
        .may_succeed_by(Verb::MarkManualDeleted),
        Row::new("answers 200 with an error", answer(200, ERROR)),
        Row::new("answers 400 with code 101", answer(400, &code(101))),
        Row::new("answers 400 with code 114", answer(400, &code(114))),
        Row::new("answers 400 with code 382", answer(400, &code(382))),
        Row::new("answers 400 with code 383", answer(400, &code(383)))
            .may_succeed_by(Verb::MarkManualDeleted),
    ]
}

fn of_entries() -> Vec<Row> {
    const ENTRY: &str = "answers 200, in an entry";
    const NETWORK: &str = r#"{"action":"delete","status":"success","id":"fb-1"}"#;
    let members = [
        ("id", r#""post-1""#),
        ("status", r#""success""#),
        ("facebook", NETWORK),
    ];
    let listed = |entry: &str| format!(r#"{{"status":"success","posts":[{entry},{SECOND}]}}"#);
    let keyed =
        |value: &str| format!(r#"{{"status":"success","post-1":{value},"post-2":{SECOND}}}"#);
    let mut entries = vec![
        each("answers 200", "an entry", 200, listed),
        each("answers 200", "the value under a post's id", 200, keyed),
    ];
    for (members_of_it, harmless) in [
        (["id"].as_slice(), [].as_slice()),
        (&["status", "code", "facebook"], &ABSENT),
        (&["action", "message"], QUIET),
    ] {
        for member in members_of_it {
            let body = |value: &str| listed(&object(&members, member, value));
            let row = each(ENTRY, format!("`{member}`"), 200, body);
            entries.push(row.may_succeed_by_with(Verb::Bulk, harmless));
        }
    }
    let entries = entries.into_iter();
    let mut rows: Vec<_> = entries
        .map(|row| row.only_by(Verb::Bulk).deletes_second())
        .collect();
    for (members, harmless) in [
        (["posts", "postIds", "results", "bulk"].as_slice(), QUIET),
        (&["errors"], &EMPTY),
    ] {
        for member in members {
            let body = |value: &str| object(&[("status", r#""success""#)], member, value);
            let row = each("answers 200", format!("`{member}`"), 200, body);
            rows.push(row.may_succeed_by_with(Verb::MarkManualDeleted, harmless));
        }
    }
    let refused = |value: &str| {
        let members = [("status", r#""error""#), ("code", "382")];
        object(&members, "markManualDeleted", value)
    };
    let row = each(
        "answers 400 with code 382",
        "`markManualDeleted`",
        400,
        refused,
    );
    rows.push(row.only_by(Verb::MarkManualDeleted));
    rows
}
