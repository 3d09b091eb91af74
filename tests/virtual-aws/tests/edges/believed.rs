//! Ends that are believed, and ends that are not: DMS itself starts tasks again.

use dms_simulator::scenario::{StatusSpan, Trouble, What};
use dms_simulator::{Happening, StartType};
use serde_json::json;

use crate::night::{night, plan, scenario, world};

const RESTARTED: &str =
    "Last Error Replication instance was restarted. Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE";

#[test]
fn a_failure_that_dms_itself_turns_into_a_start_eight_minutes_later_is_no_end() {
    for restarts in [0, 1] {
        for fails_over in [false, true] {
            let mut scenario = scenario();
            if fails_over {
                scenario.replication_instances[0].changes.push(StatusSpan {
                    from_seconds: 240.0,
                    for_seconds: Some(480.0),
                    status: "modifying".to_owned(),
                });
            }
            let scenario =
                scenario.with_trouble(Trouble::after(200.0, What::Fail).on_start(1).with_message(RESTARTED));
            let comes_back = Happening::StartTask {
                identifier: "orders".to_owned(),
                start_type: StartType::ResumeProcessing,
            };
            let plan = plan(json!({
                "Restarts": restarts,
                "Task": {"ReplicationTaskSettings": {
                    "FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"},
                }},
            }));
            let night = night(world(scenario), plan, vec![(13, comes_back)]);
            night.expect(&["Succeeded"]).no_row_twice();
            assert_eq!(night.status(), "stopped", "Restarts {restarts}, fails over: {fails_over}");
        }
    }
}

/// The pauses between five starts again carry a database through half an hour in which it takes no connection.
#[test]
fn an_outage_of_half_an_hour_costs_half_an_hour_and_not_the_night() {
    let mut scenario = scenario();
    for start in 1..=5 {
        let lost = Trouble::after(30.0, What::Fail)
            .with_message("Last Error server closed the connection unexpectedly Stop Reason FATAL_ERROR")
            .on_start(start);
        scenario = scenario.with_trouble(lost);
    }
    let truncates = json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}});
    let plan = plan(json!({"Task": {"ReplicationTaskSettings": truncates}}));
    let night = night(world(scenario), plan, vec![]);
    night.expect(&["Succeeded"]).no_row_twice();
    assert_eq!(night.calls("StartReplicationTask"), 6);
    let outage = night.minute_of("StartReplicationTask", 5) - night.minute_of("StartReplicationTask", 0);
    assert!((30..=45).contains(&outage), "the last start came {outage} minutes after the first");
}
