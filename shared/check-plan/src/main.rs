//! The `check-plan` command: every fault of a plan at once, with its place, before any window opens.
//!
//! Reads files, asks nobody. Exit status: 0 when no plan has an error, 1 when one has, 2 when a file cannot be read.

mod arguments;

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arguments::{Form, Output, Work};
use check_plan::checked::Checked;
use check_plan::described::{self, Described};
use check_plan::{from_task, shown, told};
use plan::clean::{for_a_terminal, json_for_a_terminal};
use plan::finding::{Severity, reject};
use plan::schema;
use serde::Serialize;
use serde_json::{Value, json};

const USAGE: &str = "\
usage: check-plan [--json] [--task FILE] FILE...
       check-plan --from-task FILE [--external]
       check-plan --schema

Checks plans of migrations, names every fault with its place, and says what a plan without an error will do; - is the
standard input.
  --json             print {\"Findings\": [...], \"Understood\": {...}} instead of text for people
  --task FILE        what `aws dms describe-replication-tasks` answered about the task that a plan only names: with
                     its type, settings and history, what a run would find and do is told here
  --from-task FILE   print a plan made of such an answer: one that describes the task and adopts it
  --external         one that only names the task, which stays with whoever keeps it
  --schema           print the JSON Schema of a plan, by which editors complete and check
exit status: 0 without errors, 1 with errors, 2 when a file cannot be read";

/// What is said beside a plan that adopts its task.
const OTHER_FORM: &str = "this plan describes the task and adopts it; --external makes one that only names it, for a task that stays elsewhere";

/// What is said when the file of a described task cannot be read.
const DESCRIBED: &str =
    "--task (make's TASK=) takes a file with what aws dms describe-replication-tasks answered";

/// A file that was read.
struct File {
    name: String,
    text: String,
}

/// A file that could not be read.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Unread {
    /// Its name.
    file: String,
    /// Why, in a sentence that names it.
    message: String,
}

fn main() -> ExitCode {
    let work = match arguments::read() {
        Ok(work) => work,
        Err(error) => return fail(&format!("{error}\n{USAGE}")),
    };
    let done = match work {
        Work::Help => say(&format!("{USAGE}\n")).map(|()| true),
        Work::Schema => say(&schema::text()).map(|()| true),
        Work::Check { files, task, output } => match task.map(|name| read_tasks(&name)).transpose() {
            Ok(tasks) => check_all(&files, tasks.as_ref(), output),
            Err(error) => Err(error),
        },
        Work::FromTask { file, form } => read_file(&file).and_then(|file| {
            let plan = match form {
                Form::InFull => from_task::plan(&file.text),
                Form::External => from_task::external(&file.text),
            };
            let plan = plan.map_err(|error| format!("{}: {error}", file.name))?;
            if form == Form::InFull {
                eprintln!("check-plan: {OTHER_FORM}");
            }
            say_json(&format!("{plan:#}")).map(|()| true)
        }),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => fail(&error),
    }
}

fn fail(error: &str) -> ExitCode {
    eprintln!("check-plan: {}", for_a_terminal(error));
    ExitCode::from(2)
}

fn read_file(path: &Path) -> Result<File, String> {
    let name = shown_name(path);
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| format!("the standard input cannot be read: {error}"))?;
    } else {
        bytes = std::fs::read(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
    }
    // Windows writes a mark before the text that no reader of JSON takes, and every editor hides.
    let text =
        String::from_utf8(bytes).map_err(|_| format!("{name} is no text in UTF-8: save it as that"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(File { name, text })
}

/// The name of a file as it is shown, on a terminal too: whoever checks a folder has not chosen the names in it.
fn shown_name(path: &Path) -> String {
    for_a_terminal(&path.display().to_string()).replace('\n', "\u{b7}")
}

/// What DMS answered, and the name of the file.
struct Tasks {
    name: String,
    tasks: Vec<Described>,
}

fn read_tasks(name: &Path) -> Result<Tasks, String> {
    let file = read_file(name).map_err(|error| format!("{error}; {DESCRIBED}"))?;
    let tasks = described::tasks(&file.text).map_err(|error| format!("{}: {error}", file.name))?;
    Ok(Tasks { name: file.name, tasks })
}

/// True when no plan has an error. A file that cannot be read keeps none of the others from being checked.
fn check_all(names: &[PathBuf], tasks: Option<&Tasks>, output: Output) -> Result<bool, String> {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for name in names {
        match read_file(name) {
            Ok(file) => files.push(file),
            Err(message) => unread.push(Unread { file: shown_name(name), message }),
        }
    }
    let good = check(&files, &unread, tasks, output)?;
    if unread.is_empty() {
        return Ok(good);
    }
    let messages: Vec<String> = unread.into_iter().map(|unread| unread.message).collect();
    Err(messages.join("\ncheck-plan: "))
}

/// True when no plan has an error. Where none could be read nothing is printed: it would look like a plan without a
/// fault.
fn check(files: &[File], unread: &[Unread], tasks: Option<&Tasks>, output: Output) -> Result<bool, String> {
    #[allow(clippy::disallowed_methods, reason = "a person asks now, and no run is decided by it")]
    let now = jiff::Timestamp::now();
    let checked =
        files.iter().map(|file| checked(file, tasks, now)).collect::<Result<Vec<Checked>, String>>()?;
    match output {
        _ if files.is_empty() => {}
        Output::Json => {
            say_json(&in_json(files, unread, &checked).to_string())?;
        }
        Output::ForPeople => {
            let colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            for (file, checked) in files.iter().zip(&checked) {
                say(&shown::findings(&file.name, &file.text, &checked.findings, colours))?;
                if let Some(understood) = &checked.understood {
                    say(&told::for_people(understood, told::width()))?;
                }
            }
        }
    }
    Ok(!checked.iter().any(|checked| reject(&checked.findings)))
}

/// What is found in a plan, and what it will do.
fn checked(file: &File, tasks: Option<&Tasks>, now: jiff::Timestamp) -> Result<Checked, String> {
    let Some(Tasks { name, tasks }) = tasks else { return Checked::at(&file.text, None, now) };
    let checked = Checked::at(&file.text, Some(tasks), now).map_err(|error| format!("{name}: {error}"))?;
    if checked.describes_itself {
        eprintln!("check-plan: {} describes its task itself: nothing is taken from {name}", file.name);
    }
    Ok(checked)
}

/// One object, whatever the number of files; with several, each finding names its file, and those that could not be
/// read are named.
fn in_json(files: &[File], unread: &[Unread], checked: &[Checked]) -> Value {
    let several = files.len() + unread.len() > 1;
    let findings: Vec<Value> = files
        .iter()
        .zip(checked)
        .flat_map(|(file, checked)| checked.findings.iter().map(move |finding| (file, finding)))
        .map(|(file, finding)| {
            let mut shown = json!(finding);
            if let Some(object) = shown.as_object_mut() {
                object.insert("Severity".to_owned(), Value::from(word(finding.severity)));
                if several {
                    object.insert("File".to_owned(), Value::from(file.name.as_str()));
                }
            }
            shown
        })
        .collect();
    let understood = files.iter().zip(checked).filter_map(|(file, checked)| {
        let mut told = told::for_machines(checked.understood.as_ref()?);
        if several {
            told["File"] = Value::from(file.name.as_str());
        }
        Some(told)
    });
    let mut understood: Vec<Value> = understood.collect();
    let mut answer = json!({ "Findings": findings });
    match understood.pop() {
        Some(one) if !several => answer["Understood"] = one,
        last => {
            understood.extend(last);
            if !understood.is_empty() {
                answer["Understood"] = Value::from(understood);
            }
        }
    }
    if !unread.is_empty() {
        answer["Unread"] = json!(unread);
    }
    answer
}

/// How this command has spelled a severity from its first release on: scripts compare the word. Messages, whose
/// subscribers filter by it, spell it in lower case.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Info",
    }
}

/// Prints JSON, which may go to a terminal.
fn say_json(json: &str) -> Result<(), String> {
    say(&format!("{}\n", json_for_a_terminal(json)))
}

/// Prints; a reader that has gone, such as `head`, is no error.
fn say(text: &str) -> Result<(), String> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("the output could not be written: {error}"))
        }
        _ => Ok(()),
    }
}
