//! What the schema refuses, one row for each kind.

use jsonschema::error::ValidationErrorKind;
use plan::members::MEMBERS;
use plan::schema;
use serde_json::{Value, json};

use crate::samples::full_plans;
use support::plans::{INSTANCE, Sample, TASK, full_load, night};
use support::schema::{read, refusals};

/// One of the full plans, a place of it, and what is put there.
struct Row(usize, &'static str, Value);

/// A load in a window of hours, one with replication in a span, replications from a time and from a position, a task
/// that somebody else keeps, and a pasted answer.
const LOAD: usize = 0;
const REPLICATION: usize = 1;
const TIME: usize = 2;
const POSITION: usize = 3;
const KEPT: usize = 4;
const ANSWER: usize = 6;

fn rows() -> Vec<Row> {
    let long = "o".repeat(256);
    vec![
        // Members that are not known, or not at this place.
        Row(LOAD, "/Windw", json!({})),
        Row(LOAD, "/Task/Start", json!("Refresh")),
        Row(LOAD, "/Window/Team", json!("orders")),
        Row(LOAD, "/Notify/AtClose", json!("Stop")),
        Row(LOAD, "/Task/Tags/0/Name", json!("Team")),
        Row(KEPT, "/Task/Anything", json!(1)),
        Row(ANSWER, "/Task/Status", json!("stopped")),
        // Types.
        Row(LOAD, "/Task", json!("orders")),
        Row(LOAD, "/Window", json!(true)),
        Row(LOAD, "/Window/Days", json!("Mon")),
        Row(LOAD, "/Restarts", json!("2")),
        Row(LOAD, "/Task/TaskData", json!({})),
        Row(LOAD, "/Task/TableMappings", json!("[1]")),
        Row(LOAD, "/Task/TableMappings/rules", json!({})),
        Row(LOAD, "/Task/TableMappings/rules/0", json!("all")),
        Row(LOAD, "/Task/Tags", json!({"Team": 5})),
        // Words.
        Row(LOAD, "/Start", json!("refresh")),
        Row(LOAD, "/Mode", json!("preflight")),
        Row(LOAD, "/OnDrift", json!("Change")),
        Row(LOAD, "/OnTableErrors", json!("Ignore")),
        Row(LOAD, "/OnValidationErrors", json!("Reload")),
        Row(REPLICATION, "/Until", json!("Done")),
        Row(REPLICATION, "/Then", json!("Delete")),
        Row(REPLICATION, "/Window/AtClose", json!("Pause")),
        Row(LOAD, "/Window/Days", json!(["Monday"])),
        Row(LOAD, "/Notify/On", json!(["Finished", "Begun"])),
        Row(LOAD, "/Task/MigrationType", json!("full_load")),
        // Numbers.
        Row(REPLICATION, "/LagSeconds", json!(0)),
        Row(REPLICATION, "/LagSeconds", json!(86_401)),
        Row(LOAD, "/Restarts", json!(101)),
        Row(LOAD, "/StallMinutes", json!(1441)),
        Row(LOAD, "/Window/MinimumMinutes", json!(1.5)),
        // What a task states.
        Row(LOAD, "/Task/SourceEndpointArn", json!("")),
        Row(LOAD, "/Task/TargetEndpointArn", json!(null)),
        Row(LOAD, "/Task/ReplicationInstanceArn", json!([])),
        Row(LOAD, "/Task/TableMappings", json!("")),
        Row(LOAD, "/Task", json!({})),
        Row(LOAD, "/Task", json!({"ReplicationConfigIdentifier": "orders"})),
        Row(LOAD, "/Task/ReplicationTaskIdentifier", json!("orders--2")),
        Row(LOAD, "/Task/ReplicationTaskIdentifier", json!(long)),
        Row(LOAD, "/Task/ResourceIdentifier", json!("o".repeat(32))),
        Row(LOAD, "/Task/SourceEndpointArn", json!(INSTANCE)),
        Row(KEPT, "/Task/ReplicationTaskArn", json!(INSTANCE)),
        Row(ANSWER, "/Task/ReplicationTasks", json!([])),
        Row(POSITION, "/Task/CdcStartPosition", json!("now")),
        Row(POSITION, "/Task/CdcStopPosition", json!("2026-12-01T04:00:00")),
        // CloudFormation's property of this name is in milliseconds.
        Row(TIME, "/Task/CdcStartTime", json!(1_520_511_132_000_u64)),
        Row(TIME, "/Task/CdcStartTime", json!("yesterday")),
        Row(REPLICATION, "/Task/Tags", json!({"aws:x": "1"})),
        Row(LOAD, "/Task/Tags/0/Key", json!("")),
        Row(LOAD, "/Task/Tags/0/Value", json!("a;b")),
        // The window, and whom to tell.
        Row(LOAD, "/Window/Opens", json!("9:00")),
        Row(LOAD, "/Window/TimeZone", json!(null)),
        Row(LOAD, "/Window/Days", json!([])),
        Row(LOAD, "/Window/Except", json!(["tomorrow"])),
        Row(LOAD, "/Window/Duration", json!("PT7H")),
        Row(REPLICATION, "/Window/Duration", json!("7h")),
        Row(REPLICATION, "/Window/Duration", json!("P1M")),
        Row(LOAD, "/Window", json!({})),
        Row(REPLICATION, "/ScheduledTime", json!("2026-11-20T21:00:00")),
        Row(LOAD, "/Notify/On", json!(["Started"])),
        Row(LOAD, "/Notify/Team", json!("orders\nBcc: all")),
        Row(LOAD, "/Notify/TopicArn", json!(TASK)),
        Row(LOAD, "/Notify/ChatTopicArn", json!(TASK)),
        // Not supported yet.
        Row(LOAD, "/OnAbort", json!("Abort")),
    ]
}

fn rules() -> Vec<Row> {
    let mapping = |place: &'static str, value: Value| Row(LOAD, place, value);
    let excluded = json!([{
        "rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "exclude",
        "object-locator": {"schema-name": "orders", "table-name": "%"},
    }]);
    vec![
        mapping("/Task/TableMappings/rules", json!([])),
        mapping("/Task/TableMappings/rules", excluded),
        mapping("/Task/TableMappings/rules/0/rule-type", json!("Selection")),
        mapping("/Task/TableMappings/rules/0/rule-id", json!("one")),
        mapping("/Task/TableMappings/rules/0/rule-id", json!(-2)),
        mapping("/Task/TableMappings/rules/0/rule-name", json!("")),
        mapping("/Task/TableMappings/rules/0/rule-action", json!("Include")),
        mapping("/Task/TableMappings/rules/0/object-locator", json!({})),
        mapping("/Task/TableMappings/rules/0/object-locator/schema-name", json!({"a": 1})),
        mapping("/Task/TableMappings/rules/0/object-locator/table-type", json!("views")),
        mapping("/Task/TableMappings/rules/0/load-order", json!("first")),
        mapping("/Task/TableMappings/rules/0/filters/0/filter-type", json!("target")),
        mapping("/Task/TableMappings/rules/0/filters/0/filter-conditions", json!([])),
        mapping("/Task/TableMappings/rules/0/filters/0/filter-conditions/0/end-value", json!(null)),
        mapping("/Task/TableMappings/rules/0/filters/0/filter-conditions/0/filter-operator", json!("=")),
        mapping("/Task/TableMappings/rules/0/filters/0/filter-conditions/1/filter-operator", json!("noteq")),
        mapping("/Task/TableMappings/rules/1/filters", json!([{}])),
        mapping("/Task/TableMappings/rules/1/rule-action", json!("explicit")),
        mapping("/Task/TableMappings/rules/2/rule-target", json!("table")),
        mapping("/Task/TableMappings/rules/2/rule-action", json!("remove-column")),
        mapping("/Task/TableMappings/rules/2/value", json!("")),
        mapping("/Task/TableMappings/rules/2/data-type", json!({"length": 5})),
        mapping("/Task/TableMappings/rules/3/old-value", json!(null)),
        mapping("/Task/TableMappings/rules/4/rule-target", json!("schema")),
        mapping("/Task/TableMappings/rules/4/primary-key-def", json!({"name": "pk", "columns": []})),
        mapping("/Task/TableMappings/rules/5/object-locator", json!({"table-name": "a"})),
        mapping("/Task/TableMappings/rules/6/before-image-def/column-filter", json!("lob")),
        mapping("/Task/TableMappings/rules/7/object-locator/table-name", json!("item%")),
        mapping("/Task/TableMappings/rules/7/parallel-load/columns", json!(vec!["a"; 11])),
        mapping("/Task/TableMappings/rules/7/parallel-load/boundaries", json!(["1"])),
        mapping("/Task/TableMappings/rules/7/parallel-load/type", json!(null)),
        mapping("/Task/TableMappings/rules/7/lob-settings/bulk-max-size", json!("0")),
        mapping("/Task/TableMappings/rules/8/parallel-load/partitions", json!([])),
        mapping("/Task/TableMappings/rules/8/parallel-load/number-of-partitions", json!(0)),
        mapping("/Task/TableMappings/rules/9/mapping-parameters", json!("x")),
        mapping("/Task/TableMappings/rules/10/tag-set/0/key", json!("")),
        mapping("/Task/TableMappings/rules/11/object-locator/column-name", json!(null)),
        mapping("/Task/TableMappings/rules/11/source-function", json!({})),
        mapping("/Task/TableMappings/rules/3/rule-target", json!(null)),
    ]
}

fn settings() -> Vec<Row> {
    let setting = |place: &'static str, value: Value| Row(LOAD, place, value);
    vec![
        setting("/Task/ReplicationTaskSettings", json!("x")),
        setting("/Task/ReplicationTaskSettings", json!({"TaskSettings": {}})),
        setting("/Task/ReplicationTaskSettings/ErrorBehavior", json!("STOP_TASK")),
        setting("/Task/ReplicationTaskSettings/FullLoadSettings/TargetTablePrepMode", json!("TRUNCATE")),
        setting("/Task/ReplicationTaskSettings/FullLoadSettings/CommitRate", json!(50_001)),
        setting("/Task/ReplicationTaskSettings/FullLoadSettings/CommitRate", json!("many")),
        setting("/Task/ReplicationTaskSettings/TargetMetadata/SupportLobs", json!("yes")),
        setting("/Task/ReplicationTaskSettings/TargetMetadata/TargetSchema", json!(5)),
        setting("/Task/ReplicationTaskSettings/ErrorBehavior/TableErrorEscalationPolicy", json!(5)),
        setting("/Task/ReplicationTaskSettings/Logging/LogComponents", json!({"Id": "SORTER"})),
        setting("/Task/ReplicationTaskSettings/Logging/LogComponents/0", json!("SORTER")),
        setting("/Task/ReplicationTaskSettings/Logging/LogComponents/0/Severity", json!("DEBUG")),
        setting("/Task/ReplicationTaskSettings/TTSettings/TTS3Settings/EncryptionMode", json!("AES256")),
        setting(
            "/Task/ReplicationTaskSettings/CharacterSetSettings/CharacterReplacements/0/TargetCharacterCodePoint",
            json!("x"),
        ),
    ]
}

#[test]
fn each_kind_of_fault_is_refused_at_its_place() {
    let plans = full_plans();
    for Row(nth, place, value) in [rows(), rules(), settings()].into_iter().flatten() {
        let changed = Sample(plans[nth].clone()).with(place, value.clone());
        let refused = refusals(&changed.0);
        // A schema that has several ways to be right refuses the member that holds them, and one in which members exclude
        // each other those that stand beside the changed one.
        let inside = place.matches('/').count() > 1;
        let holder = place.rsplit_once('/').map_or("", |(holder, _)| holder);
        let around = |refusal: &String| {
            let (path, _) = refusal.split_once(": ").unwrap_or_default();
            let near = place.starts_with(path) || path.starts_with(holder);
            near && (!path.is_empty() || !inside)
        };
        assert!(refused.iter().any(around), "{place} = {value} is not refused: {refused:#?}");
        assert!(read(&changed.0).plan.is_none(), "{place} = {value} is taken by the reader");
    }
}

/// A validator that knows nothing of plans says which words there are, at the member that holds another.
#[test]
fn a_wrong_word_is_answered_with_the_words() {
    let validator = jsonschema::draft7::new(&schema::schema()).expect("the schema is one");
    for member in MEMBERS.iter().filter(|member| !member.words.is_empty()) {
        let holder = if member.home.contains(' ') { String::new() } else { format!("/{}", member.home) };
        let place = format!("{holder}/{}", member.name);
        let is_list = ["Days", "On"].contains(&member.name);
        let value = if is_list { json!(["Finished", "reload"]) } else { json!("reload") };
        let sample = full_load().with("/Window", night()).with("/Notify", json!({})).with(&place, value);
        let words: Vec<Value> = member.words.iter().map(|word| json!(word)).collect();
        let lists_them = validator.iter_errors(&sample.0).any(|error| match error.kind() {
            ValidationErrorKind::Enum { options } => {
                error.instance_path().to_string().starts_with(&place) && **options == json!(words)
            }
            _ => false,
        });
        let refused = refusals(&sample.0);
        assert!(lists_them, "{place}: {refused:#?}");
        assert!(refused.iter().all(|refusal| !refusal.contains("any of")), "{refused:#?}");
    }
    for (place, value, word) in [
        ("/Task/TableMappings/rules/0/rule-type", json!("select"), "selection"),
        ("/Task/TableMappings/rules/0/rule-action", json!("includes"), "include"),
        (
            "/Task/ReplicationTaskSettings/FullLoadSettings/TargetTablePrepMode",
            json!("TRUNCATE"),
            "DO_NOTHING",
        ),
    ] {
        let refused = refusals(&full_load().with(place, value).0);
        assert!(
            refused.iter().any(|refusal| refusal.starts_with(place) && refusal.contains(word)),
            "{refused:#?}"
        );
    }
    let misspelt = refusals(&full_load().with("/Strat", json!("Auto")).0);
    assert!(misspelt.iter().any(|refusal| refusal.contains("Strat")), "{misspelt:#?}");
}
