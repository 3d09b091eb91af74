//! One task for a plan, and hands off what somebody else keeps.

use super::{Rule, Violation, violation};
use crate::plan;
use crate::record::Record;

const CHANGES: [&str; 5] = [
    "CreateReplicationTask",
    "ModifyReplicationTask",
    "DeleteReplicationTask",
    "AddTagsToResource",
    "RemoveTagsFromResource",
];

pub(super) fn judge(record: &Record) -> Vec<Violation> {
    let mut broken = Vec::new();
    for call in record.calls.iter().filter(|call| call.taken && CHANGES.contains(&call.operation.as_str())) {
        let Some(execution) = record.execution(&call.execution) else { continue };
        let plan = &record.principal(execution).input;
        if plan::is_external(plan) || plan::is_preflight(plan) || call.operation == "DeleteReplicationTask" {
            let words = format!("{} was taken", call.operation);
            broken.push(violation(Rule::HandsOff, &call.execution, call.at, words));
        }
        if call.operation != "CreateReplicationTask" {
            continue;
        }
        // Others by the same plan's identifier, or by the call's, that are still there.
        let wanted = [plan::identifier(plan), call.request["ReplicationTaskIdentifier"].as_str()];
        let others = record.tasks.iter().filter(|task| {
            wanted.iter().flatten().any(|name| name.eq_ignore_ascii_case(&task.identifier))
                && is_there(record, &task.arn, call)
        });
        if let Some(other) = others.into_iter().next() {
            let words = format!("a second task was created beside {}", other.arn);
            broken.push(violation(Rule::SecondTask, &call.execution, call.at, words));
        }
    }
    broken
}

/// The task was there before this call, and is there when it comes.
fn is_there(record: &Record, arn: &str, call: &crate::record::Call) -> bool {
    let last = record.turns.iter().rfind(|turn| turn.task == arn && turn.at < call.at);
    last.is_some_and(|turn| turn.status.is_some())
}
