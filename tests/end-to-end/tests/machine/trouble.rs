//! Our own failures: crashes, lost answers, busy services. None of them is the migration's failure.

use local_aws::{Fault, FunctionEnd};

use dms_simulator::Status;

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
    let world = stage.world(EVENING, scenario().with_table("crm", "events", 9_000_000, 3600.0));
    let crash = Fault::invoking("poll").between(at("2026-11-20T22:10:00Z"), at("2026-11-20T22:20:00Z"));
    stage.stack.aws().faults().add(stage.strike(crash, 1).end_before(FunctionEnd::Killed));
    let run = stage.run(&world, &plan());
    run.expect("Succeeded");
    let events: Vec<_> = run.messages().iter().map(|message| message.json["Event"].clone()).collect();
    assert_eq!(events, ["Warning", "Finished"], "{}", run.story());
    assert_eq!(run.calls("StopReplicationTask").len(), 0);
}

pub(crate) fn poll_that_is_gone_at_the_close_does_not_keep_the_window_open(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario().with_table("crm", "events", 9_000_000, 6.0 * 3600.0));
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
