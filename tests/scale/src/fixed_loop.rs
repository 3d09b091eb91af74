//! What the interval is compared with: a loop that waits 30 seconds, asks DMS once, and chooses. It only watches: its
//! task runs already. A request that DMS was too busy for is tried again at the next tick.

use dms_simulator::scenario::{ExistingTask, TaskState};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use virtual_aws::{Definition, Story, World, stop_date};

use crate::scenario;

/// Seconds of its wait.
const EVERY: f64 = 30.0;

/// *Wait*, *Poll*, *Choice*.
const TRANSITIONS: u32 = 3;

/// Two, five and two.
const EVENTS: u32 = 9;

/// What one loop came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    pub calls: u32,
    /// Of them, throttled ones.
    pub throttled: u32,
    /// From the end of the task until the request that showed it.
    pub noticed_after: SignedDuration,
}

impl Watched {
    /// State transitions.
    pub fn transitions(&self) -> u32 {
        self.calls * TRANSITIONS
    }

    /// History events; more than an execution may have are counted all the same.
    pub fn events(&self) -> u32 {
        self.calls * EVENTS
    }
}

/// So many loops, each beside a task whose load has so long to go.
///
/// # Errors
/// When DMS answers what it cannot.
pub fn watch(
    definition: &Definition,
    loops: usize,
    load: SignedDuration,
    seed: u64,
) -> Result<Vec<Watched>, String> {
    // All tasks are alike, so one that everybody watches stands for all. It is half-way, with the whole time still to
    // go.
    let mut scenario = scenario::world(1, load * 2);
    let plan = scenario::plan(0, None);
    let text = |name: &str| plan["Task"][name].as_str().unwrap_or_default().to_owned();
    let arn = "arn:aws:dms:us-east-1:123456789012:task:WATCHED";
    scenario.tasks.push(ExistingTask {
        replication_task_arn: Some(arn.to_owned()),
        replication_task_identifier: text("ReplicationTaskIdentifier"),
        source_endpoint_arn: text("SourceEndpointArn"),
        target_endpoint_arn: text("TargetEndpointArn"),
        replication_instance_arn: text("ReplicationInstanceArn"),
        state: TaskState::Loading,
        ..ExistingTask::default()
    });
    let world = World::new(scenario, definition.clone(), Timestamp::UNIX_EPOCH, seed)?;
    let input = json!({
        "Filters": [{"Name": "replication-task-arn", "Values": [arn]}],
        "WithoutSettings": true,
    });
    let stories = (0..loops).map(|_| -> Story<'_, Result<Watched, String>> { Box::pin(one(&world, &input)) });
    let ended = world.tell(stories.collect());
    ended.into_iter().map(|watched| watched.unwrap_or_else(|| Err("a loop never ended".to_owned()))).collect()
}

async fn one(world: &World, input: &Value) -> Result<Watched, String> {
    let mut watched = Watched::default();
    // All begin in the same second.
    let mut before = world.draw();
    loop {
        world.clock().sleep_for(before + EVERY + world.half_a_step()).await;
        watched.calls += 1;
        match world.ask_dms("DescribeReplicationTasks", input) {
            Ok(answer) => {
                if let Some(ended) = answer.pointer("/ReplicationTasks/0").and_then(stop_date) {
                    watched.noticed_after = world.clock().now().duration_since(ended);
                    return Ok(watched);
                }
            }
            Err(fault) if fault.code == "ThrottlingException" => watched.throttled += 1,
            Err(fault) => return Err(format!("the fixed loop: {fault}")),
        }
        before = world.half_a_step();
    }
}
