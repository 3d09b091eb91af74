//! How long things take, and which way they go where no document decides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long things take, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Durations {
    /// `creating`; 20 by default.
    pub creating: f64,
    /// `starting`; 30 by default.
    pub starting: f64,
    /// `stopping`, after a stop that somebody asked for; 15 by default.
    pub stopping: f64,
    /// `modifying`; 10 by default.
    pub modifying: f64,
    /// `deleting`; 20 by default.
    pub deleting: f64,
    /// How long after an accepted start describes still show the task as it was; 0 by default.
    pub describe_lag: f64,
    /// How many describes after an accepted start still show the task as it was; 0 by default. The lag ends when
    /// both this and `DescribeLag` are used up.
    pub describe_lag_polls: u32,
    /// How long after an accepted start `ReplicationTaskStats` tells of the new run; that instant is its `StartDate`. 6
    /// by default; the end of `starting` at the latest. Until then it tells of the run before, if there was one.
    pub statistics_lag: f64,
    /// How long after an accepted stop describes still show the task at work; 3 by default, the end of `stopping` at
    /// the latest.
    pub stop_lag: f64,
    /// How long it takes until IAM's conditions count the tags of a task; 0 by default. Until then whatever is called
    /// on a task with tags is denied. It runs from the task's first tag on.
    pub tags_count_after: f64,
    /// Between two attempts to recover; 5 by default, as `RecoverableErrorInterval`.
    pub recovering: f64,
    /// How long the table counters of `ReplicationTaskStats` trail the table list; 0 by default.
    pub counters_lag: f64,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            creating: 20.0,
            starting: 30.0,
            stopping: 15.0,
            modifying: 10.0,
            deleting: 20.0,
            describe_lag: 0.0,
            describe_lag_polls: 0,
            statistics_lag: 6.0,
            stop_lag: 3.0,
            tags_count_after: 0.0,
            recovering: 5.0,
            counters_lag: 0.0,
        }
    }
}

/// What no document decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Behaviour {
    /// The TableState of a table whose load somebody's stop interrupts: `Table cancelled` by default; `Full load` is
    /// the other one to expect.
    pub interrupted_table_state: String,
    /// The source commits nothing: a `commit_time` stop position is then never reached. False by default.
    pub idle_source: bool,
    /// A resume of a full-load-and-cdc task that was interrupted in its load, without table errors, goes on loading.
    /// True by default; false skips to the changes, as it always does after table errors.
    pub resume_loads_rest: bool,
    /// A table that an explicit rule names and the source does not have is listed as `Table does not exist`. True by
    /// default; false leaves it out.
    pub explicit_tables_show: bool,
    /// No page of a describe holds more rows than this, whatever `MaxRecords` says; no such limit by default.
    pub most_per_page: Option<u32>,
    /// A describe whose filter finds no task, endpoint or instance answers with an empty list. False by default: it is
    /// `ResourceNotFoundFault`.
    pub nothing_found_is_empty: bool,
    /// A task that is starting cannot be stopped. False by default.
    pub stop_refused_while_starting: bool,
    /// A full load that somebody stops ends with `FULL_LOAD_ONLY_FINISHED`. False by default: with `NORMAL`.
    pub stopped_load_is_finished: bool,
    /// An endpoint that is modified is tested again by DMS itself, wherever it was tested. True by default; false
    /// leaves its connections untested.
    pub modified_endpoint_is_tested: bool,
    /// A DescribeConnections that finds none is ResourceNotFoundFault. False by default: it answers with an empty list.
    pub untested_is_not_found: bool,
    /// The last page of a list has an empty `Marker`. False by default: it has none.
    pub last_marker_is_empty: bool,
    /// A filter with a name that the operation does not know filters nothing. False by default: it is refused.
    pub unknown_filter_is_ignored: bool,
    /// A marker that no page had is the beginning of the list. False by default: it is refused.
    pub unknown_marker_starts_over: bool,
    /// A `MaxRecords` that is too small or too large counts as the nearest one that is not. False by default: it is
    /// refused.
    pub max_records_is_bent: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            interrupted_table_state: "Table cancelled".to_owned(),
            idle_source: false,
            resume_loads_rest: true,
            explicit_tables_show: true,
            most_per_page: None,
            nothing_found_is_empty: false,
            stop_refused_while_starting: false,
            stopped_load_is_finished: false,
            modified_endpoint_is_tested: true,
            untested_is_not_found: false,
            last_marker_is_empty: false,
            unknown_filter_is_ignored: false,
            unknown_marker_starts_over: false,
            max_records_is_bent: false,
        }
    }
}

/// A token bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Throttling {
    /// Calls that may come at once; 200 by default.
    pub burst: f64,
    /// Calls that are granted again each second; 8 by default.
    pub per_second: f64,
}

impl Default for Throttling {
    fn default() -> Self {
        Self { burst: 200.0, per_second: 8.0 }
    }
}
