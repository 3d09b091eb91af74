//! The tables of a verdict: which ones it names.

use plan::MigrationType;
use plan::clean::one_line;

use super::case::Ended;
use crate::run::stop_reason::StopReason;
use crate::run::tables::TablePass;
use crate::run::verdict::Verdict;

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
    pass.into_verdict(verdict, named)
}

pub(super) fn code(reason: Option<&StopReason>) -> &str {
    reason.map_or("no stop reason", StopReason::as_str)
}
