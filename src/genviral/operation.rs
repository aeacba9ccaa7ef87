//! How a request is encoded, and which decoder reads its answer.

use serde::Serialize;

use super::decode::decode;
use super::request::DeleteRequest;
use crate::engine::operation::{Operation, Reading, to_json};
use crate::model::{Fate, PostId, Provider};

impl Operation for DeleteRequest {
    const PROVIDER: Provider = Provider::Genviral;

    fn posts(&self) -> &[PostId] {
        &self.ids
    }

    fn is_about_one_post(&self) -> bool {
        self.is_about_one_post
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn done(&self) -> Fate {
        Fate::Deleted
    }

    fn encode(&self, open: &[PostId]) -> Vec<u8> {
        to_json(&Body { post_ids: open })
    }

    fn decode(&self, open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
        decode(open, http_status, body)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    post_ids: &'a [PostId],
}
