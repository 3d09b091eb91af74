//! Observes DMS and decides what is done next.
//!
//! What it does: it describes the task, and reads its tables, its connections and its lag where the decision needs
//! them. While DMS was too busy to take a stop it looks at nothing: the stop comes first. What was seen and what is
//! decided are written into the document. It changes nothing in AWS.
//!
//! A repeat: it looks again and decides anew.
//!
//! A lost answer: it is an error, and the machine waits and polls again. A DMS that is too busy is an observation, and so
//! are tables and connections that it refuses to show, and a lag that could not be read.
//!
//! What a person does: nothing, until a message says that sight is lost. Then the message names the error.

use aws_sdk_databasemigration::Client;
use jiff::Timestamp;
use migration::run::answer::RefusalKind;
use migration::run::document::{Document, Running};
use migration::run::execution::Run;
use migration::run::lag::LagPoint;
use migration::run::observation::{Absence, InstanceSeen, Observation, Task, TaskSeen};
use migration::run::task::Task as KnownTask;
use migration::{commit, decide};
use migration_aws::clients::DmsAndCloudWatch;
use migration_aws::cloudwatch;
use migration_aws::dms::connections::connections;
use migration_aws::dms::resources;
use migration_aws::dms::tables::tables;
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::{StepError, chain, unless_throttled};
use migration_aws::request::Request;
use migration_aws::step_functions::beside;
use plan::clean::line_of;

/// Looks at the task, at its tables, its connections and its lag where the decision needs them, and decides.
///
/// A DMS that is too busy is an observation (look again later); one that cannot be reached, or that we may not ask, is
/// an error, and the machine waits and polls again. A lag that cannot be read is not known, which is never "caught up".
///
/// # Errors
/// [`StepError::UnreadableDocument`] for a document of another release, [`StepError::Unavailable`] when DMS cannot be
/// asked.
pub async fn handle(context: &DmsAndCloudWatch, request: Request) -> Result<Document, StepError> {
    let mut running = request.running()?;
    Box::pin(beside::notice(&context.step_functions, &mut running.run)).await?;
    let task = if decide::stops_unseen(&running.run) {
        TaskSeen::Unseen
    } else {
        let filter = TaskFilter::of(&running);
        task::observe(&context.dms, &filter, decide::wants_settings(running.task.as_ref())).await?
    };
    let beside = Box::pin(beside::look(&context.dms, &context.step_functions, &mut running)).await?;
    let Running { plan, run, progress, .. } = &running;
    let wanted = decide::wanted(plan, run, &task, progress.as_ref(), request.now);
    let (tables, tables_refused) = match &task {
        TaskSeen::Seen(task) if wanted.tables => in_part(tables(&context.dms, &task.arn).await)?,
        _ => (None, None),
    };
    let absence = match (&task, &running.task) {
        (TaskSeen::NotThere, Some(known)) if wanted.absence => absence(&context.dms, known).await,
        _ => Absence::Unconfirmed,
    };
    let route = match &task {
        TaskSeen::Seen(task) => Some(&task.route),
        TaskSeen::Unseen | TaskSeen::NotThere => run.route.as_ref(),
    };
    let (connections, connections_refused) = match route {
        Some(route) if wanted.connections => in_part(connections(&context.dms, route).await)?,
        _ => (None, None),
    };
    let instance = match &task {
        TaskSeen::Seen(task) if wanted.instance => look_at_instance(&context.dms, task).await?,
        _ => InstanceSeen::Unseen,
    };
    let lag = match &task {
        TaskSeen::Seen(task) if wanted.lag => look_at_lag(context, &mut running.run, task, request.now).await,
        _ => None,
    };
    let observation = Observation {
        task,
        absence,
        tables,
        tables_refused,
        connections,
        connections_refused,
        instance,
        lag,
        beside,
    };

    commit::take_in(&mut running, &observation, request.now);
    let next = decide::decide(&running, &observation, request.now);
    Ok(commit::write_down(running, next, &observation.task, request.now))
}

/// A part of what a poll looks at: what was seen, or why it was refused. A part that may not be seen makes the verdict
/// poorer, and the poll not blind.
///
/// # Errors
/// When no answer came: the whole look is made again.
fn in_part<T>(looked: Result<T, StepError>) -> Result<(Option<T>, Option<String>), StepError> {
    match unless_throttled(looked) {
        Ok(seen) => Ok((seen, None)),
        Err(error) if error.refusal().is_some() => {
            tracing::warn!("{}", chain(&error));
            Ok((None, Some(line_of(&chain(&error), 500))))
        }
        Err(error) => Err(error),
    }
}

/// What else says that a task is gone which DMS does not list: whether it knows the task's ARN.
async fn absence(dms: &Client, task: &KnownTask) -> Absence {
    match tables(dms, &task.arn).await {
        Err(error) if error.is_not_found() => Absence::Confirmed,
        Err(error) if error.refusal().is_some_and(|refusal| refusal.kind == RefusalKind::Denied) => {
            Absence::NotAllowed
        }
        _ => Absence::Unconfirmed,
    }
}

/// The replication instance of a task that has come to rest by itself.
///
/// # Errors
/// When no answer came.
async fn look_at_instance(dms: &Client, task: &Task) -> Result<InstanceSeen, StepError> {
    let seen = in_part(resources::instance(dms, &task.route.instance).await)?;
    Ok(match seen {
        (Some(Some(instance)), _) => InstanceSeen::Seen(instance.status),
        (Some(None), _) | (None, Some(_)) => InstanceSeen::NotKnown,
        (None, None) => InstanceSeen::Unseen,
    })
}

/// The lag of the last minutes; `None`, and a line in the log, when it cannot be read just now. The instance's name is
/// asked for once: no ARN holds it.
async fn look_at_lag(
    context: &DmsAndCloudWatch,
    run: &mut Run,
    task: &Task,
    now: Timestamp,
) -> Option<Vec<LagPoint>> {
    if run.instance.is_none() {
        match resources::instance(&context.dms, &task.route.instance).await {
            Ok(instance) => run.instance = instance.map(|instance| instance.identifier),
            Err(error) => {
                tracing::warn!("the replication instance's name is not known yet: {}", chain(&error))
            }
        }
    }
    match cloudwatch::points(&context.cloudwatch, run.instance.as_deref()?, &task.arn, now).await {
        Ok(points) => Some(points),
        Err(error) => {
            tracing::warn!("{}", chain(&error));
            None
        }
    }
}
