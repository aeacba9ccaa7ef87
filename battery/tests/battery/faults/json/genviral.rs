//! Genviral's members, each with every wrong type.

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
    // `data` with this member alone.
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
    add("`ok`", &["`null`", "`true`"], &|value| deleted("ok", value));
    add("`code`", &ABSENT, &|value| deleted("code", value));
    add("`message`", ANY, &|value| deleted("message", value));
    add("`error_code`", &ABSENT, &|value| {
        deleted("error_code", value)
    });
    add("`data`", &[], &|value| deleted("data", value));
    add("`deletedIds`", &[], &|value| data("deletedIds", value));
    add("`skipped`", OF_NOBODY, &|value| data("skipped", value));
    add("`blockedStatuses`", OF_NOBODY, &|value| {
        data("blockedStatuses", value)
    });
    // The keys of `errors` are ids, so the value called an error tells of posts called `status` and `code`.
    add("`errors`", OF_NOBODY, &|value| data("errors", value));
    add("the only item of `deletedIds`", &[], &|value| {
        only("deletedIds", &format!("[{value}]"))
    });
    add("a further item of `deletedIds`", ANY, &|value| {
        only("deletedIds", &format!(r#"["post-1",{value}]"#))
    });
    add("an item of `skipped`", OF_NOBODY, &|value| {
        data("skipped", &format!("[{value}]"))
    });
    add("an item of `blockedStatuses`", OF_NOBODY, &|value| {
        data("blockedStatuses", &format!("[{value}]"))
    });
    add("a blocked post's `id`", OF_NOBODY, &|value| {
        let entry = object(&[("status", r#""posted""#)], "id", value);
        data("blockedStatuses", &format!("[{entry}]"))
    });
    add("a blocked post's `status`", &[], &|value| {
        let entry = object(&[("id", r#""post-1""#)], "status", value);
        only("blockedStatuses", &format!("[{entry}]"))
    });
    add("an error's message", &[], &|value| {
        only("errors", &object(&[], POST, value))
    });
    for member in ["ok", "code", "message", "error_code"] {
        let part = format!("`{member}`");
        rows.push(each("Genviral, 422", part, 422, |value| {
            refused(member, value)
        }));
    }
    rows.push(each("Genviral, 500", "`data`", 500, |value| {
        format!(r#"{{"ok":false,"error_code":"bulk_delete_failed","data":{value}}}"#)
    }));
    rows.into_iter().map(Row::at_genviral)
}
