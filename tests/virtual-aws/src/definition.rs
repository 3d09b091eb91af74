//! The state machine's definition, as far as the driver follows it: where each state leads, its Retry and its Catch,
//! and what it hands to which function. No interpreter of the language: what a Choice compares is in the driver.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::execution::STATES;
use crate::functions::Function;
use crate::retry::{Catch, Retry};

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What entering and leaving it adds to the history, without retries.
    pub events: u32,
    /// Its retriers, in their order.
    pub retry: Vec<Retry>,
    pub(crate) catch: Vec<Catch>,
    pub(crate) next: Option<String>,
    pub(crate) task: Option<Task>,
    /// Seconds that one attempt of it may take.
    pub(crate) timeout: Option<f64>,
    raw: Value,
}

/// What a Task state invokes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    pub(crate) function: Function,
    /// What the payload says besides time, execution and document.
    pub(crate) also: Map<String, Value>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    states: BTreeMap<String, State>,
    pub(crate) start: String,
    /// Seconds that an execution may take.
    pub(crate) timeout: f64,
}

impl Definition {
    /// The product's own.
    ///
    /// # Errors
    /// When the driver does not know it.
    pub fn of_the_product() -> Result<Definition, String> {
        Definition::read(include_str!("../../../statemachine/migration.asl.json"))
    }

    /// Reads a definition.
    ///
    /// # Errors
    /// When it is no JSON document with states, has a state that the driver does not know, or a payload that it cannot
    /// make.
    pub fn read(text: &str) -> Result<Definition, String> {
        let definition: Value =
            serde_json::from_str(text).map_err(|error| format!("the definition is no JSON: {error}"))?;
        let states = definition.get("States").and_then(Value::as_object);
        let states = states.ok_or_else(|| "the definition has no States".to_owned())?;
        let mut read = BTreeMap::new();
        for (name, state) in states {
            if !STATES.contains(&name.as_str()) {
                return Err(format!(
                    "the driver does not know the state {name:?} of the definition: teach it"
                ));
            }
            let state = State::read(state).map_err(|error| format!("the state {name:?}: {error}"))?;
            read.insert(name.clone(), state);
        }
        let start = definition.get("StartAt").and_then(Value::as_str).unwrap_or_default().to_owned();
        let timeout = definition.get("TimeoutSeconds").and_then(Value::as_f64).unwrap_or(f64::INFINITY);
        Ok(Definition { states: read, start, timeout })
    }

    /// A state by its name.
    ///
    /// # Errors
    /// When the definition has none of that name.
    pub fn state(&self, name: &str) -> Result<&State, String> {
        self.states.get(name).ok_or_else(|| format!("the state machine has no state {name:?} any more"))
    }

    /// How many retries the definition has in this state for an error of this name.
    pub fn max_attempts(&self, state: &str, error: &str) -> u32 {
        let state = self.states.get(state);
        let retry = state.and_then(|state| state.retry.iter().find(|retry| retry.takes(error)));
        retry.map_or(0, |retry| retry.max_attempts)
    }
}

impl State {
    fn read(raw: &Value) -> Result<State, String> {
        let list = |name: &str| raw.get(name).and_then(Value::as_array).into_iter().flatten();
        let kind = raw.get("Type").and_then(Value::as_str).unwrap_or_default();
        let task = if kind == "Task" { Some(Task::read(raw)?) } else { None };
        Ok(State {
            events: match kind {
                // Entered, scheduled, started, ended, left.
                "Task" => 5,
                "Fail" => 1,
                _ => 2,
            },
            retry: list("Retry").map(Retry::read).collect(),
            catch: list("Catch").map(Catch::read).collect::<Result<_, _>>()?,
            next: raw.get("Next").and_then(Value::as_str).map(str::to_owned),
            task,
            timeout: raw.get("TimeoutSeconds").and_then(Value::as_f64),
            raw: raw.clone(),
        })
    }

    /// A member of its `Parameters`.
    pub(crate) fn parameter(&self, name: &str) -> Option<&Value> {
        self.raw.get("Parameters")?.get(name)
    }

    /// Where a Choice that compares one member with words leads for this word.
    pub(crate) fn choice(&self, variable: &str, word: Option<&str>) -> Result<String, String> {
        let choices = self.raw.get("Choices").and_then(Value::as_array);
        let mut choices = choices.into_iter().flatten();
        let text = |rule: &Value, name: &str| rule.get(name).and_then(Value::as_str).map(str::to_owned);
        let chosen = choices.find(|rule| {
            text(rule, "Variable").as_deref() == Some(variable)
                && word.is_some()
                && text(rule, "StringEquals").as_deref() == word
        });
        let next = chosen.and_then(|rule| text(rule, "Next")).or_else(|| text(&self.raw, "Default"));
        next.ok_or_else(|| format!("no choice for {word:?}"))
    }

    /// The name, when this Choice can lead there.
    pub(crate) fn leads_to(&self, name: &str) -> Result<String, String> {
        let choices = self.raw.get("Choices").and_then(Value::as_array);
        let mut targets =
            choices.into_iter().flatten().map(|rule| rule.get("Next")).chain([self.raw.get("Default")]);
        if targets.any(|target| target.and_then(Value::as_str) == Some(name)) {
            return Ok(name.to_owned());
        }
        Err(format!("the definition does not lead to {name:?} from here any more: teach the driver"))
    }
}

impl Task {
    fn read(raw: &Value) -> Result<Task, String> {
        let parameter = |name: &str| raw.get("Parameters").and_then(|parameters| parameters.get(name));
        let name = parameter("FunctionName").and_then(Value::as_str).unwrap_or_default();
        let function =
            Function::of_the_definition(name).ok_or_else(|| format!("no function is called {name:?}"))?;
        let payload =
            parameter("Payload").and_then(Value::as_object).ok_or_else(|| "no Payload".to_owned())?;
        let mut also = Map::new();
        for (name, value) in payload {
            match (name.as_str(), value.as_str()) {
                ("Now.$", Some("$$.State.EnteredTime"))
                | ("Execution.$", Some("$$.Execution.Id"))
                | ("Migration.$", Some("$")) => {}
                (name, _) if name.ends_with(".$") => {
                    return Err(format!("the driver cannot make {name:?} of the payload: teach it"));
                }
                _ => drop(also.insert(name.clone(), value.clone())),
            }
        }
        if raw.get("OutputPath").and_then(Value::as_str) != Some("$.Payload") {
            return Err("its output is not the function's answer".to_owned());
        }
        Ok(Task { function, also })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_product_is_read() {
        let definition = Definition::of_the_product().unwrap();
        for name in ["Validate plan", "Create task"] {
            let retry =
                definition.state(name).unwrap().retry.iter().find(|it| it.takes("Migration.Throttled"));
            assert!(retry.unwrap().full_jitter, "{name}");
            assert_eq!(definition.max_attempts(name, "Migration.UnreadableDocument"), 0, "{name}");
        }
        for name in ["Start task", "Poll"] {
            assert!(definition.state(name).unwrap().retry.is_empty(), "{name}");
            assert_eq!(definition.state(name).unwrap().events, 5, "{name}");
        }
        assert!(definition.state("Nowhere").is_err());
        let all: Vec<&str> = definition.states.keys().map(String::as_str).collect();
        assert!(STATES.iter().all(|name| all.contains(name)), "the driver knows a state that is not there");
    }

    #[test]
    fn what_the_driver_does_not_know_is_refused() {
        let unknown = Definition::read(r#"{"States": {"Look again": {"Type": "Pass"}}}"#).unwrap_err();
        assert!(unknown.contains(r#""Look again""#), "{unknown}");
        let task = |payload: &str, catch: &str| {
            let text = format!(
                r#"{{"States": {{"Poll": {{"Type": "Task", "OutputPath": "$.Payload", "Catch": [{catch}],
                "Parameters": {{"FunctionName": "${{PollFunction}}", "Payload": {payload}}}}}}}}}"#
            );
            Definition::read(&text)
        };
        assert!(task(r#"{"Migration.$": "$", "Last": true}"#, "").is_ok());
        assert!(task(r#"{"Migration.$": "$.Other"}"#, "").unwrap_err().contains("Migration.$"));
        assert!(task("{}", r#"{"ErrorEquals": ["A"], "Next": "Wait"}"#).unwrap_err().contains("$.Caught"));
    }
}
