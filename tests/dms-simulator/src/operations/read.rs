//! DescribeReplicationTasks and DescribeTableStatistics.

use serde_json::{Value, json};

use super::{listed, task};
use crate::fault::Fault;
use crate::input::Input;
use crate::paging;
use crate::world::World;

const TASK_FILTERS: [&str; 5] = [
    "replication-task-arn",
    "replication-task-id",
    "migration-type",
    "endpoint-arn",
    "replication-instance-arn",
];
const TABLE_FILTERS: [&str; 3] = ["schema-name", "table-name", "table-state"];

pub(super) fn tasks(world: &mut World, input: Input) -> Result<Value, Fault> {
    let filters = input.filters(&TASK_FILTERS, &world.scenario.behaviour)?;
    let without_settings = input.flag("WithoutSettings")?;
    let fitting: Vec<usize> = (0..world.tasks.len())
        .filter(|index| {
            let task = &world.tasks[*index];
            filters.iter().all(|filter| match filter.name.as_str() {
                "replication-task-arn" => filter.takes(&task.arn),
                "replication-task-id" => filter.takes(task.identifier()),
                "migration-type" => filter.takes(task.definition.migration_type.as_str()),
                "endpoint-arn" => {
                    filter.takes(&task.definition.source_arn) || filter.takes(&task.definition.target_arn)
                }
                _ => filter.takes(&task.definition.instance_arn),
            })
        })
        .collect();
    if fitting.is_empty() && !filters.is_empty() && !world.scenario.behaviour.nothing_found_is_empty {
        return Err(Fault::not_found("No Tasks found matching given filter"));
    }
    let (page, marker) = paging::page(input, fitting, 100, &world.scenario.behaviour)?;
    let now = world.now;
    let described = page
        .into_iter()
        .map(|index| {
            let mut description = match world.tasks[index].outdated_description(now) {
                Some(description) => description,
                None => return world.tasks[index].describe(now, !without_settings),
            };
            if let Some(members) = description.as_object_mut().filter(|_| without_settings) {
                members.remove("ReplicationTaskSettings");
            }
            description
        })
        .collect();
    Ok(listed("ReplicationTasks", described, marker))
}

pub(super) fn table_statistics(world: &mut World, input: Input) -> Result<Value, Fault> {
    let arn = input.required_text("ReplicationTaskArn")?;
    let filters = input.filters(&TABLE_FILTERS, &world.scenario.behaviour)?;
    let described = &world.tasks[task(world, arn)?];
    let all = match &described.outdated {
        Some(shown) if shown.polls > 0 || world.now < shown.until => shown.statistics.clone(),
        _ => described.tables.iter().map(|table| table.statistics(world.now)).collect(),
    };
    let fitting: Vec<Value> = all
        .into_iter()
        .filter(|entry| {
            filters.iter().all(|filter| {
                let member = match filter.name.as_str() {
                    "schema-name" => "SchemaName",
                    "table-name" => "TableName",
                    _ => "TableState",
                };
                let value = entry.get(member).and_then(Value::as_str).unwrap_or_default();
                filter.values.iter().any(|wanted| wanted == value)
            })
        })
        .collect();
    let (page, marker) = paging::page(input, fitting, 500, &world.scenario.behaviour)?;
    let mut answer = listed("TableStatistics", page, marker);
    if let Some(members) = answer.as_object_mut() {
        members.insert("ReplicationTaskArn".to_owned(), json!(arn));
    }
    Ok(answer)
}
