//! Servers and proxies that send the secrets back, wherever an answer has room for text.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use unpost::{Error, Outcome, Outcomes, RateLimit, Retry, ayrshare, genviral};

use super::{PROXY_PASSWORD, ayrshare_client};
use crate::faults::answers::{head, json, whole};
use crate::faults::plain;
use crate::faults::server::{Act, Ends, Layer, Server};
use crate::logs::listen;
use crate::logs::planted::{API_KEY, PROFILE_KEY, X_API_KEY, X_API_SECRET};

/// The errors of each kind of request at servers that quote its headers.
pub(crate) async fn errors() -> Vec<Error> {
    let mut errors = Vec::new();
    let echo = format!("{API_KEY} {PROFILE_KEY} {X_API_KEY}:{X_API_SECRET}");
    let acts = ayrshare_answers(&echo);
    let server = Server::start(Layer::Tcp, acts.clone()).await;
    for act in 0..acts.len() {
        use ayrshare::DeleteRequest;
        server.tally.act.store(act, Ordering::SeqCst);
        for request in [
            DeleteRequest::by_id("post-1"),
            DeleteRequest::bulk(["post-1", "post-2"]),
            DeleteRequest::delete_all_scheduled(),
            DeleteRequest::mark_manual_deleted("post-1"),
        ] {
            // Some of these answers are a success, and then there is no error to look at.
            errors.extend(unhurried(&server).delete(request).await.err());
        }
    }
    let acts = genviral_answers(API_KEY);
    let server = Server::start(Layer::Tcp, acts.clone()).await;
    for act in 0..acts.len() {
        use genviral::DeleteRequest;
        server.tally.act.store(act, Ordering::SeqCst);
        for request in [
            DeleteRequest::by_id("post-1"),
            DeleteRequest::bulk(["post-1", "post-2"]),
        ] {
            errors.extend(unhurried_genviral(&server).delete(request).await.err());
        }
    }
    errors
}

/// The outcomes of runs against such servers, and the `Debug` output of the runs on the way.
#[derive(Default)]
pub(crate) struct Runs {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) shown: Vec<String>,
}

impl Runs {
    pub(crate) async fn met() -> Self {
        let mut runs = Self::default();
        let echo = format!("{API_KEY} {PROFILE_KEY} {X_API_KEY}:{X_API_SECRET}");
        let acts = ayrshare_answers(&echo);
        let server = Server::start(Layer::Tcp, acts.clone()).await;
        for act in 0..acts.len() {
            server.tally.act.store(act, Ordering::SeqCst);
            for batch_size in [1, 2] {
                let posts = unhurried(&server).delete_many(["post-1", "post-2"]);
                runs.read(posts.batch_size(batch_size).run(), false).await;
            }
        }
        let stopped = unhurried(&server).delete_many(["post-1", "post-2"]);
        runs.read(stopped.run(), true).await;
        let acts = genviral_answers(API_KEY);
        let server = Server::start(Layer::Tcp, acts.clone()).await;
        for act in 0..acts.len() {
            server.tally.act.store(act, Ordering::SeqCst);
            for batch_size in [1, 2] {
                let posts = unhurried_genviral(&server).delete_many(["post-1", "post-2"]);
                runs.read(posts.batch_size(batch_size).run(), false).await;
            }
        }
        let stopped = unhurried_genviral(&server).delete_many(["post-1", "post-2"]);
        runs.read(stopped.batch_size(1).run(), true).await;
        runs
    }

    async fn read(&mut self, mut run: Outcomes<'_>, stops: bool) {
        while let Some(outcome) = run.next().await {
            self.outcomes.push(outcome);
            if stops {
                run.stop();
            }
            self.shown.push(format!("{run:?} {run:#?}"));
        }
    }
}

/// Makes a client log as much as it can, and trust no certificate, because reading certificates takes time.
fn talkative(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    plain()(http).connection_verbose(true)
}

/// A new client for each run, so that no 429 holds up the next run. One 429 ends a run, which would wait otherwise.
fn unhurried(server: &Server) -> ayrshare::Client {
    let base_url = format!("http://{}", server.address);
    ayrshare_client(|builder| {
        builder
            .base_url(base_url)
            .http(talkative)
            .rate_limit(RateLimit::unlimited().max_throttled_per_day(1))
            .retry(Retry::never())
    })
}

fn unhurried_genviral(server: &Server) -> genviral::Client {
    let builder = genviral::Client::builder(API_KEY)
        .base_url(format!("http://{}", server.address))
        .http(talkative)
        .rate_limit(RateLimit::unlimited().max_throttled_per_day(1))
        .retry(Retry::never());
    builder.build().unwrap()
}

fn ayrshare_answers(echo: &str) -> Vec<Act> {
    // The same with every `P` as an escape.
    let escaped = echo.replace('P', r"\u0050");
    let network =
        format!(r#"{{"status":"{echo}","id":"{echo}","code":"{echo}","message":"{echo}"}}"#);
    let bodies = [
        format!(r#"{{"status":"error","code":101,"message":"{echo}"}}"#),
        format!(r#"{{"status":"error","code":101,"message":"{escaped}"}}"#),
        format!(r#"{{"status":"error","code":"{echo}","id":"{echo}"}}"#),
        format!(r#"{{"status":"{echo}","message":"{echo}"}}"#),
        format!(r#"{{"status":"error","errors":[{{"code":102,"message":"{echo}"}}]}}"#),
        format!(r#"{{"status":"error","facebook":{network}}}"#),
        format!(r#"{{"status":"success","facebook":{network}}}"#),
        format!(r#"{{"status":"error","{echo}":{{"status":"error","message":"{echo}"}}}}"#),
        format!(r#"{{"status":"error","{escaped}":{{"status":"error","message":"{escaped}"}}}}"#),
        format!(r#"{{"bulk":[{{"id":"post-1","status":"error","message":"{echo}"}}]}}"#),
        format!(r#"{{"post-1":{{"status":"{echo}","code":444,"message":"{echo}"}}}}"#),
        format!(r#"{{"posts":[{{"id":"post-1","status":"error","facebook":{network}}}]}}"#),
        format!(r#"{{"status":"error","details":"{echo}","warnings":["{echo}"]}}"#),
        format!("<html>{echo}"),
    ];
    let mut acts = heads(echo);
    for status in [200, 400, 401, 429, 500] {
        acts.extend(
            bodies
                .iter()
                .map(|body| Act::answer(json(status, &[], body))),
        );
    }
    acts
}

fn genviral_answers(echo: &str) -> Vec<Act> {
    let bodies = [
        format!(r#"{{"ok":false,"message":"{echo}","error_code":"{echo}"}}"#),
        format!(
            r#"{{"ok":true,"data":{{"blockedStatuses":[{{"id":"post-1","status":"{echo}"}}]}}}}"#
        ),
        format!(r#"{{"ok":true,"data":{{"errors":{{"post-1":"{echo}","{echo}":"{echo}"}}}}}}"#),
        format!(r#"{{"ok":true,"data":{{"deletedIds":["{echo}"],"skipped":["{echo}"]}}}}"#),
        format!("<html>{echo}"),
    ];
    let mut acts = heads(echo);
    for status in [200, 401, 422, 429, 500] {
        acts.extend(
            bodies
                .iter()
                .map(|body| Act::answer(json(status, &[], body))),
        );
    }
    acts
}

/// Answers that quote the secrets above the body. Some of the heads are valid and some are not.
fn heads(echo: &str) -> Vec<Act> {
    let header = format!("X-Echo: {echo}");
    let location = format!("Location: https://127.0.0.1:1/?{echo}");
    let retry_after = format!("Retry-After: {echo}");
    let length = format!("Content-Length: {echo}");
    vec![
        Act::answer(whole(400, &[&header], "")),
        Act::answer(whole(307, &[&location], echo)),
        Act::answer(whole(429, &[&retry_after], echo)),
        Act::write(head(200, &[&length]), Ends::Fin),
        Act::write(head(200, &[echo]), Ends::Fin),
        Act::write(format!("HTTP/1.1 400 {echo}\r\n\r\n"), Ends::Fin),
        Act::write(format!("HTTP/1.1 {echo}\r\n\r\n"), Ends::Fin),
        Act::write(echo, Ends::Fin),
        Act::write(
            [
                &head(200, &["Transfer-Encoding: chunked"])[..],
                echo.as_bytes(),
            ]
            .concat(),
            Ends::Fin,
        ),
    ]
}

/// The errors of requests through proxies that refuse, quote, or break off.
pub(crate) async fn proxied() -> Vec<Error> {
    let quotes = format!("user:{PROXY_PASSWORD}");
    let acts = [
        Act::write(
            head(407, &[&format!("Proxy-Authenticate: Basic realm={quotes}")]),
            Ends::Fin,
        ),
        Act::write(format!("HTTP/1.1 502 {quotes}\r\n\r\n{quotes}"), Ends::Fin),
        Act::write(quotes.clone(), Ends::Fin),
        Act::write(format!("HTTP/1.1 200 OK\r\n\r\n{quotes}"), Ends::Fin),
        Act::write("", Ends::Rst),
    ];
    let server = Server::start(Layer::Tcp, acts.to_vec()).await;
    let with_password = format!("http://user:{PROXY_PASSWORD}@{}", server.address);
    let without = format!("http://{}", server.address);
    let mut errors = Vec::new();
    for act in 0..acts.len() {
        server.tally.act.store(act, Ordering::SeqCst);
        let proxies = [
            reqwest::Proxy::all(&with_password).unwrap(),
            reqwest::Proxy::all(&without)
                .unwrap()
                .basic_auth("user", PROXY_PASSWORD),
        ];
        for proxy in proxies {
            let client = ayrshare_client(|builder| {
                builder
                    .base_url("https://provider.example/api")
                    .http(move |http| talkative(http).proxy(proxy.clone()))
            });
            assert!(!format!("{client:?}").contains(PROXY_PASSWORD));
            let request = ayrshare::DeleteRequest::by_id("post-1");
            errors.push(client.delete(request).await.unwrap_err());
        }
    }
    assert!(server.tally.requests.load(Ordering::SeqCst) > 0);
    errors
}

/// All bytes that a second origin gets when a first one redirects to it.
pub(crate) async fn bytes_that_followed_a_redirect() -> Vec<u8> {
    listen();
    let heard = Arc::<Mutex<Vec<u8>>>::default();
    let shared = Arc::clone(&heard);
    let second = Server::serve(move |mut stream, _| {
        let heard = Arc::clone(&shared);
        async move {
            // Even a connection without any byte is too much.
            heard.lock().unwrap().extend(b"a connection: ");
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await?;
            heard.lock().unwrap().extend(bytes);
            Ok(())
        }
    })
    .await;
    let location = format!("Location: http://{}/post", second.address);
    let acts = [301, 302, 303, 307, 308].map(|status| Act::answer(whole(status, &[&location], "")));
    let first = Server::start(Layer::Tcp, acts.to_vec()).await;
    for act in 0..acts.len() {
        first.tally.act.store(act, Ordering::SeqCst);
        let follow =
            |http: reqwest::ClientBuilder| http.redirect(reqwest::redirect::Policy::limited(9));
        let base_url = format!("http://{}", first.address);
        let client = ayrshare_client(|builder| {
            builder
                .base_url(&base_url)
                .http(follow)
                .attempt_timeout(Duration::from_secs(1))
        });
        let request = ayrshare::DeleteRequest::delete_all_scheduled();
        client.delete(request).await.unwrap_err();
        let client = genviral::Client::builder(API_KEY)
            .base_url(base_url)
            .attempt_timeout(Duration::from_secs(1))
            .retry(Retry::never())
            .http(follow);
        let request = genviral::DeleteRequest::by_id("post-1");
        client.build().unwrap().delete(request).await.unwrap_err();
    }
    assert_eq!(first.tally.requests.load(Ordering::SeqCst), 10);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let heard = heard.lock().unwrap();
    heard.clone()
}
