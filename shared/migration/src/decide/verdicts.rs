//! Verdicts that several judges come to.

use jiff::Timestamp;
use plan::{OnDrift, Start};

use crate::decide::situation::Situation;
use crate::run::acts::{Stop, StopCause};
use crate::run::answer::Answer;
use crate::run::commands;
use crate::run::status::{Phase, Status};
use crate::run::tables::TablePass;
use crate::run::task::{Origin, Task};
use crate::run::verdict::{Outcome, Verdict};
use crate::time::clock::in_minutes;

pub(super) fn no_such_task(s: &Situation<'_>) -> Verdict {
    Verdict::new(Outcome::Rejected, "there is no such task in this account and Region", s.now)
        .to_do("check the ARN or identifier: a task that was created again has a new ARN")
}

/// The task that exists is not the one that the plan describes, and is not made so.
pub(super) fn differing(s: &Situation<'_>, task: &Task) -> Verdict {
    let mut verdict = Verdict::new(
        Outcome::Rejected,
        if s.run.modified {
            "the task was modified and still is not the one that the plan describes; nothing was started"
        } else {
            "the task that exists is not the one that the plan describes; nothing was started or changed"
        },
        s.now,
    );
    for difference in &task.differences {
        verdict.reasons.push(difference.clone());
    }
    if s.plan.on_drift == OnDrift::Modify {
        let why = match task.origin {
            Origin::External => "it is kept by somebody else",
            _ if s.run.modified => "what still differs cannot be modified",
            Origin::Created | Origin::Adopted => "it has run before",
        };
        verdict = verdict.because(format!("OnDrift Modify does not change it: {why}"));
    }
    verdict.to_do(
        "make the plan say what the task is, or delete the task, or run it as it is with OnDrift Ignore",
    )
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
    if let Some(start) = settles {
        let command = commands::run_again(&s.run.execution, Some(start));
        verdict = verdict.to_do(format!("once decided: {command}"));
    }
    pass.into_verdict(verdict, named)
}

/// What runs may be this execution's own start, made before, or somebody else's.
pub(super) fn doubtful(s: &Situation<'_>) -> Verdict {
    let verdict = Verdict::new(
        Outcome::Unknown,
        "the task was started at the moment of this run's own start, and whether by this run or by somebody else is not known",
        s.now,
    )
    .because("it is left alone: nothing stops it at the close of a window");
    verdict.to_do(stop_command(s))
}

pub(super) fn driven_by_another(s: &Situation<'_>) -> Verdict {
    Verdict::new(Outcome::Skipped, "somebody else has started the task at the same moment", s.now)
        .because("this run started nothing and leaves it alone")
}

/// The verdict on a task that has had its time to stop, since the given moment.
pub(super) fn not_stopped(s: &Situation<'_>, since: Timestamp) -> Verdict {
    let seen = s.seen().map(|task| task.status.clone());
    let status = seen.as_ref().map(Status::as_str).unwrap_or_default();
    let minutes = s.now.duration_since(since).as_mins();
    let begun = if s.run.stop.is_some() { "it was told to stop" } else { "the run's time was over" };
    let mut verdict = Verdict::new(
        Outcome::Failed,
        format!("the task could not be stopped: it is {status} {} after {begun}", in_minutes(minutes)),
        s.now,
    )
    .because("it goes on beyond its window until somebody stops it");
    let stop = s.run.stop.as_ref();
    if stop.is_some_and(|stop| stop.cause == StopCause::Close) {
        verdict = verdict.because(format!("its window closes at {}", s.on_the_clock(s.run.closes)));
    }
    if let Some(Answer::Refused(refusal)) = stop.map(|stop| &stop.answer) {
        verdict = verdict.because(format!("DMS says: {}: {}", refusal.code, refusal.message));
    }
    if stop.and_then(Stop::denied).is_some() {
        verdict = verdict.to_do(commands::ALLOW_STOP);
    }
    if let Some(at) = stop.and_then(Stop::taken) {
        verdict = verdict.because(format!("DMS took the stop at {}", s.on_the_clock(at)));
    }
    let pass = TablePass::over(s.observation.tables.as_deref().unwrap_or_default());
    // DMS refuses to stop a task that is stopping.
    let to_do = match (s.task, s.phase()) {
        (Some(task), Some(Phase::Stopping)) => {
            format!("wait until it has stopped: {}", commands::describe_task(&task.arn))
        }
        _ => stop_command(s),
    };
    let mut verdict = pass.into_verdict(verdict, Vec::new()).to_do(to_do);
    verdict.task_status = seen;
    verdict
}

/// The command that stops the task by hand.
pub(super) fn stop_command(s: &Situation<'_>) -> String {
    match s.task {
        Some(task) => format!("stop it by hand: {}", commands::stop_task(&task.arn)),
        None => "look for the task in the DMS console and stop it by hand".to_owned(),
    }
}
/// The task goes on after the run: say that nobody of ours watches it, and how somebody can.
pub(super) fn unwatched(s: &Situation<'_>, verdict: Verdict) -> Verdict {
    let Some(task) = s.task else { return verdict };
    let whose = match task.origin {
        Origin::External => "the task is kept by somebody else and goes on running",
        Origin::Created | Origin::Adopted => "the task goes on running",
    };
    let command = commands::tell_of_failures(task, s.run.notify.topic_arn.as_ref(), &s.run.execution);
    verdict.because(format!("{whose}; no run watches it from now on")).to_do(format!(
        "have DMS tell you when it fails, on a topic that lets dms.amazonaws.com publish: {command}"
    ))
}
