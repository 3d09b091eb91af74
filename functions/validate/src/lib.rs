//! Opens a run: reads the plan, checks what it names, starts the connection tests that are missing. For a pre-flight a
//! task that exists already is compared with the plan, too.
//!
//! What it does: it reads the plan and describes what the plan names; for a pre-flight it also asks what AWS is going
//! to do to the instance, and what the instance has left. TestConnection is its only call that does more than look. A
//! bad plan is no error of this function; it comes back as the verdict Rejected with every finding.
//!
//! A repeat: it reads again, and a connection that is being tested is not tested twice.
//!
//! A lost answer: of a look, it is an error, and the machine repeats the step. Of a connection test, nothing is lost:
//! polls see the connection. A pre-flight, which tests nothing later, repeats the step for it, too.
//!
//! What a person does: corrects the plan, or what it names, as the findings say, and starts the migration again.

use aws_sdk_databasemigration::Client;
use jiff::Timestamp;
use migration::decide::close_out::{bad_order, is_closed_out};
use migration::decide::opening;
use migration::run::document::{Document, Reported, Running};
use migration::run::execution_arn::ExecutionArn;
use migration::run::observation::{Route, Task};
use migration::run::status::Phase;
use migration::survey::untold::Errand;
use migration::survey::{drift, engines, maintenance, resources, topics, writers};
use migration::time::graces::LOST_TEST_REPEATS;
use migration_aws::clients::DmsAndStepFunctions;
use migration_aws::dms::resources::{endpoint, instance};
use migration_aws::dms::task::{self, TaskFilter};
use migration_aws::error::StepError;
use migration_aws::existing::{self, Existing};
use migration_aws::request::Request;
use migration_aws::step_functions::beside;
use plan::finding::Findings;
use plan::{MigrationType, Mode, OnDrift, Plan, TaskPlan, TaskRequest, source_log, system_schemas};
use serde_json::Value;

mod close_out;
mod connections;
mod left_running;
mod outlook;

/// What this function calls, and what it is told about its stack.
#[derive(Clone, Debug)]
pub struct Validate {
    /// DMS and Step Functions.
    pub aws: DmsAndStepFunctions,
    /// CloudWatch, for what an instance has left.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// The topics that the stack may publish to; empty where that is not known.
    pub topics: Vec<String>,
}

impl Validate {
    /// Reads the topics as the template lists them: separated by commas, with blanks and nothing between.
    pub fn topics(listed: &str) -> Vec<String> {
        listed.split(',').map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned).collect()
    }
}

/// Reads the plan and looks at all that it names.
///
/// # Errors
/// [`StepError::UnreadableDocument`] when the machine did not open the document, [`StepError::Throttled`] and
/// [`StepError::Unavailable`] when DMS cannot be asked.
pub async fn handle(function: &Validate, request: Request) -> Result<Document, StepError> {
    let context = &function.aws;
    let input = request.opened()?.input;
    let by = Box::pin(beside::closed_out_by(&context.step_functions, &request.execution, request.redrives))
        .await?;
    if let Some(by) = by {
        let mut run = opening::introduce(&input, &request.execution, request.now);
        run.redriven(request.redrives);
        return Ok(Reported::at_once(run, is_closed_out(&by, request.now), Vec::new()).into());
    }
    let moment = (request.now, request.retries);
    match Errand::read(&input) {
        None => {}
        Some(Ok(Errand::CloseOut(order))) => {
            return Box::pin(close_out::open(context, &order, &request.execution, moment)).await;
        }
        Some(Ok(Errand::LeftRunning(order))) => {
            return Box::pin(left_running::open(context, &order, &request.execution, moment)).await;
        }
        Some(Err(why)) => {
            let run = opening::introduce(&input, &request.execution, request.now);
            return Ok(Reported::at_once(run, bad_order(&why, request.now), Vec::new()).into());
        }
    }
    let mut running = match opening::open(&input, &request.execution, request.now) {
        Document::Running(running) => *running,
        over => return Ok(over),
    };
    if running.plan.mode == Mode::Preflight
        && let TaskPlan::Request(wanted) = running.plan.task.clone()
    {
        compare(context, &mut running, &wanted, &request.execution).await?;
    }
    check(function, running, moment).await
}

/// A pre-flight creates and adopts nothing, so that a task which exists is compared here.
async fn compare(
    context: &DmsAndStepFunctions,
    running: &mut Running,
    wanted: &TaskRequest,
    execution: &ExecutionArn,
) -> Result<(), StepError> {
    let found = task::describe(&context.dms, &TaskFilter::of(running), true).await?;
    let Some(found) = found else { return Ok(()) };
    let Existing { task, .. } = existing::compare(context, wanted, &found, execution).await?;
    let mut differing = Findings::default();
    drift::warn(&running.plan, &task.differences, &mut differing);
    differing.add_to(&mut running.findings);
    // A task that is taken as it is has endpoints of its own.
    if running.plan.on_drift == OnDrift::Ignore {
        running.run.route = Some(task::read_task(&found)?.route);
    }
    running.task = Some(task);
    Ok(())
}

/// What the plan names: does it exist, can it work, is it connected?
async fn check(
    function: &Validate,
    running: Running,
    (now, repeats): (Timestamp, u64),
) -> Result<Document, StepError> {
    let dms = &function.aws.dms;
    let plan = &running.plan;
    let mut findings = Findings::default();
    topics::check(plan, &function.topics, &mut findings);
    let external = match &plan.task {
        TaskPlan::Request(_) => None,
        TaskPlan::External(_) => external_task(dms, &running).await?,
    };
    let route =
        external.as_ref().map(|external| external.task.route.clone()).or_else(|| running.run.route.clone());
    if let Some(route) = &route {
        check_route(function, (plan, external.as_ref()), route, (now, repeats), &mut findings).await?;
        let writers = task::writers(dms, &route.target).await?;
        writers::check(plan, &route.source, &writers, &mut findings);
        let idle = external.as_ref().is_none_or(|external| external.task.phase() == Phase::Idle);
        if idle && !findings.reject() {
            // A pre-flight tests nothing later; in the end what is known is reported.
            let insists = plan.mode == Mode::Preflight && repeats < LOST_TEST_REPEATS;
            connections::test(dms, route, insists, &mut findings).await?;
        }
    }
    let external = external.map(|external| (external.task.migration_type, external.task.route));
    Ok(opening::settle(running, external, findings, now))
}

/// A task that somebody else keeps, and its mapping as far as it can be read.
struct External {
    task: Task,
    mapping: Option<Value>,
}

/// The task that somebody else keeps. One that DMS does not list is looked for again by polls: its lists are eventually
/// consistent.
async fn external_task(dms: &Client, running: &Running) -> Result<Option<External>, StepError> {
    // DMS leaves the mapping out where it is asked without settings.
    let Some(task) = task::describe(dms, &TaskFilter::of(running), true).await? else { return Ok(None) };
    let mapping = task.table_mappings().and_then(|text| serde_json::from_str(text).ok());
    Ok(Some(External { task: task::read_task(&task)?, mapping }))
}

async fn check_route(
    function: &Validate,
    (plan, external): (&Plan, Option<&External>),
    route: &Route,
    (now, repeats): (Timestamp, u64),
    findings: &mut Findings,
) -> Result<(), StepError> {
    let dms = &function.aws.dms;
    let migration_type: Option<&MigrationType> = match plan.request() {
        Some(request) => Some(&request.migration_type),
        None => external.map(|external| &external.task.migration_type),
    };
    let place = |member: &str| match plan.task {
        TaskPlan::Request(_) => format!("/Task/{member}"),
        TaskPlan::External(_) => "/Task".to_owned(),
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
    if let (Some(mapping), Some(source), Some(target)) =
        (external.and_then(|external| external.mapping.as_ref()), &source, &target)
    {
        system_schemas::check_external(mapping, &source.engine, &target.engine, findings);
    }
    if let (Some(migration_type), Some(source)) = (migration_type, &source) {
        source_log::check_engine(plan, migration_type, &source.engine, findings);
    }
    let path = place("ReplicationInstanceArn");
    let instance = instance(dms, &route.instance).await?;
    resources::check_instance(&path, &route.instance, instance.as_ref(), findings);
    if let Some(instance) = &instance {
        maintenance::check(&path, plan, instance, now, findings);
        if plan.mode == Mode::Preflight {
            resources::describe_instance(&path, instance, findings);
            outlook::look(function, &path, plan, (instance, &route.instance), (now, repeats), findings)
                .await?;
        }
    }
    Ok(())
}
