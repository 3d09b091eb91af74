//! What DMS said this time, as plain values. The words that DMS uses are open strings; here they become a small set,
//! and the word itself is kept for the reader.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::run::lag::LagPoint;
use plan::table_name::{NamedByMapping, TableName};
use plan::{Arn, MigrationType};

/// What one poll saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// The task.
    pub task: TaskSeen,
    /// Every page of its table statistics, when they were asked for.
    pub tables: Option<Vec<Table>>,
    /// The connections of its two endpoints, when they were asked for.
    pub connections: Option<Vec<Connection>>,
    /// How far replication was behind in the last minutes, when that was asked for.
    pub lag: Option<Vec<LagPoint>>,
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
    /// What it is doing.
    pub phase: Phase,
    /// DMS's own word for that.
    pub status: String,
    /// Why it stopped; only means something while it is stopped or failed.
    pub stop_reason: Option<StopReason>,
    /// DMS's last error, as it wrote it.
    pub last_failure: Option<String>,
    /// Counters and dates; absent on a task that never ran.
    pub stats: Option<Stats>,
    /// The settings in force, when they were asked for.
    pub facts: Option<Facts>,
    /// Where it ends replicating, if that was stated.
    pub cdc_stop_position: Option<String>,
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

    /// True when it has been started at least once. That is permanent: only deleting the task resets it.
    pub fn has_run(&self) -> bool {
        self.start_date().is_some() || matches!(self.status.as_str(), "stopped" | "running" | "stopping")
    }
}

/// What a task is doing, as far as decisions need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It can be started: ready, stopped, failed, failed-move.
    Idle,
    /// On its way up.
    Starting,
    /// At work.
    Running,
    /// On its way down.
    Stopping,
    /// Something else is being done to it (creating, modifying, moving, testing, or a word we do not know): wait.
    Busy,
    /// It is being deleted.
    Gone,
}

impl Phase {
    /// The phase behind a status of DMS. A word that we do not know is waited out.
    pub fn of(status: &str) -> Phase {
        match status {
            "ready" | "stopped" | "failed" | "failed-move" => Phase::Idle,
            "starting" => Phase::Starting,
            "running" => Phase::Running,
            "stopping" => Phase::Stopping,
            "deleting" => Phase::Gone,
            _ => Phase::Busy,
        }
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
    /// DMS's estimate of the load in percent. It reads 100 with tables in error and with none loaded, so it decides nothing
    /// and is never shown alone.
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

/// What the settings in force and the mapping say about starting, resuming and judging.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Facts {
    /// TargetTablePrepMode, as DMS spells it.
    pub prep_mode: String,
    /// An interrupted load cannot be resumed when primary keys come after it.
    pub create_pk_after_full_load: bool,
    /// Rows are compared after they were loaded.
    pub validation: bool,
    /// The tables that the task's mapping names one by one.
    #[serde(default)]
    pub named: NamedByMapping,
}

/// Why a task stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum StopReason {
    /// `NORMAL`: somebody asked it to stop.
    Normal,
    /// `FULL_LOAD_ONLY_FINISHED`: the load is over; says nothing about tables in error.
    FullLoadOnlyFinished,
    /// `STOPPED_AFTER_FULL_LOAD`: loaded, cached changes not applied.
    StoppedAfterFullLoad,
    /// `STOPPED_AFTER_CACHED_EVENTS`: loaded, cached changes applied.
    StoppedAfterCachedEvents,
    /// `STOPPED_AFTER_DDL_APPLY`.
    StoppedAfterDdlApply,
    /// `STOPPED_AT_SERVER_TIME`: the stop position was reached.
    StoppedAtServerTime,
    /// `STOPPED_AT_COMMIT_TIME`: the stop position was reached.
    StoppedAtCommitTime,
    /// `RECOVERABLE_ERROR`: the environment failed and DMS gave up trying.
    RecoverableError,
    /// `FATAL_ERROR`.
    FatalError,
    /// `STOPPED_DUE_TO_LOW_MEMORY` or `STOPPED_DUE_TO_LOW_DISK`.
    LowResources(String),
    /// `EXPRESS_LICENSE_LIMITS_REACHED`.
    LicenseLimits,
    /// `RECONFIGURATION_RESTART` or `RECYCLE_TASK`: DMS restarts it by itself.
    Restarting(String),
    /// Any other code.
    Other(String),
}

impl StopReason {
    /// Reads DMS's text: `Stop Reason <CODE>`, alone or inside a sentence.
    pub fn parse(text: &str) -> Option<StopReason> {
        let code = match text.rfind("Stop Reason ") {
            Some(at) => &text[at + "Stop Reason ".len()..],
            None => text.trim(),
        };
        let end = code.find(|c: char| !(c.is_ascii_uppercase() || c == '_')).unwrap_or(code.len());
        let code = &code[..end];
        (!code.is_empty()).then(|| StopReason::from(code.to_owned()))
    }

    /// DMS's own code.
    pub fn code(&self) -> &str {
        match self {
            StopReason::Normal => "NORMAL",
            StopReason::FullLoadOnlyFinished => "FULL_LOAD_ONLY_FINISHED",
            StopReason::StoppedAfterFullLoad => "STOPPED_AFTER_FULL_LOAD",
            StopReason::StoppedAfterCachedEvents => "STOPPED_AFTER_CACHED_EVENTS",
            StopReason::StoppedAfterDdlApply => "STOPPED_AFTER_DDL_APPLY",
            StopReason::StoppedAtServerTime => "STOPPED_AT_SERVER_TIME",
            StopReason::StoppedAtCommitTime => "STOPPED_AT_COMMIT_TIME",
            StopReason::RecoverableError => "RECOVERABLE_ERROR",
            StopReason::FatalError => "FATAL_ERROR",
            StopReason::LicenseLimits => "EXPRESS_LICENSE_LIMITS_REACHED",
            StopReason::LowResources(code) | StopReason::Restarting(code) | StopReason::Other(code) => code,
        }
    }
}

impl From<String> for StopReason {
    fn from(code: String) -> Self {
        match code.as_str() {
            "NORMAL" => StopReason::Normal,
            "FULL_LOAD_ONLY_FINISHED" => StopReason::FullLoadOnlyFinished,
            "STOPPED_AFTER_FULL_LOAD" => StopReason::StoppedAfterFullLoad,
            "STOPPED_AFTER_CACHED_EVENTS" => StopReason::StoppedAfterCachedEvents,
            "STOPPED_AFTER_DDL_APPLY" => StopReason::StoppedAfterDdlApply,
            "STOPPED_AT_SERVER_TIME" => StopReason::StoppedAtServerTime,
            "STOPPED_AT_COMMIT_TIME" => StopReason::StoppedAtCommitTime,
            "RECOVERABLE_ERROR" => StopReason::RecoverableError,
            "FATAL_ERROR" => StopReason::FatalError,
            "EXPRESS_LICENSE_LIMITS_REACHED" => StopReason::LicenseLimits,
            "STOPPED_DUE_TO_LOW_MEMORY" | "STOPPED_DUE_TO_LOW_DISK" => StopReason::LowResources(code),
            "RECONFIGURATION_RESTART" | "RECYCLE_TASK" => StopReason::Restarting(code),
            _ => StopReason::Other(code),
        }
    }
}

impl From<StopReason> for String {
    fn from(reason: StopReason) -> String {
        reason.code().to_owned()
    }
}

/// One table as DescribeTableStatistics shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in the source.
    pub name: TableName,
    /// Where its load stands.
    pub state: TableState,
    /// Rows read for the load. DMS counts rows that it has staged: not all need be committed.
    pub rows: u64,
    /// Rows that the target did not take (`FullLoadErrorRows` and `FullLoadCondtnlChkFailedRows`; DynamoDB targets only).
    pub refused_rows: u64,
    /// When its load came to an end.
    pub load_ended: Option<Timestamp>,
    /// What validation says.
    pub validation: Validation,
    /// Rows that validation found different.
    pub validation_failed: u64,
    /// Rows that validation could not compare.
    pub validation_suspended: u64,
    /// Rows that validation has not compared yet.
    pub validation_pending: u64,
}

/// Where a table's load stands, in DMS's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableState {
    /// `Table completed`.
    Completed,
    /// `Before load`, `Full load` or `Table is being reloaded`.
    Unfinished(String),
    /// `Table error`, `Table cancelled` or `Table does not exist`.
    Errored(String),
    /// A word that we do not know: never counted as complete.
    Other(String),
}

impl From<&str> for TableState {
    fn from(word: &str) -> Self {
        match word {
            "Table completed" => TableState::Completed,
            "Before load" | "Full load" | "Table is being reloaded" => {
                TableState::Unfinished(word.to_owned())
            }
            "Table error" | "Table cancelled" | "Table does not exist" => {
                TableState::Errored(word.to_owned())
            }
            _ => TableState::Other(word.to_owned()),
        }
    }
}

impl TableState {
    /// DMS's own word.
    pub fn word(&self) -> &str {
        match self {
            TableState::Completed => "Table completed",
            TableState::Unfinished(word) | TableState::Errored(word) | TableState::Other(word) => word,
        }
    }
}

/// What validation says about a table, in classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validation {
    /// `Not enabled`.
    NotEnabled,
    /// `Validated`.
    Validated,
    /// Still being compared.
    Pending(String),
    /// `No primary key`: rows cannot be told apart.
    NoPrimaryKey,
    /// Rows differ, or validation failed; a word that we do not know counts here.
    Failed(String),
}

impl From<&str> for Validation {
    fn from(word: &str) -> Self {
        match word {
            "" | "Not enabled" => Validation::NotEnabled,
            "Validated" => Validation::Validated,
            "Pending records" | "Pending validation" | "Preparing table" | "Pending revalidation" => {
                Validation::Pending(word.to_owned())
            }
            "No primary key" => Validation::NoPrimaryKey,
            _ => Validation::Failed(word.to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stop_reasons_are_found_alone_and_in_a_sentence() {
        let of = StopReason::parse;
        assert_eq!(of("Stop Reason FULL_LOAD_ONLY_FINISHED"), Some(StopReason::FullLoadOnlyFinished));
        assert_eq!(
            of("Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL"),
            Some(StopReason::FatalError)
        );
        assert_eq!(of("Stop Reason NORMAL"), Some(StopReason::Normal));
        assert_eq!(of("NORMAL"), Some(StopReason::Normal));
        assert_eq!(of(""), None);
        let unknown = of("Stop Reason SOMETHING_NEW").unwrap();
        assert_eq!(unknown, StopReason::Other("SOMETHING_NEW".into()));
        assert_eq!(unknown.code(), "SOMETHING_NEW");
    }

    #[test]
    fn a_word_we_do_not_know_is_waited_out_and_never_complete() {
        assert_eq!(Phase::of("hibernating"), Phase::Busy);
        assert_eq!(TableState::from("Table polished"), TableState::Other("Table polished".into()));
        assert_eq!(Validation::from("Sampled"), Validation::Failed("Sampled".into()));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,80}") {
            let _ = StopReason::parse(&text);
            let _ = StopReason::parse(&format!("Stop Reason {text}"));
        }
    }
}
