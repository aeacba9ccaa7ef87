//! Ayrshare's wire format: a request's JSON, and what an answer says of each post. Pure.
//!
//! The rules, in the order in which they decide:
//! 1. A code that has a name decides, whatever the HTTP status beside it.
//! 2. A network's own object is the only evidence about that network.
//! 3. Success is HTTP 200 *and* `status: success`, about this post, contradicted by nothing.
//! 4. What is left is judged by its HTTP status.
//!
//! `statement.rs` applies them to what an object says, `networks.rs` reads what it says of each network,
//! `bulk.rs` finds the objects about each post.

mod bulk;
mod errors;
mod networks;
mod statement;

use serde::Serialize;

use self::bulk::read_bulk;
use self::networks::lists;
use self::statement::{Judgement, Statement};
use crate::ayrshare::request::{DeleteRequest, Kind};
use crate::engine::json::{self, Json};
use crate::engine::operation::{self, Reading, Wire};
use crate::engine::retry::Happened;
use crate::model::{ErrorKind, PostId};
use crate::model::{Fate, Provider};

/// Members that a request doesn't need are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a PostId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bulk: Option<&'a [PostId]>,
    #[serde(skip_serializing_if = "is_false")]
    delete_all_scheduled: bool,
    #[serde(skip_serializing_if = "is_false")]
    mark_manual_deleted: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

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
        let names_one = matches!(self.kind, Kind::ById | Kind::MarkManualDeleted);
        operation::to_json(&Body {
            id: open.first().filter(|_| names_one),
            bulk: (self.kind == Kind::Bulk).then_some(open),
            delete_all_scheduled: self.kind == Kind::AllScheduled,
            mark_manual_deleted: self.kind == Kind::MarkManualDeleted,
        })
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
fn read_one(asked: &PostId, http_status: u16, json: &Json<'_>, done: &Fate) -> Reading {
    let Some(statement) = Statement::about(asked, json) else {
        return Reading::by_status(http_status, 1);
    };
    let about_another = statement.is_about_another_than(asked);
    let otherwise = statement.failure(ErrorKind::UnexpectedResponse, http_status);
    let throttled_by_network = statement.is_throttled_by_network();
    match statement.judge(http_status, done) {
        Judgement::Request(reading) => reading,
        Judgement::Post(..) if about_another => Reading {
            failure: Some(otherwise),
            ..Reading::silent(Happened::Answered, 1)
        },
        Judgement::Post(reading, failure) => Reading {
            failure,
            posts: vec![Some(reading)],
            throttled_by_network,
            ..Reading::silent(Happened::Answered, 0)
        },
    }
}

/// The answer to `deleteAllScheduled`, of which only the status is known. A failure anywhere in it
/// is a failure.
fn read_all_scheduled(http_status: u16, json: &Json<'_>) -> Reading {
    let Some(members) = json.as_object() else {
        return Reading::by_status(http_status, 0);
    };
    let failed = lists(members).find_map(|(_, items)| Statement::failed(items));
    let failed = failed
        .filter(|_| http_status == 200)
        .map(|it| it.failure(ErrorKind::Partial, http_status));
    let listed = lists(members).flat_map(|(_, items)| items);
    let listed: Vec<_> = listed.filter_map(Json::as_object).collect();
    let statement = match (Statement::of(members), listed.as_slice()) {
        (outer, [only]) if !outer.says_anything() => outer.around(Statement::of(only)),
        (outer, _) => outer,
    };
    let touched_nothing = !statement.has_code() || statement.refuses_whole_request(http_status);
    match statement.judge(http_status, &Fate::Deleted) {
        Judgement::Request(reading) => Reading {
            happened: match reading.happened {
                // Refused half-way, it may have deleted some; so may one that a network's limit ended.
                Happened::Refused { .. } if !touched_nothing => Happened::Foreign,
                Happened::Throttled if http_status != 429 => Happened::Foreign,
                happened => happened,
            },
            posts: Vec::new(),
            ..reading
        },
        Judgement::Post(post, failure) => {
            let happened = match post.fate {
                // A status that isn't documented leaves open what was done.
                Fate::Uncertain(_) if failed.is_none() => Happened::Foreign,
                _ => Happened::Answered,
            };
            Reading {
                failure: match post.fate {
                    Fate::Deleted | Fate::Uncertain(_) => failed.or(failure),
                    _ => failure,
                },
                ..Reading::silent(happened, 0)
            }
        }
    }
}

#[cfg(test)]
mod tests;
