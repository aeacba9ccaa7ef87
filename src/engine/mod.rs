//! One call, from the first attempt to the last word on each of its posts.

pub(crate) mod call;
pub(crate) mod ids;
pub(crate) mod index;
pub(crate) mod json;
pub(crate) mod limiter;
pub(crate) mod limiters;
pub(crate) mod operation;
pub(crate) mod retry;
pub(crate) mod retry_budget;
pub(crate) mod run;
