//! AddTagsToResource, ListTagsForResource and RemoveTagsFromResource.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::fault::Fault;
use crate::input::Input;
use crate::scenario::Tag;
use crate::tags;
use crate::time;
use crate::world::World;

/// The operations whose permission is about a task.
const ON_TASKS: [&str; 6] = [
    "DeleteReplicationTask",
    "DescribeTableStatistics",
    "ModifyReplicationTask",
    "ReloadTables",
    "StartReplicationTask",
    "StopReplicationTask",
];

pub(super) fn add(world: &mut World, input: Input) -> Result<Value, Fault> {
    let arn = input.required_text("ResourceArn")?;
    let added = tags::read(input.required_list("Tags")?)?;
    let mut all = of(world, arn)?;
    all.extend(added);
    tags::check_count(&all)?;
    set(world, arn, &all);
    Ok(json!({}))
}

pub(super) fn remove(world: &mut World, input: Input) -> Result<Value, Fault> {
    let arn = input.required_text("ResourceArn")?;
    let keys = input.required_texts("TagKeys")?;
    let mut all = of(world, arn)?;
    all.retain(|key, _| !keys.contains(key));
    set(world, arn, &all);
    Ok(json!({}))
}

pub(super) fn list(world: &World, input: Input) -> Result<Value, Fault> {
    let one = input.text("ResourceArn")?;
    let many = input.texts("ResourceArnList")?;
    let (arns, named) = match (one, many) {
        (Some(arn), None) => (vec![arn.to_owned()], false),
        (None, Some(arns)) => (arns, true),
        // One of the two is needed; how DMS says so is not known.
        _ => return Err(Fault::invalid_combination("Specify either ResourceArn or ResourceArnList")),
    };
    let mut listed = Vec::new();
    for arn in arns {
        for (key, value) in of(world, &arn)? {
            let mut tag = Map::new();
            tag.insert("Key".to_owned(), json!(key));
            tag.insert("Value".to_owned(), json!(value));
            if named {
                tag.insert("ResourceArn".to_owned(), json!(arn));
            }
            listed.push(Value::Object(tag));
        }
    }
    Ok(json!({ "TagList": listed }))
}

/// Denies what IAM would deny: a call that a condition on the task's tags would allow, before they count. The roles of
/// the caller are not known here; every call on a task is taken to hang on its tags.
pub(super) fn check_counted(world: &World, operation: &str, input: Input) -> Result<(), Fault> {
    let hangs_on_tags = ON_TASKS.contains(&operation);
    let Some(arn) = input.text("ReplicationTaskArn")?.filter(|_| hangs_on_tags) else { return Ok(()) };
    let tagged = world.tasks.iter().find(|task| task.arn == arn && !task.tags.is_empty());
    let Some(at) = tagged.and_then(|task| task.tagged_at) else { return Ok(()) };
    if world.now >= time::after(at, world.scenario.durations.tags_count_after) {
        return Ok(());
    }
    Err(Fault::new(
        "AccessDeniedException",
        format!(
            "User is not authorized to perform: dms:{operation} on resource: {arn} because no identity-based policy \
             allows the dms:{operation} action"
        ),
    ))
}

fn of(world: &World, arn: &str) -> Result<BTreeMap<String, String>, Fault> {
    if let Some(task) = world.tasks.iter().find(|task| task.arn == arn) {
        return Ok(task.tags.clone());
    }
    let scenario = &world.scenario;
    let endpoint = scenario.endpoints.iter().find(|it| it.endpoint_arn == arn).map(|it| &it.tags);
    let instance = scenario
        .replication_instances
        .iter()
        .find(|it| it.replication_instance_arn == arn)
        .map(|it| &it.tags);
    let tags = endpoint.or(instance).ok_or_else(|| super::unknown("Resource", arn))?;
    Ok(tags.iter().map(|Tag { key, value }| (key.clone(), value.clone())).collect())
}

fn set(world: &mut World, arn: &str, tags: &BTreeMap<String, String>) {
    let now = world.now;
    if let Some(task) = world.tasks.iter_mut().find(|task| task.arn == arn) {
        task.tag(now, tags.clone());
        return;
    }
    let listed: Vec<Tag> =
        tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect();
    for endpoint in world.scenario.endpoints.iter_mut().filter(|it| it.endpoint_arn == arn) {
        endpoint.tags.clone_from(&listed);
    }
    for instance in
        world.scenario.replication_instances.iter_mut().filter(|it| it.replication_instance_arn == arn)
    {
        instance.tags.clone_from(&listed);
    }
}
