//! What every judge looks at, and the short ways to a decision.

use jiff::Timestamp;
use plan::{Plan, TaskPlan};

use crate::run::execution::Run;
use crate::run::next::Next;
use crate::run::observation::{self, Observation, TaskSeen};
use crate::run::status::Phase;
use crate::run::task::Task;
use crate::run::verdict::Verdict;
use crate::time::graces::TAGS_COUNT_AFTER;

/// All that a judge looks at.
#[derive(Clone, Copy)]
pub(super) struct Situation<'a> {
    pub(super) plan: &'a Plan,
    pub(super) run: &'a Run,
    pub(super) task: Option<&'a Task>,
    pub(super) observation: &'a Observation,
    pub(super) now: Timestamp,
}

impl<'a> Situation<'a> {
    /// The task, when it was seen.
    pub(super) fn seen(&self) -> Option<&'a observation::Task> {
        match &self.observation.task {
            TaskSeen::Seen(task) => Some(task),
            TaskSeen::Unseen | TaskSeen::NotThere => None,
        }
    }

    pub(super) fn phase(&self) -> Option<Phase> {
        self.seen().map(|task| task.phase())
    }

    /// True when the task had been created so lately then that its tags may not have counted for what IAM allows.
    pub(super) fn was_young(&self, then: Timestamp) -> bool {
        let created = self.task.and_then(|task| task.created);
        created.is_some_and(|created| then.duration_since(created) < TAGS_COUNT_AFTER)
    }

    /// True when the task is ours to create.
    pub(super) fn creates(&self) -> bool {
        matches!(self.plan.task, TaskPlan::Request(_))
    }

    pub(super) fn wait(&self, why: impl Into<String>) -> Option<Next> {
        Some(Next::Wait { why: why.into(), soon: false })
    }

    pub(super) fn wait_briefly(&self, why: impl Into<String>) -> Option<Next> {
        Some(Next::Wait { why: why.into(), soon: true })
    }

    pub(super) fn report(&self, verdict: Verdict) -> Option<Next> {
        Some(Next::Report(Box::new(verdict)))
    }
}
