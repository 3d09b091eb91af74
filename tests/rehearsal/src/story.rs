//! What happened, as lines to read: from the recorded calls of an execution, without a terminal.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use local_aws::Call;
use migration::run::document::{Document, Running};
use migration::run::step::What;
use plan::clean::one_line;
use serde::Serialize;

/// One line of the story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// The local time of day.
    pub time: String,
    /// The function, as the state machine names its step.
    pub step: String,
    /// What came of it.
    pub words: String,
    /// What kind of line it is.
    pub kind: Kind,
}

/// What kind of line it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// A look after which the machine waits.
    #[serde(rename_all = "PascalCase")]
    Wait {
        /// What was seen, but for numbers that move: two waits with one sight tell the same.
        sight: String,
        /// Why it waits.
        why: String,
    },
    /// Something was done, decided or told.
    Act,
    /// A step could not run.
    Error,
}

impl Line {
    /// Whether this line and that one wait for the same.
    pub fn is_like(&self, other: &Line) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Wait { sight, .. }, Kind::Wait { sight: other_sight, .. }) => {
                sight == other_sight && self.step == other.step
            }
            _ => false,
        }
    }

    /// Why it waits, or what it says.
    pub fn why(&self) -> &str {
        match &self.kind {
            Kind::Wait { why, .. } => why,
            Kind::Act | Kind::Error => &self.words,
        }
    }
}

/// The line of one invocation.
pub fn line(call: &Call, zone: &TimeZone) -> Line {
    let time = call.local.to_zoned_datetime(zone.clone()).strftime("%a %H:%M:%S").to_string();
    let step = call.function.clone().unwrap_or_default();
    let (words, kind) = match (&call.error, Document::read(&call.answer)) {
        (Some(error), _) => {
            let message = one_line(call.answer["errorMessage"].as_str().unwrap_or(""));
            (format!("error {error}: {message}"), Kind::Error)
        }
        (None, Ok(document)) => (words(&step, &document), kind(&step, &document)),
        (None, Err(_)) => ("answered something that is no document".to_owned(), Kind::Error),
    };
    Line { at: call.local, time, step, words, kind }
}

/// Only what the hub decides is a look; what follows an act belongs to the act.
fn kind(step: &str, document: &Document) -> Kind {
    match document {
        Document::Running(running) if step == "poll" && running.next.what == What::Wait => {
            let progress = running.progress.as_ref();
            let counts = progress.and_then(|progress| progress.stats.as_ref()).map(|stats| {
                [stats.tables_loaded, stats.tables_loading, stats.tables_queued, stats.tables_errored]
            });
            let status = progress.map(|progress| progress.status.as_str());
            let why = one_line(&running.next.why);
            Kind::Wait { sight: format!("{status:?} {counts:?} {}", without_numbers(&why)), why }
        }
        Document::Opened(_) | Document::Running(_) | Document::Reported(_) => Kind::Act,
    }
}

/// A text whose numbers do not count.
fn without_numbers(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' if plain.ends_with('#') => {}
            '0'..='9' => plain.push('#'),
            other => plain.push(other),
        }
    }
    plain
}

fn words(step: &str, document: &Document) -> String {
    match document {
        Document::Opened(_) => String::new(),
        Document::Running(running) => one_line(&going_on(step, running)),
        Document::Reported(reported) if step == "notify" => {
            format!("told: {}", reported.verdict.outcome.as_str())
        }
        Document::Reported(reported) => format!("report: {}", one_line(&reported.next.why)),
    }
}

fn going_on(step: &str, running: &Running) -> String {
    let run = &running.run;
    let next = &running.next;
    match (step, run.drive.start(), &run.stop) {
        ("start", Some(start), _) => return format!("{}: {:?}", start.kind.as_str(), start.answer),
        ("stop", _, Some(stop)) => return format!("{:?}", stop.answer),
        ("notify", _, _) => return "told what happens".to_owned(),
        _ => {}
    }
    let what = match next.what {
        What::Wait => format!("wait {} s", next.seconds),
        What::Create => "create the task".to_owned(),
        What::Start => "start the task".to_owned(),
        What::Reload => "load tables again".to_owned(),
        What::Test => "test a connection again".to_owned(),
        What::Stop => "stop the task".to_owned(),
        What::Tell(_) => "tell".to_owned(),
    };
    format!("{what}: {}", next.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_move_do_not_count() {
        assert_eq!(without_numbers("3 tables, 1250 s behind"), "# tables, # s behind");
        assert_eq!(without_numbers("12,500 rows"), "#,# rows");
    }
}
