//! A task that exists already, as a run knows it: whose it is, who drives it, and where it differs from the plan.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types::ReplicationTask;
use migration::run::task::{Origin, Task};
use migration::survey::adoption;
use migration::survey::drift;
use migration::survey::owner;
use plan::OWNER_TAG;
use plan::TaskRequest;

use crate::dms;
use crate::error::Error;
use crate::executions;
use crate::trouble;

/// Compares a task with what the plan describes, and looks who drives it. Nothing is changed.
///
/// # Errors
/// When DMS or Step Functions does not answer, or an ARN in DMS's answer is none.
pub async fn compare(
    client: &Client,
    executions: &aws_sdk_sfn::Client,
    wanted: &TaskRequest,
    existing: &ReplicationTask,
    execution: &str,
) -> Result<Task, Error> {
    let tag = owner_tag(client, existing.replication_task_arn().unwrap_or_default()).await?;
    let owner = tag.as_deref().and_then(owner::execution);
    let origin = adoption::origin(tag.is_some().then_some(owner.as_deref()), execution);
    let mut task = known(existing, origin)?;
    if let Some(owner) = owner.filter(|owner| owner != execution)
        && executions::describe(executions, &owner).await?.running
    {
        task.driven_by = Some(owner);
    }
    task.differences = drift::differences(wanted, &dms::read_described(existing)?);
    Ok(task)
}

/// The task as the run knows it.
///
/// # Errors
/// When an ARN in DMS's answer is none.
pub fn known(task: &ReplicationTask, origin: Origin) -> Result<Task, Error> {
    let seen = dms::read_task(task)?;
    Ok(Task {
        arn: seen.arn,
        identifier: seen.identifier,
        migration_type: seen.migration_type,
        origin,
        created: None,
        settings: seen.settings,
        differences: Vec::new(),
        driven_by: None,
    })
}

/// The value of the owner tag; `None` on a task that this product did not create.
async fn owner_tag(client: &Client, arn: &str) -> Result<Option<String>, Error> {
    let attempt = "reading the task's tags";
    match client.list_tags_for_resource().resource_arn(arn).send().await {
        Ok(answer) => Ok(answer
            .tag_list()
            .iter()
            .find(|tag| tag.key() == Some(OWNER_TAG))
            .map(|tag| tag.value().unwrap_or_default().to_owned())),
        Err(error) => Err(trouble::read(attempt, &error).into_error(attempt)),
    }
}
