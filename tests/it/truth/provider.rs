//! The provider, which is a mock and knows what is true of each post.

use tokio::time::Instant;
use unpost::mock::{Ayrshare, Genviral, PostState};

use super::mishap::Reply;
use super::ms;
use super::oracle::Standing;
use super::schedule::{Post, Schedule, Service, XKeys};

pub(super) enum Provider {
    Ayrshare(Ayrshare),
    Genviral(Genviral),
}

impl Provider {
    /// A provider with the schedule's posts and without a server.
    pub(super) fn offline(schedule: &Schedule) -> Self {
        let provider = match schedule.service {
            Service::Ayrshare(..) => Self::Ayrshare(Ayrshare::offline()),
            Service::Genviral => Self::Genviral(Genviral::offline()),
        };
        provider.seed(schedule);
        provider
    }

    /// A provider with the schedule's posts and a server.
    pub(super) async fn start(schedule: &Schedule) -> Self {
        let provider = match schedule.service {
            Service::Ayrshare(..) => Self::Ayrshare(Ayrshare::start().await),
            Service::Genviral => Self::Genviral(Genviral::start().await),
        };
        provider.seed(schedule);
        provider
    }

    fn seed(&self, schedule: &Schedule) {
        for (post, number) in schedule.posts.0.iter().zip(0..) {
            let id = format!("post-{number}");
            match self {
                Self::Ayrshare(mock) => seed_ayrshare(mock, id, *post),
                Self::Genviral(mock) => seed_genviral(mock, id, *post),
            }
        }
        // This is last because `window` starts a new window.
        if let (Self::Ayrshare(mock), Service::Ayrshare(shape, _)) = (self, schedule.service) {
            let limit = &schedule.limit;
            mock.bulk_shape(shape);
            mock.window(limit.admitted, ms(limit.window_ms));
        }
    }

    pub(super) fn api_key(&self) -> &str {
        match self {
            Self::Ayrshare(mock) => mock.api_key(),
            Self::Genviral(mock) => mock.api_key(),
        }
    }

    pub(super) fn base_url(&self) -> &str {
        match self {
            Self::Ayrshare(mock) => mock.base_url(),
            Self::Genviral(mock) => mock.base_url(),
        }
    }

    pub(super) fn revoke_key(&self) {
        match self {
            Self::Ayrshare(mock) => drop(mock.revoke_key()),
            Self::Genviral(mock) => drop(mock.revoke_key()),
        }
    }

    /// Answers a request from a client with these X API keys, without a server.
    pub(super) fn answer(&self, x_keys: Option<(&str, &str)>, body: &[u8], now: Instant) -> Reply {
        let bearer = format!("Bearer {}", self.api_key());
        let mut headers = vec![("authorization", bearer.as_str())];
        if let Some((api_key, api_secret)) = x_keys {
            headers.push(("x-twitter-oauth1-api-key", api_key));
            headers.push(("x-twitter-oauth1-api-secret", api_secret));
        }
        let now = now.into_std();
        let (status, headers, body) = match self {
            Self::Ayrshare(mock) => mock.answer(&headers, body, now),
            Self::Genviral(mock) => mock.answer(&headers, body, now),
        };
        Reply {
            status,
            headers,
            body,
        }
    }

    pub(super) fn standing(&self, schedule: &Schedule, id: &str) -> Standing {
        match self {
            Self::Ayrshare(mock) => match mock.post(id) {
                None => Standing::Unknown,
                Some(PostState::Published { networks }) if networks.len() < 2 => Standing::Partly,
                Some(PostState::Published { .. } | PostState::Scheduled) => Standing::Whole,
                Some(_) => Standing::Gone,
            },
            Self::Genviral(mock) => match (mock.post(id), schedule.post(id)) {
                (Some(_), _) => Standing::Whole,
                (None, None | Some(Post::Gone)) => Standing::Unknown,
                (None, Some(_)) => Standing::Gone,
            },
        }
    }
}

fn seed_ayrshare(mock: &Ayrshare, id: String, post: Post) {
    match post {
        Post::Free => drop(mock.publish(id, ["facebook", "bluesky"])),
        Post::Half => drop(mock.publish(id, ["facebook", "instagram"])),
        Post::Kept => drop(mock.publish(id, ["instagram", "tiktok"])),
        Post::OnX => drop(mock.publish(id, ["twitter", "bluesky"])),
        Post::Pending => drop(mock.schedule(id, ["facebook"])),
        Post::Gone => {
            let bearer = format!("Bearer {}", mock.api_key());
            let body = serde_json::json!({ "id": id }).to_string();
            mock.schedule(id, ["facebook"]);
            let now = Instant::now().into_std();
            let answer = mock.answer(&[("authorization", &bearer)], body.as_bytes(), now);
            assert_eq!(answer.0, 200);
        }
        Post::Elsewhere => drop(mock.profile("tenant").schedule(id, ["facebook"])),
    }
}

fn seed_genviral(mock: &Genviral, id: String, post: Post) {
    match post {
        Post::Free => drop(mock.seed(id, "draft")),
        Post::Half => drop(mock.fail_delete(id, "the row is locked")),
        Post::Kept => drop(mock.seed(id, "posted")),
        Post::OnX => drop(mock.seed(id, "canceled")),
        Post::Pending => drop(mock.seed(id, "scheduled")),
        Post::Gone => {}
        Post::Elsewhere => drop(mock.out_of_scope(id)),
    }
}

impl Schedule {
    /// The X API keys that the client sends.
    pub(super) fn x_keys(&self) -> Option<(&'static str, &'static str)> {
        match self.service {
            Service::Ayrshare(_, XKeys::Right) => {
                Some((Ayrshare::X_API_KEY, Ayrshare::X_API_SECRET))
            }
            Service::Ayrshare(_, XKeys::Wrong) => Some(("another-key", "another-secret")),
            Service::Ayrshare(_, XKeys::Missing) | Service::Genviral => None,
        }
    }
}
