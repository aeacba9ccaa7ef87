//! JSON that isn't what the providers document, in one member or as a whole.

mod ayrshare;
mod genviral;

use super::answers::json;
use super::row::{POST, Part, Row, Verb};
use super::server::Act;

/// Values of the wrong type for most members, each after its name in the document.
const WRONG: [(&str, &str); 12] = [
    ("`null`", "null"),
    ("`true`", "true"),
    ("`70`", "70"),
    ("`-1.5`", "-1.5"),
    ("`\"words\"`", "\"words\""),
    ("`[]`", "[]"),
    ("`[[]]`", "[[]]"),
    ("`{}`", "{}"),
    ("`{\"status\":null}`", r#"{"status":null}"#),
    ("an error", ERROR),
    ("an error in a list", LISTED_ERROR),
    ("an error under the post's id", KEYED_ERROR),
];
const ERROR: &str = r#"{"status":"error","code":138}"#;
const LISTED_ERROR: &str = r#"[{"status":"error","code":138}]"#;
const KEYED_ERROR: &str = r#"{"post-1":{"status":"error","code":138}}"#;

/// The names of all these values.
pub(crate) const ANY: &[&str] = &[
    "`null`",
    "`true`",
    "`70`",
    "`-1.5`",
    "`\"words\"`",
    "`[]`",
    "`[[]]`",
    "`{}`",
    "`{\"status\":null}`",
    "an error",
    "an error in a list",
    "an error under the post's id",
];
/// The names of those that don't have the post's id.
pub(crate) const OF_NOBODY: &[&str] = ANY.split_at(11).0;
/// The names of those that have no error.
pub(crate) const QUIET: &[&str] = ANY.split_at(9).0;
/// The names of those that no id can be read from.
const NAMELESS: [&str; 7] = [
    "`null`",
    "`true`",
    "`-1.5`",
    "`[]`",
    "`[[]]`",
    "`{}`",
    "`{\"status\":null}`",
];
/// The names of those that hold nothing.
pub(crate) const EMPTY: [&str; 3] = ["`null`", "`[]`", "`{}`"];
/// The name of the one that counts as an absent member.
pub(crate) const ABSENT: [&str; 1] = ["`null`"];

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = whole();
    rows.extend(ayrshare::rows());
    rows.extend(genviral::rows());
    rows
}

/// Answers that are wrong as a whole.
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
            "two objects, or one followed by something else",
            answers(&[br#"{"status":"success"}{"status":"error"}"#, br#"{"status":"success"};"#]),
        ),
        Row::new(
            "10,000 nested lists or objects",
            answers(&[deep("[", "]").as_bytes(), deep(r#"{"a":"#, "}").as_bytes()]),
        ),
        Row::new(
            "a member name that occurs twice",
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
            "a number of more than 400 digits, or one too large for a float",
            answers(&[
                format!(r#"{{"status":"success","id":"{POST}","code":1e999}}"#).as_bytes(),
                format!(r#"{{"status":"success","id":"{POST}","code":1{}}}"#, "0".repeat(400))
                    .as_bytes(),
            ]),
        ),
        out_of_range("a success", "`code`", |code| {
            format!(r#"{{"status":"success","id":"{POST}","code":{code}}}"#)
        }),
        Row::new("the id of another post", answers(&[br#"{"status":"success","id":"post-2"}"#])).may_succeed_by(Verb::AllScheduled),
    ]
}

/// An object with one member replaced, or added.
pub(crate) fn object(members: &[(&str, &str)], member: &str, value: &str) -> String {
    let kept = members.iter().filter(|(name, _)| *name != member);
    let members: Vec<_> = kept
        .copied()
        .chain([(member, value)])
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// An answer in which one part has each wrong value in turn.
pub(crate) fn each(
    answer: &'static str,
    part: impl Into<String>,
    status: u16,
    body: impl Fn(&str) -> String,
) -> Row {
    of_part(answer, part, "wrong type", status, &WRONG, body)
}

fn out_of_range(answer: &'static str, part: &str, body: impl Fn(&str) -> String) -> Row {
    let values = [("2^32", "4294967296"), ("−1", "-1"), ("10^300", "1e300")];
    of_part(answer, part, "value out of range", 200, &values, body)
}

fn of_part(
    answer: &'static str,
    part: impl Into<String>,
    wrong: &'static str,
    status: u16,
    values: &[(&'static str, &str)],
    body: impl Fn(&str) -> String,
) -> Row {
    let name = part.into();
    let acts = values.iter().map(|(_, value)| body(value));
    let acts = acts.map(|body| Act::answer(json(status, &[], body)));
    Row::new(format!("{answer}: {name}"), acts).of(Part {
        answer,
        name,
        wrong,
        values: values.iter().map(|(words, _)| *words).collect(),
    })
}
