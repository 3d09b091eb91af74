//! What DMS said this time, as plain values.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::close_out::Beside;
use crate::run::instance_status::InstanceStatus;
use crate::run::lag::LagPoint;
use crate::run::status::{Phase, Status};
use crate::run::stop_reason::StopReason;
use crate::run::table::Table;
use plan::settings::{self, PrepMode, flag};
use plan::table_name::NamedByMapping;
use plan::{Arn, MigrationType};

/// What one poll saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// The task.
    pub task: TaskSeen,
    /// Where DMS does not list the task: what else says that it is gone.
    pub absence: Absence,
    /// Every page of its table statistics, when they were asked for.
    pub tables: Option<Vec<Table>>,
    /// Why DMS would not give them, where they may not be read or DMS refuses to read them: a repeat may not help.
    pub tables_refused: Option<String>,
    /// The connections of its two endpoints, when they were asked for.
    pub connections: Option<Vec<Connection>>,
    /// Why DMS would not give them.
    pub connections_refused: Option<String>,
    /// The replication instance, when it was asked for.
    pub instance: InstanceSeen,
    /// How far replication was behind in the last minutes, when that was asked for.
    pub lag: Option<Vec<LagPoint>>,
    /// In a run that closes out another one: who else has to do with the task.
    pub beside: Beside,
}

/// Whether the replication instance was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InstanceSeen {
    /// Nobody asked for it, or DMS could not say just now.
    #[default]
    Unseen,
    /// DMS's word for what it does.
    Seen(InstanceStatus),
    /// It is not there, or the role may not ask for it.
    NotKnown,
}

/// What else says that a task is gone which DMS does not list. Its lists are eventually consistent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absence {
    /// Nothing does, or nothing else was asked.
    #[default]
    Unconfirmed,
    /// DMS does not know its ARN either.
    Confirmed,
    /// The role may not ask by its ARN.
    NotAllowed,
}

/// Whether the task was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TaskSeen {
    /// DMS could not say just now (it was busy): look again later.
    #[default]
    Unseen,
    /// DMS says that there is no such task.
    NotThere,
    /// The task.
    Seen(Box<Task>),
}

/// A replication task as DMS describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its ARN.
    pub arn: Arn,
    /// Its identifier, as DMS stores it.
    pub identifier: String,
    /// Its endpoints and its instance.
    pub route: Route,
    /// Its type.
    pub migration_type: MigrationType,
    /// What it is doing, in DMS's word.
    pub status: Status,
    /// Why it stopped; only means something while it is stopped or failed.
    pub stop_reason: Option<StopReason>,
    /// DMS's last error, as it wrote it.
    pub last_failure: Option<String>,
    /// Counters and dates; absent on a task that never ran.
    pub stats: Option<Stats>,
    /// The settings in force, when they were asked for.
    pub settings: Option<TaskSettings>,
    /// Where it ends replicating, if that was stated.
    pub cdc_stop_position: Option<String>,
    /// `ReplicationTaskStartDate`, which leads the statistics' by seconds.
    pub task_start_date: Option<Timestamp>,
}

/// Dates beside the start date that a start moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OtherDates {
    /// `FreshStartDate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fresh_start: Option<Timestamp>,
    /// `StopDate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Timestamp>,
    /// `ReplicationTaskStartDate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_start: Option<Timestamp>,
}

impl OtherDates {
    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        *self == OtherDates::default()
    }
}

/// From where to where, and through what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Route {
    /// The source endpoint.
    pub source: Arn,
    /// The target endpoint.
    pub target: Arn,
    /// The replication instance.
    pub instance: Arn,
}

impl Task {
    /// When the present or the last run began, also by a resume.
    pub fn start_date(&self) -> Option<Timestamp> {
        self.stats.as_ref().and_then(|stats| stats.start_date)
    }

    /// The dates beside it that a start moves.
    pub fn other_dates(&self) -> OtherDates {
        let stats = self.stats.as_ref();
        OtherDates {
            fresh_start: stats.and_then(|stats| stats.fresh_start_date),
            stop: stats.and_then(|stats| stats.stop_date),
            task_start: self.task_start_date,
        }
    }

    /// What it is doing, as far as decisions need to know.
    pub fn phase(&self) -> Phase {
        self.status.phase()
    }

    /// True when it has been started at least once. That is permanent: only deleting the task resets it.
    pub fn has_run(&self) -> bool {
        self.start_date().is_some()
            || matches!(self.status, Status::Stopped | Status::Running | Status::Stopping)
    }
}

/// DMS's counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stats {
    /// Loaded tables.
    pub tables_loaded: u32,
    /// Tables being loaded.
    pub tables_loading: u32,
    /// Tables that wait.
    pub tables_queued: u32,
    /// Tables in error.
    pub tables_errored: u32,
    /// DMS's estimate of the load in percent. It reads 100 with tables in error and with none loaded, so it decides
    /// nothing and is never shown alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
    /// The last start or reload from the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fresh_start_date: Option<Timestamp>,
    /// The last start of any kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    /// The last stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_date: Option<Timestamp>,
    /// The beginning of the load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_load_start_date: Option<Timestamp>,
    /// The end of the load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_load_finish_date: Option<Timestamp>,
}

impl Stats {
    /// All tables that DMS counts.
    pub fn tables(&self) -> u32 {
        [self.tables_loading, self.tables_queued, self.tables_errored]
            .into_iter()
            .fold(self.tables_loaded, u32::saturating_add)
    }
}

/// What the settings in force and the mapping say about starting, resuming and judging.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskSettings {
    /// What DMS does with tables of the target before it loads them.
    pub prep_mode: PrepMode,
    /// An interrupted load cannot be resumed when primary keys come after it.
    pub create_pk_after_full_load: bool,
    /// Rows are compared after they were loaded.
    pub validation: bool,
    /// The task writes a log.
    pub logging: bool,
    /// The tables that the task's mapping names one by one.
    pub named: NamedByMapping,
}

impl TaskSettings {
    /// Reads them from a task's settings and mapping as DMS shows them. Should DMS not say the prep mode, the one that
    /// asks the user before anything is loaded again is the safe one.
    pub fn read(settings: &Value, mapping: Option<&Value>) -> TaskSettings {
        TaskSettings {
            prep_mode: settings::prep_mode(settings).unwrap_or(PrepMode::DoNothing),
            create_pk_after_full_load: flag(settings, "/FullLoadSettings/CreatePkAfterFullLoad"),
            validation: flag(settings, "/ValidationSettings/EnableValidation"),
            logging: flag(settings, "/Logging/EnableLogging"),
            named: mapping.map(NamedByMapping::of).unwrap_or_default(),
        }
    }
}

/// A connection between the instance and an endpoint. It exists once it has been tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The endpoint.
    pub endpoint: Arn,
    /// What the last test says.
    pub state: ConnectionState,
}

/// What the last test of a connection says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// `successful`.
    Successful,
    /// `testing`, or a word that we do not know.
    Testing,
    /// `failed`, with DMS's text.
    Failed(String),
}
