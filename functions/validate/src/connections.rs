//! Starting the tests of connections: the only call of this function that does more than look.

use aws_sdk_databasemigration::Client;
use migration::run::observation::{ConnectionState, Route};
use migration_aws::clients;
use migration_aws::dms::connections::connections;
use migration_aws::error::StepError;
use migration_aws::failure::{self, Outcome};
use plan::Arn;
use plan::finding::{Code, Findings};

/// Starts the tests of connections that were never tested or whose last test failed; the machine waits for their end.
pub(crate) async fn test(dms: &Client, route: &Route, findings: &mut Findings) -> Result<(), StepError> {
    let connections = connections(dms, route).await?;
    for endpoint in [&route.source, &route.target] {
        let known = connections.iter().find(|connection| connection.endpoint == *endpoint);
        if !matches!(
            known.map(|connection| &connection.state),
            Some(ConnectionState::Successful | ConnectionState::Testing)
        ) {
            test_one(dms, &route.instance, endpoint, findings).await?;
        }
    }
    Ok(())
}

async fn test_one(
    dms: &Client,
    instance: &Arn,
    endpoint: &Arn,
    findings: &mut Findings,
) -> Result<(), StepError> {
    let answer = dms
        .test_connection()
        .replication_instance_arn(instance.to_string())
        .endpoint_arn(endpoint.to_string())
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    let Err(error) = answer else { return Ok(()) };
    let failure = failure::read("testing a connection", error);
    match failure.outcome() {
        // Somebody tests it already, or the answer was lost: the connections that polls see will tell.
        Outcome::Refused(refusal) if refusal.passes() => Ok(()),
        Outcome::Lost => Ok(()),
        Outcome::Refused(refusal) => {
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
        Outcome::NotFound(_) | Outcome::Throttled(_) => Err(failure.into()),
    }
}
