//! What has happened to the target's data: the only witness that a test can ask whether anything was lost or doubled.
//!
//! A load always copies a table from its first row on, so what one load has brought is the first n rows of the
//! source. What two loads both brought is there twice.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::pace::Pace;

/// Which table, in which target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableKey {
    /// The target endpoint's ARN.
    pub endpoint_arn: String,
    /// The schema, by its name in the source (transformations are not followed).
    pub schema: String,
    /// The table, by its name in the source.
    pub table: String,
}

/// One table of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetTable {
    exists: bool,
    by_hand: u64,
    by_hand_lost: u64,
    copies: BTreeMap<u64, u64>,
    // Sum and greatest of the copies, kept beside them: they are asked for with every row that arrives.
    copied: u64,
    longest_copy: u64,
    dropped: u32,
    truncated: u32,
    loads_begun: u32,
    loads_completed: u32,
    rows_loaded: u64,
    rows_loaded_twice: u64,
    rows_destroyed: u64,
    arriving: Vec<Arriving>,
}

/// A load that has not ended: its rows are counted when somebody asks, not with every second that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arriving {
    load: u64,
    pace: Pace,
    counted: u64,
}

impl TargetTable {
    /// Whether the table is there at all.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// Rows in the table now, whoever put them there.
    pub fn rows(&self) -> u64 {
        self.by_hand + self.copied
    }

    /// Rows in the table now that no task brought.
    pub fn rows_by_hand(&self) -> u64 {
        self.by_hand
    }

    /// Rows that no task brought and that a task has dropped or truncated away.
    pub fn rows_by_hand_lost(&self) -> u64 {
        self.by_hand_lost
    }

    /// Rows in the table now that are there a second time (or third ...).
    pub fn rows_doubled(&self) -> u64 {
        self.copied - self.longest_copy
    }

    /// How often a task dropped the table while it existed.
    pub fn times_dropped(&self) -> u32 {
        self.dropped
    }

    /// How often a task emptied the table while it existed.
    pub fn times_truncated(&self) -> u32 {
        self.truncated
    }

    /// How often a load of the table began.
    pub fn times_load_begun(&self) -> u32 {
        self.loads_begun
    }

    /// How often a load of the table came to its end without error or interruption.
    pub fn times_loaded(&self) -> u32 {
        self.loads_completed
    }

    /// Rows that tasks brought in all, also those that are gone again.
    pub fn rows_loaded(&self) -> u64 {
        self.rows_loaded
    }

    /// Rows that a load brought while they were already there; later drops do not take this back.
    pub fn rows_loaded_twice(&self) -> u64 {
        self.rows_loaded_twice
    }

    /// Rows, of whatever origin, that a drop or a truncate removed.
    pub fn rows_destroyed(&self) -> u64 {
        self.rows_destroyed
    }

    /// Counts what has arrived by then.
    fn catch_up(&mut self, at: Timestamp) {
        let arrived: Vec<(u64, u64)> = self
            .arriving
            .iter_mut()
            .map(|arriving| {
                let rows = arriving.pace.rows_at(at);
                let more = rows.saturating_sub(arriving.counted);
                arriving.counted += more;
                (arriving.load, more)
            })
            .collect();
        for (load, rows) in arrived {
            self.bring(load, rows);
        }
    }

    fn bring(&mut self, load: u64, rows: u64) {
        if rows == 0 {
            return;
        }
        let doubled = self.rows_doubled();
        let copy = self.copies.entry(load).or_default();
        *copy += rows;
        self.longest_copy = self.longest_copy.max(*copy);
        self.copied += rows;
        self.rows_loaded += rows;
        self.rows_loaded_twice += self.rows_doubled() - doubled;
    }

    fn clear(&mut self) {
        self.by_hand = 0;
        self.copies.clear();
        self.copied = 0;
        self.longest_copy = 0;
    }

    fn empty(&mut self) -> u64 {
        let rows = self.rows();
        self.by_hand_lost += self.by_hand;
        self.rows_destroyed += rows;
        self.clear();
        rows
    }
}

/// One thing that happened to a target table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    /// The task that did it; nobody's when a person did.
    pub task_arn: Option<String>,
    /// To which table.
    pub key: TableKey,
    /// What it was.
    pub what: Change,
}

/// What can happen to a target table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The table did not exist and was created.
    Created,
    /// The table existed and was dropped, with so many rows in it; it is created again at once.
    Dropped {
        /// Rows that went with it.
        rows: u64,
    },
    /// The table was emptied of so many rows.
    Truncated {
        /// Rows that went.
        rows: u64,
    },
    /// A load began to bring rows.
    LoadBegan,
    /// A load ended.
    LoadEnded {
        /// Rows that it brought.
        rows: u64,
        /// Whether these are all of them.
        complete: bool,
    },
    /// Somebody put rows in, outside DMS.
    FilledByHand {
        /// How many.
        rows: u64,
    },
    /// Somebody took so many rows out, outside DMS.
    EmptiedByHand {
        /// How many.
        rows: u64,
    },
}

/// How a task makes a target table ready before it loads it: `TargetTablePrepMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preparation {
    /// Keep what is there; create the table where it is missing.
    DoNothing,
    /// Drop the table and create it.
    DropAndCreate,
    /// Empty the table, keep its definition.
    TruncateBeforeLoad,
}

/// The target tables and everything that happened to them, in order.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    tables: BTreeMap<TableKey, TargetTable>,
    entries: Vec<Entry>,
    next_load: u64,
}

impl Ledger {
    /// Every table that was ever seen in a target.
    pub fn tables(&self) -> impl Iterator<Item = (&TableKey, &TargetTable)> {
        self.tables.iter()
    }

    /// The table of that name in one target.
    pub fn table_in(&self, endpoint_arn: &str, schema: &str, table: &str) -> Option<&TargetTable> {
        self.tables.get(&key(endpoint_arn, schema, table))
    }

    /// The table of that name in whichever target has it (the first by ARN).
    pub fn table(&self, schema: &str, table: &str) -> Option<&TargetTable> {
        self.tables.iter().find(|(key, _)| key.schema == schema && key.table == table).map(|(_, found)| found)
    }

    /// Everything that happened, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Rows in all tables now.
    pub fn rows(&self) -> u64 {
        self.tables.values().map(TargetTable::rows).sum()
    }

    /// Rows of all tables that are still there and that no task brought.
    pub fn rows_by_hand(&self) -> u64 {
        self.tables.values().map(TargetTable::rows_by_hand).sum()
    }

    /// Rows of all tables that no task brought and that a task destroyed.
    pub fn rows_by_hand_lost(&self) -> u64 {
        self.tables.values().map(TargetTable::rows_by_hand_lost).sum()
    }

    /// Rows, of all tables, that a load brought while they were already there.
    pub fn rows_loaded_twice(&self) -> u64 {
        self.tables.values().map(TargetTable::rows_loaded_twice).sum()
    }

    /// Rows, of all tables, that a drop or a truncate removed.
    pub fn rows_destroyed(&self) -> u64 {
        self.tables.values().map(TargetTable::rows_destroyed).sum()
    }

    /// How often a table that existed was dropped.
    pub fn times_dropped(&self) -> u32 {
        self.tables.values().map(TargetTable::times_dropped).sum()
    }

    /// How often a table that existed was emptied.
    pub fn times_truncated(&self) -> u32 {
        self.tables.values().map(TargetTable::times_truncated).sum()
    }

    /// Somebody puts rows in, and creates the table where it is missing.
    pub(crate) fn fill_by_hand(&mut self, at: Timestamp, key: TableKey, rows: u64) {
        let table = self.tables.entry(key.clone()).or_default();
        table.exists = true;
        table.by_hand += rows;
        self.note(at, None, key, Change::FilledByHand { rows });
    }

    /// Somebody empties the table, outside DMS; nothing that a task could be blamed for.
    pub(crate) fn empty_by_hand(&mut self, at: Timestamp, key: &TableKey) {
        let Some(table) = self.tables.get_mut(key) else { return };
        table.catch_up(at);
        let rows = table.rows();
        table.clear();
        self.note(at, None, key.clone(), Change::EmptiedByHand { rows });
    }

    /// A task makes the table ready and begins to load it; gives the number of this load.
    pub(crate) fn begin_load(
        &mut self,
        at: Timestamp,
        task_arn: &str,
        key: &TableKey,
        preparation: Preparation,
        pace: Pace,
    ) -> u64 {
        self.next_load += 1;
        let table = self.tables.entry(key.clone()).or_default();
        table.catch_up(at);
        let change = match (table.exists, preparation) {
            (false, _) => Some(Change::Created),
            (true, Preparation::DoNothing) => None,
            (true, Preparation::DropAndCreate) => {
                table.dropped += 1;
                Some(Change::Dropped { rows: table.empty() })
            }
            (true, Preparation::TruncateBeforeLoad) => {
                table.truncated += 1;
                Some(Change::Truncated { rows: table.empty() })
            }
        };
        table.exists = true;
        table.loads_begun += 1;
        table.arriving.push(Arriving { load: self.next_load, pace, counted: 0 });
        if let Some(change) = change {
            self.note(at, Some(task_arn), key.clone(), change);
        }
        self.note(at, Some(task_arn), key.clone(), Change::LoadBegan);
        self.next_load
    }

    /// A load stands still from now on.
    pub(crate) fn hold_load(&mut self, key: &TableKey, load: u64, at: Timestamp) {
        let arriving = self.tables.get_mut(key).map(|table| &mut table.arriving);
        for arriving in arriving.into_iter().flatten().filter(|it| it.load == load) {
            arriving.pace.hold(at);
        }
    }

    /// A load ends, complete or not.
    pub(crate) fn end_load(
        &mut self,
        at: Timestamp,
        task_arn: &str,
        key: &TableKey,
        load: u64,
        complete: bool,
    ) {
        let Some(table) = self.tables.get_mut(key) else { return };
        table.catch_up(at);
        let ended = table.arriving.iter().position(|it| it.load == load);
        let rows = ended.map_or(0, |place| table.arriving.remove(place).counted);
        table.loads_completed += u32::from(complete);
        self.note(at, Some(task_arn), key.clone(), Change::LoadEnded { rows, complete });
    }

    /// Whether rows are arriving that are not counted yet.
    pub(crate) fn is_behind(&self) -> bool {
        self.tables.values().any(|table| !table.arriving.is_empty())
    }

    /// The same ledger with everything counted that has arrived by then.
    pub(crate) fn caught_up(&self, at: Timestamp) -> Self {
        let mut ledger = self.clone();
        ledger.tables.values_mut().for_each(|table| table.catch_up(at));
        ledger
    }

    fn note(&mut self, at: Timestamp, task_arn: Option<&str>, key: TableKey, what: Change) {
        self.entries.push(Entry { at, task_arn: task_arn.map(str::to_owned), key, what });
    }
}

/// The key of a table.
pub(crate) fn key(endpoint_arn: &str, schema: &str, table: &str) -> TableKey {
    TableKey { endpoint_arn: endpoint_arn.to_owned(), schema: schema.to_owned(), table: table.to_owned() }
}
