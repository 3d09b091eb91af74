//! A task that somebody else keeps, as `aws dms describe-replication-tasks` answers: read without AWS.

use jiff::Timestamp;
use plan::clean::one_line;
use plan::{MigrationType, embedded};
use serde_json::{Map, Value};

use super::starts;
use crate::run::observation::{Stats, Task};
use crate::run::status::Status;
use crate::run::stop_reason::StopReason;
use crate::run::table::{Table, TableState};

/// The most tables that are counted one by one: more make no difference to how a task is started.
const MOST_TABLES: u32 = 1000;

/// A task as DMS describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// What counts for a start.
    pub(super) task: Task,
    /// Its settings, where the answer holds them.
    pub(super) settings: Option<Value>,
}

impl Described {
    /// Reads one task of what DMS answered. What it does not say, or says in another form, is not known.
    pub fn read(described: &Map<String, Value>) -> Described {
        let text = |name: &str| described.get(name).and_then(Value::as_str).unwrap_or_default();
        let stated = |name: &str| Some(text(name).to_owned()).filter(|text| !text.is_empty());
        let migration_type = MigrationType::from(text("MigrationType").to_owned());
        let status = Status::from(text("Status"));
        let at_an_end = status.is_an_end();
        let stop_reason =
            stated("StopReason").filter(|_| at_an_end).and_then(|text| StopReason::parse(&text));
        let stats = described.get("ReplicationTaskStats").and_then(Value::as_object).map(stats);
        let task = starts::task(migration_type, status, stop_reason, stats);
        let settings =
            described.get("ReplicationTaskSettings").map(embedded::document).filter(Value::is_object);
        Described {
            task: Task {
                last_failure: stated("LastFailureMessage").filter(|_| at_an_end),
                cdc_stop_position: stated("CdcStopPosition"),
                task_start_date: described.get("ReplicationTaskStartDate").and_then(instant),
                ..task
            },
            settings,
        }
    }

    /// True when some of its tables are not loaded.
    pub(super) fn unfinished(&self) -> bool {
        let stats = self.task.stats.as_ref();
        stats.is_some_and(|stats| stats.tables_loading + stats.tables_queued + stats.tables_errored > 0)
    }

    /// Its tables, as its counters tell of them.
    pub(super) fn tables(&self) -> Vec<Table> {
        let Some(stats) = &self.task.stats else { return Vec::new() };
        let ended = stats.full_load_finish_date.or(stats.stop_date).unwrap_or(Timestamp::UNIX_EPOCH);
        let of = |count: u32, state: TableState| {
            std::iter::repeat_n(starts::table(state, ended), count.min(MOST_TABLES) as usize)
        };
        of(stats.tables_loaded, TableState::Completed)
            .chain(of(stats.tables_errored, TableState::Error))
            .chain(of(stats.tables_loading.saturating_add(stats.tables_queued), TableState::FullLoad))
            .collect()
    }

    /// What it has behind it, in words.
    pub(super) fn in_words(&self) -> String {
        let Task { status, stop_reason, stats, .. } = &self.task;
        let reason = stop_reason.as_ref().map(|reason| format!(" ({})", reason.as_str())).unwrap_or_default();
        let counted = stats.as_ref().map(|stats| {
            let open = stats.tables_loading.saturating_add(stats.tables_queued);
            format!(
                ", {} loaded, {open} unfinished, {} in error",
                crate::run::tables::counted(stats.tables_loaded as usize),
                stats.tables_errored
            )
        });
        format!("is as it is described, {}{reason}{}", one_line(status.as_str()), counted.unwrap_or_default())
    }
}

fn stats(stats: &Map<String, Value>) -> Stats {
    let count = |name: &str| {
        stats.get(name).and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
    };
    let date = |name: &str| stats.get(name).and_then(instant);
    Stats {
        tables_loaded: count("TablesLoaded"),
        tables_loading: count("TablesLoading"),
        tables_queued: count("TablesQueued"),
        tables_errored: count("TablesErrored"),
        percent: None,
        fresh_start_date: date("FreshStartDate"),
        start_date: date("StartDate"),
        stop_date: date("StopDate"),
        full_load_start_date: date("FullLoadStartDate"),
        full_load_finish_date: date("FullLoadFinishDate"),
    }
}

/// An instant as the CLI prints it, or as DMS answers it: seconds since 1970.
fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => Timestamp::from_millisecond((value.as_f64()? * 1000.0) as i64).ok(),
    }
}
