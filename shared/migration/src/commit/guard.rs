//! What is checked just before a changing call: what was decided must still be so.

use jiff::Timestamp;

use crate::run::acts::{ReloadAct, StartAct};
use crate::run::answer::Answer;
use crate::run::close_out::{Beside, CloseOut};
use crate::run::execution::Run;
use crate::run::identity::{is_that_start, taken_over};
use crate::run::observation::TaskSeen;
use crate::run::status::Phase;
use crate::time::graces::{START_MARGIN, STOP_GIVEN_UP_AFTER};

/// What the guard says just before the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// The start may be made.
    Clear,
    /// It must not be made, and what stands in the way.
    Held(String),
    /// It has been made before, and its answer was lost with the step that made it.
    Made,
    /// The task has been started since, and whether by this execution, before it was redriven, cannot be told: it must
    /// not be made, and what runs must not be touched.
    Doubtful(String),
}

/// The guard before a start: what was decided must still be so.
pub fn guard_start(run: &Run, task: &TaskSeen, now: Timestamp) -> Guarded {
    match run.drive.start() {
        Some(start) if start.answer != Answer::Lost => {
            Guarded::Held("this start has been made before".to_owned())
        }
        Some(start) => guard(run, start, task, now),
        None => Guarded::Held("no start has been decided".to_owned()),
    }
}

/// True when the step that makes an act may have been made before: the execution was redriven since a poll has seen the
/// task, or the step comes too long after its decision.
pub fn may_be_a_repeat(run: &Run, decided: Timestamp, now: Timestamp) -> bool {
    run.unseen_since_redrive || now.duration_since(decided) > START_MARGIN
}

/// What stands in the way of this start.
fn guard(run: &Run, start: &StartAct, task: &TaskSeen, now: Timestamp) -> Guarded {
    let TaskSeen::Seen(task) = task else {
        return Guarded::Held("the task could not be seen just before the start".to_owned());
    };
    if may_be_a_repeat(run, start.decided, now) {
        if is_that_start(start, task) {
            return Guarded::Made;
        }
        if task.start_date() != start.seen_start_date {
            return Guarded::Doubtful(
                "the task was started since the start was decided; this execution was redriven, and whether it was by it \
                 cannot be told"
                    .to_owned(),
            );
        }
    }
    if now + START_MARGIN / 2 >= run.stop_due {
        return Guarded::Held("the run's time is over, or its end is too near".to_owned());
    }
    if task.phase() != Phase::Idle {
        return Guarded::Held(format!("the task was {} just before the start", task.status));
    }
    if task.start_date() != start.seen_start_date {
        return Guarded::Held("the task was started by somebody else just before".to_owned());
    }
    Guarded::Clear
}

/// True when somebody else may have started the task, so that a look comes before a stop: the execution was redriven and
/// has not seen the task since, or DMS has taken a stop of it before.
pub fn stop_wants_a_look(run: &Run, now: Timestamp) -> bool {
    let was_taken = run.stop.as_ref().is_some_and(|stop| stop.taken().is_some());
    was_taken || (run.unseen_since_redrive && run.is_over(now))
}

/// True while stops are made for the close, whatever a look before them shows. Long after it nothing is stopped unseen.
pub fn stops_without_a_look(run: &Run, now: Timestamp) -> bool {
    now.duration_since(run.stop_due) <= STOP_GIVEN_UP_AFTER
}

/// True while what closes out a run stops for the close without a look at who else works on the task: it has looked before,
/// and nobody did.
pub fn closes_out_without_a_look(run: &Run, now: Timestamp) -> bool {
    let nobody = |close_out: &CloseOut| close_out.same_task.is_empty() && close_out.beside_since.is_none();
    run.is_over(now) && stops_without_a_look(run, now) && run.close_out.as_ref().is_some_and(nobody)
}

/// The guard before a stop: why it must not be made. What somebody else started after this run's close is told, and
/// never stopped.
pub fn guard_stop(run: &mut Run, task: &TaskSeen, now: Timestamp) -> Option<String> {
    match task {
        TaskSeen::Seen(task) => {
            run.taken_over = run.taken_over.or(taken_over(run, task));
            run.taken_over.map(|_| "somebody else started the task after this run's work was over".to_owned())
        }
        TaskSeen::Unseen if !stops_without_a_look(run, now) => {
            Some("DMS was too busy to show whose the task is now".to_owned())
        }
        TaskSeen::Unseen | TaskSeen::NotThere => None,
    }
}

/// Why a run that is closed out does nothing, when others have to do with its task.
pub fn stands_aside(beside: &Beside) -> Option<String> {
    match beside {
        Beside::NotLooked | Beside::Nobody => None,
        Beside::RunsAgain => Some("the run that is closed out goes on".to_owned()),
        Beside::Run(other) | Beside::Ran(other) => {
            Some(format!("another run has to do with the task: {other}"))
        }
        Beside::NotThrough => Some("it is looked who else works on the task".to_owned()),
        Beside::NotKnown(why) => {
            Some(format!("whether another run has to do with the task could not be told: {why}"))
        }
    }
}

/// Why a run that was closed out before it was redriven does nothing any more.
pub fn is_closed_out(run: &Run) -> Option<String> {
    let by = run.closed_out_by.as_ref()?;
    Some(format!("this run was closed out by {by} before it was redriven"))
}

/// What the guard says just before a request to load tables again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardedReload {
    /// It may be made.
    Clear,
    /// It must not be made, and what stands in the way.
    Held(String),
    /// It may have been made before; it is not made again.
    Made,
}

/// The guard before a request to load tables again: a step that comes so late that it must be made for a second time
/// makes none, and none is made when the task was started anew since it was decided.
pub fn guard_reload(run: &Run, reload: &ReloadAct, task: &TaskSeen, now: Timestamp) -> GuardedReload {
    if reload.answer != Answer::Lost || may_be_a_repeat(run, reload.decided, now) {
        return GuardedReload::Made;
    }
    match task {
        TaskSeen::Seen(task)
            if task.phase() == Phase::Running && task.start_date() == reload.seen_start_date =>
        {
            GuardedReload::Clear
        }
        TaskSeen::Seen(task) => {
            GuardedReload::Held(format!("the task was {} or started anew just before", task.status))
        }
        TaskSeen::Unseen | TaskSeen::NotThere => {
            GuardedReload::Held("the task could not be seen just before".to_owned())
        }
    }
}
