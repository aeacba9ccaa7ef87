//! No secret is shown anywhere. These tests plant secrets in every place that takes one, and look for them
//! in everything that can be printed. `docs/secrets.md` says the same in words.

mod environment;
mod headers;
mod hostile;
#[cfg(target_os = "linux")]
mod memory;
mod search;

use std::fmt::{Debug, Display};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Serialize;
use unpost::{
    Batch, DeletePosts, Error, ErrorKind, Outcome, Provider, RateLimit, Retry, Summary, ayrshare,
    blocking, genviral, mock,
};

use self::search::{Search, caught};
use crate::faults::server::{Act, Layer, Server};
use crate::faults::{self, Response, answers};
use crate::logs::{self, listen, planted};

const NOT_ASCII: &str = "PLANTED-SECRET-ключ";
const PROXY_PASSWORD: &str = "PLANTED-SECRET-proxy";
const WITH_A_NEWLINE: &str = "PLANTED-SECRET-one\nPLANTED-SECRET-two";

#[test]
fn no_fault_shows_a_secret() {
    let mut search = Search::default();
    for met in faults::battery().iter().flat_map(|group| &group.met) {
        for seen in met.seen() {
            match &seen.result {
                Ok(response) => look_at_response(&mut search, response),
                Err(error) => look_at_error(&mut search, error),
            }
        }
    }
    // The log listener was on while the battery was met.
    for stack in ["h2", "hyper_util", "reqwest", "rustls"] {
        assert!(logs::heard_from(stack), "{stack} logged nothing");
    }
    search.logs();
    search.finish(1_000);
}

#[tokio::test]
async fn no_error_shows_a_secret_that_a_server_sends_back() {
    listen();
    let mut search = Search::default();
    for error in hostile::errors().await {
        look_at_error(&mut search, &error);
    }
    let runs = hostile::Runs::met().await;
    for outcome in &runs.outcomes {
        look_at_serialized(&mut search, outcome);
    }
    for shown in &runs.shown {
        search.look("Outcomes", shown);
    }
    for state in ["ids_in_flight: 0", "kind: Stopped", "kind: Unauthorized"] {
        assert!(
            runs.shown.iter().any(|shown| shown.contains(state)),
            "{state}"
        );
    }
    // The message of the server that refused the key is shown, without the key.
    let mut refused = runs.shown.iter();
    assert!(refused.any(|shown| shown.contains("Unauthorized") && shown.contains("[secret]")));
    search.logs();
    search.finish(500);
}

#[tokio::test]
async fn no_log_line_has_a_key_even_if_the_caller_asks_for_verbose_connections() {
    listen();
    let success = r#"{"status":"success","ok":true,"data":{"deletedIds":["post-1"]}}"#;
    let answer = Act::answer(answers::json(200, &[], success));
    let server = Server::start(Layer::Tcp, vec![answer]).await;
    let base_url = format!("http://{}", server.address);
    let verbose = |http: reqwest::ClientBuilder| http.connection_verbose(true);
    let ayrshare = ayrshare_client(|builder| builder.base_url(&base_url).http(verbose));
    let request = ayrshare::DeleteRequest::by_id("post-1");
    ayrshare.delete(request).await.unwrap();
    let builder = genviral::Client::builder(planted::API_KEY).base_url(&base_url);
    let genviral = builder.http(verbose).build().unwrap();
    let request = genviral::DeleteRequest::by_id("post-1");
    genviral.delete(request).await.unwrap();
    assert!(logs::heard_from("reqwest"), "nothing was listened to");
    let mut search = Search::default();
    search.logs();
    search.finish(10);
}

#[tokio::test]
async fn no_proxy_shows_its_password() {
    listen();
    let mut search = Search::default();
    for error in hostile::proxied().await {
        assert_eq!(error.kind(), ErrorKind::Connect);
        look_at_error(&mut search, &error);
    }
    search.logs();
    search.finish(50);
}

#[tokio::test]
async fn a_redirect_takes_nothing_to_another_origin() {
    assert_eq!(hostile::bytes_that_followed_a_redirect().await, b"");
}

#[test]
fn no_refused_setting_shows_a_secret() {
    use planted::API_KEY;
    let mut search = Search::default();
    let bad_keys = [WITH_A_NEWLINE, NOT_ASCII];
    let mut errors = Vec::new();
    for bad in bad_keys {
        let build = |builder: ayrshare::ClientBuilder| builder.build().unwrap_err();
        let good = || ayrshare::Client::builder(API_KEY);
        errors.extend([
            build(ayrshare::Client::builder(bad)),
            build(good().profile_key(bad)),
            build(good().x_keys(bad, API_KEY)),
            build(good().x_keys(API_KEY, bad)),
            good().build().unwrap().for_profile(bad).unwrap_err(),
            genviral::Client::builder(bad).build().unwrap_err(),
        ]);
    }
    for url in [
        "https://user:PLANTED-SECRET@provider.example/api",
        "https://PLANTED-SECRET@provider.example/api",
        "https://provider.example/api?key=PLANTED-SECRET",
        "https://provider.example/api#PLANTED-SECRET",
        "http://PLANTED-SECRET.example/api",
        "ftp://PLANTED-SECRET.example/api",
        "PLANTED-SECRET",
        "https://PLANTED-SECRET:port/",
    ] {
        let builder = ayrshare::Client::builder(API_KEY).base_url(url);
        look_at(&mut search, &builder);
        errors.push(builder.build().unwrap_err());
    }
    let bad_agent = |http: reqwest::ClientBuilder| http.user_agent("PLANTED-SECRET\n");
    errors.push(
        ayrshare::Client::builder(API_KEY)
            .http(bad_agent)
            .build()
            .unwrap_err(),
    );
    for error in &errors {
        assert_eq!(error.kind(), ErrorKind::Invalid);
        look_at_error(&mut search, error);
    }
    search.finish(200);
}

#[test]
fn no_panic_shows_a_secret() {
    let mut search = Search::default();
    let client = ayrshare_client(|builder| builder);
    let messages = caught(|| {
        let builder = ayrshare::Client::builder(planted::API_KEY);
        let _ = builder
            .profile_key(planted::PROFILE_KEY)
            .http(|_| panic!("the caller's own"))
            .build();
    });
    search.look("a panic in the caller's hook", &messages);
    let messages = caught(|| drop(client.for_profile(WITH_A_NEWLINE).unwrap()));
    search.look("unwrap", &messages);
    let messages = caught(|| drop(client.for_profile(planted::PROFILE_KEY).unwrap_err()));
    search.look("unwrap_err of a client", &messages);
    let messages = caught(|| assert_eq!(format!("{client:?}"), ""));
    search.look("assert_eq with a client", &messages);
    search.finish(4);
}

#[test]
fn no_public_type_shows_a_secret() {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let mut search = Search::default();
    let search = &mut search;

    let client = ayrshare_client(|builder| builder);
    let tenant = client.for_profile(planted::X_API_KEY).unwrap();
    look_at(search, &client);
    look_at(search, &tenant);
    look_at(search, &client.delete_many(["post-1"]));
    look_at(search, &client.delete_many(["post-1"]).run());
    let blocking = blocking::Client::new(client.clone()).unwrap();
    look_at(search, &blocking);
    look_at(search, &blocking.delete_many(["post-1"]));
    look_at(search, &blocking.delete_many(["post-1"]).run());
    let builder = genviral::Client::builder(planted::API_KEY);
    look_at(search, &builder);
    let genviral = builder.build().unwrap();
    look_at(search, &genviral);
    look_at(search, &genviral.delete_many(["post-1"]).run());
    look_at(search, &blocking::Client::new(genviral).unwrap());
    let builder = ayrshare::Client::builder(planted::API_KEY)
        .profile_key(planted::PROFILE_KEY)
        .x_keys(planted::X_API_KEY, planted::X_API_SECRET)
        .http(|http| http)
        .rate_limit(RateLimit::unlimited())
        .retry(Retry::never());
    look_at(search, &builder);
    look_at(search, &ayrshare::DeleteRequest::by_id("post-1"));
    look_at(search, &genviral::DeleteRequest::by_id("post-1"));

    runtime.block_on(async {
        let ayrshare = mock::Ayrshare::start().await;
        let profile = ayrshare.profile(planted::PROFILE_KEY);
        profile.schedule("post-1", ["bluesky"]);
        ayrshare.x_keys(planted::X_API_KEY, planted::X_API_SECRET);
        look_at(search, &ayrshare);
        look_at(search, &profile);
        look_at(search, &ayrshare.client_builder());
        let client = ayrshare_client(|builder| builder.base_url(ayrshare.base_url()));
        let batches = Watched::default();
        let summary = unpost::DeleteMany::new(batches.clone(), ["post-1", "post-2"]).run();
        look_at_serialized(search, &summary.summary().await);
        for batch in batches.0.lock().unwrap().iter() {
            search.look("Batch", batch);
        }
        // The mock knows another API key, so it refuses this one.
        let summary = client
            .delete_many(["post-1", "post-2"])
            .run()
            .summary()
            .await;
        look_at_serialized(search, &summary);
        search.look("Summary", &summary.to_string());
        assert!(!ayrshare.requests().is_empty());
        look_at(search, &ayrshare.requests());
        let genviral = mock::Genviral::start().await;
        look_at(search, &genviral);
        look_at(search, &genviral.client_builder());
    });
    search.finish(40);
}

/// A custom provider that notes the batches it is given.
#[derive(Clone, Default)]
struct Watched(Arc<Mutex<Vec<String>>>);

impl DeletePosts for Watched {
    fn provider(&self) -> Provider {
        Provider::Ayrshare
    }

    fn batch_size(&self) -> usize {
        2
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        self.0.lock().unwrap().push(format!("{batch:?} {batch:#?}"));
        Vec::new()
    }
}

/// A client that has a secret in every place and gives up soon.
fn ayrshare_client(
    set: impl FnOnce(ayrshare::ClientBuilder) -> ayrshare::ClientBuilder,
) -> ayrshare::Client {
    let builder = ayrshare::Client::builder(planted::API_KEY)
        .profile_key(planted::PROFILE_KEY)
        .x_keys(planted::X_API_KEY, planted::X_API_SECRET)
        .attempt_timeout(Duration::from_secs(10))
        .retry(Retry::attempts(2).backoff(Duration::from_millis(1), Duration::from_millis(1)));
    set(builder).build().unwrap()
}

fn look_at(search: &mut Search, value: &impl Debug) {
    let name = std::any::type_name_of_val(value);
    search.look(name, &format!("{value:?}"));
    search.look(name, &format!("{value:#?}"));
}

fn look_at_displayed(search: &mut Search, value: &impl Display) {
    let name = std::any::type_name_of_val(value);
    search.look(name, &format!("{value} {value:#}"));
}

fn look_at_serialized(search: &mut Search, value: &(impl Serialize + Debug)) {
    look_at(search, value);
    search.look("serde", &serde_json::to_string(value).unwrap());
}

fn look_at_response(search: &mut Search, response: &Response) {
    look_at(search, response);
    match response {
        Response::Ayrshare(response) => {
            look_at(search, response);
            look_at_serialized(search, &response.outcomes());
            look_at_serialized(search, &response.networks());
        }
        Response::Genviral(response) => {
            look_at(search, response);
            look_at_serialized(search, &response.outcomes());
        }
    }
}

/// Looks at everything that an error can be made to print.
fn look_at_error(search: &mut Search, error: &Error) {
    look_at_serialized(search, error);
    look_at_displayed(search, error);
    look_at_serialized(search, &error.kind());
    look_at_serialized(search, error.failure());
    look_at_displayed(search, error.failure());
    look_at(
        search,
        &(error.message(), error.post_id(), error.http_status()),
    );
    look_at_serialized(search, &error.ayrshare_code());
    look_at_serialized(search, &error.genviral_code());
    for outcome in error.outcomes() {
        look_at_serialized(search, outcome);
        look_at_displayed(search, &outcome.fate);
    }
    let summary: Summary = error.outcomes().iter().collect();
    look_at_serialized(search, &summary);
    look_at_displayed(search, &summary);
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        look_at(search, &cause);
        look_at_displayed(search, &cause);
        source = cause.source();
    }
    let panics = caught(|| failed(error).unwrap());
    search.look("a panic with an error", &panics);
}

fn failed(error: &Error) -> unpost::Result<()> {
    Err(error.clone())
}
