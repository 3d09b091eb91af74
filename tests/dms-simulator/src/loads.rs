//! The loading of a task's tables, side by side, and what that does to the target.

use jiff::Timestamp;

use crate::ledger::{self, TableKey};
use crate::life::Around;
use crate::pace::Pace;
use crate::tables::{Load, Table, TableState, Validation};
use crate::task::{Due, Status, Task};
use crate::time;

impl Task {
    /// Looks which tables the rules take now. A resumed task remembers how far each of them was.
    pub(crate) fn capture_tables(&mut self, resumed: bool, around: &Around) {
        let mine: Vec<_> = around
            .sources
            .iter()
            .filter(|table| table.endpoint_arn.as_ref().is_none_or(|arn| *arn == self.definition.source_arn))
            .cloned()
            .collect();
        let validates = self.definition.settings.validates();
        let shows_missing = around.scenario.behaviour.explicit_tables_show;
        let earlier = std::mem::take(&mut self.tables);
        self.tables = self
            .definition
            .mappings
            .select(&mine)
            .into_iter()
            .filter(|selected| shows_missing || selected.source.is_some())
            .map(|selected| {
                let known = earlier
                    .iter()
                    .find(|table| table.schema == selected.schema && table.name == selected.table)
                    .filter(|table| (table.state == TableState::DoesNotExist) == selected.source.is_none());
                match known {
                    Some(table) if resumed => table.clone(),
                    known => {
                        let mut table =
                            Table::new(&selected.schema, &selected.table, selected.source.as_ref());
                        table.loads = known.map_or(0, |table| table.loads);
                        table.forget_load(validates);
                        table
                    }
                }
            })
            .collect();
    }

    /// Every table that is not loaded waits for its load, from its first row on.
    pub(crate) fn queue_unfinished(&mut self) {
        let validates = self.definition.settings.validates();
        self.queue.clear();
        for (index, table) in self.tables.iter_mut().enumerate() {
            if table.is_unfinished() {
                table.forget_load(validates);
                self.queue.push_back(index);
            }
        }
    }

    /// Begins as many waiting loads as may go on side by side.
    pub(crate) fn load_next(&mut self, at: Timestamp, around: &mut Around) {
        let mut loading = self.tables.iter().filter(|table| table.is_loading()).count();
        while loading < self.definition.settings.parallel_loads() {
            let Some(index) = self.queue.pop_front() else { return };
            self.begin_load(at, index, around);
            loading += 1;
        }
    }

    fn begin_load(&mut self, at: Timestamp, index: usize, around: &mut Around) {
        let key = self.key_of(index);
        let preparation = self.definition.settings.preparation();
        let table = &mut self.tables[index];
        table.loads += 1;
        table.source = table.source.at(around.age(at));
        let source = &table.source;
        let fails = source.error.is_some() && source.error_times.is_none_or(|times| table.loads <= times);
        let whole = source.rows.saturating_sub(source.lost_rows);
        let rows = if fails { source.error_after_rows.min(source.rows) } else { whole };
        // An error cuts the load short where it happens.
        let share = if fails { rows as f64 / source.rows.max(1) as f64 } else { 1.0 };
        let ends = time::after(at, source.load_seconds * share);
        let pace = Pace::new(at, ends, rows);
        let number = around.ledger.begin_load(at, &self.arn, &key, preparation, pace);
        if table.state != TableState::BeingReloaded {
            table.state = TableState::FullLoad;
        }
        table.rows = 0;
        table.load_began = Some(at);
        table.load_ended = None;
        table.load = Some(Load { pace, fails, number });
        self.schedule(ends, Due::TableEnds(index));
    }

    pub(crate) fn table_ends(&mut self, at: Timestamp, index: usize, around: &mut Around) {
        let fails = self.tables[index].load.as_ref().is_some_and(|load| load.fails);
        self.close_load(at, index, !fails, around);
        let validates = self.definition.settings.validates();
        let table = &mut self.tables[index];
        table.load_ended = Some(at);
        if fails {
            table.state = TableState::Error;
            if self.fails_of_table_errors(at, around) {
                return;
            }
        } else {
            table.state = TableState::Completed;
            if validates {
                table.validation = Validation::Comparing;
                let done = time::after(at, table.source.validation_seconds);
                self.schedule(done, Due::Validated(index));
            }
        }
        self.load_next(at, around);
        self.look_whether_loaded(at, around);
    }

    pub(crate) fn table_validated(&mut self, at: Timestamp, index: usize, around: &mut Around) {
        self.tables[index].validation = Validation::Done;
        self.look_whether_loaded(at, around);
    }

    /// Loads a table again while the task runs, in its turn.
    pub(crate) fn reload_table(&mut self, index: usize) {
        let validates = self.definition.settings.validates();
        let table = &mut self.tables[index];
        table.forget_load(validates);
        table.state = TableState::BeingReloaded;
        table.reloaded = true;
        self.queue.push_back(index);
    }

    /// Compares a loaded table again, without loading it.
    pub(crate) fn validate_again(&mut self, at: Timestamp, index: usize) {
        let table = &mut self.tables[index];
        if table.validation == Validation::Done {
            table.validation = Validation::Comparing;
            let done = time::after(at, table.source.validation_seconds);
            self.schedule(done, Due::Validated(index));
        }
    }

    /// Cuts off whatever is going on. A table in its load keeps what has arrived, and the state given.
    pub(crate) fn interrupt(&mut self, at: Timestamp, state: &TableState, around: &mut Around) {
        for index in 0..self.tables.len() {
            if self.tables[index].is_loading() {
                self.close_load(at, index, false, around);
                self.tables[index].state = state.clone();
            }
            let table = &mut self.tables[index];
            table.inserts = table.inserts_at(at);
            table.replicating_since = None;
        }
        if self.status == Status::Running && self.definition.migration_type.replicates() {
            self.read_until = Some(at);
        }
        self.replication.end(at);
        self.queue.clear();
        self.agenda.clear();
        self.recovering = false;
        self.reading_paused = false;
    }

    /// Loads stand still where they are.
    pub(crate) fn hold_loads(&mut self, at: Timestamp, around: &mut Around) {
        for index in 0..self.tables.len() {
            let key = self.key_of(index);
            let table = &mut self.tables[index];
            if let Some(load) = &mut table.load {
                load.pace.hold(at);
                around.ledger.hold_load(&key, load.number, at);
            }
        }
        self.hold_replication(at);
    }

    /// Loads that stood still begin again, from the first row, before those that wait.
    pub(crate) fn load_held_again(&mut self, at: Timestamp, around: &mut Around) {
        let validates = self.definition.settings.validates();
        for index in (0..self.tables.len()).rev() {
            if self.tables[index].is_loading() {
                self.close_load(at, index, false, around);
                self.tables[index].forget_load(validates);
                self.queue.push_front(index);
            }
        }
    }

    fn close_load(&mut self, at: Timestamp, index: usize, complete: bool, around: &mut Around) {
        let key = self.key_of(index);
        let table = &mut self.tables[index];
        if let Some(load) = table.load.take() {
            table.rows = load.pace.rows_at(at);
            around.ledger.end_load(at, &self.arn, &key, load.number, complete);
        }
    }

    fn key_of(&self, index: usize) -> TableKey {
        let table = &self.tables[index];
        ledger::key(&self.definition.target_arn, &table.schema, &table.name)
    }
}
