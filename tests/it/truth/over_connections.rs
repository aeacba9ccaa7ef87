//! 320 schedules over real connections: a client, a proxy that does what the schedule says, and the mock's server.
//! Clock and sockets are real.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};
use unpost::{ayrshare, genviral};

use super::chaos::{self, Chaos, Seen};
use super::client::{Client, Patience, Settings};
use super::draw::{self, Scale};
use super::oracle::{Evidence, Standing, conserved, judge, settled};
use super::provider::Provider;
use super::run::{Called, Run};
use super::schedule::{End, OtherCall, Post, Schedule, Service};
use super::search::{Effort, search};

const REAL_TIME: Scale = Scale {
    most_posts: 59,
    answer_ms: 8,
    other_call_ms: 40,
    window_ms: (40, 120),
    retry_after_ms: &[0, 20, 60],
    may_be_unlimited: false,
};

const PATIENCE: Patience = Patience {
    attempt_timeout: chaos::PATIENCE,
    deadline: Duration::from_secs(5),
    backoff: (Duration::from_millis(2), Duration::from_millis(10)),
};

const THREADS: usize = 8;

#[test]
fn every_outcome_is_true_over_connections_that_break_anywhere() {
    let effort = Effort {
        schedules: 40,
        simplifying: 300,
    };
    let runtime = Runtime::new().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                search(
                    &effort,
                    |u| draw::schedule(u, &REAL_TIME),
                    |schedule| play(&runtime, schedule),
                );
            });
        }
    });
}

/// Plays a schedule to its end and says which promise it broke.
fn play(runtime: &Runtime, schedule: &Schedule) -> Result<(), String> {
    fastrand::seed(schedule.seed.into());
    match schedule.service {
        Service::Ayrshare(..) => runtime.block_on(play_with::<ayrshare::Client>(schedule)),
        Service::Genviral => runtime.block_on(play_with::<genviral::Client>(schedule)),
    }
}

async fn play_with<C: Client>(schedule: &Schedule) -> Result<(), String> {
    let provider = Arc::new(Provider::start(schedule).await);
    let chaos = Chaos::in_front_of(Arc::clone(&provider), schedule, |_| ()).await;
    let settings = Settings::of(&provider, &chaos.base_url(), schedule);
    let client = C::of(&settings, &PATIENCE);

    let a_minute = Duration::from_secs(60);
    let reading = timeout(a_minute, Run::read(schedule, client.clone(), || ()));
    let calls = schedule.other_calls.0.iter();
    let calling = calls.map(|call| call.make(schedule, client.clone()));
    let (run, called) = join(reading, join_all(calling)).await;
    let run = run.map_err(|_| "the run never ends")?;

    if let End::DropAfter(..) = schedule.end {
        // A request that was under way may still arrive, but no other.
        let a_moment = Duration::from_millis(100);
        sleep(a_moment).await;
        let before = chaos.seen().requests();
        sleep(a_moment).await;
        if chaos.seen().requests() > before {
            return Err("a run that was dropped has sent something".to_owned());
        }
    }
    chaos.settle().await;
    let standing = |id: &str| provider.standing(schedule, id);
    for called in called.into_iter().flatten() {
        match called {
            Called::DeleteOne(id, Ok(_)) if standing(&id) != Standing::Gone => {
                return Err(format!("a call beside the run says that {id} is gone"));
            }
            Called::DeleteAllScheduled(Err(error))
                if error.is_uncertain() && error.is_retryable() =>
            {
                return Err(format!("delete_all_scheduled may be sent again: {error}"));
            }
            Called::DeleteOne(..) | Called::DeleteAllScheduled(_) => {}
        }
    }
    judge_run(schedule, &run, &chaos.seen(), standing)
}

fn judge_run(
    schedule: &Schedule,
    run: &Run,
    seen: &Seen,
    standing: impl Fn(&str) -> Standing,
) -> Result<(), String> {
    let other_calls = &schedule.other_calls.0;
    for outcome in &run.outcomes {
        let id = outcome.id.as_str();
        let (post, standing) = (schedule.post(id), standing(id));
        let untouched = match post {
            Some(Post::Gone) if schedule.service != Service::Genviral => Standing::Gone,
            None | Some(Post::Gone) => Standing::Unknown,
            Some(_) => Standing::Whole,
        };
        let spares = |call: &OtherCall| match call {
            OtherCall::DeleteOne(_, number) => schedule.id(*number) != id,
            OtherCall::DeleteAllScheduled(_) => post != Some(Post::Pending),
        };
        let is_ours = other_calls.iter().all(spares);
        let evidence = Evidence {
            post,
            standing,
            changed: is_ours.then_some(standing != untouched),
            named: is_ours && seen.named(id),
        };
        judge(schedule.service, outcome, evidence)?;
    }
    let is_whole = !matches!(schedule.end, End::DropAfter(..));
    conserved(&schedule.asked_ids(), &run.outcomes, is_whole)?;
    settled(schedule, &run.outcomes)?;

    let is_for_all = |call: &&OtherCall| matches!(call, OtherCall::DeleteAllScheduled(_));
    if seen.all_scheduled() > other_calls.iter().filter(is_for_all).count() {
        return Err("delete_all_scheduled was sent again after it had arrived".to_owned());
    }
    let by_others = other_calls.len() * schedule.attempts as usize;
    let allowed = run.requests_allowed(seen.requests()) + seen.throttled() + by_others;
    if seen.requests() > allowed {
        return Err("more requests than batches and retry budget allow".to_owned());
    }
    Ok(())
}
