//! Observes DMS and decides what is done next. It changes nothing, so a repeat is harmless.

use aws_sdk_databasemigration::Client;
use jiff::Timestamp;
use migration::run::document::{Document, Running};
use migration::run::execution::Run;
use migration::run::lag::LagPoint;
use migration::run::observation::{Observation, Task, TaskSeen};
use migration::{commit, decide};
use migration_aws::dms::{self, TaskFilter};
use migration_aws::error::Error;
use migration_aws::lag;
use migration_aws::request::Request;

/// Looks at the task, at its tables, its connections and its lag where the decision needs them, and decides.
///
/// A DMS that is too busy is an observation (look again later); one that cannot be reached, or that we may not ask, is an
/// error, and the machine waits and polls again. A lag that cannot be read is not known, which is never "caught up".
///
/// # Errors
/// [`Error::UnreadableDocument`] for a document of another release, [`Error::Unavailable`] when DMS cannot be asked.
pub async fn handle(
    client: &Client,
    cloudwatch: &aws_sdk_cloudwatch::Client,
    request: Request,
) -> Result<Document, Error> {
    let mut running = request.running()?;
    let filter = TaskFilter::of(&running);
    let task = dms::observe(client, &filter, decide::wants_settings(running.task.as_ref())).await?;
    let Running { plan, run, progress, .. } = &running;
    let wanted = decide::wanted(plan, run, &task, progress.as_ref(), request.now);
    let tables = match &task {
        TaskSeen::Seen(task) if wanted.tables => dms::tables(client, &task.arn).await?,
        _ => None,
    };
    let route = match &task {
        TaskSeen::Seen(task) => Some(&task.route),
        TaskSeen::Unseen | TaskSeen::NotThere => run.route.as_ref(),
    };
    let connections = match route {
        Some(route) if wanted.connections => dms::connections(client, route).await?,
        _ => None,
    };
    let lag = match &task {
        TaskSeen::Seen(task) if wanted.lag => {
            look_at_lag(client, cloudwatch, &mut running.run, task, request.now).await
        }
        _ => None,
    };
    let observation = Observation { task, tables, connections, lag };

    commit::take_in(&mut running, &observation, request.now);
    let next = decide::decide(&running, &observation, request.now);
    Ok(commit::write_down(running, next, &observation.task, request.now))
}

/// The lag of the last minutes; `None`, and a line in the log, when it cannot be read just now. The instance's name is asked for
/// once: no ARN holds it.
async fn look_at_lag(
    client: &Client,
    cloudwatch: &aws_sdk_cloudwatch::Client,
    run: &mut Run,
    task: &Task,
    now: Timestamp,
) -> Option<Vec<LagPoint>> {
    if run.instance.is_none() {
        match dms::instance(client, &task.route.instance).await {
            Ok(instance) => run.instance = instance.map(|instance| instance.identifier),
            Err(error) => tracing::warn!("the replication instance's name is not known yet: {error}"),
        }
    }
    match lag::points(cloudwatch, run.instance.as_deref()?, &task.arn, now).await {
        Ok(points) => Some(points),
        Err(error) => {
            tracing::warn!("{error}");
            None
        }
    }
}
