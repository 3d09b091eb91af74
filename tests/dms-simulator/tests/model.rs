//! Requests and answers, held against AWS's own service model.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

mod common;

use std::collections::BTreeSet;

use common::{INSTANCE, SOURCE, Story, TARGET, prepare, request, world};
use dms_simulator::model::ServiceModel;
use dms_simulator::scenario::{EngineVersion, PendingMaintenanceAction, SourceTable};
use serde_json::{Value, json};

const OPERATIONS: [&str; 17] = [
    "AddTagsToResource",
    "CreateReplicationTask",
    "DeleteReplicationTask",
    "DescribeConnections",
    "DescribeEndpoints",
    "DescribeEngineVersions",
    "DescribePendingMaintenanceActions",
    "DescribeReplicationInstances",
    "DescribeReplicationTasks",
    "DescribeTableStatistics",
    "ListTagsForResource",
    "ModifyReplicationTask",
    "ReloadTables",
    "RemoveTagsFromResource",
    "StartReplicationTask",
    "StopReplicationTask",
    "TestConnection",
];

fn model() -> ServiceModel {
    match ServiceModel::find() {
        Ok(model) => model,
        Err(error) => panic!("{error}"),
    }
}

/// Maintenance with every member that there is.
fn waiting() -> PendingMaintenanceAction {
    let date = Some("2026-03-05T00:00:00Z".parse().unwrap());
    PendingMaintenanceAction {
        action: "db-upgrade".to_owned(),
        description: Some("an upgrade".to_owned()),
        opt_in_status: Some("next-maintenance".to_owned()),
        auto_applied_after_date: date,
        forced_apply_date: date,
        current_apply_date: date,
    }
}

/// A version with every member that there is.
fn version() -> EngineVersion {
    let date = Some("2026-11-15T00:00:00Z".parse().unwrap());
    EngineVersion {
        version: "3.5.4".to_owned(),
        lifecycle: "DEPRECATED".to_owned(),
        launch_date: date,
        auto_upgrade_date: date,
        deprecation_date: date,
        force_upgrade_date: date,
        available_upgrades: vec!["3.6.1".to_owned()],
    }
}

struct Checked {
    story: Story,
    model: ServiceModel,
    called: BTreeSet<String>,
}

impl Checked {
    fn call(&mut self, operation: &str, input: Value) -> Value {
        assert_eq!(self.model.check_input(operation, &input), Vec::<String>::new(), "request: {operation}");
        let answer = self.story.call(operation, input).unwrap();
        assert_eq!(self.model.check_output(operation, &answer), Vec::<String>::new(), "answer: {operation}");
        self.called.insert(operation.to_owned());
        answer
    }

    fn look(&mut self, arn: &str) {
        self.call("DescribeReplicationTasks", json!({ "WithoutSettings": true, "MaxRecords": 20 }));
        self.call("DescribeReplicationTasks", json!({}));
        self.call("DescribeTableStatistics", json!({ "ReplicationTaskArn": arn, "MaxRecords": 500 }));
    }
}

#[test]
fn every_operation_speaks_as_the_service_model_says() {
    let mut scenario = world();
    scenario.source_tables.push(SourceTable::new("shop", "broken", 10, 10.0).failing("bad row", 5, None));
    scenario.source_tables[0].validation_state_details = Some("all compared".into());
    scenario.replication_instances[0].pending_modified_values = Some(json!({ "EngineVersion": "3.5.5" }));
    scenario.replication_instances[0].pending_maintenance_actions = vec![waiting()];
    scenario.engine_versions = vec![version()];
    let mut checked = Checked { story: Story::new(scenario), model: model(), called: BTreeSet::new() };
    let mut settings = prepare("DO_NOTHING");
    settings["ValidationSettings"] = json!({ "EnableValidation": true });
    let mut body = request("nightly-copy", "full-load-and-cdc", settings);
    body["Tags"] = json!([{ "Key": "team", "Value": "payments" }]);
    body["TaskData"] = json!("{}");
    body["CdcStopPosition"] = json!("server_time:2026-03-02T05:00:00");
    let arn = checked.call("CreateReplicationTask", body)["ReplicationTask"]["ReplicationTaskArn"].clone();
    let arn = arn.as_str().unwrap().to_owned();
    let task = json!({ "ReplicationTaskArn": arn });
    checked.look(&arn);
    checked.story.after(20.0);
    checked.call("TestConnection", json!({ "ReplicationInstanceArn": INSTANCE, "EndpointArn": SOURCE }));
    checked.call(
        "DescribeConnections",
        json!({ "Filters": [{ "Name": "endpoint-arn", "Values": [SOURCE, TARGET] }] }),
    );
    checked.story.after(20.0);
    checked.call("DescribeConnections", json!({}));
    checked.call("DescribeEndpoints", json!({}));
    checked.call("DescribeReplicationInstances", json!({}));
    checked.call("DescribePendingMaintenanceActions", json!({ "ReplicationInstanceArn": INSTANCE }));
    checked.call("DescribeEngineVersions", json!({ "MaxRecords": 20 }));
    let mut modify = task.clone();
    modify["TaskData"] = json!("x");
    checked.call("ModifyReplicationTask", modify);
    checked.story.after(20.0);
    let start =
        |start_type: &str| json!({ "ReplicationTaskArn": arn, "StartReplicationTaskType": start_type });
    checked.call("StartReplicationTask", start("start-replication"));
    for _ in 0..30 {
        checked.story.after(10.0);
        checked.look(&arn);
    }
    let tables = json!([{ "SchemaName": "shop", "TableName": "orders" }]);
    checked.call(
        "ReloadTables",
        json!({ "ReplicationTaskArn": arn, "TablesToReload": tables, "ReloadOption": "data-reload" }),
    );
    checked.look(&arn);
    checked.call("StopReplicationTask", task.clone());
    checked.story.after(20.0);
    checked.look(&arn);
    checked.call("StartReplicationTask", start("resume-processing"));
    checked.story.now = "2026-03-02T05:00:01Z".parse().unwrap();
    checked.look(&arn);
    checked
        .call("AddTagsToResource", json!({ "ResourceArn": arn, "Tags": [{ "Key": "owner", "Value": "x" }] }));
    checked.call("ListTagsForResource", json!({ "ResourceArn": arn }));
    checked.call("ListTagsForResource", json!({ "ResourceArnList": [arn, SOURCE, INSTANCE] }));
    checked.call("RemoveTagsFromResource", json!({ "ResourceArn": arn, "TagKeys": ["owner"] }));
    checked.call("DeleteReplicationTask", task);
    checked.look(&arn);
    let called: Vec<&str> = checked.called.iter().map(String::as_str).collect();
    assert_eq!(called, OPERATIONS);
}

#[test]
fn the_check_finds_what_does_not_fit() {
    let model = model();
    let task = |member: &str, value: Value| json!({ "ReplicationTask": { member: value } });
    for (operation, answer, finding) in [
        ("StartReplicationTask", task("Stauts", json!("x")), "Stauts is not a member"),
        ("StartReplicationTask", task("Status", json!(7)), "7 is not a string"),
        ("StartReplicationTask", task("MigrationType", json!("all")), "is none of full-load"),
        (
            "StartReplicationTask",
            task("ReplicationTaskCreationDate", json!("2026-03-01")),
            "is not a timestamp",
        ),
        (
            "StartReplicationTask",
            task("ReplicationTaskStats", json!({ "TablesLoaded": 1.5 })),
            "is not a integer",
        ),
        ("DescribeReplicationTasks", json!({ "ReplicationTasks": {} }), "is not a list"),
        (
            "DescribeReplicationTasks",
            json!({ "ReplicationTasks": [{ "Arn": "x" }] }),
            "ReplicationTasks[0]: Arn",
        ),
        ("MakeCoffee", json!({}), "not an operation"),
    ] {
        let findings = model.check_output(operation, &answer);
        assert!(findings.len() == 1 && findings[0].contains(finding), "{operation} {answer}: {findings:?}");
    }
    let findings = model.check_input("StopReplicationTask", &json!({}));
    assert_eq!(findings, ["StopReplicationTask: ReplicationTaskArn is missing"]);
    assert!(model.operations().any(|operation| operation == "DescribeReplicationTasks"));
}

#[test]
fn a_missing_model_says_how_to_get_it() {
    let error = ServiceModel::load(std::path::Path::new("nowhere/service-2.json.gz")).unwrap_err();
    assert!(error.to_string().contains("run `make venv`"), "{error}");
}
