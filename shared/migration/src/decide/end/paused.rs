//! Stopped at the close: what is loaded, and what starts again.

use plan::MigrationType;

use super::case::Ended;
use super::next_run::next_run;
use super::tables::{Named, with_tables};
use crate::run::tables::TablePass;
use crate::run::verdict::{Outcome, Verdict};

pub(super) fn paused(ended: Ended<'_>, pass: TablePass) -> Verdict {
    let mut verdict = Verdict::new(
        Outcome::Paused,
        format!(
            "the window closed and the task was stopped; {} of {} tables are complete",
            pass.loaded, pass.total
        ),
        ended.now,
    );
    if pass.total > 0 && pass.loaded == 0 && ended.task.migration_type != MigrationType::Cdc {
        verdict = verdict.because(
            "no table was finished in this window: unless the next one is longer, it will never fit like this",
        );
    }
    let again = pass.unfinished.iter().filter(|table| table.rows > 0).count();
    if again > 0 {
        verdict = verdict.because(match again {
            1 => "1 partly loaded table will start again from its beginning".to_owned(),
            _ => format!("{again} partly loaded tables will start again from their beginning"),
        });
    }
    with_tables(next_run(ended, verdict), ended, pass, Named::Incomplete)
}
