//! The provider in memory, and the way to it: what each request does is known, and by whom it was made.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use super::fault::{Told, asked_in};
use super::oracle::{Evidence, Standing};
use super::schedule::{Acted, Fault, Pacing, Post, Schedule, Service, Step, XPair};
use crate::engine::limiter::RateHeaders;
use crate::http::transport::{self, Answer, Exchange, FaultKind};
use crate::mock::in_memory::{InMemoryAyrshare, InMemoryGenviral};
use crate::mock::{Ayrshare, PostState};

/// Who sends a request: the run, or one of the calls beside it.
pub(super) type Caller = usize;
pub(super) const THE_RUN: Caller = 0;

pub(super) struct World {
    schedule: Schedule,
    state: Mutex<State>,
}

struct State {
    provider: Provider,
    /// Requests that the provider carries out only after the client has lost sight of them.
    late: Vec<(Instant, Caller, Bytes)>,
    sent: usize,
    closed_until: Instant,
    under_way: usize,
    seen: Seen,
}

enum Provider {
    Ayrshare(InMemoryAyrshare),
    Genviral(InMemoryGenviral),
}

/// What came to pass.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// Who has asked the provider for which post.
    named: BTreeSet<(Caller, String)>,
    /// Who has removed some or all of which post.
    changed: BTreeSet<(Caller, String)>,
    /// Whose `delete_all_scheduled` was carried out.
    pub(super) all_done: BTreeSet<Caller>,
    /// Whose may have been, as far as its caller can know.
    all_in_doubt: BTreeSet<Caller>,
    /// Attempts of the run, those that found no connection included.
    pub(super) by_run: usize,
    /// When the run was told that its key is refused.
    refused: Option<Instant>,
    /// When each request left, by whomever.
    departures: Vec<Instant>,
    /// Answers that the run was given.
    pub(super) answered: usize,
    /// Answers of 429 that the run was given.
    pub(super) throttled: usize,
    /// Answers of 429 that anyone was given.
    pub(super) all_throttled: u32,
    /// The promises that were broken in mid-run.
    pub(super) broken: Vec<String>,
}

impl Seen {
    /// How many posts the run has asked the provider for.
    pub(super) fn posts_of_run(&self) -> usize {
        self.named.iter().filter(|(by, _)| *by == THE_RUN).count()
    }

    /// At most what the client was told goes into one window. Two of the provider's may lie in the time
    /// of one, a 429 may say when the next one begins, and a full one is tried now and then.
    pub(super) fn kept_pace(&self, pace: &Pacing) -> bool {
        const TRIES: usize = 8;
        let Some(told) = pace.told else { return true };
        let window = Duration::from_millis(pace.window_ms.into());
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
            state: Mutex::new(State {
                provider: Provider::seeded(schedule),
                late: Vec::new(),
                sent: 0,
                closed_until: Instant::now(),
                under_way: 0,
                seen: Seen::default(),
            }),
            schedule: schedule.clone(),
        })
    }

    pub(super) fn line(self: &Arc<Self>, caller: Caller) -> Line {
        Line {
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
            standing: state.provider.standing(self.schedule.post(id), id),
            changed: Some(state.seen.changed.contains(&key)),
            named: state.seen.named.contains(&key),
        }
    }

    /// Carries out what was delayed past its client's patience.
    pub(super) fn settle(&self) {
        let until = Instant::now() + Duration::from_secs(3600);
        self.state().carry_out_late(until, &self.schedule);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One caller's way to the provider.
#[derive(Clone)]
pub(super) struct Line {
    world: Arc<World>,
    caller: Caller,
}

impl Exchange for Line {
    async fn attempt(&self, body: Bytes, timeout: Duration) -> Result<Answer, transport::Fault> {
        let (fault, wait, own) = self.depart(&body, timeout);
        let _under_way = UnderWay(self);
        let is_late = matches!(fault, Fault::Slow(_)) || (wait >= timeout);
        sleep(wait.min(timeout)).await;
        let result = match fault.answer(own) {
            _ if fault == Fault::Refused => Err((FaultKind::NotSent, None)),
            _ if is_late => {
                sleep(timeout.saturating_sub(wait)).await;
                Err((FaultKind::Timeout, None))
            }
            None => Err((FaultKind::Disconnected, None)),
            Some(told) => {
                let answer = Answer {
                    status: told.status,
                    rate: RateHeaders::parse(|name| told.header_of(name), None),
                    body: told.body,
                };
                let head = Some((answer.status, answer.rate));
                match fault {
                    Fault::Cut(0..40) => Err((FaultKind::Disconnected, None)),
                    Fault::Cut(_) => Err((FaultKind::Disconnected, head)),
                    Fault::Bloated(_) => Err((FaultKind::TooLarge, head)),
                    _ => Ok(answer),
                }
            }
        };
        let result = result.map_err(|(kind, head)| transport::Fault {
            kind,
            head,
            source: None,
        });
        self.arrive(&body, &result);
        result
    }
}

impl Line {
    /// A request leaves. What the provider does with it, it does at once, or when it is too late.
    fn depart(&self, body: &Bytes, timeout: Duration) -> (Fault, Duration, Option<Told>) {
        let now = Instant::now();
        let schedule = &self.world.schedule;
        let mut state = self.world.state();
        state.carry_out_late(now, schedule);
        let Step(fault, ms) = schedule.step(state.sent);
        let wait = Duration::from_millis(ms.into());
        if schedule.is_revoked_at(state.sent) {
            state.provider.revoke_key();
        }
        state.sent += 1;
        state.under_way += usize::from(self.caller == THE_RUN);
        state.seen.by_run += usize::from(self.caller == THE_RUN);
        if state.under_way > schedule.concurrency {
            state.complain("more requests under way than was asked for");
        }
        if now < state.closed_until {
            state.complain("a request left while a 429 kept the gate closed");
        }
        let (ids, is_all) = asked_in(body);
        if is_all && state.seen.all_in_doubt.contains(&self.caller) {
            state.complain("delete_all_scheduled was sent again after it may have arrived");
        }
        let named = ids.into_iter().map(|id| (self.caller, id));
        let mut named = named.filter(|it| !state.seen.named.contains(it)).collect();
        let is_news = self.caller == THE_RUN && !BTreeSet::is_empty(&named);
        if is_news && state.seen.refused.is_some_and(|at| at < now) {
            state.complain("a run went on to other posts with a key that was refused");
        }
        if fault != Fault::Refused {
            state.seen.named.append(&mut named);
            state.seen.departures.push(now);
        }
        let own = match fault.acted() {
            Acted::Never => None,
            Acted::Before => Some(state.carry_out(self.caller, body, now, schedule)),
            Acted::Late => {
                let due = now + wait.max(timeout) + Duration::from_millis(1);
                state.late.push((due, self.caller, body.clone()));
                None
            }
        };
        (fault, wait, own)
    }

    /// The client learns what came of it.
    fn arrive(&self, body: &Bytes, result: &Result<Answer, transport::Fault>) {
        let mut state = self.world.state();
        let (status, rate) = match result {
            Ok(answer) => (Some(answer.status), Some(answer.rate)),
            Err(fault) => fault.head.unzip(),
        };
        let is_run = self.caller == THE_RUN;
        state.seen.answered += usize::from(is_run && result.is_ok());
        if is_run && matches!(result, Ok(answer) if matches!(answer.status, 401..=403)) {
            state.seen.refused.get_or_insert(Instant::now());
        }
        let throttled = status == Some(429);
        if throttled {
            state.seen.throttled += usize::from(is_run);
            state.seen.all_throttled += 1;
            let wait = rate.and_then(|it| it.retry_after).unwrap_or_default();
            state.closed_until = state.closed_until.max(Instant::now() + wait);
        }
        let was_refused =
            matches!(result, Err(fault) if fault.kind == FaultKind::NotSent) || throttled;
        if asked_in(body).1 && !was_refused {
            state.seen.all_in_doubt.insert(self.caller);
        }
    }
}

/// Ends with the attempt, also where that is dropped in mid-air.
struct UnderWay<'a>(&'a Line);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let is_run = self.0.caller == THE_RUN;
        self.0.world.state().under_way -= usize::from(is_run);
    }
}

impl State {
    fn complain(&mut self, promise: &str) {
        self.seen.broken.push(promise.to_owned());
    }

    fn carry_out_late(&mut self, until: Instant, schedule: &Schedule) {
        while let Some(next) = self.late.iter().position(|(due, ..)| *due <= until) {
            let (due, caller, body) = self.late.remove(next);
            self.carry_out(caller, &body, due, schedule);
        }
    }

    fn carry_out(
        &mut self,
        caller: Caller,
        body: &Bytes,
        now: Instant,
        schedule: &Schedule,
    ) -> Told {
        let (ids, is_all) = asked_in(body);
        let posts = schedule.posts.0.len();
        let ids = if is_all {
            (0..posts).map(|number| format!("post-{number}")).collect()
        } else {
            ids
        };
        let standing = |provider: &Provider, id: &String| provider.standing(schedule.post(id), id);
        let before: Vec<_> = ids.iter().map(|id| standing(&self.provider, id)).collect();
        let told = self.provider.answer(body, now);
        if is_all && told.status == 200 {
            self.seen.all_done.insert(caller);
        }
        let after: Vec<_> = ids.iter().map(|id| standing(&self.provider, id)).collect();
        for ((id, before), after) in ids.into_iter().zip(before).zip(after) {
            if before != after {
                self.seen.changed.insert((caller, id));
            }
        }
        told
    }
}

impl Provider {
    fn seeded(schedule: &Schedule) -> Self {
        let ids = (0..).map(|number: usize| format!("post-{number}"));
        let posts = ids.zip(&schedule.posts.0);
        match schedule.service {
            Service::Ayrshare(shape, x_pair) => {
                let window = Duration::from_millis(schedule.pace.window_ms.into());
                let mut it = InMemoryAyrshare::new(shape, schedule.pace.admitted, window);
                match x_pair {
                    XPair::Right => it.send_x_pair(Ayrshare::X_API_KEY, Ayrshare::X_API_SECRET),
                    XPair::Wrong => it.send_x_pair("another-key", "another-secret"),
                    XPair::Missing => {}
                }
                for (id, post) in posts {
                    match post {
                        Post::Free => it.publish(&id, ["facebook", "bluesky"]),
                        Post::Half => it.publish(&id, ["facebook", "instagram"]),
                        Post::Kept => it.publish(&id, ["instagram", "tiktok"]),
                        Post::OnX => it.publish(&id, ["twitter", "bluesky"]),
                        Post::Pending => it.schedule(&id),
                        Post::Gone => it.delete_beforehand(&id),
                        Post::Elsewhere => it.schedule_for_another_profile(&id),
                    }
                }
                Self::Ayrshare(it)
            }
            Service::Genviral => {
                let mut it = InMemoryGenviral::new();
                for (id, post) in posts {
                    match post {
                        Post::Free => it.seed(&id, "draft"),
                        Post::Half => it.fail_delete(&id),
                        Post::Kept => it.seed(&id, "posted"),
                        Post::OnX => it.seed(&id, "canceled"),
                        Post::Pending => it.seed(&id, "scheduled"),
                        Post::Gone => {}
                        Post::Elsewhere => it.out_of_scope(&id),
                    }
                }
                Self::Genviral(it)
            }
        }
    }

    fn answer(&mut self, body: &[u8], now: Instant) -> Told {
        let (status, headers, body) = match self {
            Self::Ayrshare(it) => it.answer(body, now.into_std()),
            Self::Genviral(it) => it.answer(body, now.into_std()),
        };
        Told {
            status,
            headers,
            body,
        }
    }

    fn revoke_key(&mut self) {
        match self {
            Self::Ayrshare(it) => it.revoke_key(),
            Self::Genviral(it) => it.revoke_key(),
        }
    }

    fn standing(&self, post: Option<Post>, id: &str) -> Standing {
        match self {
            Self::Ayrshare(it) => match it.post(id) {
                None => Standing::Unknown,
                Some(PostState::Published { networks }) if networks.len() < 2 => Standing::Partly,
                Some(PostState::Published { .. } | PostState::Scheduled) => Standing::Whole,
                Some(_) => Standing::Gone,
            },
            Self::Genviral(it) => match (it.post(id), post) {
                (Some(_), _) => Standing::Whole,
                (None, None | Some(Post::Gone)) => Standing::Unknown,
                (None, Some(_)) => Standing::Gone,
            },
        }
    }
}

impl Told {
    fn header_of(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(own, _)| own == name)?;
        Some(&header.1)
    }
}
