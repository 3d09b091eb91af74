//! What each task was really at, and since when: the witness beside the ledger, whatever describes have shown.

use jiff::Timestamp;

use crate::task::{Status, Task};

/// A task has come into another status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub at: Timestamp,
    /// Whose: the task's ARN.
    pub task_arn: String,
    /// The status from then on; nothing once the task is gone.
    pub status: Option<Status>,
}

/// Every turn of every task, in order; what a scenario gave a task as its history is not among them.
#[derive(Debug, Default)]
pub(crate) struct Timeline(Vec<Turn>);

impl Timeline {
    pub(crate) fn turns(&self) -> &[Turn] {
        &self.0
    }

    /// Begins anew, with what the tasks are at now.
    pub(crate) fn begin(&mut self, at: Timestamp, tasks: &[Task]) {
        self.0.clear();
        for task in tasks {
            self.note(at, &task.arn, Some(task.status));
        }
    }

    pub(crate) fn note(&mut self, at: Timestamp, arn: &str, status: Option<Status>) {
        self.0.push(Turn { at, task_arn: arn.to_owned(), status });
    }
}
