//! What was left running: whose end is told, and what is an older answer of DMS.

use migration::run::observation::{Task, TaskSeen};
use migration::survey::executions::{Execution, State};
use migration::survey::untold::{has_settled, is_shown_as_before, stopped_after};
use serde_json::json;
use support::cases::{Case, execution, full_load, minute};

/// A run that began with its task and left it running after an hour.
fn run() -> Execution {
    Execution {
        arn: execution(),
        state: State::Succeeded,
        began: minute(0),
        ended: Some(minute(60)),
        redrives: 0,
        input: json!({"Task": {}}),
        verdict: Some("LeftRunning".to_owned()),
        drove: None,
        judged: None,
    }
}

fn seen(case: Case) -> Task {
    match case.seen {
        TaskSeen::Seen(task) => *task,
        other => panic!("the task of a case is seen: {other:?}"),
    }
}

#[test]
fn a_task_that_is_shown_at_work_by_the_same_start_is_shown_as_it_was_before() {
    for (fact, case, before, ended) in [
        ("at work by that start", full_load(json!({})).began(1).status("running"), true, false),
        ("on its way down", full_load(json!({})).began(1).status("stopping"), true, false),
        ("started again since", full_load(json!({})).began(90).status("running"), false, false),
        ("started again since, and not dated yet", full_load(json!({})).status("starting"), false, false),
        ("at rest", full_load(json!({})).began(1).stopped(90, "NORMAL"), false, true),
    ] {
        let task = seen(case);
        assert_eq!(is_shown_as_before(&run(), &task), before, "{fact}");
        assert_eq!(stopped_after(&run(), &run(), &task, minute(95)).is_some(), ended, "{fact}");
    }
}

#[test]
fn counters_trail_the_end_of_a_load_and_are_waited_for() {
    for (fact, case, at, settled) in [
        (
            "it has just stopped",
            full_load(json!({})).began(1).stopped(90, "FULL_LOAD_ONLY_FINISHED"),
            91,
            false,
        ),
        ("two minutes ago", full_load(json!({})).began(1).stopped(90, "FULL_LOAD_ONLY_FINISHED"), 92, true),
        ("it has just failed", full_load(json!({})).began(1).failed(90, "it failed"), 90, true),
    ] {
        assert_eq!(has_settled(&seen(case), minute(at)), settled, "{fact}");
    }
}
