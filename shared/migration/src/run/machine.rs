//! What the state machine reads while no poll can run; a message about lost sight says some of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::time::graces::{SHORTEST_MAX_BLIND_SECONDS, STOP_GIVEN_UP_AFTER};

/// What the state machine reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Machine {
    /// Until when a task is told to stop again and again.
    pub stop_retries_until: Timestamp,
    /// The longest wait while no step can run, in seconds: up to it the machine doubles its waits.
    pub max_blind_seconds: u32,
    /// People have been told that a poll could not run.
    pub lost_sight: bool,
}

impl Machine {
    /// For a run whose task is to be stopped, or left, at `stop_due`.
    pub(super) fn until(stop_due: Timestamp) -> Machine {
        let mut machine = Machine {
            stop_retries_until: stop_due,
            max_blind_seconds: SHORTEST_MAX_BLIND_SECONDS,
            lost_sight: false,
        };
        machine.stop_is_due(stop_due);
        machine
    }

    /// The moment of the stop has been set, or moved.
    pub(super) fn stop_is_due(&mut self, stop_due: Timestamp) {
        self.stop_retries_until = stop_due.saturating_add(STOP_GIVEN_UP_AFTER).unwrap_or(stop_due);
    }
}
