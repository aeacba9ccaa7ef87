//! A profile's window that is kept elsewhere, by a limiter that processes share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::headers::RateHeaders;
use super::queue::Queue;
use super::rejected::Rejected;
use super::shared::{DynLimiter, Place, Reservation, Window};
use super::usage::{Usage, WaitingFor};
use crate::engine::exchange::BoxError;

/// A window at a shared limiter, and the callers who wait for it.
#[derive(Debug)]
pub(super) struct Elsewhere {
    limiter: Arc<dyn DynLimiter>,
    /// `None` if the profile has no name.
    window: Option<Window>,
    queue: Queue,
    /// What the limiter has not been told yet.
    unheard: Mutex<Vec<Heard>>,
    /// When to ask again, as the limiter said when it was last asked.
    opens_at: Mutex<Option<(Instant, WaitingFor)>>,
}

#[derive(Debug)]
struct Heard {
    place: Place,
    usage: Usage,
    headers: RateHeaders,
}

impl Elsewhere {
    pub(super) fn new(limiter: Arc<dyn DynLimiter>, window: Option<Window>) -> Self {
        Self {
            limiter,
            window,
            queue: Queue::default(),
            unheard: Mutex::default(),
            opens_at: Mutex::default(),
        }
    }

    /// Waits until a request may be sent, but no longer than `patience`.
    pub(super) async fn acquire(&self, patience: Duration) -> Result<Place, Rejected> {
        let window = self.window.as_ref().ok_or_else(Rejected::unnamed)?;
        let deadline = Instant::now() + patience.min(LONGEST_PATIENCE);
        let ticket = self.queue.join(deadline);
        loop {
            if !ticket.is_first() && Instant::now() < deadline {
                ticket.wait(deadline).await;
                continue;
            }
            ticket.looks_within(SLOWEST_ANSWER);
            self.tell(window)
                .await
                .map_err(|error| Rejected::failed(&*error))?;
            let reserved = self.limiter.reserve(window).await;
            let reserved = reserved.map_err(|error| Rejected::failed(&*error))?;
            let now = Instant::now();
            let (wait, waiting_for) = match reserved {
                Reservation::Granted(place) => {
                    *lock(&self.opens_at) = None;
                    return Ok(place);
                }
                Reservation::NotBefore { wait, waiting_for } => (wait, waiting_for),
                Reservation::Spent { wait } => {
                    self.note(now + wait.min(LONGEST_PATIENCE), WaitingFor::Throttled);
                    return Err(Rejected::spent(wait));
                }
            };
            let until = now + wait.min(LONGEST_PATIENCE);
            self.note(until, waiting_for);
            let pause = if waiting_for == WaitingFor::Answer {
                wait.min(ASK_FOR_AN_ANSWER)
            } else if deadline < until {
                return Err(Rejected::too_late(wait));
            } else {
                wait.min(ASK_AGAIN)
            };
            if deadline <= now {
                return Err(Rejected::too_late(wait));
            }
            ticket
                .wait((now + pause.max(SHORTEST_PAUSE)).min(deadline))
                .await;
        }
    }

    /// Tells the limiter what came of a request, and returns for how long the window is closed now.
    pub(super) async fn settle(
        &self,
        place: Place,
        usage: Usage,
        headers: RateHeaders,
    ) -> Duration {
        lock(&self.unheard).push(Heard {
            place,
            usage,
            headers,
        });
        let closed_for = match &self.window {
            Some(window) => self.tell(window).await.unwrap_or_default(),
            None => Duration::ZERO,
        };
        self.queue.wake_first();
        if usage == Usage::Throttled {
            self.queue
                .wake_who_cannot_wait_until(Instant::now() + closed_for.min(LONGEST_PATIENCE));
        }
        closed_for
    }

    /// Does the same for a request whose caller is gone. If no runtime is there to do it now, it is done before the next
    /// place is reserved.
    pub(super) fn settle_later(self: Arc<Self>, place: Place, usage: Usage) {
        lock(&self.unheard).push(Heard {
            place,
            usage,
            headers: RateHeaders::default(),
        });
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if let Some(window) = &self.window {
                    let _ = self.tell(window).await;
                }
                self.queue.wake_first();
            });
        }
    }

    /// Tells the limiter everything that it hasn't been told yet. If a call fails or is dropped half-way, it is made
    /// again later.
    async fn tell(&self, window: &Window) -> Result<Duration, BoxError> {
        let mut closed_for = Duration::ZERO;
        loop {
            let heard = lock(&self.unheard).pop();
            let Some(heard) = heard else {
                return Ok(closed_for);
            };
            let telling = Telling {
                unheard: &self.unheard,
                heard: Some(heard),
            };
            closed_for = telling.tell(&*self.limiter, window).await?;
        }
    }

    /// When the limiter says that a request may be sent. `None` is now, as far as is known.
    #[allow(
        clippy::disallowed_methods,
        reason = "this time is for people to read, and nothing is decided by it"
    )]
    pub(super) fn opens_at(&self) -> Option<(SystemTime, WaitingFor)> {
        let (at, waiting_for) = (*lock(&self.opens_at))?;
        let wait = at.checked_duration_since(Instant::now())?;
        let at = SystemTime::now().checked_add(wait)?;
        (!wait.is_zero()).then_some((at, waiting_for))
    }

    fn note(&self, until: Instant, waiting_for: WaitingFor) {
        *lock(&self.opens_at) = Some((until, waiting_for));
    }
}

/// Puts back what the limiter was not told after all.
struct Telling<'a> {
    unheard: &'a Mutex<Vec<Heard>>,
    heard: Option<Heard>,
}

impl Telling<'_> {
    async fn tell(
        mut self,
        limiter: &dyn DynLimiter,
        window: &Window,
    ) -> Result<Duration, BoxError> {
        let Some(heard) = &self.heard else {
            return Ok(Duration::ZERO);
        };
        let told = limiter.settle(window, &heard.place, heard.usage, &heard.headers);
        let closed_for = told.await?;
        self.heard = None;
        Ok(closed_for)
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        lock(self.unheard).extend(self.heard.take());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nobody waits for longer than this. It keeps the deadline within what a clock can tell.
const LONGEST_PATIENCE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// If the limiter takes longer than this to answer the first caller, the next one asks too.
const SLOWEST_ANSWER: Duration = Duration::from_secs(5);
/// Another process may get the answer that decides, so the limiter is asked this often.
const ASK_FOR_AN_ANSWER: Duration = Duration::from_millis(200);
/// Another process may find that the window has room earlier.
const ASK_AGAIN: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
