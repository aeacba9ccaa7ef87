//! What an answer of Ayrshare says about each post. Pure.
//!
//! These rules decide, in this order:
//! 1. If the statements about a post contradict each other, the post is uncertain.
//! 2. A code that has a name decides, unless the answer is HTTP 200 with a success. If a network's result contradicts
//!    the code, the networks decide. If something else contradicts "already deleted" or "no such post", the post is
//!    uncertain.
//! 3. HTTP 429 is a rate limit, unless a network says that the post is gone.
//! 4. The networks' results decide. They are the only evidence about a network. If all of them say under a 5xx that
//!    the post is gone, the HTTP status decides.
//! 5. Otherwise a success is HTTP 200 *and* `status: success`, about this post, with nothing that contradicts it.
//! 6. The HTTP status decides the rest.
//!
//! `statements` finds what an answer states about each post, and `networks` and `errors` read the parts that
//! stand in every statement. `denials` finds what all other parts say against a post. `report` collects the
//! statements about one post, and `verdict` applies the rules. `one_post`, `bulk` and `all_scheduled` make the reading of a
//! request from that.

mod all_scheduled;
mod bulk;
mod denials;
mod errors;
mod networks;
mod one_post;
mod report;
mod statements;
mod verdict;

pub(super) use self::all_scheduled::decode_all_scheduled;
pub(super) use self::bulk::decode_bulk;
pub(super) use self::one_post::decode_one;

#[cfg(test)]
mod tests;
