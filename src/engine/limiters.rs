//! The clock's side of the pace: waits until a profile's pacer lets a request go.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::engine::limiter::{Heard, Pace, Pacer, RateHeaders, Ready};
use crate::http::secrets::Secret;

/// Every profile's gate, for one API key.
///
/// A gate outlives its profile's clients, and the Profile-Key mustn't: the table knows it by 128 bits of hash, under
/// keys drawn anew for each table. That two of a billion profiles share one is less likely than 1 in 10^20.
#[derive(Clone, Debug)]
pub(crate) struct Gates {
    pace: Pace,
    by_profile: Arc<Mutex<HashMap<(u64, u64), Gate>>>,
    keys: (RandomState, RandomState),
}

impl Gates {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            by_profile: Arc::default(),
            keys: (RandomState::new(), RandomState::new()),
        }
    }

    /// The gate of a profile, or of the primary one: always the same, so that single calls and runs
    /// share the window.
    pub(crate) fn of_profile(&self, profile: Option<&Secret>) -> Gate {
        let key = (self.keys.0.hash_one(profile), self.keys.1.hash_one(profile));
        let by_profile = self.by_profile.lock();
        let mut by_profile = by_profile.unwrap_or_else(PoisonError::into_inner);
        if by_profile.len() >= FORGET_FROM && by_profile.len().is_multiple_of(FORGET_FROM) {
            let now = Instant::now().into_std();
            by_profile.retain(|_, gate| gate.is_in_use() || !gate.pacer().is_idle(now));
        }
        let gate = by_profile.entry(key);
        gate.or_insert_with(|| Gate::new(self.pace.clone())).clone()
    }
}

/// So many profiles may be kept before those that nobody uses are looked for.
const FORGET_FROM: usize = 256;

/// A profile's pacer, shared by every client, clone and task of that profile.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Arc<Account>);

#[derive(Debug)]
struct Account {
    pacer: Mutex<Pacer>,
    /// An answer came, which may let those through who wait.
    changed: Notify,
}

/// Why a request didn't pass, and when one may.
pub(crate) struct Held {
    pub(crate) wait: Duration,
    pub(crate) reason: &'static str,
}

/// The right to send one request, counted until its answer is heard.
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    sent_at: Instant,
    answered: bool,
}

impl Gate {
    pub(crate) fn new(pace: Pace) -> Self {
        Self(Arc::new(Account {
            pacer: Mutex::new(Pacer::new(pace)),
            changed: Notify::new(),
        }))
    }

    fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Waits for the profile's turn, but not past `patience`.
    pub(crate) async fn pass(&self, patience: Duration) -> Result<Pass<'_>, Held> {
        let started = Instant::now();
        loop {
            // Before the look, so that no change between the two goes unseen.
            let changed = self.0.changed.notified();
            let now = Instant::now();
            let until = {
                let mut pacer = self.pacer();
                match pacer.ready(now.into_std()) {
                    Ready::Now => {
                        pacer.sent(now.into_std());
                        return Ok(Pass {
                            gate: self,
                            sent_at: now,
                            answered: false,
                        });
                    }
                    Ready::At(until) => until,
                    Ready::Spent { until } => {
                        return Err(Held {
                            wait: until.saturating_duration_since(now.into_std()),
                            reason: "the day's budget of 429 answers is used up, \
                                     and more of them get a profile suspended",
                        });
                    }
                }
            };
            let wait = until.saturating_duration_since(now.into_std());
            if wait > patience.saturating_sub(started.elapsed()) {
                return Err(Held {
                    wait,
                    reason: "the profile's limit allows the next request \
                             only later than this one can wait",
                });
            }
            let _ = timeout(wait, changed).await;
        }
    }

    fn pacer(&self) -> MutexGuard<'_, Pacer> {
        self.0.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Tells the gate, and learns for how long it is closed now.
    pub(crate) fn answered(mut self, heard: Heard, rate: &RateHeaders) -> Duration {
        self.answered = true;
        let now = Instant::now().into_std();
        let mut pacer = self.settle(now, heard, rate);
        match pacer.ready(now) {
            Ready::Now => Duration::ZERO,
            Ready::At(until) | Ready::Spent { until } => until.saturating_duration_since(now),
        }
    }

    fn settle(
        &self,
        now: std::time::Instant,
        heard: Heard,
        rate: &RateHeaders,
    ) -> MutexGuard<'_, Pacer> {
        let mut pacer = self.gate.pacer();
        pacer.answered(now, self.sent_at.into_std(), rate, heard);
        self.gate.0.changed.notify_waiters();
        pacer
    }
}

impl Drop for Pass<'_> {
    /// A call that was dropped in mid-air has still used up its place in the window.
    fn drop(&mut self) {
        if !self.answered {
            let now = Instant::now().into_std();
            drop(self.settle(now, Heard::Nothing, &RateHeaders::default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use zeroize::Zeroizing;

    use super::*;

    fn secret(text: String) -> Secret {
        Secret::new("the Profile-Key", Zeroizing::new(text)).unwrap()
    }

    #[test]
    fn a_profile_has_one_gate_in_every_clone_and_shares_it_with_no_other() {
        let gates = Gates::new(Pace::ayrshare());
        let profiles = (0..200).map(|number| Some(secret(format!("profile-{number}"))));
        let profiles: Vec<_> = profiles.chain([None]).collect();
        let of = |gates: &Gates| {
            let all = profiles.iter().map(|it| gates.of_profile(it.as_ref()));
            all.collect::<Vec<_>>()
        };
        let (first, again) = (of(&gates), of(&gates.clone()));
        let address = |gate: &Gate| Arc::as_ptr(&gate.0);
        assert!(first.iter().map(address).eq(again.iter().map(address)));
        let distinct: HashSet<_> = first.iter().map(address).collect();
        assert_eq!(distinct.len(), profiles.len());
    }
}
