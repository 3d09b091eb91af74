//! What is different from night to night: sources, loads that lose rows, suspended tables, tasks with a history.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{INSTANCE, SOURCE, Story, TARGET, prepare, world};
use dms_simulator::Scenario;
use dms_simulator::scenario::{
    ExistingTableState, ExistingTask, SourceChange, SourceTable, TaskState, Trouble, What,
};
use serde_json::{Value, json};

const DAY: f64 = 86_400.0;

#[test]
fn a_source_has_other_rows_each_night_and_a_load_may_lose_some() {
    let mut scenario = world();
    let change = |from_seconds: f64| SourceChange { from_seconds, ..SourceChange::default() };
    let table = scenario.source_tables.remove(0);
    scenario.source_tables.insert(
        0,
        table
            .changing(SourceChange { rows: Some(1500), load_seconds: Some(50.0), ..change(DAY / 2.0) })
            .changing(SourceChange { lost_rows: Some(1480), ..change(1.5 * DAY) })
            .changing(SourceChange { rows: Some(1600), lost_rows: Some(0), ..change(2.5 * DAY) }),
    );
    let mut story = Story::new(scenario);
    let arn = story.task("full-load", prepare("TRUNCATE_BEFORE_LOAD"));
    let mut nights = Vec::new();
    for night in 0..4 {
        story.start(&arn, if night == 0 { "start-replication" } else { "reload-target" }).unwrap();
        story.after(55.0);
        let half_way = story.states(&arn)[0].clone();
        story.after(DAY - 55.0);
        assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
        nights.push((
            half_way,
            story.states(&arn)[0].clone(),
            story.dms.ledger().table("shop", "orders").unwrap().rows(),
        ));
    }
    let shown = |half: &str, whole: &str, rows| (format!("orders: {half}"), format!("orders: {whole}"), rows);
    assert_eq!(
        nights,
        [
            shown("Full load (250)", "Table completed (1000)", 1000),
            shown("Full load (750)", "Table completed (1500)", 1500),
            shown("Full load (10)", "Table completed (20)", 20),
            shown("Full load (800)", "Table completed (1600)", 1600),
        ]
    );
}

#[test]
fn a_table_is_suspended_while_the_others_are_replicated_and_a_reload_brings_it_back() {
    for migration_type in ["cdc", "full-load-and-cdc"] {
        let mut scenario = world().with_trouble(Trouble {
            table_name: Some("orders".into()),
            ..Trouble::after(600.0, What::SuspendTable).on_start(1)
        });
        for table in &mut scenario.source_tables {
            table.inserts_per_second = 1.0;
        }
        let mut story = Story::new(scenario);
        let arn = story.task(migration_type, Value::Null);
        story.start(&arn, "start-replication").unwrap();
        let seen = |story: &mut Story| -> Vec<(String, u64)> {
            let tables = story.tables(&arn);
            tables
                .iter()
                .map(|it| (it["TableState"].as_str().unwrap().to_owned(), it["Inserts"].as_u64().unwrap()))
                .collect()
        };
        story.after(599.0);
        let before = seen(&mut story);
        story.after(101.0);
        let after = seen(&mut story);
        assert_eq!(before[0].0, "Table completed");
        assert_eq!(after[0], ("Table error".to_owned(), before[0].1 + 1), "{migration_type}");
        assert_eq!(after[1], ("Table completed".to_owned(), before[1].1 + 101), "{migration_type}");
        assert_eq!(story.status(&arn), "running");
        story.stop(&arn).unwrap();
        story.after(20.0).start(&arn, "resume-processing").unwrap();
        story.after(60.0);
        assert_eq!(seen(&mut story)[0], after[0], "{migration_type}: a resume does not bring it back");
        if migration_type == "full-load-and-cdc" {
            let tables = json!([{ "SchemaName": "shop", "TableName": "orders" }]);
            story
                .call("ReloadTables", json!({ "ReplicationTaskArn": arn, "TablesToReload": tables }))
                .unwrap();
            story.after(160.0);
            assert_eq!(seen(&mut story)[0], ("Table completed".to_owned(), after[0].1 + 60));
        }
    }
}

#[test]
fn a_suspension_fails_the_task_where_its_policy_says_so_and_spares_a_table_in_its_load() {
    let strict = json!({ "ErrorBehavior": { "TableErrorPolicy": "STOP_TASK" } });
    let suspended = |after: f64| world().with_trouble(Trouble::after(after, What::SuspendTable));
    for (after, settings, status, state) in [
        (600.0, strict.clone(), "failed", "orders: Table error (1000)"),
        (600.0, Value::Null, "running", "orders: Table error (1000)"),
        (100.0, strict, "running", "orders: Table completed (1000)"),
    ] {
        let mut story = Story::new(suspended(after));
        let arn = story.task("full-load-and-cdc", settings);
        story.start(&arn, "start-replication").unwrap();
        assert_eq!(story.after(700.0).status(&arn), status, "{after}");
        assert_eq!(story.states(&arn)[0], state, "{after}");
    }
}

#[test]
fn a_task_begins_with_the_reason_the_states_and_the_text_that_the_scenario_gives() {
    let table = |name: &str, state: &str| ExistingTableState {
        schema_name: "shop".into(),
        table_name: name.into(),
        table_state: state.into(),
    };
    let existing = |name: &str, state: TaskState| ExistingTask {
        replication_task_identifier: name.into(),
        source_endpoint_arn: SOURCE.into(),
        target_endpoint_arn: TARGET.into(),
        replication_instance_arn: INSTANCE.into(),
        state,
        ..ExistingTask::default()
    };
    let low = ExistingTask {
        stop_reason: Some("STOPPED_DUE_TO_LOW_MEMORY".into()),
        table_states: vec![table("orders", "Table error"), table("items", "Table is in a new state")],
        ..existing("low", TaskState::Loaded)
    };
    let failed = ExistingTask {
        last_failure_message: Some("Last Error gone. Stop Reason FATAL_ERROR Error Level FATAL".into()),
        ..existing("failed", TaskState::FailedHalfWay)
    };
    let mut story = Story::new(Scenario { tasks: vec![low, failed], ..world() });
    story.dms.advance(story.now);
    let arn = |story: &Story, name: &str| story.dms.task(name).unwrap().arn().to_owned();
    let low = arn(&story, "low");
    assert_eq!(story.ending(&low), "stopped: Stop Reason STOPPED_DUE_TO_LOW_MEMORY");
    assert_eq!(story.states(&low), ["orders: Table error (1000)", "items: Table is in a new state (4000)"]);
    assert_eq!(story.see(&low)["ReplicationTaskStats"]["TablesErrored"], 1);
    let failed = arn(&story, "failed");
    assert_eq!(story.ending(&failed), "failed: Last Error gone. Stop Reason FATAL_ERROR Error Level FATAL");

    let wrong = Scenario {
        tasks: vec![
            ExistingTask { stop_reason: Some("NORMAL".into()), ..existing("a", TaskState::Replicating) },
            ExistingTask {
                table_states: vec![table("t", "Table error")],
                ..existing("b", TaskState::NeverRun)
            },
        ],
        ..world()
    };
    assert_eq!(
        wrong.contradictions(),
        [
            "Tasks gives a a StopReason, and its State has no end",
            "Tasks gives b TableStates, and it has never run"
        ]
    );
    let source = SourceTable::new("s", "t", 1, 1.0).changing(SourceChange::default());
    let written =
        serde_json::to_string(&Scenario { source_tables: vec![source], ..Scenario::default() }).unwrap();
    assert!(Scenario::from_json(&written).is_ok(), "{written}");
}
