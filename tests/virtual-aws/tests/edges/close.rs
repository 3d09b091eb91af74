//! The close: a stop is asked for until it is taken, and people are told when it takes long.

use dms_simulator::Scenario;
use dms_simulator::scenario::Throttling;
use serde_json::json;
use virtual_aws::Fault;

use crate::night::{CLOSE, minute, night, plan, scenario, world};

/// A load that does not fit the window.
fn long() -> Scenario {
    let mut scenario = scenario();
    for table in &mut scenario.source_tables {
        table.load_seconds = 12.0 * 3600.0;
    }
    scenario
}

/// When DMS took a stop, in minutes of the night.
fn taken(night: &crate::night::Night) -> Option<i64> {
    let calls = night.world.calls();
    let taken = calls.iter().find(|call| call.operation == "StopReplicationTask" && call.status == Some(200));
    taken.map(|call| call.at.duration_since(minute(0)).as_mins())
}

#[test]
fn dms_is_busy_from_the_close_for_sixteen_minutes() {
    let world = world(long());
    let busy = Fault::on_service("dms").between(minute(CLOSE - 1), minute(CLOSE + 16));
    world.faults().add(busy.throttle());
    let night = night(world, plan(json!({})), vec![]);
    night.expect(&["Paused"]).says("not stopped yet");
    assert!(taken(&night).is_some_and(|at| at <= CLOSE + 22), "{:?}", taken(&night));
}

#[test]
fn throttling_before_the_close_does_not_delay_the_stop() {
    let world = world(long());
    let busy = Fault::on_service("dms").between(minute(CLOSE - 120), minute(CLOSE - 60));
    world.faults().add(busy.throttle());
    let night = night(world, plan(json!({})), vec![]);
    night.expect(&["Paused"]);
    assert_eq!(taken(&night), Some(CLOSE));
}

#[test]
fn a_task_that_stops_for_three_quarters_of_an_hour_is_waited_for() {
    let mut scenario = long();
    scenario.durations.stopping = 45.0 * 60.0;
    let night = night(world(scenario), plan(json!({})), vec![]);
    night.expect(&["Paused"]).says("not stopped yet").never_says("stop-replication-task");
    assert_eq!(night.calls("StopReplicationTask"), 1);
}

#[test]
fn a_429_at_a_message_before_the_close_does_not_delay_the_stop() {
    let mut scenario = long();
    scenario.source_tables[0].load_seconds = 60.0;
    let world = world(scenario);
    let busy = Fault::invoking("notify").between(minute(0), minute(CLOSE + 1));
    world.faults().add(busy.answer(429, "TooManyRequestsException", "Rate Exceeded."));
    let night = night(world, plan(json!({"StallMinutes": 15})), vec![]);
    night.expect(&["Paused"]);
    assert_eq!(taken(&night), Some(CLOSE));
}

#[test]
fn a_stop_that_dms_refuses_while_the_task_starts_is_asked_for_until_it_is_taken() {
    let mut scenario = scenario();
    scenario.durations.starting = 7.0 * 3600.0 + 600.0;
    scenario.behaviour.stop_refused_while_starting = true;
    let night = night(world(scenario), plan(json!({})), vec![]);
    night.expect(&["Paused", "Succeeded", "Failed"]);
    assert!(taken(&night).is_some_and(|at| (CLOSE..CLOSE + 20).contains(&at)), "{:?}", taken(&night));
    assert_eq!(night.status(), "stopped");
}

#[test]
fn a_bucket_that_others_empty_does_not_keep_the_stop_back() {
    let mut scenario = long();
    scenario.throttling = Some(Throttling { burst: 20.0, per_second: 0.2 });
    let night = night(world(scenario), plan(json!({})), vec![]);
    night.expect(&["Paused"]);
    assert!(taken(&night).is_some_and(|at| at <= CLOSE + 3));
}
