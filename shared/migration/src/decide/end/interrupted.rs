//! Somebody else stopped the task, or it stopped by itself before what the plan waits for.

use super::case::Ended;
use super::next_run::next_run;
use super::tables::{Named, code, with_tables};
use crate::decide::start_type::FAR_FUTURE;
use crate::run::stop_reason::StopClass;
use crate::run::tables::{TablePass, some_of};
use crate::run::verdict::{Outcome, Verdict};
use plan::Until;
use plan::clean::one_line;

pub(super) fn interrupted(ended: Ended<'_>, pass: TablePass) -> Verdict {
    let who = match ended.run.drive.joined() {
        Some(_) => "the task was stopped, by who had started it or by somebody else",
        None => "somebody else stopped the task",
    };
    let verdict = Verdict::new(
        Outcome::Interrupted,
        format!("{who} ({})", code(ended.task.stop_reason.as_ref())),
        ended.now,
    )
    .because(format!("{} complete", some_of(pass.loaded, pass.total)))
    .to_do("find out who stopped it: CloudTrail has the StopReplicationTask call");
    with_tables(next_run(ended, verdict), ended, pass, Named::Incomplete)
}

/// The task stopped by itself, and that is not what the plan waits for: it waits for it to catch up, which a task that
/// has stopped never does, or it does not state the position at which the task stopped.
pub(super) fn cut_off(ended: Ended<'_>, pass: TablePass) -> Verdict {
    let code = code(ended.task.stop_reason.as_ref());
    let words = match ended.plan.until(&ended.task.migration_type) {
        Until::CaughtUp => format!("the task stopped before it was seen to have caught up: {code}"),
        Until::Stopped | Until::FullLoadComplete => {
            format!("the task stopped at a stop position that the plan does not state: {code}")
        }
    };
    let verdict = Verdict::new(Outcome::Interrupted, words, ended.now);
    let by_position = StopClass::of(ended.task.stop_reason.as_ref()) == StopClass::AtPosition;
    let verdict = match ended.task.cdc_stop_position.as_deref().filter(|_| by_position) {
        Some(position) => verdict
            .because(format!("it has the stop position {}", one_line(position)))
            .to_do(format!("give the task a CdcStopPosition in the far future, such as {FAR_FUTURE}")),
        None if by_position => verdict.to_do("look which CdcStopPosition the task has"),
        None => verdict
            .to_do("take out of the task's settings what stops it after its load (StopTaskCachedChanges...)"),
    };
    with_tables(next_run(ended, verdict), ended, pass, Named::Incomplete)
}
