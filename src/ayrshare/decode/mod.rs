//! What an answer of Ayrshare says about each post. Pure.
//!
//! These rules decide, in this order:
//! 1. A code that has a name decides, whatever the HTTP status is.
//! 2. A network's own result is the only evidence about that network.
//! 3. A success is HTTP 200 *and* `status: success`, about this post, without any contradiction.
//! 4. The HTTP status decides the rest.
//!
//! `statements` finds what an answer states about each post, and `networks` and `errors` read the parts that
//! stand in every statement. `denials` finds what all other parts say against a post. `report` collects the
//! statements about one post and applies the rules. `one_post`, `bulk` and `all_scheduled` make the reading of a
//! request from that.

mod all_scheduled;
mod bulk;
mod denials;
mod errors;
mod networks;
mod one_post;
mod report;
mod statements;

pub(super) use self::all_scheduled::decode_all_scheduled;
pub(super) use self::bulk::decode_bulk;
pub(super) use self::one_post::decode_one;

#[cfg(test)]
mod tests;
