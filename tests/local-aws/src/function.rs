//! What is known about one function: its program and its settings.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// One function that the local Lambda serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionConfig {
    /// The name under which it is invoked.
    pub name: String,
    /// The program: a real binary that speaks the Lambda Runtime API.
    pub program: PathBuf,
    /// How long one invocation may take, of real time. What takes longer is ended and answered with `Sandbox.Timedout`.
    pub timeout: Duration,
    /// The memory size that it is told, in MB. It is not enforced.
    pub memory: u32,
    /// Its own variables, beside those that Lambda sets.
    pub environment: BTreeMap<String, String>,
    /// How many of its processes may run at once; further invocations wait for one.
    pub processes: usize,
}

impl FunctionConfig {
    /// A function with Lambda's usual settings: 30 seconds, 128 MB, no variables of its own; up to 4 processes.
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            timeout: Duration::from_secs(30),
            memory: 128,
            environment: BTreeMap::new(),
            processes: 4,
        }
    }

    /// The same function with another time-out.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same function with one more variable.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }
}
