//! Promise 4: credentials stay where they belong. These tests check it too:
//! `transport::only_https_or_loopback_is_spoken_to`,
//! `transport::a_base_url_with_white_space_a_control_character_or_a_backslash_is_refused_before_it_is_parsed`,
//! `transport::a_new_builder_from_the_caller_brings_no_proxy_of_the_environment_back_and_keeps_the_callers_own`,
//! `transport::a_redirect_is_an_answer_and_the_other_origin_gets_nothing`,
//! `transport::a_proxy_is_used_where_the_caller_names_one_but_never_for_loopback`,
//! and the search for secrets in the package `unpost-battery`.

use std::error::Error as StdError;
use std::fmt::{Debug, Write as _};
use std::time::Duration;

use unpost::{Error, Retry, ayrshare, genviral};

use crate::support::{Scratch, Server, Step};

const AYRSHARE: &[&str] = &[
    "AYRSHARE-KEY-SECRET",
    "PROFILE-KEY-SECRET",
    "X-API-KEY-SECRET",
    "X-API-SECRET-SECRET",
];
const GENVIRAL: &[&str] = &["PUBLIC.GENVIRAL-SECRET"];

fn all_secrets() -> String {
    [AYRSHARE, GENVIRAL].concat().join(" and ")
}

fn ayrshare_of(server: &Server) -> ayrshare::ClientBuilder {
    let client = ayrshare::Client::builder(AYRSHARE[0]).base_url(server.url());
    let client = client
        .profile_key(AYRSHARE[1])
        .x_keys(AYRSHARE[2], AYRSHARE[3]);
    client
        .retry(Retry::never())
        .attempt_timeout(Duration::from_millis(300))
}

fn genviral_of(server: &Server) -> genviral::ClientBuilder {
    let client = genviral::Client::builder(GENVIRAL[0]).base_url(server.url());
    client
        .retry(Retry::never())
        .attempt_timeout(Duration::from_millis(300))
}

#[track_caller]
fn assert_tells_nothing(text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is in: {text}");
    }
}

#[track_caller]
fn assert_debug_tells_nothing(value: &impl Debug, secrets: &[&str]) {
    assert_tells_nothing(&format!("{value:?} {value:#?}"), secrets);
}

/// Searches all that an application can print of an error.
#[track_caller]
fn assert_error_tells_nothing(error: &Error, secrets: &[&str]) {
    let mut text = format!(
        "{error} {error:#} {error:?} {error:#?} {:?}",
        error.message()
    );
    let mut cause = error.source();
    while let Some(source) = cause {
        write!(text, " {source} {source:?} {source:#?}").unwrap();
        cause = source.source();
    }
    text += &serde_json::to_string(error.outcomes()).unwrap();
    for outcome in error.outcomes() {
        text += &outcome.fate.to_string();
    }
    let codes = (error.ayrshare_code(), error.genviral_code());
    write!(text, "{codes:?}").unwrap();
    assert_tells_nothing(&text, secrets);
}

#[tokio::test]
async fn clients_and_builders_show_no_key() {
    let server = Server::start([]).await;
    assert_debug_tells_nothing(&ayrshare_of(&server), AYRSHARE);
    assert_debug_tells_nothing(&ayrshare_of(&server).build().unwrap(), AYRSHARE);
    assert_debug_tells_nothing(&genviral_of(&server), GENVIRAL);
    assert_debug_tells_nothing(&genviral_of(&server).build().unwrap(), GENVIRAL);
}

/// A Genviral key is `<public_id>.<secret>`.
#[tokio::test]
async fn no_error_shows_half_a_genviral_key() {
    let halves = "public-id-of-ours and secret-of-ours";
    let body = format!(r#"{{"ok":false,"error_code":"invalid_token","message":"{halves}"}}"#);
    let server = Server::start([Step::json(401, &body)]).await;
    let client =
        genviral::Client::builder("public-id-of-ours.secret-of-ours").base_url(server.url());
    let request = genviral::DeleteRequest::by_id("a");
    let error = client.build().unwrap().delete(request).await.unwrap_err();
    assert_eq!(error.message(), Some("[secret] and [secret]"));
}

#[tokio::test]
async fn no_error_shows_the_beginning_of_a_key_where_a_text_was_cut() {
    let server = Server::start([]).await;
    let (genviral, ayrshare) = (genviral_of(&server).build(), ayrshare_of(&server).build());
    let (genviral, ayrshare) = (genviral.unwrap(), ayrshare.unwrap());
    // A message is cut to 4 KiB and a code to 256 bytes, with a mark of 9 bytes. Each step cuts the key elsewhere.
    for kept in 1..GENVIRAL[0].len() {
        let quote = |most: usize, key: &str| "x".repeat(most - 9 - kept) + key + &"y".repeat(99);
        let (message, code) = (quote(4096, GENVIRAL[0]), quote(256, GENVIRAL[0]));
        let body = format!(r#"{{"ok":false,"error_code":"{code}","message":"{message}"}}"#);
        server.tell([Step::json(400, &body)]);
        let request = genviral::DeleteRequest::by_id("a");
        let of_genviral = genviral.delete(request).await.unwrap_err();

        let message = quote(4096, AYRSHARE[0]);
        let body = format!(r#"{{"status":"error","code":101,"message":"{message}"}}"#);
        server.tell([Step::json(400, &body)]);
        let request = ayrshare::DeleteRequest::by_id("a");
        let of_ayrshare = ayrshare.delete(request).await.unwrap_err();

        let code = of_genviral.failure().code.as_deref();
        for text in [of_genviral.message(), code, of_ayrshare.message()] {
            let text = text.unwrap();
            let shown = text.trim_start_matches('x');
            assert!(text.len() <= 4096 && text.ends_with("… [cut]"), "{shown}");
            assert!(!shown.contains(['P', 'G', 'A']), "{kept}: {shown}");
        }
        assert!(code.unwrap().len() <= 256);
    }
}

/// Answers that quote every key, in each place of an answer that is read.
fn quoting_steps() -> Vec<Step> {
    let all = all_secrets();
    let network = format!(r#"{{"status":"{all}","id":"{all}","code":102,"message":"{all}"}}"#);
    vec![
        Step::hang_up(),
        Step::stall(),
        Step::answer(302, &[&format!("location: /?key={}", AYRSHARE[0])], &all),
        Step::answer(200, &[], format!("<html>{all}")),
        Step::answer(503, &[&format!("x-quoted: {}", AYRSHARE[0])], &all),
        Step::json(
            403,
            &format!(r#"{{"status":"error","code":102,"message":"{all}","error_code":"{all}"}}"#),
        ),
        Step::json(
            400,
            &format!(r#"{{"status":"error","code":"{all}","message":"{all}"}}"#),
        ),
        Step::json(
            400,
            &format!(r#"{{"status":"error","twitter":{network},"{all}":{network}}}"#),
        ),
        Step::json(200, &format!(r#"{{"status":"{all}","id":"{all}"}}"#)),
        Step::json(
            400,
            &format!(r#"{{"status":"error","errors":[{{"platform":"{all}","message":"{all}"}}]}}"#),
        ),
        Step::json(
            200,
            &format!(r#"{{"data":{{"blockedStatuses":[{{"id":"a","status":"{all}"}}]}}}}"#),
        ),
        Step::json(500, &format!(r#"{{"data":{{"errors":{{"a":"{all}"}}}}}}"#)),
        // A JSON reader turns these escapes into the keys.
        Step::json(
            400,
            r#"{"status":"error","message":"\u0041YRSHARE-KEY-SECRET PUBLIC.GENVIRAL\u002dSECRET"}"#,
        ),
    ]
}

#[tokio::test]
async fn no_error_shows_a_key_even_where_the_answer_quotes_it() {
    let server = Server::start([]).await;
    let ayrshare = ayrshare_of(&server).build().unwrap();
    let genviral = genviral_of(&server).build().unwrap();
    // This is last because the limiter holds up every request after it.
    let throttled = Step::answer(429, &["retry-after: 9"], all_secrets());
    for step in quoting_steps().into_iter().chain([throttled]) {
        server.tell(vec![step; 2]);
        let answer = ayrshare.delete(ayrshare::DeleteRequest::by_id("a")).await;
        assert_error_tells_nothing(&answer.unwrap_err(), AYRSHARE);
        let answer = genviral.delete(genviral::DeleteRequest::by_id("a")).await;
        assert_error_tells_nothing(&answer.unwrap_err(), GENVIRAL);
    }
}

#[tokio::test]
async fn no_journal_holds_a_key_even_where_the_answer_quotes_it() {
    let server = Server::start([]).await;
    let ayrshare = ayrshare_of(&server).build().unwrap();
    let genviral = genviral_of(&server).build().unwrap();
    let file = Scratch::new();
    let throttled = Step::answer(429, &["retry-after: 0"], all_secrets());
    let steps = quoting_steps().into_iter().chain([throttled]);
    let ids = || (0..).map(|number| format!("post-{number}"));
    let mut settled = 0;
    for (step, id) in steps.zip(ids()) {
        for is_ayrshare in [true, false] {
            server.tell([step.clone()]);
            let journal = file.journal();
            let mut run = if is_ayrshare {
                ayrshare.delete_many([&*id]).journal(journal).run()
            } else {
                genviral.delete_many([&*id]).journal(journal).run()
            };
            while run.next().await.is_some() {
                settled += 1;
            }
        }
    }
    let written = std::fs::read_to_string(file.path()).unwrap();
    assert_eq!(written.matches(r#""settled":"#).count(), settled);
    assert!(written.contains("[secret]"), "{written}");
    for line in written.lines() {
        // A client knows its own keys.
        let is_of_genviral = line.contains(r#""provider":"genviral""#);
        assert_tells_nothing(line, if is_of_genviral { GENVIRAL } else { AYRSHARE });
    }
}

/// Some gateways expect a key in the path of the base URL.
#[tokio::test]
async fn no_error_shows_the_url_that_a_request_was_sent_to() {
    const PATH: &[&str] = &["KEY-IN-A-PATH"];
    let cut = Step::json(200, r#"{"status":"success"}"#).cut(1);
    let server = Server::start([Step::hang_up(), cut, Step::stall()]).await;
    let client = |base: &str| {
        let client = ayrshare::Client::builder("KEY").base_url(format!("{base}/{}", PATH[0]));
        let client = client.retry(Retry::never());
        client
            .attempt_timeout(Duration::from_millis(300))
            .build()
            .unwrap()
    };
    let urls = vec![server.url(); 3].into_iter();
    for url in urls.chain([server.url().replace("http:", "https:")]) {
        let answer = client(&url)
            .delete(ayrshare::DeleteRequest::by_id("a"))
            .await;
        let error = answer.unwrap_err();
        assert!(error.source().is_some(), "{error:?}");
        assert_error_tells_nothing(&error, PATH);
    }
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn no_error_shows_a_key_where_nothing_answers_or_the_key_itself_is_wrong() {
    let server = Server::start([]).await;
    let secured = server.url().replace("http:", "https:");
    let client = ayrshare_of(&server).base_url(secured).build().unwrap();
    let answer = client.delete(ayrshare::DeleteRequest::by_id("a")).await;
    assert_error_tells_nothing(&answer.unwrap_err(), AYRSHARE);

    for broken in AYRSHARE.iter().map(|key| format!("{key}\n")) {
        let builder = || ayrshare::Client::builder("KEY");
        for error in [
            ayrshare::Client::builder(&*broken).build().err(),
            builder().profile_key(&*broken).build().err(),
            builder().x_keys(&*broken, "b").build().err(),
            builder().x_keys("a", &*broken).build().err(),
            builder().build().unwrap().for_profile(&*broken).err(),
            builder()
                .base_url(format!("http://{broken}.example"))
                .build()
                .err(),
            builder()
                .base_url(format!("https://u:{}@a.example", broken.trim()))
                .build()
                .err(),
            genviral::Client::builder(&*broken).build().err(),
        ] {
            assert_error_tells_nothing(&error.unwrap(), AYRSHARE);
        }
    }
}

#[tokio::test]
async fn a_response_shows_no_key_unless_asked_for_the_answer_itself() {
    let body = all_secrets();
    let body = format!(
        r#"{{"status":"success","twitter":{{"status":"success","message":"{body}","id":"{body}"}},
            "ok":true,"message":"{body}","data":{{"deletedIds":["a"]}}}}"#
    );
    let server = Server::start(vec![Step::json(200, &body); 2]).await;
    let client = ayrshare_of(&server).build().unwrap();
    let answer = client
        .delete(ayrshare::DeleteRequest::by_id("a"))
        .await
        .unwrap();
    assert_debug_tells_nothing(&answer, AYRSHARE);
    assert_debug_tells_nothing(&answer.networks(), AYRSHARE);
    assert_eq!(answer.raw_json(), body);
    let client = genviral_of(&server).build().unwrap();
    let answer = client
        .delete(genviral::DeleteRequest::by_id("a"))
        .await
        .unwrap();
    assert_debug_tells_nothing(&answer, GENVIRAL);
    assert_eq!(answer.raw_json(), body);
}
