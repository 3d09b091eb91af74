//! One AWS account: its DMS with one bucket of requests, its Lambda processes, and one source of chance.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use dms_simulator::{Fault, Scenario, Simulator};
use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;

use crate::clock::Clock;
use crate::machine::{Machine, Retry};
use crate::sdk::Quota;

/// What all executions share.
#[derive(Debug)]
pub struct Account {
    /// What time it is.
    pub clock: Clock,
    /// The machine that they go through.
    pub machine: Machine,
    dms: RefCell<Simulator>,
    last_throttled: Cell<Option<Timestamp>>,
    random: RefCell<Rng>,
    /// Processes that wait for work, by function; Lambda takes the one that worked last.
    idle: RefCell<BTreeMap<&'static str, Vec<Quota>>>,
}

impl Account {
    /// An account in this world, at this instant.
    pub fn new(scenario: Scenario, machine: Machine, now: Timestamp, seed: u64) -> Account {
        Account {
            clock: Clock::at(now),
            machine,
            dms: RefCell::new(Simulator::new(scenario, seed)),
            last_throttled: Cell::new(None),
            random: RefCell::new(Rng::with_seed(seed)),
            idle: RefCell::default(),
        }
    }

    /// One request to DMS, now.
    ///
    /// # Errors
    /// DMS's refusal.
    pub fn call(&self, operation: &str, input: &Value) -> Result<Value, Fault> {
        let now = self.clock.now();
        let answer = self.dms.borrow_mut().call(now, operation, input);
        if answer.as_ref().is_err_and(is_throttled) {
            self.last_throttled.set(Some(now));
        }
        answer
    }

    /// When DMS was too busy for the last time.
    pub fn last_throttled(&self) -> Option<Timestamp> {
        self.last_throttled.get()
    }

    /// A number from 0 to 1.
    pub fn draw(&self) -> f64 {
        self.random.borrow_mut().f64()
    }

    /// Seconds that a step takes before its first call, or after its last: a tenth as a mean, a little more or less each time.
    pub fn half_a_step(&self) -> f64 {
        0.025 + 0.15 * self.draw()
    }

    /// Seconds until the retry of this number; `None` when the machine has no more of them.
    pub fn delay(&self, retry: &Retry, number: u32) -> Option<f64> {
        retry.delay(number, &mut self.random.borrow_mut())
    }

    /// A process of this function begins to work: one that is idle, or a new one.
    pub fn take_process(&self, function: &'static str) -> Quota {
        let mut idle = self.idle.borrow_mut();
        idle.get_mut(function).and_then(Vec::pop).unwrap_or_default()
    }

    /// It has done its work.
    pub fn give_process_back(&self, function: &'static str, quota: Quota) {
        self.idle.borrow_mut().entry(function).or_default().push(quota);
    }
}

/// True for a request that DMS was too busy for.
pub fn is_throttled(fault: &Fault) -> bool {
    fault.code == "ThrottlingException"
}
