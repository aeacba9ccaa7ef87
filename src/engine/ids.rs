//! Ids on their way into one request: each once, and none that can't be sent.

use std::borrow::Cow;
use std::collections::HashSet;

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

/// Whether both are the id of the same post. A UUID is the same in either case.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one == other || (one.eq_ignore_ascii_case(other) && is_uuid(one))
}

/// One spelling for all spellings of an id.
pub(crate) fn canonical(id: &str) -> Cow<'_, str> {
    let has_upper_case = id.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_upper_case && is_uuid(id) {
        Cow::Owned(id.to_ascii_lowercase())
    } else {
        Cow::Borrowed(id)
    }
}

fn is_uuid(text: &str) -> bool {
    let is_right = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_uuid_is_the_same_in_either_case() {
        let uuid = "0198a7c1-5d3e-4abc-9def-00ff00ff00ff";
        let longer = format!("{uuid}0");
        for (one, other, is_one_post) in [
            (uuid, &*uuid.to_uppercase(), true),
            (uuid, "0198a7c1-5d3e-4abc-9def-00ff00ff00fe", false),
            (&longer, &longer.to_uppercase(), false),
            ("post-1", "Post-1", false),
        ] {
            assert_eq!(is_same(one, other), is_one_post, "{one} {other}");
            assert_eq!(
                canonical(one) == canonical(other),
                is_one_post,
                "{one} {other}"
            );
        }
    }
}
