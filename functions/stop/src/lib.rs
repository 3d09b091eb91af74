//! Asks DMS to stop the task.
//!
//! What it does: one StopReplicationTask call, made once; DMS's answer is written down. In an execution that was
//! redriven and has not seen the task since, it looks first: what somebody else started after this run's close is not
//! stopped. For a run that is closed out it looks first who else has to do with the task.
//!
//! A repeat: DMS refuses to stop what is not running, and that is no failure.
//!
//! A lost answer: it is written down as lost. The task may be stopping. Polls observe whether it has stopped, and the
//! stop is decided again while it has not.
//!
//! What a person does: nothing at first. When the report says that the task did not stop, it gives the command that
//! stops it by hand.

use jiff::Timestamp;
use migration::commit;
use migration::run::answer::Answer;
use migration::run::document::{Document, Running};
use migration::run::task::Task;
use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::{StepError, chain};
use migration_aws::failure;
use migration_aws::request::Request;
use migration_aws::step_functions::beside;

/// Looks whose task it is now, and why it must not be stopped. A look that fails holds no stop back while stops are still
/// made for the close.
///
/// # Errors
/// When the look fails long after the close.
async fn look(
    context: &DmsAndStepFunctions,
    running: &mut Running,
    task: &Task,
    now: Timestamp,
) -> Result<Option<String>, StepError> {
    match task::observe(&context.dms, &TaskFilter::Arn(task.arn.to_string()), false).await {
        Ok(seen) => Ok(commit::guard_stop(&mut running.run, &seen, now)),
        Err(error) if commit::stops_without_a_look(&running.run, now) => {
            tracing::warn!("the look before the stop failed: {}", chain(&error));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Why the stop is another execution's to make: this one was closed out, or it closes out a run with whose task another
/// one has to do now. A look that fails holds no stop back that the close asks for.
///
/// # Errors
/// When the look fails, and the stop is not one for the close.
async fn stands_aside(
    context: &DmsAndStepFunctions,
    running: &mut Running,
    now: Timestamp,
) -> Result<Option<String>, StepError> {
    if running.run.close_out.is_some() {
        return match Box::pin(beside::look(&context.dms, &context.step_functions, running)).await {
            Ok(beside) => Ok(commit::stands_aside(&beside)),
            Err(error) if commit::closes_out_without_a_look(&running.run, now) => {
                tracing::warn!("who else has to do with the task is not known: {}", chain(&error));
                Ok(None)
            }
            Err(error) => Err(error),
        };
    }
    match Box::pin(beside::notice(&context.step_functions, &mut running.run)).await {
        Ok(()) => Ok(commit::is_closed_out(&running.run)),
        Err(error) if commit::stops_without_a_look(&running.run, now) => {
            tracing::warn!("whether this run was closed out is not known: {}", chain(&error));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Makes the stop that was decided, or the machine's own at the close when no poll can run, and writes down what DMS
/// answered.
///
/// # Errors
/// [`StepError::UnreadableDocument`] for a document that names no task.
pub async fn handle(context: &DmsAndStepFunctions, request: Request) -> Result<Document, StepError> {
    let mut running = request.running()?;
    let Some(task) = running.task.clone() else {
        return Err(StepError::UnreadableDocument("the document names no task to stop".to_owned()));
    };
    if request.occasion.is_some() {
        commit::stop_unseen(&mut running, request.now);
    }
    if let Some(why) = stands_aside(context, &mut running, request.now).await? {
        tracing::warn!("the stop was held back: {why}");
        commit::stop_answered(&mut running.run, Answer::NotCalled(why));
        return Ok(running.into());
    }
    if commit::stop_wants_a_look(&running.run, request.now)
        && let Some(why) = look(context, &mut running, &task, request.now).await?
    {
        tracing::warn!("the stop was held back: {why}");
        commit::stop_answered(&mut running.run, Answer::NotCalled(why));
        return Ok(running.into());
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
        Ok(_) => Answer::Accepted,
        Err(error) => failure::read("stopping the replication task", error).into_answer(),
    };
    tracing::info!(answer = ?answer, "stop of {}", task.identifier);
    commit::stop_answered(&mut running.run, answer);
    Ok(running.into())
}
