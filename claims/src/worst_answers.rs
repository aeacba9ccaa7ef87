//! Answers of 8 MiB, the default limit, in the shapes that cost a reader most.

use unpost::internals::{Operation, Reading};
use unpost::{ayrshare, genviral};

/// The largest answer that a client reads by default.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// An answer, and the request that it is read for.
#[derive(Debug)]
pub struct WorstAnswer {
    pub name: &'static str,
    pub body: String,
    request: Request,
}

#[derive(Debug)]
enum Request {
    Ayrshare(ayrshare::DeleteRequest),
    Genviral(genviral::DeleteRequest),
}

impl WorstAnswer {
    /// What the crate makes of the answer.
    pub fn read(&self) -> Reading {
        let body = self.body.as_bytes();
        match &self.request {
            Request::Ayrshare(request) => request.decode(request.posts(), 200, body),
            Request::Genviral(request) => request.decode(request.posts(), 200, body),
        }
    }
}

/// The names of all shapes. One answer after the other is made, so that none is in memory beside another.
pub const NAMES: [&str; 17] = [
    "lists in lists",
    "a list of numbers",
    "the most numbers allowed",
    "an object with the most members allowed",
    "one text of escapes",
    "accounts of one network",
    "networks with long names",
    "networks with long messages",
    "entries about one post",
    "entries about 20,000 posts, in reverse",
    "20,000 posts under their ids",
    "the most errors allowed",
    "groups in groups, 30 levels deep",
    "objects without a meaning, 29 levels deep",
    "Genviral: ids that weren't asked for",
    "Genviral: blocked posts in the wrong shape",
    "Genviral: errors that weren't asked for",
];

/// Makes the answer of this name.
#[allow(clippy::too_many_lines, reason = "one arm for each shape")]
pub fn worst_answer(name: &'static str) -> WorstAnswer {
    let one = || Request::Ayrshare(ayrshare::DeleteRequest::by_id("a"));
    let many = || {
        Request::Ayrshare(ayrshare::DeleteRequest::bulk(
            (0..20_000).map(|n| n.to_string()),
        ))
    };
    let genviral = || {
        Request::Genviral(genviral::DeleteRequest::bulk(
            (0..50).map(|n| n.to_string()),
        ))
    };
    let (request, body) = match name {
        "lists in lists" => (one(), filled("[", "[", LARGEST, "]")),
        "a list of numbers" => (one(), filled("[1", ",1", LARGEST, "]")),
        "the most numbers allowed" => (one(), filled("[1", ",1", 240_000, "]")),
        "an object with the most members allowed" => (
            one(),
            listed("{", 240_000, |n| format!("\"{n:027}\":1"), "}"),
        ),
        "one text of escapes" => (
            one(),
            filled("{\"message\":\"", "\\u00e9", LARGEST / 6 - 3, "\"}"),
        ),
        "accounts of one network" => {
            let account = |_| "{\"status\":\"success\"     }".to_owned();
            (
                one(),
                listed(
                    "{\"status\":\"success\",\"twitter\":[",
                    124_000,
                    account,
                    "]}",
                ),
            )
        }
        "networks with long names" => {
            let network = |n| format!("\"{n:0>300}\":\"error\"");
            (one(), listed("{\"networks\":{", 26_000, network, "}}"))
        }
        "networks with long messages" => {
            let network =
                |n| format!("\"{n}\":{{\"status\":\"error\",\"message\":\"{n:0>5000}\"}}");
            (one(), listed("{\"networks\":{", 1_600, network, "}}"))
        }
        "entries about one post" => {
            let entry = |_| "{\"id\":\"a\",\"status\":\"success\"}".to_owned();
            (one(), listed("[", 83_000, entry, "]"))
        }
        "entries about 20,000 posts, in reverse" => {
            let entry = |n| {
                format!(
                    "{{\"id\":\"{}\",\"twitter\":{{\"status\":\"error\"}}}}",
                    19_999 - n % 20_000
                )
            };
            (many(), listed("[", 62_000, entry, "]"))
        }
        "20,000 posts under their ids" => {
            let entry = |n| {
                format!(
                    "\"{}\":{{\"status\":\"error\",\"code\":138,\"message\":\"no\"}}",
                    19_999 - n
                )
            };
            (many(), listed("{", 20_000, entry, "}"))
        }
        "the most errors allowed" => {
            let error = |n| format!("{{\"code\":{n},\"message\":\"an error\"}}");
            (
                one(),
                listed("{\"status\":\"error\",\"errors\":[", 83_000, error, "]}"),
            )
        }
        "groups in groups, 30 levels deep" => {
            let begin = "{\"results\":".repeat(30) + "[";
            let entry = |_| "{\"status\":\"success\"}".to_owned();
            (
                one(),
                listed(&begin, 120_000, entry, &("]".to_owned() + &"}".repeat(30))),
            )
        }
        "objects without a meaning, 29 levels deep" => {
            let begin = "{\"a\":".repeat(29) + "[";
            let item = |n| format!("{{\"{n}\":[]}}");
            (
                many(),
                listed(&begin, 124_000, item, &("]".to_owned() + &"}".repeat(29))),
            )
        }
        "Genviral: ids that weren't asked for" => {
            let id = |n| format!("\"{n:0>30}\"");
            (
                genviral(),
                listed(
                    "{\"ok\":true,\"data\":{\"deletedIds\":[",
                    245_000,
                    id,
                    "]}}",
                ),
            )
        }
        "Genviral: blocked posts in the wrong shape" => {
            let item = |n| format!("[\"{n:0>30}\"]");
            (
                genviral(),
                listed(
                    "{\"ok\":true,\"data\":{\"blockedStatuses\":[",
                    120_000,
                    item,
                    "]}}",
                ),
            )
        }
        _ => {
            let error = |n| format!("\"{n}\":\"{n:0>30}\"");
            (
                genviral(),
                listed("{\"ok\":true,\"data\":{\"errors\":{", 200_000, error, "}}}"),
            )
        }
    };
    assert!(body.len() <= LARGEST, "{name} has {} bytes", body.len());
    WorstAnswer {
        name,
        body,
        request,
    }
}

/// Repeats `part` up to `most` times, as long as it fits, and then fills up with white space.
fn filled(begin: &str, part: &str, most: usize, end: &str) -> String {
    let fits = (LARGEST - begin.len() - end.len()) / part.len();
    filled_up([begin, &part.repeat(fits.min(most)), end].concat())
}

/// A list or an object of this many parts.
fn listed(begin: &str, count: usize, part: impl Fn(usize) -> String, end: &str) -> String {
    let mut body = begin.to_owned();
    for n in 0..count {
        if n > 0 {
            body.push(',');
        }
        body.push_str(&part(n));
    }
    body.push_str(end);
    filled_up(body)
}

/// The body with white space behind it, up to the limit.
fn filled_up(mut body: String) -> String {
    let rest = LARGEST.saturating_sub(body.len());
    body.extend(std::iter::repeat_n(' ', rest));
    body
}
