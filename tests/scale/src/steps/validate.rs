//! Opens a run: reads the plan, checks what it names, looks whether its connections were tested.

use migration::decide::opening;
use migration::run::document::Migration;
use migration::run::observation::{Connection, ConnectionState, Route};
use migration::survey::{resources, writers};
use plan::Arn;
use plan::finding::Findings;
use serde_json::{Value, json};

use super::{Request, lookups};
use crate::error::StepError;
use crate::sdk::{Client, Trouble};

/// The opened document.
///
/// # Errors
/// When DMS is too busy.
pub async fn handle(
    client: &mut Client<'_>,
    input: &Value,
    request: Request<'_>,
) -> Result<Migration, StepError> {
    let mut document = opening::open(input, request.execution, request.now);
    if document.verdict.is_some() {
        return Ok(document);
    }
    let Some(route) = document.run.as_ref().and_then(|run| run.route.clone()) else {
        return Err(StepError::unforeseen("the plan of every migration here describes its task"));
    };
    let mut findings = Findings::default();
    for (arn, kind) in [(&route.source, "source"), (&route.target, "target")] {
        let endpoint = lookups::endpoint(client, arn).await?;
        resources::check_endpoint("/Task", arn, kind, endpoint.as_ref(), &mut findings);
    }
    let instance = lookups::instance(client, &route.instance).await?;
    resources::check_instance("/Task", &route.instance, instance.as_ref(), &mut findings);
    if let Some(plan) = &document.plan {
        let written = lookups::writers(client, &route.target).await?;
        writers::check(plan, &route.source, &written, &mut findings);
    }
    if !findings.reject() {
        test_connections(client, &route).await?;
    }
    opening::settle(&mut document, None, findings, request.now);
    Ok(document)
}

async fn test_connections(client: &mut Client<'_>, route: &Route) -> Result<(), StepError> {
    let known = lookups::connections(client, route).await?;
    let known = known.ok_or_else(|| StepError::Throttled("DescribeConnections".to_owned()))?;
    for endpoint in [&route.source, &route.target] {
        let works = |it: &Connection| {
            it.endpoint == *endpoint
                && matches!(it.state, ConnectionState::Successful | ConnectionState::Testing)
        };
        if !known.iter().any(works) {
            test_connection(client, &route.instance, endpoint)?;
        }
    }
    Ok(())
}

fn test_connection(client: &mut Client<'_>, instance: &Arn, endpoint: &Arn) -> Result<(), StepError> {
    let input = json!({"ReplicationInstanceArn": instance.to_string(), "EndpointArn": endpoint.to_string()});
    match client.change("TestConnection", &input) {
        Ok(_) => Ok(()),
        // Somebody tests it already.
        Err(Trouble::Refused(refusal)) if refusal.passing => Ok(()),
        Err(trouble) => Err(trouble.into_error()),
    }
}
