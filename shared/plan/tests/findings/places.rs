//! What is held against the plan once the task's own type, or the machine's place, is known.

use plan::finding::Findings;
use plan::{MigrationType, home, read, source_log, stop_position, system_schemas, together};
use serde_json::json;

use support::findings::Case;
use support::plans::{TASK, cdc, full_load, mapping, night};

pub(crate) fn cases() -> Vec<Case> {
    let settled = |word: &str| {
        let mut findings = Findings::default();
        let kept = read::read(&json!({"Task": {"ReplicationTaskArn": TASK}})).plan.expect("a good plan");
        together::check_type(&kept, &MigrationType::from(word.to_owned()), "", &mut findings);
        findings.into_sorted()
    };
    let at_home = |plan: serde_json::Value, machine: &str| {
        let plan = read::read(&plan).plan.expect("a good plan");
        let mut findings = Findings::default();
        home::check_machine(&plan, &machine.parse().expect("an ARN"), &mut findings);
        findings.into_sorted()
    };
    let machine = "arn:aws:states:us-east-1:123456789012:execution:m:r";
    let abroad = machine.replace("us-east-1", "eu-west-1");
    let kept = |task: serde_json::Value| json!({"Task": task, "Notify": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:a"}});
    let (by_arn, by_name) =
        (kept(json!({"ReplicationTaskArn": TASK})), kept(json!({"ReplicationTaskIdentifier": "orders"})));
    let chat = json!({"Task": {"ReplicationTaskIdentifier": "orders"},
        "Notify": {"ChatTopicArn": "arn:aws:sns:us-east-1:123456789012:chat"}});
    let rep = "/Task/ReplicationInstanceArn";
    let everything = |engines: (&str, &str)| {
        let mut mapping = mapping();
        mapping["rules"][0]["object-locator"]["schema-name"] = json!("%");
        let mut findings = Findings::default();
        system_schemas::check_engines(&mapping, engines.0, engines.1, &mut findings);
        findings.into_sorted()
    };
    let stopped = |engine: &str| {
        let plan = cdc().with("/Window", night()).with("/Window/AtClose", json!("Stop")).0;
        let plan = read::read(&plan).plan.expect("a good plan");
        let mut findings = Findings::default();
        source_log::check_engine(&plan, &MigrationType::Cdc, engine, &mut findings);
        findings.into_sorted()
    };
    let ends_at = |now: &str, task: serde_json::Value| {
        let mut findings = Findings::default();
        let plan = json!({ "Task": task });
        stop_position::check(&plan, now.parse().expect("a time"), &mut findings);
        findings.into_sorted()
    };
    let (bounded, loads) = (cdc().0["Task"].clone(), {
        let mut loads = cdc().0["Task"].clone();
        loads["MigrationType"] = json!("full-load");
        loads
    });
    let schema = "/Task/TableMappings/rules/0/object-locator/schema-name";
    vec![
        Case {
            code: "system-schema-to-another-engine",
            path: schema,
            bad: everything(("mysql", "aurora-postgresql")),
            good: everything(("mysql", "aurora")),
        },
        Case {
            code: "system-schema-to-another-engine",
            path: schema,
            bad: everything(("oracle", "s3")),
            good: everything(("mongodb", "s3")),
        },
        Case {
            code: "log-ends-before-next-window",
            path: "/Window/AtClose",
            bad: stopped("sqlserver"),
            good: stopped("mongodb"),
        },
        Case {
            code: "stop-in-the-past",
            path: "/Task/CdcStopPosition",
            bad: ends_at("2026-12-01T04:00:00Z", bounded.clone()),
            good: ends_at("2026-12-01T03:59:59Z", bounded.clone()),
        },
        Case {
            code: "stop-in-the-past",
            path: "/Task/ReplicationTasks/0/CdcStopPosition",
            bad: ends_at("2027-01-01T00:00:00Z", json!({"ReplicationTasks": [bounded]})),
            good: ends_at("2027-01-01T00:00:00Z", json!({"ReplicationTasks": [loads]})),
        },
        Case {
            code: "unknown-migration-type",
            path: "/Task",
            bad: settled("zero-etl"),
            good: settled("cdc"),
        },
        Case {
            code: "other-home",
            path: "/Task/ReplicationTaskArn",
            bad: at_home(by_arn.clone(), &abroad),
            good: at_home(by_arn, machine),
        },
        Case {
            code: "other-home",
            path: rep,
            bad: at_home(full_load().0, &machine.replace("123456789012", "210987654321")),
            good: at_home(full_load().0, machine),
        },
        Case {
            code: "topic-account-apart",
            path: "/Notify/TopicArn",
            bad: at_home(by_name.clone(), &machine.replace("123456789012", "210987654321")),
            good: at_home(by_name.clone(), machine),
        },
        Case {
            code: "topic-elsewhere",
            path: "/Notify/TopicArn",
            bad: at_home(by_name.clone(), &abroad),
            good: at_home(by_name, machine),
        },
        Case {
            code: "topic-elsewhere",
            path: "/Notify/ChatTopicArn",
            bad: at_home(chat.clone(), &abroad),
            good: at_home(chat, machine),
        },
    ]
}
