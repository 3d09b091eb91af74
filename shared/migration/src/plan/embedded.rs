//! Documents inside a plan that DMS takes as text: table mappings and task settings, written as an object or as that text.

use serde_json::Value;

use super::MOST_LEVELS;
use super::located::{Node, deeper_than};
use crate::finding::Findings;

/// An object as it stands, or the one that a string holds, with line and column where the string is not JSON.
pub(super) fn read(node: &Node<'_>, name: &str, findings: &mut Findings) -> Option<Value> {
    let value = match node.value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(value) if deeper_than(MOST_LEVELS, &value) => {
                findings.error(
                    &node.path,
                    "nested-too-deeply",
                    format!("the text of {name} has more than {MOST_LEVELS} levels of lists and objects"),
                );
                return None;
            }
            Ok(value) => value,
            Err(error) => {
                findings.error(
                    &node.path,
                    "not-json",
                    format!(
                        "the text of {name} is not JSON (line {}, column {})",
                        error.line(),
                        error.column()
                    ),
                );
                return None;
            }
        },
        other => other.clone(),
    };
    if !value.is_object() {
        node.wrong_type("an object, or a string that holds one", findings);
        return None;
    }
    Some(value)
}
