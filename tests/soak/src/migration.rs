//! The stories that are told in turn: how a migration goes, what is done to it, and how it must end.

use std::time::Duration;

use dms_simulator::Scenario;
use dms_simulator::scenario::SourceTable;
use local_aws::{Fault, FunctionEnd};
use serde_json::{Value, json};

const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:SOURCEENDPOINTAAAAAAAAAAAA";
const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:INSTANCEAAAAAAAAAAAAAAAAAA";

/// A schema that is loaded in a quarter of an hour, one with a table that errs, and one that takes a night.
const QUICK: &str = "crm";
const ERRS: &str = "billing";
const SLOW: &str = "archive";

/// A database for each migration of an account: no two may write the same tables.
fn target(nth: usize) -> String {
    format!("arn:aws:dms:us-east-1:123456789012:endpoint:TARGET{nth}")
}

/// The account that these migrations share.
pub fn account(migrations: std::ops::Range<usize>) -> Scenario {
    let mut account =
        Scenario::default().with_instance(INSTANCE, "instance").with_source(SOURCE, "source", "postgres");
    for nth in migrations {
        account = account.with_target(&target(nth), &format!("target-{nth}"), "aurora-postgresql");
    }
    let mut account = account
        .with_connections_tested()
        .with_table(QUICK, "customers", 12_000, 300.0)
        .with_table(QUICK, "orders", 90_000, 900.0)
        .with_table(ERRS, "invoices", 30_000, 500.0)
        .with_table(SLOW, "events", 9_000_000, 36_000.0);
    let refunds = SourceTable::new(ERRS, "refunds", 5_000, 120.0);
    account.source_tables.push(refunds.failing("duplicate key", 700, None));
    account
}

/// What is done to an execution from outside.
#[derive(Clone, Debug)]
pub enum Meddling {
    Nothing,
    Fault(Box<Fault>),
    /// Its execution is stopped once its task runs, and EventBridge tells the watch.
    Abort,
}

/// One migration of the soak.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The name of its execution, and of its task.
    pub name: String,
    pub plan: Value,
    pub meddling: Meddling,
    /// How it ends.
    pub verdict: &'static str,
}

impl Migration {
    /// The n-th of them.
    pub fn nth(nth: usize) -> Migration {
        let name = format!("soak-{nth}");
        let fault = |fault: Fault| Meddling::Fault(Box::new(fault));
        let (schema, meddling, verdict) = match nth % 10 {
            3 => (ERRS, Meddling::Nothing, "PartlyFailed"),
            4 => (SLOW, Meddling::Nothing, "Paused"),
            5 => {
                let start = Fault::on("dms", "StartReplicationTask").by("start").execution(&name).nth(1);
                (QUICK, fault(start.end_after(FunctionEnd::Killed)), "Succeeded")
            }
            6 => (SLOW, Meddling::Abort, "Aborted"),
            7 => {
                let publish = Fault::on("sns", "Publish").execution(&name).first(2);
                (QUICK, fault(publish.break_down()), "Succeeded")
            }
            8 => {
                let poll = Fault::invoking("poll").execution(&name).first(2);
                (QUICK, fault(poll.delay(Duration::from_secs(1))), "Succeeded")
            }
            9 => ("nowhere", Meddling::Nothing, "Rejected"),
            _ => (QUICK, Meddling::Nothing, "Succeeded"),
        };
        Migration { plan: plan(&name, &target(nth), schema, verdict), name, meddling, verdict }
    }
}

fn plan(name: &str, target: &str, schema: &str, verdict: &str) -> Value {
    let mut plan = json!({
        "Task": {
            "ReplicationTaskIdentifier": name,
            "SourceEndpointArn": SOURCE,
            "TargetEndpointArn": target,
            "ReplicationInstanceArn": INSTANCE,
            "MigrationType": "full-load",
            "TableMappings": {"rules": [{
                "rule-type": "selection", "rule-id": "1", "rule-name": "all",
                "object-locator": {"schema-name": schema, "table-name": "%"}, "rule-action": "include",
            }]},
            "ReplicationTaskSettings": {"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}},
        },
        "Window": {"Duration": "PT40M"},
        "OnAbort": "Stop",
        "Notify": {"Team": "soak"},
    });
    if verdict == "Rejected" {
        plan["Task"]["MigrationType"] = json!("everything");
    }
    plan
}
