//! A `Retry` and a `Catch` of the Amazon States Language.

use fastrand::Rng;
use serde_json::Value;

/// One retrier, with the language's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    errors: Vec<String>,
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
    pub(crate) fn read(retry: &Value) -> Retry {
        let number = |name: &str| retry.get(name).and_then(Value::as_f64);
        let attempts = retry.get("MaxAttempts").and_then(Value::as_u64).unwrap_or(3);
        Retry {
            errors: errors(retry),
            interval: number("IntervalSeconds").unwrap_or(1.0),
            backoff_rate: number("BackoffRate").unwrap_or(2.0),
            max_delay: number("MaxDelaySeconds").unwrap_or(f64::INFINITY),
            max_attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            full_jitter: retry.get("JitterStrategy").and_then(Value::as_str) == Some("FULL"),
        }
    }

    /// True when this error is retried by this retrier.
    pub fn takes(&self, error: &str) -> bool {
        names(&self.errors, error)
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

/// One catcher: it keeps the document, with the error in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Catch {
    errors: Vec<String>,
    pub(crate) assign: Value,
    pub(crate) next: String,
}

impl Catch {
    pub(crate) fn read(catch: &Value) -> Result<Catch, String> {
        let text = |name: &str| catch.get(name).and_then(Value::as_str);
        match (text("Next"), catch.pointer("/Assign/migration")) {
            (Some(next), Some(assign)) => {
                Ok(Catch { errors: errors(catch), assign: assign.clone(), next: next.to_owned() })
            }
            _ => Err(format!("this Catch does not assign migration and lead on: {catch}")),
        }
    }

    pub(crate) fn takes(&self, error: &str) -> bool {
        names(&self.errors, error)
    }
}

fn errors(rule: &Value) -> Vec<String> {
    let listed = rule.get("ErrorEquals").and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `States.TaskFailed` is any error of a task but its time-out.
fn names(errors: &[String], error: &str) -> bool {
    errors.iter().any(|name| match name.as_str() {
        "States.ALL" => true,
        "States.TaskFailed" => error != "States.Timeout",
        name => name == error,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_retry_waits_as_the_definition_says() {
        let mut random = Rng::with_seed(1);
        let retry = Retry::read(&json!({
            "ErrorEquals": ["A"], "IntervalSeconds": 10, "BackoffRate": 3, "MaxDelaySeconds": 40, "MaxAttempts": 3,
        }));
        let delays: Vec<_> = (0..4).map(|number| retry.delay(number, &mut random)).collect();
        assert_eq!(delays, [Some(10.0), Some(30.0), Some(40.0), None]);
        let retry = Retry::read(&json!({"ErrorEquals": ["States.TaskFailed"], "JitterStrategy": "FULL"}));
        assert_eq!(retry.max_attempts, 3);
        assert!((0..100).all(|_| (0.0..1.0).contains(&retry.delay(0, &mut random).unwrap())));
    }

    #[test]
    fn an_error_is_taken_by_its_name_or_by_its_class() {
        let retry = |names: Value| Retry::read(&json!({"ErrorEquals": names}));
        assert!(retry(json!(["A", "B"])).takes("B") && !retry(json!(["A"])).takes("B"));
        assert!(retry(json!(["States.TaskFailed"])).takes("B"));
        assert!(!retry(json!(["States.TaskFailed"])).takes("States.Timeout"));
        assert!(retry(json!(["States.ALL"])).takes("States.Timeout"));
    }
}
