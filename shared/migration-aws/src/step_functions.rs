//! Other executions of the machine.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::ExecutionStatus;
use migration::run::execution_arn::ExecutionArn;

use crate::error::{StepError, chain};
use crate::failure::{self, Outcome};

/// What DescribeExecution says about an execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Execution {
    /// True while it runs.
    pub running: bool,
    /// How often it was redriven.
    pub redrives: i64,
}

/// Looks an execution up; one that does not exist, or that we may not look at, is not running.
///
/// # Errors
/// When Step Functions does not answer.
pub async fn describe(step_functions: &Client, arn: &ExecutionArn) -> Result<Execution, StepError> {
    let answer = step_functions.describe_execution().execution_arn(arn.to_string()).send().await;
    let failure = match answer {
        Ok(answer) => {
            return Ok(Execution {
                running: *answer.status() == ExecutionStatus::Running,
                redrives: i64::from(answer.redrive_count().unwrap_or_default()),
            });
        }
        Err(error) => failure::read(format!("describing the execution {arn}"), error),
    };
    match failure.outcome() {
        Outcome::NotFound(_) => Ok(Execution::default()),
        // One that this role may not look at belongs to another machine, or to one that was deployed before: the tag
        // that names it is for words and must not block a run.
        Outcome::Refused(_) => {
            tracing::warn!("{}; it counts as ended", chain(&failure));
            Ok(Execution::default())
        }
        Outcome::Throttled(_) | Outcome::Lost => Err(failure.into()),
    }
}
