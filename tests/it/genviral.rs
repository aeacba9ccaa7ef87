//! What the client sends to Genviral, and how it reads the answers.
//!
//! Comments say where an answer comes from:
//!
//! - "seed": Genviral's own page on deleting posts.
//! - "doc": another page of Genviral's.
//! - "guess": an answer that nobody documents.

use serde_json::{Value, json};
use unpost::genviral::{Client, DeleteRequest, DeleteResponse, ErrorCode};
use unpost::{Error, ErrorKind, Failure, Fate, Outcome, PostId, Provider, Retry};

use crate::support::{Server, Step};

async fn answering<S: AsRef<str>>(answers: impl IntoIterator<Item = (u16, S)>) -> (Server, Client) {
    let answers = answers.into_iter();
    let steps = answers.map(|(status, body)| Step::json(status, body.as_ref()));
    let server = Server::start(steps).await;
    let client = server.genviral().retry(Retry::never()).build().unwrap();
    (server, client)
}

/// One server and one client for a table of answers.
struct Bench(Server, Client);

impl Bench {
    async fn new() -> Self {
        let (server, client) = answering([] as [(u16, &str); 0]).await;
        Self(server, client)
    }

    async fn ask(&self, ids: &[&str], status: u16, body: &str) -> Answer {
        self.0.tell([Step::json(status, body)]);
        let ids = ids.iter().copied();
        self.1.delete(DeleteRequest::bulk(ids)).await
    }

    async fn ask_one(&self, status: u16, body: &str) -> Answer {
        self.0.tell([Step::json(status, body)]);
        self.1.delete(DeleteRequest::by_id("a")).await
    }
}

type Answer = Result<DeleteResponse, Error>;

fn ids(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("post-{n}")).collect()
}

fn ids_of<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<&'o str> {
    outcomes.map(|outcome| outcome.id.as_str()).collect()
}

fn blocked(status: &str) -> Fate {
    let status = status.into();
    Fate::Blocked { status }
}

#[tokio::test]
async fn a_request_is_the_list_of_ids_and_the_documented_headers() {
    let answer = r#"{"ok":true,"code":200,"data":{"deletedIds":["a"]}}"#;
    let (server, client) = answering([(200, answer), (200, answer)]).await;
    client.delete(DeleteRequest::by_id("a")).await.unwrap();
    let many = DeleteRequest::bulk(["b", "a", "b", "c", "a"]);
    client.delete(many).await.unwrap();

    let [one, many] = server.requests().try_into().unwrap();
    let body = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(body(&one.body), json!({"postIds": ["a"]}));
    assert_eq!(body(&many.body), json!({"postIds": ["b", "a", "c"]}));
    let mut head = one.head.clone();
    assert_eq!(head.remove(0), "POST /posts/delete HTTP/1.1");
    head.retain(|header| !header.starts_with("host: "));
    head.sort();
    let wanted = [
        "accept: application/json",
        "authorization: Bearer public.secret",
        "content-length: 17",
        "content-type: application/json",
        concat!("user-agent: unpost/", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!(head, wanted);
}

#[tokio::test]
async fn fifty_distinct_ids_go_and_a_fifty_first_is_refused_before_anything_is_sent() {
    let (server, client) = answering([(200, r#"{"ok":true,"data":{}}"#)]).await;

    let error = client.delete(DeleteRequest::bulk(ids(51))).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(error.attempts(), 0);
    assert_eq!(error.outcomes().len(), 51);
    let why = |error: &Error| {
        let failure = error.outcomes()[0].fate.failure().unwrap();
        failure.detail.as_deref().unwrap().to_owned()
    };
    assert!(why(&error).ends_with("use delete_many"));
    let one_blank = DeleteRequest::bulk([ids(49), vec![" ".into()]].concat());
    let error = client.delete(one_blank).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(why(&error), "another id of the request can't be sent");
    for request in [
        DeleteRequest::bulk([] as [&str; 0]),
        DeleteRequest::by_id(""),
    ] {
        let error = client.delete(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
    assert_eq!(server.connections(), 0);

    // Repeated ids are removed before the ids are counted.
    let twice = DeleteRequest::bulk([ids(50), ids(50)].concat());
    let response = client.delete(twice).await.unwrap();
    assert_eq!(ids_of(response.outcomes().iter()), ids(50));
    let sent: Value = serde_json::from_str(&server.bodies()[0]).unwrap();
    assert_eq!(sent, json!({ "postIds": ids(50) }));
}

#[tokio::test]
async fn each_requested_id_gets_one_outcome_whether_or_not_a_list_names_it() {
    let bench = Bench::new().await;
    // Seed, with short ids. The example there also lists ids that its request doesn't have.
    let body = r#"{"ok":true,"code":200,"message":"Posts deleted","data":{
        "deletedIds":["d1","d2","stranger-1"],
        "blockedStatuses":[{"id":"b1","status":"posted"},{"id":"b2","status":"deleted"},{"id":"stranger-2","status":"posted"}],
        "skipped":["s1","stranger-3"],
        "errors":{"e1":"Failed to delete post","stranger-4":"Failed to delete post"}}}"#;
    let asked = ["u1", "e1", "s1", "b2", "b1", "d2", "d1"];
    let response = bench.ask(&asked, 200, body).await.unwrap();

    let mut refused = Failure::new(ErrorKind::Refused);
    refused.http_status = Some(200);
    refused.message = Some("Failed to delete post".into());
    let fates = [
        Fate::Unreported,
        Fate::Failed(refused),
        Fate::NotFound,
        blocked("deleted"),
        blocked("posted"),
        Fate::Deleted,
        Fate::Deleted,
    ];
    let wanted = asked.into_iter().zip(fates).map(|(id, fate)| {
        let mut outcome = Outcome::new(id, Provider::Genviral, fate);
        outcome.attempts = 1;
        outcome
    });
    assert_eq!(response.outcomes(), wanted.collect::<Vec<_>>());
    assert_eq!(ids_of(response.deleted()), ["d2", "d1"]);
    assert_eq!(ids_of(response.blocked()), ["b2", "b1"]);
    assert_eq!(ids_of(response.skipped()), ["s1"]);
    assert_eq!(ids_of(response.failed()), ["e1"]);
    assert_eq!(ids_of(response.unreported()), ["u1"]);
    assert_eq!(response.raw_json(), body);
}

#[tokio::test]
async fn an_id_that_two_lists_claim_is_settled_by_neither() {
    let bench = Bench::new().await;
    let body = r#"{"ok":true,"data":{"deletedIds":["a","b","b"],"skipped":["a"]}}"#;
    let response = bench.ask(&["a", "b"], 200, body).await.unwrap();
    let [a, b] = response.outcomes() else {
        panic!("{response:?}")
    };
    assert!(matches!(a.fate, Fate::Uncertain(_)), "{a:?}");
    assert_eq!(b.fate, Fate::Deleted);
}

#[tokio::test]
async fn a_missing_list_is_an_empty_one() {
    let bench = Bench::new().await;
    for body in [
        r#"{"ok":true,"data":{"deletedIds":["a"]}}"#,
        r#"{"ok":true,"data":{"deletedIds":["a"],"skipped":null,"errors":null,"blockedStatuses":[7]}}"#,
        // No page promises `ok` on a success.
        r#"{"data":{"deletedIds":["a"]}}"#,
    ] {
        let response = bench.ask_one(200, body).await.unwrap();
        assert_eq!(response.outcomes()[0].fate, Fate::Deleted, "{body}");
    }
}

#[tokio::test]
async fn a_single_post_is_ok_only_when_it_is_deleted() {
    let bench = Bench::new().await;
    for (data, kind, uncertain) in [
        (
            r#"{"blockedStatuses":[{"id":"a","status":"posted"}]}"#,
            ErrorKind::Blocked,
            false,
        ),
        (r#"{"skipped":["a"]}"#, ErrorKind::NotFound, false),
        (
            r#"{"errors":{"a":"Failed to delete post"}}"#,
            ErrorKind::Refused,
            false,
        ),
        (r#"{"deletedIds":[]}"#, ErrorKind::UnexpectedResponse, true),
        (
            r#"{"deletedIds":["b"]}"#,
            ErrorKind::UnexpectedResponse,
            true,
        ),
    ] {
        let body = format!(r#"{{"ok":true,"code":200,"data":{data}}}"#);
        let error = bench.ask_one(200, &body).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{data}");
        assert_eq!(error.is_uncertain(), uncertain, "{data}");
        assert_eq!(error.post_id(), Some(&PostId::from("a")));
        assert_eq!(error.outcomes().len(), 1);
    }
    for (status, body) in [
        (200, r#"{"ok":false,"data":{"deletedIds":[]}}"#),
        (200, r#"{"status":"success"}"#),
        (200, r#"["a"]"#),
        (200, r#"{"ok":true}"#),
        (202, r#"{"ok":true}"#),
        (302, r#"{"ok":true,"data":{"deletedIds":["a"]}}"#),
    ] {
        assert!(
            bench.ask_one(status, body).await.is_err(),
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn every_error_name_is_known_and_has_a_kind() {
    let bench = Bench::new().await;
    // Seed: the first four names. Doc, on other calls: the other known names.
    for (status, name, code, kind) in [
        (
            400,
            "invalid_json",
            ErrorCode::InvalidJson,
            ErrorKind::Refused,
        ),
        (
            422,
            "invalid_payload",
            ErrorCode::InvalidPayload,
            ErrorKind::Refused,
        ),
        (
            400,
            "too_many_post_ids",
            ErrorCode::TooManyPostIds,
            ErrorKind::Refused,
        ),
        (
            500,
            "bulk_delete_failed",
            ErrorCode::BulkDeleteFailed,
            ErrorKind::Server,
        ),
        (
            401,
            "invalid_token",
            ErrorCode::InvalidToken,
            ErrorKind::Unauthorized,
        ),
        (
            401,
            "unauthorized",
            ErrorCode::Unauthorized,
            ErrorKind::Unauthorized,
        ),
        (
            402,
            "subscription_required",
            ErrorCode::SubscriptionRequired,
            ErrorKind::Unauthorized,
        ),
        (
            403,
            "tier_not_allowed",
            ErrorCode::TierNotAllowed,
            ErrorKind::Unauthorized,
        ),
        (
            400,
            "name_of_tomorrow",
            ErrorCode::Other("name_of_tomorrow".into()),
            ErrorKind::Refused,
        ),
        (
            403,
            "name_of_tomorrow",
            ErrorCode::Other("name_of_tomorrow".into()),
            ErrorKind::Unauthorized,
        ),
        // Guess: a failure that comes as HTTP 200.
        (
            200,
            "invalid_token",
            ErrorCode::InvalidToken,
            ErrorKind::Unauthorized,
        ),
        // This is last because the limiter holds up every request after it.
        (
            429,
            "rate_limited",
            ErrorCode::RateLimited,
            ErrorKind::RateLimited,
        ),
    ] {
        let body =
            format!(r#"{{"ok":false,"code":{status},"message":"no","error_code":"{name}"}}"#);
        let error = bench.ask(&["a", "b"], status, &body).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}");
        assert_eq!(error.genviral_code().as_ref(), Some(&code));
        assert_eq!(code.as_str(), name);
        assert_eq!(error.ayrshare_code(), None);
        assert_eq!(error.http_status(), Some(status));
        assert_eq!(error.message(), Some("no"));
        assert_eq!(ids_of(error.outcomes().iter()), ["a", "b"], "{name}");
        // A server that failed may have deleted something. A server that refused has not.
        assert_eq!(error.is_uncertain(), kind == ErrorKind::Server, "{name}");
    }
}

#[tokio::test]
async fn a_refusal_without_a_name_is_judged_by_its_http_status_even_if_a_200_repeats_it() {
    let bench = Bench::new().await;
    for (status, kind) in [
        (400, ErrorKind::Refused),
        (401, ErrorKind::Unauthorized),
        (402, ErrorKind::Unauthorized),
        (403, ErrorKind::Unauthorized),
        (404, ErrorKind::Refused),
        (422, ErrorKind::Refused),
        (500, ErrorKind::Server),
    ] {
        let error = bench
            .ask_one(status, r#"{"ok":false,"message":"no"}"#)
            .await;
        assert_eq!(error.unwrap_err().kind(), kind, "{status}");
        let mirrored = format!(r#"{{"ok":false,"code":{status},"message":"no"}}"#);
        let error = bench.ask_one(200, &mirrored).await;
        assert_eq!(error.unwrap_err().kind(), kind, "200 with code {status}");
    }
}

#[tokio::test]
async fn a_4xx_that_is_not_in_the_words_of_genviral_refuses_nothing_and_is_not_asked_again() {
    let bench = Bench::new().await;
    for status in [400, 401, 402, 403, 404, 422] {
        for body in [r#"{"message":"no Route matched"}"#, "<html>no</html>", ""] {
            let error = bench.ask_one(status, body).await.unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::UnexpectedResponse,
                "{status} {body}"
            );
            assert!(
                error.is_uncertain() && error.attempts() == 1,
                "{status} {body}"
            );
        }
    }
}

#[tokio::test]
async fn what_a_500_settles_stays_settled_and_only_the_open_ids_are_sent_again() {
    // Seed: a 500 reports the attempted ids "when possible". Guess: it reports them as a 200 does.
    let failed = r#"{"ok":false,"code":500,"message":"boom","error_code":"bulk_delete_failed",
        "data":{"deletedIds":["a"],"errors":{"c":"Failed to delete post"}}}"#;
    let rest = r#"{"ok":true,"code":200,"data":{"skipped":["b"],"deletedIds":["d"]}}"#;
    let server = Server::start([Step::json(500, failed), Step::json(200, rest)]).await;
    let client = server.genviral().build().unwrap();

    let request = DeleteRequest::bulk(["a", "b", "c", "d"]);
    let response = client.delete(request.clone()).await.unwrap();
    assert_eq!(server.bodies()[1], r#"{"postIds":["b","d"]}"#);
    assert_eq!(ids_of(response.deleted()), ["a", "d"]);
    assert_eq!(ids_of(response.skipped()), ["b"]);
    assert_eq!(ids_of(response.failed()), ["c"]);
    let attempts = response.outcomes().iter().map(|outcome| outcome.attempts);
    assert_eq!(attempts.collect::<Vec<_>>(), [1, 2, 1, 2]);

    // If the last attempt fails too, the error still has what the first one settled.
    let steps = [failed, r#"{"ok":false}"#, r#"{"ok":false}"#];
    let server = Server::start(steps.map(|body| Step::json(500, body))).await;
    let client = server.genviral().build().unwrap();
    let error = client.delete(request).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 3));
    let [a, b, c, d] = error.outcomes() else {
        panic!("{error:?}")
    };
    assert_eq!(a.fate, Fate::Deleted);
    assert!(matches!(c.fate, Fate::Failed(_)));
    for open in [b, d] {
        assert!(matches!(open.fate, Fate::Uncertain(_)), "{open:?}");
        assert_eq!((open.attempts, open.unanswered), (3, 3));
    }

    // If it settles every post, nothing is sent again, and what it says of the one post is the reason.
    let blocked = r#"{"ok":false,"code":500,"error_code":"bulk_delete_failed",
        "data":{"blockedStatuses":[{"id":"a","status":"posted"}]}}"#;
    let server = Server::start([Step::json(500, blocked)]).await;
    let client = server.genviral().build().unwrap();
    let error = client.delete(DeleteRequest::by_id("a")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Blocked, 1));
}
