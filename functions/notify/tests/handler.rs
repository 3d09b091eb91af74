//! The messages: what SNS takes, who gets what, and that every run ends with one.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::publish::{PublishInput, PublishOutput};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use migration::decide::opening;
use migration::run::document::{Document, Reported};
use migration::run::step::{Occasion, What};
use migration::run::verdict::{MAX_NAMED, NamedTable, Outcome};
use migration_aws::clients::Sns;
use migration_aws::error::StepError;
use migration_aws::request::Request;
use plan::finding::{Code, Finding, MAX_FINDINGS, Severity};
use serde_json::{Value, json};
use support::cases::{EXECUTION, execution as own, full_load, minute, windowed};
use support::given::{Seen, frame, reported, request, running};
use support::message::valid;
use support::plans::TARGET;

const DEFAULT_TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:migrations";
const CHOSEN_TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:payments";

/// SNS takes every message.
fn taking(seen: &Seen<PublishInput>) -> Vec<Rule> {
    let seen = seen.clone();
    let take = mock!(Client::publish)
        .match_requests(move |request| seen.note(request))
        .then_output(|| PublishOutput::builder().message_id("1").build());
    vec![take]
}

/// SNS refuses messages to this topic with this code; other topics take them.
fn refusing(seen: &Seen<PublishInput>, topic: &'static str, code: &'static str) -> Vec<Rule> {
    let body =
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
    let status = if code == "InternalError" { 500 } else { 400 };
    let refuse = mock!(Client::publish)
        .match_requests(move |request| request.topic_arn() == Some(topic))
        .sequence()
        .http_status(status, Some(body))
        .repeatedly()
        .build();
    std::iter::once(refuse).chain(taking(seen)).collect()
}

fn context(sns: Client) -> Sns {
    Sns { sns, default_topic: DEFAULT_TOPIC.to_owned(), stack: Some("dms-prod".to_owned()) }
}

async fn tell(request: Request, publish: Vec<Rule>) -> Result<Document, StepError> {
    let sns = mock_client!(aws_sdk_sns, RuleMode::MatchAny, &publish);
    notify::handle(&context(sns), request).await
}

/// The end of a run, as the machine's last state hands it over.
fn last(document: &Document) -> Request {
    frame(json!({"Migration": document, "Last": true}), minute(193))
}

/// A run that has succeeded, in the moment before people are told.
fn succeeded(plan: Value) -> Reported {
    let case = full_load(plan).started(1).began(1).tables(&["Table completed"; 3]);
    let mut case = case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(193);
    case.over()
}

fn bodies(published: &PublishInput) -> Value {
    assert_eq!(published.message_structure(), Some("json"));
    let bodies: Value = serde_json::from_str(published.message().unwrap()).unwrap();
    valid(&serde_json::from_str(bodies["sqs"].as_str().unwrap()).unwrap());
    bodies
}

fn text(published: &PublishInput) -> String {
    bodies(published)["default"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn people_get_text_and_machines_get_json() {
    let seen = Seen::default();
    tell(last(&succeeded(json!({"Notify": {"Team": "payments"}})).into()), taking(&seen)).await.unwrap();
    let published = seen.one();
    assert_eq!(published.topic_arn(), Some(DEFAULT_TOPIC));
    assert_eq!(published.subject(), Some("Succeeded: orders (DMS, dms-prod, eu-central-1, 123456789012)"));
    let bodies = bodies(&published);
    for people in ["default", "email"] {
        let text = bodies[people].as_str().unwrap();
        assert!(text.contains("Verdict:     Succeeded") && text.contains("3 of 3"), "{people}: {text}");
    }
    for machine in ["sqs", "lambda", "http", "https", "email-json", "firehose"] {
        let body: Value = serde_json::from_str(bodies[machine].as_str().unwrap()).unwrap();
        assert_eq!(body["Verdict"]["Outcome"], "Succeeded", "{machine}");
        assert_eq!(body["Id"], format!("{EXECUTION}#0#finished"), "{machine}");
    }
    let attributes = published.message_attributes().unwrap();
    assert_eq!(attributes["Verdict"].string_value(), Some("Succeeded"));
    assert_eq!(attributes["Team"].string_value(), Some("payments"));
}

/// An end that was reached before the redrive is told under its id; one that is reached since has another.
#[tokio::test]
async fn an_end_that_is_reached_after_a_redrive_has_another_id() {
    let reached = succeeded(json!({})).into();
    let unreached = full_load(windowed()).started(1).began(1).status("running").document();
    for (document, redrives, tail) in
        [(&reached, 0, "#0#finished"), (&reached, 2, "#0#finished"), (&unreached, 2, "#2#finished")]
    {
        let seen = Seen::default();
        tell(Request { redrives, ..last(document) }, taking(&seen)).await.unwrap();
        let body: Value = serde_json::from_str(bodies(&seen.one())["sqs"].as_str().unwrap()).unwrap();
        assert!(body["Id"].as_str().unwrap().ends_with(tail), "{body}");
    }
}

#[tokio::test]
async fn hostile_names_become_a_message_that_sns_takes() {
    let names = [
        "a\r\nSubject: b".to_owned(),
        "\u{0}\u{1b}[31m\u{7f}\u{202e}".to_owned(),
        "ключ 🦀 \"quoted\" \\".to_owned(),
        "x".repeat(5000),
        String::new(),
        "<script>&'${jndi:ldap}%n".to_owned(),
    ];
    for name in names {
        let seen = Seen::default();
        let mut reported = succeeded(json!({}));
        reported.run.name.clone_from(&name);
        reported.run.notify.team = Some(name.clone());
        let verdict = &mut reported.verdict;
        verdict.named_tables = vec![NamedTable { name: name.clone(), state: name.clone(), rows: 1 }];
        verdict.reasons.push(name.clone());
        tell(last(&reported.into()), taking(&seen)).await.unwrap();
        let published = seen.one();
        let subject = published.subject().unwrap();
        assert!(subject.len() < 100 && subject.bytes().all(|b| (b' '..=b'~').contains(&b)), "{subject:?}");
        let text = text(&published);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains("\nSubject: b"), "a name makes no line of its own");
        for (key, value) in published.message_attributes().unwrap() {
            let value = value.string_value().unwrap();
            assert!(!value.is_empty() && value.len() <= 1024 && !value.contains(char::is_control), "{key}");
        }
    }
}

#[tokio::test]
async fn the_largest_message_is_one_that_sns_takes() {
    let seen = Seen::default();
    let mut reported = succeeded(json!({}));
    let long = "\u{1F980}\"\n".repeat(250);
    let verdict = &mut reported.verdict;
    verdict.reasons = vec![long.clone(); MAX_NAMED + 1];
    verdict.named_tables =
        vec![
            NamedTable { name: long[..510].to_owned(), state: "Table error".to_owned(), rows: 1 };
            MAX_NAMED
        ];
    for _ in 0..=MAX_FINDINGS {
        reported.findings.push(Finding {
            severity: Severity::Warning,
            path: "/Task/TableMappings/rules/0".repeat(4),
            code: Code::MoreFindings,
            message: long.clone(),
            dms_error: None,
            count: 2,
        });
    }
    tell(last(&reported.into()), taking(&seen)).await.unwrap();
    let published = seen.one();
    let bytes = published.message().unwrap().len();
    assert!(bytes < 256 * 1024 - 2048, "{bytes} bytes");
    let body: Value = serde_json::from_str(bodies(&published)["sqs"].as_str().unwrap()).unwrap();
    assert_eq!((&body["Verdict"]["Outcome"], &body["Shortened"]), (&json!("Succeeded"), &json!(true)));
    let text = text(&published);
    assert!(
        text.contains("Verdict:     Succeeded")
            && text.ends_with("the output of the execution has the whole.")
    );
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_does_not_take_the_message_is_replaced_by_the_stacks_own() {
    let plan = || json!({"Notify": {"TopicArn": CHOSEN_TOPIC}});
    for code in ["NotFound", "AuthorizationError", "InvalidParameter", "KMSAccessDenied", "InternalError"] {
        let seen = Seen::default();
        tell(last(&succeeded(plan()).into()), refusing(&seen, CHOSEN_TOPIC, code)).await.unwrap();
        let told = seen.all().pop().unwrap();
        assert_eq!(told.topic_arn(), Some(DEFAULT_TOPIC), "{code}");
        let text = text(&told);
        assert!(
            text.contains(&format!("This message was meant for {CHOSEN_TOPIC}")) && text.contains(code),
            "{text}"
        );
    }
    let seen = Seen::default();
    tell(last(&succeeded(plan()).into()), taking(&seen)).await.unwrap();
    assert_eq!(seen.one().topic_arn(), Some(CHOSEN_TOPIC));

    for (code, name) in
        [("Throttled", "Migration.Throttled"), ("AuthorizationError", "Migration.Unavailable")]
    {
        let refusing = refusing(&Seen::default(), DEFAULT_TOPIC, code);
        let error = tell(last(&succeeded(json!({})).into()), refusing).await.unwrap_err();
        assert_eq!(error.name(), name, "{code}");
    }
}

const CHAT_TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:chat";

#[tokio::test]
async fn a_chat_is_told_the_same_after_the_message_in_one_thread() {
    let seen = Seen::default();
    let plan = json!({"Notify": {"Team": "payments", "ChatTopicArn": CHAT_TOPIC}});
    tell(last(&succeeded(plan).into()), taking(&seen)).await.unwrap();
    let told = seen.all();
    let topics: Vec<_> = told.iter().map(|published| published.topic_arn().unwrap()).collect();
    assert_eq!(topics, [DEFAULT_TOPIC, CHAT_TOPIC]);
    let chat: Value = serde_json::from_str(told[1].message().unwrap()).unwrap();
    assert_eq!((&chat["version"], &chat["source"]), (&json!("1.0"), &json!("custom")));
    assert_eq!(chat["content"]["textType"], "client-markdown");
    assert_eq!(chat["content"]["title"], "Succeeded: orders");
    assert_eq!(chat["metadata"]["threadId"], EXECUTION);
    assert_eq!(chat["metadata"]["additionalContext"]["Team"], "payments");
    assert_eq!((told[1].message_structure(), told[1].subject()), (None, None));
    assert_eq!(told[1].message_attributes(), told[0].message_attributes(), "a chat is filtered by the same");
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_does_not_take_it_changes_nothing_else() {
    let plan = || json!({"Notify": {"ChatTopicArn": CHAT_TOPIC, "On": ["Finished", "Started"]}});
    for code in ["AuthorizationError", "Throttled", "InternalError"] {
        let seen = Seen::default();
        let document =
            tell(last(&succeeded(plan()).into()), refusing(&seen, CHAT_TOPIC, code)).await.unwrap();
        let told = seen.one();
        assert_eq!(told.topic_arn(), Some(DEFAULT_TOPIC), "{code}");
        let noted = reported(document).run.last_trouble.unwrap();
        assert!(noted.contains("the chat's topic") && noted.contains(code), "{noted}");
    }
    let mut case = full_load(plan()).started(1).began(1).status("running");
    case.poll();
    let seen = Seen::default();
    let rules = refusing(&seen, CHAT_TOPIC, "AuthorizationError");
    let document = tell(request(&case.document(), 5), rules).await.unwrap();
    assert_eq!(running(document).run.told, [Occasion::Started], "it is told once, the chat or not");

    // Without the message there is nothing for the chat to repeat.
    let seen = Seen::default();
    tell(last(&succeeded(plan()).into()), refusing(&seen, DEFAULT_TOPIC, "AuthorizationError"))
        .await
        .unwrap_err();
    assert_eq!(seen.all().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_fifo_topic_gets_one_order_a_run_and_one_id_a_message() {
    let fifo = |topic: &str| format!("{topic}.fifo");
    let is_id = |id: &str| id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic());
    let plan = json!({"Notify": {"TopicArn": fifo(CHOSEN_TOPIC), "ChatTopicArn": fifo(CHAT_TOPIC)}});
    let mut ids = Vec::new();
    let reached = succeeded(plan.clone()).into();
    let unreached = full_load(support::cases::merged(windowed(), plan)).started(1).began(1).document();
    for (document, redrives) in [(&reached, 0), (&reached, 0), (&unreached, 1)] {
        let seen = Seen::default();
        let request = Request { redrives, ..last(document) };
        tell(request, taking(&seen)).await.unwrap();
        for published in seen.all() {
            let group = published.message_group_id().unwrap();
            let id = published.message_deduplication_id().unwrap();
            assert!(is_id(group) && is_id(id), "{group} {id}");
            ids.push((group.to_owned(), id.to_owned()));
        }
    }
    assert_eq!(ids.len(), 6);
    assert!(ids.iter().all(|(group, _)| *group == ids[0].0), "one order a run: {ids:?}");
    assert_eq!(ids[0].1, ids[2].1, "the same news");
    assert_ne!(ids[0].1, ids[4].1, "the end of a redriven run");

    // The stack's own topic may be one, too; and a topic that is none takes no group.
    let seen = Seen::default();
    let sns = mock_client!(aws_sdk_sns, RuleMode::MatchAny, &taking(&seen));
    let own = Sns { default_topic: fifo(DEFAULT_TOPIC), ..context(sns) };
    notify::handle(&own, last(&succeeded(json!({})).into())).await.unwrap();
    assert!(seen.one().message_group_id().is_some());
    let seen = Seen::default();
    tell(last(&succeeded(json!({})).into()), taking(&seen)).await.unwrap();
    assert_eq!((seen.one().message_group_id(), seen.one().message_deduplication_id()), (None, None));
}

#[tokio::test]
async fn every_run_ends_with_a_message_whatever_the_document() {
    let newer = || {
        let mut document = serde_json::to_value(full_load(json!({})).started(1).document()).unwrap();
        document["Version"] = json!(99);
        document["Run"]["Notify"]["TopicArn"] = json!(CHOSEN_TOPIC);
        document
    };
    let broken = || {
        let mut document = newer();
        document["Run"]["Started"] = json!("yesterday");
        document
    };
    for (fact, document, subject, topic, words) in [
        ("of another release", newer(), "Unknown: orders", CHOSEN_TOPIC, "version 99"),
        ("with a run that cannot be read", broken(), "Unknown: orders", DEFAULT_TOPIC, "cannot be read"),
        ("that is a list", json!([]), "Unknown: (unnamed)", DEFAULT_TOPIC, "no Version"),
        ("that is nothing", json!(null), "Unknown: (unnamed)", DEFAULT_TOPIC, "no Version"),
        (
            "that validate could not read",
            json!({"Version": 2, "State": "Opened", "Input": ["x"], "Caught": {"Error": "Runtime.ExitError", "Cause": "killed"}}),
            "Failed: (unnamed)",
            DEFAULT_TOPIC,
            "the plan could not be validated: Runtime.ExitError: killed",
        ),
    ] {
        let seen = Seen::default();
        let payload = json!({"Migration": document, "Last": true});
        let document = tell(frame(payload, minute(5)), taking(&seen)).await.unwrap();
        let told = seen.one();
        assert!(told.subject().unwrap().contains(subject), "{fact}: {:?}", told.subject());
        assert_eq!(told.topic_arn(), Some(topic), "{fact}");
        assert!(text(&told).contains(words), "{fact}: {}", text(&told));
        let verdict = reported(document).verdict;
        assert!(!verdict.good, "{fact}: the machine reads it");
        let touched_nothing = text(&told).contains("nothing was created, started or changed");
        assert_eq!(
            touched_nothing,
            fact == "that validate could not read",
            "{fact}: what is not known is not said"
        );
    }
}

#[tokio::test]
async fn the_end_is_told_though_something_was_to_be_told_before() {
    let mut case =
        full_load(json!({"Notify": {"On": ["Finished", "Started"]}})).started(1).began(1).status("running");
    case.poll();
    assert_eq!(case.running.next.what, What::Tell(Occasion::Started));
    case.running.caught = serde_json::from_value(json!({"Error": "Sandbox.Timedout", "Cause": ""})).ok();

    let seen = Seen::default();
    let document = tell(last(&case.document()), taking(&seen)).await.unwrap();
    assert_eq!(seen.one().subject(), Some("[!] Unknown: orders (DMS, dms-prod, eu-central-1, 123456789012)"));
    assert_eq!(reported(document).verdict.outcome, Outcome::Unknown, "the machine reads it");

    let seen = Seen::default();
    let document = tell(request(&case.document(), 5), taking(&seen)).await.unwrap();
    assert_eq!(seen.one().subject(), Some("Started: orders (DMS, dms-prod, eu-central-1, 123456789012)"));
    assert_eq!(running(document).run.told, [Occasion::Started]);
}

#[tokio::test]
async fn sight_that_is_lost_is_told_once() {
    let lost =
        |document: &Document| frame(json!({"Migration": document, "Occasion": "LostSight"}), minute(5));
    let case = full_load(json!({})).started(1).began(1).status("running");
    let seen = Seen::default();
    let document = tell(lost(&case.document()), taking(&seen)).await.unwrap();
    assert!(seen.one().subject().unwrap().contains("out of sight"));
    let mut found = running(document);
    assert!(found.run.machine.lost_sight);

    // Found, and lost again: the run is marked, people are not told again.
    found.run.machine.lost_sight = false;
    let document = tell(lost(&found.into()), taking(&seen)).await.unwrap();
    assert_eq!(seen.all().len(), 1);
    assert!(running(document).run.machine.lost_sight);
}

#[tokio::test]
async fn on_the_way_an_unreadable_document_is_an_error_and_not_replaced() {
    let seen = Seen::default();
    for occasion in [json!("LostSight"), json!(null)] {
        let payload = json!({"Migration": {"Version": 99}, "Occasion": occasion});
        let error = tell(frame(payload, minute(5)), taking(&seen)).await.unwrap_err();
        assert_eq!((error.name(), seen.all().len()), ("Migration.UnreadableDocument", 0));
    }
}

#[tokio::test]
async fn a_rejection_names_every_fault() {
    let document = opening::open(
        &json!({"Task": {"ReplicationTaskIdentifier": "orders", "TargetEndpointArn": TARGET, "Color": 1}}),
        &own(),
        minute(0),
    );
    let seen = Seen::default();
    tell(last(&document), taking(&seen)).await.unwrap();
    let told = seen.one();
    assert_eq!(told.subject(), Some("[!] Rejected: orders (DMS, dms-prod, eu-central-1, 123456789012)"));
    for fault in ["/Task/Color", "/Task/MigrationType", "/Task/SourceEndpointArn"] {
        assert!(text(&told).contains(fault), "{fault}: {}", text(&told));
    }
}
