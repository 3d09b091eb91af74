//! The task is at work: what the plan waits for, told from what merely looks like it.

use migration::run::acts::StartKind;
use migration::run::task::Origin;
use serde_json::json;

use support::cases::{Case, LAST_WEEK, check, full_load, kept, load_and_cdc};

const COMPLETE: [&str; 2] = ["Table completed"; 2];

/// Loaded and replicating.
fn replicating(plan: serde_json::Value) -> Case {
    load_and_cdc(plan)
        .started(1)
        .began(1)
        .fresh(1)
        .loaded(20)
        .status("running")
        .counters([2, 0, 0, 0])
        .tables(&COMPLETE)
        .at(30)
}

#[test]
fn full_load_complete() {
    let then_stop = || json!({"Then": "Stop"});
    check([
        (
            "the task goes on, and how it can be watched is said",
            replicating(json!({})),
            "Succeeded | goes on replicating | no run watches it from now on | create-event-subscription",
        ),
        (
            "an external task goes on, in the hands of its keeper",
            replicating(json!({})).set(|case| case.known().origin = Origin::External),
            "Succeeded | kept by somebody else and goes on running",
        ),
        ("then it is stopped", replicating(then_stop()), "Stop Done | the load is complete"),
        ("tables are loading", replicating(json!({})).counters([1, 1, 0, 0]), "Wait"),
        ("tables are queued", replicating(json!({})).counters([1, 0, 1, 0]), "Wait"),
        (
            "the counters are ahead of the tables",
            replicating(json!({})).tables(&["Table completed", "Full load"]),
            "Wait",
        ),
        (
            "the end of the load is not stated",
            load_and_cdc(json!({}))
                .started(1)
                .began(1)
                .status("running")
                .counters([2, 0, 0, 0])
                .tables(&COMPLETE)
                .at(30),
            "Wait",
        ),
        ("the tables cannot be seen", replicating(json!({})).set(|case| case.tables = None), "Wait"),
        (
            "the task is on its way down",
            replicating(json!({})).status("stopping"),
            "Wait | the task is stopping",
        ),
        (
            "a table is in error",
            replicating(json!({"Notify": {"On": ["Finished"]}}))
                .counters([1, 0, 0, 1])
                .tables(&["Table completed", "Table error"]),
            "PartlyFailed | shop.t1 Table error | goes on running",
        ),
        (
            "no table has come for two minutes",
            replicating(json!({})).counters([0, 0, 0, 0]).tables(&[]),
            "Failed | no table was migrated | goes on running",
        ),
        ("no table has come yet", replicating(json!({})).counters([0, 0, 0, 0]).tables(&[]).at(21), "Wait"),
        (
            "the plan waits for the stop",
            replicating(json!({"Until": "Stopped", "Task": {"CdcStopPosition":
            "server_time:2026-11-21T02:00:00"}})),
            "Wait",
        ),
        (
            "a full load can be waited for, too",
            full_load(json!({"Until": "FullLoadComplete"}))
                .started(1)
                .began(1)
                .loaded(20)
                .status("running")
                .tables(&COMPLETE)
                .at(30),
            "Succeeded",
        ),
    ]);
}

#[test]
fn the_load_of_an_earlier_run_is_not_this_ones() {
    let last_week = |plan: serde_json::Value| {
        load_and_cdc(plan)
            .last_week("NORMAL")
            .fresh(LAST_WEEK)
            .loaded(LAST_WEEK + 30)
            .counters([2, 0, 0, 0])
            .tables(&COMPLETE)
    };
    let reloaded = || last_week(json!({"Start": "Refresh"})).started_by(StartKind::ReloadTarget, 1);
    check([
        ("running, with every date of last week still on it", reloaded().status("running").at(2), "Wait"),
        (
            "running again from the beginning, with the end of last week's load still on it",
            reloaded().status("running").began(1).fresh(1).at(2),
            "Wait",
        ),
        (
            "resumed: the load of last week is the one",
            last_week(json!({})).started_by(StartKind::ResumeProcessing, 1).status("running").began(1).at(2),
            "Succeeded | goes on replicating",
        ),
        (
            "somebody had started it and this run has joined: its load is the one",
            kept(json!({"Until": "FullLoadComplete"}))
                .began(-60)
                .fresh(-60)
                .loaded(-30)
                .status("running")
                .tables(&COMPLETE)
                .joined(),
            "Succeeded",
        ),
    ]);
}
