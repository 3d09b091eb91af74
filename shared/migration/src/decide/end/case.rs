//! What an end is judged by, and what comes of judging it.

use jiff::Timestamp;
use plan::Plan;

use crate::run::execution::Run;
use crate::run::observation::{Task, TaskSettings};
use crate::run::table::Table;
use crate::run::verdict::Verdict;

/// What comes of judging an end.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It is one.
    Verdict(Box<Verdict>),
    /// It cannot be judged yet, and that is a matter of moments; why.
    LookAgain(String),
    /// It cannot be judged yet, and that may take its time; why.
    Later(String),
}

impl From<Verdict> for End {
    fn from(verdict: Verdict) -> End {
        End::Verdict(Box::new(verdict))
    }
}

/// What an end is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The run that ends.
    pub run: &'a Run,
    /// The task as it was last seen.
    pub task: &'a Task,
    /// The settings in force.
    pub settings: Option<&'a TaskSettings>,
    /// All tables.
    pub tables: &'a [Table],
    /// When it is judged.
    pub now: Timestamp,
}
