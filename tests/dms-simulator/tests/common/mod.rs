//! A small story around the simulator: one instance, two endpoints, a clock that only moves when told to.

#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a helper of tests may fail as a test does")]

use dms_simulator::{Fault, Happening, Scenario, Simulator};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(crate) const INSTANCE: &str = "arn:aws:dms:eu-central-1:123456789012:rep:NIGHTLY";
pub(crate) const SOURCE: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:ORDERS";
pub(crate) const TARGET: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:WAREHOUSE";

pub(crate) struct Story {
    pub(crate) dms: Simulator,
    pub(crate) now: Timestamp,
}

/// An instance and two endpoints, tested, and two tables of 100 s and 200 s.
pub(crate) fn world() -> Scenario {
    bare_world().with_table("shop", "orders", 1000, 100.0).with_table("shop", "items", 4000, 200.0)
}

/// The same without tables.
pub(crate) fn bare_world() -> Scenario {
    Scenario::default()
        .with_instance(INSTANCE, "nightly")
        .with_source(SOURCE, "orders", "mysql")
        .with_target(TARGET, "warehouse", "postgres")
        .with_connections_tested()
}

pub(crate) fn everything() -> Value {
    json!({ "rules": [{
        "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
        "object-locator": { "schema-name": "%", "table-name": "%" }
    }] })
}

/// A CreateReplicationTask body; `settings` may be null.
pub(crate) fn request(identifier: &str, migration_type: &str, settings: Value) -> Value {
    let mut request = json!({
        "ReplicationTaskIdentifier": identifier, "SourceEndpointArn": SOURCE, "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE, "MigrationType": migration_type,
        "TableMappings": everything().to_string(),
    });
    if !settings.is_null() {
        request["ReplicationTaskSettings"] = json!(settings.to_string());
    }
    request
}

pub(crate) fn prepare(mode: &str) -> Value {
    json!({ "FullLoadSettings": { "TargetTablePrepMode": mode } })
}

impl Story {
    pub(crate) fn new(scenario: Scenario) -> Self {
        Self { dms: Simulator::new(scenario, 7), now: "2026-03-01T22:00:00Z".parse().unwrap() }
    }

    pub(crate) fn after(&mut self, seconds: f64) -> &mut Self {
        self.now += SignedDuration::from_secs_f64(seconds);
        self.dms.advance(self.now);
        self
    }

    pub(crate) fn call(&mut self, operation: &str, input: Value) -> Result<Value, Fault> {
        self.dms.call(self.now, operation, &input)
    }

    pub(crate) fn refused(&mut self, operation: &str, input: Value) -> (String, String) {
        let fault = self.call(operation, input).expect_err("DMS would refuse this");
        (fault.code, fault.message)
    }

    /// Creates a task and waits until it is ready; gives its ARN.
    pub(crate) fn task(&mut self, migration_type: &str, settings: Value) -> String {
        let created =
            self.call("CreateReplicationTask", request("nightly-copy", migration_type, settings)).unwrap();
        self.after(20.0);
        created["ReplicationTask"]["ReplicationTaskArn"].as_str().unwrap().to_owned()
    }

    pub(crate) fn start(&mut self, arn: &str, start_type: &str) -> Result<Value, Fault> {
        self.call(
            "StartReplicationTask",
            json!({ "ReplicationTaskArn": arn, "StartReplicationTaskType": start_type }),
        )
    }

    pub(crate) fn stop(&mut self, arn: &str) -> Result<Value, Fault> {
        self.call("StopReplicationTask", json!({ "ReplicationTaskArn": arn }))
    }

    pub(crate) fn see(&mut self, arn: &str) -> Value {
        let filter = json!({ "Filters": [{ "Name": "replication-task-arn", "Values": [arn] }] });
        self.call("DescribeReplicationTasks", filter).unwrap()["ReplicationTasks"][0].clone()
    }

    pub(crate) fn status(&mut self, arn: &str) -> String {
        self.see(arn)["Status"].as_str().unwrap().to_owned()
    }

    /// Status, and stop reason if there is one.
    pub(crate) fn ending(&mut self, arn: &str) -> String {
        let seen = self.see(arn);
        format!("{}: {}", seen["Status"].as_str().unwrap(), seen["StopReason"].as_str().unwrap_or("-"))
    }

    pub(crate) fn tables(&mut self, arn: &str) -> Vec<Value> {
        let answer = self.call("DescribeTableStatistics", json!({ "ReplicationTaskArn": arn })).unwrap();
        answer["TableStatistics"].as_array().unwrap().clone()
    }

    /// `table: state (rows)`, in the order of the answer.
    pub(crate) fn states(&mut self, arn: &str) -> Vec<String> {
        self.tables(arn)
            .iter()
            .map(|it| {
                format!(
                    "{}: {} ({})",
                    it["TableName"].as_str().unwrap(),
                    it["TableState"].as_str().unwrap(),
                    it["FullLoadRows"]
                )
            })
            .collect()
    }

    pub(crate) fn fill(&mut self, schema: &str, table: &str, rows: u64) {
        let filled = Happening::FillTarget {
            endpoint_arn: None,
            schema: schema.to_owned(),
            table: table.to_owned(),
            rows,
        };
        self.dms.happen(self.now, filled);
    }
}
