//! Names, tags and ARNs that somebody has chosen with care: what is elsewhere is not touched, what is others' stays theirs,
//! and a name is a name in every message.

use dms_simulator::Scenario;
use dms_simulator::scenario::{ExistingTask, Tag};
use plan::OWNER_TAG;
use plan::clean::seen;
use report::page::Page;
use report::{given, html};
use serde_json::{Value, json};
use virtual_aws::execution_arn;

use crate::night::{INSTANCE, Night, SOURCE, TARGET, kept, night, of_kept, plan, scenario, world};

/// Every call to DMS that changes something, asked for or taken.
fn changes(night: &Night) -> Vec<String> {
    let calls = night.world.calls();
    let reads = |operation: &str| operation.starts_with("Describe") || operation.starts_with("List");
    let changes = calls.iter().filter(|call| call.service == "dms" && !reads(&call.operation));
    changes.map(|call| call.operation.clone()).collect()
}

#[test]
fn a_plan_about_elsewhere_is_rejected_and_nothing_is_asked_of_dms() {
    let elsewhere = |from: &str, to: &str| {
        plan(json!({"Task": {
            "SourceEndpointArn": SOURCE.replace(from, to),
            "TargetEndpointArn": TARGET.replace(from, to),
            "ReplicationInstanceArn": INSTANCE.replace(from, to),
        }}))
    };
    let task = |arn: &str| of_kept(json!({"Task": {"ReplicationTaskArn": arn}}));
    for (what, plan, code) in [
        ("another account", elsewhere("123456789012", "210987654321"), "other-home"),
        ("another Region", elsewhere("us-east-1", "eu-central-1"), "other-home"),
        ("another partition", elsewhere("aws:dms:us-east-1", "aws-cn:dms:cn-north-1"), "other-home"),
        ("a Region of another partition", elsewhere("us-east-1", "us-gov-west-1"), "wrong-partition"),
        ("a partition of another Region", elsewhere("arn:aws:", "arn:aws-cn:"), "wrong-partition"),
        (
            "endpoints of two accounts",
            plan(json!({"Task": {"TargetEndpointArn": TARGET.replace("123456789012", "210987654321")}})),
            "arns-apart",
        ),
        ("a task of another account", task("arn:aws:dms:us-east-1:210987654321:task:KEPT"), "other-home"),
        ("a task of another Region", task("arn:aws:dms:eu-west-1:123456789012:task:KEPT"), "other-home"),
        (
            "a task of another partition",
            task("arn:aws-iso:dms:us-iso-east-1:123456789012:task:KEPT"),
            "other-home",
        ),
        ("what is no task", task("arn:aws:dms:us-east-1:123456789012:endpoint:KEPT"), "wrong-arn"),
        (
            "a topic of another Region",
            plan(json!({"Notify": {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:dba"}})),
            "topic-elsewhere",
        ),
        (
            "a chat of another partition",
            plan(json!({"Notify": {"ChatTopicArn": "arn:aws-cn:sns:cn-north-1:123456789012:dba"}})),
            "topic-elsewhere",
        ),
        (
            "a queue in place of a topic",
            plan(json!({"Notify": {"TopicArn": "arn:aws:sqs:us-east-1:123456789012:dba"}})),
            "bad-arn",
        ),
    ] {
        let night = night(world(kept(scenario())), plan, vec![]);
        night.expect(&["Rejected"]);
        let told = night.world.messages().remove(0).bodies["default"].to_string();
        assert!(told.contains(&format!("[{code}]")), "{what}: {told}");
        assert_eq!(changes(&night), Vec::<String>::new(), "{what}");
        assert!(night.calls("DescribeReplicationTasks") == 0, "{what}: DMS is asked");
    }
}

/// The task of the plan exists, and has this owner.
fn owned_by(owner: &str) -> Scenario {
    let mut scenario = scenario();
    let mapping = plan(json!({}))["Task"]["TableMappings"].clone();
    scenario.tasks.push(ExistingTask {
        replication_task_identifier: "orders".to_owned(),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        table_mappings: mapping,
        tags: vec![Tag { key: OWNER_TAG.to_owned(), value: owner.to_owned() }],
        ..ExistingTask::default()
    });
    scenario
}

#[test]
fn an_owner_that_a_tag_makes_up_is_no_owner_and_no_word_in_a_message() {
    for owner in [
        "arn:aws:states:us-east-1:210987654321:execution:migration:night-0",
        "arn:aws-cn:states:cn-north-1:123456789012:execution:migration:night-0",
        "arn:aws:states:us-east-1:123456789012:execution:other:night-0",
        "arn:aws:states:us-east-1:123456789012:execution:migration:never",
        "arn:aws:states:us-east-1:123456789012:execution:migration:=1B=5B31m=0A",
        "=0A=0DSubject: forged",
        "",
    ] {
        let night = night(world(owned_by(owner)), plan(json!({"OnDrift": "Ignore"})), vec![]);
        night.expect(&["Succeeded"]).never_says("forged").never_says("[31m");
        assert_eq!(night.calls("StartReplicationTask"), 1, "{owner:?}");
        let calls = night.world.calls();
        let tagged =
            calls.iter().find(|call| call.operation == "AddTagsToResource").expect("it is taken over");
        assert_eq!(tagged.request["Tags"][0]["Value"], json!(execution_arn("night")), "{owner:?}");
    }
}

/// Names that mean something to a browser, a chat, a mail, a terminal, a shell or a formatter.
const NAMES: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</pre></style>--><!--",
    "<!channel> <@U012AB3CD> <https://192.0.2.1|here>",
    "[here](https://192.0.2.1) *bold* `code` ~no~",
    "a\r\nSubject: forged\r\n\r\nforged",
    "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m",
    "orders\u{202e}sredro\u{2066}\u{200b}",
    "$(touch pwned)`touch pwned`;touch pwned",
    "%s%n{}{0}${jndi:ldap://192.0.2.1/a}",
    "'; DROP TABLE orders; --",
    "😀\u{0}\u{fffe}ключ",
];

fn with_hostile_names() -> Scenario {
    let mut scenario = scenario();
    for (nth, name) in NAMES.iter().enumerate() {
        scenario = scenario.with_table("shop", name, 1_000, 60.0);
        let table = scenario.source_tables.last_mut().expect("a table");
        table.error = (nth % 2 == 0).then(|| format!("ERROR {name}"));
    }
    scenario
}

#[test]
fn a_name_is_a_name_in_every_message_and_on_the_page() {
    let chat = "arn:aws:sns:us-east-1:123456789012:chat";
    let on = json!({"Notify": {"ChatTopicArn": chat, "On": ["Finished", "Warning", "Started"]}});
    let night = night(world(with_hostile_names()), plan(on), vec![]);
    night.expect(&["PartlyFailed"]);
    let messages = night.world.messages();
    assert!(
        messages.iter().any(|message| message.topic == chat) && messages.len() >= 4,
        "{}",
        messages.len()
    );
    let text = |message: &virtual_aws::Message, protocol: &str| {
        message.bodies[protocol].as_str().unwrap_or_default().to_owned()
    };
    for message in &messages {
        let read = format!("{}\n{}", message.subject, text(message, "default"));
        assert!(!read.lines().any(|line| line.starts_with("Subject:") || line == "forged"), "{read}");
        if message.topic == chat {
            let chat: Value = serde_json::from_str(&read[message.subject.len() + 1..]).expect("JSON");
            let content = chat["content"].to_string();
            let link = content.replace("https://us-east-1.console.aws.amazon.com", "");
            assert!(!link.contains(['<', '>', '*', '`', '@']) && !link.contains("]("), "{content}");
            assert!(!content.contains("\\u001b") && !content.chars().any(|c| seen(c) != c), "{content}");
        } else {
            let hidden = |c: char| (c.is_control() && c != '\n') || seen(c) != c;
            assert!(!read.contains(hidden), "{read:?}");
            let machines: Value = serde_json::from_str(&text(message, "sqs")).expect("JSON");
            support::message::valid(&machines);
        }
    }
    // What machines get is the name as it is.
    let last: Value =
        serde_json::from_str(&text(messages.iter().rfind(|m| m.topic != chat).expect("a message"), "sqs"))
            .expect("JSON");
    let named = last["Verdict"]["NamedTables"].as_array().expect("a list");
    assert!(named.iter().any(|table| table["Name"] == format!("shop.{}", NAMES[0])), "{named:#?}");
    let history: Value = night.world.history("night").expect("a history");
    let given = given::read(&history.to_string()).expect("documents");
    let page = html::write(&Page::from_story(&given.before, &given.last));
    assert!(page.contains("&lt;script&gt;alert(1)"), "the name is read as it is");
    for part in ["<script", "<img", "<!--", "\u{1b}", "\u{202e}"] {
        assert!(!page.contains(part), "{part}");
    }
}
