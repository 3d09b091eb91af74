//! Whose doing it is: whether what the task shows comes of this run's start, or of what it joined.

use plan::MigrationType;

use crate::run::acts::{StartAct, StartKind, Stop, StopCause};
use crate::run::answer::Answer;
use crate::run::drive::{Drive, Whose};
use crate::run::drove::Drove;
use crate::run::execution::Run;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::task::Progress;
use crate::time::graces::{CLOCK_SKEW, START_GRACE, START_MARGIN};
use jiff::Timestamp;

/// True when what the task does, or did last, is this run's doing or the run that it joined.
pub fn is_this_run(run: &Run, task: &observation::Task) -> bool {
    // A task that was joined is followed, whoever starts it again.
    if run.drive.joined().is_some() {
        return true;
    }
    let Some(start) = run.drive.start() else { return false };
    let at_work = matches!(task.phase(), Phase::Starting | Phase::Running | Phase::Stopping);
    // A run that is to start its task again goes on whoever does it first: DMS itself, or a person.
    if run.drive.restarts() > 0 && (at_work || task.start_date() != start.seen_start_date) {
        return true;
    }
    if !start.answer.may_be_taken() && start.lost_since.is_none() {
        return false;
    }
    if is_new(start, task) {
        return true;
    }
    // DMS refuses a second start, so a task that comes up after ours was taken came up by ours.
    start.answer == Answer::Accepted && at_work
}

/// True when the task's dates show a start at or after the one that was decided.
pub fn is_new(start: &StartAct, task: &observation::Task) -> bool {
    is_dated_after(start, task.start_date())
}

/// True when this date of a start is not the one that was there before, and not before the one that was decided.
fn is_dated_after(start: &StartAct, date: Option<Timestamp>) -> bool {
    let new = date.filter(|date| Some(*date) != start.seen_start_date);
    new.is_some_and(|date| date >= start.since() - CLOCK_SKEW)
}

/// True when the task was started anew since a look that had shown the start which this run has made, or follows as its own:
/// from the beginning, or by a reload of its target. These alone move `FreshStartDate` (DMS API reference,
/// `ReplicationTaskStats`), and what DMS itself starts again it resumes, so that somebody else has done it. A resume by
/// somebody else that no look has seen the stop of cannot be told from one by DMS.
pub fn is_started_anew_by_others(drive: &Drive, last: Option<&Progress>, task: &observation::Task) -> bool {
    let shows_it = |date: Option<Timestamp>| match drive {
        Drive::Starting { start, .. } => is_dated_after(start, date),
        Drive::Joined { whose: Whose::EndedRun(_) | Whose::Doubtful { .. }, since, .. } => {
            date.is_some_and(|date| date >= *since)
        }
        // A run that is to start its task again goes on whoever does it first.
        Drive::Nothing | Drive::Restarting { .. } | Drive::Joined { whose: Whose::SomebodyElse, .. } => false,
    };
    let shown = last.and_then(|last| last.stats.as_ref()).filter(|stats| shows_it(stats.start_date));
    let fresh = task.stats.as_ref().and_then(|stats| stats.fresh_start_date);
    let known = shown.and_then(|stats| stats.start_date.max(stats.fresh_start_date));
    known.zip(fresh).is_some_and(|(known, fresh)| fresh > known + CLOCK_SKEW)
}

/// True when the task shows a start at or after the one that was decided, so soon after it that it is that one: the
/// answer was lost with the step that had asked for it, and the step is made again (a redrive).
pub fn is_that_start(start: &StartAct, task: &observation::Task) -> bool {
    let fresh = task.stats.as_ref().and_then(|stats| stats.fresh_start_date);
    // The date of a start from the beginning stays when DMS itself starts the task again.
    let fresh = fresh.filter(|_| start.kind != StartKind::ResumeProcessing);
    let soon_after =
        |date: &&Timestamp| **date >= start.decided - CLOCK_SKEW && **date <= start.decided + START_MARGIN;
    is_new(start, task) && [task.start_date(), fresh].iter().flatten().any(|date| soon_after(&date))
}

/// When somebody else started the task after this run's work was over. That is after DMS took this run's stop, or after
/// its close and before this execution was redriven: days later it finds the task of another run. While an execution runs on,
/// blind or not, and has asked for no stop, what starts its task after the close may be DMS itself. A run that is closed
/// out has not seen its task since its execution ended, and that counts for its close.
pub fn taken_over(run: &Run, task: &observation::Task) -> Option<Timestamp> {
    let date = task.start_date()?;
    // At rest again, it is judged by its tables, whoever started it last.
    let at_work = matches!(task.phase(), Phase::Starting | Phase::Running | Phase::Stopping);
    // A start that has no date yet came after the stop that has one.
    let started = Some(date).max(task.task_start_date).max(stopped_before_this_start(task));
    if let Some(started) = started.filter(|started| at_work && is_after_our_stop(run, *started)) {
        return Some(started);
    }
    if let Some(anew) = anew_after_our_stop(run, task).filter(|_| at_work) {
        return Some(anew);
    }
    if let Some(close_out) = &run.close_out {
        let newer = Some(date) > run.latest_start && date > close_out.ended + START_MARGIN;
        return (run.unseen_since_redrive && newer).then_some(date);
    }
    let newer = date > run.stop_due && Some(date) > run.latest_start;
    let ours =
        run.drive.start().is_some_and(|start| is_new(start, task) && date <= start.asked + START_GRACE);
    (run.unseen_since_redrive && newer && !ours).then_some(date)
}

/// What a run that ends now has to do with what its task does.
pub fn drove(run: &Run, progress: Option<&Progress>, now: Timestamp) -> Drove {
    let may_be_its_own = match &run.drive {
        Drive::Joined { whose: Whose::SomebodyElse | Whose::Doubtful { .. }, .. } => false,
        Drive::Joined { whose: Whose::EndedRun(_), .. } | Drive::Restarting { .. } => true,
        Drive::Nothing | Drive::Starting { .. } if !run.drive.is_under_way() => return Drove::Nothing,
        Drive::Nothing | Drive::Starting { .. } => true,
    };
    if !may_be_its_own || run.taken_over.is_some() {
        return Drove::SomebodyElses;
    }
    // A start that was made and never seen may show yet.
    let was_seen = match run.drive.start() {
        Some(start) if !start.answer.may_be_taken() && start.lost_since.is_none() => true,
        Some(start) => has_shown(run, start),
        None => true,
    };
    let Some(progress) = progress.filter(|_| was_seen) else { return Drove::Until(now + START_GRACE) };
    match progress.status.phase() {
        Phase::Idle if now.duration_since(progress.seen) <= START_GRACE => Drove::ToRest,
        // A run that could not look since does not know whether DMS itself has started the task again.
        Phase::Idle | Phase::Running | Phase::Stopping => Drove::Until(now),
        // DMS dates a start some time after it has taken it.
        Phase::Starting | Phase::Busy | Phase::Gone => Drove::Until(now + START_GRACE),
    }
}

/// True when the last start of the task that a poll has seen is this run's own, by its date.
pub fn was_last_to_start(run: &Run) -> bool {
    let its_own = |start: &StartAct| {
        start.may_be_made() && run.latest_start.is_none_or(|latest| latest <= start.asked + START_GRACE)
    };
    run.taken_over.is_none() && run.drive.start().is_some_and(its_own)
}

/// True when a look has shown this start, or a later one, by its date.
fn has_shown(run: &Run, start: &StartAct) -> bool {
    run.latest_start.is_some_and(|latest| latest >= start.since() - CLOCK_SKEW)
}

/// True when a start of this date came after DMS took this run's stop for the close. DMS itself starts nothing again that it
/// was told to stop. A start of this run that was stopped before DMS had dated it is none. In the middle of a window it is
/// looked again: DMS may have started the task anew in the moment of the stop.
fn is_after_our_stop(run: &Run, date: Timestamp) -> bool {
    let taken = run.stop.as_ref().filter(|stop| stop.cause == StopCause::Close).and_then(Stop::taken);
    is_seen_at_work(run) && Some(date) > run.latest_start && taken.is_some_and(|taken| date > taken)
}

/// True when a look has shown, by its date, the start that this run has made or follows.
fn is_seen_at_work(run: &Run) -> bool {
    match (run.drive.joined(), run.drive.start()) {
        (Some(_), _) => true,
        (None, Some(start)) => has_shown(run, start),
        (None, None) => false,
    }
}

/// When the task was started anew, from the beginning or by a reload, after DMS had taken this run's stop, whatever that was
/// for. DMS itself only resumes, so that another run or a person has done it.
fn anew_after_our_stop(run: &Run, task: &observation::Task) -> Option<Timestamp> {
    let taken = run.stop.as_ref().and_then(Stop::taken)?;
    let fresh = task.stats.as_ref().and_then(|stats| stats.fresh_start_date)?;
    let is_new = fresh > taken && Some(fresh) > run.latest_start;
    (is_seen_at_work(run) && is_new).then_some(fresh)
}

/// When a task that is at work stopped last, where DMS has not dated its start since: it still shows the start before that
/// stop.
pub fn stopped_before_this_start(task: &observation::Task) -> Option<Timestamp> {
    let at_work = matches!(task.phase(), Phase::Starting | Phase::Running);
    let stopped = task.stats.as_ref().and_then(|stats| stats.stop_date).filter(|_| at_work);
    stopped
        .filter(|stopped| task.start_date().max(task.task_start_date).is_some_and(|start| start < *stopped))
}

/// True when the task's dates are those of this run, and so are its counters and rows: those of an earlier run may show
/// for a while after a start.
pub fn is_dated(run: &Run, task: &observation::Task) -> bool {
    run.drive.joined().is_some() || run.drive.start().is_some_and(|start| is_new(start, task))
}

/// True when DMS's counters say that no table is left to load. Counters and dates of an earlier run may still stand
/// there for a while: an end of a load that lies before the last start from the beginning is none.
pub fn load_is_over(run: &Run, task: &observation::Task) -> bool {
    task.migration_type != MigrationType::Cdc
        && is_dated(run, task)
        && task.stats.as_ref().is_some_and(|stats| {
            let finished = stats
                .full_load_finish_date
                .is_some_and(|finish| stats.fresh_start_date.is_none_or(|fresh| finish >= fresh));
            stats.tables_loading == 0 && stats.tables_queued == 0 && finished
        })
}

/// When the task was started, as far as this run may count from there: dates of an earlier start may still show.
pub fn began(run: &Run, task: &observation::Task) -> Option<Timestamp> {
    Some(task.start_date()?.max(run.drive.start().map_or(Timestamp::MIN, |start| start.decided)))
}

/// From when on points of the lag count for "caught up": from the start, for a task that loads first from the end of its
/// load, and not from before this run: who stops the writers and then starts a run waits for what they wrote last.
/// `None` while it loads.
pub fn lag_counts_from(run: &Run, task: &observation::Task) -> Option<Timestamp> {
    let began = began(run, task)?.max(run.started);
    match task.migration_type {
        MigrationType::Cdc => Some(began),
        _ if !load_is_over(run, task) => None,
        _ => Some(task.stats.as_ref()?.full_load_finish_date?.max(began)),
    }
}
