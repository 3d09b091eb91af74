//! How far behind replication is, as CloudWatch would tell it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{Story, world};
use dms_simulator::scenario::{ExistingTask, Lag, LagSpan, LagSpike, TaskState, Trouble, What};
use dms_simulator::{LagPoint, Scenario};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn with(lag: Lag) -> Scenario {
    Scenario { lag, ..world() }
}

fn at(time: &str) -> Timestamp {
    format!("2026-03-01T{time}:00Z").parse().unwrap()
}

fn seen(story: &mut Story, arn: &str) -> Vec<LagPoint> {
    story.dms.lag(story.now, arn, Timestamp::UNIX_EPOCH, Timestamp::MAX)
}

/// The seconds of lag in all, point by point, as far as they are shown by now.
fn course(story: &mut Story, arn: &str) -> Vec<f64> {
    seen(story, arn).iter().map(|point| point.target).collect()
}

/// A story whose task has replicated since 22:01:00 sharp.
fn replicating(scenario: Scenario) -> (Story, String) {
    let mut story = Story::new(scenario);
    let arn = story.task("cdc", Value::Null);
    story.after(10.0).start(&arn, "start-replication").unwrap();
    story.after(30.0);
    assert_eq!(story.status(&arn), "running");
    (story, arn)
}

#[test]
fn a_task_catches_up_to_its_floor_a_point_each_minute() {
    let lag = Lag {
        behind_seconds: 100.0,
        catch_up_per_second: 0.5,
        floor_seconds: 8.0,
        source_share: 0.25,
        ..Lag::default()
    };
    let (mut story, arn) = replicating(with(lag));
    assert_eq!(seen(&mut story, &arn), [], "the first point is a minute late");
    story.after(60.0);
    assert_eq!(seen(&mut story, &arn), [LagPoint { at: at("22:01"), source: 25.0, target: 100.0 }]);
    story.after(240.0);
    assert_eq!(course(&mut story, &arn), [100.0, 70.0, 40.0, 10.0, 8.0]);
    let minutes: Vec<Timestamp> = seen(&mut story, &arn).iter().map(|point| point.at).collect();
    assert_eq!(minutes, ["22:01", "22:02", "22:03", "22:04", "22:05"].map(at));
    let some = story.dms.lag(story.now, "nightly-copy", at("22:02"), at("22:04"));
    assert_eq!(some.iter().map(|point| point.at).collect::<Vec<_>>(), ["22:02", "22:03"].map(at));
}

#[test]
fn without_a_word_in_the_scenario_a_task_is_never_behind() {
    let (mut story, arn) = replicating(world());
    story.after(120.0);
    assert_eq!(course(&mut story, &arn), [0.0, 0.0]);
}

#[test]
fn the_metrics_are_there_only_while_a_task_replicates() {
    // Started at 22:00:20, running at 22:00:50; the load lasts until 22:04:10, the stop comes at 22:08:20.
    for (migration_type, first, count) in
        [("full-load", None, 0), ("full-load-and-cdc", Some("22:05"), 4), ("cdc", Some("22:01"), 8)]
    {
        let mut story = Story::new(world());
        let arn = story.task(migration_type, Value::Null);
        story.start(&arn, "start-replication").unwrap();
        story.after(480.0);
        if migration_type != "full-load" {
            story.stop(&arn).unwrap();
        }
        story.after(3600.0);
        let points = seen(&mut story, &arn);
        assert_eq!(points.first().map(|point| point.at), first.map(at), "{migration_type}");
        assert_eq!(points.len(), count, "{migration_type}");
        if migration_type == "full-load" {
            continue;
        }
        story.start(&arn, "resume-processing").unwrap();
        story.after(150.0);
        let resumed = &seen(&mut story, &arn)[count..];
        assert_eq!(resumed.len(), 1, "{migration_type}: they begin again with the replication, {resumed:?}");
    }
}

#[test]
fn each_start_begins_as_far_behind_as_the_scenario_says() {
    let (mut story, arn) =
        replicating(with(Lag { behind_seconds: 60.0, catch_up_per_second: 1.0, ..Lag::default() }));
    story.after(180.0).stop(&arn).unwrap();
    story.after(30.0).start(&arn, "resume-processing").unwrap();
    story.after(30.0 + 120.0);
    assert_eq!(course(&mut story, &arn), [60.0, 0.0, 0.0, 60.0, 0.0], "stopped at 22:04, on again at 22:05");
}

#[test]
fn the_lag_grows_in_an_open_transaction_and_falls_again() {
    let spikes = vec![
        LagSpike { after_seconds: 120.0, for_seconds: 120.0, to_seconds: 200.0 },
        LagSpike { after_seconds: 600.0, for_seconds: 60.0, to_seconds: 1.0 },
    ];
    let lag =
        Lag { behind_seconds: 20.0, catch_up_per_second: 1.0, floor_seconds: 4.0, spikes, ..Lag::default() };
    let (mut story, arn) = replicating(with(lag));
    story.after(780.0);
    assert_eq!(
        course(&mut story, &arn),
        [20.0, 4.0, 4.0, 102.0, 200.0, 140.0, 80.0, 20.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    );
}

#[test]
fn in_a_gap_there_is_no_point_at_all() {
    let gaps = vec![LagSpan { after_seconds: 60.0, for_seconds: 120.0 }];
    let (mut story, arn) = replicating(with(Lag { gaps, ..Lag::default() }));
    story.after(300.0);
    let minutes: Vec<Timestamp> = seen(&mut story, &arn).iter().map(|point| point.at).collect();
    assert_eq!(minutes, ["22:01", "22:04", "22:05"].map(at));
}

#[test]
fn points_come_as_late_as_the_scenario_says() {
    for (delay_seconds, shown) in [(0.0, 4), (60.0, 3), (150.0, 1)] {
        let (mut story, arn) = replicating(with(Lag { delay_seconds, ..Lag::default() }));
        story.after(180.0);
        assert_eq!(seen(&mut story, &arn).len(), shown, "{delay_seconds}");
    }
}

#[test]
fn the_lag_grows_while_nothing_moves() {
    // From two minutes after the replication began: for ever, for two minutes of recovery, for two of a pause.
    for (what, course_then) in [
        (What::Stall, [0.0, 0.0, 0.0, 60.0, 120.0, 180.0, 240.0]),
        (What::Recover, [0.0, 0.0, 0.0, 60.0, 120.0, 60.0, 0.0]),
        (What::PauseReading, [0.0, 0.0, 0.0, 60.0, 120.0, 60.0, 0.0]),
    ] {
        let trouble = Trouble { attempts: Some(24), for_seconds: Some(120.0), ..Trouble::after(150.0, what) };
        let mut scenario = with(Lag { catch_up_per_second: 1.0, ..Lag::default() }).with_trouble(trouble);
        scenario.source_tables[0].inserts_per_second = 1.0;
        let (mut story, arn) = replicating(scenario);
        story.after(420.0);
        assert_eq!(course(&mut story, &arn), course_then, "{what:?}");
        assert_eq!(story.status(&arn), "running", "{what:?}");
        let inserts = if what == What::Stall { 120 } else { 300 };
        assert_eq!(story.tables(&arn)[0]["Inserts"], inserts, "{what:?}");
    }
}

#[test]
fn a_table_that_is_loaded_again_does_not_end_a_pause_nor_prolong_a_recovery() {
    // Replicating since 22:04:10; the reload of `orders` lasts from 22:06:20 to 22:08:00, the halt from 22:06:50 to
    // 22:11:50 or, when DMS recovers, to 22:07:50, whence the reload begins again.
    for (what, attempts, expected) in [
        (What::PauseReading, 0, [0.0, 0.0, 10.0, 70.0, 130.0, 190.0, 250.0, 290.0]),
        (What::Recover, 12, [0.0, 0.0, 10.0, 50.0, 0.0, 0.0, 0.0, 0.0]),
    ] {
        let trouble =
            Trouble { for_seconds: Some(300.0), attempts: Some(attempts), ..Trouble::after(390.0, what) };
        let lag = Lag { catch_up_per_second: 1.0, ..Lag::default() };
        let mut story = Story::new(with(lag).with_trouble(trouble));
        let arn = story.task("full-load-and-cdc", Value::Null);
        story.start(&arn, "start-replication").unwrap();
        let reload = json!({ "ReplicationTaskArn": arn,
                             "TablesToReload": [{ "SchemaName": "shop", "TableName": "orders" }] });
        story.after(360.0).call("ReloadTables", reload).unwrap();
        story.after(400.0);
        assert_eq!(story.states(&arn)[0], "orders: Table completed (1000)", "{what:?}");
        assert_eq!(course(&mut story, &arn)[..], expected, "{what:?}");
    }
}

#[test]
fn a_pause_means_nothing_to_a_task_that_only_loads() {
    let mut story = Story::new(world().with_trouble(Trouble::after(60.0, What::PauseReading)));
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    assert_eq!(story.after(230.0).ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
}

#[test]
fn the_two_dimensions_must_belong_together() {
    let (mut story, arn) = replicating(world());
    story.after(60.0);
    let tail = arn.rsplit(':').next().unwrap().to_owned();
    let now = story.now;
    let from = now - SignedDuration::from_hours(1);
    for (instance, task, points) in [
        ("nightly", tail.as_str(), 1),
        ("nightly", "nightly-copy", 0),
        ("nightly", arn.as_str(), 0),
        (common::INSTANCE, tail.as_str(), 0),
        ("daily", tail.as_str(), 0),
    ] {
        assert_eq!(story.dms.lag_of(now, instance, task, from, now).len(), points, "{instance} {task}");
    }
    assert_eq!(story.dms.lag(now, &tail, from, now).len(), 1);
    assert_eq!(story.dms.lag(now, "nobody", from, now), []);
}

#[test]
fn a_task_that_replicated_before_the_story_has_its_points() {
    let mut scenario = with(Lag { behind_seconds: 7200.0, catch_up_per_second: 1.0, ..Lag::default() });
    scenario.tasks.push(ExistingTask {
        replication_task_identifier: "kept".into(),
        source_endpoint_arn: common::SOURCE.into(),
        target_endpoint_arn: common::TARGET.into(),
        replication_instance_arn: common::INSTANCE.into(),
        migration_type: "full-load-and-cdc".into(),
        state: TaskState::Replicating,
        ..ExistingTask::default()
    });
    let mut story = Story::new(scenario);
    let points = seen(&mut story, "kept");
    assert_eq!(points.first().map(|point| point.at), Some(at("21:00")));
    let last = points.last().unwrap();
    assert_eq!((last.at, last.target), (at("21:59"), 3660.0));
}

#[test]
fn a_lag_section_is_read_from_json() {
    let text =
        json!({ "Lag": { "BehindSeconds": 9, "CatchUpPerSecond": 2, "FloorSeconds": 1, "SourceShare": 1,
        "Spikes": [{ "AfterSeconds": 1, "ForSeconds": 2, "ToSeconds": 3 }],
        "Gaps": [{ "AfterSeconds": 4, "ForSeconds": 5 }], "DelaySeconds": 6 } })
        .to_string();
    let lag = Scenario::from_json(&text).unwrap().lag;
    assert_eq!((lag.behind_seconds, lag.delay_seconds, lag.spikes[0].to_seconds), (9.0, 6.0, 3.0));
    assert_eq!(lag.gaps, [LagSpan { after_seconds: 4.0, for_seconds: 5.0 }]);
}
