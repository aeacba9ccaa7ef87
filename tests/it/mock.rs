//! The mock kit over a real connection.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder};
use unpost::genviral::DeleteRequest;
use unpost::mock::{Ayrshare, Fault, Genviral, PostState, Request, RestOfBatch};

fn delete(ayrshare: &Ayrshare, body: &'static str) -> RequestBuilder {
    Client::new()
        .delete(format!("{}/post", ayrshare.base_url()))
        .bearer_auth(ayrshare.api_key())
        .header("Profile-Key", "TENANT-KEY")
        .body(body)
}

#[tokio::test]
async fn a_profiles_post_is_deleted_over_http_and_the_request_is_recorded() {
    let ayrshare = Ayrshare::start().await;
    ayrshare
        .profile("TENANT-KEY")
        .publish("post-1", ["facebook", "bluesky"]);

    let response = delete(&ayrshare, r#"{"id":"post-1"}"#)
        .send()
        .await
        .unwrap();

    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-ratelimit-max"], "300");
    assert_eq!(response.headers()["x-ratelimit-count"], "1");
    assert_eq!(ayrshare.post("post-1"), Some(PostState::Deleted));
    let [request] = ayrshare.requests().try_into().unwrap();
    assert_eq!(
        (request.method(), request.path(), request.status()),
        ("DELETE", "/api/post", Some(200))
    );
    assert_eq!(
        (request.profile_key(), request.body()),
        (Some("TENANT-KEY"), r#"{"id":"post-1"}"#)
    );
}

#[tokio::test]
async fn a_hang_up_after_acting_loses_the_answer_but_not_the_deletion() {
    let ayrshare = Ayrshare::start().await;
    ayrshare
        .profile("TENANT-KEY")
        .schedule("post-1", ["linkedin"]);
    ayrshare.fail_next(1, Fault::hang_up().after_acting());

    let error = delete(&ayrshare, r#"{"id":"post-1"}"#)
        .send()
        .await
        .unwrap_err();

    assert!(error.is_request() && !error.is_connect(), "{error:?}");
    assert_eq!(ayrshare.post("post-1"), Some(PostState::Deleted));
    let statuses: Vec<_> = ayrshare.requests().iter().map(Request::status).collect();
    assert_eq!(statuses, [None]);
}

#[tokio::test]
async fn a_hang_up_for_one_post_closes_only_the_connection_that_deletes_it() {
    let ayrshare = Ayrshare::start().await;
    ayrshare
        .profile("TENANT-KEY")
        .schedule("post-1", ["linkedin"])
        .schedule("post-2", ["linkedin"]);
    ayrshare.fail_next(1, Fault::hang_up().for_post("post-2"));

    let first = delete(&ayrshare, r#"{"id":"post-1"}"#).send().await;
    let both = delete(&ayrshare, r#"{"bulk":["post-1","post-2"]}"#)
        .send()
        .await;

    assert_eq!(first.unwrap().status(), 200);
    assert!(both.is_err(), "{both:?}");
    assert_eq!(ayrshare.remaining(), ["post-2"]);
}

#[tokio::test]
async fn the_client_finishes_a_batch_that_failed_half_way() {
    let genviral = Genviral::start().await;
    genviral.seed("1", "draft").seed("2", "draft");
    genviral.fail_after(1, RestOfBatch::Unmentioned);

    let client = genviral.client().unwrap();
    // More than 50 ids are given and two are sent, so the mock has no reason to refuse the request.
    let ids = ["1", "2"].into_iter().cycle().take(60);
    let response = client.delete(DeleteRequest::bulk(ids)).await.unwrap();

    assert_eq!(response.deleted().len(), 2);
    let requests = genviral.requests();
    let bodies: Vec<_> = requests.iter().map(Request::body).collect();
    assert_eq!(bodies, [r#"{"postIds":["1","2"]}"#, r#"{"postIds":["2"]}"#]);
}

#[tokio::test]
async fn a_fault_can_change_status_headers_body_and_time_of_an_answer() {
    let genviral = Genviral::start().await;
    let fault = Fault::status(503)
        .header("Retry-After", "7")
        .body("busy")
        .delayed_by(Duration::from_millis(150));
    genviral.seed("1", "draft").fail_next(1, fault);

    let url = format!("{}/posts/delete", genviral.base_url());
    #[expect(clippy::disallowed_methods, reason = "the delay is real")]
    let start = Instant::now();
    let response = Client::new()
        .post(url)
        .body(r#"{"postIds":["1"]}"#)
        .send()
        .await
        .unwrap();

    assert!(start.elapsed() >= Duration::from_millis(150));
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(response.text().await.unwrap(), "busy");
    assert_eq!(genviral.remaining(), ["1"]);
}

#[tokio::test]
async fn a_request_that_the_mock_does_not_know_is_answered_501_and_listed() {
    let genviral = Genviral::start().await;

    let url = format!("{}/posts/delete?dry=1", genviral.base_url());
    let response = Client::new()
        .request(Method::POST, url)
        .send()
        .await
        .unwrap();

    assert_eq!(response.status(), 501);
    assert_eq!(
        genviral.unexpected()[0].path(),
        "/api/partner/v1/posts/delete?dry=1"
    );
}

#[tokio::test]
async fn a_mock_answers_the_same_with_a_server_and_without() {
    let (server, offline) = (Genviral::start().await, Genviral::offline());
    for mock in [&server, &offline] {
        mock.seed("post-1", "scheduled").seed("post-2", "posted");
    }
    let body = r#"{"postIds":["post-1","post-2","post-3"]}"#;
    let bearer = format!("Bearer {}", offline.api_key());
    #[expect(clippy::disallowed_methods, reason = "any instant will do")]
    let now = Instant::now();

    let response = Client::new()
        .post(format!("{}/posts/delete", server.base_url()))
        .bearer_auth(server.api_key())
        .body(body)
        .send()
        .await
        .unwrap();
    let (status, _, answer) = offline.answer(&[("authorization", &bearer)], body.as_bytes(), now);

    assert_eq!(response.status(), status);
    assert_eq!(response.bytes().await.unwrap(), answer);
    assert_eq!(server.remaining(), offline.remaining());
    assert_eq!(offline.remaining(), ["post-2"]);
}
