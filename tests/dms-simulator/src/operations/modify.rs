//! ModifyReplicationTask and DeleteReplicationTask.

use serde_json::Value;

use super::create::Positions;
use super::{answered, described, task};
use crate::fault::Fault;
use crate::identifier;
use crate::input::Input;
use crate::mappings::Mappings;
use crate::news::News;
use crate::task::{Due, MigrationType, Status};
use crate::world::World;

const CHANGES: [&str; 7] = [
    "ReplicationTaskIdentifier",
    "MigrationType",
    "TableMappings",
    "CdcStartTime",
    "CdcStartPosition",
    "CdcStopPosition",
    "TaskData",
];

pub(super) fn modify(world: &mut World, input: Input) -> Result<Value, Fault> {
    let index = task(world, input.required_text("ReplicationTaskArn")?)?;
    let migration_type = input.choice("MigrationType", &MigrationType::NAMES)?;
    let positions = Positions::read(input)?;
    let identifier = input.text("ReplicationTaskIdentifier")?;
    let task_data = input.text("TaskData")?;
    let mappings_text = input.text("TableMappings")?;
    let given_settings = input.text("ReplicationTaskSettings")?;

    let changed = &world.tasks[index];
    let settings = given_settings.map(|given| changed.definition.settings.modified(given)).transpose()?;
    let status = changed.status;
    if !status.is_idle() {
        let only_logs = !CHANGES.iter().any(|member| input.has(member))
            && settings
                .as_ref()
                .is_some_and(|it| it.differs_only_in_log_severity(&changed.definition.settings));
        if status != Status::Running || !only_logs {
            return Err(Fault::invalid_state(format!(
                "Replication Task, excluding logging severity task settings, cannot be modified while it is {} state",
                status.as_str()
            )));
        }
    }
    if let Some(identifier) = identifier {
        identifier::check(identifier, 255, "ReplicationTaskIdentifier")?;
        let holder = world.tasks.iter().position(|task| task.identifier().eq_ignore_ascii_case(identifier));
        if let Some(holder) = holder.filter(|holder| *holder != index) {
            let arn = world.tasks[holder].arn();
            return Err(Fault::already_exists(format!("Replication Task already exists: {identifier}"), arn));
        }
    }
    if migration_type.is_some_and(|name| MigrationType::named(name) != changed.definition.migration_type) {
        // The guide says that the type cannot be changed; how DMS says so is not known.
        return Err(Fault::invalid_combination("The migration type of a replication task cannot be changed"));
    }
    let mappings = mappings_text.map(|text| Mappings::read(text).map(|read| (text, read))).transpose()?;

    let now = world.now;
    world.with_task(index, |task, around| {
        let definition = &mut task.definition;
        if let Some(identifier) = identifier {
            definition.identifier = identifier.to_ascii_lowercase();
        }
        if let Some((text, read)) = mappings {
            text.clone_into(&mut definition.mappings_text);
            definition.mappings = read;
        }
        if let Some(settings) = settings {
            definition.settings = settings;
        }
        if let Some(data) = task_data {
            definition.task_data = Some(data.to_owned());
        }
        if positions.states_start {
            definition.cdc_start_position = positions.start;
        }
        if positions.stop.is_some() {
            definition.cdc_stop_position = positions.stop;
        }
        if status == Status::Running {
            task.tell(now, News::Modified, around);
        } else {
            task.busy_for(now, Status::Modifying, around.scenario.durations.modifying, Due::Modified);
        }
    });
    Ok(described(world, index))
}

pub(super) fn delete(world: &mut World, input: Input) -> Result<Value, Fault> {
    let index = task(world, input.required_text("ReplicationTaskArn")?)?;
    let status = world.tasks[index].status;
    if !status.is_idle() && status != Status::Moving {
        // Code inferred from every client that stops first; the text is of this simulator.
        return Err(Fault::invalid_state(format!(
            "Replication Task cannot be deleted while it is {} state",
            status.as_str()
        )));
    }
    let now = world.now;
    world.with_task(index, |task, around| task.delete(now, around));
    Ok(answered(world, index))
}
