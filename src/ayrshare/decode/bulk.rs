//! The answer to `bulk`, whose shape isn't documented. Pure.
//!
//! An entry that names a post counts for that post, wherever the entry stands. A status for the whole
//! answer settles no post.

use std::borrow::Cow;

use super::networks::{LIST_NAMES, lists};
use super::report::{Report, Verdict};
use crate::engine::index::Index;
use crate::engine::json::{Json, Members};
use crate::engine::operation::{AttemptKind, PostReading, Reading, ThrottledBy};
use crate::model::{ErrorKind, Fate, PostId};

pub(in crate::ayrshare) fn decode_bulk(
    open: &[PostId],
    http_status: u16,
    json: &Json<'_>,
) -> Reading {
    let overall = json.as_object().map(Report::from_members);
    let refuses_by_code = overall.as_ref().is_some_and(Report::refuses_by_code);
    let mut reports: Vec<Option<Report<'_>>> = vec![None; open.len()];
    let mut index = Index::new(open);
    for (id, entry) in entries(json, refuses_by_code) {
        let post = index.find(&id).and_then(|found| reports.get_mut(found));
        if let (Some(post), Some(report)) = (post, Report::from_entry(entry)) {
            *post = Some(match post.take() {
                Some(earlier) => earlier.merge_sibling(report),
                None => report,
            });
        }
    }
    if reports.iter().any(Option::is_some) {
        return read_posts(reports, http_status);
    }
    match overall {
        Some(overall) => read_overall(overall, http_status),
        // A list that names none of the posts is an answer too.
        None if http_status == 200 => Reading::silent(AttemptKind::Answered, None),
        None => Reading::by_status(http_status),
    }
}

/// Every entry that may be about a post, with the id that it names or stands under.
fn entries<'j>(json: &'j Json<'_>, refuses_by_code: bool) -> Vec<(Cow<'j, str>, &'j Json<'j>)> {
    let with_own_id = |item: &'j Json<'_>| Some((item.as_object()?.get("id")?.to_label()?, item));
    let Some(members) = json.as_object() else {
        let items = json.as_list().unwrap_or_default();
        return items.iter().filter_map(with_own_id).collect();
    };
    let listed = lists(members).flatten().filter_map(with_own_id);
    let groups = LIST_NAMES.iter();
    let groups = groups.filter_map(|name| members.get(name)?.as_object());
    let direct = members.iter().filter(|(name, value)| {
        value.as_list().is_none() && !(value.as_text().is_some() && OVERALL_TEXTS.contains(name))
    });
    let keyed = direct.chain(groups.flat_map(Members::iter));
    let keyed = keyed.map(|(id, value)| (id.into(), value));
    // The outermost object may itself be about one post. If its code refuses the parameters or the
    // credentials, it is about no post, even if it quotes an id.
    let outermost = with_own_id(json).filter(|_| !refuses_by_code);
    keyed.chain(listed).chain(outermost).collect()
}

/// Names under which a text is about the whole answer, and isn't the status of a post with that id.
const OVERALL_TEXTS: [&str; 4] = ["action", "id", "message", "status"];

/// Reads each post by its own entries, as if they were the answer to a request about that post.
fn read_posts(reports: Vec<Option<Report<'_>>>, http_status: u16) -> Reading {
    let mut overall = match http_status {
        429 | 500.. => Reading::by_status(http_status),
        _ => Reading::silent(AttemptKind::Answered, None),
    };
    let mut known = reports.iter().flatten();
    if http_status == 429 && known.any(Report::is_throttled_by_network) {
        overall.kind = AttemptKind::Throttled(ThrottledBy::Network);
    }
    let reports = reports.into_iter();
    let posts = reports.map(|report| read_post(report?, http_status));
    Reading {
        posts: posts.collect(),
        ..overall
    }
}

/// `None` for a post that has to be asked for again.
fn read_post(report: Report<'_>, http_status: u16) -> Option<PostReading> {
    let unexpected = report.failure(ErrorKind::UnexpectedResponse, http_status);
    // The HTTP status belongs to the whole batch and says little about one post.
    let mut reading = match report.verdict(200, &Fate::Deleted) {
        Verdict::Post(reading, _) => reading,
        Verdict::Request(reading) => reading.into_post(),
    };
    match &mut reading.fate {
        Fate::Failed(failure) | Fate::Uncertain(failure) => failure.http_status = Some(http_status),
        fate @ Fate::Deleted if http_status != 200 => match http_status {
            // A 429 means that nothing was done.
            429 => return None,
            ..=399 | 401..=403 => *fate = Fate::Uncertain(unexpected),
            _ => {}
        },
        _ => {}
    }
    Some(reading)
}

/// Reads an answer that names none of the posts.
fn read_overall(overall: Report<'_>, http_status: u16) -> Reading {
    let nothing_was_deleted = overall.refuses_whole_request(http_status);
    let mut reading = match overall.verdict(http_status, &Fate::Deleted) {
        Verdict::Request(reading) => reading,
        // The answer doesn't say which of the posts it is about.
        Verdict::Post(post, failure) => {
            let failure = post.fate.failure().cloned().or(failure);
            return Reading::silent(AttemptKind::Answered, failure);
        }
    };
    if let AttemptKind::Refused { retry_available } = reading.kind
        && !nothing_was_deleted
    {
        // Some posts may have been deleted before the refusal.
        reading.kind = if retry_available {
            AttemptKind::Broken
        } else {
            AttemptKind::Answered
        };
    }
    reading
}
