//! What people and machines are told by SNS: a subject, a text that needs no console, and JSON beside it.

mod links;
mod text;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::run::document::{Migration, Occasion, Run};
use crate::run::verdict::{Level, Verdict};
use links::Links;
use plan::clean::line_of;

/// SNS takes subjects under 100 characters.
const MOST_SUBJECT: usize = 99;

/// The most characters of a text that had to be shortened.
const MOST_SHORTENED: usize = 16_000;

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
        if self.text.chars().count() > MOST_SHORTENED {
            self.text = self.text.chars().take(MOST_SHORTENED).collect();
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

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The run is over.
    Finished,
    /// Something happened on the way.
    OnTheWay(Occasion),
}

impl Event {
    fn word(self) -> &'static str {
        match self {
            Event::Finished => "Finished",
            Event::OnTheWay(Occasion::Started) => "Started",
            Event::OnTheWay(
                Occasion::TablesInError
                | Occasion::LostSight
                | Occasion::StartedAgain
                | Occasion::Stalled
                | Occasion::WillNotFit,
            ) => "Warning",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Event::Finished => "finished",
            Event::OnTheWay(Occasion::Started) => "started",
            Event::OnTheWay(Occasion::TablesInError) => "tables-in-error",
            Event::OnTheWay(Occasion::LostSight) => "lost-sight",
            Event::OnTheWay(Occasion::StartedAgain) => "started-again",
            Event::OnTheWay(Occasion::Stalled) => "stalled",
            Event::OnTheWay(Occasion::WillNotFit) => "will-not-fit",
        }
    }
}

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// The document as it stands.
    pub document: &'a Migration,
    /// Its run.
    pub run: &'a Run,
    /// Why a message is sent.
    pub event: Event,
    /// How often the execution was redriven: the same end told twice has one id, the end of a redriven run has another.
    pub redrives: i64,
    /// Now.
    pub now: Timestamp,
}

impl<'a> News<'a> {
    /// Composes the message.
    pub fn compose(self) -> Message {
        let level = self.level();
        let mut attributes = vec![
            ("Event", self.event.word().to_owned()),
            ("Severity", level.as_str().to_owned()),
            ("Migration", printable(&self.run.name)),
        ];
        if let Some(verdict) = self.verdict() {
            attributes.push(("Verdict", verdict.outcome.as_str().to_owned()));
        }
        if let Some(team) = &self.run.notify.team {
            attributes.push(("Team", printable(team)));
        }
        let links = Links::of(self.document, self.run);
        Message {
            subject: subject(&format!("{}: {}", self.in_short(), self.run.name), level),
            text: text::text(self, &links),
            json: self.for_machines(level, &links),
            attributes,
        }
    }

    /// The verdict, when it is what this is about.
    fn verdict(self) -> Option<&'a Verdict> {
        self.document.verdict.as_ref().filter(|_| self.event == Event::Finished)
    }

    fn level(self) -> Level {
        match self.event {
            Event::Finished => self.verdict().map_or(Level::Error, |verdict| verdict.level),
            Event::OnTheWay(Occasion::Started) => Level::Info,
            Event::OnTheWay(_) => Level::Warning,
        }
    }

    /// The news in a word or two, for the subject.
    fn in_short(self) -> String {
        match self.event {
            Event::Finished => {
                self.verdict().map_or("Unknown", |verdict| verdict.outcome.as_str()).to_owned()
            }
            Event::OnTheWay(Occasion::Started) => "Started".to_owned(),
            Event::OnTheWay(Occasion::TablesInError) => {
                format!("{} in error so far", text::tables(self.errored()))
            }
            Event::OnTheWay(Occasion::LostSight) => "out of sight".to_owned(),
            Event::OnTheWay(Occasion::StartedAgain) => "started again".to_owned(),
            Event::OnTheWay(Occasion::Stalled) => "stands still".to_owned(),
            Event::OnTheWay(Occasion::WillNotFit) => "will not fit its window".to_owned(),
        }
    }

    /// Tables in error, as DMS counts them.
    fn errored(self) -> u32 {
        let stats = self.document.progress.as_ref().and_then(|progress| progress.stats.as_ref());
        stats.map_or(0, |stats| stats.tables_errored)
    }

    /// How long the run has taken.
    fn took(self) -> SignedDuration {
        self.now.duration_since(self.run.started)
    }

    fn for_machines(self, level: Level, links: &Links) -> Value {
        let News { document, run, event, .. } = self;
        json!({
            "Version": 1,
            "Id": format!("{}#{}#{}", run.execution, self.redrives, event.key()),
            "Event": event.word(),
            "Severity": level,
            "Migration": run.name,
            "Team": run.notify.team,
            "Execution": run.execution,
            "Task": document.task.as_ref().map(|task| json!({
                "ReplicationTaskArn": task.arn,
                "ReplicationTaskIdentifier": task.identifier,
                "MigrationType": task.migration_type,
                "Origin": task.origin,
            })),
            "Verdict": self.verdict(),
            "Next": document.next.as_ref().map(|next| &next.why),
            "Start": run.start.as_ref().map(|start| json!({"Type": start.kind, "Why": start.why})),
            "Started": run.started,
            "Seconds": self.took().as_secs(),
            "Window": run.windowed.then(|| json!({"Closes": run.closes})),
            "Findings": document.findings,
            "Links": {"Execution": links.execution, "Task": links.task},
        })
    }
}

/// The safe subset of what SNS takes: printable ASCII, bounded.
fn subject(words: &str, level: Level) -> String {
    let mark = if level == Level::Info { "" } else { "[!] " };
    let ascii = format!("{mark}DMS migration {words}");
    let clean = ascii.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    clean.take(MOST_SUBJECT).collect()
}

/// Text for attributes and links, which may not be empty: one line.
fn printable(text: &str) -> String {
    let clean = line_of(text, 256);
    if clean.is_empty() { "-".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_subject_is_what_sns_takes_whatever_the_name(name in "\\PC{0,200}|[\\x00-\\x7f]{0,200}") {
            let subject = subject(&name, Level::Error);
            prop_assert!(!subject.is_empty() && subject.len() < 100);
            prop_assert!(subject.chars().all(|c| c.is_ascii_graphic() || c == ' '));
        }
    }
}
