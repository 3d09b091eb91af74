//! What people and machines are told by SNS: a subject, a text that needs no console, and JSON beside it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::document::{Migration, Occasion, Origin, Run};
use crate::finding::Severity;
use crate::plan::Arn;
use crate::verdict::end::one_line;
use crate::verdict::{Level, Verdict};
use crate::window::whole_seconds;

/// SNS takes subjects under 100 characters.
const MOST_SUBJECT: usize = 99;

/// The most findings and steps that a text shows.
const MOST_LINES: usize = 20;

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
            Event::OnTheWay(Occasion::TablesInError | Occasion::LostSight) => "Warning",
        }
    }
}

/// Composes a message. `redrives` is how often the execution was redriven: the same end told twice has one id, the end
/// of a redriven run has another.
pub fn compose(
    document: &Migration,
    run: &Run,
    verdict: Option<&Verdict>,
    event: Event,
    redrives: i64,
    now: Timestamp,
) -> Message {
    let (headline, level) = headline(document, verdict, event);
    let id = format!("{}#{redrives}#{}", run.execution, event_key(event));
    let links = Links::of(document, run);
    let took = now.duration_since(run.started);
    let mut attributes = vec![
        ("Event", event.word().to_owned()),
        ("Severity", level.as_str().to_owned()),
        ("Migration", attribute(&run.name)),
    ];
    if let (Event::Finished, Some(verdict)) = (event, verdict) {
        attributes.push(("Verdict", verdict.outcome.as_str().to_owned()));
    }
    if let Some(team) = &run.notify.team {
        attributes.push(("Team", attribute(team)));
    }
    Message {
        subject: subject(&format!("{headline}: {}", run.name), level),
        text: text(document, run, verdict, event, &headline, &links, took),
        json: machine(document, run, verdict, event, level, &id, &links, took),
        attributes,
    }
}

fn event_key(event: Event) -> &'static str {
    match event {
        Event::Finished => "finished",
        Event::OnTheWay(Occasion::Started) => "started",
        Event::OnTheWay(Occasion::TablesInError) => "tables-in-error",
        Event::OnTheWay(Occasion::LostSight) => "lost-sight",
    }
}

fn headline(document: &Migration, verdict: Option<&Verdict>, event: Event) -> (String, Level) {
    match (event, verdict) {
        (Event::Finished, Some(verdict)) => (verdict.outcome.as_str().to_owned(), verdict.level),
        (Event::Finished, None) => ("Unknown".to_owned(), Level::Error),
        (Event::OnTheWay(Occasion::Started), _) => ("Started".to_owned(), Level::Info),
        (Event::OnTheWay(Occasion::TablesInError), _) => {
            let errored =
                document.progress.as_ref().and_then(|p| p.stats.as_ref()).map_or(0, |s| s.tables_errored);
            (format!("{errored} tables in error, the task goes on"), Level::Warning)
        }
        (Event::OnTheWay(Occasion::LostSight), _) => {
            ("the task goes on and cannot be seen just now".to_owned(), Level::Warning)
        }
    }
}

/// The safe subset of what SNS takes: printable ASCII, bounded.
fn subject(words: &str, level: Level) -> String {
    let mark = if level == Level::Info { "" } else { "[!] " };
    let ascii = format!("{mark}DMS migration {words}");
    let clean = ascii.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    clean.take(MOST_SUBJECT).collect()
}

/// Message attributes hold text; line breaks and control characters have no business there.
fn attribute(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(256).collect();
    if clean.is_empty() { "-".to_owned() } else { clean }
}

fn text(
    document: &Migration,
    run: &Run,
    verdict: Option<&Verdict>,
    event: Event,
    headline: &str,
    links: &Links,
    took: SignedDuration,
) -> String {
    let mut lines = vec![format!("Migration:  {}", one_line(&run.name))];
    let mut line = |label: &str, value: String| {
        let label = if label.is_empty() { String::new() } else { format!("{label}:") };
        lines.push(format!("{label:<11} {value}"));
    };
    match (event, verdict) {
        (Event::Finished, Some(verdict)) => {
            line("Verdict", verdict.outcome.as_str().to_owned());
            for (nth, reason) in verdict.reasons.iter().enumerate() {
                line(if nth == 0 { "Why" } else { "" }, one_line(reason));
            }
            if verdict.tables > 0 {
                let verified = if verdict.verified { "rows verified" } else { "rows not verified" };
                line(
                    "Tables",
                    format!("{} of {} complete, {verified}", verdict.tables_loaded, verdict.tables),
                );
                line("Rows", format!("{} read for the load", grouped(verdict.rows)));
            }
        }
        _ => {
            line("News", headline.to_owned());
            if let Some(why) = document.next.as_ref().map(|next| one_line(&next.why)) {
                line("State", why);
            }
        }
    }
    if let Some(start) = &run.start {
        line("Start", format!("{} because {}", start.kind.as_str(), one_line(&start.why)));
    }
    let window = match (run.windowed, document.plan.as_ref().is_some_and(|plan| plan.window.is_some())) {
        (true, _) => format!("open until {}", in_zone(document, run.closes)),
        (false, true) => "shut".to_owned(),
        (false, false) => "none".to_owned(),
    };
    line("Window", window);
    line("Took", format!("{} from {}", in_words(took), whole_seconds(run.started)));
    if let Some(task) = &document.task {
        let whose = match task.origin {
            Origin::Created => "created by this run",
            Origin::Adopted => "created by an earlier run",
            Origin::Kept => "kept by somebody else",
        };
        line("Task", format!("{} ({whose})", one_line(&task.identifier)));
    }
    if let Some(verdict) = verdict.filter(|_| event == Event::Finished) {
        if !verdict.named_tables.is_empty() {
            lines.push("\nTables that are not complete, or whose rows are not verified:".to_owned());
            for table in &verdict.named_tables {
                lines.push(format!(
                    "  {}: {} ({} rows read)",
                    one_line(&table.name),
                    one_line(&table.state),
                    grouped(table.rows)
                ));
            }
            if verdict.more_tables > 0 {
                lines.push(format!("  and {} more", verdict.more_tables));
            }
        }
        if !verdict.to_do.is_empty() {
            lines.push("\nWhat to do next:".to_owned());
            lines.extend(verdict.to_do.iter().map(|step| format!("  - {}", one_line(step))));
        }
    }
    let notes: Vec<_> =
        document.findings.iter().filter(|finding| finding.severity != Severity::Error).collect();
    if !notes.is_empty() {
        lines.push("\nWorth knowing about the plan:".to_owned());
        for finding in notes.iter().take(MOST_LINES) {
            lines.push(format!("  - {}: {}", one_line(&finding.path), one_line(&finding.message)));
        }
    }
    lines.push(String::new());
    if let Some(link) = &links.execution {
        lines.push(format!("Execution:  {link}"));
    }
    if let Some(link) = &links.task {
        lines.push(format!("DMS task:   {link}"));
    }
    lines.join("\n")
}

#[allow(clippy::too_many_arguments)]
fn machine(
    document: &Migration,
    run: &Run,
    verdict: Option<&Verdict>,
    event: Event,
    level: Level,
    id: &str,
    links: &Links,
    took: SignedDuration,
) -> Value {
    json!({
        "Version": 1,
        "Id": id,
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
        "Verdict": verdict.filter(|_| event == Event::Finished),
        "Next": document.next.as_ref().map(|next| &next.why),
        "Start": run.start.as_ref().map(|start| json!({"Type": start.kind, "Why": start.why})),
        "Started": run.started,
        "Seconds": took.as_secs(),
        "Window": run.windowed.then(|| json!({"Closes": run.closes})),
        "Findings": document.findings,
        "Links": {"Execution": links.execution, "Task": links.task},
    })
}

/// Where a person can look.
struct Links {
    execution: Option<String>,
    task: Option<String>,
}

impl Links {
    fn of(document: &Migration, run: &Run) -> Links {
        let execution = run.execution.parse::<Arn>().ok().map(|arn| {
            let host = console(&arn);
            format!("https://{host}/states/home?region={}#/v2/executions/details/{arn}", arn.region)
        });
        let task = document.task.as_ref().map(|task| {
            let host = console(&task.arn);
            format!(
                "https://{host}/dms/v2/home?region={}#taskDetails/{}",
                task.arn.region,
                attribute(&task.identifier)
            )
        });
        Links { execution, task }
    }
}

/// The console of an ARN's partition.
fn console(arn: &Arn) -> String {
    match arn.partition.as_str() {
        "aws-cn" => "console.amazonaws.cn".to_owned(),
        "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
        _ => format!("{}.console.aws.amazon.com", arn.region),
    }
}

/// An instant on the clocks of the window's zone, and in UTC where there is none.
fn in_zone(document: &Migration, instant: Timestamp) -> String {
    let zone = document.plan.as_ref().and_then(|plan| match &plan.window.as_ref()?.when {
        crate::plan::window::When::Hours(hours) => jiff::tz::TimeZone::get(&hours.time_zone).ok(),
        crate::plan::window::When::Duration(_) => None,
    });
    match zone {
        Some(zone) => instant.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %Z").to_string(),
        None => instant.to_string(),
    }
}

fn in_words(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// Thousands in groups: 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
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

    #[test]
    fn numbers_are_grouped_and_spans_are_in_words() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(in_words(SignedDuration::from_secs(7 * 3600 + 120)), "7 h 2 min");
        assert_eq!(in_words(SignedDuration::from_secs(-1)), "0 s");
    }
}
