//! A task that exists already, as a run knows it: whose it is, who drives it, and where it differs from the plan.

use aws_sdk_databasemigration::types::ReplicationTask;
use jiff::Timestamp;
use migration::run::execution_arn::ExecutionArn;
use migration::run::task::{Owner, Task};
use migration::survey::adoption;
use migration::survey::drift;
use migration::survey::executions::State;
use migration::survey::owner;
use plan::TaskRequest;

use crate::clients::DmsAndStepFunctions;
use crate::dms::task;
use crate::error::StepError;
use crate::step_functions::{self, Execution};
use crate::timestamp;

/// What is known of a task that exists already.
#[derive(Clone, Debug, PartialEq)]
pub struct Existing {
    /// The task.
    pub task: Task,
    /// When the window of the run closes that drives it now, where another one does and has a window.
    pub driver_closes: Option<Timestamp>,
}

/// Compares a task with what the plan describes, and looks who drives it. Nothing is changed.
///
/// # Errors
/// When DMS or Step Functions does not answer, or an ARN in DMS's answer is none.
pub async fn compare(
    context: &DmsAndStepFunctions,
    wanted: &TaskRequest,
    existing: &ReplicationTask,
    execution: &ExecutionArn,
) -> Result<Existing, StepError> {
    let arn = existing.replication_task_arn().unwrap_or_default();
    let tag = task::owner_tag(&context.dms, arn).await?;
    let owner = tag.as_deref().and_then(owner::execution);
    let origin = adoption::origin(tag.is_some().then_some(owner.as_ref()), execution);
    let created = existing.replication_task_creation_date().and_then(timestamp);
    let mut task = Task { created, ..Task::known(task::read_task(existing)?, origin) };
    let mut driver_closes = None;
    if let Some(owner) = owner.filter(|owner| owner != execution) {
        task.owner = match step_functions::describe(&context.step_functions, &owner).await? {
            Execution::Known(known) if known.state == State::Running => {
                driver_closes = known.closes();
                Owner::Running(owner)
            }
            Execution::Known(known) => {
                Owner::Ended { execution: owner, ran: known.started_its_task_between() }
            }
            Execution::NotKnown => Owner::Ended { execution: owner, ran: None },
            Execution::OutOfReach => Owner::OutOfReach(owner),
        };
    }
    task.differences = drift::differences(wanted, &task::read_described(existing)?);
    Ok(Existing { task, driver_closes })
}
