//! Ayrshare's answers.

use arbitrary::{Arbitrary, Unstructured};

use super::documented::Documented;
use super::json::Json;
use super::parts::{Id, Member, ToJson, Word, Wrong, one_of};
use crate::decoders::{Asked, NETWORKS};

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum AyrshareAnswer {
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
    /// An object with a list of ids in it, such as `"failed":["post-1"]`.
    Ids(Statement, ListName, Vec<Id>),
    /// An object with another answer in it.
    Nested(Statement, ListName, Box<AyrshareAnswer>),
    /// As documented, with something beside it.
    Documented(Documented),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Keyed {
    Word(StatusWord),
    Statement(Statement),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum ListName {
    Posts,
    PostIds,
    Results,
    Bulk,
    Data,
    Error,
    Errors,
    Networks,
    /// A word that says what became of the posts.
    Fate(u8),
    Unknown(u8),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Statement {
    status: Member<StatusWord>,
    id: Member<Id>,
    code: Member<Code>,
    message: Member<Word>,
    platform: Member<Network>,
    rest: Option<Rest>,
    networks: Vec<(Network, NetworkAnswer)>,
    networks_in: NetworksIn,
}

/// Where the results of the networks stand.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum NetworksIn {
    Statement,
    /// In a member `networks`, as in an object.
    Member,
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Rest {
    action: Member<Word>,
    details: Member<Details>,
    warnings: Member<Details>,
    errors: Member<Vec<Entry>>,
    error: Member<Word>,
    retry_available: Member<bool>,
    mark_manual_deleted: Member<bool>,
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Details {
    Seconds(u32),
    Named(u32),
    Statement(StatusWord),
    Text(Word),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum NetworkAnswer {
    One(Entry),
    /// Several accounts of one network.
    Several(Vec<Entry>),
    Word(StatusWord),
    Wrong(Wrong),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Entry {
    status: Member<StatusWord>,
    id: Member<Id>,
    code: Member<Code>,
    message: Member<Word>,
    platform: Member<Network>,
    within: Option<(ListName, Wrong)>,
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum StatusWord {
    Success,
    Deleted,
    Error,
    Partial,
    Other(u8),
    Word(Word),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) enum Code {
    /// The post is already deleted.
    Gone,
    /// There is no such post.
    Unknown,
    Documented(u8),
    Quoted(u8),
    Any(u64),
}

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Network(u8);

impl AyrshareAnswer {
    /// Two of three answers are documented ones with little beside, because an answer with many faults is often
    /// refused for another one than the one that is searched for.
    pub(super) fn mostly_documented(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        if bytes.ratio(2, 3)? {
            Documented::arbitrary(bytes).map(Self::Documented)
        } else {
            Self::arbitrary(bytes)
        }
    }

    pub(super) fn json(&self, asked: &Asked) -> Json {
        let list = |items: &[Statement]| items.iter().map(|item| item.json(asked)).collect();
        match self {
            Self::One(statement) => statement.json(asked),
            Self::List(items) => Json::List(list(items)),
            Self::Wrapped(outer, name, items) => outer.with(name, Json::List(list(items)), asked),
            Self::Keyed(outer, posts) => {
                let mut members = outer.members(asked);
                members.extend(keyed(posts, asked));
                Json::Object(members)
            }
            Self::Grouped(outer, name, posts) => {
                outer.with(name, Json::Object(keyed(posts, asked)), asked)
            }
            Self::Ids(outer, name, ids) => outer.with(name, ids.json(asked), asked),
            Self::Nested(outer, name, answer) => outer.with(name, answer.json(asked), asked),
            Self::Documented(answer) => answer.json(asked),
            Self::Wrong(wrong) => wrong.json(asked),
        }
    }
}

pub(super) fn keyed(posts: &[(Id, Keyed)], asked: &Asked) -> Vec<(String, Json)> {
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
    pub(super) fn text(&self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::PostIds => "postIds",
            Self::Results => "results",
            Self::Bulk => "bulk",
            Self::Data => "data",
            Self::Error => "error",
            Self::Errors => "errors",
            Self::Networks => "networks",
            Self::Fate(number) => one_of(&FATES, *number),
            Self::Unknown(number) => one_of(&["usage", "deleted", "meta"], *number),
        }
    }
}

const FATES: [&str; 6] = ["failed", "skipped", "pending", "blocked", "queued", "error"];

impl Statement {
    /// The statement with one more member.
    fn with(&self, name: &ListName, value: Json, asked: &Asked) -> Json {
        let mut members = self.members(asked);
        members.push((name.text().to_owned(), value));
        Json::Object(members)
    }

    fn members(&self, asked: &Asked) -> Vec<(String, Json)> {
        let mut networks = Vec::new();
        for (network, answer) in &self.networks {
            networks.push((network.text(), answer.json(asked)));
        }
        let mut members = match self.networks_in {
            NetworksIn::Member if !networks.is_empty() => {
                vec![("networks".to_owned(), Json::Object(networks))]
            }
            _ => networks,
        };
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
            rest.error.add("error", asked, &mut members);
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

impl ToJson for NetworkAnswer {
    fn json(&self, asked: &Asked) -> Json {
        match self {
            Self::One(entry) => entry.json(asked),
            Self::Several(entries) => entries.json(asked),
            Self::Word(status) => status.json(asked),
            Self::Wrong(wrong) => wrong.json(asked),
        }
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
        const OTHER: [&str; 14] = [
            "pending",
            "skipped",
            "failed",
            "ok",
            "queued",
            "accepted",
            "blocked",
            "processing",
            "retry",
            "scheduled",
            "SUCCESS",
            "success ",
            "",
            "errors",
        ];
        Json::Text(match self {
            Self::Success => "success".to_owned(),
            Self::Deleted => "deleted".to_owned(),
            Self::Error => "error".to_owned(),
            Self::Partial => "partial".to_owned(),
            Self::Other(number) => one_of(&OTHER, *number).to_owned(),
            Self::Word(word) => word.text(),
        })
    }
}

impl ToJson for Code {
    fn json(&self, _: &Asked) -> Json {
        const DOCUMENTED: [u64; 19] = [
            101, 102, 107, 114, 138, 144, 156, 161, 200, 272, 276, 288, 382, 383, 400, 419, 429,
            435, 444,
        ];
        match self {
            Self::Gone => Json::Whole(383),
            Self::Unknown => Json::Whole(114),
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
    pub(super) fn text(&self) -> String {
        let name = match usize::from(self.0) % (NETWORKS.len() + 4) {
            0 => "tomorrow",
            1 => "",
            2 => "usage",
            3 => return Word::Long(self.0).text(),
            number => NETWORKS[number - 4],
        };
        name.to_owned()
    }
}

impl ToJson for Network {
    fn json(&self, _: &Asked) -> Json {
        Json::Text(self.text())
    }
}
