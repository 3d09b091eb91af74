//! Other executions of the machine.

use aws_sdk_sfn::types::ExecutionStatus;

use crate::error::Error;
use crate::trouble::{self, Trouble};

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
pub async fn describe(client: &aws_sdk_sfn::Client, arn: &str) -> Result<Execution, Error> {
    let attempt = format!("describing the execution {arn}");
    match client.describe_execution().execution_arn(arn).send().await {
        Ok(answer) => Ok(Execution {
            running: *answer.status() == ExecutionStatus::Running,
            redrives: i64::from(answer.redrive_count().unwrap_or_default()),
        }),
        Err(error) => match trouble::read(&attempt, &error) {
            Trouble::NotFound(_) => Ok(Execution::default()),
            // One that this role may not look at belongs to another machine, or to one that was deployed before: the tag that
            // names it is for words and must not block a run.
            Trouble::Refused(refusal) => {
                tracing::warn!("{attempt}: {}: {}; it counts as ended", refusal.code, refusal.message);
                Ok(Execution::default())
            }
            trouble => Err(trouble.into_error(&attempt)),
        },
    }
}
