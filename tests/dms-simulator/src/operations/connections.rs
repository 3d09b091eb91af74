//! TestConnection and DescribeConnections.

use serde_json::{Value, json};

use super::{available, endpoint, listed};
use crate::connections::Status;
use crate::fault::Fault;
use crate::input::Input;
use crate::paging;
use crate::time;
use crate::world::World;

pub(super) fn test(world: &mut World, input: Input) -> Result<Value, Fault> {
    let instance_arn = input.required_text("ReplicationInstanceArn")?;
    let endpoint_arn = input.required_text("EndpointArn")?;
    available(world, instance_arn)?;
    endpoint(world, endpoint_arn)?;
    if world.connections.find(instance_arn, endpoint_arn).is_some_and(|it| it.status == Status::Testing) {
        return Err(Fault::invalid_state("Connection is already being tested"));
    }
    let due = time::after(world.now, world.scenario.connection_tests.seconds);
    world.connections.test(instance_arn, endpoint_arn, due);
    let connection = world.connections.find(instance_arn, endpoint_arn);
    Ok(json!({ "Connection": connection.map(|it| it.describe(&world.scenario)) }))
}

pub(super) fn describe(world: &World, input: Input) -> Result<Value, Fault> {
    let filters = input.filters(&["endpoint-arn", "replication-instance-arn"], &world.scenario.behaviour)?;
    let fitting: Vec<Value> = world
        .connections
        .iter()
        .filter(|connection| {
            filters.iter().all(|filter| {
                filter.takes(if filter.name == "endpoint-arn" {
                    &connection.endpoint_arn
                } else {
                    &connection.instance_arn
                })
            })
        })
        .map(|connection| connection.describe(&world.scenario))
        .collect();
    // Which of the two it is has no witness. The model lists the fault.
    if fitting.is_empty() && world.scenario.behaviour.untested_is_not_found {
        return Err(Fault::not_found("No Connections found matching given filter"));
    }
    let (page, marker) = paging::page(input, fitting, 100, &world.scenario.behaviour)?;
    Ok(listed("Connections", page, marker))
}
