//! What is held against the plan once the task's own type, or the machine's place, is known.

use plan::finding::Findings;
use plan::{MigrationType, home, read, together};
use serde_json::json;

use support::findings::Case;
use support::plans::{TASK, full_load};

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
    let rep = "/Task/ReplicationInstanceArn";
    vec![
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
            code: "topic-elsewhere",
            path: "/Notify/TopicArn",
            bad: at_home(by_name.clone(), &abroad),
            good: at_home(by_name, machine),
        },
    ]
}
