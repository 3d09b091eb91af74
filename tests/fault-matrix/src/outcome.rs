//! What has come of a story, as far as it does not hang on seconds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use referee::{Change, Record};
use serde_json::Value;

use crate::told::Told;

/// What people were told, what was done, what became of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The verdicts that were told, by the execution that they are about; one that was told again counts once.
    pub verdicts: BTreeMap<String, Vec<String>>,
    /// How often DMS has done what changes something, by execution, and by operation or kind of start.
    pub acts: BTreeMap<(String, String), usize>,
    /// What became of each table.
    pub rows: BTreeMap<String, Rows>,
    /// What the tasks are at in the end.
    pub tasks: Vec<String>,
    /// Those who run the stack were told that a run could not be closed out.
    pub given_up: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Its last load came to its end.
    pub complete: bool,
    /// Loads that brought rows on top of rows.
    pub copies: usize,
    /// How often rows were dropped or emptied.
    pub emptied: usize,
}

/// Something that DMS has done because it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub at: Timestamp,
    /// The execution that asked.
    pub role: String,
    /// The operation, or the kind of start.
    pub what: String,
}

impl Act {
    /// All of them, in their order.
    pub fn all(told: &Told) -> impl Iterator<Item = Act> {
        let changes =
            told.calls.iter().filter(|call| call.taken && CHANGES.contains(&call.operation.as_str()));
        changes.map(|call| {
            let kind = call.request.get("StartReplicationTaskType").and_then(Value::as_str);
            let what = kind.map_or_else(|| call.operation.clone(), str::to_owned);
            Act { at: call.at, role: role(&call.execution), what }
        })
    }
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
        for act in Act::all(told) {
            *outcome.acts.entry((act.role, act.what)).or_default() += 1;
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
        let mut tasks: BTreeMap<&str, &str> = BTreeMap::new();
        for turn in &record.turns {
            tasks.insert(&turn.task, turn.status.as_deref().unwrap_or("gone"));
        }
        outcome.tasks = tasks.into_values().map(str::to_owned).collect();
        outcome
    }

    /// What an execution has had done.
    pub(crate) fn acts_of(&self, role: &str) -> BTreeMap<&str, usize> {
        let own = self.acts.iter().filter(|((of, _), _)| of == role);
        own.map(|((_, act), count)| (act.as_str(), *count)).collect()
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
