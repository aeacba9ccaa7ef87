use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};

use super::{BulkShape, PostState, window::Windows};
use crate::mock::{desk, reply::Reply, request::Request};

const X_KEY: &str = "x-twitter-oauth1-api-key";
const X_SECRET: &str = "x-twitter-oauth1-api-secret";

pub(in crate::mock) struct Rules {
    /// `None` once revoked.
    pub(super) api_key: Option<String>,
    pub(super) x_keys: (String, String),
    pub(super) profiles: BTreeSet<String>,
    pub(super) windows: Windows,
    pub(super) bulk_shape: BulkShape,
    posts: BTreeMap<String, Post>,
}

struct Post {
    /// `None` is the primary profile.
    profile: Option<String>,
    stage: Stage,
    /// Where it stands, or is to go.
    networks: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stage {
    Scheduled,
    Published,
    RemovedByHand,
    Deleted,
    MarkedDeleted,
}

/// The seeding and asking side.
impl Rules {
    pub(super) fn new(api_key: &str, x_key: &str, x_secret: &str) -> Self {
        Self {
            api_key: Some(api_key.into()),
            x_keys: (x_key.into(), x_secret.into()),
            profiles: BTreeSet::new(),
            windows: Windows::new(300, Duration::from_secs(300)),
            bulk_shape: BulkShape::default(),
            posts: BTreeMap::new(),
        }
    }

    pub(super) fn seed(
        &mut self,
        id: String,
        profile: Option<String>,
        stage: Stage,
        networks: Vec<String>,
    ) {
        self.posts.insert(
            id,
            Post {
                profile,
                stage,
                networks,
            },
        );
    }

    pub(super) fn remove_by_hand(&mut self, id: &str) {
        if let Some(post) = self
            .posts
            .get_mut(id)
            .filter(|post| post.stage == Stage::Published)
        {
            post.stage = Stage::RemovedByHand;
        }
    }

    pub(super) fn post(&self, id: &str) -> Option<PostState> {
        let post = self.posts.get(id)?;
        Some(match post.stage {
            Stage::Scheduled => PostState::Scheduled,
            Stage::Published => PostState::Published {
                networks: post.networks.clone(),
            },
            Stage::RemovedByHand => PostState::RemovedByHand,
            Stage::Deleted => PostState::Deleted,
            Stage::MarkedDeleted => PostState::MarkedDeleted,
        })
    }

    pub(super) fn remaining(&self, of: impl Fn(Option<&String>) -> bool) -> Vec<String> {
        let standing = |post: &Post| matches!(post.stage, Stage::Scheduled | Stage::Published);
        let left = self
            .posts
            .iter()
            .filter(|(_, post)| standing(post) && of(post.profile.as_ref()));
        left.map(|(id, _)| id.clone()).collect()
    }
}

impl desk::Rules for Rules {
    const METHOD: &'static str = "DELETE";
    const PATH: &'static str = "/api/post";

    fn answer(&mut self, request: &Request, now: Instant) -> Reply {
        let profile = match self.admit(request) {
            Ok(profile) => profile,
            Err(refusal) => return refusal.into(),
        };
        let entry = self.windows.enter(profile.clone(), now);
        let answer = if entry.admitted {
            self.carry_out(request, profile)
                .unwrap_or_else(|refusal| refusal)
        } else {
            Answer {
                http: 429,
                body: json!({ "status": "error", "message": "too many requests in this window" }),
            }
        };
        Reply::from(answer)
            .header("x-ratelimit-max", entry.limit)
            .header("x-ratelimit-count", entry.used)
    }
}

/// Who asks, and with what: the same for every post of a request.
struct Caller {
    profile: Option<String>,
    x_pair: XPair,
    mark_only: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum XPair {
    Missing,
    Wrong,
    Right,
}

/// What the request is about.
impl Rules {
    fn admit(&self, request: &Request) -> Result<Option<String>, Answer> {
        let key = request
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "));
        if key.is_none() || key != self.api_key.as_deref() {
            return Err(Answer::refusal(401, 102, "this API key isn't valid"));
        }
        match request.profile_key() {
            Some(key) if key.is_empty() || !self.profiles.contains(key) => Err(Answer::refusal(
                403,
                144,
                "there is no profile with this key",
            )),
            key => Ok(key.map(Into::into)),
        }
    }

    fn carry_out(&mut self, request: &Request, profile: Option<String>) -> Result<Answer, Answer> {
        let missing = || {
            Answer::refusal(
                400,
                101,
                "a post id, a list of them or deleteAllScheduled is needed, as JSON",
            )
        };
        let body: Value = serde_json::from_str(request.body()).map_err(|_| missing())?;
        let flag = |name| body.get(name) == Some(&Value::Bool(true));
        let caller = Caller {
            profile,
            x_pair: self.x_pair(request)?,
            mark_only: flag("markManualDeleted"),
        };

        if flag("deleteAllScheduled") {
            return Ok(self.delete_all_scheduled(&caller));
        }
        match (body.get("id"), body.get("bulk")) {
            (Some(Value::String(id)), _) if !id.is_empty() => Ok(self.delete(&caller, id)),
            (None, Some(Value::Array(ids))) if !ids.is_empty() => {
                let ids: Option<Vec<_>> = ids.iter().map(Value::as_str).collect();
                Ok(self.delete_each(&caller, &ids.ok_or_else(missing)?))
            }
            _ => Err(missing()),
        }
    }

    fn x_pair(&self, request: &Request) -> Result<XPair, Answer> {
        let given = |name| request.header(name).filter(|value| !value.is_empty());
        let half = |absent| {
            Answer::refusal(
                400,
                400,
                &format!("the header {absent} is missing beside the other"),
            )
        };
        match (given(X_KEY), given(X_SECRET)) {
            (None, None) => Ok(XPair::Missing),
            (Some(_), None) => Err(half(X_SECRET)),
            (None, Some(_)) => Err(half(X_KEY)),
            (Some(key), Some(secret)) if key == self.x_keys.0 && secret == self.x_keys.1 => {
                Ok(XPair::Right)
            }
            _ => Ok(XPair::Wrong),
        }
    }
}

/// What becomes of the posts.
impl Rules {
    fn delete_all_scheduled(&mut self, caller: &Caller) -> Answer {
        let scheduled =
            |post: &&mut Post| post.stage == Stage::Scheduled && post.profile == caller.profile;
        self.posts
            .values_mut()
            .filter(scheduled)
            .for_each(|post| post.stage = Stage::Deleted);
        Answer {
            http: 200,
            body: json!({ "status": "success" }),
        }
    }

    fn delete_each(&mut self, caller: &Caller, ids: &[&str]) -> Answer {
        let mut seen = BTreeSet::new();
        let answers: Vec<(String, Answer)> = ids
            .iter()
            .filter(|id| seen.insert(**id))
            .map(|id| ((*id).to_owned(), self.delete(caller, id).about(id)))
            .collect();

        let status = if answers.iter().all(|(_, answer)| answer.http == 200) {
            "success"
        } else {
            "error"
        };
        let each = answers.into_iter().map(|(id, answer)| (id, answer.body));
        let body = match self.bulk_shape {
            BulkShape::Array => each.map(|(_, body)| body).collect(),
            BulkShape::Posts => {
                json!({ "status": status, "posts": each.map(|(_, body)| body).collect::<Value>() })
            }
            BulkShape::ById => each.chain([("status".to_owned(), status.into())]).collect(),
            BulkShape::BareStatus => json!({ "status": status }),
        };
        Answer { http: 200, body }
    }

    fn delete(&mut self, caller: &Caller, id: &str) -> Answer {
        let Some(post) = self
            .posts
            .get_mut(id)
            .filter(|post| post.profile == caller.profile)
        else {
            return Answer::refusal(400, 114, "this profile has no post with this id").about(id);
        };
        match post.stage {
            Stage::Deleted | Stage::MarkedDeleted => {
                Answer::refusal(400, 383, "this post was deleted before").about(id)
            }
            Stage::RemovedByHand if caller.mark_only => {
                post.stage = Stage::MarkedDeleted;
                Answer::done(id)
            }
            Stage::Scheduled | Stage::Published if caller.mark_only => {
                let refusal =
                    Answer::refusal(400, 382, "nobody has taken this post down at its networks");
                refusal.about(id).with("markManualDeleted", true)
            }
            Stage::Scheduled | Stage::RemovedByHand => {
                post.stage = Stage::Deleted;
                Answer::done(id)
            }
            Stage::Published => post.take_down(id, caller.x_pair),
        }
    }
}

impl Post {
    fn take_down(&mut self, id: &str, x_pair: XPair) -> Answer {
        if x_pair == XPair::Missing && self.networks.iter().any(|network| network == "twitter") {
            let refusal = Answer::refusal(
                400,
                419,
                "a post on X can't be deleted without your own X keys",
            );
            return refusal.with("action", "x_credentials_required");
        }
        let mut results = Map::new();
        self.networks.retain(|network| {
            let refusal = network_refusal(network, x_pair);
            let kept = refusal.is_some();
            let removed = || json!({ "action": "delete", "status": "success", "id": format!("{network}-{id}") });
            results.insert(network.clone(), refusal.unwrap_or_else(removed));
            kept
        });
        if self.networks.is_empty() {
            self.stage = Stage::Deleted;
        }
        let (http, status) = if self.networks.is_empty() {
            (200, "success")
        } else {
            (400, "error")
        };
        Answer {
            http,
            body: results.into(),
        }
        .with("status", status)
    }
}

fn network_refusal(network: &str, x_pair: XPair) -> Option<Value> {
    let refusal = match network {
        "instagram" => Answer::refusal(400, 138, "Instagram lets only its own app delete a post"),
        "twitter" if x_pair == XPair::Wrong => {
            Answer::refusal(400, 272, "X doesn't accept these keys")
        }
        // No code of TikTok's for this is known.
        "tiktok" => {
            let message = "TikTok lets only its own app delete a post";
            return Some(json!({ "action": "delete", "status": "error", "message": message }));
        }
        _ => return None,
    };
    Some(refusal.body)
}

/// An answer's status and JSON.
struct Answer {
    http: u16,
    body: Value,
}

impl Answer {
    fn done(id: &str) -> Self {
        Self {
            http: 200,
            body: json!({ "status": "success" }),
        }
        .about(id)
    }

    fn refusal(http: u16, code: u16, message: &str) -> Self {
        let body =
            json!({ "action": "delete", "status": "error", "code": code, "message": message });
        Self { http, body }
    }

    fn about(self, id: &str) -> Self {
        self.with("id", id)
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::desk::Rules as _;

    const KEY: (&str, &str) = ("authorization", "Bearer key");
    const X: [(&str, &str); 2] = [(X_KEY, "x-key"), (X_SECRET, "x-secret")];

    fn rules(posts: &[(&str, Stage, &[&str])]) -> Rules {
        let mut rules = Rules::new("key", "x-key", "x-secret");
        for (id, stage, networks) in posts {
            rules.seed(
                (*id).into(),
                None,
                *stage,
                networks.iter().map(|network| (*network).into()).collect(),
            );
        }
        rules
    }

    fn ask(rules: &mut Rules, headers: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let request = Request::sample("DELETE", Rules::PATH, headers, &body.to_string());
        #[expect(clippy::disallowed_methods, reason = "any instant will do")]
        let now = Instant::now();
        rules.answer(&request, now).parts()
    }

    fn code(answer: &(u16, Value)) -> (u16, Option<u64>) {
        (answer.0, answer.1.get("code").and_then(Value::as_u64))
    }

    #[test]
    fn a_published_post_leaves_every_network_but_those_that_keep_theirs() {
        let mut rules = rules(&[(
            "post-1",
            Stage::Published,
            &["facebook", "instagram", "tiktok"],
        )]);

        let (http, body) = ask(&mut rules, &[KEY], &json!({ "id": "post-1" }));

        assert_eq!((http, &body["status"]), (400, &json!("error")));
        assert_eq!(
            body["facebook"],
            json!({ "action": "delete", "status": "success", "id": "facebook-post-1" })
        );
        assert_eq!(
            (&body["instagram"]["code"], &body["tiktok"]["status"]),
            (&json!(138), &json!("error"))
        );
        let networks = vec!["instagram".into(), "tiktok".into()];
        assert_eq!(
            rules.post("post-1"),
            Some(PostState::Published { networks })
        );
    }

    #[test]
    fn a_post_on_x_needs_both_keys_and_the_right_ones() {
        let [x_key, x_secret] = X;
        let cases: [(&[_], _, _); 5] = [
            (&[KEY], Some(419), true),
            (&[KEY, x_key], Some(400), true),
            (&[KEY, x_secret], Some(400), true),
            (&[KEY, (X_KEY, "another"), x_secret], Some(272), true),
            (&[KEY, x_key, x_secret], None, false),
        ];
        for (headers, expected, stands) in cases {
            let mut rules = rules(&[("post-1", Stage::Published, &["twitter"])]);
            let (_, body) = ask(&mut rules, headers, &json!({ "id": "post-1" }));
            let code = body
                .get("code")
                .or_else(|| body.get("twitter")?.get("code"))
                .and_then(Value::as_u64);
            assert_eq!(
                (code, rules.post("post-1") != Some(PostState::Deleted)),
                (expected, stands),
                "{body}"
            );
        }
    }

    #[test]
    fn an_unknown_key_or_profile_and_an_empty_one_are_refused_before_anything_else() {
        let mut rules = rules(&[("post-1", Stage::Scheduled, &[])]);
        rules.profiles.extend([String::new(), "tenant".into()]);
        let body = json!({ "id": "post-1" });

        assert_eq!(code(&ask(&mut rules, &[], &body)), (401, Some(102)));
        assert_eq!(
            code(&ask(
                &mut rules,
                &[("authorization", "Bearer other")],
                &body
            )),
            (401, Some(102))
        );
        assert_eq!(
            code(&ask(&mut rules, &[KEY, ("profile-key", "")], &body)),
            (403, Some(144))
        );
        assert_eq!(
            code(&ask(&mut rules, &[KEY, ("profile-key", "other")], &body)),
            (403, Some(144))
        );
        assert_eq!(
            code(&ask(&mut rules, &[KEY, ("profile-key", "tenant")], &body)),
            (400, Some(114))
        );
        assert_eq!(rules.remaining(|_| true), ["post-1"]);
        rules.api_key = None;
        assert_eq!(code(&ask(&mut rules, &[KEY], &body)), (401, Some(102)));
    }

    #[test]
    fn a_mark_is_accepted_only_for_what_was_removed_by_hand() {
        let mut rules = rules(&[("post-1", Stage::Published, &["instagram"])]);
        let mark = json!({ "id": "post-1", "markManualDeleted": true });

        let refused = ask(&mut rules, &[KEY], &mark);
        assert_eq!(
            (code(&refused), &refused.1["markManualDeleted"]),
            ((400, Some(382)), &json!(true))
        );
        rules.remove_by_hand("post-1");
        assert_eq!(
            ask(&mut rules, &[KEY], &mark),
            (200, json!({ "status": "success", "id": "post-1" }))
        );
        assert_eq!(code(&ask(&mut rules, &[KEY], &mark)), (400, Some(383)));
    }

    #[test]
    fn deleting_all_scheduled_ignores_the_rest_of_the_body_and_other_profiles() {
        let mut rules = rules(&[
            ("post-1", Stage::Scheduled, &[]),
            ("post-2", Stage::Published, &["bluesky"]),
        ]);
        rules.seed(
            "post-3".into(),
            Some("tenant".into()),
            Stage::Scheduled,
            Vec::new(),
        );

        let answer = ask(
            &mut rules,
            &[KEY],
            &json!({ "deleteAllScheduled": true, "id": "post-2" }),
        );

        assert_eq!(answer, (200, json!({ "status": "success" })));
        assert_eq!(rules.remaining(|_| true), ["post-2", "post-3"]);
    }

    #[test]
    fn bulk_says_about_each_post_what_its_own_request_would_in_the_shape_chosen() {
        let done = json!({ "status": "success", "id": "post-1" });
        let shapes: [(_, fn(&Value) -> &Value); 3] = [
            (BulkShape::Array, |body| &body[0]),
            (BulkShape::Posts, |body| &body["posts"][0]),
            (BulkShape::ById, |body| &body["post-1"]),
        ];
        for (shape, first) in shapes {
            let mut rules = rules(&[("post-1", Stage::Scheduled, &[])]);
            rules.bulk_shape = shape;
            let (http, body) = ask(
                &mut rules,
                &[KEY],
                &json!({ "bulk": ["post-1", "post-2", "post-1"] }),
            );
            assert_eq!((http, first(&body)), (200, &done), "{body}");
            assert!(body.to_string().contains("114"), "{body}");
        }
        let mut rules = rules(&[]);
        rules.bulk_shape = BulkShape::BareStatus;
        let answer = ask(&mut rules, &[KEY], &json!({ "bulk": ["post-2"] }));
        assert_eq!(answer, (200, json!({ "status": "error" })));
    }

    #[test]
    fn a_body_that_names_no_post_is_refused() {
        let mut rules = rules(&[]);
        for body in [
            json!({}),
            json!({ "id": "" }),
            json!({ "id": 1 }),
            json!({ "bulk": [] }),
            json!({ "bulk": [1] }),
        ] {
            assert_eq!(
                code(&ask(&mut rules, &[KEY], &body)),
                (400, Some(101)),
                "{body}"
            );
        }
    }

    #[test]
    fn what_exceeds_the_window_gets_429_without_a_code_and_every_answer_tells_the_count() {
        let mut rules = rules(&[("post-1", Stage::Scheduled, &[])]);
        rules.windows = Windows::new(1, Duration::from_secs(300));
        #[expect(clippy::disallowed_methods, reason = "any instant will do")]
        let now = Instant::now();
        let mut ask = |id| {
            let body = json!({ "id": id }).to_string();
            let reply = rules.answer(&Request::sample("DELETE", Rules::PATH, &[KEY], &body), now);
            assert!(
                reply
                    .headers
                    .contains(&("x-ratelimit-max".into(), "1".into())),
                "{reply:?}"
            );
            assert!(
                reply
                    .headers
                    .contains(&("x-ratelimit-count".into(), "1".into())),
                "{reply:?}"
            );
            code(&reply.parts())
        };

        assert_eq!(ask("unknown"), (400, Some(114)));
        assert_eq!(ask("post-1"), (429, None));
        assert_eq!(rules.remaining(|_| true), ["post-1"]);
    }
}
