//! What a run has left running comes to its end without one: that is told, too.

use jiff::SignedDuration;

use super::told::{finals, is_given_up};
use super::{Rule, Violation, violation};
use crate::plan;
use crate::record::{Execution, Record};
use crate::work::{self, Work};

/// For so long nobody else has to do with the task: the watch looks every quarter of an hour, and what it starts looks again.
const TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(2);

/// What goes wrong, and who works on the task, so shortly before may make the end another's to tell.
const SETTLED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// So soon after a run begins it writes its name on the task.
const LOOKS_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Deeds after which the watch cannot know the task for one of ours.
const HIDES: [&str; 2] = ["Untag", "Move"];

pub(super) fn judge(record: &Record) -> Vec<Violation> {
    let works = work::of(record);
    works.iter().filter_map(|work| untold(record, &works, work)).collect()
}

/// The end of this work, where nobody was there to tell it and nobody was told.
fn untold(record: &Record, works: &[Work<'_>], work: &Work<'_>) -> Option<Violation> {
    let at_rest = work.until?;
    let run = record.principal(record.execution(&work.by?.execution)?);
    let (from, told_by) = (at_rest - SETTLED_FOR, at_rest + TOLD_WITHIN);
    let is_gone = record.turns.iter().any(|turn| {
        turn.task == work.task && turn.status.is_none() && at_rest <= turn.at && turn.at <= told_by
    });
    let goes_on =
        works.iter().any(|next| next.task == work.task && at_rest <= next.from && next.from <= told_by);
    let is_hidden = record.deeds.iter().any(|deed| HIDES.contains(&deed.what.as_str()) && deed.at <= told_by);
    // The next run writes its own name on the task: where the watch cannot look just then, it finds that one's.
    let after = record.executions.iter().map(|other| other.began).filter(|began| *began > at_rest).min();
    let looked = after.map_or(told_by, |began| told_by.max(began + LOOKS_WITHIN));
    let faulty = record.faults.iter().any(|at| from <= *at && *at <= looked);
    let moved = record.deeds.iter().any(|deed| {
        let about_the_next = after.is_some_and(|began| began - LOOKS_WITHIN <= deed.at && deed.at <= looked);
        at_rest < deed.at && (deed.at <= told_by || about_the_next)
    });
    let others_own = plan::is_external(&run.input);
    // Who was told that its end is not known was told to look at the task.
    let is_told_of = finals(record)
        .any(|(message, _, about, outcome)| about == run.arn && message.at < at_rest && outcome != "Unknown");
    if told_by > record.until
        || is_gone
        || goes_on
        || is_hidden
        || faulty
        || moved
        || others_own
        || !is_told_of
        || is_given_up(record, run)
        || record.executions.iter().any(|other| runs_beside(record, run, other, work))
    {
        return None;
    }
    // When the watch looks again only the story knows: it may sleep until the next night.
    let told = finals(record).any(|(message, _, about, _)| {
        let task = message.body.pointer("/Task/ReplicationTaskArn").and_then(serde_json::Value::as_str);
        let reports = record.by_arn(about).is_some_and(|by| by.input.get("LeftRunning").is_some());
        task == Some(work.task) && reports && at_rest <= message.at
    });
    let words = || format!("the task that it left running came to rest at {at_rest}, and nobody was told");
    (!told).then(|| violation(Rule::LeftTold, &run.name, at_rest, words()))
}

/// An execution with a plan of its own, or that closes one out, which was there about then: the end is its matter.
fn runs_beside(record: &Record, run: &Execution, other: &Execution, work: &Work<'_>) -> bool {
    let reports = Record::is_of_the_watch(other) && record.principal(other).name == other.name;
    let at_rest = work.until.unwrap_or(record.until);
    let there = other.began <= at_rest + TOLD_WITHIN
        && other.ended.is_none_or(|ended| at_rest - SETTLED_FOR <= ended);
    // The run that has left it may have ended moments before.
    let is_over = other.name == run.name && other.ended.is_some_and(|ended| ended < at_rest);
    !reports && there && !is_over
}
