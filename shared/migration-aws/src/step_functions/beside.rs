//! Who else has to do with a run: one that is closed out must stand in nobody's way, and one that was redriven may have
//! been closed out.

use aws_sdk_databasemigration::Client as Dms;
use aws_sdk_sfn::Client;
use jiff::SignedDuration;
use migration::run::close_out::{Beside, MAX_DEPTH, Order, closes_out};
use migration::run::document::Running;
use migration::run::execution::Run;
use migration::run::execution_arn::ExecutionArn;
use migration::run::task::{Origin, Task};
use migration::survey::executions::State;
use migration::survey::owner;

use super::listing::{self, Which};
use super::{Execution, describe};
use crate::dms::task;
use crate::error::{StepError, chain};

/// So many executions are looked at. Where more of them run, those alone that began since; where even those are more, it
/// cannot be told what they work on.
const MAX_LOOKED_AT: usize = 50;

/// An execution that runs began since then.
const LONGEST: SignedDuration = SignedDuration::from_hours(15 * 24);

/// Looks who else has to do with the task of a run that is closed out.
///
/// # Errors
/// When DMS or Step Functions does not answer. A refusal is no error: then it is not known.
pub async fn look(dms: &Dms, step_functions: &Client, running: &Running) -> Result<Beside, StepError> {
    match looked(dms, step_functions, running).await {
        Err(error) if error.refusal().is_some() => {
            tracing::warn!("{}", chain(&error));
            Ok(Beside::NotKnown(chain(&error)))
        }
        looked => looked,
    }
}

async fn looked(dms: &Dms, step_functions: &Client, running: &Running) -> Result<Beside, StepError> {
    let Running { plan, run, task, .. } = running;
    let Some(close_out) = &run.close_out else { return Ok(Beside::NotLooked) };
    if let Execution::Known(dead) = describe(step_functions, &run.execution).await?
        && (dead.state == State::Running || dead.redrives > run.redrives)
    {
        return Ok(Beside::RunsAgain);
    }
    if let Some(owner) = tagged(dms, task.as_ref()).await?
        && owner != run.execution
    {
        match describe(step_functions, &owner).await? {
            Execution::Known(other) if other.state == State::Running || other.began > close_out.ended => {
                return Ok(Beside::Run(owner));
            }
            Execution::OutOfReach => return Ok(Beside::Run(owner)),
            Execution::Known(_) | Execution::NotKnown => {}
        }
    }
    // A run that joins a task at work writes no tag, and a task that somebody else keeps has none.
    let machine = run.execution.machine();
    let since = close_out.ended.checked_sub(LONGEST).unwrap_or(close_out.ended);
    let mut others = listing::list(step_functions, machine, Which::Running, since).await?;
    // Hundreds may be closed out side by side.
    others.retain(|other| !closes_out(other.arn.name()));
    if others.len() > MAX_LOOKED_AT {
        others.retain(|other| other.began >= close_out.ended);
    }
    if others.len() > MAX_LOOKED_AT {
        return Ok(Beside::NotKnown(format!("{} runs have begun since", others.len())));
    }
    for other in others {
        if let Execution::Known(other) = describe(step_functions, &other.arn).await?
            && !other.is_of_the_watch()
            && other.works_on(plan, task.as_ref())
        {
            return Ok(Beside::Run(other.arn));
        }
    }
    Ok(Beside::Nobody)
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
    let mut dead = (execution.clone(), before);
    for depth in 1..=MAX_DEPTH {
        let by = execution.sibling(Order::name(&dead.0, dead.1, depth));
        match describe(step_functions, &by).await? {
            Execution::Known(by) if by.has_told_a_bad_verdict() => return Ok(Some(by.arn)),
            // It has yielded, runs and will, or has died itself.
            Execution::Known(by) => dead = (by.arn, by.redrives),
            Execution::NotKnown | Execution::OutOfReach => return Ok(None),
        }
    }
    Ok(None)
}
