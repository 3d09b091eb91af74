//! Starting the tests of connections: the only call of this function that does more than look.

use aws_sdk_databasemigration::Client;
use migration::run::observation::{ConnectionState, Route};
use migration_aws::dms::connections;
use migration_aws::error::StepError;
use migration_aws::failure::Outcome;
use plan::Arn;
use plan::finding::{Code, Findings};

/// Starts the tests of connections that were never tested or whose last test failed; the machine waits for their end.
/// `insists` says that no later step of the run tests a connection.
///
/// # Errors
/// When DMS does not answer or is too busy; where a test must be started here, also when the answer to that was lost.
pub(crate) async fn test(
    dms: &Client,
    route: &Route,
    insists: bool,
    findings: &mut Findings,
) -> Result<(), StepError> {
    let known = connections::connections(dms, route).await?;
    for endpoint in [&route.source, &route.target] {
        let known = known.iter().find(|connection| connection.endpoint == *endpoint);
        if !matches!(
            known.map(|connection| &connection.state),
            Some(ConnectionState::Successful | ConnectionState::Testing)
        ) {
            test_one(dms, &route.instance, endpoint, insists, findings).await?;
        }
    }
    Ok(())
}

async fn test_one(
    dms: &Client,
    instance: &Arn,
    endpoint: &Arn,
    insists: bool,
    findings: &mut Findings,
) -> Result<(), StepError> {
    let Err(failure) = connections::test(dms, instance, endpoint).await else { return Ok(()) };
    match failure.outcome() {
        // Somebody tests it already, or the answer was lost: the connections that polls see will tell.
        Outcome::Refused(refusal) if refusal.passes() => Ok(()),
        Outcome::Lost if !insists => Ok(()),
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
        Outcome::NotFound(_) | Outcome::Throttled(_) | Outcome::Lost => Err(failure.into()),
    }
}
