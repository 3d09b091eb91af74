//! Other executions of the machine.

pub mod beside;
pub mod history;
pub mod listing;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;
use jiff::Timestamp;
use migration::run::execution_arn::ExecutionArn;
use migration::survey::executions::{self, State};
use serde_json::Value;

use crate::error::{StepError, chain};
use crate::failure::{self, Outcome};

/// What DescribeExecution says about an execution.
#[derive(Clone, Debug, PartialEq)]
pub enum Execution {
    /// It is known.
    Known(Box<executions::Execution>),
    /// Step Functions does not know it, or no longer.
    NotKnown,
    /// This role may not look at it: it belongs to another machine, or to one that was deployed before.
    OutOfReach,
}

/// Looks an execution up.
///
/// # Errors
/// When Step Functions does not answer.
pub async fn describe(step_functions: &Client, arn: &ExecutionArn) -> Result<Execution, StepError> {
    let answer = step_functions.describe_execution().execution_arn(arn.to_string()).send().await;
    let failure = match answer {
        Ok(answer) => {
            let input = answer.input().and_then(|input| serde_json::from_str(input).ok());
            let began = time(answer.start_date()).unwrap_or(Timestamp::UNIX_EPOCH);
            return Ok(Execution::Known(Box::new(executions::Execution {
                arn: arn.clone(),
                state: state(answer.status(), answer.error().unwrap_or_default()),
                began,
                ended: answer.stop_date().and_then(time),
                redrives: answer.redrive_count().and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
                input: input.unwrap_or(Value::Null),
            })));
        }
        Err(error) => failure::read(format!("describing the execution {arn}"), error),
    };
    match failure.outcome() {
        Outcome::NotFound(_) => Ok(Execution::NotKnown),
        Outcome::Refused(_) => {
            tracing::warn!("{}; it counts as somebody else's", chain(&failure));
            Ok(Execution::OutOfReach)
        }
        Outcome::Throttled(_) | Outcome::Lost => Err(failure.into()),
    }
}

/// An ended execution of an unknown word is one that failed without an error.
fn state(status: &ExecutionStatus, error: &str) -> State {
    match status {
        ExecutionStatus::Running | ExecutionStatus::PendingRedrive => State::Running,
        ExecutionStatus::Succeeded => State::Succeeded,
        ExecutionStatus::TimedOut => State::TimedOut,
        ExecutionStatus::Aborted => State::Aborted,
        _ => State::Failed(error.to_owned()),
    }
}

/// Whole seconds are enough.
fn time(date: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(date.secs()).ok()
}
