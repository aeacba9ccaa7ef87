//! Promise 6: the client never gets a profile suspended. These tests check it too:
//! `retry::a_429_is_retried_once_whatever_the_verb` and the two tests after it.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;
use unpost::ayrshare::{Client, DeleteRequest};
use unpost::{ErrorKind, Fate, RateLimit, Retry};

use crate::support::{Server, Step};

fn success() -> Step {
    Step::json(200, r#"{"status":"success"}"#)
}

fn throttled(retry_after: &str) -> Step {
    Step::answer(429, &[&format!("retry-after: {retry_after}")], "")
}

/// Asserts that nothing is sent, and that the error says how long to wait.
async fn assert_is_held(client: &Client, for_at_least: Duration) {
    let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, 0)
    );
    assert!(!error.is_uncertain() && error.is_retryable());
    assert!(error.retry_after().unwrap() > for_at_least, "{error:?}");
    let fate = &error.outcomes()[0].fate;
    assert!(matches!(fate, Fate::NotAttempted(_)), "{fate:?}");
}

#[tokio::test]
async fn clones_share_the_rate_limit_of_their_profile() {
    let window = Duration::from_millis(500);
    let server = Server::start(vec![success(); 9]).await;
    let limited = server.ayrshare().rate_limit(RateLimit::new(4, window));
    let client = limited.build().unwrap();
    let run = |count: usize, client: &Client| {
        let clones = vec![client.clone(); count].into_iter();
        join_all(clones.map(async |clone| clone.delete(DeleteRequest::by_id("a")).await))
    };
    let started = Instant::now();
    assert!(run(4, &client).await.iter().all(Result::is_ok));
    assert!(started.elapsed() < window, "there is room for four");
    assert!(run(1, &client).await[0].is_ok());
    assert!(started.elapsed() >= window, "there is no room for a fifth");
    // Another profile has a window of its own.
    let started = Instant::now();
    let tenant = client.for_profile("TENANT").unwrap();
    assert!(run(4, &tenant).await.iter().all(Result::is_ok));
    assert!(started.elapsed() < window);
}

#[tokio::test]
async fn a_429_holds_up_every_client_of_that_profile_and_no_other() {
    let server = Server::start([success(), throttled("600"), success(), success()]).await;
    let primary = server.ayrshare().build().unwrap();
    let tenant = primary.for_profile("TENANT").unwrap();
    tenant.delete(DeleteRequest::by_id("a")).await.unwrap();
    let error = tenant.delete(DeleteRequest::by_id("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(server.count(), 2);

    let long = Duration::from_secs(590);
    assert_is_held(&tenant.clone(), long).await;
    assert_is_held(&primary.for_profile("TENANT").unwrap(), long).await;
    let other = tenant.for_profile("OTHER").unwrap();
    assert_is_held(&other.for_profile("TENANT").unwrap(), long).await;
    assert_eq!(server.count(), 2);

    other.delete(DeleteRequest::by_id("a")).await.unwrap();
    primary.delete(DeleteRequest::by_id("a")).await.unwrap();
}

#[tokio::test]
async fn a_429_that_asks_for_no_wait_says_for_how_long_the_limiter_stays_closed() {
    let server = Server::start([Step::answer(429, &[], "")]).await;
    let five_minutes = RateLimit::new(300, Duration::from_secs(300));
    let client = server
        .ayrshare()
        .rate_limit(five_minutes)
        .retry(Retry::never());
    let client = client.build().unwrap();
    let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
    // It is a twelfth of the window.
    let wait = error.retry_after().unwrap().as_secs_f64();
    assert!((24.0..=25.0).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_wrong_local_clock_neither_shortens_nor_lengthens_the_wait_that_an_answer_asks_for() {
    // By this machine's clock the first wait is long over, and the second is years long.
    for year in [1994, 2094] {
        let [date, until] = ["08:49:37", "08:59:37"].map(|time| {
            let day = if year == 1994 { "Sun" } else { "Sat" };
            format!("{day}, 06 Nov {year} {time} GMT")
        });
        let headers = [format!("date: {date}"), format!("retry-after: {until}")];
        let headers = headers.each_ref().map(String::as_str);
        let server = Server::start([Step::answer(429, &headers, "")]).await;
        let client = server.ayrshare().build().unwrap();
        let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
        let asked = error.retry_after().unwrap().as_secs_f64();
        assert!((599.0..=600.0).contains(&asked), "{year}: {asked}");
    }
}

#[tokio::test]
async fn a_429_from_a_network_holds_up_only_that_call() {
    // Code 435 has the seconds to wait in `details`.
    let passed_on = Step::json(429, r#"{"status":"error","code":435,"details":600}"#);
    let server = Server::start([passed_on, success()]).await;
    let client = server.ayrshare().build().unwrap();
    let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    client.delete(DeleteRequest::by_id("b")).await.unwrap();
}

#[tokio::test]
async fn once_the_daily_budget_of_429s_is_spent_calls_fail_without_a_request() {
    let server = Server::start(vec![throttled("0"); 9]).await;
    let rate_limit = RateLimit::new(300, Duration::from_secs(300)).max_throttled_per_day(3);
    let client = server
        .ayrshare()
        .rate_limit(rate_limit)
        .retry(Retry::attempts(2));
    let client = client.build().unwrap();
    for count in [2, 3] {
        let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(server.count(), count);
    }
    let nearly_a_day = Duration::from_secs(23 * 60 * 60);
    assert_is_held(&client, nearly_a_day).await;
    assert_is_held(&client.clone(), nearly_a_day).await;

    // A run ends, and says how long the wait would be, and so does each of its posts.
    let summary = client.delete_many(["a", "b"]).run().summary().await;
    let shown = summary.to_string();
    assert!(shown.contains("; try again in 8"), "{shown}");
    let reason = summary.stopped_by.unwrap();
    assert_eq!(reason.kind, ErrorKind::RateLimited);
    assert!(reason.retry_after.unwrap() > nearly_a_day, "{reason:?}");
    assert_eq!(summary.not_attempted, 2);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_cancelled_call_lets_the_next_one_go_and_counts_as_a_request() {
    for (limit, expected) in [
        (RateLimit::new(2, Duration::from_secs(3_600)), Ok(2)),
        (RateLimit::new(1, Duration::from_secs(3_600)), Err(1)),
    ] {
        let server = Server::start([Step::stall(), success()]).await;
        let client = server.ayrshare().rate_limit(limit);
        let client = client.attempt_timeout(Duration::from_secs(1)).build();
        let client = client.unwrap();
        let cancelled = client.delete(DeleteRequest::by_id("a"));
        let cancelled = tokio::time::timeout(Duration::from_millis(200), cancelled).await;
        assert!(cancelled.is_err(), "the server stalls");
        // The answer may be a 429, so the others wait until it is there or its time is over.
        let next = client.delete(DeleteRequest::by_id("b"));
        let next = tokio::time::timeout(Duration::from_secs(5), next).await;
        let sent = next.unwrap().map(|_| server.count());
        let sent = sent.map_err(|error| {
            assert_eq!(
                (error.kind(), error.attempts()),
                (ErrorKind::RateLimited, 0)
            );
            server.count()
        });
        assert_eq!(sent, expected);
    }
}

#[tokio::test]
async fn a_call_whose_time_is_up_before_it_sends_anything_uses_no_place_in_the_window() {
    let server = Server::start([]).await;
    let hourly = RateLimit::new(1, Duration::from_secs(3_600));
    let client = server
        .ayrshare()
        .rate_limit(hourly)
        .deadline(Duration::ZERO);
    let client = client.build().unwrap();
    for call in ["first", "second"] {
        let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Timeout, 0),
            "{call}"
        );
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn no_number_of_other_profiles_makes_the_limiter_of_a_profile_forget_it() {
    let server = Server::start([throttled("600"), throttled("600")]).await;
    let primary = server.ayrshare().retry(Retry::never()).build().unwrap();
    let meet_others = || {
        for n in 0..1_000 {
            primary.for_profile(format!("OTHER-{n}")).unwrap();
        }
    };
    let long = Duration::from_secs(590);

    // Nobody holds a client of this profile, but it was throttled today.
    let throttled = primary.for_profile("THROTTLED").unwrap();
    throttled
        .delete(DeleteRequest::by_id("a"))
        .await
        .unwrap_err();
    drop(throttled);
    meet_others();
    assert_is_held(&primary.for_profile("THROTTLED").unwrap(), long).await;

    // This profile has sent nothing so far, but somebody holds a client of it.
    let in_use = primary.for_profile("IN-USE").unwrap();
    meet_others();
    in_use.delete(DeleteRequest::by_id("a")).await.unwrap_err();
    assert_is_held(&primary.for_profile("IN-USE").unwrap(), long).await;
    assert_eq!(server.count(), 2);
}
