//! Tasks that were left running, and came to rest since: whose end is told, as what, and once.

use super::*;

const DAY: i64 = 24 * 60;

/// A sweep every quarter of an hour.
fn sweeps(from: i64, until: i64) -> Vec<(i64, Doing)> {
    (from / 15..until / 15).map(|nth| (nth * 15 + 7, Doing::Sweep)).collect()
}

fn leaves(opens: i64, more: Value) -> Value {
    plan(support::cases::and(
        json!({
            "ScheduledTime": minute(opens).to_string(),
            "Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}, "Task": {"MigrationType": "cdc"},
        }),
        more,
    ))
}

fn fails_after(hours: f64, mut scenario: Scenario) -> Scenario {
    let failure = Trouble::after(hours * 3600.0, What::Fail);
    scenario.troubles.push(failure.with_message("Last Error the log is gone"));
    scenario
}

#[test]
fn the_second_night_that_left_it_running_hides_no_failure() {
    let mut doings = vec![
        (0, Doing::Begins("monday", leaves(0, json!({})), None)),
        (DAY, Doing::Begins("tuesday", leaves(DAY, json!({})), None)),
        (30 * 60 + 5, Doing::TaskFailed),
    ];
    doings.extend(sweeps(30 * 60 + 8, 34 * 60));
    let night = watched(world(fails_after(30.0, scenario())), doings);
    night.ended("monday", &["LeftRunning"]).ended("tuesday", &["LeftRunning"]);
    night.says("left running has failed");
}

#[test]
fn a_run_that_was_rejected_since_hides_no_failure() {
    let nobody = "arn:aws:dms:us-east-1:123456789012:endpoint:NOBODY";
    let wrong = plan(json!({"Task": {"MigrationType": "cdc", "TargetEndpointArn": nobody}}));
    let mut doings = vec![
        (0, Doing::Begins("night", leaves(0, json!({})), None)),
        (90, Doing::Begins("wrong", wrong, None)),
        (200, Doing::TaskFailed),
    ];
    doings.extend(sweeps(200, 400));
    let night = watched(world(fails_after(3.0, scenario())), doings);
    night.ended("night", &["LeftRunning"]).ended("wrong", &["Rejected"]);
    night.says("left running has failed");
}

#[test]
fn a_run_that_follows_the_task_is_found_among_hundreds_and_tells_its_failure_alone() {
    let long = json!({"Window": {"Duration": "PT10H"}, "Restarts": 0});
    let mut doings = vec![
        (0, Doing::Begins("monday", leaves(0, long.clone()), None)),
        (DAY, Doing::Begins("tuesday", leaves(DAY, long), None)),
        (30 * 60 + 5, Doing::TaskFailed),
    ];
    for nth in 0..230 {
        let name: &'static str = Box::leak(format!("other-{nth}").into_boxed_str());
        let refused = json!({"Task": {"ReplicationTaskIdentifier": name}, "Nonsense": 1});
        doings.push((DAY + 2, Doing::Begins(name, refused, None)));
    }
    doings.extend(sweeps(30 * 60 + 8, 34 * 60));
    let night = watched(world(fails_after(30.0, scenario())), doings);
    night.ended("tuesday", &["Failed"]).never_says("left running has failed");
}

#[test]
fn a_failure_seconds_after_the_end_of_the_run_is_told() {
    for seconds in [3_580.0, 3_600.0] {
        let scenario = fails_after((seconds - 30.0) / 3600.0, long());
        let leaves = plan(json!({"Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}}));
        let mut doings = vec![(0, Doing::Begins("night", leaves, None)), (62, Doing::TaskFailed)];
        doings.extend(sweeps(62, 200));
        let night = watched(world(scenario), doings);
        night.ended("night", &["LeftRunning"]).says("the log is gone");
    }
}

#[test]
fn a_failure_while_the_verdict_could_not_be_told_is_told() {
    let world = world(fails_after(70.0 / 60.0, long()));
    let down = Fault::on_service("sns").between(minute(55), minute(85));
    world.faults().add(down.answer(500, "InternalError", "no"));
    let leaves = plan(json!({"Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}}));
    let mut doings = vec![(0, Doing::Begins("night", leaves, None)), (72, Doing::TaskFailed)];
    doings.extend(sweeps(60, 1_000));
    watched(world, doings).says("the log is gone");
}

#[test]
fn what_was_told_by_a_close_out_is_left_running_too() {
    // Somebody stops the execution, and the plan leaves the task.
    let plan_of = |more: Value| plan(support::cases::and(json!({"OnAbort": "LeaveRunning"}), more));
    let mut doings = vec![
        (0, Doing::Begins("night", plan_of(json!({})), Some(20))),
        (20, Doing::Ended("night", "ABORTED")),
        (200, Doing::TaskFailed),
    ];
    doings.extend(sweeps(205, 400));
    let night = watched(world(fails_after(3.0, long())), doings);
    night.says("left running has failed").says("the log is gone");

    // SNS is down, so that the verdict is told by what closes the run out.
    let world = world(fails_after(8.0, long()));
    let down = Fault::on_service("sns").between(minute(55), minute(180));
    world.faults().add(down.answer(500, "InternalError", "no"));
    let leaves = plan_of(json!({"Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}}));
    let mut doings = vec![(0, Doing::Begins("night", leaves, None)), (482, Doing::TaskFailed)];
    doings.extend(sweeps(60, 1_000));
    watched(world, doings).says("the log is gone");
}

#[test]
fn a_replication_that_comes_to_its_stop_position_was_interrupted_by_nobody() {
    let stops = json!({"Task": {"CdcStopPosition": "server_time:2026-11-21T01:00:00"}});
    let mut doings = vec![(0, Doing::Begins("night", leaves(0, stops), None))];
    doings.extend(sweeps(60, 400));
    let night = watched(world(scenario()), doings);
    night.ended("night", &["LeftRunning"]).never_says("Interrupted").says("came to its stop position");
}

#[test]
fn a_load_that_a_person_stopped_half_way_is_no_success_whatever_its_code() {
    for finished in [false, true] {
        let mut scenario = scenario();
        scenario.behaviour.stopped_load_is_finished = finished;
        scenario.source_tables[1].load_seconds = 5.0 * 3600.0;
        scenario.troubles.push(Trouble::after(2.0 * 3600.0, What::StoppedByUser));
        let leaves = plan(json!({"Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}}));
        let mut doings = vec![(0, Doing::Begins("night", leaves, None))];
        doings.extend(sweeps(60, 400));
        let night = watched(world(scenario), doings);
        let outcomes: Vec<&str> = night.closings().into_iter().map(|(_, outcome)| outcome).collect();
        assert_eq!(outcomes, ["Interrupted"], "{finished}");
    }
}

#[test]
fn an_end_that_another_run_has_told_is_told_by_nobody_else() {
    // The first run cannot start; a person is quicker. The second one follows that, and tells its end.
    let starts = Happening::StartTask {
        identifier: "orders".to_owned(),
        start_type: dms_simulator::StartType::ResumeProcessing,
    };
    let load = |opens: i64| {
        let leaves =
            json!({"ScheduledTime": minute(opens).to_string(), "Window": {"AtClose": "LeaveRunning"}});
        night::in_mode("TRUNCATE_BEFORE_LOAD", leaves)
    };
    let mut slow = scenario();
    slow.source_tables.iter_mut().for_each(|table| table.load_seconds = 26.0 * 3600.0);
    let world = world(slow);
    let busy = Fault::invoking("start").between(minute(DAY), minute(DAY + 40));
    world.faults().add(busy.answer(429, "TooManyRequestsException", "Rate Exceeded."));
    let mut doings = vec![
        (0, Doing::Begins("before", load(0), None)),
        (600, Doing::Person(Happening::StopTask { identifier: "orders".to_owned() })),
        (DAY, Doing::Begins("first", load(DAY), None)),
        (DAY + 20, Doing::Person(starts)),
        (2 * DAY, Doing::Begins("second", load(2 * DAY), None)),
    ];
    doings.extend(sweeps(2 * DAY + 8, 2 * DAY + 600));
    let night = watched(world, doings);
    night.ended("second", &["Succeeded", "SucceededWithWarnings"]);
    night.never_says("watched by no run");
}
