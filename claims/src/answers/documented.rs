//! Ayrshare's documented answers, with something beside them that may speak against them.

use arbitrary::Arbitrary;

use super::ayrshare::{Code, Keyed, ListName, Network, NetworkAnswer, StatusWord, keyed};
use super::json::Json;
use super::parts::{Id, ToJson};
use crate::decoders::Asked;

#[derive(Arbitrary, Clone, Debug)]
pub(super) struct Documented {
    answer: Answer,
    beside: Vec<Beside>,
    /// Whether what stands beside stands in the first entry, and not in the answer.
    is_in_entry: bool,
}

/// A documented answer.
#[derive(Arbitrary, Clone, Debug)]
enum Answer {
    Success {
        with_id: bool,
        networks: u8,
    },
    Refused {
        code: Code,
        with_id: bool,
    },
    Errors(Vec<(Code, Option<Network>)>),
    /// What `bulk` may answer.
    List(Option<ListName>, Vec<(Id, Done)>),
    Keyed(Option<ListName>, Vec<(Id, Done)>),
    Data(ListName, Vec<(Id, Done)>),
}

/// What an entry says of its post.
#[derive(Arbitrary, Clone, Debug)]
enum Done {
    Success,
    Refused(Code),
}

/// One more member.
#[derive(Arbitrary, Clone, Debug)]
enum Beside {
    Status(StatusWord),
    Code(Code),
    Error {
        code: Option<Code>,
        id: Option<Id>,
        platform: Option<Network>,
        status: Option<StatusWord>,
    },
    Entry(ListName, Option<Id>, StatusWord),
    Ids(ListName, Vec<Id>),
    Keyed(Option<ListName>, Vec<(Id, Keyed)>),
    Network(Network, NetworkAnswer),
    Unknown(StatusWord),
}

impl Documented {
    pub(super) fn json(&self, asked: &Asked) -> Json {
        let mut json = self.answer.json(asked);
        for beside in &self.beside {
            let (name, value) = beside.member(asked);
            if let Some(members) = place_in(&mut json, self.is_in_entry) {
                // A name that is repeated makes the answer unusable.
                members.retain(|(known, _)| *known != name);
                members.push((name, value));
            }
        }
        json
    }
}

/// The object in which more is to stand.
fn place_in(json: &mut Json, is_in_entry: bool) -> Option<&mut Vec<(String, Json)>> {
    match json {
        Json::List(items) => place_in(items.first_mut()?, false),
        Json::Object(members) => {
            let is_entry = |value: &Json| matches!(value, Json::List(_) | Json::Object(_));
            let entry = members.iter().position(|(_, value)| is_entry(value));
            match entry.filter(|_| is_in_entry) {
                Some(entry) => place_in(&mut members[entry].1, false),
                None => Some(members),
            }
        }
        _ => None,
    }
}

impl Answer {
    fn json(&self, asked: &Asked) -> Json {
        let success = || ("status".to_owned(), text("success"));
        let error = || ("status".to_owned(), text("error"));
        let id = || ("id".to_owned(), Id::Asked(0).json(asked));
        let list = |entries: &[(Id, Done)]| {
            let entries = entries.iter().map(|(id, done)| {
                let mut members = done.members(asked);
                members.push(("id".to_owned(), id.json(asked)));
                Json::Object(members)
            });
            Json::List(entries.collect())
        };
        let keyed = |entries: &[(Id, Done)]| {
            let entries = entries.iter();
            let entries =
                entries.map(|(id, done)| (id.text(asked), Json::Object(done.members(asked))));
            Json::Object(entries.collect())
        };
        match self {
            Self::Success { with_id, networks } => {
                let mut members = vec![success()];
                members.extend(with_id.then(id));
                for network in ["twitter", "facebook", "gmb"]
                    .into_iter()
                    .take(usize::from(*networks) % 4)
                {
                    let result = vec![("action".to_owned(), text("delete")), success()];
                    members.push((network.to_owned(), Json::Object(result)));
                }
                Json::Object(members)
            }
            Self::Refused { code, with_id } => {
                let mut members = vec![error(), ("code".to_owned(), code.json(asked))];
                members.extend(with_id.then(id));
                Json::Object(members)
            }
            Self::Errors(errors) => {
                let errors = errors.iter().map(|(code, network)| {
                    let mut members = vec![error(), ("code".to_owned(), code.json(asked))];
                    members.extend(
                        network
                            .as_ref()
                            .map(|network| ("platform".to_owned(), network.json(asked))),
                    );
                    Json::Object(members)
                });
                Json::Object(vec![
                    error(),
                    ("errors".to_owned(), Json::List(errors.collect())),
                    id(),
                ])
            }
            Self::List(None, entries) => list(entries),
            Self::List(Some(name), entries) => {
                Json::Object(vec![success(), (name.text().to_owned(), list(entries))])
            }
            Self::Keyed(None, entries) => keyed(entries),
            Self::Keyed(Some(name), entries) => {
                Json::Object(vec![success(), (name.text().to_owned(), keyed(entries))])
            }
            Self::Data(name, entries) => {
                let data = Json::Object(vec![(name.text().to_owned(), list(entries))]);
                Json::Object(vec![success(), ("data".to_owned(), data)])
            }
        }
    }
}

impl Done {
    fn members(&self, asked: &Asked) -> Vec<(String, Json)> {
        match self {
            Self::Success => vec![("status".to_owned(), text("success"))],
            Self::Refused(code) => {
                vec![
                    ("status".to_owned(), text("error")),
                    ("code".to_owned(), code.json(asked)),
                ]
            }
        }
    }
}

impl Beside {
    fn member(&self, asked: &Asked) -> (String, Json) {
        let object = |status: &StatusWord, id: Option<&Id>| {
            let mut members = vec![("status".to_owned(), status.json(asked))];
            members.extend(id.map(|id| ("id".to_owned(), id.json(asked))));
            Json::Object(members)
        };
        let (name, value) = match self {
            Self::Status(status) => ("status", status.json(asked)),
            Self::Code(code) => ("code", code.json(asked)),
            Self::Error {
                code,
                id,
                platform,
                status,
            } => {
                let mut members = Vec::new();
                let mut add = |name: &str, value: Option<Json>| {
                    members.extend(value.map(|value| (name.to_owned(), value)));
                };
                add("code", code.as_ref().map(|code| code.json(asked)));
                add("id", id.as_ref().map(|id| id.json(asked)));
                add(
                    "platform",
                    platform.as_ref().map(|platform| platform.json(asked)),
                );
                add("status", status.as_ref().map(|status| status.json(asked)));
                ("errors", Json::List(vec![Json::Object(members)]))
            }
            Self::Entry(name, id, status) => {
                (name.text(), Json::List(vec![object(status, id.as_ref())]))
            }
            Self::Ids(name, ids) => (name.text(), ids.json(asked)),
            Self::Keyed(Some(name), posts) => (name.text(), Json::Object(keyed(posts, asked))),
            Self::Keyed(None, posts) => {
                let first = keyed(posts, asked).into_iter().next();
                return first.unwrap_or_else(|| ("usage".to_owned(), Json::List(Vec::new())));
            }
            Self::Network(network, answer) => return (network.text(), answer.json(asked)),
            Self::Unknown(status) => ("usage", object(status, None)),
        };
        (name.to_owned(), value)
    }
}

fn text(word: &str) -> Json {
    Json::Text(word.to_owned())
}
