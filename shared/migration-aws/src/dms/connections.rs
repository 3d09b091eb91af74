//! The connections of a replication instance with its endpoints.

use aws_sdk_databasemigration::Client;
use migration::run::observation::{Connection, ConnectionState, Route};
use plan::Arn;

use super::{arn, filter};
use crate::clients;
use crate::error::StepError;
use crate::failure::{self, CallFailure};
use crate::pages::Pages;
use crate::text;

/// The most pages of connections that are read, as long as DMS makes them: two connections are asked for.
const MAX_PAGES: usize = 20;

/// Has DMS test the connection of an instance with an endpoint, once. What comes of the test shows in [`connections`].
///
/// # Errors
/// When DMS does not take it: somebody tests it already, the instance is being changed, or no answer came.
pub async fn test(dms: &Client, instance: &Arn, endpoint: &Arn) -> Result<(), CallFailure> {
    let answer = dms
        .test_connection()
        .replication_instance_arn(instance.to_string())
        .endpoint_arn(endpoint.to_string())
        .customize()
        .config_override(clients::once())
        .send()
        .await;
    let attempt = format!("testing the connection of {endpoint}");
    answer.map(|_| ()).map_err(|error| failure::read(attempt, error))
}

/// The connections of an instance with two endpoints, as far as they have been tested.
///
/// # Errors
/// When DMS does not answer, or its pages do not come to an end.
pub async fn connections(dms: &Client, route: &Route) -> Result<Vec<Connection>, StepError> {
    let pages = dms
        .describe_connections()
        .filters(filter("replication-instance-arn", vec![route.instance.to_string()])?)
        .filters(filter("endpoint-arn", vec![route.source.to_string(), route.target.to_string()])?)
        .into_paginator()
        .send();
    let mut pages = Pages::new("describing the connections", pages, MAX_PAGES, |page| page.marker());
    let mut connections = Vec::new();
    loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(connections),
            // An untested connection does not exist; whether DMS says so by a fault or an empty list is not documented.
            Err(failure) if failure.is_not_found() => return Ok(connections),
            Err(failure) => return Err(failure.into()),
        };
        for connection in page.connections() {
            connections.push(Connection {
                endpoint: arn(connection.endpoint_arn(), "EndpointArn")?,
                state: match connection.status().unwrap_or_default() {
                    "successful" => ConnectionState::Successful,
                    "failed" => ConnectionState::Failed(text::sentence(
                        connection.last_failure_message().unwrap_or("DMS gives no reason"),
                    )),
                    _ => ConnectionState::Testing,
                },
            });
        }
    }
}
