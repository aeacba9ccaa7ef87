//! 10,000 schedules with the provider in memory and time on tokio's paused clock.

use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::time::{sleep, timeout};
use unpost::mock::BulkShape;
use unpost::{ayrshare, genviral};

use super::client::{Client, Patience, Settings};
use super::draw::{self, Scale};
use super::oracle::{conserved, judge, settled};
use super::run::{Called, Run};
use super::schedule::prelude::*;
use super::schedule::{End, Mishap, Post, Service};
use super::search::{Effort, search};
use super::world::{Caller, Seen, THE_RUN, World};

const VIRTUAL_TIME: Scale = Scale {
    most_posts: 119,
    answer_ms: 400,
    other_call_ms: 4_000,
    window_ms: (500, 20_000),
    retry_after_ms: &[0, 300, 5_000, 20_000, 7_200_000],
    may_be_unlimited: true,
};

pub(super) const PATIENCE: Patience = Patience {
    attempt_timeout: Duration::from_secs(1),
    deadline: Duration::from_secs(30),
    backoff: (Duration::from_millis(100), Duration::from_secs(2)),
};

#[test]
fn every_outcome_is_true_in_ten_thousand_schedules() {
    // For a whole night of schedules, set TRUTH_CASES=1000000.
    let asked = std::env::var("TRUTH_CASES").ok();
    let effort = Effort {
        schedules: asked.map_or(10_000, |cases| cases.parse().unwrap()),
        simplifying: 50_000,
    };
    search(&effort, |u| draw::schedule(u, &VIRTUAL_TIME), play);
}

/// Plays a schedule to its end and says which promise it broke.
fn play(schedule: &Schedule) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    fastrand::seed(schedule.seed.into());
    runtime.block_on(async {
        let a_month = Duration::from_secs(30 * 24 * 60 * 60);
        let played = match schedule.service {
            Service::Ayrshare(..) => {
                timeout(a_month, play_with::<ayrshare::Client>(schedule)).await
            }
            Service::Genviral => timeout(a_month, play_with::<genviral::Client>(schedule)).await,
        };
        played.unwrap_or_else(|_| Err("the run never ends".to_owned()))
    })
}

async fn play_with<C: Client>(schedule: &Schedule) -> Result<(), String> {
    let world = World::new(schedule);
    let provider = world.provider();
    let settings = Settings::of(provider, provider.base_url(), schedule);
    let client = C::of(&settings, &PATIENCE);
    let client_of = |caller| client.over(world.exchange(caller));

    let mut posts_when_stopped = None;
    let reading = async {
        let note_stop = || posts_when_stopped = Some(world.seen().posts_of_run());
        let run = Run::read(schedule, client_of(THE_RUN), note_stop).await;
        (run, world.seen().by_run)
    };
    let callers = schedule.other_calls.0.iter().zip(1..);
    let calling = callers.map(|(call, caller)| call.make(schedule, client_of(caller)));
    let ((run, requests_when_over), called) = join(reading, join_all(calling)).await;
    // If the run still sent something, it would do so within this time.
    sleep(Duration::from_secs(3_600)).await;
    world.settle();

    for (call, caller) in called.iter().zip(1..) {
        if let Some(call) = call {
            judge_call(schedule, call, caller, &world)?;
        }
    }
    for outcome in &run.outcomes {
        let evidence = world.evidence(THE_RUN, outcome.id.as_str());
        judge(schedule.service, outcome, evidence)?;
    }
    let is_whole = !matches!(schedule.end, End::DropAfter(..));
    conserved(&schedule.asked_ids(), &run.outcomes, is_whole)?;
    settled(schedule, &run.outcomes)?;
    let seen = world.seen();
    check(
        requests_when_over == seen.by_run,
        "a run that is over, or was dropped, has sent something",
    )?;
    check(
        posts_when_stopped.is_none_or(|posts| posts == seen.posts_of_run()),
        "a run that was stopped has asked for another post",
    )?;
    kept_the_limits(schedule, &run, &seen)
}

/// Judges a call beside the run.
fn judge_call(
    schedule: &Schedule,
    call: &Called,
    caller: Caller,
    world: &World,
) -> Result<(), String> {
    match call {
        Called::DeleteOne(_, result) => {
            let outcomes = match result {
                Ok(outcomes) => outcomes,
                Err(error) => error.outcomes(),
            };
            for outcome in outcomes {
                let evidence = world.evidence(caller, outcome.id.as_str());
                judge(schedule.service, outcome, evidence)?;
            }
            Ok(())
        }
        Called::DeleteAllScheduled(result) => {
            let was_done = world.seen().all_done.contains(&caller);
            match result {
                Ok(()) => check(
                    was_done,
                    "delete_all_scheduled is Ok, but it was not carried out",
                ),
                Err(error) if error.is_uncertain() => check(
                    !error.is_retryable(),
                    "delete_all_scheduled may be sent again after it may have arrived",
                ),
                Err(_) => check(
                    !was_done,
                    "delete_all_scheduled says for certain that it failed, but it was carried out",
                ),
            }
        }
    }
}

fn kept_the_limits(schedule: &Schedule, run: &Run, seen: &Seen) -> Result<(), String> {
    check(
        seen.by_run <= run.requests_allowed(seen.answered) + seen.throttled,
        "more requests than batches and retry budget allow",
    )?;
    check(
        seen.all_throttled <= schedule.limit.budget,
        "more answers of 429 than the budget",
    )?;
    check(
        seen.kept_to(&schedule.limit),
        "more requests in a window than two windows hold",
    )?;
    match seen.broken.first() {
        Some(promise) => Err(promise.clone()),
        None => Ok(()),
    }
}

fn check(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.to_owned())
    }
}

/// Plays a schedule that failed once, as it was printed then.
fn holds(schedule: &Schedule) {
    assert_eq!(play(schedule), Ok(()));
}

/// A schedule in which nothing goes wrong and nobody waits long.
fn fair(service: Service, posts: Vec<Post>, asked: Vec<u8>) -> Schedule {
    Schedule {
        service,
        posts: List(posts),
        asked: List(asked),
        batch: 1,
        concurrency: 2,
        attempts: 1,
        limit: Limit {
            told: Some(300),
            admitted: 300,
            window_ms: 20_000,
            budget: 100,
        },
        steps: List(vec![]),
        afterwards: Mishap::Fine,
        revoked_at: None,
        other_calls: List(vec![]),
        end: End::ReadOut,
        seed: 0,
    }
}

#[test]
fn a_post_that_one_network_kept_is_in_doubt_when_the_answer_about_the_others_said_nothing() {
    let service = Ayrshare(BulkShape::BareStatus, Right);
    holds(&Schedule {
        batch: 50,
        ..fair(service, vec![Half], vec![0, 1])
    });
}

#[test]
fn a_refusal_whose_body_was_cut_is_not_taken_for_a_post_that_stands() {
    holds(&Schedule {
        steps: List(vec![Step(Short(50), 0)]),
        ..fair(Ayrshare(BulkShape::Array, Right), vec![Half], vec![0])
    });
}

#[test]
fn a_stopped_run_does_not_send_what_still_waits_for_its_turn() {
    let service = Ayrshare(BulkShape::Array, Right);
    holds(&Schedule {
        end: StopAfter(1),
        ..fair(service, vec![Free; 3], vec![0, 1, 2])
    });
}
