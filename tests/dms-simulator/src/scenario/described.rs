//! What AWS prints about things that exist, pasted into a scenario: the answers of `aws dms describe-...` become what a
//! story can begin with.
//!
//! Members that only AWS has, such as the subnets of an instance, are left out; what has no counterpart here, such as a
//! task that is being modified, is refused in a sentence.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What only AWS tells of an instance.
const OF_INSTANCE: [&str; 18] = [
    "AllocatedStorage",
    "AvailabilityZone",
    "DnsNameServers",
    "FreeUntil",
    "InstanceCreateTime",
    "KerberosAuthenticationSettings",
    "KmsKeyId",
    "MultiAZ",
    "NetworkType",
    "PubliclyAccessible",
    "ReplicationInstanceIpv6Addresses",
    "ReplicationInstancePrivateIpAddress",
    "ReplicationInstancePrivateIpAddresses",
    "ReplicationInstancePublicIpAddress",
    "ReplicationInstancePublicIpAddresses",
    "ReplicationSubnetGroup",
    "SecondaryAvailabilityZone",
    "VpcSecurityGroups",
];

/// What only AWS tells of an endpoint, beside the settings of its engine.
const OF_ENDPOINT: [&str; 7] = [
    "CertificateArn",
    "EngineDisplayName",
    "ExternalId",
    "ExternalTableDefinition",
    "ExtraConnectionAttributes",
    "ServiceAccessRoleArn",
    "SslMode",
];

/// What only AWS tells of a connection.
const OF_CONNECTION: [&str; 2] = ["EndpointIdentifier", "ReplicationInstanceIdentifier"];

/// The members of a task that a scenario spells alike.
const OF_TASK: [&str; 10] = [
    "CdcStartPosition",
    "CdcStopPosition",
    "MigrationType",
    "ReplicationInstanceArn",
    "ReplicationTaskArn",
    "ReplicationTaskIdentifier",
    "ReplicationTaskSettings",
    "SourceEndpointArn",
    "TableMappings",
    "TargetEndpointArn",
];

/// Seconds that a table takes whose load AWS has not dated.
const UNDATED: f64 = 60.0;

/// The scenario that a document with pasted answers stands for; `None` when nothing in it is one.
pub(super) fn taken(mut document: Value) -> Result<Option<Value>, String> {
    let before = document.clone();
    let Some(members) = document.as_object_mut() else { return Ok(None) };
    // Where an answer goes on.
    members.remove("Marker");
    for (list, only_aws) in [
        ("ReplicationInstances", &OF_INSTANCE[..]),
        ("Endpoints", &OF_ENDPOINT[..]),
        ("Connections", &OF_CONNECTION[..]),
    ] {
        for element in elements(members.get_mut(list)) {
            let engine = |name: &str| list == "Endpoints" && name.ends_with("Settings");
            element.retain(|name, value| {
                !value.is_null() && !only_aws.contains(&name.as_str()) && !engine(name)
            });
            if let Some(Value::String(kind)) = element.get_mut("EndpointType") {
                kind.make_ascii_lowercase();
            }
        }
    }
    let described = members.remove("ReplicationTasks");
    let statistics = members.remove("TableStatistics");
    let whose = members.remove("ReplicationTaskArn");
    let mut tasks = Vec::new();
    for task in described.iter().flat_map(list) {
        tasks.push(existing(task)?);
    }
    if let Some(statistics) = &statistics {
        place(members, &mut tasks, statistics, whose.as_ref().and_then(Value::as_str))?;
    }
    if described.is_some() {
        let mut all = members.get("Tasks").and_then(Value::as_array).cloned().unwrap_or_default();
        all.extend(tasks.into_iter().map(Value::Object));
        members.insert("Tasks".to_owned(), Value::Array(all));
    }
    Ok((document != before).then_some(document))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn elements(list: Option<&mut Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    list.and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

/// A task as describe-replication-tasks prints it, as one that is there before the story begins.
fn existing(task: &Value) -> Result<Map<String, Value>, String> {
    let text = |name: &str| task.get(name).and_then(Value::as_str);
    let name = text("ReplicationTaskIdentifier")
        .ok_or("ReplicationTasks holds something without a ReplicationTaskIdentifier, which is no task")?;
    let status = text("Status").ok_or_else(|| {
        format!(
            "ReplicationTasks holds {name} without its Status; paste what describe-replication-tasks printed"
        )
    })?;
    let state = state(task, status).ok_or_else(|| {
        format!(
            "ReplicationTasks holds {name} in the status {status}, and no story can begin there; describe the task \
             again when it runs, or has come to rest"
        )
    })?;
    let mut existing: Map<String, Value> = OF_TASK
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), task.get(name).filter(|value| !value.is_null())?.clone())))
        .collect();
    existing.insert("State".to_owned(), json!(state));
    let ended = matches!(status, "stopped" | "failed");
    if let Some(reason) = text("StopReason").filter(|reason| ended && !reason.is_empty()) {
        existing.insert("StopReason".to_owned(), json!(reason));
    }
    if let Some(message) = text("LastFailureMessage").filter(|_| status == "failed") {
        existing.insert("LastFailureMessage".to_owned(), json!(message));
    }
    Ok(existing)
}

/// How far a task has come, as a scenario says it.
fn state(task: &Value, status: &str) -> Option<&'static str> {
    let number = |name: &str| task.pointer(&format!("/ReplicationTaskStats/{name}")).and_then(Value::as_u64);
    let kind = task.get("MigrationType").and_then(Value::as_str);
    let left = ["TablesLoading", "TablesQueued"].into_iter().filter_map(number).sum::<u64>();
    let loaded = kind == Some("cdc") || (number("FullLoadProgressPercent") == Some(100) && left == 0);
    match (status, loaded) {
        ("ready", _) => Some("NeverRun"),
        ("stopped", true) => Some("Loaded"),
        ("stopped", false) => Some("StoppedHalfWay"),
        ("failed", true) if kind != Some("full-load") => Some("FailedReplicating"),
        ("failed", _) => Some("FailedHalfWay"),
        ("running", true) if kind != Some("full-load") => Some("Replicating"),
        ("running", _) => Some("Loading"),
        _ => None,
    }
}

/// Makes tables of the source of a task's statistics, and gives the task their states.
fn place(
    members: &mut Map<String, Value>,
    tasks: &mut [Map<String, Value>],
    statistics: &Value,
    whose: Option<&str>,
) -> Result<(), String> {
    let task = match (tasks, whose) {
        ([task], None) => task,
        (tasks, Some(arn)) => tasks
            .iter_mut()
            .find(|task| task.get("ReplicationTaskArn").and_then(Value::as_str) == Some(arn))
            .ok_or_else(|| {
                format!("TableStatistics are those of {arn}, which ReplicationTasks does not hold")
            })?,
        (tasks, None) => {
            return Err(format!(
                "TableStatistics belong to one task, and ReplicationTasks holds {}; say which with its \
                 ReplicationTaskArn",
                tasks.len()
            ));
        }
    };
    let (mut sources, mut states) = (Vec::new(), Vec::new());
    for table in list(statistics) {
        let text = |name: &str| table.get(name).and_then(Value::as_str);
        let (Some(schema), Some(name), Some(state)) =
            (text("SchemaName"), text("TableName"), text("TableState"))
        else {
            return Err(
                "TableStatistics holds an entry without SchemaName, TableName or TableState".to_owned()
            );
        };
        if state != "Table does not exist" {
            let rows = table.get("FullLoadRows").and_then(Value::as_u64).unwrap_or_default();
            let took = instant(table, "FullLoadEndTime")
                .zip(instant(table, "FullLoadStartTime"))
                .map(|(end, start)| end.duration_since(start).as_secs_f64());
            let seconds = took.filter(|seconds| *seconds > 0.0).unwrap_or(UNDATED);
            sources.push(json!({
                "SchemaName": schema, "TableName": name, "Rows": rows, "LoadSeconds": seconds,
            }));
        }
        states.push(json!({ "SchemaName": schema, "TableName": name, "TableState": state }));
    }
    if !members.contains_key("SourceTables") {
        members.insert("SourceTables".to_owned(), Value::Array(sources));
    }
    // What moves is where the story has it; a task that never ran has no tables yet.
    let at_rest = |state: &Value| !matches!(state.as_str(), Some("NeverRun" | "Loading"));
    if task.get("State").is_some_and(at_rest) {
        task.insert("TableStates".to_owned(), Value::Array(states));
    }
    Ok(())
}

/// An instant as the AWS CLI prints it, or as seconds.
fn instant(table: &Value, name: &str) -> Option<Timestamp> {
    match table.get(name)? {
        Value::String(text) => text.parse().ok(),
        number => Timestamp::from_millisecond((number.as_f64()? * 1000.0) as i64).ok(),
    }
}
