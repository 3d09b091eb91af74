//! Somebody else stopped the task.

use super::case::Ended;
use super::next_run::next_run;
use super::tables::{Named, code, with_tables};
use crate::run::tables::TablePass;
use crate::run::verdict::{Outcome, Verdict};

pub(super) fn interrupted(ended: Ended<'_>, pass: TablePass) -> Verdict {
    let verdict = Verdict::new(
        Outcome::Interrupted,
        format!("somebody else stopped the task ({})", code(ended.task.stop_reason.as_ref())),
        ended.now,
    )
    .because(format!("{} of {} tables are complete", pass.loaded, pass.total))
    .to_do("find out who stopped it: CloudTrail has the StopReplicationTask call");
    with_tables(next_run(ended, verdict), ended, pass, Named::Incomplete)
}
