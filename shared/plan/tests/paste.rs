//! What people have at hand pastes in: the CLI's skeleton, DMS's answers, times and tags in their usual forms.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use plan::finding::Severity;
use plan::request::{Document, Tag};
use plan::{ExternalTask, MigrationType, Plan, TaskPlan, TaskRequest, read};
use serde_json::{Value, json};
use support::plans::{INSTANCE, SOURCE, Sample, TARGET, TASK, cdc, event, full_load, mapping};
use support::schema;

fn plan(value: &Value) -> Plan {
    let reading = schema::read(value);
    reading.plan.unwrap_or_else(|| panic!("{:#?}", reading.findings))
}

fn request(sample: &Sample) -> TaskRequest {
    plan(&sample.0).request().expect("a task to create").clone()
}

/// What `aws dms create-replication-task --generate-cli-skeleton` prints.
fn skeleton() -> Value {
    json!({
        "ReplicationTaskIdentifier": "",
        "SourceEndpointArn": "",
        "TargetEndpointArn": "",
        "ReplicationInstanceArn": "",
        "MigrationType": "full-load",
        "TableMappings": "",
        "ReplicationTaskSettings": "",
        "CdcStartTime": "1970-01-01T00:00:00",
        "CdcStartPosition": "",
        "CdcStopPosition": "",
        "Tags": [{"Key": "", "Value": "", "ResourceArn": ""}],
        "TaskData": "",
        "ResourceIdentifier": ""
    })
}

#[test]
fn the_skeleton_of_the_cli_pastes_in_once_its_required_members_are_filled() {
    let missing = read::read(&json!({"Task": skeleton()}));
    let paths: Vec<&str> = missing.findings.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/Task/ReplicationInstanceArn",
            "/Task/ReplicationTaskIdentifier",
            "/Task/SourceEndpointArn",
            "/Task/TableMappings",
            "/Task/TargetEndpointArn"
        ]
    );
    let filled = Sample(json!({"Task": skeleton()}))
        .with("/Task/ReplicationTaskIdentifier", json!("orders"))
        .with("/Task/SourceEndpointArn", json!(SOURCE))
        .with("/Task/TargetEndpointArn", json!(TARGET))
        .with("/Task/ReplicationInstanceArn", json!(INSTANCE))
        .with("/Task/TableMappings", json!(mapping().to_string()));
    let request = request(&filled);
    assert_eq!(request.table_mappings, Document::Json(mapping()));
    assert_eq!((request.cdc_start_time, request.cdc_start_position, request.tags), (None, None, vec![]));
    assert_eq!((request.task_data, request.resource_identifier), (None, None));
    assert_eq!(request.replication_task_settings, None);
}

#[test]
fn a_described_task_pastes_in_as_one_element_and_as_the_whole_answer() {
    let element = event("pasted-task");
    let answer = Sample(element.clone()).with("/Task", json!({"ReplicationTasks": [element["Task"]]}));
    for (value, prefix) in [(&element, "/Task"), (&answer.0, "/Task/ReplicationTasks/0")] {
        let reading = read::read(value);
        assert_eq!(reading.name.as_deref(), Some("crm-reporting"), "people know the run by its task");
        let left_out: Vec<&str> = reading
            .findings
            .iter()
            .inspect(|found| assert_ne!(found.severity, Severity::Error, "{found:?}"))
            .filter_map(|found| found.path.strip_prefix(&format!("{prefix}/")))
            .collect();
        assert_eq!(
            left_out,
            [
                "ReplicationTaskSettings/Logging/CloudWatchLogGroup",
                "ReplicationTaskSettings/Logging/CloudWatchLogStream",
                "ReplicationTaskArn",
                "ReplicationTaskCreationDate",
                "ReplicationTaskSettings/TargetMetadata/LobMaxSize",
                "ReplicationTaskStartDate",
                "ReplicationTaskStats",
                "Status",
                "StopReason"
            ]
        );
        let plan = reading.plan.expect("a good plan");
        assert_eq!(plan.name(), "crm-reporting");
        let request = plan.request().expect("a task to create");
        let settings = request.replication_task_settings.as_ref().and_then(Document::json).expect("settings");
        assert_eq!(settings["Logging"], json!({"EnableLogging": true}), "DMS refuses its own log names");
        assert_eq!(settings["BeforeImageSettings"], Value::Null, "what DMS answers as null stays");
    }
}

#[test]
fn a_task_that_somebody_else_keeps_is_named_by_arn_or_identifier_alone() {
    let by = |task: Value| plan(&json!({"Task": task})).task;
    assert_eq!(
        by(json!({"ReplicationTaskArn": TASK})),
        TaskPlan::External(ExternalTask::ReplicationTaskArn(TASK.parse().unwrap()))
    );
    let identifier = TaskPlan::External(ExternalTask::ReplicationTaskIdentifier("orders".to_owned()));
    assert_eq!(by(json!({"ReplicationTaskIdentifier": "orders"})), identifier);
    let padded = json!({"ReplicationTaskIdentifier": "orders", "ReplicationTaskArn": "", "Tags": [], "TaskData": null});
    assert_eq!(by(padded), identifier);
}

#[test]
fn a_start_time_is_utc_text_or_epoch_seconds_and_the_epoch_is_none() {
    for (written, meant) in [
        (json!("2018-03-08T12:12:12"), Some("2018-03-08T12:12:12Z")),
        (json!("2018-03-08T12:12:12Z"), Some("2018-03-08T12:12:12Z")),
        (json!("2018-03-08T13:12:12+01:00"), Some("2018-03-08T12:12:12Z")),
        (json!(1_520_511_132), Some("2018-03-08T12:12:12Z")),
        (json!(1_520_511_132.212), Some("2018-03-08T12:12:12.212Z")),
        (json!("1970-01-01T00:00:00"), None),
        (json!("1970-01-01T00:00:00Z"), None),
        (json!(0), None),
        (json!(0.0), None),
        (json!(""), None),
        (json!(null), None),
    ] {
        let request = request(&cdc().with("/Task/CdcStartTime", written.clone()));
        assert_eq!(request.cdc_start_time, meant.map(|time| time.parse().unwrap()), "{written}");
    }
}

#[test]
fn tags_are_a_list_or_a_map() {
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    for (written, meant) in [
        (json!([{"Key": "Team", "Value": "orders"}]), vec![tag("Team", "orders")]),
        (json!([{"Key": "Team", "Value": "orders", "ResourceArn": TASK}]), vec![tag("Team", "orders")]),
        (json!([{"Key": "Team"}, {"Key": "", "Value": ""}]), vec![tag("Team", "")]),
        (json!({"Team": "orders", "Purpose": "test"}), vec![tag("Purpose", "test"), tag("Team", "orders")]),
        (json!({}), vec![]),
        (json!([]), vec![]),
    ] {
        let mut tags = request(&full_load().with("/Task/Tags", written.clone())).tags;
        // A map has no order that would have to be kept.
        tags.sort_by(|one, other| one.key.cmp(&other.key));
        assert_eq!(tags, meant, "{written}");
    }
}

#[test]
fn mapping_and_settings_are_objects_or_the_strings_that_dms_takes() {
    let text = |sample: Sample, member: &str| {
        let text = sample.0.pointer(member).expect("it is there").to_string();
        sample.with(member, json!(text))
    };
    let as_text = text(text(full_load(), "/Task/TableMappings"), "/Task/ReplicationTaskSettings");
    assert_eq!(plan(&as_text.0), plan(&full_load().0));
}

#[test]
fn what_editors_people_and_aws_leave_in_a_plan_says_nothing() {
    let decorated = full_load()
        .with("/$schema", json!("https://example.com/plan.schema.json"))
        .with("/Comment", json!(["any", "thing"]))
        .with("/ScheduledTime", json!("<aws.scheduler.scheduled-time>"))
        .with(
            "/AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID",
            json!("arn:aws:states:us-east-1:123456789012:execution:a:b"),
        );
    assert_eq!(decorated.findings(), []);
    assert_eq!(plan(&decorated.0), plan(&full_load().0));
}

#[test]
fn the_time_that_scheduler_filled_in_is_read() {
    let time = plan(&event("scheduled")).scheduled_time;
    assert_eq!(time, Some("2026-11-20T21:00:00Z".parse().unwrap()));
    assert_eq!(plan(&event("scheduled-template")).scheduled_time, None);
}

#[test]
fn a_contradiction_about_the_start_of_a_replication_is_told_with_both_members() {
    let found = read::read(&event("contradictory-cdc-start"));
    assert!(found.plan.is_none());
    let told: Vec<(&str, &str)> = found.findings.iter().map(|f| (f.path.as_str(), f.code.as_str())).collect();
    assert_eq!(
        told,
        [("/Task/CdcStartPosition", "cdc-start-now"), ("/Task/CdcStartTime", "cdc-start-twice")]
    );
    assert!(found.findings[1].message.starts_with("CdcStartTime and CdcStartPosition exclude each other"));
}

#[test]
fn a_rejected_plan_still_says_its_name_and_whom_to_tell() {
    let bad = full_load()
        .with(
            "/Notify",
            json!({"Team": "payments", "TopicArn": "arn:aws:sns:us-east-1:123456789012:payments"}),
        )
        .with("/Task/ReplicationTaskIdentifier", json!("no\u{7}--good"))
        .with("/Start", json!("Never"));
    let reading = read::read(&bad.0);
    assert!(reading.plan.is_none());
    assert_eq!(reading.name.as_deref(), Some("no --good"), "a control character is a blank");
    assert_eq!(reading.notify.team.as_deref(), Some("payments"));
    assert!(reading.notify.topic_arn.is_some() && reading.notify.warning);
}

#[test]
fn the_classic_plan_is_what_it_says() {
    let plan = plan(&event("full-load-and-cdc"));
    let request = plan.request().expect("a task to create");
    assert_eq!(request.replication_task_identifier, "ai-workload-migration-task");
    assert_eq!(request.migration_type, MigrationType::FullLoadAndCdc);
    let rule = &request.table_mappings.json().expect("a mapping")["rules"][0];
    assert_eq!(rule["object-locator"], json!({"schema-name": "%", "table-name": "%"}));
    assert_eq!(request.tags, [Tag { key: "Purpose".to_owned(), value: "AIWorkloadMigration".to_owned() }]);
}
