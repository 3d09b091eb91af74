//! When tasks were at work, and who had started them.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::record::{Call, Record, Turn};

/// DMS starts a task again by itself within this, after a failure that passes or for reasons of its own.
const DMS_STARTS_AGAIN_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// From a start until the task was told to stop, came to rest or was gone.
#[derive(Clone, Debug)]
pub(crate) struct Work<'a> {
    pub(crate) task: &'a str,
    pub(crate) from: Timestamp,
    pub(crate) until: Option<Timestamp>,
    /// The call that started it; nobody's of ours without one.
    pub(crate) by: Option<&'a Call>,
}

impl Work<'_> {
    pub(crate) fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// DMS's word for the start that we have asked for.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.by?.request.get("StartReplicationTaskType").and_then(Value::as_str)
    }
}

pub(crate) fn is_at_work(status: &str) -> bool {
    matches!(status, "starting" | "running")
}

/// Every span in which a task was at work.
pub(crate) fn of(record: &Record) -> Vec<Work<'_>> {
    let mut works: Vec<Work<'_>> = Vec::new();
    for turn in &record.turns {
        let open = works.iter_mut().rev().find(|work| work.task == turn.task && work.until.is_none());
        let at_work = turn.status.as_deref().is_some_and(is_at_work);
        match open {
            Some(work) if !at_work => work.until = Some(turn.at),
            None if at_work => {
                let by = record.calls.iter().find(|call| {
                    call.operation == "StartReplicationTask"
                        && call.taken
                        && call.at == turn.at
                        && names(call, &turn.task)
                });
                let by = by.or_else(|| by_before(record, &works, turn));
                works.push(Work { task: &turn.task, from: turn.at, until: None, by });
            }
            _ => {}
        }
    }
    works
}

/// What DMS itself starts again soon after it came to rest is the work of who had started it.
fn by_before<'a>(record: &'a Record, works: &[Work<'a>], turn: &Turn) -> Option<&'a Call> {
    let before = works.iter().rfind(|work| work.task == turn.task)?;
    let soon = before.until.is_some_and(|until| turn.at <= until + DMS_STARTS_AGAIN_WITHIN);
    before.by.filter(|_| soon && !is_started_by_a_person(record, turn.at))
}

/// A person has started a task at this moment.
pub(crate) fn is_started_by_a_person(record: &Record, at: Timestamp) -> bool {
    let starts = |what: &str| matches!(what, "Start" | "Resume" | "Reload");
    record.deeds.iter().any(|deed| starts(&deed.what) && deed.at == at)
}

/// The call is about this task.
pub(crate) fn names(call: &Call, task: &str) -> bool {
    call.request.get("ReplicationTaskArn").and_then(Value::as_str) == Some(task)
}

/// The statuses that a task had in a span, DMS's words.
pub(crate) fn statuses<'a>(
    record: &'a Record,
    task: &str,
    from: Timestamp,
    until: Timestamp,
) -> Vec<&'a str> {
    let turns: Vec<_> = record.turns.iter().filter(|turn| turn.task == task).collect();
    let before = turns.iter().rposition(|turn| turn.at <= from).unwrap_or(0);
    turns[before.min(turns.len())..]
        .iter()
        .take_while(|turn| turn.at <= until)
        .map(|turn| turn.status.as_deref().unwrap_or("gone"))
        .collect()
}
