//! States of a document and the changes between them, as plain bytes and text.

use std::fmt;
use std::str::FromStr;

use automerge::ChangeHash;
use reporunner_model::{AuthorId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Hash of a change: its identity on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeId(pub(crate) ChangeHash);

impl ChangeId {
    /// The hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// The identity with this hash; none where it has not 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        ChangeHash::try_from(bytes).ok().map(Self)
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ChangeId {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| crate::Error::UnknownHeads)
    }
}

/// One state of a document: the changes that no other change of it follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heads(pub(crate) Vec<ChangeHash>);

impl Heads {
    pub(crate) fn new(mut hashes: Vec<ChangeHash>) -> Self {
        hashes.sort_unstable();
        Self(hashes)
    }

    /// The changes, sorted.
    pub fn ids(&self) -> impl Iterator<Item = ChangeId> + '_ {
        self.0.iter().copied().map(ChangeId)
    }
}

impl fmt::Display for Heads {
    /// The hashes as hex, separated by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, hash) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{hash}")?;
        }
        Ok(())
    }
}

impl FromStr for Heads {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hashes = text.split(',').filter(|part| !part.is_empty());
        let ids: Result<Vec<ChangeId>, _> = hashes.map(str::parse).collect();
        Ok(Self::new(ids?.into_iter().map(|id| id.0).collect()))
    }
}

impl Serialize for Heads {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Heads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A change as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its identity.
    pub id: ChangeId,
    /// Its number among the changes of the replica that made it.
    pub seq: u64,
    /// Its bytes, compressed.
    pub bytes: Vec<u8>,
}

/// What is known about a change without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeInfo {
    /// Its identity.
    pub id: ChangeId,
    /// Who made it, where that is known.
    pub author: Option<AuthorId>,
    /// When, by its author's clock, whole seconds.
    pub time: Timestamp,
    /// What it did, in a few words.
    pub label: String,
}
