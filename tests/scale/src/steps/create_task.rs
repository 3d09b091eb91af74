//! Creates the task that the plan describes.

use migration::run::document::Migration;
use migration::run::task::{Origin, Task};
use migration::survey::owner;
use plan::OWNER_TAG;
use plan::{TaskPlan, TaskRequest, settings};
use serde_json::{Value, json};

use super::{Request, lookups};
use crate::error::StepError;
use crate::reader;
use crate::sdk::{Client, Trouble};

/// Seconds until the look after a task was created.
const AFTER_CREATION: u32 = 15;

/// Seconds until the look after it was not.
const AFTER_ADOPTION: u32 = 1;

/// Creates the task. No task of these plans exists before, so none is adopted.
///
/// # Errors
/// When DMS is too busy; the document is as it was then.
pub async fn handle(
    client: &mut Client<'_>,
    document: &mut Migration,
    request: Request<'_>,
) -> Result<(), StepError> {
    let wanted = document.plan.as_ref().and_then(|plan| plan.request()).cloned();
    let wanted = wanted.ok_or_else(|| StepError::unforeseen("the plan describes no task"))?;
    let filter = lookups::by_identifier(&wanted.replication_task_identifier);
    let existing = lookups::describe(client, &filter, true).await.map_err(Trouble::into_error)?;
    if existing.is_some() {
        return Err(StepError::unforeseen("a task with the plan's identifier exists already"));
    }
    match client.change("CreateReplicationTask", &input(&wanted, request.execution)) {
        Ok(answer) => {
            let created = answer.get("ReplicationTask").unwrap_or(&Value::Null);
            let seen = reader::task(created)?;
            let why = format!("the task {} was created", seen.identifier);
            document.wait(AFTER_CREATION, why);
            document.task = Some(Task {
                arn: seen.arn,
                identifier: seen.identifier,
                migration_type: seen.migration_type,
                origin: Origin::Created,
                created: Some(request.now),
                settings: seen.settings,
                differences: Vec::new(),
                driven_by: None,
            });
            if let Some(TaskPlan::Request(request)) = document.plan.as_mut().map(|plan| &mut plan.task) {
                request.lighten();
            }
        }
        Err(Trouble::Refused(refusal)) => {
            if let Some(run) = &mut document.run {
                run.create_refusal = Some(refusal);
            }
            document.wait(AFTER_ADOPTION, "the task was not created; look again");
        }
        Err(trouble) => return Err(trouble.into_error()),
    }
    Ok(())
}

fn input(wanted: &TaskRequest, execution: &str) -> Value {
    let stated = wanted.replication_task_settings.as_ref().and_then(|document| document.json());
    json!({
        "ReplicationTaskIdentifier": wanted.replication_task_identifier,
        "SourceEndpointArn": wanted.source_endpoint_arn.to_string(),
        "TargetEndpointArn": wanted.target_endpoint_arn.to_string(),
        "ReplicationInstanceArn": wanted.replication_instance_arn.to_string(),
        "MigrationType": wanted.migration_type.as_str(),
        "TableMappings": wanted.table_mappings.json().map(ToString::to_string).unwrap_or_default(),
        "ReplicationTaskSettings": settings::for_creation(stated).to_string(),
        "Tags": [{"Key": OWNER_TAG, "Value": owner::tag_value(execution)}],
    })
}
