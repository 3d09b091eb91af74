//! Rows in the target that no plan gave away: modes that the plan does not state, and consents that were given once.

use dms_simulator::Happening;
use dms_simulator::scenario::{TargetTable, Trouble, What};
use serde_json::json;

use crate::night::{self, Night, in_mode, minute, nights, plan, scenario, world};

const DAY: i64 = 24 * 60;

fn slow() -> dms_simulator::Scenario {
    let mut slow = scenario();
    for table in &mut slow.source_tables {
        table.load_seconds = 3600.0;
    }
    slow
}

fn lost(night: &Night) -> u64 {
    night.world.ledger().tables().map(|(_, table)| table.rows_destroyed()).sum()
}

#[test]
fn a_task_that_a_person_has_created_with_dmss_defaults_drops_nothing_of_a_plan_without_a_mode() {
    for drift in ["Reject", "Modify"] {
        let mut scenario = scenario();
        let (schema_name, table_name) = ("shop".to_owned(), "orders".to_owned());
        scenario.target_tables.push(TargetTable { schema_name, table_name, rows: 50, ..Default::default() });
        let world = night::world(scenario);
        let mut create = plan(json!({}))["Task"].clone();
        create["TableMappings"] = json!(create["TableMappings"].to_string());
        world.ask_dms("CreateReplicationTask", &create).expect("DMS takes it");
        let night = nights(world, vec![(2, "night", plan(json!({"OnDrift": drift})))], vec![]);
        assert_eq!(lost(&night), 0, "{drift}");
        night.expect(&["Rejected"]).says("TargetTablePrepMode: the plan states none");
    }
}

#[test]
fn a_mode_that_a_person_has_changed_and_the_plan_does_not_state_drops_nothing() {
    let runs = vec![
        (0, "monday", plan(json!({}))),
        (DAY, "tuesday", plan(json!({"ScheduledTime": minute(DAY).to_string()}))),
    ];
    let mode = json!({"FullLoadSettings": {"TargetTablePrepMode": "DROP_AND_CREATE"}});
    let change = Happening::ModifyTask {
        identifier: "orders".to_owned(),
        changes: json!({"ReplicationTaskSettings": mode}),
    };
    let stop = Happening::StopTask { identifier: "orders".to_owned() };
    let night = nights(world(slow()), runs, vec![(30, stop), (600, change)]);
    assert_eq!(lost(&night), 0);
    night.run_ended(1, &["Rejected"]);
}

#[test]
fn a_plan_that_states_its_mode_no_more_keeps_rows() {
    let mut slow = slow();
    for table in &mut slow.source_tables {
        table.load_seconds = 12.0 * 3600.0;
    }
    let second = plan(json!({"ScheduledTime": minute(DAY).to_string()}));
    let runs = vec![(0, "monday", in_mode("TRUNCATE_BEFORE_LOAD", json!({}))), (DAY, "tuesday", second)];
    let night = nights(world(slow), runs, vec![]);
    assert_eq!(lost(&night), 0);
    night.run_ended(1, &["Rejected"]);
}

/// No row is at stake here: its window is, which goes by the type of the task that is there.
#[test]
fn a_task_of_another_type_that_is_taken_as_it_is_is_judged_by_its_own_type() {
    let both = json!({"Task": {"MigrationType": "full-load-and-cdc"}, "Window": {"AtClose": "Stop"}});
    let ignored = json!({"OnDrift": "Ignore", "ScheduledTime": minute(DAY).to_string(), "Start": "Refresh"});
    let runs = vec![
        (0, "monday", in_mode("TRUNCATE_BEFORE_LOAD", both)),
        (DAY, "tuesday", in_mode("TRUNCATE_BEFORE_LOAD", ignored.clone())),
    ];
    let night = nights(world(scenario()), runs, vec![]);
    night
        .run_ended(1, &["Rejected"])
        .says("whether the close stops a task that loads and replicates must be said");

    let caught_up = json!({
        "Until": "CaughtUp", "Window": {"AtClose": "Stop"}, "Task": {"MigrationType": "full-load-and-cdc"},
    });
    let runs = vec![
        (0, "monday", in_mode("TRUNCATE_BEFORE_LOAD", json!({}))),
        (DAY, "tuesday", in_mode("TRUNCATE_BEFORE_LOAD", support::cases::and(ignored, caught_up))),
    ];
    nights(world(scenario()), runs, vec![]).run_ended(1, &["Rejected"]).says("CaughtUp");
}

#[test]
fn a_schedule_that_fires_twice_spends_a_consent_once_also_when_its_first_run_is_over() {
    let tonight =
        || in_mode("DO_NOTHING", json!({"Start": "Resume", "ScheduledTime": minute(DAY).to_string()}));
    let stop = || Happening::StopTask { identifier: "orders".to_owned() };
    let empty = |table: &str| Happening::EmptyTarget {
        endpoint_arn: None,
        schema: "shop".to_owned(),
        table: table.to_owned(),
    };
    for stopped in [true, false] {
        let mut slow = slow();
        let mut meddling = vec![(30, stop()), (600, empty("orders")), (600, empty("customers"))];
        match stopped {
            true => meddling.push((DAY + 8, stop())),
            false => {
                let refused = "Last Error Access denied for user 'dms'@'10.0.0.1' (using password: YES) Stop Reason \
                               FATAL_ERROR Error Level FATAL";
                slow.troubles.push(Trouble::after(300.0, What::Fail).on_start(2).with_message(refused));
            }
        }
        // The second delivery comes within the schedule's 900 s.
        let runs = vec![
            (0, "monday", in_mode("DO_NOTHING", json!({}))),
            (DAY, "tuesday", tonight()),
            (DAY + 13, "doubled", tonight()),
        ];
        nights(world(slow), runs, meddling).no_row_twice();
    }
}

#[test]
fn a_second_click_spends_no_consent_again_once_the_first_run_is_over() {
    let refused = "Last Error Access denied for user 'dms'@'10.0.0.1' (using password: YES) Stop Reason FATAL_ERROR \
                   Error Level FATAL";
    let empty = |table: &str| Happening::EmptyTarget {
        endpoint_arn: None,
        schema: "shop".to_owned(),
        table: table.to_owned(),
    };
    let keeps = json!({"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}});
    for kept in [false, true] {
        for second in [1, 2] {
            let mut slow = slow();
            if kept {
                slow = night::kept(slow);
                slow.tasks[0].replication_task_settings = Some(keeps.clone());
            }
            // The resume of the first click fails for a cause that does not pass.
            slow.troubles.push(Trouble::after(150.0, What::Fail).on_start(2).with_message(refused));
            let (identifier, plan) = match kept {
                true => ("kept", night::of_kept as fn(serde_json::Value) -> serde_json::Value),
                false => ("orders", (|more| in_mode("DO_NOTHING", more)) as fn(_) -> _),
            };
            let stop = Happening::StopTask { identifier: identifier.to_owned() };
            let click = || plan(json!({"Start": "Resume", "ScheduledTime": null}));
            let runs = vec![
                (0, "monday", plan(json!({}))),
                (DAY, "click", click()),
                (DAY + second, "again", click()),
            ];
            let meddling = vec![(30, stop), (600, empty("orders")), (600, empty("customers"))];
            let night = nights(world(slow), runs, meddling);
            night.no_row_twice();
            assert_eq!(night.calls("StartReplicationTask"), 2, "kept {kept}, {second}");
        }
    }
}
