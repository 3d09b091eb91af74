//! The table pass: every row of the table statistics, counted and named. No success without it.

use serde::{Deserialize, Serialize};

use super::{MOST_NAMED, Verdict};
use crate::observation::{Table, TableState, Validation};

/// A table that is not complete, or whose rows differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NamedTable {
    /// `schema.table`.
    pub name: String,
    /// DMS's word for its load, or for its validation.
    pub state: String,
    /// Rows read for its load.
    pub rows: u64,
}

/// What the table statistics say, all pages together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TablePass {
    /// All tables.
    pub total: usize,
    /// Complete ones.
    pub loaded: usize,
    /// In error, cancelled, or missing from the source.
    pub errored: Vec<NamedTable>,
    /// Not loaded to the end, or in a state that we do not know.
    pub unfinished: Vec<NamedTable>,
    /// Rows differ, could not be compared, or validation failed.
    pub mismatched: Vec<NamedTable>,
    /// Still being compared.
    pub unvalidated: Vec<NamedTable>,
    /// Cannot be compared: no primary key, or validation does not take this table.
    pub unverifiable: Vec<NamedTable>,
    /// Rows read for the load.
    pub rows: u64,
}

impl TablePass {
    /// Counts and sorts the tables.
    pub fn over(tables: &[Table]) -> Self {
        let mut pass = TablePass { total: tables.len(), ..TablePass::default() };
        for table in tables {
            pass.rows = pass.rows.saturating_add(table.rows);
            let named = |state: &str| NamedTable {
                name: table.name.clone(),
                state: state.to_owned(),
                rows: table.rows,
            };
            match &table.state {
                TableState::Completed => pass.loaded += 1,
                TableState::Errored(word) => pass.errored.push(named(word)),
                TableState::Unfinished(word) | TableState::Other(word) => pass.unfinished.push(named(word)),
            }
            let differing = table.validation_failed + table.validation_suspended;
            match &table.validation {
                _ if differing > 0 => pass.mismatched.push(named(&format!("{differing} rows differ"))),
                Validation::Failed(word) => pass.mismatched.push(named(word)),
                Validation::Pending(word) => pass.unvalidated.push(named(word)),
                Validation::Validated if table.validation_pending > 0 => {
                    pass.unvalidated.push(named("rows pending"));
                }
                Validation::Validated => {}
                Validation::NoPrimaryKey => pass.unverifiable.push(named("No primary key")),
                Validation::NotEnabled => pass.unverifiable.push(named("not validated")),
            }
        }
        pass
    }

    /// True when there is at least one table and every one is complete.
    pub fn complete(&self) -> bool {
        self.total > 0 && self.loaded == self.total
    }

    /// True when there is at least one table and the load of each has come to an end, good or bad.
    pub fn settled(&self) -> bool {
        self.total > 0 && self.unfinished.is_empty()
    }

    /// True when there is at least one table and the rows of every one were compared and found equal.
    pub fn verified(&self) -> bool {
        self.total > 0
            && self.mismatched.is_empty()
            && self.unvalidated.is_empty()
            && self.unverifiable.is_empty()
    }

    /// Puts the counts and these tables into a verdict.
    pub fn into_verdict(self, mut verdict: Verdict, named: Vec<NamedTable>) -> Verdict {
        verdict.tables = self.total;
        verdict.tables_loaded = self.loaded;
        verdict.rows = self.rows;
        verdict.more_tables = named.len().saturating_sub(MOST_NAMED);
        verdict.named_tables = named;
        verdict.named_tables.truncate(MOST_NAMED);
        verdict
    }
}
