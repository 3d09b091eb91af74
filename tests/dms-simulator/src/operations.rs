//! The API: one room per group of operations.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::input::Input;
use crate::scenario::{Endpoint, ReplicationInstance};
use crate::world::World;

mod connections;
mod create;
mod modify;
mod read;
mod resources;
pub(crate) mod run;
mod tags;

/// Answers one call.
pub(crate) fn answer(world: &mut World, operation: &str, input: Input) -> Result<Value, Fault> {
    match operation {
        "CreateReplicationTask" => create::create(world, input),
        "ModifyReplicationTask" => modify::modify(world, input),
        "DeleteReplicationTask" => modify::delete(world, input),
        "StartReplicationTask" => run::start(world, input),
        "StopReplicationTask" => run::stop(world, input),
        "ReloadTables" => run::reload_tables(world, input),
        "DescribeReplicationTasks" => read::tasks(world, input),
        "DescribeTableStatistics" => read::table_statistics(world, input),
        "DescribeEndpoints" => resources::endpoints(world, input),
        "DescribeReplicationInstances" => resources::instances(world, input),
        "DescribePendingMaintenanceActions" => resources::pending_maintenance(world, input),
        "DescribeEngineVersions" => resources::engine_versions(world, input),
        "TestConnection" => connections::test(world, input),
        "DescribeConnections" => connections::describe(world, input),
        "AddTagsToResource" => tags::add(world, input),
        "ListTagsForResource" => tags::list(world, input),
        "RemoveTagsFromResource" => tags::remove(world, input),
        // AWS sends no text; here it tells which operation a reader of the log has to look for.
        _ => Err(Fault::new(
            "UnknownOperationException",
            format!("{operation} is not served by the simulator"),
        )),
    }
}

/// Whether IAM would let the call through.
pub(crate) fn check_permitted(world: &World, operation: &str, input: Input) -> Result<(), Fault> {
    tags::check_counted(world, operation, input)
}

/// The ARN of a task, in the partition, Region and account of its instance.
pub(crate) fn task_arn(instance_arn: &str, tail: &str) -> String {
    match instance_arn.rsplitn(3, ':').nth(2) {
        Some(place) => format!("{place}:task:{tail}"),
        None => format!("arn:aws:dms:us-east-1:123456789012:task:{tail}"),
    }
}

/// What there is no resource of. The text is from memory of DMS; the code is certain for an ARN, and AWS's own test of its
/// JavaScript SDK has the other one for a text that is none.
fn unknown(kind: &str, arn: &str) -> Fault {
    let is_arn = arn.starts_with("arn:") && arn.split(':').count() >= 6;
    if is_arn {
        Fault::not_found(format!("{kind} not found: {arn}"))
    } else {
        Fault::invalid_value(format!("Invalid ARN: {arn}"))
    }
}

fn task(world: &World, arn: &str) -> Result<usize, Fault> {
    world.tasks.iter().position(|task| task.arn == arn).ok_or_else(|| unknown("Replication Task", arn))
}

fn endpoint<'a>(world: &'a World, arn: &str) -> Result<&'a Endpoint, Fault> {
    let found = world.scenario.endpoints.iter().find(|endpoint| endpoint.endpoint_arn == arn);
    found.ok_or_else(|| unknown("Endpoint", arn))
}

fn instance<'a>(world: &'a World, arn: &str) -> Result<&'a ReplicationInstance, Fault> {
    let found = world.scenario.replication_instances.iter().find(|it| it.replication_instance_arn == arn);
    found.ok_or_else(|| unknown("Replication Instance", arn))
}

fn available<'a>(world: &'a World, arn: &str) -> Result<&'a ReplicationInstance, Fault> {
    let instance = instance(world, arn)?;
    let status = instance.status_at(world.age());
    if status == "available" {
        return Ok(instance);
    }
    Err(Fault::invalid_state(format!(
        "Replication instance {} is not available: its status is {status}",
        instance.replication_instance_identifier
    )))
}

/// An endpoint that can be used. That DMS refuses another one is from memory.
fn active<'a>(world: &'a World, arn: &str) -> Result<&'a Endpoint, Fault> {
    let endpoint = endpoint(world, arn)?;
    match endpoint.status_at(world.age()) {
        "active" => Ok(endpoint),
        status => Err(Fault::invalid_state(format!("Endpoint {arn} is not active: its status is {status}"))),
    }
}

fn described(world: &World, index: usize) -> Value {
    json!({ "ReplicationTask": world.tasks[index].describe(world.now, true) })
}

/// The answer to Start, Stop and Delete.
fn answered(world: &World, index: usize) -> Value {
    json!({ "ReplicationTask": world.tasks[index].answer(world.now) })
}

/// An answer that is a page of a list.
fn listed(name: &str, items: Vec<Value>, marker: Option<String>) -> Value {
    let mut answer = json!({ name: items });
    if let (Some(marker), Some(members)) = (marker, answer.as_object_mut()) {
        members.insert("Marker".to_owned(), json!(marker));
    }
    answer
}
