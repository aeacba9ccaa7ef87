//! A provider that the crate doesn't know, written against the engine's seams in this one file: its own
//! endpoint, header names, rate limit, credentials and answers. Nothing else had to learn its name.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use unpost::internals::{
    AttemptKind, Core, Credential, Credentials, Endpoint, Method, Operation, PostReading,
    RateHeaderNames, Reading, Secret, Settings,
};
use unpost::{
    Batch, DeleteMany, DeletePosts, Error, ErrorKind, Fate, Outcome, PostId, Provider, RateLimit,
    Result, Retry,
};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

static ENDPOINT: Endpoint = Endpoint {
    provider: Provider::Other(Cow::Borrowed("acme")),
    base_url: "https://acme.example/v2",
    path: "/removals",
    method: Method::PUT,
    rate_limit: || RateLimit::new(2, WINDOW),
    rate_headers: RateHeaderNames {
        max: Some("acme-limit"),
        count: Some("acme-used"),
        remaining: None,
        reset: None,
    },
};
const WINDOW: Duration = Duration::from_millis(300);

/// The client of one space at Acme.
#[derive(Clone)]
struct Acme {
    core: Core,
}

impl Acme {
    fn new(base_url: &str, token: &str) -> Result<Self> {
        let token =
            Credential::in_header("acme-token", Secret::new("the token", token.to_owned())?);
        let settings = Settings {
            base_url: Some(base_url.to_owned()),
            retry: Retry::attempts(2).backoff(Duration::from_millis(1), Duration::from_millis(1)),
            ..Settings::default()
        };
        // A token is `<account>/<secret>`.
        let credentials = Credentials::new([token.in_parts('/')]);
        Ok(Self {
            core: Core::new(&ENDPOINT, credentials, settings)?,
        })
    }

    fn of_space(&self, space: &str) -> Result<Self> {
        let space = Secret::new("the space", space.to_owned())?;
        let core = self
            .core
            .for_profile(Credential::in_header("acme-space", space))?;
        Ok(Self { core })
    }

    async fn remove(&self, id: &str) -> Result<Vec<Outcome>, Error> {
        let removal = Removal {
            ids: vec![id.into()],
            is_about_one_post: true,
        };
        let finished = self.core.call(&removal).await.into_result()?;
        Ok(finished.into_parts().0)
    }
}

impl DeletePosts for Acme {
    fn provider(&self) -> Provider {
        Provider::Other("acme".into())
    }

    fn batch_size(&self) -> usize {
        2
    }

    fn records_attempts(&self) -> bool {
        true
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let removal = Removal {
            ids: batch.ids().to_vec(),
            is_about_one_post: false,
        };
        let finished = self.core.call_in(batch.call_context(), &removal).await;
        finished.into_parts().0
    }
}

/// Acme's request, `{"remove":[…]}`, and its answer, `{"removed":[…],"kept":{id: reason}}`.
struct Removal {
    ids: Vec<PostId>,
    is_about_one_post: bool,
}

impl Operation for Removal {
    const PROVIDER: Provider = Provider::Other(Cow::Borrowed("acme"));

    fn posts(&self) -> &[PostId] {
        &self.ids
    }

    fn is_about_one_post(&self) -> bool {
        self.is_about_one_post
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn done(&self) -> Fate {
        Fate::Deleted
    }

    fn encode(&self, open: &[PostId]) -> Vec<u8> {
        json!({ "remove": open }).to_string().into_bytes()
    }

    fn decode(&self, open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
        let Ok(answer) = serde_json::from_slice::<Value>(body) else {
            return Reading::by_status(http_status);
        };
        if http_status != 200 {
            return Reading::by_status(http_status);
        }
        let posts = open.iter().map(|id| {
            let removed = answer["removed"].as_array().into_iter().flatten();
            let fate = match answer["kept"].get(id.as_str()).and_then(Value::as_str) {
                Some(status) => Fate::Blocked {
                    status: status.to_owned(),
                },
                None if removed.into_iter().any(|removed| removed == id.as_str()) => Fate::Deleted,
                None => return None,
            };
            Some(PostReading {
                fate,
                networks: Vec::new(),
            })
        });
        Reading {
            posts: posts.collect(),
            ..Reading::silent(AttemptKind::Answered, None)
        }
    }
}

const TOKEN: &str = "acme-account/acme-secret";

fn acme(server: &MockServer) -> Acme {
    Acme::new(&format!("{}/v2", server.uri()), TOKEN).unwrap()
}

/// Answers that each post of a request was removed.
fn removes_all(request: &wiremock::Request) -> ResponseTemplate {
    let asked: Value = request.body_json().unwrap();
    ResponseTemplate::new(200).set_body_json(json!({ "removed": asked["remove"] }))
}

#[tokio::test]
async fn a_third_provider_sends_its_own_headers_to_its_own_endpoint() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/v2/removals"))
        .and(header("acme-token", TOKEN))
        .and(header("acme-space", "our-space"))
        .and(body_json(json!({ "remove": ["post-1"] })))
        .respond_with(removes_all)
        .mount(&server)
        .await;
    let client = acme(&server).of_space("our-space").unwrap();
    assert_eq!(
        client.remove("post-1").await.unwrap()[0].fate,
        Fate::Deleted
    );
    let requests = server.received_requests().await.unwrap();
    for name in ["authorization", "profile-key"] {
        assert!(!requests[0].headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn a_third_provider_runs_and_retries_as_the_built_in_ones_do() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&server)
        .await;
    let answer = json!({ "removed": ["post-1"], "kept": { "post-2": "archived" } });
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(200).set_body_json(answer))
        .mount(&server)
        .await;
    let mut run = DeleteMany::new(acme(&server), ["post-1", "post-2", "post-3"]).run();
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
    }
    outcomes.sort_by(|one, other| one.id.cmp(&other.id));
    let fates: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.fate.to_string())
        .collect();
    assert_eq!(
        fates,
        [
            "deleted",
            "blocked: its status is archived",
            "not mentioned in the answer"
        ]
    );
    assert!(outcomes.iter().any(|outcome| outcome.attempts == 2));
}

#[tokio::test]
async fn a_third_provider_keeps_to_its_own_limit_and_reads_its_own_rate_headers() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .respond_with(removes_all)
        .mount(&server)
        .await;
    let client = acme(&server);
    let started = Instant::now();
    for id in ["post-1", "post-2", "post-3"] {
        client.remove(id).await.unwrap();
    }
    assert!(started.elapsed() >= WINDOW, "two requests fill its window");

    server.reset().await;
    let full = ResponseTemplate::new(200)
        .insert_header("acme-limit", "2")
        .insert_header("acme-used", "2")
        .set_body_json(json!({ "removed": ["post-1"] }));
    Mock::given(method("PUT"))
        .respond_with(full)
        .mount(&server)
        .await;
    let client = acme(&server);
    let started = Instant::now();
    client.remove("post-1").await.unwrap();
    client.remove("post-1").await.unwrap();
    let waited = started.elapsed();
    assert!(
        waited >= WINDOW / 12,
        "its count says that the window is full: {waited:?}"
    );
}

#[tokio::test]
async fn a_third_providers_secrets_are_redacted_whole_and_in_parts() {
    let server = MockServer::start().await;
    let kept = json!({ "kept": { "post-1": format!("{TOKEN}, acme-account, acme-secret") } });
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(200).set_body_json(kept))
        .mount(&server)
        .await;
    let error = acme(&server).remove("post-1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Blocked);
    let shown = format!("{error:?} {error}");
    assert!(shown.contains("[secret], [secret], [secret]"), "{shown}");
    assert!(!shown.contains("acme-secret"), "{shown}");
}
