//! Draws a schedule from bytes.
//!
//! A zero byte, or none if the bytes have run out, stands for the first alternative of a choice and for the end
//! of a list. Before each item, the bytes decide whether the list goes on. So fewer and lower bytes make a
//! simpler schedule, and cutting bytes out removes items.

use arbitrary::{Result, Unstructured};
use unpost::mock::BulkShape;

use super::schedule::{
    Acted, End, Limit, List, Mishap, OtherCall, Post, Schedule, Service, Step, XKeys,
};

/// How large a schedule may be, and how long things take in it. Only virtual time can be long.
pub(super) struct Scale {
    pub(super) most_posts: usize,
    pub(super) answer_ms: u16,
    pub(super) other_call_ms: u16,
    pub(super) window_ms: (u32, u32),
    pub(super) retry_after_ms: &'static [u32],
    /// Whether the client may have no rate limit. Without one, it waits for seconds after a 429 that names no wait.
    pub(super) may_be_unlimited: bool,
}

type Source<'a, 'b> = &'a mut Unstructured<'b>;

pub(super) fn schedule(u: Source<'_, '_>, scale: &Scale) -> Result<Schedule> {
    let service = service(u)?;
    let most_posts = if u.ratio(9, 10)? {
        11
    } else {
        scale.most_posts
    };
    let posts = list(u, most_posts, post)?;
    let asked = asked(u, posts.len())?;
    let mut schedule = Schedule {
        service,
        posts: List(posts),
        asked: List(asked),
        batch: match u.int_in_range(0..=6)? {
            0..3 => 1,
            3..5 => u.int_in_range(2..=5)?,
            _ => 50,
        },
        concurrency: u.int_in_range(1..=8)?,
        attempts: u.int_in_range(1..=4)?,
        limit: limit(u, scale)?,
        steps: List(Vec::new()),
        afterwards: Mishap::Fine,
        revoked_at: None,
        other_calls: List(other_calls(u, scale)?),
        end: end(u, scale)?,
        seed: u.arbitrary()?,
    };
    let is_fair = u.ratio(1, 10)?;
    if !is_fair {
        schedule.steps = List(list(u, 39, |u| step(u, scale))?);
        if !u.ratio(9, 10)? {
            schedule.afterwards = mishap(u, scale)?;
        }
        if !u.ratio(4, 5)? {
            schedule.revoked_at = Some(u.int_in_range(0..=19)?);
        }
    }
    Ok(schedule)
}

/// A list of at most `most` items. Each length is as likely as the others.
fn list<T>(
    u: Source<'_, '_>,
    most: usize,
    mut item: impl FnMut(Source<'_, '_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut items = Vec::new();
    while items.len() < most && !u.ratio(1, most - items.len() + 1)? {
        items.push(item(u)?);
    }
    Ok(items)
}

fn service(u: Source<'_, '_>) -> Result<Service> {
    if !u.ratio(3, 4)? {
        return Ok(Service::Genviral);
    }
    let shape = *u.choose(&[
        BulkShape::Array,
        BulkShape::Posts,
        BulkShape::ById,
        BulkShape::BareStatus,
    ])?;
    let x_keys = match u.int_in_range(0..=9)? {
        0..8 => XKeys::Right,
        8 => XKeys::Wrong,
        _ => XKeys::Missing,
    };
    Ok(Service::Ayrshare(shape, x_keys))
}

fn post(u: Source<'_, '_>) -> Result<Post> {
    Ok(match u.int_in_range(0..=13)? {
        0..4 => Post::Free,
        4..8 => Post::Pending,
        8..10 => Post::Half,
        10 => Post::Kept,
        11 => Post::OnX,
        12 => Post::Gone,
        _ => Post::Elsewhere,
    })
}

/// Either arbitrary numbers, or each post once and in order, the two ids without a post, and some more.
fn asked(u: Source<'_, '_>, posts: usize) -> Result<Vec<u8>> {
    let number = |u: Source<'_, '_>| u.arbitrary();
    if u.ratio(1, 3)? {
        return list(u, 15, number);
    }
    let mut asked: Vec<u8> = (0..).take(posts + 2).collect();
    asked.extend(list(u, 5, number)?);
    Ok(asked)
}

fn limit(u: Source<'_, '_>, scale: &Scale) -> Result<Limit> {
    let (shortest, longest) = scale.window_ms;
    if u.ratio(2, 5)? {
        // A window that is too large to matter.
        return Ok(Limit {
            told: Some(300),
            admitted: 300,
            window_ms: longest,
            budget: 100,
        });
    }
    Ok(Limit {
        told: match u.ratio(3, 4)? {
            true => Some(u.int_in_range(1..=11)?),
            false if scale.may_be_unlimited => None,
            false => Some(300),
        },
        admitted: u.int_in_range(1..=11)?,
        window_ms: u.int_in_range(shortest..=longest - 1)?,
        budget: u.int_in_range(1..=11)?,
    })
}

fn other_calls(u: Source<'_, '_>, scale: &Scale) -> Result<Vec<OtherCall>> {
    let other_call = |u: Source<'_, '_>| {
        let after_ms = u.int_in_range(0..=scale.other_call_ms - 1)?;
        Ok(if u.ratio(2, 3)? {
            OtherCall::DeleteOne(after_ms, u.arbitrary()?)
        } else {
            OtherCall::DeleteAllScheduled(after_ms)
        })
    };
    if u.ratio(2, 3)? {
        return Ok(Vec::new());
    }
    let mut calls = vec![other_call(u)?];
    calls.extend(list(u, 2, other_call)?);
    Ok(calls)
}

fn end(u: Source<'_, '_>, scale: &Scale) -> Result<End> {
    Ok(match u.int_in_range(0..=7)? {
        0..6 => End::ReadOut,
        6 => End::StopAfter(u.int_in_range(0..=11)?),
        _ => {
            let after_ms = u.int_in_range(0..=scale.answer_ms - 1)?;
            End::DropAfter(u.int_in_range(0..=11)?, after_ms)
        }
    })
}

fn step(u: Source<'_, '_>, scale: &Scale) -> Result<Step> {
    let mishap = if u.ratio(2, 3)? {
        Mishap::Fine
    } else {
        mishap(u, scale)?
    };
    Ok(Step(mishap, u.int_in_range(0..=scale.answer_ms - 1)?))
}

fn mishap(u: Source<'_, '_>, scale: &Scale) -> Result<Mishap> {
    Ok(match u.int_in_range(0..=24)? {
        0..2 => Mishap::Refused,
        2..6 => Mishap::Lost(acted(u)?),
        6..8 => Mishap::Cut(u.int_in_range(0..=99)?),
        8..10 => Mishap::Short(u.int_in_range(0..=99)?),
        10..13 => page(u)?,
        13..15 => Mishap::Broken(server_error(u)?, acted(u)?),
        15 => Mishap::OwnWords(server_error(u)?),
        16..18 => Mishap::TooMany(*u.choose(scale.retry_after_ms)?),
        18 => Mishap::NetworkLimit(*u.choose(&[435, 444])?),
        19..21 => Mishap::Slow(acted(u)?),
        21..23 => Mishap::Forgets(u.arbitrary()?),
        23 => Mishap::Redirect(acted(u)?),
        _ => Mishap::Bloated(acted(u)?),
    })
}

/// A page with a 4xx status comes from a server in front of the provider, so the provider never acts.
fn page(u: Source<'_, '_>) -> Result<Mishap> {
    Ok(match u.int_in_range(0..=4)? {
        0..2 => Mishap::Page(200, acted(u)?),
        2..4 => Mishap::Page(server_error(u)?, acted(u)?),
        _ => Mishap::Page(*u.choose(&[403, 404, 413])?, Acted::Never),
    })
}

fn server_error(u: Source<'_, '_>) -> Result<u16> {
    Ok(*u.choose(&[500, 502, 503, 504, 520])?)
}

fn acted(u: Source<'_, '_>) -> Result<Acted> {
    Ok(*u.choose(&[Acted::Never, Acted::Before, Acted::Late])?)
}
