//! Asks DMS to stop the task.

use migration::commit;
use migration::run::document::Migration;
use serde_json::json;

use super::start::answer;
use crate::error::StepError;
use crate::sdk::Client;

/// Makes the stop and writes down what DMS answered.
///
/// # Errors
/// For a document that names no task.
pub fn handle(client: &mut Client<'_>, document: &mut Migration) -> Result<(), StepError> {
    let Some(task) = &document.task else {
        return Err(StepError::unforeseen("the document names no task to stop"));
    };
    let input = json!({"ReplicationTaskArn": task.arn.to_string()});
    let answer = answer(client.change("StopReplicationTask", &input));
    if let Some(run) = &mut document.run {
        commit::stop_answered(run, Some(answer));
    }
    Ok(())
}
