//! What has been sent is received, timed and accounted for, whether or not anybody reads the stream.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep, timeout};
use unpost::mock::{Fault, Genviral};
use unpost::{
    Batch, DeleteMany, DeletePosts, ErrorKind, Fate, Outcome, Outcomes, Provider, RateLimit, Retry,
    RunHandle, Summary, ayrshare, blocking, genviral,
};

use crate::support::{Server, Step};

const SECOND: Duration = Duration::from_secs(1);

/// A mock provider on a thread of its own, so that it answers while the reader's thread is blocked.
struct Elsewhere {
    genviral: Genviral,
    runtime: Runtime,
}

impl Elsewhere {
    fn with_posts(posts: usize) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let genviral = runtime.block_on(Genviral::start());
        for id in ids(posts) {
            genviral.seed(id, "scheduled");
        }
        Self { genviral, runtime }
    }

    fn client(&self) -> genviral::Client {
        let builder = self.genviral.client_builder();
        let builder = builder.attempt_timeout(Duration::from_millis(300));
        builder.build().unwrap()
    }
}

fn ids(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("post-{number}"))
}

#[allow(clippy::disallowed_methods, reason = "the thread must be blocked")]
fn block_for(time: Duration) {
    std::thread::sleep(time);
}

/// Reads a run to its end, and takes so long for each outcome.
type Reader = fn(genviral::Client, Duration) -> Summary;

/// Each reader takes far longer for a batch than an attempt may.
#[test]
fn a_slow_reader_makes_nothing_uncertain_and_costs_no_request() {
    const POSTS: usize = 200;
    const BATCH: usize = 20;
    let row = Duration::from_millis(20);
    let readers: [(&str, Reader); 3] = [
        ("async", |client, row| {
            let reading = async {
                let mut run = client.delete_many(ids(POSTS)).batch_size(BATCH).run();
                let mut summary = Summary::default();
                while let Some(outcome) = run.next().await {
                    summary.add(&outcome);
                    sleep(row).await;
                }
                summary
            };
            Builder::new_multi_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(reading)
        }),
        ("async, on one thread that it blocks", |client, row| {
            let reading = async {
                let mut run = client.delete_many(ids(POSTS)).batch_size(BATCH).run();
                let mut summary = Summary::default();
                while let Some(outcome) = run.next().await {
                    summary.add(&outcome);
                    block_for(row);
                }
                summary
            };
            Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(reading)
        }),
        ("blocking", |client, row| {
            let client = blocking::Client::new(client).unwrap();
            let run = client.delete_many(ids(POSTS)).batch_size(BATCH).run();
            let mut summary = Summary::default();
            for outcome in run {
                summary.add(&outcome);
                block_for(row);
            }
            summary
        }),
    ];
    std::thread::scope(|scope| {
        for (case, read) in readers {
            scope.spawn(move || {
                let provider = Elsewhere::with_posts(POSTS);
                let summary = read(provider.client(), row);
                assert_eq!(summary.deleted, POSTS, "{case}: {summary}");
                assert_eq!(provider.genviral.requests().len(), POSTS / BATCH, "{case}");
                drop(provider.runtime);
            });
        }
    });
}

#[tokio::test]
async fn no_request_begins_while_the_outcomes_of_as_many_as_allowed_wait_unread() {
    let genviral = Genviral::start().await;
    let client = genviral.client().unwrap();
    let mut run = client.delete_many(ids(1_000)).concurrency(3).run();
    run.next().await.unwrap();
    sleep(Duration::from_millis(300)).await;
    let progress = run.handle().progress();
    assert_eq!(genviral.requests().len(), 3);
    assert_eq!((progress.summary.total, progress.in_flight), (150, 0));
    assert_eq!(run.summary().await.total, 999);
}

#[tokio::test]
async fn what_a_dropped_run_has_sent_is_still_heard_by_the_limiter_and_nothing_more_is_sent() {
    let throttled = Step::answer(429, &["retry-after: 60"], "{}");
    let server = Server::start([throttled.after(Duration::from_millis(200))]).await;
    let client = server.ayrshare().build().unwrap();
    let mut run = client.delete_many(ids(10)).run();
    let first = timeout(Duration::from_millis(100), run.next()).await;
    assert!(first.is_err(), "{first:?}");
    drop(run);
    sleep(Duration::from_millis(300)).await;
    let call = client.with_deadline(SECOND);
    let error = call
        .delete(ayrshare::DeleteRequest::by_id("a"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RateLimited, 0)
    );
    assert!(error.retry_after().unwrap() > Duration::from_secs(50));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn callers_that_leave_before_their_429_stay_within_the_budget() {
    let throttled = Step::answer(429, &[], "{}").after(Duration::from_millis(120));
    let server = Server::start(vec![throttled; 100]).await;
    let limit = RateLimit::unlimited().max_throttled_per_day(5);
    let client = server.ayrshare().rate_limit(limit).build().unwrap();
    let callers = ids(60).map(|id| {
        let call = client.delete(ayrshare::DeleteRequest::by_id(id));
        timeout(Duration::from_millis(60), call)
    });
    join_all(callers).await;
    sleep(SECOND).await;
    assert!(server.count() <= 5, "{} requests", server.count());
    let last = client.delete(ayrshare::DeleteRequest::by_id("a")).await;
    assert_eq!(last.unwrap_err().kind(), ErrorKind::RateLimited);
    assert!(server.count() <= 5, "{} requests", server.count());
}

#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_call_that_is_dropped_during_the_handshake_gives_its_place_back() {
    // It accepts connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = ayrshare::Client::builder("KEY")
        .base_url(format!("https://{}", silent.local_addr().unwrap()))
        .rate_limit(RateLimit::new(3, Duration::from_secs(3_600)))
        .attempt_timeout(Duration::from_millis(200))
        .retry(Retry::never())
        .build()
        .unwrap();
    for _ in 0..6 {
        let call = client.delete(ayrshare::DeleteRequest::by_id("a"));
        assert!(timeout(Duration::from_millis(50), call).await.is_err());
    }
    let last = client.delete(ayrshare::DeleteRequest::by_id("a")).await;
    assert_eq!(last.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn a_run_waits_out_a_429_even_without_retries() {
    let throttled = Step::answer(429, &["retry-after: 0.05"], "{}");
    let deleted = Step::json(200, r#"{"status":"success"}"#);
    let server = Server::start([throttled, deleted]).await;
    let client = server.ayrshare().retry(Retry::never()).build().unwrap();
    let mut run = client.delete_many(["a"]).run();
    let outcome = run.next().await.unwrap();
    assert_eq!((&outcome.fate, outcome.attempts), (&Fate::Deleted, 2));
    let progress = run.handle().progress();
    assert_eq!((progress.requests, progress.throttled), (2, 1));
}

#[tokio::test]
async fn a_throttled_post_fails_once_the_budget_of_429s_is_spent() {
    let throttled = Step::answer(429, &["retry-after: 0"], "{}");
    let server = Server::start(vec![throttled; 10]).await;
    let limit = RateLimit::unlimited().max_throttled_per_day(2);
    let client = server.ayrshare().rate_limit(limit).build().unwrap();
    let outcomes = collect(client.delete_many(["a", "b"]).concurrency(1).run()).await;
    let kinds = outcomes.iter().map(|outcome| match &outcome.fate {
        Fate::Failed(failure) => ("failed", failure.kind),
        Fate::NotAttempted(failure) => ("not attempted", failure.kind),
        other => panic!("{other:?}"),
    });
    let kinds: Vec<_> = kinds.collect();
    let limited = ErrorKind::RateLimited;
    assert_eq!(kinds, [("failed", limited), ("not attempted", limited)]);
    assert_eq!(server.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_thread_stops_a_run_that_waits_for_its_window() {
    let deleted = Step::json(200, r#"{"status":"success"}"#);
    let server = Server::start(vec![deleted; 10]).await;
    let limit = RateLimit::new(1, Duration::from_secs(1_800));
    let client = server.ayrshare().rate_limit(limit).build().unwrap();
    let run = client.delete_many(ids(5)).run();
    let handle = run.handle();
    let stopping = std::thread::spawn(move || {
        block_for(Duration::from_millis(300));
        let begun = Instant::now();
        handle.stop();
        (begun.elapsed(), handle)
    });
    let summary = timeout(Duration::from_secs(10), run.summary())
        .await
        .unwrap();
    assert_eq!((summary.deleted, summary.not_attempted), (1, 4));
    let (took, handle) = stopping.join().unwrap();
    assert!(took < Duration::from_millis(100), "{took:?}");
    assert_eq!(handle.stopped_by(), summary.stopped_by);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn stop_within_settles_what_it_can_and_tells_uncertain_posts_from_unattempted_ones() {
    let deleted = Step::json(200, r#"{"status":"success"}"#);
    let late = deleted.clone().after(Duration::from_millis(200));
    let server = Server::start([deleted, late, Step::stall(), Step::stall()]).await;
    let client = server.ayrshare().rate_limit(RateLimit::unlimited());
    let client = client.build().unwrap();
    let mut run = client.delete_many(ids(6)).concurrency(4).run();
    let mut outcomes = vec![run.next().await.unwrap()];
    while server.count() < 4 {
        sleep(Duration::from_millis(5)).await;
    }

    let begun = Instant::now();
    run.handle().stop_within(Duration::from_millis(600));
    outcomes.extend(collect(run).await);

    assert!(begun.elapsed() < 3 * SECOND, "{:?}", begun.elapsed());
    let fates = outcomes.iter().map(|outcome| match &outcome.fate {
        Fate::Deleted => "deleted",
        Fate::Uncertain(failure) if failure.kind == ErrorKind::Stopped => "uncertain",
        Fate::NotAttempted(failure) if failure.kind == ErrorKind::Stopped => "not attempted",
        other => panic!("{other:?}"),
    });
    let mut fates: Vec<_> = fates.collect();
    fates.sort_unstable();
    let wanted = [
        "deleted",
        "deleted",
        "not attempted",
        "not attempted",
        "uncertain",
        "uncertain",
    ];
    assert_eq!(fates, wanted);
    assert_eq!(distinct(&outcomes), 6);
}

#[tokio::test]
async fn next_loses_no_outcome_if_it_is_cancelled() {
    let genviral = Genviral::start().await;
    for id in ids(300) {
        genviral.seed(id, "scheduled");
    }
    genviral.fail_next(5, Fault::delay(Duration::from_millis(20)));
    let client = genviral.client().unwrap();
    let mut run = client.delete_many(ids(300)).batch_size(7).run();
    let (mut outcomes, mut cancelled) = (Vec::new(), 0);
    loop {
        match run.next().now_or_never() {
            Some(Some(outcome)) => outcomes.push(outcome),
            Some(None) => break,
            None => {
                cancelled += 1;
                sleep(Duration::from_millis(1)).await;
            }
        }
    }
    assert!(cancelled > 0);
    assert_eq!((outcomes.len(), distinct(&outcomes)), (300, 300));
    assert!(outcomes.iter().all(|outcome| outcome.fate == Fate::Deleted));
}

/// Panics at the third post.
struct Faulty;

impl DeletePosts for Faulty {
    fn provider(&self) -> Provider {
        Provider::from("acme")
    }

    fn batch_size(&self) -> usize {
        1
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let id = &batch.ids()[0];
        assert!(*id != "post-2", "the third post is too much");
        vec![Outcome::new(id.clone(), self.provider(), Fate::Deleted)]
    }
}

#[tokio::test]
async fn a_panic_in_the_ids_or_in_the_provider_reaches_the_reader() {
    let faulty_ids = ids(4).inspect(|id| assert!(id != "post-2", "the third post is too much"));
    let genviral = Genviral::start().await;
    let client = genviral.client().unwrap();
    let runs = [
        DeleteMany::new(Faulty, ids(4)).concurrency(1).run(),
        client.delete_many(faulty_ids).batch_size(1).run(),
    ];
    for mut run in runs {
        let reading = async { while run.next().await.is_some() {} };
        let panic = AssertUnwindSafe(reading).catch_unwind().await.unwrap_err();
        let message = panic.downcast_ref::<&str>().copied();
        assert_eq!(message, Some("the third post is too much"));
    }
}

#[test]
fn a_run_whose_runtime_is_shut_down_still_gives_each_post_one_outcome() {
    let server_runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let server = server_runtime.block_on(Server::start(vec![Step::stall(); 10]));
    let client = server.ayrshare().rate_limit(RateLimit::unlimited());
    let client = client.build().unwrap();
    let mut run = client.delete_many(ids(5)).concurrency(2).run();
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    first.block_on(async {
        let waiting = timeout(Duration::from_millis(300), run.next()).await;
        assert!(waiting.is_err());
    });
    drop(first);

    let outcomes = server_runtime.block_on(collect(run));
    let fates = outcomes.iter().map(|outcome| outcome.fate.as_str());
    let mut fates: Vec<_> = fates.collect();
    fates.sort_unstable();
    assert_eq!(
        fates,
        [
            "not_attempted",
            "not_attempted",
            "not_attempted",
            "uncertain",
            "uncertain"
        ]
    );
    assert_eq!((distinct(&outcomes), server.count()), (5, 2));
}

#[test]
fn a_run_whose_runtime_is_shut_down_between_two_requests_sends_nothing_more() {
    let server_runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let deleted = Step::json(200, r#"{"status":"success"}"#);
    let server = server_runtime.block_on(Server::start(vec![deleted; 5]));
    let client = server.ayrshare().build().unwrap();
    let mut run = client.delete_many(ids(3)).concurrency(1).run();
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = first.block_on(run.next()).unwrap();
    assert_eq!(outcome.fate, Fate::Deleted);
    drop(first);

    let handle = run.handle();
    let outcomes = server_runtime.block_on(collect(run));
    let fates = outcomes.iter().map(|outcome| outcome.fate.as_str());
    assert_eq!(fates.collect::<Vec<_>>(), ["not_attempted"; 2]);
    let progress = handle.progress();
    assert_eq!((progress.summary.total, progress.in_flight), (3, 0));
    assert_eq!((distinct(&outcomes), server.count()), (2, 1));
}

#[tokio::test]
async fn a_run_of_ones_own_provider_needs_no_runtime_of_tokio() {
    /// Gives up the thread once, without any runtime's help.
    struct Patient(Arc<AtomicUsize>);
    impl DeletePosts for Patient {
        fn provider(&self) -> Provider {
            Provider::from("acme")
        }
        fn batch_size(&self) -> usize {
            2
        }
        async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let deleted =
                |id: &unpost::PostId| Outcome::new(id.clone(), self.provider(), Fate::Deleted);
            batch.ids().iter().map(deleted).collect()
        }
    }
    let batches = Arc::new(AtomicUsize::new(0));
    let run = DeleteMany::new(Patient(Arc::clone(&batches)), ids(5)).run();
    let elsewhere = std::thread::spawn(move || run.summary().now_or_never().unwrap().deleted);
    assert_eq!(elsewhere.join().unwrap(), 5);
    assert_eq!(batches.load(Ordering::Relaxed), 3);
}

#[test]
fn outcomes_and_handles_are_shared_between_threads() {
    fn is_shared<T: Send + Sync + Unpin>() {}
    fn is_handed_around<T: Clone + Send + Sync + 'static>() {}
    is_shared::<Outcomes<'_>>();
    is_handed_around::<RunHandle>();
}

async fn collect(mut run: Outcomes<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
    }
    outcomes
}

fn distinct(outcomes: &[Outcome]) -> usize {
    outcomes
        .iter()
        .map(|outcome| &outcome.id)
        .collect::<HashSet<_>>()
        .len()
}
