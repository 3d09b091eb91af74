//! Watches what no execution can tell of itself: executions that were ended from outside, and tasks that a run left
//! running.
//!
//! What it does: for each execution that ended without telling it, it starts one that closes it out, by a name that is
//! the same each time. For a task that a run left running and that has come to rest, it starts one that reports it. What
//! could not be closed out is told to the operations topic.
//!
//! A repeat: the same names lead to the same executions, which Step Functions starts once. A message to the operations
//! topic may come again, under the same id.
//!
//! A lost answer: the event is delivered again, and the next sweep looks anew.
//!
//! What a person does: nothing. An alarm of the stack says when it fails or is silent.

mod executions;
mod operations;
mod tasks;

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use jiff::Timestamp;
use migration_aws::clients;
use migration_aws::error::{StepError, chain};
use plan::Arn;
use serde_json::{Value, json};

/// What the watch calls, and what it watches.
#[derive(Clone, Debug)]
pub struct Watch {
    /// DMS, for tasks that were left running.
    pub dms: aws_sdk_databasemigration::Client,
    /// Step Functions.
    pub step_functions: aws_sdk_sfn::Client,
    /// SNS, for what nobody could close out.
    pub sns: aws_sdk_sns::Client,
    /// The state machine.
    pub machine: Arn,
    /// The topic of those who run the stack.
    pub operations_topic: String,
}

impl Watch {
    /// The clients of the watch of a state machine.
    pub fn of(configuration: &clients::Configuration, machine: Arn, operations_topic: String) -> Watch {
        Watch {
            dms: aws_sdk_databasemigration::Client::new(configuration),
            step_functions: aws_sdk_sfn::Client::new(configuration),
            sns: aws_sdk_sns::Client::new(configuration),
            machine,
            operations_topic,
        }
    }
}

/// What came of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// The executions that were started, or had been by the same name.
    pub started: Vec<String>,
    /// How many ended executions wait for the next sweep.
    pub left: usize,
    /// How many runs nobody could close out.
    pub given_up: usize,
}

impl Watched {
    fn and(mut self, other: Watched) -> Watched {
        self.started.extend(other.started);
        Watched { left: self.left + other.left, given_up: self.given_up + other.given_up, ..self }
    }
}

/// Does what an event asks for: the end of an execution, the failure of a task, or the sweep.
///
/// # Errors
/// When Step Functions, DMS or SNS does not answer or refuses: Lambda delivers the event again. Of a sweep everything
/// that can be done is done first.
pub async fn handle(
    watch: &Watch,
    event: EventBridgeEvent<Value>,
    now: Timestamp,
) -> Result<Value, StepError> {
    let watched = match (event.source.as_str(), event.detail_type.as_str()) {
        ("aws.states", "Step Functions Execution Status Change") => {
            executions::ended(watch, &event.detail).await
        }
        ("aws.dms", "DMS Replication Task State Change") => {
            let mut watched = Watched::default();
            for resource in event.resources.iter().flatten() {
                watched = watched.and(tasks::failed(watch, resource, now).await?);
            }
            Ok(watched)
        }
        ("aws.events", "Scheduled Event") => sweep(watch, now).await,
        (source, kind) => {
            tracing::error!(
                source,
                kind,
                "an event that the watch does not know: is a rule of the stack wrong?"
            );
            Ok(Watched::default())
        }
    };
    match watched {
        Ok(watched) => {
            let Watched { started, left, given_up } = watched;
            tracing::info!(?started, left, given_up, "watched");
            Ok(json!({"Started": started, "Left": left, "GivenUp": given_up}))
        }
        Err(error) => {
            tracing::error!(error = error.name(), "{}", chain(&error));
            Err(error)
        }
    }
}

/// Looks at what has ended in the last day. A part that fails does not keep the other one from its work.
async fn sweep(watch: &Watch, now: Timestamp) -> Result<Watched, StepError> {
    let executions = executions::sweep(watch, now).await;
    let tasks = tasks::sweep(watch, now).await;
    Ok(executions?.and(tasks?))
}
