//! The path of a request, whatever the provider.
//!
//! ```text
//! client.rs ── call ──┬─ limiter     when may the next attempt be sent? (permit; pacer decides)
//!                     ├─ recorder    writes the request to a journal before it is sent, and what is known of it after
//!                     ├─ operation   what a provider implements: encode the request, decode the answer;
//!                     │              the reading says what the attempt came to (AttemptKind)
//!                     ├─ attempt ─┬─ exchange     sends the body once, returns an answer or a transport error
//!                     │           └─ active_time  how much of its time has the attempt used?
//!                     ├─ tally       settles the posts that the answer speaks about
//!                     ├─ retry       again or stop? (a pure decision)
//!                     └─ run         may a run afford the retry, and has it come to an end?
//!            finished ◄─ tally       one outcome per post, then a response or an error
//! ```
//!
//! `call` runs the loop. The decisions about retries, time and outcomes are elsewhere. What an attempt came to
//! is decided once, by the provider's `decode` for an answer and by `Reading::of_transport_error` where there
//! is none. `retry` decides whether there is another attempt, the pacer decides when, and the tally decides
//! what is known of each post. `attempt` also lets the limiter hear of an answer that nobody waits for any longer.
//! `ids` checks the ids of a request before anything is sent, `index` finds which post an id in an answer names, `json`
//! reads answers and refuses ambiguous ones, and `denials` knows the words that speak against a deletion.

pub(crate) mod active_time;
pub(crate) mod attempt;
pub(crate) mod call;
pub(crate) mod denials;
pub(crate) mod exchange;
pub(crate) mod finished;
pub(crate) mod ids;
pub(crate) mod index;
pub(crate) mod json;
pub(crate) mod limiter;
pub(crate) mod operation;
pub(crate) mod recorder;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod tally;
