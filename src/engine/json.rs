//! Reads JSON of any shape, but refuses an object in which a name is repeated.
//!
//! `serde_json::Value` keeps the last of two members with one name. An answer with both
//! `"status":"error"` and `"status":"success"` would count as a success. It also sorts members, which
//! loses the order of the networks. Here a repeated name is an error, order is kept, and strings are
//! borrowed from the answer where they can be.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a whole answer. The reason for a failure isn't kept, because it would quote the answer.
pub(crate) fn parse(text: &[u8]) -> Option<Json<'_>> {
    // UTF-8 is checked once for the whole text, which is cheaper than for each string in it.
    serde_json::from_str(std::str::from_utf8(text).ok()?).ok()
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// A whole number that isn't negative. The providers use no other numbers that matter.
    Whole(u64),
    OtherNumber,
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Members<'a>),
}

impl<'a> Json<'a> {
    pub(crate) fn as_object(&self) -> Option<&Members<'a>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Json<'a>]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Every text in it, names of members included.
    pub(crate) fn texts<'j>(&'j self, found: &mut Vec<&'j str>) {
        match self {
            Self::Text(text) => found.push(text),
            Self::List(items) => items.iter().for_each(|item| item.texts(found)),
            Self::Object(members) => {
                for (name, value) in members.iter() {
                    found.push(name);
                    value.texts(found);
                }
            }
            _ => {}
        }
    }

    /// A text, or a number where a provider writes an id or a code as one.
    pub(crate) fn to_label(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Whole(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// A number, or the same in quotation marks.
    pub(crate) fn to_u32(&self) -> Option<u32> {
        match self {
            Self::Whole(number) => u32::try_from(*number).ok(),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// The members of an object, in the answer's order, each name once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Members<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Members<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        let value_if_named = |(known, value)| (known == name).then_some(value);
        self.iter().find_map(value_if_named)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_text)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    fn has_repeated_names(&self) -> bool {
        // Comparing each pair is quickest for the few members that most answers have. Its cost is quadratic, so
        // an answer with thousands of members uses a set.
        if self.0.len() <= 16 {
            let mut rest = self.0.iter();
            while let Some((name, _)) = rest.next() {
                if rest.clone().any(|(other, _)| other == name) {
                    return true;
                }
            }
            false
        } else {
            let mut seen = HashSet::with_capacity(self.0.len());
            !self.0.iter().all(|(name, _)| seen.insert(name))
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Whole(value))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        while let Some((Name(name), value)) = entries.next_entry()? {
            members.0.push((name, value));
        }
        if members.has_repeated_names() {
            return Err(A::Error::custom("a member's name is repeated"));
        }
        Ok(Json::Object(members))
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_contradicts_itself_is_no_answer() {
        assert_eq!(parse(br#"{"status":"error","status":"success"}"#), None);
        assert_eq!(parse(br#"[{"a":{"x":1,"\u0078":2}}]"#), None);
        let many: Vec<_> = (0..100).map(|n| format!("\"{}\":1", n % 99)).collect();
        assert_eq!(parse(format!("{{{}}}", many.join(",")).as_bytes()), None);
    }

    #[test]
    fn members_keep_the_order_of_the_answer() {
        let json = parse(br#"{"twitter":1,"facebook":-2,"bluesky":null}"#).unwrap();
        let members = json.as_object().unwrap().iter();
        let names: Vec<_> = members.map(|(name, _)| name).collect();
        assert_eq!(names, ["twitter", "facebook", "bluesky"]);
    }

    #[test]
    fn what_is_not_json_is_refused_without_a_panic() {
        let deep = "[".repeat(100_000);
        for text in ["", "<html>", "{", "1e999", "\"\\ud800\"", "{} {}", &deep] {
            assert_eq!(parse(text.as_bytes()), None);
        }
        assert_eq!(parse(b"\"\xff\""), None);
    }
}
