//! The hub: from what was seen to what is done next.
//!
//! [`decide`] is an ordered list of small judges; the first that has something to say decides. The order is the table in
//! `docs/architecture.md`. Around it, [`wanted`] says what a poll must look at, and [`record`] keeps the document.

mod close;
mod create;
pub mod record;
mod rest;
mod running;
mod sight;
mod start;
mod stopping;

use jiff::{SignedDuration, Timestamp};

use crate::document::{Answer, Occasion, Run, StartAct, StartKind, StopCause, Task, What};
use crate::observation::{self, Observation, Phase, TaskSeen};
use crate::plan::{MigrationType, Plan, TaskPlan};
use crate::verdict::Verdict;

/// Clocks of DMS and of Step Functions may differ by this much.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// How long after a start the task may still show what it was before.
pub const START_GRACE: SignedDuration = SignedDuration::from_mins(5);

/// How long a refusal that passes, a connection test, or a task that is busy is waited out.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How long a task that was told to stop may take before it is reported as not stopped.
pub const STOP_PATIENCE: SignedDuration = SignedDuration::from_mins(15);

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
            Next::Start { .. } => What::Start,
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

/// The judges in their order. When none decides, the task is at work: [`running`].
const JUDGES: [Judge; 8] = [
    create::owner,
    sight::gone,
    stopping::stopping,
    close::close,
    sight::unseen,
    create::create,
    start::start,
    rest::rest,
];

/// Decides what is done next. Pure: the same plan, run, observation and time give the same answer.
pub fn decide(
    plan: &Plan,
    run: &Run,
    task: Option<&Task>,
    observation: &Observation,
    now: Timestamp,
) -> Next {
    let situation = Situation { plan, run, task, observation, now };
    JUDGES.iter().find_map(|judge| judge(&situation)).unwrap_or_else(|| running::running(&situation))
}

/// What a poll must look at besides the task itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Every page of the table statistics.
    pub tables: bool,
    /// The connections of the two endpoints.
    pub connections: bool,
}

/// Says whether the task must be described with its settings: once, when they are not known yet.
pub fn wants_settings(task: Option<&Task>) -> bool {
    task.is_none_or(|task| task.facts.is_none())
}

/// Says which calls a poll makes once it has seen the task: each is one of the few that DMS allows per second.
/// `last` are the counters of the poll before.
pub fn wanted(run: &Run, seen: &TaskSeen, last: Option<&observation::Stats>) -> Wanted {
    let before_start = !run.is_under_way();
    match seen {
        TaskSeen::Unseen => Wanted::default(),
        TaskSeen::NotThere => Wanted { tables: false, connections: before_start },
        TaskSeen::Seen(task) => {
            let counters_moved = task.stats.as_ref() != last;
            Wanted {
                tables: match task.phase {
                    // A task that was seen at work has tables, even if it failed before DMS dated its start.
                    Phase::Idle => task.has_run() || run.joined.is_some(),
                    Phase::Running => counters_moved || load_is_over(run, task),
                    Phase::Stopping => counters_moved,
                    Phase::Starting | Phase::Busy | Phase::Gone => false,
                },
                connections: before_start && task.phase == Phase::Idle,
            }
        }
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
    let Some(start) = run.start.as_ref().filter(|start| start.is_made()) else { return false };
    if is_new(start, task) {
        return true;
    }
    // DMS refuses a second start, so a task that comes up after ours was taken came up by ours.
    start.answer == Some(Answer::Accepted)
        && matches!(task.phase, Phase::Starting | Phase::Running | Phase::Stopping)
}

/// True when the task's dates show a start at or after the one that was decided.
fn is_new(start: &StartAct, task: &observation::Task) -> bool {
    let new = task.start_date().filter(|date| Some(*date) != start.seen_start_date);
    new.is_some_and(|date| date >= start.decided - CLOCK_SKEW)
}

/// True when DMS's counters say that no table is left to load. Counters and dates of an earlier run may still stand there
/// for a while: an end of a load that lies before the last start from the beginning is none.
fn load_is_over(run: &Run, task: &observation::Task) -> bool {
    let current = run.joined.is_some() || run.start.as_ref().is_some_and(|start| is_new(start, task));
    task.migration_type != MigrationType::Cdc
        && current
        && task.stats.as_ref().is_some_and(|stats| {
            let finished = stats
                .full_load_finish_date
                .is_some_and(|finish| stats.fresh_start_date.is_none_or(|fresh| finish >= fresh));
            stats.tables_loading == 0 && stats.tables_queued == 0 && finished
        })
}
