//! The task has failed in a run that is ours, for a cause that may pass: it is started again, after a pause that grows,
//! where that is safe.

use crate::run::status::Status;
use jiff::SignedDuration;
use plan::{Plan, Start};

use crate::decide::cause::Cause;
use crate::decide::connections::connections;
use crate::decide::end;
use crate::decide::ended::unread;
use crate::decide::settle::{of, settle};
use crate::decide::situation::Situation;
use crate::decide::start_type::{self, Choice};
use crate::run::acts::StartKind;
use crate::run::next::Next;
use crate::run::observation::Task;
use crate::run::stop_reason::{StopClass, StopReason};
use crate::run::table::Table;
use crate::run::tables::TablePass;
use crate::time::graces::{FIRST_RESTART_PAUSE, LONGEST_RESTART_PAUSE, START_MARGIN};

/// Starts the task again, waits before that, or leaves it to the verdict.
pub(super) fn restart(s: &Situation<'_>, task: &Task, tables: &[Table]) -> Option<Next> {
    let ours = s.run.drive.joined().is_none()
        && s.run.drive.start().is_some_and(|start| start.answer.may_be_taken());
    let time_is_left = s.now + START_MARGIN < s.run.stop_due;
    let is_closed_out = s.run.close_out.is_some();
    if is_closed_out
        || !ours
        || !time_is_left
        || s.run.stop.is_some()
        || s.run.drive.restarts() >= s.plan.restarts
    {
        return None;
    }
    let cause = Cause::of(task);
    if !dms_gave_up(task) || !(cause.may_pass() || is_worth_a_try(s, task, cause)) {
        return None;
    }
    let why = resume(s, task, tables)?;
    let number = s.run.drive.restarts() + 1;
    let since = s.run.drive.rest().unwrap_or(s.now);
    let waited = s.now.duration_since(since);
    let pause = pause(s.run.drive.restarts(), s.run.stop_due.duration_since(since));
    if waited < pause {
        if since + pause + START_MARGIN >= s.run.stop_due {
            return None;
        }
        let left = (pause - waited).as_secs();
        return s.wait_briefly(format!(
            "the task has failed ({}); it is started again in {left} s, {number} of {} times",
            cause.in_words(),
            s.plan.restarts
        ));
    }
    Some(Next::Start {
        kind: StartKind::ResumeProcessing,
        why: format!(
            "it had failed ({}), {number} of {} starts again; {why}",
            cause.in_words(),
            s.plan.restarts
        ),
    })
}

/// A start again was decided and DMS did not take it: it is decided anew while that makes sense, else the failure that
/// led to it is judged.
pub(super) fn once_more(s: &Situation<'_>, task: &Task, passing: bool) -> Option<Next> {
    let Some(tables) = &s.observation.tables else {
        if let Some(verdict) = unread(s, task) {
            return s.report(verdict);
        }
        return s.wait_briefly("the task has failed and its tables could not be seen just now");
    };
    let time_is_left = s.now + START_MARGIN < s.run.stop_due;
    if passing && time_is_left {
        let connections = connections(s);
        let resume =
            resume(s, task, tables).map(|why| Next::Start { kind: StartKind::ResumeProcessing, why });
        match (connections, resume) {
            (Some(first @ (Next::Wait { .. } | Next::Test { .. } | Next::Tell { .. })), Some(_)) => {
                return Some(first);
            }
            (None, Some(start)) => return Some(start),
            _ => {}
        }
    }
    settle(s, end::at_rest(of(s, task, tables)))
}

/// Why the task may be resumed, when it may be. A start again never loads complete tables a second time, whatever the
/// plan said about the first; and a consent that the plan gives is spent by one act of a person.
fn resume(s: &Situation<'_>, task: &Task, tables: &[Table]) -> Option<String> {
    let settings = s.task.and_then(|task| task.settings.as_ref())?;
    let plan = Plan { start: Start::Auto, ..s.plan.clone() };
    match start_type::choose(&plan, task, settings, &TablePass::over(tables), s.run.opened) {
        Choice::Start(StartKind::ResumeProcessing, why) => Some(why),
        _ => None,
    }
}

/// A cause that is not recognised is tried once more, where at least as much time is left as was lost. When the same is
/// said a second time it is not one that passes.
fn is_worth_a_try(s: &Situation<'_>, task: &Task, cause: Cause) -> bool {
    let lost = s.run.drive.start().map(|start| s.now.duration_since(start.decided)).unwrap_or_default();
    let is_new = cause == Cause::Unknown && !s.run.unrecognised.contains(&Cause::gist(task));
    is_new && s.run.stop_due.duration_since(s.now) >= lost
}

pub(super) fn dms_gave_up(task: &Task) -> bool {
    // A licence that allows no more allows no start either.
    let licensed = task.stop_reason != Some(StopReason::LicenseLimits);
    let class = StopClass::of(task.stop_reason.as_ref());
    task.status == Status::Failed || (licensed && matches!(class, StopClass::Failed | StopClass::ComesBack))
}

/// The pause before the next start again, when so much time was left as the task came to rest. It takes no more than half
/// of that: what comes back must have time to do something.
fn pause(restarts: u32, left: SignedDuration) -> SignedDuration {
    let grown = FIRST_RESTART_PAUSE * 2i32.saturating_pow(restarts.min(10));
    grown.min(LONGEST_RESTART_PAUSE).min(left / 2)
}
