//! Simulates eight workers and a server without a clock, so that a run of hours takes milliseconds and always
//! has the same result.
//!
//! Times are counted from the beginning of the run, which the server calls `START`.

#![allow(
    clippy::indexing_slicing,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    reason = "a simulation that goes wrong should say so loudly"
)]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use unpost::RateLimit;
use unpost::internals::{AttemptKind, Head, Pacer, RateHeaders, Ready, ThrottledBy};

pub(crate) const LIMIT: u32 = 300;
pub(crate) const WINDOW: Duration = Duration::from_secs(300);
pub(crate) const WORKERS: usize = 8;
pub(crate) const LATENCY: Duration = Duration::from_millis(200);

/// When the run begins. Windows and other processes can begin before it.
const START: Duration = Duration::from_secs(100_000);

/// How a provider may count "300 requests in 5 minutes".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// A window opens with the first request after the last window has ended.
    Opened,
    /// Windows end by the clock. The first one ends this long after the run begins.
    Aligned(Duration),
    /// Each request counts for five minutes.
    Sliding,
}

/// A server to run against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    pub(crate) counting: Counting,
    /// How many requests counted already, all sent at the same time, and how long before the run.
    pub(crate) used: (u32, Duration),
    /// How often another process sends a request. Each of those counts, even if there is no room.
    pub(crate) other_every: Option<Duration>,
    /// How many requests the server really allows. Its headers say so, if it sends any.
    pub(crate) limit: u32,
    pub(crate) headers: bool,
}

impl Scene {
    pub(crate) const fn new(counting: Counting) -> Self {
        Self {
            counting,
            used: (0, Duration::ZERO),
            other_every: None,
            limit: LIMIT,
            headers: true,
        }
    }

    pub(crate) const fn used(self, requests: u32, ago: Duration) -> Self {
        Self {
            used: (requests, ago),
            ..self
        }
    }

    pub(crate) const fn allowing(self, limit: u32) -> Self {
        Self { limit, ..self }
    }

    /// The same server, but without headers.
    pub(crate) const fn mute(self) -> Self {
        Self {
            headers: false,
            ..self
        }
    }

    pub(crate) const fn shared(self, other_every: Duration) -> Self {
        Self {
            other_every: Some(other_every),
            ..self
        }
    }
}

/// Who decides when a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// This crate's limiter, which is told the window.
    Limiter,
    /// This crate's limiter, which is told nothing.
    Unlimited,
    /// No limiter: after a 429, a worker waits 1 s, 2 s, 4 s, … up to a minute.
    Backoff,
    /// One request a second: a token bucket that holds one.
    EvenRate,
}

/// The result of a run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) time: Duration,
    /// When each request that was accepted was answered.
    pub(crate) done: Vec<Duration>,
    /// When each 429 arrived.
    pub(crate) refused: Vec<Duration>,
    /// Whether the limiter's budget of 429s ended the run early.
    pub(crate) spent: bool,
}

/// Runs until `requests` were accepted.
pub(crate) fn run(scene: Scene, strategy: Strategy, requests: usize) -> Run {
    run_with(scene, strategy, requests, |_| LATENCY)
}

/// The same, with a latency that depends on the number of an event. The server counts a request half-way.
pub(crate) fn run_with(
    scene: Scene,
    strategy: Strategy,
    requests: usize,
    latency: impl Fn(u32) -> Duration,
) -> Run {
    let origin = origin();
    let mut server = Server::new(scene);
    let mut workers = Workers::new(strategy, origin);
    let mut run = Run {
        time: Duration::ZERO,
        done: Vec::new(),
        refused: Vec::new(),
        spent: false,
    };
    let (mut begun, mut order) = (0, 0_u32);
    // The events to come, by time. Those at the same time are in the order in which they were added.
    let mut events = BinaryHeap::new();
    let mut arrange = |events: &mut BinaryHeap<_>, at: Duration, event| {
        order += 1;
        events.push(Reverse((at, order, event)));
        order
    };
    for worker in 0..WORKERS {
        arrange(&mut events, Duration::ZERO, Event::Ask { worker });
    }
    while let Some(Reverse((now, number, event))) = events.pop() {
        match event {
            Event::Ask { .. } if begun >= requests => {}
            Event::Ask { worker } => match workers.ready(now, worker) {
                Ready::Now => {
                    begun += 1;
                    workers.sent(now);
                    let latency = latency(number);
                    arrange(
                        &mut events,
                        now + latency / 2,
                        Event::Arrive {
                            worker,
                            sent: now,
                            latency,
                        },
                    );
                }
                Ready::At(at) => {
                    arrange(&mut events, at - origin, Event::Ask { worker });
                }
                // The day's budget of 429s is used up.
                _ => run.spent = true,
            },
            Event::Arrive {
                worker,
                sent,
                latency,
            } => {
                let (accepted, count) = server.take(START + now);
                arrange(
                    &mut events,
                    sent + latency,
                    Event::Answer {
                        worker,
                        sent,
                        accepted,
                        count,
                    },
                );
            }
            Event::Answer {
                worker,
                sent,
                accepted,
                count,
            } => {
                if accepted {
                    run.done.push(now);
                    run.time = now;
                } else {
                    run.refused.push(now);
                    begun -= 1;
                }
                workers.answered(
                    now,
                    sent,
                    worker,
                    accepted,
                    scene.headers.then_some((scene.limit, count)),
                );
                arrange(&mut events, now, Event::Ask { worker });
            }
        }
    }
    run
}

/// When each request could be done at the earliest, if the eight workers knew all that the server knows.
pub(crate) fn optimum(scene: Scene, requests: usize) -> Vec<Duration> {
    let mut server = Server::new(scene);
    let mut free: BinaryHeap<_> = (0..WORKERS).map(|_| Reverse(Duration::ZERO)).collect();
    let mut done = Vec::new();
    let mut last = START;
    while let (true, Some(Reverse(at))) = (done.len() < requests, free.pop()) {
        let mut arrival = last.max(START + at + LATENCY / 2);
        while !server.advance_and_look_for_room(arrival) {
            arrival = server.next_change(arrival);
        }
        server.take(arrival);
        last = arrival;
        done.push(arrival - START + LATENCY / 2);
        free.extend(done.last().copied().map(Reverse));
    }
    done
}

/// What happens to a worker's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Ask {
        worker: usize,
    },
    Arrive {
        worker: usize,
        sent: Duration,
        latency: Duration,
    },
    Answer {
        worker: usize,
        sent: Duration,
        accepted: bool,
        count: u32,
    },
}

struct Server {
    scene: Scene,
    /// When the current window ends.
    end: Duration,
    /// When the requests arrived that count now.
    counted: VecDeque<Duration>,
    other_next: Option<Duration>,
}

impl Server {
    fn new(scene: Scene) -> Self {
        let end = if let Counting::Aligned(left) = scene.counting {
            START + left
        } else {
            Duration::ZERO
        };
        let mut server = Self {
            scene,
            end,
            counted: VecDeque::new(),
            other_next: None,
        };
        let (used, ago) = scene.used;
        (0..used).for_each(|_| server.count(START - ago));
        // Another process isn't in step with the window.
        server.other_next = scene
            .other_every
            .map(|_| START - WINDOW * 3 / 2 + Duration::from_millis(1_234));
        server
    }

    /// Takes a request of ours. Returns whether there was room, and how many requests count now.
    fn take(&mut self, now: Duration) -> (bool, u32) {
        let accepted = self.advance_and_look_for_room(now);
        if accepted {
            self.count(now);
        }
        (accepted, u32::try_from(self.counted.len()).unwrap())
    }

    fn advance_and_look_for_room(&mut self, now: Duration) -> bool {
        while let (Some(next), Some(every)) = (
            self.other_next.filter(|next| *next <= now),
            self.scene.other_every,
        ) {
            self.other_next = Some(next + every);
            self.forget(next);
            self.count(next);
        }
        self.forget(now);
        self.counted.len() < self.scene.limit as usize
    }

    /// When there may next be more room.
    fn next_change(&self, now: Duration) -> Duration {
        match self.scene.counting {
            Counting::Sliding => self.counted[0] + WINDOW,
            Counting::Opened | Counting::Aligned(_) => self.end,
        }
        .max(now + Duration::from_micros(1))
    }

    fn count(&mut self, now: Duration) {
        if self.scene.counting == Counting::Opened && self.counted.is_empty() {
            self.end = now + WINDOW;
        }
        self.counted.push_back(now);
    }

    fn forget(&mut self, now: Duration) {
        match self.scene.counting {
            Counting::Sliding => {
                while self.counted.front().is_some_and(|at| *at + WINDOW <= now) {
                    self.counted.pop_front();
                }
            }
            Counting::Opened if self.end <= now => self.counted.clear(),
            Counting::Aligned(left) => {
                self.end = START + left;
                while self.end <= now {
                    self.end += WINDOW;
                }
                let start = self.end - WINDOW;
                while self.counted.front().is_some_and(|at| *at < start) {
                    self.counted.pop_front();
                }
            }
            Counting::Opened => {}
        }
    }
}

struct Workers {
    strategy: Strategy,
    origin: Instant,
    pacer: Pacer,
    /// For each worker, how many 429s it got in a row, and when it goes on.
    refused: [(u32, Duration); WORKERS],
    next_token: Duration,
}

impl Workers {
    fn new(strategy: Strategy, origin: Instant) -> Self {
        let limit = if strategy == Strategy::Unlimited {
            RateLimit::unlimited()
        } else {
            RateLimit::new(LIMIT, WINDOW)
        };
        let pacer = Pacer::new(limit);
        Self {
            strategy,
            origin,
            pacer,
            refused: [(0, Duration::ZERO); WORKERS],
            next_token: Duration::ZERO,
        }
    }

    fn ready(&mut self, now: Duration, worker: usize) -> Ready {
        let at = match self.strategy {
            Strategy::Limiter | Strategy::Unlimited => return self.pacer.ready(self.origin + now),
            Strategy::Backoff => self.refused[worker].1,
            Strategy::EvenRate => self.next_token.max(self.refused[worker].1),
        };
        if at <= now {
            Ready::Now
        } else {
            Ready::At(self.origin + at)
        }
    }

    fn sent(&mut self, now: Duration) {
        self.pacer.sent(self.origin + now);
        self.next_token = now + WINDOW / LIMIT;
    }

    fn answered(
        &mut self,
        now: Duration,
        sent: Duration,
        worker: usize,
        accepted: bool,
        window: Option<(u32, u32)>,
    ) {
        let rate = RateHeaders {
            max: window.map(|(max, _)| max),
            count: window.map(|(_, count)| count),
            ..RateHeaders::default()
        };
        let (kind, status) = if accepted {
            (AttemptKind::Answered, 200)
        } else {
            (AttemptKind::Throttled(ThrottledBy::Profile), 429)
        };
        let (now_there, sent_there) = (self.origin + now, self.origin + sent);
        self.pacer
            .settle(now_there, sent_there, kind, Some(&Head { status, rate }));
        let times = if accepted {
            0
        } else {
            self.refused[worker].0 + 1
        };
        let wait =
            Duration::from_secs(1 << times.saturating_sub(1).min(6)).min(Duration::from_secs(60));
        self.refused[worker] = (times, if accepted { now } else { now + wait });
    }
}

/// Where virtual time begins: any instant will do.
#[allow(
    clippy::disallowed_methods,
    reason = "there is no other way to get an instant, and its value doesn't matter"
)]
pub(crate) fn origin() -> Instant {
    Instant::now()
}

/// When the last request was done.
pub(crate) fn last(done: &[Duration]) -> Duration {
    done.last().copied().unwrap_or_default()
}
