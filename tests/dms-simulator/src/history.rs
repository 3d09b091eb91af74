//! What happened before the story begins: the scenario's tasks are brought, by the rules, to where they are.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::ledger;
use crate::scenario::{ExistingTask, Tag, TaskState, Trouble};
use crate::settings::Settings;
use crate::tables::{Table, TableState};
use crate::task::{Definition, MigrationType, StartType, Status, Task};
use crate::time;
use crate::world::World;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
const FAILED: &str = "Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL";

/// Plays the history of every task that exists already, and puts the rows that were there by hand into the target.
pub(crate) fn play(world: &mut World, now: Timestamp) {
    // Troubles belong to the story, not to what was before it.
    let troubles: Vec<Trouble> = std::mem::take(&mut world.scenario.troubles);
    let told = world.scenario.tasks.clone();
    let mut plans: Vec<(Timestamp, usize, Step)> = Vec::new();
    for existing in &told {
        let (index, span) = settle(world, existing, now);
        plans.extend(
            steps(existing, span, world.scenario.durations.starting, now).map(|(at, it)| (at, index, it)),
        );
    }
    plans.sort_by_key(|(at, index, _)| (*at, *index));
    for (at, index, step) in plans {
        world.advance(at);
        let message = told[index].last_failure_message.clone();
        world.with_task(index, |task, around| match step {
            Step::Start => task.begin(at, StartType::StartReplication, around),
            Step::Stop if task.is_active() => task.stop(at, around),
            Step::Fail if task.is_active() => task.fail(at, message.as_deref().unwrap_or(FAILED), around),
            Step::Stop | Step::Fail => {}
        });
    }
    world.advance(now);
    for (index, existing) in told.iter().enumerate() {
        // The tasks of the scenario are the first ones, in its order.
        world.with_task(index, |task, _| task.remember(existing));
    }
    for task in &mut world.tasks {
        task.starts_before = task.starts.len();
    }
    for table in world.scenario.target_tables.clone() {
        for arn in world.targets(table.endpoint_arn.clone()) {
            let key = ledger::key(&arn, &table.schema_name, &table.table_name);
            world.ledger.fill_by_hand(now, key, table.rows);
        }
    }
    world.scenario.troubles = troubles;
    world.outbox.forget();
}

impl Task {
    /// Takes over what the scenario says of its end.
    fn remember(&mut self, existing: &ExistingTask) {
        if matches!(self.status, Status::Stopped | Status::Failed)
            && let Some(reason) = existing.stop_reason_text()
        {
            self.stop_reason = Some(reason);
        }
        for told in &existing.table_states {
            let meant =
                |table: &&mut Table| table.schema == told.schema_name && table.name == told.table_name;
            for table in self.tables.iter_mut().filter(meant) {
                let state = TableState::named(&told.table_state);
                if state == TableState::Completed && table.is_unfinished() {
                    table.rows = table.source.rows;
                }
                table.state = state;
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Start,
    Stop,
    Fail,
}

/// Adds the task as it was before it ever ran; gives where it is, and the seconds that its load takes.
fn settle(world: &mut World, existing: &ExistingTask, now: Timestamp) -> (usize, f64) {
    let definition = Definition {
        identifier: existing.replication_task_identifier.to_ascii_lowercase(),
        source_arn: existing.source_endpoint_arn.clone(),
        target_arn: existing.target_endpoint_arn.clone(),
        instance_arn: existing.replication_instance_arn.clone(),
        migration_type: MigrationType::named(&existing.migration_type),
        mappings: existing.mappings().unwrap_or_default(),
        mappings_text: existing.mappings_text(),
        settings: existing.settings().unwrap_or_else(|_| Settings::service_defaults()),
        cdc_start_position: existing.cdc_start_position.clone(),
        cdc_stop_position: existing.cdc_stop_position.clone(),
        task_data: None,
    };
    let tail = world.random.arn_tail();
    let arn = existing
        .replication_task_arn
        .clone()
        .unwrap_or_else(|| crate::operations::task_arn(&definition.instance_arn, &tail));
    let span = load_seconds(world, &definition);
    let created = time::before(now, DAY + 2.0 * span);
    let mut task = Task::new(arn, definition, created);
    task.status = Status::Ready;
    task.tags = existing.tags.iter().map(|Tag { key, value }| (key.clone(), value.clone())).collect();
    (world.add(task), span)
}

/// When what happened to the task.
fn steps(
    existing: &ExistingTask,
    span: f64,
    starting: f64,
    now: Timestamp,
) -> impl Iterator<Item = (Timestamp, Step)> {
    let full_load = MigrationType::named(&existing.migration_type) == MigrationType::FullLoad;
    let ago = |seconds: f64| time::before(now, seconds);
    let half = starting + span / 2.0;
    let whole = starting + span;
    let steps = match existing.state {
        TaskState::NeverRun => Vec::new(),
        TaskState::Loaded | TaskState::Replicating | TaskState::FailedReplicating if full_load => {
            vec![(ago(HOUR + whole), Step::Start)]
        }
        TaskState::Loaded => vec![(ago(2.0 * HOUR + whole), Step::Start), (ago(HOUR), Step::Stop)],
        TaskState::StoppedHalfWay => vec![(ago(HOUR + half), Step::Start), (ago(HOUR), Step::Stop)],
        TaskState::FailedHalfWay => vec![(ago(HOUR + half), Step::Start), (ago(HOUR), Step::Fail)],
        TaskState::FailedReplicating => vec![(ago(2.0 * HOUR + whole), Step::Start), (ago(HOUR), Step::Fail)],
        TaskState::Loading => vec![(ago(half), Step::Start)],
        TaskState::Replicating => vec![(ago(HOUR + whole), Step::Start)],
    };
    steps.into_iter()
}

/// How long loading the task's tables takes, side by side.
fn load_seconds(world: &World, definition: &Definition) -> f64 {
    if !definition.migration_type.loads() {
        return 0.0;
    }
    let mut lanes: VecDeque<f64> = vec![0.0; definition.settings.parallel_loads()].into();
    for selected in definition.mappings.select(&world.sources) {
        let seconds = selected.source.map_or(0.0, |source| source.load_seconds.max(0.0));
        let shortest = lanes.iter().enumerate().min_by(|one, other| one.1.total_cmp(other.1)).map(|it| it.0);
        if let Some(lane) = shortest.and_then(|index| lanes.get_mut(index)) {
            *lane += seconds;
        }
    }
    lanes.into_iter().fold(0.0, f64::max)
}
