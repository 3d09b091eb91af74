//! The state machine's structure: nothing is out of reach, nothing can hang, every way out passes the final message,
//! and its error names and the code's are one set.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::collections::{BTreeMap, BTreeSet};

use migration::pace::budget;
use migration::run::acts::{StartKind, StopCause};
use migration::run::document::HEAD;
use migration::run::next::Next;
use migration::run::step::{Occasion, What};
use migration_aws::error::StepError;
use serde_json::Value;

fn machine() -> Value {
    let text = include_str!("../../../statemachine/migration.asl.json");
    serde_json::from_str(text).unwrap()
}

fn states(machine: &Value) -> BTreeMap<String, Value> {
    machine["States"].as_object().unwrap().clone().into_iter().collect()
}

fn tasks(machine: &Value) -> BTreeMap<String, Value> {
    states(machine).into_iter().filter(|(_, state)| state["Type"] == "Task").collect()
}

/// Every state that can follow.
fn targets(state: &Value) -> Vec<String> {
    let lists =
        ["Catch", "Choices"].into_iter().flat_map(|list| state[list].as_array().into_iter().flatten());
    let nexts = lists.map(|entry| &entry["Next"]).chain([&state["Next"], &state["Default"]]);
    nexts.filter_map(|next| next.as_str().map(str::to_owned)).collect()
}

/// All states that can be reached without passing `closed`.
fn reachable(machine: &Value, from: &str, closed: Option<&str>) -> BTreeSet<String> {
    let states = states(machine);
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        if Some(name.as_str()) == closed || !seen.insert(name.clone()) {
            continue;
        }
        open.extend(targets(states.get(&name).unwrap_or_else(|| panic!("there is no state {name}"))));
    }
    seen
}

fn is_end(state: &Value) -> bool {
    state["Type"] == "Succeed" || state["Type"] == "Fail" || state["End"] == true
}

#[test]
fn every_state_is_reached_and_every_state_can_reach_an_end() {
    let machine = machine();
    let all: BTreeSet<String> = states(&machine).into_keys().collect();
    assert_eq!(reachable(&machine, machine["StartAt"].as_str().unwrap(), None), all);
    for name in &all {
        let ends = reachable(&machine, name, None).iter().any(|name| is_end(&machine["States"][name]));
        assert!(ends, "{name} leads to no end");
    }
}

#[test]
fn every_way_to_an_end_passes_the_final_message() {
    let machine = machine();
    let untold = reachable(&machine, machine["StartAt"].as_str().unwrap(), Some("Report"));
    let ends: Vec<_> = untold.iter().filter(|name| is_end(&machine["States"][*name])).collect();
    assert_eq!(ends, Vec::<&String>::new());
    for (name, task) in tasks(&machine) {
        // What was to be told on the way may still stand in the document: the last message says that it is the last.
        assert_eq!(task["Parameters"]["Payload"]["Last"] == true, name == "Report", "{name}");
    }
}

#[test]
fn every_task_is_bounded_caught_and_told_the_time() {
    let machine = machine();
    assert!(machine["TimeoutSeconds"].as_u64().unwrap() <= 14 * 86_400);
    for (name, task) in tasks(&machine) {
        assert!(task["TimeoutSeconds"].as_u64().is_some(), "{name} has no TimeoutSeconds");
        assert_eq!(task["Resource"], "arn:${Partition}:states:::lambda:invoke", "{name}");
        let function = task["Parameters"]["FunctionName"].as_str().unwrap();
        assert!(function.starts_with("${") && function.ends_with("Function}"), "{name}: {function}");
        let payload = &task["Parameters"]["Payload"];
        assert_eq!(payload["Now.$"], "$$.State.EnteredTime", "{name}");
        assert_eq!(payload["Execution.$"], "$$.Execution.Id", "{name}");
        assert_eq!(payload["Migration.$"], "$", "{name}");
        let last = task["Catch"].as_array().unwrap().last().unwrap();
        assert_eq!(last["ErrorEquals"], serde_json::json!(["States.ALL"]), "{name}");
        for catch in task["Catch"].as_array().unwrap() {
            assert_eq!(catch["ResultPath"], "$.Caught", "{name} would lose the document");
        }
    }
}

#[test]
fn every_task_is_retried_but_the_start_and_the_poll() {
    let transient = [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
        "Lambda.ClientExecutionTimeoutException",
    ];
    for (name, task) in tasks(&machine()) {
        let Some(retries) = task["Retry"].as_array() else {
            // A start is made once. A poll that fails is a blind round, which is a retry that the budget counts.
            assert!(["Start task", "Poll"].contains(&name.as_str()), "{name} is not retried");
            continue;
        };
        assert!(!["Start task", "Poll"].contains(&name.as_str()), "{name} is retried");
        let names: Vec<&str> = retries
            .iter()
            .flat_map(|r| r["ErrorEquals"].as_array().unwrap())
            .filter_map(Value::as_str)
            .collect();
        for error in transient {
            assert!(names.contains(&error), "{name} does not retry {error}");
        }
        for retry in retries.iter().filter(|retry| retry["MaxAttempts"] != 0) {
            assert_eq!(retry["BackoffRate"], 2, "{name}");
            assert_eq!(retry["JitterStrategy"], "FULL", "{name}");
            assert!(retry["MaxDelaySeconds"].as_u64().is_some(), "{name}");
        }
    }
}

#[test]
fn the_error_names_of_the_machine_and_of_the_code_are_one_set() {
    let machine = machine();
    let named: BTreeSet<String> = tasks(&machine)
        .values()
        .flat_map(|task| {
            ["Retry", "Catch"].into_iter().flat_map(|list| task[list].as_array().into_iter().flatten())
        })
        .flat_map(|entry| entry["ErrorEquals"].as_array().unwrap())
        .filter_map(Value::as_str)
        .filter(|name| name.starts_with("Migration."))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, StepError::NAMES.into_iter().map(str::to_owned).collect());
}

#[test]
fn the_hub_knows_every_word_of_the_decision() {
    let machine = machine();
    let hub = machine["States"]["What next?"]["Choices"].as_array().unwrap();
    let words: BTreeSet<&str> = hub.iter().map(|choice| choice["StringEquals"].as_str().unwrap()).collect();
    assert_eq!(words, What::WORDS.into_iter().collect());
}

/// Every path into the document that a state reads by itself.
fn paths(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let words = text.split(|c: char| !(c.is_alphanumeric() || "$._".contains(c)));
            for path in words.filter(|word| word.starts_with("$.") && word.len() > 2) {
                found.insert(path[1..].replace('.', "/"));
            }
        }
        Value::Array(list) => list.iter().for_each(|value| paths(value, found)),
        Value::Object(members) => {
            members.iter().filter(|(name, _)| *name != "Comment").for_each(|(_, value)| paths(value, found));
        }
        _ => {}
    }
}

#[test]
fn the_machine_reads_the_head_of_the_document_and_nothing_else() {
    let mut read = BTreeSet::new();
    paths(&machine()["States"], &mut read);
    // What the machine writes itself, and what Lambda's answer is wrapped in.
    let own = ["/Blind", "/Caught", "/Payload"];
    read.retain(|path| !own.iter().any(|own| path.starts_with(own)));
    assert_eq!(read, HEAD.into_iter().map(str::to_owned).collect());
}

/// What a state adds to the history at the most: entered, exited, and for a task scheduled, started and ended, thrice
/// more for each retry.
fn events(state: &Value) -> u32 {
    match state["Type"].as_str().unwrap() {
        "Task" => {
            let retries = state["Retry"].as_array().into_iter().flatten();
            let attempts: u64 = retries.filter_map(|retry| retry["MaxAttempts"].as_u64()).sum();
            5 + 3 * u32::try_from(attempts).unwrap()
        }
        "Succeed" | "Fail" => 1,
        _ => 2,
    }
}

#[test]
fn the_budget_counts_what_the_machine_does() {
    let machine = machine();
    let cost = |names: &[&str]| -> u32 { names.iter().map(|name| events(&machine["States"][*name])).sum() };
    assert_eq!(cost(&["Wait", "Poll", "What next?"]), budget::POLL);
    let round = [
        "Poll",
        "Look at the clock",
        "What now, unseen?",
        "Wait blind",
        "Waited long enough?",
        "Wait longer",
    ];
    assert_eq!(cost(&round), budget::BLIND_ROUND);
    assert!(cost(&["Wait no longer"]) <= cost(&["Wait longer"]));
    let why = String::new;
    for (next, name) in [
        (Next::Start { kind: StartKind::StartReplication, why: why() }, "Start task"),
        (Next::Reload { tables: Vec::new(), why: why() }, "Start task"),
        (Next::Stop { cause: StopCause::Close, why: why() }, "Stop task"),
        (Next::Tell { occasion: Occasion::Started, why: why() }, "Tell"),
        (Next::Create { why: why() }, "Create task"),
    ] {
        assert!(cost(&[name]) <= budget::of_act(&next), "{name}: {}", cost(&[name]));
    }
    let opening = ["Open run", "Validate plan", "What next?", "Tell that sight is lost"];
    assert!(cost(&opening) < budget::OPENING, "{}", cost(&opening));
    // A quarter of an hour at the shortest interval, with a stop each minute, or blind with a stop each minute.
    let seen = 15 * 4 * cost(&["Wait", "Poll", "What next?"]) + 15 * cost(&["Stop task"]);
    let unseen =
        15 * cost(&["Poll", "Look at the clock", "What now, unseen?", "Stop unseen", "Wait after the stop"]);
    let report = cost(&["Report", "How did it end?", "Failed"]) + 1;
    let ending = seen.max(unseen) + report;
    assert!(ending <= budget::ENDING, "{ending}");
}

#[test]
fn the_machine_is_plain_json_path() {
    let text = machine().to_string();
    for word in ["JSONata", "\"Assign\"", "{%"] {
        assert!(!text.contains(word), "{word}");
    }
}
