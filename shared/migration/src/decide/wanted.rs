//! Which calls a poll makes once it has seen the task: each is one of the few that DMS allows per second.

use jiff::{SignedDuration, Timestamp};
use plan::{MigrationType, Mode, OnTableErrors, Plan, Until};

use crate::run::acts::StartAct;
use crate::run::execution::Run;
use crate::run::identity::{is_this_run, load_is_over};
use crate::run::observation::{self, Stats, TaskSeen};
use crate::run::status::{Phase, Status};
use crate::run::stop_reason::StopClass;
use crate::run::task::{Progress, Task};
use crate::time::graces::ROWS_LOOKED_AT_EVERY;

/// What a poll must look at besides the task itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Every page of the table statistics.
    pub tables: bool,
    /// The connections of the two endpoints.
    pub connections: bool,
    /// How far replication is behind.
    pub lag: bool,
    /// The replication instance: an end that nobody of ours asked for is believed while it is available.
    pub instance: bool,
    /// Whether DMS knows the ARN of a task that it does not list: not asked at the first look without it.
    pub absence: bool,
}

/// Says whether the task must be described with its settings: once, when they are not known yet.
pub fn wants_settings(task: Option<&Task>) -> bool {
    task.is_none_or(|task| task.settings.is_none())
}

/// Says which calls a poll makes. `last` is what the poll before saw.
pub fn wanted(plan: &Plan, run: &Run, seen: &TaskSeen, last: Option<&Progress>, now: Timestamp) -> Wanted {
    let before_start = run.drive.joined().is_none() && !run.drive.start().is_some_and(StartAct::may_be_made);
    let task = match seen {
        TaskSeen::Unseen => return Wanted::default(),
        TaskSeen::NotThere => {
            return Wanted { connections: before_start, absence: run.not_there > 0, ..Wanted::default() };
        }
        TaskSeen::Seen(task) => task,
    };
    if plan.mode == Mode::Preflight {
        // A pre-flight wants to know how the task would be started, and nothing of one that is at work.
        let idle = task.phase() == Phase::Idle;
        return Wanted { tables: idle && task.has_run(), connections: idle, ..Wanted::default() };
    }
    let counted = |stats: &Stats| Stats { percent: None, ..stats.clone() };
    let counters = task.stats.as_ref().map(counted);
    let moved = counters != last.and_then(|last| last.stats.as_ref()).map(counted);
    let lags = waits_for_lag(plan, run, task);
    let is_told_to_stop = run.stop.as_ref().is_some_and(|stop| stop.taken().is_some());
    Wanted {
        tables: match task.phase() {
            // A task that was seen at work has tables, even if it failed before DMS dated its start.
            Phase::Idle => task.has_run() || run.drive.joined().is_some(),
            // Hundreds of windows may close together: what is on its way down is counted once it is there.
            Phase::Running | Phase::Stopping if is_told_to_stop => false,
            Phase::Running if lags => moved || reloads(plan, run, task) || nearly_caught_up(plan, last),
            Phase::Running => {
                moved || load_is_over(run, task) || reloads(plan, run, task) || is_due(plan, run, now)
            }
            Phase::Stopping => moved,
            Phase::Starting | Phase::Busy | Phase::Gone => false,
        },
        connections: before_start && task.phase() == Phase::Idle,
        lag: lags && task.phase() == Phase::Running,
        instance: is_unasked_end(run, task),
        absence: false,
    }
}

/// True when the task has come to rest in this run and nobody of ours asked for it, nor was its load just done.
pub(super) fn is_unasked_end(run: &Run, task: &observation::Task) -> bool {
    let asked = run.stop.as_ref().is_some_and(|stop| stop.taken().is_some());
    let done = task.status == Status::Stopped && StopClass::of(task.stop_reason.as_ref()) == StopClass::Done;
    task.phase() == Phase::Idle && is_this_run(run, task) && !asked && !done
}

/// Replication is all that the plan waits for.
fn waits_for_lag(plan: &Plan, run: &Run, task: &observation::Task) -> bool {
    plan.until(&task.migration_type) == Until::CaughtUp
        && (task.migration_type == MigrationType::Cdc || load_is_over(run, task))
}

fn nearly_caught_up(plan: &Plan, last: Option<&Progress>) -> bool {
    last.and_then(|last| last.lag_seconds).is_some_and(|lag| lag <= plan.lag_seconds)
}

/// Tables in error are to be loaded again, and which they are must be known.
fn reloads(plan: &Plan, run: &Run, task: &observation::Task) -> bool {
    plan.on_table_errors == OnTableErrors::Reload
        && task.stats.as_ref().is_some_and(|stats| stats.tables_errored as usize > run.reloaded.len())
}

/// The rows of the load have not been looked at for a while.
fn is_due(plan: &Plan, run: &Run, now: Timestamp) -> bool {
    let every = match plan.stall_minutes {
        0 => ROWS_LOOKED_AT_EVERY,
        minutes => SignedDuration::from_secs(i64::from(minutes) * 15),
    };
    run.pace.as_ref().is_none_or(|pace| now.duration_since(pace.looked) >= every)
}
