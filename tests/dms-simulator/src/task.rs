//! A replication task: what it was asked to do, and what it has done.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::counters::Counters;
use crate::description::Outdated;
use crate::mappings::Mappings;
use crate::replication::Replication;
use crate::settings::Settings;
use crate::tables::Table;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
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
    /// When it got the first of its tags; nothing where it has none, or has had one since before the story.
    pub(crate) tagged_at: Option<Timestamp>,
    pub(crate) created: Timestamp,
    pub(crate) status: Status,
    /// Where it returns to when it has been modified, moved or assessed.
    pub(crate) before: Status,
    /// The instance that it is being moved to.
    pub(crate) moving_to: Option<String>,
    pub(crate) stop_reason: Option<String>,
    pub(crate) last_failure: Option<String>,
    pub(crate) stats: Option<Stats>,
    /// Those of the run before, which are shown until the present ones begin.
    pub(crate) earlier_stats: Option<Stats>,
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
            tagged_at: None,
            created,
            status: Status::Creating,
            before: Status::Ready,
            moving_to: None,
            stop_reason: None,
            last_failure: None,
            stats: None,
            earlier_stats: None,
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

    /// Gives it these tags, and no others.
    pub(crate) fn tag(&mut self, now: Timestamp, tags: BTreeMap<String, String>) {
        if self.tags.is_empty() {
            self.tagged_at = Some(now);
        }
        self.tags = tags;
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

    /// Keeps the counters of the tables where describes may have to show old ones.
    pub(crate) fn note_counts(&mut self, now: Timestamp, trails_by: f64) {
        self.counters.note(now, trails_by, &self.tables);
    }
}
