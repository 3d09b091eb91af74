//! The state machine's definition, as far as the driver follows it: where each state leads, its Retry and its Catch,
//! and what it hands to which function.

use std::collections::BTreeMap;

use serde_json::Value;

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
    pub(crate) does: Does,
    /// What becomes of `$migration`.
    pub(crate) assign: Option<Value>,
}

/// What a state does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Does {
    /// Invokes this function with this payload, for so many seconds an attempt.
    Invoke {
        function: Function,
        payload: Value,
        timeout: Option<f64>,
    },
    /// Goes to the first state whose condition holds.
    Choose {
        choices: Vec<(Value, String)>,
        default: Option<String>,
    },
    /// Waits for so many seconds.
    Wait(Value),
    Succeed(Value),
    Fail,
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
    /// When it is no JSON document with states in JSONata, or has a state that the driver cannot follow.
    pub fn read(text: &str) -> Result<Definition, String> {
        let definition: Value =
            serde_json::from_str(text).map_err(|error| format!("the definition is no JSON: {error}"))?;
        if definition.get("QueryLanguage").and_then(Value::as_str) != Some("JSONata") {
            return Err("the definition is not in JSONata".to_owned());
        }
        let states = definition.get("States").and_then(Value::as_object);
        let states = states.ok_or_else(|| "the definition has no States".to_owned())?;
        let mut read = BTreeMap::new();
        for (name, state) in states {
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
        let text = |name: &str| raw.get(name).and_then(Value::as_str).map(str::to_owned);
        let member = |name: &str| raw.get(name).cloned().ok_or_else(|| format!("it has no {name}"));
        let does = match text("Type").unwrap_or_default().as_str() {
            "Task" => {
                let name = raw.pointer("/Arguments/FunctionName").and_then(Value::as_str).unwrap_or_default();
                Does::Invoke {
                    function: Function::of_the_definition(name)
                        .ok_or_else(|| format!("no function is called {name:?}"))?,
                    payload: raw.pointer("/Arguments/Payload").cloned().ok_or("it has no Payload")?,
                    timeout: raw.get("TimeoutSeconds").and_then(Value::as_f64),
                }
            }
            "Choice" => {
                let choice = |rule: &Value| {
                    let next = rule.get("Next").and_then(Value::as_str).map(str::to_owned);
                    Some((rule.get("Condition")?.clone(), next?))
                };
                let choices = list("Choices").map(choice).collect::<Option<_>>();
                let choices = choices.ok_or("a rule of it has no Condition or leads nowhere")?;
                Does::Choose { choices, default: text("Default") }
            }
            "Wait" => Does::Wait(member("Seconds")?),
            "Succeed" => Does::Succeed(member("Output")?),
            "Fail" => Does::Fail,
            other => return Err(format!("the driver does not know what a {other:?} does: teach it")),
        };
        Ok(State {
            events: match does {
                // Entered, scheduled, started, ended, left.
                Does::Invoke { .. } => 5,
                Does::Fail => 1,
                Does::Choose { .. } | Does::Wait(_) | Does::Succeed(_) => 2,
            },
            retry: list("Retry").map(Retry::read).collect(),
            catch: list("Catch").map(Catch::read).collect::<Result<_, _>>()?,
            next: text("Next"),
            does,
            assign: raw.pointer("/Assign/migration").cloned(),
        })
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
        for name in ["Start task", "Poll", "Tell"] {
            assert!(definition.state(name).unwrap().retry.is_empty(), "{name}");
            assert_eq!(definition.state(name).unwrap().events, 5, "{name}");
        }
        assert!(definition.state("Nowhere").is_err());
    }

    #[test]
    fn what_the_driver_cannot_follow_is_refused() {
        let read = |state: &str| {
            Definition::read(&format!(r#"{{"QueryLanguage": "JSONata", "States": {{"It": {state}}}}}"#))
        };
        assert!(read(r#"{"Type": "Wait", "Seconds": 1}"#).is_ok());
        assert!(read(r#"{"Type": "Pass"}"#).unwrap_err().contains("\"Pass\""));
        assert!(
            read(r#"{"Type": "Choice", "Choices": [{"Next": "It"}]}"#).unwrap_err().contains("Condition")
        );
        let task = |function: &str, catch: &str| {
            read(&format!(
                r#"{{"Type": "Task", "Arguments": {{"FunctionName": "{function}", "Payload": {{}}}}, "Catch": [{catch}]}}"#
            ))
        };
        assert!(task("${PollFunction}", "").is_ok());
        assert!(task("${OtherFunction}", "").unwrap_err().contains("OtherFunction"));
        let forgets = task("${PollFunction}", r#"{"ErrorEquals": ["A"], "Next": "Wait"}"#);
        assert!(forgets.unwrap_err().contains("migration"));
        assert!(Definition::read(r#"{"States": {}}"#).unwrap_err().contains("JSONata"));
    }
}
