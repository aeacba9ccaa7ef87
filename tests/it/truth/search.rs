//! Plays drawn schedules until one fails, and then looks for the simplest that fails.

use std::collections::hash_map::RandomState;
use std::fmt::Debug;
use std::hash::BuildHasher;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arbitrary::{Result as Drawn, Unstructured};

/// No schedule needs more bytes.
const MOST_BYTES: usize = 1_024;

/// How many schedules are played, and how many more to simplify one that fails.
pub(super) struct Effort {
    pub(super) schedules: usize,
    pub(super) simplifying: usize,
}

/// Panics with the simplest schedule found for which `play` fails.
pub(super) fn search<S: Debug>(
    effort: &Effort,
    draw: impl Fn(&mut Unstructured<'_>) -> Drawn<S>,
    play: impl Fn(&S) -> Result<(), String>,
) {
    // The search has its own generator, because playing a schedule seeds that of the thread.
    let mut random = fastrand::Rng::with_seed(RandomState::new().hash_one(0));
    for number in 1..=effort.schedules {
        let mut bytes = vec![0; MOST_BYTES];
        random.fill(&mut bytes);
        let Some(failing) = Failing::from_bytes(bytes, &draw, &play) else {
            continue;
        };
        let failing = failing.simplified(effort.simplifying, |bytes| {
            Failing::from_bytes(bytes, &draw, &play)
        });
        let Failing { schedule, why, .. } = failing;
        panic!("schedule {number} failed: {why}\n\nholds(&{schedule:?});\n");
    }
}

struct Failing<S> {
    /// What the schedule was drawn from.
    bytes: Vec<u8>,
    schedule: S,
    why: String,
}

impl<S> Failing<S> {
    fn from_bytes(
        mut bytes: Vec<u8>,
        draw: impl Fn(&mut Unstructured<'_>) -> Drawn<S>,
        play: impl Fn(&S) -> Result<(), String>,
    ) -> Option<Self> {
        let mut source = Unstructured::new(&bytes);
        let schedule = draw(&mut source).unwrap();
        let unused = source.len();
        bytes.truncate(bytes.len() - unused);
        let why = match catch_unwind(AssertUnwindSafe(|| play(&schedule))) {
            Ok(played) => played.err()?,
            Err(_) => "the panic printed above".to_owned(),
        };
        Some(Self {
            bytes,
            schedule,
            why,
        })
    }

    /// Cuts bytes out and lowers them for as long as the schedule drawn from them fails.
    fn simplified(mut self, plays: usize, from_bytes: impl Fn(Vec<u8>) -> Option<Self>) -> Self {
        let mut plays_left = plays;
        let mut simplify = |failing: &mut Self, change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = failing.bytes.clone();
            change(&mut bytes);
            if bytes == failing.bytes || plays_left == 0 {
                return false;
            }
            plays_left -= 1;
            let Some(simpler) = from_bytes(bytes) else {
                return false;
            };
            *failing = simpler;
            true
        };
        loop {
            let before = self.bytes.clone();
            let mut size = before.len();
            while size > 0 {
                let mut at = 0;
                while at < self.bytes.len() {
                    let end = self.bytes.len().min(at + size);
                    if !simplify(&mut self, &|bytes| drop(bytes.drain(at..end))) {
                        at += size.div_ceil(4);
                    }
                }
                // An item of a list has a few bytes, which have to go together.
                size = if size > 8 { size / 2 } else { size - 1 };
            }
            for at in 0..before.len() {
                let lower = |lowered: fn(u8) -> u8| {
                    move |bytes: &mut Vec<u8>| {
                        if let Some(byte) = bytes.get_mut(at) {
                            *byte = lowered(*byte);
                        }
                    }
                };
                simplify(&mut self, &lower(|_| 0));
                while simplify(&mut self, &lower(|byte| byte / 2)) {}
                while simplify(&mut self, &lower(|byte| byte.saturating_sub(1))) {}
            }
            if self.bytes == before {
                return self;
            }
        }
    }
}
