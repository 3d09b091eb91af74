//! What a plan is understood to do, by its words and by its parts.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use check_plan::checked::Checked;
use check_plan::{described, told};
use jiff::Timestamp;
use migration::understood::Understood;
use plan::finding::reject;
use serde_json::{Value, json};
use support::plans::{Sample, cdc, event, events, full_load, load_and_cdc, night};

/// A Thursday at noon, before the night.
const NOW: &str = "2026-11-26T12:00:00Z";

fn checked(plan: &Value, described: Option<&Value>) -> Checked {
    let tasks = described.map(|answer| described::tasks(&answer.to_string()).expect("a description"));
    let now: Timestamp = NOW.parse().expect("an instant");
    Checked::at(&plan.to_string(), tasks.as_deref(), now).expect("a description of the plan's task")
}

fn understood(plan: &Value, described: Option<&Value>) -> Understood {
    let checked = checked(plan, described);
    checked.understood.unwrap_or_else(|| panic!("{:#?}", checked.findings))
}

fn for_machines(plan: &Sample) -> Value {
    told::for_machines(&understood(&plan.0, None))
}

/// What `describe-replication-tasks` answers about a stopped load with replication, as the CLI prints it.
fn described_as(prep_mode: &str) -> Value {
    let settings = json!({"FullLoadSettings": {"TargetTablePrepMode": prep_mode}});
    json!({"ReplicationTasks": [{
        "ReplicationTaskIdentifier": "orders",
        "MigrationType": "full-load-and-cdc",
        "Status": "stopped",
        "StopReason": "Stop Reason NORMAL",
        "ReplicationTaskSettings": settings.to_string(),
        "ReplicationTaskStats": {
            "TablesLoaded": 4, "TablesLoading": 0, "TablesQueued": 0, "TablesErrored": 0,
            "FreshStartDate": "2026-11-25T22:00:10.123000+01:00", "StartDate": "2026-11-25T22:00:10.123000+01:00",
            "StopDate": "2026-11-26T05:00:02+01:00", "FullLoadFinishDate": "2026-11-25T23:10:00+01:00",
        },
    }]})
}

fn resumed_nightly() -> Value {
    json!({
        "Task": {"ReplicationTaskIdentifier": "orders"},
        "Window": {"Opens": "22:00", "Closes": "05:00", "TimeZone": "Europe/Berlin", "AtClose": "Stop"},
    })
}

#[test]
fn every_plan_to_copy_says_what_it_will_do() {
    for name in events() {
        let plan = event(&name);
        let checked = checked(&plan, None);
        assert_eq!(checked.understood.is_none(), reject(&checked.findings), "{name}");
        let Some(understood) = checked.understood else { continue };
        let words = told::for_people(&understood, 80);
        assert!(words.lines().all(|line| line.chars().count() <= 80), "{name}:\n{words}");
        insta::assert_snapshot!(format!("plan_{name}"), words);
    }
}

#[test]
fn a_task_that_is_only_named_is_told_as_far_as_it_is_known() {
    insta::assert_snapshot!("only_named", told::for_people(&understood(&resumed_nightly(), None), 100));
    for prep_mode in ["DO_NOTHING", "DROP_AND_CREATE"] {
        let described = described_as(prep_mode);
        let words = told::for_people(&understood(&resumed_nightly(), Some(&described)), 100);
        insta::assert_snapshot!(format!("described_{prep_mode}"), words);
    }
}

#[test]
fn what_a_described_task_shows_decides_how_it_would_be_started() {
    let first = |status: &str, stats: Value| {
        let mut described = described_as("TRUNCATE_BEFORE_LOAD");
        described["ReplicationTasks"][0]["Status"] = json!(status);
        described["ReplicationTasks"][0]["ReplicationTaskStats"] = stats;
        json!(understood(&resumed_nightly(), Some(&described)).starts[0])
    };
    let stats = |loaded: u32, queued: u32, errored: u32, finished: Value| {
        json!({"TablesLoaded": loaded, "TablesQueued": queued, "TablesErrored": errored,
            // Seconds since 1970, as DMS itself answers.
            "StartDate": 1_764_100_810.5, "StopDate": 1_764_129_602, "FullLoadFinishDate": finished})
    };
    for (status, stats, does, kind) in [
        ("ready", Value::Null, "Starts", json!("start-replication")),
        ("stopped", stats(4, 0, 0, json!(1_764_104_400)), "Starts", json!("resume-processing")),
        ("stopped", stats(3, 1, 0, Value::Null), "Starts", json!("resume-processing")),
        ("stopped", stats(3, 0, 1, json!(1_764_104_400)), "Rejects", Value::Null),
        ("running", stats(4, 0, 0, json!(1_764_104_400)), "Joins", Value::Null),
        ("failed", stats(u32::MAX, u32::MAX, 0, Value::Null), "Starts", json!("resume-processing")),
    ] {
        let start = first(status, stats.clone());
        assert_eq!((&start["Does"], &start["Kind"]), (&json!(does), &kind), "{status} {stats}: {start}");
    }
}

#[test]
fn the_close_and_the_end_are_told_by_their_parts() {
    let stops = json!({"Does": "Stops", "LeadSeconds": 0, "Stops": "Everybody"});
    let by_default = json!({"Does": "Stops", "LeadSeconds": 0, "Stops": "OurStarts"});
    let (goes_on, no_close) = (json!({"Does": "GoesOn"}), json!({"Does": "NoClose"}));
    let window = |plan: Sample, at_close: Value| match at_close {
        Value::Null => plan.with("/Window", night()),
        word => plan.with("/Window", night()).with("/Window/AtClose", word),
    };
    let [stop, leave] = ["Stop", "LeaveRunning"].map(Value::from);
    let caught_up = |plan: Sample| plan.with("/Until", json!("CaughtUp"));
    let then_stop = |plan: Sample| plan.with("/Then", json!("Stop"));
    for (plan, close, ends) in [
        (full_load(), &no_close, json!([["LoadStops", false], ["LongestRun", true]])),
        (window(full_load(), Value::Null), &by_default, json!([["LoadStops", false], ["Close", false]])),
        (window(full_load(), stop.clone()), &stops, json!([["LoadStops", false], ["Close", false]])),
        (window(full_load(), leave.clone()), &goes_on, json!([["LoadStops", false], ["Close", true]])),
        (load_and_cdc(), &no_close, json!([["AllLoaded", true], ["LongestRun", true]])),
        (then_stop(load_and_cdc()), &no_close, json!([["AllLoaded", false], ["LongestRun", true]])),
        (window(load_and_cdc(), stop.clone()), &stops, json!([["Close", false]])),
        (window(load_and_cdc(), leave.clone()), &goes_on, json!([["AllLoaded", true], ["Close", true]])),
        (
            then_stop(caught_up(window(load_and_cdc(), stop.clone()))),
            &stops,
            json!([["CaughtUp", false], ["Close", false]]),
        ),
        (cdc(), &no_close, json!([["StopPosition", false], ["LongestRun", true]])),
        (window(cdc(), Value::Null), &goes_on, json!([["StopPosition", false], ["Close", true]])),
        (window(cdc().without("/Task/CdcStopPosition"), stop.clone()), &stops, json!([["Close", false]])),
        (window(full_load(), stop).with("/Mode", json!("Preflight")), &stops, json!([["Looked", false]])),
    ] {
        let told = for_machines(&plan);
        assert_eq!(&told["Close"], close, "{:#}", plan.0);
        let parts: Vec<Value> = told["Ends"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|end| json!([end["When"], end["TaskRunsOn"]]))
            .collect();
        assert_eq!(Value::from(parts), ends, "{:#}", plan.0);
    }
}

#[test]
fn the_next_openings_are_on_the_windows_clock() {
    let mut plan = full_load().with(
        "/Window",
        json!({"Opens": "17:00", "Closes": "08:00", "TimeZone": "Europe/Berlin",
        "Days": ["Sat"]}),
    );
    let window = |plan: &Sample| understood(&plan.0, None).in_words()[1].1.clone();
    assert_eq!(window(&plan)[0], "opens Sat 2026-11-28 17:00 CET, closes Sun 08:00, 15 h");
    assert_eq!(window(&plan).len(), 3);
    plan = plan.with("/Window/Except", json!(["2026-11-28"]));
    assert_eq!(window(&plan)[0], "opens Sat 2026-12-05 17:00 CET, closes Sun 08:00, 15 h");
    // The night in which clocks go forward.
    let spring: Timestamp = "2027-03-27T12:00:00Z".parse().expect("an instant");
    plan = plan.with("/Window", json!({"Opens": "22:00", "Closes": "05:30", "TimeZone": "Europe/Berlin"}));
    let understood = Checked::at(&plan.0.to_string(), None, spring).expect("no description").understood;
    let words = understood.expect("a plan").in_words()[1].1[0].clone();
    assert_eq!(words, "opens Sat 2027-03-27 22:00 CET, closes Sun 05:30 CEST, 6 h 30 min");
    plan = plan.with("/Window", json!({"Duration": "PT7H"}));
    assert!(window(&plan)[0].contains("for 7 h"), "{:?}", window(&plan));
}

#[test]
fn a_description_of_another_task_is_refused() {
    let now: Timestamp = NOW.parse().expect("an instant");
    let tasks = described::tasks(&described_as("DO_NOTHING").to_string()).expect("a description");
    let checked = |plan: Value| Checked::at(&plan.to_string(), Some(&tasks), now);
    let other = checked(json!({"Task": {"ReplicationTaskIdentifier": "billing"}}));
    assert!(other.err().expect("a refusal").contains("billing"));
    let itself = checked(full_load().0).expect("nothing is refused");
    assert!(itself.describes_itself && itself.understood.is_some());
    assert!(
        checked(json!({"Task": {"ReplicationTaskIdentifier": "Orders"}})).is_ok(),
        "DMS stores lower case"
    );
}

#[test]
fn names_from_outside_do_not_reach_the_terminal_as_they_are() {
    let mut described = described_as("DO_NOTHING");
    described["ReplicationTasks"][0]["Status"] = json!("stopped\u{1b}[31m\nVerdict: Succeeded");
    let words = told::for_people(&understood(&resumed_nightly(), Some(&described)), 100);
    assert!(!words.contains('\u{1b}') && !words.contains("\nVerdict"), "{words}");
}
