//! Refresh over nights: each night's rows once, and a verdict that says which rows are older.

use dms_simulator::Scenario;
use dms_simulator::scenario::{Trouble, What};
use serde_json::{Value, json};

use crate::night::{Night, minute, nights, plan, scenario, world};

/// Minutes from one opening to the next.
const DAY: i64 = 24 * 60;

/// The plan of a night: the nth, counted from zero.
fn refresh(nth: i64, more: Value) -> Value {
    let base = json!({
        "Start": "Refresh",
        "ScheduledTime": minute(nth * DAY).to_string(),
        "Task": {"ReplicationTaskSettings": {"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}},
    });
    plan(support::cases::and(base, more))
}

/// One run at the opening of each of these nights.
fn week(scenario: Scenario, nths: &[i64], more: Value) -> Night {
    let runs = nths.iter().map(|nth| (nth * DAY, "night", refresh(*nth, more.clone())));
    let named: Vec<(i64, &str, Value)> =
        runs.enumerate().map(|(at, (minute, _, plan))| (minute, NAMES[at], plan)).collect();
    nights(world(scenario), named, vec![])
}

const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn loads(night: &Night, table: &str) -> u32 {
    night.world.ledger().table("shop", table).expect("the table is there").times_load_begun()
}

/// How DMS was asked to start, in the order of the nights.
fn starts(night: &Night) -> Vec<String> {
    let calls = night.world.calls();
    let starts = calls.iter().filter(|call| call.operation == "StartReplicationTask");
    starts
        .map(|call| call.request["StartReplicationTaskType"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn outcomes(night: &Night) -> Vec<&str> {
    night.runs.iter().map(|run| run.document.outcome().unwrap_or("none")).collect()
}

#[test]
fn a_week_with_a_day_skipped() {
    let week = week(scenario(), &[0, 1, 2, 4, 5], json!({}));
    assert_eq!(outcomes(&week), ["Succeeded"; 5]);
    assert_eq!(starts(&week)[1..], ["reload-target"; 4]);
    assert_eq!((loads(&week, "orders"), week.no_row_twice().runs.len()), (5, 5));
}

#[test]
fn a_schedule_that_fires_twice_in_one_window_empties_nothing() {
    let runs = vec![
        (0, "first", refresh(0, json!({}))),
        (60, "second", refresh(0, json!({}))),
        (DAY, "next-night", refresh(1, json!({}))),
        (DAY + 90, "click", refresh(1, json!({}))),
    ];
    let night = nights(world(scenario()), runs, vec![]);
    assert_eq!(outcomes(&night), ["Succeeded", "Skipped", "Succeeded", "Skipped"]);
    night.says("tonight's rows are there");
    assert_eq!((loads(&night, "orders"), loads(&night, "customers")), (2, 2));
}

fn with_a_bad_table() -> Scenario {
    let mut scenario = scenario();
    scenario.source_tables[1].error = Some("value too long for the column".to_owned());
    scenario
}

#[test]
fn one_bad_table_each_night_does_not_end_the_refreshing() {
    for (more, outcome) in [
        (json!({}), "PartlyFailed"),
        (json!({"OnTableErrors": "Warn"}), "SucceededWithWarnings"),
        (json!({"OnTableErrors": "Reload"}), "PartlyFailed"),
    ] {
        let week = week(with_a_bad_table(), &[0, 1, 2], more);
        assert_eq!(outcomes(&week), [outcome; 3]);
        assert_eq!(loads(&week, "customers"), 3, "the good table is loaded each night");
        assert_eq!(starts(&week)[1..], ["reload-target"; 2]);
    }
}

#[test]
fn a_second_click_after_a_bad_table_loads_that_one_alone() {
    let runs = vec![(0, "first", refresh(0, json!({}))), (60, "click", refresh(0, json!({})))];
    let night = nights(world(with_a_bad_table()), runs, vec![]);
    assert_eq!(outcomes(&night), ["PartlyFailed", "PartlyFailed"]);
    assert_eq!(starts(&night), ["start-replication", "resume-processing"]);
    assert_eq!((loads(&night, "customers"), loads(&night, "orders")), (1, 2));
}

#[test]
fn a_load_that_never_fits_its_window_goes_on_each_night_and_says_how_old_its_rows_are() {
    let mut scenario = scenario();
    scenario.source_tables[0].load_seconds = 3.0 * 3600.0;
    scenario.source_tables[1].load_seconds = 5.0 * 3600.0;
    let one_at_a_time =
        json!({"Task": {"ReplicationTaskSettings": {"FullLoadSettings": {"MaxFullLoadSubTasks": 1}}}});
    let week = week(scenario, &[0, 1, 2], one_at_a_time);
    assert_eq!(outcomes(&week), ["Paused", "SucceededWithWarnings", "Paused"]);
    week.says("the rows of 1 table are of an earlier night").says("its rows are of 2026-11-21 01:");
    assert_eq!(starts(&week), ["start-replication", "resume-processing", "reload-target"]);
    let second = &week.runs[1].document;
    assert_eq!(second.0.pointer("/Verdict/Rows"), Some(&json!(1_000)), "{:?}", second.0.pointer("/Verdict"));
}

#[test]
fn a_failure_after_all_tables_were_complete_is_refreshed_the_next_night() {
    let broken = "Last Error a setting is wrong Stop Reason FATAL_ERROR Error Level FATAL";
    let mut failing = scenario();
    for table in &mut failing.source_tables {
        table.load_seconds = 60.0;
    }
    // The tables are complete, and the task fails before it has stopped by itself.
    let failing = failing.with_trouble(Trouble::after(95.0, What::Fail).on_start(2).with_message(broken));
    let week = week(failing, &[0, 1, 2], json!({"Restarts": 0}));
    assert_eq!(outcomes(&week)[2], "Succeeded", "{:?}", week.runs[2].document.reasons());
    assert_eq!(starts(&week)[2], "reload-target");
}
