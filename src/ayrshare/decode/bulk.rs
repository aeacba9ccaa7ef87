//! The answer to `bulk`, whose shape nobody documents. Entries that name a post count for that post,
//! wherever they stand, and a bare status settles none. Pure.

use std::borrow::Cow;

use super::networks::{LISTS, lists};
use super::statement::{Judgement, Statement};
use crate::engine::index::Places;
use crate::engine::json::{Json, Members};
use crate::engine::operation::{PostReading, Reading};
use crate::engine::retry::Happened;
use crate::model::Fate;
use crate::model::{ErrorKind, PostId};

pub(super) fn read_bulk(open: &[PostId], http_status: u16, json: &Json<'_>) -> Reading {
    let overall = json.as_object().map(Statement::of);
    let is_refusal = overall.as_ref().is_some_and(Statement::refuses_by_code);
    let mut said: Vec<Option<Statement<'_>>> = vec![None; open.len()];
    let mut places = Places::new(open);
    for (id, entry) in entries(json, is_refusal) {
        let post = places.find(&id).and_then(|place| said.get_mut(place));
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
        Some(overall) => read_bare(overall, http_status, open.len()),
        // A list that names none of the posts is an answer too.
        None if http_status == 200 => Reading::silent(Happened::Answered, open.len()),
        None => Reading::by_status(http_status, open.len()),
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
    let keyed = members.iter().filter(|(name, it)| {
        it.as_list().is_none() && !(it.as_text().is_some() && OWN_WORDS.contains(name))
    });
    let keyed = keyed.chain(grouped).map(|(id, it)| (id.into(), it));
    // At the top, one post's own refusal; but a refusal of the key is about no post, whatever it quotes.
    let top = named(json).filter(|_| !is_refusal);
    keyed.chain(listed.filter_map(named)).chain(top).collect()
}

/// Members that are words about the whole answer, and never keyed by a post's id.
const OWN_WORDS: [&str; 4] = ["action", "id", "message", "status"];

/// Each post by what its own entries say, as `by_id` would have answered.
fn read_posts(said: Vec<Option<Statement<'_>>>, http_status: u16) -> Reading {
    let overall = match http_status {
        429 | 500.. => Reading::by_status(http_status, 0),
        _ => Reading::silent(Happened::Answered, 0),
    };
    let mut statements = said.iter().flatten();
    let throttled_by_network = statements.any(Statement::is_throttled_by_network);
    let posts = said.into_iter();
    let posts = posts.map(|statement| read_post(statement?, http_status));
    Reading {
        posts: posts.collect(),
        throttled_by_network,
        ..overall
    }
}

/// `None` for a post that is to be asked for again.
fn read_post(statement: Statement<'_>, http_status: u16) -> Option<PostReading> {
    let otherwise = statement.failure(ErrorKind::UnexpectedResponse, http_status);
    // The HTTP status is the batch's, and says little of one post in it.
    let mut reading = match statement.judge(200, &Fate::Deleted) {
        Judgement::Post(reading, _) => reading,
        Judgement::Request(reading) => reading.of_one_post(),
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
fn read_bare(overall: Statement<'_>, http_status: u16, open: usize) -> Reading {
    let touched_nothing = overall.refuses_whole_request(http_status);
    let reading = match overall.judge(http_status, &Fate::Deleted) {
        Judgement::Request(reading) => reading,
        // Whom this is about, nobody says.
        Judgement::Post(_, failure) => Reading {
            failure,
            ..Reading::silent(Happened::Answered, 0)
        },
    };
    Reading {
        happened: match reading.happened {
            Happened::Refused { retry_available } if !touched_nothing => {
                // It may have come half-way.
                if retry_available {
                    Happened::Broken
                } else {
                    Happened::Answered
                }
            }
            happened => happened,
        },
        posts: vec![None; open],
        ..reading
    }
}
