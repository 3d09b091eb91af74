//! The task is at work: has what the plan waits for come true?

use super::rest::{ended, settle};
use super::{Next, Situation, is_this_run, load_is_over};
use crate::commands;
use crate::document::{Origin, StopCause};
use crate::lag::{self, Standing};
use crate::observation::{Phase, Task};
use crate::plan::{MigrationType, Then, Until};
use crate::verdict::Verdict;
use crate::verdict::end::{self, End};
use crate::verdict::tables::TablePass;

/// Stops or reports when it has.
pub(super) fn until(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    if task.phase != Phase::Running || !is_this_run(s.run, task) {
        return None;
    }
    match s.plan.until(&task.migration_type) {
        Until::Stopped => None,
        Until::FullLoadComplete => {
            load_has_settled(s, task)?;
            reached(s, task, "the load is complete and the task goes on replicating".to_owned())
        }
        Until::CaughtUp => caught_up(s, task),
    }
}

/// Every table of the load has come to its end, good or bad, by counters and by list.
fn load_has_settled(s: &Situation<'_>, task: &Task) -> Option<()> {
    if !load_is_over(s.run, task) {
        return None;
    }
    let tables = s.observation.tables.as_deref()?;
    let finished = task.stats.as_ref().and_then(|stats| stats.full_load_finish_date);
    let late = finished.is_some_and(|finish| s.now.duration_since(finish) >= end::STATISTICS_SETTLE);
    let pass = TablePass::over(tables);
    let absent = pass.total == 0 && late;
    (pass.settled() || absent).then_some(())
}

fn caught_up(s: &Situation<'_>, task: &Task) -> Option<Next> {
    // Points of an earlier run may still be among the last quarter of an hour's, and its dates may still show.
    let began =
        task.start_date()?.max(s.run.start.as_ref().map_or(jiff::Timestamp::MIN, |start| start.decided));
    let since = match task.migration_type {
        MigrationType::Cdc => began,
        _ => {
            if !load_is_over(s.run, task) {
                return None;
            }
            task.stats.as_ref()?.full_load_finish_date?.max(began)
        }
    };
    let points = s.observation.lag.as_deref().unwrap_or_default();
    let waiting = |words: String| s.wait(format!("the task is {} and {words}", task.status));
    match lag::standing(points, s.plan.lag_seconds, since, s.now) {
        Standing::CaughtUp(_) if s.observation.tables.is_none() => {
            s.wait_briefly("replication has caught up; its tables are looked at")
        }
        Standing::CaughtUp(worst) => {
            if task.migration_type != MigrationType::Cdc {
                load_has_settled(s, task)?;
            }
            reached(
                s,
                task,
                format!(
                    "replication has caught up: at most {} s behind in {} consecutive minutes",
                    worst.ceil(),
                    lag::POINTS
                ),
            )
        }
        Standing::Behind(seconds) => waiting(format!("{} s behind its source", seconds.ceil())),
        Standing::NotKnown => waiting("how far it is behind its source is not known just now".to_owned()),
    }
}

/// What the plan waited for has come true.
fn reached(s: &Situation<'_>, task: &Task, why: String) -> Option<Next> {
    let tables = s.observation.tables.as_deref()?;
    if s.plan.then == Then::Stop {
        // What is still to be compared or counted is waited for first: a stopped task compares nothing any more.
        return match end::reached(ended(s, task, tables), why.clone()) {
            End::Verdict(_) => {
                Some(Next::Stop { cause: StopCause::Done, why: format!("{why}, and the plan stops it then") })
            }
            wait => settle(s, wait),
        };
    }
    match settle(s, end::reached(ended(s, task, tables), why))? {
        Next::Report(verdict) => Some(Next::Report(Box::new(unwatched(s, *verdict)))),
        next => Some(next),
    }
}

/// The task goes on after the run: say that nobody of ours watches it, and how somebody can.
pub(super) fn unwatched(s: &Situation<'_>, verdict: Verdict) -> Verdict {
    let Some(task) = s.task else { return verdict };
    let whose = match task.origin {
        Origin::Kept => "the task is kept by somebody else and goes on running",
        Origin::Created | Origin::Adopted => "the task goes on running",
    };
    verdict
        .because(format!("{whose}; no run watches it from now on"))
        .to_do(format!("have DMS tell you when it fails: {}", commands::tell_of_failures(task)))
}
