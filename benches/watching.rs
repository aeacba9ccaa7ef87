//! What it costs to watch a run, and to wait: readers who take their time, calls of `progress`, and callers who
//! wait for a place in the window.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark, which looks at the clock, blocks its readers and starts tasks"
)]

mod support;

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use support::responder::Responder;
use support::{API_KEY, answers, is_smoke, runtime};
use tokio::time::sleep;
use unpost::{
    Batch, DeleteMany, DeletePosts, Fate, Outcome, Provider, RateLimit, Summary, ayrshare,
    blocking, genviral,
};

fn main() {
    slow_readers();
    progress();
    waiting_callers();
}

/// How a run is read.
#[derive(Clone, Copy)]
enum Reader {
    Async,
    /// The reader blocks the only thread of its runtime.
    AsyncOnABlockedThread,
    Blocking,
}

/// What is read, and how long the reader takes for each outcome.
#[derive(Clone, Copy)]
struct Reading {
    row: Duration,
    posts: usize,
    batch: usize,
}

/// All readers read at the same time, each from a server of its own.
fn slow_readers() {
    let reading = |millis, posts, batch| Reading {
        row: Duration::from_millis(millis),
        posts,
        batch,
    };
    let readings = if is_smoke() {
        vec![reading(0, 10, 5)]
    } else {
        vec![
            reading(0, 1_000, 50),
            reading(30, 1_000, 50),
            reading(300, 100, 5),
        ]
    };
    let readers = [
        ("async", Reader::Async),
        (
            "async, blocks its only thread",
            Reader::AsyncOnABlockedThread,
        ),
        ("blocking", Reader::Blocking),
    ];
    println!(
        "{:>30}  {:>6}  {:>6}  {:>6}  {:>8}  {:>9}  {:>8}  {:>5}",
        "reader", "a row", "posts", "batch", "deleted", "uncertain", "requests", "least"
    );
    thread::scope(|scope| {
        let running = readings
            .iter()
            .flat_map(|reading| readers.map(|reader| (*reading, reader)))
            .map(|(reading, (name, reader))| {
                scope.spawn(move || {
                    let (summary, requests) = read(reader, reading);
                    let Reading { row, posts, batch } = reading;
                    let (deleted, uncertain) = (summary.deleted, summary.uncertain);
                    let least = posts.div_ceil(batch);
                    println!(
                        "{name:>30}  {:>3} ms  {posts:>6}  {batch:>6}  {deleted:>8}  {uncertain:>9}  {requests:>8}  {least:>5}",
                        row.as_millis(),
                    );
                    assert_eq!((deleted, requests), (posts, least));
                })
            });
        running.for_each(drop);
    });
}

/// Reads a run to its end. Returns its summary and how many requests the server received.
fn read(reader: Reader, reading: Reading) -> (Summary, usize) {
    let server = Responder::start(|_, body| {
        let answer = answers::genviral_answer_to(body);
        Some(answers::http(&answer))
    });
    let client = genviral::Client::builder(API_KEY)
        .base_url(format!("http://{}/api", server.address))
        .rate_limit(RateLimit::unlimited())
        .attempt_timeout(Duration::from_secs(1))
        .build()
        .expect("a client");
    let Reading { row, posts, batch } = reading;
    let ids = answers::genviral_ids(posts);
    let mut summary = Summary::default();
    if let Reader::Blocking = reader {
        let client = blocking::Client::new(client).expect("a client");
        for outcome in client.delete_many(ids).batch_size(batch).run() {
            summary.add(&outcome);
            thread::sleep(row);
        }
    } else {
        runtime().block_on(async {
            let mut outcomes = client.delete_many(ids).batch_size(batch).run();
            while let Some(outcome) = outcomes.next().await {
                summary.add(&outcome);
                match reader {
                    Reader::Async => sleep(row).await,
                    _ => thread::sleep(row),
                }
            }
        });
    }
    (summary, server.received())
}

/// A provider inside this process, which deletes every post at once.
struct InProcess;

impl DeletePosts for InProcess {
    fn provider(&self) -> Provider {
        Provider::Other("acme".into())
    }

    fn batch_size(&self) -> usize {
        50
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        tokio::task::yield_now().await;
        let ids = batch.ids().iter();
        ids.map(|id| Outcome::new(id, self.provider(), Fate::Deleted))
            .collect()
    }
}

/// Asks a run for its progress every 100 µs, from another thread.
fn progress() {
    let posts = if is_smoke() { 1_000 } else { 1_000_000 };
    let outcomes = DeleteMany::new(InProcess, (0..posts).map(|n| format!("post-{n}"))).run();
    let handle = outcomes.handle();
    let (end, has_ended) = mpsc::channel::<()>();
    let watcher = thread::spawn(move || {
        let mut taken = Vec::new();
        while has_ended.recv_timeout(Duration::from_micros(100))
            == Err(mpsc::RecvTimeoutError::Timeout)
        {
            let begun = Instant::now();
            let progress = handle.progress();
            taken.push(begun.elapsed());
            drop(progress);
        }
        taken
    });
    let summary = runtime().block_on(outcomes.summary());
    assert_eq!(summary.deleted, posts);
    drop(end);
    let mut taken = watcher.join().expect("the times");
    taken.sort_unstable();
    let of_thousand = |part: usize| {
        let place = taken.len() * part / 1_000;
        taken.get(place).copied().unwrap_or_default()
    };
    println!(
        "\nprogress() of a run of {posts} posts, {} calls: median {:?}, 99.9 % within {:?}",
        taken.len(),
        of_thousand(500),
        of_thousand(999),
    );
}

/// How much of a core is used while so many callers wait for a place in Ayrshare's own window.
fn waiting_callers() {
    let (callers, seconds) = if is_smoke() { (10, 0) } else { (20_000, 10) };
    let server = Responder::start(|_, _| Some(answers::http(answers::ONE_POST)));
    let client = ayrshare::Client::builder(API_KEY)
        .base_url(format!("http://{}/api", server.address))
        .deadline(Duration::from_secs(30 * 24 * 60 * 60))
        .build()
        .expect("a client");
    let used = runtime().block_on(async {
        let calls = (0..callers).map(|n| {
            let client = client.clone();
            tokio::spawn(async move {
                let request = ayrshare::DeleteRequest::by_id(format!("post-{n}"));
                client.delete(request).await
            })
        });
        let calls: Vec<_> = calls.collect();
        // By now, the first 300 have been answered, and the others wait.
        sleep(Duration::from_secs(seconds / 2)).await;
        let before = time_on_a_core();
        sleep(Duration::from_secs(seconds)).await;
        let after = time_on_a_core();
        calls.iter().for_each(tokio::task::JoinHandle::abort);
        join_all(calls).await;
        after
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before))
    });
    match used {
        Some(used) => println!(
            "{callers} callers waited {seconds} s: {used:?} on a core, after {} requests",
            server.received(),
        ),
        None => println!("this system doesn't say how long a thread was on a core"),
    }
}

/// How long this thread has been on a core. Linux only.
fn time_on_a_core() -> Option<Duration> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = times.split_whitespace().next()?;
    nanos.parse().ok().map(Duration::from_nanos)
}
