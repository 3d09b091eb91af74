//! What holds for every message: it fits what SNS takes, it says where it comes from, and hostile or very many names
//! leave it readable.

use migration::commit;
use migration::decide::opening;
use migration::message::{Message, News};
use migration::run::document::Document;
use migration::run::step::Occasion;
use migration::run::verdict::{MAX_NAMED, Outcome};
use migration::survey::drift;
use plan::finding::Severity;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::cases::{CLOSE, Case, execution, full_load, kept, minute, windowed};
use support::message::{commands, sound};
use support::plans::root;

/// Every occasion on the way.
const OCCASIONS: [Occasion; 9] = [
    Occasion::Started,
    Occasion::TablesInError,
    Occasion::LostSight,
    Occasion::StartedAgain,
    Occasion::Stalled,
    Occasion::WillNotFit,
    Occasion::NotStopped,
    Occasion::NotStarted,
    Occasion::ClosingOut,
];

fn loading() -> Case {
    full_load(windowed()).started(1).began(1).fresh(1).status("running").counters([12, 2, 24, 2]).at(60)
}

fn ended(tables: &[&str]) -> Case {
    let case = full_load(windowed()).started(1).began(1).fresh(1).tables(tables);
    case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(193)
}

fn end(case: &mut Case) -> Message {
    News::of_the_end(&case.over(), minute(193)).compose()
}

fn attribute<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[test]
fn every_occasion_has_a_sound_message_with_something_to_do() {
    let mut case = loading();
    case.poll();
    for occasion in OCCASIONS {
        let told = News::on_the_way(&case.running, occasion, minute(60)).compose();
        let json = sound(&told);
        assert_eq!(json["Occasion"], json!(occasion));
        assert_eq!(attribute(&told, "Occasion"), json["Occasion"].as_str(), "the word is the same");
        assert_eq!(
            json["Progress"]["Tables"],
            json!({"Loaded": 12, "Loading": 2, "Queued": 24, "Errored": 2})
        );
        let quiet = told.json.severity == Severity::Info;
        assert_eq!(quiet, occasion == Occasion::Started, "{occasion:?}");
        assert!(quiet || !told.json.to_do.is_empty(), "{occasion:?}");
    }
}

#[test]
fn a_message_says_which_stack_it_is_from() {
    let reported = ended(&["Table completed"]).over();
    let news = News::of_the_end(&reported, minute(193));
    for (stack, named) in [(Some("dms-prod"), "dms-prod"), (None, "migration"), (Some(""), "migration")] {
        let told = news.from_stack(stack).compose();
        let json = sound(&told);
        let place = [("Account", "123456789012"), ("Region", "eu-central-1"), ("Stack", named)];
        for (name, value) in place {
            assert_eq!((attribute(&told, name), json[name].as_str()), (Some(value), Some(value)));
            assert!(told.subject.contains(value), "{}", told.subject);
            assert!(told.text.contains(value), "{}", told.text);
        }
        assert!(told.subject.starts_with("Succeeded: orders ("), "{}", told.subject);
    }
}

#[test]
fn the_name_is_cut_before_the_verdict_and_the_place_never() {
    let mut reported = ended(&["Table completed", "Table error"]).over();
    let name = "o".repeat(255);
    reported.task.as_mut().unwrap().identifier = name;
    let stack = "s".repeat(128);
    let told = News::of_the_end(&reported, minute(193)).from_stack(Some(&stack)).compose();
    sound(&told);
    assert!(told.subject.starts_with("[!] PartlyFailed: ooooooo"), "{}", told.subject);
    assert!(
        told.subject.ends_with("oo.. (DMS, ssssssssssssssssss.., eu-central-1, 123456789012)"),
        "{}",
        told.subject
    );
    assert_eq!(told.subject.len(), 99);
}

/// A plan may name the task of somebody else by its ARN.
#[test]
fn an_external_task_has_its_identifier_as_soon_as_it_is_known() {
    let mut case = kept(json!({})).started(1).began(1).tables(&["Table completed"]);
    let arn = case.known().arn.to_string();
    case.run().name.clone_from(&arn);
    let mut reported = case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(193).over();
    let known = News::of_the_end(&reported, minute(193)).compose();
    assert_eq!(sound(&known)["Migration"], "orders");
    assert_eq!(attribute(&known, "Migration"), Some("orders"));
    assert!(known.text.starts_with("Migration:   orders\n"), "{}", known.text);
    reported.task = None;
    let unknown = News::of_the_end(&reported, minute(193)).compose();
    assert_eq!(sound(&unknown)["Migration"], arn);
    let tail = reported.run.name.rsplit(':').next().unwrap();
    assert!(unknown.subject.contains(&format!(": {tail} (")), "{}", unknown.subject);
}

#[test]
fn the_log_is_where_dms_writes_it_and_is_promised_only_where_it_is_written() {
    let text = |change: &dyn Fn(&mut Case)| {
        let mut case = ended(&["Table completed", "Table error"]).set(change);
        let told = end(&mut case);
        (sound(&told), told.text)
    };
    let stream = "dms-task-K55IUCGBASJS5VHZJIINA45FII";
    let named = |case: &mut Case| case.run().instance = Some("prod-1".to_owned());
    let (json, told) = text(&named);
    assert_eq!((&json["Log"]["Group"], &json["Log"]["Stream"]), (&json!("dms-tasks-prod-1"), &json!(stream)));
    let link = json["Log"]["Link"].as_str().unwrap();
    assert!(link.ends_with(&format!("#logsV2:log-groups/log-group/dms-tasks-prod-1/log-events/{stream}")));
    assert!(
        told.contains(&format!("group dms-tasks-prod-1, stream {stream}\n")) && told.contains(link),
        "{told}"
    );
    let command = json["Log"]["Command"].as_str().unwrap();
    assert!(commands(&told).any(|line| line == command), "{told}");

    let (json, told) = text(&|_| {});
    assert_eq!((&json["Log"]["Group"], &json["Log"]["Link"]), (&json!(null), &json!(null)));
    assert!(told.contains("and the name of the replication instance"), "{told}");
    assert!(commands(&told).any(|line| line.contains("describe-replication-instances")), "{told}");

    let (json, told) = text(&|case| case.known().settings.as_mut().unwrap().logging = false);
    assert_eq!(json["Log"]["Enabled"], false);
    assert!(told.contains("none: EnableLogging is off") && !told.contains("aws logs"), "{told}");

    // What is no name of an instance is no part of a link.
    let (json, _) = text(&|case| case.run().instance = Some("a/../b".to_owned()));
    assert_eq!(json["Log"]["Group"], json!(null));
}

#[test]
fn a_task_whose_settings_were_not_seen_may_write_a_log() {
    let mut reported = ended(&["Table error"]).over();
    reported.task.as_mut().unwrap().settings = None;
    let told = News::of_the_end(&reported, minute(193)).compose();
    assert_eq!(sound(&told)["Log"]["Enabled"], json!(null));
    assert!(told.text.contains("where EnableLogging is on"), "{}", told.text);
}

#[test]
fn the_end_says_when_the_window_opens_next_and_what_it_cost_at_most() {
    let berlin = json!({"Window": {"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin",
        "Days": ["Fri", "Mon"], "AtClose": "Stop"}});
    let case = full_load(berlin).started(1).began(1).fresh(1).tables(&["Table completed"; 2]);
    let mut case = case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(193);
    let mut reported = case.over();
    for (now, closes) in [(193, "open until"), (CLOSE + 5, "closed at")] {
        let told = News::of_the_end(&reported, minute(now)).compose();
        sound(&told);
        assert!(told.text.contains("Next window: opens at 2026-11-23 22:00 CET"), "{}", told.text);
        assert!(told.text.contains(&format!("Window:      {closes} 2026-11-21 05:00 CET")), "{}", told.text);
    }
    for (events, words) in
        [(0, "at most $0.00"), (1, "at most $0.00"), (25_000, "at most $0.32"), (800, "at most $0.01")]
    {
        reported.run.events = events;
        let told = News::of_the_end(&reported, minute(193)).compose();
        assert!(told.text.contains(words), "{events}: {}", told.text);
    }
}

#[test]
fn five_thousand_tables_in_error_are_one_readable_message() {
    let tables: Vec<&str> = std::iter::repeat_n("Table error", 5_000).collect();
    let told = end(&mut ended(&tables));
    let json = sound(&told);
    assert_eq!(json["Verdict"]["NamedTables"].as_array().map(Vec::len), Some(MAX_NAMED));
    assert_eq!(json["Verdict"]["MoreTables"], 5_000 - MAX_NAMED);
    assert!(told.text.contains(&format!("and {} more", 5_000 - MAX_NAMED)), "{}", told.text);
    assert!(told.text.lines().count() < 100 && told.text.len() < 16_000, "{} bytes", told.text.len());
}

#[test]
fn a_message_that_had_to_be_shortened_has_its_lists_empty_and_still_counts() {
    let told = end(&mut ended(&["Table completed", "Table error", "Table error"])).shortened();
    let json = sound(&Message {
        text: "What to do next:".to_owned(),
        json: {
            let mut body = told.json.clone();
            body.to_do.push("only for this check".to_owned());
            body
        },
        ..told.clone()
    });
    assert_eq!((&json["Shortened"], &json["Verdict"]["MoreTables"]), (&json!(true), &json!(2)));
    assert_eq!(json["Verdict"]["NamedTables"], json!([]));
}

#[test]
fn what_is_rejected_or_comes_outside_its_window_is_told_soundly() {
    for input in [
        json!(null),
        json!({"Task": {"ReplicationTaskIdentifier": "x".repeat(10_000)}, "Notify": {"Team": "\n".repeat(10_000)}}),
        json!({"Task": {"ReplicationTaskIdentifier": "\"'`$(x)\n\u{202e}<!channel>"}}),
    ] {
        let Document::Reported(reported) = opening::open(&input, &execution(), minute(0)) else {
            panic!("{input} is no plan")
        };
        sound(&News::of_the_end(&reported, minute(0)).compose());
    }
}

#[test]
fn a_run_that_was_modified_or_adopted_is_told_soundly() {
    let mut case = loading();
    let differences = vec!["x".repeat(10_000)];
    case.known().differences.clone_from(&differences);
    let mut findings = plan::finding::Findings::default();
    drift::warn(&case.running.plan, &differences, &mut findings);
    case.running.findings = findings.into_sorted();
    commit::told(case.run(), Occasion::Started);
    sound(&News::on_the_way(&case.running, Occasion::TablesInError, minute(60)).compose());
}

/// Whether a filter policy takes a message with these attributes: every attribute that it names must meet one of its
/// conditions (SNS, filter policies over message attributes).
fn takes(policy: &Value, message: &Message) -> bool {
    let policy = policy.as_object().expect("a filter policy is an object");
    policy.iter().all(|(name, conditions)| {
        let value = attribute(message, name);
        let conditions = conditions.as_array().expect("conditions are a list");
        conditions.iter().any(|condition| match (condition, value) {
            (Value::String(exactly), Some(value)) => exactly == value,
            (Value::Object(operator), _) if operator.len() == 1 => {
                let (operator, operand) = operator.iter().next().expect("it has one");
                match (operator.as_str(), value) {
                    ("exists", value) => operand.as_bool() == Some(value.is_some()),
                    ("anything-but", Some(value)) => {
                        let words = operand.as_array().expect("words are a list");
                        !words.iter().any(|word| word.as_str() == Some(value))
                    }
                    ("anything-but", None) => false,
                    _ => panic!("{operator} is not known here"),
                }
            }
            (Value::String(_), None) => false,
            _ => panic!("{condition} is no condition"),
        })
    })
}

/// The filter policies of the manual, in their order.
fn policies() -> Vec<Value> {
    let manual = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let chapter = manual.split("\n## Who gets which message\n").nth(1).expect("there is a chapter");
    let chapter = chapter.split("\n## ").next().unwrap();
    let examples = chapter.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    examples.map(|text| serde_json::from_str(text).expect("a filter policy is JSON")).collect()
}

#[test]
fn the_filter_policies_of_the_manual_select_what_they_say() {
    let policies = policies();
    let [team, somebody, bad_ends, no_team] = policies.as_slice() else { panic!("{policies:#?}") };
    let mut finished = ended(&["Table completed"]).over();
    let mut case = loading();
    case.poll();
    for of_team in [Some("payments"), Some("orders"), None] {
        finished.run.notify.team = of_team.map(str::to_owned);
        case.run().notify.team = of_team.map(str::to_owned);
        let is_payments = of_team == Some("payments");
        for stack in ["dms-prod", "dms-test"] {
            for outcome in Outcome::ALL {
                finished.verdict = finished.verdict.clone().as_outcome(outcome);
                let news = News::of_the_end(&finished, minute(193)).from_stack(Some(stack));
                let told = news.compose();
                sound(&told);
                let loud = told.json.severity == Severity::Error;
                assert_eq!(takes(team, &told), is_payments, "{outcome:?}");
                assert_eq!(takes(somebody, &told), loud && stack == "dms-prod", "{outcome:?}");
                assert_eq!(takes(bad_ends, &told), is_payments && !outcome.good(), "{outcome:?}");
                assert_eq!(takes(no_team, &told), of_team.is_none(), "{outcome:?}");
            }
            for occasion in OCCASIONS {
                let told =
                    News::on_the_way(&case.running, occasion, minute(60)).from_stack(Some(stack)).compose();
                assert_eq!(takes(team, &told), is_payments, "{occasion:?}");
                let others = [somebody, bad_ends, no_team].map(|policy| takes(policy, &told));
                assert_eq!(others, [false; 3], "{occasion:?}");
            }
        }
    }
}

#[test]
fn the_manual_names_every_attribute_and_every_occasion() {
    let manual = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let chapter = manual.split("\n## Who gets which message\n").nth(1).expect("there is a chapter");
    let mut finished = ended(&["Table completed"]).over();
    finished.run.notify.team = Some("payments".to_owned());
    let mut case = loading();
    case.poll();
    let ways = OCCASIONS.map(|occasion| News::on_the_way(&case.running, occasion, minute(60)).compose());
    for told in ways.iter().chain([&News::of_the_end(&finished, minute(193)).compose()]) {
        for (name, value) in &told.attributes {
            assert!(chapter.contains(&format!("`{name}`")), "{name} is not named");
            assert!(*name != "Occasion" || chapter.contains(&format!("`{value}`")), "{value} is not named");
        }
    }
}

/// Names with all that means something to a mail, a shell, a chat or a log.
fn hostile() -> impl Strategy<Value = String> {
    let parts = [
        "a\r\nSubject: b",
        "\u{0}\u{1b}[31m",
        "\u{202e}",
        "ключ 🦀",
        "\"",
        "'",
        "`",
        "$(x)",
        "<!channel>",
        "*b*",
        "[a](https://example.com)",
        "|",
        "@here",
        ": aws dms stop",
        "\u{7f}",
        " ",
        "%s",
        "\n",
    ];
    let short =
        proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..8).prop_map(|p| p.concat());
    let long = "[a-zé\"\n<]{1,9}".prop_map(|text| text.repeat(10_000 / text.len()));
    prop_oneof![short, long]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_hostile_name_leaves_the_message_sound(name in hostile(), known in any::<bool>(), after in any::<bool>()) {
        let mut reported = ended(&["Table completed", "Table error"]).over();
        reported.run.name.clone_from(&name);
        reported.run.notify.team = Some(name.clone());
        reported.run.last_trouble = Some(name.clone());
        reported.run.instance = Some(name.clone());
        match &mut reported.task {
            Some(task) if known => task.identifier.clone_from(&name),
            task => *task = None,
        }
        let verdict = &mut reported.verdict;
        verdict.named_tables[0].name.clone_from(&name);
        verdict.named_tables[0].state.clone_from(&name);
        verdict.reasons.push(name.clone());
        verdict.last_failure = Some(name.clone());
        let stack = after.then_some(name.as_str());
        let told = News::of_the_end(&reported, minute(193)).from_stack(stack).compose();
        sound(&told);
        prop_assert!(told.subject.starts_with("[!] PartlyFailed: "), "{}", told.subject);
        prop_assert!(told.subject.ends_with(", eu-central-1, 123456789012)"), "{}", told.subject);
        prop_assert!(!told.text.contains("\nSubject: b"), "a name makes no line of its own");
        prop_assert!(told.text.len() < 64 * 1024 && told.text.lines().all(|line| line.chars().count() < 9_000));
    }
}
