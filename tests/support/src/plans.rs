//! Good plans, one for each migration type, and a way to change one member of them.

use std::path::PathBuf;

use plan::finding::Finding;
use serde_json::{Value, json};

use super::schema;

pub const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:KEJVSV3IBC7QBRELAFDRYPTDWD";
pub const TARGET: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:IHCXANKA6YT2UU5CGGEXZ4PVKD";
pub const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:4YSNI2G3IITN5XVKTFTDHWZXUY";
pub const TASK: &str = "arn:aws:dms:us-east-1:123456789012:task:RVIUPZSQPCOPJFF44TRIU3YUZ2";

/// A plan that is changed member by member.
#[derive(Clone, Debug)]
pub struct Sample(pub Value);

impl Sample {
    /// Sets what a JSON pointer names; the object that holds it must be there.
    pub fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let parent = self.0.pointer_mut(parent).unwrap_or_else(|| panic!("nothing holds {pointer}"));
        match name.parse::<usize>() {
            Ok(at) if parent.is_array() => parent[at] = value,
            _ => parent[name] = value,
        }
        self
    }

    /// Takes a member out.
    pub fn without(mut self, pointer: &str) -> Self {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let parent = self.0.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.and_then(|object| object.remove(name)).unwrap_or_else(|| panic!("there is no {pointer}"));
        self
    }

    /// What the reader finds.
    pub fn findings(&self) -> Vec<Finding> {
        schema::read(&self.0).findings
    }
}

/// One table's rule, whole as DMS wants it.
pub fn mapping() -> Value {
    json!({"rules": [{
        "rule-type": "selection", "rule-id": "1", "rule-name": "all-of-orders",
        "object-locator": {"schema-name": "orders", "table-name": "%"}, "rule-action": "include",
    }]})
}

fn task(migration_type: &str) -> Value {
    json!({
        "ReplicationTaskIdentifier": "orders",
        "SourceEndpointArn": SOURCE,
        "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE,
        "MigrationType": migration_type,
        "TableMappings": mapping(),
    })
}

/// A full load about which there is nothing to say.
pub fn full_load() -> Sample {
    let sample = Sample(json!({"Task": task("full-load")}));
    sample.with(
        "/Task/ReplicationTaskSettings",
        json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}),
    )
}

/// A full load with replication about which there is nothing to say.
pub fn load_and_cdc() -> Sample {
    full_load().with("/Task/MigrationType", json!("full-load-and-cdc"))
}

/// A bounded replication about which there is nothing to say.
pub fn cdc() -> Sample {
    Sample(json!({"Task": task("cdc")}))
        .with("/Task/CdcStopPosition", json!("server_time:2026-12-01T04:00:00"))
}

/// A good plan of each migration type.
pub fn of_each_type() -> [Sample; 3] {
    [full_load(), load_and_cdc(), cdc()]
}

/// Words that mean something somewhere in a plan, so that plans made at random get past the first check.
pub const WORDS: [&str; 36] = [
    "",
    "full-load",
    "cdc",
    "full-load-and-cdc",
    "Auto",
    "Refresh",
    "Stop",
    "LeaveRunning",
    "Stopped",
    "FullLoadComplete",
    "CaughtUp",
    "22:00",
    "05:00",
    "Europe/Berlin",
    "PT7H",
    "-PT7H",
    "P9999999999D",
    "Mon",
    "2026-12-24",
    "2018-03-08T12:12:12",
    "9999-12-31T23:59:59Z",
    "-009999-01-01T00:00:00Z",
    "now",
    "server_time:2026-12-01T04:00:00",
    "commit_time:",
    "server_time:𝟚026-12-01T04:00:0",
    "4AF/B00000D0",
    "{\"rules\":[{\"rule-type\":\"selection\"}]}",
    "{}",
    "[",
    "<aws.scheduler.scheduled-time>",
    "arn:aws:dms:us-east-1:123456789012:task:X",
    "arn:aws:dms:us-east-1:123456789012:endpoint:X",
    "arn:aws:sns:us-east-1:123456789012:topic",
    "Finished",
    "orders",
];

/// A night in Berlin.
pub fn night() -> Value {
    json!({"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin"})
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of `events/`, by its name without the ending.
pub fn event(name: &str) -> Value {
    let path = root().join("events").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The names of all files in `events/`, without their ending.
pub fn events() -> Vec<String> {
    let files = std::fs::read_dir(root().join("events")).expect("events/ is there");
    let mut names: Vec<String> = files
        .map(|file| file.expect("a file can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
