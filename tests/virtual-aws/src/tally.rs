//! What one execution has come to.

use std::collections::BTreeMap;

use crate::definition::State;

/// Counters of one execution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Requests that reached DMS, throttled ones and the SDK's own repeats included.
    pub calls: u32,
    /// Of them, those that DMS was too busy for.
    pub throttled: u32,
    pub polls: u32,
    /// State transitions as Step Functions bills them: states entered, and retries.
    pub transitions: u32,
    /// History events.
    pub events: u32,
    /// Bytes of the largest payload that a function was handed.
    pub largest_payload: usize,
    /// The most retries that one visit to a state needed, by state.
    pub retries: BTreeMap<String, u32>,
}

impl Tally {
    /// An execution that has begun: `ExecutionStarted`.
    pub fn begin() -> Tally {
        Tally { events: 1, ..Tally::default() }
    }

    /// A state was entered, and will be left.
    pub fn enter(&mut self, state: &State) {
        self.transitions += 1;
        self.events += state.events;
    }

    /// A function is handed so many bytes.
    pub fn carry(&mut self, bytes: usize) {
        self.largest_payload = bytes.max(self.largest_payload);
    }

    /// The step of a state is tried once more: scheduled, started, ended. Step Functions bills a retry as a transition.
    pub fn retry(&mut self, state: &str, number: u32) {
        self.transitions += 1;
        self.events += 3;
        let most = self.retries.entry(state.to_owned()).or_default();
        *most = number.max(*most);
    }

    /// The execution has ended: `ExecutionSucceeded` or `ExecutionFailed`.
    pub fn end(&mut self) {
        self.events += 1;
    }
}
