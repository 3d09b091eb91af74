//! Which calls a poll makes: each is one of the few that DMS allows per second.

use migration::decide::{self, Wanted};
use migration::run::acts::StopCause;
use migration::run::load::Pace;
use migration::run::observation::{Stats, TaskSeen};
use migration::run::task::Progress;
use serde_json::json;

use support::cases::{Case, cdc, full_load, kept, load_and_cdc, minute, windowed};

const AT_REST: Wanted = Wanted { instance: true, ..TABLES };
const NOTHING: Wanted =
    Wanted { tables: false, connections: false, lag: false, instance: false, absence: false };
const TABLES: Wanted = Wanted { tables: true, ..NOTHING };
const CONNECTIONS: Wanted = Wanted { connections: true, ..NOTHING };
const BOTH: Wanted = Wanted { tables: true, ..CONNECTIONS };
const LAG: Wanted = Wanted { lag: true, ..NOTHING };
const LAG_AND_TABLES: Wanted = Wanted { tables: true, lag: true, ..NOTHING };

/// What the poll looks at, the counters being what they were at the last one, a minute ago.
fn unchanged(case: Case) -> Wanted {
    let last = progress(&case);
    asked(case, last)
}

fn asked(mut case: Case, last: Progress) -> Wanted {
    let plan = case.running.plan.clone();
    decide::wanted(&plan, &case.run().clone(), &case.seen, Some(&last), case.now)
}

fn progress(case: &Case) -> Progress {
    let stats = match &case.seen {
        TaskSeen::Seen(task) => task.stats.clone(),
        TaskSeen::Unseen | TaskSeen::NotThere => None,
    };
    support::cases::progress(stats)
}

/// The rows of the load were looked at at this minute.
fn looked(case: Case, at: i64) -> Case {
    case.set(|case| {
        let pace = Pace::look(None, &Stats::default(), Some(&[]), minute(at));
        case.run().pace = Some(pace);
    })
}

#[test]
fn calls_are_made_where_the_decision_needs_them() {
    let in_error = || {
        let case = full_load(json!({"OnTableErrors": "Reload"})).started(1).began(1).status("running");
        case.counters([0, 1, 0, 1])
    };
    let replicating = |plan| load_and_cdc(plan).started(1).began(1).fresh(1).loaded(20).status("running");
    for (fact, case, wanted) in [
        ("the task does not exist", full_load(json!({})).not_created(), CONNECTIONS),
        ("it was not seen", full_load(json!({})).unseen(), NOTHING),
        ("it is being created", full_load(json!({})).status("creating"), NOTHING),
        ("it has never run", full_load(json!({})), CONNECTIONS),
        ("it has run before", full_load(json!({})).last_week("NORMAL"), BOTH),
        (
            "DMS did not take the start",
            full_load(json!({})).started(1).put_off("cannot be started"),
            CONNECTIONS,
        ),
        ("DMS took the start", full_load(json!({})).started(1), NOTHING),
        ("it is on its way up", full_load(json!({})).started(1).status("starting"), NOTHING),
        (
            "it runs and nothing has moved",
            looked(full_load(json!({})).started(1).began(1).status("running").at(15), 1),
            NOTHING,
        ),
        (
            "it runs and its rows have not been looked at for a quarter of the time that makes a stall",
            looked(full_load(json!({})).started(1).began(1).status("running").at(16), 1),
            TABLES,
        ),
        (
            "the same where a stall is not told",
            looked(full_load(json!({"StallMinutes": 0})).started(1).began(1).status("running").at(16), 1),
            TABLES,
        ),
        ("a table is in error and is to be loaded again", looked(in_error().at(2), 1), TABLES),
        (
            "a table is in error and has had its second chance",
            looked(in_error().reloaded(&[3], 2).at(2), 1),
            NOTHING,
        ),
        ("its load is over and its lag is waited for", replicating(json!({"Until": "CaughtUp"})), LAG),
        (
            "its lag is waited for from the beginning",
            cdc(json!({"Until": "CaughtUp"})).started(1).began(1).status("running"),
            LAG,
        ),
        (
            "its lag is waited for and it is not running yet",
            cdc(json!({"Until": "CaughtUp"})).started(1).status("starting"),
            NOTHING,
        ),
        ("its load is over", replicating(json!({})), TABLES),
        ("it is not listed", full_load(json!({})).started(1).not_there_once(), NOTHING),
        (
            "it is not listed for the second time: is it known at all?",
            full_load(json!({})).started(1).not_listed(1, 1),
            Wanted { absence: true, ..NOTHING },
        ),
        ("it has come to rest", full_load(json!({})).started(1).began(1).stopped(5, "NORMAL"), AT_REST),
        (
            "it has failed",
            full_load(json!({})).started(1).began(1).failed(5, "Stop Reason FATAL_ERROR"),
            AT_REST,
        ),
        (
            "its load is over",
            full_load(json!({})).started(1).began(1).stopped(5, "FULL_LOAD_ONLY_FINISHED"),
            TABLES,
        ),
        (
            "DMS took a stop of this run",
            full_load(windowed()).started(1).began(1).told_to_stop(StopCause::Close, 4).stopped(5, "NORMAL"),
            TABLES,
        ),
        (
            "a pre-flight looks at one that has never run",
            full_load(json!({"Mode": "Preflight"})),
            CONNECTIONS,
        ),
        (
            "a pre-flight looks at one that has run before",
            full_load(json!({"Mode": "Preflight"})).last_week("NORMAL"),
            BOTH,
        ),
        (
            "a pre-flight looks at one that is at work",
            full_load(json!({"Mode": "Preflight"})).began(-60).status("running"),
            NOTHING,
        ),
        (
            "it was joined and failed before DMS dated its start",
            kept(json!({})).status("starting").joined().status("failed"),
            AT_REST,
        ),
    ] {
        assert_eq!(unchanged(case), wanted, "{fact}");
    }
}

#[test]
fn tables_are_read_when_the_counters_have_moved() {
    let case = looked(full_load(json!({})).started(1).began(1).status("running").counters([1, 0, 0, 0]), 1);
    let before = progress(&case);
    let percent = case.clone().set(|case| case.stats_mut().percent = Some(7));
    assert_eq!(asked(percent, before.clone()), NOTHING, "percent alone is no reason to look");
    let case = case.counters([2, 0, 0, 0]);
    assert_eq!(asked(case.clone(), before.clone()), TABLES);
    assert_eq!(asked(case.status("stopping"), before), TABLES);
}

#[test]
fn tables_are_read_when_the_lag_is_small_enough() {
    let case = cdc(json!({"Until": "CaughtUp", "LagSeconds": 30})).started(1).began(1).status("running");
    let lagging = |seconds| Progress { lag_seconds: Some(seconds), ..progress(&case) };
    assert_eq!(asked(case.clone(), lagging(31)), LAG);
    assert_eq!(asked(case.clone(), lagging(30)), LAG_AND_TABLES);
    let reloads =
        load_and_cdc(json!({"Until": "CaughtUp", "OnTableErrors": "Reload"})).started(1).began(1).fresh(1);
    let reloads = reloads.loaded(20).status("running").counters([1, 0, 0, 1]);
    let behind = Progress { lag_seconds: Some(900), ..progress(&reloads) };
    assert_eq!(
        asked(reloads, behind),
        LAG_AND_TABLES,
        "which tables are in error must be known to load them again"
    );
}

#[test]
fn settings_are_read_once() {
    let mut case = full_load(json!({}));
    assert!(!decide::wants_settings(case.running.task.as_ref()));
    case.known().settings = None;
    assert!(decide::wants_settings(case.running.task.as_ref()));
    assert!(decide::wants_settings(None));
}
