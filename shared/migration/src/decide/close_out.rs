//! A run whose execution was ended from outside: what is left to do for it, and what is told of it.

use jiff::Timestamp;
use plan::finding::Severity;
use plan::{Mode, OnAbort, Plan};

use crate::decide::situation::Situation;
use crate::decide::verdicts::stop_command;
use crate::run::acts::StopCause;
use crate::run::close_out::{Beside, CloseOut, HowEnded, Order};
use crate::run::commands;
use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::identity::{is_this_run, was_last_to_start};
use crate::run::next::Next;
use crate::run::status::Phase;
use crate::run::step::Occasion;
use crate::run::task::Origin;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::{on_the_clock, on_the_clock_of};
use crate::time::graces::{BESIDE_PATIENCE, STOP_PATIENCE};

/// Does for a run whose execution has ended what is left to do: the task is stopped, left until the close, or left
/// alone, as `OnAbort` says. It never stands in the way of anybody: where the run goes on, or another one has to do with
/// the task, it touches nothing. A run that was redriven after it had been closed out ends here, too.
///
/// A repeat: it looks again at who else has to do with the task, and decides anew.
///
/// A lost answer: that of the run's last start is waited for as in the run itself; a stop is asked for again.
///
/// What a person does: what the message says: the task may run, and no run watches it from then on.
pub(super) fn close_out(s: &Situation<'_>) -> Option<Next> {
    if let Some(by) = &s.run.closed_out_by {
        return s.report(is_closed_out(by, s.now));
    }
    let close_out = s.run.close_out.as_ref()?;
    match &s.observation.beside {
        Beside::NotLooked | Beside::Nobody => {}
        Beside::RunsAgain => return s.report(runs_again(s.run, s.now)),
        Beside::Ran(other) => {
            let why = format!("another run has had to do with the task since: {other}");
            return s.report(left_alone(s, close_out, &why));
        }
        // It cannot see whose start it follows, since a task that somebody else keeps has no tag. It may leave the task to
        // this one, at the close.
        Beside::Run(other) if is_kept_and_to_be_stopped(s) && s.now < s.run.closes + BESIDE_PATIENCE => {
            if s.run.is_over(s.now) {
                return s.wait_briefly(format!("another run has to do with the task: {other}"));
            }
        }
        Beside::Run(other) => {
            // A run that is soon rejected or skipped has nothing to do with the task.
            let since = close_out.beside_since.unwrap_or(s.now);
            let why = format!("another run has to do with the task: {other}");
            if s.now.duration_since(since) < BESIDE_PATIENCE {
                return s.wait_briefly(why);
            }
            return s.report(left_alone(s, close_out, &why));
        }
        Beside::NotThrough => return s.wait_briefly("it is looked who else works on the task"),
        Beside::NotKnown(why) => {
            let why = format!("whether another run has to do with the task could not be told: {why}");
            return s.report(left_alone(s, close_out, &why).to_do(stop_command(s)));
        }
    }
    if s.now < close_out.acts_from {
        return s.wait_briefly(format!(
            "{}: what it had asked for may still land until {}",
            close_out.how.in_words(),
            on_the_clock_of(s.plan, close_out.acts_from)
        ));
    }
    if s.plan.mode == Mode::Preflight {
        return s.report(aborted(s, close_out).because("it was a pre-flight: nothing was touched"));
    }
    if let Some(date) = s.run.taken_over {
        let why = format!(
            "the task was started at {}, after the execution had ended",
            on_the_clock_of(s.plan, date)
        );
        return s.report(left_alone(s, close_out, &why));
    }
    if s.run.stop.is_some() {
        return None;
    }
    let task = s.seen()?;
    let ours = s.run.drive.is_under_way() && is_this_run(s.run, task);
    match task.phase() {
        Phase::Starting | Phase::Running if ours => at_work(s, close_out),
        Phase::Starting | Phase::Running => {
            let why = "the task is at work, and what it does was not started by this run";
            s.report(left_alone(s, close_out, why))
        }
        Phase::Stopping | Phase::Busy if s.now.duration_since(close_out.acts_from) < STOP_PATIENCE => {
            s.wait_briefly(format!("the task is {}", task.status))
        }
        Phase::Stopping | Phase::Busy => {
            s.report(aborted(s, close_out).because(format!("the task is {}", task.status)))
        }
        Phase::Idle if !s.run.drive.is_under_way() => s.report(nothing_started(s, close_out)),
        // How it ended, and whether a start of it may still show, the judges of every run say.
        Phase::Idle | Phase::Gone => None,
    }
}

/// The task is kept by somebody else, and this run has started it and stops it at its close.
fn is_kept_and_to_be_stopped(s: &Situation<'_>) -> bool {
    let is_kept = s.task.is_some_and(|task| task.origin == Origin::External);
    let is_to_be_stopped = s.run.stop_at_close && s.plan.on_abort == OnAbort::AsAtClose;
    is_kept && is_to_be_stopped && was_last_to_start(s.run)
}

/// The task of the run is at work: what the plan says of that.
fn at_work(s: &Situation<'_>, close_out: &CloseOut) -> Option<Next> {
    let may_stop = !s.run.drive.is_somebody_elses() || s.run.stops_at_close();
    match s.plan.on_abort {
        OnAbort::Stop if may_stop && !s.run.drive.is_doubtful() => Some(Next::Stop {
            cause: StopCause::Abort,
            why: format!("{}, and the plan stops the task then", close_out.how.in_words()),
        }),
        // The close itself is judged as that of any run.
        OnAbort::AsAtClose if s.run.stop_at_close && s.run.is_over(s.now) => None,
        OnAbort::AsAtClose if s.run.stop_at_close => {
            let why = format!(
                "{} at {}; the task goes on and is stopped at {}",
                close_out.how.in_words(),
                on_the_clock_of(s.plan, close_out.ended),
                on_the_clock_of(s.plan, s.run.stop_due)
            );
            let told = s.run.told.contains(&Occasion::ClosingOut) || !s.run.notify.warning;
            if told { s.wait(why) } else { Some(Next::Tell { occasion: Occasion::ClosingOut, why }) }
        }
        OnAbort::Stop | OnAbort::AsAtClose | OnAbort::LeaveRunning => s.report(goes_on(s, close_out)),
    }
}

/// What every verdict on such a run begins with.
fn aborted(s: &Situation<'_>, close_out: &CloseOut) -> Verdict {
    let mut verdict = begin(&close_out.how, Some(s.plan), close_out.ended, s.now);
    verdict.task_status = s.seen().map(|task| task.status.clone());
    verdict
}

/// The verdict on a run whose execution ended like this then, without what became of its task.
pub(super) fn begin(how: &HowEnded, plan: Option<&Plan>, ended: Timestamp, now: Timestamp) -> Verdict {
    let ended = on_the_clock(plan.and_then(|plan| plan.window.as_ref()), ended);
    let words = format!("the run could not tell its end: {} at {ended}", how.in_words());
    let verdict = Verdict::new(Outcome::Aborted, words, now);
    match how {
        HowEnded::Aborted => verdict,
        // Nobody meant it.
        HowEnded::TimedOut | HowEnded::Failed(_) => verdict.at_severity(Severity::Error),
    }
}

fn nothing_started(s: &Situation<'_>, close_out: &CloseOut) -> Verdict {
    let again = commands::run_again(&s.run.execution, None);
    aborted(s, close_out)
        .because("nothing of it was under way, and the task is at rest")
        .to_do(format!("to run the plan again: {again}"))
}

fn goes_on(s: &Situation<'_>, close_out: &CloseOut) -> Verdict {
    let why = match s.plan.on_abort {
        OnAbort::LeaveRunning => "the task goes on, as the plan's OnAbort says",
        OnAbort::Stop => "the task goes on: somebody else had started it, or may have, so it is not stopped",
        OnAbort::AsAtClose if s.run.windowed() => "the task goes on: the plan does not stop it at the close",
        OnAbort::AsAtClose => "the task goes on: the plan has no window that closes",
    };
    aborted(s, close_out)
        .because(why)
        .because("no run watches it from now on")
        .to_do("to have it followed again: start a new execution with the same plan, which joins the task")
        .to_do(stop_command(s))
}

fn left_alone(s: &Situation<'_>, close_out: &CloseOut, why: &str) -> Verdict {
    aborted(s, close_out).because(why.to_owned()).because("it was left alone")
}

fn runs_again(run: &Run, now: Timestamp) -> Verdict {
    Verdict::new(Outcome::Skipped, format!("the run {} goes on: it was redriven", run.execution), now)
        .because("it tells its end itself")
}

/// The verdict on a run that was redriven after it had been closed out.
pub fn is_closed_out(by: &ExecutionArn, now: Timestamp) -> Verdict {
    Verdict::new(Outcome::Skipped, "this run was closed out before it was redriven", now)
        .because(format!("the execution {by} did what was left to do, and told it"))
        .because("nothing was started or stopped since")
        .at_severity(Severity::Warning)
        .to_do("to go on: start a new execution with the same plan")
}

/// The verdict on an execution that was to close out another one, where there is nothing to close out.
pub fn told_already(order: &Order, why: &str, now: Timestamp) -> Verdict {
    let words = format!("the run {} is not closed out: {why}", order.execution);
    Verdict::new(Outcome::Skipped, words, now).because("nothing was touched")
}

/// The verdict on an order to close out an execution of another machine.
pub fn not_this_machine(order: &Order, now: Timestamp) -> Verdict {
    let words = format!("the run {} is one of another state machine", order.execution);
    Verdict::new(Outcome::Rejected, words, now)
        .because("nothing was touched")
        .to_do("give the order to the state machine whose run it is")
}

/// The verdict on what the watch starts, when it cannot be read: somebody else has started it.
pub fn bad_order(why: &str, now: Timestamp) -> Verdict {
    Verdict::new(Outcome::Rejected, why, now)
        .because("nothing was touched")
        .to_do("start the execution with a plan; this is what the watch of the stack starts")
}

/// Holds what the judges of every run decide to what may be done for one that has ended: nothing is created, started or
/// loaded, and whatever has become of the task, the verdict is that the run was aborted.
pub(super) fn limit(s: &Situation<'_>, next: Next) -> Next {
    let Some(close_out) = &s.run.close_out else { return next };
    let verdict = match next {
        Next::Report(verdict) if verdict.outcome == Outcome::Aborted => *verdict,
        Next::Report(verdict) if s.observation.beside == Beside::RunsAgain => *verdict,
        Next::Report(verdict) => within(aborted(s, close_out), *verdict),
        Next::Create { .. } | Next::Start { .. } | Next::Reload { .. } | Next::Test { .. } => {
            nothing_started(s, close_out)
        }
        Next::Stop { .. } | Next::Wait { .. } | Next::Tell { .. } => return next,
    };
    Next::Report(Box::new(verdict))
}

/// What the judges say of the task, in the verdict that the run was aborted.
fn within(aborted: Verdict, found: Verdict) -> Verdict {
    let severity = if found.severity == Severity::Error { Severity::Error } else { aborted.severity };
    let reasons = [aborted.reasons, found.reasons].concat();
    Verdict { reasons, ..found }.as_outcome(Outcome::Aborted).at_severity(severity)
}
