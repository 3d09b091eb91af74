//! The command `report`, as people call it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use migration::run::document::Document;
use serde_json::{Value, json};
use support::cases::{Case, EXECUTION, full_load, minute};

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Calls the command in a folder of its own, in which `document.json` stands.
fn report(name: &str, document: &str, arguments: &[&str]) -> (Output, PathBuf) {
    let folder = folder(name);
    std::fs::write(folder.join("document.json"), document).expect("the document is written");
    let output = Command::new(env!("CARGO_BIN_EXE_report"))
        .args(arguments)
        .current_dir(&folder)
        .output()
        .expect("the command starts");
    (output, folder)
}

fn ended() -> Case {
    full_load(json!({})).started(1).began(1).tables(&["Table completed", "Table error"])
}

/// The document with which a run ends.
fn document() -> Value {
    let mut case = ended().stopped(5, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(6);
    serde_json::to_value(Document::from(case.over())).expect("a document")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What AWS and its console give of one and the same run.
#[test]
fn a_document_is_found_in_whatever_form_aws_gives_it() {
    let document = document();
    let described = json!({
        "executionArn": EXECUTION, "status": "SUCCEEDED", "input": "{\"Task\":{}}", "output": document.to_string(),
    });
    let payload = json!({"ExecutedVersion": "1", "Payload": document, "StatusCode": 200});
    let event = |id: u64, details: &str, output: &Value| json!({"id": id, "timestamp": "2026-11-20T22:06:00.123000+01:00", "type": "TaskSucceeded", details: {"output": output.to_string()}});
    let history = json!({"events": [
        event(9, "stateExitedEventDetails", &json!({"Verdict": document["Verdict"]})),
        event(8, "taskSucceededEventDetails", &payload),
    ]});
    let variables = json!({"migration": document});
    for (nth, given) in [&document, &described, &history, &variables, &payload].into_iter().enumerate() {
        for text in [given.to_string(), format!("\u{feff}{given:#}")] {
            let (output, folder) = report(&format!("forms-{nth}"), &text, &["document.json"]);
            assert_eq!(output.status.code(), Some(0), "{given}: {}", said(&output));
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(printed, "target/report.html: PartlyFailed: orders\n");
            let page = std::fs::read_to_string(folder.join("target/report.html")).expect("a page");
            assert!(page.contains("1 of 2 complete") && page.contains("shop.t1"), "{page}");
        }
    }
}

/// A history is printed from the first event on or from the last one on: the newest document counts.
#[test]
fn the_newest_document_of_a_history_counts() {
    let mut running = ended().status("running").at(3);
    running.poll();
    let older = serde_json::to_value(running.document()).expect("a document");
    let event = |id: u64, at: Value, document: &Value| {
        let output = json!({"Payload": document}).to_string();
        json!({"id": id, "timestamp": at, "taskSucceededEventDetails": {"output": output}})
    };
    let seconds = json!(minute(3).as_second() as f64 + 0.5);
    let mut events = vec![event(100, json!("2026-11-20T21:06:00Z"), &document()), event(20, seconds, &older)];
    for order in ["backwards", "forwards"] {
        let text = json!({"events": events}).to_string();
        let (output, _) = report(order, &text, &["--output", "page.html", "document.json"]);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(printed, "page.html: PartlyFailed: orders\n", "{}", said(&output));
        events.reverse();
    }
}

#[test]
fn what_holds_no_document_is_refused_with_the_way_to_get_one() {
    let failed =
        json!({"executionArn": EXECUTION, "status": "FAILED", "error": "PartlyFailed", "cause": "{}"});
    let command = format!(
        "aws stepfunctions get-execution-history --region eu-central-1 --execution-arn {EXECUTION} > document.json"
    );
    let mut older = document();
    older["Version"] = json!(1);
    let mut damaged = document();
    damaged["Run"]["Started"] = json!("tonight");
    for (name, text, words) in [
        ("failed", failed.to_string(), vec!["the execution is FAILED", command.as_str()]),
        (
            "list",
            "[]".to_owned(),
            vec!["no document of a run", "--execution-arn <execution> > document.json"],
        ),
        ("plan", json!({"Task": {}}).to_string(), vec!["no document of a run"]),
        ("no-json", "Verdict: Failed".to_owned(), vec!["is no JSON", "--execution-arn <execution>"]),
        ("version", older.to_string(), vec!["version 1, this function reads 2"]),
        ("damaged", damaged.to_string(), vec!["cannot be read"]),
        ("deep", "[".repeat(200_000), vec!["is no JSON"]),
    ] {
        let (output, folder) = report(name, &text, &["document.json"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        for word in words {
            assert!(said(&output).contains(word), "{name}: {word} is missing in {}", said(&output));
        }
        assert!(said(&output).starts_with("report: document.json: "), "{}", said(&output));
        assert!(!folder.join("target").exists(), "{name}: no page is written");
    }
}

#[test]
fn the_command_line_is_held_to_its_usage() {
    for (nth, (arguments, status)) in [
        (&["--help"][..], 0),
        (&[], 2),
        (&["document.json", "document.json"], 2),
        (&["--outptu", "x", "document.json"], 2),
        (&["--output", "a", "--output", "b", "document.json"], 2),
        (&["no-such-file.json"], 2),
        (&["document.json", "--output", "document.json/page.html"], 2),
    ]
    .into_iter()
    .enumerate()
    {
        let (output, _) = report(&format!("usage-{nth}"), &document().to_string(), arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        assert_eq!(status == 2, !output.stderr.is_empty(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn what_is_said_of_hostile_documents_tells_the_terminal_nothing() {
    let escapes = "\u{1b}[2J\u{9b}31m\u{202e}\u{85}";
    let mut document = document();
    document["Run"]["Name"] = json!(escapes);
    let mut damaged = document.clone();
    damaged["Run"]["Started"] = json!(escapes);
    let failed = json!({"executionArn": EXECUTION, "status": escapes});
    let page = format!("page{escapes}.html");
    for (nth, (text, arguments, status)) in [
        (document.to_string(), vec!["document.json"], 0),
        (document.to_string(), vec!["document.json", "--output", &page], 0),
        (damaged.to_string(), vec!["document.json"], 2),
        (failed.to_string(), vec!["document.json"], 2),
        (escapes.to_owned(), vec!["document.json"], 2),
        (String::new(), vec![page.as_str()], 2),
        (String::new(), vec![escapes], 2),
    ]
    .into_iter()
    .enumerate()
    {
        let (output, _) = report(&format!("hostile-{nth}"), &text, &arguments);
        assert_eq!(output.status.code(), Some(status), "{nth}: {output:?}");
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
        let hidden = |c: char| (c.is_control() && c != '\n') || plan::clean::seen(c) != c;
        assert!(!text.is_empty() && !text.contains(hidden), "{nth}: {text:?}");
    }
}

/// Histories are large; what is none is told soon, whatever it is.
#[test]
fn ten_megabytes_of_anything_are_told_from_a_document() {
    let size = 10_000_000;
    let folder = folder("bombs");
    for (name, text) in [
        ("a text", format!("\"{}\"", "x".repeat(size))),
        ("lists", format!("[{}[]]", "[],".repeat(size / 3))),
        ("a nest", "[".repeat(size)),
        ("texts in texts", (0..18).fold("{}".to_owned(), |inner, _| json!({ "a": inner }).to_string())),
        ("nearly documents", format!("[{}1]", "{\"Version\":2,\"State\":\"Running\"},".repeat(size / 32))),
        ("digits", "9".repeat(size)),
    ] {
        std::fs::write(folder.join("document.json"), text).expect("the document is written");
        let output = Command::new(env!("CARGO_BIN_EXE_report"))
            .arg("document.json")
            .current_dir(&folder)
            .output()
            .expect("the command starts");
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(said(&output).len() < 2_000, "{name}: {} bytes are said", said(&output).len());
    }
}
