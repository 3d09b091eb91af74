//! The task has come to rest in a run that is ours: the verdict.

use jiff::SignedDuration;

use crate::decide::cause::Cause;
use crate::decide::end::{self, End};
use crate::decide::restart;
use crate::decide::settle::{of, settle};
use crate::decide::situation::Situation;
use crate::decide::wanted::is_unasked_end;
use crate::run::identity::is_this_run;
use crate::run::next::Next;
use crate::run::observation::{InstanceSeen, Task};
use crate::run::status::{Phase, Status};
use crate::run::stop_reason::StopReason;
use crate::run::tables::counted;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{
    BUSY_PATIENCE, DMS_RESTARTS_WITHIN, DRIVER_RESTARTS_WITHIN, REFUSED_PATIENCE, SECOND_LOOK_AFTER,
    START_GRACE, UNSHOWN_PATIENCE,
};

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
        End::Verdict(_) => not_believed_yet(s, task)
            .or_else(|| restart::restart(s, task, tables))
            .or_else(|| may_come_back(s, task))
            .or_else(|| settle(s, end)),
        End::LookAgain(_) | End::Later(_) => settle(s, end),
    }
}

/// An end that nobody of ours asked for is believed at a second look, a minute later, with the instance available: DMS
/// itself starts tasks again after a failover or a maintenance. The close is the limit.
fn not_believed_yet(s: &Situation<'_>, task: &Task) -> Option<Next> {
    if s.run.is_over(s.now) || !is_unasked_end(s.run, task) {
        return None;
    }
    if rested(s) < SECOND_LOOK_AFTER {
        return s.wait_briefly(format!("the task is {}; it is looked at once more", task.status));
    }
    let since = s.run.drive.rest().unwrap_or(s.now);
    if !s.run.windowed() && !s.can_wait(since, BUSY_PATIENCE) {
        return None;
    }
    match &s.observation.instance {
        InstanceSeen::Seen(status) if status.is_changing() => s.wait(format!(
            "the task is {} and its replication instance is {}: DMS may start the task again",
            task.status,
            status.as_str()
        )),
        InstanceSeen::Unseen => s.wait_briefly("the replication instance could not be seen just now"),
        InstanceSeen::Seen(_) | InstanceSeen::NotKnown => None,
    }
}

/// DMS may start a task again that has failed for what passes, and nobody would stop it then at the close. So may
/// another run of ours that had started it, after its pause.
fn may_come_back(s: &Situation<'_>, task: &Task) -> Option<Next> {
    let cause = Cause::of(task);
    let (who, within, passes) = match s.run.drive.joined() {
        Some(_) => (
            "DMS, or who had started it,",
            DRIVER_RESTARTS_WITHIN,
            restart::dms_gave_up(task) && (cause.may_pass() || cause == Cause::Unknown),
        ),
        None => ("DMS", DMS_RESTARTS_WITHIN, task.status == Status::Failed && cause.may_pass()),
    };
    (passes && !s.run.is_over(s.now) && rested(s) < within)
        .then(|| s.wait(format!("the task has failed for what may pass: {who} may start it again")))
        .flatten()
}

fn rested(s: &Situation<'_>) -> SignedDuration {
    s.run.drive.rest().map(|since| s.now.duration_since(since)).unwrap_or_default()
}

/// The verdict on a task at rest whose tables DMS refuses to show, or is too busy to show long after the close: DMS's own
/// counters are all that is known, and they are no proof of success.
pub(super) fn unread(s: &Situation<'_>, task: &Task) -> Option<Verdict> {
    let (why, to_do) = match &s.observation.tables_refused {
        Some(why) if rested(s) >= REFUSED_PATIENCE || waited(s) >= REFUSED_PATIENCE => (
            why.as_str(),
            "allow the role dms:DescribeTableStatistics, or look at the tables in the DMS console",
        ),
        None if waited(s) >= UNSHOWN_PATIENCE => {
            ("DMS was too busy to show them", "look at the tables in the DMS console")
        }
        Some(_) | None => return None,
    };
    let reason = task.stop_reason.as_ref().map_or("no stop reason", StopReason::as_str);
    let mut verdict = Verdict::new(
        Outcome::Unknown,
        format!("the task is {} ({reason}), and its tables could not be read: {why}", task.status),
        s.now,
    );
    if let Some(stats) = &task.stats {
        verdict = verdict.because(format!(
            "DMS counts {} loaded and {} in error",
            counted(stats.tables_loaded as usize),
            stats.tables_errored
        ));
    }
    verdict.task_status = Some(task.status.clone());
    verdict.last_failure = task.last_failure.clone();
    Some(verdict.to_do(to_do))
}

/// How long the run's time has been over while the task was at rest.
fn waited(s: &Situation<'_>) -> SignedDuration {
    let since = s.run.drive.rest().map_or(s.run.stop_due, |rest| rest.max(s.run.stop_due));
    s.now.duration_since(since)
}
