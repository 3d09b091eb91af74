//! The state machine's structure: nothing is out of reach, nothing can hang, every way out passes the final message,
//! and its error names and the code's are one set.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::collections::{BTreeMap, BTreeSet};

use migration::pace::budget;
use migration::run::acts::{StartKind, StopCause};
use migration::run::document::{HEAD, VERSION};
use migration::run::next::Next;
use migration::run::step::{Occasion, What};
use migration::time::graces::{SHORTEST_MAX_BLIND_SECONDS, STOP_GIVEN_UP_AFTER};
use migration_aws::error::StepError;
use serde_json::{Value, json};
use support::machine::{expression, expressions, machine};

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
        assert_eq!(task["Arguments"]["Payload"]["Last"] == true, name == "Report", "{name}");
    }
}

#[test]
fn every_task_is_bounded_caught_and_told_the_time() {
    let machine = machine();
    assert!(machine["TimeoutSeconds"].as_u64().unwrap() <= 14 * 86_400);
    for (name, task) in tasks(&machine) {
        assert!(task["TimeoutSeconds"].as_u64().is_some(), "{name} has no TimeoutSeconds");
        assert_eq!(task["Resource"], "arn:${Partition}:states:::lambda:invoke", "{name}");
        let function = task["Arguments"]["FunctionName"].as_str().unwrap();
        assert!(function.starts_with("${") && function.ends_with("Function}"), "{name}: {function}");
        let payload = &task["Arguments"]["Payload"];
        assert_eq!(payload["Now"], "{% $states.context.State.EnteredTime %}", "{name}");
        assert_eq!(payload["Execution"], "{% $states.context.Execution.Id %}", "{name}");
        let opened = json!({"Version": VERSION, "State": "Opened", "Input": "{% $states.input %}"});
        let first = name == machine["StartAt"];
        assert_eq!(
            payload["Migration"],
            if first { opened.clone() } else { json!("{% $migration %}") },
            "{name}"
        );
        assert_eq!(task["Assign"], json!({"migration": "{% $states.result.Payload %}"}), "{name}");
        // A message that could not be sent is sent by a redrive, which begins at the step that failed uncaught.
        let Some(catches) = task["Catch"].as_array() else {
            assert_eq!(name, "Report", "{name} would end the run without a word");
            continue;
        };
        assert_eq!(catches.last().unwrap()["ErrorEquals"], json!(["States.ALL"]), "{name}");
        for catch in catches {
            let kept = &catch["Assign"]["migration"];
            let text = kept.as_str().unwrap_or_default();
            let with_the_error = text.starts_with("{% $merge([$migration, {'Caught': $states.errorOutput");
            let begun =
                first && kept["Caught"] == "{% $states.errorOutput %}" && kept["Input"] == opened["Input"];
            assert!(with_the_error || begun, "{name} would lose the document: {kept}");
        }
    }
}

#[test]
fn a_task_is_retried_only_where_the_close_cannot_be_missed_meanwhile() {
    let transient = [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
        "Lambda.ClientExecutionTimeoutException",
    ];
    for (name, task) in tasks(&machine()) {
        // The loop repeats these, and looks at the clock before it does.
        let by_the_loop = ["Start task", "Tell", "Tell that sight is lost", "Poll"].contains(&name.as_str());
        let Some(retries) = task["Retry"].as_array() else {
            assert!(by_the_loop, "{name} is not retried");
            continue;
        };
        assert!(!by_the_loop, "{name} is retried");
        assert_eq!(
            retries[0],
            json!({"ErrorEquals": ["Migration.UnreadableDocument"], "MaxAttempts": 0}),
            "{name}"
        );
        let waited = |retry: &Value| -> u64 {
            let of = |member: &str| retry[member].as_u64().unwrap_or_default();
            (0..of("MaxAttempts"))
                .map(|nth| (of("IntervalSeconds") << nth.min(20)).min(of("MaxDelaySeconds")))
                .sum()
        };
        let busy = retries.iter().find(|retry| {
            retry["ErrorEquals"].as_array().unwrap().contains(&json!("Lambda.TooManyRequestsException"))
        });
        // Half of it is waited, since the jitter is full: three quarters of an hour in the one, a minute in the other.
        let waited = waited(busy.unwrap()) / 2;
        if name.starts_with("Stop") {
            assert!(waited <= 60, "{name} waits for {waited} s");
        } else {
            assert!((1_800..3_600).contains(&waited), "{name} waits for {waited} s");
        }
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
    let word = |choice: &Value| {
        let text = expression(choice["Condition"].as_str().unwrap())?;
        text.strip_prefix("$migration.Next.What = '")?.strip_suffix('\'').map(str::to_owned)
    };
    let words: BTreeSet<String> = hub.iter().map(|choice| word(choice).unwrap()).collect();
    assert_eq!(words, What::WORDS.into_iter().map(str::to_owned).collect());
}

/// The names behind a `$`, with their paths, outside of texts in quotes.
fn names(expression: &str) -> BTreeSet<String> {
    let unquoted: String = expression.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
    let words = unquoted.split(|c: char| !(c.is_alphanumeric() || "$._".contains(c)));
    words.filter(|word| word.starts_with('$')).map(str::to_owned).collect()
}

#[test]
fn the_machine_reads_the_head_of_the_document_and_nothing_else() {
    let all = expressions(&machine()["States"]);
    let mut read = BTreeSet::new();
    for expression in &all {
        read.extend(
            names(expression)
                .iter()
                .filter_map(|name| Some(name.strip_prefix("$migration.")?.replace('.', "/"))),
        );
    }
    // The whole next step is kept where its seconds change, and the error is the machine's own.
    let read: BTreeSet<String> =
        read.into_iter().filter(|path| path != "Next" && path != "Caught/Error").collect();
    assert_eq!(read, HEAD.into_iter().map(|path| path[1..].to_owned()).collect());
}

#[test]
fn expressions_use_what_they_may_and_those_that_cannot_be_caught_cannot_be_undefined() {
    let machine = machine();
    let known = ["$ceil", "$exists", "$max", "$merge", "$min", "$not", "$toMillis", "$migration"];
    let context = [
        "$states.context.Execution.Id",
        "$states.context.Execution.RedriveCount",
        "$states.context.State.EnteredTime",
        "$states.context.State.RetryCount",
        "$states.input",
    ];
    let scan = |value: &Value, also: &[&str], place: &str| {
        for expression in expressions(value) {
            // A redrive is counted only where there was one, and moto counts none.
            for counter in ["$states.context.Execution.RedriveCount", "$states.context.State.RetryCount"] {
                let asked = format!("$exists({counter}) ? ");
                assert!(
                    !expression.contains(counter) || expression.starts_with(&asked),
                    "{place}: {expression}"
                );
            }
            for name in names(&expression) {
                let fine = name.starts_with("$migration.")
                    || known.contains(&name.as_str())
                    || context.contains(&name.as_str())
                    || also.iter().any(|root| name == *root || name.starts_with(&format!("{root}.")));
                assert!(fine, "{place}: {name} in {expression}");
            }
        }
    };
    for (name, mut state) in states(&machine) {
        let members = state.as_object_mut().unwrap();
        for catch in
            members.remove("Catch").into_iter().flat_map(|catches| catches.as_array().cloned().unwrap())
        {
            scan(&catch["Assign"], &["$states.errorOutput"], &name);
        }
        for after in ["Assign", "Output"] {
            // A Task's Output that is undefined would end the run: an object leaves undefined members out.
            let value = members.remove(after).unwrap_or_default();
            let task = members["Type"] == "Task" && after == "Output";
            assert!(!task || value.as_str().unwrap().starts_with("{% {"), "{name}: {value}");
            scan(&value, &["$states.result"], &name);
        }
        scan(&state, &[], &name);
    }
    // All paths of the head are in every document that can come to where they are read, which `HEAD` and the property
    // of documents that lack a member hold; those behind a run's own state are read behind it.
    let unseen = ["What now, unseen?", "Wait blind", "Stop unseen"];
    let running: BTreeSet<String> =
        unseen.into_iter().flat_map(|name| expressions(&machine["States"][name])).collect();
    assert!(running.iter().all(|expression| !expression.contains("$migration.Verdict")), "{running:?}");
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
    assert_eq!(cost(&["Poll", "What now, unseen?", "Wait blind"]), budget::BLIND_ROUND);
    let unseen = cost(&["Poll", "What now, unseen?", "Stop unseen", "Wait"]);
    assert_eq!(unseen, budget::BLIND_STOP);
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
    let opening = ["Validate plan", "What next?", "Tell that sight is lost"];
    assert!(cost(&opening) < budget::OPENING, "{}", cost(&opening));
    let report = cost(&["Report", "How did it end?", "Failed"]) + 1;
    assert!(report <= budget::REPORT, "{report}");
    // A stop that no function can make for four hours: the machine's wait doubles from a second to the longest.
    let alone = 11 + STOP_GIVEN_UP_AFTER.as_secs() as u32 / SHORTEST_MAX_BLIND_SECONDS;
    assert!(alone * unseen + report <= budget::ENDING, "{}", alone * unseen + report);
}
