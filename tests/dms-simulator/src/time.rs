//! Seconds, instants, and the way AWS writes them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Number, Value};

/// `seconds` after `start`, to the millisecond; nonsense (negative, not a number) counts as no time at all.
pub(crate) fn after(start: Timestamp, seconds: f64) -> Timestamp {
    let millis = if seconds.is_finite() { (seconds.max(0.0) * 1000.0).round() } else { 0.0 };
    start.checked_add(SignedDuration::from_millis(millis as i64)).unwrap_or(Timestamp::MAX)
}

/// `seconds` before `end`.
pub(crate) fn before(end: Timestamp, seconds: f64) -> Timestamp {
    let millis = if seconds.is_finite() { (seconds.max(0.0) * 1000.0).round() } else { 0.0 };
    end.checked_sub(SignedDuration::from_millis(millis as i64)).unwrap_or(Timestamp::MIN)
}

/// Seconds from one instant to a later one; zero when it is not later.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

/// An instant as DMS sends it: epoch seconds with milliseconds as the fraction.
pub(crate) fn wire(at: Timestamp) -> Value {
    Number::from_f64(at.as_millisecond() as f64 / 1000.0).map_or(Value::Null, Value::Number)
}

/// An instant as a client sends it: epoch seconds, whole or with a fraction.
pub(crate) fn from_wire(value: &Value) -> Option<Timestamp> {
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite())?;
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}
