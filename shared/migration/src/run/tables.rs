//! The table pass: every row of the table statistics, counted and named. No success without it.

use super::verdict::{MAX_NAMED, MAX_NAMED_BYTES, NamedTable, Verdict};
use crate::run::observation::Stats;
use crate::run::table::{Table, TableState, Validation};
use jiff::Timestamp;
use plan::table_name::NamedByMapping;

/// So many tables, in words.
pub fn counted(tables: usize) -> String {
    if tables == 1 { "1 table".to_owned() } else { format!("{tables} tables") }
}

/// That these tables are something, in words: `1 table is`.
pub fn are(tables: usize) -> String {
    format!("{} {}", counted(tables), if tables == 1 { "is" } else { "are" })
}

/// That some of these tables are something, in words: `1 of 3 tables is`.
pub fn some_of(tables: usize, total: usize) -> String {
    format!("{tables} of {} {}", counted(total), if tables == 1 { "is" } else { "are" })
}

/// That some of these tables were something, in words: `1 of 3 tables was`.
pub fn some_of_were(tables: usize, total: usize) -> String {
    format!("{tables} of {} {}", counted(total), if tables == 1 { "was" } else { "were" })
}

/// What the table statistics say, all pages together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TablePass {
    /// All tables.
    pub total: usize,
    /// Complete ones.
    pub loaded: usize,
    /// In error, or missing from the source.
    pub errored: Vec<NamedTable>,
    /// Not loaded to the end, cancelled, or in a state that we do not know.
    pub unfinished: Vec<NamedTable>,
    /// Complete by their state, and the target did not take all of their rows.
    pub refused: Vec<NamedTable>,
    /// Complete by their state, and DMS gives no end of their load.
    pub endless: Vec<NamedTable>,
    /// Rows differ, could not be compared, or validation failed.
    pub mismatched: Vec<NamedTable>,
    /// Still being compared.
    pub unvalidated: Vec<NamedTable>,
    /// Cannot be compared: no primary key, or validation does not take this table.
    pub unverifiable: Vec<NamedTable>,
    /// When the first and the last load of the complete tables ended, as far as DMS dates them.
    pub load_ends: Option<(Timestamp, Timestamp)>,
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
                name: table.name.to_string(),
                state: state.to_owned(),
                rows: table.rows,
            };
            match &table.state {
                TableState::Completed if table.refused_rows > 0 => {
                    pass.refused.push(named(&format!("{} rows refused by the target", table.refused_rows)));
                }
                TableState::Completed => pass.loaded += 1,
                state if state.is_errored() => pass.errored.push(named(state.as_str())),
                state => pass.unfinished.push(named(state.as_str())),
            }
            if let Some(end) = table.load_ended.filter(|_| table.state == TableState::Completed) {
                let (first, last) = pass.load_ends.unwrap_or((end, end));
                pass.load_ends = Some((first.min(end), last.max(end)));
            }
            if table.state == TableState::Completed && table.load_ended.is_none() {
                pass.endless.push(named("no end of its load is known"));
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
                Validation::NoPrimaryKey => pass.unverifiable.push(named(Validation::NO_PRIMARY_KEY)),
                Validation::NotEnabled => pass.unverifiable.push(named("not validated")),
            }
        }
        pass
    }

    /// True when there is at least one table and every one is complete.
    pub fn complete(&self) -> bool {
        self.total > 0 && self.loaded == self.total
    }

    /// The tables that the mapping names and DMS does not list.
    pub fn absent(tables: &[Table], named: &NamedByMapping) -> Vec<NamedTable> {
        let absent = named.absent_from(tables.iter().map(|table| &table.name));
        let unlisted = |name: &dyn ToString| NamedTable {
            name: name.to_string(),
            state: "named by the mapping, not listed by DMS".to_owned(),
            rows: 0,
        };
        let mut absent: Vec<NamedTable> = absent.iter().map(|name| unlisted(name)).collect();
        // Names that the document could not carry are at least counted.
        let beyond = named.count.saturating_sub(tables.len()).saturating_sub(absent.len());
        if beyond > 0 {
            absent.push(unlisted(&format!("{beyond} more tables")));
        }
        absent
    }

    /// How many tables are not complete by DMS's counters, where those know of any: the tables that they count as
    /// loaded, of all that they count, against this list.
    pub fn incomplete_by_counters(&self, stats: &Stats) -> usize {
        let counted = stats.tables_loaded + stats.tables_loading + stats.tables_queued + stats.tables_errored;
        let bad = stats.tables_loading + stats.tables_queued + stats.tables_errored;
        (bad as usize).max((counted as usize).saturating_sub(self.loaded + self.refused.len()))
    }

    /// True when DMS's counters say the same as this list, or know of no table.
    pub fn agrees_with(&self, stats: &Stats) -> bool {
        let bad = stats.tables_loading + stats.tables_queued + stats.tables_errored;
        stats.tables_loaded + bad == 0
            || (stats.tables_loaded as usize, bad as usize)
                == (self.loaded + self.refused.len(), self.errored.len() + self.unfinished.len())
    }

    /// How many tables are not complete by this list.
    pub fn incomplete(&self) -> usize {
        self.errored.len() + self.unfinished.len() + self.refused.len()
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

    /// Puts the counts and these tables into a verdict, as many of them as it carries.
    pub fn into_verdict(self, mut verdict: Verdict, named: Vec<NamedTable>) -> Verdict {
        verdict.tables = self.total;
        verdict.tables_loaded = self.loaded;
        verdict.rows = self.rows;
        let mut bytes = 0;
        let fits = |table: &&NamedTable| {
            bytes += table.name.len() + table.state.len();
            bytes <= MAX_NAMED_BYTES
        };
        let shown = named.iter().take(MAX_NAMED).take_while(fits).count();
        verdict.more_tables = named.len() - shown;
        verdict.named_tables = named;
        verdict.named_tables.truncate(shown);
        verdict
    }
}
