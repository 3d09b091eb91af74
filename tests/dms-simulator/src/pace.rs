//! How many rows a load has brought by an instant.

use jiff::Timestamp;

use crate::time;

/// A load's way from its first row to its last, at an even speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    began: Timestamp,
    ends: Timestamp,
    rows: u64,
    stuck_at: Option<u64>,
}

impl Pace {
    /// A load that brings so many rows by its end.
    pub(crate) fn new(began: Timestamp, ends: Timestamp, rows: u64) -> Self {
        Self { began, ends, rows, stuck_at: None }
    }

    /// From now on nothing more arrives.
    pub(crate) fn hold(&mut self, at: Timestamp) {
        self.stuck_at = Some(self.rows_at(at));
    }

    /// Rows that have arrived by then.
    pub(crate) fn rows_at(&self, now: Timestamp) -> u64 {
        if let Some(rows) = self.stuck_at {
            return rows;
        }
        let whole = time::between(self.began, self.ends);
        if now >= self.ends || whole <= 0.0 {
            return self.rows;
        }
        ((time::between(self.began, now) / whole * self.rows as f64) as u64).min(self.rows)
    }
}
