//! The task is at work: has what the plan waits for come true?

use plan::{MigrationType, Then, Until};

use crate::decide::end::{self, End};
use crate::decide::settle::{of, settle};
use crate::decide::situation::Situation;
use crate::decide::verdicts::unwatched;
use crate::run::acts::StopCause;
use crate::run::identity::{is_this_run, lag_counts_from, load_is_over};
use crate::run::lag::{self, Reading, Standing};
use crate::run::next::Next;
use crate::run::observation::Task;
use crate::run::status::Phase;
use crate::run::tables::TablePass;
use crate::time::graces::{STATISTICS_SETTLE, ZERO_PATIENCE};

/// Ends a run whose task runs and has reached what the plan waits for: a stop, or a verdict while the task goes on.
///
/// A repeat: once the stop is decided, [`stopping`](super::stopping) judges.
///
/// A lost answer: a lag or tables that could not be read are not known, which is never taken for reached; the next look
/// asks again.
///
/// What a person does: nothing.
pub(super) fn goal(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    if task.phase() != Phase::Running || !is_this_run(s.run, task) {
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
    let late = finished.is_some_and(|finish| s.now.duration_since(finish) >= STATISTICS_SETTLE);
    let pass = TablePass::over(tables);
    let absent = pass.total == 0 && late;
    (pass.settled() || absent).then_some(())
}

fn caught_up(s: &Situation<'_>, task: &Task) -> Option<Next> {
    // Points of an earlier run may still be among the last quarter of an hour's.
    let since = lag_counts_from(s.run, task)?;
    let points = s.observation.lag.as_deref().unwrap_or_default();
    let waiting = |words: String| s.wait(format!("the task is {} and {words}", task.status));
    match lag::standing(points, s.plan.lag_seconds, since, s.now) {
        Standing::CaughtUp(_) if s.observation.tables.is_none() => {
            s.wait_briefly("replication has caught up; its tables are looked at")
        }
        Standing::CaughtUp(_) if !reads_or_is_waited_for_in_vain(s) => {
            waiting("its lag is zero, and nothing shows yet that it reads its source".to_owned())
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

/// Zeros are also what a task shows that reads nothing: something else must show that it does, or half an hour of them
/// has passed, and the verdict says so.
fn reads_or_is_waited_for_in_vain(s: &Situation<'_>) -> bool {
    match s.run.reading {
        Some(Reading::Seen) => true,
        Some(Reading::NotSeen { zero_since: Some(since), .. }) => {
            s.now.duration_since(since) >= ZERO_PATIENCE
        }
        Some(Reading::NotSeen { zero_since: None, .. }) | None => false,
    }
}

/// What the plan waited for has come true.
fn reached(s: &Situation<'_>, task: &Task, why: String) -> Option<Next> {
    let tables = s.observation.tables.as_deref()?;
    if s.plan.then == Then::Stop {
        // What is still to be compared or counted is waited for first: a stopped task compares nothing any more.
        return match end::reached(of(s, task, tables), why.clone()) {
            End::Verdict(_) => {
                Some(Next::Stop { cause: StopCause::Done, why: format!("{why}, and the plan stops it then") })
            }
            wait => settle(s, wait),
        };
    }
    match settle(s, end::reached(of(s, task, tables), why))? {
        Next::Report(verdict) => Some(Next::Report(Box::new(unwatched(s, *verdict)))),
        next => Some(next),
    }
}
