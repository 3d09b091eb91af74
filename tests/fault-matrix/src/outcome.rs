//! What has come of a story, as far as it does not hang on seconds.

use std::collections::BTreeMap;

use referee::{Change, Record};
use serde_json::Value;

use crate::told::Told;

/// What people were told, what was done, what became of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The verdicts that were told, by the execution that they are about; one that was told again counts once.
    pub verdicts: BTreeMap<String, Vec<String>>,
    /// How often DMS has done what changes something, by operation and kind of start.
    pub acts: BTreeMap<String, usize>,
    /// What became of each table.
    pub rows: BTreeMap<String, Rows>,
    /// What each task is at in the end.
    pub tasks: BTreeMap<String, String>,
    /// Those who run the stack were told that a run could not be closed out.
    pub given_up: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Its last load came to its end.
    pub complete: bool,
    /// Loads that brought rows on top of rows.
    pub copies: usize,
    /// How often rows were dropped or emptied.
    pub emptied: usize,
}

const CHANGES: [&str; 7] = [
    "CreateReplicationTask",
    "ModifyReplicationTask",
    "StartReplicationTask",
    "StopReplicationTask",
    "ReloadTables",
    "AddTagsToResource",
    "TestConnection",
];

impl Outcome {
    pub fn of(told: &Told) -> Outcome {
        let record = &told.record;
        let mut outcome = Outcome {
            given_up: record.messages.iter().any(|message| message.topic.ends_with(":operations")),
            ..Outcome::default()
        };
        for (about, verdict) in finals(record) {
            let name = role(about.rsplit(':').next().unwrap_or_default());
            let verdicts = outcome.verdicts.entry(name).or_default();
            if !verdicts.contains(&verdict) {
                verdicts.push(verdict);
            }
        }
        for call in told.calls.iter().filter(|call| call.taken && CHANGES.contains(&call.operation.as_str()))
        {
            let kind = call.request.get("StartReplicationTaskType").and_then(Value::as_str);
            let act = kind.map_or_else(|| call.operation.clone(), str::to_owned);
            *outcome.acts.entry(act).or_default() += 1;
        }
        for entry in &record.ledger {
            let rows = outcome.rows.entry(entry.table.clone()).or_default();
            match entry.what {
                Change::Dropped { rows: lost } | Change::Truncated { rows: lost } => {
                    rows.emptied += usize::from(lost > 0);
                    (rows.complete, rows.copies) = (false, 0);
                }
                Change::LoadEnded { rows: brought, complete } => {
                    rows.complete = complete;
                    rows.copies += usize::from(brought > 0);
                }
                Change::Created | Change::LoadBegan | Change::FilledByHand | Change::EmptiedByHand => {}
            }
        }
        for turn in &record.turns {
            let status = turn.status.clone().unwrap_or_else(|| "gone".to_owned());
            outcome.tasks.insert(turn.task.clone(), status);
        }
        outcome
    }
}

/// What the watch starts has the name of a digest: what it does is enough here.
pub(crate) fn role(execution: &str) -> String {
    let known = ["close-", "left-"].into_iter().find(|known| execution.starts_with(known));
    known.map_or(execution, |known| known.trim_end_matches('-')).to_owned()
}

/// The final messages: the execution that each is about, by its ARN, and its verdict.
fn finals(record: &Record) -> impl Iterator<Item = (&str, String)> {
    record.messages.iter().filter_map(|message| {
        let text = |pointer: &str| message.body.pointer(pointer).and_then(Value::as_str);
        let ends = text("/Event") == Some("Finished");
        ends.then(|| Some((text("/Execution")?, text("/Verdict/Outcome")?.to_owned())))?
    })
}
