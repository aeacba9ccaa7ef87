//! What holds of every text that comes from a server: it isn't long, it hides nothing when it is shown, and it is
//! read back as it was written.

use std::fmt::Display;

use serde_json::Value;
use unpost::{Failure, Outcome, Provider, ayrshare, genviral};

/// How much is kept of a message, in bytes.
const LONGEST_MESSAGE: usize = 4 * 1024;

/// How much is kept of a code, a status or a name, in bytes.
const LONGEST_NAME: usize = 256;

pub(super) fn check_outcome(outcome: &Outcome) {
    let line = serde_json::to_string(outcome).unwrap();
    check_line(&line);
    let again: Outcome = serde_json::from_str(&line).unwrap();
    assert_eq!(again, *outcome, "{line}");
    check_shown(&outcome.fate);
    outcome.fate.failure().into_iter().for_each(check_failure);
}

pub(super) fn check_failure(failure: &Failure) {
    let line = serde_json::to_string(failure).unwrap();
    check_line(&line);
    let again: Failure = serde_json::from_str(&line).unwrap();
    assert_eq!(again, *failure, "{line}");
    check_shown(failure);
    for text in [failure.code.as_deref(), failure.message.as_deref()] {
        let text = text.unwrap_or_default();
        check_shown(&Provider::from(text));
        check_shown(&genviral::ErrorCode::from(text));
        if let Ok(code) = text.parse() {
            check_shown(&ayrshare::ErrorCode::new(code));
        }
    }
}

fn check_line(line: &str) {
    assert!(!line.contains('\n'), "more than one line: {line}");
    check_bounds("", &serde_json::from_str(line).unwrap());
}

fn check_bounds(name: &str, value: &Value) {
    match value {
        // The caller's own.
        Value::String(_) if name == "post" => {}
        Value::String(text) => {
            let is_message = matches!(name, "message" | "detail");
            let most = if is_message {
                LONGEST_MESSAGE
            } else {
                LONGEST_NAME
            };
            assert!(text.len() <= most, "{} bytes in {name}", text.len());
        }
        Value::Array(items) => items.iter().for_each(|item| check_bounds(name, item)),
        Value::Object(members) => {
            for (name, value) in members {
                let is_post = name == "id" && members.contains_key("fate");
                check_bounds(if is_post { "post" } else { name }, value);
            }
        }
        _ => {}
    }
}

/// Checks that a text for people has one line, and is what it looks like.
pub(crate) fn check_shown(shown: &impl Display) {
    let shown = shown.to_string();
    let hidden = shown.chars().find(|character| {
        character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(character, '\u{2060}'..='\u{2069}' | '\u{feff}')
    });
    assert_eq!(hidden, None, "hidden in {shown:?}");
}
