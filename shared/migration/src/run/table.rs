//! One table as DescribeTableStatistics shows it.

use jiff::Timestamp;
use plan::table_name::TableName;

/// One table as DescribeTableStatistics shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in the source.
    pub name: TableName,
    /// Where its load stands.
    pub state: TableState,
    /// Rows read for the load. DMS counts rows that it has staged: not all need be committed.
    pub rows: u64,
    /// Rows that the target did not take (`FullLoadErrorRows` and `FullLoadCondtnlChkFailedRows`; DynamoDB targets
    /// only).
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
    /// Changes that replication has seen: inserts, updates, deletes and changes of the table itself.
    pub changes: u64,
}

plan::words! {
    /// Where a table's load stands (DMS user guide, table states).
    pub enum TableState {
        /// Its load has not begun.
        BeforeLoad = "Before load",
        /// It is being loaded.
        FullLoad = "Full load",
        /// It is being loaded again while the task runs.
        Reloading = "Table is being reloaded",
        /// It is loaded.
        Completed = "Table completed",
        /// Its load failed.
        Error = "Table error",
        /// Its load was cancelled.
        Cancelled = "Table cancelled",
        /// It is not in the source.
        Missing = "Table does not exist",
    }
}

#[cfg(test)]
impl Table {
    /// A table in this state with so many rows, for tests inside this crate.
    pub(crate) fn of_rows(state: TableState, rows: u64) -> Table {
        Table {
            name: TableName::new("shop", "orders"),
            state,
            rows,
            refused_rows: 0,
            load_ended: None,
            validation: Validation::NotEnabled,
            validation_failed: 0,
            validation_suspended: 0,
            validation_pending: 0,
            changes: 0,
        }
    }
}

impl TableState {
    /// True when the load has come to a bad end. One that was cancelled, as by a stop of the task, has come to none: a
    /// resume loads it again.
    pub fn is_errored(&self) -> bool {
        matches!(self, TableState::Error | TableState::Missing)
    }

    /// True when the load has come to no end.
    pub fn is_unfinished(&self) -> bool {
        *self != TableState::Completed && !self.is_errored()
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

impl Validation {
    /// DMS's word for a table whose rows cannot be told apart.
    pub const NO_PRIMARY_KEY: &str = "No primary key";
}

impl From<&str> for Validation {
    fn from(word: &str) -> Self {
        match word {
            "" | "Not enabled" => Validation::NotEnabled,
            "Validated" => Validation::Validated,
            "Pending records" | "Pending validation" | "Preparing table" | "Pending revalidation" => {
                Validation::Pending(word.to_owned())
            }
            Validation::NO_PRIMARY_KEY => Validation::NoPrimaryKey,
            _ => Validation::Failed(word.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_we_do_not_know_is_never_complete() {
        let polished = TableState::from("Table polished");
        assert!(!polished.is_errored() && polished != TableState::Completed);
        assert_eq!(Validation::from("Sampled"), Validation::Failed("Sampled".into()));
    }

    #[test]
    fn every_known_word_is_written_as_it_was_read() {
        for word in TableState::KNOWN {
            let state = TableState::from(*word);
            assert!(!matches!(state, TableState::Other(_)) && state.as_str() == *word, "{word}");
        }
    }
}
