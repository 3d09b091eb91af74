//! What came of a row.

use jiff::SignedDuration;
use migration::pace::budget;
use virtual_aws::{Run, Tally};

use crate::fixed_loop::Watched;
use crate::rows::Row;

/// Dollars for a state transition.
const A_TRANSITION: f64 = 0.025 / 1000.0;

/// What an execution came to, as far as it counts here.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its counters.
    pub tally: Tally,
    /// The verdict; empty when it ended without one.
    pub outcome: String,
    /// The reasons of the verdict.
    pub reasons: Vec<String>,
    /// From the beginning of the execution until DMS took the start of its task.
    pub started_after: Option<SignedDuration>,
    /// From the beginning of the run until the end of its task.
    pub ended_after: Option<SignedDuration>,
    /// From the end of its task until the poll that saw it.
    pub noticed_after: Option<SignedDuration>,
    /// History events at the most, as the run itself has counted them, with what it keeps back for its end.
    pub counted_on: u32,
}

impl From<Run> for Ended {
    fn from(run: Run) -> Ended {
        let began = run.document.began();
        Ended {
            outcome: run.document.outcome().unwrap_or_default().to_owned(),
            reasons: run.document.reasons(),
            started_after: run.started_after,
            ended_after: run.seen_end.zip(began).map(|(end, began)| end.ended.duration_since(began)),
            noticed_after: run.seen_end.map(|end| end.seen.duration_since(end.ended)),
            counted_on: run.document.events().unwrap_or_default() + budget::ENDING,
            tally: run.tally,
        }
    }
}

/// What came of a row.
#[derive(Clone, Debug)]
pub struct Measured {
    pub row: Row,
    /// Each execution.
    pub runs: Vec<Ended>,
    /// Each fixed loop beside the same load.
    pub loops: Vec<Watched>,
    /// From the beginning until DMS was too busy for the last time, when it ever was.
    pub last_throttled_after: Option<SignedDuration>,
}

impl Measured {
    /// A mean over the executions.
    pub fn mean(&self, of: impl Fn(&Ended) -> u32) -> f64 {
        mean(self.runs.iter().map(of))
    }

    /// A mean over the fixed loops.
    pub fn mean_of_loops(&self, of: impl Fn(&Watched) -> u32) -> f64 {
        mean(self.loops.iter().map(of))
    }

    /// The greatest over the executions.
    pub fn worst<T: Ord + Default>(&self, of: impl Fn(&Ended) -> T) -> T {
        self.runs.iter().map(of).max().unwrap_or_default()
    }

    /// Executions that did not end with the verdict that a load without trouble has.
    pub fn failed(&self) -> Vec<&Ended> {
        self.runs.iter().filter(|run| run.outcome != "Succeeded").collect()
    }

    /// DMS was never too busy for any of them.
    pub fn unthrottled(&self) -> bool {
        self.runs.iter().all(|run| run.tally.throttled == 0)
    }

    /// From the beginning of the first execution until the last task was started.
    pub fn all_started_after(&self) -> SignedDuration {
        self.worst(|run| run.started_after.unwrap_or_default())
    }

    /// The longest that an end went unnoticed.
    pub fn worst_delay(&self) -> SignedDuration {
        self.worst(|run| run.noticed_after.unwrap_or_default())
    }

    /// The longest that an end went unnoticed by a fixed loop.
    pub fn worst_delay_of_loops(&self) -> SignedDuration {
        self.loops.iter().map(|watched| watched.noticed_after).max().unwrap_or_default()
    }
}

/// What so many transitions cost, in dollars.
pub fn dollars(transitions: f64) -> f64 {
    transitions * A_TRANSITION
}

fn mean(of: impl ExactSizeIterator<Item = u32>) -> f64 {
    let count = of.len().max(1);
    of.map(f64::from).sum::<f64>() / count as f64
}
