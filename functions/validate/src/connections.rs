//! Starting the tests of connections: the only call of this function that does more than look.

use aws_sdk_databasemigration::Client;
use migration::run::observation::{ConnectionState, Route};
use migration_aws::error::Error;
use migration_aws::trouble::{self, Trouble};
use migration_aws::{clients, dms};
use plan::Arn;
use plan::finding::{Code, Findings};

/// Starts the tests of connections that were never tested or whose last test failed; the machine waits for their end.
pub(crate) async fn test(client: &Client, route: &Route, findings: &mut Findings) -> Result<(), Error> {
    let connections = dms::connections(client, route)
        .await?
        .ok_or_else(|| Error::Throttled("DMS is too busy to describe the connections".to_owned()))?;
    for endpoint in [&route.source, &route.target] {
        let known = connections.iter().find(|connection| connection.endpoint == *endpoint);
        if !matches!(
            known.map(|connection| &connection.state),
            Some(ConnectionState::Successful | ConnectionState::Testing)
        ) {
            test_one(client, &route.instance, endpoint, findings).await?;
        }
    }
    Ok(())
}

async fn test_one(
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
            findings.add(
                "/Task",
                Code::ConnectionNotTested,
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
