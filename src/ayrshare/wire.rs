//! Ayrshare's wire format: a request's JSON, and what an answer says of each post. Pure.
//!
//! The rules, in the order in which they decide:
//! 1. A code that has a name decides, whatever the HTTP status beside it.
//! 2. A network's own object is the only evidence about that network.
//! 3. Success is HTTP 200 *and* `status: success`, about this post, contradicted by nothing.
//! 4. What is left is judged by its HTTP status.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use super::code::ErrorCode;
use super::request::{DeleteRequest, Kind};
use crate::json::{self, Json, Members};
use crate::outcome::{Failure, Fate, NetworkResult, Provider};
use crate::retry::Happened;
use crate::wire::{PostReading, Reading, Wire};
use crate::{ErrorKind, PostId};

impl Wire for DeleteRequest {
    const PROVIDER: Provider = Provider::Ayrshare;

    fn asked(&self) -> &[PostId] {
        &self.ids
    }

    fn is_repeatable(&self) -> bool {
        self.kind != Kind::AllScheduled
    }

    fn done(&self) -> Fate {
        match self.kind {
            Kind::MarkManualDeleted => Fate::MarkedDeleted,
            _ => Fate::Deleted,
        }
    }

    fn write(&self, open: &[PostId]) -> Vec<u8> {
        let id = open.first().map(PostId::as_str);
        let ids = || open.iter().map(PostId::as_str).collect::<Vec<_>>();
        let json = match self.kind {
            Kind::ById => serde_json::json!({ "id": id }),
            Kind::Bulk => serde_json::json!({ "bulk": ids() }),
            Kind::AllScheduled => serde_json::json!({ "deleteAllScheduled": true }),
            Kind::MarkManualDeleted => serde_json::json!({ "id": id, "markManualDeleted": true }),
        };
        json.to_string().into_bytes()
    }

    fn read(&self, open: &[PostId], status: u16, body: &[u8]) -> Reading {
        let json = match json::parse(body) {
            Some(json @ (Json::Object(_) | Json::List(_))) if !matches!(status, 300..=399) => json,
            Some(_) => return Reading::by_status(status, open.len()),
            None => return Reading::unreadable(status, body, open.len()),
        };
        match self.kind {
            Kind::Bulk => read_bulk(open, status, &json),
            Kind::AllScheduled => read_all_scheduled(status, &json),
            Kind::ById | Kind::MarkManualDeleted => match open {
                [id] => read_one(id, status, &json, &self.done()),
                _ => Reading::silent(Happened::Foreign, open.len()),
            },
        }
    }
}

/// The answer to a request about one post.
fn read_one(asked: &PostId, status: u16, json: &Json<'_>, done: &Fate) -> Reading {
    let Some(statement) = Statement::unwrapped(json, asked) else {
        return Reading::by_status(status, 1);
    };
    match statement.judge(status, done) {
        Judgement::Post(_, failure) if statement.is_about_another_than(asked) => Reading {
            failure: Some(Failure {
                kind: ErrorKind::UnexpectedResponse,
                ..failure.unwrap_or_else(|| statement.failure(ErrorKind::Refused, status))
            }),
            ..Reading::silent(Happened::Answered, 1)
        },
        Judgement::Post(reading, failure) => Reading {
            failure,
            posts: vec![Some(reading)],
            throttled_by_network: statement.is_throttled_by_network(),
            ..Reading::silent(Happened::Answered, 1)
        },
        Judgement::Request(reading) => reading,
    }
}

/// The answer to `bulk`, whose shape nobody documents: entries that name a post count for that post,
/// wherever they stand, and a bare status settles none.
fn read_bulk(open: &[PostId], status: u16, json: &Json<'_>) -> Reading {
    let mut posts = vec![Vec::new(); open.len()];
    let places: HashMap<&str, usize> = open.iter().map(PostId::as_str).zip(0..).collect();
    for (id, entry) in entries(json) {
        if let Some(post) = places.get(&*id).and_then(|place| posts.get_mut(*place)) {
            post.push(entry);
        }
    }
    let posts: Vec<_> = posts.iter().map(|entries| read_entries(entries)).collect();
    let overall = json.as_object().map(Statement::of);
    if posts.iter().any(Option::is_some) {
        let by_status = match status {
            429 | 500.. => Reading::by_status(status, open.len()),
            _ => Reading::silent(Happened::Answered, open.len()),
        };
        return Reading { posts, ..by_status };
    }
    // A list that names none of the posts is an answer too.
    let Some(overall) = overall else {
        return Reading::silent(Happened::Answered, open.len());
    };
    let reading = match overall.judge(status, &Fate::Deleted) {
        Judgement::Request(reading) => reading,
        // Whom this is about, nobody says.
        Judgement::Post(_, failure) => Reading {
            failure,
            ..Reading::silent(Happened::Answered, 1)
        },
    };
    // Of a request that names many posts, a refusal of the key or of the request means none was
    // touched; any other may have come half-way.
    let happened = match reading.happened {
        Happened::Refused { retry_available } if !overall.refuses_whole_request(status) => {
            if retry_available {
                Happened::Broken
            } else {
                Happened::Answered
            }
        }
        happened => happened,
    };
    Reading {
        happened,
        posts: vec![None; open.len()],
        ..reading
    }
}

/// The answer to `deleteAllScheduled`, of which only the status is known. A failure anywhere in it
/// is a failure.
fn read_all_scheduled(status: u16, json: &Json<'_>) -> Reading {
    let Some(members) = json.as_object() else {
        return Reading::by_status(status, 0);
    };
    let statement = Statement::of(members);
    let listed = lists(members).flat_map(|(_, items)| items);
    let (failed, listed): (Vec<_>, Vec<_>) = listed
        .filter_map(Json::as_object)
        .partition(|it| it.text("status").is_some_and(is_error));
    let statement = match (statement.status, failed.first(), listed.as_slice()) {
        (None, None, [only]) => Statement::of(only),
        _ => statement,
    };
    match statement.judge(status, &Fate::Deleted) {
        Judgement::Request(reading) => Reading {
            posts: Vec::new(),
            ..reading
        },
        Judgement::Post(_, failure) => Reading {
            failure: failure.or_else(|| {
                let failed = Statement::of(failed.first()?);
                Some(failed.failure(ErrorKind::Partial, status))
            }),
            ..Reading::silent(Happened::Answered, 0)
        },
    }
}

/// Everything in an answer to `bulk` that names a post.
fn entries<'j>(json: &'j Json<'_>) -> Vec<(Cow<'j, str>, &'j Json<'j>)> {
    let named = |item: &'j Json<'_>| Some((item.as_object()?.get("id")?.to_label()?, item));
    match json {
        Json::List(items) => items.iter().filter_map(named).collect(),
        Json::Object(members) => {
            let in_lists = lists(members)
                .flat_map(|(_, items)| items)
                .filter_map(named);
            let keyed = members.iter().filter(|(name, it)| {
                it.as_list().is_none() && !(it.as_text().is_some() && OWN_WORDS.contains(name))
            });
            let keyed = keyed.map(|(id, it)| (id.into(), it));
            // One post's own refusal, at the top.
            keyed.chain(in_lists).chain(named(json)).collect()
        }
        _ => Vec::new(),
    }
}

/// What the entries about one post come to.
fn read_entries(entries: &[&Json<'_>]) -> Option<PostReading> {
    let by_network: Vec<_> = entries
        .iter()
        .copied()
        .filter_map(network_in_entry)
        .collect();
    if !entries.is_empty() && by_network.len() == entries.len() {
        return Some(judge_networks(by_network, &Fate::Deleted, None, 200).0);
    }
    let mut readings = entries.iter().filter_map(|entry| read_entry(entry));
    let first = readings.next()?;
    let contradicted = readings.any(|it| it != first);
    Some(if contradicted {
        PostReading {
            fate: Fate::Uncertain(Failure::new(ErrorKind::UnexpectedResponse)),
            networks: Vec::new(),
        }
    } else {
        first
    })
}

/// An entry is the answer about its post, as `by_id` would have given it.
fn read_entry(entry: &Json<'_>) -> Option<PostReading> {
    let statement = match entry {
        Json::Text(status) => Statement {
            status: Some(status),
            ..Statement::default()
        },
        Json::Object(members) => Statement::of(members),
        _ => return None,
    };
    if statement.status.is_none() && statement.code.is_none() && statement.networks.is_empty() {
        return None;
    }
    match statement.judge(200, &Fate::Deleted) {
        Judgement::Post(reading, _) => Some(reading),
        Judgement::Request(Reading {
            happened, failure, ..
        }) => {
            let failure = failure.unwrap_or_else(|| Failure::new(ErrorKind::Refused));
            let fate = match happened {
                happened if happened.may_have_acted() => Fate::Uncertain(failure),
                _ => Fate::Failed(failure),
            };
            Some(PostReading {
                fate,
                networks: Vec::new(),
            })
        }
    }
}

/// What an object of an answer says, before it is judged.
#[derive(Debug, Default)]
struct Statement<'j> {
    status: Option<&'j str>,
    code: Option<u32>,
    message: Option<&'j str>,
    id: Option<Cow<'j, str>>,
    retry_available: bool,
    wait: Option<Duration>,
    networks: Vec<NetworkResult>,
}

enum Judgement {
    /// On the post; with what an error about it would say.
    Post(PostReading, Option<Failure>),
    /// On the request, whatever posts it names.
    Request(Reading),
}

impl<'j> Statement<'j> {
    fn of(members: &'j Members<'_>) -> Self {
        // An error may come as a list of errors: the first stands for all.
        let error = members.get("errors").and_then(Json::as_list);
        let error = error.and_then(|it| it.first()).and_then(Json::as_object);
        let own = |name| members.get(name).or_else(|| error?.get(name));
        let status = members.text("status");
        Self {
            status: status.or(error.map(|_| "error")),
            code: own("code").and_then(Json::to_u32),
            message: own("message").and_then(Json::as_text),
            id: members.get("id").and_then(Json::to_label),
            retry_available: members.get("retryAvailable") == Some(&Json::Bool(true)),
            wait: members.get("details").and_then(seconds_in),
            networks: networks_in(members),
        }
    }

    /// The statement about a post in an answer that may be wrapped in `posts`. Where wrapping and
    /// content differ, the failure counts.
    fn unwrapped(json: &'j Json<'_>, asked: &PostId) -> Option<Self> {
        let outer = json.as_object();
        let posts = outer.and_then(|it| it.get("posts")?.as_list());
        let items = json.as_list().or(posts).unwrap_or_default();
        let outer = outer.map(Self::of);
        let names_it = |it: &&Json<'_>| {
            let id = it.as_object().and_then(|it| it.get("id"));
            id.and_then(Json::to_label).is_some_and(|id| *asked == *id)
        };
        let item = match items {
            [only] => Some(only),
            items => items.iter().find(names_it),
        };
        let Some(item) = item.and_then(Json::as_object) else {
            // A list that leaves the post out is no word on it, whatever success stands above.
            return outer.filter(|it| posts.is_none() || !it.status.is_some_and(is_success));
        };
        let inner = Self::of(item);
        Some(match outer {
            Some(outer) if outer.status.is_some_and(|it| !is_success(it)) => Self {
                code: inner.code.or(outer.code),
                message: inner.message.or(outer.message),
                networks: inner.networks,
                ..outer
            },
            _ => inner,
        })
    }

    fn judge(&self, http_status: u16, done: &Fate) -> Judgement {
        let succeeded = http_status == 200 && self.status.is_some_and(is_success);
        let named = self.code.and_then(|code| ErrorCode::new(code).kind());
        let about_post = |fate| PostReading {
            fate,
            networks: self.networks.clone(),
        };
        if let (false, Some(kind)) = (succeeded, named) {
            let failure = self.failure(kind, http_status);
            let fate = match kind {
                ErrorKind::NotFound => Fate::NotFound,
                ErrorKind::AlreadyDeleted => Fate::AlreadyDeleted,
                ErrorKind::NotManuallyDeleted => Fate::Failed(failure.clone()),
                _ if !self.networks.is_empty() => return self.judge_by_networks(http_status, done),
                _ => return Judgement::Request(self.refusal(failure)),
            };
            return Judgement::Post(about_post(fate), Some(failure));
        }
        let some_gone = self.networks.iter().any(NetworkResult::is_success);
        if http_status == 429 && !some_gone {
            let failure = self.failure(ErrorKind::RateLimited, http_status);
            return Judgement::Request(self.refusal(failure));
        }
        // Under a 5xx, only a network that keeps the post is a word on it: the rest is asked again.
        let some_kept = !self.networks.iter().all(NetworkResult::is_success);
        let is_word = matches!(http_status, 200 | 400..=499) || (http_status >= 500 && some_kept);
        if !self.networks.is_empty() && is_word {
            return self.judge_by_networks(http_status, done);
        }
        match (http_status, self.status) {
            (200, Some(status)) if is_success(status) && named.is_none() => {
                Judgement::Post(about_post(done.clone()), None)
            }
            (200, Some("partial")) => Judgement::Post(
                about_post(Fate::Partial),
                Some(self.failure(ErrorKind::Partial, http_status)),
            ),
            (200..=299, Some(status)) if is_error(status) => {
                Judgement::Request(self.refusal(self.failure(ErrorKind::Refused, http_status)))
            }
            (400..=499, Some(status)) if is_success(status) => Judgement::Request(Reading {
                failure: Some(self.failure(ErrorKind::UnexpectedResponse, http_status)),
                ..Reading::silent(Happened::Foreign, 1)
            }),
            _ => {
                let reading = Reading::by_status(http_status, 1);
                let kind = reading.failure.as_ref().map(|it| it.kind);
                let failure = self.failure(kind.unwrap_or(ErrorKind::Refused), http_status);
                Judgement::Request(match reading.happened {
                    Happened::Refused { .. } => self.refusal(failure),
                    _ => Reading {
                        failure: Some(failure),
                        ..reading
                    },
                })
            }
        }
    }

    fn judge_by_networks(&self, http_status: u16, done: &Fate) -> Judgement {
        let networks = self.networks.clone();
        let (reading, failure) = judge_networks(networks, done, self.status, http_status);
        let failure = failure.map(|failure| Failure {
            code: self.code.map(|it| it.to_string()).or(failure.code),
            message: self.message.map(str::to_owned).or(failure.message),
            ..failure
        });
        Judgement::Post(reading, failure)
    }

    /// The request was refused, and by whom.
    fn refusal(&self, failure: Failure) -> Reading {
        let throttled_by_network = self.is_throttled_by_network();
        let happened = if failure.kind == ErrorKind::RateLimited || failure.http_status == Some(429)
        {
            Happened::Throttled
        } else {
            Happened::Refused {
                retry_available: self.retry_available,
            }
        };
        Reading {
            failure: Some(failure),
            throttled_by_network,
            wait: self.wait.filter(|_| throttled_by_network),
            ..Reading::silent(happened, 1)
        }
    }

    fn is_throttled_by_network(&self) -> bool {
        let codes = self.networks.iter().filter_map(|it| it.code);
        let mut codes = codes.chain(self.code).map(ErrorCode::new);
        codes.any(|code| code.kind() == Some(ErrorKind::RateLimited))
    }

    fn refuses_whole_request(&self, http_status: u16) -> bool {
        match self.code.map(|code| (code, ErrorCode::new(code).kind())) {
            Some((101, _)) => true,
            Some((_, Some(kind))) => kind.is_about_credentials(),
            _ => matches!(http_status, 401..=499) || (http_status == 400 && self.code.is_none()),
        }
    }

    fn is_about_another_than(&self, asked: &PostId) -> bool {
        self.id.as_ref().is_some_and(|id| *asked != **id)
    }

    fn failure(&self, kind: ErrorKind, http_status: u16) -> Failure {
        Failure {
            kind,
            http_status: Some(http_status),
            code: self.code.map(|code| code.to_string()),
            message: self.message.map(str::to_owned),
            detail: None,
        }
    }
}

/// What the networks' own words come to, under a `status` that speaks for all of them.
fn judge_networks(
    networks: Vec<NetworkResult>,
    done: &Fate,
    status: Option<&str>,
    http_status: u16,
) -> (PostReading, Option<Failure>) {
    let gone = networks.iter().filter(|it| it.is_success()).count();
    let refused = networks.iter().filter(|it| is_error(&it.status)).count();
    let said = networks.iter().find(|it| !it.is_success());
    let failure = |kind| Failure {
        kind,
        http_status: Some(http_status),
        code: said.and_then(|it| it.code).map(|it| it.to_string()),
        message: said.and_then(|it| it.message.clone()),
        detail: None,
    };
    let agreed = http_status == 200 && status.is_none_or(is_success);
    let (fate, failure) = if gone == networks.len() && agreed {
        (done.clone(), None)
    } else if gone > 0 && gone < networks.len() {
        (Fate::Partial, Some(failure(ErrorKind::Partial)))
    } else if refused == networks.len() {
        let code = said.and_then(|it| it.code).map(ErrorCode::new);
        let kind = match code.and_then(ErrorCode::kind) {
            Some(ErrorKind::NotFound | ErrorKind::AlreadyDeleted) | None => ErrorKind::Refused,
            Some(kind) => kind,
        };
        (Fate::Failed(failure(kind)), Some(failure(kind)))
    } else {
        let failure = failure(ErrorKind::UnexpectedResponse);
        (Fate::Uncertain(failure.clone()), Some(failure))
    };
    (PostReading { fate, networks }, failure)
}

/// Every network's own object in an answer about a post, known network or not.
fn networks_in(members: &Members<'_>) -> Vec<NetworkResult> {
    let mut networks = Vec::new();
    for (name, value) in members
        .iter()
        .filter(|(name, _)| !NOT_NETWORKS.contains(name))
    {
        match value {
            Json::Object(result) if result.text("status").is_some() => {
                networks.push(network_result(name, result));
            }
            // Several accounts of one network, or entries that name theirs.
            Json::List(items) => {
                networks.extend(items.iter().filter_map(|item| {
                    network_in_entry(item).or_else(|| {
                        let result = item.as_object()?;
                        result.text("status").filter(|_| !LISTS.contains(&name))?;
                        Some(network_result(name, result))
                    })
                }));
            }
            _ => {}
        }
    }
    networks
}

/// Members with a status that are no networks.
const NOT_NETWORKS: [&str; 2] = ["details", "warnings"];

/// Texts that an answer says of itself: no post's, even if its id is that word.
const OWN_WORDS: [&str; 4] = ["action", "id", "message", "status"];

/// Lists of things other than one network's accounts.
const LISTS: [&str; 5] = ["posts", "postIds", "results", "bulk", "errors"];

fn lists<'j>(members: &'j Members<'_>) -> impl Iterator<Item = (&'j str, &'j [Json<'j>])> {
    let lists = members.iter().filter(|(name, _)| LISTS.contains(name));
    lists.filter_map(|(name, value)| Some((name, value.as_list()?)))
}

fn network_in_entry(entry: &Json<'_>) -> Option<NetworkResult> {
    let members = entry.as_object()?;
    Some(network_result(members.text("platform")?, members))
}

fn network_result(network: &str, members: &Members<'_>) -> NetworkResult {
    NetworkResult {
        network: network.to_owned(),
        status: members.text("status").unwrap_or_default().to_owned(),
        id: members.get("id").and_then(Json::to_label).map(Into::into),
        code: members.get("code").and_then(Json::to_u32),
        message: members.text("message").map(str::to_owned),
    }
}

/// The seconds that code 435 gives in `details`: a number, or an object with one in it.
fn seconds_in(details: &Json<'_>) -> Option<Duration> {
    const LONGEST: u32 = 24 * 60 * 60;
    let number = details.to_u32().or_else(|| {
        let members = details.as_object()?;
        members.iter().find_map(|(_, value)| value.to_u32())
    });
    number.map(|seconds| Duration::from_secs(seconds.min(LONGEST).into()))
}

fn is_success(status: &str) -> bool {
    matches!(status, "success" | "deleted")
}

fn is_error(status: &str) -> bool {
    status == "error"
}
