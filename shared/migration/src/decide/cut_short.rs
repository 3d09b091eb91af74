//! The verdict on a run that ends without one: a step could not run and nothing else could decide.

use jiff::Timestamp;

use crate::run::answer::Answer;
use crate::run::commands;
use crate::run::document::{Caught, Running};
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::on_the_clock_of;

/// The document of the run could not be read; `trouble` says why.
pub fn unreadable(trouble: &str, now: Timestamp) -> Verdict {
    Verdict::new(Outcome::Unknown, format!("the document of this run cannot be read: {trouble}"), now)
        .because("what has become of the task is not known; nothing watches it any more")
        .to_do("look at the task in the DMS console, and stop it there if its window is over")
        .to_do("start the run again: a task that is under way is joined")
}

/// The plan was never read: the step that reads it could not run.
pub fn not_validated(caught: Option<&Caught>, now: Timestamp) -> Verdict {
    let trouble = caught.map_or_else(|| "no error is known".to_owned(), Caught::in_words);
    Verdict::new(Outcome::Failed, format!("the plan could not be validated: {trouble}"), now)
        .because("nothing was created, started or changed")
        .to_do("look into the log of the validate function and start the run again")
}

/// The task could not be looked at until the end of the run: what was seen last, what became of the stop, and what a
/// person does.
pub fn out_of_sight(running: &Running, now: Timestamp) -> Verdict {
    let run = &running.run;
    let trouble = running.caught.as_ref().map(Caught::in_words);
    let trouble =
        trouble.or_else(|| run.last_trouble.clone()).unwrap_or_else(|| "no error is known".to_owned());
    let mut verdict = Verdict::new(Outcome::Unknown, "sight of the task was lost and did not come back", now)
        .because(format!("the last error of our own: {trouble}"));
    verdict = match &running.progress {
        Some(progress) => {
            verdict.task_status = Some(progress.status.clone());
            verdict.rows = progress.rows;
            let seen = on_the_clock_of(&running.plan, progress.seen);
            verdict.because(format!("the task was last seen {} at {seen}", progress.status))
        }
        None => verdict.because("the task was never seen"),
    };
    verdict = match run.stop.as_ref().map(|stop| (stop.taken(), &stop.answer)) {
        Some((Some(at), _)) => {
            let at = on_the_clock_of(&running.plan, at);
            verdict
                .because(format!("the window closed; DMS took the stop at {at}, the end of it was not seen"))
        }
        Some((None, Answer::Refused(refusal))) => verdict.because(format!(
            "the window closed; DMS refused to stop the task: {}: {}",
            refusal.code, refusal.message
        )),
        Some((None, Answer::NotCalled(why))) => {
            verdict.because(format!("the window closed; the task was not told to stop: {why}"))
        }
        Some(_) => verdict.because("the window closed; whether the task was stopped is not known"),
        None if run.windowed() => verdict.because("the window closed; the task was not told to stop"),
        None => verdict,
    };
    match &running.task {
        Some(task) => {
            let verdict = verdict.to_do(format!("look at the task: {}", commands::describe_task(&task.arn)));
            let stopped = run.stop.as_ref().is_some_and(|stop| stop.taken().is_some());
            if run.stop_at_close && !stopped && run.taken_over.is_none() {
                verdict.to_do(format!("stop it by hand if it runs: {}", commands::stop_task(&task.arn)))
            } else {
                verdict
            }
        }
        None => verdict.to_do("look for the task in the DMS console"),
    }
}
