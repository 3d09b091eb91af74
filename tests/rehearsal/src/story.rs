//! What happened, as lines to read: from the recorded calls of an execution, without a terminal.

use jiff::tz::TimeZone;
use local_aws::Call;
use migration::run::document::{Migration, What};
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
    let words = match (&call.error, Migration::read(&call.answer)) {
        (Some(error), _) => {
            format!("error {error}: {}", one_line(call.answer["errorMessage"].as_str().unwrap_or("")))
        }
        (None, Ok(document)) => words(&step, &document),
        (None, Err(_)) => "answered something that is no document".to_owned(),
    };
    Line { time, step, words }
}

fn words(step: &str, document: &Migration) -> String {
    let run = document.run.as_ref();
    let answer = match step {
        "start" => run.and_then(|run| run.start.as_ref()).map(|start| {
            let answer =
                start.answer.as_ref().map_or("answer lost".to_owned(), |answer| format!("{answer:?}"));
            format!("{}: {answer}", start.kind.as_str())
        }),
        "stop" => run.and_then(|run| run.stop.as_ref()).map(|stop| {
            stop.answer.as_ref().map_or("answer lost".to_owned(), |answer| format!("{answer:?}"))
        }),
        "notify" => Some(match &document.verdict {
            Some(verdict) => format!("told: {}", verdict.outcome.as_str()),
            None => "told what happens".to_owned(),
        }),
        _ => None,
    };
    if let Some(answer) = answer {
        return one_line(&answer);
    }
    let Some(next) = &document.next else { return String::new() };
    let what = match next.what {
        What::Wait => format!("wait {} s", next.seconds),
        What::Create => "create the task".to_owned(),
        What::Start => "start the task".to_owned(),
        What::Stop => "stop the task".to_owned(),
        What::Tell => "tell".to_owned(),
        What::Report => "report".to_owned(),
    };
    format!("{what}: {}", one_line(&next.why))
}
