//! JSON in which a member, or all of it, isn't what the providers document.

use super::answers::json;
use super::row::{POST, Row};
use super::server::Act;

/// Each of these is the wrong type for most members.
const WRONG: [&str; 9] = [
    "null",
    "true",
    "7",
    "-1.5",
    "\"words\"",
    "[]",
    "[[]]",
    "{}",
    "{\"status\":null}",
];

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = whole();
    rows.extend(of_ayrshare());
    rows.extend(of_genviral().map(Row::at_genviral));
    rows
}

/// Texts that aren't such an answer at all.
fn whole() -> Vec<Row> {
    let deep = |opening: &str, closing: &str| {
        const DEPTH: usize = 10_000;
        let nested = opening.repeat(DEPTH) + "1" + &closing.repeat(DEPTH);
        format!(r#"{{"status":"success","id":"{POST}","details":{nested}}}"#)
    };
    let answers = |bodies: &[&[u8]]| {
        let answers = bodies.iter().map(|body| Act::answer(json(200, &[], body)));
        answers.collect::<Vec<_>>()
    };
    vec![
        Row::new("a bare value", answers(&[b"null", b"true", b"7", b"\"success\""])),
        Row::new("an empty object or list", answers(&[b"{}", b"[]", b"[[]]"])),
        Row::new("half an object", answers(&[br#"{"status":"success","id":"post-1""#])),
        Row::new(
            "two objects, or one with something behind it",
            answers(&[br#"{"status":"success"}{"status":"error"}"#, br#"{"status":"success"};"#]),
        ),
        Row::new(
            "10,000 lists or objects in each other",
            answers(&[deep("[", "]").as_bytes(), deep(r#"{"a":"#, "}").as_bytes()]),
        ),
        Row::new(
            "a name that stands there twice",
            answers(&[
                br#"{"status":"error","status":"success","id":"post-1"}"#,
                br#"{"status":"success","id":"post-1","facebook":{"status":"error","status":"success"}}"#,
                br#"{"status":"error","st\u0061tus":"success","id":"post-1"}"#,
            ]),
        ),
        Row::new(
            "bytes that aren't UTF-8",
            answers(&[
                b"{\"status\":\"success\",\"id\":\"post-1\",\"message\":\"\xff\"}",
                b"\xff\xfe{\0}\0",
                b"\xef\xbb\xbf{\"status\":\"success\"}",
            ]),
        ),
        Row::new(
            "half a surrogate pair",
            answers(&[br#"{"status":"success","id":"post-1","message":"\ud800"}"#]),
        ),
        Row::new(
            "a number of 400 digits, or past any float",
            answers(&[
                format!(r#"{{"status":"success","id":"{POST}","code":1e999}}"#).as_bytes(),
                format!(r#"{{"status":"success","id":"{POST}","code":1{}}}"#, "0".repeat(400))
                    .as_bytes(),
            ]),
        ),
        Row::new(
            "`code` out of range in a success: 2^32, −1, 10^300",
            answers(&[
                br#"{"status":"success","id":"post-1","code":4294967296}"#,
                br#"{"status":"success","id":"post-1","code":-1}"#,
                br#"{"status":"success","id":"post-1","code":1e300}"#,
            ]),
        )
        .may_succeed(),
        Row::new("the id of another post", answers(&[br#"{"status":"success","id":"post-2"}"#])).only_all_scheduled_may_succeed(),
    ]
}

fn of_ayrshare() -> impl Iterator<Item = Row> {
    let deleted = |member: &str, value: &str| {
        let members = [
            ("status", r#""success""#),
            ("id", r#""post-1""#),
            ("code", "200"),
            (
                "facebook",
                r#"{"action":"delete","status":"success","id":"fb-1"}"#,
            ),
        ];
        object(&members, member, value)
    };
    let network = |member: &str, value: &str| {
        let members = [
            ("action", r#""delete""#),
            ("status", r#""success""#),
            ("id", r#""fb-1""#),
            ("code", "200"),
            ("message", r#""done""#),
        ];
        deleted("facebook", &object(&members, member, value))
    };
    let refused = |member: &str, value: &str| {
        let members = [
            ("action", r#""delete""#),
            ("status", r#""error""#),
            ("code", "114"),
            ("message", r#""not found""#),
        ];
        object(&members, member, value)
    };
    let mut rows = vec![
        each("Ayrshare, 200: `status` of a wrong type", 200, |wrong| {
            deleted("status", wrong)
        })
        .may_succeed(),
        each("Ayrshare, 200: `id` of a wrong type", 200, |wrong| {
            deleted("id", wrong)
        })
        .may_succeed(),
    ];
    for member in [
        "code", "message", "facebook", "posts", "errors", "details", "warnings",
    ] {
        let fault = format!("Ayrshare, 200: `{member}` of a wrong type");
        rows.push(each(&fault, 200, |wrong| deleted(member, wrong)).may_succeed());
    }
    for member in ["action", "id", "code", "message"] {
        let fault = format!("Ayrshare, 200: a network's `{member}` of a wrong type");
        rows.push(each(&fault, 200, |wrong| network(member, wrong)).may_succeed());
    }
    rows.push(each(
        "Ayrshare, 200: a network's `status` of a wrong type",
        200,
        |wrong| network("status", wrong),
    ));
    for member in ["status", "code", "message", "errors", "retryAvailable"] {
        let fault = format!("Ayrshare, 400: `{member}` of a wrong type");
        rows.push(each(&fault, 400, |wrong| refused(member, wrong)));
    }
    rows.into_iter()
}

fn of_genviral() -> impl Iterator<Item = Row> {
    let deleted = |member: &str, value: &str| {
        let members = [
            ("ok", "true"),
            ("code", "200"),
            ("data", r#"{"deletedIds":["post-1"]}"#),
        ];
        object(&members, member, value)
    };
    let data = |member: &str, value: &str| {
        let members = [("deletedIds", r#"["post-1"]"#)];
        deleted("data", &object(&members, member, value))
    };
    let refused = |member: &str, value: &str| {
        let members = [
            ("ok", "false"),
            ("code", "422"),
            ("message", r#""no""#),
            ("error_code", r#""invalid_payload""#),
        ];
        object(&members, member, value)
    };
    let mut rows = Vec::new();
    for member in ["ok", "code", "message", "error_code"] {
        let fault = format!("Genviral, 200: `{member}` of a wrong type");
        rows.push(each(&fault, 200, |wrong| deleted(member, wrong)).may_succeed());
    }
    rows.push(each(
        "Genviral, 200: `data` of a wrong type",
        200,
        |wrong| deleted("data", wrong),
    ));
    rows.push(each(
        "Genviral, 200: `deletedIds` of a wrong type",
        200,
        |wrong| data("deletedIds", wrong),
    ));
    for member in ["skipped", "blockedStatuses", "errors"] {
        let fault = format!("Genviral, 200: `{member}` of a wrong type");
        rows.push(each(&fault, 200, |wrong| data(member, wrong)).may_succeed());
    }
    rows.push(each(
        "Genviral, 200: a blocked post's `status` of a wrong type",
        200,
        |wrong| {
            let entry = format!(r#"[{{"id":"post-1","status":{wrong}}}]"#);
            object(
                &[
                    ("ok", "true"),
                    ("data", &object(&[], "blockedStatuses", &entry)),
                ],
                "",
                "",
            )
        },
    ));
    rows.push(each(
        "Genviral, 200: an error's message of a wrong type",
        200,
        |wrong| {
            let errors = format!(r#"{{"post-1":{wrong}}}"#);
            object(
                &[("ok", "true"), ("data", &object(&[], "errors", &errors))],
                "",
                "",
            )
        },
    ));
    for member in ["ok", "code", "message", "error_code"] {
        let fault = format!("Genviral, 422: `{member}` of a wrong type");
        rows.push(each(&fault, 422, |wrong| refused(member, wrong)));
    }
    rows.push(each(
        "Genviral, 500: `data` of a wrong type",
        500,
        |wrong| format!(r#"{{"ok":false,"error_code":"bulk_delete_failed","data":{wrong}}}"#),
    ));
    rows.into_iter()
}

/// An object with one member replaced, or added.
fn object(members: &[(&str, &str)], member: &str, value: &str) -> String {
    let kept = members.iter().filter(|(name, _)| *name != member);
    let added = Some((member, value)).filter(|(name, _)| !name.is_empty());
    let members: Vec<_> = kept
        .copied()
        .chain(added)
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn each(fault: &str, status: u16, body: impl Fn(&str) -> String) -> Row {
    Row::new(
        fault,
        WRONG.map(|wrong| Act::answer(json(status, &[], body(wrong)))),
    )
}
