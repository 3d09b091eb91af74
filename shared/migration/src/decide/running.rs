//! The task is at work: tell what is worth telling, and see whether the plan has what it waits for.

use super::rest::{ended, settle};
use super::{Next, Situation, load_is_over};
use crate::document::{Occasion, Origin, StopCause};
use crate::observation::{Phase, Stats, Task};
use crate::plan::{Then, Until};
use crate::verdict::Verdict;
use crate::verdict::end;
use crate::verdict::tables::TablePass;

/// Goes on, and is the last judge: it always has something to say.
pub(super) fn running(s: &Situation<'_>) -> Next {
    let wait = |why: String| Next::Wait { why, soon: false };
    let Some(task) = s.seen() else { return wait("the task could not be seen just now".to_owned()) };
    tell(s, task).or_else(|| until(s, task)).unwrap_or_else(|| wait(in_words(task)))
}

fn tell(s: &Situation<'_>, task: &Task) -> Option<Next> {
    let untold = |occasion| !s.run.told.contains(&occasion);
    if s.run.notify.started && untold(Occasion::Started) && s.run.start.is_some() {
        return Some(Next::Tell { occasion: Occasion::Started, why: format!("the task is {}", task.status) });
    }
    let errored = task.stats.as_ref().map_or(0, |stats| stats.tables_errored);
    if s.run.notify.warning && untold(Occasion::TablesInError) && errored > 0 {
        let why = format!("{errored} tables are in error while the task goes on");
        return Some(Next::Tell { occasion: Occasion::TablesInError, why });
    }
    None
}

/// Has what the plan waits for come true?
fn until(s: &Situation<'_>, task: &Task) -> Option<Next> {
    if s.plan.until(&task.migration_type) != Until::FullLoadComplete
        || task.phase != Phase::Running
        || !load_is_over(s.run, task)
    {
        return None;
    }
    let tables = s.observation.tables.as_deref()?;
    let finished = task.stats.as_ref().and_then(|stats| stats.full_load_finish_date);
    let late = finished.is_some_and(|finish| s.now.duration_since(finish) >= end::STATISTICS_SETTLE);
    let pass = TablePass::over(tables);
    let absent = pass.total == 0 && late;
    if !pass.settled() && !absent {
        return None;
    }
    if s.plan.then == Then::Stop {
        return Some(Next::Stop {
            cause: StopCause::Done,
            why: "the load is complete and the plan stops the task then".to_owned(),
        });
    }
    match settle(s, end::load_complete(ended(s, task, tables)))? {
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
    verdict.because(format!("{whose}; no run watches it from now on")).to_do(format!(
        "have DMS tell you when it fails: aws dms create-event-subscription --region {} --subscription-name {} \
         --source-type replication-task --source-ids {} --event-categories failure --sns-topic-arn <your topic>",
        task.arn.region, task.identifier, task.identifier
    ))
}

/// Where the task stands, for the console and the log.
fn in_words(task: &Task) -> String {
    match &task.stats {
        Some(Stats { tables_loaded, tables_loading, tables_queued, tables_errored, .. })
            if tables_loaded + tables_loading + tables_queued + tables_errored > 0 =>
        {
            format!(
                "the task is {}: {tables_loaded} tables loaded, {tables_loading} loading, {tables_queued} queued, \
                 {tables_errored} in error",
                task.status
            )
        }
        _ => format!("the task is {}", task.status),
    }
}
