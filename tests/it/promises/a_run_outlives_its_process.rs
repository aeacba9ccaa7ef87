//! With a journal, nothing is sent that isn't on record first, and the next process knows what is settled and what may
//! have been carried out. `truth/killed.rs` checks this with processes that are killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tokio::time::timeout;
use unpost::ayrshare::DeleteRequest;
use unpost::mock::{Ayrshare, Fault, Genviral};
use unpost::{
    Answered, ErrorKind, Fate, Journal, Outcome, Outcomes, RateLimit, Record, Retry, Scope, Sending,
};

use crate::support::{Scratch, Server, Step};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

async fn collect(mut run: Outcomes<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
    }
    outcomes.sort_by(|one, other| one.id.cmp(&other.id));
    outcomes
}

fn quick(ayrshare: &Ayrshare) -> unpost::ayrshare::ClientBuilder {
    let builder = ayrshare.client_builder();
    builder
        .rate_limit(RateLimit::unlimited())
        .retry(Retry::never())
}

#[tokio::test]
async fn what_is_settled_is_not_asked_again_and_what_was_lost_keeps_its_evidence() {
    let ayrshare = Ayrshare::start().await;
    ayrshare
        .schedule("a", ["bluesky"])
        .schedule("b", ["bluesky"])
        .schedule("c", ["bluesky"]);
    ayrshare.fail_next(1, Fault::hang_up().after_acting().for_post("b"));
    let file = Scratch::new();

    let client = quick(&ayrshare).build().unwrap();
    let first = collect(client.delete_many(["a", "b"]).journal(file.journal()).run()).await;
    assert_eq!(first[0].fate, Fate::Deleted);
    assert!(matches!(first[1].fate, Fate::Uncertain(_)), "{first:?}");
    let asked = ayrshare.requests().len();

    // Another process has another client.
    let client = quick(&ayrshare).build().unwrap();
    let ids = ["a", "b", "c"];
    let second = collect(client.delete_many(ids).journal(file.journal()).run()).await;
    assert_eq!(second[0], first[0]);
    assert_eq!((&second[1].fate, second[1].unanswered), (&Fate::Deleted, 1));
    assert_eq!((&second[2].fate, second[2].unanswered), (&Fate::Deleted, 0));
    assert_eq!(ayrshare.requests().len(), asked + 2);

    // The outcomes that a caller kept do the same.
    let client = quick(&ayrshare).build().unwrap();
    let third = collect(client.delete_many(["a", "b"]).resume(first.clone()).run()).await;
    assert_eq!((&third[0], &third[1].fate), (&first[0], &Fate::Deleted));
    assert_eq!(ayrshare.requests().len(), asked + 3);
}

#[tokio::test]
async fn not_found_after_another_processs_lost_answer_says_that_it_was_lost() {
    let genviral = Genviral::start().await;
    genviral.seed("a", "scheduled");
    genviral.fail_next(1, Fault::hang_up().after_acting());
    let file = Scratch::new();
    for (fate, unanswered) in [("uncertain", 1), ("not_found", 1)] {
        let client = genviral
            .client_builder()
            .retry(Retry::never())
            .build()
            .unwrap();
        let outcomes = collect(client.delete_many(["a"]).journal(file.journal()).run()).await;
        assert_eq!(
            (outcomes[0].fate.as_str(), outcomes[0].unanswered),
            (fate, unanswered)
        );
    }
}

#[test]
fn a_request_under_way_when_the_process_ends_is_on_record() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let provider = runtime();
    let server = provider.block_on(Server::start([
        Step::stall(),
        Step::json(400, r#"{"status":"error","code":383}"#),
    ]));
    let file = Scratch::new();
    let client = server.ayrshare().build().unwrap();
    std::thread::scope(|scope| {
        let ends = scope.spawn(|| {
            runtime().block_on(async {
                let mut run = client.delete_many(["a"]).journal(file.journal()).run();
                let waiting = timeout(Duration::from_millis(400), run.next()).await;
                assert!(waiting.is_err());
            });
        });
        provider.block_on(async {
            while !ends.is_finished() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
    });
    let outcomes = provider.block_on(collect(
        client.delete_many(["a"]).journal(file.journal()).run(),
    ));
    assert_eq!(
        (&outcomes[0].fate, outcomes[0].attempts),
        (&Fate::Deleted, 2)
    );
}

/// Keeps nothing, fails from a given line on, and notes whether a request has left before its line.
struct Watchful {
    lines: AtomicUsize,
    fails_from: usize,
    server: Arc<Server>,
    late: Arc<AtomicUsize>,
}

impl Watchful {
    fn write(&self) -> Result<(), BoxError> {
        let line = self.lines.fetch_add(1, Ordering::SeqCst);
        if line >= self.fails_from {
            return Err("the disk is full".into());
        }
        Ok(())
    }
}

impl Journal for Watchful {
    async fn load(&self, scope: &Scope) -> Result<Record, BoxError> {
        Ok(Record::new(scope.clone()))
    }

    async fn about_to_send(&self, sending: &Sending) -> Result<(), BoxError> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let sent = self.server.bodies();
        let id = sending.ids[0].to_string();
        self.late.fetch_add(
            usize::from(sent.iter().any(|body| body.contains(&id))),
            Ordering::SeqCst,
        );
        self.write()
    }

    async fn answered(&self, _: &Answered) -> Result<(), BoxError> {
        self.write()
    }

    async fn settled(&self, _: &Scope, _: &[Outcome], _: SystemTime) -> Result<(), BoxError> {
        self.write()
    }

    fn salt(&self) -> Option<&str> {
        Some("salt")
    }
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_on_record_or_once_the_journal_fails() {
    let deleted = Step::json(200, r#"{"status":"success"}"#);
    let server = Arc::new(Server::start(vec![deleted; 10]).await);
    let late = Arc::new(AtomicUsize::new(0));
    let journal = Watchful {
        lines: AtomicUsize::new(0),
        fails_from: 4,
        server: Arc::clone(&server),
        late: Arc::clone(&late),
    };
    let client = server.ayrshare().build().unwrap();
    let run = client
        .delete_many(["a", "b", "c", "d"])
        .concurrency(1)
        .journal(journal)
        .run();
    let outcomes = collect(run).await;
    let fates = outcomes.iter().map(|outcome| outcome.fate.as_str());
    let fates: Vec<_> = fates.collect();
    assert_eq!(
        fates,
        ["deleted", "deleted", "not_attempted", "not_attempted"]
    );
    let failure = outcomes[3].fate.failure().unwrap();
    assert_eq!(failure.kind, ErrorKind::Stopped);
    assert!(
        failure
            .detail
            .as_deref()
            .unwrap()
            .contains("the disk is full")
    );
    assert_eq!((server.count(), late.load(Ordering::SeqCst)), (2, 0));
}

#[tokio::test]
async fn a_record_of_another_operation_or_profile_settles_nothing() {
    let ayrshare = Ayrshare::start().await;
    ayrshare.publish("a", ["bluesky"]);
    ayrshare.remove_by_hand("a");
    let file = Scratch::new();
    let client = quick(&ayrshare).build().unwrap();
    let marked = DeleteRequest::mark_manual_deleted("a");
    client
        .delete_journaled(marked, file.journal())
        .await
        .unwrap();
    assert_eq!(ayrshare.requests().len(), 1);
    let delete = || DeleteRequest::by_id("a");
    let _ = client.delete_journaled(delete(), file.journal()).await;
    assert_eq!(ayrshare.requests().len(), 2);
    let _ = client.delete_journaled(delete(), file.journal()).await;
    assert_eq!(ayrshare.requests().len(), 2, "this one is settled");
    let other = client.for_profile("ANOTHER-PROFILE").unwrap();
    let _ = other.delete_journaled(delete(), file.journal()).await;
    assert_eq!(ayrshare.requests().len(), 3);
    let written = std::fs::read_to_string(file.path()).unwrap();
    assert!(!written.contains("ANOTHER-PROFILE"), "{written}");
}

#[tokio::test]
async fn deleting_all_scheduled_posts_is_sent_at_most_once() {
    let done = Step::json(200, r#"{"status":"success"}"#);
    let refused = Step::json(400, r#"{"status":"error","code":101,"message":"no"}"#);
    for (script, requests, last) in [
        (vec![done.clone()], 1, Ok(())),
        (vec![Step::hang_up()], 1, Err((ErrorKind::Stopped, true))),
        (vec![refused, done], 2, Ok(())),
    ] {
        let server = Server::start(script).await;
        let client = server.ayrshare().build().unwrap();
        let file = Scratch::new();
        for _ in 0..3 {
            let request = DeleteRequest::delete_all_scheduled();
            let _ = client.delete_journaled(request, file.journal()).await;
        }
        let request = DeleteRequest::delete_all_scheduled();
        let again = client.delete_journaled(request, file.journal()).await;
        let again = again.map(drop);
        let again = again.map_err(|error| (error.kind(), error.is_uncertain()));
        assert_eq!((server.count(), again), (requests, last));
    }
}

#[tokio::test]
async fn every_429_counts_for_the_budget_of_the_next_process() {
    let of_a_network = r#"{"status":"error","code":435}"#;
    let of_a_post = r#"{"status":"error","code":383}"#;
    for (status, body, first, requests, second) in [
        (429, of_a_network, "failed", 1, "not_attempted"),
        (400, of_a_network, "failed", 2, "failed"),
        (429, of_a_post, "already_deleted", 1, "not_attempted"),
    ] {
        let server = Server::start(vec![Step::json(status, body); 2]).await;
        let file = Scratch::new();
        let limit = RateLimit::new(300, Duration::from_secs(300)).max_throttled_per_day(1);
        for (id, fate) in [("a", first), ("b", second)] {
            let client = server
                .ayrshare()
                .rate_limit(limit.clone())
                .retry(Retry::never());
            let client = client.build().unwrap();
            let outcomes = collect(client.delete_many([id]).journal(file.journal()).run()).await;
            assert_eq!(outcomes[0].fate.as_str(), fate, "{outcomes:?}");
        }
        assert_eq!(server.count(), requests, "{status}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tasks_with_one_journal_delete_all_scheduled_posts_once() {
    let done = Step::json(200, r#"{"status":"success"}"#).after(Duration::from_millis(20));
    for _ in 0..10 {
        let server = Server::start(vec![done.clone(); 2]).await;
        let client = server.ayrshare().rate_limit(RateLimit::unlimited());
        let client = client.build().unwrap();
        let file = Scratch::new();
        let journal = file.journal();
        let delete = || {
            let request = DeleteRequest::delete_all_scheduled();
            client.delete_journaled(request, journal.clone())
        };
        let (one, other) = tokio::join!(delete(), delete());
        assert!(one.is_ok() || other.is_ok());
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_client_that_was_made_before_the_other_process_ended_keeps_to_its_window() {
    let server = Server::start(vec![Step::json(200, r#"{"status":"success"}"#); 9]).await;
    let file = Scratch::new();
    let limit = RateLimit::new(5, Duration::from_secs(300));
    let client = || server.ayrshare().rate_limit(limit.clone()).build().unwrap();
    let (active, standby) = (client(), client());
    let ids = ["a", "b", "c", "d", "e"];
    let first = collect(active.delete_many(ids).journal(file.journal()).run()).await;
    assert!(first.iter().all(|outcome| outcome.fate == Fate::Deleted));

    let mut run = standby.delete_many(["f"]).journal(file.journal()).run();
    let waiting = timeout(Duration::from_millis(300), run.next()).await;
    assert!(waiting.is_err(), "{waiting:?}");
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn a_handle_does_not_keep_the_journal_of_a_dropped_run() {
    let late = Step::json(200, r#"{"status":"success"}"#).after(Duration::from_millis(100));
    let server = Server::start([late]).await;
    let file = Scratch::new();
    let client = server.ayrshare().build().unwrap();
    let mut run = client.delete_many(["a"]).journal(file.journal()).run();
    let handle = run.handle();
    let waiting = timeout(Duration::from_millis(50), run.next()).await;
    assert!(waiting.is_err());
    drop(run);
    assert!(!handle.is_finished());
    while !handle.is_finished() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(handle.progress().in_flight, 0);
    let outcomes = collect(client.delete_many(["a"]).journal(file.journal()).run()).await;
    assert_eq!((&outcomes[0].fate, server.count()), (&Fate::Deleted, 1));
}

#[tokio::test]
async fn outcomes_of_marks_settle_no_deletion() {
    let ayrshare = Ayrshare::start().await;
    ayrshare.publish("a", ["bluesky"]);
    let client = quick(&ayrshare).build().unwrap();
    let refused = collect(client.mark_many(["a"]).run()).await;
    let kind = refused[0].fate.failure().map(|failure| failure.kind);
    assert_eq!(kind, Some(ErrorKind::NotManuallyDeleted));
    let deleted = collect(client.delete_many(["a"]).resume(refused).run()).await;
    assert_eq!(deleted[0].fate, Fate::Deleted);
}
