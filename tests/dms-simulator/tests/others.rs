//! What people, Terraform and the world do while somebody works with DMS.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{INSTANCE, SOURCE, Story, bare_world, everything, world};
use dms_simulator::scenario::{Behaviour, Durations, ExistingTask, Tag, TaskState};
use dms_simulator::{Happening, Scenario, StartType};
use serde_json::{Value, json};

const STATE: &str = "InvalidResourceStateFault";
const OTHER: &str = "arn:aws:dms:eu-central-1:123456789012:rep:OTHER";

fn existing(state: TaskState) -> ExistingTask {
    ExistingTask {
        replication_task_identifier: "kept".into(),
        source_endpoint_arn: SOURCE.into(),
        target_endpoint_arn: common::TARGET.into(),
        replication_instance_arn: INSTANCE.into(),
        state,
        ..ExistingTask::default()
    }
}

#[test]
fn a_scenario_starts_modifies_and_moves_tasks_when_it_says() {
    let text = json!({
        "Happenings": [
            { "AtSeconds": 1000, "What": { "MoveTask": { "Task": "renamed", "ReplicationInstanceArn": OTHER,
                                                          "Seconds": 60, "Succeeds": true } } },
            { "AtSeconds": 100, "What": { "StartTask": { "Task": "kept", "StartType": "start-replication" } } },
            { "AtSeconds": 600, "What": { "ModifyTask": { "Task": "kept", "Changes": {
                "ReplicationTaskIdentifier": "renamed",
                "TableMappings": everything(), "ReplicationTaskSettings": { "TargetMetadata": { "LobMaxSize": 7 } } } } } },
        ],
    });
    let told: Scenario = serde_json::from_value(text).unwrap();
    let base = world().with_instance(OTHER, "other");
    let mut story = Story::new(Scenario {
        tasks: vec![existing(TaskState::NeverRun)],
        happenings: told.happenings,
        ..base
    });
    story.dms.advance(story.now);
    let arn = story.dms.task("kept").unwrap().arn().to_owned();
    let mut seen = Vec::new();
    for after in [99.0, 1.0, 30.0, 469.0, 1.0, 10.0, 390.0, 60.0] {
        seen.push(story.after(after).status(&arn));
    }
    assert_eq!(
        seen,
        ["ready", "starting", "running", "stopped", "modifying", "stopped", "moving", "stopped"]
    );
    let seen = story.see(&arn);
    assert_eq!(seen["ReplicationTaskIdentifier"], "renamed");
    assert_eq!(seen["ReplicationInstanceArn"], OTHER);
    assert_eq!(seen["TableMappings"], everything().to_string());
    assert!(seen["ReplicationTaskSettings"].as_str().unwrap().contains(r#""LobMaxSize":7"#));
}

#[test]
fn one_long_leap_meets_what_happens_on_the_way_in_its_order() {
    let run = |steps: u32| {
        let start = |start_type| Happening::StartTask { identifier: "kept".into(), start_type };
        let scenario = Scenario { tasks: vec![existing(TaskState::NeverRun)], ..world() }
            .with_happening(400.0, start(StartType::ReloadTarget))
            .with_happening(50.0, start(StartType::StartReplication))
            .with_happening(200.0, Happening::StopTask { identifier: "kept".into() });
        let mut story = Story::new(scenario);
        story.dms.advance(story.now);
        for _ in 0..steps {
            story.after(1200.0 / f64::from(steps));
        }
        let ledger = story.dms.ledger().entries().to_vec();
        let starts = story.dms.task("kept").unwrap().starts().to_vec();
        (starts.iter().map(|start| start.start_type).collect::<Vec<_>>(), ledger)
    };
    assert_eq!(run(1).0, [StartType::StartReplication, StartType::ReloadTarget]);
    assert_eq!(run(1), run(1200));
}

#[test]
fn happenings_that_name_what_is_not_there_are_refused() {
    for (what, complaint) in [
        (json!({ "EndpointModified": { "EndpointArn": "nowhere" } }), "Happenings names nowhere"),
        (
            json!({ "InstanceStatus": { "ReplicationInstanceArn": "none", "Status": "available" } }),
            "Happenings names none",
        ),
        (json!({ "StartTask": { "Task": "kept", "StartType": "again" } }), "again"),
        (json!({ "StopTask": { "Task": "kept", "When": 1 } }), "When"),
    ] {
        let text = json!({ "Happenings": [{ "AtSeconds": 1, "What": what }] }).to_string();
        let error = Scenario::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}

#[test]
fn a_modified_endpoint_is_tested_again_or_stays_untested() {
    for (modified_endpoint_is_tested, then, later) in
        [(true, vec!["successful", "testing"], true), (false, vec!["successful"], false)]
    {
        let behaviour = Behaviour { modified_endpoint_is_tested, ..Behaviour::default() };
        let modified = || Happening::EndpointModified { arn: SOURCE.into() };
        // The second time the task uses the endpoint, so DMS refuses.
        let scenario = Scenario { behaviour, ..world() }
            .with_happening(50.0, modified())
            .with_happening(110.0, modified());
        let mut story = Story::new(scenario);
        let arn = story.task("full-load", Value::Null);
        story.after(35.0);
        let seen = |story: &mut Story| {
            let answer = story.call("DescribeConnections", json!({})).unwrap();
            let listed = answer["Connections"].as_array().unwrap().clone();
            let mut listed: Vec<String> =
                listed.iter().map(|it| it["Status"].as_str().unwrap().to_owned()).collect();
            listed.sort_unstable();
            listed
        };
        assert_eq!(seen(&mut story), then);
        assert_eq!(story.start(&arn, "start-replication").unwrap_err().code, STATE);
        story.after(20.0);
        assert_eq!(story.start(&arn, "start-replication").is_ok(), later);
        if later {
            story.after(40.0);
            assert_eq!(seen(&mut story), ["successful", "successful"]);
            assert_eq!(story.status(&arn), "running");
        }
    }
}

#[test]
fn what_is_called_on_a_tagged_task_is_denied_until_its_tags_count() {
    let durations = Durations { tags_count_after: 180.0, ..Durations::default() };
    let older = ExistingTask {
        tags: vec![Tag { key: "owner".into(), value: "us".into() }],
        ..existing(TaskState::NeverRun)
    };
    let mut story = Story::new(Scenario { durations, tasks: vec![older], ..world() });
    let mut request = common::request("nightly-copy", "full-load", Value::Null);
    request["Tags"] = json!([{ "Key": "owner", "Value": "us" }]);
    let created = story.call("CreateReplicationTask", request).unwrap();
    let arn = created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned();
    let kept = story.dms.task("kept").unwrap().arn().to_owned();
    story.after(20.0).start(&kept, "start-replication").expect("its tags have counted for long");
    let fault = story.start(&arn, "start-replication").unwrap_err();
    assert_eq!(fault.code, "AccessDeniedException");
    assert!(
        fault.message.contains("not authorized to perform: dms:StartReplicationTask on resource"),
        "{}",
        fault.message
    );
    assert_eq!(story.status(&arn), "ready", "describing tasks hangs on no tag");
    story.after(100.0);
    story
        .call("AddTagsToResource", json!({ "ResourceArn": arn, "Tags": [{ "Key": "run", "Value": "1" }] }))
        .unwrap();
    assert_eq!(story.after(59.0).start(&arn, "start-replication").unwrap_err().code, "AccessDeniedException");
    story.after(1.0).start(&arn, "start-replication").expect("a later tag does not take the first one back");
    let mut untagged = Story::new(bare_world().with_table("s", "t", 1, 1.0));
    let arn = untagged.task("full-load", Value::Null);
    untagged.start(&arn, "start-replication").unwrap();
}
