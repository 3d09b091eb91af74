//! One table of a task: how far its load and its validation are, and how DMS words that.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::pace::Pace;
use crate::scenario::SourceTable;
use crate::time;

/// Where a table is in its load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableState {
    /// An explicit rule names it, and the source does not have it.
    DoesNotExist,
    /// Its load has not begun.
    BeforeLoad,
    /// It is being loaded; or it was, when the task failed.
    FullLoad,
    /// It is loaded.
    Completed,
    /// Its load was interrupted.
    Cancelled,
    /// Its load ended in an error.
    Error,
    /// A reload of it was asked for while the task runs.
    BeingReloaded,
    /// What the scenario says instead of one of DMS's words.
    Other(String),
}

impl TableState {
    /// DMS's words.
    pub fn as_str(&self) -> &str {
        match self {
            Self::DoesNotExist => "Table does not exist",
            Self::BeforeLoad => "Before load",
            Self::FullLoad => "Full load",
            Self::Completed => "Table completed",
            Self::Cancelled => "Table cancelled",
            Self::Error => "Table error",
            Self::BeingReloaded => "Table is being reloaded",
            Self::Other(words) => words,
        }
    }

    pub(crate) fn named(words: &str) -> Self {
        match words {
            "Table cancelled" => Self::Cancelled,
            "Full load" => Self::FullLoad,
            "Before load" => Self::BeforeLoad,
            "Table completed" => Self::Completed,
            "Table error" => Self::Error,
            "Table does not exist" => Self::DoesNotExist,
            "Table is being reloaded" => Self::BeingReloaded,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A load that is going on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Load {
    pub(crate) pace: Pace,
    /// Whether it will end in an error.
    pub(crate) fails: bool,
    /// The ledger's number for it.
    pub(crate) number: u64,
}

/// One table of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) source: SourceTable,
    pub(crate) state: TableState,
    pub(crate) load: Option<Load>,
    pub(crate) rows: u64,
    pub(crate) load_began: Option<Timestamp>,
    pub(crate) load_ended: Option<Timestamp>,
    pub(crate) reloaded: bool,
    pub(crate) validation: Validation,
    pub(crate) inserts: u64,
    /// Since when changes to it are being replicated.
    pub(crate) replicating_since: Option<Timestamp>,
    pub(crate) loads: u32,
}

/// How far the comparison of source and target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validation {
    NotEnabled,
    Waiting,
    Comparing,
    Done,
}

impl Table {
    pub(crate) fn new(schema: &str, name: &str, source: Option<&SourceTable>) -> Self {
        let state = if source.is_some() { TableState::BeforeLoad } else { TableState::DoesNotExist };
        Self {
            schema: schema.to_owned(),
            name: name.to_owned(),
            source: source.cloned().unwrap_or_else(|| SourceTable::new(schema, name, 0, 0.0)),
            state,
            load: None,
            rows: 0,
            load_began: None,
            load_ended: None,
            reloaded: false,
            validation: Validation::NotEnabled,
            inserts: 0,
            replicating_since: None,
            loads: 0,
        }
    }

    /// Its schema, as in the source.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Its name, as in the source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is in its load.
    pub fn state(&self) -> &TableState {
        &self.state
    }

    /// Rows that its latest load has brought, up to an instant.
    pub fn rows_at(&self, now: Timestamp) -> u64 {
        self.load.as_ref().map_or(self.rows, |load| load.pace.rows_at(now))
    }

    /// Puts it back to before its load.
    pub(crate) fn forget_load(&mut self, validates: bool) {
        if self.state == TableState::DoesNotExist {
            return;
        }
        self.state = TableState::BeforeLoad;
        self.load = None;
        self.rows = 0;
        self.load_began = None;
        self.load_ended = None;
        self.validation = if validates { Validation::Waiting } else { Validation::NotEnabled };
    }

    pub(crate) fn is_loading(&self) -> bool {
        self.load.is_some()
    }

    pub(crate) fn is_unfinished(&self) -> bool {
        !matches!(self.state, TableState::Completed | TableState::DoesNotExist)
    }

    pub(crate) fn inserts_at(&self, now: Timestamp) -> u64 {
        let since = self.replicating_since.map_or(0.0, |since| time::between(since, now));
        self.inserts + (since * self.source.inserts_per_second.max(0.0)) as u64
    }

    /// The entry that DescribeTableStatistics has for it.
    pub(crate) fn statistics(&self, now: Timestamp) -> Value {
        let inserts = self.inserts_at(now);
        let mut entry = Map::new();
        let mut put = |name: &str, value: Value| {
            entry.insert(name.to_owned(), value);
        };
        put("SchemaName", json!(self.schema));
        put("TableName", json!(self.name));
        put("Inserts", json!(inserts));
        put("AppliedInserts", json!(inserts));
        for name in ["Deletes", "Updates", "Ddls", "AppliedDeletes", "AppliedUpdates", "AppliedDdls"] {
            put(name, json!(0));
        }
        put("FullLoadRows", json!(self.rows_at(now)));
        let once_loaded = |rows: u64| if self.state == TableState::Completed { rows } else { 0 };
        put(
            "FullLoadCondtnlChkFailedRows",
            json!(once_loaded(self.source.full_load_condtnl_chk_failed_rows)),
        );
        put("FullLoadErrorRows", json!(once_loaded(self.source.full_load_error_rows)));
        if let Some(began) = self.load_began {
            put("FullLoadStartTime", time::wire(began));
        }
        if let Some(ended) = self.load_ended {
            put("FullLoadEndTime", time::wire(ended));
        }
        put("FullLoadReloaded", json!(self.reloaded));
        put("LastUpdateTime", time::wire(now));
        put("TableState", json!(self.state.as_str()));
        let (pending, failed, suspended, state) = self.validation_figures();
        put("ValidationPendingRecords", json!(pending));
        put("ValidationFailedRecords", json!(failed));
        put("ValidationSuspendedRecords", json!(suspended));
        put("ValidationState", json!(state));
        if let (Validation::Done, Some(details)) = (self.validation, &self.source.validation_state_details) {
            put("ValidationStateDetails", json!(details));
        }
        Value::Object(entry)
    }

    fn validation_figures(&self) -> (u64, u64, u64, &str) {
        let source = &self.source;
        match (self.validation, &self.state) {
            (Validation::NotEnabled, _) => (0, 0, 0, "Not enabled"),
            (_, TableState::Error | TableState::DoesNotExist) => (0, 0, 0, "Table error"),
            (Validation::Waiting, _) => (0, 0, 0, "Pending validation"),
            (Validation::Comparing, _) => (source.rows, 0, 0, "Pending records"),
            (Validation::Done, _) => (
                source.validation_pending_records,
                source.validation_failed_records,
                source.validation_suspended_records,
                &source.validation_state,
            ),
        }
    }
}
