//! The task settings, made of the catalogue by which they are checked.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::parts::{BLANKS, whole};
use crate::settings::catalogue::{Kind, SETTINGS, Setting};
use crate::settings::{READ_ONLY_LOGGING, WRAPPERS};

/// The settings of a task, in DMS's own words. Only those that you state hold; DMS has its defaults for the others.
pub(super) struct TaskSettings;

impl JsonSchema for TaskSettings {
    fn schema_name() -> Cow<'static, str> {
        "TaskSettings".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut members = members(SETTINGS);
        for name in WRAPPERS {
            let wrapper = json!({
                "description": "DMS does not look for settings in here: state what is inside it as ReplicationTaskSettings.",
                "not": { "type": ["object", "string"] }, "doNotSuggest": true,
            });
            members.insert(name.to_owned(), wrapper);
        }
        for name in READ_ONLY_LOGGING {
            members["Logging"]["properties"][name] =
                json!({ "description": "What DMS answers. It is left out.", "doNotSuggest": true });
        }
        let schema = json!({
            "description": "The settings of a task, in DMS's own words. DMS has its defaults for what is not stated.",
            "type": "object",
            "properties": members,
        });
        schema.as_object().cloned().unwrap_or_default().into()
    }
}

/// What DMS has learned since is not refused, so other members may stand beside these.
fn members(settings: &[Setting]) -> Map<String, Value> {
    settings.iter().map(|setting| (setting.name.to_owned(), member(setting))).collect()
}

fn member(setting: &Setting) -> Value {
    let mut schema = what_it_holds(&setting.kind);
    if let Some(description) = description(setting) {
        schema["description"] = description.into();
    }
    if let Some(default) = setting.default_value().filter(|default| !default.is_object()) {
        schema["default"] = default;
    }
    schema
}

/// Null is always taken; numbers and flags also as text, with a warning.
fn what_it_holds(kind: &Kind) -> Value {
    match kind {
        Kind::Flag => json!({
            "type": ["boolean", "string", "null"], "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$",
        }),
        Kind::Whole(range) => whole_number(range),
        Kind::Text => json!({ "type": ["string", "null"] }),
        Kind::Word(words) => {
            let words: Vec<Value> = words.iter().map(|word| json!(word)).chain([Value::Null]).collect();
            json!({ "enum": words })
        }
        Kind::OpenWord(words) => json!({ "anyOf": [{ "enum": words }, { "type": ["string", "null"] }] }),
        Kind::CodePoint => json!({
            "type": ["integer", "string", "null"], "minimum": 0, "pattern": whole("\\+?[0-9A-Fa-f]+"),
        }),
        Kind::Section(keys) => json!({ "type": ["object", "null"], "properties": members(keys) }),
        Kind::List(keys) => {
            let element = json!({ "type": "object", "properties": members(keys) });
            json!({ "type": ["array", "null"], "items": element })
        }
        Kind::Anything => json!({}),
    }
}

fn whole_number(range: &RangeInclusive<i64>) -> Value {
    let mut schema = json!({
        "type": ["integer", "string", "null"], "minimum": range.start(),
        "pattern": format!("^{BLANKS}[+-]?[0-9]+{BLANKS}$"),
    });
    if *range.end() < i64::MAX {
        schema["maximum"] = json!(range.end());
    }
    schema
}

/// What cannot be seen from a type: the numbers that AWS recommends, and for which tasks a setting is.
fn description(setting: &Setting) -> Option<String> {
    let recommended = setting.recommended.as_ref();
    let recommended =
        recommended.map(|range| format!("AWS recommends {} to {}.", range.start(), range.end()));
    let only = setting.only_with_cdc.then(|| "It means nothing for a full load.".to_owned());
    let serverless =
        (setting.name == "PreMigrationAssessment").then(|| "For DMS Serverless only.".to_owned());
    let said: Vec<String> = [recommended, only, serverless].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}
