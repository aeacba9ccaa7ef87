use serde_json::{Value, json};

use crate::mock::reply::Reply;

/// The HTTP status and the JSON of an answer about a post or about the whole request.
pub(super) struct Answer {
    pub(super) http: u16,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn success() -> Self {
        Self {
            http: 200,
            body: json!({ "status": "success" }),
        }
    }

    pub(super) fn refusal(http: u16, code: u16, message: &str) -> Self {
        let body =
            json!({ "action": "delete", "status": "error", "code": code, "message": message });
        Self { http, body }
    }

    pub(super) fn about(self, id: &str) -> Self {
        self.with("id", id)
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Some(members) = self.body.as_object_mut() {
            members.insert(name.into(), value.into());
        }
        self
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::json(answer.http, &answer.body)
    }
}
