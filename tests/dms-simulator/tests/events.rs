//! The events that DMS sends about tasks, and how badly they may be delivered.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{Story, bare_world, world};
use dms_simulator::Scenario;
use dms_simulator::scenario::{EventNumbers, Events, ExistingTask, SourceTable, TaskState, Trouble, What};
use serde_json::{Value, json};

fn with(events: Events) -> Scenario {
    Scenario { events, ..world() }
}

/// The last part of each event's type, as far as they have come since the last look.
fn told(story: &mut Story) -> Vec<String> {
    let short = |event: &Value| {
        let kind = event["detail"]["eventType"].as_str().unwrap();
        kind.trim_start_matches("REPLICATION_TASK_").to_owned()
    };
    story.dms.events(story.now).iter().map(short).collect()
}

/// Creates, runs, stops half way and deletes a task: four events.
fn short_life(story: &mut Story) {
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0).stop(&arn).unwrap();
    story.after(20.0).call("DeleteReplicationTask", json!({ "ReplicationTaskArn": arn })).unwrap();
    story.after(20.0);
}

#[test]
fn an_event_has_the_shape_that_eventbridge_hands_over() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(30.5);
    let events = story.dms.events(story.now);
    assert_eq!(events.len(), 2);
    let mut started = events[1].clone();
    let id = started["id"].take();
    assert_eq!(id.as_str().map(str::len), Some(36));
    assert_ne!(id, events[0]["id"]);
    let link = "https://console.aws.amazon.com/dms/v2/home?region=eu-central-1#taskDetails/nightly-copy";
    assert_eq!(
        started,
        json!({
            "version": "0", "id": null, "detail-type": "DMS Replication Task State Change",
            "source": "aws.dms", "account": "123456789012", "time": "2026-03-01T22:00:50Z",
            "region": "eu-central-1", "resources": [arn],
            "detail": {
                "type": "REPLICATION_TASK", "category": "StateChange", "eventType": "REPLICATION_TASK_STARTED",
                "eventId": "DMS-EVENT-0069", "resourceLink": link,
                "detailMessage": "Replication task started, with flag = fresh start",
            },
        })
    );
    assert_eq!(story.dms.events(story.now), [] as [Value; 0], "each is handed over once");
}

#[test]
fn every_turn_of_a_task_is_told_in_dmss_words() {
    let mut scenario = world()
        .with_trouble(
            Trouble { for_seconds: Some(60.0), ..Trouble::after(300.0, What::PauseReading) }.on_start(1),
        )
        .with_trouble(Trouble::after(90.0, What::Fail).on_start(3).with_message("Last Error Boom"));
    scenario.source_tables[1].load_seconds = 100.0;
    let mut story = Story::new(scenario);
    let arn = story.task("full-load-and-cdc", Value::Null);
    let task = json!({ "ReplicationTaskArn": arn });
    let modify = json!({ "ReplicationTaskArn": arn, "TaskData": "x" });
    story.call("ModifyReplicationTask", modify).unwrap();
    story.after(10.0).start(&arn, "start-replication").unwrap();
    let reload = json!({ "ReplicationTaskArn": arn,
                         "TablesToReload": [{ "SchemaName": "shop", "TableName": "orders" }] });
    story.after(200.0).call("ReloadTables", reload).unwrap();
    story.after(200.0).stop(&arn).unwrap();
    story.after(20.0).start(&arn, "resume-processing").unwrap();
    story.after(60.0).stop(&arn).unwrap();
    story.after(20.0).start(&arn, "reload-target").unwrap();
    story.after(100.0).call("DeleteReplicationTask", task).unwrap();
    story.after(20.0);
    let told: Vec<String> = story
        .dms
        .events(story.now)
        .iter()
        .map(|event| {
            let detail = &event["detail"];
            let word = |name: &str| detail[name].as_str().unwrap().to_owned();
            format!("{} {}: {}", &word("eventId")[10..], word("category"), word("detailMessage"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "0074 Creation: Replication task has been created.",
            "0080 ConfigurationChange: Replication task has been modified.",
            "0069 StateChange: Replication task started, with flag = fresh start",
            "0081 StateChange: Reload of table details has been requested.",
            "0091 StateChange: Reading paused, swap files limit reached.",
            "0093 StateChange: Reading resumed.",
            "0079 StateChange: Replication task has stopped. Stop Reason NORMAL.",
            "0069 StateChange: Replication task started, with flag = resume",
            "0079 StateChange: Replication task has stopped. Stop Reason NORMAL.",
            "0069 StateChange: Replication task started, with flag = reload",
            "0078 Failure: Replication task has failed.\nReason: Last Error Boom.",
            "0073 Deletion: Replication task has been deleted.",
        ]
    );
}

#[test]
fn a_stop_is_told_whatever_ended_the_task() {
    for (table_errors_are_failures, event_id) in [(false, "DMS-EVENT-0079"), (true, "DMS-EVENT-0078")] {
        let events = Events { table_errors_are_failures, ..Events::default() };
        let mut scenario = Scenario { events, ..bare_world() };
        scenario.source_tables.push(SourceTable::new("s", "t", 10, 10.0).failing("bad", 0, None));
        let mut story = Story::new(scenario);
        let arn = story.task("full-load", Value::Null);
        story.start(&arn, "start-replication").unwrap();
        story.after(60.0);
        let last = story.dms.events(story.now).pop().unwrap();
        assert_eq!(last["detail"]["eventId"], event_id);
        assert!(last["detail"]["detailMessage"].as_str().unwrap().contains("FULL_LOAD_ONLY_FINISHED"));
        assert_eq!(story.ending(&arn), "stopped: Stop Reason FULL_LOAD_ONLY_FINISHED");
    }
}

#[test]
fn events_are_lost_doubled_and_swapped_by_their_number() {
    let whole = ["CREATED", "STARTED", "STOPPED", "DELETED"];
    for (events, expected) in [
        (Events::default(), whole.to_vec()),
        (Events { lose: EventNumbers::every(2), ..Events::default() }, vec!["CREATED", "STOPPED"]),
        (Events { lose: EventNumbers::of([1, 4]), ..Events::default() }, vec!["STARTED", "STOPPED"]),
        (
            Events { double: EventNumbers::of([3]), ..Events::default() },
            vec!["CREATED", "STARTED", "STOPPED", "STOPPED", "DELETED"],
        ),
        (
            Events { out_of_order: EventNumbers::of([2]), ..Events::default() },
            vec!["CREATED", "STOPPED", "STARTED", "DELETED"],
        ),
        (
            Events { out_of_order: EventNumbers::of([2, 3]), ..Events::default() },
            vec!["CREATED", "DELETED", "STOPPED", "STARTED"],
        ),
        (
            Events { out_of_order: EventNumbers::of([4]), ..Events::default() },
            vec!["CREATED", "STARTED", "STOPPED"],
        ),
        (
            Events { lose: EventNumbers::of([3]), out_of_order: EventNumbers::of([2]), ..Events::default() },
            vec!["CREATED", "STARTED", "DELETED"],
        ),
    ] {
        let mut story = Story::new(with(events.clone()));
        short_life(&mut story);
        assert_eq!(told(&mut story), expected, "{events:?}");
    }
}

#[test]
fn a_doubled_event_has_the_same_id_and_the_same_seed_the_same_events() {
    let run = || {
        let mut story = Story::new(with(Events { double: EventNumbers::every(1), ..Events::default() }));
        short_life(&mut story);
        story.dms.events(story.now)
    };
    let events = run();
    assert_eq!(events.len(), 8);
    assert_eq!(events[0], events[1]);
    assert_ne!(events[1]["id"], events[2]["id"]);
    assert_eq!(events, run());
}

#[test]
fn a_delayed_event_comes_that_much_later_and_tells_when_it_was_sent() {
    let mut story = Story::new(with(Events { delay_seconds: 90.0, ..Events::default() }));
    story.task("full-load", Value::Null);
    assert_eq!(told(story.after(89.0)), [""; 0]);
    story.after(1.0);
    let events = story.dms.events(story.now);
    assert_eq!(events[0]["time"], "2026-03-01T22:00:20Z");
}

#[test]
fn events_of_other_tasks_do_not_push_one_along() {
    let mut story = Story::new(with(Events { out_of_order: EventNumbers::of([1]), ..Events::default() }));
    story.task("full-load", Value::Null);
    story.call("CreateReplicationTask", common::request("other", "full-load", Value::Null)).unwrap();
    story.after(20.0);
    let events = story.dms.events(story.now);
    assert_eq!(events.len(), 1);
    assert!(events[0]["detail"]["resourceLink"].as_str().unwrap().ends_with("/other"));
}

#[test]
fn what_was_before_the_story_is_not_told() {
    let mut scenario = with(Events { lose: EventNumbers::of([1]), ..Events::default() });
    scenario.tasks.push(ExistingTask {
        replication_task_identifier: "kept".into(),
        source_endpoint_arn: common::SOURCE.into(),
        target_endpoint_arn: common::TARGET.into(),
        replication_instance_arn: common::INSTANCE.into(),
        state: TaskState::Loading,
        ..ExistingTask::default()
    });
    let mut story = Story::new(scenario);
    assert_eq!(told(story.after(0.0)), [""; 0]);
    story.task("full-load", Value::Null);
    assert_eq!(told(&mut story), [""; 0], "the first one of the story is lost");
    assert_eq!(told(story.after(300.0)), ["STOPPED"]);
}
