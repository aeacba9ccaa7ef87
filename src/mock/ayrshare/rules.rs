use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    answer::Answer,
    bulk_shape::BulkShape,
    posts::{Caller, Posts, XKeys},
    target::Target,
    window::Windows,
};
use crate::mock::{reply::Reply, request::Request, router};

const X_API_KEY: &str = "x-twitter-oauth1-api-key";
const X_API_SECRET: &str = "x-twitter-oauth1-api-secret";

pub(super) struct Rules {
    /// `None` after the key is revoked.
    pub(super) api_key: Option<String>,
    pub(super) x_keys: (String, String),
    pub(super) profiles: BTreeSet<String>,
    pub(super) posts: Posts,
    /// Ids that the mock doesn't take for ids at all.
    pub(super) malformed: BTreeSet<String>,
    pub(super) windows: Windows,
    pub(super) bulk_shape: BulkShape,
}

impl Rules {
    pub(super) fn new(api_key: &str, x_key: &str, x_secret: &str) -> Self {
        Self {
            api_key: Some(api_key.into()),
            x_keys: (x_key.into(), x_secret.into()),
            profiles: BTreeSet::new(),
            posts: Posts::default(),
            malformed: BTreeSet::new(),
            windows: Windows::new(300, Duration::from_secs(300)),
            bulk_shape: BulkShape::default(),
        }
    }
}

impl router::Rules for Rules {
    const METHOD: &'static str = "DELETE";
    const PATH: &'static str = "/api/post";

    fn answer(&mut self, request: &Request, now: Instant) -> Reply {
        let profile = match self.authenticate(request) {
            Ok(profile) => profile,
            Err(refusal) => return refusal.into(),
        };
        let admission = self.windows.admit(profile.clone(), now);
        let answer = if admission.is_admitted {
            self.carry_out(request, profile)
                .unwrap_or_else(|refusal| refusal)
        } else {
            let body = json!({ "status": "error", "message": "too many requests in this window" });
            Answer { http: 429, body }
        };
        Reply::from(answer)
            .header("x-ratelimit-max", &admission.limit.to_string())
            .header("x-ratelimit-count", &admission.used.to_string())
    }

    fn names_post(request: &Request, id: &str) -> bool {
        let body: Value = serde_json::from_str(request.body()).unwrap_or_default();
        Target::of(&body).is_some_and(|target| target.ids().contains(&id))
    }
}

impl Rules {
    /// Checks the keys of a request. Returns its profile, which is `None` for the primary profile.
    fn authenticate(&self, request: &Request) -> Result<Option<String>, Answer> {
        if self.api_key.is_none() || request.bearer() != self.api_key.as_deref() {
            return Err(Answer::refusal(401, 102, "this API key isn't valid"));
        }
        match request.profile_key() {
            Some(key) if key.is_empty() || !self.profiles.contains(key) => {
                Err(Answer::refusal(403, 144, "no profile has this key"))
            }
            key => Ok(key.map(Into::into)),
        }
    }

    fn carry_out(&mut self, request: &Request, profile: Option<String>) -> Result<Answer, Answer> {
        let missing = || Answer::refusal(400, 101, "the body names no post in JSON");
        let body: Value = serde_json::from_str(request.body()).map_err(|_| missing())?;
        let caller = Caller {
            profile,
            x_keys: self.check_x_keys(request)?,
            mark_manual_deleted: body.get("markManualDeleted") == Some(&Value::Bool(true)),
        };
        let target = Target::of(&body).ok_or_else(missing)?;
        if target.ids().iter().any(|id| self.is_malformed(id)) {
            return Err(Answer::refusal(400, 101, "the body has a malformed id"));
        }
        Ok(match target {
            Target::AllScheduled => {
                self.posts.delete_all_scheduled(&caller);
                Answer::success()
            }
            Target::One(id) => self.posts.delete(&caller, id),
            Target::Many(ids) => self.delete_each(&caller, &ids),
        })
    }

    fn is_malformed(&self, id: &str) -> bool {
        id.trim().is_empty() || self.malformed.contains(id)
    }

    fn check_x_keys(&self, request: &Request) -> Result<XKeys, Answer> {
        let given = |name| request.header(name).filter(|value| !value.is_empty());
        let lacks = |header| Answer::refusal(400, 400, &format!("the header {header} is missing"));
        match (given(X_API_KEY), given(X_API_SECRET)) {
            (None, None) => Ok(XKeys::Missing),
            (Some(_), None) => Err(lacks(X_API_SECRET)),
            (None, Some(_)) => Err(lacks(X_API_KEY)),
            (Some(key), Some(secret)) if (key, secret) == (&self.x_keys.0, &self.x_keys.1) => {
                Ok(XKeys::Right)
            }
            _ => Ok(XKeys::Wrong),
        }
    }

    fn delete_each(&mut self, caller: &Caller, ids: &[&str]) -> Answer {
        let mut seen = BTreeSet::new();
        let distinct = ids.iter().filter(|id| seen.insert(**id));
        let answers: Vec<_> = distinct
            .map(|id| (*id, self.posts.delete(caller, id).about(id)))
            .collect();

        let is_any_refused = answers.iter().any(|(_, answer)| answer.http != 200);
        let status = if is_any_refused { "error" } else { "success" };
        let each = answers.into_iter().map(|(id, answer)| (id, answer.body));
        let body = match self.bulk_shape {
            BulkShape::Array => each.map(|(_, body)| body).collect(),
            BulkShape::Posts => {
                let posts: Value = each.map(|(_, body)| body).collect();
                json!({ "status": status, "posts": posts })
            }
            BulkShape::ById => each.chain([("status", status.into())]).collect(),
            BulkShape::BareStatus => json!({ "status": status }),
        };
        Answer { http: 200, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::{
        ayrshare::{post_state::PostState, posts::Stage},
        router::Rules as _,
    };

    const KEY: (&str, &str) = ("authorization", "Bearer key");

    /// Rules with two scheduled posts: `post-1` of the primary profile, and `post-2` of the profile `tenant`.
    fn rules() -> Rules {
        let mut rules = Rules::new("key", "x-key", "x-secret");
        rules.profiles.insert("tenant".into());
        rules
            .posts
            .seed("post-1".into(), None, Stage::Scheduled, Vec::new());
        rules.posts.seed(
            "post-2".into(),
            Some("tenant".into()),
            Stage::Scheduled,
            Vec::new(),
        );
        rules
    }

    fn ask(rules: &mut Rules, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        reply(rules, headers, body).parts()
    }

    fn refusal(rules: &mut Rules, headers: &[(&str, &str)], body: &Value) -> (u16, Option<u64>) {
        let (http, body) = ask(rules, headers, body);
        (http, body["code"].as_u64())
    }

    fn reply(rules: &mut Rules, headers: &[(&str, &str)], body: &Value) -> Reply {
        let request = Request::new("DELETE", Rules::PATH, headers, &body.to_string());
        #[allow(clippy::disallowed_methods, reason = "any instant will do")]
        let now = Instant::now();
        rules.answer(&request, now)
    }

    #[test]
    fn an_unknown_key_or_profile_and_an_empty_one_are_refused_before_anything_else() {
        let mut rules = rules();
        rules.profiles.insert(String::new());
        let body = json!({ "id": "post-1" });

        assert_eq!(refusal(&mut rules, &[], &body), (401, Some(102)));
        assert_eq!(
            refusal(&mut rules, &[("authorization", "Bearer other")], &body),
            (401, Some(102))
        );
        assert_eq!(
            refusal(&mut rules, &[KEY, ("profile-key", "")], &body),
            (403, Some(144))
        );
        assert_eq!(
            refusal(&mut rules, &[KEY, ("profile-key", "other")], &body),
            (403, Some(144))
        );
        assert_eq!(
            refusal(&mut rules, &[KEY, ("profile-key", "tenant")], &body),
            (400, Some(114))
        );
        assert_eq!(rules.posts.remaining(), ["post-1", "post-2"]);
    }

    #[test]
    fn a_mock_whose_key_was_revoked_accepts_no_request() {
        let mut rules = rules();
        rules.api_key = None;
        assert_eq!(
            refusal(&mut rules, &[], &json!({ "id": "post-1" })),
            (401, Some(102))
        );
        assert_eq!(
            refusal(&mut rules, &[KEY], &json!({ "id": "post-1" })),
            (401, Some(102))
        );
    }

    #[test]
    fn one_x_api_key_alone_is_refused_and_the_answer_names_the_missing_header() {
        for (given, absent) in [(X_API_KEY, X_API_SECRET), (X_API_SECRET, X_API_KEY)] {
            let (http, body) = ask(
                &mut rules(),
                &[KEY, (given, "x")],
                &json!({ "id": "post-1" }),
            );
            assert_eq!((http, &body["code"]), (400, &json!(400)));
            assert!(body["message"].as_str().unwrap().contains(absent), "{body}");
        }
    }

    #[test]
    fn a_body_that_names_no_post_is_refused() {
        for body in [
            json!([]),
            json!({}),
            json!({ "id": " " }),
            json!({ "id": 1 }),
            json!({ "bulk": [] }),
            json!({ "bulk": ["post-1", 1] }),
            json!({ "deleteAllScheduled": "true" }),
        ] {
            assert_eq!(
                refusal(&mut rules(), &[KEY], &body),
                (400, Some(101)),
                "{body}"
            );
        }
    }

    #[test]
    fn delete_all_scheduled_spares_other_profiles_and_published_posts_and_ignores_the_rest_of_the_body()
     {
        let mut rules = rules();
        rules.posts.seed(
            "post-3".into(),
            None,
            Stage::Published,
            vec!["bluesky".into()],
        );

        let answer = ask(
            &mut rules,
            &[KEY],
            &json!({ "deleteAllScheduled": true, "id": "post-3" }),
        );

        assert_eq!(answer, (200, json!({ "status": "success" })));
        assert_eq!(rules.posts.remaining(), ["post-2", "post-3"]);
    }

    #[test]
    fn bulk_answers_for_each_post_as_its_own_request_would_in_the_chosen_shape() {
        let body = json!({ "bulk": ["post-1", "post-2", "post-1"] });
        let shapes = [
            (BulkShape::Array, "/0", "/1"),
            (BulkShape::Posts, "/posts/0", "/posts/1"),
            (BulkShape::ById, "/post-1", "/post-2"),
        ];
        for (shape, first, second) in shapes {
            let mut rules = rules();
            rules.bulk_shape = shape;
            let (http, answer) = ask(&mut rules, &[KEY], &body);
            assert_eq!(
                (http, answer.pointer(first)),
                (200, Some(&json!({ "status": "success", "id": "post-1" })))
            );
            assert_eq!(answer.pointer(second).unwrap()["code"], 114, "{answer}");
        }
        let mut rules = rules();
        rules.bulk_shape = BulkShape::BareStatus;
        assert_eq!(
            ask(&mut rules, &[KEY], &body),
            (200, json!({ "status": "error" }))
        );
    }

    #[test]
    fn one_malformed_id_refuses_the_whole_request_and_deletes_nothing() {
        let mut rules = rules();
        rules.malformed.insert("post-7".into());

        for ids in [["post-1", "post-7"], ["", "post-1"]] {
            let bulk = refusal(&mut rules, &[KEY], &json!({ "bulk": ids }));
            assert_eq!(bulk, (400, Some(101)), "{ids:?}");
        }
        let alone = refusal(&mut rules, &[KEY], &json!({ "id": "post-7" }));
        assert_eq!(alone, (400, Some(101)));
        assert_eq!(rules.posts.remaining(), ["post-1", "post-2"]);
    }

    #[test]
    fn a_bulk_request_marks_each_post_that_was_removed_by_hand() {
        let mut rules = rules();
        let networks = || vec!["instagram".into()];
        for id in ["post-3", "post-4"] {
            rules
                .posts
                .seed(id.into(), None, Stage::Published, networks());
        }
        rules.posts.remove_by_hand("post-3");

        let body = json!({ "bulk": ["post-3", "post-4"], "markManualDeleted": true });
        let (http, answer) = ask(&mut rules, &[KEY], &body);

        assert_eq!(
            (http, &answer[0]),
            (200, &json!({ "status": "success", "id": "post-3" }))
        );
        assert_eq!(answer[1]["code"], 382);
        assert_eq!(rules.posts.state("post-3"), Some(PostState::MarkedDeleted));
        let networks = networks();
        assert_eq!(
            rules.posts.state("post-4"),
            Some(PostState::Published { networks })
        );
    }

    #[test]
    fn a_request_names_the_posts_that_it_is_carried_out_for() {
        let names = |body: Value| {
            let request = Request::new("DELETE", Rules::PATH, &[], &body.to_string());
            Rules::names_post(&request, "post-1")
        };
        assert!(names(json!({ "id": "post-1" })));
        assert!(names(json!({ "bulk": ["post-2", "post-1"] })));
        assert!(names(json!({ "id": "post-1", "bulk": ["post-2"] })));
        assert!(!names(json!({ "id": "post-2", "bulk": ["post-1"] })));
        assert!(!names(
            json!({ "deleteAllScheduled": true, "id": "post-1" })
        ));
    }

    #[test]
    fn a_request_beyond_the_window_gets_429_and_deletes_nothing_and_every_answer_has_the_count() {
        let mut rules = rules();
        rules.windows = Windows::new(1, Duration::from_secs(300));
        let status_and_count = |reply: &Reply| {
            let expected = [("x-ratelimit-max", "1"), ("x-ratelimit-count", "1")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
            let has_count = expected.iter().all(|header| reply.headers.contains(header));
            (reply.status, has_count)
        };

        let first = reply(&mut rules, &[KEY], &json!({ "id": "unknown" }));
        let second = reply(&mut rules, &[KEY], &json!({ "id": "post-1" }));

        assert_eq!(status_and_count(&first), (Some(400), true), "{first:?}");
        assert_eq!(status_and_count(&second), (Some(429), true), "{second:?}");
        assert_eq!(rules.posts.remaining(), ["post-1", "post-2"]);
    }
}
