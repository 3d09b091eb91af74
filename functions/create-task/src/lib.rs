//! Creates the task that the plan describes, or adopts the one with its identifier.
//!
//! What it does: it looks whether the task exists, and then makes one changing call at most: it creates the task,
//! modifies it, or writes this execution into its owner tag.
//!
//! A repeat: a task that exists is compared with the plan and not created again.
//!
//! A lost answer: it is an error. The machine polls, and this step is decided again while the document names no task. A
//! task that was created all the same carries this execution in its owner tag and is recognised by it.
//!
//! What a person does: nothing while the run goes on. A refusal of DMS ends the run, and the report names its code.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::primitives::DateTime;
use aws_sdk_databasemigration::types::{MigrationTypeValue, ReplicationTask, Tag};
use migration::commit;
use migration::run::acts::CreateCall;
use migration::run::answer::Refusal;
use migration::run::document::{Document, Running};
use migration::run::execution_arn::ExecutionArn;
use migration::run::task::{Origin, Task};
use migration::survey::adoption::{self, Adoption};
use migration::survey::drift;
use migration::survey::owner;
use migration::time::graces::{AFTER_ADOPTION_SECONDS, AFTER_CREATION_SECONDS, OWNER_LOOKED_AT_SECONDS};
use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::StepError;
use migration_aws::existing::{self, Existing};
use migration_aws::failure::{self, Outcome};
use migration_aws::request::Request;
use migration_aws::step_functions::beside;
use plan::OWNER_TAG;
use plan::finding::Findings;
use plan::{TaskPlan, TaskRequest, settings};

/// What the function calls, and what the stack puts on every task that it creates.
#[derive(Clone, Debug)]
pub struct CreateTask {
    /// DMS and Step Functions.
    pub aws: DmsAndStepFunctions,
    /// The tags of every created task, unless the plan has another value for them.
    pub default_tags: Vec<plan::Tag>,
}

/// Creates or adopts.
///
/// # Errors
/// [`StepError::UnreadableDocument`] for a document without a task to create, [`StepError::Throttled`] when DMS is too
/// busy and nothing was changed, [`StepError::Unavailable`] when it cannot be asked or its answer was lost.
pub async fn handle(function: &CreateTask, request: Request) -> Result<Document, StepError> {
    let CreateTask { aws: context, default_tags } = function;
    let mut running = request.running()?;
    Box::pin(beside::notice(&context.step_functions, &mut running.run)).await?;
    if let Some(why) = commit::is_closed_out(&running.run) {
        running.wait(1, why);
        return Ok(running.into());
    }
    let plan = running.plan.clone();
    let TaskPlan::Request(wanted) = &plan.task else {
        return Err(StepError::UnreadableDocument(
            "the plan names a task that somebody else keeps".to_owned(),
        ));
    };
    let filter = TaskFilter::Identifier(wanted.replication_task_identifier.clone());
    let existing = task::describe(&context.dms, &filter, true).await?;
    match existing {
        Some(existing) => {
            adopt(context, &mut running, wanted, &existing, &request).await?;
        }
        None => create(&context.dms, &mut running, (wanted, default_tags), &request).await?,
    }
    if let (Some(_), TaskPlan::Request(request)) = (&running.task, &mut running.plan.task) {
        request.lighten();
    }
    Ok(running.into())
}

async fn create(
    dms: &Client,
    running: &mut Running,
    (wanted, default_tags): (&TaskRequest, &[plan::Tag]),
    request: &Request,
) -> Result<(), StepError> {
    let Request { execution, now, retries, .. } = request;
    let stated = wanted.replication_task_settings.as_ref().and_then(|document| document.json());
    let stated_keys: Vec<&str> = wanted.tags.iter().map(|tag| tag.key.as_str()).collect();
    let defaults = default_tags.iter().filter(|tag| !stated_keys.contains(&tag.key.as_str()));
    let mut tags: Vec<Tag> = defaults
        .chain(&wanted.tags)
        .map(|tag| Tag::builder().key(&tag.key).value(&tag.value).build())
        .collect();
    tags.push(Tag::builder().key(OWNER_TAG).value(owner::tag_value(execution)).build());
    let answer = dms
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
        Err(error) => {
            let failure = failure::read("creating the replication task", error);
            match failure.outcome() {
                // Somebody was quicker: the next look finds the task and adopts it.
                Outcome::Refused(_) if failure.is_already_there() => None,
                Outcome::Refused(refusal) => {
                    commit::create_refused(
                        &mut running.run,
                        CreateCall::Create,
                        refusal.clone(),
                        *retries,
                        *now,
                    );
                    None
                }
                Outcome::NotFound(_) | Outcome::Throttled(_) | Outcome::Lost => return Err(failure.into()),
            }
        }
    };
    match created {
        Some(created) => {
            let task =
                Task { created: Some(*now), ..Task::known(task::read_task(&created)?, Origin::Created) };
            running.wait(AFTER_CREATION_SECONDS, format!("the task {} was created", task.identifier));
            running.task = Some(task);
        }
        None => running.wait(AFTER_ADOPTION_SECONDS, "the task was not created; look again"),
    }
    Ok(())
}

async fn adopt(
    context: &DmsAndStepFunctions,
    running: &mut Running,
    wanted: &TaskRequest,
    existing: &ReplicationTask,
    request: &Request,
) -> Result<(), StepError> {
    let arn = existing.replication_task_arn().unwrap_or_default();
    let Request { execution, now, retries, .. } = request;
    let Existing { task, driver_closes } = existing::compare(context, wanted, existing, execution).await?;
    let Running { plan, run, .. } = &mut *running;
    let why = match adoption::adopt(plan, run, &task, driver_closes, &task::read_task(existing)?, *now) {
        Adoption::Modify => {
            match modify(&context.dms, arn, wanted).await? {
                Modified::Done => {
                    commit::modified(run);
                    // What was changed shows at the next look, and so does what could not be.
                    running.wait(AFTER_CREATION_SECONDS, "the task was modified as the plan describes it");
                }
                Modified::Refused(refusal) => {
                    commit::create_refused(run, CreateCall::Modify, refusal, *retries, *now);
                    running.wait(AFTER_ADOPTION_SECONDS, "the task was not modified; look again");
                }
            }
            return Ok(());
        }
        Adoption::TakeOver => {
            take_over(&context.dms, arn, execution).await?;
            "the task exists, was compared with the plan, and this run drives it now"
        }
        Adoption::Await => {
            let why = "a run whose window has closed drives the task still: it is looked again";
            commit::not_created_yet(&mut running.run, *retries);
            running.wait(OWNER_LOOKED_AT_SECONDS, why);
            return Ok(());
        }
        Adoption::Leave if task.driven_by().is_some() => "another run drives the task",
        Adoption::Leave => "the task exists and was compared with the plan",
    };
    let mut differing = Findings::default();
    drift::warn(plan, &task.differences, &mut differing);
    // A task that is run as it is has endpoints of its own.
    run.route = Some(task::read_task(existing)?.route);
    differing.add_to(&mut running.findings);
    running.wait(AFTER_ADOPTION_SECONDS, why);
    running.task = Some(task);
    Ok(())
}

/// This run drives the task from now on. The tag is for words; DMS's refusal of a second start is the lock.
async fn take_over(dms: &Client, arn: &str, execution: &ExecutionArn) -> Result<(), StepError> {
    let attempt = "writing the owner into the task's tags";
    let tag = Tag::builder().key(OWNER_TAG).value(owner::tag_value(execution)).build();
    let answer = dms
        .add_tags_to_resource()
        .resource_arn(arn)
        .tags(tag)
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    answer.map(|_| ()).map_err(|error| failure::read(attempt, error).into())
}

/// What DMS answered to a modification.
enum Modified {
    /// It takes it.
    Done,
    /// It does not: what stands in the way may pass, as an instance in change.
    Refused(Refusal),
}

/// Makes a task that has never run what the plan describes, as far as DMS can.
async fn modify(dms: &Client, arn: &str, wanted: &TaskRequest) -> Result<Modified, StepError> {
    let attempt = "modifying the replication task";
    let stated = wanted.replication_task_settings.as_ref().and_then(|document| document.json());
    let answer = dms
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
    let Err(error) = answer else { return Ok(Modified::Done) };
    let failure = failure::read(attempt, error);
    match failure.outcome() {
        Outcome::Refused(refusal) => Ok(Modified::Refused(refusal.clone())),
        Outcome::NotFound(_) | Outcome::Throttled(_) | Outcome::Lost => Err(failure.into()),
    }
}
