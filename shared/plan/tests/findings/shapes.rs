//! The plan as a whole: types, members that are missing or unknown, words, sizes, and what is not supported yet.

use plan::MAX_PLAN_BYTES;
use plan::finding::{Code, MAX_FINDINGS};
use serde_json::{Value, json};

use crate::{Case, member, plan};
use support::plans::{Sample, TASK, full_load, load_and_cdc, mapping, night};

pub(crate) fn cases() -> Vec<Case> {
    let many = |count: usize| {
        (0..count).fold(full_load(), |sample, n| sample.with(&format!("/Unknown{n}"), json!(1))).findings()
    };
    let nested = |levels: usize| {
        let inner = (0..levels).fold(json!(1), |inner, _| json!([inner]));
        full_load().with("/Comment", inner)
    };
    let mut few = many(MAX_FINDINGS);
    few.retain(|found| found.code != Code::UnknownMember);
    vec![
        plan("wrong-type", "", Sample(json!([])), full_load()),
        plan("wrong-type", "", Sample(json!("x")), full_load()),
        plan("wrong-type", "", Sample(Value::Null), full_load()),
        member("wrong-type", "/Task", &full_load(), json!(5), json!({"ReplicationTaskArn": TASK})),
        member("wrong-type", "/Start", &full_load(), json!(5), json!(null)),
        member("wrong-type", "/Task/TableMappings", &full_load(), json!("5"), json!(mapping().to_string())),
        member(
            "wrong-type",
            "/Task/TableMappings",
            &full_load(),
            json!(json!(mapping().to_string()).to_string()),
            json!(mapping().to_string()),
        ),
        plan("wrapped-in-itself", "/Task/Task", Sample(json!({"Task": full_load().0})), full_load()),
        plan(
            "wrapped-in-itself",
            "/Task/ReplicationTask",
            Sample(json!({"Task": {"ReplicationTask": full_load().0["Task"]}})),
            full_load(),
        ),
        plan(
            "wrapped-in-itself",
            "/Window/Window",
            full_load().with("/Window", json!({"Window": night()})),
            full_load().with("/Window", night()),
        ),
        member(
            "file-instead-of-text",
            "/Task",
            &full_load(),
            json!("file://task.json"),
            full_load().0["Task"].clone(),
        ),
        member(
            "file-instead-of-text",
            "/Task/TaskData",
            &full_load(),
            json!("file://data.json"),
            json!("{}"),
        ),
        member("file-instead-of-text", "/Task/Tags", &full_load(), json!("file://tags.json"), json!({})),
        member(
            "wrong-type",
            "/Task/Tags/Team",
            &full_load().with("/Task/Tags", json!({})),
            json!(5),
            json!("a"),
        ),
        plan("missing-member", "/Task", Sample(json!({})), full_load()),
        plan("missing-member", "/Task", Sample(json!({"Task": {}})).with("/Task", json!("")), full_load()),
        plan(
            "missing-member",
            "/Task/MigrationType",
            full_load().without("/Task/MigrationType"),
            full_load(),
        ),
        plan(
            "missing-member",
            "/Task/TableMappings",
            full_load().with("/Task/TableMappings", json!("")),
            full_load(),
        ),
        plan(
            "missing-member",
            "/Window/TimeZone",
            full_load().with("/Window", night()).without("/Window/TimeZone"),
            full_load().with("/Window", night()),
        ),
        plan(
            "missing-member",
            "/Task/Tags/0/Key",
            full_load().with("/Task/Tags", json!([{"Key": "", "Value": "orders"}])),
            full_load().with("/Task/Tags", json!([{"Key": "", "Value": ""}])),
        ),
        member("unknown-word", "/Start", &full_load(), json!("refresh"), json!("Refresh")),
        member("unknown-word", "/Task/MigrationType", &full_load(), json!("full_load"), json!("full-load")),
        member("unknown-word", "/OnValidationErrors", &full_load(), json!("Reload"), json!("Warn")),
        plan(
            "unknown-word",
            "/Notify/On/1",
            full_load().with("/Notify", json!({"On": ["Finished", "Begun"]})),
            full_load().with("/Notify", json!({"On": ["Finished", "Started"]})),
        ),
        plan(
            "unknown-word",
            "/Window/Days/0",
            full_load().with("/Window", night()).with("/Window/Days", json!(["Monday"])),
            full_load().with("/Window", night()).with("/Window/Days", json!(["Mon"])),
        ),
        plan(
            "unknown-member",
            "/Windw",
            full_load().with("/Windw", night()),
            full_load().with("/Window", night()),
        ),
        plan(
            "unknown-member",
            "/Task/TargetTablePrepMode",
            full_load().with("/Task/TargetTablePrepMode", json!("DO_NOTHING")),
            full_load(),
        ),
        plan(
            "unknown-member",
            "/Task/Start",
            full_load().with("/Task/Start", json!("Refresh")),
            full_load().with("/Start", json!("Refresh")),
        ),
        member("bad-number", "/Restarts", &full_load(), json!(-1), json!(0)),
        plan(
            "bad-number",
            "/Window/MinimumMinutes",
            full_load().with("/Window", night()).with("/Window/MinimumMinutes", json!(1.5)),
            full_load().with("/Window", night()).with("/Window/MinimumMinutes", json!(90)),
        ),
        plan(
            "plan-too-large",
            "",
            full_load().with("/Comment", json!("x".repeat(MAX_PLAN_BYTES))),
            full_load().with("/Comment", json!("x".repeat(MAX_PLAN_BYTES - 2000))),
        ),
        plan("nested-too-deeply", "", nested(64), nested(63)),
        // A text in place of a plan is how a function is handed what no reader takes.
        plan("nested-too-deeply", "", Sample(json!("[".repeat(200) + &"]".repeat(200))), full_load()),
        plan("not-json", "", Sample(json!("{\"LagSeconds\": 1e999}")), full_load()),
        plan("wrong-type", "", Sample(json!(full_load().0.to_string())), full_load()),
        plan(
            "nested-too-deeply",
            "/Task/TableMappings",
            full_load().with(
                "/Task/TableMappings",
                json!(format!("{{\"rules\": {}1{}}}", "[".repeat(70), "]".repeat(70))),
            ),
            full_load().with("/Task/TableMappings", json!(mapping().to_string())),
        ),
        Case { code: "more-findings", path: "", bad: many(MAX_FINDINGS + 1), good: few },
        member("unknown-word", "/Mode", &full_load(), json!("preflight"), json!("Preflight")),
        member("until-never", "/Until", &full_load(), json!("CaughtUp"), json!("Stopped")),
        plan(
            "until-never",
            "/Until",
            load_and_cdc().with("/Until", json!("CaughtUp")).with(
                "/Task/ReplicationTaskSettings",
                json!({"FullLoadSettings": {"StopTaskCachedChangesApplied": true}}),
            ),
            load_and_cdc().with("/Until", json!("CaughtUp")),
        ),
        member("bad-number", "/Restarts", &full_load(), json!(101), json!(100)),
        member("bad-number", "/StallMinutes", &full_load(), json!(1441), json!(0)),
        plan(
            "bad-number",
            "/LagSeconds",
            load_and_cdc().with("/Until", json!("CaughtUp")).with("/LagSeconds", json!(0)),
            load_and_cdc().with("/Until", json!("CaughtUp")).with("/LagSeconds", json!(1)),
        ),
        plan(
            "lag-without-caught-up",
            "/LagSeconds",
            load_and_cdc().with("/LagSeconds", json!(30)),
            load_and_cdc().with("/Until", json!("CaughtUp")).with("/LagSeconds", json!(30)),
        ),
        plan(
            "not-supported-yet",
            "/Task",
            Sample(json!({"Task": {"ReplicationConfigIdentifier": "orders"}})),
            Sample(json!({"Task": {"ReplicationTaskIdentifier": "orders"}})),
        ),
        plan(
            "not-supported-yet",
            "/Task/ReplicationTaskArn",
            Sample(json!({"Task": {"ReplicationTaskArn": TASK.replace(":task:", ":replication-config:")}})),
            Sample(json!({"Task": {"ReplicationTaskArn": TASK}})),
        ),
        plan(
            "bad-team",
            "/Notify/Team",
            full_load().with("/Notify", json!({"Team": "orders\nBcc: all"})),
            full_load().with("/Notify", json!({"Team": "Orders - billing"})),
        ),
        plan(
            "bad-arn",
            "/Notify/TopicArn",
            full_load()
                .with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:a:subscription"})),
            full_load().with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:a"})),
        ),
        plan(
            "bad-arn",
            "/Notify/ChatTopicArn",
            full_load().with("/Notify", json!({"ChatTopicArn": "chat"})),
            full_load().with("/Notify", json!({"ChatTopicArn": "arn:aws:sns:us-east-1:123456789012:chat"})),
        ),
        plan(
            "topic-elsewhere",
            "/Notify/ChatTopicArn",
            full_load().with("/Notify", json!({"ChatTopicArn": "arn:aws:sns:eu-west-1:123456789012:chat"})),
            full_load().with("/Notify", json!({"ChatTopicArn": ""})),
        ),
        plan(
            "topic-elsewhere",
            "/Notify/TopicArn",
            full_load().with("/Notify", json!({"TopicArn": "arn:aws:sns:eu-west-1:123456789012:a"})),
            full_load().with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:210987654321:a"})),
        ),
        plan(
            "topic-account-apart",
            "/Notify/TopicArn",
            full_load().with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:210987654321:a"})),
            full_load().with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:a"})),
        ),
        plan(
            "finished-left-out",
            "/Notify/On",
            full_load().with("/Notify", json!({"On": ["Started"]})),
            full_load().with("/Notify", json!({"On": []})),
        ),
        member(
            "bad-time",
            "/ScheduledTime",
            &full_load(),
            json!("2026-11-20T21:00:00"),
            json!("2026-11-20T21:00:00Z"),
        ),
    ]
}
