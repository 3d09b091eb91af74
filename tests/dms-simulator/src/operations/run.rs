//! StartReplicationTask, StopReplicationTask and ReloadTables: what gets a task going, or ends it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::create::Positions;
use super::{active, answered, available, endpoint, task};
use crate::connections;
use crate::fault::Fault;
use crate::input::Input;
use crate::news::News;
use crate::task::{MigrationType, StartType, Status, Task};
use crate::time;
use crate::world::World;

pub(super) fn start(world: &mut World, input: Input) -> Result<Value, Fault> {
    let arn = input.required_text("ReplicationTaskArn")?;
    let start_type = StartType::named(input.required_choice("StartReplicationTaskType", &StartType::NAMES)?);
    let positions = Positions::read(input)?;
    let index = task(world, arn)?;
    let started = &world.tasks[index];
    if !started.status.is_idle() {
        return Err(Fault::invalid_state("Replication Task cannot be started, invalid state"));
    }
    check_start_type(started, start_type, positions.states_start)?;
    let definition = &started.definition;
    let instance = available(world, &definition.instance_arn)?;
    for endpoint_arn in [&definition.source_arn, &definition.target_arn] {
        active(world, endpoint_arn)?;
        let connection = world.connections.find(&definition.instance_arn, endpoint_arn);
        if connection.is_none_or(|it| it.status != connections::Status::Successful) {
            return Err(Fault::invalid_state(format!(
                "Test connection for replication instance {} and endpoint {} should be successful for starting the \
                 replication task",
                instance.replication_instance_identifier,
                endpoint(world, endpoint_arn)?.endpoint_identifier
            )));
        }
    }
    let now = world.now;
    let durations = &world.scenario.durations;
    let outdated = (durations.describe_lag > 0.0 || durations.describe_lag_polls > 0).then(|| {
        started.as_shown(now, time::after(now, durations.describe_lag), durations.describe_lag_polls)
    });
    world.with_task(index, |task, around| {
        task.outdated = outdated;
        if positions.states_start {
            task.definition.cdc_start_position = positions.start;
        }
        if positions.stop.is_some() {
            task.definition.cdc_stop_position = positions.stop;
        }
        task.begin(now, start_type, around);
    });
    Ok(answered(world, index))
}

pub(crate) fn check_start_type(task: &Task, start_type: StartType, states_start: bool) -> Result<(), Fault> {
    let virgin = task.starts.is_empty();
    let changes_only = task.definition.migration_type == MigrationType::Cdc;
    match start_type {
        // A task that only replicates may be started afresh from a stated position, by the wording of the API.
        StartType::StartReplication if !(virgin || changes_only && states_start) => {
            Err(Fault::invalid_combination(
                "Start Type : START_REPLICATION, valid only for tasks running for the first time",
            ))
        }
        // Text inferred from the one above.
        StartType::ResumeProcessing if virgin => Err(Fault::invalid_combination(
            "Start Type : RESUME_PROCESSING, not valid for tasks running for the first time",
        )),
        // From memory: there is nothing to load again.
        StartType::ReloadTarget if changes_only => Err(Fault::invalid_combination(
            "Start Type : RELOAD_TARGET, not valid for tasks with migration type CDC",
        )),
        _ => Ok(()),
    }
}

pub(super) fn stop(world: &mut World, input: Input) -> Result<Value, Fault> {
    let index = task(world, input.required_text("ReplicationTaskArn")?)?;
    let stoppable = match world.tasks[index].status {
        Status::Running => true,
        Status::Starting => !world.scenario.behaviour.stop_refused_while_starting,
        _ => false,
    };
    if !stoppable {
        // The code is the model's; of the text Terraform knows the last four words.
        return Err(Fault::invalid_state(format!(
            "Replication Task {} is currently not running",
            world.tasks[index].identifier()
        )));
    }
    let now = world.now;
    world.with_task(index, |task, around| task.stop(now, around));
    Ok(answered(world, index))
}

pub(super) fn reload_tables(world: &mut World, input: Input) -> Result<Value, Fault> {
    let arn = input.required_text("ReplicationTaskArn")?;
    let mut wanted = BTreeSet::new();
    for listed in input.required_list("TablesToReload")? {
        let listed = Input::new(listed)?;
        let schema = listed.required_text("SchemaName")?;
        let name = listed.required_text("TableName")?;
        if !wanted.insert((schema, name)) {
            return Err(Fault::invalid_value(format!("Table {schema}.{name} is listed more than once")));
        }
    }
    let option = input.choice("ReloadOption", &["data-reload", "validate-only"])?;
    let index = task(world, arn)?;
    if wanted.is_empty() || wanted.len() > 10 {
        return Err(Fault::invalid_value("Between 1 and 10 tables can be reloaded with one request"));
    }
    let reloaded = &world.tasks[index];
    if reloaded.status != Status::Running || !reloaded.definition.migration_type.loads() {
        return Err(Fault::invalid_state(
            "Tables can be reloaded only while a task with a full load phase is running",
        ));
    }
    let mut indexes = Vec::new();
    for (schema, name) in wanted {
        let found = reloaded.tables.iter().position(|table| table.schema == schema && table.name == name);
        let index = found.ok_or_else(|| Fault::not_found(format!("Table not found: {schema}.{name}")))?;
        if reloaded.tables[index].is_loading() || reloaded.queue.contains(&index) {
            return Err(Fault::invalid_state(format!("Table {schema}.{name} is being loaded")));
        }
        indexes.push(index);
    }
    let now = world.now;
    world.with_task(index, |task, around| {
        for table in indexes {
            if option == Some("validate-only") {
                task.validate_again(now, table);
            } else {
                task.reload_table(table);
            }
        }
        task.tell(now, News::ReloadRequested, around);
        if !task.recovering {
            task.load_next(now, around);
        }
    });
    Ok(json!({ "ReplicationTaskArn": arn }))
}
