//! Starts the task, the way that was decided: one call, made once, after a guard.

use migration::commit::{self, Guarded};
use migration::decide::start_type;
use migration::run::answer::{Answer, Refusal};
use migration::run::document::Migration;
use serde_json::json;

use super::{Request, lookups};
use crate::error::StepError;
use crate::sdk::{Client, Trouble};

/// Makes the start and writes down what DMS answered.
///
/// # Errors
/// For a decision that cannot come in this simulation.
pub async fn handle(
    client: &mut Client<'_>,
    document: &mut Migration,
    request: Request<'_>,
) -> Result<(), StepError> {
    if document.next.as_ref().is_some_and(|next| next.reload) {
        return Err(StepError::unforeseen("no table fails here, so none is loaded again"));
    }
    let (Some(plan), Some(task), Some(run)) = (&document.plan, &document.task, &document.run) else {
        return Err(StepError::unforeseen("the document names no task to start"));
    };
    let Some(kind) = run.start.as_ref().map(|start| start.kind) else {
        return Err(StepError::unforeseen("the document has no decided start"));
    };
    let seen = lookups::observe(client, &lookups::by_arn(&task.arn), false).await?;
    let answer = match commit::guard_start(run, &seen, request.now) {
        Guarded::Held(why) => Some(Answer::NotCalled(why)),
        Guarded::Doubtful(_) | Guarded::Made => {
            return Err(StepError::unforeseen("no execution is redriven here"));
        }
        Guarded::Clear => {
            let input = json!({
                "ReplicationTaskArn": task.arn.to_string(),
                "StartReplicationTaskType": kind.as_str(),
                "CdcStopPosition": start_type::close_as_stop_position(plan, run, task),
            });
            Some(answer(client.change("StartReplicationTask", &input)))
        }
    };
    if let Some(run) = &mut document.run {
        commit::start_asked(run, request.now);
        commit::start_answered(run, answer);
    }
    Ok(())
}

/// What is written down about a changing call.
pub fn answer<T>(result: Result<T, Trouble>) -> Answer {
    let refused =
        |code: &str, message, passing| Answer::Refused(Refusal { code: code.to_owned(), message, passing });
    match result {
        Ok(_) => Answer::Accepted,
        Err(Trouble::Refused(refusal)) => Answer::Refused(refusal),
        Err(Trouble::Throttled(text)) => refused("ThrottlingException", text, true),
        Err(Trouble::NotFound) => refused("ResourceNotFoundFault", String::new(), false),
    }
}
