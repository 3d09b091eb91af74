//! Other executions of the machine.

pub mod beside;
pub mod history;
pub mod listing;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::ExecutionStatus;
use jiff::Timestamp;
use migration::run::close_out::is_told_by;
use migration::run::drove::Drove;
use migration::run::execution_arn::ExecutionArn;
use migration::survey::executions::{self, State};
use serde::Deserialize;
use serde_json::Value;

use crate::error::{StepError, chain};
use crate::failure::{self, CallFailure, Outcome};

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
            let output = answer.output().and_then(|output| serde_json::from_str::<Value>(output).ok());
            let told = output.as_ref().and_then(|output| output.pointer("/Verdict/Outcome")?.as_str());
            let verdict = told.or(answer.error().filter(|error| is_told_by(error))).map(str::to_owned);
            let cause = answer.cause().filter(|_| told.is_none());
            let cause = cause.and_then(|cause| serde_json::from_str::<Value>(cause).ok());
            let drove = output.as_ref().and_then(|output| output.pointer("/Verdict/Drove"));
            let drove = drove.or(cause.as_ref().and_then(|cause| cause.get("Drove")));
            let drove = drove.and_then(|drove| Drove::deserialize(drove).ok());
            let judged =
                output.as_ref().and_then(|output| output.pointer("/Verdict/At")?.as_str()?.parse().ok());
            let began = time(answer.start_date()).unwrap_or(Timestamp::UNIX_EPOCH);
            return Ok(Execution::Known(Box::new(executions::Execution {
                arn: arn.clone(),
                state: state(answer.status(), answer.error().unwrap_or_default()),
                began,
                ended: answer.stop_date().and_then(time),
                redrives: answer.redrive_count().and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
                input: input.unwrap_or(Value::Null),
                verdict,
                drove,
                judged,
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

/// Looks up an execution of the own machine, which the role must be able to see; `None` where Step Functions does not know
/// it.
///
/// # Errors
/// When Step Functions does not answer, or refuses.
pub async fn describe_own(
    step_functions: &Client,
    arn: &ExecutionArn,
) -> Result<Option<Box<executions::Execution>>, StepError> {
    match describe(step_functions, arn).await? {
        Execution::Known(known) => Ok(Some(known)),
        Execution::NotKnown => Ok(None),
        Execution::OutOfReach => {
            let attempt = format!("describing the execution {arn}");
            Err(CallFailure::without_answer(attempt, "the function's role must allow it").into())
        }
    }
}

/// The error of a look that does not find an execution which was said to have ended.
pub fn is_unknown(arn: &ExecutionArn) -> StepError {
    let attempt = format!("describing the execution {arn}");
    CallFailure::without_answer(attempt, "it is said not to exist, and was said to have ended").into()
}

/// What contradicts what is known, since answers of Step Functions may lag: it is asked again later.
pub fn lags(arn: &ExecutionArn) -> StepError {
    let attempt = format!("describing the execution {arn}");
    CallFailure::without_answer(attempt, "it is said to run, and was said to have ended").into()
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
