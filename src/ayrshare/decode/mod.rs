//! What an answer of Ayrshare's says about each post. Pure.
//!
//! The rules, in the order in which they decide:
//! 1. A code that has a name decides, whatever the HTTP status beside it.
//! 2. A network's own object is the only evidence about that network.
//! 3. Success is HTTP 200 *and* `status: success`, about this post, contradicted by nothing.
//! 4. The HTTP status decides the rest.
//!
//! `statement` applies them to what an object says, `networks` reads what the object says about each
//! network, and `errors` looks for a failure in any place. `one_post`, `bulk` and `all_scheduled` find
//! the objects that an answer has about the posts of a request.

mod all_scheduled;
mod bulk;
mod errors;
mod networks;
mod one_post;
mod statement;

pub(super) use self::all_scheduled::decode_all_scheduled;
pub(super) use self::bulk::decode_bulk;
pub(super) use self::one_post::decode_one;

#[cfg(test)]
mod tests;
