//! The truth test compares what the clients say of each post with what the provider really did.
//!
//! The provider is this crate's mock kit, so its state *is* the truth. A schedule, drawn at random, decides
//! everything else: the posts, the ids with repetitions, batches, concurrency, limits, what happens to each
//! request, which calls are made beside the run, and whether the run is stopped or dropped.
//!
//! Three tests play such schedules with the same clients:
//!
//! - `in_memory`: 10,000 schedules without a socket, on tokio's paused clock. The exchange knows who
//!   made each request and what it did, so this test judges every outcome strictly.
//! - `over_connections`: 320 schedules through a proxy that breaks connections, on the real clock. This
//!   test doesn't always know who removed a post.
//! - `killed`: 200 schedules through the same proxy, with processes that are killed and started again with the same
//!   journal. All requests are theirs, so this test knows what they did.
//!
//! A schedule that fails is made as simple as possible and printed as a call of `holds`. To keep the schedule
//! as a test, paste the call into a new test at the end of `in_memory.rs`.

mod chaos;
mod client;
mod draw;
mod in_memory;
#[cfg(unix)]
mod killed;
mod mishap;
mod oracle;
mod over_connections;
mod provider;
mod run;
mod schedule;
mod search;
mod world;

use std::time::Duration;

fn ms(ms: impl Into<u64>) -> Duration {
    Duration::from_millis(ms.into())
}
