//! Executions that ended without telling it.

use std::collections::BTreeSet;

use aws_sdk_sfn::error::ProvideErrorMetadata;
use jiff::Timestamp;
use migration::run::close_out::{MAX_DEPTH, Order, is_told_by};
use migration::run::execution_arn::ExecutionArn;
use migration::survey::executions::{Execution as Described, State};
use migration::survey::untold::{
    BEGAN_WITHIN, Due, FAILED_LOOKED_AT_FOR, GIVEN_UP_TOLD_FOR, LEFT_TO_EVENTS, MAX_A_SWEEP,
    REDRIVEN_BEGAN_WITHIN, SWEPT, due, is_in_turn, sweep_number,
};
use migration_aws::error::{StepError, chain};
use migration_aws::failure;
use migration_aws::step_functions::listing::{Badly, Listed, Which, list};
use migration_aws::step_functions::{describe_own, lags};
use serde_json::Value;

use crate::{Watch, Watched, operations};

/// An execution of the machine has ended, by an event.
pub(super) async fn ended(watch: &Watch, detail: &Value) -> Result<Watched, StepError> {
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    let Some(arn) = text("executionArn").and_then(|arn| arn.parse::<ExecutionArn>().ok()) else {
        tracing::error!("the event names no execution");
        return Ok(Watched::default());
    };
    if *arn.machine() != watch.machine {
        tracing::error!("the event is of another state machine: {arn}");
        return Ok(Watched::default());
    }
    if text("error").is_some_and(is_told_by) {
        return Ok(Watched::default());
    }
    let Some(described) = describe_own(&watch.step_functions, &arn).await? else {
        tracing::error!("Step Functions does not know the execution of the event: {arn}");
        return Ok(Watched::default());
    };
    let redrives = detail.get("redriveCount").and_then(Value::as_u64).unwrap_or(described.redrives);
    if described.state == State::Running && described.redrives <= redrives {
        // Lambda delivers the event again; the sweep sees it, too. What is started now would find it running.
        return Err(lags(&arn));
    }
    if described.ended_untold().is_none() {
        return Ok(Watched::default());
    }
    take_on(watch, &arn, redrives, &described.input, true).await
}

/// Has an execution closed out that ended without telling it, or tells those who run the stack that nobody could.
async fn take_on(
    watch: &Watch,
    dead: &ExecutionArn,
    redrives: u64,
    input: &Value,
    tells: bool,
) -> Result<Watched, StepError> {
    match due(dead, redrives, input) {
        Due::CloseOut { name, order } => {
            start(watch, &name, &order.input()).await?;
            Ok(Watched { started: vec![name], ..Watched::default() })
        }
        Due::GivenUp { run } => {
            tracing::error!("nobody could close out the run {run}: {dead} has died over it");
            if tells {
                operations::given_up(watch, &run, dead).await?;
            }
            Ok(Watched { given_up: 1, ..Watched::default() })
        }
    }
}

/// Starts an execution of the machine by this name, unless one has had it before.
pub(super) async fn start(watch: &Watch, name: &str, input: &Value) -> Result<(), StepError> {
    let answer = watch
        .step_functions
        .start_execution()
        .state_machine_arn(watch.machine.to_string())
        .name(name)
        .input(input.to_string())
        .send()
        .await;
    match answer {
        Ok(_) => Ok(()),
        // A name is used once in 90 days: what it does is done, or is being done.
        Err(error) if error.code() == Some("ExecutionAlreadyExists") => Ok(()),
        Err(error) => Err(failure::read(format!("starting the execution {name}"), error).into()),
    }
}

/// Closes out what has ended in the last day without telling it, and nobody has closed out yet: the oldest first.
pub(super) async fn sweep(watch: &Watch, now: Timestamp) -> Result<Watched, StepError> {
    let since = |span| now.checked_sub(span).unwrap_or(Timestamp::MIN);
    let swept = since(SWEPT);
    let recent = list(&watch.step_functions, &watch.machine, Which::All, swept).await?;
    let names: BTreeSet<String> = recent.into_iter().map(|known| known.arn.name().to_owned()).collect();
    let (mut untold, mut told_perhaps) = (Vec::new(), Vec::new());
    for badly in Badly::ALL {
        let mut ended =
            list(&watch.step_functions, &watch.machine, Which::Ended(badly), since(BEGAN_WITHIN)).await?;
        let redriven = Which::Redriven(badly);
        let older =
            list(&watch.step_functions, &watch.machine, redriven, since(REDRIVEN_BEGAN_WITHIN)).await?;
        ended.extend(older.into_iter().filter(|execution| execution.began < since(BEGAN_WITHIN)));
        for execution in ended {
            let ended = execution.ended.filter(|at| *at >= swept && *at <= since(LEFT_TO_EVENTS));
            let Some(at) = ended.filter(|_| !is_taken_on(&execution, &names)) else { continue };
            // Most that failed have told a verdict, which only a look at each shows. A sweep has looked soon after its end.
            let looked_at = badly == Badly::Failed && at < since(FAILED_LOOKED_AT_FOR);
            if looked_at { told_perhaps.push((at, execution)) } else { untold.push((at, execution)) }
        }
    }
    told_perhaps.sort_by_key(|(ended, _)| *ended);
    let (all, slot) = (told_perhaps.len(), sweep_number(now));
    let in_turn = told_perhaps.into_iter().enumerate().filter(|(place, _)| is_in_turn(all, *place, slot));
    untold.extend(in_turn.map(|(_, execution)| execution));
    untold.sort_by_key(|(ended, _)| *ended);
    let mut watched = Watched::default();
    let mut trouble = None;
    for (at, execution) in untold {
        if watched.started.len() >= MAX_A_SWEEP {
            watched.left += 1;
            continue;
        }
        let looked = match look(watch, &execution).await {
            Ok(Some(described)) => described,
            Ok(None) => continue,
            Err(error) => {
                trouble = Some(error);
                continue;
            }
        };
        // In each sweep of the first hour, then once an hour, for a day: SNS may fail for hours.
        let tells = at >= since(GIVEN_UP_TOLD_FOR) || slot % 4 == 0;
        match take_on(watch, &execution.arn, execution.redrives, &looked.input, tells).await {
            Ok(taken) => watched = watched.and(taken),
            Err(error) => {
                tracing::error!("{}", chain(&error));
                trouble = Some(error);
            }
        }
    }
    // What could be closed out is; the next sweep looks for the rest.
    trouble.map_or(Ok(watched), Err)
}

/// True when an execution is there that closes this one out. Its name depends on how deep it is, which only the input
/// says.
fn is_taken_on(listed: &Listed, names: &BTreeSet<String>) -> bool {
    (1..=MAX_DEPTH).any(|depth| names.contains(&Order::name(&listed.arn, listed.redrives, depth)))
}

/// An execution that ended badly, when it has not told that.
async fn look(watch: &Watch, listed: &Listed) -> Result<Option<Box<Described>>, StepError> {
    let described = describe_own(&watch.step_functions, &listed.arn).await?;
    Ok(described.filter(|described| described.ended_untold().is_some()))
}
