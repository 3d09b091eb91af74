//! Nights in which no poll can run: the close is met all the same, the history suffices, and it is not crowded.

use serde_json::json;
use virtual_aws::{Fault, FunctionEnd};

use crate::night::{Night, minute, night, plan, scenario, world};

const DAY: i64 = 24 * 60;

/// Step Functions ends an execution at this many history events.
const MAX_EVENTS: u32 = 25_000;

/// A load that never fits, in a window of so many days in which no poll runs from its first hour until a quarter of an
/// hour after its close, and nobody can be told until a little later.
fn blind(days: i64) -> Night {
    let close = days * DAY;
    let mut scenario = scenario();
    scenario.source_tables[1].load_seconds = 30.0 * 24.0 * 3600.0;
    let world = world(scenario);
    let crash = Fault::invoking("poll").between(minute(60), minute(close + 15));
    world.faults().add(crash.end_before(FunctionEnd::Killed));
    let silent = Fault::invoking("notify").between(minute(60), minute(close + 20));
    world.faults().add(silent.end_before(FunctionEnd::Killed));
    night(world, plan(json!({"Window": {"Duration": format!("P{days}D")}})), vec![])
}

#[test]
fn a_blind_run_meets_its_close_to_the_minute_and_its_history_suffices_whatever_the_window() {
    for days in [1, 3, 7, 13] {
        let night = blind(days);
        night.expect(&["Paused"]);
        let calls = night.world.calls();
        let stop = calls.iter().find(|call| call.operation == "StopReplicationTask").expect("a stop");
        let late = stop.at.duration_since(minute(days * DAY)).as_secs();
        assert!((0..60).contains(&late), "{days} days: the stop was asked {late} s after the close");
        let events = night.runs[0].tally.events;
        assert!(events < MAX_EVENTS, "{days} days: {events} events");
    }
}

/// 15 s, 30 s, and so on up to a quarter of an hour.
#[test]
fn a_blind_run_waits_twice_as_long_each_time() {
    let mut scenario = scenario();
    scenario.source_tables[1].load_seconds = 12.0 * 3600.0;
    let world = world(scenario);
    let crash = Fault::invoking("poll").between(minute(60), minute(120));
    world.faults().add(crash.end_before(FunctionEnd::Killed));
    let night = night(world, plan(json!({})), vec![]);
    let rounds = night.runs[0].states.iter().filter(|state| *state == "Wait blind").count();
    assert!((8..=12).contains(&rounds), "{rounds} blind rounds in an hour");
}
