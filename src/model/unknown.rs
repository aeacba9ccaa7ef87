use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// What the line of a newer version says of a fate or of a kind: its name, and the members that this version doesn't
/// know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Unknown {
    pub(super) name: String,
    pub(super) members: Members,
}

impl Unknown {
    /// `None` if there is nothing to keep, because the line says no more than `written_anyway`, the name that this
    /// version writes for what it doesn't know.
    pub(super) fn new(name: String, members: Members, written_anyway: &str) -> Option<Arc<Self>> {
        let says_more = name != written_anyway || !members.0.is_empty();
        says_more.then(|| Arc::new(Self { name, members }))
    }
}

/// Members in the order in which they were read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Members(pub(super) Vec<(String, Value)>);

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            members.push(entry);
        }
        Ok(Members(members))
    }
}
