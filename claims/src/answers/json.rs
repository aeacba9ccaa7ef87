//! JSON, and how it is spelled.

use std::collections::HashSet;
use std::fmt::Write;

use arbitrary::{Arbitrary, Unstructured};

/// An answer's body.
#[derive(Debug)]
pub struct Body {
    pub bytes: Vec<u8>,
    /// Whether an object in it has two members of one name.
    pub contradicts_itself: bool,
}

/// JSON that may have two members of one name.
#[derive(Debug)]
pub(super) enum Json {
    Raw(String),
    Whole(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// How the JSON is spelled.
#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Writing {
    /// Whether strings and names have an escape. Then a reader can't borrow them from the answer.
    escaped: bool,
    spaced: bool,
    /// Whether the end is missing.
    #[arbitrary(with = |bytes: &mut Unstructured<'_>| bytes.ratio(1, 16))]
    cut: bool,
}

impl Writing {
    pub(super) fn other(&self) -> Self {
        Self {
            escaped: !self.escaped,
            spaced: !self.spaced,
            ..*self
        }
    }

    pub(super) fn write(&self, json: &Json) -> Body {
        let mut text = String::new();
        let contradicts_itself = self.write_value(json, &mut text);
        let mut bytes = text.into_bytes();
        if self.cut {
            bytes.pop();
        }
        Body {
            bytes,
            contradicts_itself,
        }
    }

    /// Returns whether an object in the JSON has two members of one name.
    fn write_value(&self, json: &Json, to: &mut String) -> bool {
        let mut repeats = false;
        match json {
            Json::Raw(text) => to.push_str(text),
            Json::Whole(number) => write!(to, "{number}").unwrap(),
            Json::Text(text) => self.write_text(text, to),
            Json::List(items) => {
                self.write_each(items, ['[', ']'], to, |this, item, to| {
                    repeats |= this.write_value(item, to);
                });
            }
            Json::Object(members) => {
                let mut names = HashSet::new();
                repeats |= !members.iter().all(|(name, _)| names.insert(name));
                self.write_each(members, ['{', '}'], to, |this, (name, value), to| {
                    this.write_text(name, to);
                    to.push(':');
                    repeats |= this.write_value(value, to);
                });
            }
        }
        repeats
    }

    fn write_each<T>(
        &self,
        items: &[T],
        [open, close]: [char; 2],
        to: &mut String,
        mut write: impl FnMut(&Self, &T, &mut String),
    ) {
        to.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                to.push(',');
            }
            if self.spaced {
                to.push_str("\r\n\t ");
            }
            write(self, item, to);
        }
        to.push(close);
    }

    fn write_text(&self, text: &str, to: &mut String) {
        let first = text.chars().next().filter(char::is_ascii);
        match first {
            Some(first) if self.escaped => {
                write!(to, "\"\\u{:04x}", u32::from(first)).unwrap();
                let rest = serde_json::to_string(&text[1..]).unwrap();
                to.push_str(&rest[1..]);
            }
            _ => to.push_str(&serde_json::to_string(text).unwrap()),
        }
    }
}
