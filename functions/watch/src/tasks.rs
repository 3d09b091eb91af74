//! Tasks that a run left running, and that have come to rest since.

use jiff::Timestamp;
use migration::run::observation::Task;
use migration::survey::executions::Execution as Described;
use migration::survey::owner;
use migration::survey::untold::{
    LeftRunning, SWEPT, before, came_to_rest, has_settled, in_turn, stopped_after,
};
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::{StepError, chain};
use migration_aws::step_functions::{Execution, beside, describe};
use plan::Arn;

use crate::executions::start;
use crate::{Watch, Watched};

/// A task has failed, by an event.
pub(super) async fn failed(watch: &Watch, resource: &str, now: Timestamp) -> Result<Watched, StepError> {
    let is_a_task = resource.parse::<Arn>().is_ok_and(|arn| arn.service == "dms");
    if !is_a_task {
        tracing::error!("the event names no DMS task");
        return Ok(Watched::default());
    }
    let found = task::describe(&watch.dms, &TaskFilter::Arn(resource.to_owned()), false).await?;
    match found.as_ref().map(task::read_task).transpose()? {
        Some(task) => report(watch, &task, now).await,
        None => Ok(Watched::default()),
    }
}

/// Reports a task that was left running, when it is one.
async fn report(watch: &Watch, task: &Task, now: Timestamp) -> Result<Watched, StepError> {
    let Some(run) = left_by(watch, task, now).await? else { return Ok(Watched::default()) };
    let name = LeftRunning::name(task);
    start(watch, &name, &LeftRunning { execution: run.arn }.input()).await?;
    Ok(Watched { started: vec![name], ..Watched::default() })
}

/// The run that left this task running.
async fn left_by(watch: &Watch, task: &Task, now: Timestamp) -> Result<Option<Described>, StepError> {
    if came_to_rest(task, now).is_none() {
        return Ok(None);
    }
    let tag = match task::owner_tag(&watch.dms, &task.arn.to_string()).await {
        Ok(tag) => tag,
        // It was deleted since, or this stack may not look at it.
        Err(error) if error.refusal().is_some() => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(owner) = tag.as_deref().and_then(owner::execution) else { return Ok(None) };
    if *owner.machine() != watch.machine {
        return Ok(None);
    }
    match describe(&watch.step_functions, &owner).await? {
        Execution::Known(run) => {
            let told_by = beside::teller(&watch.step_functions, &run).await?;
            let stopped = told_by.and_then(|told_by| stopped_after(&run, &told_by, task, now));
            Ok(stopped.map(|_| *run))
        }
        Execution::NotKnown | Execution::OutOfReach => Ok(None),
    }
}

/// Looks at the tasks that have come to rest in the last day; at a part of them where there are many.
pub(super) async fn sweep(watch: &Watch, now: Timestamp) -> Result<Watched, StepError> {
    let since = before(now, SWEPT);
    let mut rested: Vec<Task> = task::all(&watch.dms).await?;
    rested.retain(|task| came_to_rest(task, now).is_some_and(|date| date >= since) && has_settled(task, now));
    rested.sort_by(|one, other| one.arn.resource.cmp(&other.arn.resource));
    let mut watched = Watched::default();
    let mut trouble = None;
    for task in in_turn(rested, now) {
        match report(watch, &task, now).await {
            Ok(reported) => watched = watched.and(reported),
            Err(error) => {
                tracing::error!("{}", chain(&error));
                trouble = Some(error);
            }
        }
    }
    trouble.map_or(Ok(watched), Err)
}
