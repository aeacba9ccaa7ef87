//! What the client sends to Ayrshare, and how it reads the answers.
//!
//! Comments and case names say where an answer comes from:
//!
//! - "seed": Ayrshare's own page on deleting a post.
//! - "doc": another page of Ayrshare's.
//! - "seen": an answer that the live service gave, or that Ayrshare's own tests expect.
//! - "guess": an answer that nobody documents.

use serde_json::{Value, json};
use unpost::ayrshare::{Client, DeleteRequest, DeleteResponse, ErrorCode};
use unpost::{Error, ErrorKind, Fate, NetworkResult, Outcome, PostId, Provider, Retry};

use crate::support::{Server, Step};

fn body_of(request: &crate::support::Request) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

fn fates(outcomes: &[Outcome]) -> Vec<(&str, &str)> {
    let named = outcomes
        .iter()
        .map(|outcome| (outcome.id.as_str(), name(&outcome.fate)));
    named.collect()
}

fn name(fate: &Fate) -> &'static str {
    match fate {
        Fate::Deleted => "deleted",
        Fate::MarkedDeleted => "marked",
        Fate::AlreadyDeleted => "already deleted",
        Fate::NotFound => "not found",
        Fate::Partial => "partial",
        Fate::Failed(_) => "failed",
        Fate::Uncertain(_) => "uncertain",
        Fate::Unreported => "unreported",
        Fate::NotAttempted(_) => "not attempted",
        _ => "another",
    }
}

fn network(name: &str, status: &str, id: Option<&str>) -> NetworkResult {
    let mut result = NetworkResult::new(name, status);
    result.id = id.map(Into::into);
    result
}

/// A server that gives these answers in turn, and a client that never retries.
async fn answering<S: AsRef<str>>(answers: impl IntoIterator<Item = (u16, S)>) -> (Server, Client) {
    let answers = answers.into_iter();
    let steps = answers.map(|(status, body)| Step::json(status, body.as_ref()));
    let server = Server::start(steps).await;
    let client = server.ayrshare().retry(Retry::never()).build().unwrap();
    (server, client)
}

/// One server and one client for a table of answers.
struct Bench(Server, Client);

impl Bench {
    async fn new() -> Self {
        let (server, client) = answering([] as [(u16, &str); 0]).await;
        Self(server, client)
    }

    async fn ask(&self, request: DeleteRequest, status: u16, body: &str) -> Answer {
        self.0.tell([Step::json(status, body)]);
        self.1.delete(request).await
    }

    /// The error that the client makes of this answer to a request for the post `a`.
    async fn refusal(&self, status: u16, body: &str) -> Error {
        let answer = self.ask(DeleteRequest::by_id("a"), status, body).await;
        answer.expect_err(body)
    }
}

type Answer = Result<DeleteResponse, Error>;

#[tokio::test]
async fn each_request_sends_exactly_the_members_it_needs() {
    let requests = [
        (DeleteRequest::by_id("a"), json!({"id": "a"})),
        (DeleteRequest::bulk(["a", "b"]), json!({"bulk": ["a", "b"]})),
        (
            DeleteRequest::bulk(["b", "a", "b", "a"]),
            json!({"bulk": ["b", "a"]}),
        ),
        (DeleteRequest::bulk(["a"]), json!({"bulk": ["a"]})),
        (
            DeleteRequest::delete_all_scheduled(),
            json!({"deleteAllScheduled": true}),
        ),
        (
            DeleteRequest::mark_manual_deleted("a"),
            json!({"id": "a", "markManualDeleted": true}),
        ),
        (DeleteRequest::by_id("\"/é 😀"), json!({"id": "\"/é 😀"})),
    ];
    let success = (200, r#"{"status":"success"}"#);
    let (server, client) = answering(requests.iter().map(|_| success)).await;
    for (at, (request, wanted)) in requests.into_iter().enumerate() {
        client.delete(request).await.unwrap();
        let sent = &server.requests()[at];
        assert_eq!(body_of(sent), wanted);
        assert_eq!(sent.head[0], "DELETE /post HTTP/1.1");
    }
}

#[tokio::test]
async fn each_request_carries_the_documented_headers_and_no_other() {
    let success = (200, r#"{"status":"success"}"#);
    let (server, bare) = answering([success, success]).await;
    let builder = server.ayrshare().base_url(server.url() + "/api/");
    let builder = builder.profile_key("PROFILE").x_keys("X-KEY", "X-SECRET");
    let full = builder.build().unwrap();

    bare.delete(DeleteRequest::by_id("a")).await.unwrap();
    full.delete(DeleteRequest::by_id("a")).await.unwrap();

    let [bare, full] = server.requests().try_into().unwrap();
    let host = format!("host: {}", server.url().trim_start_matches("http://"));
    let everywhere = [
        "accept: application/json",
        "authorization: Bearer API-KEY",
        "content-length: 10",
        "content-type: application/json",
        &host,
        concat!("user-agent: unpost/", env!("CARGO_PKG_VERSION")),
    ];
    let with_keys = [
        "profile-key: PROFILE",
        "x-twitter-oauth1-api-key: X-KEY",
        "x-twitter-oauth1-api-secret: X-SECRET",
    ];
    assert_eq!(full.head[0], "DELETE /api/post HTTP/1.1");
    let sorted = |mut head: Vec<String>| {
        head.remove(0);
        head.sort();
        head
    };
    assert_eq!(sorted(bare.head), everywhere);
    let mut wanted = [&everywhere[..], &with_keys].concat();
    wanted.sort_unstable();
    assert_eq!(sorted(full.head), wanted);
}

#[tokio::test]
async fn every_way_of_saying_success_is_understood_with_every_network_it_names() {
    let twitter = network("twitter", "success", Some("1288900099663775749"));
    let facebook = network("facebook", "success", Some("104920007983682_1"));
    let cases = [
        (
            "seed: a published post",
            r#"{"twitter":{"action":"delete","status":"success","id":"1288900099663775749"},
                "facebook":{"action":"delete","status":"success","id":"104920007983682_1"},
                "status":"success"}"#,
            vec![twitter.clone(), facebook],
        ),
        (
            "seen: success has a code as well",
            r#"{"status":"success","id":"a","code":200}"#,
            vec![],
        ),
        (
            "guess: a scheduled post that is still pending",
            r#"{"status":"success","id":"a"}"#,
            vec![],
        ),
        (
            "guess: nothing but a status",
            r#"{"status":"success"}"#,
            vec![],
        ),
        (
            "guess: wrapped in posts, as POST does with a Profile-Key",
            r#"{"status":"success","posts":[{"status":"success","id":"a",
                "twitter":{"action":"delete","status":"success","id":"1288900099663775749"}}]}"#,
            vec![twitter],
        ),
        (
            "guess: wrapped in posts, with no status of its own",
            r#"{"posts":[{"status":"success","id":"a"}]}"#,
            vec![],
        ),
        (
            "guess: an unknown network, and an id that is a number",
            r#"{"mastodon":{"status":"success","id":7},"status":"success"}"#,
            vec![network("mastodon", "success", Some("7"))],
        ),
    ];
    let bench = Bench::new().await;
    for (case, body, networks) in &cases {
        let response = bench.ask(DeleteRequest::by_id("a"), 200, body).await;
        let response = response.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(fates(response.outcomes()), [("a", "deleted")], "{case}");
        assert_eq!(response.networks(), networks, "{case}");
        assert_eq!(response.outcomes()[0].networks, *networks, "{case}");
        assert_eq!(response.outcomes()[0].provider, Provider::Ayrshare);
        assert_eq!(response.post_id(), Some(&PostId::from("a")));
        assert_eq!(response.raw_json(), *body, "{case}");
    }
}

#[tokio::test]
async fn a_marked_post_is_marked_and_not_deleted() {
    // Seed: 200 with markManualDeleted.
    let (_server, client) = answering([(200, r#"{"status":"success","id":"a"}"#)]).await;
    let request = DeleteRequest::mark_manual_deleted("a");
    let response = client.delete(request).await.unwrap();
    assert_eq!(fates(response.outcomes()), [("a", "marked")]);
}

#[tokio::test]
async fn marking_is_refused_while_a_network_still_has_the_post() {
    // Seed: 400 with code 382.
    let body = r#"{"action":"delete","status":"error","code":382,"message":"not by hand","id":"a",
        "markManualDeleted":true}"#;
    let (_server, client) = answering([(400, body)]).await;
    let request = DeleteRequest::mark_manual_deleted("a");
    let error = client.delete(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotManuallyDeleted);
    assert_eq!(error.ayrshare_code(), Some(ErrorCode::NOT_MANUALLY_DELETED));
    assert_eq!(error.post_id().unwrap(), &"a");
    assert_eq!(fates(error.outcomes()), [("a", "failed")]);
}

/// Every code that has a name. Codes 435 and 444 are rate limits of the networks.
const CODES: [(ErrorCode, u32, ErrorKind); 17] = [
    (ErrorCode::INVALID_PARAMETERS, 101, ErrorKind::Refused),
    (ErrorCode::INVALID_API_KEY, 102, ErrorKind::Unauthorized),
    (ErrorCode::FACEBOOK_ERROR, 107, ErrorKind::Refused),
    (ErrorCode::POST_NOT_FOUND, 114, ErrorKind::NotFound),
    (ErrorCode::INSTAGRAM_ERROR, 138, ErrorKind::Refused),
    (ErrorCode::INVALID_PROFILE_KEY, 144, ErrorKind::Unauthorized),
    (ErrorCode::NETWORK_NOT_LINKED, 156, ErrorKind::Refused),
    (ErrorCode::FACEBOOK_UNAUTHORIZED, 161, ErrorKind::Refused),
    (ErrorCode::X_UNAUTHORIZED, 272, ErrorKind::Refused),
    (ErrorCode::PROFILE_SUSPENDED, 276, ErrorKind::Unauthorized),
    (ErrorCode::TIKTOK_PROCESSING, 288, ErrorKind::Refused),
    (
        ErrorCode::NOT_MANUALLY_DELETED,
        382,
        ErrorKind::NotManuallyDeleted,
    ),
    (ErrorCode::ALREADY_DELETED, 383, ErrorKind::AlreadyDeleted),
    (ErrorCode::X_KEYS_INCOMPLETE, 400, ErrorKind::XKeysRequired),
    (ErrorCode::X_KEYS_MISSING, 419, ErrorKind::XKeysRequired),
    (
        ErrorCode::NETWORK_RATE_LIMITED_FOR,
        435,
        ErrorKind::RateLimited,
    ),
    (ErrorCode::NETWORK_RATE_LIMITED, 444, ErrorKind::RateLimited),
];

#[tokio::test]
async fn every_code_has_a_name_and_a_kind_and_overrides_the_http_status() {
    // The page shows HTTP 400 with codes 114, 382 and 383, and 114 was seen with 404.
    let bench = Bench::new().await;
    for status in [200, 400, 401, 404, 409, 500] {
        for (named, code, kind) in CODES {
            let body = format!(
                r#"{{"action":"delete","status":"error","code":{code},"message":"no","id":"a"}}"#
            );
            let error = bench.refusal(status, &body).await;
            let case = format!("{code} with {status}");
            assert_eq!(error.kind(), kind, "{case}");
            assert_eq!(error.ayrshare_code(), Some(named), "{case}");
            assert_eq!(named.get(), code);
            assert_eq!(error.genviral_code(), None);
            assert_eq!(error.http_status(), Some(status), "{case}");
            assert_eq!(error.message(), Some("no"), "{case}");
            assert_eq!(error.post_id(), Some(&PostId::from("a")));
            assert!(!error.is_uncertain(), "{case}");
            let fate = match kind {
                ErrorKind::NotFound => "not found",
                ErrorKind::AlreadyDeleted => "already deleted",
                _ => "failed",
            };
            assert_eq!(fates(error.outcomes()), [("a", fate)], "{case}");
        }
    }
}

#[tokio::test]
async fn an_unknown_code_is_kept_and_the_http_status_decides_the_kind() {
    let bench = Bench::new().await;
    let body = r#"{"status":"error","code":98765,"message":"new"}"#;
    for (status, kind) in [
        (200, ErrorKind::Refused),
        (400, ErrorKind::Refused),
        (401, ErrorKind::Unauthorized),
        (402, ErrorKind::Unauthorized),
        (403, ErrorKind::Unauthorized),
        (404, ErrorKind::Refused),
        (503, ErrorKind::Server),
        (429, ErrorKind::RateLimited),
    ] {
        let error = bench.refusal(status, body).await;
        assert_eq!(error.kind(), kind, "{status}");
        assert_eq!(error.ayrshare_code(), Some(ErrorCode::new(98_765)));
        assert_eq!(error.message(), Some("new"));
    }
}

#[tokio::test]
async fn a_code_is_read_from_a_list_of_errors_and_from_a_string() {
    let bench = Bench::new().await;
    // Doc, on posting: errors come in a list, and each names its platform. Guess: a code is a string.
    let listed = r#"{"status":"error","id":"a","errors":
        [{"action":"delete","status":"error","code":272,"message":"relink","platform":"twitter"}]}"#;
    let error = bench.refusal(400, listed).await;
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.ayrshare_code(), Some(ErrorCode::X_UNAUTHORIZED));
    assert_eq!(error.message(), Some("relink"));
    let [network] = error.outcomes()[0].networks.as_slice() else {
        panic!("{error:?}");
    };
    assert_eq!((&*network.network, network.code), ("twitter", Some(272)));

    let quoted = bench
        .refusal(400, r#"{"status":"error","code":"114"}"#)
        .await;
    assert_eq!(quoted.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_post_that_one_network_keeps_is_partial_and_lists_every_network() {
    let bench = Bench::new().await;
    // Guess, from the page on posting: each network has a status, and the HTTP status may be any.
    let body = r#"{"twitter":{"action":"delete","status":"success","id":"1"},
        "facebook":{"action":"delete","status":"error","code":107,"message":"image story"},
        "threads":{"status":"pending"},"status":"error","id":"a"}"#;
    for status in [200, 400, 500] {
        let error = bench.refusal(status, body).await;
        assert_eq!(error.kind(), ErrorKind::Partial, "{status}");
        assert!(!error.is_uncertain() && !error.is_retryable());
        assert_eq!(error.ayrshare_code(), Some(ErrorCode::FACEBOOK_ERROR));
        let [outcome] = error.outcomes() else {
            panic!("{error:?}")
        };
        assert_eq!(outcome.fate, Fate::Partial);
        let mut facebook = network("facebook", "error", None);
        facebook.code = Some(107);
        facebook.message = Some("image story".into());
        let wanted = [
            network("twitter", "success", Some("1")),
            facebook,
            network("threads", "pending", None),
        ];
        assert_eq!(outcome.networks, wanted);
    }
}

#[tokio::test]
async fn what_a_network_says_counts_for_more_than_a_success_at_the_top_level() {
    let bench = Bench::new().await;
    // Guess, because Instagram and TikTok can't delete a published post.
    for (case, body, kind, fate) in [
        (
            "one network, and it refuses",
            r#"{"status":"success","instagram":{"status":"error","code":138}}"#,
            ErrorKind::Refused,
            "failed",
        ),
        (
            "two networks, and one refuses",
            r#"{"status":"success","tiktok":{"status":"error"},"x":{"status":"success"}}"#,
            ErrorKind::Partial,
            "partial",
        ),
        (
            "one network, with an unknown status",
            r#"{"status":"success","gmb":{"status":"queued"}}"#,
            ErrorKind::UnexpectedResponse,
            "uncertain",
        ),
        (
            "an error at the top level, and no network with an error",
            r#"{"status":"error","gmb":{"status":"success"}}"#,
            ErrorKind::UnexpectedResponse,
            "uncertain",
        ),
        (
            "seen elsewhere: a status of partial",
            r#"{"status":"partial","id":"a"}"#,
            ErrorKind::Partial,
            "partial",
        ),
        (
            "the X API keys are missing for one of two networks",
            r#"{"status":"error","twitter":{"status":"error","code":419},"gmb":{"status":"success"}}"#,
            ErrorKind::Partial,
            "partial",
        ),
        (
            "the X API keys are missing for the only network",
            r#"{"status":"error","twitter":{"status":"error","code":419}}"#,
            ErrorKind::XKeysRequired,
            "failed",
        ),
        (
            "wrapped: a success around an error",
            r#"{"status":"success","posts":[{"status":"error","code":114,"id":"a"}]}"#,
            ErrorKind::NotFound,
            "not found",
        ),
        (
            "wrapped: an error around a success",
            r#"{"status":"error","posts":[{"status":"success","id":"a"}]}"#,
            ErrorKind::UnexpectedResponse,
            "uncertain",
        ),
    ] {
        let error = bench.refusal(200, body).await;
        assert_eq!(error.kind(), kind, "{case}");
        assert_eq!(fates(error.outcomes()), [("a", fate)], "{case}");
    }
}

#[tokio::test]
async fn an_answer_that_contradicts_itself_never_means_deleted() {
    let bench = Bench::new().await;
    for (body, fate) in [
        (
            r#"[{"id":"a","status":"success"},{"id":"a","status":"error","code":107}]"#,
            "uncertain",
        ),
        (
            r#"{"posts":[{"id":"a","status":"success"},{"id":"a","status":"error"}]}"#,
            "uncertain",
        ),
        (
            r#"{"status":"success","instagram":{"status":"error","code":138},"posts":[{"id":"a","status":"success"}]}"#,
            "failed",
        ),
        (
            r#"{"status":"success","id":"a","errors":[{"message":"could not"}]}"#,
            "uncertain",
        ),
        (r#"{"status":"success","id":"a","code":98765}"#, "uncertain"),
        (
            r#"{"status":"error","code":382,"posts":[{"status":"success","id":"a","code":200}]}"#,
            "uncertain",
        ),
        (
            r#"{"status":"success","instagram":{"action":"delete","code":138}}"#,
            "failed",
        ),
        (r#"{"status":"success","instagram":"error"}"#, "failed"),
        (
            r#"{"code":107,"twitter":{"status":"success"}}"#,
            "uncertain",
        ),
        (
            r#"{"status":"success","code":419,"twitter":{"status":"success"}}"#,
            "uncertain",
        ),
        (
            r#"{"code":107,"posts":[{"id":"a","status":"success"}]}"#,
            "uncertain",
        ),
        (
            r#"{"status":"success","id":"b","posts":[{"status":"success"}]}"#,
            "unreported",
        ),
    ] {
        let error = bench.refusal(200, body).await;
        assert_eq!(fates(error.outcomes()), [("a", fate)], "{body}");
    }
}

#[tokio::test]
async fn already_deleted_about_another_post_or_beside_a_refusal_does_not_mean_deleted() {
    let bench = Bench::new().await;
    let patient = bench.0.ayrshare().build().unwrap();
    for (body, clean, after_a_lost_answer) in [
        (
            r#"{"status":"error","id":"a","errors":[{"code":383,"platform":"twitter"},{"code":107,"platform":"facebook"}]}"#,
            "partial",
            "partial",
        ),
        (
            r#"{"status":"error","code":383,"id":"a","twitter":{"status":"error","code":383},"facebook":{"status":"error","code":107}}"#,
            "partial",
            "partial",
        ),
        (
            r#"{"status":"error","errors":[{"code":383},{"code":138}],"id":"a"}"#,
            "uncertain",
            "uncertain",
        ),
        (
            r#"{"status":"error","code":383,"errors":[{"code":138}],"id":"a"}"#,
            "uncertain",
            "uncertain",
        ),
        (
            r#"{"status":"error","code":383,"results":[{"code":138}],"id":"a"}"#,
            "uncertain",
            "uncertain",
        ),
        (
            r#"{"status":"error","code":383,"posts":[{"id":"a","status":"error","code":138}]}"#,
            "uncertain",
            "uncertain",
        ),
        (
            r#"{"status":"error","errors":[{"code":114},{"code":138}],"id":"a"}"#,
            "uncertain",
            "uncertain",
        ),
        (
            r#"{"status":"error","posts":[{"status":"error","code":383,"id":"b"}]}"#,
            "unreported",
            "unreported",
        ),
        (
            r#"{"status":"error","errors":[{"code":383,"id":"b"}]}"#,
            "unreported",
            "unreported",
        ),
        (
            r#"{"status":"error","twitter":{"status":"error","code":383}}"#,
            "already deleted",
            "deleted",
        ),
    ] {
        let error = bench.refusal(400, body).await;
        assert_eq!(fates(error.outcomes()), [("a", clean)], "{body}");
        let script = [Step::hang_up(), Step::json(400, body)];
        bench.0.tell(script);
        let result = patient.delete(DeleteRequest::by_id("a")).await;
        let outcomes = match &result {
            Ok(response) => response.outcomes(),
            Err(error) => error.outcomes(),
        };
        assert_eq!(fates(outcomes), [("a", after_a_lost_answer)], "{body}");
    }
}

#[tokio::test]
async fn a_refused_key_fails_every_post_of_a_batch_even_if_the_answer_names_one() {
    let bench = Bench::new().await;
    let body = r#"{"status":"error","code":102,"id":"a"}"#;
    let error = bench
        .ask(DeleteRequest::bulk(["a", "b"]), 403, body)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(fates(error.outcomes()), [("a", "failed"), ("b", "failed")]);
}

#[tokio::test]
async fn an_answer_that_says_nothing_clear_about_the_post_is_uncertain() {
    let bench = Bench::new().await;
    for (case, status, body) in [
        ("another post", 200, r#"{"status":"success","id":"b"}"#),
        (
            "another post, wrapped",
            200,
            r#"{"status":"success","posts":[{"status":"success","id":"b"}]}"#,
        ),
        (
            "other posts, wrapped",
            200,
            r#"{"status":"success","posts":[{"status":"success","id":"b"},{"status":"success","id":"c"}]}"#,
        ),
        ("no posts", 200, r#"{"status":"success","posts":[]}"#),
        ("no posts at all", 200, "[]"),
        (
            "an object without any of Ayrshare's members",
            200,
            r#"{"ok":true}"#,
        ),
        ("a string", 200, r#""success""#),
        (
            "two statuses",
            200,
            r#"{"status":"success","status":"error"}"#,
        ),
        (
            "a success that isn't HTTP 200",
            202,
            r#"{"status":"success"}"#,
        ),
        (
            "a success with a refusal's HTTP status",
            400,
            r#"{"status":"success","id":"a"}"#,
        ),
        (
            "a success with an error's code",
            200,
            r#"{"status":"success","code":114}"#,
        ),
        ("an unknown status", 200, r#"{"status":"accepted"}"#),
    ] {
        let error = bench.refusal(status, body).await;
        assert_eq!(error.kind(), ErrorKind::UnexpectedResponse, "{case}");
        assert!(error.is_uncertain(), "{case}");
        let fate = name(&error.outcomes()[0].fate);
        assert!(
            ["uncertain", "unreported"].contains(&fate),
            "{case}: {fate}"
        );
    }
}

#[tokio::test]
async fn bulk_is_read_in_every_shape_and_gives_each_id_once() {
    let all = [("a", "deleted"), ("b", "deleted"), ("c", "deleted")];
    let missing = [("a", "deleted"), ("b", "unreported"), ("c", "not found")];
    let none = ["a", "b", "c"].map(|id| (id, "unreported"));
    let item = |id: &str| format!(r#"{{"status":"success","id":"{id}"}}"#);
    let (a, b, c) = (item("a"), item("b"), item("c"));
    let gone = r#"{"action":"delete","status":"error","code":114,"id":"c"}"#;
    let already = r#"{"action":"delete","status":"error","code":383,"id":"c"}"#;
    // All of these are guesses: no page shows the answer to `bulk`.
    let cases = [
        ("an array", format!("[{a},{b},{c}]"), all),
        ("another order", format!("[{c},{a},{b}]"), all),
        ("under posts", format!(r#"{{"posts":[{a},{b},{c}]}}"#), all),
        (
            "under postIds",
            format!(r#"{{"postIds":[{a},{b},{c}]}}"#),
            all,
        ),
        (
            "under results",
            format!(r#"{{"results":[{a},{b},{c}],"status":"success"}}"#),
            all,
        ),
        (
            "under bulk",
            format!(r#"{{"status":"success","bulk":[{a},{b},{c}]}}"#),
            all,
        ),
        (
            "keyed by id",
            format!(r#"{{"a":{a},"b":{{"status":"success"}},"c":"success","status":"success"}}"#),
            all,
        ),
        ("one missing", format!("[{a},{gone}]"), missing),
        (
            "posts that were not asked for, and items that are no objects",
            format!(
                r#"[{a},{gone},{},{{"status":"success"}},null,7]"#,
                item("z")
            ),
            missing,
        ),
        ("one post twice", format!("[{a},{a},{gone}]"), missing),
        (
            "an error at the top level doesn't undo what is said of each post",
            format!(r#"{{"status":"error","posts":[{a},{b},{already}]}}"#),
            [("a", "deleted"), ("b", "deleted"), ("c", "already deleted")],
        ),
        (
            "a post with a success and an error",
            format!(r#"[{a},{b},{c},{{"status":"error","code":107,"id":"c"}}]"#),
            [("a", "deleted"), ("b", "deleted"), ("c", "uncertain")],
        ),
        (
            "with networks",
            format!(
                r#"[{{"id":"a","status":"error","x":{{"status":"success"}},"y":{{"status":"error"}}}},{b},{c}]"#
            ),
            [("a", "partial"), ("b", "deleted"), ("c", "deleted")],
        ),
        (
            "a bare status settles none",
            r#"{"status":"success"}"#.into(),
            none,
        ),
        ("nor does an empty array", "[]".into(), none),
        (
            "nor do ids without a status",
            r#"{"status":"success","bulk":["a","b","c"]}"#.into(),
            none,
        ),
    ];
    let bench = Bench::new().await;
    for (case, body, wanted) in &cases {
        let request = DeleteRequest::bulk(["a", "b", "c", "a"]);
        let response = bench.ask(request, 200, body).await;
        let response = response.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(fates(response.outcomes()), wanted, "{case}");
        assert_eq!(response.raw_json(), *body);
        assert_eq!((response.post_id(), response.networks()), (None, &[][..]));
    }
}

#[tokio::test]
async fn a_bare_status_settles_no_post_even_if_its_id_is_the_name_of_a_member() {
    let bench = Bench::new().await;
    let request = DeleteRequest::bulk(["status", "message", "id"]);
    let body = r#"{"status":"success","message":"success","id":"success"}"#;
    let response = bench.ask(request, 200, body).await.unwrap();
    let wanted = ["status", "message", "id"].map(|id| (id, "unreported"));
    assert_eq!(fates(response.outcomes()), wanted);
}

#[tokio::test]
async fn a_refused_bulk_request_is_an_error_with_an_outcome_for_each_id() {
    let bench = Bench::new().await;
    for (case, status, body, kind, fate) in [
        (
            "a refused key",
            403,
            r#"{"status":"error","code":102}"#,
            ErrorKind::Unauthorized,
            "failed",
        ),
        (
            "refused parameters",
            400,
            r#"{"status":"error","code":101}"#,
            ErrorKind::Refused,
            "failed",
        ),
        (
            // No page says what happened to the posts.
            "a network's error",
            400,
            r#"{"status":"error","code":107}"#,
            ErrorKind::Refused,
            "unreported",
        ),
    ] {
        let request = DeleteRequest::bulk(["a", "b"]);
        let error = bench.ask(request, status, body).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{case}");
        assert_eq!(
            fates(error.outcomes()),
            [("a", fate), ("b", fate)],
            "{case}"
        );
        assert_eq!(error.post_id(), None);
    }
}

#[tokio::test]
async fn deleting_all_scheduled_names_no_post_and_is_ok_only_on_success() {
    let bench = Bench::new().await;
    // Guess: no page shows these answers, and only the status counts.
    let successes = [
        r#"{"status":"success"}"#,
        r#"{"status":"success","posts":[{"status":"success","id":"a"}]}"#,
    ];
    for body in successes {
        let request = DeleteRequest::delete_all_scheduled();
        let response = bench.ask(request, 200, body).await.unwrap();
        assert!(response.outcomes().is_empty() && response.post_id().is_none());
        assert_eq!(response.raw_json(), body);
    }
    for (status, body, kind, uncertain) in [
        (200, r#"{"status":"error"}"#, ErrorKind::Refused, false),
        (
            200,
            r#"{"status":"success","posts":[{"status":"success"},{"status":"error","code":107}]}"#,
            ErrorKind::Partial,
            false,
        ),
        (
            403,
            r#"{"status":"error","code":102}"#,
            ErrorKind::Unauthorized,
            false,
        ),
        (200, "{}", ErrorKind::UnexpectedResponse, true),
        (200, "[]", ErrorKind::UnexpectedResponse, true),
    ] {
        let request = DeleteRequest::delete_all_scheduled();
        let error = bench.ask(request, status, body).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}");
        assert_eq!(error.is_uncertain(), uncertain, "{body}");
        assert!(error.outcomes().is_empty());
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_sent_is_refused_before_anything_is_sent() {
    let server = Server::start([]).await;
    let client = server.ayrshare().build().unwrap();
    for request in [
        DeleteRequest::by_id(""),
        DeleteRequest::by_id(" \t"),
        DeleteRequest::by_id("a\nb"),
        DeleteRequest::mark_manual_deleted("\u{7f}"),
        DeleteRequest::bulk(["a", ""]),
        DeleteRequest::bulk([] as [&str; 0]),
    ] {
        let case = format!("{request:?}");
        let error = client.delete(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{case}");
        assert_eq!(error.attempts(), 0);
        assert!(!error.is_uncertain() && !error.is_retryable());
        let all = error.outcomes().iter();
        assert!(
            all.clone()
                .all(|outcome| name(&outcome.fate) == "not attempted"),
            "{case}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn posts_beside_an_id_that_cannot_be_sent_should_be_retried() {
    let client = Client::builder("KEY").build().unwrap();
    let request = DeleteRequest::bulk(["a", "", "b"]);
    let error = client.delete(request).await.unwrap_err();
    let again = error
        .outcomes()
        .iter()
        .filter(|outcome| outcome.fate.should_retry());
    assert_eq!(
        again.map(|outcome| &outcome.id).collect::<Vec<_>>(),
        ["a", "b"]
    );
}
