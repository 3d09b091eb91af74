//! This run has told the task to stop: it is observed stopped, or reported as not stopped.

use jiff::{SignedDuration, Timestamp};

use super::{Next, STOP_PATIENCE, Situation};
use crate::commands;
use crate::document::{Answer, StopAct, StopCause};
use crate::observation::Phase;
use crate::verdict::tables::TablePass;
use crate::verdict::{Outcome, Verdict};

/// How long a new tag may not count for what IAM allows.
const TAGS_COUNT_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// How often a task that goes on running is told again.
const TELL_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Waits until the task has stopped.
pub(super) fn stopping(s: &Situation<'_>) -> Option<Next> {
    let stop = s.run.stop.as_ref()?;
    let out_of_patience = s.now.duration_since(stop.decided) >= STOP_PATIENCE;
    match s.phase() {
        Some(Phase::Idle | Phase::Gone) => None,
        Some(Phase::Stopping | Phase::Busy) if !out_of_patience => s.wait_briefly("the task is stopping"),
        Some(Phase::Running | Phase::Starting) if !out_of_patience && !is_refused_for_good(s, stop) => {
            let unanswered = !matches!(stop.answer, Some(Answer::Accepted));
            if unanswered || s.now.duration_since(stop.last_decided) >= TELL_AGAIN {
                return Some(Next::Stop {
                    cause: stop.why,
                    why: "the task was told to stop and runs on: it is told again".to_owned(),
                });
            }
            s.wait_briefly("the task was told to stop")
        }
        Some(_) => s.report(not_stopped(s, stop.decided)),
        None if !out_of_patience => s.wait_briefly("the task was told to stop and cannot be seen just now"),
        None => s.report(
            Verdict::new(
                Outcome::Unknown,
                "the task was told to stop, and DMS could not be asked whether it has",
                s.now,
            )
            .because(format!("it was told at {}", stop.decided))
            .to_do(stop_command(s)),
        ),
    }
}

/// True when the stop lacks a permission, which no repeat gives it. A tag that a role's condition asks for may take minutes to
/// count (IAM), so a task that was just created is told again, and any task a second time.
fn is_refused_for_good(s: &Situation<'_>, stop: &StopAct) -> bool {
    let denied = matches!(&stop.answer, Some(Answer::Refused(refusal)) if refusal.lacks_permission());
    let young = s.task.and_then(|task| task.created);
    let young = young.is_some_and(|created| s.now.duration_since(created) < TAGS_COUNT_AFTER);
    denied && stop.tries >= 2 && !young
}

/// The verdict on a task that has had its time to stop, since the given moment.
pub(super) fn not_stopped(s: &Situation<'_>, since: Timestamp) -> Verdict {
    let status = s.seen().map(|task| task.status.as_str()).unwrap_or_default();
    let minutes = s.now.duration_since(since).as_mins();
    let begun = if s.run.stop.is_some() { "it was told to stop" } else { "the run's time was over" };
    let mut verdict = Verdict::new(
        Outcome::Failed,
        format!("the task could not be stopped: it is {status} {minutes} minutes after {begun}"),
        s.now,
    )
    .because("it goes on beyond its window until somebody stops it");
    let stop = s.run.stop.as_ref();
    if stop.is_some_and(|stop| stop.why == StopCause::Close) {
        verdict = verdict.because(format!("its window closes at {}", s.run.closes));
    }
    if let Some(Answer::Refused(refusal)) = stop.and_then(|stop| stop.answer.as_ref()) {
        verdict = verdict.because(format!("DMS says: {}: {}", refusal.code, refusal.message));
        if refusal.lacks_permission() {
            verdict =
                verdict.to_do("let the role of the stop function stop this task (dms:StopReplicationTask)");
        }
    }
    let pass = TablePass::over(s.observation.tables.as_deref().unwrap_or_default());
    let mut verdict = pass.into_verdict(verdict, Vec::new()).to_do(stop_command(s));
    verdict.task_status = Some(status.to_owned());
    verdict
}

/// The command that stops the task by hand.
pub(super) fn stop_command(s: &Situation<'_>) -> String {
    match s.task {
        Some(task) => format!("stop it by hand: {}", commands::stop_task(&task.arn)),
        None => "look for the task in the DMS console and stop it by hand".to_owned(),
    }
}
