//! What `aws dms describe-...` printed, pasted into a scenario: the story begins where DMS was.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{SOURCE, Story, TARGET, prepare, world};
use dms_simulator::Scenario;
use dms_simulator::scenario::{Connection, EndpointType, TaskState};
use serde_json::{Value, json};

/// What DMS would print about the whole of a story, in one document.
fn printed(story: &mut Story, task: &str) -> Value {
    let mut document = json!({ "ReplicationTaskArn": task });
    for (operation, input) in [
        ("DescribeReplicationTasks", json!({})),
        ("DescribeEndpoints", json!({})),
        ("DescribeReplicationInstances", json!({})),
        ("DescribeConnections", json!({})),
        ("DescribeTableStatistics", json!({ "ReplicationTaskArn": task })),
    ] {
        let answer = story.dms.call(story.now, operation, &input).unwrap();
        document.as_object_mut().unwrap().extend(answer.as_object().unwrap().clone());
    }
    document
}

/// What a reader of the verdict looks at.
fn gist(document: &Value) -> Value {
    let task = &document["ReplicationTasks"][0];
    let tables = document["TableStatistics"].as_array().unwrap();
    let tables: Vec<Value> = tables
        .iter()
        .map(|table| {
            // How many rows a table has whose load did not end nobody knows but the source.
            let rows =
                if table["TableState"] == "Table completed" { &table["FullLoadRows"] } else { &Value::Null };
            json!([table["SchemaName"], table["TableName"], table["TableState"], rows])
        })
        .collect();
    json!([
        task["ReplicationTaskArn"],
        task["ReplicationTaskIdentifier"],
        task["MigrationType"],
        task["Status"],
        task["StopReason"],
        task["LastFailureMessage"],
        task["TableMappings"],
        task["ReplicationTaskSettings"],
        document["Endpoints"],
        document["ReplicationInstances"][0]["ReplicationInstanceClass"],
        document["Connections"],
        tables,
    ])
}

#[test]
fn what_dms_shows_of_a_task_at_rest_is_what_it_shows_when_that_was_pasted() {
    for (kind, seconds) in
        [("full-load", 1_000.0), ("full-load", 130.0), ("full-load-and-cdc", 1_000.0), ("cdc", 600.0)]
    {
        let mut story = Story::new(world());
        let arn = story.task(kind, prepare("TRUNCATE_BEFORE_LOAD"));
        story.start(&arn, "start-replication").unwrap();
        story.after(seconds);
        if story.ending(&arn).starts_with("running") {
            story.dms.call(story.now, "StopReplicationTask", &json!({ "ReplicationTaskArn": arn })).unwrap();
            story.after(120.0);
        }
        let before = printed(&mut story, &arn);
        let scenario = Scenario::from_json(&before.to_string()).unwrap();
        let mut again = Story::new(scenario);
        assert_eq!(gist(&printed(&mut again, &arn)), gist(&before), "{kind} after {seconds} s");
    }
}

#[test]
fn the_aws_command_prints_dates_as_text_and_members_that_only_aws_has() {
    let text = json!({
        "ReplicationTasks": [{
            "ReplicationTaskIdentifier": "orders", "ReplicationTaskArn": "arn:aws:dms:eu-central-1:123456789012:task:K55",
            "SourceEndpointArn": SOURCE, "TargetEndpointArn": TARGET, "ReplicationInstanceArn": common::INSTANCE,
            "MigrationType": "full-load-and-cdc", "TableMappings": common::everything().to_string(),
            "ReplicationTaskSettings": "{}", "Status": "failed", "StopReason": "Stop Reason FATAL_ERROR Error Level FATAL",
            "LastFailureMessage": "Last Error Replication out of memory.", "RecoveryCheckpoint": "checkpoint:V1#1",
            "ReplicationTaskStats": { "FullLoadProgressPercent": 100, "TablesLoaded": 1, "TablesLoading": 0 },
        }],
        "TableStatistics": [
            { "SchemaName": "shop", "TableName": "orders", "TableState": "Table completed", "FullLoadRows": 70,
              "FullLoadStartTime": "2026-11-25T03:10:00.5+01:00", "FullLoadEndTime": "2026-11-25T03:12:00.5+01:00" },
            { "SchemaName": "shop", "TableName": "notes", "TableState": "Table error", "FullLoadRows": 3 },
        ],
        "Endpoints": [
            { "EndpointArn": SOURCE, "EndpointIdentifier": "orders", "EndpointType": "SOURCE", "EngineName": "mysql",
              "EngineDisplayName": "MySQL", "MySQLSettings": { "Port": 3306 }, "SslMode": "none" },
            { "EndpointArn": TARGET, "EndpointType": "TARGET", "EngineName": "s3", "S3Settings": {} },
        ],
        "ReplicationInstances": [{ "ReplicationInstanceArn": common::INSTANCE, "MultiAZ": true, "VpcSecurityGroups": [] }],
        "Connections": [{ "EndpointArn": SOURCE, "ReplicationInstanceArn": common::INSTANCE, "Status": "failed",
                          "EndpointIdentifier": "orders", "LastFailureMessage": "no route" }],
        "Marker": "next",
        "Durations": { "Starting": 5 },
    });
    let scenario = Scenario::from_json(&text.to_string()).unwrap();
    assert_eq!(scenario.endpoints[0].endpoint_type, EndpointType::Source);
    assert_eq!(scenario.endpoints[1].engine_name, "s3");
    assert_eq!(scenario.tasks[0].state, TaskState::FailedReplicating);
    assert_eq!(
        scenario.tasks[0].last_failure_message.as_deref(),
        Some("Last Error Replication out of memory.")
    );
    assert_eq!(scenario.tasks[0].table_states[1].table_state, "Table error");
    assert_eq!((scenario.source_tables[0].rows, scenario.source_tables[0].load_seconds), (70, 120.0));
    assert_eq!(scenario.source_tables[1].load_seconds, 60.0, "AWS has not dated it");
    let failed = Connection { status: "failed".to_owned(), ..scenario.connections[0].clone() };
    assert_eq!(scenario.connections, [failed]);
    assert_eq!(scenario.durations.starting, 5.0, "what a scenario says itself stays");
    let mut story = Story::new(scenario);
    assert_eq!(
        story.states("arn:aws:dms:eu-central-1:123456789012:task:K55"),
        ["orders: Table completed (70)", "notes: Table error (3)"]
    );
}

#[test]
fn what_no_story_can_begin_with_is_refused_in_a_sentence() {
    let task = |status: &str| json!({ "ReplicationTasks": [{ "ReplicationTaskIdentifier": "orders", "Status": status }] });
    let statistics = |tasks: Value| json!({ "ReplicationTasks": tasks, "TableStatistics": [] });
    let two = json!([
        { "ReplicationTaskIdentifier": "a", "Status": "ready" },
        { "ReplicationTaskIdentifier": "b", "Status": "ready" },
    ]);
    for (document, says) in [
        (
            task("modifying"),
            "ReplicationTasks holds orders in the status modifying, and no story can begin there",
        ),
        (json!({ "ReplicationTasks": [{ "ReplicationTaskIdentifier": "orders" }] }), "without its Status"),
        (json!({ "ReplicationTasks": [{}] }), "without a ReplicationTaskIdentifier"),
        (statistics(two), "TableStatistics belong to one task, and ReplicationTasks holds 2"),
        (json!({ "Endpoints": [{ "EndpointType": "SOURCE", "Colour": "red" }] }), "unknown field `Colour`"),
        (json!({ "Sources": [] }), "unknown field `Sources`"),
        (task("ready"), "Tasks names , which the scenario does not define"),
    ] {
        let error = Scenario::from_json(&document.to_string()).unwrap_err().to_string();
        assert!(error.contains(says), "{says}\n{error}");
    }
    let error = Scenario::from_json("{\n  \"Tables\": []\n}").unwrap_err().to_string();
    assert!(error.contains("line 2"), "a plain scenario's fault has its line: {error}");
}
