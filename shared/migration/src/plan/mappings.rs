//! Table mappings: a JSON object, or the string that DMS takes. DMS wants at least one selection rule and otherwise
//! says only "Invalid Table Mappings document".

use serde_json::Value;

use super::MOST_LEVELS;
use super::located::{Node, deeper_than};
use crate::finding::Findings;

/// Reads a mapping document; `None` when it is not one.
pub fn read(node: &Node<'_>, findings: &mut Findings) -> Option<Value> {
    let mapping = parsed(node, "TableMappings", findings)?;
    let Some(rules) = mapping.get("rules").and_then(Value::as_array) else {
        findings.error(
            &node.path,
            "no-rules",
            "TableMappings must be {\"rules\": [...]}; DMS would say \"Invalid Table Mappings document\"",
        );
        return None;
    };
    let selects = rules.iter().any(|rule| rule.get("rule-type").and_then(Value::as_str) == Some("selection"));
    if !selects {
        findings.error(
            &node.path,
            "no-selection-rule",
            "TableMappings needs at least one rule with \"rule-type\": \"selection\"",
        );
    }
    Some(mapping)
}

/// An object as it stands, or the one that a string holds, with line and column where the string is not JSON.
pub(super) fn parsed(node: &Node<'_>, name: &str, findings: &mut Findings) -> Option<Value> {
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
