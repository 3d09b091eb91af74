//! Observes DMS and decides what is done next.
//!
//! What it does: it describes the task, and reads its tables, its connections and its lag where the decision needs
//! them. While DMS was too busy to take a stop it looks at nothing: the stop comes first. What was seen and what is
//! decided are written into the document. It changes nothing in AWS.
//!
//! A repeat: it looks again and decides anew.
//!
//! A lost answer: a read that fails is an error, and the machine waits and polls again. A DMS that is too busy is an
//! observation.
//!
//! What a person does: nothing, until a message says that sight is lost. Then the message names the error.

use jiff::Timestamp;
use migration::run::document::{Document, Running};
use migration::run::execution::Run;
use migration::run::lag::LagPoint;
use migration::run::observation::{Observation, Task, TaskSeen};
use migration::{commit, decide};
use migration_aws::clients::DmsAndCloudWatch;
use migration_aws::cloudwatch;
use migration_aws::dms::connections::connections;
use migration_aws::dms::resources;
use migration_aws::dms::tables::tables;
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::{StepError, chain, unless_throttled};
use migration_aws::request::Request;

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
    let task = if decide::stops_unseen(&running.run) {
        TaskSeen::Unseen
    } else {
        let filter = TaskFilter::of(&running);
        task::observe(&context.dms, &filter, decide::wants_settings(running.task.as_ref())).await?
    };
    let Running { plan, run, progress, .. } = &running;
    let wanted = decide::wanted(plan, run, &task, progress.as_ref(), request.now);
    let tables = match &task {
        TaskSeen::Seen(task) if wanted.tables => unless_throttled(tables(&context.dms, &task.arn).await)?,
        _ => None,
    };
    let route = match &task {
        TaskSeen::Seen(task) => Some(&task.route),
        TaskSeen::Unseen | TaskSeen::NotThere => run.route.as_ref(),
    };
    let connections = match route {
        Some(route) if wanted.connections => unless_throttled(connections(&context.dms, route).await)?,
        _ => None,
    };
    let lag = match &task {
        TaskSeen::Seen(task) if wanted.lag => look_at_lag(context, &mut running.run, task, request.now).await,
        _ => None,
    };
    let observation = Observation { task, tables, connections, lag };

    commit::take_in(&mut running, &observation, request.now);
    let next = decide::decide(&running, &observation, request.now);
    Ok(commit::write_down(running, next, &observation.task, request.now))
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
