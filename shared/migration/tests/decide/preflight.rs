//! What a pre-flight finds and says: everything that a run would meet, and nothing that it would do.

use migration::run::observation::TaskSeen;
use migration::run::task::{Origin, Owner};
use migration::survey::drift;
use plan::finding::Findings;
use plan::{MigrationType, OnDrift};
use serde_json::{Value, json};

use support::cases::{
    CLOSE, Case, and, cdc, check, earlier_execution, full_load, kept, load_and_cdc, windowed,
};

/// A pre-flight of this plan.
fn preflight(plan: Value) -> Value {
    and(json!({"Mode": "Preflight"}), plan)
}

const NIGHT: &str = "2026-11-20T21:00:00Z";

#[test]
fn a_task_that_is_not_there_yet() {
    let absent = || full_load(preflight(json!({}))).not_created();
    check([
        (
            "good connections",
            absent(),
            "Ready | nothing was created, changed, started or stopped | a run creates it and starts it with start-replication \
             | no window | without Mode",
        ),
        (
            "one is tested",
            absent().connected(Some("testing"), Some("successful")),
            "Look again | SOURCE is being tested",
        ),
        (
            "one has failed",
            absent().connected(Some("successful"), Some("no route\nto host")),
            "Rejected | endpoint:TARGET failed: no route to host | not creates it",
        ),
        (
            "both have failed",
            absent().connected(Some("no such host"), Some("wrong password")),
            "Rejected | SOURCE failed: no such host | TARGET failed: wrong password",
        ),
        (
            "one has failed and the other is tested",
            absent().connected(Some("no such host"), Some("testing")),
            "Look again | TARGET is being tested",
        ),
        (
            "a test without an end",
            absent().connected(Some("testing"), Some("successful")).pending(1).at(32),
            "Rejected | the connection test of SOURCE has not come to an end",
        ),
        ("DMS was busy", absent().unseen(), "Look again | too busy"),
        (
            "DMS was busy for an hour",
            absent().unseen().at(60),
            "Unknown | did not come to an end in time: DMS was too busy | start the pre-flight again",
        ),
        (
            "the connections could not be seen",
            absent().set(|case| case.connections = None),
            "Look again | the connections could not be seen",
        ),
        (
            "one of its name has come meanwhile",
            full_load(preflight(json!({}))).set(|case| case.running.task = None),
            "Rejected | was created while this pre-flight looked",
        ),
        (
            "deleted meanwhile, seen once",
            full_load(preflight(json!({}))).not_there_once(),
            "Look again | looked for once more",
        ),
        ("deleted meanwhile", full_load(preflight(json!({}))).not_there(), "Ready | a run creates it"),
        (
            "deleted meanwhile, seen a second time",
            full_load(preflight(json!({}))).not_listed(1, 1),
            "Ready | a run creates it",
        ),
        ("a kept one", kept(preflight(json!({}))).not_created(), "Look again | it is looked for once more"),
        (
            "a kept one, after three looks",
            kept(preflight(json!({}))).not_created().not_listed(2, 2),
            "Rejected | there is no such task",
        ),
    ]);
}

#[test]
fn a_task_that_is_there() {
    let other = earlier_execution();
    check([
        (
            "it has never run",
            full_load(preflight(json!({}))),
            "Ready | with start-replication, because the task has never run",
        ),
        (
            "it stopped in the middle",
            full_load(preflight(json!({}))).last_week("NORMAL").tables(&["Table completed", "Full load"]),
            "Ready | with resume-processing, because 1 of 2 tables is not complete",
        ),
        (
            "it is complete",
            full_load(preflight(json!({}))).last_week("FULL_LOAD_ONLY_FINISHED").tables(&["Table completed"]),
            "Ready | a run would be Skipped, there is nothing to do: the one table was loaded",
        ),
        (
            "it is complete and the plan copies anew",
            full_load(preflight(json!({"Start": "Refresh"})))
                .last_week("FULL_LOAD_ONLY_FINISHED")
                .tables(&["Table completed"]),
            "Ready | with reload-target",
        ),
        (
            "no start is safe",
            full_load(preflight(json!({}))).do_nothing().last_week("NORMAL").tables(&["Full load"]),
            "Rejected | no start of the task is safe | run once with Start Resume | shop.t0 Full load",
        ),
        (
            "no start of a load is safe, and the source's connection has failed",
            full_load(preflight(json!({})))
                .do_nothing()
                .last_week("NORMAL")
                .tables(&["Full load"])
                .connected(Some("no route to host"), Some("successful")),
            "Rejected | SOURCE failed: no route to host | no start of the task is safe | shop.t0 Full load",
        ),
        (
            "no start of a replication is safe, and the target's connection has failed",
            load_and_cdc(preflight(json!({})))
                .last_week("NORMAL")
                .tables(&["Table error"])
                .connected(Some("successful"), Some("no route")),
            "Rejected | TARGET failed: no route | no start of the task is safe",
        ),
        (
            "its tables could not be seen",
            full_load(preflight(json!({}))).last_week("NORMAL"),
            "Look again | the table statistics could not be seen",
        ),
        (
            "its settings could not be seen",
            full_load(preflight(json!({}))).set(|case| case.known().settings = None),
            "Look again | the task's settings could not be seen",
        ),
        (
            "a replication",
            cdc(preflight(json!({"Until": "CaughtUp"}))).last_week("NORMAL").tables(&["Table completed"]),
            "Ready | with resume-processing, because the task has run before",
        ),
        (
            "it is at work",
            full_load(preflight(json!({}))).began(-60).status("running"),
            "Ready | the task is running already: a run that begins now follows it | not start-replication",
        ),
        (
            "another run of ours drives it",
            full_load(preflight(json!({})))
                .began(-60)
                .status("running")
                .set(|case| case.known().owner = Owner::Running(other)),
            "Ready | another run drives the task now | night-0 | is Skipped | not follows it",
        ),
        (
            "it is being modified",
            full_load(preflight(json!({}))).status("modifying"),
            "Ready | the task is modifying just now: a run waits",
        ),
        ("it is being deleted", full_load(preflight(json!({}))).status("deleting"), "Ready | being deleted"),
        (
            "a kept one is being deleted",
            kept(preflight(json!({}))).status("deleting"),
            "Rejected | it is being deleted",
        ),
        ("a kept one", kept(preflight(json!({}))), "Ready | with start-replication"),
    ]);
}

#[test]
fn a_task_that_differs() {
    let differing = |on_drift: &str, origin: Origin| {
        full_load(preflight(json!({ "OnDrift": on_drift }))).set(|case| {
            case.known().origin = origin;
            case.known().differences = vec!["TableMappings: the rules differ".to_owned()];
        })
    };
    check([
        (
            "is rejected by default, whatever its connections say",
            differing("Reject", Origin::Adopted).connected(Some("testing"), None),
            "Rejected | is not the one that the plan describes | TableMappings | OnDrift Ignore",
        ),
        (
            "is run as it is",
            differing("Ignore", Origin::Adopted),
            "Ready | 1 difference between the task and the plan | OnDrift Ignore | start-replication",
        ),
        (
            "would be modified",
            differing("Modify", Origin::Adopted),
            "Ready | has never run: a run modifies it | TableMappings: the rules differ",
        ),
        (
            "would be modified, once the run has ended that drives it now",
            differing("Modify", Origin::Adopted)
                .set(|case| case.known().owner = Owner::Running(earlier_execution())),
            "Ready | another run drives the task now | has never run: a run modifies it",
        ),
        (
            "has run and is not modified",
            differing("Modify", Origin::Adopted).last_week("NORMAL").tables(&["Full load"]),
            "Rejected | OnDrift Modify does not change it: it has run before",
        ),
        (
            "is somebody else's and is not modified",
            differing("Modify", Origin::External),
            "Rejected | OnDrift Modify does not change it: it is kept by somebody else",
        ),
    ]);
}

#[test]
fn differences_are_findings_where_the_task_is_taken_as_it_is() {
    let differences = ["TableMappings: the rules differ".to_owned()];
    for (word, expected) in [(OnDrift::Reject, 0), (OnDrift::Modify, 0), (OnDrift::Ignore, 1)] {
        let mut plan = full_load(json!({})).running.plan;
        plan.on_drift = word;
        let mut findings = Findings::default();
        drift::warn(&plan, &differences, &mut findings);
        assert_eq!(findings.into_sorted().len(), expected, "{word:?}");
    }
}

/// Every hour will do, and the report says when the window is open.
#[test]
fn its_window_is_reported_and_does_not_bind_it() {
    let hours = |opens: &str, closes: &str| {
        let window = json!({"Opens": opens, "Closes": closes, "TimeZone": "UTC"});
        full_load(preflight(json!({ "Window": window })))
    };
    let night = |case: Case| case.not_created();
    check([
        (
            "open",
            night(hours("21:00", "04:00")),
            "Ready | the window is open now, until 2026-11-21 04:00 UTC",
        ),
        ("shut", night(hours("22:30", "04:00")), "Ready | shut now and opens next at 2026-11-20 22:30 UTC"),
        (
            "closing in a minute, which is nobody's concern",
            night(hours("12:00", "21:02")),
            "Ready | the window is open now, until 2026-11-20 21:02 UTC",
        ),
        (
            "past the close of its window",
            full_load(preflight(windowed())).not_created().at(CLOSE + 30),
            "Ready | the window is shut now and does not open again",
        ),
        (
            "more time is wanted than is left",
            full_load(preflight(and(windowed(), json!({"Window": {"MinimumMinutes": 60}})))).at(CLOSE - 5),
            "Ready | with start-replication",
        ),
    ]);
    let case = hours("22:30", "04:00");
    let run = case.running.run;
    assert!(!run.windowed() && !run.stop_at_close);
    assert_eq!(
        run.closes,
        NIGHT.parse::<jiff::Timestamp>().unwrap() + migration::time::graces::LONGEST_PREFLIGHT
    );
}

#[test]
fn a_stop_position_that_the_plan_does_not_state_is_named() {
    let position = |case: Case, position: &str| {
        let position = Some(position.to_owned());
        case.set(|case| {
            if let TaskSeen::Seen(task) = &mut case.seen {
                task.cdc_stop_position = position;
                task.migration_type = MigrationType::Cdc;
            }
        })
    };
    let stopped = |case: Case| case.last_week("NORMAL").tables(&["Before load"]);
    let ours = || stopped(cdc(preflight(json!({"Until": "CaughtUp"}))));
    let external = || stopped(kept(preflight(json!({}))));
    check([
        (
            "ours is started with another one",
            position(ours(), "server_time:2026-11-20T20:00:00"),
            "Ready | the task has the stop position server_time:2026-11-20T20:00:00, which the plan does not state \
             | a run starts it with server_time:3018-02-09T12:12:12 instead",
        ),
        (
            "which it has from an earlier run",
            position(ours(), "server_time:3018-02-09T12:12:12"),
            "Ready | not stop position",
        ),
        ("it has none", ours(), "Ready | not stop position"),
        (
            "an external one is named",
            position(external(), "server_time:2026-11-21T20:00:00"),
            "Ready | the task has the stop position server_time:2026-11-21T20:00:00: it stops there",
        ),
        (
            "and rejects the run when it has passed",
            position(external(), "server_time:2026-11-20T20:00:00"),
            "Rejected | which has passed: it would stop at once",
        ),
    ]);
}

#[test]
fn how_and_when_a_run_ends_is_said() {
    let ends = |case: Case, words: &'static str| (words, case, words);
    let stop = || json!({"Then": "Stop"});
    let leave = || json!({"Then": "LeaveRunning"});
    let caught = || json!({"Until": "CaughtUp"});
    let loaded = || json!({"Until": "FullLoadComplete"});
    check([
        ends(
            full_load(preflight(json!({}))),
            "Ready | a run ends when the task has stopped, its load complete",
        ),
        ends(
            cdc(preflight(json!({
                "Until": "Stopped",
                "Task": {"CdcStopPosition": "server_time:2026-12-01T00:00:00"},
            }))),
            "Ready | a run ends when the task has stopped | not its load complete",
        ),
        ends(
            load_and_cdc(preflight(and(loaded(), stop()))),
            "Ready | a run ends when the load is complete and the task was stopped then",
        ),
        ends(
            load_and_cdc(preflight(and(loaded(), leave()))),
            "Ready | a run ends when the load is complete, and the task goes on",
        ),
        ends(
            cdc(preflight(and(caught(), stop()))),
            "Ready | a run ends when replication has caught up and the task was stopped then",
        ),
        ends(
            cdc(preflight(and(caught(), leave()))),
            "Ready | a run ends when replication has caught up, and the task goes on",
        ),
        ends(
            full_load(and(windowed(), preflight(json!({})))),
            "Ready | at the close of its window at the latest, which stops the task",
        ),
        ends(
            full_load(and(
                and(windowed(), json!({"Window": {"AtClose": "LeaveRunning"}})),
                preflight(json!({})),
            )),
            "Ready | at the close of its window at the latest, which leaves the task running",
        ),
    ]);
}
