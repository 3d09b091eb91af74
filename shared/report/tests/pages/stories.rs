//! The pages of runs, word for word.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use migration::run::acts::StopCause;
use migration::run::document::Document;
use migration::run::step::{Occasion, Step, What};
use report::page::{Act, Lag, Night, Page, Span, Table, Tables};
use report::story::{Left, When};
use serde_json::{Value, json};
use support::cases::{CLOSE, Case, and, full_load, load_and_cdc, minute};
use support::plans::root;

use crate::markup::written;

/// A window on the clocks of a town, as people write it.
fn night() -> Value {
    let window = json!({"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin", "AtClose": "Stop"});
    json!({"Window": window, "Notify": {"Team": "payments"}})
}

/// The document with which the run of a case ends.
fn over(mut case: Case, at: i64) -> Document {
    case.now = minute(at);
    Document::from(case.over())
}

/// The page, kept where a browser can open it.
fn kept(name: &str, page: &Page) -> String {
    let html = written(page);
    let folder = folder();
    std::fs::create_dir_all(&folder).expect("the folder of the pages");
    std::fs::write(folder.join(format!("{name}.html")), &html).expect("a page is written");
    html
}

fn folder() -> PathBuf {
    root().join("target/report")
}

/// Tables that were loaded one after the other, four at a time, the first `errors` of them in error.
fn loads(tables: u32, errors: u32, from: i64) -> Vec<Table> {
    (0..tables)
        .map(|nth| {
            let began = minute(from) + SignedDuration::from_secs(i64::from(nth / 4) * 840);
            let took = SignedDuration::from_secs(240 + i64::from(nth * 397 % 1_900));
            let state = if nth < errors { "Table error" } else { "Table completed" };
            let name = ["orders", "order_items", "customers", "customer_addresses_history_2019_archive"];
            let name = format!("shop.{}_{nth}", name[nth as usize % 4]);
            Table::new(name, state, u64::from(nth) * 12_345).loaded(Span::between(began, began + took))
        })
        .collect()
}

#[test]
fn succeeded() {
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&["Table completed"; 40]);
    let case = case.loaded(180).stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED");
    let mut page = Page::from_document(&over(case, 193));
    page.understood = vec![
        ("Window".to_owned(), "opens Fri 22:00 CET, closes Sat 05:00 CET, 7 h".to_owned()),
        (
            "At the close".to_owned(),
            "a task that still loads is stopped, and resumed in the next window".to_owned(),
        ),
    ];
    insta::assert_snapshot!(kept("succeeded", &page));
}

#[test]
fn partly_failed() {
    let tables = ["Table completed", "Table error", "Table completed", "Table cancelled", "Before load"];
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&tables);
    let document = over(case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED"), 193);
    insta::assert_snapshot!(kept("partly-failed", &Page::from_document(&document)));
}

#[test]
fn paused() {
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&[
        "Table completed",
        "Full load",
        "Before load",
    ]);
    let case = case.told_to_stop(StopCause::Close, CLOSE).stopped(CLOSE + 1, "Stop Reason NORMAL");
    insta::assert_snapshot!(kept("paused", &Page::from_document(&over(case, CLOSE + 2))));
}

/// What only a rehearsal knows: when each table was loaded, and how the lag went.
#[test]
fn a_rehearsed_night_is_drawn() {
    let plan = and(night(), json!({"Until": "CaughtUp", "LagSeconds": 60}));
    let mut states = ["Table completed"; 40];
    states[..2].fill("Table error");
    let case = load_and_cdc(plan).started(1).began(1).fresh(1).tables(&states);
    let case = case.told_to_stop(StopCause::Close, CLOSE).stopped(CLOSE + 1, "Stop Reason NORMAL");
    let mut page = Page::from_document(&over(case, CLOSE + 2));
    page.note = "Rehearsed: DMS was a simulated one, and its loads took what the scenario says.".to_owned();
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&["Table completed"; 40]);
    let one = Night::from_story(&[], &over(case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED"), 193));
    let lag = (180..CLOSE).map(|at| (minute(at), (900 - (at - 180) * 4 + at % 7 * 9).max(2) as u32));
    let lag = lag.filter(|(at, _)| !(minute(300)..minute(330)).contains(at));
    let night = page.last().clone();
    let drawn = Night {
        tables: Tables::all(loads(40, 2, 3)),
        load: Some(Span::between(minute(2), minute(170))),
        lag: Lag::new(lag, Some(60)),
        ..night
    };
    let mut drawn_page = Page::new("orders", page.zone.clone(), drawn.clone());
    drawn_page.place = page.place.clone();
    drawn_page.note = page.note.clone();
    let html = kept("rehearsed", &drawn_page);
    assert_eq!(html.matches("rect class=\"bar bad\"").count(), 2, "the tables in error are drawn");
    assert!(html.contains("16 more tables were loaded and are not drawn"), "the others are counted");
    assert!(html.contains("and 16 more tables; 38 of 40 are complete"), "the others are counted");
    assert_eq!(html.matches("<polyline").count(), 2, "the curve is broken where nothing is known");
    let several = Page::new("orders", page.zone, one).and(drawn);
    let html = kept("nights", &several);
    assert!(html.contains("2 nights: 1 Succeeded, 1 "), "each verdict is counted");
    assert!(html.contains("Night 2: Fri 20 November 2026"));
}

/// The documents that the steps have left say more than the last one alone.
#[test]
fn the_history_of_a_run_tells_what_its_last_document_has_forgotten() {
    let plan = and(night(), json!({"Notify": {"On": ["Finished", "Warning", "Started"]}}));
    let mut before = Vec::new();
    let case = load_and_cdc(plan).started(1).began(1).fresh(1).status("running").counters([12, 2, 24, 2]);
    for (at, lag) in [(60, None), (61, Some(90)), (62, Some(50))] {
        let mut case = case.clone().at(at);
        case.poll();
        if let Some(progress) = &mut case.running.progress {
            progress.lag_seconds = lag;
        }
        let step = Step {
            what: What::Tell(Occasion::TablesInError),
            seconds: 0,
            why: "tables are in error".to_owned(),
        };
        case.running.next = step;
        before.push(Left { when: When::At(minute(at)), document: Document::Running(Box::new(case.running)) });
    }
    let last = over(case.tables(&["Table completed", "Table error"]).stopped(192, "Stop Reason NORMAL"), 193);
    let page = Page::from_story(&before, &last);
    let night = page.last();
    let subjects: Vec<&str> = night.messages.iter().map(|message| message.subject.as_str()).collect();
    assert_eq!(subjects.len(), 2, "what was told twice is there once: {subjects:?}");
    assert!(subjects[0].contains("2 tables in error so far"), "{subjects:?}");
    assert_eq!(night.lag.points(), [(minute(61), 90), (minute(62), 50)]);
    let words: Vec<&str> = night.acts.iter().map(|act: &Act| act.word.as_str()).collect();
    assert_eq!(words.iter().filter(|word| **word == "start-replication").count(), 1, "{words:?}");
    assert_eq!((words.first(), words.len()), (Some(&"run begins"), 3), "{words:?}");
    kept("history", &page);
}

/// A run that goes on has no verdict, and one that has read nothing has no time.
#[test]
fn a_run_that_is_not_over_says_where_it_stands() {
    let mut case =
        full_load(night()).started(1).began(1).fresh(1).status("running").counters([12, 2, 26, 0]).at(60);
    case.poll();
    let page = Page::from_document(&Document::Running(Box::new(case.running)));
    let html = kept("goes-on", &page);
    assert!(html.contains("Goes on") && html.contains("the run is not over"), "{html}");
    assert!(html.contains("12 of 40 complete"), "{html}");
    let opened =
        json!({"Version": 2, "State": "Opened", "Input": {"Task": {"ReplicationTaskIdentifier": "orders"}}});
    let page = Page::from_document(&Document::read(&opened).unwrap());
    assert_eq!((page.name.as_str(), page.last().ran), ("orders", None));
    assert!(written(&page).contains("the plan is to be read"));
}

#[test]
fn every_time_is_on_the_clock_of_the_window() {
    let case = full_load(night()).started(1).began(1).fresh(1).tables(&["Table completed"; 2]);
    let document = over(case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED"), 193);
    let html = written(&Page::from_document(&document));
    let body = html.split_once("<body>").unwrap().1;
    assert!(body.contains("Fri 22:01:00") && body.contains("Europe/Berlin"), "{body}");
    assert!(!body.contains("21:01") && !body.contains("UTC") && !body.contains("00Z"), "{body}");
    let _: Timestamp = minute(0);
}
