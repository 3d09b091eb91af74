//! Other executions of the machine.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;
use jiff::Timestamp;
use migration::run::execution_arn::ExecutionArn;

use crate::error::{StepError, chain};
use crate::failure::{self, Outcome};

/// What DescribeExecution says about an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Execution {
    /// It runs.
    Running,
    /// It has ended.
    Ended {
        /// From when to when it ran; `None` where Step Functions no longer knows it.
        ran: Option<(Timestamp, Timestamp)>,
    },
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
            let second = |date: &DateTime| Timestamp::from_second(date.secs()).ok();
            let ran = second(answer.start_date()).zip(answer.stop_date().and_then(second));
            return Ok(match answer.status() {
                ExecutionStatus::Running | ExecutionStatus::PendingRedrive => Execution::Running,
                _ => Execution::Ended { ran },
            });
        }
        Err(error) => failure::read(format!("describing the execution {arn}"), error),
    };
    match failure.outcome() {
        Outcome::NotFound(_) => Ok(Execution::Ended { ran: None }),
        Outcome::Refused(_) => {
            tracing::warn!("{}; it counts as somebody else's", chain(&failure));
            Ok(Execution::OutOfReach)
        }
        Outcome::Throttled(_) | Outcome::Lost => Err(failure.into()),
    }
}
