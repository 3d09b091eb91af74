//! Asks DMS to stop the task.
//!
//! Safe to repeat: DMS refuses to stop what is not running, and that is no failure. Whether the task has stopped is for
//! polls to observe.

use aws_sdk_databasemigration::Client;
use migration::commit;
use migration::run::answer::Answer;
use migration::run::document::Document;
use migration_aws::clients;
use migration_aws::error::Error;
use migration_aws::request::Request;
use migration_aws::trouble;

/// Makes the stop that was decided, or the machine's own at the close when no poll can run, and writes down what DMS
/// answered.
///
/// # Errors
/// [`Error::UnreadableDocument`] for a document that names no task.
pub async fn handle(client: &Client, request: Request) -> Result<Document, Error> {
    let mut running = request.running()?;
    let Some(task) = running.task.clone() else {
        return Err(Error::UnreadableDocument("the document names no task to stop".to_owned()));
    };
    if request.occasion.is_some() {
        commit::stop_unseen(&mut running.run, request.now);
    }
    let answer = client
        .stop_replication_task()
        .replication_task_arn(task.arn.to_string())
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    let answer = match answer {
        Ok(_) => Answer::Accepted,
        Err(error) => trouble::read("stopping the replication task", &error).into_answer(),
    };
    tracing::info!(answer = ?answer, "stop of {}", task.identifier);
    commit::stop_answered(&mut running.run, answer);
    Ok(running.into())
}
