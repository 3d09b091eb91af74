//! The plan checker against the simulator: a faulty mapping that the simulator refuses is an error of the checker with the
//! same words, and one that it takes has no error that claims an answer of DMS. Neither knows the other's table.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use dms_simulator::{Scenario, Simulator};
use plan::finding::Severity;
use proptest::prelude::*;
use serde_json::{Value, json};

const INSTANCE: &str = "arn:aws:dms:eu-central-1:123456789012:rep:I";
const SOURCE: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:S";
const TARGET: &str = "arn:aws:dms:eu-central-1:123456789012:endpoint:T";

fn request(mapping: &str) -> Value {
    json!({
        "ReplicationTaskIdentifier": "orders", "SourceEndpointArn": SOURCE, "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE, "MigrationType": "full-load", "TableMappings": mapping,
    })
}

/// What the simulator answers to a task with this mapping.
fn refused(mapping: &str) -> Option<String> {
    let scenario = Scenario::default()
        .with_instance(INSTANCE, "i")
        .with_source(SOURCE, "s", "postgres")
        .with_target(TARGET, "t", "postgres")
        .with_table("shop", "orders", 10, 1.0);
    let now = "2026-11-20T21:00:00Z".parse().unwrap();
    let answer = Simulator::new(scenario, 7).call(now, "CreateReplicationTask", &request(mapping));
    answer.err().map(|fault| fault.message)
}

/// The errors of the checker, each with what DMS would say.
fn errors(mapping: &str) -> Vec<(String, Option<String>)> {
    let findings = plan::read::read(&json!({ "Task": request(mapping) })).findings;
    let errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (finding.code.to_string(), finding.dms_error)).collect()
}

fn agree(mapping: &str) -> Result<(), TestCaseError> {
    let (refused, errors) = (refused(mapping), errors(mapping));
    let said: Vec<&str> = errors.iter().filter_map(|(_, said)| said.as_deref()).collect();
    match refused {
        Some(message) => prop_assert!(
            said.iter().any(|said| message.starts_with(said)),
            "{mapping}\nthe simulator: {message}\nthe checker: {errors:?}"
        ),
        None => prop_assert!(said.is_empty(), "{mapping}\nthe simulator takes it\nthe checker: {errors:?}"),
    }
    Ok(())
}

fn selection(id: Value) -> Value {
    json!({
        "rule-type": "selection", "rule-id": id, "rule-name": "one", "rule-action": "include",
        "object-locator": {"schema-name": "shop", "table-name": "%"},
    })
}

fn settings(table: &str) -> Value {
    json!({
        "rule-type": "table-settings", "rule-id": "9", "rule-name": "nine",
        "object-locator": {"schema-name": "shop", "table-name": table},
        "parallel-load": {"type": "partitions-auto"},
    })
}

/// What is done to a mapping of two selections.
#[derive(Clone, Debug)]
enum Fault {
    None,
    NoRules,
    EmptyRules,
    NullRules,
    UnknownType,
    UnknownAction,
    NoLocator,
    SameId,
    SameIdAsNumber,
    PatternOfSettings,
    ExactSettings,
    CutOff(usize),
    EqualNames,
    NumberAsId,
}

fn faulty(fault: &Fault) -> String {
    let mut rules = vec![selection(json!("1")), selection(json!("2"))];
    rules[1]["rule-name"] = json!("two");
    rules[1]["object-locator"]["table-name"] = json!("orders");
    let mut whole = match fault {
        Fault::EmptyRules => return json!({"rules": []}).to_string(),
        Fault::NullRules => return json!({"rules": null}).to_string(),
        Fault::NoRules => return json!({"hello": "world"}).to_string(),
        _ => json!({}),
    };
    match fault {
        Fault::UnknownType => rules[0]["rule-type"] = json!("select"),
        Fault::UnknownAction => rules[0]["rule-action"] = json!("includes"),
        Fault::NoLocator => rules[0]["object-locator"] = Value::Null,
        Fault::SameId => rules[1]["rule-id"] = json!("1"),
        Fault::SameIdAsNumber => rules[1]["rule-id"] = json!(1),
        Fault::PatternOfSettings => rules.push(settings("ord%")),
        Fault::ExactSettings => rules.push(settings("orders")),
        Fault::EqualNames => rules[1]["rule-name"] = json!("one"),
        Fault::NumberAsId => rules[1]["rule-id"] = json!(2),
        _ => {}
    }
    whole["rules"] = json!(rules);
    let text = whole.to_string();
    match fault {
        Fault::CutOff(part) => text[..text.len() * part / 100].to_owned(),
        _ => text,
    }
}

#[test]
fn each_fault_has_the_same_words() {
    for fault in [
        Fault::None,
        Fault::NoRules,
        Fault::EmptyRules,
        Fault::NullRules,
        Fault::UnknownType,
        Fault::UnknownAction,
        Fault::NoLocator,
        Fault::SameId,
        Fault::SameIdAsNumber,
        Fault::PatternOfSettings,
        Fault::ExactSettings,
        Fault::EqualNames,
        Fault::NumberAsId,
    ] {
        agree(&faulty(&fault)).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
    }
}

proptest! {
    #[test]
    fn text_that_breaks_off_is_refused_with_the_same_words(part in 1usize..100) {
        agree(&faulty(&Fault::CutOff(part)))?;
    }
}
