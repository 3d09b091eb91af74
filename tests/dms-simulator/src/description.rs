//! How DMS describes a task, and what it shows instead for a while after a start or a stop.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::counters::Counts;
use crate::tables::TableState;
use crate::task::{Status, Task};
use crate::time;

/// What describes show instead of the truth for a while after a start or a stop.
#[derive(Debug, Clone)]
pub(crate) struct Outdated {
    pub(crate) until: Timestamp,
    pub(crate) polls: u32,
    pub(crate) description: Value,
    pub(crate) statistics: Vec<Value>,
}

impl Task {
    /// What describes show now, for those that are to lag behind what comes next.
    pub(crate) fn as_shown(&self, now: Timestamp, until: Timestamp, polls: u32) -> Outdated {
        Outdated {
            until,
            polls,
            description: self.describe(now, true),
            statistics: self.tables.iter().map(|table| table.statistics(now)).collect(),
        }
    }

    /// What a describe shows instead of the truth while it lags behind a start or a stop; uses up one of its polls.
    pub(crate) fn outdated_description(&mut self, now: Timestamp) -> Option<Value> {
        let shown = self.outdated.as_mut()?;
        if shown.polls == 0 && now >= shown.until {
            self.outdated = None;
            return None;
        }
        shown.polls = shown.polls.saturating_sub(1);
        Some(shown.description.clone())
    }

    /// `ReplicationTask` as the operations answer it.
    pub(crate) fn describe(&self, now: Timestamp, with_settings: bool) -> Value {
        let definition = &self.definition;
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                members.insert(name.to_owned(), value);
            }
        };
        put("ReplicationTaskIdentifier", json!(definition.identifier));
        put("SourceEndpointArn", json!(definition.source_arn));
        put("TargetEndpointArn", json!(definition.target_arn));
        put("ReplicationInstanceArn", json!(definition.instance_arn));
        put("MigrationType", json!(definition.migration_type.as_str()));
        put("TableMappings", json!(definition.mappings_text));
        if with_settings {
            put("ReplicationTaskSettings", json!(definition.settings.text()));
        }
        put("Status", json!(self.status.as_str()));
        // Both outlive the run that they speak of, until the next one ends: a reader must look at the status first.
        put("LastFailureMessage", json!(self.last_failure));
        put("StopReason", json!(self.stop_reason));
        put("ReplicationTaskCreationDate", time::wire(self.created));
        put("ReplicationTaskStartDate", self.starts.last().map_or(Value::Null, |start| time::wire(start.at)));
        put("CdcStartPosition", json!(definition.cdc_start_position));
        put("CdcStopPosition", json!(definition.cdc_stop_position));
        put("RecoveryCheckpoint", json!(self.checkpoint()));
        put("ReplicationTaskArn", json!(self.arn));
        put("ReplicationTaskStats", self.statistics(now));
        put("TaskData", json!(definition.task_data));
        put("TargetReplicationInstanceArn", json!(self.moving_to));
        Value::Object(members)
    }

    /// `ReplicationTask` as the answers to Start, Stop and Delete hold it: no statistics, and no reason for a stop while
    /// the task is active.
    pub(crate) fn answer(&self, now: Timestamp) -> Value {
        let mut answer = self.describe(now, true);
        if let Some(members) = answer.as_object_mut() {
            members.remove("ReplicationTaskStats");
            if self.is_active() {
                members.remove("StopReason");
            }
        }
        answer
    }

    // Only a task that has replicated changes, and has stopped, tells where it would go on.
    fn checkpoint(&self) -> Option<String> {
        let at = self.checkpoint_at.filter(|_| matches!(self.status, Status::Stopped | Status::Failed))?;
        let seconds = at.as_second();
        Some(format!("checkpoint:V1#{}#000004AF/{seconds:08X}#0#0#*#0#0", self.starts.len()))
    }

    fn statistics(&self, now: Timestamp) -> Value {
        let begun = self.stats.filter(|stats| stats.start <= now);
        let Some(stats) = begun.or(self.earlier_stats) else { return Value::Null };
        // A task that only replicates counts no tables: its progress is 100 with none loaded.
        let loads = self.definition.migration_type.loads();
        let counts = if loads { self.counters.shown(now, &self.tables) } else { Counts::default() };
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                members.insert(name.to_owned(), value);
            }
        };
        let instant = |at: Option<Timestamp>| at.map_or(Value::Null, time::wire);
        let elapsed = time::between(stats.start, stats.stop.unwrap_or(now)) * 1000.0;
        put("FullLoadProgressPercent", json!(self.progress(now)));
        put("ElapsedTimeMillis", json!(elapsed as u64));
        put("TablesLoaded", json!(counts.loaded));
        put("TablesLoading", json!(counts.loading));
        put("TablesQueued", json!(counts.queued));
        put("TablesErrored", json!(counts.errored));
        put("FreshStartDate", time::wire(stats.fresh_start));
        put("StartDate", time::wire(stats.start));
        put("StopDate", instant(stats.stop));
        put("FullLoadStartDate", instant(stats.full_load_start));
        put("FullLoadFinishDate", instant(stats.full_load_finish));
        Value::Object(members)
    }

    /// DMS's estimate: a table that ended in an error counts as done, and a task that only replicates is at 100.
    fn progress(&self, now: Timestamp) -> u64 {
        if !self.definition.migration_type.loads() || self.loaded {
            return 100;
        }
        let whole: u64 = self.tables.iter().map(|table| table.source.rows.max(1)).sum();
        let done: u64 = self
            .tables
            .iter()
            .map(|table| match table.state {
                TableState::Completed | TableState::Error => table.source.rows.max(1),
                _ => table.rows_at(now).min(table.source.rows),
            })
            .sum();
        (done * 100).checked_div(whole).unwrap_or(0)
    }
}
