//! Our own failures: crashes, lost answers, busy services. None of them is the migration's failure.

use local_aws::{Fault, FunctionEnd};

use dms_simulator::Status;
use dms_simulator::scenario::{Trouble, What};
use serde_json::json;

use crate::stage::{EVENING, Stage, TASK, at, plan, scenario, window, with};

pub(crate) fn validate_that_always_crashes_ends_in_a_message(stage: &Stage<'_>) {
    let crash = Fault::invoking("validate");
    stage.stack.aws().faults().add(stage.strike(crash, 1).end_before(FunctionEnd::Killed));
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan());
    run.expect("Failed").says("the plan could not be validated").says("Runtime.ExitError").says(TASK);
}

pub(crate) fn create_task_that_always_crashes_ends_in_a_message(stage: &Stage<'_>) {
    let crash = Fault::invoking("create-task");
    stage.stack.aws().faults().add(stage.strike(crash, 1).end_before(FunctionEnd::Killed));
    let world = stage.world(EVENING, scenario());
    stage.run(&world, &plan()).expect("Failed").says("could not be created in 3 attempts");
}

pub(crate) fn poll_that_crashes_for_ten_minutes_is_told_once_and_the_run_succeeds(stage: &Stage<'_>) {
    let world = stage.blind_world(EVENING, scenario().with_table("crm", "events", 9_000_000, 3600.0));
    let crash = Fault::invoking("poll").between(at("2026-11-20T22:10:00Z"), at("2026-11-20T22:20:00Z"));
    stage.stack.aws().faults().add(stage.strike(crash, 1).end_before(FunctionEnd::Killed));
    let run = stage.run(&world, &plan());
    run.expect("Succeeded");
    let events: Vec<_> = run.messages().iter().map(|message| message.json["Event"].clone()).collect();
    assert_eq!(events, ["Warning", "Finished"], "{}", run.story());
    assert_eq!(run.calls("StopReplicationTask").len(), 0);
}

pub(crate) fn poll_that_is_gone_at_the_close_does_not_keep_the_window_open(stage: &Stage<'_>) {
    let world = stage.blind_world(EVENING, scenario().with_table("crm", "events", 9_000_000, 6.0 * 3600.0));
    let crash = Fault::invoking("poll").between(at("2026-11-20T22:40:00Z"), at("2026-11-21T22:20:00Z"));
    stage.stack.aws().faults().add(stage.strike(crash, 1).end_before(FunctionEnd::Killed));
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "00:00")));
    run.expect("Unknown").says("DMS took the stop").says("the task was last seen running");
    world.leap(300);
    run.task(TASK, |task| assert_eq!(task.status(), Status::Stopped));
}

fn one_start(stage: &Stage<'_>, fault: Fault) {
    stage.stack.aws().faults().add(fault);
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan());
    run.expect("Succeeded");
    assert_eq!(run.calls("StartReplicationTask").len(), 1, "{}", run.story());
    run.task(TASK, |task| assert_eq!(task.starts().len(), 1));
}

pub(crate) fn the_lost_answer_to_a_start_is_recognised(stage: &Stage<'_>) {
    one_start(stage, stage.strike(Fault::on("dms", "StartReplicationTask"), 1).nth(1).lose_answer());
}

pub(crate) fn a_start_that_crashes_after_the_call_is_recognised(stage: &Stage<'_>) {
    let crash = stage.strike(Fault::on("dms", "StartReplicationTask").by("start"), 1);
    one_start(stage, crash.nth(1).end_after(FunctionEnd::Killed));
}

pub(crate) fn a_busy_dms_is_waited_out(stage: &Stage<'_>) {
    // The SDK itself tries three times: nine refusals are three polls that saw nothing.
    let busy = Fault::on("dms", "DescribeReplicationTasks").by("poll");
    stage.stack.aws().faults().add(stage.strike(busy, 1).numbers(6..=14).throttle());
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan());
    run.expect("Succeeded");
    assert!(run.story().contains("DMS was too busy to answer"), "{}", run.story());
}

pub(crate) fn a_message_that_sns_refuses_is_tried_again(stage: &Stage<'_>) {
    let broken = Fault::on("sns", "Publish").by("notify");
    stage.stack.aws().faults().add(stage.strike(broken, 1).first(4).break_down());
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan());
    run.expect("Succeeded");
}

pub(crate) fn a_stale_answer_after_the_start_is_not_the_end(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.durations.describe_lag = 45.0;
    scenario.durations.describe_lag_polls = 2;
    let world = stage.world(EVENING, scenario);
    stage.run(&world, &plan()).expect("Succeeded");
    // Now the stale answer is the good end of the run before.
    let again = stage.run(&world, &with(plan(), "Start", json!("Refresh")));
    again.expect("Succeeded");
    assert_eq!(again.starts(), ["reload-target"]);
    let took = again.last_message().json["Seconds"].as_i64().unwrap();
    assert!(took > 360, "the largest table loads for six minutes, and the run took {took} s");
    again.task(TASK, |task| assert_eq!(task.starts().len(), 2));
}

pub(crate) fn a_task_that_dms_gives_up_on_again_and_again_is_started_again_once_and_then_reported(
    stage: &Stage<'_>,
) {
    let loops = Trouble::after(120.0, What::RecoverableThenFail);
    let world = stage.world(EVENING, scenario().with_trouble(loops));
    let run = stage.run(&world, &with(plan(), "Restarts", json!(1)));
    run.expect("Failed").says("recovery attempts").says("a connection, a database or DMS itself was away");
    assert_eq!(run.starts(), ["start-replication", "resume-processing"], "{}", run.story());
    let subjects: Vec<_> = run.messages().iter().map(|message| message.subject.clone()).collect();
    assert!(subjects[0].contains("started again"), "{subjects:?}");
    assert_eq!(world.simulator(|dms| dms.ledger().rows_loaded_twice()), Some(0));
}

pub(crate) fn a_task_that_ran_out_of_memory_once_succeeds_at_the_second_start(stage: &Stage<'_>) {
    let once = Trouble::after(200.0, What::LowMemory).on_start(1);
    let world = stage.world(EVENING, scenario().with_trouble(once));
    let run = stage.run(&world, &plan());
    run.expect("Succeeded").says("resume-processing because it had failed");
    assert_eq!(run.starts(), ["start-replication", "resume-processing"], "{}", run.story());
}

pub(crate) fn a_task_that_ran_out_of_memory_is_reported_when_the_plan_wants_no_second_start(
    stage: &Stage<'_>,
) {
    let world = stage.world(EVENING, scenario().with_trouble(Trouble::after(200.0, What::LowMemory)));
    let run = stage.run(&world, &with(plan(), "Restarts", json!(0)));
    run.expect("Failed").says("STOPPED_DUE_TO_LOW_MEMORY").says("run out of memory or disk");
    assert_eq!(run.starts(), ["start-replication"]);
}

pub(crate) fn a_stop_that_is_denied_is_told_with_what_to_do(stage: &Stage<'_>) {
    let denied = Fault::on("dms", "StopReplicationTask");
    stage.stack.aws().faults().add(stage.strike(denied, 1).deny());
    let world = stage.world(EVENING, scenario().with_table("crm", "events", 9_000_000, 6.0 * 3600.0));
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "00:00")));
    run.expect("Failed")
        .says("could not be stopped")
        .says("aws dms stop-replication-task")
        .says("dms:StopReplicationTask");
    run.task(TASK, |task| assert_eq!(task.status(), Status::Running));
    let early = run.messages().into_iter().find(|message| message.subject.contains("not stopped yet"));
    assert!(early.is_some_and(|message| message.text.contains("dms:StopReplicationTask")), "{}", run.story());
    let asked = run.calls("StopReplicationTask");
    let until = asked.last().map(|call| call.local.duration_since(at("2026-11-20T23:00:00Z")).as_mins());
    assert!(
        until.is_some_and(|minutes| (230..=241).contains(&minutes)),
        "asked until {until:?} min after the close"
    );
}

pub(crate) fn poll_that_comes_back_after_the_close_says_how_it_ended(stage: &Stage<'_>) {
    let world = stage.blind_world(EVENING, scenario().with_table("crm", "events", 9_000_000, 6.0 * 3600.0));
    // Long enough before the close that sight is always told to be lost, wherever the polls fall.
    let crash = Fault::invoking("poll").between(at("2026-11-20T22:50:00Z"), at("2026-11-20T23:03:00Z"));
    stage.stack.aws().faults().add(stage.strike(crash, 1).end_before(FunctionEnd::Killed));
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "00:00")));
    run.expect("Paused").says("3 of 4 tables are complete");
    let late = run.calls("StopReplicationTask")[0].local.duration_since(at("2026-11-20T23:00:00Z")).as_secs();
    assert!((0..120).contains(&late), "the stop was asked {late} s after the close\n{}", run.story());
}
