//! The account that the migrations work in, and their plans.

use dms_simulator::Scenario;
use dms_simulator::scenario::Throttling;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// DMS's bucket of requests by the more careful of AWS's two pages: so many at once.
pub const BURST: f64 = 100.0;

/// And so many more a second.
pub const PER_SECOND: f64 = 4.0;

/// Tasks that share an instance and its two endpoints; sixty instances are what an account has.
const TASKS_PER_INSTANCE: usize = 10;

/// The tables of each task: at which part of the whole load each is done. All three load side by side.
const TABLES: [(&str, f64); 3] = [("customers", 0.3), ("orders", 0.7), ("order_lines", 1.0)];

/// Rows of each table: enough that some arrive between any two looks.
const ROWS: u64 = 100_000_000;

fn arn(kind: &str, which: usize, name: &str) -> String {
    format!("arn:aws:dms:us-east-1:123456789012:{kind}:{name}{which:04}")
}

fn instance(which: usize) -> String {
    arn("rep", which / TASKS_PER_INSTANCE, "INSTANCE")
}

fn source(which: usize) -> String {
    arn("endpoint", which / TASKS_PER_INSTANCE, "SOURCE")
}

fn target(which: usize) -> String {
    arn("endpoint", which / TASKS_PER_INSTANCE, "TARGET")
}

/// The world for so many migrations whose load takes so long, on its first night: no connection was tested before.
pub fn world(migrations: usize, load: SignedDuration) -> Scenario {
    let mut scenario = Scenario {
        throttling: Some(Throttling { burst: BURST, per_second: PER_SECOND }),
        ..Scenario::default()
    };
    for first in (0..migrations).step_by(TASKS_PER_INSTANCE) {
        let number = first / TASKS_PER_INSTANCE;
        scenario = scenario
            .with_instance(&instance(first), &format!("instance-{number}"))
            .with_source(&source(first), &format!("source-{number}"), "postgres")
            .with_target(&target(first), &format!("target-{number}"), "postgres");
    }
    TABLES.into_iter().fold(scenario, |scenario, (table, share)| {
        scenario.with_table("shop", table, ROWS, load.as_secs_f64() * share)
    })
}

/// The plan of one migration: a task of its own that the run creates, in a window of this length or without one.
pub fn plan(which: usize, window: Option<SignedDuration>) -> Value {
    let mut plan = json!({
        "Task": {
            "ReplicationTaskIdentifier": format!("orders-{which:04}"),
            "SourceEndpointArn": source(which),
            "TargetEndpointArn": target(which),
            "ReplicationInstanceArn": instance(which),
            "MigrationType": "full-load",
            "TableMappings": {"rules": [{
                "rule-type": "selection", "rule-id": "1", "rule-name": "shop", "rule-action": "include",
                "object-locator": {"schema-name": "shop", "table-name": "%"},
            }]},
        },
    });
    if let Some(window) = window {
        plan["Window"] = json!({"Duration": format!("PT{}S", window.as_secs())});
    }
    plan
}
