//! The commands of a message, as a shell takes them: each is run by `sh`, with a program in the place of `aws` that
//! writes down what it was called with.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may end where it is")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use migration::run::commands;
use migration::run::execution_arn::ExecutionArn;
use migration::run::task::{Origin, Owner, Task};
use plan::{Arn, MigrationType, Start};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Writes its arguments to `calls`, each ended by a NUL and each call by a line of its own. It answers with the file
/// that has the name of the operation, or else with a word.
const AWS: &str = r#"#!/bin/sh
printf '%s\0' "$@" >> calls
printf '\001' >> calls
if [ -f "$2" ]; then cat "$2"; else printf '%s\n' "$2"; fi
"#;

/// A folder in which commands are run.
struct Shell(PathBuf);

impl Shell {
    fn new(name: &str) -> Shell {
        let folder =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let aws = folder.join("aws");
        fs::write(&aws, AWS).expect("a program can be written");
        Command::new("chmod").arg("+x").arg(&aws).status().expect("a program can be made one");
        Shell(folder)
    }

    /// What `aws` answers to this operation.
    fn answers(&self, operation: &str, text: &str) {
        fs::write(self.0.join(operation), text).expect("an answer can be written");
    }

    /// Runs a command, and returns the arguments of each call of `aws`.
    fn run(&self, command: &str) -> Vec<Vec<String>> {
        let calls = self.0.join("calls");
        let _ = fs::remove_file(&calls);
        let _ = fs::remove_file(self.0.join("plan.json"));
        let path = format!("{}:/usr/bin:/bin", self.0.display());
        let output = Command::new("/bin/sh")
            .args(["-c", command])
            .current_dir(&self.0)
            .env_clear()
            .env("PATH", path)
            .output()
            .expect("there is a shell");
        assert!(output.stderr.is_empty(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
        let written = fs::read_to_string(calls).unwrap_or_default();
        let calls = written.split_terminator('\u{1}');
        calls.map(|call| call.split_terminator('\0').map(str::to_owned).collect()).collect()
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).expect("a folder can be listed");
        let mut files: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
        files.sort();
        files.into_iter().map(|name| name.to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn task_arn(tail: &str) -> Arn {
    Arn {
        partition: "aws".to_owned(),
        service: "dms".to_owned(),
        region: "eu-central-1".to_owned(),
        account: "123456789012".to_owned(),
        resource: format!("task:{tail}"),
    }
}

fn task(name: &str) -> Task {
    Task {
        arn: task_arn(name),
        identifier: name.to_owned(),
        migration_type: MigrationType::Cdc,
        origin: Origin::Created,
        created: None,
        settings: None,
        differences: Vec::new(),
        owner: Owner::Nobody,
    }
}

fn execution(machine: &str, name: &str) -> ExecutionArn {
    format!("arn:aws:states:eu-central-1:123456789012:execution:{machine}:{name}")
        .parse()
        .expect("an execution")
}

/// The plan with which an execution was started, after `run_again` has changed it.
fn again(shell: &Shell, input: &str, start: Option<Start>) -> Value {
    shell.answers("describe-execution", &format!("{input}\n"));
    let execution = execution("dms-prod-migration", "night-1");
    let calls = shell.run(&commands::run_again(&execution, start));
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert_eq!(calls[1].last().map(String::as_str), Some("file://plan.json"));
    let plan = fs::read_to_string(shell.0.join("plan.json")).expect("the plan is in a file");
    serde_json::from_str(&plan).unwrap_or_else(|error| panic!("{error}: {plan}"))
}

#[test]
fn the_same_plan_is_run_again_without_its_old_time() {
    let shell = Shell::new("again");
    let plan = json!({
        "ScheduledTime": "2026-11-20T21:00:00Z",
        "Task": {"ReplicationTaskIdentifier": "it's \"$HOME\" `x` ключ", "TableMappings": "{\"ScheduledTime\": 1}"},
        "Start": "Auto",
        "Window": {"Duration": "PT7H"},
    });
    let mut expected = plan.clone();
    expected["ScheduledTime"] = Value::Null;
    for text in [plan.to_string(), format!("{plan:#}"), format!("{plan:#}").replace('\n', "\r\n")] {
        assert_eq!(again(&shell, &text, None), expected);
        expected["Start"] = json!("Reload");
        assert_eq!(again(&shell, &text, Some(Start::Reload)), expected);
        expected["Start"] = json!("Auto");
    }
    // What is not stated, or stated as nothing, is put into it.
    for text in [r#"{"Task": {}}"#, "{\n  \"Start\" : null,\n  \"Task\": {}\n}", r#"{"Start":"","Task":{}}"#]
    {
        assert_eq!(
            again(&shell, text, Some(Start::Resume)),
            json!({"Start": "Resume", "Task": {}}),
            "{text}"
        );
    }
    assert_eq!(again(&shell, r#"{"Task": {}}"#, None), json!({"Task": {}}));
}

#[test]
fn a_plan_of_the_largest_size_is_run_again() {
    let shell = Shell::new("large");
    let plan = json!({"Comment": "x".repeat(160 * 1024), "Start": "Auto"});
    let mut expected = plan.clone();
    expected["Start"] = json!("Reload");
    assert_eq!(again(&shell, &plan.to_string(), Some(Start::Reload)), expected);
}

#[test]
fn nothing_is_started_where_the_plan_could_not_be_fetched() {
    let shell = Shell::new("unfetched");
    shell.answers("describe-execution", "");
    let calls = shell.run(&commands::run_again(&execution("m-migration", "a"), None));
    assert_eq!(calls.len(), 1, "{calls:?}");
}

#[test]
fn the_log_is_found_by_the_name_of_the_instance_or_by_asking_for_it() {
    let shell = Shell::new("log");
    let task = task_arn("K55IUCGBASJS5VHZJIINA45FII");
    let known = shell.run(&commands::show_log(&task, Some("prod-1"), None));
    let wanted = "logs get-log-events --region eu-central-1 --log-group-name dms-tasks-prod-1 --log-stream-name \
                  dms-task-K55IUCGBASJS5VHZJIINA45FII --limit 100 --query events[].[message] --output text";
    assert_eq!(known, [wanted.split(' ').map(str::to_owned).collect::<Vec<_>>()]);
    shell.answers("describe-replication-tasks", "arn:aws:dms:eu-central-1:123456789012:rep:I\n");
    shell.answers("describe-replication-instances", "prod-1\n");
    let asked = shell.run(&commands::show_log(&task, None, None));
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[1].contains(
        &"Name=replication-instance-arn,Values=arn:aws:dms:eu-central-1:123456789012:rep:I".to_owned()
    ));
    assert_eq!(asked[2], known[0]);
    let instance = "arn:aws:dms:eu-central-1:123456789012:rep:I".parse().expect("an ARN");
    assert_eq!(shell.run(&commands::show_log(&task, None, Some(&instance))), asked[1..]);
}

#[test]
fn dms_tells_of_failures_on_the_topic_of_the_plan_or_of_the_stack() {
    let shell = Shell::new("failures");
    let topic: Arn = "arn:aws:sns:eu-central-1:123456789012:payments".parse().expect("an ARN");
    let execution = execution("dms-prod-migration", "a");
    let stated = shell.run(&commands::tell_of_failures(&task("orders"), Some(&topic), &execution));
    assert_eq!((stated.len(), stated[0].last()), (1, Some(&topic.to_string())));
    shell.answers("describe-stacks", "arn:aws:sns:eu-central-1:123456789012:dms\n");
    let own = shell.run(&commands::tell_of_failures(&task("orders"), None, &execution));
    assert!(own[0].contains(&"dms-prod".to_owned()), "{own:?}");
    assert_eq!(own[1].last().map(String::as_str), Some("arn:aws:sns:eu-central-1:123456789012:dms"));
}

/// Names with all that means something to a shell.
fn hostile() -> impl Strategy<Value = String> {
    let parts = [
        "'",
        "\"",
        "$(touch pwned)",
        "`touch pwned`",
        "\n",
        ";touch pwned;",
        "\\",
        "|",
        "&",
        ">pwned",
        "*",
        "${HOME}",
        "!",
        "~",
        "#",
        "a",
        " ",
        "é",
        "\0",
        "%s",
        "-",
    ];
    proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..12)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_name_is_one_argument_and_never_a_command(name in hostile()) {
        let shell = Shell::new("hostile");
        let before = shell.files();
        let task = task(&name);
        let clean = plan::clean::one_line(&name);
        let topic = Arn { service: "sns".to_owned(), resource: name.clone(), ..task_arn("") };
        let word: String = name.chars().filter(|c| !c.is_control() && !c.is_whitespace() && *c != ':').collect();
        let execution = execution(&format!("m{word}"), &format!("n{word}"));
        for (command, calls, argument) in [
            (commands::list_tables_in_error(&task.arn), 1, plan::clean::one_line(&task.arn.to_string())),
            (commands::describe_task(&task.arn), 1, format!("Name=replication-task-arn,Values={}", plan::clean::one_line(&task.arn.to_string()))),
            (commands::stop_task(&task.arn), 1, plan::clean::one_line(&task.arn.to_string())),
            (commands::show_log(&task.arn, Some(&name), None), 1, plan::clean::one_line(&format!("dms-tasks-{name}"))),
            (commands::show_log(&task.arn, None, Some(&task.arn)), 2, "dms-tasks-describe-replication-instances".to_owned()),
            (commands::show_log(&task.arn, None, None), 3, "dms-tasks-describe-replication-instances".to_owned()),
            (commands::tell_of_failures(&task, Some(&topic), &execution), 1, clean.clone()),
            (commands::tell_of_failures(&task, None, &execution), 2, clean.clone()),
            (commands::run_again(&execution, Some(Start::Reload)), 2, execution.machine().to_string()),
        ] {
            prop_assert!(!command.contains('\n') && command.len() < 128 * 1024);
            let made = shell.run(&command);
            prop_assert_eq!(made.len(), calls, "{}", command);
            prop_assert!(made.iter().flatten().any(|word| *word == argument), "{} has no {:?}: {:?}", command, argument, made);
            let left: Vec<_> =
                shell.files().into_iter().filter(|file| !["calls", "plan.json"].contains(&file.as_str())).collect();
            prop_assert_eq!(&left, &before, "{}", command);
        }
    }
}
