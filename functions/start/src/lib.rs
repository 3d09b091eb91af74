//! Starts the task, the way that was decided, has DMS load tables of it again, or tests a connection again that a start
//! needs.
//!
//! What it does: it looks at the task, and if what was decided is still so, it makes one StartReplicationTask or
//! ReloadTables call, or without a look one TestConnection call. Neither the SDK nor the machine repeats that call.
//!
//! A repeat: the look before the call finds a start that was made already, and holds the second one back. A reload that
//! has its answer, or was decided more than two minutes ago, is not asked for again. A second test of a connection is
//! refused while the first goes on, and does no harm after it.
//!
//! A lost answer: the decision was written down as lost before this step, which means "may have happened". Polls
//! observe whether the task runs.
//!
//! What a person does: nothing while the run goes on. After a refusal the report names DMS's code and what to put
//! right; then the migration is started again.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types::{StartReplicationTaskTypeValue, TableToReload};
use jiff::Timestamp;
use migration::commit::{self, Guarded, GuardedReload};
use migration::decide::start_type;
use migration::run::acts::StartKind;
use migration::run::answer::Answer;
use migration::run::document::{Document, Running};
use migration::run::observation::TaskSeen;
use migration::run::step::What;
use migration::run::task::Task;
use migration_aws::clients::{self, DmsAndStepFunctions};
use migration_aws::dms::connections;
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::{StepError, chain};
use migration_aws::failure::{self, CallFailure};
use migration_aws::request::Request;
use migration_aws::step_functions::beside;
use plan::table_name::TableName;

/// Makes the start that was decided, and writes down what DMS answered, or that the answer was lost.
///
/// # Errors
/// [`StepError::UnreadableDocument`] for a document without a decided start, [`StepError::Unavailable`] when the look
/// before the call fails in a step that may have been made before. In a first one the document says that the call was
/// not made.
pub async fn handle(context: &DmsAndStepFunctions, request: Request) -> Result<Document, StepError> {
    let mut running = request.running()?;
    if let Some(what) = held_back(context, &mut running, request.now).await? {
        return Ok(what);
    }
    match running.next.what {
        What::Reload => reload(&context.dms, running, request.now).await,
        What::Start => start(&context.dms, running, request.now).await,
        What::Test => test(&context.dms, running).await,
        other => Err(StepError::UnreadableDocument(format!(
            "the document's next step is `{}`: the machine made another one",
            other.as_str()
        ))),
    }
}

/// The document of a run that was closed out before it was redriven: nothing of it is done any more.
///
/// # Errors
/// When Step Functions does not answer.
async fn held_back(
    context: &DmsAndStepFunctions,
    running: &mut Running,
    now: Timestamp,
) -> Result<Option<Document>, StepError> {
    Box::pin(beside::notice(&context.step_functions, &mut running.run)).await?;
    let Some(why) = commit::is_closed_out(&running.run) else { return Ok(None) };
    tracing::warn!("held back: {why}");
    commit::held_back(running, why, now);
    Ok(Some(running.clone().into()))
}

async fn start(dms: &Client, mut running: Running, now: Timestamp) -> Result<Document, StepError> {
    let Running { plan, run, task, .. } = &running;
    let Some(task) = task else {
        return Err(StepError::UnreadableDocument("the document names no task to start".to_owned()));
    };
    let Some((kind, decided)) = run.drive.start().map(|start| (start.kind, start.decided)) else {
        return Err(StepError::UnreadableDocument("the document has no decided start".to_owned()));
    };
    let seen = match look(dms, task, commit::may_be_a_repeat(run, decided, now)).await? {
        Ok(seen) => seen,
        Err(not_called) => {
            commit::start_answered(&mut running.run, not_called, now);
            return Ok(running.into());
        }
    };
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
        Guarded::Clear => {
            let position = match &seen {
                TaskSeen::Seen(seen) => start_type::stop_position(plan, task, seen),
                TaskSeen::Unseen | TaskSeen::NotThere => None,
            };
            call(dms, task, kind, position).await
        }
    };
    tracing::info!(answer = ?answer, "start of {} by {}", task.identifier, kind.as_str());
    commit::start_answered(&mut running.run, answer, now);
    Ok(running.into())
}

/// The look before the call; where it fails the call is not made, and that is its answer.
///
/// # Errors
/// When the look fails in a step that may have been made before: what became of its call is not known.
async fn look(
    dms: &Client,
    task: &Task,
    may_be_a_repeat: bool,
) -> Result<Result<TaskSeen, Answer>, StepError> {
    match task::observe(dms, &TaskFilter::Arn(task.arn.to_string()), false).await {
        Ok(seen) => Ok(Ok(seen)),
        Err(error) if may_be_a_repeat => Err(error),
        Err(error) => {
            let why = format!("the look before the call failed: {}", chain(&error));
            tracing::warn!("{why}");
            Ok(Err(Answer::NotCalled(why)))
        }
    }
}

/// Has DMS load the tables again that were decided on. One call, made once, like a start.
async fn reload(dms: &Client, mut running: Running, now: Timestamp) -> Result<Document, StepError> {
    let Running { run, task: Some(task), .. } = &mut running else {
        return Err(StepError::UnreadableDocument("the document names no task to load tables of".to_owned()));
    };
    let Some(decided) = &run.reload else {
        return Err(StepError::UnreadableDocument("the document has no decided reload".to_owned()));
    };
    let tables = decided.tables.clone();
    let seen = match look(dms, task, commit::may_be_a_repeat(run, decided.decided, now)).await? {
        Ok(seen) => seen,
        Err(not_called) => {
            commit::reload_answered(run, not_called);
            return Ok(running.into());
        }
    };
    let answer = match commit::guard_reload(run, decided, &seen, now) {
        GuardedReload::Held(why) => {
            tracing::warn!("the reload was held back: {why}");
            Answer::NotCalled(why)
        }
        GuardedReload::Made => {
            tracing::warn!("this reload may have been asked for before; it is not asked for again");
            return Ok(running.into());
        }
        GuardedReload::Clear => ask_for_reload(dms, task, &tables).await?,
    };
    tracing::info!(answer = ?answer, "reload of {} tables of {}", tables.len(), task.identifier);
    commit::reload_answered(run, answer);
    Ok(running.into())
}

/// Tests a connection again before the start. What comes of it shows in the connections.
async fn test(dms: &Client, mut running: Running) -> Result<Document, StepError> {
    let run = &mut running.run;
    let (Some(test), Some(route)) = (&run.test, &run.route) else {
        return Err(StepError::UnreadableDocument("the document has no decided connection test".to_owned()));
    };
    let answer = match connections::test(dms, &route.instance, &test.endpoint).await {
        Ok(()) => Answer::Accepted,
        Err(failure) => failure.into_answer(),
    };
    tracing::info!(answer = ?answer, "test of the connection of {}", test.endpoint);
    commit::test_answered(run, answer);
    Ok(running.into())
}

async fn ask_for_reload(dms: &Client, task: &Task, tables: &[TableName]) -> Result<Answer, StepError> {
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
        Ok(_) => Answer::Accepted,
        Err(error) => failure::read(attempt, error).into_answer(),
    })
}

async fn call(dms: &Client, task: &Task, kind: StartKind, stop_position: Option<&str>) -> Answer {
    let answer = dms
        .start_replication_task()
        .replication_task_arn(task.arn.to_string())
        .start_replication_task_type(match kind {
            StartKind::StartReplication => StartReplicationTaskTypeValue::StartReplication,
            StartKind::ResumeProcessing => StartReplicationTaskTypeValue::ResumeProcessing,
            StartKind::ReloadTarget => StartReplicationTaskTypeValue::ReloadTarget,
        })
        .set_cdc_stop_position(stop_position.map(str::to_owned))
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    match answer {
        Ok(_) => Answer::Accepted,
        Err(error) => failure::read("starting the replication task", error).into_answer(),
    }
}
