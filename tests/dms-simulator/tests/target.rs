//! What becomes of the target's data, as the ledger tells it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{SOURCE, Story, TARGET, bare_world, prepare, world};
use dms_simulator::Scenario;
use dms_simulator::ledger::Change;
use dms_simulator::scenario::{ExistingTask, SourceTable, TargetTable, TaskState, Trouble, What};
use serde_json::{Value, json};

fn filled(scenario: Scenario) -> Scenario {
    let table = TargetTable {
        schema_name: "shop".into(),
        table_name: "orders".into(),
        rows: 77,
        ..TargetTable::default()
    };
    Scenario { target_tables: vec![table], ..scenario }
}

#[test]
fn a_first_load_treats_what_is_there_by_the_prep_mode() {
    for (settings, rows, by_hand, dropped, truncated) in [
        (Value::Null, 1000, 0, 1, 0),
        (prepare("DROP_AND_CREATE"), 1000, 0, 1, 0),
        (prepare("TRUNCATE_BEFORE_LOAD"), 1000, 0, 0, 1),
        (prepare("DO_NOTHING"), 1077, 77, 0, 0),
    ] {
        let mut story = Story::new(filled(world()));
        let arn = story.task("full-load", settings.clone());
        story.start(&arn, "start-replication").unwrap();
        story.after(300.0);
        let ledger = story.dms.ledger();
        let orders = ledger.table_in(TARGET, "shop", "orders").unwrap();
        assert_eq!(orders.rows(), rows, "{settings}");
        assert_eq!(
            (orders.rows_by_hand(), orders.rows_by_hand_lost()),
            (by_hand, 77 - by_hand),
            "{settings}"
        );
        assert_eq!((orders.times_dropped(), orders.times_truncated()), (dropped, truncated), "{settings}");
        let items = ledger.table("shop", "items").unwrap();
        assert_eq!(
            (items.rows(), items.times_dropped(), items.times_truncated()),
            (4000, 0, 0),
            "it was not there"
        );
        assert_eq!(ledger.rows_loaded_twice(), 0);
        assert!(ledger.table(SOURCE, "orders").is_none());
    }
}

#[test]
fn a_second_run_treats_what_the_first_brought_by_start_type_and_prep_mode() {
    // A run is stopped in the middle (orders loaded, items half loaded), then started again to its end.
    for (mode, start_type, doubled, destroyed, loaded) in [
        ("DO_NOTHING", "resume-processing", 2000, 0, 7000),
        ("TRUNCATE_BEFORE_LOAD", "resume-processing", 0, 2000, 7000),
        ("DROP_AND_CREATE", "resume-processing", 0, 2000, 7000),
        ("DO_NOTHING", "reload-target", 3000, 0, 8000),
        ("TRUNCATE_BEFORE_LOAD", "reload-target", 0, 3000, 8000),
        ("DROP_AND_CREATE", "reload-target", 0, 3000, 8000),
    ] {
        let case = format!("{start_type} under {mode}");
        let mut story = Story::new(world());
        let arn = story.task("full-load", prepare(mode));
        story.start(&arn, "start-replication").unwrap();
        story.after(130.0).stop(&arn).unwrap();
        assert_eq!(story.dms.ledger().rows(), 3000, "{case}: the half stays");
        story.after(20.0).start(&arn, start_type).unwrap();
        story.after(300.0);
        let ledger = story.dms.ledger();
        assert_eq!(ledger.rows_loaded_twice(), doubled, "{case}");
        assert_eq!(ledger.rows_destroyed(), destroyed, "{case}");
        assert_eq!(ledger.rows(), 5000 + doubled, "{case}");
        assert_eq!(ledger.tables().map(|(_, table)| table.rows_loaded()).sum::<u64>(), loaded, "{case}");
        let doubled_now: u64 = ledger.tables().map(|(_, table)| table.rows_doubled()).sum();
        assert_eq!(doubled_now, doubled, "{case}");
    }
}

#[test]
fn a_reload_of_one_table_prepares_and_loads_only_that_one() {
    for (mode, doubled, destroyed) in [("TRUNCATE_BEFORE_LOAD", 0, 1000), ("DO_NOTHING", 1000, 0)] {
        let mut story = Story::new(world());
        let arn = story.task("full-load-and-cdc", prepare(mode));
        story.start(&arn, "start-replication").unwrap();
        story.after(300.0);
        let reload = json!({ "ReplicationTaskArn": arn,
                             "TablesToReload": [{ "SchemaName": "shop", "TableName": "orders" }] });
        story.call("ReloadTables", reload.clone()).unwrap();
        assert_eq!(
            story.after(50.0).states(&arn),
            ["orders: Table is being reloaded (500)", "items: Table completed (4000)"]
        );
        assert_eq!(story.refused("ReloadTables", reload.clone()).0, "InvalidResourceStateFault");
        story.after(50.0);
        assert_eq!(story.states(&arn)[0], "orders: Table completed (1000)");
        assert_eq!(story.tables(&arn)[0]["FullLoadReloaded"], true);
        assert_eq!(story.status(&arn), "running");
        assert_eq!(
            (story.dms.ledger().rows_loaded_twice(), story.dms.ledger().rows_destroyed()),
            (doubled, destroyed)
        );
        story.stop(&arn).unwrap();
        assert_eq!(story.after(20.0).refused("ReloadTables", reload).0, "InvalidResourceStateFault");
    }
}

#[test]
fn an_errored_table_keeps_what_had_arrived() {
    let mut scenario = bare_world();
    scenario.source_tables.push(SourceTable::new("s", "t", 100, 10.0).failing("bad", 40, Some(1)));
    let mut story = Story::new(scenario);
    let arn = story.task("full-load", prepare("DO_NOTHING"));
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0).start(&arn, "resume-processing").unwrap();
    story.after(60.0);
    let table = story.dms.ledger().table("s", "t").unwrap();
    assert_eq!((table.rows(), table.rows_loaded_twice(), table.times_loaded()), (140, 40, 1));
}

#[test]
fn the_ledger_tells_what_happened_in_order() {
    let mut story = Story::new(bare_world().with_table("s", "t", 10, 10.0));
    let arn = story.task("full-load", Value::Null);
    story.fill("s", "t", 5);
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0).start(&arn, "reload-target").unwrap();
    story.after(35.0).stop(&arn).unwrap();
    let told: Vec<_> = story.dms.ledger().entries().iter().map(|entry| entry.what.clone()).collect();
    assert_eq!(
        told,
        [
            Change::FilledByHand { rows: 5 },
            Change::Dropped { rows: 5 },
            Change::LoadBegan,
            Change::LoadEnded { rows: 10, complete: true },
            Change::Dropped { rows: 10 },
            Change::LoadBegan,
            Change::LoadEnded { rows: 5, complete: false },
        ]
    );
    let first = &story.dms.ledger().entries()[1];
    assert_eq!(first.at.to_string(), "2026-03-01T22:00:50Z");
    assert_eq!(first.task_arn.as_deref(), Some(arn.as_str()));
}

#[test]
fn a_recovered_load_begins_again_from_the_first_row() {
    let mut story = Story::new(world().with_trouble(Trouble::after(80.0, What::Recover)));
    let arn = story.task("full-load", prepare("TRUNCATE_BEFORE_LOAD"));
    story.start(&arn, "start-replication").unwrap();
    story.after(600.0);
    let orders = story.dms.ledger().table("shop", "orders").unwrap();
    assert_eq!((orders.rows(), orders.times_load_begun(), orders.rows_destroyed()), (1000, 2, 500));
}

#[test]
fn the_ledger_says_the_same_however_often_it_is_asked() {
    // Two tasks load the same tables at the same time; the second drops, half way, what the first has brought.
    let run = |looks: u32, ask: bool| {
        let mut story = Story::new(world());
        let first = story.task("full-load", Value::Null);
        let created =
            story.call("CreateReplicationTask", common::request("second", "full-load", Value::Null)).unwrap();
        let second = created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned();
        story.after(20.0).start(&first, "start-replication").unwrap();
        story.after(50.0).start(&second, "start-replication").unwrap();
        for _ in 0..looks {
            story.after(300.0 / f64::from(looks));
            if ask {
                story.dms.ledger().rows();
            }
        }
        let ledger = story.dms.ledger();
        let tables: Vec<_> = ledger.tables().map(|(_, table)| table.clone()).collect();
        (tables, ledger.entries().to_vec(), ledger.rows_loaded_twice(), ledger.rows_destroyed())
    };
    let seldom = run(1, false);
    // 50 s of the first load are gone; what it brought since is there twice.
    assert_eq!((seldom.2, seldom.3), (500 + 3000, 500 + 1000));
    assert_eq!(run(300, false), seldom);
    assert_eq!(run(300, true), seldom);
}

#[test]
fn rows_are_in_the_ledger_as_they_arrive() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    for (after, rows) in [(30.0, 0), (10.0, 300), (0.0, 300), (90.0, 3000), (100.0, 5000)] {
        story.after(after);
        assert_eq!(story.dms.ledger().rows(), rows, "{after}");
        assert_eq!(story.dms.ledger().rows(), rows, "asked twice");
    }
}

#[test]
fn tasks_that_somebody_else_keeps_come_with_their_history() {
    let existing = |state: TaskState, migration_type: &str| ExistingTask {
        replication_task_arn: Some("arn:aws:dms:eu-central-1:123456789012:task:KEPT".into()),
        replication_task_identifier: "Kept".into(),
        source_endpoint_arn: SOURCE.into(),
        target_endpoint_arn: TARGET.into(),
        replication_instance_arn: common::INSTANCE.into(),
        migration_type: migration_type.into(),
        state,
        ..ExistingTask::default()
    };
    for (state, migration_type, ending, rows, starts) in [
        (TaskState::NeverRun, "full-load", "ready: -", 0, 0),
        (TaskState::Loaded, "full-load", "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED", 5000, 1),
        (TaskState::Loaded, "full-load-and-cdc", "stopped: Stop Reason NORMAL", 5000, 1),
        (TaskState::StoppedHalfWay, "full-load", "stopped: Stop Reason NORMAL", 3000, 1),
        (TaskState::Loading, "full-load", "running: -", 3000, 1),
        (TaskState::Replicating, "full-load-and-cdc", "running: -", 5000, 1),
        (TaskState::Replicating, "cdc", "running: -", 0, 1),
        (
            TaskState::FailedHalfWay,
            "full-load",
            "failed: Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL",
            3000,
            1,
        ),
    ] {
        let mut scenario = world().with_trouble(Trouble::after(90.0, What::Fail).on_start(1));
        scenario.tasks.push(existing(state, migration_type));
        let mut story = Story::new(scenario);
        let case = format!("{state:?} {migration_type}");
        let arn = "arn:aws:dms:eu-central-1:123456789012:task:KEPT";
        assert_eq!(story.ending(arn), ending, "{case}");
        assert_eq!(story.dms.ledger().rows(), rows, "{case}");
        assert_eq!(story.dms.task("kept").unwrap().starts().len(), starts, "{case}");
        let age = story.now.duration_since("2026-03-01T00:00:00Z".parse().unwrap());
        assert!(
            age.is_positive() && story.see(arn)["ReplicationTaskCreationDate"].as_f64() > Some(1.7e9),
            "{case}"
        );
    }
}
