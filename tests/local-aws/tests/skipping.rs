//! A state machine that lives in its world's time, in another place than the usual one: its waits are skipped, and the
//! clock leaps exactly to their ends.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod common;

use std::sync::Arc;

use common::{echo, output, run, task};
use jiff::{SignedDuration, Timestamp};
use local_aws::{Clock, Config, LocalAws, Place, World};
use serde_json::{Value, json};

const EVENING: &str = "2026-10-24T22:00:00Z";
/// Between the end of the blind wait and that of the retries.
const CLOSES: &str = "2026-10-25T02:00:00Z";
const HOUR: i64 = 3_600;
/// What the machine itself may take for a few steps on a busy computer.
const SLACK: i64 = 60;

/// A poll, a wait of three hours, a poll that fails twice and is tried again after half an hour and after an hour, and a
/// look whether its time has come.
fn night() -> Value {
    let document = json!({ "Run": { "StopDue": CLOSES }, "Next": { "What": "wait", "Seconds": 3 * HOUR } });
    let asked = |members: Value| {
        let mut payload = json!({ "Now.$": "$$.State.EnteredTime", "Execution.$": "$$.Execution.Id" });
        payload.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        payload
    };
    let then = |mut state: Value, next: &str| {
        state.as_object_mut().unwrap().remove("End");
        state["Next"] = json!(next);
        state
    };
    let mut failing = then(task("poll", asked(json!({ "Do": "fail" }))), "Never");
    failing["Retry"] = json!([{
        "ErrorEquals": ["States.ALL"], "IntervalSeconds": HOUR / 2, "MaxAttempts": 2, "BackoffRate": 2,
    }]);
    failing["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.Caught", "Next": "Look" }]);
    json!({
        "StartAt": "First",
        "States": {
            "First": then(task("poll", asked(json!({ "Answer": document }))), "Wait"),
            "Wait": { "Type": "Wait", "SecondsPath": "$.Next.Seconds", "Next": "Failing" },
            "Failing": failing,
            "Never": { "Type": "Fail" },
            "Look": {
                "Type": "Pass",
                "Parameters": {
                    "StopDue.$": "$.Run.StopDue",
                    "Now.$":
                        "States.Format('{}Z', States.ArrayGetItem(States.StringSplit($$.State.EnteredTime, '.+'), 0))",
                },
                "Next": "Closed?",
            },
            "Closed?": {
                "Type": "Choice",
                "Choices": [
                    { "Variable": "$.Now", "TimestampGreaterThanEqualsPath": "$.StopDue", "Next": "Closed" },
                ],
                "Default": "Never",
            },
            "Closed": task("poll", asked(json!({ "Answer": { "Was": "closed" } }))),
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_and_retries_are_skipped_exactly_and_the_machine_sees_the_close() {
    let china = Place {
        partition: "aws-cn".to_owned(),
        region: "cn-north-1".to_owned(),
        account: "210987654321".to_owned(),
    };
    let config = Config::new([echo("poll")]).in_place(china).skipping();
    let aws = LocalAws::start(config).await.unwrap();
    let world = Arc::new(World::new(Clock::starting_at(EVENING.parse().unwrap(), 600).skipping()));
    aws.worlds().bind("night", &world);

    let ended = run(&aws, "night", &night(), &json!({})).await;
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}\n{}", aws.moto_log());
    assert_eq!(output(&ended)["Was"], "closed");
    let arn = ended["executionArn"].as_str().unwrap();
    assert_eq!(arn, "arn:aws-cn:states:cn-north-1:210987654321:execution:night:night");

    let polls = aws.recorder().of_execution("night");
    let polls: Vec<_> = polls.iter().filter(|call| call.service == "lambda").collect();
    let local: Vec<Timestamp> = polls.iter().map(|call| call.local).collect();
    let evening: Timestamp = EVENING.parse().unwrap();
    // Polled at once, after the wait, after each retry's, and then at once.
    for (nth, after) in [0, 3 * HOUR, 3 * HOUR + HOUR / 2, 4 * HOUR + HOUR / 2].into_iter().enumerate() {
        let passed = local[nth].duration_since(evening);
        assert!(passed >= SignedDuration::from_secs(after), "{nth}: {passed}");
        assert!(passed < SignedDuration::from_secs(after + SLACK), "{nth}: {passed}");
    }
    let now: Timestamp = polls[1].request["Now"].as_str().unwrap().parse().unwrap();
    assert!(now.duration_since(evening) >= SignedDuration::from_secs(3 * HOUR), "the state was entered then");
    assert!(now <= local[1]);
    let took = polls[4].real.duration_since(polls[0].real);
    assert!(took < SignedDuration::from_secs(SLACK), "{took}");

    let environment = aws.invoke("poll", &json!({ "Do": "environment" })).await.unwrap().to_string();
    assert!(environment.contains("cn-north-1") && !environment.contains("us-east-1"), "{environment}");
    aws.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_worlds_of_the_same_stack_wait() {
    let aws = LocalAws::start(Config::new([echo("poll")]).skipping()).await.unwrap();
    let world = Arc::new(World::new(Clock::starting_at(EVENING.parse().unwrap(), 3_600)));
    aws.worlds().bind("slow", &world);
    let machine = json!({
        "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 2, "End": true } },
    });
    run(&aws, "slow", &machine, &json!({})).await;
    let passed = world.now().duration_since(EVENING.parse().unwrap());
    assert!(passed >= SignedDuration::from_hours(2), "two real seconds at this pace: {passed}");
    aws.stop().await;
}
