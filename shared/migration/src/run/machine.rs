//! What the state machine reads while no poll can run; a message about lost sight says some of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::time::graces::{
    FIRST_BLIND_SECONDS, SHORTEST_MAX_BLIND_SECONDS, STOP_AGAIN_SECONDS, STOP_PATIENCE,
};

/// What the state machine reads. Its instants have whole seconds, since a Choice compares no others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Machine {
    /// When the moment of the stop is nearer than the longest blind wait.
    pub stop_nearly_due: Timestamp,
    /// Until when a task is told to stop again and again.
    pub stop_retries_until: Timestamp,
    /// Seconds until the machine looks again after a poll that could not run; it doubles them.
    pub blind_seconds: u32,
    /// The most of them.
    pub max_blind_seconds: u32,
    /// Seconds after which a task is told to stop once more.
    pub stop_again_seconds: u32,
    /// People have been told that a poll could not run.
    pub lost_sight: bool,
}

impl Machine {
    /// For a run whose task is to be stopped, or left, at `stop_due`.
    pub(super) fn until(stop_due: Timestamp) -> Machine {
        let mut machine = Machine {
            stop_nearly_due: stop_due,
            stop_retries_until: stop_due,
            blind_seconds: FIRST_BLIND_SECONDS,
            max_blind_seconds: SHORTEST_MAX_BLIND_SECONDS,
            stop_again_seconds: STOP_AGAIN_SECONDS,
            lost_sight: false,
        };
        machine.stop_is_due(stop_due);
        machine
    }

    /// The moment of the stop has been set, or moved.
    pub(super) fn stop_is_due(&mut self, stop_due: Timestamp) {
        let longest_wait = SignedDuration::from_secs(i64::from(self.max_blind_seconds));
        self.stop_nearly_due = stop_due.saturating_sub(longest_wait).unwrap_or(stop_due);
        self.stop_retries_until = stop_due.saturating_add(STOP_PATIENCE).unwrap_or(stop_due);
    }
}
