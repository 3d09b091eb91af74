//! What happened, as lines to read: from the recorded calls of an execution, without a terminal.

use jiff::tz::TimeZone;
use local_aws::Call;
use migration::run::document::{Document, Running};
use migration::run::step::What;
use plan::clean::one_line;

/// One line of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The local time of day.
    pub time: String,
    /// The function, as the state machine names its step.
    pub step: String,
    /// What came of it.
    pub words: String,
}

/// The line of one invocation.
pub fn line(call: &Call, zone: &TimeZone) -> Line {
    let time = call.local.to_zoned_datetime(zone.clone()).strftime("%a %H:%M:%S").to_string();
    let step = call.function.clone().unwrap_or_default();
    let words = match (&call.error, Document::read(&call.answer)) {
        (Some(error), _) => {
            format!("error {error}: {}", one_line(call.answer["errorMessage"].as_str().unwrap_or("")))
        }
        (None, Ok(document)) => words(&step, &document),
        (None, Err(_)) => "answered something that is no document".to_owned(),
    };
    Line { time, step, words }
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
