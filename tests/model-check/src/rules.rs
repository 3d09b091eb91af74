//! What must hold in every story: the rules of the architecture, as a property each.

use migration::run::acts::Stop;
use migration::run::verdict::Outcome;
use migration::time::graces::STOP_GIVEN_UP_AFTER;
use plan::{OnTableErrors, Start, Then, Until};
use stateright::Property;

use crate::dms::{Kind, Minute};
use crate::execution::{Execution, LONG_STEP, Report};
use crate::names::{at, minute};
use crate::story::Story;
use crate::world::State;

/// Minutes after the time to give up within which the report must be sent: a few steps of the model.
const REPORT_WITHIN: u16 = 12;

/// The name of each rule.
pub const HARM: &str = "no harm to rows in the target without consent";
pub const TWICE: &str = "start-replication is never asked for again once DMS has taken it";
pub const RESTARTS: &str = "no more starts than the plan allows";
pub const PAST_CLOSE: &str = "what this run started is stopped at the close, or asked to stop for four hours";
pub const ANOTHERS: &str = "what somebody started after the close is not stopped by a run that is redriven";
pub const VALIDATED: &str = "no plain success with rows that differ or were not compared";
pub const CAUGHT_UP: &str = "no success of a replication that does not read or is behind";
pub const TONIGHT: &str = "no success says that a row is tonight's which is not";
pub const IDLE: &str =
    "no run ends Unknown before its close over a task at rest, but for a resume that must not be repeated";
pub const EARLY: &str = "nothing is stopped before the close without cause";
pub const LATE: &str = "nothing is started outside its window";
pub const ABANDONED: &str =
    "no run ends before the close while its task is at work, unless the plan wants it";
pub const SUCCESS: &str = "no success with an incomplete table";
pub const BLAME: &str = "an interruption was somebody's doing";
pub const PAUSED: &str = "paused only at the close";
pub const SKIPPED: &str = "nothing was started when a run says so";
pub const OVERSLEPT: &str = "no wait reaches past the end of the work";
pub const HELPS: &str = "a message that wakes somebody holds a command";
pub const DEAD: &str = "what only closes a run out starts nothing";
pub const IN_THE_WAY: &str = "what another run has started since is not stopped by what closes a run out";
pub const REPORTED: &str = "every run ends with a report";
pub const IN_TIME: &str = "the report comes in time";

/// The names of all rules.
pub const NAMES: [&str; 22] = [
    HARM, TWICE, RESTARTS, PAST_CLOSE, EARLY, LATE, ANOTHERS, ABANDONED, SUCCESS, VALIDATED, CAUGHT_UP,
    TONIGHT, IDLE, BLAME, PAUSED, SKIPPED, OVERSLEPT, HELPS, DEAD, IN_THE_WAY, REPORTED, IN_TIME,
];

/// Every property.
pub fn all() -> Vec<Property<Story>> {
    vec![
        Property::always(HARM, |_: &Story, state: &State| state.dms.harm.is_none()),
        Property::always(TWICE, |_: &Story, state: &State| each(state, |execution| !execution.started_twice)),
        Property::always(RESTARTS, |story: &Story, state: &State| {
            let allowed = story.runs.first().map_or(0, |begun| 1 + begun.plan.restarts);
            each(state, |execution| u32::from(execution.starts) <= allowed)
        }),
        Property::always(PAST_CLOSE, |_: &Story, state: &State| reported(state, is_kept)),
        Property::always(EARLY, |_: &Story, state: &State| each(state, |execution| !execution.stopped_early)),
        Property::always(LATE, |_: &Story, state: &State| each(state, |execution| !execution.started_late)),
        Property::always(ANOTHERS, |_: &Story, state: &State| {
            each(state, |execution| !execution.stopped_anothers)
        }),
        Property::always(ABANDONED, |story: &Story, state: &State| {
            reported(state, |execution, report| !is_abandoned(story, execution, report))
        }),
        Property::always(SUCCESS, |story: &Story, state: &State| {
            reported(state, |_, report| is_honest(story, report))
        }),
        Property::always(VALIDATED, |_: &Story, state: &State| {
            reported(state, |_, report| report.outcome != Outcome::Succeeded || report.validated)
        }),
        Property::always(CAUGHT_UP, |story: &Story, state: &State| {
            reported(state, |_, report| {
                until(story) != Some(Until::CaughtUp)
                    || report.outcome != Outcome::Succeeded
                    || report.current
            })
        }),
        Property::always(TONIGHT, |story: &Story, state: &State| {
            reported(state, |_, report| is_of_tonight(story, report))
        }),
        Property::always(IDLE, |_: &Story, state: &State| {
            reported(state, |execution, report| {
                report.outcome != Outcome::Unknown
                    || !report.at_rest
                    || at(report.at) >= execution.run.stop_due
                    || report.may_double
            })
        }),
        Property::always(BLAME, |_: &Story, state: &State| {
            reported(state, |_, report| report.outcome != Outcome::Interrupted || state.meddled)
        }),
        Property::always(PAUSED, |_: &Story, state: &State| {
            reported(state, |execution, report| {
                report.outcome != Outcome::Paused || at(report.at) >= execution.run.stop_due
            })
        }),
        Property::always(SKIPPED, |_: &Story, state: &State| {
            reported(state, |_, report| report.outcome != Outcome::Skipped || !report.at_work)
        }),
        Property::always(OVERSLEPT, |_: &Story, state: &State| each(state, |execution| !execution.overslept)),
        Property::always(HELPS, |_: &Story, state: &State| reported(state, |_, report| report.helps)),
        Property::always(DEAD, |_: &Story, state: &State| each(state, |execution| !execution.started_dead)),
        Property::always(IN_THE_WAY, |_: &Story, state: &State| {
            each(state, |execution| !execution.stood_in_the_way)
        }),
        Property::always(IN_TIME, |_: &Story, state: &State| {
            each(state, |execution| execution.has_ended() || execution.wakes <= last_minute(execution))
        }),
        Property::eventually(REPORTED, |_: &Story, state: &State| {
            state.executions.iter().all(Execution::has_ended)
        }),
    ]
}

fn each(state: &State, holds: impl Fn(&Execution) -> bool) -> bool {
    state.executions.iter().all(holds)
}

fn reported(state: &State, holds: impl Fn(&Execution, &Report) -> bool) -> bool {
    each(state, |execution| execution.report().is_none_or(|report| holds(execution, report)))
}

fn until(story: &Story) -> Option<Until> {
    story.runs.first().and_then(|begun| begun.plan.until)
}

/// The minute by which a run has reported: what is left is a redrive, which comes when it comes.
fn last_minute(execution: &Execution) -> Minute {
    let end = minute(execution.run.stop_due);
    // Without a window the model lets DMS be done within an hour; a redrive comes an hour after the close.
    let end = if execution.run.windowed() { end } else { 120 };
    end.saturating_add(60 + given_up_after() + LONG_STEP + 30 + REPORT_WITHIN)
}

/// Minutes for which a task is asked to stop.
fn given_up_after() -> Minute {
    Minute::try_from(STOP_GIVEN_UP_AFTER.as_mins()).unwrap_or(Minute::MAX)
}

/// Rule 4: at the close with Stop, the task is stopped; it is asked to for hours before the report says that it was not.
fn is_kept(execution: &Execution, report: &Report) -> bool {
    let close = execution.run.stop_due;
    let closed = at(report.at) >= close;
    let bad = !report.outcome.good();
    // What runs since the close, and was not running before an execution was redriven, is told and never stopped: whether
    // DMS itself or somebody started it cannot be told.
    let tried = report.at >= minute(close) + given_up_after() || execution.run.taken_over.is_some();
    let others = report.outcome == Outcome::Aborted && report.left_alone;
    !(execution.run.stops_at_close() && closed && report.at_work)
        || others
        || (bad && report.owns_up && tried)
}

/// Rule 9 and the promise that a running task is never abandoned; one that does not stop is asked to for hours.
fn is_abandoned(story: &Story, execution: &Execution, report: &Report) -> bool {
    let before_close = at(report.at) < execution.run.stop_due;
    let plan = story.runs.first().map(|begun| &begun.plan);
    let reached = match until(story) {
        None | Some(Until::FullLoadComplete) => report.loaded,
        // A lag of zero ends a run too, with a warning, when nothing shows for half an hour that the task reads.
        Some(Until::CaughtUp) => report.current || report.outcome == Outcome::SucceededWithWarnings,
        Some(Until::Stopped) => false,
    };
    let wanted = reached && plan.is_some_and(|plan| plan.then == Then::LeaveRunning);
    let tried = |stop: &Stop| report.at >= minute(stop.decided) + given_up_after();
    let refused = execution.run.stop.as_ref().is_some_and(tried) && report.owns_up && !report.outcome.good();
    // A run that is closed out goes on until a close that stops its task, unless others have to do with it.
    let aborted =
        report.outcome == Outcome::Aborted && (report.left_alone || !execution.run.stops_at_close());
    before_close && report.at_work && !wanted && !refused && !aborted
}

/// Rule 1.
fn is_honest(story: &Story, report: &Report) -> bool {
    let loads = story.dms.task.as_ref().is_none_or(|task| task.kind != Kind::Cdc);
    let tolerant = story.runs.iter().any(|begun| begun.plan.on_table_errors == OnTableErrors::Warn);
    let success =
        report.outcome == Outcome::Succeeded || report.outcome == Outcome::SucceededWithWarnings && !tolerant;
    !(success && loads) || report.complete
}

/// A refresh that succeeds, or has nothing to do, has tonight's rows in every table.
fn is_of_tonight(story: &Story, report: &Report) -> bool {
    let refreshes = story.runs.iter().any(|begun| begun.plan.start == Start::Refresh);
    let says_so = report.outcome == Outcome::Succeeded || report.says_tonight;
    !(refreshes && says_so) || report.tonight
}
