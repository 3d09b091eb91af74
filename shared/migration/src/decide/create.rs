//! Before the task can be started: whose it is, and that it exists as the plan describes it.

use plan::finding::Findings;
use plan::{OnDrift, together};

use crate::decide::connections::connections;
use crate::decide::situation::Situation;
use crate::decide::verdicts::{differing, no_such_task};
use crate::pace::again;
use crate::run::acts::{CreateCall, CreateRefusal};
use crate::run::answer::{Refusal, RefusalKind};
use crate::run::next::Next;
use crate::run::observation::TaskSeen;
use crate::run::status::Phase;
use crate::run::task::{Origin, Task};
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::in_minutes;
use crate::time::graces::{BUSY_PATIENCE, MAX_CREATES, MISSING_FOR, MISSING_LOOKS, PATIENCE};

/// Ends a run as Skipped while another execution of ours drives the task: two never act on one task.
///
/// A repeat: nothing is called, so no answer can be lost.
///
/// What a person does: nothing; the other run reports.
pub(super) fn owner(s: &Situation<'_>) -> Option<Next> {
    let other =
        s.task?.driven_by().filter(|_| s.run.drive.start().is_none() && s.run.drive.joined().is_none())?;
    s.report(
        Verdict::new(Outcome::Skipped, format!("another run drives the task: {other}"), s.now)
            .because("that run will report on it"),
    )
}

/// Has a task created or adopted that does not exist yet, has not been adopted yet, or differs from the plan.
///
/// A repeat: the step looks for the task before it creates one, and adopts it by its tag; three attempts are made.
///
/// A lost answer: the next look finds the task, or the step is decided anew.
///
/// What a person does: mends the plan, or what it names, as the report says.
pub(super) fn create(s: &Situation<'_>) -> Option<Next> {
    if let Some(task) = s.task {
        return unfit(s, task).or_else(|| drift(s, task));
    }
    if !s.creates() {
        return missing(s);
    }
    if let Some(refused) = &s.run.create_refusal {
        let CreateRefusal { call, refusal, first, last } = refused;
        if !refusal.passes() || !s.can_wait(*first, PATIENCE) {
            return s.report(not_created(s, *call, refusal));
        }
        if !again::is_due(*first, *last, s.now) {
            let why =
                format!("DMS could not {} yet ({}: {})", call.in_words(), refusal.code, refusal.message);
            return s.wait_to_start(*first, why);
        }
    }
    if s.run.creates >= MAX_CREATES {
        let trouble = s.run.last_trouble.as_deref().unwrap_or("no error is known");
        let verdict = Verdict::new(
            Outcome::Failed,
            format!("the task could not be created in {MAX_CREATES} attempts; the last error: {trouble}"),
            s.now,
        );
        return s.report(verdict.to_do("look into the log of the create-task function"));
    }
    match s.observation.task {
        TaskSeen::Seen(_) if s.phase() == Some(Phase::Gone) => {
            let since = s.run.pending_since.unwrap_or(s.now);
            if s.can_wait(since, BUSY_PATIENCE) {
                return s.wait_to_start(since, "an older task with this identifier is being deleted");
            }
            if let Some(late) = s.came_too_late(since) {
                return s.report(late);
            }
            let minutes = s.now.duration_since(since).as_mins();
            let words = format!(
                "an older task with this identifier is being deleted, for {} now",
                in_minutes(minutes)
            );
            let verdict = Verdict::new(Outcome::Failed, words, s.now).because("nothing was started");
            s.report(verdict.to_do(
                "look at that task in the DMS console; the next run creates a new one once it is gone",
            ))
        }
        TaskSeen::Seen(_) => Some(Next::Create {
            why: "a task with this identifier exists: it is compared with the plan and adopted".to_owned(),
        }),
        TaskSeen::NotThere => connections(s).or_else(|| {
            Some(Next::Create { why: "the task does not exist and its connections are good".to_owned() })
        }),
        TaskSeen::Unseen => None,
    }
}

/// DMS refused to create or to modify the task: for what the plan asks, or for what is not the plan's fault.
fn not_created(s: &Situation<'_>, call: CreateCall, refusal: &Refusal) -> Verdict {
    let words = format!("DMS refused to {}: {}: {}", call.in_words(), refusal.code, refusal.message);
    let (outcome, to_do) = match refusal.kind {
        RefusalKind::Exhausted => (
            Outcome::Failed,
            "have the quota of DMS raised (Service Quotas), or delete tasks that nobody needs; the plan is not at fault",
        ),
        RefusalKind::Denied => (
            Outcome::Failed,
            "let the role of the create-task function, or the role that DMS names, do what it names; the plan is not at fault",
        ),
        RefusalKind::Throttled | RefusalKind::Passing | RefusalKind::Untested => {
            (Outcome::Failed, "look at what DMS names: it stands in the way still; the plan is not at fault")
        }
        RefusalKind::NotFound | RefusalKind::Lasting => {
            (Outcome::Rejected, "mend the plan and start the run again")
        }
    };
    Verdict::new(outcome, words, s.now).because("nothing was started").to_do(to_do)
}

/// A task that somebody else keeps is not there: it is looked for three times in two minutes.
fn missing(s: &Situation<'_>) -> Option<Next> {
    if s.observation.task != TaskSeen::NotThere {
        return None;
    }
    if is_newly_missing(s) {
        return s.wait_briefly("DMS does not list the task; it is looked for once more");
    }
    s.report(no_such_task(s))
}

/// True when a task that somebody else keeps has not been looked for often and long enough.
pub(super) fn is_newly_missing(s: &Situation<'_>) -> bool {
    let absent = s.run.absent_since.map(|since| s.now.duration_since(since)).unwrap_or_default();
    s.run.not_there < MISSING_LOOKS || absent < MISSING_FOR
}

/// What the plan asks does not fit the type of a task that somebody else keeps, and that DMS did not list when the plan
/// was checked, or of one of another type that is taken as it is.
fn unfit(s: &Situation<'_>, task: &Task) -> Option<Next> {
    let not_listed = task.origin == Origin::External && !s.creates();
    let as_it_is = s.creates() && s.plan.on_drift == OnDrift::Ignore;
    if !(not_listed || as_it_is) || s.run.drive.is_under_way() {
        return None;
    }
    let mut findings = Findings::default();
    together::check_type(s.plan, &task.migration_type, "", &mut findings);
    let rejects = findings.reject();
    let mut all = Vec::new();
    findings.add_to(&mut all);
    rejects.then(|| s.report(Verdict::rejected(&all, s.now))).flatten()
}

fn drift(s: &Situation<'_>, task: &Task) -> Option<Next> {
    if task.differences.is_empty() || s.plan.on_drift == OnDrift::Ignore || s.run.drive.start().is_some() {
        return None;
    }
    s.report(differing(s, task))
}
