//! Opens an execution that closes out another one: it reads what is left of that one.

use jiff::Timestamp;
use migration::decide::close_out::{not_this_machine, told_already};
use migration::decide::dead::{self, Dead};
use migration::decide::opening;
use migration::run::close_out::Order;
use migration::run::document::{Document, Reported};
use migration::run::execution_arn::ExecutionArn;
use migration::run::verdict::Verdict;
use migration::survey::executions::State;
use migration::time::graces::UNKNOWN_REPEATS;
use migration_aws::clients::DmsAndStepFunctions;
use migration_aws::error::StepError;
use migration_aws::step_functions::{beside, describe_own, history, is_unknown, lags};
use serde_json::Value;

/// Opens it, in a step that was repeated so many times. What was to close out a run and has died itself, before it knew
/// anything of it, hands its order on.
///
/// # Errors
/// When Step Functions does not answer, or refuses to show an execution.
pub(super) async fn open(
    context: &DmsAndStepFunctions,
    order: &Order,
    by: &ExecutionArn,
    (now, repeats): (Timestamp, u64),
) -> Result<Document, StepError> {
    match opened(context, order, by, (now, repeats)).await? {
        Opened::Document(document) => Ok(*document),
        Opened::HandedOn(first) => match opened(context, &first, by, (now, repeats)).await? {
            Opened::Document(document) => Ok(*document),
            Opened::HandedOn(_) => {
                let run = opening::introduce(&Value::Null, by, now);
                let verdict =
                    told_already(order, "what it was to close out itself closes out another run", now);
                Ok(Reported::at_once(run, verdict, Vec::new()).into())
            }
        },
    }
}

/// What came of an order.
enum Opened {
    /// The document with which this execution goes on, or ends.
    Document(Box<Document>),
    /// The order of the execution that was to be closed out: nothing else is known of it.
    HandedOn(Box<Order>),
}

/// Carries an order out. An execution that has told its end, runs again, or has ended anew since, is left to itself.
///
/// # Errors
/// When Step Functions does not answer, or refuses to show the execution.
async fn opened(
    context: &DmsAndStepFunctions,
    order: &Order,
    by: &ExecutionArn,
    (now, repeats): (Timestamp, u64),
) -> Result<Opened, StepError> {
    let skipped = |input: &Value, verdict: Verdict| {
        let run = opening::introduce(input, by, now);
        Opened::Document(Box::new(Reported::at_once(run, verdict, Vec::new()).into()))
    };
    if order.execution.machine() != by.machine() {
        return Ok(skipped(&Value::Null, not_this_machine(order, now)));
    }
    let Some(dead) = describe_own(&context.step_functions, &order.execution).await? else {
        // The watch has seen it: one such answer is no proof.
        if repeats < UNKNOWN_REPEATS {
            return Err(is_unknown(&order.execution));
        }
        return Ok(skipped(&Value::Null, told_already(order, "Step Functions does not know it", now)));
    };
    if dead.redrives > order.redrive_count {
        return Ok(skipped(&dead.input, told_already(order, "it was redriven since", now)));
    }
    if dead.state == State::Running {
        return Err(lags(&order.execution));
    }
    let (Some(how), Some(ended)) = (dead.ended_untold(), dead.ended) else {
        return Ok(skipped(&dead.input, told_already(order, "it has told its end", now)));
    };
    // It was redriven after it had been closed out, and has died anew: what was left to do is done.
    let before =
        beside::closed_out_by(&context.step_functions, &order.execution, order.redrive_count).await?;
    if let Some(before) = before {
        let why = format!("{before} has closed it out before it was redriven");
        return Ok(skipped(&dead.input, told_already(order, &why, now)));
    }
    let history = history::read(&context.step_functions, &order.execution).await?;
    if history.reported {
        return Ok(skipped(&dead.input, told_already(order, "it has told its end", now)));
    }
    if let Some(Ok(first)) = Order::read(&dead.input)
        && !matches!(&history.left, dead::Left::Document(document) if document.pointer("/Run/CloseOut").is_some())
    {
        return Ok(Opened::HandedOn(Box::new(first)));
    }
    let dead = Dead {
        execution: order.execution.clone(),
        redrives: order.redrive_count,
        how,
        ended,
        input: dead.input,
        left: history.left,
    };
    Ok(Opened::Document(Box::new(dead::open(&dead, by, now))))
}
