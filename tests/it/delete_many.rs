//! `delete_many` as an application uses it, against the mock kit and with custom providers.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use unpost::mock::{Ayrshare, BulkShape, Fault, Genviral};
use unpost::{
    Batch, DeleteMany, DeletePosts, ErrorKind, Failure, Fate, Outcome, Outcomes, Provider,
    RateLimit, Retry, ayrshare,
};

use crate::support::{Server, Step};

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("post-{number}")).collect()
}

async fn with_scheduled(ids: &[String]) -> Ayrshare {
    let ayrshare = Ayrshare::start().await;
    ayrshare.window(100_000, Duration::from_secs(300));
    for id in ids {
        ayrshare.schedule(id, ["bluesky"]);
    }
    ayrshare
}

/// A client without a rate limit, with hardly any wait between attempts.
fn quick(ayrshare: &Ayrshare) -> ayrshare::Client {
    let retry = Retry::attempts(3).backoff(Duration::from_millis(1), Duration::from_millis(4));
    let builder = ayrshare
        .client_builder()
        .rate_limit(RateLimit::unlimited())
        .retry(retry);
    builder.build().unwrap()
}

async fn collect(mut outcomes: Outcomes<'_>) -> Vec<Outcome> {
    let mut all = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        all.push(outcome);
    }
    all
}

fn distinct(outcomes: &[Outcome]) -> usize {
    let ids: HashSet<_> = outcomes.iter().map(|outcome| &outcome.id).collect();
    ids.len()
}

#[tokio::test]
async fn a_key_revoked_half_way_leaves_each_of_a_thousand_posts_with_one_true_outcome() {
    let ids = ids(1_000);
    let ayrshare = with_scheduled(&ids).await;
    let mut run = quick(&ayrshare).delete_many(&ids).run();

    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
        if outcomes.len() == 500 {
            ayrshare.revoke_key();
        }
    }

    assert_eq!((outcomes.len(), distinct(&outcomes)), (1_000, 1_000));
    let standing: HashSet<_> = ayrshare.remaining().into_iter().collect();
    for outcome in &outcomes {
        let stands = standing.contains(outcome.id.as_str());
        match &outcome.fate {
            Fate::Deleted => assert!(!stands, "{outcome:?}"),
            Fate::Failed(failure) | Fate::NotAttempted(failure) => {
                assert_eq!((failure.kind, stands), (ErrorKind::Unauthorized, true));
            }
            other => panic!("{other:?}"),
        }
    }
    let refused = |request: &unpost::mock::Request| request.status() == Some(401);
    let requests = ayrshare.requests();
    assert!((1..=8).contains(&requests.iter().filter(|request| refused(request)).count()));
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_retried_and_already_deleted_then_means_deleted() {
    let ids = ids(40);
    let ayrshare = with_scheduled(&ids).await;
    ayrshare.schedule("gone", ["bluesky"]);
    let client = quick(&ayrshare);
    let first = client.delete(ayrshare::DeleteRequest::by_id("gone"));
    first.await.unwrap();
    for _ in 0..5 {
        ayrshare.fail_next(1, Fault::hang_up().after_acting());
        ayrshare.fail_next(1, Fault::delay(Duration::ZERO));
    }

    let asked = ids.iter().map(String::as_str).chain(["gone"]);
    let outcomes = collect(client.delete_many(asked).concurrency(1).run()).await;

    let deleted = outcomes
        .iter()
        .filter(|outcome| outcome.fate == Fate::Deleted);
    assert_eq!(deleted.clone().count(), 40);
    assert_eq!(deleted.filter(|outcome| outcome.attempts == 2).count(), 5);
    let gone = outcomes
        .iter()
        .find(|outcome| outcome.id == "gone")
        .unwrap();
    assert_eq!((&gone.fate, gone.attempts), (&Fate::AlreadyDeleted, 1));
}

#[tokio::test]
async fn genviral_gets_one_request_for_every_fifty_distinct_ids() {
    for (posts, requests) in [(1_000, 20), (1_001, 21)] {
        let genviral = Genviral::start().await;
        let ids = ids(posts);
        for id in &ids {
            genviral.seed(id, "scheduled");
        }
        let repeated = ids.iter().chain(ids.iter().rev()).chain(&ids);

        let run = genviral.client().unwrap().delete_many(repeated).run();
        let outcomes = collect(run).await;

        assert_eq!((outcomes.len(), distinct(&outcomes)), (posts, posts));
        assert!(outcomes.iter().all(|outcome| outcome.fate == Fate::Deleted));
        assert_eq!(genviral.requests().len(), requests);
    }
}

#[tokio::test]
async fn a_stream_dropped_early_sends_nothing_further() {
    let ids = ids(200);
    let ayrshare = with_scheduled(&ids).await;
    ayrshare.fail_next(200, Fault::delay(Duration::from_millis(5)));
    let mut run = quick(&ayrshare).delete_many(&ids).concurrency(4).run();

    for _ in 0..10 {
        run.next().await.unwrap();
    }
    drop(run);

    sleep(Duration::from_millis(50)).await;
    let sent = ayrshare.requests().len();
    assert!((10..=14).contains(&sent), "{sent}");
    sleep(Duration::from_millis(100)).await;
    assert_eq!(ayrshare.requests().len(), sent);
}

#[tokio::test]
async fn a_stopped_run_finishes_requests_under_way_and_reports_all_other_posts_as_not_attempted() {
    let ids = ids(200);
    let ayrshare = with_scheduled(&ids).await;
    ayrshare.window(20, Duration::from_secs(300));
    let client = ayrshare.client_builder();
    let client = client
        .rate_limit(RateLimit::new(20, Duration::from_secs(300)))
        .build();
    let mut run = client.unwrap().delete_many(&ids).run();
    let mut outcomes = Vec::new();
    for _ in 0..15 {
        outcomes.push(run.next().await.unwrap());
    }

    // Some requests are under way and others wait for the next window, which is minutes away.
    run.stop();
    let rest = timeout(Duration::from_secs(5), collect(run)).await.unwrap();
    outcomes.extend(rest);

    assert_eq!((outcomes.len(), distinct(&outcomes)), (200, 200));
    for outcome in &outcomes {
        let was_sent = !ayrshare.remaining().contains(&outcome.id.to_string());
        match &outcome.fate {
            Fate::Deleted => assert!(was_sent),
            Fate::NotAttempted(failure) => {
                assert_eq!((failure.kind, was_sent), (ErrorKind::Stopped, false));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A run over two posts with one request at a time in a window.
fn paced(
    server: &Server,
    window: Duration,
    deadline: Duration,
) -> DeleteMany<'static, ayrshare::Client> {
    let client = server.ayrshare().rate_limit(RateLimit::new(1, window));
    let client = client.deadline(deadline).build().unwrap();
    client.delete_many(["a", "b"])
}

#[tokio::test]
async fn a_stopped_run_does_not_send_what_waits_for_the_window() {
    let server = Server::start([Step::json(200, r#"{"status":"success"}"#)]).await;
    let (window, minute) = (Duration::from_secs(600), Duration::from_secs(60));
    let mut run = paced(&server, window, minute).run();
    assert_eq!(run.next().await.unwrap().fate, Fate::Deleted);
    let waiting = timeout(Duration::from_millis(100), run.next()).await;
    assert!(waiting.is_err(), "{waiting:?}");

    run.stop();
    let rest = timeout(Duration::from_secs(5), run.next()).await.unwrap();
    let fate = rest.unwrap().fate;
    assert!(
        matches!(&fate, Fate::NotAttempted(failure) if failure.kind == ErrorKind::Stopped),
        "{fate:?}"
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_stopped_run_does_not_wait_out_a_429() {
    let server = Server::start([Step::answer(429, &["retry-after: 60"], "")]).await;
    let (window, deadline) = (Duration::from_secs(600), Duration::from_secs(300));
    let mut run = paced(&server, window, deadline).concurrency(1).run();
    let waiting = timeout(Duration::from_millis(200), run.next()).await;
    assert!(waiting.is_err() && server.count() == 1, "{waiting:?}");

    run.stop();
    let outcomes = timeout(Duration::from_secs(5), collect(run)).await.unwrap();
    assert!(matches!(outcomes[0].fate, Fate::Failed(_)), "{outcomes:?}");
    assert!(
        matches!(outcomes[1].fate, Fate::NotAttempted(_)),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn a_stopped_run_still_finds_out_what_became_of_a_request_whose_answer_was_lost() {
    let already_deleted = Step::json(400, r#"{"status":"error","code":383}"#);
    let server = Server::start([Step::hang_up(), already_deleted]).await;
    let (window, minute) = (Duration::from_millis(600), Duration::from_secs(60));
    let mut run = paced(&server, window, minute).concurrency(1).run();
    // The first attempt was sent and lost, and the second waits for the window.
    let waiting = timeout(Duration::from_millis(200), run.next()).await;
    assert!(waiting.is_err(), "{waiting:?}");
    assert_eq!(server.count(), 1);

    run.stop();
    let outcomes = collect(run).await;
    assert_eq!(
        (&outcomes[0].fate, outcomes[0].attempts),
        (&Fate::Deleted, 2)
    );
    assert!(matches!(outcomes[1].fate, Fate::NotAttempted(_)));
    assert_eq!(server.bodies(), [r#"{"id":"a"}"#; 2]);
}

#[tokio::test]
async fn a_stopped_run_finds_out_about_a_lost_answer_also_after_a_429() {
    let throttled = Step::answer(429, &["retry-after: 0.02"], "{}");
    let already_deleted = Step::json(400, r#"{"status":"error","code":383}"#);
    let server = Server::start([throttled, Step::hang_up(), already_deleted]).await;
    let retry = Retry::attempts(3).backoff(Duration::from_millis(400), Duration::from_secs(1));
    let client = server.ayrshare().retry(retry).build().unwrap();
    let mut run = client.delete_many(["a"]).run();
    while server.count() < 2 {
        let waiting = timeout(Duration::from_millis(5), run.next()).await;
        assert!(waiting.is_err(), "{waiting:?}");
    }
    run.stop();
    let outcomes = collect(run).await;
    assert_eq!(
        (&outcomes[0].fate, outcomes[0].attempts),
        (&Fate::Deleted, 3)
    );
}

#[tokio::test]
async fn a_wait_for_the_window_does_not_count_towards_the_deadline_of_a_request_in_a_run() {
    let server = Server::start(vec![Step::json(200, r#"{"status":"success"}"#); 2]).await;
    let (window, deadline) = (Duration::from_millis(700), Duration::from_millis(400));
    let run = paced(&server, window, deadline).run();
    let summary = run.summary().await;
    assert_eq!((summary.total, summary.deleted), (2, 2), "{summary:?}");
}

#[tokio::test]
async fn whatever_shape_a_bulk_answer_has_each_of_its_posts_is_settled() {
    for (shape, requests) in [
        (BulkShape::Array, 2),
        (BulkShape::Posts, 2),
        (BulkShape::ById, 2),
        (BulkShape::BareStatus, 2 + 20),
    ] {
        let ids = ids(18);
        let ayrshare = with_scheduled(&ids).await;
        ayrshare.bulk_shape(shape).publish("kept", ["instagram"]);
        let asked = ids.iter().map(String::as_str).chain(["kept", "unknown"]);

        let run = quick(&ayrshare).delete_many(asked).batch_size(10).run();
        let outcomes = collect(run).await;

        assert_eq!(distinct(&outcomes), 20, "{shape:?}");
        for outcome in &outcomes {
            let is_true = match outcome.id.as_str() {
                // The answer to the batch said nothing of this post. The answer to the single request
                // has Instagram's refusal alone, which leaves open what the batch did.
                "kept" if shape == BulkShape::BareStatus => {
                    matches!(outcome.fate, Fate::Uncertain(_)) && outcome.networks.len() == 1
                }
                "kept" => matches!(outcome.fate, Fate::Failed(_)),
                "unknown" => outcome.fate == Fate::NotFound,
                _ => outcome.fate == Fate::Deleted,
            };
            assert!(is_true, "{shape:?}: {outcome:?}");
        }
        assert_eq!(ayrshare.requests().len(), requests, "{shape:?}");
        assert_eq!(ayrshare.remaining(), ["kept"]);
    }
}

#[tokio::test]
async fn successful_single_requests_refill_the_retry_budget() {
    let ids = ids(400);
    let ayrshare = with_scheduled(&ids).await;
    ayrshare.bulk_shape(BulkShape::BareStatus);
    let client = quick(&ayrshare);
    let mut run = client.delete_many(&ids).batch_size(400).run();
    // About every tenth request after the batch gets no answer.
    let losing = async {
        for lost in 1..=40 {
            while ayrshare.requests().len() < lost * 10 {
                sleep(Duration::from_millis(1)).await;
            }
            ayrshare.fail_next(1, Fault::hang_up());
        }
        std::future::pending::<()>().await;
    };
    let mut outcomes = Vec::new();
    let reading = async {
        while let Some(outcome) = run.next().await {
            outcomes.push(outcome);
        }
    };
    tokio::select! {
        () = losing => {}
        () = reading => {}
    }
    assert!(outcomes.iter().all(|outcome| outcome.fate == Fate::Deleted));
    assert_eq!(distinct(&outcomes), 400);
}

#[tokio::test]
async fn a_run_against_a_provider_that_is_down_ends_after_a_few_dozen_requests() {
    let ids = ids(5_000);
    let ayrshare = with_scheduled(&[]).await;
    ayrshare.fail_next(5_000, Fault::status(503));

    let outcomes = collect(quick(&ayrshare).delete_many(&ids).run()).await;

    assert_eq!(distinct(&outcomes), 5_000);
    let sent = ayrshare.requests().len();
    assert!((16..=60).contains(&sent), "{sent}");
    let unsent = outcomes.iter().filter(|outcome| match &outcome.fate {
        Fate::NotAttempted(failure) => failure.kind == ErrorKind::Server,
        _ => false,
    });
    assert!(unsent.count() > 4_900);
    assert!(outcomes.iter().all(|outcome| outcome.fate.should_retry()));
}

#[tokio::test]
async fn an_outage_costs_a_run_twenty_retries_however_many_a_request_may_have() {
    let server = Server::start(vec![Step::answer(503, &[], ""); 100]).await;
    let retry = Retry::attempts(6).backoff(Duration::from_millis(1), Duration::from_millis(1));
    let client = server
        .ayrshare()
        .rate_limit(RateLimit::unlimited())
        .retry(retry);
    let run = client.build().unwrap().delete_many(ids(100)).concurrency(1);
    assert_eq!(run.run().summary().await.total, 100);
    // The run ends after 10 requests that failed in a row.
    assert_eq!(server.count(), 10 + 20);
}

/// A custom provider whose answers leave out a post, repeat one and make one up. Each answer takes a
/// moment, so that requests overlap.
struct Careless {
    under_way: AtomicUsize,
    most: Arc<AtomicUsize>,
}

impl DeletePosts for Careless {
    fn provider(&self) -> Provider {
        Provider::Other("acme".into())
    }

    fn batch_size(&self) -> usize {
        10
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(under_way, Ordering::SeqCst);
        sleep(Duration::from_millis(2)).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let deleted = |id| Outcome::new(id, Provider::Other("acme".into()), Fate::Deleted);
        let told = batch.ids().iter().skip(1).map(deleted);
        let mut told: Vec<_> = told.collect();
        told.extend(told.first().cloned());
        told.push(Outcome::new(
            "made-up",
            Provider::Other("acme".into()),
            Fate::Deleted,
        ));
        told
    }
}

#[tokio::test]
async fn a_custom_provider_may_leave_out_repeat_or_make_up_posts() {
    let most = Arc::new(AtomicUsize::new(0));
    let pulled = Arc::new(AtomicUsize::new(0));
    let provider = Careless {
        under_way: AtomicUsize::new(0),
        most: Arc::clone(&most),
    };
    let counting = Arc::clone(&pulled);
    let asked = ids(1_000).into_iter().inspect(move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
    });
    let mut run = DeleteMany::new(provider, asked).concurrency(3).run();

    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
        let ahead = pulled.load(Ordering::SeqCst) - outcomes.len();
        assert!(ahead <= 3 * 10, "{ahead} ids were pulled ahead");
    }

    assert_eq!((outcomes.len(), distinct(&outcomes)), (1_000, 1_000));
    let unreported = outcomes
        .iter()
        .filter(|outcome| outcome.fate == Fate::Unreported);
    assert_eq!(unreported.count(), 100);
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

/// A custom provider that gives each post the next of these fates. For each post it asks for one retry.
#[derive(Clone)]
struct Scripted {
    fates: Arc<Mutex<Vec<Fate>>>,
    retries: Arc<AtomicUsize>,
}

impl DeletePosts for Scripted {
    fn provider(&self) -> Provider {
        Provider::Other("acme".into())
    }

    fn batch_size(&self) -> usize {
        1
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let allowed = usize::from(batch.try_spend_retry());
        self.retries.fetch_add(allowed, Ordering::SeqCst);
        let fate = self.fates.lock().unwrap().pop();
        let outcomes = batch.ids().iter().zip(fate);
        let outcomes =
            outcomes.map(|(id, fate)| Outcome::new(id, Provider::Other("acme".into()), fate));
        outcomes.collect()
    }
}

/// Runs over one post for each fate. Returns how many posts the provider was asked for, and how many
/// retries it was allowed.
async fn asked_for(mut fates: Vec<Fate>) -> (usize, usize) {
    let count = fates.len();
    fates.reverse();
    let provider = Scripted {
        fates: Arc::new(Mutex::new(fates)),
        retries: Arc::default(),
    };
    let run = DeleteMany::new(provider.clone(), ids(count)).concurrency(1);
    assert_eq!(run.run().summary().await.total, count);
    let left = provider.fates.lock().unwrap().len();
    (count - left, provider.retries.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_run_ends_early_only_if_every_further_request_would_fail_alike() {
    let failure = Failure::new;
    let failed = |kind| vec![Fate::Failed(failure(kind)); 30];
    let unsent = |kind| vec![Fate::NotAttempted(failure(kind)); 30];
    let outage = |length| vec![Fate::Uncertain(failure(ErrorKind::Timeout)); length];
    for (case, fates, asked) in [
        ("a post is refused", failed(ErrorKind::Refused), 30),
        (
            "a network's rate limit is reached",
            failed(ErrorKind::RateLimited),
            30,
        ),
        (
            "the profile's rate limit is reached",
            unsent(ErrorKind::RateLimited),
            1,
        ),
        ("an id is invalid", unsent(ErrorKind::Invalid), 30),
        ("the key is refused", failed(ErrorKind::Unauthorized), 1),
        ("a long outage", outage(30), 10),
        (
            "two short outages",
            [outage(9), vec![Fate::NotFound], outage(9)].concat(),
            19,
        ),
    ] {
        assert_eq!(asked_for(fates).await.0, asked, "{case}");
    }
}

#[tokio::test]
async fn a_custom_provider_may_retry_twenty_times_and_once_more_for_every_five_batches_answered() {
    let down = Fate::Failed(Failure::new(ErrorKind::Server));
    let outage = vec![down; 9];
    let script = [
        outage.clone(),
        vec![Fate::Deleted],
        outage,
        vec![Fate::Deleted; 50],
    ]
    .concat();
    // Each of the 69 batches asks for a retry. The first 20 get one, and every five of the 51 batches
    // that were answered pay for one more.
    assert_eq!(asked_for(script).await, (69, 30));
}

#[test]
fn outcomes_are_a_stream_that_can_move_to_another_task() {
    fn is_stream<S: futures_core::Stream<Item = Outcome> + Send + Unpin>(_: &S) {}
    let client = ayrshare::Client::builder("KEY").build().unwrap();
    is_stream(&client.delete_many(["post-1"]).run());
}

#[tokio::test]
async fn a_run_of_nothing_but_ids_that_cannot_be_sent_gives_each_its_outcome() {
    let client = ayrshare::Client::builder("KEY").build().unwrap();
    let outcomes = collect(client.delete_many(["", "a\nb", " "]).run()).await;
    let unsent = |outcome: &&Outcome| matches!(outcome.fate, Fate::NotAttempted(_));
    assert_eq!(outcomes.iter().filter(unsent).count(), 3);
}

#[test]
fn the_debug_output_of_a_run_shows_its_settings_and_no_ids() {
    let client = ayrshare::Client::builder("KEY").build().unwrap();
    let run = client.delete_many(["post-1"]).concurrency(3);
    assert_eq!(
        format!("{run:?}"),
        "DeleteMany { concurrency: 3, batch_size: 1, .. }"
    );
    let run = run.run();
    run.stop();
    assert_eq!(
        format!("{run:?}"),
        "Outcomes { provider: Ayrshare, concurrency: 3, batch_size: 1, ids_in_flight: 0, \
         stopped: Some(Failure { kind: Stopped, detail: \"the run was stopped\" }), .. }"
    );
}

#[tokio::test]
async fn a_known_outcome_does_not_wait_for_a_request_under_way() {
    let ayrshare = with_scheduled(&ids(1)).await;
    ayrshare.fail_next(1, Fault::delay(Duration::from_secs(30)));
    let mut run = quick(&ayrshare).delete_many(["post-0", ""]).run();
    let known = timeout(Duration::from_secs(10), run.next()).await;
    assert_eq!(known.unwrap().unwrap().id, *"");
}

#[tokio::test]
async fn ids_that_cannot_be_sent_do_not_split_batches_and_are_not_attempted() {
    let genviral = Genviral::start().await;
    let ids = ids(100);
    let asked: Vec<_> = (0_usize..)
        .zip(&ids)
        .map(|(n, id)| (id.clone(), " ".repeat(n)))
        .collect();
    for id in &ids {
        genviral.seed(id, "scheduled");
    }
    let asked = asked.into_iter().flat_map(|(id, blank)| [id, blank]);

    let client = genviral.client().unwrap();
    let summary = client
        .delete_many(asked)
        .batch_size(usize::MAX)
        .run()
        .summary()
        .await;

    assert_eq!((summary.deleted, summary.not_attempted), (100, 100));
    assert!(
        summary.to_retry.is_empty() && summary.stopped_by.is_none(),
        "{summary:?}"
    );
    assert!(
        genviral.requests().len() <= 4,
        "{}",
        genviral.requests().len()
    );
}

#[tokio::test]
async fn a_stopped_run_does_not_fall_back_to_one_request_per_post() {
    let ids = ids(100);
    let ayrshare = with_scheduled(&ids).await;
    ayrshare.bulk_shape(BulkShape::BareStatus);
    ayrshare.fail_next(1, Fault::delay(Duration::from_millis(50)));
    let mut run = quick(&ayrshare).delete_many(&ids).batch_size(100).run();
    let first = timeout(Duration::from_millis(20), run.next()).await;
    assert!(first.is_err(), "the batch is still under way");

    run.stop();
    let summary = run.summary().await;

    assert_eq!((ayrshare.requests().len(), summary.total), (1, 100));
    assert_eq!(summary.unreported, 100);
    assert_eq!(summary.stopped_by.unwrap().kind, ErrorKind::Stopped);
}

#[tokio::test]
async fn a_gateway_that_does_not_know_the_path_ends_the_run_and_every_post_should_be_retried() {
    let ids = ids(500);
    let ayrshare = with_scheduled(&ids).await;
    ayrshare.fail_next(500, Fault::status(404).body("<html>no such page</html>"));

    let summary = quick(&ayrshare).delete_many(&ids).run().summary().await;

    assert!(
        ayrshare.requests().len() < 50,
        "{}",
        ayrshare.requests().len()
    );
    assert_eq!(summary.to_retry.len(), 500);
    assert!(summary.to_string().contains("ended early"), "{summary}");
}

#[tokio::test]
async fn not_found_after_a_lost_answer_differs_from_a_post_that_never_was() {
    let genviral = Genviral::start().await;
    genviral.seed("post-0", "scheduled");
    genviral.fail_next(1, Fault::hang_up().after_acting());
    let client = genviral
        .client_builder()
        .retry(Retry::attempts(2))
        .build()
        .unwrap();

    let lost = collect(client.delete_many(["post-0"]).run()).await;
    let never = collect(client.delete_many(["post-1"]).run()).await;

    assert_eq!((&lost[0].fate, lost[0].unanswered), (&Fate::NotFound, 1));
    assert_eq!((&never[0].fate, never[0].unanswered), (&Fate::NotFound, 0));
}
