//! An execution that somebody stops in the middle of a state, and redrives: moments later, in its window, after it.

use dms_simulator::{Happening, StartType};
use jiff::SignedDuration;
use serde_json::json;
use virtual_aws::Redrive;

use crate::night::{CLOSE, minute, plan, redriven, scenario, world};

const MOMENTS: SignedDuration = SignedDuration::from_secs(30);
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);
const TWO_DAYS: SignedDuration = SignedDuration::from_hours(48);

fn stopped_in(state: &'static str, done: bool, pause: SignedDuration) -> Redrive {
    Redrive { state, after_entries: 0, done, pause }
}

/// A load that takes longer than the window.
fn long() -> dms_simulator::Scenario {
    scenario().with_table("shop", "events", 1_000_000, 10.0 * 3600.0)
}

#[test]
fn a_start_that_was_made_is_recognised_and_one_that_was_not_is_made() {
    for (done, pause) in [(true, MOMENTS), (true, AN_HOUR), (false, MOMENTS), (false, AN_HOUR)] {
        let night =
            redriven(world(scenario()), plan(json!({})), stopped_in("Start task", done, pause), vec![]);
        night.expect(&["Succeeded"]).no_row_twice();
        assert_eq!(night.calls("StartReplicationTask"), 1, "done {done}, {pause}");
    }
}

#[test]
fn a_start_that_is_redriven_after_the_window_starts_nothing_and_stops_what_it_had_started() {
    let world = || world(long());
    let made = redriven(world(), plan(json!({})), stopped_in("Start task", true, AN_HOUR * 8), vec![]);
    made.expect(&["Paused"]);
    assert_eq!((made.calls("StartReplicationTask"), made.calls("StopReplicationTask")), (1, 1));
    assert_eq!(made.status(), "stopped");
    let never = redriven(world(), plan(json!({})), stopped_in("Start task", false, AN_HOUR * 8), vec![]);
    never.expect(&["Skipped"]);
    assert_eq!(never.calls("StartReplicationTask"), 0);
}

#[test]
fn every_other_state_is_made_again_and_the_night_ends_as_it_would_have() {
    let mut tried = 0;
    for state in ["Validate plan", "Create task", "Poll", "Wait", "Report"] {
        for (done, pause) in [(true, MOMENTS), (false, MOMENTS), (true, AN_HOUR)] {
            let night = redriven(world(scenario()), plan(json!({})), stopped_in(state, done, pause), vec![]);
            night.expect(&["Succeeded"]).no_row_twice();
            assert_eq!(night.calls("CreateReplicationTask"), 1, "{state}, done {done}, {pause}");
            assert_eq!(night.calls("StartReplicationTask"), 1, "{state}, done {done}, {pause}");
            tried += usize::from(night.runs[0].states.iter().any(|made| made == state));
        }
    }
    assert_eq!(tried, 15, "each state was entered");
}

#[test]
fn a_stop_that_is_redriven_within_the_hours_after_the_close_is_made() {
    for (done, pause) in [(true, MOMENTS), (false, MOMENTS), (false, AN_HOUR)] {
        let night = redriven(world(long()), plan(json!({})), stopped_in("Stop task", done, pause), vec![]);
        night.expect(&["Paused"]);
        assert_eq!(night.status(), "stopped", "done {done}, {pause}");
    }
}

#[test]
fn what_somebody_started_after_the_close_is_told_and_not_stopped_by_an_execution_redriven_days_later() {
    for state in ["Stop task", "Poll"] {
        let redrive = Redrive {
            after_entries: if state == "Poll" { 20 } else { 0 },
            ..stopped_in(state, true, TWO_DAYS)
        };
        let person = vec![
            (CLOSE + 20, Happening::StopTask { identifier: "orders".to_owned() }),
            (
                CLOSE + 24 * 60,
                Happening::StartTask {
                    identifier: "orders".to_owned(),
                    start_type: StartType::ResumeProcessing,
                },
            ),
        ];
        let endless = scenario().with_table("shop", "events", 1_000_000, 200.0 * 3600.0);
        let night = redriven(world(endless), plan(json!({})), redrive, person);
        night.expect(&["Unknown"]);
        assert_eq!(night.status(), "running", "{state}");
        let late = minute(CLOSE + 20);
        let stops = night
            .world
            .calls()
            .iter()
            .filter(|call| call.operation == "StopReplicationTask" && call.at > late)
            .count();
        assert_eq!(stops, 0, "{state}");
    }
}
