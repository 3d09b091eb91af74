//! DescribeEndpoints, DescribeReplicationInstances, and what AWS is going to do to instances:
//! DescribePendingMaintenanceActions and DescribeEngineVersions.

use serde_json::Value;

use super::listed;
use crate::fault::Fault;
use crate::input::Input;
use crate::paging;
use crate::scenario::{EngineVersion, ReplicationInstance};
use crate::world::World;

pub(super) fn endpoints(world: &World, input: Input) -> Result<Value, Fault> {
    let filters = input.filters(
        &["endpoint-arn", "endpoint-type", "endpoint-id", "engine-name"],
        &world.scenario.behaviour,
    )?;
    let fitting: Vec<Value> = world
        .scenario
        .endpoints
        .iter()
        .filter(|endpoint| {
            filters.iter().all(|filter| match filter.name.as_str() {
                "endpoint-arn" => filter.takes(&endpoint.endpoint_arn),
                "endpoint-type" => filter.takes(endpoint.endpoint_type.as_str()),
                "endpoint-id" => filter.takes(&endpoint.endpoint_identifier),
                _ => filter.takes(&endpoint.engine_name),
            })
        })
        .map(|endpoint| endpoint.describe(world.age()))
        .collect();
    if fitting.is_empty() && !filters.is_empty() && !world.scenario.behaviour.nothing_found_is_empty {
        return Err(Fault::not_found("No Endpoints found matching given filter"));
    }
    let (page, marker) = paging::page(input, fitting, 100, &world.scenario.behaviour)?;
    Ok(listed("Endpoints", page, marker))
}

/// Instances for which nothing waits are left out; a list of none is an empty one. That DMS does not know an instance by
/// its ARN is a fault (its text is from memory).
pub(super) fn pending_maintenance(world: &World, input: Input) -> Result<Value, Fault> {
    let arn = input.text("ReplicationInstanceArn")?;
    if let Some(arn) = arn {
        super::instance(world, arn)?;
    }
    let filters = input.filters(&["replication-instance-arn"], &world.scenario.behaviour)?;
    let fitting: Vec<Value> = world
        .scenario
        .replication_instances
        .iter()
        .filter(|instance| arn.is_none_or(|arn| instance.replication_instance_arn == arn))
        .filter(|instance| filters.iter().all(|filter| filter.takes(&instance.replication_instance_arn)))
        .filter(|instance| !instance.pending_maintenance_actions.is_empty())
        .map(ReplicationInstance::pending)
        .collect();
    let (page, marker) = paging::page(input, fitting, 100, &world.scenario.behaviour)?;
    Ok(listed("PendingMaintenanceActions", page, marker))
}

pub(super) fn engine_versions(world: &World, input: Input) -> Result<Value, Fault> {
    let versions: Vec<Value> = world.scenario.engine_versions.iter().map(EngineVersion::describe).collect();
    let (page, marker) = paging::page(input, versions, 100, &world.scenario.behaviour)?;
    Ok(listed("EngineVersions", page, marker))
}

pub(super) fn instances(world: &World, input: Input) -> Result<Value, Fault> {
    let filters = input.filters(
        &[
            "replication-instance-arn",
            "replication-instance-id",
            "replication-instance-class",
            "engine-version",
        ],
        &world.scenario.behaviour,
    )?;
    let fitting: Vec<Value> = world
        .scenario
        .replication_instances
        .iter()
        .filter(|instance| {
            filters.iter().all(|filter| match filter.name.as_str() {
                "replication-instance-arn" => filter.takes(&instance.replication_instance_arn),
                "replication-instance-id" => filter.takes(&instance.replication_instance_identifier),
                "replication-instance-class" => filter.takes(&instance.replication_instance_class),
                _ => filter.takes(&instance.engine_version),
            })
        })
        .map(|instance| instance.describe(world.age(), world.began))
        .collect();
    if fitting.is_empty() && !filters.is_empty() && !world.scenario.behaviour.nothing_found_is_empty {
        return Err(Fault::not_found("No Replication Instances found matching given filter"));
    }
    let (page, marker) = paging::page(input, fitting, 100, &world.scenario.behaviour)?;
    Ok(listed("ReplicationInstances", page, marker))
}
