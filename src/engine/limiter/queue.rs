//! Callers who wait, in the order in which they came. Only the first of them watches the limiter.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// If the first caller doesn't look for this long after its time, its future isn't being polled. It must not hold up
/// the others, so the next one takes its turn.
const GRACE: Duration = Duration::from_millis(250);

/// A queue of callers. The first is woken when something changes, and the others when their turn comes.
///
/// The others also look from time to time whether the first one still does. They look more rarely the more of them
/// there are: all together about 500 times a second at most.
#[derive(Debug, Default)]
pub(super) struct Queue(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    /// The callers by number. A smaller number came earlier.
    callers: BTreeMap<u64, Arc<Caller>>,
    next_number: u64,
    /// When the first caller will look at the limiter again.
    first_looks_at: Option<Instant>,
}

#[derive(Debug)]
struct Caller {
    turn: Notify,
    /// The caller waits no longer than until then.
    deadline: Instant,
}

/// A caller's place in the queue. Dropping it leaves the queue.
pub(super) struct Ticket<'a> {
    queue: &'a Queue,
    number: u64,
    caller: Arc<Caller>,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting().callers.is_empty()
    }

    /// Joins the queue at its end.
    pub(super) fn join(&self, deadline: Instant) -> Ticket<'_> {
        let caller = Arc::new(Caller {
            turn: Notify::new(),
            deadline,
        });
        let mut waiting = self.waiting();
        let number = waiting.next_number;
        waiting.next_number += 1;
        waiting.callers.insert(number, Arc::clone(&caller));
        Ticket {
            queue: self,
            number,
            caller,
        }
    }

    /// Wakes the first caller, because it may be let through now.
    pub(super) fn wake_first(&self) {
        self.waiting().wake_first();
    }

    /// Wakes those who can't wait until then.
    pub(super) fn wake_who_cannot_wait_until(&self, until: Instant) {
        let waiting = self.waiting();
        let impatient = waiting.callers.values();
        let impatient = impatient.filter(|caller| caller.deadline < until);
        impatient.for_each(|caller| caller.turn.notify_one());
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn first(&self) -> Option<u64> {
        self.callers.first_key_value().map(|(number, _)| *number)
    }

    fn wake_first(&mut self) {
        if let Some((_, caller)) = self.callers.first_key_value() {
            caller.turn.notify_one();
            let now = Instant::now();
            self.first_looks_at = Some(self.first_looks_at.map_or(now, |at| at.min(now)));
        }
    }

    /// Takes a caller out. If that was the first one, it is the next one's turn.
    fn remove(&mut self, number: u64) {
        let was_first = self.first() == Some(number);
        self.callers.remove(&number);
        if was_first {
            self.first_looks_at = None;
            self.wake_first();
        }
    }
}

impl Ticket<'_> {
    /// Whether it is this caller's turn.
    pub(super) fn is_first(&self) -> bool {
        let mut waiting = self.queue.waiting();
        // A caller that was passed over takes its old place again.
        let place = waiting.callers.entry(self.number);
        place.or_insert_with(|| Arc::clone(&self.caller));
        let is_late = |at: Instant| at + GRACE < Instant::now();
        if let Some(first) = waiting.first().filter(|first| *first != self.number)
            && waiting.first_looks_at.is_some_and(is_late)
        {
            waiting.remove(first);
        }
        waiting.first() == Some(self.number)
    }

    /// Says that this caller is busy looking, and takes no longer than this for it.
    pub(super) fn looks_within(&self, time: Duration) {
        let mut waiting = self.queue.waiting();
        if waiting.first() == Some(self.number) {
            waiting.first_looks_at = Some(Instant::now() + time);
        }
    }

    /// Waits until this caller should look at the limiter again: at `until`, or when it is woken.
    pub(super) async fn wait(&self, until: Instant) {
        let until = {
            let mut waiting = self.queue.waiting();
            if waiting.first() == Some(self.number) {
                waiting.first_looks_at = Some(until);
                until
            } else {
                let callers = u64::try_from(waiting.callers.len()).unwrap_or(u64::MAX);
                let longest = callers.saturating_mul(4).clamp(250, 60_000);
                // They look at different times, even if they came at the same time.
                let earlier = self.number.wrapping_mul(0x9E37_79B1) % (longest / 2);
                let pause = Duration::from_millis(longest - earlier);
                self.caller.deadline.min(Instant::now() + pause)
            }
        };
        let _ = timeout_at(until, self.caller.turn.notified()).await;
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.queue.waiting().remove(self.number);
    }
}
