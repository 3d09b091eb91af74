//! The command from the outside with the whole local AWS: what is not part of a plain `cargo test`, since it needs the
//! programs of all functions. `make end-to-end` builds those and runs it.

#![allow(clippy::unwrap_used, reason = "these are tests, their helpers included")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const DESCRIBED: &str = r#"{"ReplicationTasks": [{
    "ReplicationTaskIdentifier": "orders-archive",
    "ReplicationTaskArn": "arn:aws-cn:dms:cn-north-1:210987654321:task:K55IUCGBASJS5VHZJIINA45FII",
    "SourceEndpointArn": "arn:aws-cn:dms:cn-north-1:210987654321:endpoint:SOURCE",
    "TargetEndpointArn": "arn:aws-cn:dms:cn-north-1:210987654321:endpoint:TARGET",
    "ReplicationInstanceArn": "arn:aws-cn:dms:cn-north-1:210987654321:rep:INSTANCE",
    "MigrationType": "full-load-and-cdc", "Status": "stopped", "StopReason": "Stop Reason NORMAL",
    "TableMappings": "{\"rules\": [{\"rule-type\": \"selection\", \"rule-id\": \"1\", \"rule-name\": \"1\", \"object-locator\": {\"schema-name\": \"shop\", \"table-name\": \"%\"}, \"rule-action\": \"include\"}]}",
    "ReplicationTaskStats": {"FullLoadProgressPercent": 100, "TablesLoaded": 4}
}]}"#;

const PLAN: &str = r#"{
    "Task": {"ReplicationTaskIdentifier": "orders-archive"},
    "Window": {"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin", "AtClose": "Stop"},
    "Notify": {"TopicArn": "arn:aws-cn:sns:cn-north-1:210987654321:dba-team"}
}"#;

fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn rehearse(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rehearse"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    command.current_dir(root).args(words).env("COLUMNS", "80");
    command
}

#[test]
fn two_whole_nights_in_another_account_pass_at_once_and_at_exact_times() {
    let (plan, task) = (file("nights.json", PLAN), file("described.json", DESCRIBED));
    let begun = Instant::now();
    let output =
        rehearse(&["--plan", &plan, "--task", &task, "--at", "2026-11-24T22:00:30", "--nights", "2"])
            .output()
            .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        begun.elapsed() < Duration::from_secs(150),
        "two nights of seven hours took {:?}",
        begun.elapsed()
    );
    for part in [
        "it plays in account 210987654321, Region cn-north-1 (aws-cn)",
        "waits are skipped and times are exact",
        // The close is a wait's end, to the second, in both nights.
        "Wed 05:00:00  poll         stop the task: the window closes",
        "Thu 05:00:00  poll         stop the task: the window closes",
        "polls, unchanged, until Wed 04:5",
        "=== night 2 of 2: Wed 2026-11-25 22:00 ===",
        "--- to people, by e-mail: Paused: orders-archive",
        "1. Tue 11-24 22:00  Paused",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("\"Verdict\""), "nobody asked for what machines get\n{text}");
    assert_eq!(text.lines().last(), Some("Verdict: Paused"));
    let wide = |line: &&str| line.chars().count() > 80 && !line.contains("https://");
    assert_eq!(text.lines().filter(wide).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_rehearsal_that_is_told_to_end_says_when_and_leaves_nothing_behind() {
    let plan = file("long.json", PLAN);
    let mut child = rehearse(&["--plan", &plan, "--speed", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first step of the story: everything has come up.
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("  validate  ")));
    let children = children(child.id());
    assert!(!children.is_empty());
    let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(told.success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{text}");
    assert!(text.starts_with("interrupted at local time "), "{text}");
    assert!(text.ends_with("; the local AWS has been stopped\n"), "{text}");
    for id in children {
        assert!(!Path::new(&format!("/proc/{id}")).exists(), "process {id} is still there");
    }
}

/// The ids of a process's children.
fn children(of: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{of}/task")).unwrap();
    let lists = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).unwrap());
    lists.flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>()).collect()
}
