//! What every judge looks at, and the short ways to a decision.

use jiff::{SignedDuration, Timestamp};
use plan::finding::Severity;
use plan::{Mode, Plan, TaskPlan};

use crate::run::execution::Run;
use crate::run::next::Next;
use crate::run::observation::{self, Observation, TaskSeen};
use crate::run::status::Phase;
use crate::run::step::Occasion;
use crate::run::task::Task;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::{in_minutes, on_the_clock_of};
use crate::time::graces::{START_MARGIN, START_TOLD_AFTER, TAGS_COUNT_AFTER};
use crate::time::window;

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

    /// Waits for what keeps the task from being started, since this moment. After a quarter of an hour people are told,
    /// once, and it is looked at as rarely as anything else.
    pub(super) fn wait_to_start(&self, since: Timestamp, why: impl Into<String>) -> Option<Next> {
        let waited = self.now.duration_since(since);
        if waited < START_TOLD_AFTER {
            return self.wait_briefly(why);
        }
        let untold = self.run.notify.warning && !self.run.told.contains(&Occasion::NotStarted);
        if !untold || self.plan.mode == Mode::Preflight {
            return self.wait(why);
        }
        let why =
            format!("the task is not started, for {} now: {}", in_minutes(waited.as_mins()), why.into());
        Some(Next::Tell { occasion: Occasion::NotStarted, why })
    }

    /// True while what passes is waited for before a start: in a window until no more than its minimum is left, else for
    /// as long as `grace` since this moment.
    pub(super) fn can_wait(&self, since: Timestamp, grace: SignedDuration) -> bool {
        if self.run.windowed() && self.plan.mode == Mode::Migrate {
            self.run.stop_due.duration_since(self.now) > self.least_left()
        } else {
            self.now.duration_since(since) <= grace
        }
    }

    /// Skipped, for a run that came too late to wait for what stands in the way of its start; one that has waited for it
    /// reports what that was.
    pub(super) fn came_too_late(&self, since: Timestamp) -> Option<Verdict> {
        let waited = self.now.duration_since(since) >= START_TOLD_AFTER;
        let started = self.run.drive.is_under_way();
        let late = self.run.windowed() && self.plan.mode == Mode::Migrate && !waited && !started;
        let left = self.run.stop_due.duration_since(self.now);
        (late && left < self.least_left()).then(|| self.too_little_time())
    }

    /// Skipped, since too little of the window is left to start in.
    pub(super) fn too_little_time(&self) -> Verdict {
        let left = self.run.stop_due.duration_since(self.now).as_mins();
        let are = if left == 1 { "is" } else { "are" };
        let least = self.least_left();
        let wanted = match least > START_MARGIN {
            true => format!("the plan wants {}", least.as_mins()),
            false => format!("with less than {} nothing is started", least.as_mins()),
        };
        Verdict::new(
            Outcome::Skipped,
            format!("{} {are} left in the window, {wanted}", in_minutes(left)),
            self.now,
        )
        .because("nothing was started")
        .at_severity(Severity::Warning)
        .to_do("the next run of the schedule tries again")
    }

    /// With less than this before the end of the run's time nothing is started.
    pub(super) fn least_left(&self) -> SignedDuration {
        window::least_left(self.plan.window.as_ref())
    }

    /// An instant on the clock of the plan's window.
    pub(super) fn on_the_clock(&self, instant: Timestamp) -> String {
        on_the_clock_of(self.plan, instant)
    }

    pub(super) fn report(&self, verdict: Verdict) -> Option<Next> {
        Some(Next::Report(Box::new(verdict)))
    }
}
