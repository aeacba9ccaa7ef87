use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use serde_json::{Map, Value, json};

use crate::mock::{reply::Reply, request::Request, router};

const DELETABLE: [&str; 5] = ["draft", "pending", "scheduled", "retry", "failed"];
const MOST_IDS: usize = 50;

pub(super) struct Rules {
    /// `None` after the key is revoked.
    pub(super) api_key: Option<String>,
    /// The posts that still exist. The answers don't tell a deleted post from one that never existed.
    pub(super) posts: BTreeMap<String, Post>,
}

pub(super) struct Post {
    pub(super) status: String,
    pub(super) in_scope: bool,
    /// The error message if deleting the post fails.
    pub(super) failure: Option<String>,
}

impl Rules {
    pub(super) fn new(api_key: &str) -> Self {
        Self {
            api_key: Some(api_key.into()),
            posts: BTreeMap::new(),
        }
    }
}

impl router::Rules for Rules {
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/api/partner/v1/posts/delete";

    fn answer(&mut self, request: &Request, _now: Instant) -> Reply {
        match self.authenticate(request).and_then(|()| ids_of(request)) {
            Ok(ids) => self.delete(&ids),
            Err(refusal) => refusal,
        }
    }

    fn names_post(request: &Request, id: &str) -> bool {
        ids_of(request).is_ok_and(|ids| ids.iter().any(|named| named == id))
    }
}

impl Rules {
    fn authenticate(&self, request: &Request) -> Result<(), Reply> {
        if self.api_key.is_none() || request.bearer() != self.api_key.as_deref() {
            return Err(refusal(401, "invalid_token", "this API key isn't valid"));
        }
        Ok(())
    }

    fn delete(&mut self, ids: &[String]) -> Reply {
        let (mut deleted, mut blocked, mut skipped, mut errors) =
            (vec![], vec![], vec![], Map::new());
        for id in ids {
            match self.posts.get(id).filter(|post| post.in_scope) {
                None => skipped.push(id),
                Some(post) if !DELETABLE.contains(&post.status.as_str()) => {
                    blocked.push(json!({ "id": id, "status": post.status }));
                }
                Some(Post {
                    failure: Some(message),
                    ..
                }) => {
                    errors.insert(id.clone(), message.as_str().into());
                }
                Some(_) => {
                    self.posts.remove(id);
                    deleted.push(id);
                }
            }
        }
        let mut data =
            json!({ "deletedIds": deleted, "blockedStatuses": blocked, "skipped": skipped });
        if let (Some(members), false) = (data.as_object_mut(), errors.is_empty()) {
            members.insert("errors".into(), errors.into());
        }
        Reply::json(
            200,
            &json!({ "ok": true, "code": 200, "message": "handled", "data": data }),
        )
    }
}

/// The distinct ids of a request, in the order given.
fn ids_of(request: &Request) -> Result<Vec<String>, Reply> {
    let body: Value = serde_json::from_str(request.body())
        .map_err(|_| refusal(400, "invalid_json", "the body isn't JSON"))?;
    let listed = body
        .get("postIds")
        .or_else(|| body.get("post_ids"))
        .and_then(Value::as_array);
    let ids: Option<Vec<_>> = listed.and_then(|ids| ids.iter().map(Value::as_str).collect());
    let mut seen = BTreeSet::new();
    let distinct: Vec<_> = ids
        .unwrap_or_default()
        .into_iter()
        .filter(|id| seen.insert(*id))
        .map(ToOwned::to_owned)
        .collect();
    match distinct.len() {
        0 => Err(refusal(
            422,
            "invalid_payload",
            "postIds must be a list of at least one string",
        )),
        1..=MOST_IDS => Ok(distinct),
        _ => Err(refusal(
            400,
            "too_many_post_ids",
            "no more than 50 posts can be deleted at once",
        )),
    }
}

fn refusal(status: u16, name: &str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "ok": false, "code": status, "message": message, "error_code": name }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::router::Rules as _;

    const KEY: (&str, &str) = ("authorization", "Bearer key");

    fn ask(rules: &mut Rules, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        #[allow(clippy::disallowed_methods, reason = "any instant will do")]
        let now = Instant::now();
        rules
            .answer(&Request::new("POST", Rules::PATH, headers, body), now)
            .parts()
    }

    #[test]
    fn each_distinct_id_is_in_exactly_one_list_in_the_order_of_the_request() {
        let mut rules = Rules::new("key");
        let post = |status: &str| Post {
            status: status.into(),
            in_scope: true,
            failure: None,
        };
        rules.posts.extend([
            ("b".into(), post("scheduled")),
            ("a".into(), post("draft")),
            ("c".into(), post("posted")),
        ]);
        rules.posts.insert(
            "d".into(),
            Post {
                in_scope: false,
                ..post("draft")
            },
        );
        rules.posts.insert(
            "e".into(),
            Post {
                failure: Some("locked".into()),
                ..post("retry")
            },
        );
        let body = json!({ "post_ids": ["b", "e", "a", "b", "c", "d", "f"] }).to_string();

        let (http, answer) = ask(&mut rules, &[KEY], &body);

        let blocked = json!([{ "id": "c", "status": "posted" }]);
        let expected = json!({
            "deletedIds": ["b", "a"], "blockedStatuses": blocked, "skipped": ["d", "f"], "errors": { "e": "locked" },
        });
        assert_eq!((http, &answer["data"]), (200, &expected));
        assert_eq!(rules.posts.keys().collect::<Vec<_>>(), ["c", "d", "e"]);
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
        let mut rules = Rules::new("key");
        rules.posts.insert(
            "1".into(),
            Post {
                status: "draft".into(),
                in_scope: true,
                failure: None,
            },
        );
        let cases: [(&[_], &str, _, _); 8] = [
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
        ];
        for (headers, body, status, name) in cases {
            let (http, answer) = ask(&mut rules, headers, body);
            assert_eq!(
                (http, &answer["code"], &answer["error_code"]),
                (status, &json!(status), &json!(name)),
                "{body}"
            );
            assert_eq!(rules.posts.len(), 1, "{body}");
        }
        assert_eq!(ask(&mut rules, &[KEY], &list(50)).0, 200);
    }
}
