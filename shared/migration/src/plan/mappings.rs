//! Table mappings: a JSON object, or the string that DMS takes. DMS wants at least one selection rule and otherwise
//! says only "Invalid Table Mappings document".

use serde_json::Value;

use super::embedded;
use super::located::Node;
use crate::finding::Findings;

/// Reads a mapping document; `None` when it is not one.
pub fn read(node: &Node<'_>, findings: &mut Findings) -> Option<Value> {
    let mapping = embedded::read(node, "TableMappings", findings)?;
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
