//! Starts the task, the way that was decided, or has DMS load tables of it again.
//!
//! One call, made once: neither the SDK nor the machine repeats it, and a guard just before it looks whether what was
//! decided is still so. A lost answer stays visible: the decision was written down before this step, and an answer that is
//! missing is read as "may have happened".

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types::{StartReplicationTaskTypeValue, TableToReload};
use jiff::Timestamp;
use migration::commit::{self, Guarded};
use migration::decide::start_type;
use migration::run::acts::StartKind;
use migration::run::answer::Answer;
use migration::run::document::{Document, Running};
use migration::run::step::What;
use migration::run::task::Task;
use migration_aws::clients;
use migration_aws::dms::{self, TaskFilter};
use migration_aws::error::Error;
use migration_aws::request::Request;
use migration_aws::trouble;
use plan::table_name::TableName;

/// Makes the start that was decided, and writes down what DMS answered: Accepted, Refused, or nothing when the answer was
/// lost.
///
/// # Errors
/// [`Error::UnreadableDocument`] for a document without a decided start, [`Error::Unavailable`] when the look before the
/// start fails: nothing was started then.
pub async fn handle(client: &Client, request: Request) -> Result<Document, Error> {
    let running = request.running()?;
    match running.next.what {
        What::Reload => reload(client, running, request.now).await,
        _ => start(client, running, request.now).await,
    }
}

async fn start(client: &Client, mut running: Running, now: Timestamp) -> Result<Document, Error> {
    let Running { plan, run, task, .. } = &running;
    let Some(task) = task else {
        return Err(Error::UnreadableDocument("the document names no task to start".to_owned()));
    };
    let Some(kind) = run.drive.start().map(|start| start.kind) else {
        return Err(Error::UnreadableDocument("the document has no decided start".to_owned()));
    };
    let seen = dms::observe(client, &TaskFilter::Arn(task.arn.to_string()), false).await?;
    let answer = match commit::guard_start(run, &seen, now) {
        Guarded::Held(why) => {
            tracing::warn!("the start was held back: {why}");
            Answer::NotCalled(why)
        }
        Guarded::Doubtful(why) => {
            tracing::warn!("the start was held back: {why}");
            commit::start_is_doubtful(&mut running, why, now);
            return Ok(running.into());
        }
        Guarded::Made => {
            tracing::warn!("this start was made before, and its answer was lost; it is not made again");
            Answer::Lost
        }
        Guarded::Clear => call(client, task, kind, start_type::close_as_stop_position(plan, run, task)).await,
    };
    tracing::info!(answer = ?answer, "start of {} by {}", task.identifier, kind.as_str());
    commit::start_answered(&mut running.run, answer, now);
    Ok(running.into())
}

/// Has DMS load the tables again that were decided on. One call, made once, like a start.
async fn reload(client: &Client, mut running: Running, now: Timestamp) -> Result<Document, Error> {
    let Running { run, task: Some(task), .. } = &mut running else {
        return Err(Error::UnreadableDocument("the document names no task to load tables of".to_owned()));
    };
    let tables = run.reload.as_ref().map(|reload| reload.tables.clone()).unwrap_or_default();
    let seen = dms::observe(client, &TaskFilter::Arn(task.arn.to_string()), false).await?;
    let answer = match commit::guard_reload(run, &seen, now) {
        Guarded::Held(why) => {
            tracing::warn!("the reload was held back: {why}");
            Answer::NotCalled(why)
        }
        Guarded::Made | Guarded::Doubtful(_) => {
            tracing::warn!("this reload may have been asked for before; it is not asked for again");
            return Ok(running.into());
        }
        Guarded::Clear => ask_for_reload(client, task, &tables).await?,
    };
    tracing::info!(answer = ?answer, "reload of {} tables of {}", tables.len(), task.identifier);
    commit::reload_answered(run, answer);
    Ok(running.into())
}

async fn ask_for_reload(client: &Client, task: &Task, tables: &[TableName]) -> Result<Answer, Error> {
    let attempt = "asking for tables to be loaded again";
    let tables: Result<Vec<TableToReload>, _> = tables
        .iter()
        .map(|name| {
            TableToReload::builder().schema_name(&name.schema_name).table_name(&name.table_name).build()
        })
        .collect();
    let tables = tables.map_err(|error| Error::Unavailable(format!("{attempt}: {error}")))?;
    let answer = client
        .reload_tables()
        .replication_task_arn(task.arn.to_string())
        .set_tables_to_reload(Some(tables))
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    Ok(match answer {
        Ok(_) => Answer::Accepted,
        Err(error) => trouble::read(attempt, &error).into_answer(),
    })
}

async fn call(client: &Client, task: &Task, kind: StartKind, stop_position: Option<String>) -> Answer {
    let answer = client
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
        Ok(_) => Answer::Accepted,
        Err(error) => trouble::read("starting the replication task", &error).into_answer(),
    }
}
