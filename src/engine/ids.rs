//! Ids on their way into one request: each once, and none that can't be sent.

use std::collections::HashSet;

pub(crate) use crate::model::spelling::{canonical, is_same};
use crate::model::{Error, ErrorKind, Failure, Fate, Outcome, PostId, Provider};

/// The ids in the order given, each once. A UUID counts once in whatever spelling.
pub(crate) fn distinct(ids: impl IntoIterator<Item: Into<PostId>>) -> Vec<PostId> {
    let mut seen = HashSet::new();
    let ids = ids.into_iter().map(Into::into);
    ids.filter(|id: &PostId| seen.insert(canonical(id.as_str()).into_owned()))
        .collect()
}

/// Refuses ids that the provider would refuse too, before anything is sent: no ids, more than `most` of
/// them, or an id that can't be sent.
pub(crate) fn check(provider: &Provider, ids: &[PostId], most: usize) -> Result<(), Error> {
    let advice = if ids.is_empty() {
        "no post ids were given".to_owned()
    } else if ids.len() > most {
        let count = ids.len();
        format!("{count} ids were given, and {provider} takes {most} in a request: use delete_many")
    } else if let Some(flaw) = ids.iter().find_map(PostId::flaw) {
        flaw
    } else {
        return Ok(());
    };
    let outcomes = ids.iter().map(|id| {
        let failure = match id.flaw() {
            Some(flaw) => Failure::detailed(ErrorKind::Invalid, flaw),
            // This id can be sent, but not in this request.
            None if ids.len() > most => Failure::detailed(ErrorKind::Stopped, &*advice),
            None => Failure::detailed(
                ErrorKind::Stopped,
                "another id of the request can't be sent",
            ),
        };
        Outcome::new(id, provider.clone(), Fate::NotAttempted(failure))
    });
    let outcomes = outcomes.collect();
    Err(Error::invalid_posts(advice, outcomes))
}
