//! An outcome and a fate as JSON. A fate that this version doesn't know is kept as it was read.

use serde::de::Error;
use serde::de::value::MapDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::failure::Failure;
use super::outcome::{Fate, NetworkResult, Outcome};
use super::post_id::PostId;
use super::provider::Provider;
use super::unknown::{Members, Unknown};

/// An outcome as it is read.
#[derive(Deserialize)]
struct Read {
    id: PostId,
    provider: Provider,
    #[serde(default)]
    networks: Vec<NetworkResult>,
    #[serde(default)]
    attempts: u32,
    #[serde(default)]
    unanswered: u32,
    fate: String,
    /// What remains: the members of the fate, and those that aren't known.
    #[serde(flatten)]
    members: Members,
}

/// A fate as it is read.
#[derive(Deserialize)]
struct ReadFate {
    fate: String,
    #[serde(flatten)]
    members: Members,
}

/// An outcome as it is written.
#[derive(Serialize)]
struct Written<'a> {
    id: &'a PostId,
    provider: &'a Provider,
    #[serde(flatten)]
    fate: WrittenFate<'a>,
    networks: &'a [NetworkResult],
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    unanswered: Option<u32>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WrittenFate<'a> {
    Known(&'a Fate),
    Unknown {
        #[serde(rename = "fate")]
        name: &'a str,
        #[serde(flatten)]
        members: &'a Members,
    },
}

impl Fate {
    /// The fate of this name. `None` if this version doesn't know it.
    fn from_members<E: Error>(name: &str, members: &Members) -> Result<Option<Self>, E> {
        Ok(Some(match name {
            "deleted" => Self::Deleted,
            "marked_deleted" => Self::MarkedDeleted,
            "already_deleted" => Self::AlreadyDeleted,
            "not_found" => Self::NotFound,
            "partial" => Self::Partial,
            "blocked" => Self::Blocked {
                status: members.status()?,
            },
            "failed" => Self::Failed(members.failure()?),
            "uncertain" => Self::Uncertain(members.failure()?),
            "unreported" => Self::Unreported,
            "not_attempted" => Self::NotAttempted(members.failure()?),
            _ => return Ok(None),
        }))
    }
}

impl Members {
    fn status<E: Error>(&self) -> Result<String, E> {
        let status = self.0.iter().find(|(name, _)| name == "status");
        let (_, status) = status.ok_or_else(|| E::missing_field("status"))?;
        String::deserialize(status).map_err(E::custom)
    }

    fn failure<E: Error>(&self) -> Result<Failure, E> {
        let members = self.0.iter().map(|(name, value)| (name.as_str(), value));
        Failure::deserialize(MapDeserializer::new(members)).map_err(E::custom::<serde_json::Error>)
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(deserializer)?;
        let fate = Fate::from_members(&read.fate, &read.members)?;
        let unknown_fate = match fate {
            Some(_) => None,
            None => Unknown::new(read.fate, read.members, Fate::Unknown.as_str()),
        };
        Ok(Self {
            networks: read.networks,
            attempts: read.attempts,
            unanswered: read.unanswered,
            unknown_fate,
            ..Self::new(read.id, read.provider, fate.unwrap_or(Fate::Unknown))
        })
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fate = match self.unknown_fate() {
            Some(Unknown { name, members }) => WrittenFate::Unknown { name, members },
            None => WrittenFate::Known(&self.fate),
        };
        let written = Written {
            id: &self.id,
            provider: &self.provider,
            fate,
            networks: &self.networks,
            attempts: self.attempts,
            unanswered: Some(self.unanswered).filter(|count| *count > 0),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ReadFate { fate, members } = ReadFate::deserialize(deserializer)?;
        let known = Self::from_members(&fate, &members)?;
        Ok(known.unwrap_or(Self::Unknown))
    }
}
