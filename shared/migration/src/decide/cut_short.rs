//! The verdict on a run that ends without one: a step could not run and nothing else could decide.

use jiff::Timestamp;

use crate::run::commands;
use crate::run::document::{Answer, Migration};
use crate::run::verdict::{Outcome, Verdict};

/// Says what is known when the machine reports and no step has left a verdict; `unreadable` when the document that it
/// handed over could not be read, and this one stands in for it.
pub fn verdict(document: &Migration, unreadable: bool, now: Timestamp) -> Verdict {
    let trouble = document.trouble.as_ref().map(|trouble| trouble.in_words());
    let trouble = trouble
        .or_else(|| document.run.as_ref().and_then(|run| run.last_trouble.clone()))
        .unwrap_or_else(|| "no error is known".to_owned());
    if unreadable {
        return Verdict::new(
            Outcome::Unknown,
            format!("the document of this run cannot be read: {trouble}"),
            now,
        )
        .because("what has become of the task is not known; nothing watches it any more")
        .to_do("look at the task in the DMS console, and stop it there if its window is over")
        .to_do("start the run again: a task that is under way is joined");
    }
    let Some(run) = document.run.as_ref().filter(|_| document.plan.is_some()) else {
        return Verdict::new(Outcome::Failed, format!("the plan could not be validated: {trouble}"), now)
            .because("nothing was created, started or changed")
            .to_do("look into the log of the validate function and start the run again");
    };
    let mut verdict = Verdict::new(Outcome::Unknown, "sight of the task was lost and did not come back", now)
        .because(format!("the last error of our own: {trouble}"));
    verdict = match document.progress.as_ref().map(|progress| (progress, progress.seen)) {
        Some((progress, seen)) => {
            verdict.task_status = Some(progress.status.clone());
            verdict.rows = progress.rows;
            verdict.because(format!("the task was last seen {} at {seen}", progress.status))
        }
        None => verdict.because("the task was never seen"),
    };
    verdict = match run.stop.as_ref().map(|stop| (&stop.answer, stop.taken)) {
        Some((_, Some(at))) => verdict
            .because(format!("the window closed; DMS took the stop at {at}, the end of it was not seen")),
        Some((Some(Answer::Refused(refusal)), None)) => verdict.because(format!(
            "the window closed; DMS refused to stop the task: {}: {}",
            refusal.code, refusal.message
        )),
        Some(_) => verdict.because("the window closed; whether the task was stopped is not known"),
        None if run.windowed => verdict.because("the window closed; the task was not told to stop"),
        None => verdict,
    };
    match &document.task {
        Some(task) => {
            let verdict = verdict.to_do(format!("look at the task: {}", commands::describe_task(&task.arn)));
            let stopped = run.stop.as_ref().is_some_and(|stop| stop.taken.is_some());
            if run.stop_at_close && !stopped {
                verdict.to_do(format!("stop it by hand if it runs: {}", commands::stop_task(&task.arn)))
            } else {
                verdict
            }
        }
        None => verdict.to_do("look for the task in the DMS console"),
    }
}
