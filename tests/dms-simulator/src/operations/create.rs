//! CreateReplicationTask.

use serde_json::Value;

use super::{active, available, described, endpoint, task_arn};
use crate::fault::Fault;
use crate::identifier;
use crate::input::Input;
use crate::mappings::Mappings;
use crate::positions;
use crate::scenario::EndpointType;
use crate::settings::Settings;
use crate::tags;
use crate::task::{Definition, Due, MigrationType, Task};
use crate::time;
use crate::world::World;

pub(super) fn create(world: &mut World, input: Input) -> Result<Value, Fault> {
    let identifier = input.required_text("ReplicationTaskIdentifier")?;
    let source_arn = input.required_text("SourceEndpointArn")?;
    let target_arn = input.required_text("TargetEndpointArn")?;
    let instance_arn = input.required_text("ReplicationInstanceArn")?;
    let migration_type = input.required_choice("MigrationType", &MigrationType::NAMES)?;
    let mappings_text = input.required_text("TableMappings")?;
    let positions = Positions::read(input)?;
    let tags = tags::read(input.list("Tags")?.unwrap_or_default())?;
    let resource_identifier = input.text("ResourceIdentifier")?;
    let task_data = input.text("TaskData")?;

    identifier::check(identifier, 255, "ReplicationTaskIdentifier")?;
    if let Some(resource_identifier) = resource_identifier {
        identifier::check(resource_identifier, 31, "ResourceIdentifier")?;
    }
    let taken = world.tasks.iter().find(|task| task.identifier().eq_ignore_ascii_case(identifier));
    if let Some(taken) = taken {
        return Err(Fault::already_exists(
            format!("Replication Task already exists: {identifier}"),
            taken.arn(),
        ));
    }
    for (arn, expected) in [(source_arn, EndpointType::Source), (target_arn, EndpointType::Target)] {
        let endpoint = endpoint(world, arn)?;
        if endpoint.endpoint_type != expected {
            // That DMS refuses this is from memory.
            return Err(Fault::invalid_value(format!(
                "Endpoint {arn} is not a {} endpoint",
                expected.as_str()
            )));
        }
        active(world, arn)?;
    }
    available(world, instance_arn)?;
    let definition = Definition {
        identifier: identifier.to_ascii_lowercase(),
        source_arn: source_arn.to_owned(),
        target_arn: target_arn.to_owned(),
        instance_arn: instance_arn.to_owned(),
        migration_type: MigrationType::named(migration_type),
        mappings: Mappings::read(mappings_text)?,
        mappings_text: mappings_text.to_owned(),
        settings: Settings::on_create(input.text("ReplicationTaskSettings")?)?,
        cdc_start_position: positions.start,
        cdc_stop_position: positions.stop,
        task_data: task_data.map(str::to_owned),
    };
    let random = world.random.arn_tail();
    let arn = task_arn(instance_arn, resource_identifier.unwrap_or(&random));
    if let Some(taken) = world.tasks.iter().find(|task| task.arn == arn) {
        return Err(Fault::already_exists(format!("Resource already exists: {arn}"), taken.arn()));
    }
    let mut task = Task::new(arn, definition, world.now);
    task.tag(world.now, tags);
    task.schedule(time::after(world.now, world.scenario.durations.creating), Due::Created);
    let index = world.add(task);
    Ok(described(world, index))
}

/// Where the replication of changes starts and stops, as Create, Modify and Start all take it.
pub(super) struct Positions {
    pub(super) start: Option<String>,
    pub(super) stop: Option<String>,
    pub(super) states_start: bool,
}

impl Positions {
    pub(super) fn read(input: Input) -> Result<Self, Fault> {
        let start_time = input.instant("CdcStartTime")?;
        let start = input.text("CdcStartPosition")?;
        let stop = input.text("CdcStopPosition")?;
        if start_time.is_some() && start.is_some() {
            // The rule is the model's; code and text are from memory.
            return Err(Fault::invalid_combination(
                "CdcStartTime and CdcStartPosition cannot be specified at the same time",
            ));
        }
        start.map_or(Ok(()), positions::check_start)?;
        stop.map_or(Ok(()), |stop| positions::read_stop(stop).map(drop))?;
        Ok(Self {
            // CdcStartTime is never told again: no answer has a member for it.
            start: start.map(str::to_owned),
            stop: stop.map(str::to_owned),
            states_start: start_time.is_some() || start.is_some(),
        })
    }
}
