//! A task's life, as a client sees it through the describes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{Story, bare_world, prepare, request, world};
use dms_simulator::scenario::{Behaviour, Durations, SourceTable, SourceTableGroup, Trouble, What};
use dms_simulator::{Happening, Scenario, Simulator};
use serde_json::{Value, json};

#[test]
fn a_simulator_can_be_sent_to_another_thread() {
    fn sent<T: Send>() {}
    sent::<Simulator>();
}

#[test]
fn a_full_load_goes_through_every_status_and_ends_by_itself() {
    let mut story = Story::new(world());
    let created =
        story.call("CreateReplicationTask", request("Nightly-Copy", "full-load", Value::Null)).unwrap();
    let arn = created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned();
    assert_eq!(created["ReplicationTask"]["Status"], "creating");
    assert_eq!(created["ReplicationTask"]["ReplicationTaskIdentifier"], "nightly-copy");
    assert!(!arn.to_lowercase().contains("nightly"), "the tail is never derived from the identifier: {arn}");
    assert_eq!(story.after(19.0).status(&arn), "creating");
    assert_eq!(story.after(1.0).status(&arn), "ready");
    let seen = story.see(&arn);
    assert_eq!(seen.get("ReplicationTaskStats"), None, "a task that never ran has no statistics");
    assert!(story.states(&arn).is_empty());

    let started = story.start(&arn, "start-replication").unwrap();
    assert_eq!(started["ReplicationTask"]["Status"], "starting");
    assert_eq!(story.after(29.0).status(&arn), "starting");
    assert_eq!(story.after(1.0).status(&arn), "running");
    assert_eq!(story.states(&arn), ["orders: Full load (0)", "items: Full load (0)"]);
    story.after(50.0);
    assert_eq!(story.states(&arn), ["orders: Full load (500)", "items: Full load (1000)"]);
    assert_eq!(story.see(&arn)["ReplicationTaskStats"]["FullLoadProgressPercent"], 30);
    story.after(50.0);
    assert_eq!(story.states(&arn), ["orders: Table completed (1000)", "items: Full load (2000)"]);
    assert_eq!(story.after(99.0).status(&arn), "running");
    assert_eq!(story.after(1.0).ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    let stats = story.see(&arn)["ReplicationTaskStats"].clone();
    assert_eq!(stats["TablesLoaded"], 2);
    assert_eq!(stats["FullLoadProgressPercent"], 100);
    assert_eq!(stats["ElapsedTimeMillis"], 224_000, "counted from when the statistics begin");
    assert_eq!(stats["StartDate"].as_f64().unwrap() + 224.0, stats["StopDate"].as_f64().unwrap());
    assert_eq!(stats["FullLoadFinishDate"], stats["StopDate"]);
}

#[test]
fn a_tiny_load_is_over_before_running_was_ever_seen() {
    let mut story = Story::new(bare_world().with_table("shop", "tiny", 3, 0.5));
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    assert_eq!(story.after(29.5).status(&arn), "starting");
    assert_eq!(story.after(5.0).ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
}

#[test]
fn describes_lag_behind_a_start() {
    let durations = Durations { describe_lag: 10.0, describe_lag_polls: 2, ..Durations::default() };
    let mut story = Story::new(Scenario { durations, ..world() });
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    assert_eq!(story.status(&arn), "ready", "first poll");
    assert_eq!(story.after(20.0).status(&arn), "ready", "second poll, after the ten seconds");
    assert_eq!(story.status(&arn), "starting", "third poll");
    assert_eq!(story.start(&arn, "start-replication").unwrap_err().code, "InvalidResourceStateFault");
    // Before a second run the first one's end is still shown, statistics and all.
    story.after(300.0);
    let first = story.see(&arn)["ReplicationTaskStats"]["StartDate"].clone();
    story.start(&arn, "reload-target").unwrap();
    assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    assert_eq!(story.states(&arn)[0], "orders: Table completed (1000)");
    story.after(10.0).see(&arn);
    let second = story.see(&arn);
    assert_eq!(second["Status"], "starting");
    assert!(second["ReplicationTaskStats"]["StartDate"].as_f64() > first.as_f64());
}

#[test]
fn errored_tables_do_not_show_in_status_stop_reason_or_progress() {
    let mut scenario = world();
    scenario.source_tables.push(SourceTable::new("shop", "broken", 1000, 100.0).failing(
        "bad row",
        300,
        Some(1),
    ));
    let mut story = Story::new(scenario);
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(300.0);
    assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    let stats = story.see(&arn)["ReplicationTaskStats"].clone();
    assert_eq!((&stats["FullLoadProgressPercent"], &stats["TablesErrored"]), (&json!(100), &json!(1)));
    assert_eq!(story.states(&arn)[2], "broken: Table error (300)");
    // A resume loads the errored table again, and only that one.
    story.start(&arn, "resume-processing").unwrap();
    story.after(300.0);
    assert_eq!(story.states(&arn)[2], "broken: Table completed (1000)");
    assert_eq!(story.dms.ledger().table("shop", "orders").unwrap().times_load_begun(), 1);
    let stats = story.see(&arn)["ReplicationTaskStats"].clone();
    assert!(stats["StartDate"].as_f64() > stats["FreshStartDate"].as_f64());
}

#[test]
fn one_table_error_fails_the_task_where_the_settings_say_so() {
    for settings in [
        json!({ "ErrorBehavior": { "TableErrorPolicy": "STOP_TASK" } }),
        json!({ "ErrorBehavior": { "TableErrorEscalationCount": 1 } }),
    ] {
        let mut scenario = world();
        scenario.source_tables.push(SourceTable::new("shop", "broken", 10, 10.0).failing("bad row", 5, None));
        let mut story = Story::new(scenario);
        let arn = story.task("full-load", settings);
        story.start(&arn, "start-replication").unwrap();
        story.after(36.0);
        let seen = story.see(&arn);
        assert_eq!(seen["Status"], "failed");
        assert!(seen["StopReason"].as_str().unwrap().ends_with("Stop Reason FATAL_ERROR Error Level FATAL"));
        assert_eq!(seen["StopReason"], seen["LastFailureMessage"]);
        assert_eq!(story.states(&arn)[0], "orders: Full load (50)");
    }
}

#[test]
fn no_more_tables_load_side_by_side_than_the_settings_allow() {
    for (sub_tasks, after, loaded, loading, queued) in
        [(8, 61.0, 8, 8, 4), (8, 121.0, 16, 4, 0), (3, 61.0, 3, 3, 14)]
    {
        let group = SourceTableGroup { schema_name: "s".into(), count: 20, ..SourceTableGroup::default() };
        let mut story = Story::new(Scenario { source_table_groups: vec![group], ..bare_world() });
        let arn =
            story.task("full-load", json!({ "FullLoadSettings": { "MaxFullLoadSubTasks": sub_tasks } }));
        story.start(&arn, "start-replication").unwrap();
        story.after(30.0 + after);
        let stats = story.see(&arn)["ReplicationTaskStats"].clone();
        assert_eq!(stats["TablesLoaded"], loaded, "{sub_tasks} at {after}");
        assert_eq!(stats["TablesLoading"], loading, "{sub_tasks} at {after}");
        assert_eq!(stats["TablesQueued"], queued, "{sub_tasks} at {after}");
        assert_eq!(story.tables(&arn)[0]["TableName"], "table_01");
    }
}

#[test]
fn a_stop_leads_through_stopping_to_normal() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(130.0);
    assert_eq!(story.stop(&arn).unwrap()["ReplicationTask"]["Status"], "stopping");
    assert_eq!(story.stop(&arn).unwrap_err().code, "InvalidResourceStateFault");
    assert_eq!(story.after(14.0).status(&arn), "stopping");
    assert_eq!(story.after(1.0).ending(&arn), "stopped: Stop Reason NORMAL");
    assert_eq!(story.states(&arn), ["orders: Table completed (1000)", "items: Table cancelled (2000)"]);
    story.start(&arn, "resume-processing").unwrap();
    assert_eq!(story.ending(&arn), "starting: Stop Reason NORMAL", "the old reason stays until the next end");
    assert_eq!(story.after(31.0).states(&arn)[1], "items: Full load (20)");
    assert_eq!(story.after(200.0).ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
}

#[test]
fn a_scenario_words_interrupted_tables_the_other_way() {
    let behaviour = Behaviour { interrupted_table_state: "Full load".into(), ..Behaviour::default() };
    let mut story = Story::new(Scenario { behaviour, ..world() });
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(130.0).stop(&arn).unwrap();
    assert_eq!(story.states(&arn)[1], "items: Full load (2000)");
}

#[test]
fn full_load_and_cdc_runs_on_or_stops_as_the_settings_say() {
    for (settings, ending) in [
        (Value::Null, "running: -"),
        (
            json!({ "FullLoadSettings": { "StopTaskCachedChangesApplied": true } }),
            "stopped: Stop Reason STOPPED_AFTER_CACHED_EVENTS",
        ),
        (
            json!({ "FullLoadSettings": { "StopTaskCachedChangesNotApplied": true } }),
            "stopped: Stop Reason STOPPED_AFTER_FULL_LOAD",
        ),
    ] {
        let mut story = Story::new(world());
        let arn = story.task("full-load-and-cdc", settings);
        story.start(&arn, "start-replication").unwrap();
        assert_eq!(story.after(229.0).status(&arn), "running");
        assert_eq!(story.see(&arn)["ReplicationTaskStats"].get("FullLoadFinishDate"), None);
        assert_eq!(story.after(2.0).ending(&arn), ending);
        assert!(story.see(&arn)["ReplicationTaskStats"]["FullLoadFinishDate"].is_number());
    }
}

#[test]
fn a_resume_after_an_errored_load_with_changes_migrates_nothing() {
    let mut scenario = bare_world();
    for table in ["a", "b"] {
        scenario.source_tables.push(SourceTable::new("s", table, 100, 10.0).failing("bad", 0, Some(1)));
    }
    let mut story = Story::new(scenario);
    let arn = story.task("full-load-and-cdc", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0).stop(&arn).unwrap();
    story.after(20.0).start(&arn, "resume-processing").unwrap();
    story.after(600.0);
    let seen = story.see(&arn);
    assert_eq!(
        (&seen["Status"], &seen["ReplicationTaskStats"]["FullLoadProgressPercent"]),
        (&json!("running"), &json!(100))
    );
    assert_eq!(story.states(&arn), ["a: Table error (0)", "b: Table error (0)"]);
    assert_eq!(story.dms.ledger().rows(), 0);
    // Only loading again brings the data.
    story.stop(&arn).unwrap();
    story.after(20.0).start(&arn, "reload-target").unwrap();
    story.after(60.0);
    assert_eq!(story.states(&arn), ["a: Table completed (100)", "b: Table completed (100)"]);
}

#[test]
fn one_errored_table_makes_a_resume_skip_the_rest_of_the_load_with_changes() {
    let mut scenario = world();
    scenario.source_tables.push(SourceTable::new("shop", "broken", 10, 10.0).failing("bad row", 0, Some(1)));
    let mut story = Story::new(scenario);
    let arn = story.task("full-load-and-cdc", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(130.0).stop(&arn).unwrap();
    story.after(20.0).start(&arn, "resume-processing").unwrap();
    story.after(600.0);
    assert_eq!(story.status(&arn), "running");
    assert_eq!(story.states(&arn)[1..], ["items: Table cancelled (2000)", "broken: Table error (0)"]);
}

#[test]
fn a_resume_after_the_cached_changes_goes_on_with_the_changes() {
    let mut story = Story::new(world());
    let arn = story
        .task("full-load-and-cdc", json!({ "FullLoadSettings": { "StopTaskCachedChangesApplied": true } }));
    story.start(&arn, "start-replication").unwrap();
    assert_eq!(story.after(300.0).ending(&arn), "stopped: Stop Reason STOPPED_AFTER_CACHED_EVENTS");
    let finished = story.see(&arn)["ReplicationTaskStats"]["FullLoadFinishDate"].clone();
    story.start(&arn, "resume-processing").unwrap();
    assert_eq!(story.after(300.0).status(&arn), "running");
    assert_eq!(story.see(&arn)["ReplicationTaskStats"]["FullLoadFinishDate"], finished);
    assert_eq!(story.dms.ledger().table("shop", "orders").unwrap().times_load_begun(), 1);
}

#[test]
fn an_interrupted_load_with_changes_is_resumed_or_skipped_as_the_scenario_says() {
    for (resume_loads_rest, rows) in [(true, 4000), (false, 2000)] {
        let behaviour = Behaviour { resume_loads_rest, ..Behaviour::default() };
        let mut story = Story::new(Scenario { behaviour, ..world() });
        let arn = story.task("full-load-and-cdc", prepare("TRUNCATE_BEFORE_LOAD"));
        story.start(&arn, "start-replication").unwrap();
        story.after(130.0).stop(&arn).unwrap();
        assert!(
            story.after(20.0).see(&arn)["RecoveryCheckpoint"].as_str().unwrap().starts_with("checkpoint:")
        );
        story.start(&arn, "resume-processing").unwrap();
        story.after(600.0);
        assert_eq!(story.status(&arn), "running");
        assert_eq!(story.dms.ledger().table("shop", "items").unwrap().rows(), rows);
    }
}

#[test]
fn changes_are_replicated_until_the_stop_position() {
    for (position, idle, ending) in [
        ("server_time:2026-03-01T23:00:00", true, "stopped: Stop Reason STOPPED_AT_SERVER_TIME"),
        ("commit_time:2026-03-01T23:00:00", false, "stopped: Stop Reason STOPPED_AT_COMMIT_TIME"),
        ("commit_time:2026-03-01T23:00:00", true, "running: -"),
    ] {
        let mut scenario =
            Scenario { behaviour: Behaviour { idle_source: idle, ..Behaviour::default() }, ..world() };
        scenario.source_tables[0].inserts_per_second = 2.0;
        let mut story = Story::new(scenario);
        let arn = story.task("cdc", Value::Null);
        let start = json!({ "ReplicationTaskArn": arn, "StartReplicationTaskType": "start-replication",
                            "CdcStopPosition": position });
        story.call("StartReplicationTask", start).unwrap();
        story.after(40.0);
        assert_eq!(story.status(&arn), "running");
        assert_eq!(story.tables(&arn)[0]["Inserts"], 20);
        let stats = story.see(&arn)["ReplicationTaskStats"].clone();
        assert_eq!((&stats["FullLoadProgressPercent"], &stats["TablesLoaded"]), (&json!(100), &json!(0)));
        story.now = "2026-03-01T22:59:59Z".parse().unwrap();
        assert_eq!(story.status(&arn), "running");
        assert_eq!(story.after(1.0).ending(&arn), ending, "{position}");
        assert_eq!(story.see(&arn)["CdcStopPosition"], position);
    }
}

#[test]
fn without_tables_a_task_fails_or_finishes_with_nothing() {
    let mut story = Story::new(bare_world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(31.0);
    let seen = story.see(&arn);
    assert_eq!(seen["Status"], "failed");
    assert!(
        seen["LastFailureMessage"].as_str().unwrap().contains("No tables were found at task initialization")
    );

    let mut story = Story::new(bare_world());
    let arn = story.task("full-load", json!({ "ErrorBehavior": { "FailOnNoTablesCaptured": false } }));
    story.start(&arn, "start-replication").unwrap();
    assert_eq!(story.after(31.0).ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    assert!(story.states(&arn).is_empty());
}

#[test]
fn validation_trails_the_load_and_a_full_load_waits_for_it() {
    let mut scenario = world();
    scenario.source_tables[0].validation_seconds = 40.0;
    scenario.source_tables[1].validation_seconds = 60.0;
    scenario.source_tables[1].validation_state = "Mismatched records".into();
    scenario.source_tables[1].validation_failed_records = 7;
    let mut story = Story::new(scenario);
    let arn = story.task("full-load", json!({ "ValidationSettings": { "EnableValidation": true } }));
    story.start(&arn, "start-replication").unwrap();
    let validation = |story: &mut Story| {
        let tables = story.tables(&arn);
        tables.iter().map(|it| it["ValidationState"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    story.after(131.0);
    assert_eq!(validation(&mut story), ["Pending records", "Pending validation"]);
    story.after(100.0);
    assert_eq!(validation(&mut story), ["Validated", "Pending records"]);
    assert_eq!(story.status(&arn), "running");
    story.after(60.0);
    assert_eq!(validation(&mut story), ["Validated", "Mismatched records"]);
    assert_eq!(story.tables(&arn)[1]["ValidationFailedRecords"], 7);
    assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
}

#[test]
fn troubles_come_when_the_scenario_says() {
    let out_of_memory = "Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL";
    let cases = [
        (
            Trouble::after(90.0, What::Fail).with_message(out_of_memory),
            89.0,
            "running: -",
            91.0,
            format!("failed: {out_of_memory}"),
        ),
        (
            Trouble::after(10.0, What::Fail).with_message(out_of_memory),
            9.0,
            "starting: -",
            11.0,
            format!("failed: {out_of_memory}"),
        ),
        (
            Trouble::after(90.0, What::LowMemory),
            89.0,
            "running: -",
            91.0,
            "stopped: Stop Reason STOPPED_DUE_TO_LOW_MEMORY".into(),
        ),
        (
            Trouble::after(90.0, What::LowDisk),
            89.0,
            "running: -",
            91.0,
            "stopped: Stop Reason STOPPED_DUE_TO_LOW_DISK".into(),
        ),
        (
            Trouble::after(90.0, What::StoppedByUser),
            93.0,
            "stopping: -",
            106.0,
            "stopped: Stop Reason NORMAL".into(),
        ),
        (Trouble::after(90.0, What::Stall), 91.0, "running: -", 90_000.0, "running: -".into()),
        (Trouble::after(90.0, What::Recover), 91.0, "running: -", 294.0, "running: -".into()),
        (
            Trouble::after(90.0, What::Recover),
            91.0,
            "running: -",
            296.0,
            "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED".into(),
        ),
        (
            Trouble { stop_reason: Some("RECYCLE_TASK".into()), ..Trouble::after(90.0, What::Stop) },
            89.0,
            "running: -",
            91.0,
            "stopped: Stop Reason RECYCLE_TASK".into(),
        ),
        (
            Trouble::after(90.0, What::Fail).on_start(2),
            91.0,
            "running: -",
            231.0,
            "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED".into(),
        ),
        (
            Trouble::after(90.0, What::Fail).to_task("another"),
            91.0,
            "running: -",
            231.0,
            "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED".into(),
        ),
    ];
    for (trouble, early, expected_early, late, expected_late) in cases {
        let mut story = Story::new(world().with_trouble(trouble.clone()));
        let arn = story.task("full-load", Value::Null);
        story.start(&arn, "start-replication").unwrap();
        assert_eq!(story.after(early).ending(&arn), expected_early, "{trouble:?}");
        assert_eq!(story.after(late - early).ending(&arn), expected_late, "{trouble:?}");
    }
}

#[test]
fn recoverable_errors_end_in_a_fatal_one_after_the_attempts() {
    let trouble = Trouble { attempts: Some(7), ..Trouble::after(80.0, What::RecoverableThenFail) };
    let mut story = Story::new(world().with_trouble(trouble));
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(114.0);
    assert_eq!(story.ending(&arn), "running: -");
    assert_eq!(story.states(&arn)[0], "orders: Full load (500)", "nothing moves");
    story.after(2.0);
    let seen = story.see(&arn);
    assert_eq!(seen["Status"], "failed");
    let message = seen["LastFailureMessage"].as_str().unwrap();
    assert!(message.contains("was stopped after 7 recovery attempts Stop Reason FATAL_ERROR"), "{message}");
}

#[test]
fn a_resume_fails_for_good_once_the_source_has_thrown_its_log_away() {
    let gone = "Last Error Error 1236 reading binary log. Stop Reason FATAL_ERROR Error Level FATAL";
    for (migration_type, stopped_for, message, ending) in [
        ("cdc", 3599.0, None, "running: Stop Reason NORMAL".to_owned()),
        ("cdc", 3601.0, None, format!("failed: {gone}")),
        ("full-load-and-cdc", 3601.0, Some("Last Error slot"), "failed: Last Error slot".to_owned()),
        ("full-load", 3601.0, None, "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED".to_owned()),
    ] {
        let mut scenario = world();
        scenario.endpoints[0].log_retention_seconds = Some(3600.0);
        scenario.endpoints[0].log_gone_message = message.map(str::to_owned);
        let mut story = Story::new(scenario);
        let arn = story.task(migration_type, Value::Null);
        story.start(&arn, "start-replication").unwrap();
        story.after(100.0).stop(&arn).unwrap();
        story.after(stopped_for).start(&arn, "resume-processing").unwrap();
        assert_eq!(story.status(&arn), "starting");
        story.after(300.0);
        assert_eq!(story.ending(&arn), ending, "{migration_type} after {stopped_for}");
        if story.status(&arn) != "failed" {
            continue;
        }
        // Its failure does not make the log any younger, and neither does the next.
        for _ in 0..2 {
            story.start(&arn, "resume-processing").unwrap();
            assert_eq!(story.after(30.0).ending(&arn), ending, "again, at once");
        }
        if migration_type == "full-load-and-cdc" {
            story.start(&arn, "reload-target").unwrap();
            story.after(600.0).stop(&arn).unwrap();
            story.after(60.0).start(&arn, "resume-processing").unwrap();
            assert_eq!(story.after(60.0).status(&arn), "running", "a reload reads the log from now on");
        }
    }
}

#[test]
fn people_move_and_assess_tasks() {
    let mut story =
        Story::new(world().with_instance("arn:aws:dms:eu-central-1:123456789012:rep:OTHER", "other"));
    let arn = story.task("full-load", Value::Null);
    let move_to_other = |succeeds: bool| Happening::MoveTask {
        identifier: "nightly-copy".into(),
        replication_instance_arn: "arn:aws:dms:eu-central-1:123456789012:rep:OTHER".into(),
        seconds: 60.0,
        succeeds,
    };
    let instance = |story: &mut Story| {
        let seen = story.see(&arn);
        let tail = |name: &str| {
            seen.get(name)
                .and_then(Value::as_str)
                .and_then(|it| it.rsplit(':').next())
                .unwrap_or("-")
                .to_owned()
        };
        format!("{} {}", tail("ReplicationInstanceArn"), tail("TargetReplicationInstanceArn"))
    };
    let assess = Happening::AssessTask { identifier: arn.clone(), seconds: 30.0 };
    story.dms.happen(story.now, assess.clone());
    assert_eq!(story.status(&arn), "testing");
    assert_eq!(story.after(30.0).status(&arn), "ready");
    story.dms.happen(story.now, move_to_other(false));
    assert_eq!((story.status(&arn), instance(&mut story)), ("moving".into(), "NIGHTLY OTHER".into()));
    assert_eq!(story.after(60.0).status(&arn), "failed-move");
    assert_eq!(instance(&mut story), "NIGHTLY -");
    story.start(&arn, "start-replication").expect("a failed move hinders no start");
    story.dms.happen(story.now, move_to_other(true));
    story.dms.happen(story.now, assess);
    assert_eq!(story.after(300.0).ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    story.dms.happen(story.now, move_to_other(true));
    assert_eq!(story.after(60.0).status(&arn), "stopped");
    assert_eq!(instance(&mut story), "OTHER -");
}

#[test]
fn a_deleted_task_goes_and_its_successor_has_another_arn() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    let deleted = story.call("DeleteReplicationTask", json!({ "ReplicationTaskArn": arn })).unwrap();
    assert_eq!(deleted["ReplicationTask"]["Status"], "deleting");
    assert_eq!(story.after(19.0).status(&arn), "deleting");
    story.after(1.0);
    let filter = json!({ "Filters": [{ "Name": "replication-task-id", "Values": ["nightly-copy"] }] });
    assert_eq!(story.refused("DescribeReplicationTasks", filter).0, "ResourceNotFoundFault");
    assert_ne!(story.task("full-load", Value::Null), arn);
}

#[test]
fn people_stop_and_delete_tasks_in_the_console() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0);
    story.dms.happen(story.now, Happening::StopTask { identifier: "Nightly-Copy".into() });
    assert_eq!(story.after(3.0).status(&arn), "stopping");
    assert_eq!(story.after(12.0).ending(&arn), "stopped: Stop Reason NORMAL");
    story.start(&arn, "resume-processing").unwrap();
    story.dms.happen(story.now, Happening::DeleteTask { identifier: arn.clone() });
    assert_eq!(story.after(3.0).status(&arn), "stopping");
    assert_eq!(story.after(12.0).status(&arn), "deleting");
    story.after(20.0);
    assert_eq!(story.dms.tasks().count(), 0);
}

#[test]
fn time_never_runs_backwards() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(130.0);
    let before = story.states(&arn);
    story.now = "1999-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(story.states(&arn), before);
    assert_eq!(story.status(&arn), "running");
}

#[test]
fn one_long_leap_and_many_small_steps_end_alike() {
    let run = |steps: u32| {
        let group = SourceTableGroup {
            schema_name: "s".into(),
            count: 30,
            load_seconds: 37.3,
            ..SourceTableGroup::default()
        };
        let mut scenario = Scenario { source_table_groups: vec![group], ..world() };
        scenario.source_tables.push(SourceTable::new("s", "broken", 900, 45.0).failing("bad", 300, None));
        scenario.troubles = vec![Trouble::after(60.0, What::Recover)];
        let mut story = Story::new(scenario);
        let arn = story.task("full-load", prepare("DO_NOTHING"));
        story.start(&arn, "start-replication").unwrap();
        for _ in 0..steps {
            story.after(600.0 / f64::from(steps));
        }
        let stats = story.see(&arn)["ReplicationTaskStats"].clone();
        let rows: Vec<u64> = story.dms.ledger().tables().map(|(_, table)| table.rows()).collect();
        let entries = story.dms.ledger().entries().to_vec();
        (stats, rows, entries)
    };
    assert_eq!(run(1), run(600));
}

#[test]
fn every_task_has_its_turn_when_its_time_comes_whatever_others_do() {
    // What falls due is kept in one list for all tasks: it must follow every change of every one of them.
    let mut story = Story::new(world());
    let arns: Vec<String> = ["a", "b", "c"]
        .map(|name| {
            let created =
                story.call("CreateReplicationTask", request(name, "full-load", Value::Null)).unwrap();
            created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned()
        })
        .to_vec();
    story.after(20.0);
    story.start(&arns[0], "start-replication").unwrap();
    story.start(&arns[2], "start-replication").unwrap();
    story.call("DeleteReplicationTask", json!({ "ReplicationTaskArn": arns[1] })).unwrap();
    story.after(25.0);
    assert_eq!(story.dms.tasks().map(|task| task.identifier()).collect::<Vec<_>>(), ["a", "c"]);
    story.stop(&arns[0]).unwrap();
    assert_eq!(story.after(15.0).ending(&arns[0]), "stopped: Stop Reason NORMAL");
    assert_eq!(story.after(190.0).ending(&arns[2]), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    story.call("ModifyReplicationTask", json!({ "ReplicationTaskArn": arns[2], "TaskData": "x" })).unwrap();
    assert_eq!(story.after(10.0).status(&arns[2]), "stopped");
}

#[test]
fn a_night_of_many_tasks_and_tables_costs_little() {
    // 100 tasks of 50 tables each, looked at 480 times: far more than any test needs. It takes a second or so without
    // optimisation; what it shows is that no call steps through the seconds between two looks.
    let group = SourceTableGroup {
        schema_name: "s".into(),
        count: 50,
        load_seconds: 600.0,
        ..SourceTableGroup::default()
    };
    let mut story = Story::new(Scenario { source_table_groups: vec![group], ..bare_world() });
    for number in 0..100 {
        story
            .call("CreateReplicationTask", request(&format!("t{number}"), "full-load", Value::Null))
            .unwrap();
    }
    story.after(20.0);
    let arns: Vec<String> = story.dms.tasks().map(|task| task.arn().to_owned()).collect();
    for arn in &arns {
        story.start(arn, "start-replication").unwrap();
    }
    for _ in 0..480 {
        story.after(10.0).call("DescribeReplicationTasks", json!({ "WithoutSettings": true })).unwrap();
    }
    for arn in &arns {
        assert_eq!(story.ending(arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    }
}
