//! Starts the task, the way that was decided, or has DMS load tables of it again.
//!
//! What it does: it looks at the task, and if what was decided is still so, it makes one StartReplicationTask or
//! ReloadTables call. Neither the SDK nor the machine repeats that call.
//!
//! A repeat: the look before the call finds a start that was made already, and holds the second one back. A reload that
//! may have been asked for is not asked for again.
//!
//! A lost answer: the decision was written down before this step, and a missing answer means "may have happened". Polls
//! observe whether the task runs.
//!
//! What a person does: nothing while the run goes on. After a refusal the report names DMS's code and what to put
//! right; then the migration is started again.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types::{StartReplicationTaskTypeValue, TableToReload};
use migration::commit::{self, Guarded};
use migration::decide::start_type;
use migration::run::document::{Answer, Migration, StartKind, Task};
use migration_aws::clients::{self, Dms};
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::StepError;
use migration_aws::failure::{self, CallFailure};
use migration_aws::request::Request;
use plan::table_name::TableName;

/// Makes the start that was decided, and writes down what DMS answered: Accepted, Refused, or nothing when the answer
/// was lost.
///
/// # Errors
/// [`StepError::UnreadableDocument`] for a document without a decided start, [`StepError::Unavailable`] when the look
/// before the start fails: nothing was started then.
pub async fn handle(context: &Dms, request: Request) -> Result<Migration, StepError> {
    let mut document = request.migration()?;
    if document.next.as_ref().is_some_and(|next| next.reload) {
        return reload(&context.dms, document, &request).await;
    }
    let (Some(plan), Some(task), Some(run)) = (&document.plan, &document.task, &document.run) else {
        return Err(StepError::UnreadableDocument("the document names no task to start".to_owned()));
    };
    let Some(kind) = run.start.as_ref().map(|start| start.kind) else {
        return Err(StepError::UnreadableDocument("the document has no decided start".to_owned()));
    };
    let seen = task::observe(&context.dms, &TaskFilter::Arn(task.arn.to_string()), false).await?;
    let answer = match commit::guard_start(run, &seen, request.now) {
        Guarded::Held(why) => {
            tracing::warn!("the start was held back: {why}");
            Some(Answer::Withheld(why))
        }
        Guarded::Doubtful(why) => {
            tracing::warn!("the start was held back: {why}");
            commit::start_is_doubtful(&mut document, why, request.now);
            return Ok(document);
        }
        Guarded::Made => {
            tracing::warn!("this start was made before, and its answer was lost; it is not made again");
            None
        }
        Guarded::Clear => {
            call(&context.dms, task, kind, start_type::close_as_stop_position(plan, run, task)).await
        }
    };
    tracing::info!(answer = ?answer, "start of {} by {}", task.identifier, kind.as_str());
    if let Some(run) = &mut document.run {
        commit::start_asked(run, request.now);
        commit::start_answered(run, answer);
    }
    Ok(document)
}

/// Has DMS load the tables again that were decided on. One call, made once, like a start.
async fn reload(dms: &Client, mut document: Migration, request: &Request) -> Result<Migration, StepError> {
    let (Some(task), Some(run)) = (&document.task, &mut document.run) else {
        return Err(StepError::UnreadableDocument("the document names no task to load tables of".to_owned()));
    };
    let tables = run.reload.as_ref().map(|reload| reload.tables.clone()).unwrap_or_default();
    let seen = task::observe(dms, &TaskFilter::Arn(task.arn.to_string()), false).await?;
    let answer = match commit::guard_reload(run, &seen, request.now) {
        Guarded::Held(why) => {
            tracing::warn!("the reload was held back: {why}");
            Some(Answer::Withheld(why))
        }
        Guarded::Made | Guarded::Doubtful(_) => {
            tracing::warn!("this reload may have been asked for before; it is not asked for again");
            return Ok(document);
        }
        Guarded::Clear => ask_for_reload(dms, task, &tables).await?,
    };
    tracing::info!(answer = ?answer, "reload of {} tables of {}", tables.len(), task.identifier);
    commit::reload_answered(run, answer);
    Ok(document)
}

async fn ask_for_reload(
    dms: &Client,
    task: &Task,
    tables: &[TableName],
) -> Result<Option<Answer>, StepError> {
    let attempt = "asking for tables to be loaded again";
    let tables: Result<Vec<TableToReload>, _> = tables
        .iter()
        .map(|name| {
            TableToReload::builder().schema_name(&name.schema_name).table_name(&name.table_name).build()
        })
        .collect();
    let tables = tables.map_err(|error| CallFailure::without_answer(attempt, error))?;
    let answer = dms
        .reload_tables()
        .replication_task_arn(task.arn.to_string())
        .set_tables_to_reload(Some(tables))
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    Ok(match answer {
        Ok(_) => Some(Answer::Accepted),
        Err(error) => failure::read(attempt, error).into_answer(),
    })
}

async fn call(dms: &Client, task: &Task, kind: StartKind, stop_position: Option<String>) -> Option<Answer> {
    let answer = dms
        .start_replication_task()
        .replication_task_arn(task.arn.to_string())
        .start_replication_task_type(match kind {
            StartKind::StartReplication => StartReplicationTaskTypeValue::StartReplication,
            StartKind::ResumeProcessing => StartReplicationTaskTypeValue::ResumeProcessing,
            StartKind::ReloadTarget => StartReplicationTaskTypeValue::ReloadTarget,
        })
        .set_cdc_stop_position(stop_position)
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    match answer {
        Ok(_) => Some(Answer::Accepted),
        Err(error) => failure::read("starting the replication task", error).into_answer(),
    }
}
