//! A small double of Step Functions: the executions of the machine, what their histories keep of the document, and the
//! calls by which functions look at them and start others.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use local_aws::ErrorAnswer;
use serde_json::{Value, json};

use crate::invocation::Failure;
use crate::quota;

/// The machine that all executions are of.
pub const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:migration";

/// What its executions are called.
const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:";

/// The newest events that a history keeps here.
const KEPT_EVENTS: usize = 120;

/// The ARN of the execution of this name.
pub fn execution_arn(name: &str) -> String {
    format!("{EXECUTION}{name}")
}

/// How long an execution is kept after its end.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

/// An execution as it is told to those who look.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub name: String,
    pub input: Value,
    pub began: Timestamp,
    /// Step Functions' word.
    pub status: &'static str,
    /// Nothing while it runs.
    pub ended: Option<Timestamp>,
    pub redrives: u32,
}

/// An execution as Step Functions knows it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    began: Timestamp,
    status: &'static str,
    ended: Option<Timestamp>,
    failure: Option<Failure>,
    /// What it ended with in a Succeed state.
    output: Option<Value>,
    redrives: u32,
    input: Value,
    /// Oldest first.
    events: VecDeque<(Timestamp, &'static str, Value)>,
    /// How many there were.
    numbered: usize,
}

/// All executions of the machine.
#[derive(Debug, Default)]
pub(crate) struct StepFunctions {
    executions: BTreeMap<String, Kept>,
    /// Started by a function, and run by nobody yet.
    waiting: Vec<(String, Value)>,
}

impl StepFunctions {
    /// An execution begins, or goes on after a redrive.
    pub(crate) fn begins(&mut self, name: &str, input: &Value, now: Timestamp) {
        let known = self.executions.entry(name.to_owned()).or_insert_with(|| Kept {
            began: now,
            status: "RUNNING",
            ended: None,
            failure: None,
            output: None,
            redrives: 0,
            input: input.clone(),
            events: VecDeque::new(),
            numbered: 0,
        });
        if known.ended.take().is_some() {
            known.redrives += 1;
            known.note(now, "ExecutionRedriven", json!({}));
        } else {
            known.note(now, "ExecutionStarted", json!({}));
        }
        (known.status, known.failure) = ("RUNNING", None);
    }

    /// It ends.
    pub(crate) fn ends(
        &mut self,
        name: &str,
        status: &'static str,
        failure: Option<Failure>,
        now: Timestamp,
    ) {
        if let Some(known) = self.executions.get_mut(name) {
            (known.status, known.ended, known.failure) = (status, Some(now), failure);
        }
    }

    /// It ends in a Succeed state.
    pub(crate) fn succeeds(&mut self, name: &str, output: Value, now: Timestamp) {
        self.ends(name, "SUCCEEDED", None, now);
        if let Some(known) = self.executions.get_mut(name) {
            known.output = Some(output);
        }
    }

    /// Something of it comes into its history.
    pub(crate) fn note(&mut self, name: &str, kind: &'static str, details: Value, now: Timestamp) {
        if let Some(known) = self.executions.get_mut(name) {
            known.note(now, kind, details);
        }
    }

    /// The executions that functions have started since the last time.
    pub(crate) fn take_waiting(&mut self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.waiting)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &Kept)> {
        self.executions.iter()
    }

    /// The status of an execution, its error, and how often it was redriven.
    pub(crate) fn state(&self, name: &str) -> Option<(&'static str, Option<&str>, u32)> {
        let known = self.executions.get(name)?;
        let error = known.failure.as_ref().map(|failure| failure.error.as_str());
        Some((known.status, error, known.redrives))
    }

    /// What the double answers; `None` for an operation that it does not know.
    pub(crate) fn answer(
        &mut self,
        operation: &str,
        request: &Value,
        now: Timestamp,
    ) -> Option<Result<Value, ErrorAnswer>> {
        Some(match operation {
            "DescribeExecution" => self.describe(request, now),
            "GetExecutionHistory" => self.history(request, now),
            "ListExecutions" => Ok(self.list(request, now)),
            "StartExecution" => self.start(request, now),
            _ => return None,
        })
    }

    fn known(&self, request: &Value, now: Timestamp) -> Result<(&str, &Kept), ErrorAnswer> {
        let arn = request.get("executionArn").and_then(Value::as_str).unwrap_or_default();
        let name = arn.strip_prefix(EXECUTION).unwrap_or_default();
        let known = self.executions.get_key_value(name).filter(|(_, known)| known.is_kept(now));
        known.map(|(name, known)| (name.as_str(), known)).ok_or_else(|| {
            let message = format!("Execution Does Not Exist: '{arn}'");
            ErrorAnswer { status: 400, code: "ExecutionDoesNotExist".to_owned(), message }
        })
    }

    fn describe(&self, request: &Value, now: Timestamp) -> Result<Value, ErrorAnswer> {
        let (name, known) = self.known(request, now)?;
        let mut answer = known.listed(name);
        answer["input"] = json!(known.input.to_string());
        answer["redriveStatus"] = json!("NOT_REDRIVABLE");
        if let Some(Failure { error, cause }) = &known.failure {
            (answer["error"], answer["cause"]) = (json!(error), json!(cause));
        }
        if let Some(output) = &known.output {
            answer["output"] = json!(output.to_string());
        }
        Ok(answer)
    }

    fn history(&self, request: &Value, now: Timestamp) -> Result<Value, ErrorAnswer> {
        let (_, known) = self.known(request, now)?;
        let first = known.numbered - known.events.len();
        let mut events: Vec<Value> = known
            .events
            .iter()
            .enumerate()
            .map(|(place, (at, kind, details))| {
                let mut event = json!({
                    "timestamp": seconds(*at), "type": kind, "id": first + place + 1, "previousEventId": first + place,
                });
                if let Some(members) = details.as_object() {
                    for (name, value) in members {
                        event[name] = value.clone();
                    }
                }
                event
            })
            .collect();
        if request.get("reverseOrder") == Some(&Value::Bool(true)) {
            events.reverse();
        }
        let (page, token) = page(events, request);
        Ok(json!({"events": page, "nextToken": token}))
    }

    fn list(&self, request: &Value, now: Timestamp) -> Value {
        let status = request.get("statusFilter").and_then(Value::as_str);
        let redriven = request.get("redriveFilter").and_then(Value::as_str);
        let mut listed: Vec<(&String, &Kept)> = self
            .executions
            .iter()
            .filter(|(_, known)| known.is_kept(now))
            .filter(|(_, known)| status.is_none_or(|status| status == known.status))
            .filter(|(_, known)| match redriven {
                Some("REDRIVEN") => known.redrives > 0,
                Some(_) => known.redrives == 0,
                None => true,
            })
            .collect();
        listed.sort_by_key(|(_, known)| std::cmp::Reverse(known.began));
        let listed = listed.into_iter().map(|(name, known)| known.listed(name)).collect();
        let (page, token) = page(listed, request);
        json!({"executions": page, "nextToken": token})
    }

    fn start(&mut self, request: &Value, now: Timestamp) -> Result<Value, ErrorAnswer> {
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let (name, input) = (text("name"), text("input"));
        let refused =
            |code: &str, message: String| ErrorAnswer { status: 400, code: code.to_owned(), message };
        if text("stateMachineArn") != MACHINE {
            let message = format!("State Machine Does Not Exist: '{}'", text("stateMachineArn"));
            return Err(refused("StateMachineDoesNotExist", message));
        }
        if name.is_empty() || name.len() > 80 {
            return Err(refused("InvalidName", format!("Invalid Name: '{name}'")));
        }
        if let Some(refusal) = quota::too_large_an_input(input) {
            return Err(refused("ValidationException", refusal));
        }
        let read: Value = serde_json::from_str(input)
            .map_err(|_| refused("InvalidExecutionInput", "the input is no JSON".to_owned()))?;
        let began = match self.executions.get(name) {
            Some(known) if known.status == "RUNNING" && known.input == read => known.began,
            Some(_) => {
                let message = format!("Execution Already Exists: '{}'", execution_arn(name));
                return Err(refused("ExecutionAlreadyExists", message));
            }
            None => {
                self.begins(name, &read, now);
                self.waiting.push((name.to_owned(), read));
                now
            }
        };
        Ok(json!({"executionArn": execution_arn(name), "startDate": seconds(began)}))
    }
}

impl Kept {
    /// An execution is kept for 90 days after its end.
    fn is_kept(&self, now: Timestamp) -> bool {
        self.ended.is_none_or(|ended| now.duration_since(ended) < KEPT_FOR)
    }

    pub(crate) fn told(&self, name: &str) -> Known {
        Known {
            name: name.to_owned(),
            input: self.input.clone(),
            began: self.began,
            status: self.status,
            ended: self.ended,
            redrives: self.redrives,
        }
    }

    fn note(&mut self, now: Timestamp, kind: &'static str, details: Value) {
        self.numbered += 1;
        self.events.push_back((now, kind, details));
        if self.events.len() > KEPT_EVENTS {
            self.events.pop_front();
        }
    }

    fn listed(&self, name: &str) -> Value {
        let mut listed = json!({
            "executionArn": execution_arn(name),
            "stateMachineArn": MACHINE,
            "name": name,
            "status": self.status,
            "startDate": seconds(self.began),
            "redriveCount": self.redrives,
        });
        if let Some(ended) = self.ended {
            listed["stopDate"] = json!(seconds(ended));
        }
        listed
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// A page, and what names the next one.
fn page(all: Vec<Value>, request: &Value) -> (Vec<Value>, Option<String>) {
    let number = |name: &str| request.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let most = number("maxResults").filter(|most| *most > 0).unwrap_or(100).min(1000);
    let token = request.get("nextToken").and_then(Value::as_str).and_then(|token| token.parse().ok());
    let from = token.unwrap_or(0_usize);
    let rest = all.len().saturating_sub(from);
    let next = (rest > most).then(|| (from + most).to_string());
    (all.into_iter().skip(from).take(most).collect(), next)
}
