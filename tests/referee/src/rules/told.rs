//! Every end is told, once.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::Value;

use super::{Rule, Violation, violation};
use crate::record::{Execution, Message, Record};

/// A message takes half an hour at the most before the execution that sends it fails.
const TOLD_WITHIN: SignedDuration = SignedDuration::from_mins(60);

/// A final message: its id, the execution that it is about, and the verdict.
pub(crate) fn finals(record: &Record) -> impl Iterator<Item = (&Message, &str, &str, &str)> {
    record.messages.iter().filter_map(|message| {
        let text = |pointer: &str| message.body.pointer(pointer).and_then(Value::as_str);
        let ends = text("/Event") == Some("Finished");
        ends.then(|| Some((message, text("/Id")?, text("/Execution")?, text("/Verdict/Outcome")?)))?
    })
}

/// Where nobody could tell an end, those who run the stack are told of the execution by its ARN.
pub(crate) fn is_given_up(record: &Record, execution: &Execution) -> bool {
    record.messages.iter().any(|message| {
        message.topic.ends_with(":operations") && message.body.to_string().contains(&execution.arn)
    })
}

/// What tells of its own end was to close this execution out, and names it.
fn closes_out(record: &Record, message: &Message, about: &str, dead: &Execution) -> bool {
    let closes_it_out = about != dead.arn
        && record.by_arn(about).is_some_and(|closing| record.principal(closing).arn == dead.arn);
    closes_it_out && message.body.to_string().contains(&dead.arn)
}

/// What was to close this run out could not, and has said so, with the run's name.
pub(super) fn is_not_closed_out(record: &Record, dead: &Execution) -> bool {
    finals(record)
        .any(|(message, _, about, outcome)| outcome == "Unknown" && closes_out(record, message, about, dead))
}

/// The run was closed out, and told, before it was redriven, after which it does nothing: what was to close it out once more
/// says that, with its name.
fn was_closed_out_before(record: &Record, dead: &Execution) -> bool {
    let told_before = finals(record).any(|(_, _, about, _)| about == dead.arn);
    let skipped = |(message, _, about, outcome): (&Message, &str, &str, &str)| {
        outcome == "Skipped"
            && closes_out(record, message, about, dead)
            && dead.ended.is_some_and(|ended| ended <= message.at)
    };
    dead.redrives > 0 && told_before && finals(record).any(skipped)
}

pub(super) fn judge(record: &Record) -> Vec<Violation> {
    let mut broken = Vec::new();
    for execution in &record.executions {
        if execution.ended.is_none() {
            let words = format!("it still runs at {}", record.until);
            broken.push(violation(Rule::Ends, &execution.name, execution.began, words));
            continue;
        }
        let principal = record.principal(execution);
        // A redrive is a second life: what was told of the first says nothing of how the second ended.
        let lately = execution.ended.filter(|_| execution.redrives > 0).map(|ended| ended - TOLD_WITHIN);
        let told = finals(record).any(|(message, _, about, _)| {
            let of_this_end = lately.is_none_or(|since| message.at >= since);
            of_this_end && (about == principal.arn || about == execution.arn)
        });
        let told = told || is_not_closed_out(record, principal) || was_closed_out_before(record, principal);
        if !told && !is_given_up(record, principal) {
            let at = execution.ended.unwrap_or(execution.began);
            broken.push(violation(
                Rule::Told,
                &execution.name,
                at,
                "nobody was told how it ended".to_owned(),
            ));
        }
    }
    let mut ids: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (message, id, about, outcome) in finals(record) {
        let known = ids.entry(about).or_default();
        if let Some(before) = known.insert(id, outcome)
            && before != outcome
        {
            let words = format!("the id {id} has told {before} and {outcome}");
            broken.push(violation(Rule::ToldOnce, about, message.at, words));
        }
        let redrives = record.by_arn(about).map_or(0, |execution| execution.redrives);
        if known.len() > 1 + redrives as usize {
            let words = format!("its end has {} ids: {:?}", known.len(), known.keys());
            broken.push(violation(Rule::ToldOnce, about, message.at, words));
        }
    }
    broken
}
