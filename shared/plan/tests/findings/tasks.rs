//! The members of the task: identifiers, ARNs, tags.

use serde_json::{Value, json};

use crate::{Case, member, plan};
use support::plans::{INSTANCE, SOURCE, Sample, TARGET, TASK, full_load};

pub(crate) fn cases() -> Vec<Case> {
    let kept = |identifier: &str| Sample(json!({"Task": {"ReplicationTaskIdentifier": identifier}}));
    let by_arn = |arn: &str| Sample(json!({"Task": {"ReplicationTaskArn": arn}}));
    let described = |count: usize| {
        let task = full_load().0["Task"].clone();
        full_load().with("/Task", json!({"ReplicationTasks": vec![task; count]}))
    };
    let numbered = |count: usize| (0..count).map(|n| json!({"Key": format!("k{n}")})).collect::<Value>();
    let tags = |tags: Value| full_load().with("/Task/Tags", tags);
    vec![
        plan(
            "external-with-more",
            "/Task/CdcStopPosition",
            kept("orders").with("/Task/CdcStopPosition", json!("server_time:2026-12-01T04:00:00")),
            kept("orders"),
        ),
        plan(
            "external-with-more",
            "/Task/ReplicationTaskIdentifier",
            kept("orders").with("/Task/ReplicationTaskArn", json!(TASK)),
            Sample(json!({"Task": {"ReplicationTaskArn": TASK}})),
        ),
        plan(
            "external-with-more",
            "/Task/MigrationType",
            kept("orders").with("/Task/MigrationType", json!("cdc")),
            kept("orders"),
        ),
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept("orders--2"), kept("orders-2")),
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept("2-orders"), kept("Orders2")),
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept("orders-"), kept(&"o".repeat(255))),
        plan("bad-identifier", "/Task/ReplicationTaskIdentifier", kept(&"o".repeat(256)), kept("o")),
        member(
            "bad-identifier",
            "/Task/ResourceIdentifier",
            &full_load(),
            json!("o".repeat(32)),
            json!("o".repeat(31)),
        ),
        member("bad-arn", "/Task/SourceEndpointArn", &full_load(), json!("orders-source"), json!(SOURCE)),
        member("wrong-arn", "/Task/SourceEndpointArn", &full_load(), json!(INSTANCE), json!(SOURCE)),
        member(
            "wrong-arn",
            "/Task/ReplicationInstanceArn",
            &full_load(),
            json!("arn:aws:dms:us-east-1:123456789012:rep:"),
            json!("arn:aws:dms:us-east-1:123456789012:rep:my-own-tail"),
        ),
        member(
            "wrong-arn",
            "/Task/ReplicationInstanceArn",
            &full_load(),
            json!("arn:aws:rds:us-east-1:123456789012:rep:X"),
            json!(INSTANCE),
        ),
        member(
            "wrong-partition",
            "/Task/SourceEndpointArn",
            &full_load(),
            json!(SOURCE.replace("us-east-1", "cn-north-1")),
            json!(SOURCE),
        ),
        plan(
            "wrong-partition",
            "/Task/ReplicationTaskArn",
            by_arn("arn:aws:dms:us-gov-west-1:123456789012:task:A"),
            by_arn("arn:aws-us-gov:dms:us-gov-west-1:123456789012:task:A"),
        ),
        plan(
            "wrong-partition",
            "/Task/ReplicationTaskArn",
            by_arn("arn:aws-iso:dms:us-isob-east-1:123456789012:task:A"),
            by_arn("arn:aws-iso-b:dms:us-isob-east-1:123456789012:task:A"),
        ),
        plan(
            "wrong-partition",
            "/Notify/TopicArn",
            full_load().with("/Notify", json!({"TopicArn": "arn:aws-cn:sns:us-east-1:123456789012:dba"})),
            full_load().with("/Notify", json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:dba"})),
        ),
        plan(
            "wrong-partition",
            "/Notify/ChatTopicArn",
            full_load()
                .with("/Notify", json!({"ChatTopicArn": "arn:aws:sns:cn-northwest-1:123456789012:chat"})),
            full_load().with("/Notify", json!({"ChatTopicArn": "arn:aws:sns:us-east-1:123456789012:chat"})),
        ),
        member("same-endpoints", "/Task/TargetEndpointArn", &full_load(), json!(SOURCE), json!(TARGET)),
        member(
            "arns-apart",
            "/Task/SourceEndpointArn",
            &full_load(),
            json!(SOURCE.replace("us-east-1", "eu-west-1")),
            json!(SOURCE),
        ),
        member(
            "arns-apart",
            "/Task/TargetEndpointArn",
            &full_load(),
            json!(TARGET.replace("123456789012", "210987654321")),
            json!(TARGET),
        ),
        plan("not-one-task", "/Task", described(2), described(1)),
        plan("not-one-task", "/Task", described(0), described(1)),
        member("read-only-member", "/Task/Status", &full_load(), json!("stopped"), json!(null)),
        plan(
            "bad-tag",
            "/Task/Tags/0",
            tags(json!([{"Key": "Team", "Value": "a;b"}])),
            tags(json!([{"Key": "Team", "Value": "a:b"}])),
        ),
        plan("bad-tag", "/Task/Tags/a\"b", tags(json!({"a\"b": "x"})), tags(json!({"a.b": "x"}))),
        plan(
            "bad-tag",
            "/Task/Tags/Team",
            tags(json!({"Team": "x".repeat(257)})),
            tags(json!({"Team": "x".repeat(256)})),
        ),
        plan(
            "tag-twice",
            "/Task/Tags",
            tags(json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])),
            tags(json!([{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])),
        ),
        plan("many-tags", "/Task/Tags", tags(numbered(50)), tags(numbered(49))),
        plan("reserved-tag", "/Task/Tags/AWS:x", tags(json!({"AWS:x": "1"})), tags(json!({"aws-x": "1"}))),
        plan(
            "reserved-tag",
            "/Task/Tags/0",
            tags(
                json!([{"Key": "DMS-Orchestrator-Owner", "Value": "arn:aws:states:us-east-1:123456789012:execution:x:y"}]),
            ),
            tags(
                json!([{"Key": "dms-orchestrator-owners", "Value": "arn:aws:states:us-east-1:123456789012:execution:x:y"}]),
            ),
        ),
        plan("reserved-tag", "/Task/Tags/0", tags(json!([{"Key": "dms:x"}])), tags(json!([{"Key": "x"}]))),
    ]
}

#[test]
fn a_task_that_is_only_named_is_told_what_is_wrong_with_it_and_nothing_else() {
    for (task, path, said) in [
        (json!({"TaskArn": TASK}), "/Task/TaskArn", "did you mean ReplicationTaskArn?"),
        (json!({"TaskId": "orders"}), "/Task/TaskId", "did you mean ReplicationTaskIdentifier?"),
        (
            json!({"ReplicationTaskArn": TASK, "CdcStopPosition": "server_time:2026-12-01T04:00:00"}),
            "/Task/CdcStopPosition",
            "an end at the close of the window is AtClose Stop",
        ),
    ] {
        let found = Sample(json!({ "Task": task })).findings();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].path, path);
        assert!(found[0].message.contains(said), "{}", found[0].message);
    }
}
