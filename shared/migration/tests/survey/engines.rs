//! What the engines of the endpoints mean for a request.

use migration::survey::engines;
use plan::finding::{Code, Finding, Findings};
use serde_json::{Value, json};

use support::findings::Case;
use support::plans::{Sample, cdc, full_load, mapping};
use support::schema;

/// What is found about a plan between two engines.
fn between(sample: &Sample, source: &str, target: &str) -> Vec<Finding> {
    let reading = schema::read(&sample.0);
    let plan = reading.plan.unwrap_or_else(|| panic!("{:#?}", reading.findings));
    let mut findings = Findings::default();
    engines::check(plan.request().expect("a request"), source, target, &mut findings);
    findings.into_sorted()
}

/// A case of one plan between two pairs of engines.
fn engines(
    code: &'static str,
    path: &'static str,
    sample: &Sample,
    bad: (&str, &str),
    good: (&str, &str),
) -> Case {
    Case { code, path, bad: between(sample, bad.0, bad.1), good: between(sample, good.0, good.1) }
}

/// A full load with this rule beside its selection.
fn ruled(rule: Value) -> Sample {
    let mut mapping = mapping();
    mapping["rules"].as_array_mut().expect("rules").push(rule);
    full_load().with("/Task/TableMappings", mapping)
}

fn table_settings(parallel_load: Value) -> Sample {
    ruled(json!({
        "rule-type": "table-settings", "rule-id": "2", "rule-name": "2",
        "object-locator": {"schema-name": "orders", "table-name": "lines"}, "parallel-load": parallel_load,
    }))
}

fn starting(position: &str) -> Sample {
    cdc().with("/Task/CdcStartPosition", json!(position))
}

pub(crate) fn cases() -> Vec<Case> {
    let postgres = ("postgres", "aurora-postgresql");
    let (mysql, oracle) = (("mysql", "aurora-postgresql"), ("oracle", "oracle"));
    let timed = cdc().with("/Task/CdcStartTime", json!("2018-03-08T12:12:12"));
    let binlog = starting("mysql-bin-changelog.000024:373");
    let rule = "/Task/TableMappings/rules/1";
    let load = "/Task/TableMappings/rules/1/parallel-load";
    let typed = |kind: &str| table_settings(json!({ "type": kind }));
    let object_mapping = ruled(json!({
        "rule-type": "object-mapping", "rule-id": "2", "rule-name": "2", "rule-action": "map-record-to-document",
        "object-locator": {"schema-name": "orders", "table-name": "%"},
    }));
    let post_processing = ruled(json!({
        "rule-type": "post-processing", "rule-id": "2", "rule-name": "2", "rule-action": "add-tag",
        "object-locator": {"schema-name": "orders", "table-name": "%"}, "tag-set": [{"key": "a", "value": "b"}],
    }));
    let tablespace = ruled(json!({
        "rule-type": "transformation", "rule-id": "2", "rule-name": "2", "rule-action": "rename", "value": "FAST",
        "rule-target": "table-tablespace",
        "object-locator": {"schema-name": "orders", "table-name": "%", "table-tablespace-name": "SLOW"},
    }));
    let validated = full_load().with(
        "/Task/ReplicationTaskSettings",
        json!({
            "FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"},
            "ValidationSettings": {"EnableValidation": true},
        }),
    );
    let (time, position) = ("/Task/CdcStartTime", "/Task/CdcStartPosition");
    let (of_source, of_target) = ("cdc-start-position-not-for-source", "rule-not-for-target");
    let collections = "parallel-load-of-collections";
    let settings = "/Task/ReplicationTaskSettings";
    let partitioned = table_settings(json!({"type": "none", "batch-size": 1000}));
    let subpartitioned = table_settings(json!({"type": "partitions-list", "subpartitions": ["P1"]}));
    vec![
        engines("cdc-start-time-not-for-source", time, &timed, postgres, mysql),
        engines(
            "cdc-start-time-not-for-source",
            time,
            &timed,
            ("aurora-postgresql", "s3"),
            ("paradox", "s3"),
        ),
        engines("cdc-start-time-ignored", time, &timed, ("docdb", "s3"), ("mongodb", "s3")),
        engines(of_source, position, &binlog, postgres, ("aurora", "s3")),
        engines(of_source, position, &starting("4AF/B00000D0"), oracle, postgres),
        engines(of_source, position, &starting("00000014:00000061:0001"), mysql, ("sqlserver", "s3")),
        engines(of_source, position, &starting("123456"), ("sqlserver", "s3"), oracle),
        engines("cdc-start-position-not-documented", position, &binlog, ("mongodb", "s3"), ("mariadb", "s3")),
        engines("parallel-load-not-for-source", load, &typed("partitions-auto"), postgres, mysql),
        engines("parallel-load-not-for-source", load, &typed("subpartitions-auto"), mysql, oracle),
        engines("parallel-load-not-for-source", load, &subpartitioned, ("sqlserver", "s3"), oracle),
        engines(collections, load, &partitioned, postgres, ("mongodb", "s3")),
        engines(of_target, rule, &object_mapping, postgres, ("postgres", "kinesis")),
        engines(of_target, rule, &object_mapping, ("postgres", "s3"), ("postgres", "dynamodb")),
        engines(of_target, rule, &post_processing, ("postgres", "kafka"), ("postgres", "s3")),
        engines("tablespace-not-for-target", rule, &tablespace, postgres, ("postgres", "oracle")),
        engines(
            "validation-not-for-engine",
            settings,
            &validated,
            ("postgres", "redshift"),
            ("postgres", "s3"),
        ),
        engines("validation-not-for-engine", settings, &validated, ("s3", "postgres"), ("db2", "postgres")),
    ]
}

#[test]
fn what_goes_with_every_engine_is_not_held_against_any() {
    let ranges = table_settings(json!({"type": "ranges", "columns": ["id"], "boundaries": [["10"]]}));
    let nulls = table_settings(json!({"type": null, "subpartitions": [], "batch-size": null}));
    for source in ["postgres", "mysql", "oracle", "sqlserver", "mongodb", "docdb", "s3", "db2", "paradox", ""]
    {
        for sample in [full_load(), cdc(), ranges.clone(), nulls.clone(), starting("2018-03-08T12:12:12")] {
            assert_eq!(between(&sample, source, "aurora-postgresql"), [], "{source}");
        }
    }
    let timed_load = full_load().with("/Task/CdcStartTime", json!("2018-03-08T12:12:12"));
    assert_eq!(between(&timed_load, "postgres", "s3"), [], "a full load ignores it anyway");
}

#[test]
fn system_schemas_of_the_source_are_not_copied_into_another_engine() {
    let rejected = |schema: &str, table: &str, target| {
        let mut mapping = mapping();
        mapping["rules"][0]["object-locator"] = json!({"schema-name": schema, "table-name": table});
        let findings = between(&full_load().with("/Task/TableMappings", mapping), "mysql", target);
        findings.iter().any(|finding| finding.code == Code::SystemSchemaToAnotherEngine)
    };
    let postgres = "aurora-postgresql";
    for (schema, table) in [("%", "%"), ("m%", "%"), ("mysql", "%"), ("MySQL", "user")] {
        assert!(rejected(schema, table, postgres), "{schema}.{table}");
        assert!(!rejected(schema, table, "mariadb"), "{schema}.{table}");
    }
    for (schema, table) in [("%", "orders"), ("%", "app_%"), ("m%", "orders"), ("shop", "%"), ("shop%", "%")]
    {
        assert!(!rejected(schema, table, postgres), "{schema}.{table}");
    }
}
