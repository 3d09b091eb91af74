//! The window is kept: nothing starts outside it, and at its close the task is stopped or left as the plan says.

use dms_simulator::Status;
use dms_simulator::scenario::{Trouble, What};
use serde_json::json;

use crate::stage::{EVENING, Stage, TASK, plan, scenario, window, with};

pub(crate) fn the_close_stops_the_load_and_the_next_window_resumes_it(stage: &Stage<'_>) {
    // An hour is left, the largest table takes three; the next night is long enough for it.
    let scenario = scenario().with_table("crm", "events", 9_000_000, 3.0 * 3600.0);
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "00:00")));
    run.expect("Paused").says("3 of 4 tables are complete").says("the next run resumes");
    run.task(TASK, |task| assert_eq!(task.status(), Status::Stopped));
    let stop = &run.calls("StopReplicationTask")[0];
    let close = crate::stage::at("2026-11-20T23:00:00Z");
    let late = stop.local.duration_since(close).as_secs();
    assert!((0..120).contains(&late), "the stop was asked {late} s after the close\n{}", run.story());

    world.leap(22 * 3600);
    let next = stage.run(&world, &with(plan(), "Window", window("22:00", "05:00")));
    // What the first night has loaded is as old as that.
    next.expect("SucceededWithWarnings").says("all 4 tables are complete");
    next.says("the rows of 3 tables are of an earlier night")
        .says("crm.orders: its rows are of 2026-11-20 23:");
    assert_eq!(next.starts(), ["resume-processing"]);
    assert_eq!(world.simulator(|dms| dms.ledger().rows_loaded_twice()), Some(0));
}

pub(crate) fn outside_its_window_nothing_happens(stage: &Stage<'_>) {
    let world = stage.world("2026-11-20T11:00:00Z", scenario());
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "05:00")));
    run.expect("Skipped").says("it opens next at 2026-11-20 22:00 CET");
    assert_eq!(run.last_message().json["Severity"], "info");
    assert!(
        stage
            .stack
            .aws()
            .recorder()
            .of_execution(&run.execution.name)
            .iter()
            .all(|call| call.service != "dms")
    );
}

pub(crate) fn a_late_retry_of_the_schedule_has_missed_its_window(stage: &Stage<'_>) {
    let world = stage.world("2026-11-21T06:00:00Z", scenario());
    let scheduled = with(plan(), "ScheduledTime", json!("2026-11-20T21:00:00Z"));
    let run = stage.run(&world, &with(scheduled, "Window", json!({"Duration": "PT7H"})));
    run.expect("Skipped").says("nothing was created, started or changed");
    assert_eq!(run.last_message().json["Severity"], "warning");
}

pub(crate) fn the_plan_may_leave_the_task_running(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario().with_table("crm", "events", 9_000_000, 6.0 * 3600.0));
    let mut window = window("22:00", "00:00");
    window["AtClose"] = json!("LeaveRunning");
    let run = stage.run(&world, &with(plan(), "Window", window));
    run.expect("LeftRunning").says("the plan leaves the task running").says("no run watches it");
    run.task(TASK, |task| assert_eq!(task.status(), Status::Running));
    assert_eq!(run.calls("StopReplicationTask").len(), 0);
}

pub(crate) fn the_night_of_the_clock_change_is_kept(stage: &Stage<'_>) {
    // Clocks in Berlin go back at 01:00 UTC: 02:30 comes twice, and the window closes at its first coming.
    let world =
        stage.world("2026-10-24T22:30:00Z", scenario().with_table("crm", "events", 9_000_000, 12.0 * 3600.0));
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "02:30")));
    run.expect("Paused").says("closed at 2026-10-25 02:30 CEST");
    let stop = &run.calls("StopReplicationTask")[0];
    let late = stop.local.duration_since(crate::stage::at("2026-10-25T00:30:00Z")).as_secs();
    assert!((0..120).contains(&late), "the stop was asked {late} s after the close\n{}", run.story());
}

pub(crate) fn a_replication_is_stopped_at_its_close_and_resumed(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    let mut plan = with(plan(), "Window", window("22:00", "00:00"));
    plan["Task"]["MigrationType"] = json!("cdc");
    plan["Window"]["AtClose"] = json!("Stop");
    let run = stage.run(&world, &plan);
    run.expect("Paused").says("the next run resumes").says("goes on where it stopped");
    // A stop position would stay on the task, and end another night's run.
    assert_eq!(run.calls("StartReplicationTask")[0].request["CdcStopPosition"], json!(null));

    world.leap(23 * 3600);
    let next = stage.run(&world, &plan);
    next.expect("Paused");
    assert_eq!(next.starts(), ["resume-processing"]);
}

/// A window that states its stop is kept by a load that is complete long before: the run stays with the task.
pub(crate) fn a_load_that_replicates_is_at_rest_after_its_window(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    let mut plan = with(plan(), "Window", window("22:00", "05:00"));
    plan["Task"]["MigrationType"] = json!("full-load-and-cdc");
    plan["Window"]["AtClose"] = json!("Stop");
    for start in ["start-replication", "resume-processing"] {
        let run = stage.run(&world, &plan);
        run.expect("Paused").says("the next run resumes");
        assert_eq!(run.starts(), [start]);
        run.task(TASK, |task| assert_eq!(task.status(), Status::Stopped));
        assert_eq!(run.messages().len(), 1, "{}", run.story());
        world.leap(17 * 3600);
    }
}

pub(crate) fn a_replication_is_stopped_once_its_load_is_complete_when_the_plan_says_so(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    let mut plan = with(plan(), "Then", json!("Stop"));
    plan["Task"]["MigrationType"] = json!("full-load-and-cdc");
    let run = stage.run(&world, &plan);
    run.expect("Succeeded").says("the task was stopped as the plan says");
    run.task(TASK, |task| assert_eq!(task.status(), Status::Stopped));
}

pub(crate) fn a_window_that_closes_while_the_task_is_starting_stops_it(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.durations.starting = 3.0 * 3600.0;
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "00:00")));
    run.expect("Failed").says("never came to run").says("the next run resumes");
    run.task(TASK, |task| assert_eq!(task.status(), Status::Stopped));
    assert_eq!(run.calls("StopReplicationTask").len(), 1, "{}", run.story());
}

pub(crate) fn a_load_that_will_not_fit_is_told_early(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario().with_table("crm", "events", 9_000_000, 8.0 * 3600.0));
    let run = stage.run(&world, &with(plan(), "Window", window("22:00", "00:00")));
    run.expect("Paused");
    let events: Vec<_> = run.messages().iter().map(|message| message.subject.clone()).collect();
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events[0].contains("will not fit its window"), "{events:?}");
}

pub(crate) fn a_load_that_stands_still_is_told(stage: &Stage<'_>) {
    let stall = Trouble::after(400.0, What::Stall);
    let scenario = scenario().with_table("crm", "events", 9_000_000, 3600.0).with_trouble(stall);
    let world = stage.world(EVENING, scenario);
    let plan = with(with(plan(), "Window", window("22:00", "01:00")), "StallMinutes", json!(20));
    let run = stage.run(&world, &plan);
    run.expect("Paused");
    let subjects: Vec<_> = run.messages().iter().map(|message| message.subject.clone()).collect();
    assert!(subjects.iter().any(|subject| subject.contains("stands still")), "{subjects:?}\n{}", run.story());
}
