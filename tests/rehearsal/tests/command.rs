//! The command from the outside, as far as it needs no local AWS.

#![allow(clippy::unwrap_used, reason = "these are tests, their helpers included")]

use std::process::{Command, Output};

fn rehearse(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rehearse")).args(words).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A file of this test run, with this text.
fn file(name: &str, text: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn help_is_an_answer_and_a_wrong_option_is_one_with_the_usage() {
    let help = rehearse(&["--help"]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).starts_with("usage: rehearse"));
    let wrong = rehearse(&["--plan", "x.json", "--speed", "fast"]);
    assert_eq!(wrong.status.code(), Some(2));
    let text = said(&wrong);
    assert!(
        text.contains(
            "rehearse: --speed (SPEED=) takes a whole number from 1 to 3600, not \"fast\"\nusage: rehearse"
        ),
        "{text}"
    );
}

#[test]
fn what_cannot_be_read_is_said_before_anything_starts() {
    let plan = file("plan.json", r#"{"Task": {"ReplicationTaskIdentifier": "orders"}}"#);
    let other = file(
        "other.json",
        r#"{"ReplicationTasks": [{"ReplicationTaskIdentifier": "other", "Status": "ready"}]}"#,
    );
    let busy = file("busy.json", r#"{"ReplicationTaskIdentifier": "orders", "Status": "modifying"}"#);
    let broken = file("broken.json", "{\n  \"Task\": ,\n}");
    let pasted = file("pasted.json", r#"{"Task": {"TableMappings": "{"rules": []}"}}"#);
    for (words, says) in [
        (&["--plan", "no-such-file.json"][..], "reading no-such-file.json"),
        (&["--plan", &broken], "broken.json: this is not JSON: a value is missing before , (line 2"),
        (&["--plan", &pasted], "take away the outer quotes"),
        (&["--plan", &plan, "--task", &other], "holds the task other, and the plan is about orders"),
        (&["--plan", &plan, "--task", &busy], "in the status modifying, and no story can begin there"),
        (&["--plan", &plan, "--scenario", &broken], "reading the scenario"),
        (
            &["--plan", &plan, "--at", "tonight"],
            "--at (AT=) takes a time like 2026-10-25T01:30, not \"tonight\"",
        ),
    ] {
        let output = rehearse(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        let text = said(&output);
        assert!(text.starts_with("the rehearsal could not run: ") && text.contains(says), "{says}\n{text}");
    }
}

#[test]
fn what_is_said_of_hostile_files_tells_the_terminal_nothing() {
    let name = "no\u{1b}[2J\u{9b}31m\u{202e}such.json";
    let world = file("hostile-world.json", "{\"\u{9b}31m\u{202e}\": 1}");
    let plan = file("hostile-plan.json", "{\"Task\": {\"ReplicationTaskIdentifier\": \"orders\"}}");
    let task = file(
        "hostile-task.json",
        "{\"ReplicationTaskIdentifier\": \"\u{9b}31m\\u001b[2J\u{202e}\", \"Status\": \"ready\"}",
    );
    for words in [
        &["--plan", name][..],
        &["--plan", &plan, "--scenario", &world],
        &["--plan", &plan, "--task", &task],
        &["--plan", &plan, "--at", name],
        &["--plan", &plan, name],
    ] {
        let output = rehearse(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {output:?}");
        let text = said(&output);
        let hidden = |c: char| (c.is_control() && c != '\n') || plan::clean::seen(c) != c;
        assert!(!text.is_empty() && !text.contains(hidden), "{words:?}: {text:?}");
    }
}
