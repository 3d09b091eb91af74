//! What these tests share: the programs, one running stack, and a way to run a state machine to its end.
#![allow(dead_code, unreachable_pub, reason = "each test program uses its part")]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use local_aws::{Config, FunctionConfig, LocalAws};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A program among this package's examples, which `cargo test` builds.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(path.is_file(), "no {}; `cargo test -p local-aws` builds it", path.display());
    path
}

/// A function that runs the echo program.
pub fn echo(name: &str) -> FunctionConfig {
    FunctionConfig::new(name, example("echo"))
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// One stack for all tests of a program; it ends with the program.
static STACK: LazyLock<LocalAws> = LazyLock::new(|| {
    let brief = echo("brief").timeout(Duration::from_millis(500));
    let functions = ["echo", "poll", "start", "crash"].map(echo).into_iter().chain([brief]);
    RUNTIME.block_on(LocalAws::start(Config::new(functions))).unwrap_or_else(|error| panic!("{error}"))
});

/// Runs a test against the shared stack.
pub fn with_stack<F: Future>(test: impl FnOnce(&'static LocalAws) -> F) -> F::Output {
    let stack = &*STACK;
    RUNTIME.block_on(test(stack))
}

/// A Task state that invokes a function with a payload.
pub fn task(function: &str, payload: Value) -> Value {
    json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName": function, "Payload": payload },
        "OutputPath": "$.Payload",
        "End": true,
    })
}

/// Runs a state machine under this execution name, to its end, and returns what DescribeExecution says then.
pub async fn run(aws: &LocalAws, name: &str, definition: &Value, input: &Value) -> Value {
    let role = "arn:aws:iam::123456789012:role/local";
    let machine = json!({ "name": name, "definition": definition.to_string(), "roleArn": role });
    let machine = aws.call("states", "AWSStepFunctions.CreateStateMachine", &machine).await.unwrap();
    let start = json!({
        "stateMachineArn": machine["stateMachineArn"], "name": name, "input": input.to_string(),
    });
    let started = aws.call("states", "AWSStepFunctions.StartExecution", &start).await.unwrap();
    let which = json!({ "executionArn": started["executionArn"] });
    let ended = async {
        // Step Functions tells nobody that an execution has ended: it has to be asked.
        loop {
            let execution = aws.call("states", "AWSStepFunctions.DescribeExecution", &which).await.unwrap();
            if execution["status"] != "RUNNING" {
                return execution;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap_or_else(|_| {
        panic!("{name} has not ended; moto said: {}", aws.moto_log());
    })
}

/// The output of an execution that succeeded.
pub fn output(execution: &Value) -> Value {
    assert_eq!(execution["status"], "SUCCEEDED", "{execution}");
    serde_json::from_str(execution["output"].as_str().unwrap()).unwrap()
}
