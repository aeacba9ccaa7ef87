//! What an application stores, sends between threads and matches on.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;
use unpost::{
    Error, ErrorKind, Failure, Fate, NetworkResult, Outcome, PostId, Provider, RateLimit, Retry,
    Summary, ayrshare, genviral,
};

use crate::support::{Server, Step};

fn failure() -> Failure {
    let mut failure = Failure::new(ErrorKind::RateLimited);
    failure.http_status = Some(429);
    failure.code = Some("rate_limited".into());
    failure.message = Some("slow down".into());
    failure
}

#[test]
fn an_outcome_written_by_an_older_version_without_optional_members_is_read() {
    let stored = json!({"id": "a", "provider": "ayrshare", "fate": "failed", "kind": "refused"});
    let outcome: Outcome = serde_json::from_value(stored).unwrap();
    let fate = Fate::Failed(Failure::new(ErrorKind::Refused));
    assert_eq!(outcome, Outcome::new("a", Provider::Ayrshare, fate));
}

#[test]
fn a_provider_of_ones_own_keeps_its_name_and_a_known_name_is_the_known_provider() {
    let acme = Provider::Other("acme".into());
    let stored = serde_json::to_string(&Outcome::new("a", acme.clone(), Fate::Deleted)).unwrap();
    assert!(stored.contains(r#""provider":"acme""#), "{stored}");
    assert_eq!(
        serde_json::from_str::<Outcome>(&stored).unwrap().provider,
        acme
    );

    let spelled_out = Provider::Other("ayrshare".into());
    assert_eq!(spelled_out, Provider::Ayrshare);
    let read: Provider = serde_json::from_value(json!(spelled_out)).unwrap();
    assert!(matches!(read, Provider::Ayrshare));
    assert_eq!(
        Provider::Other("a\u{202e}b".into()).to_string(),
        "a\\u{202e}b"
    );
}

#[test]
fn a_wait_is_stored_in_seconds_and_no_number_is_too_odd_to_be_read() {
    for (wait, stored) in [
        (Duration::from_secs(30), "30"),
        (Duration::from_millis(1_500), "1.5"),
        (Duration::from_nanos(86_399_999_999_999), "86399.999999999"),
    ] {
        let mut failure = Failure::new(ErrorKind::RateLimited);
        failure.retry_after = Some(wait);
        let line = serde_json::to_string(&failure).unwrap();
        assert_eq!(
            line,
            format!(r#"{{"kind":"rate_limited","retry_after":{stored}}}"#)
        );
        assert_eq!(serde_json::from_str::<Failure>(&line).unwrap(), failure);
    }
    let longest = Duration::from_secs(u32::MAX.into());
    for (stored, wait) in [
        ("null", None),
        ("-1", Some(Duration::ZERO)),
        ("1e300", Some(longest)),
        ("18446744073709551615", Some(longest)),
    ] {
        let line = format!(
            r#"{{"id":"a","provider":"genviral","fate":"failed","kind":"server","retry_after":{stored}}}"#
        );
        let outcome: Outcome = serde_json::from_str(&line).unwrap();
        assert_eq!(
            outcome.fate.failure().unwrap().retry_after,
            wait,
            "{stored}"
        );
    }
}

#[test]
fn invisible_characters_in_a_servers_text_are_escaped() {
    let text = "a\u{202e}\u{2028}\u{feff}\u{200b}\u{2066}\u{85}b";
    let mut failure = failure();
    failure.code = Some(text.into());
    failure.message = Some(text.into());
    failure.detail = Some(text.into());
    let provider = Provider::Other(text.to_owned().into());
    let blocked = Fate::Blocked {
        status: text.into(),
    };
    let code = genviral::ErrorCode::from(text);
    let outcome = Outcome::new("a", provider.clone(), blocked.clone());
    let mut summary = Summary::default();
    summary.stopped_by = Some(failure.clone());
    let shown = [
        format!("{failure} {failure:?} {provider} {provider:?} {blocked} {blocked:?}"),
        format!("{code} {code:?} {outcome:?} {summary} {summary:?}"),
        format!("{:?}", NetworkResult::new(text, text)),
    ];
    assert!(shown.concat().is_ascii(), "{shown:?}");
}

#[test]
fn codes_and_ids_are_stored_as_the_provider_writes_them() {
    let code = ayrshare::ErrorCode::new(98_765);
    assert_eq!(serde_json::to_value(code).unwrap(), 98_765);
    let code = genviral::ErrorCode::Other("name_of_tomorrow".into());
    assert_eq!(serde_json::to_value(&code).unwrap(), "name_of_tomorrow");
    assert_eq!(serde_json::to_value(PostId::from("a")).unwrap(), "a");
}

#[test]
fn a_client_uses_the_documented_endpoint_by_default() {
    let ayrshare = unpost::ayrshare::Client::builder("api-key")
        .build()
        .unwrap();
    let genviral = unpost::genviral::Client::builder("public.secret")
        .build()
        .unwrap();
    assert!(format!("{ayrshare:?}").contains("\"https://api.ayrshare.com/api/post\""));
    assert!(
        format!("{genviral:?}").contains("\"https://www.genviral.io/api/partner/v1/posts/delete\"")
    );
}

#[test]
fn a_fate_tells_whether_the_post_is_gone_and_whether_to_retry() {
    let blocked = Fate::Blocked {
        status: "posted".into(),
    };
    for (fate, gone, again) in [
        (Fate::Deleted, true, false),
        (Fate::AlreadyDeleted, true, false),
        (Fate::MarkedDeleted, false, false),
        (Fate::NotFound, false, false),
        (Fate::Partial, false, false),
        (blocked, false, false),
        (Fate::Unreported, false, true),
        (Fate::Unknown, false, false),
        (Fate::Failed(Failure::new(ErrorKind::Refused)), false, false),
        (
            Fate::Failed(Failure::new(ErrorKind::RateLimited)),
            false,
            true,
        ),
        (
            Fate::Failed(Failure::new(ErrorKind::Unauthorized)),
            false,
            true,
        ),
        (
            Fate::Uncertain(Failure::new(ErrorKind::Disconnected)),
            false,
            true,
        ),
        (
            Fate::NotAttempted(Failure::new(ErrorKind::Connect)),
            false,
            true,
        ),
        (
            Fate::NotAttempted(Failure::new(ErrorKind::Invalid)),
            false,
            false,
        ),
    ] {
        assert_eq!(
            (fate.is_gone(), fate.should_retry()),
            (gone, again),
            "{fate:?}"
        );
    }
}

#[test]
fn errors_clients_and_calls_under_way_can_move_between_threads() {
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    fn is_sent<T: Send>(_: T) {}
    is_shared::<Error>();
    is_shared::<ayrshare::Client>();
    is_shared::<genviral::Client>();
    let client = ayrshare::Client::builder("KEY").build().unwrap();
    is_sent(client.delete(ayrshare::DeleteRequest::by_id("a")));
    let client = genviral::Client::builder("KEY").build().unwrap();
    is_sent(client.delete(genviral::DeleteRequest::by_id("a")));
    is_sent(client.clone());
}

#[tokio::test]
async fn an_error_prints_in_main_as_one_line_a_few_outcomes_and_its_causes() {
    let client = genviral::Client::builder("public.secret").build().unwrap();
    let ids: Vec<_> = (0..51)
        .map(|n| format!("{n:08}-8cce-4fb7-8c7b-befbcb8af812"))
        .collect();
    let error = client.delete(genviral::DeleteRequest::bulk(&ids)).await;
    let error = error.unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.len() < 1_000, "{}: {shown}", shown.len());
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[0], error.to_string());
    assert!(
        lines[1].starts_with(&format!("  {}: not attempted: ", ids[0])),
        "{shown}"
    );
    assert_eq!(lines[6..], ["  … and 46 more"]);
    assert_eq!((error.provider(), error.outcomes().len()), (None, 51));
    let copy = error.clone();
    assert_eq!(copy.into_outcomes(), error.outcomes());
    assert_eq!(error.into_outcomes().len(), 51);

    // Nobody listens at this port, which the system has just taken back.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let nobody =
        genviral::Client::builder("public.secret").base_url(format!("http://127.0.0.1:{port}"));
    let client = nobody.retry(Retry::never()).build().unwrap();
    let error = client
        .delete(genviral::DeleteRequest::by_id("post-1"))
        .await
        .unwrap_err();
    assert_eq!(error.provider(), Some(Provider::Genviral));
    let shown = format!("{error:?}");
    assert!(
        shown.contains("\n  post-1: not attempted: ") && shown.contains("\ncaused by: "),
        "{shown}"
    );
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn a_limit_and_a_retry_are_written_as_they_are_read_and_bad_ones_are_refused() {
    let limit = RateLimit::new(150, Duration::from_millis(1_500)).max_throttled_per_day(7);
    let retry = Retry::attempts(4).backoff(Duration::from_millis(500), Duration::from_secs(9));
    for limit in [limit, RateLimit::unlimited()] {
        let stored = serde_json::to_value(&limit).unwrap();
        assert_eq!(serde_json::from_value::<RateLimit>(stored).unwrap(), limit);
    }
    // TOML has no null, so it is read from JSON and never written.
    let stored = serde_json::to_string(&RateLimit::unlimited()).unwrap();
    assert_eq!(
        stored,
        r#"{"requests":"unlimited","max_throttled_per_day":100}"#
    );
    let limit: RateLimit = serde_json::from_str(r#"{"requests":null}"#).unwrap();
    assert_eq!(limit, RateLimit::unlimited());
    let stored = serde_json::to_string(&retry).unwrap();
    assert_eq!(
        stored,
        r#"{"attempts":4,"first_wait":0.5,"longest_wait":9}"#
    );
    assert_eq!(serde_json::from_str::<Retry>(&stored).unwrap(), retry);
    assert_eq!(
        serde_json::from_str::<Retry>("{}").unwrap(),
        Retry::default()
    );
    assert_eq!(
        serde_json::from_str::<Retry>(r#"{"attempts":0}"#).unwrap(),
        Retry::never()
    );
    for flawed in [
        "{}",
        r#"{"requests":1}"#,
        r#"{"requests":null,"window":1}"#,
        r#"{"requests":"unlimited","window":1}"#,
        r#"{"requests":"none"}"#,
        r#"{"requests":-1,"window":1}"#,
        r#"{"requests":1,"window":-1}"#,
        r#"{"requests":1,"window":1e99}"#,
        r#"{"requests":1,"window":1,"per_day":2}"#,
    ] {
        assert!(
            serde_json::from_str::<RateLimit>(flawed).is_err(),
            "{flawed}"
        );
    }
    assert!(serde_json::from_str::<Retry>(r#"{"first_wait":-1}"#).is_err());
}

#[test]
fn outcomes_can_be_kept_in_a_set_and_counted_and_ids_compared_with_texts() {
    let outcome = Outcome::new("a", Provider::Ayrshare, Fate::Failed(failure()));
    let set: HashSet<_> = [outcome.clone(), outcome.clone()].into_iter().collect();
    assert_eq!(set.len(), 1);
    let mut summary: Summary = set.iter().collect();
    summary.extend(&set);
    summary.extend(set);
    assert_eq!((summary.total, summary.failed), (3, 3));
    let (id, text) = (outcome.id, String::from("a"));
    assert_eq!(id, text);
    assert_eq!(text, id);
    assert_eq!("a", id);
    assert_eq!(*"a", id);
}

#[test]
fn the_http_library_is_at_hand_in_the_version_that_builders_take() {
    let proxy = unpost::reqwest::Proxy::all("http://127.0.0.1:1").unwrap();
    let builder = ayrshare::Client::builder("KEY").http(move |http| http.proxy(proxy.clone()));
    let client = builder.base_url("http://127.0.0.1:1/v1/").build().unwrap();
    assert_eq!(client.base_url(), "http://127.0.0.1:1/v1");
}

#[tokio::test]
async fn the_message_that_ends_a_run_is_kept_once_for_all_posts_of_a_request() {
    let message = "no such key. ".repeat(10_000);
    let body = format!(r#"{{"status":"error","code":102,"message":"{message}"}}"#);
    let server = Server::start(vec![Step::json(401, &body); 8]).await;
    let client = server.ayrshare().build().unwrap();
    let mut run = client
        .delete_many((0..20_000).map(|n| format!("post-{n}")))
        .run();
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
    }
    assert_eq!(outcomes.len(), 20_000);
    let failures = outcomes.iter().filter_map(|outcome| outcome.fate.failure());
    let messages: Vec<_> = failures
        .filter_map(|failure| failure.message.as_ref())
        .collect();
    assert_eq!(messages.len(), 20_000);
    assert!(messages.iter().all(|message| message.len() <= 4096));
    let distinct: HashSet<_> = messages.iter().map(|message| message.as_ptr()).collect();
    assert!(distinct.len() <= server.count(), "{}", distinct.len());
}

#[tokio::test]
async fn every_text_of_a_server_is_cut_and_says_so() {
    let long = "é".repeat(100_000);
    let network = format!(
        r#"{{"action":"delete","status":"{long}","id":"{long}","code":1,"message":"{long}"}}"#
    );
    let server = Server::start([
        Step::json(400, &format!(r#"{{"status":"error","{long}":{network}}}"#)),
        Step::json(
            200,
            &format!(
                r#"{{"ok":true,"data":{{"blockedStatuses":[{{"id":"a","status":"{long}"}}]}}}}"#
            ),
        ),
        Step::json(
            200,
            &format!(r#"{{"ok":true,"data":{{"errors":{{"a":"{long}"}}}}}}"#),
        ),
    ])
    .await;
    let client = server.ayrshare().build().unwrap();
    let error = client
        .delete(ayrshare::DeleteRequest::by_id("a"))
        .await
        .unwrap_err();
    let network = &error.outcomes()[0].networks[0];
    let mut labels = vec![
        network.network.clone(),
        network.status.clone(),
        network.id.clone().unwrap(),
    ];
    let mut messages = vec![network.message.clone().unwrap()];
    let client = server.genviral().build().unwrap();
    for _ in 0..2 {
        let error = client
            .delete(genviral::DeleteRequest::by_id("a"))
            .await
            .unwrap_err();
        match &error.outcomes()[0].fate {
            Fate::Blocked { status } => labels.push(status.clone()),
            fate => messages.push(
                fate.failure()
                    .unwrap()
                    .message
                    .as_deref()
                    .unwrap()
                    .to_owned(),
            ),
        }
    }
    assert_eq!((labels.len(), messages.len()), (4, 2));
    for (texts, most) in [(labels, 256), (messages, 4096)] {
        for text in texts {
            assert!(text.ends_with("é… [cut]"), "{text}");
            assert!((most - 1..=most).contains(&text.len()), "{}", text.len());
        }
    }
}
