//! Executions that are stopped from outside: the watch hears of it, and another execution closes them out. The rest of
//! its cases are told in virtual time (`tests/virtual-aws/tests/edges/watched.rs`).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use dms_simulator::Simulator;
use dms_simulator::scenario::{ExistingTask, Tag, TaskState};
use jiff::{SignedDuration, Timestamp};
use local_aws::{Clock, World};
use migration::run::close_out::Order;
use plan::OWNER_TAG;
use rehearsal::Stack;
use rehearsal::execution::Execution;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::stage::{EVENING, INSTANCE, Run, SOURCE, Stage, TARGET, TASK, plan, scenario, window, with};

/// A task of this name, which no other story has: all stories share one machine, and executions of it are looked at by
/// the names of their tasks.
fn stops(task: &str) -> Value {
    let mut plan = with(with(plan(), "Window", window("22:00", "05:00")), "OnAbort", json!("Stop"));
    plan["Task"]["ReplicationTaskIdentifier"] = json!(task);
    plan
}

/// An execution that is stopped while its task runs.
fn aborted(stage: &Stage<'_>, world: &Arc<World>, plan: &Value) -> Execution {
    let execution = stage.start(world, plan);
    let name = execution.name.clone();
    stage.until(move |calls| {
        let started = calls.iter().position(|call| {
            call.operation == "StartReplicationTask"
                && call.execution.as_deref() == Some(&name)
                && call.status == Some(200)
        });
        // A poll has seen it run since.
        started.is_some_and(|started| {
            calls.iter().skip(started).any(|call| {
                call.operation == "DescribeTableStatistics" && call.execution.as_deref() == Some(&name)
            })
        })
    });
    stage.abort(&execution);
    execution
}

/// What closes it out lives in its world.
fn closing(stage: &Stage<'_>, world: &Arc<World>, dead: &Execution) -> Execution {
    let arn = dead.arn.parse().unwrap();
    let name = Order::name(&arn, 0, 1);
    let closing = Execution { arn: arn.sibling(name.clone()).to_string(), name };
    stage.adopt(world, &closing);
    closing
}

fn event(dead: &Execution) -> Value {
    json!({
        "version": "0", "id": "3", "account": "123456789012", "region": "us-east-1", "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change", "time": "2026-11-20T22:00:00Z",
        "resources": [dead.arn],
        "detail": {"executionArn": dead.arn, "name": dead.name, "status": "ABORTED", "redriveCount": 0},
    })
}

fn closed_out<'s>(stage: &'s Stage<'_>, world: &Arc<World>, closing: Execution) -> Run<'s> {
    let run = stage.end(world, closing);
    run.expect("Aborted");
    run
}

pub(crate) fn a_run_that_is_aborted_is_closed_out_and_told(stage: &Stage<'_>) {
    let world = stage.slow_world(EVENING, 60, scenario().with_table("crm", "history", 1_000_000, 36_000.0));
    let dead = aborted(stage, &world, &stops("aborted"));
    let closing = closing(stage, &world, &dead);
    // Events may come twice.
    stage.watch(&event(&dead));
    stage.watch(&event(&dead));
    let run = closed_out(stage, &world, closing);
    run.says("somebody stopped its execution").says("the task was stopped, as the plan's OnAbort says");
    assert_eq!(run.calls("StopReplicationTask").len(), 1, "{}", run.story());
    assert_eq!(run.last_message().json["Id"], format!("{}#0#finished", dead.arn));
    assert_eq!(run.last_message().json["ClosedOutBy"], run.execution.arn);
    run.task("aborted", |task| assert_eq!(task.starts().len(), 1));
    // What has told its end is left to itself.
    stage.watch(&event(&run.execution));
}

pub(crate) fn what_closes_out_a_run_leaves_another_one_alone(stage: &Stage<'_>) {
    // The other one runs for longer than a run that is rejected or skipped would.
    let world = stage.slow_world(EVENING, 60, scenario().with_table("crm", "history", 1_000_000, 1_800.0));
    let dead = aborted(stage, &world, &stops("aborted-and-again"));
    let closing = closing(stage, &world, &dead);
    let again = stage.start(&world, &stops("aborted-and-again"));
    stage.watch(&event(&dead));
    let run = closed_out(stage, &world, closing);
    run.says("another run has to do with the task").says("it was left alone");
    assert_eq!(run.calls("StopReplicationTask").len(), 0, "{}", run.story());
    stage.end(&world, again).expect("Succeeded");
}

/// After all stories: a sweep finds no execution that has not told its end, and looks at a task at rest. What all of them
/// have called goes into a file, by function, for the comparison with what the template allows.
pub(crate) fn afterwards(stack: &Stack, runtime: &Runtime, calls: &Path) -> Result<(), String> {
    let owner = "arn:aws:states:us-east-1:123456789012:execution:local-migration:long-gone";
    let mut scenario = scenario();
    scenario.tasks.push(ExistingTask {
        replication_task_identifier: TASK.to_owned(),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        state: TaskState::FailedHalfWay,
        tags: vec![Tag { key: OWNER_TAG.to_owned(), value: owner.to_owned() }],
        ..ExistingTask::default()
    });
    // A sweep leaves the last two minutes to the events.
    let soon = Timestamp::now() + SignedDuration::from_mins(3);
    let world = World::new(Clock::starting_at(soon, 1)).with_dms(Simulator::new(scenario, 7));
    stack.aws().worlds().set_default(world);
    let sweep = json!({
        "version": "0", "id": "2", "account": "123456789012", "region": "us-east-1", "source": "aws.events",
        "detail-type": "Scheduled Event", "time": "2026-11-20T22:00:00Z", "resources": [], "detail": {},
    });
    let swept = runtime.block_on(stack.aws().invoke("watch", &sweep)).map_err(|error| error.to_string())?;
    if swept != json!({"Started": [], "Left": 0, "GivenUp": 0}) {
        return Err(format!("a sweep after all stories finds what has not told its end: {swept}"));
    }
    let made = stack.aws().recorder().all();
    let made: BTreeSet<String> = made
        .iter()
        .filter(|call| call.service != "lambda")
        .filter_map(|call| {
            let action = format!("{}:{}", call.service, call.operation);
            Some(json!({"function": call.function.as_ref()?, "action": action}).to_string())
        })
        .collect();
    let lines: Vec<String> = made.into_iter().collect();
    std::fs::write(calls, lines.join("\n")).map_err(|error| format!("{}: {error}", calls.display()))
}
