//! Opens an execution that reports a task which a run had left running, and which has come to rest since.

use jiff::Timestamp;
use migration::decide::dead::Left;
use migration::decide::left;
use migration::decide::opening;
use migration::run::document::{Document, Reported};
use migration::run::execution_arn::ExecutionArn;
use migration::survey::executions::Execution as Described;
use migration::survey::untold::{LeftRunning, is_shown_as_before, stopped_after};
use migration::time::graces::UNKNOWN_REPEATS;
use migration_aws::clients::DmsAndStepFunctions;
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::StepError;
use migration_aws::failure::CallFailure;
use migration_aws::step_functions::listing::{Which, list};
use migration_aws::step_functions::{Execution, beside, describe, history, is_unknown};
use serde_json::Value;

/// The most executions that are looked at which were at work then.
const MAX_LOOKED_AT: usize = 200;

/// Looks at the task, in a step that was repeated so many times, and reports its end; where it runs again, or another run
/// has to do with it since, that one tells.
///
/// # Errors
/// When Step Functions or DMS does not answer or refuses, or DMS shows the task as it was before its end.
pub(super) async fn open(
    context: &DmsAndStepFunctions,
    order: &LeftRunning,
    by: &ExecutionArn,
    (now, repeats): (Timestamp, u64),
) -> Result<Document, StepError> {
    let nothing = |input: &Value, why: &str| {
        let run = opening::introduce(input, by, now);
        Ok(Reported::at_once(run, left::nothing(&order.execution, why, now), Vec::new()).into())
    };
    if order.execution.machine() != by.machine() {
        return nothing(&Value::Null, "it is of another state machine");
    }
    // The watch has seen the run and the task: one answer that knows nothing of them is no proof.
    let once_more = repeats < UNKNOWN_REPEATS;
    let run = match describe(&context.step_functions, &order.execution).await? {
        Execution::Known(run) => run,
        Execution::NotKnown if once_more => return Err(is_unknown(&order.execution)),
        Execution::NotKnown | Execution::OutOfReach => {
            return nothing(&Value::Null, "Step Functions does not know that run");
        }
    };
    let Some(told_by) = beside::teller(&context.step_functions, &run).await? else {
        return nothing(&run.input, "the end of that run has not been told yet");
    };
    let history = history::read(&context.step_functions, &told_by.arn).await?;
    let document = match &history.left {
        Left::Document(document) => Some(document),
        Left::NoStep | Left::NotFound => None,
    };
    if document.is_some_and(left::has_seen_it_at_rest) {
        return nothing(&run.input, "that run has told how the task came to rest");
    }
    let arn = document.and_then(|document| document.pointer("/Task/Arn")).and_then(Value::as_str);
    let Some(arn) = arn else { return nothing(&run.input, "its history does not name the task") };
    let found = task::describe(&context.dms, &TaskFilter::Arn(arn.to_owned()), false).await?;
    let found = match found {
        Some(found) => found,
        None if once_more => {
            let attempt = format!("describing the task {arn}");
            return Err(CallFailure::without_answer(attempt, "DMS does not list it, and did before").into());
        }
        None => return nothing(&run.input, "DMS does not list it any more"),
    };
    let task = task::read_task(&found)?;
    if is_shown_as_before(&run, &task) {
        let attempt = format!("describing the task {}", task.identifier);
        return Err(
            CallFailure::without_answer(attempt, "it is said to be at work, and was seen at rest").into()
        );
    }
    let Some(stopped) = stopped_after(&run, &told_by, &task, now) else {
        return nothing(&run.input, "it runs again, or was started since");
    };
    if let Some(other) = another(context, &run, [&told_by.arn, by], stopped, (arn, &task.identifier)).await? {
        return nothing(&run.input, &format!("the run {other} has to do with it since"));
    }
    Ok(left::report(&run, document, &task, stopped, by, now))
}

/// A run that was at work on the task, too, when it came to rest: it reports on it. One that had ended before tells
/// nothing of that, and one that was skipped or rejected has nothing to do with it.
async fn another(
    context: &DmsAndStepFunctions,
    run: &Described,
    tellers: [&ExecutionArn; 2],
    stopped: Timestamp,
    (arn, identifier): (&str, &str),
) -> Result<Option<ExecutionArn>, StepError> {
    let others = list(&context.step_functions, run.arn.machine(), Which::All, run.began).await?;
    let is_another = |arn: &ExecutionArn| *arn != run.arn && !tellers.contains(&arn);
    let meanwhile = others.into_iter().filter(|other| is_another(&other.arn) && other.ran_at(stopped));
    for other in meanwhile.take(MAX_LOOKED_AT) {
        if let Execution::Known(other) = describe(&context.step_functions, &other.arn).await?
            && !other.is_of_the_watch()
            && other.has_to_do_with_its_task()
            && other.names_task(arn, identifier)
        {
            return Ok(Some(other.arn));
        }
    }
    Ok(None)
}
