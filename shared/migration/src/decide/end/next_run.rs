//! What the next run does with what this one leaves, or what must be decided before it can do anything.

use super::case::Ended;
use super::tables::sorted;
use crate::decide::start_type::{self, Choice};
use crate::run::acts::StartKind;
use crate::run::commands;
use crate::run::verdict::Verdict;
use jiff::Timestamp;

/// No load that is there now is one of the next run's night.
const NEXT_NIGHT: Timestamp = Timestamp::MAX;

/// True when the next run goes on where this one was stopped.
pub(super) fn is_resumed(ended: Ended<'_>) -> bool {
    let pass = sorted(ended);
    ended.settings.is_some_and(|settings| {
        let choice = start_type::choose(ended.plan, ended.task, settings, &pass, NEXT_NIGHT);
        matches!(choice, Choice::Start(StartKind::ResumeProcessing, _))
    })
}

/// What the next run will do with what this one leaves, or what must be decided before it can do anything: the rules by
/// which it will choose, asked now.
pub(super) fn next_run(ended: Ended<'_>, verdict: Verdict) -> Verdict {
    let Some(settings) = ended.settings else { return verdict };
    let pass = sorted(ended);
    match start_type::choose(ended.plan, ended.task, settings, &pass, NEXT_NIGHT) {
        Choice::Undecided { why, to_do, settles } => {
            let verdict = verdict.to_do(format!("decide: {why}; {to_do}"));
            match settles {
                Some(start) => {
                    let command = commands::run_again(&ended.run.execution, Some(start));
                    verdict.to_do(format!("once decided: {command}"))
                }
                None => verdict,
            }
        }
        Choice::Start(kind, why) => {
            let does = match kind {
                StartKind::StartReplication => "starts the task for the first time",
                StartKind::ResumeProcessing => "resumes",
                StartKind::ReloadTarget => "loads all tables again",
            };
            verdict.to_do(format!("the next run {does}: {why}"))
        }
        Choice::Complete(why) => verdict.to_do(format!("the next run has nothing to do: {why}")),
    }
}
