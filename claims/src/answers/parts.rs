//! What the answers of both providers are made of.

use arbitrary::{Arbitrary, Unstructured};

use super::ayrshare::{Entry, ListName};
use super::json::Json;
use crate::decoders::Asked;

/// The id of a post.
#[derive(Arbitrary, Clone, Debug)]
pub(super) enum PostId {
    Plain(u8),
    /// One that a provider may write as a number.
    Number(u8),
    /// One that is also the name of a member, or has to be escaped.
    Awkward(u8),
    /// One that is the same in upper and in lower case.
    Uuid(u8, Spelling),
}

/// How the letters of a UUID are written.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Spelling {
    Lower,
    Mixed,
    Upper,
}

impl PostId {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Plain(number) => format!("post-{number}"),
            Self::Number(number) => number.to_string(),
            Self::Awkward(number) => one_of(&AWKWARD, *number).to_owned(),
            Self::Uuid(number, spelling) => {
                // Few different ones, so that a request often has two spellings of one.
                let number = number % 4;
                let uuid = format!("0198a7c{number}-5d3e-4abc-9def-00ff00ff00ff");
                spelling.write(&uuid)
            }
        }
    }
}

impl Spelling {
    fn write(self, id: &str) -> String {
        match self {
            Self::Lower => id.to_ascii_lowercase(),
            Self::Mixed => id.replace('d', "D").replace('a', "A"),
            Self::Upper => id.to_ascii_uppercase(),
        }
    }
}

const AWKWARD: [&str; 10] = [
    "posts",
    "twitter",
    "code",
    "errors",
    "id",
    "\"",
    "\\u0041",
    "Ünïcödé",
    "details",
    "data",
];

/// An object's member.
#[derive(Clone, Debug)]
pub(super) enum Member<T> {
    Absent,
    Right(T),
    Wrong(Wrong),
    Twice(T, T),
}

/// Most members are right or absent, so that many answers have only one fault.
impl<'a, T: Arbitrary<'a>> Arbitrary<'a> for Member<T> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(match bytes.int_in_range(0..=15)? {
            0..=5 => Self::Absent,
            6..=13 => Self::Right(bytes.arbitrary()?),
            14 => Self::Wrong(bytes.arbitrary()?),
            _ => Self::Twice(bytes.arbitrary()?, bytes.arbitrary()?),
        })
    }
}

impl<T: ToJson> Member<T> {
    pub(super) fn add(&self, name: &str, asked: &Asked, members: &mut Vec<(String, Json)>) {
        let mut push = |value| members.push((name.to_owned(), value));
        match self {
            Self::Absent => {}
            Self::Right(value) => push(value.json(asked)),
            Self::Wrong(wrong) => push(wrong.json(asked)),
            Self::Twice(first, second) => {
                push(first.json(asked));
                push(second.json(asked));
            }
        }
    }
}

/// A value whose type isn't documented for its member.
#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Wrong {
    Null,
    Bool(bool),
    Negative(i64),
    Fraction,
    Huge,
    Text(Word),
    EmptyList,
    EmptyObject,
    List(Vec<Word>),
    /// Lists in lists, which make some readers run out of stack.
    Deep(u8),
    /// An object where none belongs.
    Object(Box<Entry>),
    Named(ListName, Box<Wrong>),
    ListOf(Vec<Entry>),
}

impl ToJson for Wrong {
    fn json(&self, asked: &Asked) -> Json {
        match self {
            Self::Null => Json::Raw("null".to_owned()),
            Self::Bool(value) => Json::Raw(value.to_string()),
            Self::Negative(number) => Json::Raw(number.to_string()),
            Self::Fraction => Json::Raw("1.5e3".to_owned()),
            Self::Huge => Json::Raw("123456789012345678901234567890".to_owned()),
            Self::Text(word) => word.value(),
            Self::EmptyList => Json::List(Vec::new()),
            Self::EmptyObject => Json::Object(Vec::new()),
            Self::List(words) => Json::List(words.iter().map(Word::value).collect()),
            Self::Deep(levels) => {
                let levels = usize::from(*levels);
                Json::Raw("[".repeat(levels) + "1" + &"]".repeat(levels))
            }
            Self::Object(entry) => entry.json(asked),
            Self::Named(name, within) => {
                Json::Object(vec![(name.text().to_owned(), within.json(asked))])
            }
            Self::ListOf(entries) => entries.json(asked),
        }
    }
}

/// The id of a post, in an answer.
#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Id {
    Asked(u8),
    AskedAsNumber(u8),
    /// In another spelling, which is the same post if the id is a UUID.
    AskedInCase(u8, Spelling),
    Other(PostId),
}

impl Id {
    pub(super) fn text(&self, asked: &Asked) -> String {
        let nth = |number: u8| {
            let ids = asked.ids();
            let index = usize::from(number) % ids.len().max(1);
            ids.get(index).map_or_else(String::new, Clone::clone)
        };
        match self {
            Self::Asked(number) | Self::AskedAsNumber(number) => nth(*number),
            Self::AskedInCase(number, spelling) => spelling.write(&nth(*number)),
            Self::Other(id) => id.text(),
        }
    }
}

impl ToJson for Id {
    fn json(&self, asked: &Asked) -> Json {
        let text = self.text(asked);
        match (self, text.parse()) {
            (Self::AskedAsNumber(_), Ok(number)) => Json::Whole(number),
            _ => Json::Text(text),
        }
    }
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Word {
    Success,
    Error,
    Any(String),
    /// Longer than what is kept of a text.
    Long(u8),
    /// Text that a reader sees in another way than it is written, or not at all.
    Invisible(u8),
}

impl Word {
    pub(super) fn text(&self) -> String {
        const INVISIBLE: [&str; 10] = [
            "\n2026-11-24 ERROR",
            "\u{1b}[31m",
            "\u{2028}",
            "\u{2029}",
            "\u{202e}txt.exe",
            "\u{2066}a\u{2069}",
            "a\u{200b}b",
            "\u{feff}",
            "\u{85}",
            "\u{7f}",
        ];
        match self {
            Self::Success => "success".to_owned(),
            Self::Error => "error".to_owned(),
            Self::Any(text) => text.clone(),
            Self::Long(number) => "é".repeat(100 + usize::from(*number) * 16),
            Self::Invisible(number) => format!("é{}", one_of(&INVISIBLE, *number)),
        }
    }

    fn value(&self) -> Json {
        Json::Text(self.text())
    }
}

impl ToJson for Word {
    fn json(&self, _: &Asked) -> Json {
        self.value()
    }
}

impl ToJson for bool {
    fn json(&self, _: &Asked) -> Json {
        Json::Raw(self.to_string())
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn json(&self, asked: &Asked) -> Json {
        Json::List(self.iter().map(|item| item.json(asked)).collect())
    }
}

/// Values that can be written as JSON. Some name the posts that were asked for.
pub(super) trait ToJson {
    fn json(&self, asked: &Asked) -> Json;
}

pub(super) fn one_of<T: Copy>(choices: &[T], number: u8) -> T {
    choices[usize::from(number) % choices.len()]
}
