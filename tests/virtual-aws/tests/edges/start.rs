//! The start: calls that are not made, answers that are lost, and states that pass.

use dms_simulator::Happening;
use dms_simulator::scenario::{ConnectionFailure, Refusal, RefusalFault, StatusSpan};
use jiff::SignedDuration;
use serde_json::json;
use virtual_aws::{Fault, FunctionEnd, Redrive};

use crate::night::{
    CLOSE, INSTANCE, SOURCE, TARGET, after_an_abort, kept, long, night, of_kept, plan, redriven, scenario,
    world,
};

#[test]
fn one_429_at_the_start_costs_a_minute_and_not_the_night() {
    let world = world(scenario());
    let busy = Fault::invoking("start").first(1);
    world.faults().add(busy.answer(429, "TooManyRequestsException", "Rate Exceeded."));
    let night = night(world, plan(json!({})), vec![]);
    night.expect(&["Succeeded"]).no_row_twice();
    assert_eq!(night.calls("StartReplicationTask"), 1);
    assert!(night.minute_of("StartReplicationTask", 0) <= 3);
}

#[test]
fn a_look_before_the_start_that_fails_is_no_start() {
    let world = world(scenario());
    world.faults().add(Fault::on("dms", "DescribeReplicationTasks").by("start").first(3).break_down());
    let night = night(world, plan(json!({})), vec![]);
    night.expect(&["Succeeded"]).no_row_twice();
    assert_eq!(night.calls("StartReplicationTask"), 1);
}

#[test]
fn a_function_that_is_killed_around_its_start_starts_once() {
    for after in [false, true] {
        let world = world(scenario());
        let on = Fault::on("dms", "StartReplicationTask").nth(1);
        world.faults().add(match after {
            true => on.end_after(FunctionEnd::Killed),
            false => on.end_before(FunctionEnd::Killed),
        });
        let night = night(world, plan(json!({})), vec![]);
        night.expect(&["Succeeded"]).no_row_twice();
        let taken =
            night.world.calls().iter().filter(|call| call.operation == "StartReplicationTask").count();
        assert_eq!(taken, if after { 1 } else { 2 }, "before: decided anew after its grace");
    }
}

#[test]
fn a_start_that_is_delivered_twice_is_followed_to_its_end() {
    // Of two invocations the second one finds the start of the first one, whose answer went to nobody.
    for lag in [0.0, 5.0] {
        let twice = |mut scenario: dms_simulator::Scenario, plan: serde_json::Value| {
            scenario.durations.describe_lag = lag;
            let world = world(scenario);
            world.faults().add(Fault::invoking("start").first(1).twice());
            let night = night(world, plan, vec![]);
            night.no_row_twice();
            night
        };
        twice(scenario(), plan(json!({}))).expect(&["Succeeded"]).never_says("somebody else");
        let stopped = twice(long(scenario()), plan(json!({})));
        stopped.expect(&["Paused"]);
        assert_eq!(stopped.calls("StopReplicationTask"), 1, "{lag}");
        // A task that somebody else keeps may have been started by anybody: it is followed, and stopped where the plan
        // says so in words. Where it does not, people are told what is not known.
        let kept_twice = twice(kept(scenario()), of_kept(json!({})));
        kept_twice.expect(&["Succeeded"]).says("whether this execution had started it is not known");
        let stated = json!({"Window": {"AtClose": "Stop"}});
        for (window, verdict, stops) in [(stated, "Paused", 1), (json!({}), "Unknown", 0)] {
            let joined = twice(long(kept(scenario())), of_kept(window));
            joined.expect(&[verdict]).says("whether this execution had started it is not known");
            assert_eq!(joined.calls("StopReplicationTask"), stops, "{lag}");
        }
    }
}

#[test]
fn a_start_that_is_delivered_twice_in_place_of_one_that_was_lost_is_this_runs() {
    for adopted in [false, true] {
        let world = world(long(scenario()));
        world.faults().add(Fault::invoking("start").execution("night").first(2).twice());
        let call = Fault::on("dms", "StartReplicationTask").execution("night");
        world.faults().add(call.first(2).end_before(FunctionEnd::Killed));
        let night = match adopted {
            false => night(world, plan(json!({})), vec![]),
            true => after_an_abort(world, (plan(json!({})), 1), vec![(2, "night", plan(json!({})))], vec![]),
        };
        night.run_ended(0, &["Paused"]).never_says("somebody else").no_row_twice();
        assert_eq!(night.calls("StopReplicationTask"), 1);
    }
}

#[test]
fn a_task_of_others_whose_start_is_made_again_at_once_by_a_redrive_may_be_anybodys() {
    let redrive = Redrive { state: "Start task", after_entries: 0, done: true, pause: SignedDuration::ZERO };
    let night = redriven(world(long(kept(scenario()))), of_kept(json!({})), redrive, vec![]);
    night.expect(&["Unknown"]).says("whether by this run or by somebody else is not known");
    assert_eq!((night.calls("StartReplicationTask"), night.calls("StopReplicationTask")), (1, 0));
}

#[test]
fn a_young_task_is_young_for_the_next_run_too() {
    // The tags of a task that was created moments ago do not count for IAM yet, whoever has created it.
    let mut scenario = scenario();
    scenario.durations.tags_count_after = 180.0;
    let night =
        after_an_abort(world(scenario), (plan(json!({})), 1), vec![(2, "night", plan(json!({})))], vec![]);
    night.run_ended(0, &["Succeeded"]).no_row_twice();
    assert_eq!(
        night.calls("CreateReplicationTask"),
        1,
        "the second run takes over what the first has created"
    );
}

#[test]
fn four_429s_at_validate_are_ridden_out() {
    let world = world(scenario());
    let busy = Fault::invoking("validate").first(4);
    world.faults().add(busy.answer(429, "TooManyRequestsException", "Rate Exceeded."));
    night(world, plan(json!({})), vec![]).expect(&["Succeeded"]);
}

#[test]
fn what_is_being_changed_is_waited_for() {
    for (status, minutes) in [("modifying", 40), ("upgrading", 40), ("rebooting", 10), ("maintenance", 300)] {
        let mut scenario = scenario();
        scenario.replication_instances[0].changes.push(StatusSpan {
            from_seconds: 0.0,
            for_seconds: Some(f64::from(minutes) * 60.0),
            status: status.to_owned(),
        });
        let night = night(world(scenario), plan(json!({})), vec![]);
        night.expect(&["Succeeded"]).says("a run waits until it is available");
        let started = night.minute_of("StartReplicationTask", 0);
        assert!(started <= i64::from(minutes) + 20, "{status}: started at minute {started}");
        match minutes {
            10 => night.never_says("not started yet"),
            _ => night.says("not started yet"),
        };
    }
}

#[test]
fn an_instance_that_changes_after_the_task_was_created_is_waited_for() {
    let mut scenario = scenario();
    scenario.replication_instances[0].changes.push(StatusSpan {
        from_seconds: 40.0,
        for_seconds: Some(2_400.0),
        status: "modifying".to_owned(),
    });
    night(world(scenario), plan(json!({})), vec![]).expect(&["Succeeded"]);
}

#[test]
fn an_endpoint_that_is_modified_for_forty_minutes_is_waited_for() {
    for which in [0, 1] {
        let mut scenario = scenario();
        scenario.endpoints[which].changes.push(StatusSpan {
            from_seconds: 0.0,
            for_seconds: Some(2_400.0),
            status: "modifying".to_owned(),
        });
        let night = night(world(scenario), plan(json!({})), vec![]);
        night.expect(&["Succeeded"]).says("not active");
        assert!(night.minute_of("StartReplicationTask", 0) < 60);
    }
}

#[test]
fn an_instance_that_does_not_come_back_is_told_with_its_words() {
    // The last look comes before the plan's minimum is gone: the reason is not lost.
    for minimum in [0, 15, 61, 180] {
        let mut scenario = scenario();
        scenario.replication_instances[0]
            .changes
            .push(StatusSpan { status: "modifying".to_owned(), ..StatusSpan::default() });
        let night = night(world(scenario), plan(json!({"Window": {"MinimumMinutes": minimum}})), vec![]);
        night
            .expect(&["Failed", "Rejected"])
            .says("not started yet")
            .says("its status is modifying")
            .never_says("mend the plan");
    }
}

fn unreachable(times: Option<u32>) -> dms_simulator::Scenario {
    let mut scenario = scenario();
    scenario.connection_tests.failures.push(ConnectionFailure {
        endpoint_arn: SOURCE.to_owned(),
        message:
            "Test Endpoint failed: Application-Status: 1020912, Application-Message: Cannot connect to ODBC \
                  provider Network error has occurred"
                .to_owned(),
        times,
    });
    scenario
}

#[test]
fn a_connection_test_that_fails_once_is_made_again() {
    let night = night(world(unreachable(Some(1))), plan(json!({})), vec![]);
    night.expect(&["Succeeded"]).never_says("not started yet");
    assert_eq!(night.calls("TestConnection"), 3);
}

#[test]
fn a_source_that_refuses_connections_for_half_an_hour_costs_half_an_hour() {
    let night = night(world(unreachable(Some(9))), plan(json!({})), vec![]);
    night.expect(&["Succeeded"]).says("not started yet");
    let started = night.minute_of("StartReplicationTask", 0);
    assert!((30..75).contains(&started), "started at minute {started}");
}

#[test]
fn a_source_that_never_answers_is_told_before_the_close() {
    let night = night(world(unreachable(None)), plan(json!({})), vec![]);
    night.expect(&["Rejected"]).says("Network error has occurred").says("nothing was");
    assert!(night.calls("TestConnection") < 60, "{} tests", night.calls("TestConnection"));
}

#[test]
fn a_start_that_is_refused_for_a_connection_that_counts_as_tested_has_it_tested_again() {
    let mut scenario = scenario();
    let words = "Test connection for replication instance instance and endpoint source should be successful for starting \
                 the replication task";
    scenario.refusals.push(Refusal {
        operation: "StartReplicationTask".to_owned(),
        call: Some(1),
        times: Some(2),
        fault: RefusalFault { code: "InvalidResourceStateFault".to_owned(), message: words.to_owned() },
        ..Refusal::default()
    });
    let night = night(world(scenario), plan(json!({})), vec![]);
    night.expect(&["Succeeded"]);
    let tested: Vec<_> =
        night.world.calls().into_iter().filter(|call| call.operation == "TestConnection").collect();
    assert_eq!(tested.len(), 4, "two before the first start, one after each refusal");
    assert_eq!(tested[2].request["EndpointArn"], json!(SOURCE));
    assert_eq!(tested[3].request["EndpointArn"], json!(TARGET));
}

#[test]
fn an_older_task_that_is_stuck_in_deleting_is_told_and_waited_for() {
    for (hours, outcomes) in [(2.0, ["Succeeded"]), (24.0, ["Failed"])] {
        let mut scenario = scenario();
        scenario.durations.deleting = hours * 3600.0;
        let world = world(scenario);
        let setup = |operation: &str, input: serde_json::Value| {
            world.ask_dms(operation, &input).expect("DMS takes it");
        };
        let task = &plan(json!({}))["Task"];
        let mut create = task.clone();
        create["TableMappings"] = json!(task["TableMappings"].to_string());
        setup("CreateReplicationTask", create);
        let meddling = vec![(2, Happening::DeleteTask { identifier: "orders".to_owned() })];
        let night = crate::night::nights(world, vec![(4, "night", plan(json!({})))], meddling);
        night.expect(&outcomes).says("not started yet").says("is being deleted");
    }
}

#[test]
fn a_task_that_is_moved_or_assessed_for_more_than_an_hour_is_waited_for() {
    let assess = || Happening::AssessTask { identifier: "orders".to_owned(), seconds: 5_400.0 };
    let elsewhere = || Happening::MoveTask {
        identifier: "orders".to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        seconds: 5_400.0,
        succeeds: true,
    };
    for happening in [assess(), elsewhere()] {
        let world = world(scenario());
        let mut create = plan(json!({}))["Task"].clone();
        create["TableMappings"] = json!(create["TableMappings"].to_string());
        world.ask_dms("CreateReplicationTask", &create).expect("DMS takes it");
        let runs = vec![(4, "night", plan(json!({"OnDrift": "Ignore"})))];
        let night = crate::night::nights(world, runs, vec![(2, happening)]);
        night.expect(&["Succeeded"]).says("not started yet");
        assert!(night.minute_of("StartReplicationTask", 0) < CLOSE);
    }
}

#[test]
fn a_task_that_hangs_in_starting_is_told_and_is_no_good_end() {
    let mut scenario = scenario();
    scenario.durations.starting = 24.0 * 3600.0;
    let night = night(world(scenario), plan(json!({"StallMinutes": 30})), vec![]);
    night.expect(&["Failed"]).says("the task is starting, for").says("never came to run");
}
