//! Opens a run: reads the plan, checks what it names, starts the connection tests that are missing. For a pre-flight a
//! task that exists already is compared with the plan, too.
//!
//! What it does: it reads the plan and describes what the plan names. TestConnection is its only call that does more
//! than look. A bad plan is no error of this function; it comes back as the verdict Rejected with every finding.
//!
//! A repeat: it reads again, and a connection that is being tested is not tested twice.
//!
//! A lost answer: of a look, it is an error, and the machine repeats the step. Of a connection test, nothing is lost:
//! polls see the connection.
//!
//! What a person does: corrects the plan, or what it names, as the findings say, and starts the migration again.

use aws_sdk_databasemigration::Client;
use jiff::Timestamp;
use migration::decide::opening;
use migration::run::document::Migration;
use migration::run::observation::{Phase, Route};
use migration::survey::{drift, engines, maintenance, resources, writers};
use migration_aws::clients::DmsAndStepFunctions;
use migration_aws::dms::resources::{endpoint, instance};
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::StepError;
use migration_aws::existing;
use migration_aws::request::Request;
use plan::finding::Findings;
use plan::{MigrationType, Mode, OnDrift, Plan, TaskPlan, TaskRequest};
use serde_json::Value;

mod connections;

/// Reads the plan and looks at all that it names.
///
/// # Errors
/// [`StepError::UnreadableDocument`] when the machine did not open the document, [`StepError::Throttled`] and
/// [`StepError::Unavailable`] when DMS cannot be asked.
pub async fn handle(context: &DmsAndStepFunctions, request: Request) -> Result<Migration, StepError> {
    let document = request.migration()?;
    let input = document.input.unwrap_or(Value::Null);
    let mut document = opening::open(&input, &request.execution, request.now);
    let plan = match &document.plan {
        Some(plan) if document.verdict.is_none() => plan.clone(),
        _ => return Ok(document),
    };
    if plan.mode == Mode::Preflight
        && let TaskPlan::Request(wanted) = &plan.task
    {
        compare(context, &mut document, &plan, wanted, &request.execution).await?;
    }
    check(&context.dms, &mut document, &plan, request.now).await?;
    Ok(document)
}

/// A pre-flight creates and adopts nothing, so that a task which exists is compared here.
async fn compare(
    context: &DmsAndStepFunctions,
    document: &mut Migration,
    plan: &Plan,
    wanted: &TaskRequest,
    execution: &str,
) -> Result<(), StepError> {
    let found = task::describe(&context.dms, &TaskFilter::of(document, plan), true).await?;
    let Some(found) = found else { return Ok(()) };
    let task = existing::compare(context, wanted, &found, execution).await?;
    let mut differing = Findings::default();
    drift::warn(plan, &task.differences, &mut differing);
    differing.add_to(&mut document.findings);
    // A task that is taken as it is has endpoints of its own.
    if let Some(run) = document.run.as_mut().filter(|_| plan.on_drift == OnDrift::Ignore) {
        run.route = Some(task::read_task(&found)?.route);
    }
    document.task = Some(task);
    Ok(())
}

/// What the plan names: does it exist, can it work, is it connected?
async fn check(dms: &Client, document: &mut Migration, plan: &Plan, now: Timestamp) -> Result<(), StepError> {
    let mut findings = Findings::default();
    let kept = match &plan.task {
        TaskPlan::Request(_) => None,
        TaskPlan::Kept(_) => kept_task(dms, document, plan, &mut findings).await?,
    };
    let route = kept
        .as_ref()
        .map(|kept| kept.route.clone())
        .or_else(|| document.run.as_ref().and_then(|run| run.route.clone()));
    if let Some(route) = &route {
        check_route(dms, plan, route, now, &mut findings).await?;
        let writers = task::writers(dms, &route.target).await?;
        writers::check(plan, &route.source, &writers, &mut findings);
        let idle = kept.as_ref().is_none_or(|kept| kept.phase == Phase::Idle);
        if idle && !findings.reject() {
            connections::test(dms, route, &mut findings).await?;
        }
    }
    opening::settle(document, kept.map(|kept| (kept.migration_type, kept.route)), findings, now);
    Ok(())
}

struct Kept {
    migration_type: MigrationType,
    route: Route,
    phase: Phase,
}

/// A task that somebody else keeps must be there.
async fn kept_task(
    dms: &Client,
    document: &Migration,
    plan: &Plan,
    findings: &mut Findings,
) -> Result<Option<Kept>, StepError> {
    match task::describe(dms, &TaskFilter::of(document, plan), false).await? {
        Some(task) => {
            let task = task::read_task(&task)?;
            Ok(Some(Kept { migration_type: task.migration_type, route: task.route, phase: task.phase }))
        }
        None => {
            findings.error(
                "/Task",
                "no-such-task",
                format!(
                    "there is no replication task {} in this account and Region; a task that was created again has a new \
                     ARN",
                    plan.name()
                ),
            );
            Ok(None)
        }
    }
}

async fn check_route(
    dms: &Client,
    plan: &Plan,
    route: &Route,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), StepError> {
    let place = |member: &str| match plan.task {
        TaskPlan::Request(_) => format!("/Task/{member}"),
        TaskPlan::Kept(_) => "/Task".to_owned(),
    };
    let source = endpoint(dms, &route.source).await?;
    let target = endpoint(dms, &route.target).await?;
    for (seen, arn, member, kind) in [
        (&source, &route.source, "SourceEndpointArn", "source"),
        (&target, &route.target, "TargetEndpointArn", "target"),
    ] {
        resources::check_endpoint(&place(member), arn, kind, seen.as_ref(), findings);
    }
    if let (Some(request), Some(source), Some(target)) = (plan.request(), &source, &target) {
        engines::check(request, &source.engine, &target.engine, findings);
    }
    let path = place("ReplicationInstanceArn");
    let instance = instance(dms, &route.instance).await?;
    resources::check_instance(&path, &route.instance, instance.as_ref(), findings);
    if let Some(instance) = &instance {
        maintenance::check(&path, plan, instance, now, findings);
        if plan.mode == Mode::Preflight {
            resources::describe_instance(&path, instance, findings);
        }
    }
    Ok(())
}
