//! DescribeEndpoints and DescribeReplicationInstances.

use serde_json::Value;

use super::listed;
use crate::fault::Fault;
use crate::input::Input;
use crate::paging;
use crate::world::World;

pub(super) fn endpoints(world: &World, input: Input) -> Result<Value, Fault> {
    let filters = input.filters(&["endpoint-arn", "endpoint-type", "endpoint-id", "engine-name"])?;
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
    let (page, marker) = paging::page(input, fitting, 100, world.scenario.behaviour.most_per_page)?;
    Ok(listed("Endpoints", page, marker))
}

pub(super) fn instances(world: &World, input: Input) -> Result<Value, Fault> {
    let filters = input.filters(&[
        "replication-instance-arn",
        "replication-instance-id",
        "replication-instance-class",
        "engine-version",
    ])?;
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
    let (page, marker) = paging::page(input, fitting, 100, world.scenario.behaviour.most_per_page)?;
    Ok(listed("ReplicationInstances", page, marker))
}
