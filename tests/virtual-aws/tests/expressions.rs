//! The driver and JSONata agree on every expression of the state machine, for documents of every kind at moments of
//! every kind. JSONata is what moto is given, or with `JSONATA_EVALUATOR` another one: `make second-opinion` runs the
//! reference implementation.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may end where it is")]

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use support::machine::{expressions, machine};
use virtual_aws::{Scope, evaluate};

const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:night-1";

/// The close of every document here.
fn close() -> Timestamp {
    "2026-11-27T05:00:00Z".parse().expect("an instant")
}

fn document(what: &str, seconds: i64, blind: (i64, i64), (stops, told): (bool, bool), error: &str) -> Value {
    json!({
        "Version": 2,
        "State": "Running",
        "Next": {"What": what, "Seconds": seconds, "Why": "it 'is' \"so\" \\ {% $x %}"},
        "Blind": {"Rounds": blind.0, "Seconds": blind.1},
        "Caught": {"Error": error, "Cause": "{\"errorMessage\": \"a\\nb\"}"},
        "Run": {
            "StopDue": close(),
            "StopAtClose": stops,
            "Machine": {
                "StopRetriesUntil": close() + SignedDuration::from_hours(4),
                "MaxBlindSeconds": 900,
                "LostSight": told,
            },
        },
        "Findings": [],
        "Null": null,
        "Nested": [[1], [], {"a": [null]}],
    })
}

fn documents() -> Vec<Value> {
    let mut documents = vec![json!({
        "State": "Reported",
        "Next": {"What": "report", "Seconds": 0, "Why": "over"},
        "Verdict": {"Good": false, "Outcome": "Failed", "Cause": "{\"Outcome\": \"Failed\"}", "Reasons": []},
    })];
    for what in ["wait", "create", "start", "reload", "test", "stop", "tell"] {
        documents.push(document(what, 14, (0, 15), (true, false), "Runtime.ExitError"));
    }
    for (rounds, seconds) in [(0, 15), (1, 15), (2, 30), (5, 240), (6, 480), (7, 700), (90, 900)] {
        for error in ["Sandbox.Timedout", "Lambda.TooManyRequestsException"] {
            for flags in [(true, true), (true, false), (false, true), (false, false)] {
                documents.push(document("wait", rounds * 100, (rounds, seconds), flags, error));
            }
        }
    }
    documents
}

/// Around the close, and around the time to give up, to the millisecond.
fn moments() -> Vec<Timestamp> {
    let around = [-40_000_000, -20_000, -14_999, -1_001, -1_000, -999, -1, 0, 1, 999, 60_000, 14_400_000];
    around.into_iter().map(|millis| close() + SignedDuration::from_millis(millis)).collect()
}

fn evaluator() -> Command {
    if let Some(other) = std::env::var_os("JSONATA_EVALUATOR") {
        let mut command = Command::new("node");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evaluate.js")).env("JSONATA", other);
        return command;
    }
    let mut command = Command::new(local_aws::python());
    command.args(["-c", &format!("{}{}", local_aws::JSONATA_ENGINE, include_str!("evaluate.py"))]);
    command
}

fn answers(cases: &Value) -> Vec<Value> {
    let mut child = evaluator()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the evaluator starts: run `make venv` first");
    let mut stdin = child.stdin.take().expect("a pipe");
    let text = cases.to_string();
    let writes = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("the evaluator ends");
    writes.join().expect("no panic").expect("the evaluator reads");
    assert!(output.status.success(), "the evaluator failed");
    serde_json::from_slice(&output.stdout).expect("a list of values")
}

#[test]
fn the_driver_and_jsonata_agree_on_every_expression_of_the_machine() {
    let all = expressions(&machine());
    let error = json!({"Error": "Sandbox.Timedout", "Cause": ""});
    let (mut cases, mut expected) = (Vec::new(), Vec::new());
    for (nth, migration) in documents().iter().enumerate() {
        let inputs = [json!([]), json!(null), json!({"Task": {"Tags": []}}), json!("x"), json!([[1]])];
        let input = &inputs[nth % inputs.len()];
        for entered in moments() {
            let scope = Scope {
                migration,
                input,
                payload: migration,
                error: &error,
                entered,
                execution: EXECUTION,
                redrives: u32::from(nth % 3 == 0),
                retries: (nth % 4) as u32,
            };
            for expression in &all {
                // An expression that is undefined here is read in no such document.
                let Ok(value) = evaluate(expression, &scope) else { continue };
                let mut states = json!({
                    "input": input,
                    "result": {"Payload": migration},
                    "errorOutput": error,
                    "context": {
                        "State": {"EnteredTime": entered.to_string(), "RetryCount": scope.retries},
                        "Execution": {"Id": EXECUTION},
                    },
                });
                // Where there was none, there is no count.
                if scope.redrives > 0 {
                    states["context"]["Execution"]["RedriveCount"] = json!(scope.redrives);
                }
                cases.push(json!({
                    "expression": expression,
                    "variables": {"states": states, "migration": migration},
                }));
                expected.push(value);
            }
        }
    }
    let seen: BTreeSet<&str> = cases.iter().filter_map(|case| case["expression"].as_str()).collect();
    assert_eq!(seen.len(), all.len(), "an expression was never evaluated");
    let answers = answers(&Value::Array(cases.clone()));
    assert_eq!(answers.len(), expected.len());
    for ((case, answer), expected) in cases.iter().zip(answers).zip(expected) {
        assert_eq!(answer, json!({ "value": expected }), "{case}");
    }
}
