//! What the benchmarks share: the server, the answers it gives, the same work done by hand, and ratios
//! that hardly change on a busy machine.

#![allow(dead_code, reason = "each benchmark uses its part of this")]

pub mod answers;
pub mod by_hand;
pub mod duel;
pub mod responder;
pub mod work;

/// Whether everything runs once and nothing is measured, as in `cargo bench -- --test` and
/// `cargo test --benches`.
pub fn is_smoke() -> bool {
    let arguments: Vec<_> = std::env::args().collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    has("--test") || !has("--bench")
}

pub fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// A client without a rate limit, because the benchmarks measure the work and not the waiting.
pub fn unlimited_builder(address: std::net::SocketAddr) -> unpost::ayrshare::ClientBuilder {
    unpost::ayrshare::Client::builder(API_KEY)
        .base_url(format!("http://{address}/api"))
        .rate_limit(unpost::RateLimit::unlimited())
}

pub const API_KEY: &str = "A-KEY-OF-THIRTY-TWO-CHARACTERS-X";
