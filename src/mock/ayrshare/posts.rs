use std::{collections::BTreeMap, mem};

use serde_json::{Map, Value, json};

use super::{answer::Answer, post_state::PostState};

/// The posts of every profile, by id.
#[derive(Default)]
pub(super) struct Posts(BTreeMap<String, Post>);

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

/// Who asks, and with what: the same for every post of a request.
pub(super) struct Caller {
    pub(super) profile: Option<String>,
    pub(super) x_pair: XPair,
    pub(super) mark_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum XPair {
    Missing,
    Wrong,
    Right,
}

/// What a test seeds and asks.
impl Posts {
    pub(super) fn seed(
        &mut self,
        id: String,
        profile: Option<String>,
        stage: Stage,
        networks: Vec<String>,
    ) {
        let post = Post {
            profile,
            stage,
            networks,
        };
        self.0.insert(id, post);
    }

    pub(super) fn remove_by_hand(&mut self, id: &str) {
        let post = self.0.get_mut(id);
        if let Some(post) = post.filter(|post| post.stage == Stage::Published) {
            post.stage = Stage::RemovedByHand;
        }
    }

    pub(super) fn state(&self, id: &str) -> Option<PostState> {
        let post = self.0.get(id)?;
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

    pub(super) fn remaining(&self) -> Vec<String> {
        self.standing().map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn remaining_of(&self, profile: &str) -> Vec<String> {
        let of_profile = self
            .standing()
            .filter(|(_, post)| post.profile.as_deref() == Some(profile));
        of_profile.map(|(id, _)| id.clone()).collect()
    }

    fn standing(&self) -> impl Iterator<Item = (&String, &Post)> {
        let stands = |post: &Post| matches!(post.stage, Stage::Scheduled | Stage::Published);
        self.0.iter().filter(move |(_, post)| stands(post))
    }
}

/// What a request does.
impl Posts {
    pub(super) fn delete_all_scheduled(&mut self, caller: &Caller) {
        for post in self.0.values_mut() {
            if post.stage == Stage::Scheduled && post.profile == caller.profile {
                post.stage = Stage::Deleted;
            }
        }
    }

    pub(super) fn delete(&mut self, caller: &Caller, id: &str) -> Answer {
        let post = self.0.get_mut(id);
        let Some(post) = post.filter(|post| post.profile == caller.profile) else {
            return Answer::refusal(400, 114, "this profile has no post with this id").about(id);
        };
        match post.stage {
            Stage::Deleted | Stage::MarkedDeleted => {
                Answer::refusal(400, 383, "this post was deleted before").about(id)
            }
            Stage::Scheduled | Stage::Published if caller.mark_only => {
                let refusal = Answer::refusal(400, 382, "nobody has taken this post down by hand");
                refusal.about(id).with("markManualDeleted", true)
            }
            Stage::RemovedByHand if caller.mark_only => {
                post.stage = Stage::MarkedDeleted;
                Answer::success().about(id)
            }
            Stage::Scheduled | Stage::RemovedByHand => {
                post.stage = Stage::Deleted;
                Answer::success().about(id)
            }
            Stage::Published => post.take_down(id, caller.x_pair),
        }
    }
}

impl Post {
    fn take_down(&mut self, id: &str, x_pair: XPair) -> Answer {
        if x_pair == XPair::Missing && self.networks.iter().any(|network| network == "twitter") {
            let refusal = Answer::refusal(400, 419, "a post on X takes your own X keys to delete");
            return refusal.with("action", "x_credentials_required");
        }
        let mut results = Map::new();
        for network in mem::take(&mut self.networks) {
            let result = match refusal_of(&network, x_pair) {
                Some(refusal) => {
                    self.networks.push(network.clone());
                    refusal
                }
                None => {
                    json!({ "action": "delete", "status": "success", "id": format!("{network}-{id}") })
                }
            };
            results.insert(network, result);
        }
        if !self.networks.is_empty() {
            return Answer {
                http: 400,
                body: results.into(),
            }
            .with("status", "error");
        }
        self.stage = Stage::Deleted;
        Answer {
            http: 200,
            body: results.into(),
        }
        .with("status", "success")
    }
}

/// Why a network keeps its post, if it does.
fn refusal_of(network: &str, x_pair: XPair) -> Option<Value> {
    match (network, x_pair) {
        ("instagram", _) => {
            Some(Answer::refusal(400, 138, "Instagram lets only its own app delete a post").body)
        }
        ("tiktok", _) => {
            let message = "TikTok lets only its own app delete a post";
            Some(json!({ "action": "delete", "status": "error", "message": message }))
        }
        ("twitter", XPair::Wrong) => {
            Some(Answer::refusal(400, 272, "X doesn't accept these keys").body)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts(seeds: &[(&str, Stage, &[&str])]) -> Posts {
        let mut posts = Posts::default();
        for (id, stage, networks) in seeds {
            let networks = networks.iter().map(|network| (*network).into()).collect();
            posts.seed((*id).into(), None, *stage, networks);
        }
        posts
    }

    fn caller(x_pair: XPair, mark_only: bool) -> Caller {
        Caller {
            profile: None,
            x_pair,
            mark_only,
        }
    }

    #[test]
    fn a_published_post_leaves_every_network_but_those_that_keep_theirs() {
        let mut posts = posts(&[(
            "post-1",
            Stage::Published,
            &["facebook", "instagram", "tiktok"],
        )]);

        let Answer { http, body } = posts.delete(&caller(XPair::Missing, false), "post-1");

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
            posts.state("post-1"),
            Some(PostState::Published { networks })
        );
    }

    #[test]
    fn a_post_leaves_x_only_with_the_right_pair_and_without_one_leaves_no_network() {
        let on = |networks: &[&str]| {
            let networks = networks.iter().map(|network| (*network).into()).collect();
            PostState::Published { networks }
        };
        let cases = [
            (
                XPair::Missing,
                "/code",
                Some(json!(419)),
                on(&["twitter", "bluesky"]),
            ),
            (
                XPair::Wrong,
                "/twitter/code",
                Some(json!(272)),
                on(&["twitter"]),
            ),
            (XPair::Right, "/twitter/code", None, PostState::Deleted),
        ];
        for (x_pair, pointer, code, state) in cases {
            let mut posts = posts(&[("post-1", Stage::Published, &["twitter", "bluesky"])]);
            let answer = posts.delete(&caller(x_pair, false), "post-1");
            assert_eq!(answer.body.pointer(pointer), code.as_ref(), "{x_pair:?}");
            assert_eq!(posts.state("post-1"), Some(state), "{x_pair:?}");
        }
    }

    #[test]
    fn a_mark_is_accepted_only_for_what_was_removed_by_hand() {
        let mut posts = posts(&[("post-1", Stage::Published, &["instagram"])]);
        let mark = caller(XPair::Missing, true);

        let refused = posts.delete(&mark, "post-1").body;
        assert_eq!(
            (&refused["code"], &refused["markManualDeleted"]),
            (&json!(382), &json!(true))
        );
        posts.remove_by_hand("post-1");
        assert_eq!(
            posts.delete(&mark, "post-1").body,
            json!({ "status": "success", "id": "post-1" })
        );
        assert_eq!(posts.delete(&mark, "post-1").body["code"], 383);
        assert_eq!(posts.state("post-1"), Some(PostState::MarkedDeleted));
    }
}
