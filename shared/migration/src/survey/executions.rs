//! Other executions of the machine, as Step Functions shows them: which have ended without telling it, and which have
//! to do with the same task.

use jiff::Timestamp;
use plan::{ExternalTask, Mode, Plan, TaskPlan, read};
use serde_json::Value;

use crate::run::close_out::{HowEnded, is_told_by};
use crate::run::drove::Drove;
use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::identity::was_last_to_start;
use crate::run::task::Task;
use crate::run::verdict::Outcome;
use crate::survey::untold::Errand;
use crate::time::graces::START_GRACE;
use crate::time::window::{self, Opening};

/// An execution as Step Functions describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// The execution.
    pub arn: ExecutionArn,
    /// Whether it runs, and how it ended.
    pub state: State,
    /// When it began.
    pub began: Timestamp,
    /// When it ended, if it has.
    pub ended: Option<Timestamp>,
    /// How often it was redriven.
    pub redrives: u64,
    /// What it was given; null where that is no JSON, or is not shown.
    pub input: Value,
    /// The verdict that it has told, where Step Functions shows one.
    pub verdict: Option<String>,
    /// What it has said there of its task; `None` for one that has told nothing, and for one of an earlier release.
    pub drove: Option<Drove>,
    /// When it reached its verdict, where Step Functions shows that: the message may have taken its time.
    pub judged: Option<Timestamp>,
}

/// Whether an execution runs, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs, or is about to run again.
    Running,
    /// It ended in a Succeed state: its verdict was told.
    Succeeded,
    /// It failed with this error; empty where Step Functions gives none.
    Failed(String),
    /// It ran for the longest time that the machine allows.
    TimedOut,
    /// Somebody stopped it.
    Aborted,
}

/// How an execution ended that may not have told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Badly {
    /// FAILED.
    Failed,
    /// TIMED_OUT.
    TimedOut,
    /// ABORTED.
    Aborted,
}

impl Badly {
    /// All of them.
    pub const ALL: [Badly; 3] = [Badly::Failed, Badly::TimedOut, Badly::Aborted];
}

/// An execution as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The execution.
    pub arn: ExecutionArn,
    /// When it began.
    pub began: Timestamp,
    /// When it ended, if it has.
    pub ended: Option<Timestamp>,
    /// How often it was redriven.
    pub redrives: u64,
}

impl Listed {
    /// True when it ran at this moment.
    pub fn ran_at(&self, moment: Timestamp) -> bool {
        self.began <= moment && self.ended.is_none_or(|ended| ended >= moment)
    }
}

impl Execution {
    /// How it ended, when that does not say that its end was told.
    pub fn ended_untold(&self) -> Option<HowEnded> {
        match &self.state {
            State::Running | State::Succeeded => None,
            State::Failed(error) if is_told_by(error) => None,
            State::Failed(error) => Some(HowEnded::Failed(error.clone())),
            State::TimedOut => Some(HowEnded::TimedOut),
            State::Aborted => Some(HowEnded::Aborted),
        }
    }

    /// True when it has told a verdict that ends an execution badly: it has closed out what it was to close out.
    pub fn has_told_a_bad_verdict(&self) -> bool {
        matches!(&self.state, State::Failed(error) if is_told_by(error))
    }

    /// True when it has told how it ended.
    pub fn has_told(&self) -> bool {
        self.state == State::Succeeded || self.has_told_a_bad_verdict()
    }

    /// True for a closing execution that has done its work and told it. One that could not begin ends as Unknown.
    pub fn has_closed_out(&self) -> bool {
        let unknown = self.verdict.as_deref() == Some(Outcome::Unknown.as_str());
        self.has_told_a_bad_verdict() && !unknown
    }

    /// True for a closing execution that has told how the run which it closes out has ended: a good verdict that the run
    /// had reached, too.
    pub fn has_told_of_its_run(&self) -> bool {
        self.has_closed_out() || (self.state == State::Succeeded && self.has_had_to_do_with_its_task())
    }

    /// True when it runs, or has ended with a verdict that has to do with its task.
    pub fn has_to_do_with_its_task(&self) -> bool {
        self.state == State::Running || self.has_had_to_do_with_its_task()
    }

    /// True when it has ended with a verdict that has to do with its task: it was neither skipped nor rejected, nor a
    /// pre-flight, and does not say that it started nothing and followed nothing.
    pub fn has_had_to_do_with_its_task(&self) -> bool {
        let nothing = [Outcome::Skipped, Outcome::Rejected, Outcome::Ready];
        let verdict = self.verdict.as_deref();
        verdict.is_some_and(|verdict| !nothing.iter().any(|outcome| outcome.as_str() == verdict))
            && self.drove != Some(Drove::Nothing)
    }

    /// True when it had something to do with its task, and did not leave that to this run: it says that it followed what
    /// somebody else had started, which is this run where the last start of the task is its own.
    pub fn has_taken_its_task_from(&self, run: &Run) -> bool {
        let left_it_to_this_run = self.drove == Some(Drove::SomebodyElses) && was_last_to_start(run);
        self.has_had_to_do_with_its_task() && !left_it_to_this_run
    }

    /// From when to when a start is dated that is its own, or that it followed as such, and that may still be at work. One
    /// that has died may have started the task in its last moment, and DMS dates that minutes later.
    pub fn started_its_task_between(&self) -> Option<(Timestamp, Timestamp)> {
        started_between(self.drove, self.began, self.ended)
    }

    /// When the window of its plan closes; `None` for one without a window.
    pub fn closes(&self) -> Option<Timestamp> {
        let plan = read::read(&self.input).plan?;
        match window::at_the_beginning(plan.window.as_ref()?, plan.scheduled_time, self.began) {
            Opening::Open { closes, .. } => Some(closes),
            Opening::Shut { .. } => None,
        }
    }

    /// True for an execution that the watch has started: it has no plan of its own.
    pub fn is_of_the_watch(&self) -> bool {
        Errand::read(&self.input).is_some()
    }

    /// True when it was given a plan that works on the same task as this one.
    pub fn works_on(&self, plan: &Plan, task: Option<&Task>) -> bool {
        let (arn, name) = named(plan);
        let by_plan = arn.is_some_and(|arn| self.names_task(&arn, ""))
            || name.is_some_and(|name| self.names_task("", &name));
        by_plan || task.is_some_and(|task| self.names_task(&task.arn.to_string(), &task.identifier))
    }

    /// True when it was given a plan that works on the task with this ARN or identifier.
    pub fn names_task(&self, arn: &str, identifier: &str) -> bool {
        let plan = read::read(&self.input).plan.filter(|plan| plan.mode == Mode::Migrate);
        let (its_arn, its_name) = plan.as_ref().map(named).unwrap_or_default();
        its_arn.is_some_and(|its| its == arn)
            || its_name.is_some_and(|its| its.eq_ignore_ascii_case(identifier))
    }
}

/// From when to when a start is dated that may be that of an execution which ran from then to then and said this of its
/// task.
pub fn started_between(
    drove: Option<Drove>,
    began: Timestamp,
    ended: Option<Timestamp>,
) -> Option<(Timestamp, Timestamp)> {
    match drove {
        Some(Drove::Nothing | Drove::SomebodyElses | Drove::ToRest) => None,
        // It may have followed what a run before it had started.
        Some(Drove::Until(until)) => Some((Timestamp::UNIX_EPOCH, until)),
        None => ended.map(|ended| (began, ended.saturating_add(START_GRACE).unwrap_or(Timestamp::MAX))),
    }
}

/// The ARN and the identifier by which a plan names its task.
fn named(plan: &Plan) -> (Option<String>, Option<String>) {
    match &plan.task {
        TaskPlan::External(ExternalTask::ReplicationTaskArn(arn)) => (Some(arn.to_string()), None),
        TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(name)) => (None, Some(name.clone())),
        TaskPlan::Request(request) => (None, Some(request.replication_task_identifier.clone())),
    }
}
