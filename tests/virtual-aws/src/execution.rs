//! One execution on its way through the state machine, as its definition says.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::definition::{Does, State};
use crate::document::Document;
use crate::expressions::{Scope, fill, seconds};
use crate::functions::Function;
use crate::invocation::Failure;
use crate::quota::{self, Carried};
use crate::tally::Tally;
use crate::world::{SeenEnd, World};

/// Step Functions ends an execution at this many history events.
const MAX_EVENTS: u32 = 25_000;

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// In a Succeed state.
    Succeeded,
    /// In a Fail state of this name.
    Failed(String),
    /// With a history that is full: nobody was told.
    HistoryFull,
    /// After the longest time that the definition allows: nobody was told.
    TimedOut,
    /// By an error that no Catch takes.
    Uncaught(Failure),
}

/// What an execution came to.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub end: End,
    /// The document at its end.
    pub document: Document,
    /// Its counters.
    pub tally: Tally,
    /// When it began.
    pub began: Timestamp,
    /// From its beginning until DMS took the start of its task.
    pub started_after: Option<SignedDuration>,
    /// The end of its task, when a poll has seen it.
    pub seen_end: Option<SeenEnd>,
    /// The states that it entered, in their order; kept where the world keeps a record.
    pub states: Vec<String>,
}

/// An execution that somebody stops, and redrives later. The state that it stood in is entered again with the document
/// that it had then, and its clock still shows when it was entered first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The state in which it is stopped.
    pub state: &'static str,
    /// Entries of that state before the one in which it is stopped.
    pub after_entries: u32,
    /// What the state does is done, and nobody hears of it: its function runs on. Else it was stopped just before.
    pub done: bool,
    /// So long afterwards it is redriven.
    pub pause: SignedDuration,
}

struct Execution {
    world: World,
    name: String,
    arn: String,
    input: Value,
    /// `$migration`.
    document: Value,
    tally: Tally,
    /// What is still to come of it.
    redrive: Option<Redrive>,
    /// How often it was redriven.
    redrives: u32,
}

pub(crate) async fn run(
    world: World,
    name: String,
    input: Value,
    redrive: Option<Redrive>,
) -> Result<Run, String> {
    if let Some(refusal) = quota::too_large_an_input(&input.to_string()) {
        return Err(format!("{name} is not started: ValidationException: {refusal}"));
    }
    let began = world.clock().now();
    let arn = format!("arn:aws:states:us-east-1:123456789012:execution:migration:{name}");
    let mut execution = Execution {
        world,
        name,
        arn,
        input,
        document: Value::Null,
        tally: Tally::begin(),
        redrive,
        redrives: 0,
    };
    if !execution.world.is_running(&execution.name) {
        execution.world.execution_begins(&execution.name, &execution.input);
    }
    let mut states = Vec::new();
    let end = execution.go_through(began, &mut states).await;
    let end = end.map_err(|error| format!("{}: {error}", execution.name))?;
    let Execution { world, name, document, mut tally, .. } = execution;
    tally.end();
    let document = Document(document);
    match &end {
        End::Succeeded => world.execution_succeeds(&name, &document.0),
        End::TimedOut => world.execution_ends(&name, "TIMED_OUT", None),
        End::Failed(_) => {
            let [error, cause] = [document.outcome(), document.cause()].map(Option::unwrap_or_default);
            let failure = Failure { error: error.to_owned(), cause: cause.to_owned() };
            world.execution_ends(&name, "FAILED", Some(failure));
        }
        End::HistoryFull => {
            let failure = Failure { error: "States.Runtime".to_owned(), cause: String::new() };
            world.execution_ends(&name, "FAILED", Some(failure));
        }
        End::Uncaught(failure) => world.execution_ends(&name, "FAILED", Some(failure.clone())),
    }
    let seen = world.seen(&name);
    (tally.calls, tally.throttled) = (seen.calls, seen.throttled);
    let started_after = seen.started.map(|started| started.duration_since(began));
    Ok(Run { name, end, document, tally, began, started_after, seen_end: seen.end, states })
}

/// Where a state leads.
enum Step {
    To(String),
    End(End),
}

/// What a step has come to, as far as expressions look at it.
#[derive(Default)]
struct Outcome {
    payload: Value,
    error: Value,
    retries: u32,
}

impl Execution {
    async fn go_through(&mut self, began: Timestamp, states: &mut Vec<String>) -> Result<End, String> {
        let world = self.world.clone();
        let definition = world.definition();
        let mut at = definition.start.clone();
        loop {
            if world.clock().now().duration_since(began).as_secs_f64() > definition.timeout {
                return Ok(End::TimedOut);
            }
            let state = definition.state(&at)?;
            self.tally.enter(state);
            if self.tally.events >= MAX_EVENTS {
                return Ok(End::HistoryFull);
            }
            if world.records() {
                states.push(at.clone());
            }
            let step =
                self.step_until_it_holds(&at, state).await.map_err(|error| format!("{at}: {error}"))?;
            match step {
                Step::To(next) => at = next,
                Step::End(end) => return Ok(end),
            }
        }
    }

    /// A value of the definition, for a state that was entered then.
    fn fill(&self, template: &Value, entered: Timestamp, outcome: &Outcome) -> Result<Value, String> {
        let scope = Scope {
            migration: &self.document,
            input: &self.input,
            payload: &outcome.payload,
            error: &outcome.error,
            entered,
            execution: &self.arn,
            redrives: self.redrives,
            retries: outcome.retries,
        };
        fill(template, &scope)
    }

    /// Makes a step. In the one in which the execution is stopped, what came of it is lost, and it is made again once the
    /// execution is redriven.
    async fn step_until_it_holds(&mut self, name: &str, state: &State) -> Result<Step, String> {
        let world = self.world.clone();
        let entered = world.clock().now();
        match &mut self.redrive {
            Some(redrive) if redrive.state == name && redrive.after_entries > 0 => redrive.after_entries -= 1,
            Some(redrive) if redrive.state == name => {
                let Redrive { done, pause, .. } = *redrive;
                self.redrive = None;
                if done {
                    let document = self.document.clone();
                    self.step(name, state, entered).await?;
                    self.document = document;
                }
                world.execution_ends(&self.name, "ABORTED", None);
                world.clock().sleep_for(pause.as_secs_f64()).await;
                world.execution_begins(&self.name, &self.input);
                self.redrives += 1;
            }
            _ => {}
        }
        self.step(name, state, entered).await
    }

    async fn step(&mut self, name: &str, state: &State, entered: Timestamp) -> Result<Step, String> {
        let nothing = Outcome::default();
        let next = match &state.does {
            Does::Invoke { function, payload, timeout } => {
                return self.invoke(name, state, (*function, payload, *timeout), entered).await;
            }
            Does::Choose { choices, default } => {
                let mut chosen = default.clone();
                for (condition, next) in choices {
                    if self.fill(condition, entered, &nothing)? == Value::Bool(true) {
                        chosen = Some(next.clone());
                        break;
                    }
                }
                chosen
            }
            Does::Wait(length) => {
                let length = seconds(&self.fill(length, entered, &nothing)?)?;
                self.world.clock().sleep_for(length.as_secs_f64()).await;
                state.next.clone()
            }
            Does::Succeed(output) => {
                self.fill(output, entered, &nothing)?;
                return Ok(Step::End(End::Succeeded));
            }
            Does::Fail => return Ok(Step::End(End::Failed(name.to_owned()))),
        };
        next.map(Step::To).ok_or_else(|| "it leads nowhere".to_owned())
    }

    /// A Task state with its Retry and its Catch.
    async fn invoke(
        &mut self,
        name: &str,
        state: &State,
        (function, payload, timeout): (Function, &Value, Option<f64>),
        entered: Timestamp,
    ) -> Result<Step, String> {
        let mut retries = vec![0; state.retry.len()];
        let mut all = 0;
        loop {
            if function == Function::Poll {
                self.tally.polls += 1;
            }
            // Arguments are evaluated anew for each attempt; the state's entry stays.
            let payload = self.fill(payload, entered, &Outcome { retries: all, ..Outcome::default() })?;
            let bytes = quota::bytes(&payload);
            self.tally.carry(bytes);
            if let Some(failure) = quota::exceeded(bytes, Carried::Payload) {
                return Ok(Step::End(End::Uncaught(failure)));
            }
            self.world.note(&self.name, "TaskScheduled", || {
                let parameters = json!({"FunctionName": function.name(), "Payload": payload}).to_string();
                json!({"taskScheduledEventDetails": {
                    "resourceType": "lambda", "resource": "invoke", "region": "us-east-1", "parameters": parameters,
                }})
            });
            let failure = match self.attempt(function, payload, timeout).await {
                Ok(payload) => {
                    if let Some(failure) = quota::exceeded(quota::bytes(&payload), Carried::Answer) {
                        return Ok(Step::End(End::Uncaught(failure)));
                    }
                    self.world.note(&self.name, "TaskSucceeded", || {
                        let output = json!({"Payload": payload, "StatusCode": 200}).to_string();
                        json!({"taskSucceededEventDetails": {
                            "resourceType": "lambda", "resource": "invoke", "output": output,
                        }})
                    });
                    self.world.note(
                        &self.name,
                        "TaskStateExited",
                        || json!({"stateExitedEventDetails": {"name": name}}),
                    );
                    let outcome = Outcome { payload, ..Outcome::default() };
                    if let Some(assign) = &state.assign {
                        self.document = self.fill(assign, entered, &outcome)?;
                    }
                    return state.next.clone().map(Step::To).ok_or_else(|| "it leads nowhere".to_owned());
                }
                Err(failure) => failure,
            };
            let retrier = state.retry.iter().position(|retry| retry.takes(&failure.error));
            let delay = retrier.and_then(|which| {
                let delay = self.world.delay(&state.retry[which], retries[which]);
                retries[which] += 1;
                delay
            });
            let Some(delay) = delay else {
                let Some(catch) = state.catch.iter().find(|catch| catch.takes(&failure.error)) else {
                    return Ok(Step::End(End::Uncaught(failure)));
                };
                let error = json!({"Error": failure.error, "Cause": failure.cause});
                let outcome = Outcome { error, ..Outcome::default() };
                self.document = self.fill(&catch.assign, entered, &outcome)?;
                if let Some(failure) = quota::exceeded(quota::bytes(&self.document), Carried::Variable) {
                    return Ok(Step::End(End::Uncaught(failure)));
                }
                return Ok(Step::To(catch.next.clone()));
            };
            self.world.clock().sleep_for(delay).await;
            all += 1;
            self.tally.retry(name, all);
        }
    }

    /// One attempt, within the time that the state gives it.
    async fn attempt(
        &self,
        function: Function,
        payload: Value,
        timeout: Option<f64>,
    ) -> Result<Value, Failure> {
        let mut attempt = std::pin::pin!(self.world.invoke(function, &self.name, payload));
        let mut timeout = timeout.map(|seconds| Box::pin(self.world.clock().sleep_for(seconds)));
        std::future::poll_fn(|context| {
            if let std::task::Poll::Ready(answer) = attempt.as_mut().poll(context) {
                return std::task::Poll::Ready(answer);
            }
            match &mut timeout {
                Some(timeout) => timeout
                    .as_mut()
                    .poll(context)
                    .map(|()| Err(Failure { error: "States.Timeout".to_owned(), cause: String::new() })),
                None => std::task::Poll::Pending,
            }
        })
        .await
    }
}
