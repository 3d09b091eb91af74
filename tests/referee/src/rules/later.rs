//! A later run goes on where things stand.

use jiff::SignedDuration;

use super::close::allowed;
use super::{Rule, Violation, violation};
use crate::plan;
use crate::record::{Execution, Record};
use crate::rows;
use crate::window::Allowed;
use crate::work;

/// What has gone wrong before lasts no longer.
const SETTLED_FOR: SignedDuration = SignedDuration::from_mins(90);

/// So long a run has time for a start.
const TAKES: SignedDuration = SignedDuration::from_mins(40);

pub(super) fn judge(record: &Record) -> Vec<Violation> {
    record.executions.iter().filter_map(|execution| stands_still(record, execution)).collect()
}

/// An undisturbed run over a full load that has not been begun, or was cut off, and whose plan lets rows go, starts it.
fn stands_still(record: &Record, execution: &Execution) -> Option<Violation> {
    let plan = &execution.input;
    let began = execution.began;
    let left = match allowed(record, execution) {
        Allowed::Always => true,
        Allowed::In(window) => began + TAKES + SignedDuration::from_hours(1) < window.stop_due,
        Allowed::Never => false,
    };
    let fits = left
        && !Record::is_of_the_watch(execution)
        && !plan::is_preflight(plan)
        && plan::migration_type(plan, record) == "full-load"
        && plan::prepares(plan).is_some_and(|mode| mode != "DO_NOTHING")
        && began + TAKES < record.until
        && !record.is_disturbed(began - SETTLED_FOR, began + TAKES)
        && !others_run(record, execution);
    if !fits || record.tables.iter().any(|table| table.errs) {
        return None;
    }
    let tables = rows::at(record, began);
    let unfinished = record
        .selected(plan)
        .iter()
        .any(|table| tables.get(table.name.as_str()).is_none_or(|table| table.complete.is_none()));
    let at_rest = match plan::task(plan, record) {
        Some(task) => {
            let had = work::statuses(record, &task.arn, began, began + TAKES);
            had.first().is_none_or(|status| matches!(*status, "ready" | "stopped" | "failed" | "gone"))
        }
        None => true,
    };
    let started = record.calls.iter().any(|call| {
        call.operation == "StartReplicationTask" && call.execution == execution.name && call.taken
    });
    (unfinished && at_rest && !started).then(|| {
        violation(
            Rule::PicksUp,
            &execution.name,
            began,
            "it did not go on with an unfinished load".to_owned(),
        )
    })
}

/// Another execution is under way when this one begins.
fn others_run(record: &Record, execution: &Execution) -> bool {
    record.executions.iter().any(|other| {
        other.name != execution.name
            && other.began <= execution.began + TAKES
            && other.ended.is_none_or(|ended| ended >= execution.began)
    })
}
