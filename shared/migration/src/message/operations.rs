//! What those who run the stack are told: trouble of the product itself, about which no run can tell its team.

use plan::finding::Severity;
use serde_json::{Value, json};

use super::{MAX_SUBJECT, ascii, attribute};
use crate::run::commands;
use crate::run::execution_arn::ExecutionArn;

/// A notice to those who run the stack, ready to publish.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The same for the same notice, however often it is sent.
    pub id: String,
    /// ASCII without control characters, under 100 characters.
    pub subject: String,
    /// For people.
    pub text: String,
    /// For machines.
    pub json: Value,
    /// Message attributes to filter by.
    pub attributes: Vec<(&'static str, String)>,
}

/// Nobody could close out a run; `last` is the execution that has died over it at last.
pub fn given_up(run: &ExecutionArn, last: &ExecutionArn) -> Notice {
    let machine = run.machine();
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
    let id = format!("{run}#given-up");
    Notice {
        subject: ascii(
            &format!("[!] nobody could close out {} (DMS, {})", run.name(), run.stack()),
            MAX_SUBJECT,
        ),
        text,
        json: json!({
            "Version": 1,
            "Id": id,
            "Event": "GivenUp",
            "Severity": Severity::Error,
            "Account": machine.account,
            "Region": machine.region,
            "Stack": run.stack(),
            "Execution": run,
            "Last": last,
            "ToDo": to_do,
        }),
        attributes: vec![
            ("Event", "GivenUp".to_owned()),
            ("Severity", Severity::Error.as_str().to_owned()),
            ("Stack", attribute(run.stack())),
        ],
        id,
    }
}
