//! The answer to `bulk`, whose shape nobody documents. An entry that names a post counts for that post,
//! wherever the entry stands. A bare status settles no post. Pure.

use std::borrow::Cow;

use super::networks::{LISTS, lists};
use super::statement::{Judgement, Statement};
use crate::engine::index::Index;
use crate::engine::json::{Json, Members};
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, PostId};

pub(in crate::ayrshare) fn decode_bulk(
    open: &[PostId],
    http_status: u16,
    json: &Json<'_>,
) -> Reading {
    let overall = json.as_object().map(Statement::of);
    let is_refusal = overall.as_ref().is_some_and(Statement::refuses_by_code);
    let mut said: Vec<Option<Statement<'_>>> = vec![None; open.len()];
    let mut index = Index::new(open);
    for (id, entry) in entries(json, is_refusal) {
        let post = index.find(&id).and_then(|found| said.get_mut(found));
        if let (Some(post), Some(statement)) = (post, Statement::of_entry(entry)) {
            *post = Some(match post.take() {
                Some(earlier) => earlier.and(statement),
                None => statement,
            });
        }
    }
    if said.iter().any(Option::is_some) {
        return read_posts(said, http_status);
    }
    match overall {
        Some(overall) => read_bare(overall, http_status),
        // A list that names none of the posts is an answer too.
        None if http_status == 200 => Reading::silent(AttemptKind::Answered, None),
        None => Reading::by_status(http_status),
    }
}

/// Everything that names a post.
fn entries<'j>(json: &'j Json<'_>, is_refusal: bool) -> Vec<(Cow<'j, str>, &'j Json<'j>)> {
    let named = |item: &'j Json<'_>| Some((item.as_object()?.get("id")?.to_label()?, item));
    let Some(members) = json.as_object() else {
        let items = json.as_list().unwrap_or_default();
        return items.iter().filter_map(named).collect();
    };
    let listed = lists(members).flat_map(|(_, items)| items);
    let grouped = LISTS
        .iter()
        .filter_map(|name| members.get(name)?.as_object());
    let grouped = grouped.flat_map(Members::iter);
    let keyed = members.iter().filter(|(name, value)| {
        value.as_list().is_none() && !(value.as_text().is_some() && OWN_WORDS.contains(name))
    });
    let keyed = keyed.chain(grouped).map(|(id, value)| (id.into(), value));
    // The object at the top may be one post's own refusal. A refusal of the key is about no post, even
    // where it quotes an id.
    let top = named(json).filter(|_| !is_refusal);
    keyed.chain(listed.filter_map(named)).chain(top).collect()
}

/// Members that are words about the whole answer, and never keyed by a post's id.
const OWN_WORDS: [&str; 4] = ["action", "id", "message", "status"];

/// Each post by what its own entries say, as an answer to its id alone would have been read.
fn read_posts(said: Vec<Option<Statement<'_>>>, http_status: u16) -> Reading {
    let mut overall = match http_status {
        429 | 500.. => Reading::by_status(http_status),
        _ => Reading::silent(AttemptKind::Answered, None),
    };
    let mut statements = said.iter().flatten();
    if http_status == 429 && statements.any(Statement::is_throttled_by_network) {
        overall.kind = AttemptKind::Throttled(ThrottledBy::Network);
    }
    let posts = said.into_iter();
    let posts = posts.map(|statement| read_post(statement?, http_status));
    Reading {
        posts: posts.collect(),
        ..overall
    }
}

/// `None` for a post that is to be asked for again.
fn read_post(statement: Statement<'_>, http_status: u16) -> Option<PostReading> {
    let otherwise = statement.failure(ErrorKind::UnexpectedResponse, http_status);
    // The HTTP status is the batch's, and says little of one post in it.
    let mut reading = match statement.judge(200, &Fate::Deleted) {
        Judgement::Post(reading, _) => reading,
        Judgement::Request(reading) => reading.into_post(),
    };
    match &mut reading.fate {
        Fate::Failed(failure) | Fate::Uncertain(failure) => failure.http_status = Some(http_status),
        fate @ Fate::Deleted if http_status != 200 => match http_status {
            // Nothing was done, and it is asked again.
            429 => return None,
            ..=399 | 401..=403 => *fate = Fate::Uncertain(otherwise),
            _ => {}
        },
        _ => {}
    }
    Some(reading)
}

/// An answer that names no post.
fn read_bare(overall: Statement<'_>, http_status: u16) -> Reading {
    let touched_nothing = overall.refuses_whole_request(http_status);
    let mut reading = match overall.judge(http_status, &Fate::Deleted) {
        Judgement::Request(reading) => reading,
        // It doesn't say which of the posts it is about.
        Judgement::Post(post, failure) => {
            let failure = post.fate.into_failure().or(failure);
            return Reading::silent(AttemptKind::Answered, failure);
        }
    };
    if let AttemptKind::Refused { retry_available } = reading.kind
        && !touched_nothing
    {
        // The refusal may have come half-way.
        reading.kind = if retry_available {
            AttemptKind::Broken
        } else {
            AttemptKind::Answered
        };
    }
    reading
}
