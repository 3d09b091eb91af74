//! What goes wrong, and when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that goes wrong with a task while it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Trouble {
    /// The task's identifier or ARN; `*`, the default, means every task.
    pub task: String,
    /// In which of the task's starts, counted from 1 and from the beginning of the story; in each by default.
    pub on_start: Option<u32>,
    /// How long after the start was accepted. A run that has ended by then is spared.
    pub after_seconds: f64,
    /// What goes wrong.
    pub what: What,
    /// The failure message, for `Fail` and `RecoverableThenFail`; a fitting one by default. Its `Stop Reason ...` is
    /// the StopReason's code.
    pub message: Option<String>,
    /// How often DMS tries to recover, for `RecoverableThenFail` (default 7) and `Recover` (default 1).
    pub attempts: Option<u32>,
    /// The StopReason's code, for `Stop`: `RECONFIGURATION_RESTART`.
    pub stop_reason: Option<String>,
    /// How long reading is paused, for `PauseReading`; 600 by default.
    pub for_seconds: Option<f64>,
    /// The table's schema, for `SuspendTable`; every schema by default.
    pub schema_name: Option<String>,
    /// The table, for `SuspendTable`; every table by default.
    pub table_name: Option<String>,
}

impl Default for Trouble {
    fn default() -> Self {
        Self {
            task: "*".to_owned(),
            on_start: None,
            after_seconds: 0.0,
            what: What::Fail,
            message: None,
            attempts: None,
            stop_reason: None,
            for_seconds: None,
            schema_name: None,
            table_name: None,
        }
    }
}

impl Trouble {
    /// That this happens to every task, so long after each start.
    pub fn after(after_seconds: f64, what: What) -> Self {
        Self { after_seconds, what, ..Self::default() }
    }

    /// The same, only to the task of this identifier or ARN.
    pub fn to_task(mut self, task: &str) -> Self {
        task.clone_into(&mut self.task);
        self
    }

    /// The same, only in its n-th start, counted from 1.
    pub fn on_start(mut self, start: u32) -> Self {
        self.on_start = Some(start);
        self
    }

    /// The same, with this failure message.
    pub fn with_message(mut self, message: &str) -> Self {
        self.message = Some(message.to_owned());
        self
    }
}

/// What can go wrong with a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum What {
    /// The task fails at once.
    #[default]
    Fail,
    /// Nothing moves while DMS tries to recover; after so many attempts the task fails. It shows `running` (or
    /// `starting`) until then.
    RecoverableThenFail,
    /// Nothing moves while DMS tries to recover; then unfinished tables start again from their beginning.
    Recover,
    /// Somebody stops the task in the console.
    StoppedByUser,
    /// Somebody deletes the task, once it is stopped: it is stopped first, as the console does.
    DeletedByUser,
    /// The instance runs out of memory and DMS stops the task.
    LowMemory,
    /// The instance runs out of disk and DMS stops the task.
    LowDisk,
    /// DMS stops the task with the StopReason given.
    Stop,
    /// The load stands still, for ever, without any error.
    Stall,
    /// DMS stops reading changes because its swap files have grown too large, and goes on later; the task shows
    /// `running`, and only an event tells. Nothing happens to a task that does not replicate then.
    PauseReading,
    /// Changes to a table cannot be applied any more and DMS suspends it: it is in `Table error`, and the others go on.
    /// Only a reload brings it back. Nothing happens to a table that is not being replicated then.
    SuspendTable,
}

/// An API call that does not go well.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Refusal {
    /// The operation: `StartReplicationTask`; `*` means any.
    pub operation: String,
    /// Which of its calls, counted from 1 (over all tasks); each of them by default.
    pub call: Option<u32>,
    /// How many calls, from that one on; 1 by default.
    pub times: Option<u32>,
    /// When calls begin to be refused, counted from the story's beginning; from the beginning on by default.
    pub from_seconds: Option<f64>,
    /// For how long from then on; for ever by default.
    pub for_seconds: Option<f64>,
    /// The fault that the client gets.
    pub fault: RefusalFault,
    /// The operation takes effect all the same and only its answer is lost. False by default.
    pub takes_effect: bool,
}

impl Refusal {
    /// Refuses the n-th call (from 1) of an operation.
    pub fn of(operation: &str, call: u32, code: &str, message: &str) -> Self {
        Self {
            operation: operation.to_owned(),
            call: Some(call),
            fault: RefusalFault { code: code.to_owned(), message: message.to_owned() },
            ..Self::default()
        }
    }

    /// The same, but the operation takes effect and only the answer is lost.
    pub fn though_done(mut self) -> Self {
        self.takes_effect = true;
        self
    }

    /// The same, only in a span of the story.
    pub fn between(mut self, from_seconds: f64, until_seconds: f64) -> Self {
        self.from_seconds = Some(from_seconds);
        self.for_seconds = Some(until_seconds - from_seconds);
        self
    }

    /// Refuses every call of an operation.
    pub fn each(operation: &str, code: &str, message: &str) -> Self {
        Self { call: None, ..Self::of(operation, 1, code, message) }
    }

    pub(crate) fn hits(&self, operation: &str, call: u32, age: f64) -> bool {
        let from = self.from_seconds.unwrap_or(0.0);
        (self.operation == operation || self.operation == "*")
            && age >= from
            && self.for_seconds.is_none_or(|lasts| age < from + lasts)
            && self.call.is_none_or(|first| call >= first && call - first < self.times.unwrap_or(1))
    }
}

/// The fault of a [`Refusal`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct RefusalFault {
    /// The code: `ThrottlingException`, `InternalFailure`.
    pub code: String,
    /// What the caller is told.
    pub message: String,
}
