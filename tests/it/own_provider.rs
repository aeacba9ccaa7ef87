//! `DeletePosts` of one's own: with a client's `delete_in`, without any client, and behind one type.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use unpost::ayrshare::{Client, DeleteRequest};
use unpost::mock::Ayrshare;
use unpost::{
    AnyProvider, Batch, DeleteMany, DeletePosts, ErrorKind, Failure, Fate, OperationKind, Outcome,
    Outcomes, PostId, Provider, RateLimit, Retry, Scope, blocking,
};

use crate::support::{Server, Step};

const SUCCESS: &str = r#"{"status":"success"}"#;
const ALREADY_DELETED: &str = r#"{"status":"error","code":383}"#;

/// Sends these requests for each post of a batch, one after another, and keeps the last one's outcomes.
#[derive(Clone)]
struct Own {
    client: Client,
    requests: &'static [Request],
    batch_size: usize,
}

type Request = fn(&PostId) -> DeleteRequest;

const MARK: Request = |id| DeleteRequest::mark_manual_deleted(id);
const DELETE: Request = |id| DeleteRequest::by_id(id);

impl DeletePosts for Own {
    fn provider(&self) -> Provider {
        Provider::Ayrshare
    }

    fn batch_size(&self) -> usize {
        self.batch_size
    }

    fn records_attempts(&self) -> bool {
        true
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for id in batch.ids() {
            let mut last = Vec::new();
            for request in self.requests {
                last = match self.client.delete_in(&batch, request(id)).await {
                    Ok(response) => response.outcomes().to_vec(),
                    Err(error) => error.into_outcomes(),
                };
            }
            outcomes.extend(last);
        }
        outcomes
    }
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("post-{number}")).collect()
}

async fn collect(mut run: Outcomes<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_posts_are_marked_within_the_rate_limit_whoever_asks_for_it() {
    let window = Duration::from_millis(300);
    let ids = ids(30);
    let started = || async {
        let ayrshare = Ayrshare::start().await;
        ayrshare.window(10, window);
        for id in &ids {
            ayrshare.publish(id, ["instagram"]).remove_by_hand(id);
        }
        let client = ayrshare.client_builder();
        let client = client.rate_limit(RateLimit::new(10, window)).build();
        (ayrshare, client.unwrap())
    };
    let own = |client: Client, batch_size| Own {
        client,
        requests: &[MARK],
        batch_size,
    };
    for case in [
        "mark_many",
        "blocking",
        "own",
        "own, in one batch",
        "erased",
        "shared",
    ] {
        let (ayrshare, client) = started().await;
        let summary = match case {
            "mark_many" => client.mark_many(&ids).run().summary().await,
            "blocking" => {
                let client = blocking::Client::new(client).unwrap();
                client.mark_many(&ids).run().summary()
            }
            "own" => DeleteMany::new(own(client, 1), &ids).run().summary().await,
            "own, in one batch" => DeleteMany::new(own(client, 30), &ids).run().summary().await,
            "erased" => {
                let providers = [
                    AnyProvider::new(own(client.clone(), 1)),
                    AnyProvider::new(client),
                ];
                let run = DeleteMany::new(providers[0].clone(), &ids).run();
                run.summary().await
            }
            _ => {
                let shared = Arc::new(Box::new(own(client, 7)));
                DeleteMany::new(shared, &ids).run().summary().await
            }
        };
        assert_eq!(summary.marked_deleted, 30, "{case}: {summary}");
        let requests = ayrshare.requests().len();
        assert!(requests < 40, "{case}: {requests}");
    }
}

#[tokio::test]
async fn a_mark_that_is_refused_concerns_its_own_post_alone() {
    let ayrshare = Ayrshare::start().await;
    for id in ["post-0", "post-1"] {
        ayrshare.publish(id, ["instagram"]);
    }
    ayrshare.remove_by_hand("post-1");
    let client = ayrshare.client().unwrap();
    let run = client.mark_many(["post-0", "post-1", "", "post-2"]);
    let mut outcomes = collect(run.batch_size(50).run()).await;
    outcomes.sort_by(|one, other| one.id.cmp(&other.id));
    let kinds = outcomes.iter().map(|outcome| {
        let failure = outcome.fate.failure().map(|failure| failure.kind);
        (outcome.fate.as_str(), failure)
    });
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [
            ("not_attempted", Some(ErrorKind::Invalid)),
            ("failed", Some(ErrorKind::NotManuallyDeleted)),
            ("marked_deleted", None),
            ("not_found", None),
        ]
    );
}

#[tokio::test]
async fn an_attempt_to_delete_is_evidence_for_the_next_request_about_the_same_post_and_a_mark_is_not()
 {
    let server = Server::start([]).await;
    let client = server.ayrshare().rate_limit(RateLimit::unlimited());
    let client = client.retry(Retry::never()).build().unwrap();
    let cases: [(&[Request], _); 3] = [
        (&[DELETE, DELETE], (Fate::Deleted, 2, 1)),
        (&[MARK, MARK], (Fate::MarkedDeleted, 2, 1)),
        (&[MARK, DELETE], (Fate::AlreadyDeleted, 1, 0)),
    ];
    for (requests, expected) in cases {
        server.tell([Step::hang_up(), Step::json(400, ALREADY_DELETED)]);
        let own = Own {
            client: client.clone(),
            requests,
            batch_size: 1,
        };
        let run = DeleteMany::new(own, ["post-0"]).run();
        let handle = run.handle();
        let outcomes = collect(run).await;
        let Outcome {
            fate,
            attempts,
            unanswered,
            ..
        } = &outcomes[0];
        assert_eq!((fate.clone(), *attempts, *unanswered), expected);
        assert_eq!(handle.progress().requests, 2);
    }
}

#[tokio::test]
async fn a_request_made_for_a_run_ends_with_it_and_spends_its_budget() {
    let server = Server::start([Step::json(200, SUCCESS)]).await;
    let hourly = RateLimit::new(1, Duration::from_secs(3_600));
    let client = server.ayrshare().rate_limit(hourly).build().unwrap();
    let own = |client: Client, batch_size| Own {
        client,
        requests: &[DELETE],
        batch_size,
    };
    let mut run = DeleteMany::new(own(client, 2), ["post-0", "post-1"]).run();
    let waiting = timeout(Duration::from_millis(200), run.next()).await;
    assert!(waiting.is_err() && server.count() == 1, "{waiting:?}");
    run.stop();
    let outcomes = timeout(Duration::from_secs(5), collect(run)).await.unwrap();
    assert_eq!(outcomes[0].fate, Fate::Deleted);
    assert!(
        matches!(&outcomes[1].fate, Fate::NotAttempted(failure) if failure.kind == ErrorKind::Stopped),
        "{outcomes:?}"
    );

    server.tell(vec![Step::answer(503, &[], ""); 100]);
    let retry = Retry::attempts(6).backoff(Duration::from_millis(1), Duration::from_millis(1));
    let client = server.ayrshare().rate_limit(RateLimit::unlimited());
    let client = client.retry(retry).build().unwrap();
    let run = DeleteMany::new(own(client, 1), ids(100)).concurrency(1);
    assert_eq!(run.run().summary().await.total, 100);
    // The run ends after 10 requests that failed in a row, and pays for 20 retries.
    assert_eq!(server.count(), 10 + 20);
}

#[tokio::test]
async fn requests_for_parts_of_a_batch_refill_the_budget_and_end_the_run_as_those_for_batches_do() {
    let server = Server::start([]).await;
    let client = server.ayrshare().rate_limit(RateLimit::unlimited());
    let client = client.build().unwrap();
    let success = Step::json(200, SUCCESS);
    let sometimes_lost = vec![[vec![success; 9], vec![Step::hang_up()]].concat(); 50].concat();
    let refused = Step::json(403, r#"{"status":"error","code":102}"#);
    for (case, steps, deleted, requests) in [
        ("losses", sometimes_lost, 400, 444),
        ("an outage", vec![Step::answer(503, &[], ""); 400], 0, 30),
        ("a wrong key", vec![refused; 400], 0, 1),
    ] {
        server.tell(steps);
        let own = Own {
            client: client.clone(),
            requests: &[DELETE],
            batch_size: 400,
        };
        let summary = DeleteMany::new(own, ids(400)).run().summary().await;
        assert_eq!((summary.total, summary.deleted), (400, deleted), "{case}");
        assert_eq!(server.count(), requests, "{case}: {summary}");
    }
}

/// Uses no client. It never gets an answer for the post "lost", and waits for a turn before it asks for "later".
struct WithoutClient;

impl DeletePosts for WithoutClient {
    fn provider(&self) -> Provider {
        Provider::from("acme")
    }

    fn batch_size(&self) -> usize {
        1
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let id = &batch.ids()[0];
        let fate = match id.as_str() {
            "lost" => std::future::pending().await,
            "later" => {
                assert!(!batch.is_stopped());
                assert!(batch.sleep(Duration::from_millis(1)).await);
                assert!(!batch.sleep(Duration::from_secs(3_600)).await);
                assert!(batch.is_stopped());
                Fate::NotAttempted(batch.stopped().await)
            }
            _ => Fate::Deleted,
        };
        vec![Outcome::new(id, self.provider(), fate)]
    }
}

#[tokio::test]
async fn a_provider_without_a_client_is_counted_stopped_and_cut_off_too() {
    let run = DeleteMany::new(WithoutClient, ["gone", "later", "lost"]).run();
    let handle = run.handle();
    let stopping = async {
        while handle.progress().requests < 3 {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(Duration::from_millis(100)).await;
        handle.stop_within(Duration::from_millis(50));
    };
    let reading = async { tokio::join!(collect(run), stopping).0 };
    let mut outcomes = timeout(Duration::from_secs(10), reading).await.unwrap();
    outcomes.sort_by(|one, other| one.id.cmp(&other.id));
    let told = outcomes.iter().map(|outcome| {
        let reason = outcome.fate.failure().map(|failure| failure.kind);
        let counts = (outcome.attempts, outcome.unanswered);
        (outcome.fate.as_str(), reason, counts)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("deleted", None, (0, 0)),
            ("not_attempted", Some(ErrorKind::Stopped), (0, 0)),
            ("uncertain", Some(ErrorKind::Stopped), (1, 1)),
        ]
    );
    assert_eq!(handle.progress().requests, 3);
}

/// Answers with the ids in lower case, in another order, and says that each post was gone already.
struct LowerCase;

impl DeletePosts for LowerCase {
    fn provider(&self) -> Provider {
        Provider::from("acme")
    }

    fn batch_size(&self) -> usize {
        10
    }

    fn scope(&self, _: Option<&str>) -> unpost::Result<Scope> {
        let marks = OperationKind::MarkManualDeleted;
        Ok(Scope::new(marks, self.provider(), "main"))
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let ids = batch.ids().iter().rev();
        let ids = ids.map(|id| id.as_str().to_lowercase());
        ids.map(|id| Outcome::new(id, self.provider(), Fate::AlreadyDeleted))
            .collect()
    }
}

#[tokio::test]
async fn an_own_provider_may_spell_a_uuid_in_its_way_and_a_mark_of_its_own_deletes_nothing() {
    let ids = [
        "0198A7C1-5D3E-4ABC-9DEF-000000000001",
        "0198A7C1-5D3E-4ABC-9DEF-000000000002",
    ];
    let lost = Fate::Uncertain(Failure::new(ErrorKind::Timeout));
    let lost = Outcome::new(ids[0], Provider::from("acme"), lost);
    let run = DeleteMany::new(LowerCase, ids).resume([lost]).run();
    let outcomes = collect(run).await;
    let fates = outcomes.iter().map(|outcome| (&outcome.id, &outcome.fate));
    let fates: Vec<_> = fates.map(|(id, fate)| (id.as_str(), fate)).collect();
    let marked = [
        (ids[0], &Fate::MarkedDeleted),
        (ids[1], &Fate::AlreadyDeleted),
    ];
    assert_eq!(fates, marked);
}
