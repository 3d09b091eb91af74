//! The table counters of `ReplicationTaskStats`, which may trail the table list.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::tables::{Table, TableState};
use crate::time;

/// How many tables of a task are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) loaded: usize,
    pub(crate) loading: usize,
    pub(crate) queued: usize,
    pub(crate) errored: usize,
}

impl Counts {
    /// The counts as the table list has them.
    pub(crate) fn of(tables: &[Table]) -> Self {
        let count = |fits: &dyn Fn(&Table) -> bool| tables.iter().filter(|table| fits(table)).count();
        Self {
            loaded: count(&|table| table.state == TableState::Completed),
            loading: count(&Table::is_loading),
            queued: count(&|table| table.state == TableState::BeforeLoad),
            errored: count(&|table| table.state == TableState::Error),
        }
    }
}

/// What the counters were, as far back as somebody may still see it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters {
    trails_by: f64,
    noted: VecDeque<(Timestamp, Counts)>,
}

impl Counters {
    /// Notes what the counts are now. Without a lag there is nothing to remember.
    pub(crate) fn note(&mut self, now: Timestamp, trails_by: f64, tables: &[Table]) {
        self.trails_by = trails_by;
        if trails_by <= 0.0 {
            return;
        }
        let shown_from = time::before(now, trails_by);
        while self.noted.get(1).is_some_and(|(at, _)| *at <= shown_from) {
            self.noted.pop_front();
        }
        let counts = Counts::of(tables);
        if self.noted.back().is_none_or(|(_, last)| *last != counts) {
            self.noted.push_back((now, counts));
        }
    }

    /// What a describe shows.
    pub(crate) fn shown(&self, now: Timestamp, tables: &[Table]) -> Counts {
        if self.trails_by <= 0.0 {
            return Counts::of(tables);
        }
        let shown_from = time::before(now, self.trails_by);
        let old_enough = self.noted.iter().rev().find(|(at, _)| *at <= shown_from);
        old_enough.map(|(_, counts)| *counts).unwrap_or_default()
    }
}
