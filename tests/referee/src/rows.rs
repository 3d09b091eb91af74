//! The target's tables, told again from the ledger.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::record::{Change, Entry, Record};

/// A table of the target at a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// When the load that is in it came to its end, complete; nothing where it has none.
    pub(crate) complete: Option<Timestamp>,
    /// The task that has made that load.
    pub(crate) complete_by: Option<String>,
    /// The rows that each load has brought and that are still there.
    pub(crate) copies: Vec<u64>,
}

impl Table {
    pub(crate) fn take(&mut self, entry: &Entry) {
        match entry.what {
            Change::Dropped { .. } | Change::Truncated { .. } => *self = Table::default(),
            // DMS does not know what people take out of its tables, and so nobody does.
            Change::EmptiedByHand => self.copies.clear(),
            Change::LoadBegan => self.complete = None,
            Change::LoadEnded { rows, complete } => {
                if rows > 0 {
                    self.copies.push(rows);
                }
                if complete {
                    self.complete = Some(entry.at);
                    self.complete_by.clone_from(&entry.task);
                }
            }
            Change::Created | Change::FilledByHand => {}
        }
    }
}

/// Every table that the ledger knows, as it was then.
pub(crate) fn at(record: &Record, at: Timestamp) -> BTreeMap<&str, Table> {
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for entry in record.ledger.iter().take_while(|entry| entry.at <= at) {
        tables.entry(entry.table.as_str()).or_default().take(entry);
    }
    tables
}
