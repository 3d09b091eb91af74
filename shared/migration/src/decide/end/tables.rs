//! The tables of a verdict: which ones it names.

use jiff::Timestamp;
use plan::MigrationType;
use plan::clean::one_line;

use super::case::Ended;
use crate::run::stop_reason::StopReason;
use crate::run::table::{Table, TableState};
use crate::run::tables::TablePass;
use crate::run::verdict::{NamedTable, Verdict};
use crate::time::clock::on_the_clock_of;
use crate::time::graces::CLOCK_SKEW;

pub(super) enum Named {
    Incomplete,
    Rows,
}

pub(super) fn with_tables(
    mut verdict: Verdict,
    ended: Ended<'_>,
    mut pass: TablePass,
    which: Named,
) -> Verdict {
    verdict.task_status = Some(ended.task.status.clone());
    if !verdict.good {
        verdict.last_failure = ended.task.last_failure.as_deref().map(one_line);
    }
    let mut named = std::mem::take(&mut pass.errored);
    // What an earlier night has read is not this run's.
    pass.rows = pass.rows.saturating_sub(loaded_before(ended).map(|(table, _)| table.rows).sum());
    match which {
        Named::Incomplete => {
            if ended.task.migration_type != MigrationType::Cdc {
                named.append(&mut pass.unfinished);
                named.append(&mut pass.refused);
            }
        }
        Named::Rows => {
            named.append(&mut pass.mismatched);
            named.append(&mut pass.unvalidated);
            named.append(&mut pass.unverifiable);
        }
    }
    named.extend(of_an_earlier_night(ended));
    pass.into_verdict(verdict, named)
}

/// The tables, counted and sorted. One that a start of this run found unfinished in a load with replication, that DMS
/// calls complete, and of which no load has ended since this run began, is in error: DMS skips the load of a task that it
/// takes for loaded, and says nothing of it. Only a reload helps.
pub(super) fn sorted(ended: Ended<'_>) -> TablePass {
    let mut pass = TablePass::over(ended.tables);
    let began = ended.run.started - CLOCK_SKEW;
    let skipped = ended.tables.iter().filter(|table| {
        table.state == TableState::Completed
            && table.refused_rows == 0
            && ended.run.unfinished.contains(&table.name)
            && table.load_ended.is_none_or(|end| end < began)
    });
    for table in skipped {
        pass.loaded -= 1;
        pass.errored.push(NamedTable {
            name: table.name.to_string(),
            state: "DMS says that it is complete, and has not loaded it since it was left unfinished"
                .to_owned(),
            rows: table.rows,
        });
    }
    pass
}

/// The tables whose rows are as an earlier night has loaded them. Replication keeps the rows of an earlier load as they are
/// now, so that only a load alone grows old.
pub(super) fn of_an_earlier_night(ended: Ended<'_>) -> Vec<NamedTable> {
    if matches!(ended.task.migration_type, MigrationType::Cdc | MigrationType::FullLoadAndCdc) {
        return Vec::new();
    }
    let named = |(table, end): (&Table, Timestamp)| NamedTable {
        name: table.name.to_string(),
        state: format!("its rows are of {}", on_the_clock_of(ended.plan, end)),
        rows: table.rows,
    };
    loaded_before(ended).map(named).collect()
}

/// The tables that an earlier night has loaded, and when their load ended: complete since before this window opened, or
/// before this run began without one.
fn loaded_before<'e>(ended: Ended<'e>) -> impl Iterator<Item = (&'e Table, Timestamp)> {
    // A run that follows what was under way follows that load.
    let followed = ended.run.drive.joined().unwrap_or(Timestamp::MAX);
    let since = ended.run.opened.min(ended.run.started).min(followed);
    let complete = ended.tables.iter().filter(|table| table.state == TableState::Completed);
    complete.filter_map(move |table| Some((table, table.load_ended.filter(|end| *end < since)?)))
}

pub(super) fn code(reason: Option<&StopReason>) -> &str {
    reason.map_or("no stop reason", StopReason::as_str)
}
