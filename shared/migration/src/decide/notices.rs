//! The task is at work: what is worth telling before the end, each once.

use jiff::SignedDuration;
use plan::MigrationType;

use crate::decide::situation::Situation;
use crate::run::identity::{is_dated, load_is_over};
use crate::run::next::Next;
use crate::run::observation::Task;
use crate::run::status::Phase;
use crate::run::step::Occasion;
use crate::run::tables::are;
use crate::time::clock::in_minutes;

/// Has people told what is worth knowing before the end, or leaves the word to the next judge.
///
/// A repeat: each occasion is told once a run; what was told is in the document.
///
/// A lost answer: the step is made again, and the message may come twice; its id tells.
///
/// What a person does: what the message says; the run goes on without it.
pub(super) fn notices(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    let tell = |occasion, why| Some(Next::Tell { occasion, why });
    let untold = |occasion| !s.run.told.contains(&occasion);
    if s.run.notify.started && untold(Occasion::Started) && s.run.drive.start().is_some() {
        return tell(Occasion::Started, format!("the task is {}", task.status));
    }
    if !s.run.notify.warning {
        return None;
    }
    let errored =
        task.stats.as_ref().filter(|_| is_dated(s.run, task)).map_or(0, |stats| stats.tables_errored);
    if untold(Occasion::TablesInError) && errored > 0 {
        return tell(
            Occasion::TablesInError,
            format!("{} in error while the task goes on", are(errored as usize)),
        );
    }
    if untold(Occasion::StartedAgain) && s.run.drive.restarts() > 0 {
        return tell(Occasion::StartedAgain, format!("the task had failed and is {} again", task.status));
    }
    if untold(Occasion::NotStarted)
        && let Some(words) = hangs(s, task)
    {
        return tell(Occasion::NotStarted, words);
    }
    if !is_loading(s, task) {
        return None;
    }
    if untold(Occasion::Stalled)
        && let Some(words) = stalled(s)
    {
        return tell(Occasion::Stalled, words);
    }
    if untold(Occasion::WillNotFit)
        && let Some(words) = will_not_fit(s)
    {
        return tell(Occasion::WillNotFit, words);
    }
    None
}

fn is_loading(s: &Situation<'_>, task: &Task) -> bool {
    task.phase() == Phase::Running
        && task.migration_type != MigrationType::Cdc
        && !load_is_over(s.run, task)
        && task.stats.as_ref().is_some_and(|stats| stats.tables_loading + stats.tables_queued > 0)
}

/// The task is starting for longer than the plan lets a load stand still, in words.
fn hangs(s: &Situation<'_>, task: &Task) -> Option<String> {
    let limit = SignedDuration::from_mins(i64::from(s.plan.stall_minutes));
    let starting = s.now.duration_since(s.run.starting_since.filter(|_| task.phase() == Phase::Starting)?);
    (!limit.is_zero() && starting >= limit)
        .then(|| format!("the task is starting, for {} now", in_minutes(starting.as_mins())))
}

/// The load stands still, in words.
fn stalled(s: &Situation<'_>) -> Option<String> {
    let limit = SignedDuration::from_mins(i64::from(s.plan.stall_minutes));
    let still = s.run.pace.as_ref()?.stands_still(s.now);
    (!limit.is_zero() && still >= limit)
        .then(|| format!("nothing of the load has moved for {}", in_minutes(still.as_mins())))
}

/// The load will not be done when its window closes, in words.
fn will_not_fit(s: &Situation<'_>) -> Option<String> {
    let eta = s.run.pace.as_ref()?.eta(s.run.previous_load, s.now)?;
    (s.run.stop_at_close && eta.at > s.run.stop_due).then(|| {
        let late = eta.at.duration_since(s.run.stop_due).as_mins();
        format!(
            "at its pace the load ends {} after the work of its window ({})",
            in_minutes(late),
            eta.basis.in_words()
        )
    })
}
