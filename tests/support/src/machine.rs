//! The state machine's definition, as tests read it.

use std::collections::BTreeSet;

use serde_json::Value;

/// The definition as it stands in the repository.
pub fn machine() -> Value {
    let text = include_str!("../../../statemachine/migration.asl.json");
    serde_json::from_str(text).expect("the definition is JSON")
}

/// What stands between `{%` and `%}`.
pub fn expression(text: &str) -> Option<&str> {
    Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

/// Every expression of a value of the definition.
pub fn expressions(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => expression(text).map(str::to_owned).into_iter().collect(),
        Value::Array(list) => list.iter().flat_map(expressions).collect(),
        Value::Object(members) => members.values().flat_map(expressions).collect(),
        _ => BTreeSet::new(),
    }
}
