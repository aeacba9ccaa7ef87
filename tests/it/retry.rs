//! What is retried and what isn't. Each row of the table in the guide has a test here, which runs the
//! verbs and counts the requests that reach the server.

use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::time::{Instant, sleep};
use unpost::{Error, ErrorKind, Fate, Outcome, RateLimit, Retry, ayrshare, genviral};

use crate::support::{Server, Step, quick};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verb {
    ById,
    Batch,
    Mark,
    GenviralById,
    GenviralBatch,
    AllScheduled,
}

use Verb::{AllScheduled, Batch, ById, GenviralBatch, GenviralById, Mark};

/// The verbs that may be carried out twice.
const HARMLESS: [Verb; 5] = [ById, Batch, Mark, GenviralById, GenviralBatch];
const ALL: [Verb; 6] = [ById, Batch, Mark, GenviralById, GenviralBatch, AllScheduled];

/// A verb, with a server and a client for it. The client hardly waits between attempts, gives each of
/// them 150 ms, and has the default settings otherwise.
struct Bench {
    verb: Verb,
    server: Server,
    client: Client,
}

enum Client {
    Ayrshare(ayrshare::Client),
    Genviral(genviral::Client),
}

impl Verb {
    fn success(self) -> Step {
        Step::json(
            200,
            match self {
                ById | Mark | AllScheduled => r#"{"status":"success"}"#,
                Batch => r#"[{"status":"success","id":"a"},{"status":"success","id":"b"}]"#,
                GenviralById | GenviralBatch => r#"{"ok":true,"data":{"deletedIds":["a","b"]}}"#,
            },
        )
    }

    fn client(self, url: &str, retry: Retry) -> Client {
        let timeout = Duration::from_millis(150);
        if matches!(self, GenviralById | GenviralBatch) {
            let client = genviral::Client::builder("KEY").base_url(url).retry(retry);
            Client::Genviral(client.attempt_timeout(timeout).build().unwrap())
        } else {
            let client = ayrshare::Client::builder("KEY").base_url(url).retry(retry);
            Client::Ayrshare(client.attempt_timeout(timeout).build().unwrap())
        }
    }

    async fn run(self, client: &Client) -> Result<Vec<Outcome>, Error> {
        match client {
            Client::Ayrshare(client) => {
                let request = match self {
                    ById => ayrshare::DeleteRequest::by_id("a"),
                    Batch => ayrshare::DeleteRequest::bulk(["a", "b"]),
                    Mark => ayrshare::DeleteRequest::mark_manual_deleted("a"),
                    _ => ayrshare::DeleteRequest::delete_all_scheduled(),
                };
                Ok(client.delete(request).await?.outcomes().to_vec())
            }
            Client::Genviral(client) => {
                let request = match self {
                    GenviralById => genviral::DeleteRequest::by_id("a"),
                    _ => genviral::DeleteRequest::bulk(["a", "b"]),
                };
                Ok(client.delete(request).await?.outcomes().to_vec())
            }
        }
    }
}

impl Bench {
    async fn new(verb: Verb) -> Self {
        let server = Server::start([]).await;
        let client = verb.client(&server.url(), quick());
        Self {
            verb,
            server,
            client,
        }
    }

    /// Runs the verb against this script. Returns the result and how many requests arrived.
    async fn against(&self, script: Vec<Step>) -> (Result<Vec<Outcome>, Error>, usize) {
        self.server.tell(script);
        (self.verb.run(&self.client).await, self.server.count())
    }

    /// Asserts that the verb is retried after this step, and then succeeds.
    async fn assert_retried(&self, step: &Step, case: &str) {
        let verb = self.verb;
        let (result, count) = self.against(vec![step.clone(), verb.success()]).await;
        let outcomes = result.unwrap_or_else(|error| panic!("{verb:?}, {case}: {error}"));
        assert_eq!(count, 2, "{verb:?}, {case}");
        for outcome in outcomes {
            let done = if verb == Mark {
                Fate::MarkedDeleted
            } else {
                Fate::Deleted
            };
            assert_eq!(
                (outcome.fate, outcome.attempts),
                (done, 2),
                "{verb:?}, {case}"
            );
        }
    }

    /// Asserts that the call ends after this step, although attempts are left.
    async fn assert_ends(&self, step: &Step, case: &str) -> Error {
        let verb = self.verb;
        let (result, count) = self.against(vec![step.clone(), verb.success()]).await;
        assert_eq!(count, 1, "{verb:?}, {case}");
        let error = result.expect_err(case);
        assert_eq!(error.attempts(), 1, "{verb:?}, {case}");
        error
    }

    /// Asserts that the call ends after this step, and that its error is uncertain.
    async fn assert_ends_uncertain(&self, step: &Step, case: &str) -> Error {
        let (verb, error) = (self.verb, self.assert_ends(step, case).await);
        assert!(error.is_uncertain(), "{verb:?}, {case}");
        let fates = error.outcomes().iter().map(|outcome| &outcome.fate);
        assert!(
            fates.clone().all(|fate| matches!(fate, Fate::Uncertain(_))),
            "{verb:?}, {case}"
        );
        error
    }
}

fn throttled(retry_after: &str) -> Step {
    let header = format!("retry-after: {retry_after}");
    Step::answer(429, &[&header], "slow down")
}

#[tokio::test]
async fn a_request_that_was_certainly_not_sent_is_retried_whatever_the_verb() {
    for verb in ALL {
        // A port that is bound but not listened on refuses connections. The test opens it later.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());

        let client = verb.client(&url, quick());
        let error = verb.run(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{verb:?}");
        assert_eq!(error.attempts(), 3, "{verb:?}");
        assert!(error.is_retryable() && !error.is_uncertain(), "{verb:?}");

        let wait = Duration::from_millis(2);
        let patient = verb.client(&url, Retry::attempts(10_000).backoff(wait, wait));
        let opened = async {
            sleep(10 * wait).await;
            Server::on(socket.listen(8).unwrap(), [verb.success()])
        };
        let (result, server) = tokio::join!(verb.run(&patient), opened);
        let outcomes = result.unwrap();
        assert!(
            outcomes.iter().all(|outcome| outcome.attempts > 1),
            "{outcomes:?}"
        );
        assert_eq!(server.count(), 1, "{verb:?}");
    }
}

#[tokio::test]
async fn a_429_is_retried_once_whatever_the_verb() {
    for verb in ALL {
        let bench = Bench::new(verb).await;
        bench.assert_retried(&throttled("0"), "429").await;

        let script = vec![throttled("0"), throttled("0"), verb.success()];
        let (result, count) = bench.against(script).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{verb:?}");
        assert_eq!((count, error.attempts()), (2, 2), "{verb:?}");
        assert!(!error.is_uncertain() && error.is_retryable(), "{verb:?}");
        let mut fates = error.outcomes().iter().map(|outcome| &outcome.fate);
        assert!(
            fates.all(|fate| matches!(fate, Fate::Failed(_))),
            "{verb:?}"
        );
    }
}

#[tokio::test]
async fn a_429_that_asks_for_more_than_the_deadline_ends_the_call_at_once_and_reports_the_wait() {
    const DAY: u64 = 24 * 60 * 60;
    let absurd = ("99999999999999999999999", DAY);
    let never = ("Fri, 31 Dec 9999 23:59:59 GMT", DAY);
    let verbs = ALL.map(|verb| (verb, ("400", 400)));
    for (verb, (asked, told)) in verbs
        .into_iter()
        .chain([(ById, absurd), (GenviralById, never)])
    {
        let bench = Bench::new(verb).await;
        let started = Instant::now();
        let error = bench.assert_ends(&throttled(asked), asked).await;
        assert!(started.elapsed() < Duration::from_secs(5), "{verb:?}");
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{verb:?}");
        assert!(!error.is_uncertain(), "{verb:?}");
        // A part of the wait has passed since the answer came.
        let (wait, told) = (error.retry_after().unwrap(), Duration::from_secs(told));
        assert!(
            wait <= told && wait + Duration::from_secs(1) > told,
            "{asked}: {wait:?}"
        );
        assert_eq!(error.failure().retry_after, Some(wait), "{verb:?}");
        for outcome in error.outcomes() {
            let failure = outcome.fate.failure().unwrap();
            assert_eq!(failure.retry_after, Some(wait), "{verb:?}");
        }
    }
}

#[tokio::test]
async fn a_429_is_waited_out_for_as_long_as_it_asks_or_else_as_the_window_suggests() {
    let request = || ayrshare::DeleteRequest::by_id("a");
    let bench = Bench::new(ById).await;
    let started = Instant::now();
    bench.assert_retried(&throttled("1"), "a second").await;
    assert!(started.elapsed() >= Duration::from_secs(1));

    let wordless = || Step::answer(429, &[], "");
    let server = Server::start([wordless(), ById.success()]).await;
    let rate_limit = RateLimit::new(10, Duration::from_millis(1_200));
    let client = server.ayrshare().rate_limit(rate_limit).build().unwrap();
    let started = Instant::now();
    client.delete(request()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(50));

    // The default window is minutes long, so the wait would outlast this deadline.
    let server = Server::start([wordless(), ById.success()]).await;
    let hurried = server.ayrshare().deadline(Duration::from_secs(1));
    let client = hurried.build().unwrap();
    let error = client.delete(request()).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::RateLimited, 1));
    assert!(error.retry_after().unwrap() > Duration::from_secs(1));
}

#[tokio::test]
async fn a_5xx_that_says_nothing_of_the_posts_is_retried_except_for_all_scheduled() {
    for verb in ALL {
        let bench = Bench::new(verb).await;
        for (status, body) in [
            (500, r#"{"status":"error","message":"oops"}"#),
            (502, "<html>Bad gateway</html>"),
            (503, ""),
            (504, "{}"),
        ] {
            let (step, case) = (Step::answer(status, &[], body), status.to_string());
            if verb == AllScheduled {
                let error = bench.assert_ends_uncertain(&step, &case).await;
                assert_eq!(error.kind(), ErrorKind::Server);
                assert!(!error.is_retryable());
            } else {
                bench.assert_retried(&step, &case).await;
            }
        }
    }
}

#[tokio::test]
async fn a_5xx_that_lasts_ends_after_three_attempts_with_what_is_known() {
    for verb in HARMLESS {
        let busy = || Step::answer(503, &["retry-after: 0"], "busy");
        let script = vec![busy(), busy(), busy(), verb.success()];
        let (result, count) = Bench::new(verb).await.against(script).await;
        let error = result.unwrap_err();
        assert_eq!((count, error.attempts()), (3, 3), "{verb:?}");
        assert_eq!(error.kind(), ErrorKind::Server, "{verb:?}");
        assert_eq!(error.http_status(), Some(503), "{verb:?}");
        assert!(error.is_uncertain() && error.is_retryable(), "{verb:?}");
        for outcome in error.outcomes() {
            assert!(matches!(outcome.fate, Fate::Uncertain(_)), "{verb:?}");
            assert_eq!(outcome.attempts, 3, "{verb:?}");
        }
    }
}

#[tokio::test]
async fn a_5xx_that_asks_for_more_than_the_deadline_ends_the_call_at_once() {
    let step = Step::answer(503, &["retry-after: 400"], "busy");
    let bench = Bench::new(ById).await;
    let error = bench.assert_ends_uncertain(&step, "503").await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(400)));
}

#[tokio::test]
async fn a_lost_or_cut_answer_is_retried_except_for_all_scheduled() {
    for verb in ALL {
        let bench = Bench::new(verb).await;
        for (case, step, kind) in [
            ("hung up on", Step::hang_up(), ErrorKind::Disconnected),
            ("reset", Step::reset(), ErrorKind::Disconnected),
            ("cut", verb.success().cut(1), ErrorKind::Disconnected),
            ("late", Step::stall(), ErrorKind::Timeout),
        ] {
            if verb == AllScheduled {
                let error = bench.assert_ends_uncertain(&step, case).await;
                assert_eq!(error.kind(), kind, "{case}");
                assert!(!error.is_retryable(), "{case}");
            } else {
                bench.assert_retried(&step, case).await;
            }
        }
    }
}

#[tokio::test]
async fn already_deleted_means_deleted_if_an_earlier_attempt_may_have_done_it() {
    let one = r#"{"status":"error","code":383,"id":"a"}"#;
    let two = format!("[{one},{}]", one.replace(r#""a""#, r#""b""#));
    let already = |verb| match verb {
        Batch => Step::json(200, &two),
        _ => Step::json(400, one),
    };
    for (verb, done) in [
        (ById, Fate::Deleted),
        (Batch, Fate::Deleted),
        (Mark, Fate::MarkedDeleted),
    ] {
        let bench = Bench::new(verb).await;
        for doubtful in [
            Step::hang_up(),
            verb.success().cut(1),
            Step::answer(503, &[], ""),
        ] {
            let (result, _) = bench.against(vec![doubtful, already(verb)]).await;
            let outcomes = result.unwrap();
            assert!(
                outcomes.iter().all(|outcome| outcome.fate == done),
                "{outcomes:?}"
            );
        }
        // A 429 deletes nothing, so somebody else deleted the post.
        for clean in [vec![already(verb)], vec![throttled("0"), already(verb)]] {
            let (result, _) = bench.against(clean).await;
            assert_eq!(result.is_ok(), verb == Batch);
            let outcomes = result.unwrap_or_else(|error| error.outcomes().to_vec());
            assert!(
                outcomes
                    .iter()
                    .all(|outcome| outcome.fate == Fate::AlreadyDeleted),
                "{outcomes:?}"
            );
        }
    }
}

#[tokio::test]
async fn not_found_after_a_lost_answer_stays_not_found_since_the_id_may_be_wrong() {
    let missing = Step::json(404, r#"{"status":"error","code":114,"id":"a"}"#);
    let bench = Bench::new(ById).await;
    let (result, _) = bench.against(vec![Step::hang_up(), missing]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.outcomes()[0].attempts, 2);
}

#[tokio::test]
async fn a_call_stays_uncertain_if_a_later_attempt_is_refused_or_throttled() {
    let bench = Bench::new(ById).await;
    let refused = Step::json(403, r#"{"status":"error","code":102}"#);
    for (last, kind) in [
        (refused, ErrorKind::Unauthorized),
        (throttled("400"), ErrorKind::RateLimited),
    ] {
        let (result, _) = bench.against(vec![Step::hang_up(), last]).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.is_uncertain());
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_providers_ends_the_call_whatever_the_verb() {
    for verb in ALL {
        let bench = Bench::new(verb).await;
        let moved = Step::answer(302, &["location: /"], r#"{"status":"success"}"#);
        for (case, step) in [
            ("a page", Step::answer(200, &[], "<html></html>")),
            ("a redirect", moved),
            (
                "a firewall's page",
                Step::answer(403, &[], "<html>Blocked</html>"),
            ),
            (
                "a gateway's JSON",
                Step::answer(404, &[], r#"{"message":"no Route matched"}"#),
            ),
            ("a proxy that gave up", Step::answer(408, &[], "")),
            ("no content", Step::raw("HTTP/1.1 204 No Content\r\n\r\n")),
        ] {
            let error = bench.assert_ends_uncertain(&step, case).await;
            let kind = ErrorKind::UnexpectedResponse;
            assert_eq!(error.kind(), kind, "{verb:?}, {case}");
            assert!(!error.is_retryable(), "{verb:?}, {case}");
        }
    }
}

#[tokio::test]
async fn any_other_4xx_ends_the_call_whatever_the_verb() {
    for verb in ALL {
        let bench = Bench::new(verb).await;
        for (status, body) in [
            (400, r#"{"ok":false,"status":"error","message":"no"}"#),
            (401, r#"{"ok":false,"status":"error"}"#),
            (403, r#"{"ok":false,"status":"error"}"#),
            (408, r#"{"ok":false,"status":"error"}"#),
        ] {
            let step = Step::answer(status, &[], body);
            let error = bench.assert_ends(&step, body).await;
            let mut fates = error.outcomes().iter().map(|outcome| &outcome.fate);
            assert!(
                !error.is_uncertain() && !error.is_retryable(),
                "{verb:?}, {status}"
            );
            assert!(
                fates.all(|fate| matches!(fate, Fate::Failed(_))),
                "{verb:?}, {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_that_offers_a_retry_is_retried_except_for_all_scheduled() {
    for verb in [ById, Batch, Mark, AllScheduled] {
        let bench = Bench::new(verb).await;
        for body in [
            r#"{"status":"error","retryAvailable":true}"#,
            r#"{"status":"error","retryAvailable":true,"code":107}"#,
            r#"{"status":"error","retryAvailable":true,"code":98765}"#,
        ] {
            let step = Step::json(400, body);
            if verb == AllScheduled {
                let error = bench.assert_ends(&step, body).await;
                assert_eq!(error.kind(), ErrorKind::Refused);
            } else {
                bench.assert_retried(&step, body).await;
            }
        }
    }
}

#[tokio::test]
async fn a_batch_is_repeated_only_with_the_ids_that_are_still_open() {
    let half = r#"{"status":"error","posts":[{"status":"success","id":"b"},{"status":"error","code":114,"id":"d"}]}"#;
    let rest = r#"[{"status":"success","id":"a"}]"#;
    let script = [
        Step::json(503, half),
        Step::hang_up(),
        Step::json(200, rest),
    ];
    let server = Server::start(script).await;
    let client = server.ayrshare().build().unwrap();
    let request = ayrshare::DeleteRequest::bulk(["a", "b", "c", "d"]);
    let response = client.delete(request).await.unwrap();

    let open = r#"{"bulk":["a","c"]}"#;
    assert_eq!(
        server.bodies(),
        [r#"{"bulk":["a","b","c","d"]}"#, open, open]
    );
    let outcomes = response.outcomes().iter();
    let outcomes: Vec<_> = outcomes
        .map(|outcome| (outcome.id.as_str(), outcome.fate.clone(), outcome.attempts))
        .collect();
    let wanted = [
        ("a", Fate::Deleted, 3),
        ("b", Fate::Deleted, 1),
        ("c", Fate::Unreported, 3),
        ("d", Fate::NotFound, 1),
    ];
    assert_eq!(outcomes, wanted);
}

#[tokio::test]
async fn the_deadline_covers_all_attempts_and_waits_together() {
    let (wait, deadline) = (Duration::from_millis(20), Duration::from_millis(200));
    let endless = Retry::attempts(u32::MAX).backoff(wait, wait);
    let busy = Step::answer(503, &[], "busy");
    let server = Server::start(vec![busy; 5_000]).await;
    let client = server.ayrshare().retry(endless).deadline(deadline);
    let client = client.build().unwrap();
    let started = Instant::now();
    let error = client.delete(ayrshare::DeleteRequest::by_id("a")).await;
    assert!(started.elapsed() < deadline + Duration::from_secs(1));
    let error = error.unwrap_err();
    assert!(error.attempts() > 1 && error.is_uncertain(), "{error:?}");
    let kinds = [ErrorKind::Server, ErrorKind::Timeout];
    assert!(kinds.contains(&error.kind()), "{error:?}");

    // An attempt takes no longer than the time that is left.
    let server = Server::start([Step::stall()]).await;
    let client = server.ayrshare().deadline(deadline).build().unwrap();
    let started = Instant::now();
    let error = client.delete(ayrshare::DeleteRequest::by_id("a")).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < deadline + Duration::from_secs(1));
}

#[tokio::test]
async fn a_deadline_of_zero_sends_nothing() {
    let server = Server::start(Vec::new()).await;
    let client = server.ayrshare().deadline(Duration::ZERO).build().unwrap();
    let request = ayrshare::DeleteRequest::delete_all_scheduled();
    let error = client.delete(request).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    assert!(!error.is_uncertain());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_refusal_that_asks_for_a_wait_says_so_in_the_error_and_in_the_outcome() {
    let refused = r#"{"ok":true,"data":{"errors":{"a":"no"}}}"#;
    let server = Server::start([Step::answer(200, &["retry-after: 30"], refused)]).await;
    let client = server.genviral().build().unwrap();
    let request = unpost::genviral::DeleteRequest::by_id("a");
    let error = client.delete(request).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(
        error.outcomes()[0].fate,
        Fate::Failed(error.failure().clone())
    );
}
