//! The travelling document stays small, however long names and texts are, and however many tables go wrong: 262,144 bytes
//! end an execution, and nobody is told.

use migration::run::document::{Caught, Document};
use migration::run::execution::{MAX_NAMES_BYTES, bytes_of_names};
use migration::run::verdict::MAX_NAMED_BYTES;
use plan::table_name::TableName;
use serde_json::json;
use support::cases::{CLOSE, Case, and, full_load, load_and_cdc, windowed};

/// Of a document whose plan has left its mapping.
const SMALL: usize = 96 * 1024;

fn bytes(document: &Document) -> usize {
    serde_json::to_string(document).expect("a document is JSON").len()
}

/// So many tables in this state, with the longest names that an engine takes: 128 characters, of three bytes each.
fn with_long_names(case: Case, count: usize, state: &str) -> Case {
    with_names_of(128, case, count, state)
}

/// The same with names of so many characters.
fn with_names_of(length: usize, case: Case, count: usize, state: &str) -> Case {
    let long = |nth: usize| format!("{}{nth:06}", "表".repeat(length - 6));
    case.tables(&vec![state; count]).set(|case| {
        for (nth, table) in case.tables.iter_mut().flatten().enumerate() {
            table.name = TableName::new(long(nth % 3), long(nth));
        }
    })
}

#[test]
fn tables_that_are_loaded_again_are_as_many_as_the_document_carries() {
    let plan = and(windowed(), json!({"OnTableErrors": "Reload"}));
    let case = full_load(plan).started(1).began(1).fresh(1).status("running");
    let mut case = with_long_names(case, 100, "Table error").at(5);
    let mut largest = 0;
    for _ in 0..30 {
        let (_, document) = case.decided();
        largest = largest.max(bytes(&document));
        case = case.later(10);
    }
    let names = bytes_of_names(&case.running.run.reloaded);
    assert!((MAX_NAMES_BYTES / 2..=MAX_NAMES_BYTES).contains(&names), "{names} bytes of names");
    assert!(largest < SMALL, "{largest} bytes");
    // Names of a usual length all find room.
    let plan = and(windowed(), json!({"OnTableErrors": "Reload"}));
    let mut case = full_load(plan).started(1).began(1).fresh(1).status("running");
    case = case.tables(&["Table error"; 100]).at(5);
    for _ in 0..30 {
        case = case.polled().later(10);
    }
    assert_eq!(case.running.run.reloaded.len(), 100);
}

#[test]
fn tables_that_are_left_unfinished_are_remembered_as_far_as_the_document_carries_them() {
    let case = load_and_cdc(and(windowed(), json!({"Window": {"AtClose": "Stop"}}))).last_week("NORMAL");
    let mut case = with_long_names(case, 5_000, "Before load");
    let (_, document) = case.decided();
    let names = bytes_of_names(&case.running.run.unfinished);
    assert!((MAX_NAMES_BYTES / 2..=MAX_NAMES_BYTES).contains(&names), "{names} bytes of names");
    assert!(bytes(&document) < SMALL, "{} bytes", bytes(&document));
}

#[test]
fn a_verdict_names_as_many_tables_as_the_document_carries_and_counts_the_others() {
    let case = full_load(windowed()).started(1).began(1).fresh(1);
    // The longest that are read from an answer of DMS.
    let case = with_names_of(512, case, 5_000, "Table error");
    let mut case = case.stopped(192, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(193);
    let reported = case.over();
    let named = &reported.verdict.named_tables;
    let names: usize = named.iter().map(|table| table.name.len() + table.state.len()).sum();
    assert!((MAX_NAMED_BYTES / 2..=MAX_NAMED_BYTES).contains(&names), "{names} bytes of names");
    assert_eq!(named.len() + reported.verdict.more_tables, 5_000);
    let bytes = bytes(&reported.into());
    assert!(bytes < SMALL, "{bytes} bytes");
}

/// Everything at once, with the error of a step as long as Step Functions makes it.
#[test]
fn the_worst_of_documents_is_carried() {
    let plan = and(windowed(), json!({"OnTableErrors": "Reload", "Restarts": 100}));
    let case = full_load(plan).started(1).began(1).fresh(1).status("running");
    let mut case = with_long_names(case, 5_000, "Table error").at(5);
    case.decided();
    let run = case.run();
    let names =
        || (0..20).map(|nth| TableName::new("表".repeat(128), format!("{}{nth:06}", "表".repeat(122))));
    run.unfinished = names().collect();
    run.unrecognised = (0..100).map(|nth| format!("{nth}{}", "é".repeat(200))).collect();
    run.last_trouble = Some("é".repeat(500));
    case.running.caught = Some(Caught { error: "Lambda.Unknown".to_owned(), cause: "\"".repeat(32_768) });
    let bytes = bytes(&case.at(CLOSE - 5).document());
    assert!(bytes < 200 * 1024, "{bytes} bytes");
}
