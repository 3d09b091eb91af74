//! Creates the task that the plan describes, or adopts the one with its identifier.
//!
//! Safe to repeat: a task that exists is compared, not created; one that was created before an answer was lost carries this
//! execution in its owner tag and is recognised by it. One changing call at most: create, modify, or take the owner tag
//! over.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::primitives::DateTime;
use aws_sdk_databasemigration::types::{MigrationTypeValue, ReplicationTask, Tag};
use jiff::Timestamp;
use migration::run::document::{Document, Running};
use migration::run::task::{Origin, Task};
use migration::survey::adoption::{self, Adoption};
use migration::survey::drift;
use migration::survey::owner;
use migration::time::graces::{AFTER_ADOPTION_SECONDS, AFTER_CREATION_SECONDS};
use migration_aws::dms::{self, TaskFilter};
use migration_aws::error::Error;
use migration_aws::request::Request;
use migration_aws::trouble::{self, Trouble};
use migration_aws::{clients, existing};
use plan::OWNER_TAG;
use plan::finding::Findings;
use plan::{TaskPlan, TaskRequest, settings};

/// Creates or adopts.
///
/// # Errors
/// [`Error::UnreadableDocument`] for a document without a task to create, [`Error::Throttled`] when DMS is too busy and
/// nothing was changed, [`Error::Unavailable`] when it cannot be asked or its answer was lost.
pub async fn handle(
    client: &Client,
    executions: &aws_sdk_sfn::Client,
    request: Request,
) -> Result<Document, Error> {
    let mut running = request.running()?;
    let plan = running.plan.clone();
    let TaskPlan::Request(wanted) = &plan.task else {
        return Err(Error::UnreadableDocument("the plan names a task that somebody else keeps".to_owned()));
    };
    let filter = TaskFilter::Identifier(wanted.replication_task_identifier.clone());
    let existing = dms::describe(client, &filter, true)
        .await
        .map_err(|trouble| trouble.into_error("describing the replication task"))?;
    match existing {
        Some(existing) => {
            adopt(client, executions, &mut running, wanted, &existing, &request.execution).await?;
        }
        None => create(client, &mut running, wanted, &request.execution, request.now).await?,
    }
    if let (Some(_), TaskPlan::Request(request)) = (&running.task, &mut running.plan.task) {
        request.lighten();
    }
    Ok(running.into())
}

async fn create(
    client: &Client,
    running: &mut Running,
    wanted: &TaskRequest,
    execution: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let attempt = "creating the replication task";
    let stated = wanted.replication_task_settings.as_ref().and_then(|document| document.json());
    let mut tags: Vec<Tag> =
        wanted.tags.iter().map(|tag| Tag::builder().key(&tag.key).value(&tag.value).build()).collect();
    tags.push(Tag::builder().key(OWNER_TAG).value(owner::tag_value(execution)).build());
    let answer = client
        .create_replication_task()
        .replication_task_identifier(&wanted.replication_task_identifier)
        .source_endpoint_arn(wanted.source_endpoint_arn.to_string())
        .target_endpoint_arn(wanted.target_endpoint_arn.to_string())
        .replication_instance_arn(wanted.replication_instance_arn.to_string())
        .migration_type(MigrationTypeValue::from(wanted.migration_type.as_str()))
        .table_mappings(wanted.table_mappings.json().map(ToString::to_string).unwrap_or_default())
        .replication_task_settings(settings::for_creation(stated).to_string())
        .set_cdc_start_time(wanted.cdc_start_time.map(|time| DateTime::from_secs(time.as_second())))
        .set_cdc_start_position(wanted.cdc_start_position.clone())
        .set_cdc_stop_position(wanted.cdc_stop_position.clone())
        .set_task_data(wanted.task_data.clone())
        .set_resource_identifier(wanted.resource_identifier.clone())
        .set_tags(Some(tags))
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    let created = match answer {
        Ok(answer) => answer.replication_task,
        Err(error) => match trouble::read(attempt, &error) {
            // Somebody was quicker: the next look finds the task and adopts it.
            Trouble::Refused(refusal) if refusal.code == "ResourceAlreadyExistsFault" => None,
            Trouble::Refused(refusal) => {
                running.run.create_refusal = Some(refusal);
                None
            }
            trouble => return Err(trouble.into_error(attempt)),
        },
    };
    match created {
        Some(created) => {
            let task = Task { created: Some(now), ..existing::known(&created, Origin::Created)? };
            running.wait(AFTER_CREATION_SECONDS, format!("the task {} was created", task.identifier));
            running.task = Some(task);
        }
        None => running.wait(AFTER_ADOPTION_SECONDS, "the task was not created; look again"),
    }
    Ok(())
}

async fn adopt(
    client: &Client,
    executions: &aws_sdk_sfn::Client,
    running: &mut Running,
    wanted: &TaskRequest,
    existing: &ReplicationTask,
    execution: &str,
) -> Result<(), Error> {
    let arn = existing.replication_task_arn().unwrap_or_default();
    let task = existing::compare(client, executions, wanted, existing, execution).await?;
    let Running { plan, run, .. } = &mut *running;
    let why = match adoption::adopt(plan, run, &task, dms::read_task(existing)?.has_run()) {
        Adoption::Modify => {
            modify(client, arn, wanted).await?;
            run.modified = true;
            // What was changed shows at the next look, and so does what could not be.
            running.wait(AFTER_CREATION_SECONDS, "the task was modified as the plan describes it");
            return Ok(());
        }
        Adoption::TakeOver => {
            take_over(client, arn, execution).await?;
            "the task exists, was compared with the plan, and this run drives it now"
        }
        Adoption::Leave if task.driven_by.is_some() => "another run drives the task",
        Adoption::Leave => "the task exists and was compared with the plan",
    };
    let mut differing = Findings::default();
    drift::warn(plan, &task.differences, &mut differing);
    // A task that is run as it is has endpoints of its own.
    run.route = Some(dms::read_task(existing)?.route);
    differing.add_to(&mut running.findings);
    running.wait(AFTER_ADOPTION_SECONDS, why);
    running.task = Some(task);
    Ok(())
}

/// This run drives the task from now on. The tag is for words; DMS's refusal of a second start is the lock.
async fn take_over(client: &Client, arn: &str, execution: &str) -> Result<(), Error> {
    let attempt = "writing the owner into the task's tags";
    let tag = Tag::builder().key(OWNER_TAG).value(owner::tag_value(execution)).build();
    let answer = client
        .add_tags_to_resource()
        .resource_arn(arn)
        .tags(tag)
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    answer.map(|_| ()).map_err(|error| trouble::read(attempt, &error).into_error(attempt))
}

/// Makes a task that has never run what the plan describes, as far as DMS can.
async fn modify(client: &Client, arn: &str, wanted: &TaskRequest) -> Result<(), Error> {
    let attempt = "modifying the replication task";
    let stated = wanted.replication_task_settings.as_ref().and_then(|document| document.json());
    let answer = client
        .modify_replication_task()
        .replication_task_arn(arn)
        .set_table_mappings(wanted.table_mappings.json().map(ToString::to_string))
        .replication_task_settings(settings::for_creation(stated).to_string())
        .set_cdc_start_time(wanted.cdc_start_time.map(|time| DateTime::from_secs(time.as_second())))
        .set_cdc_start_position(wanted.cdc_start_position.clone())
        .set_cdc_stop_position(wanted.cdc_stop_position.clone())
        .set_task_data(wanted.task_data.clone())
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    answer.map(|_| ()).map_err(|error| trouble::read(attempt, &error).into_error(attempt))
}
