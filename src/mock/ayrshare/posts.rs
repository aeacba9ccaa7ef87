use std::{collections::BTreeMap, mem};

use serde_json::{Map, Value, json};

use super::{answer::Answer, post_state::PostState, story_kind::StoryKind};

/// The posts of every profile, by id.
#[derive(Default)]
pub(super) struct Posts(BTreeMap<String, Post>);

struct Post {
    /// `None` is the primary profile.
    profile: Option<String>,
    stage: Stage,
    /// The networks on which the post stands, or to which it will go.
    networks: Vec<String>,
    /// `None` if the post isn't a story.
    story: Option<StoryKind>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stage {
    Scheduled,
    Published,
    RemovedByHand,
    Deleted,
    MarkedDeleted,
}

/// What applies to every post of a request.
pub(super) struct Caller {
    pub(super) profile: Option<String>,
    pub(super) x_keys: XKeys,
    pub(super) mark_manual_deleted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum XKeys {
    Missing,
    Wrong,
    Right,
}

/// What a test seeds and checks.
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
            story: None,
        };
        self.0.insert(id, post);
    }

    pub(super) fn seed_story(
        &mut self,
        id: String,
        profile: Option<String>,
        kind: StoryKind,
        networks: Vec<String>,
    ) {
        let post = Post {
            profile,
            stage: Stage::Published,
            networks,
            story: Some(kind),
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
        self.remaining_posts().map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn remaining_of(&self, profile: &str) -> Vec<String> {
        let of_profile = self
            .remaining_posts()
            .filter(|(_, post)| post.profile.as_deref() == Some(profile));
        of_profile.map(|(id, _)| id.clone()).collect()
    }

    fn remaining_posts(&self) -> impl Iterator<Item = (&String, &Post)> {
        let remains = |post: &Post| matches!(post.stage, Stage::Scheduled | Stage::Published);
        self.0.iter().filter(move |(_, post)| remains(post))
    }
}

/// What a request changes.
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
                Answer::refusal(400, 383, "this post is already deleted").about(id)
            }
            Stage::Scheduled | Stage::Published if caller.mark_manual_deleted => {
                let refusal = Answer::refusal(400, 382, "nobody has removed this post by hand");
                refusal.about(id).with("markManualDeleted", true)
            }
            Stage::RemovedByHand if caller.mark_manual_deleted => {
                post.stage = Stage::MarkedDeleted;
                Answer::success().about(id)
            }
            Stage::Scheduled | Stage::RemovedByHand => {
                post.stage = Stage::Deleted;
                Answer::success().about(id)
            }
            Stage::Published => post.remove(id, caller.x_keys),
        }
    }
}

impl Post {
    fn remove(&mut self, id: &str, x_keys: XKeys) -> Answer {
        if x_keys == XKeys::Missing && self.networks.iter().any(|network| network == "twitter") {
            let refusal = Answer::refusal(400, 419, "deleting a post on X needs your X API keys");
            return refusal.with("action", "x_credentials_required");
        }
        let mut results = Map::new();
        for network in mem::take(&mut self.networks) {
            let result = match refusal_of(&network, self.story, x_keys) {
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

/// The networks of a post as a test names them.
pub(super) fn collect<N: Into<String>>(networks: impl IntoIterator<Item = N>) -> Vec<String> {
    networks.into_iter().map(Into::into).collect()
}

/// The refusal of a network that keeps the post. `None` if the network removes the post.
fn refusal_of(network: &str, story: Option<StoryKind>, x_keys: XKeys) -> Option<Value> {
    match (network, x_keys) {
        ("facebook", _) if story == Some(StoryKind::Image) => {
            let message = "Facebook lets only its own app delete an image story";
            Some(Answer::refusal(400, 107, message).body)
        }
        ("instagram", _) => {
            Some(Answer::refusal(400, 138, "Instagram lets only its own app delete a post").body)
        }
        ("tiktok", _) => {
            let message = "TikTok lets only its own app delete a post";
            Some(json!({ "action": "delete", "status": "error", "message": message }))
        }
        ("twitter", XKeys::Wrong) => {
            Some(Answer::refusal(400, 272, "X doesn't accept these X API keys").body)
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

    fn caller(x_keys: XKeys, mark_manual_deleted: bool) -> Caller {
        Caller {
            profile: None,
            x_keys,
            mark_manual_deleted,
        }
    }

    #[test]
    fn a_published_post_is_removed_except_from_networks_that_keep_it() {
        let mut posts = posts(&[(
            "post-1",
            Stage::Published,
            &["facebook", "instagram", "tiktok"],
        )]);

        let Answer { http, body } = posts.delete(&caller(XKeys::Missing, false), "post-1");

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
    fn facebook_keeps_an_image_story_and_lets_go_of_a_video_story() {
        let mut posts = Posts::default();
        let networks = || vec!["facebook".into(), "bluesky".into()];
        posts.seed_story("image".into(), None, StoryKind::Image, networks());
        posts.seed_story("video".into(), None, StoryKind::Video, networks());
        let caller = caller(XKeys::Missing, false);

        let Answer { http, body } = posts.delete(&caller, "image");
        assert_eq!((http, &body["facebook"]["code"]), (400, &json!(107)));
        assert_eq!(body["bluesky"]["status"], "success");
        let networks = vec!["facebook".into()];
        assert_eq!(
            posts.state("image"),
            Some(PostState::Published { networks })
        );

        assert_eq!(posts.delete(&caller, "video").http, 200);
        assert_eq!(posts.state("video"), Some(PostState::Deleted));
    }

    #[test]
    fn a_post_on_x_needs_the_right_x_api_keys_and_without_any_it_stays_everywhere() {
        let on = |networks: &[&str]| {
            let networks = networks.iter().map(|network| (*network).into()).collect();
            PostState::Published { networks }
        };
        let cases = [
            (
                XKeys::Missing,
                "/code",
                Some(json!(419)),
                on(&["twitter", "bluesky"]),
            ),
            (
                XKeys::Wrong,
                "/twitter/code",
                Some(json!(272)),
                on(&["twitter"]),
            ),
            (XKeys::Right, "/twitter/code", None, PostState::Deleted),
        ];
        for (x_keys, pointer, code, state) in cases {
            let mut posts = posts(&[("post-1", Stage::Published, &["twitter", "bluesky"])]);
            let answer = posts.delete(&caller(x_keys, false), "post-1");
            assert_eq!(answer.body.pointer(pointer), code.as_ref(), "{x_keys:?}");
            assert_eq!(posts.state("post-1"), Some(state), "{x_keys:?}");
        }
    }

    #[test]
    fn only_a_post_that_was_removed_by_hand_can_be_marked_as_manually_deleted() {
        let mut posts = posts(&[("post-1", Stage::Published, &["instagram"])]);
        let mark = caller(XKeys::Missing, true);

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
