//! What a story did, as a text of its own: with `RECORD=<folder>` each test leaves one, and `tests/compare-stories`
//! compares two folders. Only what leaves the functions is read (calls, answers, messages, the execution's end), so
//! that records made before and after a rebuilding of the product can be compared.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use local_aws::Call;
use rehearsal::execution::{Ended, Published};
use serde_json::Value;

/// The members of a request (GetMetricData's) that say what time it is.
const MOMENTS: [&str; 2] = ["StartTime", "EndTime"];

/// How the names of operations of DMS begin that change no task.
const READING: [&str; 3] = ["Describe", "List", "Test"];

/// What one execution did.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its name.
    pub(crate) name: String,
    /// How it ended; `None` while it runs.
    pub(crate) ended: Option<Ended>,
    /// All that was recorded on its behalf, in its order.
    pub(crate) calls: Vec<Call>,
    /// The messages that were sent.
    pub(crate) messages: Vec<Published>,
}

/// Where records go; `None` when none are wanted.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os("RECORD").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Writes the text of a story's executions to `folder`, under the story's name.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write(folder: &Path, story: &str, records: &[Record]) -> Result<(), String> {
    let mut texts: Vec<String>;
    if records.windows(2).any(|pair| race(&pair[0], &pair[1])) {
        texts = records.iter().map(end).collect();
        texts.sort_unstable();
        texts.push(changed(records));
        for record in records {
            texts.iter_mut().for_each(|text| *text = text.replace(&record.name, "EXECUTION"));
        }
    } else {
        texts = records.iter().map(|record| end(record) + &made(&record.calls)).collect();
    }
    let file = folder.join(format!("{}.txt", story.replace("::", "-")));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, texts.join("\n")));
    written.map_err(|error| format!("writing the record {}: {error}", file.display()))
}

/// Whether `other` began before `one` had changed anything: then it is open which of them drives the task, and what the
/// other has read, or tried in vain, when it sees that it does not. Of such executions it is written how each ended,
/// and what they changed together.
fn race(one: &Record, other: &Record) -> bool {
    let mut calls = one.calls.iter().filter(|call| call.function.is_some());
    let decided = calls.clone().find(|call| changes(call)).or_else(|| calls.next_back());
    let began = other.calls.iter().find(|call| call.function.is_some());
    decided.zip(began).is_some_and(|(decided, began)| began.number < decided.number)
}

fn changes(call: &Call) -> bool {
    call.service == "dms" && !READING.iter().any(|reading| call.operation.starts_with(reading))
}

/// How the execution ended, and what was told.
fn end(record: &Record) -> String {
    let mut text = String::new();
    let status = record.ended.as_ref().map_or("RUNNING", |ended| &ended.status);
    let error = record.ended.as_ref().and_then(|ended| ended.error.as_deref()).unwrap_or("no error");
    let _ = writeln!(text, "execution: {status}, {error}");
    for message in &record.messages {
        told(&mut text, message);
    }
    text
}

/// The calls of one execution.
fn made(calls: &[Call]) -> String {
    let steps: Vec<String> = steps(calls).iter().map(Step::text).collect();
    format!("calls:\n{}", steps.concat())
}

/// What several executions changed, whichever it was.
fn changed(records: &[Record]) -> String {
    let calls = records.iter().flat_map(|record| &record.calls);
    let mut changes: Vec<&Call> = calls.filter(|call| changes(call) && call.error.is_none()).collect();
    changes.sort_by_key(|call| call.number);
    let lines: Vec<String> = changes.into_iter().map(line).collect();
    format!("changes:\n{}", lines.concat())
}

/// A call in a line.
fn line(call: &Call) -> String {
    let request = if call.service == "sns" { String::new() } else { format!(" {}", asked(call)) };
    format!("    {} {}{request}: {}\n", call.service, call.operation, outcome(call))
}

/// One message: its event and subject, the verdict and the tables that it counts; then the words that people get.
fn told(text: &mut String, message: &Published) {
    let Published { subject, json, .. } = message;
    let word = |member: &Value| member.as_str().unwrap_or("-").to_owned();
    let _ = writeln!(text, "message: {} {}: {subject}", word(&json["Event"]), word(&json["Severity"]));
    let verdict = &json["Verdict"];
    if verdict.is_object() {
        let (outcome, good, severity) =
            (word(&verdict["Outcome"]), &verdict["Good"], word(&verdict["Severity"]));
        let _ = writeln!(text, "verdict: {outcome}, good {good}, {severity}");
        let _ = writeln!(text, "tables: {} of {}", verdict["TablesLoaded"], verdict["Tables"]);
    }
    for line in message.text.lines() {
        let _ = writeln!(text, "| {line}");
    }
}

/// One invocation, and the calls that were made in it.
#[derive(Debug)]
struct Step<'c> {
    invocation: &'c Call,
    calls: Vec<&'c Call>,
}

impl Step<'_> {
    fn is(&self, function: &str) -> bool {
        self.invocation.function.as_deref() == Some(function)
    }

    fn text(&self) -> String {
        let function = self.invocation.function.as_deref().unwrap_or("-");
        let mut text = format!("  {function}: {}\n", outcome(self.invocation));
        for call in &self.calls {
            text.push_str(&line(call));
        }
        text
    }
}

/// The steps in their order. How many polls follow each other depends on how fast this machine is, and so does in which
/// of them tables and connections are read as well. So of the polls between two other steps each sort is written once,
/// where it first comes, and none that does only the beginning of what another does. So is, for the same reason, a stop
/// that is asked for again and again while no poll can run.
fn steps(calls: &[Call]) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    // Without a function it was this test that called, to see whether the execution has ended.
    for call in calls.iter().filter(|call| call.function.is_some()) {
        if call.operation == "Invoke" {
            steps.push(Step { invocation: call, calls: Vec::new() });
        } else if let Some(step) = steps.last_mut() {
            step.calls.push(call);
        }
    }
    let mut written: Vec<Step<'_>> = Vec::new();
    while !steps.is_empty() {
        let polls = steps.iter().take_while(|step| step.is("poll")).count();
        let rest = steps.split_off(polls.max(1));
        written.extend(sorts(steps));
        steps = rest;
        if let [.., stop, poll, again] = written.as_slice() {
            let unseen = poll.is("poll") && poll.invocation.error.is_some();
            if unseen && again.is("stop") && again.text() == stop.text() {
                written.truncate(written.len() - 2);
            }
        }
    }
    written
}

fn sorts(polls: Vec<Step<'_>>) -> Vec<Step<'_>> {
    let texts: Vec<String> = polls.iter().map(Step::text).collect();
    let said = |nth: usize| {
        let text = &texts[nth];
        let longer = texts.iter().any(|other| other.len() > text.len() && other.starts_with(text));
        longer || texts[..nth].contains(text)
    };
    polls.into_iter().enumerate().filter(|(nth, _)| !said(*nth)).map(|(_, poll)| poll).collect()
}

fn outcome(call: &Call) -> String {
    match (&call.error, call.status) {
        (Some(error), Some(_)) => error.clone(),
        (Some(error), None) => format!("{error}, unheard"),
        (None, Some(_)) => "ok".to_owned(),
        (None, None) => "unheard".to_owned(),
    }
}

fn asked(call: &Call) -> Value {
    let mut request = call.request.clone();
    for member in MOMENTS {
        if let Some(value) = request.get_mut(member) {
            *value = Value::from("*");
        }
    }
    request
}
