//! The truth test over real connections: the client, a proxy that does what a schedule says, and the mock
//! whose state is the truth. Clock and sockets are real. See `src/truth.rs`, which does the same in memory,
//! by the thousand and with sharper eyes: here, who removed a post isn't always known.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may end that way"
)]

#[path = "chaos.rs"]
mod chaos;
#[path = "../../src/truth/fault.rs"]
mod fault;
#[path = "../../src/truth/oracle.rs"]
mod oracle;
#[path = "../../src/truth/schedule.rs"]
mod schedule;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use tokio::time::{sleep, timeout};
use unpost::ayrshare::{self, DeleteRequest};
use unpost::mock::{self, BulkShape, PostState};
use unpost::{Batch, DeleteMany, DeletePosts, Fate, Outcome, RateLimit, Provider, Retry, genviral};

use self::chaos::{Chaos, PATIENCE};
use self::fault::TOO_MUCH;
use self::oracle::{Evidence, Standing, conserved, judge, retries_allowed};
use self::schedule::{Beside, End, Post, Scale, Schedule, Service, XPair, schedules};

const REAL_TIME: Scale = Scale {
    most_posts: 60,
    answer_ms: 8,
    beside_ms: 40,
    window_ms: (40, 120),
    retry_after_ms: &[0, 20, 60],
    may_be_unpaced: false,
};

const THREADS: usize = 8;

#[test]
fn every_outcome_is_true_over_connections_that_break_anywhere() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| play_some(&runtime, 40));
        }
    });
}

fn play_some(runtime: &tokio::runtime::Runtime, cases: u32) {
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    });
    let result = runner.run(&schedules(REAL_TIME), |schedule| {
        fastrand::seed(schedule.seed.into());
        let played = runtime.block_on(play(&schedule));
        played.map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, schedule)) => panic!("{why}\n\n{schedule:?}\n"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Plays a schedule to its end and says which promise it broke.
async fn play(schedule: &Schedule) -> Result<(), String> {
    match schedule.service {
        Service::Ayrshare(shape, x_pair) => {
            let server = Arc::new(seeded_ayrshare(schedule, shape).await);
            let (origin, revoked) = (origin(server.base_url()), Arc::clone(&server));
            let chaos = Chaos::before(origin, schedule, move || {
                revoked.revoke_key();
            });
            let chaos = chaos.await;
            let pace = &schedule.pace;
            let builder = ayrshare::Client::builder(server.api_key())
                .base_url(format!("http://{}/api", chaos.address()))
                .attempt_timeout(PATIENCE)
                .deadline(Duration::from_secs(5))
                .retry(Retry::attempts(schedule.attempts).backoff(ms(2), ms(10)))
                .rate_limit(paced(pace))
                .max_response_bytes(TOO_MUCH);
            let client = match x_pair {
                XPair::Right => {
                    builder.x_keys(mock::Ayrshare::X_API_KEY, mock::Ayrshare::X_API_SECRET)
                }
                XPair::Wrong => builder.x_keys("another-key", "another-secret"),
                XPair::Missing => builder,
            };
            let client = client.build().unwrap();
            let beside = do_beside(
                schedule,
                async |id| client.delete(DeleteRequest::by_id(id)).await.is_ok(),
                async || {
                    let request = DeleteRequest::delete_all_scheduled();
                    match client.delete(request).await {
                        Err(error) if error.is_uncertain() => assert!(!error.is_retryable()),
                        _ => {}
                    }
                },
            );
            let (played, gone) = tokio::join!(read(schedule, client.clone(), &chaos), beside);
            let standing = |id: &str| match server.post(id) {
                None => Standing::Unknown,
                Some(PostState::Published { networks }) if networks.len() < 2 => Standing::Partly,
                Some(PostState::Published { .. } | PostState::Scheduled) => Standing::Whole,
                Some(_) => Standing::Gone,
            };
            played?.is_true(schedule, &chaos, &gone, standing).await
        }
        Service::Genviral => {
            let server = Arc::new(seeded_genviral(schedule).await);
            let (origin, revoked) = (origin(server.base_url()), Arc::clone(&server));
            let chaos = Chaos::before(origin, schedule, move || {
                revoked.revoke_key();
            });
            let chaos = chaos.await;
            let client = genviral::Client::builder(server.api_key())
                .base_url(format!("http://{}/api/partner/v1", chaos.address()))
                .attempt_timeout(PATIENCE)
                .deadline(Duration::from_secs(5))
                .retry(Retry::attempts(schedule.attempts).backoff(ms(2), ms(10)))
                .rate_limit(paced(&schedule.pace))
                .max_response_bytes(TOO_MUCH);
            let client = client.build().unwrap();
            let beside = do_beside(
                schedule,
                async |id| {
                    let request = genviral::DeleteRequest::by_id(id);
                    client.delete(request).await.is_ok()
                },
                async || {},
            );
            let (played, gone) = tokio::join!(read(schedule, client.clone(), &chaos), beside);
            let standing = |id: &str| match (server.post(id), schedule.post(id)) {
                (Some(_), _) => Standing::Whole,
                (None, None | Some(Post::Gone)) => Standing::Unknown,
                (None, Some(_)) => Standing::Gone,
            };
            played?.is_true(schedule, &chaos, &gone, standing).await
        }
    }
}

async fn seeded_ayrshare(schedule: &Schedule, shape: BulkShape) -> mock::Ayrshare {
    let it = mock::Ayrshare::start().await;
    it.bulk_shape(shape);
    let elsewhere = it.profile("tenant");
    for (post, number) in schedule.posts.0.iter().zip(0..) {
        let id = format!("post-{number}");
        match post {
            Post::Free => drop(it.publish(id, ["facebook", "bluesky"])),
            Post::Half => drop(it.publish(id, ["facebook", "instagram"])),
            Post::Kept => drop(it.publish(id, ["instagram", "tiktok"])),
            Post::OnX => drop(it.publish(id, ["twitter", "bluesky"])),
            Post::Pending => drop(it.schedule(id, ["facebook"])),
            Post::Gone => {
                it.schedule(&id, ["facebook"]);
                let client = it.client().unwrap();
                client.delete(DeleteRequest::by_id(id)).await.unwrap();
            }
            Post::Elsewhere => drop(elsewhere.schedule(id, ["facebook"])),
        }
    }
    it.window(schedule.pace.admitted, ms(schedule.pace.window_ms));
    it
}

async fn seeded_genviral(schedule: &Schedule) -> mock::Genviral {
    let it = mock::Genviral::start().await;
    for (post, number) in schedule.posts.0.iter().zip(0..) {
        let id = format!("post-{number}");
        match post {
            Post::Free => drop(it.seed(id, "draft")),
            Post::Half => drop(it.fail_delete(id, "the row is locked")),
            Post::Kept => drop(it.seed(id, "posted")),
            Post::OnX => drop(it.seed(id, "canceled")),
            Post::Pending => drop(it.seed(id, "scheduled")),
            Post::Gone => {}
            Post::Elsewhere => drop(it.out_of_scope(id)),
        }
    }
    it
}

/// What a run said and did.
struct Played {
    outcomes: Vec<Outcome>,
    batches: usize,
    in_bulk: usize,
}

async fn read(
    schedule: &Schedule,
    client: impl DeletePosts,
    chaos: &Chaos,
) -> Result<Played, String> {
    let counts = Arc::new(Counts::default());
    let counted = Counted(client, Arc::clone(&counts));
    let mut outcomes = Vec::new();
    let mut run = DeleteMany::new(counted, schedule.asked_ids())
        .batch_size(schedule.batch)
        .concurrency(schedule.concurrency)
        .run();
    loop {
        match schedule.end {
            End::StopAfter(read) if outcomes.len() == usize::from(read) => run.stop(),
            End::DropAfter(read, more) if outcomes.len() >= usize::from(read) => {
                let reading = async {
                    while let Some(outcome) = run.next().await {
                        outcomes.push(outcome);
                    }
                };
                let _ = timeout(ms(more.into()), reading).await;
                drop(run);
                // What is on its way may still arrive; nothing else does.
                sleep(ms(30)).await;
                let before = chaos.seen().requests;
                sleep(ms(30)).await;
                if schedule.beside.0.is_empty() && chaos.seen().requests > before {
                    return Err("a run that was dropped has sent something".to_owned());
                }
                break;
            }
            _ => {}
        }
        let next = timeout(Duration::from_secs(20), run.next());
        match next.await.map_err(|_| "the run never ends")? {
            Some(outcome) => outcomes.push(outcome),
            None => break,
        }
    }
    Ok(Played {
        outcomes,
        batches: counts.batches.load(Ordering::Relaxed),
        in_bulk: counts.in_bulk.load(Ordering::Relaxed),
    })
}

impl Played {
    async fn is_true(
        &self,
        schedule: &Schedule,
        chaos: &Chaos,
        gone: &[String],
        standing: impl Fn(&str) -> Standing,
    ) -> Result<(), String> {
        chaos.settle().await;
        let seen = chaos.seen();
        if let Some(id) = gone.iter().find(|id| standing(id) != Standing::Gone) {
            return Err(format!("a call beside the run says that {id} is gone"));
        }
        let beside = &schedule.beside.0;
        let is_for_all = |it: &&Beside| matches!(it, Beside::DeleteAllScheduled(_));
        let deletes_all = beside.iter().filter(is_for_all).count();
        for outcome in &self.outcomes {
            let id = outcome.id.as_str();
            let (post, standing) = (schedule.post(id), standing(id));
            let untouched = match post {
                Some(Post::Gone) if schedule.service != Service::Genviral => Standing::Gone,
                None | Some(Post::Gone) => Standing::Unknown,
                Some(_) => Standing::Whole,
            };
            let is_alone = |it: &Beside| match it {
                Beside::DeleteOne(_, number) => schedule.id(*number) != id,
                Beside::DeleteAllScheduled(_) => post != Some(Post::Pending),
            };
            let is_ours = beside.iter().all(is_alone);
            let evidence = Evidence {
                post,
                standing,
                changed: is_ours.then_some(standing != untouched),
                named: is_ours && seen.named.contains(id),
            };
            judge(schedule.service, outcome, evidence)?;
        }
        let is_whole = !matches!(schedule.end, End::DropAfter(..));
        conserved(&schedule.asked_ids(), &self.outcomes, is_whole)?;
        if seen.all_scheduled > deletes_all {
            return Err("delete_all_scheduled was sent again after it had arrived".to_owned());
        }
        let beside = beside.len() * schedule.attempts as usize;
        let paid = self.batches + self.in_bulk + retries_allowed(seen.requests);
        if seen.requests > paid + seen.throttled + beside {
            return Err("more requests than batches and retry budget allow".to_owned());
        }
        let unsettled = |it: &Outcome| matches!(it.fate, Fate::Uncertain(_) | Fate::Unreported);
        if schedule.is_fair() && self.outcomes.iter().any(unsettled) {
            return Err("nothing went wrong, and a post was left in doubt".to_owned());
        }
        Ok(())
    }
}

/// Makes the calls beside the run, and says which posts are gone by their account.
async fn do_beside(
    schedule: &Schedule,
    delete_one: impl AsyncFn(String) -> bool,
    delete_all: impl AsyncFn(),
) -> Vec<String> {
    let mut gone = Vec::new();
    for beside in &schedule.beside.0 {
        let (Beside::DeleteOne(at, _) | Beside::DeleteAllScheduled(at)) = *beside;
        sleep(ms(at.into())).await;
        match *beside {
            Beside::DeleteAllScheduled(_) => delete_all().await,
            Beside::DeleteOne(_, number) => {
                let id = schedule.id(number);
                if delete_one(id.clone()).await {
                    gone.push(id);
                }
            }
        }
    }
    gone
}

/// A client whose batches are counted.
struct Counted<P>(P, Arc<Counts>);

#[derive(Default)]
struct Counts {
    batches: AtomicUsize,
    in_bulk: AtomicUsize,
}

impl<P: DeletePosts> DeletePosts for Counted<P> {
    fn provider(&self) -> Provider {
        self.0.provider()
    }

    fn batch_size(&self) -> usize {
        self.0.batch_size()
    }

    fn largest_batch(&self) -> usize {
        self.0.largest_batch()
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        let ids = batch.ids().len();
        self.1.batches.fetch_add(1, Ordering::Relaxed);
        let in_bulk = if ids > 1 { ids } else { 0 };
        self.1.in_bulk.fetch_add(in_bulk, Ordering::Relaxed);
        self.0.delete_posts(batch).await
    }
}

fn paced(pace: &schedule::Pacing) -> RateLimit {
    let told = match pace.told {
        Some(requests) => RateLimit::new(requests, ms(pace.window_ms)),
        None => RateLimit::unlimited(),
    };
    told.max_throttled_per_day(pace.budget)
}

fn origin(base_url: &str) -> String {
    let origin = base_url.strip_prefix("http://").unwrap();
    origin.split('/').next().unwrap().to_owned()
}

fn ms(ms: u32) -> Duration {
    Duration::from_millis(ms.into())
}
