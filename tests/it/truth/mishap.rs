//! What a mishap does to a request and its answer, in memory and over connections alike.

use std::time::Duration;

use serde_json::{Value, json};

use super::schedule::{Acted, Mishap};

/// An answer as the client gets it.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// How many bytes of an answer the clients of the truth test read.
pub(super) const LARGEST_ANSWER: usize = 256 * 1024;

impl Mishap {
    /// When the provider carries the request out.
    pub(super) fn acted(self) -> Acted {
        match self {
            Self::Fine | Self::Cut(_) | Self::Short(_) | Self::OwnWords(_) | Self::Forgets(_) => {
                Acted::Before
            }
            Self::Refused | Self::TooMany(_) | Self::NetworkLimit(_) => Acted::Never,
            Self::Lost(acted)
            | Self::Page(_, acted)
            | Self::Broken(_, acted)
            | Self::Slow(acted)
            | Self::Redirect(acted)
            | Self::Bloated(acted) => acted,
        }
    }

    /// The answer that the client gets, if any. `own` is the provider's own answer, if the request has been
    /// carried out by now.
    pub(super) fn answer(self, own: Option<Reply>) -> Option<Reply> {
        let html = "<!doctype html><title>One moment</title>";
        match self {
            Self::Fine | Self::Cut(_) => own,
            Self::Short(percent) => own.map(|mut reply| {
                // One byte stays. Nobody could tell an empty body that was cut from one that was always empty.
                let bytes = reply.body.len() * usize::from(percent) / 100;
                reply.body.truncate(bytes.max(1));
                reply
            }),
            Self::OwnWords(status) => own.map(|reply| Reply { status, ..reply }),
            Self::Forgets(which) => own.map(|reply| Reply {
                body: forget(&reply.body, which),
                ..reply
            }),
            Self::Page(status, _) => Some(Reply::new(status, html)),
            Self::Broken(status, _) => {
                let json = json!({ "status": "error", "ok": false, "message": "out of order" });
                Some(Reply::new(status, json.to_string()))
            }
            Self::TooMany(after_ms) => {
                let json = json!({ "status": "error", "ok": false, "message": "slow down" });
                let seconds = format!("{}.{:03}", after_ms / 1000, after_ms % 1000);
                Some(Reply::new(429, json.to_string()).with_header("retry-after", &seconds))
            }
            Self::NetworkLimit(code) => {
                let json = json!({ "status": "error", "code": code, "details": 0 });
                Some(Reply::new(429, json.to_string()))
            }
            Self::Redirect(_) => {
                let elsewhere = json!({ "status": "success", "ok": true });
                Some(
                    Reply::new(307, elsewhere.to_string())
                        .with_header("location", "http://127.0.0.1:9/"),
                )
            }
            Self::Bloated(_) => Some(Reply::new(200, vec![b' '; LARGEST_ANSWER + 1])),
            Self::Refused | Self::Lost(_) | Self::Slow(_) => None,
        }
    }
}

impl Reply {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The header with this name, which is in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(own, _)| own == name)?;
        Some(value)
    }

    /// How long the client is told to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header("retry-after")?.parse().ok()?;
        Some(Duration::from_secs_f64(seconds))
    }
}

/// The ids that a request names, and whether the request is `delete_all_scheduled`.
pub(super) fn asked_in(body: &[u8]) -> (Vec<String>, bool) {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let listed = json.get("bulk").or_else(|| json.get("postIds"));
    let ids = listed.and_then(Value::as_array).into_iter().flatten();
    let ids = ids.chain(json.get("id")).filter_map(Value::as_str);
    let all = json.get("deleteAllScheduled") == Some(&Value::Bool(true));
    (ids.map(str::to_owned).collect(), all)
}

/// The same answer without what it says of the posts whose bits are set in `which`.
fn forget(body: &[u8], which: u32) -> Vec<u8> {
    let Ok(mut json) = serde_json::from_slice(body) else {
        return body.to_vec();
    };
    prune(&mut json, which);
    json.to_string().into_bytes()
}

fn prune(json: &mut Value, which: u32) {
    let is_forgotten = |id: &str| {
        let number = id
            .strip_prefix("post-")
            .and_then(|number| number.parse::<u32>().ok());
        number.is_some_and(|number| which & (1 << (number % 32)) != 0)
    };
    match json {
        Value::Array(items) => {
            items.retain(|item| {
                let id = item.as_str().or_else(|| item.get("id")?.as_str());
                !id.is_some_and(is_forgotten)
            });
            for item in items {
                prune(item, which);
            }
        }
        Value::Object(members) => {
            members.retain(|name, _| !is_forgotten(name));
            for value in members.values_mut() {
                prune(value, which);
            }
        }
        _ => {}
    }
}
