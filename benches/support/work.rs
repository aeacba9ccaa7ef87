//! What is measured, by name. The crate's own way comes first, and then the one that it replaces.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::ready;
use futures_util::stream::{self, StreamExt as _};
use tokio::runtime::Runtime;
use unpost::internals::Operation as _;
use unpost::{DeleteMany, JsonLines, RateLimit, ayrshare, genviral};

use super::by_hand::{AyrsharePost, GenviralAnswer, Hyper, Reqwest};
use super::{answers, runtime, unlimited_builder};

pub struct Work {
    runtime: Runtime,
    unpost: ayrshare::Client,
    unlimited: ayrshare::Client,
    reqwest: Reqwest,
    hyper: Hyper,
    genviral: (genviral::DeleteRequest, Vec<u8>),
    ayrshare: (ayrshare::DeleteRequest, Vec<u8>),
}

pub const ONE_DELETE: [&str; 4] = [
    "one delete",
    "one delete by reqwest",
    "the same, prepared",
    "one delete by hyper",
];
pub const GENVIRAL: [&str; 2] = ["50 posts of Genviral's", "50 posts by serde"];
pub const AYRSHARE: [&str; 2] = ["500 posts of Ayrshare's", "500 posts by serde"];
pub const EIGHT_AT_ONCE: [&str; 3] = ["delete_many(8)", "buffer_unordered(8)", "a loop"];
pub const THIRTY_TWO_AT_ONCE: [&str; 2] = ["delete_many(32)", "buffer_unordered(32)"];
pub const WITH_A_JOURNAL: [&str; 3] = [
    "delete_many(32)",
    "buffer_unordered(32)",
    "delete_many(32), journal",
];
/// What valgrind counts, and over how many calls.
pub const COUNTED: [(&[&str], usize); 3] = [(&ONE_DELETE, 500), (&GENVIRAL, 50), (&AYRSHARE, 5)];

const ID: &str = "p8Ee6xDPx8PRxsjtDXf3";

impl Work {
    /// `server` answers as Ayrshare does.
    pub fn new(server: SocketAddr) -> Self {
        let runtime = runtime();
        let genviral = answers::genviral_ids(50);
        let ayrshare = answers::ayrshare_ids(500);
        Self {
            // This window never fills, but the limiter counts as usual.
            unpost: unlimited_builder(server)
                .rate_limit(RateLimit::new(u32::MAX, Duration::from_secs(300)))
                .build()
                .expect("a client"),
            unlimited: unlimited_builder(server).build().expect("a client"),
            reqwest: Reqwest::new(server),
            hyper: runtime.block_on(Hyper::connect(server)),
            runtime,
            genviral: (
                genviral::DeleteRequest::bulk(&genviral),
                answers::genviral_bulk(&genviral),
            ),
            ayrshare: (
                ayrshare::DeleteRequest::bulk(&ayrshare),
                answers::ayrshare_bulk(&ayrshare),
            ),
        }
    }

    /// Does the work of this name so many times, one after the other.
    pub fn run(&mut self, name: &str, calls: usize) {
        let Self {
            runtime,
            unpost,
            unlimited,
            reqwest,
            hyper,
            genviral,
            ayrshare,
        } = self;
        let ((asked_genviral, genviral), (asked_ayrshare, ayrshare)) = (genviral, ayrshare);
        match name {
            "one delete" => runtime.block_on(async {
                for _ in 0..calls {
                    let request = ayrshare::DeleteRequest::by_id(ID);
                    black_box(unpost.delete(request).await.expect("deleted"));
                }
            }),
            "one delete by reqwest" => runtime.block_on(async {
                for _ in 0..calls {
                    black_box(reqwest.delete(ID).await.expect("deleted"));
                }
            }),
            "the same, prepared" => runtime.block_on(async {
                for _ in 0..calls {
                    black_box(reqwest.delete_prepared(ID).await.expect("deleted"));
                }
            }),
            "one delete by hyper" => runtime.block_on(async {
                for _ in 0..calls {
                    black_box(hyper.delete(ID).await.expect("deleted"));
                }
            }),
            "50 posts of Genviral's" => repeat(calls, || {
                let reading =
                    asked_genviral.decode(asked_genviral.posts(), 200, black_box(genviral));
                assert!(black_box(reading.posts).iter().all(Option::is_some));
            }),
            "50 posts by serde" => repeat(calls, || {
                let answer = serde_json::from_slice::<GenviralAnswer>(black_box(genviral));
                black_box(answer.expect("its shape"));
            }),
            "500 posts of Ayrshare's" => repeat(calls, || {
                let reading =
                    asked_ayrshare.decode(asked_ayrshare.posts(), 200, black_box(ayrshare));
                assert!(black_box(reading.posts).iter().all(Option::is_some));
            }),
            "500 posts by serde" => repeat(calls, || {
                let answer = serde_json::from_slice::<Vec<AyrsharePost>>(black_box(ayrshare));
                black_box(answer.expect("its shape"));
            }),
            "a loop" => runtime.block_on(async {
                for n in 0..calls {
                    black_box(reqwest.delete(&format!("post-{n}")).await.expect("deleted"));
                }
            }),
            "delete_many(8)" => runtime.block_on(delete_many(unlimited, calls, 8)),
            "delete_many(32)" => runtime.block_on(delete_many(unlimited, calls, 32)),
            "delete_many(32), journal" => runtime.block_on(journaled(unlimited, calls, 32)),
            "buffer_unordered(8)" => runtime.block_on(buffer_unordered(reqwest, calls, 8)),
            "buffer_unordered(32)" => runtime.block_on(buffer_unordered(reqwest, calls, 32)),
            _ => panic!("nothing is called {name}"),
        }
    }
}

async fn delete_many(client: &ayrshare::Client, posts: usize, at_once: usize) {
    read(client.delete_many(ids(posts)).concurrency(at_once), posts).await;
}

/// The same with a journal in a new file.
async fn journaled(client: &ayrshare::Client, posts: usize, at_once: usize) {
    let name = format!("unpost-bench-{}.jsonl", std::process::id());
    let path = std::env::temp_dir().join(name);
    let journal = JsonLines::open(&path).expect("a journal");
    let many = client.delete_many(ids(posts)).concurrency(at_once);
    read(many.journal(journal), posts).await;
    std::fs::remove_file(&path).expect("its file");
}

fn ids(posts: usize) -> impl Iterator<Item = String> {
    (0..posts).map(|n| format!("post-{n}"))
}

async fn read(many: DeleteMany<'_, ayrshare::Client>, posts: usize) {
    let outcomes = many.run();
    let deleted = outcomes
        .filter(|outcome| ready(outcome.fate.is_gone()))
        .count()
        .await;
    assert_eq!(deleted, posts);
}

async fn buffer_unordered(client: &Reqwest, posts: usize, at_once: usize) {
    let deletes = stream::iter(0..posts).map(async |n| client.delete(&format!("post-{n}")).await);
    let outcomes = deletes.buffer_unordered(at_once);
    let deleted = outcomes
        .filter(|outcome| ready(outcome.is_some()))
        .count()
        .await;
    assert_eq!(deleted, posts);
}

fn repeat(times: usize, work: impl Fn()) {
    (0..times).for_each(|_| work());
}
