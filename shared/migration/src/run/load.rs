//! How a load has moved, as the document keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What can be seen to move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Marks {
    /// Tables loaded, loading, queued and in error, by DMS's counters.
    pub tables: [u32; 4],
    /// DMS's percent.
    pub percent: u32,
    /// Rows read for the load.
    pub rows: u64,
    /// Rows that validation still has to compare.
    pub pending: u64,
}

/// How a load has moved since this run first saw it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pace {
    /// When it was first seen.
    pub since: Timestamp,
    /// What it was then.
    pub first: Marks,
    /// What it was last.
    pub last: Marks,
    /// When anything was last seen to have moved.
    pub moved: Timestamp,
    /// When the tables were last looked at.
    pub looked: Timestamp,
}

/// What the load before this run's reload took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PreviousLoad {
    /// Rows that it read.
    pub rows: u64,
    /// How long it took, in seconds.
    pub seconds: i64,
}
