//! A start was taken, or its answer was lost, and the task does not show it.

use jiff::SignedDuration;
use plan::MigrationType;
use plan::settings::PrepMode;

use super::{idle, unread};
use crate::decide::restart;
use crate::decide::situation::Situation;
use crate::run::acts::{StartAct, StartKind};
use crate::run::answer::Answer;
use crate::run::commands;
use crate::run::next::Next;
use crate::run::observation;
use crate::run::status::Phase;
use crate::run::tables::TablePass;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{PATIENCE, SECOND_LOOK_AFTER, START_GRACE};

/// A start whose answer was lost was not made: every look for five minutes has shown the task as it was. It is decided
/// anew; DMS refuses the second of two. The exception is a resume that may load rows on top of those that are there.
fn missing(s: &Situation<'_>, task: &observation::Task, start: &StartAct) -> Option<Next> {
    let may_double = start.kind == StartKind::ResumeProcessing
        && task.migration_type != MigrationType::Cdc
        && s.task
            .and_then(|task| task.settings.as_ref())
            .is_some_and(|settings| settings.prep_mode == PrepMode::DoNothing);
    let complete = s.observation.tables.as_deref().map(|tables| TablePass::over(tables).complete());
    match complete {
        None if may_double => return unread(s),
        Some(false) if may_double => return s.report(not_made_again(s, task)),
        _ => {}
    }
    match s.run.drive.restarts() {
        0 => idle(s, task),
        _ => restart::once_more(s, task, true),
    }
}

/// The resume may have been made or not, and a person must look before there is another.
fn not_made_again(s: &Situation<'_>, task: &observation::Task) -> Verdict {
    Verdict::new(
        Outcome::Unknown,
        format!("the answer to the resume was lost, and the task is {}", task.status),
        s.now,
    )
    .because(
        "a second resume under TargetTablePrepMode DO_NOTHING could load rows twice, so it is not made without a decision",
    )
    .to_do("decide: look whether the target's unfinished tables have rows that must be emptied first")
    .to_do(format!("once decided: {}", commands::run_again(&s.run.execution, Some(plan::Start::Resume))))
}

/// A start was taken, or may have been, and does not show.
pub(super) fn unanswered(s: &Situation<'_>, task: &observation::Task, start: &StartAct) -> Option<Next> {
    if let (Answer::Lost, Some(since)) = (&start.answer, start.missing_since) {
        if s.now.duration_since(since) < START_GRACE {
            return s.wait_briefly("the answer to the start was lost, and the task does not show it yet");
        }
        return missing(s, task, start);
    }
    let waited = s.now.duration_since(start.asked);
    let moved_by_others = task.start_date() != start.seen_start_date;
    // One look is no proof: what closes out a dead run may have had none before.
    let seen_missing = start.missing_since.map_or(SignedDuration::MAX, |since| s.now.duration_since(since));
    if waited < START_GRACE
        || (!moved_by_others && task.phase() != Phase::Idle && waited < PATIENCE)
        || seen_missing < SECOND_LOOK_AFTER
    {
        return s.wait_briefly("the task was started and does not show it yet");
    }
    let verdict = match start.answer {
        Answer::Accepted | Answer::Refused(_) | Answer::NotCalled(_) => Verdict::new(
            Outcome::Failed,
            format!("DMS took the start and the task is {} all the same", task.status),
            s.now,
        ),
        Answer::Lost => Verdict::new(
            Outcome::Unknown,
            format!("the answer to the start was lost, and the task is {}", task.status),
            s.now,
        ),
    };
    s.report(verdict.to_do("look at the task in the DMS console and start the run again"))
}
