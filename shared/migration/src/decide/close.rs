//! The run's time is over: the task is stopped, or left, and nothing starts any more.

use crate::decide::situation::Situation;
use crate::decide::verdicts::{doubtful, not_stopped, unwatched};
use crate::run::acts::StopCause;
use crate::run::next::Next;
use crate::run::observation::TaskSeen;
use crate::run::status::Phase;
use crate::run::tables::TablePass;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{SECOND_LOOK_AFTER, STOP_GIVEN_UP_AFTER, STOP_PATIENCE};
use plan::finding::Severity;

/// Ends a run whose time is over: stops the task, or reports Skipped when the run has nothing going, LeftRunning when
/// the task may go on.
///
/// A repeat: once a stop is decided, [`stopping`](super::stopping) judges, so none is asked for twice from here.
///
/// A lost answer: the stop counts as asked for. A start whose answer is lost counts as made. Where the start of this run
/// may have been made twice, whose task runs is not known: if it is not to be stopped, the run reports Unknown.
///
/// What a person does: nothing, or what the report says: it has the command when the task did not stop.
pub(super) fn close(s: &Situation<'_>) -> Option<Next> {
    if !s.run.is_over(s.now) || s.run.stop.is_some() {
        return None;
    }
    let is_doubtful = s.run.drive.is_doubtful();
    if is_doubtful && !s.run.stop_at_close && matches!(s.phase(), Some(Phase::Starting | Phase::Running)) {
        // Another run with the same close may have started it: it stops it now.
        if s.now.duration_since(s.run.stop_due) < SECOND_LOOK_AFTER {
            return s.wait_briefly("the run's time is over, and whoever has started the task may stop it");
        }
        return s.report(doubtful(s));
    }
    if !s.run.drive.is_under_way() {
        return s.report(too_late(s));
    }
    let patient = s.now.duration_since(s.run.stop_due) < STOP_PATIENCE;
    match (&s.observation.task, s.phase()) {
        (_, Some(Phase::Idle | Phase::Gone)) => None,
        (_, Some(Phase::Stopping)) if s.now.duration_since(s.run.stop_due) < STOP_GIVEN_UP_AFTER => {
            s.wait_briefly("the run's time is over and the task is stopping")
        }
        (_, Some(Phase::Stopping)) => s.report(not_stopped(s, s.run.stop_due)),
        // A stop that is not needed is refused, so it does no harm where the task is not seen or its word is new.
        _ if s.run.stop_at_close => Some(stop()),
        (_, Some(Phase::Starting | Phase::Running)) => s.report(left_running(s)),
        (_, Some(Phase::Busy)) => {
            let status = s.seen().map(|task| task.status.as_str()).unwrap_or_default();
            let words = format!("the run's time is over and the task is {status}");
            if patient {
                s.wait_briefly(words)
            } else {
                s.report(Verdict::new(Outcome::Unknown, words, s.now))
            }
        }
        (TaskSeen::NotThere, _) if is_newly_absent(s) => s.wait_briefly(
            "the run's time is over and DMS does not list the task; it is looked for once more",
        ),
        (TaskSeen::NotThere, _) => s.report(Verdict::new(
            Outcome::Unknown,
            "the run's time is over, DMS does not list the task, and nothing else says that it was deleted",
            s.now,
        )),
        _ if patient => s.wait_briefly("the run's time is over and DMS was too busy to answer"),
        _ => s.report(Verdict::new(
            Outcome::Unknown,
            "the run's time is over and DMS could not be asked what became of the task",
            s.now,
        )),
    }
}

/// True when DMS has not listed the task for less than a quarter of an hour. An execution that is redriven may come here
/// long after its close, so that it counts from the first look without the task.
fn is_newly_absent(s: &Situation<'_>) -> bool {
    s.now.duration_since(s.run.absent_since.unwrap_or(s.now)) < STOP_PATIENCE
}

fn stop() -> Next {
    Next::Stop { cause: StopCause::Close, why: "the window closes".to_owned() }
}

fn left_running(s: &Situation<'_>) -> Verdict {
    let why = if s.run.windowed() && s.run.drive.is_somebody_elses() {
        "the window has closed, and the task goes on: somebody else had started it, and the plan does not say in words that \
         it is stopped"
    } else if s.run.windowed() {
        "the window has closed and the plan leaves the task running"
    } else {
        "the longest run of this machine is over and the task goes on"
    };
    let mut verdict = Verdict::new(Outcome::LeftRunning, why, s.now);
    verdict.task_status = s.seen().map(|task| task.status.clone());
    let pass = TablePass::over(s.observation.tables.as_deref().unwrap_or_default());
    let verdict = pass.into_verdict(verdict, Vec::new());
    unwatched(s, verdict)
}

fn too_late(s: &Situation<'_>) -> Verdict {
    let why = if s.run.windowed() {
        format!("the window closed at {} before the task could be started", s.on_the_clock(s.run.closes))
    } else {
        "the longest run of this machine is over and the task could not be started".to_owned()
    };
    Verdict::new(Outcome::Skipped, why, s.now)
        .because("nothing was started")
        .at_severity(Severity::Warning)
        .to_do("the next run of the schedule tries again")
}
