//! Every call that passed the edge, in the order in which they came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

/// One call of somebody to a local service, or one invocation of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its place in the order of arrival, from 0.
    pub number: usize,
    /// When it came, in its world's time.
    pub local: Timestamp,
    /// When it came, by the real clock.
    pub real: Timestamp,
    /// The service by its signing name: `dms`, `states`, `sns`, `sqs`, `lambda`, ...; but `cloudwatch`, which signs
    /// as `monitoring`.
    pub service: String,
    /// The operation: `StartReplicationTask`, `Publish`, `Invoke`, ...
    pub operation: String,
    /// The function that called; for an `Invoke`, the function that was invoked. `None` for a test or a person.
    pub function: Option<String>,
    /// The execution on whose behalf it came, by name.
    pub execution: Option<String>,
    /// What was asked: JSON, CBOR as JSON (an instant is a number of seconds), a query form as an object of strings, or
    /// null. For an `Invoke`, the payload as the function saw it.
    pub request: Value,
    /// The HTTP status of the answer; `None` until there is one, or when the caller never saw it.
    pub status: Option<u16>,
    /// The error's code: an AWS error code, or the error type of a function that failed.
    pub error: Option<String>,
    /// What the service answered, where it is JSON or CBOR, whether or not the caller saw it. For an `Invoke`, what the
    /// function itself said.
    pub answer: Value,
    /// The fault that was injected, in words, if one was.
    pub fault: Option<String>,
}

/// What is known about a call when it has ended.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) answer: Value,
}

/// Keeps the calls of one local AWS. Clones share them.
#[derive(Debug, Clone)]
pub struct Recorder {
    calls: Arc<Mutex<Vec<Call>>>,
    changes: watch::Sender<u64>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { calls: Arc::default(), changes: watch::Sender::new(0) }
    }
}

impl Recorder {
    pub(crate) fn begin(&self, call: Call) -> usize {
        let mut calls = self.lock();
        let number = calls.last().map_or(0, |last| last.number + 1);
        calls.push(Call { number, ..call });
        drop(calls);
        self.changes.send_modify(|count| *count += 1);
        number
    }

    pub(crate) fn note(&self, number: usize, change: impl FnOnce(&mut Call)) {
        let mut calls = self.lock();
        // Numbers ascend; one may be gone.
        if let Ok(position) = calls.binary_search_by_key(&number, |call| call.number) {
            change(&mut calls[position]);
        }
        drop(calls);
        self.changes.send_modify(|count| *count += 1);
    }

    pub(crate) fn end(&self, number: usize, outcome: Outcome) {
        self.note(number, |call| {
            call.status = outcome.status;
            call.error = outcome.error;
            call.answer = outcome.answer;
        });
    }

    /// Drops the calls on behalf of one execution, which is over, and those on nobody's: a stack that runs for long would
    /// else remember all of them.
    pub fn forget(&self, execution: &str) {
        let mut calls = self.lock();
        // The last one stays for its number.
        let last = calls.last().map(|call| call.number);
        calls.retain(|call| {
            let is_of_it = call.execution.as_deref().is_none_or(|name| name == execution);
            !is_of_it || call.status.is_none() || Some(call.number) == last
        });
    }

    /// Every call so far.
    pub fn all(&self) -> Vec<Call> {
        self.lock().clone()
    }

    /// The calls so far to one operation of one service.
    pub fn calls(&self, service: &str, operation: &str) -> Vec<Call> {
        self.matching(|call| call.service == service && call.operation == operation)
    }

    /// The calls so far on behalf of one execution, invocations of its functions included.
    pub fn of_execution(&self, execution: &str) -> Vec<Call> {
        self.matching(|call| call.execution.as_deref() == Some(execution))
    }

    /// The invocations so far of one function.
    pub fn invocations(&self, function: &str) -> Vec<Call> {
        self.matching(|call| call.service == "lambda" && call.function.as_deref() == Some(function))
    }

    /// The calls so far for which `wanted` holds.
    pub fn matching(&self, wanted: impl Fn(&Call) -> bool) -> Vec<Call> {
        self.lock().iter().filter(|call| wanted(call)).cloned().collect()
    }

    /// Waits until `condition` holds for all calls so far, at most `limit` of real time. Returns whether it does.
    pub async fn until(&self, limit: Duration, condition: impl Fn(&[Call]) -> bool) -> bool {
        let mut changes = self.changes.subscribe();
        let held = tokio::time::timeout(limit, async {
            while !condition(&self.lock()) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        });
        held.await.is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
