//! What goes wrong with a running task, and how it goes on afterwards.

use jiff::Timestamp;

use crate::life::Around;
use crate::news::News;
use crate::scenario::{Trouble, What};
use crate::tables::{TableState, Validation};
use crate::task::{Due, MigrationType, Status, Task};
use crate::time;

const FATAL: &str = "Last Error Task error notification received from subtask 0, thread 0 \
    [reptask/replicationtask.c:2673] [1022502] Stop Reason FATAL_ERROR Error Level FATAL";
const READING_PAUSE: f64 = 600.0;

impl Task {
    /// Goes through what the scenario has for it.
    pub(crate) fn meet(&mut self, at: Timestamp, trouble: &Trouble, around: &mut Around) {
        if !matches!(self.status, Status::Starting | Status::Running) {
            return;
        }
        let recovering = around.scenario.durations.recovering;
        let lasts = |attempts: u32| time::after(at, recovering * f64::from(attempts));
        match trouble.what {
            What::Fail => self.fail(at, trouble.message.as_deref().unwrap_or(FATAL), around),
            What::RecoverableThenFail => {
                let attempts = trouble.attempts.unwrap_or(7);
                let message = trouble.message.clone().unwrap_or_else(|| {
                    format!(
                        "Last Error Task '{}' was stopped after {attempts} recovery attempts Stop Reason FATAL_ERROR \
                         Error Level FATAL",
                        self.tail()
                    )
                });
                self.stand_still(at, around);
                self.schedule(lasts(attempts), Due::RecoveryFailed { message });
            }
            What::Recover => {
                self.stand_still(at, around);
                self.schedule(lasts(trouble.attempts.unwrap_or(1)), Due::Recovered);
            }
            What::Stall => self.stand_still(at, around),
            What::PauseReading => {
                self.pause_reading(at, trouble.for_seconds.unwrap_or(READING_PAUSE), around);
            }
            What::SuspendTable => self.suspend_tables(at, trouble, around),
            What::StoppedByUser => self.stop(at, around),
            What::DeletedByUser => self.delete(at, around),
            What::LowMemory => self.end(at, "STOPPED_DUE_TO_LOW_MEMORY", around),
            What::LowDisk => self.end(at, "STOPPED_DUE_TO_LOW_DISK", around),
            What::Stop => {
                let code = trouble.stop_reason.as_deref().unwrap_or("RECOVERABLE_ERROR");
                self.end(at, code, around);
            }
        }
    }

    fn pause_reading(&mut self, at: Timestamp, seconds: f64, around: &mut Around) {
        if self.recovering || self.reading_paused || !self.replication.is_going() {
            return;
        }
        self.reading_paused = true;
        self.hold_replication(at);
        self.schedule(time::after(at, seconds), Due::ReadingResumed);
        self.tell(at, News::ReadingPaused, around);
    }

    fn suspend_tables(&mut self, at: Timestamp, trouble: &Trouble, around: &mut Around) {
        let is = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        let mut any = false;
        for table in &mut self.tables {
            let meant = is(&trouble.schema_name, &table.schema) && is(&trouble.table_name, &table.name);
            if meant && table.replicating_since.is_some() {
                table.inserts = table.inserts_at(at);
                table.replicating_since = None;
                table.state = TableState::Error;
                any = true;
            }
        }
        if any {
            self.fails_of_table_errors(at, around);
        }
    }

    pub(crate) fn read_on(&mut self, at: Timestamp, around: &mut Around) {
        self.reading_paused = false;
        self.tell(at, News::ReadingResumed, around);
        self.replicate(at, around);
    }

    /// Changes do not flow until replication goes on.
    pub(crate) fn hold_replication(&mut self, at: Timestamp) {
        self.replication.halt(at);
        for table in &mut self.tables {
            table.inserts = table.inserts_at(at);
            table.replicating_since = None;
        }
    }

    /// Nothing moves any more; only further troubles stay on the agenda.
    fn stand_still(&mut self, at: Timestamp, around: &mut Around) {
        self.hold_loads(at, around);
        self.recovering = true;
        self.reading_paused = false;
        self.agenda.retain(|_, due| matches!(due, Due::Trouble(_)));
    }

    pub(crate) fn recover(&mut self, at: Timestamp, around: &mut Around) {
        self.recovering = false;
        if self.status == Status::Starting {
            return self.run(at, around);
        }
        for index in 0..self.tables.len() {
            if self.tables[index].validation == Validation::Comparing {
                let seconds = self.tables[index].source.validation_seconds;
                self.schedule(time::after(at, seconds), Due::Validated(index));
            }
        }
        if self.definition.migration_type == MigrationType::Cdc {
            return self.replicate(at, around);
        }
        self.load_held_again(at, around);
        self.load_next(at, around);
        if self.loaded && self.definition.migration_type.replicates() {
            // A table that is loaded again does not keep the others from going on.
            self.replicate(at, around);
        }
        self.look_whether_loaded(at, around);
    }
}
