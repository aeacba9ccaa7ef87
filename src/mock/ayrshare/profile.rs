use std::fmt;

use super::{
    posts::{Stage, collect},
    rules::Rules,
    story_kind::StoryKind,
};
use crate::mock::server::{Shared, lock};

/// One profile of an [`Ayrshare`](super::Ayrshare) mock: seeds its posts, and tells which of them are left.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let ayrshare = unpost::mock::Ayrshare::start().await;
/// let tenant = ayrshare.profile("TENANT-KEY");
/// tenant.publish("post-1", ["bluesky"]).schedule("post-2", ["linkedin"]);
/// ayrshare.publish("post-3", ["bluesky"]); // a post of the primary profile
///
/// assert_eq!(tenant.remaining(), ["post-1", "post-2"]);
/// # }
/// ```
pub struct Profile {
    router: Shared<Rules>,
    key: String,
}

impl Profile {
    pub(super) fn new(router: Shared<Rules>, key: String) -> Self {
        Self { router, key }
    }

    /// The profile's `Profile-Key`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Adds a published post of this profile that stands on these networks.
    pub fn publish<N: Into<String>>(
        &self,
        id: impl Into<String>,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        self.seed(id.into(), Stage::Published, collect(networks))
    }

    /// Adds a published story of this profile that stands on these networks. See
    /// [`Ayrshare::publish_story`](super::Ayrshare::publish_story).
    pub fn publish_story<N: Into<String>>(
        &self,
        id: impl Into<String>,
        kind: StoryKind,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        let (id, profile) = (id.into(), Some(self.key.clone()));
        lock(&self.router)
            .rules
            .posts
            .seed_story(id, profile, kind, collect(networks));
        self
    }

    /// Adds a scheduled post of this profile that hasn't gone out to these networks yet.
    pub fn schedule<N: Into<String>>(
        &self,
        id: impl Into<String>,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        self.seed(id.into(), Stage::Scheduled, collect(networks))
    }

    fn seed(&self, id: String, stage: Stage, networks: Vec<String>) -> &Self {
        lock(&self.router)
            .rules
            .posts
            .seed(id, Some(self.key.clone()), stage, networks);
        self
    }

    /// The sorted ids of this profile's posts that still stand on a network or are scheduled.
    pub fn remaining(&self) -> Vec<String> {
        lock(&self.router).rules.posts.remaining_of(&self.key)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Profile").finish_non_exhaustive()
    }
}
