//! Documents inside a plan that DMS takes as text: table mappings and task settings, written as an object or as that
//! text. A place inside such a text goes on behind the place of the text itself.

use serde_json::Value;

use super::MAX_LEVELS;
use super::located::{Node, deeper_than};
use super::text::{self, NotTaken};
use crate::finding::{Code, Findings};

/// An object as it stands, or the one that a string holds, with line and column where the string is not JSON.
pub(super) fn read(node: &Node<'_>, name: &str, findings: &mut Findings) -> Option<Value> {
    let value = match node.value {
        Value::String(text) => parsed(text, node, name, findings)?,
        other => other.clone(),
    };
    if !value.is_object() {
        node.wrong_type("an object, or a string that holds one", findings);
        return None;
    }
    Some(value)
}

fn parsed(text: &str, node: &Node<'_>, name: &str, findings: &mut Findings) -> Option<Value> {
    let too_deep = |findings: &mut Findings| {
        findings.add(
            &node.path,
            Code::NestedTooDeeply,
            format!("the text of {name} has more than {MAX_LEVELS} levels of lists and objects"),
        );
        None
    };
    match text::parse(text) {
        Ok(parsed) if deeper_than(MAX_LEVELS, &parsed.value) => too_deep(findings),
        Ok(parsed) => {
            for place in &parsed.repeated {
                repeated_key(&format!("{}{place}", node.path), findings);
            }
            Some(parsed.value)
        }
        Err(NotTaken::TooDeep) => too_deep(findings),
        Err(NotTaken::NotJson { what, line, column }) => {
            findings.add(
                &node.path,
                Code::NotJson,
                format!("the text of {name} is not JSON: {what} (line {line}, column {column} of the text)"),
            );
            None
        }
    }
}

/// A key that stands twice in one object.
pub(super) fn repeated_key(path: &str, findings: &mut Findings) {
    findings.add(
        path,
        Code::RepeatedKey,
        "this key stands twice in its object, and all but one of its values are lost without a word: keep one",
    );
}

/// The document that a member holds, as an object or as its text; the member itself when it is neither.
pub fn document(value: &Value) -> Value {
    let parsed = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    parsed.unwrap_or_else(|| value.clone())
}
