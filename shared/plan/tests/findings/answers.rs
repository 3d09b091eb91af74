//! DMS's own words: they stand beside a fault when its answer to that fault is recorded, and nowhere else.

use plan::finding::Severity;
use serde_json::{Value, json};

use support::plans::{Sample, cdc, full_load, mapping};

const MAPPINGS: &str = "/Task/TableMappings";

/// The errors of a plan, each with what DMS would say.
fn answers(sample: &Sample) -> Vec<(String, Option<String>)> {
    let errors = sample.findings().into_iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| (found.code.to_string(), found.dms_error)).collect()
}

fn with(rules: Value) -> Sample {
    full_load().with(MAPPINGS, json!({ "rules": rules }))
}

fn selection() -> Value {
    mapping()["rules"][0].clone()
}

fn changed(mut rule: Value, name: &str, value: Value) -> Value {
    rule[name] = value;
    rule
}

#[test]
fn a_fault_whose_answer_is_recorded_has_it() {
    let second = |id: Value| changed(changed(selection(), "rule-name", json!("b")), "rule-id", id);
    let settings = json!({
        "rule-type": "table-settings", "rule-id": 7, "rule-name": "load",
        "object-locator": {"schema-name": "orders", "table-name": "%"}, "parallel-load": {"type": "partitions-auto"},
    });
    let transformation = json!({
        "rule-type": "transformation", "rule-id": "2", "rule-name": "small", "rule-target": "schema",
        "rule-action": "convert-lowercase", "object-locator": {"schema-name": "orders"},
    });
    for (sample, code, said) in [
        (
            full_load().with(MAPPINGS, json!("{\"rules\": }")),
            "not-json",
            "Invalid Table Mappings document. Invalid json",
        ),
        (
            full_load().with(MAPPINGS, json!("file://mappings.json")),
            "file-instead-of-text",
            "Invalid Table Mappings document. Invalid json",
        ),
        (
            full_load().with(MAPPINGS, json!({"hello": "world"})),
            "no-rules",
            "Valid Table mappings is required",
        ),
        (full_load().with(MAPPINGS, json!({"rules": null})), "no-rules", "Valid Table mappings is required"),
        (
            full_load().with(MAPPINGS, json!({"TableMappings": mapping()})),
            "wrapped-in-itself",
            "Valid Table mappings is required",
        ),
        (
            with(json!([])),
            "no-selection-rule",
            "Error in mapping rules. At least one selection rule is required.",
        ),
        (
            with(json!([transformation])),
            "no-selection-rule",
            "Error in mapping rules. At least one selection rule is required.",
        ),
        // A word that is not known is found before a selection is missed, by DMS and here.
        (
            with(json!([changed(selection(), "rule-type", json!("select"))])),
            "unknown-word",
            "Invalid table mappings document.",
        ),
        (
            with(json!([changed(selection(), "rule-action", json!("includes"))])),
            "unknown-word",
            "Invalid table mappings document.",
        ),
        (
            with(json!([changed(selection(), "object-locator", json!(null))])),
            "missing-member",
            "Error in mapping rules. Rule with ruleId = 1 failed validation. object locator cannot be null",
        ),
        (
            with(json!([selection(), second(json!(1))])),
            "equal-selection-ids",
            "Error in mapping rules. Duplicate ruleid 1",
        ),
        (
            with(json!([selection(), settings])),
            "settings-with-pattern",
            "Error in mapping rules. Rule with ruleId = 7 failed validation. Exact schema and table name required when \
             using table settings rule.",
        ),
        (
            cdc().with("/Task/CdcStartPosition", json!("latest")),
            "bad-cdc-start-position",
            "Invalid CdcStartPosition format",
        ),
        (
            full_load().with("/Task/ReplicationTaskSettings/FullLoadSettings/CommitRate", json!(0)),
            "bad-setting",
            "Invalid task settings JSON",
        ),
    ] {
        assert_eq!(answers(&sample), [(code.to_owned(), Some(said.to_owned()))]);
    }
}

#[test]
fn a_fault_whose_answer_is_not_recorded_has_none() {
    let transformation = json!({
        "rule-type": "transformation", "rule-id": "2", "rule-name": "small", "rule-target": "schema",
        "rule-action": "lowercase", "object-locator": {"schema-name": "orders"},
    });
    for (sample, code) in [
        (full_load().with(MAPPINGS, mapping()["rules"].clone()), "bare-list"),
        (full_load().with(MAPPINGS, json!({"rules": {}})), "no-rules"),
        (with(json!([changed(selection(), "rule-id", json!("one"))])), "bad-rule-id"),
        (with(json!([changed(selection(), "rule-action", json!("exclude"))])), "nothing-selected"),
        (with(json!([changed(selection(), "rule-type", json!(null))])), "missing-member"),
        (with(json!([changed(selection(), "rule-type", json!(5))])), "wrong-type"),
        (with(json!([changed(selection(), "object-locator", json!("a.b"))])), "wrong-type"),
        (
            with(json!([
                selection(),
                changed(transformation.clone(), "object-locator", json!({"schema-name": "a"}))
            ])),
            "unknown-word",
        ),
        (
            with(json!([
                selection(),
                changed(
                    changed(transformation, "rule-action", json!("convert-lowercase")),
                    "object-locator",
                    json!(null)
                ),
            ])),
            "missing-member",
        ),
        (cdc().with("/Task/CdcStartPosition", json!("now")), "cdc-start-now"),
    ] {
        assert_eq!(answers(&sample), [(code.to_owned(), None)]);
    }
}

#[test]
fn what_dms_takes_is_no_error() {
    let second = changed(selection(), "rule-id", json!(2));
    for sample in [
        with(json!([selection(), second.clone()])),
        with(json!([changed(selection(), "rule-id", json!(1)), second])),
        with(json!([changed(selection(), "rule-name", json!(1))])),
    ] {
        assert_eq!(answers(&sample), []);
    }
}

#[test]
fn an_answer_that_names_a_rule_is_not_made_up_for_one_without_an_id() {
    let settings = json!({
        "rule-type": "table-settings", "rule-name": "load",
        "object-locator": {"schema-name": "orders", "table-name": "%"}, "parallel-load": {"type": "partitions-auto"},
    });
    let said = answers(&with(json!([selection(), settings])));
    assert_eq!(said, [("settings-with-pattern".to_owned(), None), ("missing-member".to_owned(), None)]);
}
