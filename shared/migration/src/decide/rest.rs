//! The task has come to rest in a run that is ours: the verdict.

use super::{Next, START_GRACE, Situation, again, is_this_run};
use crate::observation::Phase;
use crate::verdict::end::{self, End, Ended};

/// Judges the end.
pub(super) fn rest(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    if task.phase != Phase::Idle || !is_this_run(s.run, task) {
        return None;
    }
    let stats = task.stats.as_ref();
    let stop_of_before = stats.and_then(|stats| Some(stats.stop_date? < stats.start_date?)).unwrap_or(false);
    let just_started = task.start_date().is_some_and(|date| s.now.duration_since(date) < START_GRACE);
    if stop_of_before && just_started {
        return s.wait_briefly("the task was started and does not show it yet");
    }
    let Some(tables) = &s.observation.tables else {
        return s.wait_briefly("the task has come to rest and its tables could not be seen just now");
    };
    let end = end::at_rest(ended(s, task, tables));
    match &end {
        End::Verdict(_) => again::again(s, task, tables).or_else(|| settle(s, end)),
        End::LookAgain(_) | End::Later(_) => settle(s, end),
    }
}

pub(super) fn ended<'a>(
    s: &Situation<'a>,
    task: &'a crate::observation::Task,
    tables: &'a [crate::observation::Table],
) -> Ended<'a> {
    Ended {
        plan: s.plan,
        run: s.run,
        task,
        facts: s.task.and_then(|task| task.facts.as_ref()),
        tables,
        now: s.now,
    }
}

pub(super) fn settle(s: &Situation<'_>, end: End) -> Option<Next> {
    match end {
        End::Verdict(verdict) => s.report(*verdict),
        End::LookAgain(why) => s.wait_briefly(why),
        End::Later(why) => s.wait(why),
    }
}
