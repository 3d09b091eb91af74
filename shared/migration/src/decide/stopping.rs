//! This run has told the task to stop: it is observed stopped, or reported as not stopped.

use crate::decide::situation::Situation;
use crate::decide::verdicts::{not_stopped, stop_command};
use crate::run::acts::Stop;
use crate::run::answer::{Answer, RefusalKind};
use crate::run::next::Next;
use crate::run::status::Phase;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{STOP_AGAIN_AFTER, STOP_PATIENCE, TAGS_COUNT_AFTER};

/// Waits until a task that was told to stop has come to rest, and reports when it has not in time.
///
/// A repeat: a task that runs on is told again after a minute; DMS refuses to stop what is not running, which is no
/// failure.
///
/// A lost answer, or none that DMS accepted: the task is told again at once while it runs.
///
/// What a person does: stops the task with the command in the report, or grants the permission that it names.
pub(super) fn stopping(s: &Situation<'_>) -> Option<Next> {
    let stop = s.run.stop.as_ref()?;
    let out_of_patience = s.now.duration_since(stop.decided) >= STOP_PATIENCE;
    match s.phase() {
        Some(Phase::Idle | Phase::Gone) => None,
        Some(Phase::Stopping | Phase::Busy) if !out_of_patience => s.wait_briefly("the task is stopping"),
        Some(Phase::Running | Phase::Starting) if !out_of_patience && !is_refused_for_good(s, stop) => {
            let unanswered = stop.answer != Answer::Accepted;
            if unanswered || s.now.duration_since(stop.last_decided) >= STOP_AGAIN_AFTER {
                return Some(Next::Stop {
                    cause: stop.cause,
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

/// True when the stop lacks a permission, which no repeat gives it. A tag that a role's condition asks for may take
/// minutes to count (IAM), so a task that was just created is told again, and any task a second time.
fn is_refused_for_good(s: &Situation<'_>, stop: &Stop) -> bool {
    let denied = matches!(&stop.answer, Answer::Refused(refusal) if refusal.kind == RefusalKind::Denied);
    let young = s.task.and_then(|task| task.created);
    let young = young.is_some_and(|created| s.now.duration_since(created) < TAGS_COUNT_AFTER);
    denied && stop.tries >= 2 && !young
}
