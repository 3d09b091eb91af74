//! What the history of an execution that has ended still has of its document.
//!
//! The document travels in a variable. It stands in what a step was handed (the parameters of TaskScheduled) and in what
//! it has returned (the output of TaskSucceeded).

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::HistoryEvent;
use migration::decide::dead::Left;
use migration::run::execution_arn::ExecutionArn;
use serde_json::Value;

use crate::error::StepError;
use crate::failure;

/// The state of the machine in which the end is told.
pub const REPORT: &str = "Report";

/// A round of the machine has less than ten events, so that the newest fifty hold a document.
const EVENTS: i32 = 50;

/// Answers are shortened where they are large: so many are read before no document is found.
const MAX_PAGES: usize = 4;

/// What a history says.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The document.
    pub left: Left,
    /// True when the end was told: the state that does so was left.
    pub reported: bool,
}

/// Reads the newest events of an execution.
///
/// # Errors
/// When Step Functions does not answer or does not know the execution.
pub async fn read(step_functions: &Client, arn: &ExecutionArn) -> Result<History, StepError> {
    let mut history = History { left: Left::NotFound, reported: false };
    let mut token = None;
    for _ in 0..MAX_PAGES {
        let answer = step_functions
            .get_execution_history()
            .execution_arn(arn.to_string())
            .reverse_order(true)
            .include_execution_data(true)
            .max_results(EVENTS)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| failure::read(format!("reading the history of the execution {arn}"), error))?;
        // They come newest first. A Step Functions that keeps to its own order is read all the same.
        let mut events: Vec<&HistoryEvent> = answer.events().iter().collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.id()));
        for event in events {
            if event.state_exited_event_details().is_some_and(|exited| exited.name() == REPORT) {
                history.reported = true;
            }
            if let Some(document) = document(event) {
                history.left = Left::Document(document);
                return Ok(history);
            }
        }
        token = answer.next_token;
        if token.is_none() {
            history.left = Left::NoStep;
            return Ok(history);
        }
    }
    Ok(history)
}

/// The document that an event shows.
fn document(event: &HistoryEvent) -> Option<Value> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let found = if let Some(scheduled) = event.task_scheduled_event_details() {
        read(scheduled.parameters())?.pointer("/Payload/Migration").cloned()
    } else if let Some(succeeded) = event.task_succeeded_event_details() {
        read(succeeded.output()?)?.get("Payload").cloned()
    } else {
        None
    };
    found.filter(|document| document.get("Version").is_some())
}
