//! Plans that hold among them every member that a plan can have, and values to put into them.

use plan::members::MEMBERS;
use serde_json::{Value, json};

use support::plans::{TASK, WORDS, cdc, full_load, load_and_cdc, night};

/// A rule of each type, with everything that it may hold.
fn rules() -> Value {
    json!({"rules": [
        {
            "rule-type": "selection", "rule-id": "1", "rule-name": "items", "rule-action": "include", "load-order": "2",
            "object-locator": {"schema-name": "orders", "table-name": "items", "table-type": "table"},
            "filters": [
                {"filter-type": "source", "column-name": "id", "filter-conditions": [
                    {"filter-operator": "between", "start-value": "1", "end-value": "2"}, {"filter-operator": "eq", "value": "5"},
                ]},
                {"filter-type": "source", "column-name": "day", "filter-conditions": [{"filter-operator": "notnull"}]},
            ],
        },
        {
            "rule-type": "selection", "rule-id": 2, "rule-name": "no-drafts", "rule-action": "exclude",
            "object-locator": {"schema-name": "orders", "table-name": "draft%"},
        },
        {
            "rule-type": "transformation", "rule-id": "3", "rule-name": "column", "rule-target": "column",
            "rule-action": "add-column", "value": "who", "expression": "$AR_H_USER || '-'",
            "object-locator": {"schema-name": "orders", "table-name": "items"},
            "data-type": {"type": "string", "length": "50", "scale": ""},
        },
        {
            "rule-type": "transformation", "rule-id": "4", "rule-name": "prefix", "rule-target": "schema",
            "rule-action": "replace-prefix", "value": "new", "old-value": "old", "object-locator": {"schema-name": "orders"},
        },
        {
            "rule-type": "transformation", "rule-id": "5", "rule-name": "key", "rule-target": "table",
            "rule-action": "define-primary-key", "object-locator": {"schema-name": "orders", "table-name": "items"},
            "primary-key-def": {"name": "pk", "origin": "primary-key", "columns": ["id"]},
        },
        {
            "rule-type": "transformation", "rule-id": "6", "rule-name": "space", "rule-target": "table-tablespace",
            "rule-action": "rename", "value": "DATA", "object-locator": {"table-tablespace-name": "USERS"},
        },
        {
            "rule-type": "transformation", "rule-id": "7", "rule-name": "image", "rule-target": "column",
            "rule-action": "add-before-image-columns", "before-image-def": {"column-filter": "pk-only", "column-prefix": "BI_"},
            "object-locator": {"schema-name": "orders", "table-name": "items"},
        },
        {
            "rule-type": "table-settings", "rule-id": "8", "rule-name": "ranges",
            "object-locator": {"schema-name": "orders", "table-name": "item[_]s"},
            "parallel-load": {"type": "ranges", "columns": ["id", "day"], "boundaries": [["1", "a"], ["2", "b"]]},
            "lob-settings": {"mode": "limited", "bulk-max-size": "16"},
        },
        {
            "rule-type": "table-settings", "rule-id": "9", "rule-name": "partitions",
            "object-locator": {"schema-name": "orders", "table-name": "lines"},
            "parallel-load": {"type": "partitions-list", "partitions": ["p1"], "number-of-partitions": 4, "batch-size": "10"},
        },
        {
            "rule-type": "object-mapping", "rule-id": "10", "rule-name": "records", "rule-action": "map-record-to-record",
            "object-locator": {"schema-name": "orders", "table-name": "%"}, "target-table-name": "items",
            "mapping-parameters": {"partition-key-type": "schema-table"},
        },
        {
            "rule-type": "post-processing", "rule-id": "11", "rule-name": "tags", "rule-action": "add-tag",
            "object-locator": {"schema-name": "orders", "table-name": "%"}, "tag-set": [{"key": "team", "value": "orders"}],
        },
        {
            "rule-type": "validation", "rule-id": "12", "rule-name": "compare", "rule-target": "column",
            "rule-action": "override-validation-function", "source-function": "round(x)", "target-function": "round(x)",
            "object-locator": {"schema-name": "orders", "table-name": "items", "column-name": "price"},
        },
    ]})
}

fn settings() -> Value {
    json!({
        "TargetMetadata": {"SupportLobs": true, "LobMaxSize": 64, "TargetSchema": "orders", "ParallelLoadThreads": "4"},
        "FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD", "CommitRate": 5000},
        "Logging": {
            "EnableLogging": "true", "LogComponents": [{"Id": "SORTER", "Severity": "LOGGER_SEVERITY_DEBUG"}],
            "CloudWatchLogGroup": null,
        },
        "ErrorBehavior": {"DataErrorPolicy": "STOP_TASK", "TableErrorEscalationPolicy": "STOP_TASK"},
        "CharacterSetSettings": {"CharacterReplacements": [
            {"SourceCharacterCodePoint": 35, "TargetCharacterCodePoint": "2FB6"},
        ]},
        "TTSettings": {"TTS3Settings": {"EncryptionMode": "SSE_S3"}},
        "BeforeImageSettings": null,
        "PostProcessingRules": null,
    })
}

/// Plans that hold among them every member that a plan can have.
pub(crate) fn full_plans() -> Vec<Value> {
    let mapping = "/Task/TableMappings";
    let loads = full_load()
        .with(mapping, rules())
        .with("/Task/ReplicationTaskSettings", settings())
        .with(
            "/Task/Tags",
            json!([{"Key": "Team", "Value": "orders", "ResourceArn": TASK}, {"Key": "", "Value": ""}]),
        )
        .with("/Task/TaskData", json!("{}"))
        .with("/Task/ResourceIdentifier", json!("orders"))
        .with("/Task/Status", json!("stopped"))
        .with("/Window", night())
        .with("/Window/Days", json!(["Mon", "Tue"]))
        .with("/Window/Except", json!(["2026-12-24"]))
        .with("/Window/StopLead", json!("PT10M"))
        .with("/Window/MinimumMinutes", json!(30))
        .with("/Notify", json!({"Team": "orders", "On": ["Finished", "Warning"], "ChatTopicArn": "arn:aws:sns:us-east-1:123456789012:chat.fifo"}))
        .with("/Notify/TopicArn", json!("arn:aws:sns:us-east-1:123456789012:orders"))
        .with("/Start", json!("Refresh"))
        .with("/OnDrift", json!("Ignore"))
        .with("/OnTableErrors", json!("Warn"))
        .with("/OnValidationErrors", json!("Warn"))
        .with("/Mode", json!("Preflight"))
        .with("/Restarts", json!(2))
        .with("/StallMinutes", json!(0))
        .with("/OnAbort", json!("Stop"));
    let replicates = load_and_cdc()
        .with("/Task/Tags", json!({"Team": "orders"}))
        .with("/Window", json!({"Duration": "PT7H", "AtClose": "Stop"}))
        .with("/ScheduledTime", json!("2026-11-20T21:00:00Z"))
        .with("/Until", json!("CaughtUp"))
        .with("/LagSeconds", json!(30))
        .with("/Then", json!("Stop"))
        .with("/Comment", json!({"any": ["thing"]}))
        .with("/$schema", json!("../docs/plan.schema.json"));
    let starts_then = cdc().with("/Task/CdcStartTime", json!("2018-03-08T12:12:12"));
    let starts_there = cdc().with("/Task/CdcStartPosition", json!("mysql-bin-changelog.000024:373"));
    let answered = full_load().0["Task"].clone();
    [loads, replicates, starts_then, starts_there]
        .into_iter()
        .map(|sample| sample.0)
        .chain([
            json!({"Task": {"ReplicationTaskArn": TASK, "Tags": [], "Anything": null}}),
            json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Start": "Resume"}),
            json!({"Task": {"ReplicationTasks": [answered], "Marker": "x"}}),
        ])
        .collect()
}

/// Every place of a document, the top left out.
pub(crate) fn places(value: &Value) -> Vec<String> {
    let inside = |name: &str, value: &Value| {
        let below = places(value).into_iter().map(|place| format!("/{name}{place}"));
        [format!("/{name}")].into_iter().chain(below).collect::<Vec<_>>()
    };
    match value {
        Value::Object(object) => object.iter().flat_map(|(name, value)| inside(name, value)).collect(),
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(at, value)| inside(&at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    }
}

/// What may be put anywhere: each way to be absent, each type, and words and forms that mean something somewhere.
pub(crate) fn values() -> Vec<Value> {
    let types = [
        json!(null),
        json!([]),
        json!({}),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        json!(5.0),
        json!(1000),
        json!(u64::MAX),
        json!([""]),
        json!([null]),
        json!([5]),
        json!([[]]),
        json!([{}]),
        json!({"a": null}),
        json!({"a": "b"}),
        json!(["Finished"]),
        json!(["Started"]),
    ];
    let words = [
        "%",
        "0",
        " 7 ",
        "+7",
        "-1",
        "FALSE",
        "2FB6",
        "[]",
        "STOP_TASK",
        "UPSERT",
        "ranges",
        "notbetween",
        "P1D",
        "PT24H",
        "p1D",
        "2026-12-24T10:00",
        "20261224",
        "9:00",
        "24:00",
        "exclude",
        "explicit",
        "column",
        "rename",
        "data-masking-hash-mask",
        "varchar",
        "aws:x",
        "\u{e9}",
        "a;b",
        "Reload",
        "Warn",
    ];
    types.into_iter().chain(WORDS.map(Value::from)).chain(words.map(Value::from)).collect()
}

/// Names that a member may be given.
pub(crate) fn names() -> Vec<&'static str> {
    let more = [
        "Comment",
        "Marker",
        "Status",
        "ReplicationConfigArn",
        "Key",
        "value",
        "column-name",
        "filters",
        "x",
    ];
    MEMBERS.iter().map(|member| member.name).chain(more).collect()
}
