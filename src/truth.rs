//! The truth test: what the engine says of each post, held against what a provider really did.
//!
//! The provider is this crate's mock kit without its sockets, so its state *is* the truth; time is
//! tokio's paused clock. Each of 10,000 schedules is random: posts, ids with repetitions, batches,
//! concurrency, limits, what befalls every request, calls made beside the run, a run that is stopped or
//! dropped. `tests/it/truth.rs` does the same over real connections.
//!
//! A schedule that fails is made as small as it gets and printed as Rust, a call of [`holds`]: paste it
//! into a test at the end of this file, and it stays one.

#![allow(clippy::unwrap_used, reason = "a test may end that way")]

mod fault;
mod oracle;
mod schedule;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{join, join_all};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use tokio::time::{sleep, timeout};

use self::oracle::{conserved, judge, retries_allowed};
use self::schedule::*;
use self::world::{Caller, Line, THE_RUN, World};
use crate::client::{Core, Settings};
use crate::engine::call::{Finished, Run};
use crate::mock::BulkShape;
use crate::{
    Batch, DeleteMany, DeletePosts, Error, Fate, Outcome, Pace, Provider, Retry, ayrshare, genviral,
};

const VIRTUAL_TIME: Scale = Scale {
    most_posts: 120,
    answer_ms: 400,
    beside_ms: 4_000,
    window_ms: (500, 20_000),
    retry_after_ms: &[0, 300, 5_000, 20_000, 7_200_000],
    may_be_unpaced: true,
};

#[test]
fn every_outcome_is_true_in_ten_thousand_schedules() {
    // More of them, for a night: PROPTEST_CASES=1000000.
    let asked = std::env::var("PROPTEST_CASES").ok();
    let mut runner = TestRunner::new(Config {
        cases: asked.and_then(|cases| cases.parse().ok()).unwrap_or(10_000),
        failure_persistence: None,
        max_shrink_iters: 50_000,
        ..Config::default()
    });
    let result = runner.run(&schedules(VIRTUAL_TIME), |schedule| {
        play(&schedule).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, schedule)) => panic!("{why}\n\nholds(&{schedule:?});\n"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Plays a schedule to its end and says which promise it broke.
fn play(schedule: &Schedule) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    fastrand::seed(schedule.seed.into());
    let a_month = Duration::from_secs(30 * 24 * 60 * 60);
    let played = async { timeout(a_month, play_in_time(schedule)).await };
    let ended = runtime.block_on(played);
    ended.unwrap_or_else(|_| Err("the run never ends".to_owned()))
}

async fn play_in_time(schedule: &Schedule) -> Result<(), String> {
    let world = World::new(schedule);
    let pace = match schedule.pace.told {
        Some(requests) => Pace::new(requests, ms(schedule.pace.window_ms)),
        None => Pace::unpaced(),
    };
    let core = Core::over(
        world.line(THE_RUN),
        Settings {
            attempt_timeout: Duration::from_secs(1),
            deadline: Duration::from_secs(30),
            retry: Retry::attempts(schedule.attempts).backoff(ms(100), ms(2_000)),
            pace: Some(pace.rate_limit_budget(schedule.pace.budget)),
            ..Settings::default()
        },
    );
    let beside = schedule.beside.0.iter().zip(1..).map(|(beside, caller)| {
        let core = core.with_exchange(world.line(caller));
        do_beside(schedule, beside, caller, core, &world)
    });
    let (run, beside) = join(read(schedule, &core, &world), join_all(beside)).await;
    // Whoever were to send something after all has time to do it.
    sleep(Duration::from_secs(3_600)).await;
    world.settle();

    for Said { caller, outcome } in beside.into_iter().flatten() {
        let truth = world.evidence(caller, outcome.id.as_str());
        judge(schedule.service, &outcome, truth)?;
    }
    for outcome in &run.outcomes {
        let truth = world.evidence(THE_RUN, outcome.id.as_str());
        judge(schedule.service, outcome, truth)?;
    }
    let is_whole = !matches!(schedule.end, End::DropAfter(..));
    conserved(&schedule.asked_ids(), &run.outcomes, is_whole)?;
    let seen = world.seen();
    if let Some(broken) = seen.broken.first() {
        return Err(broken.clone());
    }
    run.kept_within_its_means(schedule, &seen)
}

/// What a run said and did.
struct Played {
    outcomes: Vec<Outcome>,
    batches: usize,
    /// Ids of batches of more than one, each of which may be asked for once more alone.
    in_bulk: usize,
    posts_when_stopped: Option<usize>,
    requests_when_dropped: Option<usize>,
}

async fn read(schedule: &Schedule, core: &Core<Line>, world: &World) -> Played {
    let counts = Arc::new(Counts::default());
    let provider = OverTheLine {
        service: schedule.service,
        core: core.clone(),
        counts: Arc::clone(&counts),
    };
    let mut run = DeleteMany::new(provider, schedule.asked_ids())
        .batch_size(schedule.batch)
        .concurrency(schedule.concurrency)
        .run();
    let mut played = Played {
        outcomes: Vec::new(),
        batches: 0,
        in_bulk: 0,
        posts_when_stopped: None,
        requests_when_dropped: None,
    };
    loop {
        match schedule.end {
            End::StopAfter(read) if played.outcomes.len() == usize::from(read) => {
                run.stop();
                played.posts_when_stopped = Some(world.seen().posts_of_run());
            }
            End::DropAfter(read, more) if played.outcomes.len() >= usize::from(read) => {
                let reading = async {
                    while let Some(outcome) = run.next().await {
                        played.outcomes.push(outcome);
                    }
                };
                let _ = timeout(ms(more.into()), reading).await;
                drop(run);
                played.requests_when_dropped = Some(world.seen().by_run);
                break;
            }
            _ => {}
        }
        match run.next().await {
            Some(outcome) => played.outcomes.push(outcome),
            None => break,
        }
    }
    played.batches = counts.batches();
    played.in_bulk = counts.in_bulk.load(Ordering::Relaxed);
    played
}

impl Played {
    fn kept_within_its_means(&self, schedule: &Schedule, seen: &world::Seen) -> Result<(), String> {
        let check =
            |holds: bool, promise: &str| holds.then_some(()).ok_or_else(|| promise.to_owned());
        let dropped = self.requests_when_dropped;
        let stopped = self.posts_when_stopped;
        check(
            dropped.is_none_or(|requests| requests == seen.by_run),
            "a run that was dropped has sent something",
        )?;
        check(
            stopped.is_none_or(|posts| posts == seen.posts_of_run()),
            "a run that was stopped has asked for another post",
        )?;
        let paid = self.batches + self.in_bulk + retries_allowed(seen.answered);
        check(
            seen.by_run <= paid + seen.throttled,
            "more requests than batches and retry budget allow",
        )?;
        check(
            seen.all_throttled <= schedule.pace.budget,
            "more answers of 429 than the budget",
        )?;
        let unsettled = |it: &Outcome| matches!(it.fate, Fate::Uncertain(_) | Fate::Unreported);
        check(
            seen.kept_pace(&schedule.pace),
            "more requests in a window than two windows hold",
        )?;
        check(
            !schedule.is_fair() || !self.outcomes.iter().any(unsettled),
            "nothing went wrong, and a post was left in doubt",
        )
    }
}

/// An outcome of a call beside the run.
struct Said {
    caller: Caller,
    outcome: Outcome,
}

async fn do_beside(
    schedule: &Schedule,
    beside: &Beside,
    caller: Caller,
    core: Core<Line>,
    world: &World,
) -> Vec<Said> {
    let (Beside::DeleteOne(at, _) | Beside::DeleteAllScheduled(at)) = *beside;
    sleep(ms(at.into())).await;
    let is_genviral = schedule.service == Service::Genviral;
    let result = match *beside {
        Beside::DeleteOne(_, number) => {
            let id = schedule.id(number);
            if id.trim().is_empty() {
                return Vec::new();
            }
            let finished = if is_genviral {
                call(&core, &genviral::DeleteRequest::by_id(id)).await
            } else {
                call(&core, &ayrshare::DeleteRequest::by_id(id)).await
            };
            finished.of_one_post()
        }
        Beside::DeleteAllScheduled(_) if is_genviral => return Vec::new(),
        Beside::DeleteAllScheduled(_) => {
            let request = ayrshare::DeleteRequest::delete_all_scheduled();
            let result = call(&core, &request).await.of_batch();
            deleted_all_or_says_so(&result, caller, world);
            return Vec::new();
        }
    };
    let outcomes = match &result {
        Ok(finished) => finished.outcomes.as_slice(),
        Err(error) => error.outcomes(),
    };
    let outcomes = outcomes.iter().cloned();
    outcomes.map(|outcome| Said { caller, outcome }).collect()
}

async fn call<W: crate::engine::operation::Wire + Sync>(
    core: &Core<Line>,
    request: &W,
) -> Finished {
    core.call(request, Run::default()).await
}

fn deleted_all_or_says_so(result: &Result<Finished, Error>, caller: Caller, world: &World) {
    world.settle();
    let was_done = world.seen().all_done.contains(&caller);
    match result {
        Ok(_) => assert!(was_done, "Ok, and the posts stand"),
        Err(error) if error.is_uncertain() => assert!(!error.is_retryable()),
        Err(error) => assert!(!was_done, "{error}, and the posts are gone"),
    }
}

/// Either client's side of `delete_many`, over a line instead of a connection.
struct OverTheLine {
    service: Service,
    core: Core<Line>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    batches: AtomicUsize,
    in_bulk: AtomicUsize,
}

impl Counts {
    fn batches(&self) -> usize {
        self.batches.load(Ordering::Relaxed)
    }
}

impl DeletePosts for OverTheLine {
    fn provider(&self) -> Provider {
        match self.service {
            Service::Ayrshare(..) => Provider::Ayrshare,
            Service::Genviral => Provider::Genviral,
        }
    }

    fn batch_size(&self) -> usize {
        50
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        self.counts.batches.fetch_add(1, Ordering::Relaxed);
        match self.service {
            Service::Ayrshare(..) => {
                let in_bulk = if batch.ids.len() > 1 {
                    batch.ids.len()
                } else {
                    0
                };
                self.counts.in_bulk.fetch_add(in_bulk, Ordering::Relaxed);
                ayrshare::delete_posts(&self.core, batch).await
            }
            Service::Genviral => genviral::delete_posts(&self.core, batch).await,
        }
    }
}

fn ms(ms: u32) -> Duration {
    Duration::from_millis(ms.into())
}

/// For a schedule that failed once, as it was printed.
fn holds(schedule: &Schedule) {
    assert_eq!(play(schedule), Ok(()));
}

/// Nothing goes wrong, and nobody waits long.
fn fair(service: Service, posts: Vec<Post>, asked: Vec<u8>) -> Schedule {
    Schedule {
        service,
        posts: List(posts),
        asked: List(asked),
        batch: 1,
        concurrency: 2,
        attempts: 1,
        pace: Pacing {
            told: Some(300),
            admitted: 300,
            window_ms: 20_000,
            budget: 100,
        },
        steps: List(vec![]),
        afterwards: Fault::Fine,
        revoked_at: None,
        beside: List(vec![]),
        end: End::ReadOut,
        seed: 0,
    }
}

#[test]
fn a_post_that_one_network_kept_is_in_doubt_when_the_answer_about_the_others_said_nothing() {
    let service = Service::Ayrshare(BulkShape::BareStatus, XPair::Right);
    holds(&Schedule {
        batch: 50,
        ..fair(service, vec![Post::Half], vec![0, 1])
    });
}

#[test]
fn a_refusal_whose_body_was_cut_is_not_taken_for_a_post_that_stands() {
    let service = Service::Ayrshare(BulkShape::Array, XPair::Right);
    holds(&Schedule {
        steps: List(vec![Step(Fault::Short(50), 0)]),
        ..fair(service, vec![Post::Half], vec![0])
    });
}

#[test]
fn a_stopped_run_does_not_send_what_still_waits_for_its_turn() {
    let service = Service::Ayrshare(BulkShape::Array, XPair::Right);
    holds(&Schedule {
        end: End::StopAfter(1),
        ..fair(service, vec![Post::Free; 3], vec![0, 1, 2])
    });
}
