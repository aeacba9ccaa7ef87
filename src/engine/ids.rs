//! Ids on their way into one request: each once, none that can't be sent.

use std::collections::HashSet;

use crate::model::{Error, ErrorKind, PostId};
use crate::model::{Failure, Fate, Outcome, Provider};

/// The ids in order, each once.
pub(crate) fn distinct<I>(ids: I) -> Vec<PostId>
where
    I: IntoIterator,
    I::Item: Into<PostId>,
{
    let mut seen = HashSet::new();
    let ids = ids.into_iter().map(Into::into);
    ids.filter(|id: &PostId| seen.insert(id.clone())).collect()
}

/// Refuses, before anything is sent, what the provider could only refuse.
pub(crate) fn check(provider: Provider, ids: &[PostId], most: usize) -> Result<(), Error> {
    let advice = if ids.is_empty() {
        "no post ids were given".to_owned()
    } else if ids.len() > most {
        let count = ids.len();
        format!("{count} ids, and {provider} takes {most} a request: use delete_many")
    } else if let Some(flaw) = ids.iter().find_map(PostId::flaw) {
        format!("{flaw}: mend it or leave it out")
    } else {
        return Ok(());
    };
    let outcomes = ids.iter().map(|id| {
        let failure = match id.flaw() {
            Some(flaw) => Failure::detailed(ErrorKind::Invalid, flaw),
            // Fit to be sent, though not in this request.
            None if ids.len() > most => Failure::detailed(ErrorKind::Stopped, &*advice),
            None => Failure::detailed(
                ErrorKind::Stopped,
                "another id of the request can't be sent",
            ),
        };
        Outcome::new(id, provider, Fate::NotAttempted(failure))
    });
    let outcomes = outcomes.collect();
    Err(Error::invalid_posts(advice, outcomes))
}
