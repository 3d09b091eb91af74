//! Asks DMS to stop the task.
//!
//! What it does: one StopReplicationTask call, made once; DMS's answer is written down.
//!
//! A repeat: DMS refuses to stop what is not running, and that is no failure.
//!
//! A lost answer: it is written down as missing. The task may be stopping. Polls observe whether it has stopped, and
//! the stop is decided again while it has not.
//!
//! What a person does: nothing at first. When the report says that the task did not stop, it gives the command that
//! stops it by hand.

use migration::commit;
use migration::run::document::{Answer, Migration};
use migration_aws::clients::{self, Dms};
use migration_aws::error::StepError;
use migration_aws::failure;
use migration_aws::request::Request;

/// Makes the stop that was decided, or the machine's own at the close when no poll can run, and writes down what DMS
/// answered.
///
/// # Errors
/// [`StepError::UnreadableDocument`] for a document that names no task.
pub async fn handle(context: &Dms, request: Request) -> Result<Migration, StepError> {
    let mut document = request.migration()?;
    let Some(task) = document.task.clone() else {
        return Err(StepError::UnreadableDocument("the document names no task to stop".to_owned()));
    };
    if request.occasion.is_some() {
        commit::stop_unseen(&mut document, request.now);
    }
    let answer = context
        .dms
        .stop_replication_task()
        .replication_task_arn(task.arn.to_string())
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    let answer = match answer {
        Ok(_) => Some(Answer::Accepted),
        Err(error) => failure::read("stopping the replication task", error).into_answer(),
    };
    tracing::info!(answer = ?answer, "stop of {}", task.identifier);
    if let Some(run) = &mut document.run {
        commit::stop_answered(run, answer);
    }
    Ok(document)
}
