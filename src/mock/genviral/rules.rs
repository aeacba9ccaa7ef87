use std::{
    collections::{BTreeSet, VecDeque},
    time::Instant,
};

use serde_json::{Map, Value, json};

use super::{
    id_spelling::IdSpelling,
    posts::{Post, Posts, canonical, is_uuid},
    rest_of_batch::RestOfBatch,
};
use crate::mock::{reply::Reply, request::Request, router};

const DELETABLE: [&str; 5] = ["draft", "pending", "scheduled", "retry", "failed"];
const MOST_IDS: usize = 50;

pub(super) struct Rules {
    /// `None` after the key is revoked.
    pub(super) api_key: Option<String>,
    pub(super) posts: Posts,
    pub(super) takes_only_uuids: bool,
    pub(super) id_spelling: IdSpelling,
    /// The next batches that end early, in order.
    pub(super) breakdowns: VecDeque<Breakdown>,
}

/// An unexpected failure in the middle of a batch.
pub(super) struct Breakdown {
    /// How many ids are handled before it.
    pub(super) after: usize,
    pub(super) rest: RestOfBatch,
}

impl Rules {
    pub(super) fn new(api_key: &str) -> Self {
        Self {
            api_key: Some(api_key.into()),
            posts: Posts::default(),
            takes_only_uuids: false,
            id_spelling: IdSpelling::default(),
            breakdowns: VecDeque::new(),
        }
    }
}

impl router::Rules for Rules {
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/api/partner/v1/posts/delete";

    fn answer(&mut self, request: &Request, _now: Instant) -> Reply {
        match self
            .authenticate(request)
            .and_then(|()| self.ids_of(request))
        {
            Ok(ids) => self.delete(&ids),
            Err(refusal) => refusal,
        }
    }

    fn names_post(request: &Request, id: &str) -> bool {
        let ids = listed_ids(request).unwrap_or_default();
        ids.iter().any(|named| canonical(named) == canonical(id))
    }
}

impl Rules {
    fn authenticate(&self, request: &Request) -> Result<(), Reply> {
        if self.api_key.is_none() || request.bearer() != self.api_key.as_deref() {
            return Err(refusal(401, "invalid_token", "this API key isn't valid"));
        }
        Ok(())
    }

    /// The ids of a request without repetitions, in the order given.
    fn ids_of(&self, request: &Request) -> Result<Vec<String>, Reply> {
        let mut ids = listed_ids(request)?;
        if self.takes_only_uuids && !ids.iter().all(|id| is_uuid(id)) {
            let message = "postIds has an id that isn't a UUID";
            return Err(refusal(422, "invalid_payload", message));
        }
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(canonical(id).into_owned()));
        Ok(ids)
    }

    fn delete(&mut self, ids: &[String]) -> Reply {
        let mut lists = Lists::default();
        let Some(Breakdown { after, rest }) = self.breakdowns.pop_front() else {
            for id in ids {
                self.delete_one(id, &mut lists);
            }
            let answer = json!({ "ok": true, "code": 200, "message": "handled" });
            return lists.reply(200, answer);
        };
        let (handled, unhandled) = ids.split_at(after.min(ids.len()));
        for id in handled {
            self.delete_one(id, &mut lists);
        }
        if rest == RestOfBatch::InErrors {
            let errors = unhandled
                .iter()
                .map(|id| (self.spell(id), "not handled".into()));
            lists.errors.extend(errors);
        }
        let answer = failure(500, "bulk_delete_failed", "the batch ended early");
        lists.reply(500, answer)
    }

    fn delete_one(&mut self, id: &str, lists: &mut Lists) {
        let spelled = self.spell(id);
        match self.posts.get(id).filter(|post| post.in_scope) {
            None => lists.skipped.push(spelled),
            Some(post) if !DELETABLE.contains(&post.status.as_str()) => {
                let blocked = json!({ "id": spelled, "status": post.status });
                lists.blocked.push(blocked);
            }
            Some(Post {
                failure: Some(message),
                ..
            }) => {
                lists.errors.insert(spelled, message.as_str().into());
            }
            Some(_) => {
                self.posts.remove(id);
                lists.deleted.push(spelled);
            }
        }
    }

    fn spell(&self, id: &str) -> String {
        match self.id_spelling {
            IdSpelling::AsSent => id.into(),
            IdSpelling::LowerCase => canonical(id).into_owned(),
        }
    }
}

/// What an answer says of each post.
#[derive(Default)]
struct Lists {
    deleted: Vec<String>,
    blocked: Vec<Value>,
    skipped: Vec<String>,
    errors: Map<String, Value>,
}

impl Lists {
    /// The answer with these lists as its `data`. It has `errors` only if there are any.
    fn reply(self, status: u16, mut answer: Value) -> Reply {
        let mut data = json!({
            "deletedIds": self.deleted, "blockedStatuses": self.blocked, "skipped": self.skipped,
        });
        if let (Some(members), false) = (data.as_object_mut(), self.errors.is_empty()) {
            members.insert("errors".into(), self.errors.into());
        }
        if let Some(members) = answer.as_object_mut() {
            members.insert("data".into(), data);
        }
        Reply::json(status, &answer)
    }
}

/// The ids of a request as they are listed, with repetitions. The limit counts the repetitions.
fn listed_ids(request: &Request) -> Result<Vec<String>, Reply> {
    let body: Value = serde_json::from_str(request.body())
        .map_err(|_| refusal(400, "invalid_json", "the body isn't JSON"))?;
    let listed = body
        .get("postIds")
        .or_else(|| body.get("post_ids"))
        .and_then(Value::as_array);
    let ids = listed.and_then(|ids| ids.iter().map(|id| Some(id.as_str()?.to_owned())).collect());
    let ids: Vec<_> = ids.unwrap_or_default();
    match ids.len() {
        0 => Err(refusal(
            422,
            "invalid_payload",
            "postIds must be a list of at least one string",
        )),
        1..=MOST_IDS => Ok(ids),
        _ => Err(refusal(
            400,
            "too_many_post_ids",
            "no more than 50 posts can be deleted at once",
        )),
    }
}

fn refusal(status: u16, name: &str, message: &str) -> Reply {
    Reply::json(status, &failure(status, name, message))
}

fn failure(status: u16, name: &str, message: &str) -> Value {
    json!({ "ok": false, "code": status, "message": message, "error_code": name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::router::Rules as _;

    const KEY: (&str, &str) = ("authorization", "Bearer key");
    const LOWER: &str = "0f4f54d4-8cce-4fb7-8c7b-befbcb8af812";
    const UPPER: &str = "0F4F54D4-8CCE-4FB7-8C7B-BEFBCB8AF812";

    fn ask(rules: &mut Rules, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        #[allow(clippy::disallowed_methods, reason = "any instant will do")]
        let now = Instant::now();
        rules
            .answer(&Request::new("POST", Rules::PATH, headers, body), now)
            .parts()
    }

    fn failing(status: &str) -> Post {
        Post {
            failure: Some("locked".into()),
            ..Post::in_scope(status)
        }
    }

    fn out_of_scope(status: &str) -> Post {
        Post {
            in_scope: false,
            ..Post::in_scope(status)
        }
    }

    #[test]
    fn each_distinct_id_is_in_exactly_one_list_in_the_order_of_the_request() {
        let mut rules = Rules::new("key");
        rules.posts.insert("b", Post::in_scope("scheduled"));
        rules.posts.insert("a", Post::in_scope("draft"));
        rules.posts.insert("c", Post::in_scope("posted"));
        rules.posts.insert("d", out_of_scope("draft"));
        rules.posts.insert("e", failing("retry"));
        let body = json!({ "post_ids": ["b", "e", "a", "b", "c", "d", "f"] }).to_string();

        let (http, answer) = ask(&mut rules, &[KEY], &body);

        let blocked = json!([{ "id": "c", "status": "posted" }]);
        let expected = json!({
            "deletedIds": ["b", "a"], "blockedStatuses": blocked, "skipped": ["d", "f"], "errors": { "e": "locked" },
        });
        assert_eq!((http, &answer["data"]), (200, &expected));
        assert_eq!(rules.posts.ids(), ["c", "d", "e"]);
        assert_eq!(
            ask(&mut rules, &[KEY], r#"{"postIds":["a"]}"#).1["data"].get("errors"),
            None
        );
    }

    #[test]
    fn a_refused_request_gets_the_error_code_and_deletes_nothing() {
        let list = |length: usize| {
            json!({ "postIds": (0..length).map(|n| n.to_string()).collect::<Vec<_>>() }).to_string()
        };
        // The limit counts ids as they are supplied, before repetitions are removed.
        let repeated = json!({ "postIds": vec!["1"; 51] }).to_string();
        let mut rules = Rules::new("key");
        rules.posts.insert("1", Post::in_scope("draft"));
        let cases: [(&[_], &str, _, _); 9] = [
            (&[], &list(2), 401, "invalid_token"),
            (
                &[("authorization", "Bearer other")],
                &list(2),
                401,
                "invalid_token",
            ),
            (&[KEY], "{", 400, "invalid_json"),
            (&[KEY], "{}", 422, "invalid_payload"),
            (&[KEY], r#"{"postIds":[]}"#, 422, "invalid_payload"),
            (&[KEY], r#"{"postIds":"1"}"#, 422, "invalid_payload"),
            (&[KEY], r#"{"postIds":["1",2]}"#, 422, "invalid_payload"),
            (&[KEY], &list(51), 400, "too_many_post_ids"),
            (&[KEY], &repeated, 400, "too_many_post_ids"),
        ];
        for (headers, body, status, name) in cases {
            let (http, answer) = ask(&mut rules, headers, body);
            assert_eq!(
                (http, &answer["code"], &answer["error_code"]),
                (status, &json!(status), &json!(name)),
                "{body}"
            );
            assert_eq!(rules.posts.ids(), ["1"], "{body}");
        }
        assert_eq!(ask(&mut rules, &[KEY], &list(50)).0, 200);
    }

    #[test]
    fn strict_ids_refuse_a_whole_request_for_one_id_that_is_not_a_uuid() {
        let mut rules = Rules::new("key");
        rules.takes_only_uuids = true;
        rules.posts.insert(LOWER, Post::in_scope("draft"));

        let body = json!({ "postIds": [LOWER, "post-1"] }).to_string();
        let (http, answer) = ask(&mut rules, &[KEY], &body);

        assert_eq!(
            (http, &answer["error_code"]),
            (422, &json!("invalid_payload"))
        );
        assert_eq!(rules.posts.ids(), [LOWER]);
        let body = json!({ "postIds": [LOWER] }).to_string();
        assert_eq!(ask(&mut rules, &[KEY], &body).0, 200);
    }

    #[test]
    fn a_uuid_is_one_post_in_either_case_and_other_ids_differ_by_case() {
        let body = json!({ "postIds": [UPPER, LOWER, "POST-1"] }).to_string();
        for (id_spelling, id) in [(IdSpelling::AsSent, UPPER), (IdSpelling::LowerCase, LOWER)] {
            let mut rules = Rules::new("key");
            rules.id_spelling = id_spelling;
            rules.posts.insert(LOWER, Post::in_scope("draft"));
            rules.posts.insert("post-1", Post::in_scope("draft"));

            let (_, answer) = ask(&mut rules, &[KEY], &body);

            let expected =
                json!({ "deletedIds": [id], "blockedStatuses": [], "skipped": ["POST-1"] });
            assert_eq!(answer["data"], expected);
            assert_eq!(rules.posts.ids(), ["post-1"]);
        }
        let body = json!({ "postIds": [UPPER, "POST-1"] }).to_string();
        let request = Request::new("POST", Rules::PATH, &[], &body);
        assert!(Rules::names_post(&request, LOWER));
        assert!(!Rules::names_post(&request, "post-1"));
    }

    #[test]
    fn a_batch_that_ends_early_reports_what_it_handled_and_keeps_the_rest() {
        let body = r#"{"postIds":["a","b","c","d"]}"#;
        let open = json!({ "c": "not handled", "d": "not handled" });
        let rests = [
            (RestOfBatch::Unmentioned, None),
            (RestOfBatch::InErrors, Some(&open)),
        ];
        for (rest, errors) in rests {
            let mut rules = Rules::new("key");
            for id in ["b", "c", "d"] {
                rules.posts.insert(id, Post::in_scope("draft"));
            }
            rules.breakdowns.push_back(Breakdown { after: 2, rest });

            // A request that is refused doesn't use the failure up.
            assert_eq!(ask(&mut rules, &[KEY], "{}").0, 422);
            let (http, answer) = ask(&mut rules, &[KEY], body);

            assert_eq!((http, &answer["ok"]), (500, &json!(false)));
            assert_eq!(answer["error_code"], "bulk_delete_failed");
            let data = &answer["data"];
            assert_eq!(
                (&data["deletedIds"], &data["skipped"]),
                (&json!(["b"]), &json!(["a"]))
            );
            assert_eq!(data.get("errors"), errors);
            assert_eq!(rules.posts.ids(), ["c", "d"]);
            assert_eq!(ask(&mut rules, &[KEY], body).0, 200);
        }
    }
}
