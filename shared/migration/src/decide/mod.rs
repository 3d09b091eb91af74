//! The hub: from what was seen to what is done next.
//!
//! [`decide`] is an ordered list of small judges; the first that has something to say decides. The order is the table in
//! `docs/architecture.md`. Around it, [`wanted()`] says what a poll must look at, and [`record`] keeps the document.

mod again;
mod close;
mod create;
mod news;
mod preflight;
pub mod record;
mod reload;
mod rest;
mod sight;
mod start;
mod stopping;
mod until;
pub mod wanted;

use jiff::{SignedDuration, Timestamp};

use crate::commands;
use crate::document::{Answer, Occasion, Run, StartAct, StartKind, StopCause, Task, What};
use crate::observation::{self, Observation, Phase, Stats, TaskSeen};
use crate::plan::{MigrationType, Plan, TaskPlan};
use crate::table_name::TableName;
use crate::verdict::{Level, Verdict};

pub use wanted::{Wanted, wanted, wants_settings};

/// Clocks of DMS and of Step Functions may differ by this much.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// How long after a start the task may still show what it was before.
pub const START_GRACE: SignedDuration = SignedDuration::from_mins(5);

/// How long a refusal that passes, a connection test, or a task that is busy is waited out.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How long a task that was told to stop may take before it is reported as not stopped.
pub const STOP_PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// With less than this before the end of its work a run starts nothing: what starts takes its time, and so does a stop.
pub const START_MARGIN: SignedDuration = SignedDuration::from_mins(2);

/// How many polls in a row must find no such task before it counts as deleted: DMS's lists are eventually consistent.
pub const MOST_NOT_THERE: u32 = 2;

/// How many times the task is tried to be created when the step itself cannot run.
pub const MOST_CREATES: u32 = 3;

/// What is done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Create the task, or adopt the one that exists.
    Create {
        /// Why.
        why: String,
    },
    /// Start the task.
    Start {
        /// How.
        kind: StartKind,
        /// Why this way.
        why: String,
    },
    /// Load tables of the running task again.
    Reload {
        /// Which; at most ten, which is what DMS takes at once.
        tables: Vec<TableName>,
        /// Why.
        why: String,
    },
    /// Stop the task.
    Stop {
        /// Why, as the verdict needs it.
        cause: StopCause,
        /// Why, in words.
        why: String,
    },
    /// Look again later.
    Wait {
        /// Why.
        why: String,
        /// True when the next look should come as soon as is sensible, whatever the interval has grown to.
        soon: bool,
    },
    /// Tell people and go on.
    Tell {
        /// What.
        occasion: Occasion,
        /// In words.
        why: String,
    },
    /// The run is over.
    Report(Box<Verdict>),
}

impl Next {
    /// The word for the machine.
    pub fn what(&self) -> What {
        match self {
            Next::Create { .. } => What::Create,
            Next::Start { .. } | Next::Reload { .. } => What::Start,
            Next::Stop { .. } => What::Stop,
            Next::Wait { .. } => What::Wait,
            Next::Tell { .. } => What::Tell,
            Next::Report(_) => What::Report,
        }
    }
}

/// All that a judge looks at.
#[derive(Clone, Copy)]
struct Situation<'a> {
    plan: &'a Plan,
    run: &'a Run,
    task: Option<&'a Task>,
    observation: &'a Observation,
    now: Timestamp,
}

/// A judge decides, or leaves the decision to the next one.
type Judge = fn(&Situation<'_>) -> Option<Next>;

/// The judges in their order, each with the name of its row in `docs/architecture.md`. When none decides, the task is at work
/// and goes on: [`at_work`].
const JUDGES: [(&str, Judge); 13] = [
    ("preflight", preflight::preflight),
    ("owner", create::owner),
    ("gone", sight::gone),
    ("stopping", stopping::stopping),
    ("close", close::close),
    ("unseen", sight::unseen),
    ("stale", sight::stale),
    ("create", create::create),
    ("start", start::start),
    ("rest", rest::rest),
    ("news", news::news),
    ("reload", reload::reload),
    ("until", until::until),
];

/// The names of the judges in their order.
pub fn judges() -> impl Iterator<Item = &'static str> {
    JUDGES.iter().map(|(name, _)| *name)
}

/// Decides what is done next. Pure: the same plan, run, observation and time give the same answer.
pub fn decide(
    plan: &Plan,
    run: &Run,
    task: Option<&Task>,
    observation: &Observation,
    now: Timestamp,
) -> Next {
    let situation = Situation { plan, run, task, observation, now };
    let next = JUDGES.iter().find_map(|(_, judge)| judge(&situation)).unwrap_or_else(|| at_work(&situation));
    match next {
        Next::Report(verdict) => Next::Report(Box::new(with_a_command(&situation, *verdict))),
        next => next,
    }
}

/// The task goes on, and there is nothing to do but look again.
fn at_work(s: &Situation<'_>) -> Next {
    let why = match s.seen() {
        Some(task) => in_words(task),
        None => "the task could not be seen just now".to_owned(),
    };
    Next::Wait { why, soon: false }
}

/// Where the task stands, for the console and the log.
fn in_words(task: &observation::Task) -> String {
    match &task.stats {
        Some(Stats { tables_loaded, tables_loading, tables_queued, tables_errored, .. })
            if tables_loaded + tables_loading + tables_queued + tables_errored > 0 =>
        {
            format!(
                "the task is {}: {tables_loaded} tables loaded, {tables_loading} loading, {tables_queued} queued, \
                 {tables_errored} in error",
                task.status
            )
        }
        _ => format!("the task is {}", task.status),
    }
}

/// Somebody who is woken by a verdict finds at least one command in it that can be pasted.
fn with_a_command(s: &Situation<'_>, verdict: Verdict) -> Verdict {
    if verdict.level == Level::Info || verdict.to_do.iter().any(|step| step.contains("aws ")) {
        return verdict;
    }
    let look = s.task.map(|task| format!("look at the task: {}", commands::describe_task(&task.arn)));
    let again =
        || commands::run_again(&s.run.execution, None).map(|again| format!("run the plan again: {again}"));
    match look.or_else(again) {
        Some(step) => verdict.to_do(step),
        None => verdict,
    }
}

impl crate::document::StartAct {
    /// True when DMS took the start, or may have taken it.
    pub fn is_made(&self) -> bool {
        matches!(self.answer, None | Some(Answer::Accepted))
    }
}

impl<'a> Situation<'a> {
    /// The task, when it was seen.
    fn seen(&self) -> Option<&'a observation::Task> {
        match &self.observation.task {
            TaskSeen::Seen(task) => Some(task),
            TaskSeen::Unseen | TaskSeen::NotThere => None,
        }
    }

    fn phase(&self) -> Option<Phase> {
        self.seen().map(|task| task.phase)
    }

    /// True when the task is ours to create.
    fn creates(&self) -> bool {
        matches!(self.plan.task, TaskPlan::Request(_))
    }

    fn wait(&self, why: impl Into<String>) -> Option<Next> {
        Some(Next::Wait { why: why.into(), soon: false })
    }

    fn wait_briefly(&self, why: impl Into<String>) -> Option<Next> {
        Some(Next::Wait { why: why.into(), soon: true })
    }

    fn report(&self, verdict: Verdict) -> Option<Next> {
        Some(Next::Report(Box::new(verdict)))
    }
}

/// True when what the task does, or did last, is this run's doing or the run that it joined.
fn is_this_run(run: &Run, task: &observation::Task) -> bool {
    // A task that was joined is followed, whoever starts it again.
    if run.joined.is_some() {
        return true;
    }
    let Some(start) = &run.start else { return false };
    let at_work = matches!(task.phase, Phase::Starting | Phase::Running | Phase::Stopping);
    // A run that is to start its task again goes on whoever does it first: DMS itself, or a person.
    if run.restarts > 0 && (at_work || task.start_date() != start.seen_start_date) {
        return true;
    }
    if !start.is_made() {
        return false;
    }
    if is_new(start, task) {
        return true;
    }
    // DMS refuses a second start, so a task that comes up after ours was taken came up by ours.
    start.answer == Some(Answer::Accepted) && at_work
}

/// True when the task's dates show a start at or after the one that was decided.
fn is_new(start: &StartAct, task: &observation::Task) -> bool {
    let new = task.start_date().filter(|date| Some(*date) != start.seen_start_date);
    new.is_some_and(|date| date >= start.decided - CLOCK_SKEW)
}

/// True when the task shows a start at or after the one that was decided, so soon after it that it is that one: the answer
/// was lost with the step that had asked for it, and the step is made again (a redrive).
fn is_that_start(start: &StartAct, task: &observation::Task) -> bool {
    let fresh = task.stats.as_ref().and_then(|stats| stats.fresh_start_date);
    // The date of a start from the beginning stays when DMS itself starts the task again.
    let fresh = fresh.filter(|_| start.kind != StartKind::ResumeProcessing);
    let soon_after =
        |date: &&Timestamp| **date >= start.decided - CLOCK_SKEW && **date <= start.decided + START_MARGIN;
    is_new(start, task) && [task.start_date(), fresh].iter().flatten().any(|date| soon_after(&date))
}

/// True when the task's dates are those of this run, and so are its counters and rows: those of an earlier run may show for a
/// while after a start.
fn is_dated(run: &Run, task: &observation::Task) -> bool {
    run.joined.is_some() || run.start.as_ref().is_some_and(|start| is_new(start, task))
}

/// True when DMS's counters say that no table is left to load. Counters and dates of an earlier run may still stand there
/// for a while: an end of a load that lies before the last start from the beginning is none.
fn load_is_over(run: &Run, task: &observation::Task) -> bool {
    task.migration_type != MigrationType::Cdc
        && is_dated(run, task)
        && task.stats.as_ref().is_some_and(|stats| {
            let finished = stats
                .full_load_finish_date
                .is_some_and(|finish| stats.fresh_start_date.is_none_or(|fresh| finish >= fresh));
            stats.tables_loading == 0 && stats.tables_queued == 0 && finished
        })
}
