//! Executions that ended without telling it.

use std::collections::BTreeSet;

use aws_sdk_sfn::error::ProvideErrorMetadata;
use jiff::Timestamp;
use migration::run::close_out::is_told_by;
use migration::run::execution_arn::ExecutionArn;
use migration::survey::executions::{Badly, Execution as Described, Listed, State};
use migration::survey::untold::{
    BEGAN_WITHIN, Due, MAX_A_SWEEP, REDRIVEN_BEGAN_WITHIN, SWEPT, ToLookAt, before, due, tells_given_up,
    to_look_at,
};
use migration_aws::error::{StepError, chain};
use migration_aws::failure;
use migration_aws::step_functions::listing::{Which, list};
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
    let began = before(now, BEGAN_WITHIN);
    let recent = list(&watch.step_functions, &watch.machine, Which::All, before(now, SWEPT)).await?;
    let names: BTreeSet<String> = recent.into_iter().map(|known| known.arn.name().to_owned()).collect();
    let mut ended = Vec::new();
    for badly in Badly::ALL {
        let lately = list(&watch.step_functions, &watch.machine, Which::Ended(badly), began).await?;
        let redriven = Which::Redriven(badly);
        let older = before(now, REDRIVEN_BEGAN_WITHIN);
        let older = list(&watch.step_functions, &watch.machine, redriven, older).await?;
        let older = older.into_iter().filter(|execution| execution.began < began);
        ended.extend(lately.into_iter().chain(older).map(|execution| (badly, execution)));
    }
    let mut watched = Watched::default();
    let mut trouble = None;
    let ToLookAt { executions, turns } = to_look_at(ended, &names, now);
    for (at, execution) in executions {
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
        let tells = tells_given_up(at, turns, now);
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

/// An execution that ended badly, when it has not told that.
async fn look(watch: &Watch, listed: &Listed) -> Result<Option<Box<Described>>, StepError> {
    let described = describe_own(&watch.step_functions, &listed.arn).await?;
    Ok(described.filter(|described| described.ended_untold().is_some()))
}
