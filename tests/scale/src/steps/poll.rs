//! Observes DMS and decides what is done next.

use jiff::Timestamp;
use migration::run::document::Migration;
use migration::run::observation::{Observation, TaskSeen};
use migration::run::status::Phase;
use migration::{commit, decide};

use super::{Request, lookups};
use crate::error::StepError;
use crate::sdk::Client;

/// An end that a poll has seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenEnd {
    /// When the task ended.
    pub ended: Timestamp,
    /// When DMS said so.
    pub seen: Timestamp,
}

/// Looks, decides, and writes the decision into the document. Gives the end of the task when the look has shown it.
///
/// # Errors
/// For an answer that cannot come in this simulation.
pub async fn handle(
    client: &mut Client<'_>,
    document: &mut Migration,
    request: Request<'_>,
) -> Result<Option<SeenEnd>, StepError> {
    let (Some(plan), Some(run)) = (document.plan.clone(), &document.run) else {
        return Err(StepError::unforeseen("the document has no plan or no run to poll for"));
    };
    let with_settings = decide::wants_settings(document.task.as_ref());
    let filter = lookups::filter(document, &plan);
    let task = lookups::observe(client, &filter, with_settings).await?;
    let seen_at = client.account().clock.now();
    let wanted = decide::wanted(&plan, run, &task, document.progress.as_ref(), request.now);
    let tables = match &task {
        TaskSeen::Seen(task) if wanted.tables => lookups::tables(client, &task.arn).await?,
        _ => None,
    };
    let route = match &task {
        TaskSeen::Seen(task) => Some(&task.route),
        TaskSeen::Unseen | TaskSeen::NotThere => run.route.as_ref(),
    };
    let connections = match route {
        Some(route) if wanted.connections => lookups::connections(client, route).await?,
        _ => None,
    };
    if wanted.lag {
        return Err(StepError::unforeseen("nothing is replicated here, so no lag is asked for"));
    }
    let observation = Observation { task, tables, connections, lag: None };

    commit::take_in(document, &observation, request.now);
    let next = match &document.run {
        Some(run) => decide::decide(&plan, run, document.task.as_ref(), &observation, request.now),
        None => return Err(StepError::unforeseen("the document has lost its run")),
    };
    commit::write_down(document, next, &observation.task, request.now);
    Ok(end(&observation.task, seen_at))
}

fn end(task: &TaskSeen, seen: Timestamp) -> Option<SeenEnd> {
    let TaskSeen::Seen(task) = task else { return None };
    let ended = task.stats.as_ref().filter(|_| task.phase() == Phase::Idle)?.stop_date?;
    Some(SeenEnd { ended, seen })
}
