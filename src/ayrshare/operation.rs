//! How a request is encoded, and which decoder reads its answer.

use serde::Serialize;

use super::decode::{decode_all_scheduled, decode_bulk, decode_one};
use super::request::{DeleteRequest, Kind};
use crate::engine::json::{self, Json};
use crate::engine::operation::{AttemptKind, Operation, Reading, to_json};
use crate::model::{Fate, PostId, Provider};

impl Operation for DeleteRequest {
    const PROVIDER: Provider = Provider::Ayrshare;

    fn posts(&self) -> &[PostId] {
        &self.ids
    }

    fn is_about_one_post(&self) -> bool {
        matches!(self.kind, Kind::ById | Kind::MarkManualDeleted)
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

    fn encode(&self, open: &[PostId]) -> Vec<u8> {
        to_json(&Body {
            id: open.first().filter(|_| self.is_about_one_post()),
            bulk: (self.kind == Kind::Bulk).then_some(open),
            delete_all_scheduled: self.kind == Kind::AllScheduled,
            mark_manual_deleted: self.kind == Kind::MarkManualDeleted,
        })
    }

    fn decode(&self, open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
        let json = match json::parse(body) {
            Some(json @ (Json::Object(_) | Json::List(_))) if !matches!(http_status, 300..=399) => {
                json
            }
            Some(_) => return Reading::by_status(http_status),
            None => return Reading::unreadable(http_status, body),
        };
        match (self.kind, open) {
            (Kind::Bulk, _) => decode_bulk(open, http_status, &json),
            (Kind::AllScheduled, _) => decode_all_scheduled(http_status, &json),
            (Kind::ById | Kind::MarkManualDeleted, [id]) => {
                decode_one(id, http_status, &json, &self.done())
            }
            _ => Reading::silent(AttemptKind::Foreign, None),
        }
    }
}

/// The JSON of a request. Members that the request doesn't need are left out.
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

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(flag: &bool) -> bool {
    !flag
}
