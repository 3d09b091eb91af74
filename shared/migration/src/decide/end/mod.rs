//! The verdict on a task that has come to rest, or that has done what the plan waited for: [`at_rest`] says which end
//! it is, and each end has a file of its own.

use crate::run::status::Status;
use jiff::{SignedDuration, Timestamp};
use plan::{MigrationType, Until};

use crate::run::acts::{Stop, StopCause};
use crate::run::answer::Answer;
use crate::run::execution::Run;
use crate::run::lag::Reading;
use crate::run::stop_reason::StopClass;
use crate::run::tables::TablePass;
use crate::run::verdict::Outcome;
use crate::time::clock::on_the_clock_of;
use crate::time::graces::{DMS_RESTARTS_WITHIN, LAG_IS_FRESH_FOR};
pub use case::{End, Ended};

use done::done;
use failed::failed;
use interrupted::{cut_off, interrupted};
use paused::paused;
use tables::{code, sorted};

mod case;
mod done;
mod failed;
mod interrupted;
mod next_run;
mod paused;
mod tables;

/// Judges a task that is stopped or failed, in a run that is ours.
pub fn at_rest(ended: Ended<'_>) -> End {
    let Ended { task, run, now, .. } = ended;
    let pass = sorted(ended);
    let reason = task.stop_reason.as_ref();
    if task.status != Status::Stopped {
        let words = match &task.status {
            Status::Failed => "the DMS task has failed".to_owned(),
            status => format!("the DMS task is {status}"),
        };
        return failed(ended, pass, words).into();
    }
    let class = StopClass::of(reason);
    // DMS gives different codes after a stop of ours (a full load: FULL_LOAD_ONLY_FINISHED in an example of AWS's own):
    // that it took the stop decides.
    let ours =
        run.stop.as_ref().filter(|stop| stop.taken().is_some() || was_taken_unheard(ended, &pass, stop));
    match (ours, class) {
        (_, StopClass::Failed | StopClass::ComesBack) | (None, _) => {}
        (Some(stop), _) => return stopped_by_us(ended, pass, stop),
    }
    match class {
        StopClass::Failed => failed(ended, pass, format!("DMS stopped the task: {}", code(reason))).into(),
        StopClass::ComesBack => {
            let code = code(reason);
            if now.duration_since(stopped_at(ended)) < DMS_RESTARTS_WITHIN {
                return End::LookAgain(format!("DMS stopped the task to start it again ({code})"));
            }
            failed(ended, pass, format!("DMS stopped the task ({code}) and did not start it again")).into()
        }
        StopClass::Done | StopClass::AtPosition if is_cut_off(ended, class) => cut_off(ended, pass).into(),
        StopClass::Done | StopClass::AtPosition => {
            done(ended, pass, format!("the task stopped by itself: {}", code(reason)))
        }
        StopClass::Asked | StopClass::Unknown => match &run.stop {
            _ if task.migration_type == MigrationType::FullLoad && pass.complete() => {
                let end = done(ended, pass, format!("every table is complete ({})", code(reason)));
                match class {
                    StopClass::Asked => end,
                    _ => at_most_with_warnings(end, "DMS gives no stop reason that is known for a good end"),
                }
            }
            Some(stop) => stopped_by_us(ended, pass, stop),
            // Whoever stopped it at the close that this run has, too, was quicker.
            None if is_kept_to(run) && run.is_over(stopped_at(ended)) => paused(ended, pass),
            None => interrupted(ended, pass).into(),
        },
    }
}

/// True when DMS must have taken a stop whose answer was lost, or that was refused since one before it was taken: a full
/// load that ends by itself leaves no table unfinished.
fn was_taken_unheard(ended: Ended<'_>, pass: &TablePass, stop: &Stop) -> bool {
    ended.task.migration_type == MigrationType::FullLoad
        && !pass.unfinished.is_empty()
        && !matches!(stop.answer, Answer::NotCalled(_))
        && stopped_at(ended) >= stop.decided
}

/// True when a stop at this run's close is what the plan wants, or what who started the task may have wanted.
fn is_kept_to(run: &Run) -> bool {
    run.stop_at_close || run.drive.joined().is_some()
}

/// When the task stopped, or was first seen to have.
fn stopped_at(ended: Ended<'_>) -> Timestamp {
    let date = ended.task.stats.as_ref().and_then(|stats| stats.stop_date);
    date.or(ended.run.drive.rest()).unwrap_or(ended.now)
}

/// True when a task that stopped by itself has not done what the plan waits for.
fn is_cut_off(ended: Ended<'_>, class: StopClass) -> bool {
    let Ended { plan, task, .. } = ended;
    let unstated = class == StopClass::AtPosition && !plan.keeps_its_stop_position();
    plan.until(&task.migration_type) == Until::CaughtUp
        || (unstated && task.migration_type != MigrationType::FullLoad)
}

/// The task is at rest after a stop of this run, whatever code DMS gives.
fn stopped_by_us(ended: Ended<'_>, pass: TablePass, stop: &Stop) -> End {
    match stop.cause {
        StopCause::Done => {
            let words = format!("the task was stopped as the plan says: {}", stop.words);
            let end = unless_nothing_was_read(ended, done(ended, pass, words));
            if ended.plan.until(&ended.task.migration_type) == Until::CaughtUp {
                cut_over(ended, stop, end)
            } else {
                end
            }
        }
        StopCause::Close | StopCause::Abort
            if ended.task.migration_type == MigrationType::FullLoad && pass.complete() =>
        {
            done(ended, pass, format!("every table is complete ({})", code(ended.task.stop_reason.as_ref())))
        }
        StopCause::Close | StopCause::Abort => paused(ended, pass),
    }
}

/// A replication that has caught up and was stopped then is the moment to switch over. What the target has for certain
/// ends before the stop was decided: by the age that the last point of the lag may have had, and by that lag.
fn cut_over(ended: Ended<'_>, stop: &Stop, end: End) -> End {
    let unseen = LAG_IS_FRESH_FOR + SignedDuration::from_secs(i64::from(ended.plan.lag_seconds));
    let holds_until = stop.decided.checked_sub(unseen).unwrap_or(stop.decided);
    match end {
        End::Verdict(verdict)
            if matches!(verdict.outcome, Outcome::Succeeded | Outcome::SucceededWithWarnings) =>
        {
            End::Verdict(Box::new(verdict.to_do(format!(
                "for a cut-over: the writers must stay stopped; switch now; its lag shows the target whole up to {0}: changes \
                 after {0} are not in the target for certain",
                on_the_clock_of(ended.plan, holds_until)
            ))))
        }
        end => end,
    }
}

/// A success about which somebody should know this.
fn at_most_with_warnings(end: End, reason: &str) -> End {
    match end {
        End::Verdict(verdict)
            if matches!(verdict.outcome, Outcome::Succeeded | Outcome::SucceededWithWarnings) =>
        {
            End::Verdict(Box::new(verdict.as_outcome(Outcome::SucceededWithWarnings).because(reason)))
        }
        end => end,
    }
}

/// A replication that has caught up by zeros alone, which a task that reads nothing shows too.
fn unless_nothing_was_read(ended: Ended<'_>, end: End) -> End {
    match ended.run.reading {
        Some(Reading::NotSeen { .. }) => {
            at_most_with_warnings(end, "its lag is zero, but nothing shows that the task reads its source")
        }
        _ => end,
    }
}

/// Judges a task that runs on and has done what the plan waited for; `reason` says what that was.
pub fn reached(ended: Ended<'_>, reason: String) -> End {
    let pass = sorted(ended);
    unless_nothing_was_read(ended, done(ended, pass, reason))
}
