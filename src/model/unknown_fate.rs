use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// What the line of a newer version says of a fate: the fate's name, and the members that this version doesn't know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UnknownFate {
    pub(super) name: String,
    pub(super) members: Vec<(String, Value)>,
}

impl Serialize for UnknownFate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("fate", &self.name)?;
        for (name, value) in &self.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
