//! A replication task: what it was asked to do, what it has done, and how DMS describes it.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::counters::{Counters, Counts};
use crate::mappings::Mappings;
use crate::replication::Replication;
use crate::settings::Settings;
use crate::tables::{Table, TableState};
use crate::time;

/// What a task is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is being created.
    Creating,
    /// It was created and has never been started.
    Ready,
    /// A start was accepted.
    Starting,
    /// It loads or replicates.
    Running,
    /// A stop was accepted.
    Stopping,
    /// It has come to an end or was stopped.
    Stopped,
    /// It has come to a bad end.
    Failed,
    /// It is being changed.
    Modifying,
    /// It is being moved to another instance.
    Moving,
    /// It could not be moved.
    FailedMove,
    /// It is being assessed.
    Testing,
    /// It is going away.
    Deleting,
}

impl Status {
    /// DMS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Ready => "ready",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Modifying => "modifying",
            Self::Moving => "moving",
            Self::FailedMove => "failed-move",
            Self::Testing => "testing",
            Self::Deleting => "deleting",
        }
    }

    /// Whether a task can be started, modified, moved or deleted.
    pub(crate) fn is_idle(self) -> bool {
        matches!(self, Self::Ready | Self::Stopped | Self::Failed | Self::FailedMove)
    }
}

/// What a task moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationType {
    /// What is there.
    FullLoad,
    /// What changes.
    Cdc,
    /// What is there, and what changes from then on.
    FullLoadAndCdc,
}

impl MigrationType {
    pub(crate) const NAMES: [&str; 3] = ["full-load", "cdc", "full-load-and-cdc"];

    /// DMS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FullLoad => "full-load",
            Self::Cdc => "cdc",
            Self::FullLoadAndCdc => "full-load-and-cdc",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "cdc" => Self::Cdc,
            "full-load-and-cdc" => Self::FullLoadAndCdc,
            _ => Self::FullLoad,
        }
    }

    pub(crate) fn loads(self) -> bool {
        self != Self::Cdc
    }

    pub(crate) fn replicates(self) -> bool {
        self != Self::FullLoad
    }
}

/// How a task is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartType {
    /// For the first time.
    StartReplication,
    /// From where it stopped.
    ResumeProcessing,
    /// From the beginning once more.
    ReloadTarget,
}

impl StartType {
    pub(crate) const NAMES: [&str; 3] = ["start-replication", "resume-processing", "reload-target"];

    /// DMS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StartReplication => "start-replication",
            Self::ResumeProcessing => "resume-processing",
            Self::ReloadTarget => "reload-target",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "resume-processing" => Self::ResumeProcessing,
            "reload-target" => Self::ReloadTarget,
            _ => Self::StartReplication,
        }
    }
}

/// A start that DMS accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    pub at: Timestamp,
    /// Of which type.
    pub start_type: StartType,
}

/// `ReplicationTaskStats`, as far as it is not counted from the tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stats {
    pub(crate) fresh_start: Timestamp,
    pub(crate) start: Timestamp,
    pub(crate) stop: Option<Timestamp>,
    pub(crate) full_load_start: Option<Timestamp>,
    pub(crate) full_load_finish: Option<Timestamp>,
}

/// What falls due in a task's life.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Due {
    Created,
    Modified,
    Moved { succeeds: bool },
    Assessed,
    Gone,
    Running,
    TableEnds(usize),
    Validated(usize),
    StopPosition,
    Stopped,
    Trouble(usize),
    ReadingResumed,
    Recovered,
    RecoveryFailed { message: String },
}

/// What describes show instead of the truth for a while after a start.
#[derive(Debug, Clone)]
pub(crate) struct Outdated {
    pub(crate) until: Timestamp,
    pub(crate) polls: u32,
    pub(crate) description: Value,
    pub(crate) statistics: Vec<Value>,
}

/// What a task was asked to do.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) identifier: String,
    pub(crate) source_arn: String,
    pub(crate) target_arn: String,
    pub(crate) instance_arn: String,
    pub(crate) migration_type: MigrationType,
    pub(crate) mappings_text: String,
    pub(crate) mappings: Mappings,
    pub(crate) settings: Settings,
    pub(crate) cdc_start_position: Option<String>,
    pub(crate) cdc_stop_position: Option<String>,
    pub(crate) task_data: Option<String>,
}

/// A replication task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its place in the order of creation.
    pub(crate) number: u64,
    pub(crate) arn: String,
    pub(crate) definition: Definition,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) created: Timestamp,
    pub(crate) status: Status,
    /// Where it returns to when it has been modified, moved or assessed.
    pub(crate) before: Status,
    /// The instance that it is being moved to.
    pub(crate) moving_to: Option<String>,
    pub(crate) stop_reason: Option<String>,
    pub(crate) last_failure: Option<String>,
    pub(crate) stats: Option<Stats>,
    pub(crate) tables: Vec<Table>,
    pub(crate) queue: VecDeque<usize>,
    pub(crate) starts: Vec<Start>,
    /// How many of the starts belong to the history that the scenario gave the task.
    pub(crate) starts_before: usize,
    pub(crate) agenda: BTreeMap<(Timestamp, u64), Due>,
    pub(crate) next_on_agenda: u64,
    pub(crate) recovering: bool,
    pub(crate) outdated: Option<Outdated>,
    pub(crate) counters: Counters,
    pub(crate) replication: Replication,
    pub(crate) reading_paused: bool,
    /// How far it has read the source's log.
    pub(crate) read_until: Option<Timestamp>,
    pub(crate) gone: bool,
    pub(crate) delete_when_stopped: bool,
    pub(crate) loaded: bool,
    pub(crate) checkpoint_at: Option<Timestamp>,
}

impl Task {
    pub(crate) fn new(arn: String, definition: Definition, created: Timestamp) -> Self {
        Self {
            number: 0,
            arn,
            definition,
            tags: BTreeMap::new(),
            created,
            status: Status::Creating,
            before: Status::Ready,
            moving_to: None,
            stop_reason: None,
            last_failure: None,
            stats: None,
            tables: Vec::new(),
            queue: VecDeque::new(),
            starts: Vec::new(),
            starts_before: 0,
            agenda: BTreeMap::new(),
            next_on_agenda: 0,
            recovering: false,
            outdated: None,
            counters: Counters::default(),
            replication: Replication::default(),
            reading_paused: false,
            read_until: None,
            gone: false,
            delete_when_stopped: false,
            loaded: false,
            checkpoint_at: None,
        }
    }

    /// `ReplicationTaskArn`.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// `ReplicationTaskIdentifier`, in lower case.
    pub fn identifier(&self) -> &str {
        &self.definition.identifier
    }

    /// What the task is really doing, whatever a lagging describe says.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The whole text of `StopReason`, of the latest run that ended.
    pub fn stop_reason(&self) -> Option<&str> {
        self.stop_reason.as_deref()
    }

    /// Its tags.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// Every start that was accepted, also those in the history that the scenario gave the task.
    pub fn starts(&self) -> &[Start] {
        &self.starts
    }

    /// Its tables, as of the latest start; none before the first.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// What it moves.
    pub fn migration_type(&self) -> MigrationType {
        self.definition.migration_type
    }

    /// Puts something on the agenda.
    pub(crate) fn schedule(&mut self, at: Timestamp, due: Due) {
        self.next_on_agenda += 1;
        self.agenda.insert((at, self.next_on_agenda), due);
    }

    /// When the next thing falls due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn is_active(&self) -> bool {
        matches!(self.status, Status::Starting | Status::Running | Status::Stopping)
    }

    pub(crate) fn tail(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or_default()
    }

    /// What a describe shows instead of the truth while it lags behind a start; uses up one of its polls.
    pub(crate) fn outdated_description(&mut self, now: Timestamp) -> Option<Value> {
        let shown = self.outdated.as_mut()?;
        if shown.polls == 0 && now >= shown.until {
            self.outdated = None;
            return None;
        }
        shown.polls = shown.polls.saturating_sub(1);
        Some(shown.description.clone())
    }

    /// Keeps the counters of the tables where describes may have to show old ones.
    pub(crate) fn note_counts(&mut self, now: Timestamp, trails_by: f64) {
        self.counters.note(now, trails_by, &self.tables);
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

    // Only a task that has replicated changes, and has stopped, tells where it would go on.
    fn checkpoint(&self) -> Option<String> {
        let at = self.checkpoint_at.filter(|_| matches!(self.status, Status::Stopped | Status::Failed))?;
        let seconds = at.as_second();
        Some(format!("checkpoint:V1#{}#000004AF/{seconds:08X}#0#0#*#0#0", self.starts.len()))
    }

    fn statistics(&self, now: Timestamp) -> Value {
        let Some(stats) = self.stats else { return Value::Null };
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
