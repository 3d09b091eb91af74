//! Nothing outlives its host, and no host meets another.

#![allow(clippy::panic, clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{echo, example};
use local_aws::{Config, Error, FunctionConfig, LocalAws};
use serde_json::{Value, json};

/// Whether a process still runs; one that only waits to be reaped does not.
fn runs(pid: u32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// Waits until none of these processes runs. The operating system tells only parents; we have to ask.
fn all_gone(pids: &[u32]) -> bool {
    (0..200).any(|_| {
        let gone = !pids.iter().any(|pid| runs(*pid));
        if !gone {
            std::thread::sleep(Duration::from_millis(50));
        }
        gone
    })
}

#[test]
fn a_host_that_is_killed_leaves_no_process_behind() {
    let mut host = Command::new(example("host"))
        .arg(example("echo"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(host.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let pids: Vec<u32> = line.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(pids.len(), 3, "moto, an idle function and a busy one: {line}");
    assert!(pids.iter().all(|pid| runs(*pid)), "{pids:?}");
    host.kill().unwrap();
    host.wait().unwrap();
    assert!(all_gone(&pids), "still running: {pids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_and_dropping_end_every_process() {
    for stop in [true, false] {
        let aws = LocalAws::start(Config::new([echo("echo")])).await.unwrap();
        aws.invoke("echo", &json!({})).await.unwrap();
        let pids = aws.processes();
        assert_eq!(pids.len(), 2);
        if stop {
            aws.stop().await;
            assert!(!pids.iter().any(|pid| runs(*pid)), "stop returned before their end");
        } else {
            drop(aws);
            assert!(all_gone(&pids));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_local_aws_side_by_side_do_not_meet() {
    let start = |name: &str| LocalAws::start(Config::new([echo("echo").variable("NAME", name)]));
    let (one, two) = tokio::try_join!(start("one"), start("two")).unwrap();
    assert_ne!(one.endpoint(), two.endpoint());
    let role = "arn:aws:iam::123456789012:role/local";
    let run = json!({
        "StartAt": "Ask",
        "States": { "Ask": common::task("echo", json!({ "Do": "environment" })) },
    });
    for (aws, name) in [(&one, "one"), (&two, "two")] {
        let said = common::output(&common::run(aws, name, &run, &json!({})).await);
        assert!(said["Variables"].as_array().unwrap().contains(&json!(["NAME", name])), "{said}");
        let list =
            aws.call("states", "AWSStepFunctions.ListStateMachines", &json!({ "roleArn": role })).await;
        let names: Vec<Value> = list.unwrap()["stateMachines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|machine| machine["name"].clone())
            .collect();
        assert_eq!(names, [json!(name)]);
        assert_eq!(aws.recorder().invocations("echo").len(), 1);
    }
    tokio::join!(one.stop(), two.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_sees_only_what_lambda_sets_and_changes_come_with_a_new_process() {
    let aws = LocalAws::start(Config::new([echo("echo")])).await.unwrap();
    let ask = json!({ "Do": "environment" });
    let variables = |said: &Value| -> BTreeMap<String, String> {
        serde_json::from_value::<Vec<(String, String)>>(said["Variables"].clone())
            .unwrap()
            .into_iter()
            .collect()
    };
    let said = aws.invoke("echo", &ask).await.unwrap();
    let before = variables(&said);
    assert!(!before.contains_key("CARGO_MANIFEST_DIR") && !before.contains_key("HOME"), "{before:?}");
    assert_eq!(before["AWS_ENDPOINT_URL"], aws.endpoint());
    assert_eq!(before["AWS_LAMBDA_FUNCTION_NAME"], "echo");
    let called = &aws.recorder().invocations("echo")[0];
    let left = said["Deadline"].as_i64().unwrap() - called.real.as_millisecond();
    assert!((30_000..40_000).contains(&left), "the deadline is {left} ms after the call");

    let configure =
        |config: &mut FunctionConfig| drop(config.environment.insert("TOPIC".into(), "arn".into()));
    aws.functions().configure("echo", configure).unwrap();
    let after = variables(&aws.invoke("echo", &ask).await.unwrap());
    assert_eq!(after["TOPIC"], "arn");
    assert_ne!(after["AWS_ACCESS_KEY_ID"], before["AWS_ACCESS_KEY_ID"]);

    aws.functions()
        .configure("echo", |config| drop(config.environment.insert("REFUSE_TO_BEGIN".into(), "".into())))
        .unwrap();
    let failed = aws.invoke("echo", &ask).await.unwrap();
    assert_eq!(failed["errorType"], "Runtime.ExitError", "{failed}");
    aws.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_four_processes_serve_one_function_at_once() {
    let aws = LocalAws::start(Config::new([echo("echo")])).await.unwrap();
    let hang = json!({ "Do": "hang" });
    let recorder = aws.recorder();
    let many = async {
        tokio::join!(
            aws.invoke("echo", &hang),
            aws.invoke("echo", &hang),
            aws.invoke("echo", &hang),
            aws.invoke("echo", &hang),
            aws.invoke("echo", &hang)
        )
    };
    let logs = aws.functions().logs().clone();
    let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
    logs.listen(move |_| {
        let _ = begun.send(());
    });
    let four = async {
        for _ in 0..4 {
            begins.recv().await;
        }
        assert!(recorder.until(Duration::from_secs(10), |calls| calls.len() == 5).await);
        aws.functions().running().len()
    };
    tokio::select! {
        _ = many => panic!("the functions did not hang"),
        running = four => assert_eq!(running, 4),
    }
    aws.stop().await;
}

#[tokio::test]
async fn what_is_missing_is_named_with_its_remedy() {
    let nowhere = Path::new("/nowhere");
    let config = Config { python: nowhere.join("python"), ..Config::new([]) };
    let error = LocalAws::start(config).await.unwrap_err();
    assert!(
        matches!(error, Error::NoPython { .. }) && error.to_string().contains("run `make venv`"),
        "{error}"
    );

    let error =
        LocalAws::start(Config::new([FunctionConfig::new("poll", "/nowhere/poll")])).await.unwrap_err();
    assert!(error.to_string().contains("function poll has no program at /nowhere/poll"), "{error}");

    let config = Config { python: "/bin/true".into(), ..Config::new([]) };
    let error = LocalAws::start(config).await.unwrap_err();
    assert!(error.to_string().starts_with("moto did not start with /bin/true: it ended before"), "{error}");
}
