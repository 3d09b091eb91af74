//! What those who run the stack are told: trouble of the product itself, about which no run can tell its team.

use plan::finding::Severity;
use serde_json::json;

use super::{Message, attribute, subject};
use crate::run::commands;
use crate::run::execution_arn::ExecutionArn;

/// Nobody could close out a run; `last` is the execution that has died over it at last. Told again it has the same id.
pub fn given_up(run: &ExecutionArn, last: &ExecutionArn) -> Message {
    let to_do = [
        format!("look how it ended: {}", commands::describe_execution(run)),
        format!("look why it could not be closed out: {}", commands::describe_execution(last)),
        "look at its task in the DMS console, and stop it there if its window is over".to_owned(),
        "start a new execution with the same plan: a task that is under way is joined".to_owned(),
    ];
    let text = format!(
        "The run {run} was ended from outside, and could not be closed out: {last} has died over it.\nWhat became of its \
         task is not known, and nothing watches it.\n\nWhat to do next:\n  - {}\n",
        to_do.join("\n  - ")
    );
    Message {
        subject: subject(&format!("nobody could close out {}", run.name()), Severity::Error),
        text,
        json: json!({
            "Version": 1,
            "Id": format!("{run}#given-up"),
            "Event": "GivenUp",
            "Severity": Severity::Error,
            "Execution": run,
            "Last": last,
            "ToDo": to_do,
        }),
        attributes: vec![
            ("Event", "GivenUp".to_owned()),
            ("Severity", Severity::Error.as_str().to_owned()),
            ("Migration", attribute(run.name())),
        ],
    }
}
