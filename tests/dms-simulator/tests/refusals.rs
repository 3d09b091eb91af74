//! What DMS refuses, with its codes and, where they are known, its texts.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use common::{INSTANCE, SOURCE, Story, TARGET, bare_world, everything, request, world};
use dms_simulator::scenario::{
    Behaviour, Connection, ConnectionFailure, Refusal, SourceTableGroup, Throttling,
};
use dms_simulator::{Happening, Scenario};
use serde_json::{Value, json};

const STATE: &str = "InvalidResourceStateFault";
const VALUE: &str = "InvalidParameterValueException";
const COMBINATION: &str = "InvalidParameterCombinationException";
const NOT_FOUND: &str = "ResourceNotFoundFault";

#[test]
fn the_start_type_must_fit_the_tasks_history() {
    let first_only = "Start Type : START_REPLICATION, valid only for tasks running for the first time";
    for migration_type in ["full-load", "full-load-and-cdc", "cdc"] {
        let mut story = Story::new(world());
        let arn = story.task(migration_type, Value::Null);
        let fault = story.start(&arn, "resume-processing").unwrap_err();
        assert_eq!(fault.code, COMBINATION, "{migration_type}");
        story.start(&arn, "start-replication").unwrap();
        story.after(2.0).stop(&arn).unwrap();
        let fault = story.after(20.0).start(&arn, "start-replication").unwrap_err();
        assert_eq!(
            (fault.code.as_str(), fault.message.as_str()),
            (COMBINATION, first_only),
            "{migration_type}"
        );
    }
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "reload-target").expect("DMS takes this on a task that never ran");
    let mut story = Story::new(world());
    let arn = story.task("cdc", Value::Null);
    assert_eq!(story.start(&arn, "reload-target").unwrap_err().code, COMBINATION);
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0).stop(&arn).unwrap();
    let again = json!({ "ReplicationTaskArn": arn, "StartReplicationTaskType": "start-replication",
                        "CdcStartPosition": "mysql-bin-changelog.000024:373" });
    story
        .after(20.0)
        .call("StartReplicationTask", again)
        .expect("a stated position makes a fresh start of changes");
}

#[test]
fn each_operation_is_legal_only_in_its_states() {
    // creating, ready, starting, running, stopping, stopped, modifying, deleting: brought about one after the other.
    let mut seen = Vec::new();
    for status in
        ["creating", "ready", "starting", "running", "stopping", "stopped", "failed", "modifying", "deleting"]
    {
        for operation in ["Start", "Stop", "Modify", "Delete"] {
            let mut story = Story::new(if status == "failed" { bare_world() } else { world() });
            let created =
                story.call("CreateReplicationTask", request("t", "full-load", Value::Null)).unwrap();
            let arn = created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned();
            let modify =
                json!({ "ReplicationTaskArn": arn, "ReplicationTaskSettings": "{}", "TaskData": "x" });
            if status != "creating" {
                story.after(20.0);
            }
            if ["starting", "running", "stopping", "stopped", "failed"].contains(&status) {
                story.start(&arn, "start-replication").unwrap();
            }
            if ["running", "stopping", "stopped", "failed"].contains(&status) {
                story.after(31.0);
            }
            if ["stopping", "stopped"].contains(&status) {
                story.stop(&arn).unwrap();
            }
            match status {
                "stopping" => drop(story.after(3.0)),
                "stopped" => drop(story.after(15.0)),
                "modifying" => drop(story.call("ModifyReplicationTask", modify.clone()).unwrap()),
                "deleting" => {
                    drop(story.call("DeleteReplicationTask", json!({ "ReplicationTaskArn": arn })).unwrap())
                }
                _ => {}
            }
            assert_eq!(story.status(&arn), status);
            let start_type =
                if ["stopped", "failed"].contains(&status) { "reload-target" } else { "start-replication" };
            let input = match operation {
                "Start" => json!({ "ReplicationTaskArn": arn, "StartReplicationTaskType": start_type }),
                "Modify" => modify,
                _ => json!({ "ReplicationTaskArn": arn }),
            };
            match story.call(&format!("{operation}ReplicationTask"), input) {
                Ok(_) => seen.push(format!("{operation} {status}")),
                Err(fault) => assert_eq!(fault.code, STATE, "{operation} {status}: {}", fault.message),
            }
        }
    }
    assert_eq!(
        seen,
        [
            "Start ready",
            "Modify ready",
            "Delete ready",
            "Stop starting",
            "Stop running",
            "Start stopped",
            "Modify stopped",
            "Delete stopped",
            "Start failed",
            "Modify failed",
            "Delete failed",
        ]
    );
}

#[test]
fn a_task_that_is_moved_or_assessed_is_legal_game_for_little() {
    let seen = |prepare: &dyn Fn(&mut Story), status: &str| {
        let legal = ["Start", "Stop", "Modify", "Delete"].into_iter().filter(|operation| {
            let mut story = Story::new(world());
            let arn = story.task("full-load", Value::Null);
            prepare(&mut story);
            assert_eq!(story.status(&arn), status);
            let input = json!({ "ReplicationTaskArn": arn, "StartReplicationTaskType": "start-replication",
                                "TaskData": "x" });
            match story.call(&format!("{operation}ReplicationTask"), input) {
                Ok(_) => true,
                Err(fault) => {
                    assert_eq!(fault.code, STATE, "{operation} {status}");
                    false
                }
            }
        });
        legal.collect::<Vec<_>>()
    };
    let assess = Happening::AssessTask { identifier: "nightly-copy".into(), seconds: 60.0 };
    let moving = Happening::MoveTask {
        identifier: "nightly-copy".into(),
        replication_instance_arn: INSTANCE.into(),
        seconds: 60.0,
        succeeds: false,
    };
    assert_eq!(seen(&|story| story.dms.happen(story.now, assess.clone()), "testing"), [""; 0]);
    assert_eq!(seen(&|story| story.dms.happen(story.now, moving.clone()), "moving"), ["Delete"]);
    let failed = |story: &mut Story| {
        story.dms.happen(story.now, moving.clone());
        story.after(60.0);
    };
    assert_eq!(seen(&failed, "failed-move"), ["Start", "Modify", "Delete"]);
}

#[test]
fn tables_are_reloaded_only_within_the_rules() {
    let group = SourceTableGroup { schema_name: "s".into(), count: 12, ..SourceTableGroup::default() };
    let tables = |count: u32| -> Value {
        (1..=count)
            .map(|number| json!({ "SchemaName": "s", "TableName": format!("table_{number:02}") }))
            .collect()
    };
    let twice = json!([{ "SchemaName": "s", "TableName": "table_01" }, { "SchemaName": "s", "TableName": "table_01" }]);
    let unknown = json!([{ "SchemaName": "s", "TableName": "nothing" }]);
    for (migration_type, asked, code) in [
        ("full-load-and-cdc", tables(10), None),
        ("full-load-and-cdc", tables(11), Some(VALUE)),
        ("full-load-and-cdc", tables(0), Some(VALUE)),
        ("full-load-and-cdc", twice, Some(VALUE)),
        ("full-load-and-cdc", unknown, Some(NOT_FOUND)),
        ("cdc", tables(1), Some(STATE)),
    ] {
        let scenario = Scenario { source_table_groups: vec![group.clone()], ..bare_world() };
        let mut story = Story::new(scenario);
        let arn = story.task(migration_type, Value::Null);
        let input = json!({ "ReplicationTaskArn": arn, "TablesToReload": asked });
        if code.is_none() {
            assert_eq!(story.refused("ReloadTables", input.clone()).0, STATE, "not before it runs");
        }
        story.start(&arn, "start-replication").unwrap();
        story.after(300.0);
        let refused = story.call("ReloadTables", input).err().map(|fault| fault.code);
        assert_eq!(refused.as_deref(), code, "{migration_type} {asked}");
    }
}

#[test]
fn a_caller_without_permission_is_told_so_by_a_refusal_of_the_scenario() {
    let denied = "User is not authorized to perform: dms:StartReplicationTask";
    let refusal = Refusal::of("StartReplicationTask", 1, "AccessDeniedException", denied);
    let mut story = Story::new(world().with_refusal(refusal));
    let arn = story.task("full-load", Value::Null);
    let fault = story.start(&arn, "start-replication").unwrap_err();
    assert_eq!((fault.code.as_str(), fault.message.as_str()), ("AccessDeniedException", denied));
    story.start(&arn, "start-replication").expect("the permission has arrived");
}

#[test]
fn a_modified_task_returns_to_where_it_was() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    let modify = json!({ "ReplicationTaskArn": arn, "ReplicationTaskIdentifier": "Renamed",
                         "ReplicationTaskSettings": json!({ "FullLoadSettings": { "TargetTablePrepMode": "DO_NOTHING" } }).to_string() });
    let answer = story.call("ModifyReplicationTask", modify.clone()).unwrap();
    assert_eq!(answer["ReplicationTask"]["Status"], "modifying");
    assert_eq!(story.after(10.0).status(&arn), "ready");
    story.start(&arn, "start-replication").unwrap();
    story.after(60.0);
    let (code, message) = story.refused("ModifyReplicationTask", modify);
    assert_eq!(
        (code.as_str(), message.contains("cannot be modified while it is running state")),
        (STATE, true)
    );
    let severities =
        json!({ "Logging": { "LogComponents": [{ "Id": "IO", "Severity": "LOGGER_SEVERITY_DEBUG" }] } });
    let logs = json!({ "ReplicationTaskArn": arn, "ReplicationTaskSettings": severities.to_string() });
    story.call("ModifyReplicationTask", logs).expect("log severities change while it runs");
    assert_eq!(story.status(&arn), "running");
    story.after(300.0);
    let answer =
        story.call("ModifyReplicationTask", json!({ "ReplicationTaskArn": arn, "MigrationType": "cdc" }));
    assert!(answer.is_err(), "the migration type stays");
    story.call("ModifyReplicationTask", json!({ "ReplicationTaskArn": arn, "TaskData": "x" })).unwrap();
    assert_eq!(story.after(10.0).status(&arn), "stopped");
    assert_eq!(story.see(&arn)["ReplicationTaskIdentifier"], "renamed");
}

#[test]
fn a_start_needs_both_connections_tested() {
    let mut scenario = world();
    scenario.connections.clear();
    scenario.connection_tests.failures = vec![ConnectionFailure {
        endpoint_arn: TARGET.into(),
        message: "Test Endpoint failed: Application-Status: 1020912".into(),
        times: Some(1),
    }];
    let mut story = Story::new(scenario);
    let arn = story.task("full-load", Value::Null);
    let refused = |story: &mut Story, endpoint: &str| {
        let fault = story.start(&arn, "start-replication").unwrap_err();
        assert_eq!(fault.code, STATE);
        assert_eq!(
            fault.message,
            format!(
                "Test connection for replication instance nightly and endpoint {endpoint} should be successful for \
                 starting the replication task"
            )
        );
    };
    let test = |endpoint: &str| json!({ "ReplicationInstanceArn": INSTANCE, "EndpointArn": endpoint });
    assert_eq!(story.call("DescribeConnections", json!({})).unwrap()["Connections"], json!([]));
    refused(&mut story, "orders");
    let answer = story.call("TestConnection", test(SOURCE)).unwrap();
    assert_eq!(answer["Connection"]["Status"], "testing");
    let (code, message) = story.refused("TestConnection", test(SOURCE));
    assert_eq!((code.as_str(), message.as_str()), (STATE, "Connection is already being tested"));
    story.call("TestConnection", test(TARGET)).unwrap();
    refused(&mut story, "orders");
    story.after(20.0);
    refused(&mut story, "warehouse");
    let filter = json!({ "Filters": [{ "Name": "endpoint-arn", "Values": [TARGET] },
                                     { "Name": "replication-instance-arn", "Values": [INSTANCE] }] });
    let answer = story.call("DescribeConnections", filter).unwrap();
    assert_eq!(answer["Connections"][0]["Status"], "failed");
    assert_eq!(
        answer["Connections"][0]["LastFailureMessage"],
        "Test Endpoint failed: Application-Status: 1020912"
    );
    story.call("TestConnection", test(TARGET)).unwrap();
    story.after(20.0);
    story.dms.happen(story.now, Happening::EndpointModified { arn: SOURCE.into() });
    refused(&mut story, "orders");
    story.after(20.0).start(&arn, "start-replication").unwrap();
}

#[test]
fn nothing_starts_on_an_instance_that_is_not_available() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    let full = Happening::InstanceStatus { arn: INSTANCE.into(), status: "storage-full".into() };
    story.dms.happen(story.now, full);
    assert_eq!(story.start(&arn, "start-replication").unwrap_err().code, STATE);
    let test = json!({ "ReplicationInstanceArn": INSTANCE, "EndpointArn": SOURCE });
    assert_eq!(story.refused("TestConnection", test).0, STATE);
    assert_eq!(story.refused("CreateReplicationTask", request("other", "full-load", Value::Null)).0, STATE);
}

#[test]
fn bad_requests_to_create_are_refused() {
    let log = json!({ "Logging": { "CloudWatchLogGroup": "dms-tasks-nightly" } }).to_string();
    let cases: [(&str, Value, &str, &str); 22] = [
        ("ReplicationTaskIdentifier", json!("NIGHTLY-COPY"), "ResourceAlreadyExistsFault", ""),
        ("ReplicationTaskIdentifier", json!("1st"), VALUE, ""),
        ("ReplicationTaskIdentifier", json!("a--b"), VALUE, ""),
        ("ReplicationTaskIdentifier", json!("a-"), VALUE, ""),
        ("ReplicationTaskIdentifier", json!(7), "SerializationException", ""),
        ("ReplicationTaskIdentifier", Value::Null, "ValidationException", ""),
        ("MigrationType", json!("everything"), VALUE, ""),
        ("SourceEndpointArn", json!(TARGET), VALUE, ""),
        ("SourceEndpointArn", json!("arn:aws:dms:eu-central-1:123456789012:endpoint:NONE"), NOT_FOUND, ""),
        ("ReplicationInstanceArn", json!("arn:aws:dms:eu-central-1:123456789012:rep:NONE"), NOT_FOUND, ""),
        (
            "TableMappings",
            json!("{\"rules\":[]}"),
            VALUE,
            "Error in mapping rules. At least one selection rule is required.",
        ),
        ("TableMappings", everything(), "SerializationException", ""),
        ("ReplicationTaskSettings", json!("{"), VALUE, "Invalid task settings JSON"),
        ("ReplicationTaskSettings", json!("[]"), VALUE, "Invalid task settings JSON"),
        (
            "ReplicationTaskSettings",
            json!(r#"{"FullLoadSettings":{"TargetTablePrepMode":"WIPE"}}"#),
            VALUE,
            "Invalid task settings JSON",
        ),
        (
            "ReplicationTaskSettings",
            json!(log),
            VALUE,
            "Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create.",
        ),
        ("CdcStartPosition", json!("now"), VALUE, "Invalid CdcStartPosition format"),
        ("CdcStopPosition", json!("tonight"), VALUE, ""),
        ("Tags", json!([{ "Key": "aws:owner", "Value": "x" }]), VALUE, ""),
        ("Tags", json!([{ "Key": "owner", "Value": "a\u{0}b" }]), VALUE, ""),
        ("Tags", json!([{ "Key": "k".repeat(129) }]), VALUE, ""),
        ("ResourceIdentifier", json!("-no"), VALUE, ""),
    ];
    for (member, value, code, message) in cases {
        let mut story = Story::new(world());
        let arn = story.task("full-load", Value::Null);
        let mut body = request("another", "full-load", Value::Null);
        body[member] = value.clone();
        let fault = story.call("CreateReplicationTask", body).expect_err(member);
        assert_eq!(fault.code, code, "{member}: {value}");
        assert!(message.is_empty() || fault.message == message, "{member}: {}", fault.message);
        assert_eq!(fault.resource_arn, (code == "ResourceAlreadyExistsFault").then_some(arn));
        assert_eq!(story.dms.tasks().count(), 1, "{member}: nothing was created");
    }
    let mut story = Story::new(world());
    let mut both = request("both", "cdc", Value::Null);
    both["CdcStartTime"] = json!(1_770_000_000);
    both["CdcStartPosition"] = json!("12345");
    assert_eq!(story.refused("CreateReplicationTask", both).0, COMBINATION);
}

#[test]
fn settings_come_back_complete_and_are_taken_again() {
    let mut story = Story::new(world());
    let arn = story.task(
        "full-load",
        json!({ "FullLoadSettings": { "MaxFullLoadSubTasks": 4 }, "NewSection": { "On": true } }),
    );
    let read = |seen: &Value| -> Value {
        serde_json::from_str(seen["ReplicationTaskSettings"].as_str().unwrap()).unwrap()
    };
    let seen = story.see(&arn);
    let settings = read(&seen);
    assert_eq!(settings.pointer("/FullLoadSettings/MaxFullLoadSubTasks"), Some(&json!(4)));
    assert_eq!(settings.pointer("/FullLoadSettings/TargetTablePrepMode"), Some(&json!("DROP_AND_CREATE")));
    assert_eq!(settings.pointer("/ErrorBehavior/FailOnNoTablesCaptured"), Some(&json!(true)));
    assert_eq!(settings.pointer("/NewSection/On"), Some(&json!(true)));
    let mut again = request("again", "full-load", settings);
    again["ResourceIdentifier"] = json!("Chosen-Tail");
    let created = story.call("CreateReplicationTask", again).unwrap();
    assert_eq!(
        created["ReplicationTask"]["ReplicationTaskArn"],
        "arn:aws:dms:eu-central-1:123456789012:task:Chosen-Tail"
    );
    let without = story.call("DescribeReplicationTasks", json!({ "WithoutSettings": true })).unwrap();
    for task in without["ReplicationTasks"].as_array().unwrap() {
        assert_eq!(task.get("ReplicationTaskSettings"), None);
    }

    // Once a task with logging has run, DMS names its log; cloning those settings is then refused.
    let arn = {
        let logging = json!({ "Logging": { "EnableLogging": true } });
        let created = story.call("CreateReplicationTask", request("logged", "full-load", logging)).unwrap();
        created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned()
    };
    story.after(20.0).start(&arn, "start-replication").unwrap();
    let seen = story.after(60.0).see(&arn);
    let tail = arn.rsplit(':').next().unwrap();
    assert_eq!(read(&seen).pointer("/Logging/CloudWatchLogStream"), Some(&json!(format!("dms-task-{tail}"))));
    assert_eq!(story.refused("CreateReplicationTask", request("clone", "full-load", read(&seen))).0, VALUE);
}

#[test]
fn describes_page_filter_and_refuse() {
    let group = SourceTableGroup {
        schema_name: "s".into(),
        count: 1203,
        load_seconds: 0.0,
        ..SourceTableGroup::default()
    };
    let mut story = Story::new(Scenario { source_table_groups: vec![group], ..bare_world() });
    let arn = story.task("full-load", Value::Null);
    story.start(&arn, "start-replication").unwrap();
    story.after(31.0);
    let (mut pages, mut names, mut marker) = (Vec::new(), Vec::new(), None::<String>);
    loop {
        let mut input = json!({ "ReplicationTaskArn": arn, "MaxRecords": 500 });
        if let Some(marker) = &marker {
            input["Marker"] = json!(marker);
        }
        let answer = story.call("DescribeTableStatistics", input).unwrap();
        let page = answer["TableStatistics"].as_array().unwrap();
        pages.push(page.len());
        names.extend(page.iter().map(|it| it["TableName"].as_str().unwrap().to_owned()));
        marker = answer.get("Marker").map(|marker| marker.as_str().unwrap().to_owned());
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(pages, [500, 500, 203]);
    names.dedup();
    assert_eq!((names.len(), names[1202].as_str()), (1203, "table_1203"));
    let default = story.call("DescribeTableStatistics", json!({ "ReplicationTaskArn": arn })).unwrap();
    assert_eq!(default["TableStatistics"].as_array().unwrap().len(), 100);
    let one =
        json!({ "ReplicationTaskArn": arn, "Filters": [{ "Name": "table-name", "Values": ["table_0007"] }] });
    assert_eq!(
        story.call("DescribeTableStatistics", one).unwrap()["TableStatistics"].as_array().unwrap().len(),
        1
    );

    for (operation, records, fits) in [
        ("DescribeReplicationTasks", 19, false),
        ("DescribeReplicationTasks", 20, true),
        ("DescribeReplicationTasks", 100, true),
        ("DescribeReplicationTasks", 101, false),
        ("DescribeTableStatistics", 500, true),
        ("DescribeTableStatistics", 501, false),
        ("DescribeEndpoints", 0, false),
        ("DescribeConnections", 101, false),
        ("DescribeReplicationInstances", 19, false),
        ("DescribeEngineVersions", 19, false),
    ] {
        let input = json!({ "ReplicationTaskArn": arn, "MaxRecords": records });
        let code = story.call(operation, input).err().map(|fault| fault.code);
        assert_eq!(code.as_deref(), (!fits).then_some(VALUE), "{operation} with {records}");
    }
    for (operation, filter) in [
        ("DescribeReplicationTasks", "replication-task-id"),
        ("DescribeEndpoints", "endpoint-arn"),
        ("DescribeReplicationInstances", "replication-instance-id"),
    ] {
        let nothing = json!({ "Filters": [{ "Name": filter, "Values": ["nothing"] }] });
        assert_eq!(story.refused(operation, nothing).0, NOT_FOUND, "{operation}");
    }
    let behaviour = Behaviour { nothing_found_is_empty: true, ..Behaviour::default() };
    let mut lenient = Story::new(Scenario { behaviour, ..world() });
    let nothing = json!({ "Filters": [{ "Name": "replication-task-id", "Values": ["nothing"] }] });
    assert_eq!(lenient.call("DescribeReplicationTasks", nothing).unwrap()["ReplicationTasks"], json!([]));
    let unknown = json!({ "Filters": [{ "Name": "colour", "Values": ["red"] }] });
    assert_eq!(story.refused("DescribeReplicationTasks", unknown).0, VALUE);
    let marker = json!({ "Marker": "made-up" });
    assert_eq!(story.refused("DescribeReplicationTasks", marker).0, VALUE);
}

#[test]
fn what_no_witness_tells_is_a_switch() {
    let behaviour = Behaviour {
        unknown_filter_is_ignored: true,
        unknown_marker_starts_over: true,
        max_records_is_bent: true,
        ..Behaviour::default()
    };
    let mut bent = Story::new(Scenario { behaviour, ..world() });
    for (operation, list) in [("DescribeEndpoints", "Endpoints"), ("DescribeConnections", "Connections")] {
        for input in [
            json!({ "Filters": [{ "Name": "colour", "Values": ["red"] }] }),
            json!({ "Marker": "made-up" }),
            json!({ "MaxRecords": 1 }),
            json!({ "MaxRecords": 5000 }),
        ] {
            assert_eq!(
                bent.call(operation, input.clone()).unwrap()[list].as_array().unwrap().len(),
                2,
                "{input}"
            );
            assert_eq!(Story::new(world()).refused(operation, input.clone()).0, VALUE, "{operation} {input}");
        }
    }
}

#[test]
fn a_list_may_end_with_an_empty_marker_and_nothing_may_be_a_fault() {
    let behaviour =
        Behaviour { untested_is_not_found: true, last_marker_is_empty: true, ..Behaviour::default() };
    let mut other = Story::new(Scenario { behaviour, connections: Vec::new(), ..world() });
    assert_eq!(other.refused("DescribeConnections", json!({})).0, NOT_FOUND);
    assert_eq!(other.call("DescribeEndpoints", json!({})).unwrap()["Marker"], "");
    let mut usual = Story::new(Scenario { connections: Vec::new(), ..world() });
    assert_eq!(usual.call("DescribeConnections", json!({})).unwrap(), json!({ "Connections": [] }));
}

#[test]
fn a_text_that_is_no_arn_is_not_one_of_nobody() {
    let mut story = Story::new(world());
    for (arn, code) in [("fake-arn", VALUE), ("arn:aws:dms", VALUE), ("arn:aws:dms:::task:NONE", NOT_FOUND)] {
        let input = json!({ "ReplicationTaskArn": arn, "StartReplicationTaskType": "start-replication" });
        assert_eq!(story.refused("StartReplicationTask", input).0, code, "{arn}");
        let input = json!({ "ReplicationInstanceArn": arn, "EndpointArn": arn });
        assert_eq!(story.refused("TestConnection", input).0, code, "{arn}");
    }
}

#[test]
fn what_is_deleted_is_seen_going_unless_a_task_is_made_of_it() {
    let spare = "arn:aws:dms:eu-central-1:123456789012:endpoint:SPARE";
    let mut story = Story::new(world().with_source(spare, "spare", "mysql").with_connections_tested());
    let arn = story.task("full-load", Value::Null);
    for gone in [spare, SOURCE] {
        story.dms.happen(story.now, Happening::EndpointDeleted { arn: gone.to_owned() });
    }
    story.dms.happen(story.now, Happening::InstanceDeleted { arn: INSTANCE.to_owned() });
    let statuses = |story: &mut Story| {
        let seen = story.call("DescribeEndpoints", json!({})).unwrap();
        let seen = seen["Endpoints"].as_array().unwrap().iter();
        seen.map(|it| it["Status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(statuses(&mut story), ["active", "active", "deleting"]);
    story.after(20.0);
    assert_eq!(statuses(&mut story), ["active", "active"]);
    let connections = story.call("DescribeConnections", json!({})).unwrap();
    assert!(!connections.to_string().contains(spare), "{connections}");
    story.start(&arn, "start-replication").expect("what it is made of is still there");
}

#[test]
fn tags_are_added_listed_and_removed() {
    let mut story = Story::new(world());
    let arn = story.task("full-load", Value::Null);
    story.call("AddTagsToResource", json!({ "ResourceArn": arn, "Tags": [{ "Key": "team", "Value": "payments" }, { "Key": "empty" }] })).unwrap();
    let listed = story.call("ListTagsForResource", json!({ "ResourceArn": arn })).unwrap();
    assert_eq!(
        listed["TagList"],
        json!([{ "Key": "empty", "Value": "" }, { "Key": "team", "Value": "payments" }])
    );
    story
        .call("RemoveTagsFromResource", json!({ "ResourceArn": arn, "TagKeys": ["empty", "absent"] }))
        .unwrap();
    let listed = story.call("ListTagsForResource", json!({ "ResourceArnList": [arn, SOURCE] })).unwrap();
    assert_eq!(listed["TagList"], json!([{ "Key": "team", "Value": "payments", "ResourceArn": arn }]));
    assert_eq!(story.dms.task("nightly-copy").unwrap().tags()["team"], "payments");
    assert_eq!(
        story.refused("ListTagsForResource", json!({ "ResourceArn": "arn:aws:dms:::task:NONE" })).0,
        NOT_FOUND
    );
    let many: Vec<Value> =
        (0..50).map(|number| json!({ "Key": format!("k{number}"), "Value": "v" })).collect();
    assert_eq!(story.refused("AddTagsToResource", json!({ "ResourceArn": arn, "Tags": many })).0, VALUE);
}

#[test]
fn a_scenario_refuses_calls_or_loses_their_answers() {
    let mut story = Story::new(
        world()
            .with_refusal(Refusal::of("StartReplicationTask", 1, "ThrottlingException", "Rate exceeded"))
            .with_refusal(Refusal::of("StartReplicationTask", 2, "InternalFailure", "").though_done()),
    );
    let arn = story.task("full-load", Value::Null);
    assert_eq!(story.start(&arn, "start-replication").unwrap_err().code, "ThrottlingException");
    assert_eq!(story.status(&arn), "ready");
    assert_eq!(story.start(&arn, "start-replication").unwrap_err().code, "InternalFailure");
    assert_eq!(story.status(&arn), "starting", "it had been accepted all the same");
    assert_eq!(story.dms.calls("StartReplicationTask"), 2);
}

#[test]
fn the_request_budget_fills_up_again() {
    let throttling = Some(Throttling { burst: 3.0, per_second: 2.0 });
    let mut story = Story::new(Scenario { throttling, ..world() });
    let count =
        |story: &mut Story| (0..10).filter(|_| story.call("DescribeEndpoints", json!({})).is_ok()).count();
    assert_eq!(count(&mut story), 3);
    assert_eq!(
        story.refused("DescribeEndpoints", json!({})),
        ("ThrottlingException".into(), "Rate exceeded".into())
    );
    story.after(1.0);
    assert_eq!(count(&mut story), 2);
    story.after(1000.0);
    assert_eq!(count(&mut story), 3, "never beyond its size");
}

#[test]
fn unknown_operations_and_tasks_are_refused() {
    let mut story = Story::new(world());
    for operation in ["MakeCoffee", "RebootReplicationInstance"] {
        let (code, message) = story.refused(operation, json!({}));
        let named = format!("{operation} is not served by the simulator");
        assert_eq!((code.as_str(), message), ("UnknownOperationException", named));
    }
    for operation in [
        "StartReplicationTask",
        "StopReplicationTask",
        "ModifyReplicationTask",
        "DeleteReplicationTask",
        "DescribeTableStatistics",
    ] {
        let input = json!({ "ReplicationTaskArn": "arn:aws:dms:::task:NONE", "StartReplicationTaskType": "start-replication" });
        assert_eq!(story.refused(operation, input).0, NOT_FOUND, "{operation}");
        assert_eq!(story.refused(operation, json!({})).0, "ValidationException", "{operation}");
        assert_eq!(story.refused(operation, json!([])).0, "SerializationException", "{operation}");
    }
}

#[test]
fn a_scenario_document_is_read_strictly() {
    let text = r#"{ "ReplicationInstances": [{ "ReplicationInstanceArn": "i" }], "Endpoints": [{ "EndpointArn": "e" }],
                    "Troubles": [{ "Task": "nightly", "OnStart": 2, "AfterSeconds": 90, "What": "RecoverableThenFail", "Attempts": 3 }],
                    "Refusals": [{ "Operation": "StartReplicationTask", "Call": 1, "Fault": { "Code": "ThrottlingException" } }],
                    "SourceTableGroups": [{ "SchemaName": "s", "TablePrefix": "t", "Count": 12 }], "Durations": { "Starting": 1.5 } }"#;
    let scenario = Scenario::from_json(text).unwrap();
    assert_eq!((scenario.durations.starting, scenario.durations.stopping), (1.5, 15.0));
    let written = serde_json::to_string(&scenario).unwrap();
    assert_eq!(Scenario::from_json(&written).unwrap(), scenario);
    let misspelt = Scenario::from_json(r#"{ "Enpoints": [] }"#).unwrap_err().to_string();
    assert!(misspelt.contains("Enpoints"), "{misspelt}");
    let connection = Connection { endpoint_arn: "nowhere".into(), ..Connection::default() };
    let dangling =
        serde_json::to_string(&Scenario { connections: vec![connection], ..Scenario::default() }).unwrap();
    let dangling = Scenario::from_json(&dangling).unwrap_err().to_string();
    assert!(dangling.contains("Connections names nowhere"), "{dangling}");

    let text = r#"{ "Tasks": [{ "ReplicationTaskIdentifier": "kept", "TableMappings": { "rules": [] } }] }"#;
    let wrong = Scenario::from_json(text).unwrap_err().to_string();
    assert!(wrong.contains("Tasks names"), "{wrong}");
    let scenario: Scenario = serde_json::from_str(text).unwrap();
    let said = scenario.contradictions();
    let none = "Tasks holds kept: Error in mapping rules. At least one selection rule is required.";
    assert!(said.contains(&none.to_owned()), "{said:?}");
}
