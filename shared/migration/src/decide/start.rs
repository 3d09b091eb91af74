//! The task exists and this run has not got it going yet.

use super::create::connections;
use super::{Next, PATIENCE, START_GRACE, Situation, is_this_run};
use crate::document::{Answer, Refusal, StartAct};
use crate::observation::{self, Phase};
use crate::plan::MigrationType;
use crate::start_type::{self, Choice};
use crate::verdict::tables::TablePass;
use crate::verdict::{Level, Outcome, Verdict};

/// Starts the task, waits for a start to show, or says why there is nothing to start.
pub(super) fn start(s: &Situation<'_>) -> Option<Next> {
    let task = s.seen()?;
    if s.run.joined.is_some() || is_this_run(s.run, task) {
        return None;
    }
    match &s.run.start {
        None => first(s, task),
        Some(start) => match &start.answer {
            None | Some(Answer::Accepted) => unseen_effect(s, task, start),
            Some(Answer::Refused(refusal)) => refused(s, task, start, refusal),
            Some(Answer::Withheld(why)) => withheld(s, task, start, why),
        },
    }
}

fn first(s: &Situation<'_>, task: &observation::Task) -> Option<Next> {
    match task.phase {
        Phase::Idle => idle(s, task),
        Phase::Busy | Phase::Stopping => {
            if s.now.duration_since(s.run.started) > PATIENCE + PATIENCE {
                return s.report(Verdict::new(
                    Outcome::Failed,
                    format!("the task is {} and did not become ready in an hour", task.status),
                    s.now,
                ));
            }
            s.wait_briefly(format!("the task is {}", task.status))
        }
        Phase::Starting | Phase::Running | Phase::Gone => None,
    }
}

/// The task can be started: should it be, and how?
fn idle(s: &Situation<'_>, task: &observation::Task) -> Option<Next> {
    let minimum = s.plan.window.as_ref().map_or(0, |window| i64::from(window.minimum_minutes));
    let left = s.run.work_ends.duration_since(s.now);
    if left.as_mins() < minimum {
        return s.report(
            Verdict::new(
                Outcome::Skipped,
                format!("{} minutes are left in the window, the plan wants {minimum}", left.as_mins()),
                s.now,
            )
            .at_level(Level::Warning),
        );
    }
    let Some(facts) = s.task.and_then(|task| task.facts.as_ref()) else {
        return s.wait_briefly("the task's settings could not be seen just now");
    };
    let tables = match (&s.observation.tables, task.has_run()) {
        (Some(tables), _) => tables.as_slice(),
        (None, false) => &[],
        (None, true) => return s.wait("the table statistics could not be seen just now"),
    };
    let pass = TablePass::over(tables);
    match start_type::choose(s.plan, task, facts, &pass) {
        Choice::Start(kind, why) => connections(s).or(Some(Next::Start { kind, why })),
        Choice::Complete(why) => {
            let mut verdict = Verdict::new(Outcome::Skipped, format!("there is nothing to do: {why}"), s.now);
            if task.migration_type != MigrationType::Cdc {
                verdict = verdict.to_do("to load the tables again, run with Start Refresh");
            }
            s.report(pass.into_verdict(verdict, Vec::new()))
        }
        Choice::Undecided { why, to_do } => {
            let named = pass.errored.iter().chain(&pass.unfinished).cloned().collect();
            let verdict =
                Verdict::new(Outcome::Rejected, format!("no start of the task is safe: {why}"), s.now)
                    .because("nothing was started")
                    .to_do(to_do);
            s.report(pass.into_verdict(verdict, named))
        }
    }
}

/// A start was taken, or may have been, and does not show.
fn unseen_effect(s: &Situation<'_>, task: &observation::Task, start: &StartAct) -> Option<Next> {
    let waited = s.now.duration_since(start.decided);
    let moved_by_others = task.start_date() != start.seen_start_date;
    if waited < START_GRACE || (!moved_by_others && task.phase != Phase::Idle && waited < PATIENCE) {
        return s.wait_briefly("the task was started and does not show it yet");
    }
    let verdict = match start.answer {
        Some(_) => Verdict::new(
            Outcome::Failed,
            format!("DMS took the start and the task is {} all the same", task.status),
            s.now,
        ),
        None => Verdict::new(
            Outcome::Unknown,
            format!("the answer to the start was lost, and the task is {}", task.status),
            s.now,
        ),
    };
    s.report(verdict.to_do("look at the task in the DMS console and start the run again"))
}

/// DMS did not take the start.
fn refused(s: &Situation<'_>, task: &observation::Task, start: &StartAct, refusal: &Refusal) -> Option<Next> {
    let began_since = task.start_date() != start.seen_start_date;
    if matches!(task.phase, Phase::Starting | Phase::Running) || began_since {
        return s.report(driven_by_another(s));
    }
    let words = format!("{}: {}", refusal.code, refusal.message);
    if refusal.passing && s.now.duration_since(start.first_decided) < PATIENCE {
        return match task.phase {
            Phase::Idle => idle(s, task),
            _ => s.wait_briefly(format!("DMS could not start the task yet ({words})")),
        };
    }
    let verdict = Verdict::new(Outcome::Failed, format!("DMS refused to start the task: {words}"), s.now);
    s.report(verdict.because("nothing was started"))
}

/// Our own guard held the start back, because what had been decided was no longer so.
fn withheld(s: &Situation<'_>, task: &observation::Task, start: &StartAct, why: &str) -> Option<Next> {
    if task.start_date() != start.seen_start_date {
        return s.report(driven_by_another(s));
    }
    match task.phase {
        Phase::Idle => idle(s, task),
        Phase::Starting | Phase::Running => s.report(driven_by_another(s)),
        _ => s.wait_briefly(why),
    }
}

fn driven_by_another(s: &Situation<'_>) -> Verdict {
    Verdict::new(Outcome::Skipped, "somebody else has started the task at the same moment", s.now)
        .because("this run started nothing and leaves it alone")
}

/// The guard before the call: what was decided must still be so. `None` when the start may be made.
pub(super) fn guard(
    run: &crate::document::Run,
    start: &StartAct,
    task: &observation::TaskSeen,
    now: jiff::Timestamp,
) -> Option<String> {
    let observation::TaskSeen::Seen(task) = task else {
        return Some("the task could not be seen just before the start".to_owned());
    };
    if run.is_over(now) {
        return Some(format!("the run's time was over at {}", run.work_ends));
    }
    if task.phase != Phase::Idle {
        return Some(format!("the task was {} just before the start", task.status));
    }
    if task.start_date() != start.seen_start_date {
        return Some("the task was started by somebody else just before".to_owned());
    }
    None
}
