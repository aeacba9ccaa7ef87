//! Counts the requests that a run sends: ⌈N / batch⌉ without faults, and how many more if one answer in a
//! hundred is lost. Nothing is timed. The counts are asserted, in the smoke run too.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark"
)]

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use support::answers;
use support::responder::{Responder, one_in_a_hundred};
use unpost::{RateLimit, Retry, Summary, genviral};

fn main() {
    let posts: usize = if support::is_smoke() { 510 } else { 20_010 };
    println!(
        "{:>24}  {:>6}  {:>9}  {:>5}  {:>8}  {:>6}",
        "", "posts", "requests", "least", "lost", "more"
    );
    for (name, batch) in [
        ("Ayrshare, one by one", 1),
        ("Ayrshare, 50 at a time", 50),
        ("Genviral, 50 at a time", 50),
    ] {
        let is_genviral = name.starts_with("Genviral");
        let least = posts.div_ceil(batch);
        for lossy in [false, true] {
            // These are more than enough requests. Answers to retries are lost as well.
            let lost = if lossy {
                one_in_a_hundred(1, 2 * least)
            } else {
                Default::default()
            };
            let hung_up = lost.clone();
            let server = Responder::start(move |number, body| {
                let answer = match batch {
                    1 => answers::http(answers::ONE_POST),
                    _ if is_genviral => answers::http(&answers::genviral_answer_to(body)),
                    _ => answers::http(&answers::ayrshare_answer_to(body)),
                };
                (!hung_up.contains(&number)).then_some(answer)
            });
            let summary =
                support::runtime().block_on(run(is_genviral, batch, posts, server.address));
            let sent = server.received();
            let lost = lost.iter().filter(|number| **number <= sent).count();
            assert_eq!(summary.deleted, posts, "{summary}");
            assert_eq!(
                sent,
                least + lost,
                "one more for each lost answer, and no other"
            );
            println!(
                "{name:>24}  {posts:>6}  {sent:>9}  {least:>5}  {lost:>8}  {:>5.1}%",
                100.0 * (sent - least) as f64 / least as f64
            );
        }
    }
}

async fn run(is_genviral: bool, batch: usize, posts: usize, server: SocketAddr) -> Summary {
    // The waits are short, because only the number of requests matters here.
    let retry = Retry::attempts(4).backoff(Duration::from_millis(1), Duration::from_millis(1));
    if !is_genviral {
        let client = support::unlimited_builder(server).retry(retry);
        let client = client.build().expect("a client");
        let ids = answers::ayrshare_ids(posts);
        let run = client.delete_many(ids).batch_size(batch).run();
        return run.summary().await;
    }
    let client = genviral::Client::builder(support::API_KEY)
        .base_url(format!("http://{server}"))
        .rate_limit(RateLimit::unlimited())
        .retry(retry);
    let client = client.build().expect("a client");
    let ids = answers::genviral_ids(posts);
    client.delete_many(ids).run().summary().await
}
