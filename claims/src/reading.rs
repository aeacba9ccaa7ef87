//! What a decoder reads in an answer, as outcomes.

use unpost::internals::Operation;
use unpost::{Failure, Fate, Outcome};

/// What an answer says about each post that the request names, in that order: `None` for a post that it
/// doesn't mention.
pub fn read<O: Operation>(request: &O, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let reading = request.decode(request.posts(), http_status, body);
    let mut said = reading.posts.into_iter();
    let outcomes = request.posts().iter().map(|id| {
        let said = said.next().flatten()?;
        let mut outcome = Outcome::new(id, O::PROVIDER, said.fate);
        outcome.networks = said.networks;
        Some(outcome)
    });
    let outcomes = outcomes.collect();
    assert!(
        said.next().is_none(),
        "one place for each post, and no more"
    );
    outcomes
}

/// Why, by an answer, the request failed as a whole, or its one post isn't done.
pub fn failure<O: Operation>(request: &O, http_status: u16, body: &[u8]) -> Option<Failure> {
    let reading = request.decode(request.posts(), http_status, body);
    let of_post = || match (
        reading.posts.into_iter().next()??.fate,
        request.is_about_one_post(),
    ) {
        (Fate::Failed(failure) | Fate::Uncertain(failure), true) => Some(failure),
        _ => None,
    };
    reading.failure.or_else(of_post)
}
