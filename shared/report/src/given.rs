//! What a file holds: the documents of a run, in whatever form AWS has given them.
//!
//! A document is looked for anywhere in the JSON, and in JSON inside of texts: in the answer of DescribeExecution it is
//! the text of a member, in that of GetExecutionHistory one of each step's, in the console the whole or a variable.

use jiff::Timestamp;
use migration::run::commands;
use migration::run::document::Document;
use migration::run::execution_arn::ExecutionArn;
use plan::clean::line_of;
use serde_json::{Map, Value};

use crate::story::{Left, When};

/// The most levels in which a document is looked for, those inside of texts included.
const MAX_LEVELS: usize = 24;

/// The documents of a file: the one in which the run stands, and those before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Those before it, in their order.
    pub before: Vec<Left>,
    /// The last one.
    pub last: Document,
}

/// Reads what a file holds.
///
/// # Errors
/// When that is no JSON, holds no document, or one of another release; the sentence says how to get one.
pub fn read(text: &str) -> Result<Given, String> {
    // Windows writes a mark before the text that no reader of JSON takes, and every editor hides.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("it is no JSON ({error}); {}", how(None)))?;
    let mut found = Found::default();
    found.look(&value, Place { levels: 0, event: 0, when: When::Unknown });
    found.documents.sort_by_key(|(place, _)| place.event);
    let last = found.documents.pop();
    let before = found.documents.into_iter().map(|(place, document)| Left { when: place.when, document });
    match (last, found.unreadable) {
        (Some((_, last)), _) => Ok(Given { before: before.collect(), last }),
        (None, Some(error)) => Err(error),
        (None, None) => Err(without_a_document(&value)),
    }
}

/// Why there is no document in it, and what has one.
fn without_a_document(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    // Only what is an ARN is said again: it stands in a command.
    let execution = text("executionArn").and_then(|arn| arn.parse::<ExecutionArn>().ok());
    match (text("status"), &execution) {
        (Some(status), Some(_)) if status != "SUCCEEDED" => {
            format!(
                "the execution is {}, and only one that has SUCCEEDED has its document in this answer; {}",
                line_of(status, 40),
                how(execution.as_ref())
            )
        }
        _ => format!("it holds no document of a run; {}", how(execution.as_ref())),
    }
}

/// The command with which a file is made that can be read.
fn how(execution: Option<&ExecutionArn>) -> String {
    let command = execution.map_or_else(
        || "aws stepfunctions get-execution-history --execution-arn <execution>".to_owned(),
        commands::execution_history,
    );
    format!("make one with: {command} > document.json")
}

/// Where in a history something stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    levels: usize,
    event: u64,
    when: When,
}

#[derive(Default)]
struct Found {
    documents: Vec<(Place, Document)>,
    unreadable: Option<String>,
}

impl Found {
    fn look(&mut self, value: &Value, place: Place) {
        let place = Place { levels: place.levels + 1, ..place };
        if place.levels > MAX_LEVELS {
            return;
        }
        match value {
            Value::Object(members) if is_a_document(members) => match Document::read(value) {
                Ok(document) => self.documents.push((place, document)),
                Err(error) => self.unreadable = Some(line_of(&error, 500)),
            },
            Value::Object(members) => {
                let place = inside(members, place);
                members.values().for_each(|value| self.look(value, place));
            }
            Value::Array(values) => values.iter().for_each(|value| self.look(value, place)),
            // A text that AWS has cut is no JSON any more, and is passed over.
            Value::String(text) if text.trim_start().starts_with('{') => {
                if let Ok(value) = serde_json::from_str::<Value>(text) {
                    self.look(&value, place);
                }
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// True for what says of itself that it is a document, of whatever version.
fn is_a_document(members: &Map<String, Value>) -> bool {
    let is_state = |state: &Value| {
        state.as_str().is_some_and(|state| ["Opened", "Running", "Reported"].contains(&state))
    };
    members.get("Version").is_some_and(Value::is_u64) && members.get("State").is_some_and(is_state)
}

/// The place of what stands in an event of a history, by its number and its time, or in the request to a step, which holds
/// the present. The CLI writes instants as texts, the API as seconds.
fn inside(members: &Map<String, Value>, place: Place) -> Place {
    if let (Some(now), Some(_)) = (instant(members.get("Now")), members.get("Migration")) {
        return Place { when: When::Given(now), ..place };
    }
    let Some(event) = members.get("id").and_then(Value::as_u64) else { return place };
    let when = instant(members.get("timestamp")).map_or(place.when, When::At);
    Place { event, when, ..place }
}

fn instant(value: Option<&Value>) -> Option<Timestamp> {
    match value? {
        Value::String(text) => text.parse().ok(),
        Value::Number(seconds) => {
            let millis = seconds.as_f64()? * 1000.0;
            Timestamp::from_millisecond(millis as i64).ok()
        }
        _ => None,
    }
}
