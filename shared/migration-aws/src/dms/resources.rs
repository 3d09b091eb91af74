//! What a plan names beside the task: endpoints and replication instances, each asked for by its ARN.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types::ReplicationPendingModifiedValues;
use migration::survey::resources::{Endpoint, Instance};
use plan::Arn;

use super::filter;
use crate::error::StepError;
use crate::failure;

/// An endpoint, if there is one.
///
/// # Errors
/// When DMS does not answer.
pub async fn endpoint(dms: &Client, arn: &Arn) -> Result<Option<Endpoint>, StepError> {
    let answer =
        dms.describe_endpoints().filters(filter("endpoint-arn", vec![arn.to_string()])?).send().await;
    let answer = failure::none_if_missing("describing the endpoint", answer)?;
    Ok(answer.as_ref().and_then(|answer| answer.endpoints().first()).map(|endpoint| Endpoint {
        arn: endpoint.endpoint_arn().unwrap_or_default().to_owned(),
        endpoint_type: endpoint.endpoint_type().map(|t| t.as_str().to_owned()).unwrap_or_default(),
        status: endpoint.status().unwrap_or_default().into(),
        engine: endpoint.engine_name().unwrap_or_default().to_owned(),
        read_only: endpoint.is_read_only().unwrap_or_default(),
    }))
}

/// A replication instance, if there is one.
///
/// # Errors
/// When DMS does not answer.
pub async fn instance(dms: &Client, arn: &Arn) -> Result<Option<Instance>, StepError> {
    let filter = filter("replication-instance-arn", vec![arn.to_string()])?;
    let answer = dms.describe_replication_instances().filters(filter).send().await;
    let answer = failure::none_if_missing("describing the replication instance", answer)?;
    Ok(answer.as_ref().and_then(|answer| answer.replication_instances().first()).map(|instance| Instance {
        arn: instance.replication_instance_arn().unwrap_or_default().to_owned(),
        identifier: instance.replication_instance_identifier().unwrap_or_default().to_owned(),
        status: instance.replication_instance_status().unwrap_or_default().into(),
        engine_version: instance.engine_version().unwrap_or_default().to_owned(),
        maintenance: instance.preferred_maintenance_window().unwrap_or_default().to_owned(),
        upgrades_itself: instance.auto_minor_version_upgrade(),
        pending: instance.pending_modified_values().map(pending).unwrap_or_default(),
    }))
}

/// What waits for the next maintenance of an instance.
fn pending(values: &ReplicationPendingModifiedValues) -> Vec<String> {
    [
        ("EngineVersion", values.engine_version().map(str::to_owned)),
        ("ReplicationInstanceClass", values.replication_instance_class().map(str::to_owned)),
        ("AllocatedStorage", values.allocated_storage().map(|gigabytes| gigabytes.to_string())),
        ("MultiAZ", values.multi_az().map(|multi| multi.to_string())),
        ("NetworkType", values.network_type().map(str::to_owned)),
    ]
    .into_iter()
    .filter_map(|(member, value)| value.map(|value| format!("{member} {value}")))
    .collect()
}
