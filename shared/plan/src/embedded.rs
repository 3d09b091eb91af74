//! Documents inside a plan that DMS takes as text: table mappings and task settings, written as an object or as that
//! text. A place inside such a text goes on behind the place of the text itself.

use serde_json::Value;

use super::MAX_LEVELS;
use super::located::{Node, deeper_than};
use super::slips;
use super::text::{self, NotTaken};
use crate::finding::{Code, Findings};

/// Why there is no document. All but the last have been noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is a text, and not JSON.
    NotJson,
    /// It is something else than an object.
    NoObject,
    /// It is a list, which is for the reader of the document to say.
    List,
}

/// An object as it stands, or the one that a string holds, with line and column where the string is not JSON.
pub(super) fn read(node: &Node<'_>, name: &str, findings: &mut Findings) -> Result<Value, Fault> {
    let value = match node.value {
        Value::String(text) => parsed(text, node, name, findings)?,
        other => other.clone(),
    };
    match &value {
        Value::Object(_) => Ok(value),
        Value::Array(_) => Err(Fault::List),
        Value::String(inner) if node.value.is_string() && inner.trim_start().starts_with(['{', '[']) => {
            findings.add(
                &node.path,
                Code::WrongType,
                format!(
                    "the text of {name} is itself the text of a text: it was encoded twice; take the outer quotes and their \
                     backslashes away"
                ),
            );
            Err(Fault::NoObject)
        }
        _ => {
            node.wrong_type("an object, or a string that holds one", findings);
            Err(Fault::NoObject)
        }
    }
}

fn parsed(text: &str, node: &Node<'_>, name: &str, findings: &mut Findings) -> Result<Value, Fault> {
    if let Some(said) = slips::of_a_file(text) {
        findings.add(&node.path, Code::FileInsteadOfText, format!("{name} is {said}"));
        return Err(Fault::NotJson);
    }
    match text::parse(text) {
        Ok(parsed) if !deeper_than(MAX_LEVELS, &parsed.value) => {
            for place in &parsed.repeated {
                repeated_key(&format!("{}{place}", node.path), findings);
            }
            Ok(parsed.value)
        }
        Ok(_) | Err(NotTaken::TooDeep) => {
            findings.add(
                &node.path,
                Code::NestedTooDeeply,
                format!("the text of {name} has more than {MAX_LEVELS} levels of lists and objects"),
            );
            Err(Fault::NoObject)
        }
        Err(NotTaken::NotJson { what, line, column }) => {
            findings.add(
                &node.path,
                Code::NotJson,
                format!("the text of {name} is not JSON: {what} (line {line}, column {column} of the text)"),
            );
            Err(Fault::NotJson)
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
