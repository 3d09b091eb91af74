//! The task exists and this run has not got it going yet.

use super::create::connections;
use super::{Next, PATIENCE, START_GRACE, START_MARGIN, Situation, again, is_that_start, is_this_run};
use crate::commands;
use crate::document::{Answer, Refusal, StartAct};
use crate::observation::{self, Phase};
use crate::plan::{MigrationType, Start};
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
        Phase::Busy | Phase::Stopping => wait_until_ready(s, task, format!("the task is {}", task.status)),
        Phase::Starting | Phase::Running | Phase::Gone => None,
    }
}

/// Waits for a task that is busy, for an hour at most.
fn wait_until_ready(s: &Situation<'_>, task: &observation::Task, why: impl Into<String>) -> Option<Next> {
    if s.now.duration_since(s.run.pending_since.unwrap_or(s.now)) > PATIENCE + PATIENCE {
        let words = format!("the task is {} and did not become ready in an hour", task.status);
        return s.report(Verdict::new(Outcome::Failed, words, s.now));
    }
    s.wait_briefly(why)
}

/// The task can be started: should it be, and how?
fn idle(s: &Situation<'_>, task: &observation::Task) -> Option<Next> {
    let minimum = s.plan.window.as_ref().map_or(0, |window| i64::from(window.minimum_minutes));
    let left = s.run.work_ends.duration_since(s.now);
    let wanted = match minimum.max(START_MARGIN.as_mins()) {
        wanted if wanted == minimum => format!("the plan wants {wanted}"),
        wanted => format!("with less than {wanted} nothing is started"),
    };
    if left < START_MARGIN || left.as_mins() < minimum {
        return s.report(
            Verdict::new(
                Outcome::Skipped,
                format!("{} minutes are left in the window, {wanted}", left.as_mins()),
                s.now,
            )
            .because("nothing was started")
            .at_level(Level::Warning)
            .to_do("the next run of the schedule tries again"),
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
        Choice::Undecided { why, to_do, settles } => s.report(undecided(s, pass, why, to_do, settles)),
    }
}

/// No start is safe: what somebody must decide.
pub(super) fn undecided(
    s: &Situation<'_>,
    pass: TablePass,
    why: String,
    to_do: String,
    settles: Option<Start>,
) -> Verdict {
    let named = pass.errored.iter().chain(&pass.unfinished).cloned().collect();
    let mut verdict = Verdict::new(Outcome::Rejected, format!("no start of the task is safe: {why}"), s.now)
        .because("nothing was started")
        .to_do(to_do);
    if let Some(command) = settles.and_then(|start| commands::run_again(&s.run.execution, Some(start))) {
        verdict = verdict.to_do(format!("once decided: {command}"));
    }
    pass.into_verdict(verdict, named)
}

/// A start was taken, or may have been, and does not show.
fn unseen_effect(s: &Situation<'_>, task: &observation::Task, start: &StartAct) -> Option<Next> {
    let waited = s.now.duration_since(start.asked.unwrap_or(start.decided));
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
    let patient = refusal.throttled() || s.now.duration_since(start.first_decided) < PATIENCE;
    if s.run.restarts > 0 {
        return match task.phase {
            Phase::Idle => again::once_more(s, task, refusal.passing && patient),
            _ => wait_until_ready(s, task, format!("DMS could not start the task again yet ({words})")),
        };
    }
    if refusal.passing && patient {
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
        Phase::Idle if s.run.restarts > 0 => again::once_more(s, task, true),
        Phase::Idle => idle(s, task),
        Phase::Starting | Phase::Running => s.report(driven_by_another(s)),
        _ => wait_until_ready(s, task, why),
    }
}

/// What runs may be this execution's own, from before it was redriven, or somebody else's.
pub(super) fn doubtful(s: &Situation<'_>) -> Verdict {
    let verdict = Verdict::new(
        Outcome::Unknown,
        "this execution was redriven in its start, and whether what the task does now was started by it is not known",
        s.now,
    )
    .because("it is left alone: nothing stops it at the close of a window");
    verdict.to_do(super::stopping::stop_command(s))
}

fn driven_by_another(s: &Situation<'_>) -> Verdict {
    Verdict::new(Outcome::Skipped, "somebody else has started the task at the same moment", s.now)
        .because("this run started nothing and leaves it alone")
}

/// What the guard says just before the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// The start may be made.
    Clear,
    /// It must not be made, and what stands in the way.
    Held(String),
    /// It has been made before, and its answer was lost with the step that made it.
    Made,
    /// The task has been started since, and whether by this execution, before it was redriven, cannot be told: it must not be
    /// made, and what runs must not be touched.
    Doubtful(String),
}

/// The guard before the call: what was decided must still be so.
pub(super) fn guard(
    run: &crate::document::Run,
    start: &StartAct,
    task: &observation::TaskSeen,
    now: jiff::Timestamp,
) -> Guarded {
    let observation::TaskSeen::Seen(task) = task else {
        return Guarded::Held("the task could not be seen just before the start".to_owned());
    };
    // A step that comes so long after its decision is made a second time: an execution was redriven.
    if now.duration_since(start.decided) > START_MARGIN {
        if is_that_start(start, task) {
            return Guarded::Made;
        }
        if task.start_date() != start.seen_start_date {
            return Guarded::Doubtful(
                "the task was started since the start was decided; this execution was redriven, and whether it was by it \
                 cannot be told"
                    .to_owned(),
            );
        }
    }
    if now + START_MARGIN / 2 >= run.work_ends {
        return Guarded::Held(format!("the run's time is over at {}, which is too near", run.work_ends));
    }
    if task.phase != Phase::Idle {
        return Guarded::Held(format!("the task was {} just before the start", task.status));
    }
    if task.start_date() != start.seen_start_date {
        return Guarded::Held("the task was started by somebody else just before".to_owned());
    }
    Guarded::Clear
}
