//! The truth test: what the clients say of each post, held against what the provider really did.
//!
//! The provider is this crate's mock kit, so its state *is* the truth. A schedule decides everything else at
//! random: the posts, the ids with repetitions, batches, concurrency, limits, what befalls each request, calls
//! made beside the run, and a run that is stopped or dropped.
//!
//! Two tests play such schedules with the same clients:
//!
//! - `in_memory`: 10,000 schedules without a socket, on tokio's paused clock. The exchange knows of each
//!   request who made it and what it did, so this test can judge every outcome sharply.
//! - `over_connections`: 320 schedules through a proxy that breaks connections, on the real clock. Here it isn't
//!   always known who removed a post.
//!
//! A schedule that fails is made as simple as possible and printed as Rust, a call of `holds`: paste it into a
//! test at the end of `in_memory.rs`, and it stays one.

mod chaos;
mod client;
mod draw;
mod fault;
mod in_memory;
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
