//! Who drives: two executions on one task, an aborted one, and a person.

use dms_simulator::scenario::{Trouble, What};
use dms_simulator::{Happening, StartType};
use serde_json::json;

use crate::night::{
    CLOSE, after_an_abort, kept, long, minute, night, nights, of_kept, plan, scenario, world,
};

#[test]
fn two_executions_on_one_task_that_somebody_else_keeps() {
    let runs = || vec![(0, "one", of_kept(json!({}))), (5, "two", of_kept(json!({})))];
    let night = nights(world(kept(long(scenario()))), runs(), vec![]);
    // The first one stops it at its close. The second one has that close, too.
    night.run_ended(0, &["Paused"]).run_ended(1, &["Paused", "LeftRunning"]).no_row_twice();
    night.says("Joined").never_says("somebody else stopped");
    assert_eq!(night.status(), "stopped");
    assert_eq!(night.calls("StartReplicationTask"), 1);
}

#[test]
fn a_follower_whose_window_is_longer_is_not_told_of_somebody() {
    let longer = of_kept(json!({"Window": {"Duration": "PT10H"}}));
    let runs = vec![(0, "one", of_kept(json!({}))), (5, "two", longer)];
    let night = nights(world(kept(long(scenario()))), runs, vec![]);
    night.run_ended(0, &["Paused"]).run_ended(1, &["Interrupted"]);
    night.says("by who had started it").never_says("somebody else stopped");
}

#[test]
fn a_driver_that_is_about_to_resume_is_waited_for() {
    let away = "Last Error Task was stopped after 7 recovery attempts Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE";
    let mut scenario = kept(scenario());
    for start in 1..=3 {
        scenario.troubles.push(Trouble::after(240.0, What::Fail).on_start(start).with_message(away));
    }
    let runs = vec![(0, "one", of_kept(json!({"Restarts": 5}))), (2, "two", of_kept(json!({"Restarts": 0})))];
    let night = nights(world(scenario), runs, vec![]);
    let outcomes = (night.runs[0].document.outcome(), night.runs[1].document.outcome());
    assert_eq!(outcomes.0, outcomes.1, "{:?}", night.runs[1].document.reasons());
    assert_ne!(outcomes.1, Some("Failed"));
}

#[test]
fn the_task_of_an_aborted_run_is_ours_when_the_same_plan_comes_again() {
    let plan = || plan(json!({}));
    let runs = vec![(40, "again", plan())];
    let night = after_an_abort(world(long(scenario())), (plan(), 20), runs, vec![]);
    night.expect(&["Paused"]).says("which has ended, had started it").never_says("leaves the task running");
    assert_eq!(night.status(), "stopped");
    assert!((CLOSE..CLOSE + 5).contains(&night.minute_of("StopReplicationTask", 0)));
}

#[test]
fn what_a_person_started_after_an_ended_run_is_joined_and_not_stopped_by_a_default() {
    let starts =
        Happening::StartTask { identifier: "orders".to_owned(), start_type: StartType::ResumeProcessing };
    let stops = Happening::StopTask { identifier: "orders".to_owned() };
    let runs = vec![(60, "again", plan(json!({})))];
    let meddling = vec![(25, stops), (40, starts)];
    let night = after_an_abort(world(long(scenario())), (plan(json!({})), 20), runs, meddling);
    night.expect(&["LeftRunning"]).says("somebody else, or another run, had started it");
    assert_eq!(night.status(), "running");
    assert_eq!(night.calls("StopReplicationTask"), 0);
}

/// A person stops the task at this minute, and starts it ten minutes later.
fn stopped_and_started(at: i64, start_type: StartType) -> Vec<(i64, Happening)> {
    let identifier = "orders".to_owned();
    let stop = Happening::StopTask { identifier: identifier.clone() };
    vec![(at, stop), (at + 10, Happening::StartTask { identifier, start_type })]
}

/// A reload dates the load anew, which DMS itself never does; a resume looks like one of DMS itself, whose window is kept.
#[test]
fn what_a_person_loads_anew_while_nobody_looks_is_theirs() {
    for (start_type, verdict, stops) in
        [(StartType::ReloadTarget, "LeftRunning", 0), (StartType::ResumeProcessing, "Paused", 1)]
    {
        let world = world(long(scenario()));
        let blind = virtual_aws::Fault::invoking("poll").between(minute(20), minute(60));
        world.faults().add(blind.end_before(virtual_aws::FunctionEnd::Killed));
        let meddling = stopped_and_started(30, start_type);
        let night = night(world, plan(json!({})), meddling);
        night.expect(&[verdict]);
        assert_eq!(night.calls("StopReplicationTask"), stops, "{start_type:?}");
    }
}

/// So it is where the run follows the start of one that has ended.
#[test]
fn what_a_person_loads_anew_while_an_ended_runs_start_is_followed_is_theirs() {
    for (start_type, verdict) in
        [(StartType::ReloadTarget, "LeftRunning"), (StartType::ResumeProcessing, "Paused")]
    {
        let world = world(long(scenario()));
        let blind = virtual_aws::Fault::invoking("poll").between(minute(50), minute(90));
        world.faults().add(blind.end_before(virtual_aws::FunctionEnd::Killed));
        let meddling = stopped_and_started(60, start_type);
        let runs = vec![(40, "again", plan(json!({})))];
        let night = after_an_abort(world, (plan(json!({})), 20), runs, meddling);
        night.expect(&[verdict]);
    }
}

#[test]
fn yesterdays_load_that_still_runs_is_no_refresh() {
    let refresh = || {
        plan(json!({
            "Start": "Refresh",
            "Window": {"AtClose": "LeaveRunning"},
            "Task": {"ReplicationTaskSettings": {"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}},
        }))
    };
    let mut slow = scenario();
    slow.source_tables[1].load_seconds = 8.0 * 3600.0;
    let tonight = || {
        let opens = minute(460).to_string();
        support::cases::and(refresh(), json!({"ScheduledTime": opens}))
    };
    let night = nights(world(slow), vec![(0, "first", refresh()), (460, "second", tonight())], vec![]);
    night.run_ended(0, &["LeftRunning"]).run_ended(1, &["SucceededWithWarnings"]);
    night.says("begun before this run");
}

#[test]
fn a_task_that_is_left_alone_by_a_sibling_stack_is_somebody_elses() {
    let world = world(long(scenario()));
    world.faults().add(virtual_aws::Fault::on("states", "DescribeExecution").deny());
    let runs = vec![(40, "again", plan(json!({})))];
    let night = after_an_abort(world, (plan(json!({})), 20), runs, vec![]);
    night.expect(&["LeftRunning"]);
    assert_eq!(night.calls("StopReplicationTask"), 0);
}

#[test]
fn a_consent_is_spent_by_one_start() {
    let away = "Last Error Task was stopped after 7 recovery attempts Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE";
    let mut scenario = scenario();
    for start in 1..=2 {
        scenario.troubles.push(Trouble::after(240.0, What::Fail).on_start(start).with_message(away));
    }
    let nothing = json!({"Task": {"ReplicationTaskSettings": {"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}}}});
    let world = world(scenario);
    let first = night(world.clone(), plan(support::cases::and(nothing.clone(), json!({}))), vec![]);
    first.expect(&["Failed"]).no_row_twice();
    assert_eq!(first.calls("StartReplicationTask"), 1, "an automatic resume would load rows twice");
    for (schema, table) in [("shop", "customers"), ("shop", "orders")] {
        let now = world.clock().now();
        let empty =
            Happening::EmptyTarget { endpoint_arn: None, schema: schema.to_owned(), table: table.to_owned() };
        world.dms(|dms| dms.happen(now, empty));
    }
    // A person runs it again: no schedule was due for it.
    let consent = support::cases::and(nothing, json!({"Start": "Resume", "ScheduledTime": null}));
    let second = nights(world, vec![(0, "second", plan(consent))], vec![]);
    second.expect(&["Failed"]).no_row_twice();
    assert_eq!(second.calls("StartReplicationTask"), 2, "the person's own, and no other");
}

/// A load of many hours, which its window pauses; the plan empties a table before it loads it.
fn paused_each_night(nth: i64) -> serde_json::Value {
    let tonight = json!({"ScheduledTime": minute(nth * 24 * 60).to_string()});
    crate::night::in_mode("TRUNCATE_BEFORE_LOAD", tonight)
}

fn resumes() -> Happening {
    Happening::StartTask { identifier: "orders".to_owned(), start_type: StartType::ResumeProcessing }
}

#[test]
fn what_a_person_resumes_moments_after_a_run_of_ours_has_told_its_pause_is_theirs() {
    for after in [2, 3, 4, 10] {
        let runs = vec![(0, "monday", paused_each_night(0)), (24 * 60, "tuesday", paused_each_night(1))];
        let mut slow = scenario();
        slow.source_tables.iter_mut().for_each(|table| table.load_seconds = 60.0 * 3600.0);
        let night = nights(world(slow), runs, vec![(CLOSE + after, resumes())]);
        night.run_ended(0, &["Paused"]).run_ended(1, &["LeftRunning"]);
        night.says("somebody else, or another run, had started it");
        assert_eq!((night.calls("StopReplicationTask"), night.status().as_str()), (1, "running"), "{after}");
    }
}

#[test]
fn what_a_person_starts_while_our_start_cannot_run_stays_theirs_in_the_nights_to_come() {
    let mut slow = scenario();
    slow.source_tables.iter_mut().for_each(|table| table.load_seconds = 90.0 * 3600.0);
    let world = world(slow);
    let day = 24 * 60;
    let busy = virtual_aws::Fault::invoking("start").between(minute(day), minute(day + 40));
    world.faults().add(busy.answer(429, "TooManyRequestsException", "Rate Exceeded."));
    let names = ["monday", "tuesday", "wednesday"];
    let runs = (0..).zip(names).map(|(nth, name)| (nth * day, name, paused_each_night(nth))).collect();
    let night = nights(world, runs, vec![(day + 20, resumes())]);
    night.run_ended(0, &["Paused"]).run_ended(2, &["LeftRunning"]);
    assert_eq!((night.calls("StopReplicationTask"), night.status().as_str()), (1, "running"));
    let since = night
        .messages()
        .lines()
        .filter(|line| line.starts_with("Joined"))
        .map(str::to_owned)
        .collect::<Vec<_>>();
    assert!(since.iter().all(|line| !line.contains("2026-11-20")), "{since:?}");
    assert!(!since.is_empty());
}
