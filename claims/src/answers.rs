//! Answers as the providers should give them, and as they shouldn't. Each documented member may be right,
//! missing, of a wrong type or there twice, and the posts may be ones that nobody asked for.

use std::collections::HashSet;
use std::fmt::Write;

use arbitrary::{Arbitrary, Unstructured};

use crate::decoders::{Asked, NETWORKS};

/// A request to Ayrshare, and an answer to it.
#[derive(Arbitrary, Clone, Debug)]
pub struct AyrshareCase {
    request: Request,
    ids: Vec<PostId>,
    pub status: HttpStatus,
    answer: AyrshareAnswer,
    writing: Writing,
}

impl AyrshareCase {
    pub fn asked(&self) -> Asked {
        let ids: Vec<_> = self.ids.iter().map(PostId::text).collect();
        let first = || ids.first().cloned().unwrap_or_else(|| "post-0".to_owned());
        match self.request {
            Request::ById => Asked::ById(first()),
            Request::MarkManualDeleted => Asked::MarkManualDeleted(first()),
            Request::Bulk => Asked::Bulk(ids),
            Request::AllScheduled => Asked::AllScheduled,
        }
    }

    pub fn body(&self) -> Body {
        self.writing.write(&self.answer.json(&self.asked()))
    }

    /// The same answer, spelled in another way.
    pub fn rewritten(&self) -> Body {
        self.writing.other().write(&self.answer.json(&self.asked()))
    }
}

/// A request to Genviral, and an answer to it.
#[derive(Arbitrary, Clone, Debug)]
pub struct GenviralCase {
    ids: Vec<PostId>,
    pub status: HttpStatus,
    answer: GenviralAnswer,
    writing: Writing,
}

impl GenviralCase {
    pub fn asked(&self) -> Asked {
        Asked::Bulk(self.ids.iter().map(PostId::text).collect())
    }

    pub fn body(&self) -> Body {
        self.writing.write(&self.answer.json(&self.asked()))
    }

    /// The same answer, spelled in another way.
    pub fn rewritten(&self) -> Body {
        self.writing.other().write(&self.answer.json(&self.asked()))
    }
}

/// An answer's body.
#[derive(Debug)]
pub struct Body {
    pub bytes: Vec<u8>,
    /// Whether an object in it has two members of one name.
    pub contradicts_itself: bool,
}

// --- requests --------------------------------------------------------------------------------------

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Request {
    ById,
    MarkManualDeleted,
    Bulk,
    AllScheduled,
}

#[derive(Arbitrary, Clone, Debug)]
enum PostId {
    Plain(u8),
    /// One that a provider may write as a number.
    Number(u8),
    /// One that is also the name of a member, or has to be escaped.
    Awkward(u8),
}

impl PostId {
    fn text(&self) -> String {
        match self {
            Self::Plain(number) => format!("post-{number}"),
            Self::Number(number) => number.to_string(),
            Self::Awkward(number) => one_of(&AWKWARD, *number).to_owned(),
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

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum HttpStatus {
    Ok,
    Common(u8),
    Any(u16),
}

impl HttpStatus {
    pub fn number(self) -> u16 {
        const COMMON: [u16; 12] = [200, 201, 204, 302, 400, 401, 403, 404, 422, 429, 500, 503];
        match self {
            Self::Ok => 200,
            Self::Common(number) => one_of(&COMMON, number),
            Self::Any(number) => number,
        }
    }
}

// --- Ayrshare's answers ----------------------------------------------------------------------------

#[derive(Arbitrary, Clone, Debug)]
enum AyrshareAnswer {
    /// As documented: an object, with one for each network.
    One(Statement),
    /// A list at the top.
    List(Vec<Statement>),
    /// An object with a list in it.
    Wrapped(Statement, ListName, Vec<Statement>),
    /// An object keyed by the ids of posts.
    Keyed(Statement, Vec<(Id, Keyed)>),
    /// An object with such an object in it.
    Grouped(Statement, ListName, Vec<(Id, Keyed)>),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
enum Keyed {
    Word(StatusWord),
    Statement(Statement),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
enum ListName {
    Posts,
    PostIds,
    Results,
    Bulk,
    Errors,
    Unknown,
}

#[derive(Arbitrary, Clone, Debug)]
struct Statement {
    status: Member<StatusWord>,
    id: Member<Id>,
    code: Member<Code>,
    message: Member<Word>,
    platform: Member<Network>,
    rest: Option<Rest>,
    networks: Vec<(Network, NetworkAnswer)>,
}

#[derive(Arbitrary, Clone, Debug)]
struct Rest {
    action: Member<Word>,
    details: Member<Details>,
    warnings: Member<Details>,
    errors: Member<Vec<Entry>>,
    retry_available: Member<bool>,
    mark_manual_deleted: Member<bool>,
}

#[derive(Arbitrary, Clone, Debug)]
enum Details {
    Seconds(u32),
    Named(u32),
    Statement(StatusWord),
    Text(Word),
}

#[derive(Arbitrary, Clone, Debug)]
enum NetworkAnswer {
    One(Entry),
    /// Several accounts of one network.
    Several(Vec<Entry>),
    Word(StatusWord),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
struct Entry {
    status: Member<StatusWord>,
    id: Member<Id>,
    code: Member<Code>,
    message: Member<Word>,
    platform: Member<Network>,
    within: Option<(ListName, Wrong)>,
}

#[derive(Arbitrary, Clone, Debug)]
enum StatusWord {
    Success,
    Deleted,
    Error,
    Partial,
    Other(u8),
}

#[derive(Arbitrary, Clone, Debug)]
enum Code {
    Documented(u8),
    Quoted(u8),
    Any(u64),
}

#[derive(Arbitrary, Clone, Debug)]
struct Network(u8);

impl AyrshareAnswer {
    fn json(&self, asked: &Asked) -> Json {
        let list = |items: &[Statement]| items.iter().map(|item| item.json(asked)).collect();
        match self {
            Self::One(statement) => statement.json(asked),
            Self::List(items) => Json::List(list(items)),
            Self::Wrapped(outer, name, items) => {
                let mut members = outer.members(asked);
                members.push((name.text().to_owned(), Json::List(list(items))));
                Json::Object(members)
            }
            Self::Keyed(outer, posts) => {
                let mut members = outer.members(asked);
                members.extend(keyed(posts, asked));
                Json::Object(members)
            }
            Self::Grouped(outer, name, posts) => {
                let mut members = outer.members(asked);
                let posts = Json::Object(keyed(posts, asked));
                members.push((name.text().to_owned(), posts));
                Json::Object(members)
            }
            Self::Wrong(wrong) => wrong.json(asked),
        }
    }
}

fn keyed(posts: &[(Id, Keyed)], asked: &Asked) -> Vec<(String, Json)> {
    let posts = posts.iter().map(|(id, post)| {
        let post = match post {
            Keyed::Word(status) => status.json(asked),
            Keyed::Statement(statement) => statement.json(asked),
            Keyed::Wrong(wrong) => wrong.json(asked),
        };
        (id.text(asked), post)
    });
    posts.collect()
}

impl ListName {
    fn text(&self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::PostIds => "postIds",
            Self::Results => "results",
            Self::Bulk => "bulk",
            Self::Errors => "errors",
            Self::Unknown => "deleted",
        }
    }
}

impl Statement {
    fn members(&self, asked: &Asked) -> Vec<(String, Json)> {
        let mut members = Vec::new();
        for (network, answer) in &self.networks {
            let answer = match answer {
                NetworkAnswer::One(entry) => entry.json(asked),
                NetworkAnswer::Several(entries) => entries.json(asked),
                NetworkAnswer::Word(status) => status.json(asked),
                NetworkAnswer::Wrong(wrong) => wrong.json(asked),
            };
            members.push((network.text().to_owned(), answer));
        }
        self.status.add("status", asked, &mut members);
        self.id.add("id", asked, &mut members);
        self.code.add("code", asked, &mut members);
        self.message.add("message", asked, &mut members);
        self.platform.add("platform", asked, &mut members);
        if let Some(rest) = &self.rest {
            rest.action.add("action", asked, &mut members);
            rest.details.add("details", asked, &mut members);
            rest.warnings.add("warnings", asked, &mut members);
            rest.errors.add("errors", asked, &mut members);
            rest.retry_available
                .add("retryAvailable", asked, &mut members);
            rest.mark_manual_deleted
                .add("markManualDeleted", asked, &mut members);
        }
        members
    }
}

impl ToJson for Statement {
    fn json(&self, asked: &Asked) -> Json {
        Json::Object(self.members(asked))
    }
}

impl ToJson for Entry {
    fn json(&self, asked: &Asked) -> Json {
        let mut members = Vec::new();
        self.status.add("status", asked, &mut members);
        self.id.add("id", asked, &mut members);
        self.code.add("code", asked, &mut members);
        self.message.add("message", asked, &mut members);
        self.platform.add("platform", asked, &mut members);
        if let Some((name, within)) = &self.within {
            members.push((name.text().to_owned(), within.json(asked)));
        }
        Json::Object(members)
    }
}

impl ToJson for StatusWord {
    fn json(&self, _: &Asked) -> Json {
        const OTHER: [&str; 6] = ["pending", "scheduled", "SUCCESS", "success ", "", "errors"];
        Json::Text(match self {
            Self::Success => "success".to_owned(),
            Self::Deleted => "deleted".to_owned(),
            Self::Error => "error".to_owned(),
            Self::Partial => "partial".to_owned(),
            Self::Other(number) => one_of(&OTHER, *number).to_owned(),
        })
    }
}

impl ToJson for Code {
    fn json(&self, _: &Asked) -> Json {
        const DOCUMENTED: [u64; 18] = [
            101, 102, 107, 114, 138, 144, 156, 161, 200, 272, 276, 288, 382, 383, 400, 419, 435,
            444,
        ];
        match self {
            Self::Documented(number) => Json::Whole(one_of(&DOCUMENTED, *number)),
            Self::Quoted(number) => Json::Text(one_of(&DOCUMENTED, *number).to_string()),
            Self::Any(number) => Json::Whole(*number),
        }
    }
}

impl ToJson for Details {
    fn json(&self, asked: &Asked) -> Json {
        let of = |name: &str, value| Json::Object(vec![(name.to_owned(), value)]);
        match self {
            Self::Seconds(seconds) => Json::Whole((*seconds).into()),
            Self::Named(seconds) => of("seconds", Json::Whole((*seconds).into())),
            Self::Statement(status) => of("status", status.json(asked)),
            Self::Text(word) => word.json(asked),
        }
    }
}

impl Network {
    fn text(&self) -> &'static str {
        match usize::from(self.0) % (NETWORKS.len() + 2) {
            0 => "tomorrow",
            1 => "",
            number => NETWORKS[number - 2],
        }
    }
}

impl ToJson for Network {
    fn json(&self, _: &Asked) -> Json {
        Json::Text(self.text().to_owned())
    }
}

// --- Genviral's answers ----------------------------------------------------------------------------

#[derive(Arbitrary, Clone, Debug)]
enum GenviralAnswer {
    Object {
        ok: Member<bool>,
        code: Member<u16>,
        message: Member<Word>,
        error_code: Member<CodeName>,
        data: Member<Data>,
    },
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
struct Data {
    deleted: Member<Vec<Item<Id>>>,
    blocked: Member<Vec<Item<Blocked>>>,
    skipped: Member<Vec<Item<Id>>>,
    errors: Member<Errors>,
}

#[derive(Arbitrary, Clone, Debug)]
enum Item<T> {
    Right(T),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
struct Blocked {
    id: Member<Id>,
    status: Member<BlockedStatus>,
}

#[derive(Arbitrary, Clone, Debug)]
struct BlockedStatus(u8);

#[derive(Arbitrary, Clone, Debug)]
struct Errors(Vec<(Id, Item<Word>)>);

#[derive(Arbitrary, Clone, Debug)]
struct CodeName(u8);

impl GenviralAnswer {
    fn json(&self, asked: &Asked) -> Json {
        let mut members = Vec::new();
        match self {
            Self::Object {
                ok,
                code,
                message,
                error_code,
                data,
            } => {
                ok.add("ok", asked, &mut members);
                code.add("code", asked, &mut members);
                message.add("message", asked, &mut members);
                error_code.add("error_code", asked, &mut members);
                data.add("data", asked, &mut members);
                Json::Object(members)
            }
            Self::Wrong(wrong) => wrong.json(asked),
        }
    }
}

impl ToJson for Data {
    fn json(&self, asked: &Asked) -> Json {
        let mut members = Vec::new();
        self.deleted.add("deletedIds", asked, &mut members);
        self.blocked.add("blockedStatuses", asked, &mut members);
        self.skipped.add("skipped", asked, &mut members);
        self.errors.add("errors", asked, &mut members);
        Json::Object(members)
    }
}

impl<T: ToJson> ToJson for Item<T> {
    fn json(&self, asked: &Asked) -> Json {
        match self {
            Self::Right(value) => value.json(asked),
            Self::Wrong(wrong) => wrong.json(asked),
        }
    }
}

impl ToJson for Blocked {
    fn json(&self, asked: &Asked) -> Json {
        let mut members = Vec::new();
        self.id.add("id", asked, &mut members);
        self.status.add("status", asked, &mut members);
        Json::Object(members)
    }
}

impl ToJson for BlockedStatus {
    fn json(&self, _: &Asked) -> Json {
        let words = ["posted", "canceled", "partial", "deleted", "tomorrow"];
        Json::Text(one_of(&words, self.0).to_owned())
    }
}

impl ToJson for Errors {
    fn json(&self, asked: &Asked) -> Json {
        let entries = self.0.iter();
        Json::Object(
            entries
                .map(|(id, message)| (id.text(asked), message.json(asked)))
                .collect(),
        )
    }
}

impl ToJson for CodeName {
    fn json(&self, _: &Asked) -> Json {
        let names = [
            "invalid_json",
            "invalid_payload",
            "too_many_post_ids",
            "bulk_delete_failed",
            "invalid_token",
            "unauthorized",
            "subscription_required",
            "tier_not_allowed",
            "rate_limited",
            "of_tomorrow",
        ];
        Json::Text(one_of(&names, self.0).to_owned())
    }
}

impl ToJson for u16 {
    fn json(&self, _: &Asked) -> Json {
        Json::Whole((*self).into())
    }
}

// --- what both have --------------------------------------------------------------------------------

/// An object's member.
#[derive(Clone, Debug)]
enum Member<T> {
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
    fn add(&self, name: &str, asked: &Asked, members: &mut Vec<(String, Json)>) {
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
enum Wrong {
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
enum Id {
    Asked(u8),
    AskedAsNumber(u8),
    Other(PostId),
}

impl Id {
    fn text(&self, asked: &Asked) -> String {
        let nth = |number: u8| {
            let ids = asked.ids();
            let index = usize::from(number) % ids.len().max(1);
            ids.get(index).map_or_else(String::new, Clone::clone)
        };
        match self {
            Self::Asked(number) | Self::AskedAsNumber(number) => nth(*number),
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
enum Word {
    Success,
    Error,
    Any(String),
}

impl Word {
    fn value(&self) -> Json {
        Json::Text(match self {
            Self::Success => "success".to_owned(),
            Self::Error => "error".to_owned(),
            Self::Any(text) => text.clone(),
        })
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
trait ToJson {
    fn json(&self, asked: &Asked) -> Json;
}

/// JSON that may have two members of one name.
#[derive(Debug)]
enum Json {
    Raw(String),
    Whole(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// How the JSON is spelled.
#[derive(Arbitrary, Clone, Debug)]
struct Writing {
    /// Whether strings and names have an escape. Then a reader can't borrow them from the answer.
    escaped: bool,
    spaced: bool,
    /// Whether the end is missing.
    #[arbitrary(with = |bytes: &mut Unstructured<'_>| bytes.ratio(1, 16))]
    cut: bool,
}

impl Writing {
    fn other(&self) -> Self {
        Self {
            escaped: !self.escaped,
            spaced: !self.spaced,
            ..*self
        }
    }

    fn write(&self, json: &Json) -> Body {
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

fn one_of<T: Copy>(choices: &[T], number: u8) -> T {
    choices[usize::from(number) % choices.len()]
}
