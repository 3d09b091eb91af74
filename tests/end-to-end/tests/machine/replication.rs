//! Until a replication has caught up.

use dms_simulator::Status;
use dms_simulator::scenario::{Lag, LagSpike};
use serde_json::{Value, json};

use crate::stage::{EVENING, Stage, TASK, plan, scenario, window, with};

fn caught_up(migration_type: &str, then: &str) -> Value {
    let mut plan = with(with(plan(), "Until", json!("CaughtUp")), "Then", json!(then));
    plan["Task"]["MigrationType"] = json!(migration_type);
    plan
}

pub(crate) fn a_load_whose_replication_has_caught_up_is_left_running(stage: &Stage<'_>) {
    let mut scenario = scenario();
    // Ten minutes behind at the end of the load; a minute is made good in four seconds. Then a transaction is open for
    // a while.
    scenario.lag = Lag {
        behind_seconds: 3600.0,
        catch_up_per_second: 15.0,
        spikes: vec![LagSpike { after_seconds: 420.0, for_seconds: 120.0, to_seconds: 900.0 }],
        ..Lag::default()
    };
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &caught_up("full-load-and-cdc", "LeaveRunning"));
    run.expect("Succeeded").says("replication has caught up: at most").says("no run watches it");
    run.task(TASK, |task| assert_eq!(task.status(), Status::Running));
    let began = world.simulator(|dms| dms.task(TASK).unwrap().starts()[0].at).unwrap();
    let took = run.last_message().json["Seconds"].as_i64().unwrap();
    assert!(took > 900, "the load and an hour's changes take longer than {took} s, from {began}");
    assert!(!run.calls("DescribeReplicationInstances").is_empty());
}

pub(crate) fn a_replication_that_has_caught_up_is_stopped_when_the_plan_says_so(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.lag =
        Lag { behind_seconds: 1200.0, catch_up_per_second: 10.0, floor_seconds: 2.0, ..Lag::default() };
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &caught_up("cdc", "Stop"));
    run.expect("Succeeded").says("the task was stopped as the plan says: replication has caught up");
    run.task(TASK, |task| assert_eq!(task.status(), Status::Stopped));
    assert_eq!(run.calls("StopReplicationTask").len(), 1);
}

pub(crate) fn a_replication_that_never_catches_up_runs_into_its_close(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.lag =
        Lag { behind_seconds: 90.0, catch_up_per_second: 1.0, floor_seconds: 61.0, ..Lag::default() };
    let world = stage.world(EVENING, scenario);
    let mut plan = with(caught_up("cdc", "LeaveRunning"), "Window", window("22:00", "00:00"));
    plan["Window"]["AtClose"] = json!("LeaveRunning");
    let run = stage.run(&world, &plan);
    run.expect("LeftRunning").says("the plan leaves the task running");
}
