//! How far behind replication is, as CloudWatch tells it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The course of `CDCLatencySource` and `CDCLatencyTarget`, the same for every task. There is a point for each whole
/// minute in which a task replicates: none while it only loads, none once it is stopped. While DMS recovers from an
/// error, or has paused its reading, the lag grows by a second each second.
///
/// Seconds after a beginning are counted from when replication began: for a task that loads first, after its load;
/// after each start anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Lag {
    /// How far behind a task is when replication begins; 0 by default.
    pub behind_seconds: f64,
    /// How much of that it makes good each second; 10 by default.
    pub catch_up_per_second: f64,
    /// The lag that always remains; 0 by default, which is also what a task shows that reads nothing.
    pub floor_seconds: f64,
    /// The part of the lag that `CDCLatencySource` shows, from 0 to 1; `CDCLatencyTarget` shows the whole of it. 0.5 by
    /// default.
    pub source_share: f64,
    /// Spans in which the lag grows, as it does while a transaction is open in the source; none by default.
    pub spikes: Vec<LagSpike>,
    /// Spans without any point, though the task replicates; none by default.
    pub gaps: Vec<LagSpan>,
    /// How late CloudWatch shows a point; 60 by default.
    pub delay_seconds: f64,
}

impl Default for Lag {
    fn default() -> Self {
        Self {
            behind_seconds: 0.0,
            catch_up_per_second: 10.0,
            floor_seconds: 0.0,
            source_share: 0.5,
            spikes: Vec::new(),
            gaps: Vec::new(),
            delay_seconds: 60.0,
        }
    }
}

/// A span in which the lag grows evenly; afterwards it falls again as fast as the task catches up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LagSpike {
    /// When it begins.
    pub after_seconds: f64,
    /// How long it takes.
    pub for_seconds: f64,
    /// How far behind the task is at its end; a task that is further behind already stays where it is.
    pub to_seconds: f64,
}

/// A span of time since replication began.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct LagSpan {
    /// When it begins.
    pub after_seconds: f64,
    /// How long it takes.
    pub for_seconds: f64,
}
