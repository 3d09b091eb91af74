//! The task: DMS's own request, a task that DMS has described, or the name of one that somebody else keeps.

#![allow(dead_code, reason = "only their schemas are used")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::mappings::TableMappings;
use super::parts::{
    BLANKS, DATE, TextOfAnObject, dms_arn, identifier, none_of, only, optional_members, or_else_absent,
    stated,
};
use super::settings::TaskSettings;
use crate::OWNER_TAG;
use crate::request::{MAX_IDENTIFIER, MAX_RESOURCE_IDENTIFIER, READ_ONLY};
use crate::tags::{MAX_KEY, MAX_VALUE};

/// A task, or the answer of `describe-replication-tasks` that holds one.
pub(super) struct Task;

impl JsonSchema for Task {
    fn schema_name() -> Cow<'static, str> {
        "Task".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "if": {
                "required": ["ReplicationTasks"],
                "properties": { "ReplicationTasks": { "type": "array" } },
            },
            "then": generator.subschema_for::<Answer>(),
            "else": generator.subschema_for::<OneTask>(),
        })
    }
}

/// What `describe-replication-tasks` answers, pasted; it must hold one task.
#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields)]
struct Answer {
    /// The one task.
    #[schemars(length(equal = 1))]
    replication_tasks: Vec<OneTask>,
    /// What the answer may have beside its tasks. It is passed over.
    marker: Option<Value>,
}

/// The DMS task: described in full, with the members of DMS's `CreateReplicationTask`, or named by nothing but its ARN
/// or identifier when somebody else keeps it.
#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", rename = "DmsTask", transform = described_or_named)]
struct OneTask {
    /// The task's name, unique in its account and Region. Alone, it names a task that somebody else keeps.
    replication_task_identifier: Option<TaskIdentifier>,
    /// Alone, it names a task that somebody else keeps, exactly this one. Elsewhere it is what DMS answers, and is left
    /// out.
    replication_task_arn: Option<Value>,
    /// The endpoint that is read.
    source_endpoint_arn: Option<EndpointArn>,
    /// The endpoint that is written.
    target_endpoint_arn: Option<EndpointArn>,
    /// The replication instance that does the work.
    replication_instance_arn: Option<InstanceArn>,
    /// What is migrated: the rows that are there, the changes that are made, or both.
    migration_type: Option<MigrationTypeWord>,
    /// Which tables are migrated, and how they are changed on the way; as an object, or as the text of one.
    table_mappings: Option<Mappings>,
    /// The task's settings in DMS's own words, as an object or as the text of one; only those that you state.
    /// `TargetTablePrepMode` is `DO_NOTHING` where you do not state it.
    replication_task_settings: Option<Settings>,
    /// Where a replication begins, as a UTC time or in epoch seconds.
    #[schemars(extend("examples" = ["2018-03-08T12:12:12"]))]
    cdc_start_time: Option<StartTime>,
    /// Where a replication begins: a date, a `checkpoint:...`, or a position in the log of MySQL, PostgreSQL, SQL
    /// Server or Oracle. By default from now on.
    cdc_start_position: Option<StartPosition>,
    /// Where a replication ends, in UTC.
    #[schemars(extend("examples" = ["server_time:2026-12-01T04:00:00"]))]
    cdc_stop_position: Option<StopPosition>,
    /// Tags of the task, as DMS's list of `Key` and `Value` or as a plain map.
    tags: Option<Tags>,
    /// Supplemental information that some targets need.
    task_data: Option<String>,
    /// The last part of the new task's ARN. By default it is random.
    resource_identifier: Option<ResourceIdentifier>,
}

/// What a task must state to be created.
const REQUIRED: [&str; 6] = [
    "ReplicationTaskIdentifier",
    "SourceEndpointArn",
    "TargetEndpointArn",
    "ReplicationInstanceArn",
    "MigrationType",
    "TableMappings",
];

fn described_or_named(schema: &mut Schema) {
    optional_members(schema);
    let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for name in READ_ONLY {
        let told = json!({ "description": "What DMS answers, not what can be asked for. It is left out.", "doNotSuggest": true });
        members.entry(name).or_insert(told);
    }
    let mut described = stated(&REQUIRED);
    if let Some(known) = described["properties"].as_object_mut() {
        for name in members.keys() {
            known.entry(name).or_insert(json!(true));
        }
    }
    described["additionalProperties"] = json!(false);
    let nothing_but = |name: &str| {
        let mut only = stated(&[name]);
        only["additionalProperties"] = or_else_absent();
        only
    };
    let named = [nothing_but("ReplicationTaskArn"), nothing_but("ReplicationTaskIdentifier")];
    let arn = json!({ "anyOf": [dms_arn("task"), or_else_absent()] });
    schema.insert("if".to_owned(), json!({ "anyOf": named }));
    schema.insert("then".to_owned(), json!({ "properties": { "ReplicationTaskArn": arn } }));
    schema.insert("else".to_owned(), described);
}

#[derive(JsonSchema)]
#[schemars(transform = only(identifier(MAX_IDENTIFIER)))]
struct TaskIdentifier(String);

#[derive(JsonSchema)]
#[schemars(transform = only(identifier(MAX_RESOURCE_IDENTIFIER)))]
struct ResourceIdentifier(String);

#[derive(JsonSchema)]
#[schemars(transform = only(dms_arn("endpoint")))]
struct EndpointArn(String);

#[derive(JsonSchema)]
#[schemars(transform = only(dms_arn("rep")))]
struct InstanceArn(String);

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", rename = "MigrationType")]
enum MigrationTypeWord {
    /// The rows that are there.
    FullLoad,
    /// The changes that are made.
    Cdc,
    /// The rows, then the changes.
    FullLoadAndCdc,
}

#[derive(JsonSchema)]
#[schemars(untagged, inline)]
enum Mappings {
    Document(TableMappings),
    Text(TextOfAnObject),
}

#[derive(JsonSchema)]
#[schemars(untagged, inline)]
enum Settings {
    Document(TaskSettings),
    Text(TextOfAnObject),
}

/// Seconds that no clock of ours reaches are milliseconds.
#[derive(JsonSchema)]
#[schemars(extend(
    "type" = ["string", "number"],
    "pattern" = format!("^({DATE}|1970-01-01T00:00:00)"),
    "patternErrorMessage" = "a UTC time like 2018-03-08T12:12:12, or epoch seconds",
    "minimum" = Timestamp::MIN.as_second() - 1,
    "maximum" = Timestamp::MAX.as_second() + 1,
))]
struct StartTime(String);

#[derive(JsonSchema)]
#[schemars(extend(
    "pattern" = format!(
        "^([0-9]+|checkpoint:[\\s\\S]*|{DATE}[\\s\\S]*|[0-9A-Fa-f]+/[0-9A-Fa-f]+|([0-9A-Fa-f]+:){{2}}[0-9A-Fa-f]+|\
         [\\s\\S]*\\.[\\s\\S]*:[0-9]+)$"
    ),
    "patternErrorMessage" = "a date, a checkpoint:..., or a position in the source's log",
))]
struct StartPosition(String);

#[derive(JsonSchema)]
#[schemars(extend(
    "pattern" = format!("^(server|commit)_time:{BLANKS}[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}(:[0-9]{{2}}){{2}}$"),
    "patternErrorMessage" = "server_time:YYYY-MM-DDThh:mm:ss or commit_time:YYYY-MM-DDThh:mm:ss, in UTC",
))]
struct StopPosition(String);

#[derive(JsonSchema)]
#[schemars(untagged, inline)]
enum Tags {
    Map(TagMap),
    List(Vec<Tag>),
}

#[derive(JsonSchema)]
#[schemars(transform = tag_map)]
struct TagMap(BTreeMap<String, TagValue>);

fn tag_map(schema: &mut Schema) {
    schema.insert("propertyNames".to_owned(), tag_key());
}

/// A tag as DMS lists it.
#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields, transform = tag)]
struct Tag {
    /// Its key.
    key: String,
    /// Its value.
    value: Option<TagValue>,
    /// It is passed over.
    #[schemars(extend("doNotSuggest" = true))]
    resource_arn: Option<Value>,
}

fn tag(schema: &mut Schema) {
    optional_members(schema);
    let mut whole = schema.clone().to_value();
    let shown = described(&whole["properties"]);
    whole["properties"]["Key"] = tag_key();
    // The skeleton of the CLI holds a tag that says nothing.
    schema.remove("required");
    schema.remove("additionalProperties");
    schema.insert("properties".to_owned(), shown);
    schema.insert("if".to_owned(), json!({ "additionalProperties": or_else_absent() }));
    schema.insert("else".to_owned(), whole);
}

/// These members, with nothing but what an editor shows of them.
fn described(members: &Value) -> Value {
    let is_shown = |name: &str| ["description", "doNotSuggest"].contains(&name);
    let mut members = members.clone();
    for member in
        members.as_object_mut().into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut)
    {
        member.retain(|name, _| is_shown(name));
    }
    members
}

const NOT_IN_TAGS: &str = "!\"#$%&'()*,;<>?[\\]^`{|}~";

fn tag_key() -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": none_of(NOT_IN_TAGS),
        "patternErrorMessage": "letters, digits, blanks and _.:/=+-@",
        "not": { "anyOf": [{ "pattern": "^([Aa][Ww][Ss]|[Dd][Mm][Ss]):" }, { "const": OWNER_TAG }] },
    })
}

#[derive(JsonSchema)]
#[schemars(extend(
    "maxLength" = MAX_VALUE,
    "pattern" = none_of(NOT_IN_TAGS),
    "patternErrorMessage" = "letters, digits, blanks and _.:/=+-@",
))]
struct TagValue(String);
