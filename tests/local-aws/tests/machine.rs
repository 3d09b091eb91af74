//! Real state machines, interpreted by moto, with real programs behind them.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod common;

use std::time::Duration;

use common::{output, run, task, with_stack};
use local_aws::{Fault, FunctionEnd};
use serde_json::{Value, json};

fn machine(start: &str, states: Value) -> Value {
    json!({ "StartAt": start, "States": states })
}

/// A Task that says what it came to: the function's answer, or the error's name.
fn caught(function: &str, payload: Value) -> Value {
    let mut state = task(function, payload);
    state["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "Next": "Caught" }]);
    machine("Try", json!({ "Try": state, "Caught": { "Type": "Pass", "End": true } }))
}

#[test]
fn a_machine_with_a_wait_and_a_choice_runs_two_functions() {
    with_stack(async |aws| {
        let mut first = task("echo", json!({ "Answer": { "Seconds": 1, "What": "go" } }));
        first.as_object_mut().unwrap().remove("End");
        first["Next"] = json!("Wait");
        let definition = machine(
            "First",
            json!({
                "First": first,
                "Wait": { "Type": "Wait", "SecondsPath": "$.Seconds", "Next": "Choice" },
                "Choice": {
                    "Type": "Choice",
                    "Choices": [{ "Variable": "$.What", "StringEquals": "go", "Next": "Second" }],
                    "Default": "Lost",
                },
                "Second": task("poll", json!({ "Answer.$": "$", "Execution.$": "$$.Execution.Id" })),
                "Lost": { "Type": "Fail" },
            }),
        );
        let execution = run(aws, "two-functions", &definition, &json!({})).await;
        assert_eq!(output(&execution)["What"], "go");
        let polls = aws.recorder().of_execution("two-functions");
        let polls: Vec<_> = polls.iter().filter(|call| call.service == "lambda").collect();
        assert_eq!(polls.len(), 1);
        assert_eq!(polls[0].function.as_deref(), Some("poll"));
        assert_eq!(polls[0].answer["What"], "go");
        let logs = aws.functions().logs().of_execution("two-functions");
        assert!(
            logs.iter().any(|line| line.function == "poll" && line.line.starts_with("asked: ")),
            "{logs:?}"
        );
    });
}

#[test]
fn a_crash_is_a_runtime_exit_error_and_the_function_serves_again() {
    with_stack(async |aws| {
        let caught = output(&run(aws, "crash", &caught("crash", json!({ "Do": "exit" })), &json!({})).await);
        assert_eq!(caught["Error"], "Runtime.ExitError");
        let cause: Value = serde_json::from_str(caught["Cause"].as_str().unwrap()).unwrap();
        let message = cause["errorMessage"].as_str().unwrap();
        assert!(message.ends_with("Error: Runtime exited with error: exit status 3"), "{message}");
        assert_eq!(aws.invoke("crash", &json!({ "Answer": "again" })).await.unwrap(), "again");
    });
}

#[test]
fn what_takes_too_long_is_a_sandbox_timedout_and_the_function_serves_again() {
    with_stack(async |aws| {
        let caught =
            output(&run(aws, "time-out", &caught("brief", json!({ "Do": "hang" })), &json!({})).await);
        assert_eq!(caught["Error"], "Sandbox.Timedout");
        assert!(caught["Cause"].as_str().unwrap().contains("Task timed out after 0.50 seconds"), "{caught}");
        assert_eq!(aws.invoke("brief", &json!({ "Answer": "again" })).await.unwrap(), "again");
    });
}

#[test]
fn an_error_of_the_function_itself_keeps_its_name() {
    with_stack(async |aws| {
        let caught = output(&run(aws, "named", &caught("echo", json!({ "Do": "fail" })), &json!({})).await);
        assert_eq!(caught["Error"], "EchoError");
    });
}

#[test]
fn a_refused_invocation_is_a_lambda_error() {
    with_stack(async |aws| {
        let fault = Fault::invoking("echo").execution("busy").answer(
            429,
            "TooManyRequestsException",
            "Rate Exceeded.",
        );
        let fault = aws.faults().add(fault);
        let payload = json!({ "Execution.$": "$$.Execution.Id" });
        let caught = output(&run(aws, "busy", &caught("echo", payload), &json!({})).await);
        assert_eq!(caught["Error"], "Lambda.TooManyRequestsException");
        aws.faults().remove(fault);
        let missing = aws.invoke("nobody", &json!({})).await.unwrap_err().to_string();
        assert!(missing.contains("no function named nobody"), "{missing}");
    });
}

/// What a function asks of Step Functions: to begin an execution, which takes effect or does not.
fn starts(name: &str, machine: &Value) -> Value {
    json!({
        "Do": "call",
        "Execution": format!("arn:aws:states:us-east-1:123456789012:execution:m:{name}"),
        "Service": "states",
        "Target": "AWSStepFunctions.StartExecution",
        "Input": { "stateMachineArn": machine, "name": format!("{name}-inner") },
    })
}

async fn idle_machine(aws: &local_aws::LocalAws, name: &str) -> Value {
    let definition = machine("Done", json!({ "Done": { "Type": "Succeed" } })).to_string();
    let role = "arn:aws:iam::123456789012:role/local";
    let machine = json!({ "name": name, "definition": definition, "roleArn": role });
    aws.call("states", "AWSStepFunctions.CreateStateMachine", &machine).await.unwrap()["stateMachineArn"]
        .clone()
}

async fn has_begun(aws: &local_aws::LocalAws, machine: &Value) -> bool {
    let which = json!({ "stateMachineArn": machine });
    let list = aws.call("states", "AWSStepFunctions.ListExecutions", &which).await.unwrap();
    !list["executions"].as_array().unwrap().is_empty()
}

#[test]
fn a_fault_strikes_before_or_after_the_call_takes_effect() {
    with_stack(async |aws| {
        let on = |name: &str| Fault::on("states", "StartExecution").by("start").execution(name).nth(1);
        let killed = "Runtime.ExitError";
        for (name, fault, answer, took_effect) in [
            ("plain", None, json!(200), true),
            ("lost", Some(on("lost").lose_answer()), json!(null), true),
            ("denied", Some(on("denied").deny()), json!(400), false),
            ("broken", Some(on("broken").break_down()), json!(500), false),
            ("before", Some(on("before").end_before(FunctionEnd::Killed)), json!(killed), false),
            ("after", Some(on("after").end_after(FunctionEnd::Killed)), json!(killed), true),
            ("late", Some(on("late").end_after(FunctionEnd::TimedOut)), json!("Sandbox.Timedout"), true),
            (
                "never",
                Some(Fault::invoking("start").execution("never").end_before(FunctionEnd::Killed)),
                json!(killed),
                false,
            ),
            (
                "unheard",
                Some(Fault::invoking("start").execution("unheard").end_after(FunctionEnd::Killed)),
                json!(killed),
                true,
            ),
        ] {
            let machine = idle_machine(aws, name).await;
            let fault = fault.map(|fault| aws.faults().add(fault));
            let said = aws.invoke("start", &starts(name, &machine)).await.unwrap();
            let heard = said.get("Status").or(said.get("errorType")).unwrap_or(&Value::Null);
            assert_eq!(*heard, answer, "{name}: {said}");
            assert_eq!(said.get("Lost").is_some(), name == "lost", "{name}: {said}");
            assert_eq!(has_begun(aws, &machine).await, took_effect, "{name}");

            let calls = aws.recorder().of_execution(name);
            let call = calls.iter().find(|call| call.operation == "StartExecution");
            assert_eq!(call.is_some(), name != "never", "{name}");
            if let Some(call) = call {
                assert_eq!(call.function.as_deref(), Some("start"), "{name}");
                assert_eq!(call.status.is_some(), answer.is_u64() || name == "unheard", "{name}: {call:?}");
            }
            fault.into_iter().for_each(|fault| aws.faults().remove(fault));
            assert_eq!(aws.invoke("start", &json!({ "Answer": name })).await.unwrap(), name);
        }
    });
}

#[test]
fn a_delayed_call_waits_and_a_thrice_throttled_one_is_counted() {
    with_stack(async |aws| {
        let machine = idle_machine(aws, "counted").await;
        let on = || Fault::on("states", "ListExecutions").execution("counted");
        let faults = [on().first(2).throttle(), on().nth(3).delay(Duration::from_millis(200))];
        let faults = faults.map(|fault| aws.faults().add(fault));
        let ask = json!({
            "Do": "call", "Execution": "counted", "Service": "states",
            "Target": "AWSStepFunctions.ListExecutions", "Input": { "stateMachineArn": machine },
        });
        for status in [400, 400, 200, 200] {
            assert_eq!(aws.invoke("poll", &ask).await.unwrap()["Status"], status);
        }
        let calls = aws.recorder().calls("states", "ListExecutions");
        let calls: Vec<_> =
            calls.iter().filter(|call| call.execution.as_deref() == Some("counted")).collect();
        let errors: Vec<_> = calls.iter().map(|call| call.error.as_deref()).collect();
        assert_eq!(errors, [Some("ThrottlingException"), Some("ThrottlingException"), None, None]);
        assert_eq!(calls[2].fault.as_deref(), Some("delayed by 200ms"));
        faults.into_iter().for_each(|fault| aws.faults().remove(fault));
    });
}

#[test]
fn moto_still_needs_the_engine_that_it_is_given() {
    let own = "from moto.stepfunctions.parser.asl.jsonata.jsonata import eval_jsonata_expression; \
               print(eval_jsonata_expression('1 + 1'))";
    let ended = std::process::Command::new(local_aws::python()).args(["-c", own]).output().unwrap();
    assert!(!ended.status.success(), "moto evaluates JSONata by itself now: take jsonata_engine.py out");
}

#[test]
fn variables_and_waits_in_jsonata_are_values_and_strict() {
    with_stack(async |aws| {
        let hostile =
            json!({ "text": "it's \"so\" \\ {% $x %} \n", "none": null, "list": [[1], []], "number": 2 });
        let ends = |seconds: &str| {
            json!({
                "QueryLanguage": "JSONata",
                "StartAt": "Keep",
                "States": {
                    "Keep": { "Type": "Pass", "Assign": { "kept": "{% $states.input %}" }, "Next": "Wait" },
                    "Wait": { "Type": "Wait", "Seconds": seconds, "Next": "Give" },
                    "Give": { "Type": "Succeed", "Output": "{% $merge([$kept, {'sum': $kept.number + 1}]) %}" },
                },
            })
        };
        let mut expected = hostile.clone();
        expected["sum"] = json!(3);
        assert_eq!(output(&run(aws, "values", &ends("{% $kept.number - 2 %}"), &hostile).await), expected);
        for (name, seconds) in [
            ("half", "0.5"),
            ("text", "'1'"),
            ("below", "-1"),
            ("undefined", "$kept.nothing"),
            ("truth", "true"),
        ] {
            let execution = run(aws, name, &ends(&format!("{{% {seconds} %}}")), &hostile).await;
            assert_eq!(execution["status"], "FAILED", "{seconds}");
            assert_eq!(execution["error"], "States.QueryEvaluationError", "{seconds}");
        }
    });
}
