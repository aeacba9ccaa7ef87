//! Both providers without a socket, for this crate's own tests of the engine.

use std::time::{Duration, Instant};

use super::ayrshare::{BulkShape, PostState};
use super::ayrshare::{posts::Stage, rules::Rules as AyrshareRules, window::Windows};
use super::desk::Rules;
use super::genviral::rules::{Post, Rules as GenviralRules};
use super::request::Request;
use super::{Ayrshare, reply::Reply};

const KEY: &str = "key";

pub(crate) struct InMemoryAyrshare {
    rules: AyrshareRules,
    x_pair: Option<(&'static str, &'static str)>,
}

impl InMemoryAyrshare {
    pub(crate) fn new(shape: BulkShape, limit: u32, period: Duration) -> Self {
        let mut rules = AyrshareRules::new(KEY, Ayrshare::X_API_KEY, Ayrshare::X_API_SECRET);
        rules.bulk_shape = shape;
        rules.windows = Windows::new(limit, period);
        Self {
            rules,
            x_pair: None,
        }
    }

    /// The X pair that every request is to carry.
    pub(crate) fn send_x_pair(&mut self, key: &'static str, secret: &'static str) {
        self.x_pair = Some((key, secret));
    }

    pub(crate) fn publish(&mut self, id: &str, networks: [&str; 2]) {
        let networks = networks.map(str::to_owned).to_vec();
        self.seed(id, None, Stage::Published, networks);
    }

    pub(crate) fn schedule(&mut self, id: &str) {
        self.seed(id, None, Stage::Scheduled, Vec::new());
    }

    pub(crate) fn schedule_for_another_profile(&mut self, id: &str) {
        self.seed(id, Some("tenant".to_owned()), Stage::Scheduled, Vec::new());
    }

    pub(crate) fn delete_beforehand(&mut self, id: &str) {
        self.seed(id, None, Stage::Deleted, Vec::new());
    }

    fn seed(&mut self, id: &str, profile: Option<String>, stage: Stage, networks: Vec<String>) {
        self.rules
            .posts
            .seed(id.to_owned(), profile, stage, networks);
    }

    pub(crate) fn revoke_key(&mut self) {
        self.rules.api_key = None;
    }

    pub(crate) fn post(&self, id: &str) -> Option<PostState> {
        self.rules.posts.state(id)
    }

    pub(crate) fn answer(&mut self, body: &[u8], now: Instant) -> Told {
        let (key, secret) = self.x_pair.unwrap_or_default();
        let x_pair = [
            ("x-twitter-oauth1-api-key", key),
            ("x-twitter-oauth1-api-secret", secret),
        ];
        let x_pair: &[_] = if self.x_pair.is_some() { &x_pair } else { &[] };
        answer(&mut self.rules, x_pair, body, now)
    }
}

pub(crate) struct InMemoryGenviral(GenviralRules);

impl InMemoryGenviral {
    pub(crate) fn new() -> Self {
        Self(GenviralRules::new(KEY))
    }

    pub(crate) fn seed(&mut self, id: &str, status: &str) {
        self.insert(id, status, true, None);
    }

    pub(crate) fn out_of_scope(&mut self, id: &str) {
        self.insert(id, "scheduled", false, None);
    }

    pub(crate) fn fail_delete(&mut self, id: &str) {
        self.insert(id, "scheduled", true, Some("the row is locked".to_owned()));
    }

    fn insert(&mut self, id: &str, status: &str, in_scope: bool, failure: Option<String>) {
        let post = Post {
            status: status.to_owned(),
            in_scope,
            failure,
        };
        self.0.posts.insert(id.to_owned(), post);
    }

    pub(crate) fn revoke_key(&mut self) {
        self.0.api_key = None;
    }

    pub(crate) fn post(&self, id: &str) -> Option<String> {
        Some(self.0.posts.get(id)?.status.clone())
    }

    pub(crate) fn answer(&mut self, body: &[u8], now: Instant) -> Told {
        answer(&mut self.0, &[], body, now)
    }
}

/// Status, headers and body.
pub(crate) type Told = (u16, Vec<(String, String)>, Vec<u8>);

fn answer<R: Rules>(rules: &mut R, headers: &[(&str, &str)], body: &[u8], now: Instant) -> Told {
    let bearer = format!("Bearer {KEY}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    let body = String::from_utf8_lossy(body);
    let request = Request::sample(R::METHOD, R::PATH, &headers, &body);
    let Reply {
        status,
        headers,
        body,
        ..
    } = rules.answer(&request, now);
    // Without faults of its own, a provider always answers.
    (status.unwrap_or(500), headers, body)
}
