//! What an end is judged by, and what comes of judging it.

use jiff::Timestamp;
use plan::Plan;

use crate::run::acts::StopCause;
use crate::run::execution::Run;
use crate::run::observation::{Task, TaskSettings};
use crate::run::table::Table;
use crate::run::tables::TablePass;
use crate::run::verdict::{NamedTable, Verdict};
use crate::time::graces::STATISTICS_SETTLE;

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

impl Ended<'_> {
    /// True while counters and table list may still disagree: statistics are updated late.
    pub(super) fn is_settling(self) -> bool {
        let stats = self.task.stats.as_ref();
        let since =
            stats.and_then(|stats| stats.stop_date.or(stats.full_load_finish_date)).or(self.run.drive.rest());
        since.is_some_and(|since| self.now.duration_since(since) < STATISTICS_SETTLE)
    }

    /// The tables that the mapping names and DMS does not list.
    pub(super) fn absent(self) -> Vec<NamedTable> {
        self.settings.map(|settings| TablePass::absent(self.tables, &settings.named)).unwrap_or_default()
    }

    /// True when DMS took a stop of this run that what the plan waits for is no reason of.
    pub(super) fn is_cut_off_by_us(self) -> bool {
        let stop = self.run.stop.as_ref();
        stop.is_some_and(|stop| stop.cause != StopCause::Done && stop.taken().is_some())
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
