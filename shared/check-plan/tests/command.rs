//! The command `check-plan`, as people and CI call it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use plan::read;
use serde_json::{Value, json};
use support::plans::{event, full_load, mapping, root};

/// Calls the command with a plan on its standard input.
fn check(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_check-plan"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // A command that reads nothing may have ended before it is given anything.
    let _ = child.stdin.take().expect("a standard input").write_all(input.as_bytes());
    child.wait_with_output().expect("the command ends")
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn path(name: &str) -> String {
    root().join("events").join(name).display().to_string()
}

#[test]
fn its_exit_status_says_whether_a_plan_has_errors() {
    let faulty = full_load().with("/Start", json!("Never")).0.to_string();
    for (arguments, input, status) in [
        (&["-"][..], full_load().0.to_string(), 0),
        (&["-"], faulty.clone(), 1),
        (&["--json", "-"], faulty, 1),
        (&["-"], "{".to_owned(), 1),
        (&["-", "no-such-file.json"], full_load().0.to_string(), 2),
        (&[], String::new(), 2),
        (&["--jsno", "-"], String::new(), 2),
        (&["--help"], String::new(), 0),
        (&["--schema"], String::new(), 0),
        (&["--schema", "-"], String::new(), 2),
    ] {
        let output = check(arguments, &input);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        assert_eq!(status == 2, !output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
}

/// A plan that only names the task of `events/pasted-task.json`, and what DMS answered about that task with this type.
fn kept_and_described(members: Value, migration_type: &str) -> (Value, Value) {
    let mut task = event("pasted-task")["Task"].clone();
    task["MigrationType"] = json!(migration_type);
    let mut plan = json!({"Task": {"ReplicationTaskArn": task["ReplicationTaskArn"]}});
    plan.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    (plan, task)
}

/// A file in the target directory, of this name.
fn file(name: &str, content: &Value) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content.to_string()).expect("a file can be written");
    path.display().to_string()
}

#[test]
fn findings_stand_in_the_order_of_the_file() {
    let plan = "{\n  \"Strt\": \"Auto\",\n  \"Window\": {\"Duration\": \"PT7H\"},\n  \"Task\": {\"ReplicationTaskIdentifier\": \"-\"}\n}";
    let shown = printed(&check(&["-"], plan));
    let lines: Vec<&str> = shown.lines().filter(|line| line.trim_start().starts_with("--> -:")).collect();
    let rows: Vec<&str> = lines.iter().filter_map(|line| line.split(':').nth(1)).collect();
    assert_eq!(rows, ["2", "3", "4"], "errors first would be 2, 4, 3: {shown}");
    let found: Value = serde_json::from_slice(&check(&["--json", "-"], plan).stdout).expect("JSON");
    let paths: Vec<&str> =
        found["Findings"].as_array().unwrap().iter().filter_map(|finding| finding["Path"].as_str()).collect();
    assert_eq!(paths, ["/Strt", "/Window/Duration", "/Task/ReplicationTaskIdentifier"], "{found}");
}

#[test]
fn a_description_of_the_task_shows_what_its_type_would() {
    let night = json!({"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin"});
    let codes = |arguments: &[&str], plan: &Value| {
        let output = check(arguments, &plan.to_string());
        let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let codes = found["Findings"].as_array().expect("findings").clone();
        (
            output.status.code(),
            codes.iter().map(|f| f["Code"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
        )
    };
    let (plan, _) = kept_and_described(json!({ "Window": night }), "cdc");
    assert_eq!(codes(&["--json", "-"], &plan), (Some(0), vec!["close-by-type".to_owned()]));
    for (migration_type, status, code) in [
        ("cdc", 0, Some("runs-past-the-close")),
        ("full-load-and-cdc", 1, Some("at-close-not-stated")),
        ("full-load", 0, None),
    ] {
        let (plan, task) = kept_and_described(json!({ "Window": night }), migration_type);
        let described =
            file(&format!("described-{migration_type}.json"), &json!({"ReplicationTasks": [task]}));
        let wanted: Vec<String> = code.into_iter().map(str::to_owned).collect();
        assert_eq!(
            codes(&["--task", &described, "--json", "-"], &plan),
            (Some(status), wanted),
            "{migration_type}"
        );
    }
    let (mut plan, task) = kept_and_described(json!({}), "cdc");
    let described = file("described-another.json", &task);
    plan["Task"] = json!({"ReplicationTaskIdentifier": "another"});
    let output = check(&["--task", &described, "-"], &plan.to_string());
    assert_eq!((output.status.code(), printed(&output).as_str()), (Some(2), ""));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("the task another is not described there"),
        "{output:?}"
    );
    let output = check(&["--task", &described, "-"], &full_load().0.to_string());
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing is taken from"), "{output:?}");
}

#[test]
fn a_plan_that_only_names_a_task_fits_its_type() {
    for migration_type in ["full-load", "cdc", "full-load-and-cdc"] {
        let (_, task) = kept_and_described(json!({}), migration_type);
        let output =
            check(&["--from-task", "-", "--external"], &json!({"ReplicationTasks": [task]}).to_string());
        assert_eq!((output.status.code(), output.stderr.is_empty()), (Some(0), true), "{output:?}");
        let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(plan["Task"], json!({"ReplicationTaskArn": task["ReplicationTaskArn"]}));
        assert_eq!(plan["Window"]["AtClose"], "Stop");
        assert_eq!(plan["Until"], "Stopped");
        let described = file(&format!("external-{migration_type}.json"), &task);
        let found = check(&["--task", &described, "--json", "-"], &plan.to_string());
        let found: Value = serde_json::from_slice(&found.stdout).expect("JSON");
        let found = found["Findings"].as_array().expect("findings");
        let others: Vec<_> =
            found.iter().filter(|f| f["Code"] != "stopped-replication-keeps-the-log").collect();
        assert!(others.is_empty(), "{migration_type}: {others:#?}");
    }
    let (_, mut task) = kept_and_described(json!({}), "full-load");
    task["ReplicationTaskSettings"] =
        json!("{\"FullLoadSettings\": {\"TargetTablePrepMode\": \"DO_NOTHING\"}}");
    task.as_object_mut().unwrap().remove("ReplicationTaskArn");
    let plan: Value =
        serde_json::from_slice(&check(&["--external", "--from-task", "-"], &task.to_string()).stdout)
            .expect("JSON");
    assert_eq!(plan["Task"], json!({"ReplicationTaskIdentifier": task["ReplicationTaskIdentifier"]}));
    assert_eq!(plan["Window"]["AtClose"], "LeaveRunning", "a load that was stopped could not be resumed");
    let adopting = check(&["--from-task", "-"], &task.to_string());
    let said = String::from_utf8_lossy(&adopting.stderr);
    assert!(said.lines().count() == 1 && said.contains("--external"), "{said}");
}

#[test]
fn a_mapping_that_was_pasted_with_its_quotes_is_told_to_lose_them() {
    let plan = full_load().with("/Task/TableMappings", json!("MAPPING")).0.to_string();
    let plan = plan.replace("MAPPING", &mapping().to_string());
    let shown = printed(&check(&["-"], &plan));
    for part in ["the mapping's own quotes end the text", "take away the outer quotes", "(line 1, column"] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
}

#[test]
fn what_cannot_be_asked_together_is_refused_in_any_order() {
    let task = event("pasted-task")["Task"].to_string();
    for arguments in [
        &["--schema", "-"][..],
        &["-", "--schema"],
        &["--json", "--schema"],
        &["--schema", "--json"],
        &["--schema", "--from-task", "-"],
        &["--from-task", "-", "--schema"],
        &["--from-task", "-", "--json"],
        &["--json", "--from-task", "-"],
        &["--from-task", "-", "no-such-file.json"],
        &["no-such-file.json", "--from-task", "-"],
        &["--from-task", "no-such-file.json", "--from-task", "-"],
        &["--external", "-"],
        &["--external", "--schema"],
        &["--from-task", "-", "--task", "-"],
        &["--task", "no-such-file.json", "--task", "-", "-"],
        &["--task", "-"],
    ] {
        let output = check(arguments, &task);
        assert_eq!((output.status.code(), printed(&output).as_str()), (Some(2), ""), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("usage: check-plan"), "{arguments:?}: {said}");
    }
    assert_eq!(check(&["--from-task", "-"], &task).status.code(), Some(0));
    assert_eq!(check(&["--schema", "--json", "--help"], "").status.code(), Some(0), "help is given always");
}

#[test]
fn a_file_that_cannot_be_read_keeps_no_other_from_being_checked() {
    let faulty = full_load().with("/Start", json!("Never")).0.to_string();
    let output = check(&["no-such-file.json", "-", "nor-this.json"], &faulty);
    assert_eq!(output.status.code(), Some(2));
    assert!(printed(&output).contains("error[unknown-word]"), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    for name in ["check-plan: no-such-file.json cannot be read", "check-plan: nor-this.json cannot be read"] {
        assert!(said.contains(name), "{said}");
    }
    let output = check(&["--json", "no-such-file.json", "-"], &faulty);
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["Findings"][0]["File"], "-", "which of the files is said: {found}");
    assert_eq!(found["Unread"].as_array().map(Vec::len), Some(1), "{found}");
    let unread = &found["Unread"][0];
    assert_eq!(unread["File"], "no-such-file.json");
    let said = String::from_utf8_lossy(&output.stderr);
    let message = unread["Message"].as_str().expect("a message");
    assert!(message.starts_with("no-such-file.json cannot be read: "), "{unread}");
    assert!(said.contains(message), "{said}");
}

#[test]
fn where_nothing_could_be_read_nothing_looks_like_a_good_plan() {
    for arguments in [
        &["--json", "no-such-file.json"][..],
        &["--json", "no-such-file.json", "nor-this.json"],
        &["no-such-file.json"],
    ] {
        let output = check(arguments, "");
        assert_eq!((output.status.code(), printed(&output).as_str()), (Some(2), ""), "{arguments:?}");
    }
}

#[test]
fn for_machines_it_prints_one_object() {
    let mut faulty = mapping();
    faulty["rules"][0]["rule-action"] = json!("one");
    let plan = full_load().with("/Task/TableMappings", json!(faulty.to_string())).0.to_string();
    let printed: Value = serde_json::from_str(&printed(&check(&["--json", "-"], &plan))).expect("JSON");
    let finding = json!({"Severity": "Error", "Path": "/Task/TableMappings/rules/0/rule-action", "Code": "unknown-word",
        "Message": "rule-action must be one of include, exclude, explicit, not \"one\"",
        "DmsError": "Invalid table mappings document."});
    assert_eq!(printed, json!({"Findings": [finding]}));
    let both = check(&["--json", &path("contradictory-cdc-start.json"), &path("cdc-only.json")], "");
    let both: Value = serde_json::from_slice(&both.stdout).expect("JSON");
    assert_eq!(both["Findings"].as_array().map(Vec::len), Some(2));
    assert_eq!(both["Findings"][0]["File"], path("contradictory-cdc-start.json"));
}

#[test]
fn what_lies_behind_now_is_found() {
    let stop = |time: &str| {
        let mut plan = json!({"Task": event("cdc-only")["Task"]});
        plan["Task"]["CdcStopPosition"] = json!(format!("server_time:{time}"));
        printed(&check(&["-"], &plan.to_string())).contains("stop-in-the-past")
    };
    assert!(stop("2020-01-01T00:00:00"));
    assert!(!stop("9000-01-01T00:00:00"));
}

#[test]
fn for_people_it_shows_the_line_and_the_place_in_it() {
    let plan = "{\n  \"Task\": { \"ReplicationTaskIdentifier\": \"orders\" },\n  \"Strat\": \"Auto\"\n}\n";
    let shown = printed(&check(&["-"], plan));
    for part in [
        "error[unknown-member]",
        "did you mean Start?",
        "-:3:3",
        "3 |   \"Strat\": \"Auto\"",
        "^^^^",
        "1 error\n",
    ] {
        assert!(shown.contains(part), "{part} is missing in:\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "no colours where no terminal is");
}

#[test]
fn a_place_in_a_long_line_keeps_its_column() {
    let rules = "{\"rules\": [".to_owned() + &"{}, ".repeat(100) + "]}";
    let plan = json!({"Comment": "é", "Task": {"TableMappings": rules}}).to_string();
    let shown = printed(&check(&["-"], &plan));
    assert!(shown.contains("-, in the text of /Task/TableMappings:1:412"), "{shown}");
    assert!(shown.contains("(line 1, column 412 of the text)"), "{shown}");
    let long = format!("{{\"Comment\": \"é{}\", \"Strat\": 1}}", "x".repeat(400));
    let shown = printed(&check(&["-"], &long));
    let column = 1 + long[..long.find("\"Strat").unwrap()].chars().count();
    assert!(shown.contains(&format!("-:1:{column}\n")), "{column}: {shown}");
    assert!(shown.lines().all(|line| line.chars().count() < 300), "{shown}");
}

#[test]
fn it_prints_the_schema_of_a_plan() {
    let kept = std::fs::read_to_string(root().join("docs/plan.schema.json"))
        .expect("docs/plan.schema.json can be read");
    assert!(
        printed(&check(&["--schema"], "")) == kept,
        "docs/plan.schema.json is another: `make schema` writes it"
    );
}

#[test]
fn a_plan_made_of_a_task_is_a_plan() {
    let task = event("pasted-task")["Task"].clone();
    for answer in [task.clone(), json!({ "ReplicationTasks": [task] })] {
        let output = check(&["--from-task", "/dev/stdin"], &answer.to_string());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let reading = read::read(&plan);
        assert!(reading.plan.is_some(), "{:#?}", reading.findings);
        assert!(plan.pointer("/Task/TableMappings/rules/0").is_some(), "the mapping is an object: {plan}");
        assert!(plan.pointer("/Task/Status").is_none() && plan.pointer("/Task/ReplicationTaskArn").is_none());
        assert!(!plan.to_string().contains("CloudWatchLogGroup"));
    }
    assert_eq!(check(&["--from-task", "/dev/stdin"], "{}").status.code(), Some(2));
    assert_eq!(check(&["--from-task", "/dev/stdin"], "{\"ReplicationTasks\": []}").status.code(), Some(2));
}

#[test]
fn it_says_what_a_plan_without_an_error_will_do() {
    let good = full_load().0.to_string();
    let shown = printed(&check(&["-"], &good));
    assert!(shown.starts_with("-: no faults; this is what will happen\n  Task "), "{shown}");
    assert!(shown.contains("\n  Start      if it has never run: start-replication\n"), "{shown}");
    let one: Value = serde_json::from_slice(&check(&["--json", "-"], &good).stdout).expect("JSON");
    assert_eq!(one["Understood"]["Keeper"], "ThisPlan", "{one}");
    let two = check(&["--json", "-", &path("nightly-window.json")], &good);
    let two: Value = serde_json::from_slice(&two.stdout).expect("JSON");
    assert_eq!(two["Understood"].as_array().map(Vec::len), Some(2), "{two}");
    assert_eq!(two["Understood"][1]["File"], path("nightly-window.json"));
    let faulty = full_load().with("/Start", json!("Never")).0.to_string();
    let faulty: Value = serde_json::from_slice(&check(&["--json", "-"], &faulty).stdout).expect("JSON");
    assert_eq!(faulty.get("Understood"), None, "a plan that is rejected does nothing");
}

#[test]
fn what_needs_the_type_of_a_task_kept_elsewhere_is_found_with_its_description() {
    let plan = json!({"Task": {"ReplicationTaskIdentifier": "orders"},
        "Window": {"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin"}});
    let described = json!({"ReplicationTaskIdentifier": "orders", "MigrationType": "full-load-and-cdc", "Status": "stopped"});
    let file = std::env::temp_dir().join(format!("described-{}.json", std::process::id()));
    std::fs::write(&file, described.to_string()).expect("a file can be written");
    let name = file.display().to_string();
    let alone = check(&["-"], &plan.to_string());
    assert_eq!(alone.status.code(), Some(0), "{alone:?}");
    assert!(printed(&alone).contains("--task"), "{alone:?}");
    let with = check(&["--task", &name, "-"], &plan.to_string());
    assert_eq!(with.status.code(), Some(1), "{with:?}");
    assert!(printed(&with).contains("error[at-close-not-stated]"), "{with:?}");
    let other = json!({"Task": {"ReplicationTaskIdentifier": "billing"}}).to_string();
    assert_eq!(check(&["--task", &name, "-"], &other).status.code(), Some(2), "another task's description");
    assert_eq!(
        check(&["--task", &name, "-", "-"], &other).status.code(),
        Some(2),
        "one plan, one description"
    );
    std::fs::remove_file(&file).expect("the file can be removed");
}

#[test]
fn no_control_character_of_a_plan_reaches_the_terminal() {
    let plan = "{\"Task\": {\"ReplicationTaskIdentifier\": \"orders\"}, \"Notify\": {\"Team\": \"a\u{9b}31m\u{85}b\u{1}\"}}";
    let shown = printed(&check(&["-"], plan));
    assert!(shown.contains("error["), "{shown}");
    let raw = |c: char| c.is_control() && c != '\n';
    assert!(!shown.contains(raw), "{shown:?}");
}
