//! The window: nothing before it, nothing after it, nothing stopped before its time.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::told::{finals, is_given_up, is_not_closed_out};
use super::{Rule, Violation, violation};
use crate::plan;
use crate::record::{Call, Execution, Message, Record};
use crate::rows;
use crate::window::{self, Allowed};
use crate::work::{self, Work, names};

/// A stop takes its time, and is told of after a quarter of an hour.
const STOPS_WITHIN: SignedDuration = SignedDuration::from_mins(25);

/// What closes out a dead execution begins with the next sweep but one at the latest, and waits five minutes.
const CLOSES_OUT_WITHIN: SignedDuration = SignedDuration::from_mins(60);

/// So long a stop is asked for, before people are told that it was of no use.
const ASKED_FOR: SignedDuration = SignedDuration::from_hours(4);

/// The watch sweeps every quarter of an hour.
const SWEEPS_WITHIN: SignedDuration = SignedDuration::from_mins(20);

/// A task that runs on is asked to stop again, every few minutes; blind, every quarter of an hour.
const ASKED_AGAIN_WITHIN: SignedDuration = SignedDuration::from_mins(20);

/// A start that was asked for and not answered may show within this.
const SHOWS_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// Rounding, and two clocks.
const SKEW: SignedDuration = SignedDuration::from_secs(61);

pub(super) fn judge(record: &Record) -> Vec<Violation> {
    let works = work::of(record);
    let mut broken: Vec<Violation> = works.iter().filter_map(|work| past_close(record, work)).collect();
    for call in record.calls.iter().filter(|call| call.taken) {
        match call.operation.as_str() {
            "StopReplicationTask" => broken.extend(early(record, &works, call)),
            "StartReplicationTask" | "ReloadTables" => broken.extend(late(record, call)),
            _ => {}
        }
    }
    broken
}

/// What the plan of an execution allows it.
pub(super) fn allowed(record: &Record, execution: &Execution) -> Allowed {
    let principal = record.principal(execution);
    window::of(&principal.input, principal.began)
}

fn past_close(record: &Record, work: &Work<'_>) -> Option<Violation> {
    let execution = record.execution(&work.by?.execution)?;
    let principal = record.principal(execution);
    let plan = &principal.input;
    let window = allowed(record, execution).window()?;
    // The watch does with the task of an aborted run what the plan says.
    let abandons = execution.aborted && plan::on_abort(plan) == "LeaveRunning";
    if !plan::stops_at_close(plan, record)
        || abandons
        || is_given_up(record, execution)
        || is_left_as_wanted(record, work, execution, window.stop_due)
        || is_not_closed_out(record, principal)
        || is_left_to_people(record, principal)
        || has_asked_for_hours(record, work, execution)
        || is_out_of_reach(record, execution, window.closes + CLOSES_OUT_WITHIN)
        || is_left_in_doubt(record, work, execution)
    {
        return None;
    }
    let within = if execution.aborted { CLOSES_OUT_WITHIN } else { STOPS_WITHIN };
    let late = window.closes + within;
    if !work.covers(late) || late > record.until {
        return None;
    }
    let asked = record.calls.iter().any(|call| {
        let stops = call.operation == "StopReplicationTask" && names(call, work.task);
        // Lambda was asked for the function that stops for this run, and it was not brought to its call, or died before.
        let is_no_look =
            call.service == "lambda" || call.operation == "StopReplicationTask" || call.unanswered;
        let would_stop = call.function == "stop"
            && is_no_look
            && record
                .execution(&call.execution)
                .is_some_and(|by| record.principal(by).name == principal.name);
        (stops || would_stop) && late - ASKED_AGAIN_WITHIN <= call.at && call.at <= late
    });
    let said = record.messages.iter().any(|message| {
        let text = |pointer: &str| message.body.pointer(pointer).and_then(Value::as_str);
        let about =
            text("/Execution") == Some(&execution.arn) || text("/Task/ReplicationTaskArn") == Some(work.task);
        let owns_up = matches!(text("/Verdict/Outcome"), Some("Failed" | "Unknown" | "Aborted"))
            || matches!(text("/Occasion"), Some("NotStopped"));
        about && owns_up && message.at >= window.stop_due
    });
    if asked && said {
        return None;
    }
    let words = format!(
        "the task runs on at {late}, past the close at {}; asked to stop: {asked}, said: {said}",
        window.closes
    );
    Some(violation(Rule::PastClose, &execution.name, late, words))
}

/// What the plan waited for had come true before the close, for this run or for another one with the task, and the plan lets
/// the task go on then.
fn is_left_as_wanted(record: &Record, work: &Work<'_>, execution: &Execution, due: Timestamp) -> bool {
    let plan = &record.principal(execution).input;
    let goes_on = plan::migration_type(plan, record) != "full-load" && !plan::then_stop(plan);
    goes_on
        && finals(record).any(|(message, _, about, outcome)| {
            // A verdict may be told long after it was reached.
            let reached = message.body.pointer("/Verdict/At").and_then(Value::as_str);
            let reached = reached.and_then(|at| at.parse().ok()).unwrap_or(message.at);
            let task = message.body.pointer("/Task/ReplicationTaskArn").and_then(Value::as_str);
            let runs = message.body.pointer("/Verdict/TaskStatus").and_then(Value::as_str) == Some("running");
            (about == execution.arn || task == Some(work.task))
                && reached < due
                && (matches!(outcome, "Succeeded" | "SucceededWithWarnings" | "PartlyFailed")
                    || (outcome == "Failed" && runs))
        })
}

/// What closed this run out could not know whether somebody else works on the task, left it alone before the close, and has
/// said how to stop it.
fn is_left_to_people(record: &Record, dead: &Execution) -> bool {
    finals(record).any(|(message, _, about, outcome)| {
        // The end that was closed out before a redrive is not known any more.
        let since = if dead.redrives > 0 { Some(dead.began) } else { dead.ended };
        let in_trouble = |at: &Timestamp| since.is_some_and(|since| since <= *at && *at <= message.at);
        about == dead.arn
            && outcome == "Aborted"
            && says_how_to_stop(message)
            && record.faults.iter().any(in_trouble)
    })
}

/// It was asked to stop before the close, for what the plan waited for, and again and again for four hours. Then that was told,
/// with how to stop it.
fn has_asked_for_hours(record: &Record, work: &Work<'_>, execution: &Execution) -> bool {
    let asks = |from: Timestamp, until: Timestamp| {
        record.calls.iter().any(|call| {
            call.function == "stop"
                && call.execution == execution.name
                && (call.service == "lambda" || names(call, work.task))
                && from <= call.at
                && call.at <= until
        })
    };
    finals(record).any(|(message, _, about, outcome)| {
        let hours_ago = message.at - ASKED_FOR;
        about == execution.arn
            && outcome == "Failed"
            && says_how_to_stop(message)
            && asks(hours_ago - ASKED_AGAIN_WITHIN, hours_ago)
            && asks(message.at - ASKED_AGAIN_WITHIN, message.at)
    })
}

/// From the end of the execution until then the watch fell into trouble with each sweep: it could not have it closed out.
fn is_out_of_reach(record: &Record, dead: &Execution, until: Timestamp) -> bool {
    let Some(ended) = dead.ended.filter(|_| dead.aborted) else { return false };
    let mut seen = ended;
    for at in record.faults.iter().copied().filter(|at| ended <= *at && *at <= until) {
        if at > seen + SWEEPS_WITHIN {
            return false;
        }
        seen = seen.max(at);
    }
    until <= seen + SWEEPS_WITHIN
}

/// The start was made twice, or may have been, so that the execution could not know whether the task runs by it. It has
/// said so at its close, and how to stop the task.
fn is_left_in_doubt(record: &Record, work: &Work<'_>, execution: &Execution) -> bool {
    let twice = execution.redrives > 0
        || record.faults.iter().any(|at| work.from - SHOWS_WITHIN <= *at && *at <= work.from + SHOWS_WITHIN);
    twice
        && finals(record).any(|(message, _, about, outcome)| {
            let whose = message.body.pointer("/Joined/Whose").and_then(Value::as_str);
            about == execution.arn
                && outcome == "Unknown"
                && whose == Some("Doubtful")
                && says_how_to_stop(message)
        })
}

fn says_how_to_stop(message: &Message) -> bool {
    message.body.to_string().contains("stop-replication-task")
}

fn early(record: &Record, works: &[Work<'_>], call: &Call) -> Option<Violation> {
    let execution = record.execution(&call.execution)?;
    let plan = &record.principal(execution).input;
    let allowed = allowed(record, execution);
    let closing = allowed.window().is_some_and(|window| call.at >= window.stop_due - SKEW);
    let work = works.iter().rfind(|work| work.from <= call.at && names(call, work.task))?;
    let before = |start: &&Call| {
        start.operation == "StartReplicationTask" && start.at <= call.at && names(start, work.task)
    };
    let starts: Vec<&Call> = record.calls.iter().filter(before).collect();
    // A start of ours that nobody heard of may be the one that shows, and so may one of a function that died.
    let may_show = |start: &Call| start.at <= work.from && work.from - SHOWS_WITHIN <= start.at;
    let died = record.calls.iter().any(|start| {
        start.service == "lambda"
            && start.function == "start"
            && start.unanswered
            && start.execution == execution.name
            && may_show(start)
    });
    let may_be_ours = died || starts.iter().any(|start| start.unanswered && may_show(start));
    let is_ours =
        starts.iter().any(|start| start.taken) && !is_started_by_others(record, work, execution, call.at);
    let ours = may_be_ours || is_ours;
    let in_words = plan::at_close(plan) == Some("Stop") || plan::then_stop(plan);
    if !ours && !in_words && plan::on_abort(plan) != "Stop" {
        let words = format!("it stopped what somebody had started at {}", work.from);
        return Some(violation(Rule::Anothers, &call.execution, call.at, words));
    }
    if closing && plan::stops_at_close(plan, record) {
        return None;
    }
    if plan::then_stop(plan) && is_loaded(record, plan, call.at) {
        return None;
    }
    if Record::is_of_the_watch(execution) && plan::on_abort(plan) == "Stop" {
        return None;
    }
    let words = format!("it stopped the task, whose window is {allowed:?}");
    Some(violation(Rule::Early, &call.execution, call.at, words))
}

/// A person, or another run that is still there, has started what this execution stops.
fn is_started_by_others(record: &Record, work: &Work<'_>, execution: &Execution, at: Timestamp) -> bool {
    match work.by {
        None => work::is_started_by_a_person(record, work.from),
        Some(by) => record.execution(&by.execution).is_some_and(|by| {
            let runs = by.began <= at && by.ended.is_none_or(|ended| ended > at);
            runs && record.principal(by).name != record.principal(execution).name
        }),
    }
}

/// Every table has been loaded, or was tried to be.
fn is_loaded(record: &Record, plan: &Value, at: Timestamp) -> bool {
    let tables = rows::at(record, at);
    plan::migration_type(plan, record) == "cdc"
        || record.selected(plan).iter().all(|table| {
            table.errs || tables.get(table.name.as_str()).is_some_and(|table| table.complete.is_some())
        })
}

fn late(record: &Record, call: &Call) -> Option<Violation> {
    let execution = record.execution(&call.execution)?;
    let of_the_watch = Record::is_of_the_watch(execution);
    let in_time = match allowed(record, execution) {
        Allowed::Always => true,
        Allowed::In(window) => {
            // Where the close stops nothing, a lead of the stop means nothing.
            let stops = plan::stops_at_close(&record.principal(execution).input, record);
            let until = if stops { window.stop_due } else { window.closes };
            window.opened <= call.at && call.at < until
        }
        Allowed::Never => false,
    };
    if in_time && !of_the_watch && !plan::is_preflight(&execution.input) {
        return None;
    }
    let words = format!("{} was taken", call.operation);
    Some(violation(Rule::Late, &call.execution, call.at, words))
}
