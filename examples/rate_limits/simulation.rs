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
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use unpost::{Pacer, RateHeaders, RateLimit, Ready, Usage, WaitingFor};

pub(crate) const LIMIT: u32 = 300;
pub(crate) const WINDOW: Duration = Duration::from_secs(300);
pub(crate) const WORKERS: usize = 8;
pub(crate) const LATENCY: Duration = Duration::from_millis(200);

/// When the run begins. Windows and other processes can begin before it.
const START: Duration = Duration::from_secs(100_000);
/// The same for the pacer: any time will do.
const ORIGIN: SystemTime = UNIX_EPOCH;

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
    pub(crate) window: Duration,
    pub(crate) headers: bool,
    /// How many requests the client has under way at a time.
    pub(crate) workers: usize,
    /// After how many requests the client is killed and started again, and what the new process knows.
    pub(crate) restart: Option<(usize, Kept)>,
}

/// What a process that was killed leaves to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The pacer itself.
    Pacer,
    /// When each request was sent, and when each 429 came.
    Times,
}

impl Scene {
    pub(crate) const fn new(counting: Counting) -> Self {
        Self {
            counting,
            used: (0, Duration::ZERO),
            other_every: None,
            limit: LIMIT,
            window: WINDOW,
            headers: true,
            workers: WORKERS,
            restart: None,
        }
    }

    pub(crate) const fn restarted(self, after: usize, kept: Kept) -> Self {
        Self {
            restart: Some((after, kept)),
            ..self
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

    pub(crate) const fn within(self, window: Duration) -> Self {
        Self { window, ..self }
    }

    pub(crate) const fn by(self, workers: usize) -> Self {
        Self { workers, ..self }
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
    let mut server = Server::new(scene);
    let mut workers = Workers::new(strategy, scene.workers);
    let mut run = Run {
        time: Duration::ZERO,
        done: Vec::new(),
        refused: Vec::new(),
        spent: false,
    };
    let mut begun = 0;
    // The number of the process.
    let mut process = 0;
    let mut looks_at = None;
    let mut events = Events::default();
    for worker in 0..scene.workers {
        events.add(Duration::ZERO, Event::Ask { worker, process });
    }
    while let Some((now, number, event)) = events.next() {
        match event {
            Event::Ask {
                worker,
                process: asking,
            } if asking == process => workers.waiting.push_back(worker),
            Event::Ask { .. } | Event::Look => {}
            Event::Arrive(request) => {
                let (accepted, count) = server.take(START + now);
                let answer = Event::Answer {
                    request,
                    accepted,
                    count,
                };
                events.add(request.sent + request.latency, answer);
            }
            Event::Answer { request, .. } if request.process != process => {}
            Event::Answer {
                request,
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
                let headers = scene.headers.then_some((scene.limit, count));
                workers.answered(now, request, accepted, headers);
                let worker = request.worker;
                events.add(now, Event::Ask { worker, process });
                if let Some((after, kept)) = scene.restart
                    && process == 0
                    && run.done.len() == after
                {
                    // The answers that are under way are never read, so those requests are made again.
                    begun = after;
                    process += 1;
                    workers.restart(now, kept);
                    for worker in 0..scene.workers {
                        events.add(now, Event::Ask { worker, process });
                    }
                }
            }
        }
        // Whoever may go, goes. The first of those who wait looks again when it is told to.
        while begun < requests
            && let Some((worker, ready)) = workers.look(now)
        {
            match ready {
                Ready::Now => {
                    begun += 1;
                    workers.sent(now);
                    let request = Request {
                        worker,
                        process,
                        sent: now,
                        latency: latency(number),
                    };
                    events.add(now + request.latency / 2, Event::Arrive(request));
                }
                Ready::At { at, .. } => {
                    let at = at.duration_since(ORIGIN).unwrap();
                    if looks_at.is_none_or(|looks_at| at < looks_at || looks_at <= now) {
                        looks_at = Some(at);
                        events.add(at, Event::Look);
                    }
                    break;
                }
                // The day's budget of 429s is used up.
                _ => {
                    run.spent = true;
                    break;
                }
            }
        }
        if run.spent {
            break;
        }
    }
    run
}

/// When each request could be done at the earliest, if the eight workers knew all that the server knows.
pub(crate) fn optimum(scene: Scene, requests: usize) -> Vec<Duration> {
    let mut server = Server::new(scene);
    let mut free: BinaryHeap<_> = (0..scene.workers)
        .map(|_| Reverse(Duration::ZERO))
        .collect();
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

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A worker wants to send a request.
    Ask {
        worker: usize,
        process: u32,
    },
    /// A worker that waits looks again.
    Look,
    Arrive(Request),
    Answer {
        request: Request,
        accepted: bool,
        count: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    worker: usize,
    process: u32,
    sent: Duration,
    latency: Duration,
}

/// The events to come, by time. Those at the same time are in the order in which they were added.
#[derive(Default)]
struct Events {
    queue: BinaryHeap<Reverse<(Duration, u32, Event)>>,
    added: u32,
}

impl Events {
    fn add(&mut self, at: Duration, event: Event) {
        self.added += 1;
        self.queue.push(Reverse((at, self.added, event)));
    }

    /// The next event, with its time and its number.
    fn next(&mut self) -> Option<(Duration, u32, Event)> {
        self.queue.pop().map(|Reverse(event)| event)
    }
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
            .map(|_| START - scene.window * 3 / 2 + Duration::from_millis(1_234));
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
            Counting::Sliding => self.counted[0] + self.scene.window,
            Counting::Opened | Counting::Aligned(_) => self.end,
        }
        .max(now + Duration::from_micros(1))
    }

    fn count(&mut self, now: Duration) {
        if self.scene.counting == Counting::Opened && self.counted.is_empty() {
            self.end = now + self.scene.window;
        }
        self.counted.push_back(now);
    }

    fn forget(&mut self, now: Duration) {
        match self.scene.counting {
            Counting::Sliding => {
                while self
                    .counted
                    .front()
                    .is_some_and(|at| *at + self.scene.window <= now)
                {
                    self.counted.pop_front();
                }
            }
            Counting::Opened if self.end <= now => self.counted.clear(),
            Counting::Aligned(left) => {
                self.end = START + left;
                while self.end <= now {
                    self.end += self.scene.window;
                }
                let start = self.end - self.scene.window;
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
    pacer: Pacer,
    /// Those who want to send a request, in the order in which they came.
    waiting: VecDeque<usize>,
    /// For each worker, how many 429s it got in a row, and when it goes on.
    refused: Vec<(u32, Duration)>,
    next_token: Duration,
    /// When each request was sent, and when each 429 came.
    sent: Vec<SystemTime>,
    throttled: Vec<SystemTime>,
}

impl Workers {
    fn new(strategy: Strategy, workers: usize) -> Self {
        Self {
            strategy,
            pacer: Pacer::new(Self::limit(strategy)),
            waiting: VecDeque::new(),
            refused: vec![(0, Duration::ZERO); workers],
            next_token: Duration::ZERO,
            sent: Vec::new(),
            throttled: Vec::new(),
        }
    }

    fn limit(strategy: Strategy) -> RateLimit {
        match strategy {
            Strategy::Unlimited => RateLimit::unlimited(),
            _ => RateLimit::new(LIMIT, WINDOW),
        }
    }

    /// The process is killed, and another one goes on with what this one has written down.
    fn restart(&mut self, now: Duration, kept: Kept) {
        self.waiting.clear();
        self.pacer = match kept {
            Kept::Pacer => {
                let stored = serde_json::to_string(&self.pacer).unwrap();
                let mut pacer: Pacer = serde_json::from_str(&stored).unwrap();
                pacer.take_over(ORIGIN + now);
                pacer
            }
            Kept::Times => {
                let mut pacer = Pacer::new(Self::limit(self.strategy));
                pacer.restore(ORIGIN + now, &self.sent, &self.throttled);
                pacer
            }
        };
    }

    /// Says of the worker whose turn it is whether it may send. If so, the worker is taken from those who wait.
    fn look(&mut self, now: Duration) -> Option<(usize, Ready)> {
        let may_go_at = |worker: usize| match self.strategy {
            Strategy::EvenRate => self.next_token.max(self.refused[worker].1),
            _ => self.refused[worker].1,
        };
        let (index, ready) = match self.strategy {
            Strategy::Limiter | Strategy::Unlimited => {
                self.waiting.front()?;
                (0, self.pacer.ready(ORIGIN + now))
            }
            Strategy::Backoff | Strategy::EvenRate => {
                let waiting = self.waiting.iter().enumerate();
                let next = waiting.min_by_key(|(_, worker)| may_go_at(**worker))?;
                let (index, at) = (next.0, may_go_at(*next.1));
                let waiting_for = WaitingFor::RateLimit;
                let wait = Ready::At {
                    at: ORIGIN + at,
                    waiting_for,
                };
                (index, if at <= now { Ready::Now } else { wait })
            }
        };
        let worker = self.waiting[index];
        if ready == Ready::Now {
            self.waiting.remove(index);
        }
        Some((worker, ready))
    }

    fn sent(&mut self, now: Duration) {
        self.pacer.sent(ORIGIN + now);
        self.sent.push(ORIGIN + now);
        self.next_token = now + WINDOW / LIMIT;
    }

    fn answered(
        &mut self,
        now: Duration,
        request: Request,
        accepted: bool,
        window: Option<(u32, u32)>,
    ) {
        let mut headers = RateHeaders::default();
        headers.max = window.map(|(max, _)| max);
        headers.count = window.map(|(_, count)| count);
        let usage = if accepted {
            Usage::Answered
        } else {
            self.throttled.push(ORIGIN + now);
            Usage::Throttled
        };
        self.pacer
            .settle(ORIGIN + now, ORIGIN + request.sent, usage, &headers);
        let (times, at) = &mut self.refused[request.worker];
        *times = if accepted { 0 } else { *times + 1 };
        let wait = Duration::from_secs(1 << times.saturating_sub(1).min(6));
        *at = if accepted {
            now
        } else {
            now + wait.min(Duration::from_secs(60))
        };
    }
}

/// When the last request was done.
pub(crate) fn last(done: &[Duration]) -> Duration {
    done.last().copied().unwrap_or_default()
}
