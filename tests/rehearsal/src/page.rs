//! The page of a rehearsal, to forward: what was told, as `shared/report` shows runs.

use std::path::Path;

use jiff::tz::TimeZone;
use migration::run::document::Document;
use migration::understood::understand;
use plan::read::read;
use report::page::{Act, Ending, Lag, Message, Page, Span, Table, Tables};
use report::{html, page, story};

use crate::error::{Error, Result};
use crate::told::{Night, TableTold, Told};

/// Where the page of a rehearsal is written, from the root of the repository.
pub const PLACE: &str = "target/rehearsal/report.html";

/// Where its last run's document is written, of which `make report` makes a page too.
const DOCUMENT: &str = "target/rehearsal/document.json";

/// Writes the page of what was told, and the document of its last run.
///
/// # Errors
/// When a file cannot be written.
pub fn write(told: &Told, root: &Path) -> Result<()> {
    let (Some(page), Some(last)) = (of(told), told.nights.last()) else { return Ok(()) };
    for (place, content) in [(PLACE, html::write(&page)), (DOCUMENT, format!("{:#}\n", last.document))] {
        let path = root.join(place);
        let written = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&path, content));
        written.map_err(|source| Error::Unwritten { path, source })?;
    }
    Ok(())
}

/// The page of what was told; `None` where no night was.
pub fn of(told: &Told) -> Option<Page> {
    let zone = TimeZone::get(&told.zone).unwrap_or(TimeZone::UTC);
    let plan = read(&told.input).plan;
    let (first, others) = told.nights.split_first()?;
    let name = plan.as_ref().map_or_else(|| told.plan.clone(), plan::Plan::name);
    let mut page = Page::new(name, zone, night(first));
    for other in others {
        page = page.and(night(other));
    }
    let made_up =
        told.said.iter().find(|line| line.starts_with("made up")).map(String::as_str).unwrap_or_default();
    page.note =
        format!("Rehearsed on one machine, without an AWS account: DMS was a simulated one. {made_up}");
    page.understood =
        plan.map(|plan| story::in_words(&understand(&plan, None, first.began))).unwrap_or_default();
    Some(page)
}

fn night(told: &Night) -> page::Night {
    let ran = Some(Span::between(told.began, told.ended));
    let mut night = match Document::read(&told.document) {
        Ok(document) => page::Night::from_story(&[], &document),
        // An execution that ended without a report has no document to tell of it.
        Err(_) => page::Night::new(Ending::GoesOn { next: format!("the execution is {}", told.status) }, ran),
    };
    night.ran = ran;
    night.window =
        told.opened.zip(told.closes).map(|(opened, closes)| Span::between(opened, closes)).or(night.window);
    night.acts = told
        .acts()
        .map(|line| Act { at: line.at, word: line.step.clone(), why: line.words.clone() })
        .collect();
    if !told.tables.is_empty() {
        let verified = night.tables.are_verified();
        night.tables = Tables::all(told.tables.iter().filter_map(table).collect()).verified(verified);
    }
    let limit = night.lag.limit();
    night.lag = Lag::new(told.lag.iter().map(|point| (point.at, point.target.max(0.0).ceil() as u32)), limit);
    night.messages = told
        .mails
        .iter()
        .map(|mail| Message { at: mail.at, subject: mail.subject.clone(), text: mail.text.clone() })
        .collect();
    night
}

/// A table with its last load.
fn table(told: &TableTold) -> Option<Table> {
    let last = told.sights.last()?;
    let table = Table::new(&told.name, &last.state, last.rows);
    Some(match told.loads.last() {
        Some(load) => table.loaded(Span::since(load.began, load.ended)),
        None => table,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::{LagTold, Load, Mail, Sight};
    use jiff::Timestamp;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn told() -> Told {
        let night = Night {
            execution: "rehearsal".to_owned(),
            began: at("2026-11-26T21:00:00Z"),
            ended: at("2026-11-27T03:55:53Z"),
            opened: Some(at("2026-11-26T21:00:00Z")),
            closes: Some(at("2026-11-27T04:00:00Z")),
            lines: Vec::new(),
            tables: vec![TableTold {
                name: "shop.<orders>".to_owned(),
                loads: vec![Load {
                    began: at("2026-11-26T21:05:00Z"),
                    ended: Some(at("2026-11-26T21:15:00Z")),
                }],
                sights: vec![Sight {
                    at: at("2026-11-26T21:16:00Z"),
                    state: "Table completed".to_owned(),
                    rows: 7,
                }],
            }],
            lag: vec![LagTold { at: at("2026-11-26T22:00:00Z"), source: 0.5, target: 12.4 }],
            mails: vec![Mail {
                at: at("2026-11-27T03:55:53Z"),
                topic: "arn:aws:sns:us-east-1:123456789012:topic".to_owned(),
                subject: "Paused: orders".to_owned(),
                text: "Verdict: Paused".to_owned(),
                json: json!({}),
            }],
            cost: Default::default(),
            status: "ABORTED".to_owned(),
            verdict: "none".to_owned(),
            reasons: Vec::new(),
            document: json!(null),
        };
        Told {
            plan: "plan.json".to_owned(),
            input: json!({"Task": {"ReplicationTaskIdentifier": "orders"},
                "Window": {"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin", "AtClose": "Stop"}}),
            zone: "Europe/Berlin".to_owned(),
            said: vec!["made up: its source".to_owned(), "a page of it".to_owned()],
            nights: vec![night.clone(), night],
        }
    }

    #[test]
    fn what_was_told_is_on_the_page() {
        let written = html::write(&of(&told()).expect("a page"));
        for part in [
            "shop.&lt;orders&gt;",
            "Paused: orders",
            "made up: its source",
            "Europe/Berlin",
            "whoever has started it",
        ] {
            assert!(written.contains(part), "{part} is missing in {written}");
        }
        assert_eq!(of(&Told { nights: Vec::new(), ..told() }), None);
    }
}
