//! What a fault makes of a request and its answer, however the two travel.

use std::time::Duration;

use serde_json::{Value, json};

use super::schedule::{Acted, Fault};

/// An answer as the client is to get it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// More than the clients of the truth test read.
pub(super) const TOO_MUCH: usize = 256 * 1024;

impl Fault {
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

    /// The answer, if there is one, made of the provider's own where that is asked for.
    pub(super) fn answer(self, own: Option<Told>) -> Option<Told> {
        let html = "<!doctype html><title>One moment</title>";
        match self {
            Self::Fine | Self::Cut(_) => own,
            Self::Short(percent) => own.map(|mut told| {
                // Of an answer of 4xx without a body nobody could tell that it had one.
                let bytes = told.body.len() * usize::from(percent) / 100;
                told.body.truncate(bytes.max(1));
                told
            }),
            Self::OwnWords(status) => own.map(|told| Told { status, ..told }),
            Self::Forgets(which) => own.map(|told| Told {
                body: forget(&told.body, which),
                ..told
            }),
            Self::Page(status, _) => Some(Told::new(status, html)),
            Self::Broken(status, _) => {
                let json = json!({ "status": "error", "ok": false, "message": "out of order" });
                Some(Told::new(status, json.to_string()))
            }
            Self::TooMany(after_ms) => {
                let json = json!({ "status": "error", "ok": false, "message": "slow down" });
                let seconds = format!("{}.{:03}", after_ms / 1000, after_ms % 1000);
                Some(Told::new(429, json.to_string()).with_header("retry-after", &seconds))
            }
            Self::NetworkLimit(code) => {
                let json = json!({ "status": "error", "code": code, "details": 0 });
                Some(Told::new(429, json.to_string()))
            }
            Self::Redirect(_) => {
                let elsewhere = json!({ "status": "success", "ok": true });
                Some(
                    Told::new(307, elsewhere.to_string())
                        .with_header("location", "http://127.0.0.1:9/"),
                )
            }
            Self::Bloated(_) => Some(Told::new(200, vec![b' '; TOO_MUCH + 1])),
            Self::Refused | Self::Lost(_) | Self::Slow(_) => None,
        }
    }
}

impl Told {
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

    /// By its lower-case name.
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

/// The posts that a request names, and whether it is for all that are scheduled.
pub(super) fn asked_in(body: &[u8]) -> (Vec<String>, bool) {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let listed = json.get("bulk").or_else(|| json.get("postIds"));
    let ids = listed.and_then(Value::as_array).into_iter().flatten();
    let ids = ids.chain(json.get("id")).filter_map(Value::as_str);
    let all = json.get("deleteAllScheduled") == Some(&Value::Bool(true));
    (ids.map(str::to_owned).collect(), all)
}

/// The same answer without what it says of the posts whose bits are set.
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
