//! 200 schedules in which the client is a process of its own. It is killed at any moment, up to four times, and
//! started again with the same journal. The provider and the proxy are in the process of the test.

mod journal;
mod oracle;
mod process;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arbitrary::{Result as Drawn, Unstructured};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use unpost::Outcome;

use super::chaos::{self, Chaos};
use super::client::{Patience, Settings};
use super::draw::{self, Scale};
use super::ms;
use super::provider::Provider;
use super::schedule::{End, List, Mishap, Schedule, Service};
use super::search::{Effort, search};
use crate::support::Scratch;

use self::journal::Witness;
use self::oracle::judge;
use self::process::{Errand, Process};

const SCALE: Scale = Scale {
    most_posts: 23,
    answer_ms: 8,
    other_call_ms: 1,
    window_ms: (100, 300),
    retry_after_ms: &[0, 20, 60],
    may_be_unlimited: false,
};

const PATIENCE: Patience = Patience {
    attempt_timeout: chaos::PATIENCE,
    deadline: Duration::from_secs(5),
    backoff: (Duration::from_millis(2), Duration::from_millis(10)),
};

/// Most of the time, a process waits for its window.
const THREADS: usize = 20;

/// A schedule, and how its processes end.
#[derive(Clone, Debug)]
struct Killed {
    /// No other calls are made beside the run, and every process reads its stream to the end.
    schedule: Schedule,
    kills: List<Kill>,
    /// What the last process, which isn't killed, isn't asked for. See [`Kill::leaves_out`].
    leaves_out: u8,
}

/// The end of a process.
#[derive(Clone, Copy, Debug)]
struct Kill {
    when: When,
    /// The process isn't asked for each eighth id whose bit is set.
    leaves_out: u8,
}

#[derive(Clone, Copy, Debug)]
enum When {
    /// So many milliseconds after its start.
    After(u16),
    /// So many milliseconds after its request with this number has arrived.
    AtRequest(u8, u16),
}

/// What a process was asked for, and what it said.
struct Run {
    asked: Vec<String>,
    started: Instant,
    /// How many answers of 429 were on record at its start.
    throttled_before: usize,
    outcomes: Vec<Outcome>,
    /// The settled outcomes on record at its end.
    on_record: Vec<Outcome>,
}

#[test]
fn every_outcome_is_true_after_processes_were_killed_at_any_moment() {
    // For a whole night of schedules, set KILLED_CASES=50000.
    let asked = std::env::var("KILLED_CASES").ok();
    let schedules: usize = asked.map_or(200, |cases| cases.parse().unwrap());
    let effort = Effort {
        schedules: schedules.div_ceil(THREADS),
        simplifying: 100,
    };
    let runtime = Runtime::new().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| search(&effort, draw, |killed| runtime.block_on(play(killed))));
        }
    });
}

#[test]
#[ignore = "the test above starts it as a process and kills it"]
fn child() {
    process::carry_out_errand();
}

fn draw(u: &mut Unstructured<'_>) -> Drawn<Killed> {
    let mut kills = vec![kill(u)?];
    while kills.len() < 4 && u.ratio(1, 2)? {
        kills.push(kill(u)?);
    }
    let leaves_out = leaves_out(u)?;
    let mut schedule = draw::schedule(u, &SCALE)?;
    schedule.other_calls = List(Vec::new());
    schedule.end = End::ReadOut;
    if !u.ratio(9, 10)? {
        // Then the budget of 429s is used up sooner or later.
        schedule.afterwards = Mishap::TooMany(0);
        schedule.limit.budget = u.int_in_range(2..=6)?;
    }
    Ok(Killed {
        schedule,
        kills: List(kills),
        leaves_out,
    })
}

fn kill(u: &mut Unstructured<'_>) -> Drawn<Kill> {
    let when = match u.int_in_range(0..=3)? {
        0 => When::After(u.int_in_range(0..=120)?),
        _ => When::AtRequest(u.int_in_range(1..=6)?, u.int_in_range(0..=12)?),
    };
    Ok(Kill {
        when,
        leaves_out: leaves_out(u)?,
    })
}

fn leaves_out(u: &mut Unstructured<'_>) -> Drawn<u8> {
    Ok(if u.ratio(1, 2)? {
        0
    } else {
        u.arbitrary::<u8>()? & u.arbitrary::<u8>()?
    })
}

impl Killed {
    /// The ids that a process is asked for.
    fn asked(&self, leaves_out: u8) -> Vec<String> {
        let ids = self.schedule.asked_ids().into_iter().enumerate();
        let is_asked = |place: usize| leaves_out & (1 << (place % 8)) == 0;
        ids.filter(|(place, _)| is_asked(*place))
            .map(|(_, id)| id)
            .collect()
    }
}

/// Plays a schedule to its end and says which promise it broke.
async fn play(killed: &Killed) -> Result<(), String> {
    let schedule = &killed.schedule;
    let provider = Arc::new(Provider::start(schedule).await);
    let file = Scratch::new();
    let witness = Arc::new(Witness::of(&file));
    let arrived = Arc::new(watch::Sender::new(0));
    let running = Arc::new(AtomicUsize::new(0));
    let chaos = {
        let (witness, arrived, running) = (
            Arc::clone(&witness),
            Arc::clone(&arrived),
            Arc::clone(&running),
        );
        Chaos::in_front_of(Arc::clone(&provider), schedule, move |arrival| {
            witness.check(arrival);
            if arrival.process == running.load(Ordering::SeqCst) {
                arrived.send_modify(|requests| *requests += 1);
            }
        })
        .await
    };

    let kills = killed
        .kills
        .0
        .iter()
        .map(|kill| (Some(kill.when), kill.leaves_out));
    let processes = kills.chain([(None, killed.leaves_out)]);
    let mut runs = Vec::new();
    for ((when, leaves_out), number) in processes.zip(0..) {
        running.store(number, Ordering::SeqCst);
        arrived.send_replace(0);
        let asked = killed.asked(leaves_out);
        let throttled_before = journal::throttled(&file);
        let started = Instant::now();
        let process = Process::start(&Errand {
            is_genviral: schedule.service == Service::Genviral,
            settings: Settings::of(&provider, &chaos.base_url(), schedule).of_process(number),
            journal: file.path().to_owned(),
            ids: asked.clone(),
            batch: schedule.batch,
            concurrency: schedule.concurrency,
            seed: schedule.seed,
        });
        let mut requests = arrived.subscribe();
        let time_is_up = async {
            match when {
                None => sleep(Duration::from_secs(60)).await,
                Some(When::After(after_ms)) => sleep(ms(after_ms)).await,
                Some(When::AtRequest(number, after_ms)) => {
                    let number = u32::from(number);
                    let wait = requests.wait_for(|requests| *requests >= number);
                    let a_minute = Duration::from_secs(60);
                    let _ = timeout(a_minute, wait).await;
                    sleep(ms(after_ms)).await;
                }
            }
        };
        let outcomes = process.end(time_is_up, when.is_some()).await?;
        runs.push(Run {
            asked,
            started,
            throttled_before,
            outcomes,
            on_record: journal::settled(&file),
        });
    }
    chaos.settle().await;
    let standing = |id: &str| provider.standing(schedule, id);
    judge(schedule, &runs, &chaos.seen(), &witness, standing)
}
