//! The state machine's definition, as far as it counts here: the states, and the Retry of each for a DMS that is too busy.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::Value;

/// The error whose Retry is read.
const THROTTLED: &str = "Migration.Throttled";

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What entering and leaving it adds to the history, without retries.
    pub events: u32,
    /// What the definition says of a DMS that is too busy in it.
    pub retry: Option<Retry>,
}

/// A `Retry` of the Amazon States Language, with its defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// Seconds before the first retry.
    pub interval: f64,
    /// By how much each wait is longer than the one before.
    pub backoff_rate: f64,
    /// The longest wait, in seconds.
    pub max_delay: f64,
    /// How many retries there are.
    pub max_attempts: u32,
    /// A wait is drawn between none and the whole of it.
    pub full_jitter: bool,
}

impl Retry {
    fn read(retry: &Value) -> Retry {
        let number = |name: &str| retry.get(name).and_then(Value::as_f64);
        let attempts = retry.get("MaxAttempts").and_then(Value::as_u64).unwrap_or(3);
        Retry {
            interval: number("IntervalSeconds").unwrap_or(1.0),
            backoff_rate: number("BackoffRate").unwrap_or(2.0),
            max_delay: number("MaxDelaySeconds").unwrap_or(f64::INFINITY),
            max_attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            full_jitter: retry.get("JitterStrategy").and_then(Value::as_str) == Some("FULL"),
        }
    }

    /// Seconds to wait before the retry of this number, the first being 0; `None` when there is none left.
    pub fn delay(&self, number: u32, random: &mut Rng) -> Option<f64> {
        if number >= self.max_attempts {
            return None;
        }
        let exponent = i32::try_from(number).unwrap_or(i32::MAX);
        let whole = (self.interval * self.backoff_rate.powi(exponent)).min(self.max_delay);
        Some(if self.full_jitter { whole * random.f64() } else { whole })
    }
}

/// The definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine(BTreeMap<String, State>);

impl Machine {
    /// The product's own.
    ///
    /// # Errors
    /// When it is no JSON document with states.
    pub fn of_the_product() -> Result<Machine, String> {
        Machine::read(include_str!("../../../statemachine/migration.asl.json"))
    }

    /// Reads a definition.
    ///
    /// # Errors
    /// When it is no JSON document with states.
    pub fn read(text: &str) -> Result<Machine, String> {
        let definition: Value =
            serde_json::from_str(text).map_err(|error| format!("the definition is no JSON: {error}"))?;
        let states = definition.get("States").and_then(Value::as_object);
        let states = states.ok_or_else(|| "the definition has no States".to_owned())?;
        Ok(Machine(states.iter().map(|(name, state)| (name.clone(), State::of(state))).collect()))
    }

    /// A state by its name.
    ///
    /// # Errors
    /// When the definition has none of that name: the machine was changed and this simulation was not.
    pub fn state(&self, name: &str) -> Result<&State, String> {
        self.0.get(name).ok_or_else(|| format!("the state machine has no state {name:?} any more"))
    }

    /// How many retries the definition has for a throttled step in this state.
    pub fn max_attempts(&self, name: &str) -> u32 {
        let retry = self.0.get(name).and_then(|state| state.retry.as_ref());
        retry.map_or(0, |retry| retry.max_attempts)
    }
}

impl State {
    fn of(state: &Value) -> State {
        let events = match state.get("Type").and_then(Value::as_str).unwrap_or_default() {
            // Entered, scheduled, started, ended, left.
            "Task" => 5,
            "Fail" => 1,
            _ => 2,
        };
        State { events, retry: throttled_retry(state) }
    }
}

/// The first Retry that names the error, or every error, as Step Functions looks for it.
fn throttled_retry(state: &Value) -> Option<Retry> {
    let retries = state.get("Retry")?.as_array()?;
    let names = |retry: &&Value| {
        let errors = retry.get("ErrorEquals").and_then(Value::as_array);
        errors.into_iter().flatten().filter_map(Value::as_str).any(|name| {
            // A function's own error is a States.TaskFailed too.
            [THROTTLED, "States.TaskFailed", "States.ALL"].contains(&name)
        })
    };
    retries.iter().find(names).map(Retry::read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_retry_of_a_throttled_step_is_the_one_of_the_definition() {
        let machine = Machine::read(
            r#"{"States": {
                "A": {"Type": "Task", "Retry": [
                    {"ErrorEquals": ["Other"], "MaxAttempts": 7},
                    {"ErrorEquals": ["Migration.Throttled"], "IntervalSeconds": 10, "BackoffRate": 3,
                     "MaxDelaySeconds": 40, "MaxAttempts": 3}
                ]},
                "B": {"Type": "Task", "Retry": [{"ErrorEquals": ["States.TaskFailed"], "JitterStrategy": "FULL"}]},
                "C": {"Type": "Wait"}
            }}"#,
        )
        .unwrap();
        let mut random = Rng::with_seed(1);
        let retry = machine.state("A").unwrap().retry.clone().unwrap();
        let delays: Vec<_> = (0..4).map(|number| retry.delay(number, &mut random)).collect();
        assert_eq!(delays, [Some(10.0), Some(30.0), Some(40.0), None]);
        let retry = machine.state("B").unwrap().retry.clone().unwrap();
        assert_eq!(retry.max_attempts, 3);
        assert!((0..100).all(|_| (0.0..1.0).contains(&retry.delay(0, &mut random).unwrap())));
        assert_eq!(machine.state("C").unwrap(), &State { events: 2, retry: None });
        assert!(machine.state("D").is_err());
    }

    #[test]
    fn the_definition_of_the_product_is_read() {
        let machine = Machine::of_the_product().unwrap();
        for name in ["Validate plan", "Create task"] {
            assert!(machine.state(name).unwrap().retry.as_ref().is_some_and(|retry| retry.full_jitter));
        }
        for name in ["Start task", "Poll"] {
            assert_eq!(machine.state(name).unwrap(), &State { events: 5, retry: None }, "{name}");
        }
    }
}
