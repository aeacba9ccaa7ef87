//! Genviral's members, each of every wrong type.

use super::{ABSENT, ANY, OF_NOBODY, each, object};
use crate::faults::row::{POST, Row, Verb};

pub(super) fn rows() -> impl Iterator<Item = Row> {
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
    // Nothing but this member.
    let only = |member: &str, value: &str| deleted("data", &object(&[], member, value));
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
    let mut add = |part: &str, harmless: &[&str], body: &dyn Fn(&str) -> String| {
        let row = each("Genviral, 200", part, 200, body);
        rows.push(row.may_succeed_by_with(Verb::ById, harmless));
    };
    add("`ok`", &["`null`", "`true`"], &|it| deleted("ok", it));
    add("`code`", &ABSENT, &|it| deleted("code", it));
    add("`message`", ANY, &|it| deleted("message", it));
    add("`error_code`", &ABSENT, &|it| deleted("error_code", it));
    add("`data`", &[], &|it| deleted("data", it));
    add("`deletedIds`", &[], &|it| data("deletedIds", it));
    add("`skipped`", OF_NOBODY, &|it| data("skipped", it));
    add("`blockedStatuses`", OF_NOBODY, &|it| {
        data("blockedStatuses", it)
    });
    // Here, what is an error elsewhere tells of posts by the names of `status` and `code`.
    add("`errors`", OF_NOBODY, &|it| data("errors", it));
    add("the only item of `deletedIds`", &[], &|it| {
        only("deletedIds", &format!("[{it}]"))
    });
    add("a further item of `deletedIds`", ANY, &|it| {
        only("deletedIds", &format!(r#"["post-1",{it}]"#))
    });
    add("an item of `skipped`", OF_NOBODY, &|it| {
        data("skipped", &format!("[{it}]"))
    });
    add("an item of `blockedStatuses`", OF_NOBODY, &|it| {
        data("blockedStatuses", &format!("[{it}]"))
    });
    add("a blocked post's `id`", OF_NOBODY, &|it| {
        let entry = object(&[("status", r#""posted""#)], "id", it);
        data("blockedStatuses", &format!("[{entry}]"))
    });
    add("a blocked post's `status`", &[], &|it| {
        let entry = object(&[("id", r#""post-1""#)], "status", it);
        only("blockedStatuses", &format!("[{entry}]"))
    });
    add("an error's message", &[], &|it| {
        only("errors", &object(&[], POST, it))
    });
    for member in ["ok", "code", "message", "error_code"] {
        let part = format!("`{member}`");
        rows.push(each("Genviral, 422", part, 422, |it| refused(member, it)));
    }
    rows.push(each("Genviral, 500", "`data`", 500, |it| {
        format!(r#"{{"ok":false,"error_code":"bulk_delete_failed","data":{it}}}"#)
    }));
    rows.into_iter().map(Row::at_genviral)
}
