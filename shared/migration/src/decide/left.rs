//! A task that a run had left running has come to rest: what is told of it. Nothing is touched.

use jiff::Timestamp;

use crate::decide::opening::introduce;
use crate::run::commands;
use crate::run::document::{Caught, Document, Reported};
use crate::run::execution_arn::ExecutionArn;
use crate::run::observation::{self, Stats};
use crate::run::status::{Phase, Status};
use crate::run::stop_reason::StopClass;
use crate::run::tables::counted;
use crate::run::verdict::{Outcome, Verdict};
use crate::survey::executions::Execution;
use crate::time::clock::on_the_clock;
use plan::clean::one_line;
use plan::read;
use serde::Deserialize;
use serde_json::Value;

/// Reports, in the execution `by`, the end of a task that this run had left running. `document` is what the history of
/// the run has: whom it told, and of what.
pub fn report(
    run: &Execution,
    document: Option<&Value>,
    task: &observation::Task,
    stopped: Timestamp,
    by: &ExecutionArn,
    now: Timestamp,
) -> Document {
    let verdict = verdict(run, tables_known(document), task, stopped, now);
    let left = document.and_then(|document| Document::read(document).ok());
    let reported = match left {
        Some(Document::Reported(reported)) => reported.about(by, verdict, now),
        Some(Document::Opened(_) | Document::Running(_)) | None => {
            Reported::at_once(introduce(&run.input, by, now), verdict, Vec::new())
        }
    };
    reported.into()
}

/// True when the run whose document this is has seen its task at rest: it has told that itself.
pub fn has_seen_it_at_rest(document: &Value) -> bool {
    let status = document.pointer("/Verdict/TaskStatus").or(document.pointer("/Progress/Status"));
    let status = status.and_then(Value::as_str);
    status.is_some_and(|status| Status::from(status).phase() == Phase::Idle)
}

/// There is nothing to report.
pub fn nothing(run: &ExecutionArn, why: &str, now: Timestamp) -> Verdict {
    let words = format!("of the task that the run {run} left running there is nothing to tell: {why}");
    Verdict::new(Outcome::Skipped, words, now).because("nothing was touched")
}

/// The verdict on an execution that was to report on such a task, and whose step that does so could not run.
pub fn not_opened(caught: Option<&Caught>, now: Timestamp) -> Verdict {
    let trouble = caught.map_or_else(|| "no error is known".to_owned(), Caught::in_words);
    let words =
        format!("a task that a run left running has come to rest, and could not be looked at: {trouble}");
    Verdict::new(Outcome::Unknown, words, now)
        .because("nothing was touched")
        .to_do("look into the log of the validate function")
        .to_do("look in the DMS console which task has failed or stopped")
}

/// How many tables the run has last seen counted by DMS.
fn tables_known(document: Option<&Value>) -> u32 {
    let stats = document.and_then(|document| document.pointer("/Progress/Stats"));
    stats.and_then(|stats| Stats::deserialize(stats).ok()).map_or(0, |stats| stats.tables())
}

fn verdict(
    run: &Execution,
    known: u32,
    task: &observation::Task,
    stopped: Timestamp,
    now: Timestamp,
) -> Verdict {
    let plan = read::read(&run.input).plan;
    let window = plan.as_ref().and_then(|plan| plan.window.as_ref());
    let reason = task.stop_reason.as_ref();
    let class = StopClass::of(reason);
    let has_failed = task.status == Status::Failed || class == StopClass::Failed;
    // DMS may give a load that somebody stopped the code of its own end. Tables that it counted are missing then.
    let is_done = |stats: &&Stats| class == StopClass::Done && !has_failed && stats.tables() >= known;
    let done = task.stats.as_ref().filter(is_done);
    let code = reason.map(|reason| format!(" ({})", one_line(reason.as_str()))).unwrap_or_default();
    let (outcome, what) = match done {
        // The tables themselves are not read here: DMS's counters alone make no plain success.
        Some(stats) if stats.tables_errored > 0 => (Outcome::PartlyFailed, "came to its end"),
        Some(stats) if stats.tables_loaded > 0 && stats.tables_loading + stats.tables_queued == 0 => {
            (Outcome::SucceededWithWarnings, "came to its end")
        }
        _ if has_failed => (Outcome::Failed, "has failed"),
        _ if class == StopClass::AtPosition => (Outcome::SucceededWithWarnings, "came to its stop position"),
        _ => (Outcome::Interrupted, "has stopped"),
    };
    let words = format!(
        "the task that the run {} left running {what} at {}{code}",
        run.arn,
        on_the_clock(window, stopped)
    );
    let mut verdict =
        Verdict::new(outcome, words, now).because("it was watched by no run; nothing was touched");
    if let Some(stats) = done {
        let (loaded, errored) = (counted(stats.tables_loaded as usize), stats.tables_errored);
        verdict = verdict.because(format!(
            "DMS counts {loaded} as loaded and {errored} in error; the tables themselves were not looked at"
        ));
    }
    if let Some(failure) = &task.last_failure {
        verdict = verdict.because(format!("DMS says: {}", one_line(failure)));
    }
    verdict.task_status = Some(task.status.clone());
    verdict.last_failure = task.last_failure.clone();
    verdict
        .to_do(format!("look at the task: {}", commands::describe_task(&task.arn)))
        .to_do(format!("to go on: run the plan again: {}", commands::run_again(&run.arn, None)))
}
