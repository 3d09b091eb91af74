//! `docs/scenario.md` says what a scenario may hold: its tables are those of the types, and each of its examples is a
//! scenario.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use dms_simulator::Scenario;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// The marks between which `make docs` writes the members.
const BEGIN: &str = "<!-- members: written by `make docs` from tests/dms-simulator/src/scenario -->\n";
const END: &str = "<!-- end of members -->\n";

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenario.md")
}

fn text() -> String {
    std::fs::read_to_string(page()).expect("docs/scenario.md can be read")
}

/// The schema of a scenario, and of every type in it by its name.
fn types() -> Vec<(String, Value)> {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Scenario>();
    let mut schema = sorted(schema.to_value());
    let inner = schema.get_mut("definitions").map(Value::take).unwrap_or_default();
    let inner: BTreeMap<String, Value> = serde_json::from_value(inner).expect("definitions");
    std::iter::once(("Scenario".to_owned(), schema)).chain(inner).collect()
}

/// With the members of objects by name. How serde_json keeps them is a feature, which another package of the same build
/// may turn on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            members.into_iter().collect()
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// A sentence in one cell of a table.
fn cell(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    let text = text.replace('\n', " ").replace('|', "\\|");
    // A link of rustdoc's means nothing on the page.
    let mut parts = text.split("`](super::");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| part.split_once(')')).map(|(_, after)| format!("`{after}"));
    let text = rest.fold(first, |text, after| text + &after);
    text.replace("[`", "`").replace("`]", "`")
}

/// What a member holds, in words; types of the page are linked.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = schema["allOf"].as_array().or(schema["anyOf"].as_array()) {
        let kinds: Vec<String> = choices.iter().filter(|choice| choice["type"] != "null").map(kind).collect();
        return kinds.join(" or ");
    }
    let one = |word: &str| match word {
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" => "object".to_owned(),
        other => other.to_owned(),
    };
    match &schema["type"] {
        Value::String(word) => one(word),
        Value::Array(words) => {
            let words = words.iter().filter_map(Value::as_str).filter(|word| *word != "null");
            words.map(one).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

/// A default, where it is short enough to be read in a table.
fn default(schema: &Value) -> String {
    match schema.get("default") {
        None | Some(Value::Null) => String::new(),
        Some(Value::Array(list)) if list.is_empty() => "none".to_owned(),
        Some(Value::Object(_) | Value::Array(_)) => "see there".to_owned(),
        Some(Value::String(text)) if text.is_empty() => String::new(),
        Some(value) => format!("`{value}`"),
    }
}

fn members(properties: &Map<String, Value>) -> String {
    let mut rows = String::from("| member | holds | default | meaning |\n|---|---|---|---|\n");
    for (name, member) in properties {
        writeln!(rows, "| `{name}` | {} | {} | {} |", kind(member), default(member), cell(member)).unwrap();
    }
    rows
}

/// One of several: a word, or an object with one member.
fn choices(choices: &[Value]) -> String {
    let mut rows = String::from("| one of | meaning |\n|---|---|\n");
    for choice in choices {
        let mut row = |shown: String| writeln!(rows, "| {shown} | {} |", cell(choice)).unwrap();
        if let Some(word) = choice["const"].as_str() {
            row(format!("`\"{word}\"`"));
        } else if let Some(words) = choice["enum"].as_array() {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            row(words.join(", "));
        } else if let Some(properties) = choice["properties"].as_object() {
            for (name, inner) in properties {
                let inside = match inner["properties"].as_object() {
                    Some(inner) => inner
                        .iter()
                        .map(|(member, schema)| format!("`{member}` ({})", kind(schema)))
                        .collect::<Vec<_>>()
                        .join(", "),
                    None => kind(inner),
                };
                row(format!("`{{\"{name}\": ...}}` with {inside}"));
            }
        } else {
            row(kind(choice));
        }
    }
    rows
}

fn generated() -> String {
    let mut text = String::new();
    for (name, schema) in types() {
        let words: Option<Vec<Value>> = schema["enum"]
            .as_array()
            .map(|words| words.iter().map(|word| serde_json::json!({ "const": word })).collect());
        let table = match (schema["properties"].as_object(), schema["oneOf"].as_array(), words) {
            (Some(properties), _, _) => members(properties),
            (None, Some(one_of), _) => choices(one_of),
            (None, None, Some(words)) => choices(&words),
            (None, None, None) => format!("{}\n", kind(&schema)),
        };
        writeln!(text, "\n### {name}\n\n{}\n\n{table}", cell(&schema)).unwrap();
    }
    format!("{}\n", text.trim())
}

#[test]
fn the_members_are_those_of_the_types() {
    let page_text = text();
    let (before, rest) = page_text.split_once(BEGIN).expect("the page marks where the members begin");
    let (kept, after) = rest.split_once(END).expect("the page marks where the members end");
    let wanted = generated();
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(page(), format!("{before}{BEGIN}{wanted}{END}{after}"))
            .expect("the page can be written");
    } else {
        assert!(kept == wanted, "docs/scenario.md is not what the types say: `make docs` writes it");
    }
}

#[test]
fn every_type_and_every_member_says_what_it_means() {
    let mut silent = Vec::new();
    for (name, schema) in types() {
        if cell(&schema).is_empty() {
            silent.push(name.clone());
        }
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            let says =
                schema["description"].is_string() || schema["$ref"].is_string() || schema["allOf"].is_array();
            if !says {
                silent.push(format!("{name}.{member}"));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn every_example_of_the_page_is_a_scenario() {
    let page = text();
    let examples: Vec<&str> =
        page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 4, "the page has examples");
    for example in examples {
        Scenario::from_json(example).unwrap_or_else(|error| panic!("{error}: {example}"));
    }
}
