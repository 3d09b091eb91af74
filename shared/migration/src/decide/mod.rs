//! The hub: from what was seen to what is done next.
//!
//! [`decide`] is an ordered list of small judges; the first that has something to say decides. The order is the table
//! in `docs/architecture.md`. Before it, [`wanted()`] says what a poll must look at; around a run, [`opening`] begins
//! it and [`cut_short`] ends one that nothing else could end.

pub mod cause;
mod close;
pub mod close_out;
mod connections;
mod create;
pub mod cut_short;
pub mod dead;
mod early;
pub mod end;
mod ended;
mod goal;
pub mod left;
mod missing;
mod notices;
pub mod opening;
mod preflight;
mod reload;
mod restart;
mod settle;
mod situation;
mod start;
pub mod start_type;
mod stopping;
mod taken_over;
mod verdicts;
pub mod wanted;

use std::borrow::Cow;

use jiff::Timestamp;
use plan::finding::Severity;

use crate::run::commands;
use crate::run::document::Running;
use crate::run::execution::Run;
use crate::run::next::Next;
use crate::run::observation::{self, Observation, Stats};
use crate::run::step::What;
use crate::run::tables::counted;
use crate::run::verdict::Verdict;
use situation::Situation;

pub use stopping::stops_unseen;
pub use wanted::{Wanted, wanted, wants_settings};

/// A judge decides, or leaves the decision to the next one.
type Judge = fn(&Situation<'_>) -> Option<Next>;

/// The judges in their order, each with the name of its row in `docs/architecture.md`. When none decides, the task is
/// at work and goes on: [`at_work`].
const JUDGES: [(&str, Judge); 16] = [
    ("close-out", close_out::close_out),
    ("preflight", preflight::preflight),
    ("early", early::early),
    ("owner", create::owner),
    ("taken-over", taken_over::taken_over),
    ("gone", missing::gone),
    ("stopping", stopping::stopping),
    ("close", close::close),
    ("unseen", missing::unseen),
    ("stale", missing::stale),
    ("create", create::create),
    ("start", start::start),
    ("ended", ended::ended),
    ("notices", notices::notices),
    ("reload", reload::reload),
    ("goal", goal::goal),
];

/// The names of the judges in their order.
pub fn judges() -> impl Iterator<Item = &'static str> {
    JUDGES.iter().map(|(name, _)| *name)
}

/// Decides what is done next. Pure: the same document, observation and time give the same answer.
pub fn decide(running: &Running, observation: &Observation, now: Timestamp) -> Next {
    let Running { plan, task, .. } = running;
    let run = &*unblocked(running);
    let situation = Situation { plan, run, task: task.as_ref(), observation, now };
    let next = JUDGES.iter().find_map(|(_, judge)| judge(&situation)).unwrap_or_else(|| at_work(&situation));
    match close_out::limit(&situation, next) {
        Next::Report(verdict) => Next::Report(Box::new(with_a_command(&situation, *verdict))),
        next => next,
    }
}

/// The run, in which a message that could not be sent just now counts as told for this one decision: what there is to do
/// is done in the meantime. The next poll has it told again.
fn unblocked(running: &Running) -> Cow<'_, Run> {
    let run = &running.run;
    match running.next.what {
        What::Tell(occasion) if !run.told.contains(&occasion) => {
            let mut run = run.clone();
            run.told.push(occasion);
            Cow::Owned(run)
        }
        _ => Cow::Borrowed(run),
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
                "the task is {}: {} loaded, {tables_loading} loading, {tables_queued} queued, {tables_errored} in error",
                task.status,
                counted(*tables_loaded as usize)
            )
        }
        _ => format!("the task is {}", task.status),
    }
}

/// Somebody who is woken by a verdict finds at least one command in it that can be pasted.
fn with_a_command(s: &Situation<'_>, verdict: Verdict) -> Verdict {
    if verdict.severity == Severity::Info || verdict.to_do.iter().any(|step| step.contains("aws ")) {
        return verdict;
    }
    verdict.to_do(match s.task {
        Some(task) => format!("look at the task: {}", commands::describe_task(&task.arn)),
        None => format!("run the plan again: {}", commands::run_again(&s.run.execution, None)),
    })
}
