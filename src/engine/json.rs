//! Reads JSON of any shape, but refuses an object in which a name is repeated, and JSON that is too deep or has too
//! many values for an answer.
//!
//! `serde_json::Value` keeps the last of two members with one name. An answer with both
//! `"status":"error"` and `"status":"success"` would count as a success. It also sorts members, which
//! loses the order of the networks. Here a repeated name is an error, order is kept, and strings are
//! borrowed from the answer where they can be.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How many lists and objects may stand inside each other.
const DEEPEST: usize = 32;

/// How many values an answer may have. The largest that a provider has a reason to send is a tenth of this.
const MOST_VALUES: usize = 250_000;

/// Reads a whole answer. The reason for a failure isn't kept, because it would quote the answer.
pub(crate) fn parse(text: &[u8]) -> Option<Json<'_>> {
    let values_left = Cell::new(MOST_VALUES);
    let value = Value {
        levels_left: DEEPEST,
        values_left: &values_left,
    };
    // UTF-8 is checked once for the whole text, which is cheaper than for each string in it.
    let mut text = serde_json::Deserializer::from_str(std::str::from_utf8(text).ok()?);
    let json = value.deserialize(&mut text).ok()?;
    text.end().ok()?;
    Some(json)
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

    /// Every text and every number in it that may be an id, names of members included.
    pub(crate) fn labels<'j>(&'j self, found: &mut Vec<Cow<'j, str>>) {
        match self {
            Self::List(items) => items.iter().for_each(|item| item.labels(found)),
            Self::Object(members) => {
                for (name, value) in members.iter() {
                    found.push(Cow::Borrowed(name));
                    value.labels(found);
                }
            }
            _ => found.extend(self.to_label()),
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

/// A value that is to be read, within the bounds that are left.
#[derive(Clone, Copy)]
struct Value<'l> {
    levels_left: usize,
    values_left: &'l Cell<usize>,
}

impl Value<'_> {
    /// The same, one level further inside.
    fn inside<E: Error>(self) -> Result<Self, E> {
        let levels_left = self.levels_left.checked_sub(1);
        let levels_left = levels_left.ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self {
            levels_left,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        let values_left = self.values_left.get().checked_sub(1);
        let values_left = values_left.ok_or_else(|| D::Error::custom("too many values"))?;
        self.values_left.set(values_left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
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
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let inside = self.inside()?;
        let mut members = Members::default();
        while let Some(name) = entries.next_key_seed(Name)? {
            members.0.push((name, entries.next_value_seed(inside)?));
        }
        if members.has_repeated_names() {
            return Err(A::Error::custom("a member's name is repeated"));
        }
        Ok(Json::Object(members))
    }
}

/// A member's name that is to be read.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

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
    fn an_answer_may_be_32_levels_deep_and_have_250_000_values_and_no_more() {
        let deep = |levels| "[".repeat(levels) + &"]".repeat(levels);
        assert!(parse(deep(32).as_bytes()).is_some());
        assert!(parse(deep(33).as_bytes()).is_none());
        let wide = |values: usize| format!("[{}]", vec!["1"; values - 1].join(","));
        assert!(parse(wide(250_000).as_bytes()).is_some());
        assert!(parse(wide(250_001).as_bytes()).is_none());
        let object = format!("{}1{}", r#"{"a":"#.repeat(33), "}".repeat(33));
        assert!(parse(object.as_bytes()).is_none());
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
