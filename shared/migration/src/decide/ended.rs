//! The task has come to rest in a run that is ours: the verdict.

use crate::decide::end::{self, End};
use crate::decide::restart;
use crate::decide::settle::{of, settle};
use crate::decide::situation::Situation;
use crate::run::identity::is_this_run;
use crate::run::next::Next;
use crate::run::observation::Task;
use crate::run::status::Phase;
use crate::run::stop_reason::StopReason;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{REFUSED_PATIENCE, START_GRACE};

/// Judges a task of this run that has come to rest: a verdict, a start again, or another look while DMS's answers do
/// not agree yet.
///
/// A repeat: the same observation gives the same verdict; before a start again the guard looks once more.
///
/// A lost answer: tables that could not be read are read again; a start again whose answer is lost is judged by
/// [`start`](super::start).
///
/// What a person does: what the report says, table by table.
pub(super) fn ended(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    if task.phase() != Phase::Idle || !is_this_run(s.run, task) {
        return None;
    }
    let stats = task.stats.as_ref();
    let stop_of_before = stats.and_then(|stats| Some(stats.stop_date? < stats.start_date?)).unwrap_or(false);
    let just_started = task.start_date().is_some_and(|date| s.now.duration_since(date) < START_GRACE);
    if stop_of_before && just_started {
        return s.wait_briefly("the task was started and does not show it yet");
    }
    let Some(tables) = &s.observation.tables else {
        if let Some(verdict) = unread(s, task) {
            return s.report(verdict);
        }
        return s.wait_briefly("the task has come to rest and its tables could not be seen just now");
    };
    let end = end::at_rest(of(s, task, tables));
    match &end {
        End::Verdict(_) => restart::restart(s, task, tables).or_else(|| settle(s, end)),
        End::LookAgain(_) | End::Later(_) => settle(s, end),
    }
}

/// The verdict on a task at rest whose tables DMS refuses to show: DMS's own counters are all that is known, and they are
/// no proof of success.
fn unread(s: &Situation<'_>, task: &Task) -> Option<Verdict> {
    let why = s.observation.tables_refused.as_ref()?;
    let rests = s.run.drive.rest().map(|since| s.now.duration_since(since)).unwrap_or_default();
    if rests < REFUSED_PATIENCE {
        return None;
    }
    let reason = task.stop_reason.as_ref().map_or("no stop reason", StopReason::as_str);
    let mut verdict = Verdict::new(
        Outcome::Unknown,
        format!("the task is {} ({reason}), and its tables could not be read: {why}", task.status),
        s.now,
    );
    if let Some(stats) = &task.stats {
        verdict = verdict.because(format!(
            "DMS counts {} tables loaded and {} in error",
            stats.tables_loaded, stats.tables_errored
        ));
    }
    verdict.task_status = Some(task.status.clone());
    verdict.last_failure = task.last_failure.clone();
    Some(
        verdict.to_do("allow the role dms:DescribeTableStatistics, or look at the tables in the DMS console"),
    )
}
