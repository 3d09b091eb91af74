//! What must hold in every story: the rules of the architecture, as a property each.

use migration::run::verdict::Outcome;
use migration::time::graces::STOP_GIVEN_UP_AFTER;
use plan::{OnTableErrors, Then, Until};
use stateright::Property;

use crate::dms::Kind;
use crate::names::{at, minute};
use crate::story::Story;
use crate::world::{LONG_STEP, Report, State, Step};

/// Minutes after the time to give up within which the report must be sent: a few steps of the model.
const REPORT_WITHIN: u16 = 12;

/// The name of each rule.
pub const HARM: &str = "no harm to rows in the target without consent";
pub const TWICE: &str = "start-replication is never asked for again once DMS has taken it";
pub const RESTARTS: &str = "no more starts than the plan allows";
pub const PAST_CLOSE: &str = "what this run started is stopped at the close, or reported as not stopped";
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
pub const REPORTED: &str = "every run ends with a report";
pub const IN_TIME: &str = "the report comes in time";

/// The names of all rules.
pub const NAMES: [&str; 15] = [
    HARM, TWICE, RESTARTS, PAST_CLOSE, EARLY, LATE, ABANDONED, SUCCESS, BLAME, PAUSED, SKIPPED, OVERSLEPT,
    HELPS, REPORTED, IN_TIME,
];

/// Every property.
pub fn all() -> Vec<Property<Story>> {
    vec![
        Property::always(HARM, |_: &Story, state: &State| state.dms.harm.is_none()),
        Property::always(TWICE, |_: &Story, state: &State| !state.started_twice),
        Property::always(RESTARTS, |story: &Story, state: &State| {
            u32::from(state.starts) <= 1 + story.plan.restarts
        }),
        Property::always(PAST_CLOSE, |story: &Story, state: &State| {
            reported(state, |report| is_kept(story, state, report))
        }),
        Property::always(EARLY, |_: &Story, state: &State| !state.stopped_early),
        Property::always(LATE, |_: &Story, state: &State| !state.started_late),
        Property::always(ABANDONED, |story: &Story, state: &State| {
            reported(state, |report| !is_abandoned(story, state, report))
        }),
        Property::always(SUCCESS, |story: &Story, state: &State| {
            reported(state, |report| is_honest(story, report))
        }),
        Property::always(BLAME, |_: &Story, state: &State| {
            reported(state, |report| report.outcome != Outcome::Interrupted || state.meddled)
        }),
        Property::always(PAUSED, |_: &Story, state: &State| {
            reported(state, |report| report.outcome != Outcome::Paused || at(report.at) >= state.run.stop_due)
        }),
        Property::always(SKIPPED, |_: &Story, state: &State| {
            reported(state, |report| report.outcome != Outcome::Skipped || !report.at_work)
        }),
        Property::always(OVERSLEPT, |_: &Story, state: &State| !state.overslept),
        Property::always(HELPS, |_: &Story, state: &State| reported(state, |report| report.helps)),
        Property::always(IN_TIME, |_: &Story, state: &State| {
            state.step == Step::Reported || state.now <= last_minute(state)
        }),
        Property::eventually(REPORTED, |_: &Story, state: &State| state.report.is_some()),
    ]
}

fn reported(state: &State, holds: impl FnOnce(&Report) -> bool) -> bool {
    state.report.as_ref().is_none_or(holds)
}

/// The minute by which a run has reported: what is left is a redrive, which comes when it comes.
fn last_minute(state: &State) -> u16 {
    let end = minute(state.run.stop_due);
    // Without a window the model lets DMS be done within an hour; a redrive comes an hour after the close.
    let end = if state.run.windowed() { end } else { 120 };
    let given_up = u16::try_from(STOP_GIVEN_UP_AFTER.as_mins()).unwrap_or(u16::MAX) + LONG_STEP;
    end.saturating_add(60 + given_up + 30 + REPORT_WITHIN)
}

/// Rule 4: at the close with Stop, the task is stopped, or the report owns up.
fn is_kept(story: &Story, state: &State, report: &Report) -> bool {
    let closed = at(report.at) >= state.run.stop_due;
    let bad = !report.outcome.good();
    !(story.stops_at_close() && closed && report.at_work) || (bad && report.owns_up)
}

/// Rule 9 and the promise that a running task is never abandoned.
fn is_abandoned(story: &Story, state: &State, report: &Report) -> bool {
    let before_close = at(report.at) < state.run.stop_due;
    let waited_for_load = matches!(story.plan.until, None | Some(Until::FullLoadComplete));
    let wanted = report.loaded && waited_for_load && story.plan.then == Then::LeaveRunning;
    // A stop that is refused for good is said to be, at once.
    let refused = state.run.stop.is_some() && report.owns_up && !report.outcome.good();
    before_close && report.at_work && !wanted && !refused
}

/// Rule 1.
fn is_honest(story: &Story, report: &Report) -> bool {
    let loads = story.dms.task.as_ref().is_none_or(|task| task.kind != Kind::Cdc);
    let tolerant = story.plan.on_table_errors == OnTableErrors::Warn;
    let success =
        report.outcome == Outcome::Succeeded || report.outcome == Outcome::SucceededWithWarnings && !tolerant;
    !(success && loads) || report.complete
}
