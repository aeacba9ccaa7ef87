//! What is made again and what isn't: a test for each row of the table in the guide, for each verb,
//! by the requests that reached the server.

use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::time::{Instant, sleep};
use unpost::{Error, ErrorKind, Fate, Outcome, Pace, Retry, ayrshare, genviral};

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

/// One post, a batch, a mark: what may be carried out twice.
const HARMLESS: [Verb; 5] = [ById, Batch, Mark, GenviralById, GenviralBatch];
const ALL: [Verb; 6] = [ById, Batch, Mark, GenviralById, GenviralBatch, AllScheduled];

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

    async fn run(self, server: &Server) -> Result<Vec<Outcome>, Error> {
        self.run_at(&server.url(), quick()).await
    }

    /// With an attempt timeout of 150 ms and otherwise the defaults.
    async fn run_at(self, url: &str, retry: Retry) -> Result<Vec<Outcome>, Error> {
        let timeout = Duration::from_millis(150);
        let request = match self {
            ById => ayrshare::DeleteRequest::by_id("a"),
            Batch => ayrshare::DeleteRequest::bulk(["a", "b"]),
            Mark => ayrshare::DeleteRequest::mark_manual_deleted("a"),
            AllScheduled => ayrshare::DeleteRequest::delete_all_scheduled(),
            GenviralById | GenviralBatch => {
                let client = genviral::Client::builder("KEY").base_url(url).retry(retry);
                let client = client.attempt_timeout(timeout).build()?;
                let request = match self {
                    GenviralById => genviral::DeleteRequest::by_id("a"),
                    _ => genviral::DeleteRequest::bulk(["a", "b"]),
                };
                return Ok(client.delete(request).await?.outcomes().to_vec());
            }
        };
        let client = ayrshare::Client::builder("KEY").base_url(url).retry(retry);
        let client = client.attempt_timeout(timeout).build()?;
        Ok(client.delete(request).await?.outcomes().to_vec())
    }

    /// Runs it against this script. Gives what came of it, and how many requests arrived.
    async fn against(self, script: Vec<Step>) -> (Result<Vec<Outcome>, Error>, usize) {
        let server = Server::start(script).await;
        (self.run(&server).await, server.count())
    }

    /// It goes again after this, and succeeds.
    async fn assert_goes_again(self, step: &Step, case: &str) {
        let (result, count) = self.against(vec![step.clone(), self.success()]).await;
        let outcomes = result.unwrap_or_else(|error| panic!("{self:?}, {case}: {error}"));
        assert_eq!(count, 2, "{self:?}, {case}");
        for outcome in outcomes {
            let done = if self == Mark {
                Fate::MarkedDeleted
            } else {
                Fate::Deleted
            };
            assert_eq!(
                (outcome.fate, outcome.attempts),
                (done, 2),
                "{self:?}, {case}"
            );
        }
    }

    /// It ends after this, although it might have gone again.
    async fn assert_ends(self, step: &Step, case: &str) -> Error {
        let (result, count) = self.against(vec![step.clone(), self.success()]).await;
        assert_eq!(count, 1, "{self:?}, {case}");
        let error = result.expect_err(case);
        assert_eq!(error.attempts(), 1, "{self:?}, {case}");
        error
    }

    /// It ends after this, and nobody can tell what came of it.
    async fn assert_ends_uncertain(self, step: &Step, case: &str) -> Error {
        let error = self.assert_ends(step, case).await;
        assert!(error.is_uncertain(), "{self:?}, {case}");
        let fates = error.outcomes().iter().map(|it| &it.fate);
        assert!(
            fates.clone().all(|it| matches!(it, Fate::Uncertain(_))),
            "{self:?}, {case}"
        );
        error
    }
}

fn throttled(retry_after: &str) -> Step {
    let header = format!("retry-after: {retry_after}");
    Step::answer(429, &[&header], "slow down")
}

fn fate_of(result: Result<Vec<Outcome>, Error>) -> Fate {
    let outcomes = result.unwrap_or_else(|error| error.outcomes().to_vec());
    outcomes[0].fate.clone()
}

#[tokio::test]
async fn bytes_surely_not_sent_go_again_whatever_the_verb() {
    for verb in ALL {
        // A port that is taken and not listened on refuses; later it is opened.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());

        let error = verb.run_at(&url, quick()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{verb:?}");
        assert_eq!(error.attempts(), 3, "{verb:?}");
        assert!(error.is_retryable() && !error.is_uncertain(), "{verb:?}");

        let wait = Duration::from_millis(2);
        let patient = verb.run_at(&url, Retry::attempts(10_000).backoff(wait, wait));
        let opened = async {
            sleep(10 * wait).await;
            Server::on(socket.listen(8).unwrap(), [verb.success()])
        };
        let (result, server) = tokio::join!(patient, opened);
        let outcomes = result.unwrap();
        assert!(outcomes.iter().all(|it| it.attempts > 1), "{outcomes:?}");
        assert_eq!(server.count(), 1, "{verb:?}");
    }
}

#[tokio::test]
async fn a_429_goes_again_once_whatever_the_verb() {
    for verb in ALL {
        verb.assert_goes_again(&throttled("0"), "429").await;

        let script = vec![throttled("0"), throttled("0"), verb.success()];
        let (result, count) = verb.against(script).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{verb:?}");
        assert_eq!((count, error.attempts()), (2, 2), "{verb:?}");
        assert!(!error.is_uncertain() && error.is_retryable(), "{verb:?}");
        let fates = error.outcomes().iter().map(|it| &it.fate);
        assert!(
            fates.clone().all(|it| matches!(it, Fate::Failed(_))),
            "{verb:?}"
        );
    }
}

#[tokio::test]
async fn a_429_that_asks_for_more_than_the_deadline_ends_the_call_at_once_and_says_for_how_long() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let started = Instant::now();
    for verb in ALL {
        for (asked, told) in [
            ("400", Duration::from_secs(400)),
            ("99999999999999999999999", DAY),
            ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ] {
            let error = verb.assert_ends(&throttled(asked), asked).await;
            assert_eq!(error.kind(), ErrorKind::RateLimited, "{verb:?}");
            let wait = error.retry_after().unwrap();
            assert!(
                wait <= told && wait + Duration::from_secs(1) > told,
                "{asked}: {wait:?}"
            );
            assert!(!error.is_uncertain(), "{verb:?}");
        }
    }
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn a_429_is_waited_out_for_as_long_as_it_asks_or_else_as_the_window_suggests() {
    let request = || ayrshare::DeleteRequest::by_id("a");
    let started = Instant::now();
    ById.assert_goes_again(&throttled("1"), "a second").await;
    assert!(started.elapsed() >= Duration::from_secs(1));

    let wordless = || Step::answer(429, &[], "");
    let server = Server::start([wordless(), ById.success()]).await;
    let pace = Pace::new(10, Duration::from_millis(1_200));
    let client = server.ayrshare().pace(pace).build().unwrap();
    let started = Instant::now();
    client.delete(request()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(50));

    // Ayrshare's window is minutes long.
    let server = Server::start([wordless(), ById.success()]).await;
    let hurried = server.ayrshare().deadline(Duration::from_secs(1));
    let client = hurried.build().unwrap();
    let error = client.delete(request()).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::RateLimited, 1));
    assert!(error.retry_after().unwrap() > Duration::from_secs(1));
}

#[tokio::test]
async fn a_5xx_without_a_word_on_the_posts_goes_again_but_not_for_all_scheduled() {
    for (status, body) in [
        (500, r#"{"status":"error","message":"oops"}"#),
        (502, "<html>Bad gateway</html>"),
        (503, ""),
        (504, "{}"),
    ] {
        let (step, case) = (Step::answer(status, &[], body), status.to_string());
        for verb in HARMLESS {
            verb.assert_goes_again(&step, &case).await;
        }
        let error = AllScheduled.assert_ends_uncertain(&step, &case).await;
        assert_eq!(error.kind(), ErrorKind::Server);
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_5xx_that_lasts_ends_after_three_attempts_with_what_is_known() {
    for verb in HARMLESS {
        let busy = || Step::answer(503, &["retry-after: 0"], "busy");
        let (result, count) = verb
            .against(vec![busy(), busy(), busy(), verb.success()])
            .await;
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
    let error = ById.assert_ends_uncertain(&step, "503").await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(400)));
}

#[tokio::test]
async fn a_lost_or_cut_answer_goes_again_but_not_for_all_scheduled() {
    for (case, step, kind) in [
        ("hung up on", Step::hang_up(), ErrorKind::Disconnected),
        ("reset", Step::reset(), ErrorKind::Disconnected),
        ("cut", ById.success().cut(1), ErrorKind::Disconnected),
        ("late", Step::stall(), ErrorKind::Timeout),
    ] {
        for verb in HARMLESS {
            verb.assert_goes_again(&step, case).await;
        }
        let error = AllScheduled.assert_ends_uncertain(&step, case).await;
        assert_eq!(error.kind(), kind, "{case}");
        assert!(!error.is_retryable(), "{case}");
    }
}

#[tokio::test]
async fn already_deleted_means_deleted_if_it_may_have_been_our_own_doing() {
    let already = |verb| match verb {
        Batch => Step::json(
            200,
            r#"[{"id":"a","status":"error","code":383},{"id":"b","status":"error","code":383}]"#,
        ),
        _ => Step::json(400, r#"{"status":"error","code":383,"id":"a"}"#),
    };
    for (verb, done) in [
        (ById, Fate::Deleted),
        (Batch, Fate::Deleted),
        (Mark, Fate::MarkedDeleted),
    ] {
        for doubtful in [
            Step::hang_up(),
            verb.success().cut(1),
            Step::answer(503, &[], ""),
        ] {
            let (result, _) = verb.against(vec![doubtful, already(verb)]).await;
            let outcomes = result.unwrap();
            assert!(outcomes.iter().all(|it| it.fate == done), "{outcomes:?}");
        }
        // A 429 did nothing, so somebody else did.
        for clean in [vec![already(verb)], vec![throttled("0"), already(verb)]] {
            let (result, _) = verb.against(clean).await;
            assert_eq!(result.is_ok(), verb == Batch);
            assert_eq!(fate_of(result), Fate::AlreadyDeleted);
        }
    }
    // Not so for a post that isn't there: the id may be wrong as well.
    let missing = Step::json(404, r#"{"status":"error","code":114,"id":"a"}"#);
    let (result, _) = ById.against(vec![Step::hang_up(), missing]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.outcomes()[0].attempts, 2);
}

#[tokio::test]
async fn a_doubt_outlives_a_later_attempt_that_was_refused_or_never_left() {
    let refused = Step::json(403, r#"{"status":"error","code":102}"#);
    let (result, _) = ById.against(vec![Step::hang_up(), refused]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.is_uncertain());

    let (result, _) = Batch.against(vec![Step::hang_up(), throttled("400")]).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.is_uncertain());
}

#[tokio::test]
async fn an_answer_that_is_not_the_providers_ends_the_call_whatever_the_verb() {
    for (case, step) in [
        ("a page", Step::answer(200, &[], "<html></html>")),
        (
            "a redirect",
            Step::answer(302, &["location: /"], r#"{"status":"success"}"#),
        ),
        ("no content", Step::raw("HTTP/1.1 204 No Content\r\n\r\n")),
    ] {
        for verb in ALL {
            let error = verb.assert_ends_uncertain(&step, case).await;
            assert_eq!(
                error.kind(),
                ErrorKind::UnexpectedResponse,
                "{verb:?}, {case}"
            );
            assert!(!error.is_retryable(), "{verb:?}, {case}");
        }
    }
}

#[tokio::test]
async fn any_other_4xx_ends_the_call_whatever_the_verb() {
    for (status, body) in [
        (400, r#"{"status":"error","message":"no"}"#),
        (401, ""),
        (403, r#"{"ok":false,"status":"error"}"#),
        (404, "<html>Not here</html>"),
        (408, ""),
        (409, "{}"),
    ] {
        for verb in ALL {
            let error = verb
                .assert_ends(&Step::answer(status, &[], body), body)
                .await;
            assert!(
                !error.is_uncertain() && !error.is_retryable(),
                "{verb:?}, {status}"
            );
            let fates = error.outcomes().iter().map(|it| &it.fate);
            assert!(
                fates.clone().all(|it| matches!(it, Fate::Failed(_))),
                "{verb:?}, {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_that_offers_a_retry_goes_again_but_not_for_all_scheduled() {
    for body in [
        r#"{"status":"error","retryAvailable":true}"#,
        r#"{"status":"error","retryAvailable":true,"code":107}"#,
        r#"{"status":"error","retryAvailable":true,"code":98765}"#,
    ] {
        let step = Step::json(400, body);
        for verb in [ById, Batch, Mark] {
            verb.assert_goes_again(&step, body).await;
        }
        let error = AllScheduled.assert_ends(&step, body).await;
        assert_eq!(error.kind(), ErrorKind::Refused);
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
        .map(|it| (it.id.as_str(), it.fate.clone(), it.attempts))
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
async fn a_deadline_is_over_all_attempts_and_waits_together() {
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

    // An attempt may take no longer than what is left, either.
    let server = Server::start([Step::stall()]).await;
    let client = server.ayrshare().deadline(deadline).build().unwrap();
    let started = Instant::now();
    let error = client.delete(ayrshare::DeleteRequest::by_id("a")).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < deadline + Duration::from_secs(1));
}
