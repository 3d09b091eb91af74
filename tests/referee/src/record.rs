//! What a referee is given.

use jiff::Timestamp;
use serde_json::Value;

/// All that is known of some nights.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub executions: Vec<Execution>,
    /// In the order in which they came.
    pub calls: Vec<Call>,
    /// The messages for machines, in the order in which they were published.
    pub messages: Vec<Message>,
    /// What happened to the target's rows, in order.
    pub ledger: Vec<Entry>,
    /// What each task was really at, in order.
    pub turns: Vec<Turn>,
    /// Every task that there ever was.
    pub tasks: Vec<Task>,
    /// The tables of the source.
    pub tables: Vec<SourceTable>,
    /// What people did, and what happened inside DMS by itself.
    pub deeds: Vec<Deed>,
    /// When something of AWS or Lambda did not work.
    pub faults: Vec<Timestamp>,
    /// The last moment of which this tells.
    pub until: Timestamp,
}

/// An execution of the machine.
#[derive(Clone, Debug)]
pub struct Execution {
    pub name: String,
    pub arn: String,
    pub input: Value,
    pub began: Timestamp,
    /// Nothing while it runs.
    pub ended: Option<Timestamp>,
    pub redrives: u32,
    /// Somebody stopped it, once at least.
    pub aborted: bool,
}

/// A call that a function has made.
#[derive(Clone, Debug)]
pub struct Call {
    pub at: Timestamp,
    pub service: String,
    pub operation: String,
    /// The function that called, or that was to be invoked.
    pub function: String,
    /// The name of the execution on whose behalf it came.
    pub execution: String,
    pub request: Value,
    /// The service did what it was asked, whether or not the caller heard of it.
    pub taken: bool,
    /// The caller cannot know whether the service did it.
    pub unanswered: bool,
}

/// A message that was published.
#[derive(Clone, Debug)]
pub struct Message {
    pub at: Timestamp,
    pub topic: String,
    /// The JSON for machines; the text where there is none.
    pub body: Value,
}

/// Something that happened to a table of the target.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at: Timestamp,
    /// The task that did it; nobody's when a person did.
    pub task: Option<String>,
    /// `schema.table`.
    pub table: String,
    pub what: Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Created,
    Dropped { rows: u64 },
    Truncated { rows: u64 },
    LoadBegan,
    LoadEnded { rows: u64, complete: bool },
    FilledByHand,
    EmptiedByHand,
}

/// A task has come into another status.
#[derive(Clone, Debug)]
pub struct Turn {
    pub at: Timestamp,
    /// The task's ARN.
    pub task: String,
    /// DMS's word; nothing once it is gone.
    pub status: Option<String>,
}

/// A task of DMS.
#[derive(Clone, Debug, Default)]
pub struct Task {
    pub arn: String,
    pub identifier: String,
    /// DMS's word.
    pub migration_type: String,
}

/// A table of the source.
#[derive(Clone, Debug, Default)]
pub struct SourceTable {
    /// `schema.table`.
    pub name: String,
    /// A load of it may end in an error.
    pub errs: bool,
    /// DMS may suspend it while its changes are applied: it is in error then, however complete its load is.
    pub may_be_suspended: bool,
    /// DMS would find its rows different, or could not compare them.
    pub differs: bool,
}

/// What somebody did, or what happened inside DMS.
#[derive(Clone, Debug)]
pub struct Deed {
    pub at: Timestamp,
    /// `StopTask`, `DeleteTask`, `LowMemory`.
    pub what: String,
}

impl Record {
    pub fn execution(&self, name: &str) -> Option<&Execution> {
        self.executions.iter().find(|execution| execution.name == name)
    }

    pub fn by_arn(&self, arn: &str) -> Option<&Execution> {
        self.executions.iter().find(|execution| execution.arn == arn)
    }

    /// The execution whose plan this one follows: itself, or the one that it closes out.
    pub fn principal<'a>(&'a self, execution: &'a Execution) -> &'a Execution {
        let mut at = execution;
        for _ in 0..4 {
            let dead = at.input.pointer("/CloseOut/Execution").and_then(Value::as_str);
            match dead.and_then(|arn| self.by_arn(arn)) {
                Some(dead) => at = dead,
                None => break,
            }
        }
        at
    }

    /// True for what only closes out, or reports, what another run has left.
    pub fn is_of_the_watch(execution: &Execution) -> bool {
        execution.input.get("Task").is_none() && execution.input.get("Mode").is_none()
    }

    /// Something went wrong, or somebody did something, in this span.
    pub fn is_disturbed(&self, from: Timestamp, until: Timestamp) -> bool {
        let within = |at: Timestamp| from <= at && at <= until;
        self.faults.iter().any(|at| within(*at)) || self.deeds.iter().any(|deed| within(deed.at))
    }

    /// The tables that this plan's mapping takes; all of them where it states none.
    pub fn selected(&self, plan: &Value) -> Vec<&SourceTable> {
        self.tables.iter().filter(|table| crate::plan::selects(plan, &table.name)).collect()
    }
}
