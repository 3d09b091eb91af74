//! Observes DMS and decides what is done next. It changes nothing, so a repeat is harmless.

use aws_sdk_databasemigration::Client;
use migration::decide::{self, record};
use migration::document::Migration;
use migration::observation::{Observation, TaskSeen};
use migration_aws::dms::{self, TaskFilter};
use migration_aws::error::Error;
use migration_aws::request::Request;

/// Looks at the task, at its tables and connections where the decision needs them, and decides.
///
/// A DMS that is too busy is an observation (look again later); one that cannot be reached, or that we may not ask, is an
/// error, and the machine waits and polls again.
///
/// # Errors
/// [`Error::UnreadableDocument`] for a document of another release, [`Error::Unavailable`] when DMS cannot be asked.
pub async fn handle(client: &Client, request: Request) -> Result<Migration, Error> {
    let mut document = request.migration()?;
    let (Some(plan), Some(run)) = (document.plan.clone(), document.run.clone()) else {
        return Err(Error::UnreadableDocument("the document has no plan or no run to poll for".to_owned()));
    };
    let filter = TaskFilter::of(&document, &plan);
    let task = dms::observe(client, &filter, decide::wants_settings(document.task.as_ref())).await?;
    let last = document.progress.as_ref().and_then(|progress| progress.stats.as_ref());
    let wanted = decide::wanted(&run, &task, last);
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
    let observation = Observation { task, tables, connections };

    record::take_in(&mut document, &observation, request.now);
    let next = match &document.run {
        Some(run) => decide::decide(&plan, run, document.task.as_ref(), &observation, request.now),
        None => return Err(Error::UnreadableDocument("the document has lost its run".to_owned())),
    };
    record::write_down(&mut document, next, &observation.task, request.now);
    Ok(document)
}
