//! The travelling document: what a step writes is what the next one reads, and what is not whole is refused by name.

use migration::run::document::{Caught, Document, Opened, VERSION};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::rules::{anything, decided, runs};

/// Members that are there in some documents and not in others: each says something by being absent.
const OPTIONAL: [&str; 52] = [
    "AbsentSince",
    "AtClose",
    "Caught",
    "Cause",
    "CreateRefusal",
    "Created",
    "DmsError",
    "Drove",
    "Ran",
    "Redrives",
    "UnseenSinceRedrive",
    "Owner",
    "TakenOver",
    "FreshStartDate",
    "FullLoadFinishDate",
    "FullLoadStartDate",
    "Instance",
    "LagSeconds",
    "LastFailure",
    "LastTrouble",
    "LatestStart",
    "LostSince",
    "MissingSince",
    "SeenDates",
    "FreshStart",
    "TaskStart",
    "Modified",
    "StartingSince",
    "NamedTables",
    "Pace",
    "PendingSince",
    "Percent",
    "Plan",
    "PreviousLoad",
    "Progress",
    "Reading",
    "ZeroSince",
    "Changes",
    "Reload",
    "Rest",
    "Route",
    "SeenStartDate",
    "Settings",
    "StartDate",
    "Stats",
    "Stop",
    "StopDate",
    "Task",
    "TaskStatus",
    "ToDo",
    "Unfinished",
    "Unrecognised",
];

/// Every document that a step can write, by way of any poll.
fn documents() -> impl Strategy<Value = Document> {
    let caught = Caught { error: "Runtime.ExitError".to_owned(), cause: "signal: killed".to_owned() };
    let opened = Opened { input: json!(["a plan"]), caught: Some(caught) };
    let taken_in = anything().prop_map(|case| decided(case).document);
    prop_oneof![1 => Just(Document::Opened(opened)), 40 => taken_in]
}

/// The places of all members, but for those inside the plan and inside what the execution was given.
fn members(value: &Value, place: &str, found: &mut Vec<String>) {
    if let Value::Object(members) = value {
        for (name, value) in members {
            let place = format!("{place}/{name}");
            if place != "/Plan" && place != "/Input" {
                self::members(value, &place, found);
            }
            found.push(place);
        }
    }
}

fn holder<'v>(document: &'v mut Value, place: &str) -> &'v mut Map<String, Value> {
    let (holder, _) = place.rsplit_once('/').unwrap();
    document.pointer_mut(holder).unwrap().as_object_mut().unwrap()
}

fn name(place: &str) -> &str {
    place.rsplit('/').next().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: runs(), ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(document in documents()) {
        let travelled = serde_json::to_value(&document).unwrap();
        prop_assert_eq!(Document::read(&travelled), Ok(document));
    }

    #[test]
    fn a_document_that_lacks_a_member_is_refused_by_its_name(document in documents(), which in any::<Index>()) {
        let mut travelled = serde_json::to_value(&document).unwrap();
        let mut places = Vec::new();
        members(&travelled, "", &mut places);
        let place = which.get(&places);
        let name = name(place);
        let members = holder(&mut travelled, place);
        members.remove(name);
        // What an enum's one word was cannot be said once it is gone.
        let was_a_word = members.is_empty();
        match Document::read(&travelled) {
            Err(error) => prop_assert!(was_a_word || error.contains(name), "{place}: {error}"),
            Ok(other) => {
                prop_assert!(OPTIONAL.contains(&name), "{place} may be absent");
                prop_assert_ne!(other, document, "{} is read by nobody", place);
            }
        }
    }

    #[test]
    fn a_document_with_a_member_of_another_kind_is_refused(document in documents(), which in any::<Index>()) {
        let mut travelled = serde_json::to_value(&document).unwrap();
        let mut places = Vec::new();
        members(&travelled, "", &mut places);
        let place = which.get(&places);
        // No member of the document is a list of lists; what the execution was given may be anything.
        holder(&mut travelled, place).insert(name(place).to_owned(), json!([[]]));
        prop_assert!(place == "/Input" || Document::read(&travelled).is_err(), "{place}");
    }
}

#[test]
fn another_version_or_state_is_refused_by_name() {
    let opened = Document::Opened(Opened { input: json!({}), caught: None });
    let written = serde_json::to_value(&opened).unwrap();
    assert_eq!(written, json!({"Version": VERSION, "State": "Opened", "Input": {}}));
    for (member, value, said) in [
        ("Version", json!(1), "version 1, this function reads 2"),
        ("Version", json!(VERSION + 1), "version 3"),
        ("Version", json!("2"), "no Version"),
        ("State", json!("Closed"), "in no State \"Closed\""),
        ("State", json!(null), "has no State"),
        ("State", json!("Running"), "missing field `Plan`"),
        ("State", json!("Reported"), "missing field `Run`"),
    ] {
        let mut document = written.clone();
        document[member] = value;
        let error = Document::read(&document).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
    assert!(Document::read(&json!([])).unwrap_err().contains("no Version"));
}
