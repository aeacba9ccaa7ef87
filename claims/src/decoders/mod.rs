//! What holds of every answer, whatever a server sends. What the crate reads is checked against a second,
//! plain reading of the same bytes by `serde_json`.

mod ayrshare;
mod genviral;
mod plain;
mod texts;

use serde_json::Value;
use unpost::{Fate, Provider};

pub use self::ayrshare::check_ayrshare;
pub use self::genviral::check_genviral;
pub use self::plain::{NETWORKS, is_same};
pub(crate) use self::texts::check_shown;
use crate::reading::Read;

/// What a request asks for.
#[derive(Clone, Debug)]
pub enum Asked {
    ById(String),
    MarkManualDeleted(String),
    Bulk(Vec<String>),
    AllScheduled,
}

impl Asked {
    pub fn ids(&self) -> &[String] {
        match self {
            Self::ById(id) | Self::MarkManualDeleted(id) => std::slice::from_ref(id),
            Self::Bulk(ids) => ids,
            Self::AllScheduled => &[],
        }
    }

    /// The same request, with its ids in another spelling.
    #[must_use]
    pub fn respelled(&self, spell: fn(&str) -> String) -> Self {
        match self {
            Self::ById(id) => Self::ById(spell(id)),
            Self::MarkManualDeleted(id) => Self::MarkManualDeleted(spell(id)),
            Self::Bulk(ids) => Self::Bulk(ids.iter().map(|id| spell(id)).collect()),
            Self::AllScheduled => Self::AllScheduled,
        }
    }
}

/// Checks what holds for both providers. Returns the answer as JSON if it is usable.
fn check_shape(
    asked: &Asked,
    provider: &Provider,
    http_status: u16,
    body: &[u8],
    read: &Read,
) -> Option<Value> {
    let mut distinct: Vec<&String> = Vec::new();
    for id in asked.ids() {
        if !distinct.iter().any(|known| is_same(known, id)) {
            distinct.push(id);
        }
    }
    assert_eq!(read.posts.len(), distinct.len(), "one place for each post");
    for (id, outcome) in distinct.iter().zip(&read.posts) {
        let Some(outcome) = outcome else { continue };
        assert_eq!(outcome.id, id.as_str(), "in the order asked");
        assert_eq!(outcome.provider, *provider);
        let is_verdict = !matches!(outcome.fate, Fate::Unreported | Fate::NotAttempted(_));
        assert!(is_verdict, "{outcome:?} is no verdict of a server");
        texts::check_outcome(outcome);
    }
    if let Some(failure) = &read.failure {
        texts::check_failure(failure);
    }
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let json = json.filter(|json| {
        let is_usable = (json.is_object() || json.is_array()) && plain::depth(json) <= DEEPEST;
        is_usable && !matches!(http_status, 300..=399)
    });
    if json.is_none() {
        assert!(
            read.posts.iter().all(Option::is_none),
            "an unusable answer settles nothing"
        );
        assert!(read.failure.is_some(), "an unusable answer is no success");
    }
    json
}

/// How many lists and objects may stand inside each other in an answer.
const DEEPEST: usize = 32;
