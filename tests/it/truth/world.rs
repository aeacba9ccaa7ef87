//! The provider in memory, and the exchange that takes requests to it and notes who made each and what it did.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use tokio::time::{Instant, sleep};
use unpost::internals::{
    self, Answer, Delivery, Exchange, Head, RateHeaderNames, TransportErrorKind,
};

use super::in_memory::PATIENCE;
use super::mishap::{Reply, asked_in};
use super::ms;
use super::oracle::Evidence;
use super::provider::Provider;
use super::schedule::{Acted, Limit, Mishap, Schedule, Step};

/// Who sends a request: the run, or one of the calls beside it.
pub(super) type Caller = usize;
pub(super) const THE_RUN: Caller = 0;

/// The rate headers that the mocks send.
const NAMES: RateHeaderNames = RateHeaderNames {
    max: Some("x-ratelimit-max"),
    count: Some("x-ratelimit-count"),
    remaining: None,
    reset: None,
};

pub(super) struct World {
    schedule: Schedule,
    provider: Provider,
    state: Mutex<State>,
}

struct State {
    /// Requests that the provider carries out only after the client has got an answer or has given up.
    late: Vec<(Instant, Caller, Bytes)>,
    sent: usize,
    closed_until: Instant,
    under_way: usize,
    seen: Seen,
}

/// What happened.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// Who has asked the provider for which post.
    named: BTreeSet<(Caller, String)>,
    /// Who has removed some or all of which post.
    changed: BTreeSet<(Caller, String)>,
    /// Whose `delete_all_scheduled` was carried out.
    pub(super) all_done: BTreeSet<Caller>,
    /// Whose `delete_all_scheduled` may have been carried out, as far as its caller can know.
    all_in_doubt: BTreeSet<Caller>,
    /// How many attempts the run made, including those without a connection.
    pub(super) by_run: usize,
    /// When the run was told that its key is refused.
    refused: Option<Instant>,
    /// When each request left, no matter who sent it.
    departures: Vec<Instant>,
    /// How many answers the run got.
    pub(super) answered: usize,
    /// How many answers of 429 the run got.
    pub(super) throttled: usize,
    /// How many answers of 429 anyone got.
    pub(super) all_throttled: u32,
    /// The promises that were broken during the run.
    pub(super) broken: Vec<String>,
}

impl Seen {
    /// How many posts the run has asked the provider for.
    pub(super) fn posts_of_run(&self) -> usize {
        self.named.iter().filter(|(by, _)| *by == THE_RUN).count()
    }

    /// Whether no window had more requests than the client may send. Two of the provider's windows can overlap
    /// one window's time, each 429 can say that a new one begins, and a full window is tried now and then.
    pub(super) fn kept_to(&self, limit: &Limit) -> bool {
        const TRIES: usize = 8;
        let Some(told) = limit.told else { return true };
        let window = ms(limit.window_ms);
        let windows = 2 + self.all_throttled;
        let most = (windows * told) as usize + TRIES;
        let later = self.departures.iter().skip(most);
        let mut both = self.departures.iter().zip(later);
        both.all(|(first, last)| *last >= *first + window)
    }
}

impl World {
    pub(super) fn new(schedule: &Schedule) -> Arc<Self> {
        Arc::new(Self {
            provider: Provider::offline(schedule),
            state: Mutex::new(State {
                late: Vec::new(),
                sent: 0,
                closed_until: Instant::now(),
                under_way: 0,
                seen: Seen::default(),
            }),
            schedule: schedule.clone(),
        })
    }

    pub(super) fn provider(&self) -> &Provider {
        &self.provider
    }

    pub(super) fn exchange(self: &Arc<Self>, caller: Caller) -> InMemory {
        InMemory {
            world: Arc::clone(self),
            caller,
        }
    }

    pub(super) fn seen(&self) -> Seen {
        self.state().seen.clone()
    }

    /// What is true of a post, now that all is over.
    pub(super) fn evidence(&self, caller: Caller, id: &str) -> Evidence {
        let state = self.state();
        let key = (caller, id.to_owned());
        Evidence {
            post: self.schedule.post(id),
            standing: self.provider.standing(&self.schedule, id),
            changed: Some(state.seen.changed.contains(&key)),
            named: state.seen.named.contains(&key),
        }
    }

    /// Carries out the requests that are still to be carried out late.
    pub(super) fn settle(&self) {
        let until = Instant::now() + Duration::from_secs(3600);
        self.state().carry_out_late(until, self);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes one caller's requests to the provider.
#[derive(Clone)]
pub(super) struct InMemory {
    world: Arc<World>,
    caller: Caller,
}

/// An answer, or why there is none and how much of it arrived.
type Arrived = Result<Reply, (TransportErrorKind, Option<Reply>)>;

impl Exchange for InMemory {
    fn attempt(
        &self,
        body: Bytes,
        delivery: Arc<Delivery>,
    ) -> BoxFuture<'static, Result<Answer, internals::TransportError>> {
        let this = self.clone();
        Box::pin(async move {
            let head = |reply: &Reply| Head {
                status: reply.status,
                rate: NAMES.read(|name| reply.header(name), None),
            };
            match this.send(&body, &delivery).await {
                Ok(reply) => Ok(Answer {
                    head: head(&reply),
                    body: reply.body,
                }),
                Err((kind, reply)) => Err(internals::TransportError {
                    kind,
                    head: reply.as_ref().map(head),
                    source: None,
                }),
            }
        })
    }
}

impl InMemory {
    async fn send(&self, body: &Bytes, delivery: &Delivery) -> Arrived {
        let (mishap, wait, own) = self.depart(body);
        if mishap != Mishap::Refused {
            assert!(
                delivery.leaves(),
                "an attempt was withdrawn before it began"
            );
        }
        let mut under_way = UnderWay {
            exchange: self,
            body,
            has_arrived: false,
        };
        sleep(wait).await;
        let arrived = match (mishap, mishap.answer(own)) {
            (Mishap::Refused, _) => Err((TransportErrorKind::NotSent, None)),
            (Mishap::Slow(_), _) => pending().await,
            (_, None) | (Mishap::Cut(0..40), _) => Err((TransportErrorKind::Disconnected, None)),
            (Mishap::Cut(_), reply) => Err((TransportErrorKind::Disconnected, reply)),
            (Mishap::Bloated(_), reply) => Err((TransportErrorKind::TooLarge, reply)),
            (_, Some(reply)) => Ok(reply),
        };
        under_way.has_arrived = true;
        self.arrive(body, &arrived);
        arrived
    }

    /// Sends a request. The provider carries it out at once, or after the client has given up on it, or never.
    fn depart(&self, body: &Bytes) -> (Mishap, Duration, Option<Reply>) {
        let now = Instant::now();
        let World {
            schedule, provider, ..
        } = &*self.world;
        let mut state = self.world.state();
        state.carry_out_late(now, &self.world);
        let Step(mishap, answer_ms) = schedule.step(state.sent);
        let wait = ms(answer_ms);
        if schedule.is_revoked_at(state.sent) {
            provider.revoke_key();
        }
        state.sent += 1;
        state.under_way += usize::from(self.caller == THE_RUN);
        state.seen.by_run += usize::from(self.caller == THE_RUN);
        if state.under_way > schedule.concurrency {
            state.complain("more requests under way than was asked for");
        }
        if now < state.closed_until {
            state.complain("a request left before the wait that a 429 asked for was over");
        }
        let (ids, is_all) = asked_in(body);
        if is_all && state.seen.all_in_doubt.contains(&self.caller) {
            state.complain("delete_all_scheduled was sent again after it may have arrived");
        }
        let named = ids.into_iter().map(|id| (self.caller, id));
        let mut named = named
            .filter(|new| !state.seen.named.contains(new))
            .collect();
        let is_news = self.caller == THE_RUN && !BTreeSet::is_empty(&named);
        if is_news && state.seen.refused.is_some_and(|at| at < now) {
            state.complain("a run went on to other posts with a key that was refused");
        }
        if mishap != Mishap::Refused {
            state.seen.named.append(&mut named);
            state.seen.departures.push(now);
        }
        let own = match mishap.acted() {
            Acted::Never => None,
            Acted::Before => Some(state.carry_out(self.caller, body, now, &self.world)),
            Acted::Late => {
                let due = now + wait.max(PATIENCE.attempt_timeout) + Duration::from_millis(1);
                state.late.push((due, self.caller, body.clone()));
                None
            }
        };
        (mishap, wait, own)
    }

    /// Notes that the client gets the answer, or learns that there is none.
    fn arrive(&self, body: &Bytes, arrived: &Arrived) {
        let mut state = self.world.state();
        let is_run = self.caller == THE_RUN;
        let reply = match arrived {
            Ok(reply) => Some(reply),
            Err((_, reply)) => reply.as_ref(),
        };
        state.seen.answered += usize::from(is_run && arrived.is_ok());
        // A page or a cut answer isn't in the provider's words, so it refuses no credentials.
        let refuses = |reply: &Reply| {
            let is_json = serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok();
            matches!(reply.status, 401..=403) && is_json
        };
        if is_run && matches!(arrived, Ok(reply) if refuses(reply)) {
            state.seen.refused.get_or_insert(Instant::now());
        }
        let throttled = reply.filter(|reply| reply.status == 429);
        if let Some(reply) = throttled {
            state.seen.throttled += usize::from(is_run);
            state.seen.all_throttled += 1;
            let wait = reply.retry_after().unwrap_or_default();
            state.closed_until = state.closed_until.max(Instant::now() + wait);
        }
        let was_refused =
            matches!(arrived, Err((TransportErrorKind::NotSent, _))) || throttled.is_some();
        if asked_in(body).1 && !was_refused {
            state.seen.all_in_doubt.insert(self.caller);
        }
    }
}

/// A request that is under way until its attempt ends, or until nobody waits for it any longer.
struct UnderWay<'a> {
    exchange: &'a InMemory,
    body: &'a Bytes,
    has_arrived: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let is_run = self.exchange.caller == THE_RUN;
        self.exchange.world.state().under_way -= usize::from(is_run);
        if !self.has_arrived {
            let timeout = Err((TransportErrorKind::Timeout, None));
            self.exchange.arrive(self.body, &timeout);
        }
    }
}

impl State {
    fn complain(&mut self, promise: &str) {
        self.seen.broken.push(promise.to_owned());
    }

    fn carry_out_late(&mut self, until: Instant, world: &World) {
        while let Some(next) = self.late.iter().position(|(due, ..)| *due <= until) {
            let (due, caller, body) = self.late.remove(next);
            self.carry_out(caller, &body, due, world);
        }
    }

    fn carry_out(&mut self, caller: Caller, body: &Bytes, now: Instant, world: &World) -> Reply {
        let World {
            schedule, provider, ..
        } = world;
        let (mut ids, is_all) = asked_in(body);
        if is_all {
            let posts = schedule.posts.0.len();
            ids = (0..posts).map(|number| format!("post-{number}")).collect();
        }
        let standing = |id: &String| provider.standing(schedule, id);
        let before: Vec<_> = ids.iter().map(standing).collect();
        let reply = provider.answer(schedule.x_keys(), body, now);
        if is_all && reply.status == 200 {
            self.seen.all_done.insert(caller);
        }
        for (id, before) in ids.into_iter().zip(before) {
            if standing(&id) != before {
                self.seen.changed.insert((caller, id));
            }
        }
        reply
    }
}
