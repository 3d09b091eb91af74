//! What people and machines are told by SNS: a subject, a text that needs no console, and JSON beside it.

mod links;
mod news;
pub mod operations;
mod text;

use plan::clean::line_of;
use plan::finding::Severity;
use serde_json::{Value, json};

use crate::run::drive::{Drive, Whose};
use links::Links;
pub use news::{Event, News};

/// SNS takes subjects under 100 characters.
const MAX_SUBJECT: usize = 99;

/// The most characters of a text that had to be shortened.
const MAX_SHORTENED: usize = 16_000;

/// One message, ready to publish.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// ASCII without control characters, under 100 characters.
    pub subject: String,
    /// For people.
    pub text: String,
    /// For machines.
    pub json: Value,
    /// Message attributes to filter by.
    pub attributes: Vec<(&'static str, String)>,
}

impl Message {
    /// The same news in less than 16 KB for machines and 64 KB for people. SNS refuses a message that is too large as a
    /// whole, and a shortened one is better than none.
    pub fn shortened(mut self) -> Message {
        if self.text.chars().count() > MAX_SHORTENED {
            self.text = self.text.chars().take(MAX_SHORTENED).collect();
            self.text.push_str("\n\nThis message was shortened: the output of the execution has the whole.");
        }
        if let Some(verdict) = self.json.get_mut("Verdict").and_then(Value::as_object_mut) {
            verdict.retain(|_, value| !value.is_array());
            verdict.remove("LastFailure");
        }
        if let Some(json) = self.json.as_object_mut() {
            json.retain(|name, _| !["Findings", "Next", "Start"].contains(&name.as_str()));
            json.insert("Shortened".to_owned(), Value::Bool(true));
        }
        self
    }
}

impl News<'_> {
    /// Composes the message.
    pub fn compose(self) -> Message {
        let severity = self.severity();
        let mut attributes = vec![
            ("Event", self.event.word().to_owned()),
            ("Severity", severity.as_str().to_owned()),
            ("Migration", attribute(&self.run.name)),
        ];
        if let Event::Finished(verdict) = self.event {
            attributes.push(("Verdict", verdict.outcome.as_str().to_owned()));
        }
        if let Some(team) = &self.run.notify.team {
            attributes.push(("Team", attribute(team)));
        }
        let links = Links::of(self.task, self.run);
        Message {
            subject: subject(&format!("{}: {}", self.in_short(), self.run.name), severity),
            text: text::text(self, &links),
            json: self.for_machines(severity, &links),
            attributes,
        }
    }

    fn for_machines(self, severity: Severity, links: &Links) -> Value {
        let News { run, event, .. } = self;
        json!({
            "Version": 1,
            "Id": self.id(),
            "Event": event.word(),
            "Severity": severity,
            "Migration": run.name,
            "Team": run.notify.team,
            "Execution": run.execution,
            "Task": self.task.map(|task| json!({
                "ReplicationTaskArn": task.arn,
                "ReplicationTaskIdentifier": task.identifier,
                "MigrationType": task.migration_type,
                "Origin": task.origin,
            })),
            "Verdict": match event {
                Event::Finished(verdict) => Some(verdict),
                Event::OnTheWay(_) => None,
            },
            "Next": self.next,
            "Start": run.drive.start().map(|start| json!({"Type": start.kind, "Why": start.why})),
            "Joined": joined(&run.drive),
            "ClosedOutBy": run.close_out.as_ref().map(|close_out| &close_out.by),
            "Started": run.started,
            "Seconds": self.took().as_secs(),
            "Window": run.windowed().then(|| json!({"Closes": run.closes})),
            "Findings": self.findings,
            "Links": {"Execution": links.execution, "Task": links.task},
        })
    }
}

/// What a run follows that has not started the task itself.
fn joined(drive: &Drive) -> Option<Value> {
    let Drive::Joined { whose, since, .. } = drive else { return None };
    let (whose, execution) = match whose {
        Whose::SomebodyElse => ("SomebodyElse", None),
        Whose::EndedRun(execution) => ("EndedRun", Some(execution)),
        Whose::Doubtful { .. } => ("Doubtful", None),
    };
    Some(json!({"Whose": whose, "Since": since, "Execution": execution}))
}

/// The safe subset of what SNS takes: printable ASCII, bounded.
fn subject(words: &str, severity: Severity) -> String {
    let mark = if severity == Severity::Info { "" } else { "[!] " };
    let ascii = format!("{mark}DMS migration {words}");
    let clean = ascii.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    clean.take(MAX_SUBJECT).collect()
}

/// An attribute's value: one bounded line, and never an empty one, which SNS refuses.
fn attribute(text: &str) -> String {
    let line = line_of(text, 256);
    if line.is_empty() { "-".to_owned() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_subject_is_what_sns_takes_whatever_the_name(name in "\\PC{0,200}|[\\x00-\\x7f]{0,200}") {
            let subject = subject(&name, Severity::Error);
            prop_assert!(!subject.is_empty() && subject.len() < 100);
            prop_assert!(subject.chars().all(|c| c.is_ascii_graphic() || c == ' '));
        }
    }
}
