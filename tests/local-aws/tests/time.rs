//! The clock between a real state machine and its functions: the pace, the leaps, and a close told in both times.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod common;

use std::sync::Arc;

use common::{output, run, task, with_stack};
use jiff::{SignedDuration, Timestamp};
use local_aws::{Call, Clock, World};
use serde_json::{Value, json};

const EVENING: &str = "2026-10-24T22:00:00Z";
const CLOSES: &str = "2026-10-25T03:00:00Z";

fn at(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// Asks a function for this document, with the members that every function of the product gets.
fn step(function: &str, document: &Value, next: Option<&str>) -> Value {
    let payload = json!({
        "Now.$": "$$.State.EnteredTime",
        "Execution.$": "$$.Execution.Id",
        "Migration.$": "$",
        "Answer": document,
    });
    let mut state = task(function, payload);
    if let Some(next) = next {
        state.as_object_mut().unwrap().remove("End");
        state["Next"] = json!(next);
    }
    state
}

/// Poll, wait as long as it says, doubling the blind seconds on the way, and poll again; then ask the machine itself
/// whether its time has come.
fn night(seconds: i64) -> Value {
    let document = json!({
        "Run": { "StopDue": CLOSES },
        "Blind": { "Seconds": 1_800 },
        "Next": { "What": "wait", "Seconds": seconds },
    });
    json!({
        "StartAt": "First",
        "States": {
            "First": step("poll", &document, Some("Wait")),
            "Wait": { "Type": "Wait", "SecondsPath": "$.Next.Seconds", "Next": "Double" },
            "Double": {
                "Type": "Pass",
                "Parameters": {
                    "Run": { "StopDue.$": "$.Run.StopDue" },
                    "Blind": { "Seconds.$": "States.MathAdd($.Blind.Seconds, $.Blind.Seconds)" },
                    "Next.$": "$.Next",
                    "Now.$":
                        "States.Format('{}Z', States.ArrayGetItem(States.StringSplit($$.State.EnteredTime, '.+'), 0))",
                },
                "Next": "Closed?",
            },
            "Closed?": {
                "Type": "Choice",
                "Choices": [
                    { "Variable": "$.Now", "TimestampGreaterThanEqualsPath": "$.Run.StopDue", "Next": "Closed" },
                ],
                "Default": "Open",
            },
            "Closed": step("poll", &json!({ "Was": "closed" }), None),
            "Open": step("poll", &json!({ "Was": "open" }), None),
        },
    })
}

async fn polls(aws: &local_aws::LocalAws, execution: &str) -> Vec<Call> {
    let calls = aws.recorder().of_execution(execution);
    calls.into_iter().filter(|call| call.service == "lambda").collect()
}

#[test]
fn a_night_passes_at_the_pace_and_the_machine_sees_its_close() {
    with_stack(async |aws| {
        for (name, seconds, outcome) in [("pace-open", 3_600, "open"), ("pace-closed", 19_000, "closed")] {
            let world = Arc::new(World::new(Clock::starting_at(EVENING.parse().unwrap(), 3_600)));
            aws.worlds().bind(name, &world);
            assert_eq!(output(&run(aws, name, &night(seconds), &json!({})).await)["Was"], outcome);

            let polls = polls(aws, name).await;
            let [first, second] = polls.as_slice() else { panic!("{polls:?}") };
            let (evening, passed) = (at(&json!(EVENING)), SignedDuration::from_secs(seconds));
            assert!(at(&first.request["Now"]) >= evening);
            assert!(at(&second.request["Now"]).duration_since(at(&first.request["Now"])) >= passed);
            let took = second.real.duration_since(first.real);
            assert!(took < SignedDuration::from_secs(20), "{name} took {took}");
            assert_eq!(second.request["Migration"]["Run"]["StopDue"], CLOSES);
            assert_eq!(second.request["Migration"]["Next"]["Seconds"], seconds);
            // 1800 local seconds are one real one here; the machine made two of it.
            assert_eq!(second.request["Migration"]["Blind"]["Seconds"], 7_200);
        }
    });
}

#[test]
fn a_leaping_night_takes_no_time_and_the_machine_sees_its_close() {
    with_stack(async |aws| {
        for (name, seconds, outcome) in [("leap-open", 17_000, "open"), ("leap-closed", 18_100, "closed")] {
            let world = Arc::new(World::new(Clock::starting_at(EVENING.parse().unwrap(), 1).leaping()));
            aws.worlds().bind_prefix(name, &world);
            assert_eq!(output(&run(aws, name, &night(seconds), &json!({})).await)["Was"], outcome);

            let polls = polls(aws, name).await;
            let [first, second] = polls.as_slice() else { panic!("{polls:?}") };
            let took = second.real.duration_since(first.real);
            assert!(took < SignedDuration::from_secs(10), "{name} took {took}");
            let passed = at(&second.request["Now"]).duration_since(at(&first.request["Now"]));
            assert!(passed >= SignedDuration::from_secs(seconds), "{passed}");
            assert!(passed < SignedDuration::from_secs(seconds + 60), "{passed}");
            assert_eq!(second.request["Migration"]["Run"]["StopDue"], CLOSES);
            assert_eq!(second.request["Migration"]["Next"]["Seconds"], seconds);
            assert!(world.now() >= at(&second.request["Now"]));
        }
    });
}

#[test]
fn an_execution_without_a_world_of_its_own_lives_in_real_time() {
    with_stack(async |aws| {
        let before: Timestamp = "2026-10-24T22:00:00Z".parse().unwrap();
        let payload = json!({
            "Now": "2026-10-24T22:00:00.25+00:00",
            "Execution": "arn:aws:states:us-east-1:123456789012:execution:m:nowhere",
            "Migration": { "Run": { "StopDue": CLOSES }, "Blind": { "Seconds": 60 }, "Next": { "What": "wait", "Seconds": 5 } },
        });
        let said = aws.invoke("poll", &payload).await.unwrap();
        assert_eq!(said, payload["Migration"]);
        let seen = polls(aws, "nowhere").await;
        assert_eq!(seen[0].request["Now"], "2026-10-24T22:00:00.25Z");
        assert_eq!(at(&seen[0].request["Now"]).duration_since(before), SignedDuration::from_millis(250));
    });
}
