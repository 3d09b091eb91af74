//! Opens a run: reads the plan, checks what it names, starts the connection tests that are missing.
//!
//! Safe to repeat: it reads, and a connection that is being tested is not tested twice. A bad plan is no error of this
//! function; it comes back as the verdict Rejected with every finding.

use aws_sdk_databasemigration::Client;
use jiff::Timestamp;
use migration::document::Migration;
use migration::finding::Findings;
use migration::observation::{ConnectionState, Phase, Route, TaskSeen};
use migration::plan::{Arn, MigrationType, Plan, TaskPlan};
use migration::{opening, resources};
use migration_aws::clients;
use migration_aws::dms::{self, TaskFilter};
use migration_aws::error::Error;
use migration_aws::request::Request;
use migration_aws::trouble::{self, Trouble};
use serde_json::Value;

/// Reads the plan and looks at all that it names.
///
/// # Errors
/// [`Error::UnreadableDocument`] when the machine did not open the document, [`Error::Throttled`] and
/// [`Error::Unavailable`] when DMS cannot be asked.
pub async fn handle(client: &Client, request: Request) -> Result<Migration, Error> {
    let document = request.migration()?;
    let input = document.input.unwrap_or(Value::Null);
    let mut document = opening::open(&input, &request.execution, request.now);
    let plan = match &document.plan {
        Some(plan) if document.verdict.is_none() => plan.clone(),
        _ => return Ok(document),
    };
    check(client, &mut document, &plan, request.now).await?;
    Ok(document)
}

/// What the plan names: does it exist, can it work, is it connected?
async fn check(client: &Client, document: &mut Migration, plan: &Plan, now: Timestamp) -> Result<(), Error> {
    let mut findings = Findings::default();
    let kept = match &plan.task {
        TaskPlan::Request(_) => None,
        TaskPlan::Kept(_) => kept_task(client, document, plan, &mut findings).await?,
    };
    let route = kept
        .as_ref()
        .map(|kept| kept.route.clone())
        .or_else(|| document.run.as_ref().and_then(|run| run.route.clone()));
    if let Some(route) = &route {
        check_route(client, plan, route, &mut findings).await?;
        let idle = kept.as_ref().is_none_or(|kept| kept.phase == Phase::Idle);
        if idle && !findings.reject() {
            test_connections(client, route, &mut findings).await?;
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
    client: &Client,
    document: &Migration,
    plan: &Plan,
    findings: &mut Findings,
) -> Result<Option<Kept>, Error> {
    match dms::observe(client, &TaskFilter::of(document, plan), false).await? {
        TaskSeen::Seen(task) => {
            Ok(Some(Kept { migration_type: task.migration_type, route: task.route, phase: task.phase }))
        }
        TaskSeen::NotThere => {
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
        TaskSeen::Unseen => Err(Error::Throttled("DMS is too busy to describe the task".to_owned())),
    }
}

async fn check_route(
    client: &Client,
    plan: &Plan,
    route: &Route,
    findings: &mut Findings,
) -> Result<(), Error> {
    let place = |member: &str| match plan.task {
        TaskPlan::Request(_) => format!("/Task/{member}"),
        TaskPlan::Kept(_) => "/Task".to_owned(),
    };
    for (arn, member, kind) in
        [(&route.source, "SourceEndpointArn", "source"), (&route.target, "TargetEndpointArn", "target")]
    {
        let endpoint = dms::endpoint(client, arn).await?;
        resources::check_endpoint(&place(member), arn, kind, endpoint.as_ref(), findings);
    }
    let instance = dms::instance(client, &route.instance).await?;
    resources::check_instance(&place("ReplicationInstanceArn"), &route.instance, instance.as_ref(), findings);
    Ok(())
}

/// Starts the tests of connections that were never tested or whose last test failed; the machine waits for their end.
async fn test_connections(client: &Client, route: &Route, findings: &mut Findings) -> Result<(), Error> {
    let connections = dms::connections(client, route)
        .await?
        .ok_or_else(|| Error::Throttled("DMS is too busy to describe the connections".to_owned()))?;
    for endpoint in [&route.source, &route.target] {
        let known = connections.iter().find(|connection| connection.endpoint == *endpoint);
        if !matches!(
            known.map(|connection| &connection.state),
            Some(ConnectionState::Successful | ConnectionState::Testing)
        ) {
            test_connection(client, &route.instance, endpoint, findings).await?;
        }
    }
    Ok(())
}

async fn test_connection(
    client: &Client,
    instance: &Arn,
    endpoint: &Arn,
    findings: &mut Findings,
) -> Result<(), Error> {
    let attempt = "testing a connection";
    let answer = client
        .test_connection()
        .replication_instance_arn(instance.to_string())
        .endpoint_arn(endpoint.to_string())
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    let Err(error) = answer else { return Ok(()) };
    match trouble::read(attempt, &error) {
        // Somebody tests it already, or the answer was lost: the connections that polls see will tell.
        Trouble::Refused(refusal) if refusal.passing => Ok(()),
        Trouble::Lost(_) => Ok(()),
        Trouble::Refused(refusal) => {
            findings.error(
                "/Task",
                "connection-not-tested",
                format!(
                    "DMS would not test the connection of {endpoint}: {}: {}",
                    refusal.code, refusal.message
                ),
            );
            Ok(())
        }
        trouble => Err(trouble.into_error(attempt)),
    }
}
