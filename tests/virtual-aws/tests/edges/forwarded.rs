//! The report page of a run, from its history as Step Functions keeps it.

use dms_simulator::Scenario;
use report::page::{Ending, Page};
use report::{given, html};
use serde_json::{Value, json};

use crate::night::{night, plan, scenario, world};

/// A load so short that a history still has all of it: it keeps the newest events only.
fn short() -> Scenario {
    let mut scenario = scenario();
    for table in &mut scenario.source_tables {
        table.load_seconds = 60.0;
    }
    scenario
}

/// What SNS was given is what the page shows, word for word.
#[test]
fn the_history_of_a_night_becomes_a_page_with_the_messages_that_were_sent() {
    let told = json!({"Notify": {"On": ["Finished", "Warning", "Started"]}, "Window": {"Duration": "PT1H"}});
    let night = night(world(short()), plan(told), vec![]);
    night.expect(&["Succeeded"]);
    let history = night.world.history("night").expect("there is a history");
    let given = given::read(&history.to_string()).expect("documents");
    let page = Page::from_story(&given.before, &given.last);
    let shown = page.last();
    assert!(matches!(&shown.ending, Ending::Over(verdict) if verdict.outcome.as_str() == "Succeeded"));
    let sent: Vec<(String, String)> = night
        .world
        .messages()
        .iter()
        .map(|message| {
            let text = message.bodies["default"].as_str().unwrap_or_default();
            (message.subject.clone(), text.to_owned())
        })
        .collect();
    let messages: Vec<(String, String)> =
        shown.messages.iter().map(|message| (message.subject.clone(), message.text.clone())).collect();
    assert_eq!(messages, sent);
    assert_eq!(sent.len(), 2, "the start and the end");
    let acts: Vec<&str> = shown.acts.iter().map(|act| act.word.as_str()).collect();
    assert_eq!(acts, ["run begins", "create", "start-replication", "Succeeded"]);
    assert_eq!((shown.tables.total(), shown.tables.complete(), shown.tables.rows()), (2, 2, 2_000));
    let load = shown.load.and_then(|load| load.length()).expect("a load with an end");
    assert!((60..120).contains(&load.as_secs()), "{load:?}");
    assert!(html::write(&page).contains("2 of 2 complete"));
}

/// A run that waits for its replication to catch up leaves how far that was behind.
#[test]
fn the_lag_of_a_night_is_in_its_history() {
    let replicated = json!({
        "Task": {"MigrationType": "full-load-and-cdc"}, "Until": "CaughtUp", "Then": "Stop", "LagSeconds": 30,
        "Window": {"Duration": "PT1H", "AtClose": "Stop"},
    });
    let night = night(world(short()), plan(replicated), vec![]);
    // Nothing shows that the simulated replication reads.
    night.expect(&["SucceededWithWarnings"]);
    let history: Value = night.world.history("night").expect("there is a history");
    let given = given::read(&history.to_string()).expect("documents");
    let shown = Page::from_story(&given.before, &given.last).last().clone();
    assert_eq!(shown.lag.limit(), Some(30));
    assert!(!shown.lag.points().is_empty(), "{:#?}", shown.acts);
    let acts: Vec<&str> = shown.acts.iter().map(|act| act.word.as_str()).collect();
    assert_eq!(acts, ["run begins", "create", "start-replication", "stop", "SucceededWithWarnings"]);
}
