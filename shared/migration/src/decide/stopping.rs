//! This run has told the task to stop: it is observed stopped, or reported as not stopped.

use crate::decide::situation::Situation;
use crate::decide::verdicts::{not_stopped, stop_command};
use crate::run::acts::Stop;
use crate::run::answer::{Answer, Refusal, RefusalKind};
use crate::run::execution::Run;
use crate::run::next::Next;
use crate::run::status::Phase;
use crate::run::step::Occasion;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::in_minutes;
use crate::time::graces::{STOP_AGAIN_AFTER, STOP_PATIENCE};

/// Waits until a task that was told to stop has come to rest. DMS is asked until it has taken a stop, seen or not;
/// after a quarter of an hour people are told that the task has not stopped yet, and after four hours the run reports
/// it. A stop that lacks a permission is told at once: somebody can grant it while the stop is asked for.
///
/// A repeat: DMS refuses to stop what is not running, which is no failure.
///
/// A lost answer, or none that DMS accepted: the task is told again.
///
/// What a person does: stops the task with the command in the message, or grants the permission that it names.
pub(super) fn stopping(s: &Situation<'_>) -> Option<Next> {
    let stop = s.run.stop.as_ref()?;
    let phase = s.phase();
    if matches!(phase, Some(Phase::Idle | Phase::Gone)) {
        return None;
    }
    let waited = s.now.duration_since(stop.decided);
    if s.now >= s.run.gives_up(stop) {
        return s.report(match phase {
            Some(_) => not_stopped(s, stop.decided),
            None => not_seen(s, stop),
        });
    }
    if s.run.notify.warning && !s.run.told.contains(&Occasion::NotStopped) {
        let runs = matches!(phase, Some(Phase::Running | Phase::Starting));
        let why = match denial(s, stop).filter(|_| runs) {
            Some(refusal) => Some(format!(
                "the task could not be stopped so far: DMS says: {}: {}",
                refusal.code, refusal.message
            )),
            None if waited >= STOP_PATIENCE => Some(format!(
                "the task has not stopped {} after it was told to",
                in_minutes(waited.as_mins())
            )),
            None => None,
        };
        if let Some(why) = why {
            return Some(Next::Tell { occasion: Occasion::NotStopped, why });
        }
    }
    let again = |why: &str| Some(Next::Stop { cause: stop.cause, why: why.to_owned() });
    match phase {
        Some(Phase::Stopping | Phase::Busy) => s.wait_briefly("the task is stopping"),
        Some(_) if stop.answer != Answer::Accepted => again("DMS has not taken the stop: it is told again"),
        Some(_) if s.now.duration_since(stop.last_decided) >= STOP_AGAIN_AFTER => {
            again("the task was told to stop and runs on: it is told again")
        }
        Some(_) => s.wait_briefly("the task was told to stop"),
        None if stop.taken().is_none() => again("DMS has not taken the stop: it is told again, unseen"),
        None => s.wait_briefly("the task was told to stop and cannot be seen just now"),
    }
}

/// Nobody can say what became of the stop.
fn not_seen(s: &Situation<'_>, stop: &Stop) -> Verdict {
    let taken = match stop.taken() {
        Some(at) => format!("DMS took the stop at {}", s.on_the_clock(at)),
        None => {
            let since = s.on_the_clock(stop.decided);
            format!("it was told since {since}, and DMS is not known to have taken it")
        }
    };
    Verdict::new(
        Outcome::Unknown,
        "the task was told to stop, and DMS could not be asked whether it has",
        s.now,
    )
    .because(taken)
    .to_do(stop_command(s))
}

/// True when the last answer to a stop was that DMS is too busy: then the next call is the stop itself, and no look is
/// made first.
pub fn stops_unseen(run: &Run) -> bool {
    run.stop.as_ref().is_some_and(|stop| {
        let throttled =
            matches!(&stop.answer, Answer::Refused(refusal) if refusal.kind == RefusalKind::Throttled);
        throttled && stop.taken().is_none()
    })
}

/// The refusal of a stop that lacks a permission. A tag that a role's condition asks for may take minutes to count (IAM),
/// so it means nothing yet on a task that was just created, and on any task the first time.
fn denial<'a>(s: &Situation<'_>, stop: &'a Stop) -> Option<&'a Refusal> {
    stop.denied().filter(|_| stop.tries >= 2 && !s.was_young(s.now))
}
