//! Who else has to do with a run: one that is closed out must stand in nobody's way, and one that was redriven may have
//! been closed out.

use aws_sdk_databasemigration::Client as Dms;
use aws_sdk_sfn::Client;
use jiff::Timestamp;
use migration::run::close_out::{Beside, Examined, MAX_DEPTH, Order, closes_out};
use migration::run::document::Running;
use migration::run::execution::Run;
use migration::run::execution_arn::ExecutionArn;
use migration::run::task::{Origin, Task};
use migration::survey::executions::{self, Listed, State};
use migration::survey::owner;
use migration::survey::untold::REDRIVEN_BEGAN_WITHIN;

use super::listing::{self, Which};
use super::{Execution, describe};
use crate::dms::task;
use crate::error::{StepError, chain};

/// So many executions are looked at in one step; the next one goes on.
const MAX_LOOKED_AT: usize = 50;

/// Looks who else has to do with the task of a run that is closed out. What was looked at is written down.
///
/// # Errors
/// When DMS or Step Functions does not answer. A refusal is no error: then it is not known.
pub async fn look(dms: &Dms, step_functions: &Client, running: &mut Running) -> Result<Beside, StepError> {
    match looked(dms, step_functions, running).await {
        Err(error) if error.refusal().is_some() => {
            tracing::warn!("{}", chain(&error));
            Ok(Beside::NotKnown(chain(&error)))
        }
        looked => looked,
    }
}

async fn looked(dms: &Dms, step_functions: &Client, running: &mut Running) -> Result<Beside, StepError> {
    let Some(ended) = running.run.close_out.as_ref().map(|close_out| close_out.ended) else {
        return Ok(Beside::NotLooked);
    };
    let run = &running.run;
    if let Execution::Known(dead) = describe(step_functions, &run.execution).await?
        && (dead.state == State::Running || dead.redrives > run.redrives)
    {
        return Ok(Beside::RunsAgain);
    }
    if let Some(beside) = tagged_by(dms, step_functions, running, ended).await? {
        return Ok(beside);
    }
    let is_through = examine(step_functions, running, ended).await?;
    // A run that joins a task at work writes no tag, and a task that somebody else keeps has none.
    let same_task = running.run.close_out.as_ref().map(|close_out| close_out.same_task.clone());
    for other in same_task.into_iter().flatten() {
        match describe(step_functions, &other).await? {
            Execution::Known(known) if known.state == State::Running => return Ok(Beside::Run(other)),
            Execution::Known(known) if known.has_taken_its_task_from(&running.run) => {
                return Ok(Beside::Ran(other));
            }
            Execution::Known(_) | Execution::NotKnown | Execution::OutOfReach => {}
        }
    }
    Ok(if is_through { Beside::Nobody } else { Beside::NotThrough })
}

/// Another execution that the tag of the task names. A run that has started its task has written its own name there, so
/// that any other one is newer; one that follows a task finds that of an earlier run.
async fn tagged_by(
    dms: &Dms,
    step_functions: &Client,
    running: &Running,
    ended: Timestamp,
) -> Result<Option<Beside>, StepError> {
    let Running { run, task, .. } = running;
    let Some(owner) = tagged(dms, task.as_ref()).await?.filter(|owner| *owner != run.execution) else {
        return Ok(None);
    };
    let wrote_its_own = run.drive.start().is_some_and(|start| start.answer.may_be_taken());
    Ok(match describe(step_functions, &owner).await? {
        Execution::Known(other) if other.state == State::Running => Some(Beside::Run(owner)),
        // It wrote its name, and then left the task to others.
        Execution::Known(other) if other.has_told() && !other.has_taken_its_task_from(run) => None,
        Execution::Known(other) if wrote_its_own || other.began > ended => Some(Beside::Ran(owner)),
        Execution::NotKnown if wrote_its_own => Some(Beside::Ran(owner)),
        Execution::OutOfReach => Some(Beside::Ran(owner)),
        Execution::Known(_) | Execution::NotKnown => None,
    })
}

/// Looks at the executions that run, and at those that began since, in the order of their beginnings, and writes down
/// which work on the same task. True when all have been looked at.
async fn examine(
    step_functions: &Client,
    running: &mut Running,
    ended: Timestamp,
) -> Result<bool, StepError> {
    let Running { plan, run, task, .. } = running;
    let machine = run.execution.machine().clone();
    let Some(close_out) = &mut run.close_out else { return Ok(true) };
    let since = ended.checked_sub(REDRIVEN_BEGAN_WITHIN).unwrap_or(ended);
    let mut others = listing::list(step_functions, &machine, Which::Running, since).await?;
    others.extend(listing::list(step_functions, &machine, Which::All, ended).await?);
    // Hundreds may be closed out side by side.
    others.retain(|other| !closes_out(other.arn.name()) && other.arn != run.execution);
    let place = |other: &Listed| Examined { began: other.began, name: other.arn.name().to_owned() };
    others.sort_by_key(place);
    others.dedup_by_key(|other| place(other));
    others.retain(|other| close_out.examined.as_ref().is_none_or(|examined| place(other) > *examined));
    for other in others.iter().take(MAX_LOOKED_AT) {
        if let Execution::Known(known) = describe(step_functions, &other.arn).await?
            && !known.is_of_the_watch()
            && known.works_on(plan, task.as_ref())
        {
            close_out.same_task.push(known.arn);
        }
        close_out.examined = Some(place(other));
    }
    Ok(others.len() <= MAX_LOOKED_AT)
}

/// The execution that the tag of a task of ours names.
async fn tagged(dms: &Dms, task: Option<&Task>) -> Result<Option<ExecutionArn>, StepError> {
    let Some(task) = task.filter(|task| task.origin != Origin::External) else { return Ok(None) };
    match task::owner_tag(dms, &task.arn.to_string()).await {
        Ok(tag) => Ok(tag.as_deref().and_then(owner::execution)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes down that this run was closed out before it was redriven, where it was. It looks once after each redrive, until
/// a poll has seen the task.
///
/// # Errors
/// When Step Functions does not answer.
pub async fn notice(step_functions: &Client, run: &mut Run) -> Result<(), StepError> {
    if run.unseen_since_redrive && run.close_out.is_none() && run.closed_out_by.is_none() {
        run.closed_out_by = closed_out_by(step_functions, &run.execution, run.redrives).await?;
    }
    Ok(())
}

/// The execution that closed this one out after the end from which it was redriven.
///
/// # Errors
/// When Step Functions does not answer.
pub async fn closed_out_by(
    step_functions: &Client,
    execution: &ExecutionArn,
    redrives: u64,
) -> Result<Option<ExecutionArn>, StepError> {
    let Some(before) = redrives.checked_sub(1) else { return Ok(None) };
    let by = closing(step_functions, (execution, before), executions::Execution::has_closed_out).await?;
    Ok(by.map(|by| by.arn))
}

/// The one among those that were to close out this end of an execution which has done so.
async fn closing(
    step_functions: &Client,
    (execution, redrives): (&ExecutionArn, u64),
    has_done_so: fn(&executions::Execution) -> bool,
) -> Result<Option<executions::Execution>, StepError> {
    let mut dead = (execution.clone(), redrives);
    for depth in 1..=MAX_DEPTH {
        let by = execution.sibling(Order::name(&dead.0, dead.1, depth));
        match describe(step_functions, &by).await? {
            Execution::Known(by) if has_done_so(&by) => return Ok(Some(*by)),
            // It has yielded, runs and will, or has died itself.
            Execution::Known(by) => dead = (by.arn, by.redrives),
            Execution::NotKnown | Execution::OutOfReach => return Ok(None),
        }
    }
    Ok(None)
}

/// The execution that has told how this run ended: the run itself, or what has closed it out; `None` where none has.
///
/// # Errors
/// When Step Functions does not answer.
pub async fn teller(
    step_functions: &Client,
    run: &executions::Execution,
) -> Result<Option<executions::Execution>, StepError> {
    if run.has_told() {
        return Ok(Some(run.clone()));
    }
    if run.state == State::Running {
        return Ok(None);
    }
    closing(step_functions, (&run.arn, run.redrives), executions::Execution::has_told_of_its_run).await
}
