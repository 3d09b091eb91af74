//! What others start moments after a stop of ours: it is theirs, and no stop of ours is made again.

use dms_simulator::{Happening, StartType};
use serde_json::{Value, json};
use virtual_aws::{Fault, FunctionEnd, Run, Story, World};

use crate::night::{CLOSE, in_mode, kept, long, minute, nights, of_kept, scenario, world};

fn truncates() -> Value {
    in_mode("TRUNCATE_BEFORE_LOAD", json!({}))
}

/// Whose stops DMS took, by seconds since the close.
fn stops(world: &World) -> Vec<(String, i64)> {
    let calls = world.calls().into_iter();
    let taken = calls.filter(|call| call.operation == "StopReplicationTask" && call.error.is_none());
    taken.map(|call| (call.execution, call.at.duration_since(minute(CLOSE)).as_secs())).collect()
}

fn started() -> Happening {
    Happening::StartTask { identifier: "orders".to_owned(), start_type: StartType::ResumeProcessing }
}

#[test]
fn what_a_person_starts_moments_after_our_stop_is_left_alone() {
    for after in [8.0, 12.0, 20.0, 40.0, 70.0] {
        for stopping in [3.0, 10.0] {
            let mut scenario = long(scenario());
            scenario.durations.stopping = stopping;
            let world = world(scenario);
            let (one, two) = (world.clone(), world.clone());
            let stories: Vec<Story<'_, Option<Run>>> = vec![
                Box::pin(async move { Some(one.run("night", truncates()).await.unwrap()) }),
                Box::pin(async move {
                    two.clock().sleep_until(minute(CLOSE)).await;
                    two.clock().sleep_for(after).await;
                    let now = two.clock().now();
                    two.dms(|dms| dms.happen(now, started()));
                    None
                }),
            ];
            let runs: Vec<Run> = world.tell(stories).into_iter().flatten().flatten().collect();
            let stops = stops(&world);
            assert!(stops.iter().all(|(_, at)| *at < 5), "{after} {stopping}: {stops:?}");
            assert_eq!(runs[0].document.outcome(), Some("Paused"), "{after} {stopping}");
        }
    }
}

#[test]
fn of_two_windows_that_follow_each_other_the_first_stops_nothing_of_the_second() {
    for (stopping, lag) in [(3.0, 3.0), (10.0, 3.0), (20.0, 3.0), (45.0, 20.0)] {
        for offset in [0.0, 5.0, 30.0] {
            let mut scenario = kept(long(scenario()));
            scenario.durations.stopping = stopping;
            scenario.durations.stop_lag = lag;
            scenario.tasks[0].replication_task_settings =
                Some(json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}));
            let world = world(scenario);
            let day =
                of_kept(json!({"ScheduledTime": minute(CLOSE).to_string(), "Window": {"AtClose": "Stop"}}));
            let (one, two) = (world.clone(), world.clone());
            let stories: Vec<Story<'_, Run>> = vec![
                Box::pin(async move { one.run("night", of_kept(json!({}))).await.unwrap() }),
                Box::pin(async move {
                    two.clock().sleep_until(minute(CLOSE)).await;
                    two.clock().sleep_for(offset).await;
                    two.run("day", day).await.unwrap()
                }),
            ];
            world.tell(stories);
            let stops = stops(&world);
            let late = stops.iter().any(|(name, at)| name == "night" && *at > 5);
            assert!(!late, "{stopping} {lag} {offset}: {stops:?}");
        }
    }
}

#[test]
fn a_run_that_cannot_poll_stops_nothing_that_a_person_starts_hours_after_its_close() {
    let world = world(long(scenario()));
    let blind = Fault::invoking("poll").between(minute(CLOSE - 10), minute(CLOSE + 200));
    world.faults().add(blind.end_before(FunctionEnd::Killed));
    let night = nights(world, vec![(0, "night", truncates())], vec![(CLOSE + 60, started())]);
    let stops = stops(&night.world);
    assert_eq!(stops.len(), 1, "{stops:?}");
}
