//! Executions whose input is as large as an execution takes it, and plans as large as a plan may be: each ends in a message,
//! or cannot be started.

use serde_json::{Value, json};
use virtual_aws::{End, Fault, FunctionEnd, MAX_BYTES, Run, Story, bytes};

use crate::night::{Night, minute, night, plan, scenario, world};
use crate::watched::{Doing, watched};

/// The plan of a night, in so many bytes.
fn of_bytes(size: usize, letter: &str) -> Value {
    let bare = plan(json!({"Comment": ""}));
    let room = size - bytes(&bare);
    let comment = format!("{}{}", letter.repeat(room / letter.len()), "x".repeat(room % letter.len()));
    let plan = support::cases::and(bare, json!({ "Comment": comment }));
    assert_eq!(bytes(&plan), size);
    plan
}

/// What is told of a run that could not begin.
fn is_rejected(night: &Night, words: &str) {
    night.expect(&["Rejected"]).says(words);
    assert_eq!(night.world.messages().len(), 1);
    let changed = night.world.calls().iter().filter(|call| call.service == "dms").count();
    assert_eq!(changed, 0, "DMS is not asked about a plan that is none");
}

#[test]
fn a_plan_that_is_too_large_for_a_plan_is_rejected_as_long_as_a_function_can_be_handed_it() {
    for kib in [161, 200, 248, 255] {
        let size = kib * 1024;
        for letter in ["x", "é", "🦀"] {
            let night = night(world(scenario()), of_bytes(size, letter), vec![]);
            is_rejected(&night, &format!("the plan has {size} bytes, the most is 163840"));
        }
    }
    for (what, input) in [
        ("a word", json!("x".repeat(255 * 1024))),
        ("a list", json!(vec![1; 120 * 1024])),
        ("many members", (0..16_000).map(|nth| (format!("m{nth}"), json!(nth))).collect()),
        ("a nest", (0..1_000).fold(json!(1), |inner, _| json!([inner]))),
    ] {
        let night = night(world(scenario()), input, vec![]);
        night.expect(&["Rejected"]);
        assert_eq!(night.world.messages().len(), 1, "{what}");
    }
}

/// What the machine puts around it does not fit any more: the execution ends before its first step, with an error that
/// no Catch takes.
#[test]
fn what_fills_an_execution_to_its_last_byte_is_told_by_the_watch() {
    for size in [MAX_BYTES, MAX_BYTES - 300] {
        let input = of_bytes(size, "é");
        let night = watched(
            world(scenario()),
            vec![(0, Doing::Begins("night", input, None)), (1, Doing::Ended("night", "FAILED"))],
        );
        let End::Uncaught(failure) = &night.runs[0].end else { panic!("{:?}", night.runs[0].end) };
        assert_eq!(failure.error, "States.DataLimitExceeded");
        night.closed_out("Aborted").told_once("night");
        night.says("nothing was created, started or changed").says("States.DataLimitExceeded");
    }
    // The event is lost.
    let input = of_bytes(MAX_BYTES, "x");
    let night =
        watched(world(scenario()), vec![(0, Doing::Begins("night", input, None)), (15, Doing::Sweep)]);
    night.closed_out("Aborted").told_once("night");
}

#[test]
fn what_is_a_byte_more_cannot_be_started() {
    let world = world(scenario());
    let input = of_bytes(MAX_BYTES + 1, "é");
    let run: Story<'_, Result<Run, String>> = Box::pin(world.run("night", input));
    let refused =
        world.tell(vec![run]).remove(0).expect("it is answered at once").expect_err("it is refused");
    assert!(refused.contains("ValidationException") && refused.contains("262144"), "{refused}");
    assert!(world.executions().is_empty() && world.messages().is_empty() && world.calls().is_empty());
}

/// The step that reads the plan cannot run: the machine itself keeps the input, with the error beside it.
#[test]
fn a_large_input_is_told_also_where_no_step_could_read_it() {
    let cause = "\"".repeat(8_000);
    for (kib, told) in [(200, true), (255, false)] {
        let world = world(scenario());
        let broken = Fault::invoking("validate").answer(500, "ServiceException", &cause);
        world.faults().add(broken);
        let night = watched(
            world,
            vec![
                (0, Doing::Begins("night", of_bytes(kib * 1024, "x"), None)),
                (10, Doing::Ended("night", "FAILED")),
            ],
        );
        let ended = &night.runs[0];
        assert_eq!(ended.document.outcome(), told.then_some("Failed"), "{kib} KiB: {:?}", ended.end);
        // What closes it out cannot be opened either: the function is broken. It says so.
        night.says(if told { "the plan could not be validated" } else { "could not be closed out" });
    }
}

/// A mapping of so many tables, each by its name, in a plan of the largest size.
fn of_many_tables(size: usize) -> (Value, usize) {
    let rule = |nth: usize| {
        json!({
            "rule-type": "selection", "rule-id": nth.to_string(), "rule-name": nth.to_string(), "rule-action": "explicit",
            "object-locator": {"schema-name": "shop", "table-name": format!("表{nth:04}")},
        })
    };
    let with = |count: usize| {
        let rules: Vec<Value> = (1..=count).map(rule).collect();
        let errors = json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD", "MaxFullLoadSubTasks": 49}});
        plan(json!({
            "Comment": "",
            "OnTableErrors": "Reload",
            "Task": {"TableMappings": {"rules": rules}, "ReplicationTaskSettings": errors},
        }))
    };
    let mut count = 1_000;
    while bytes(&with(count)) > size {
        count -= 1;
    }
    let bare = with(count);
    let comment = "x".repeat(size - bytes(&bare));
    (support::cases::and(bare, json!({ "Comment": comment })), count)
}

/// The plan travels through every state until the task is there, with whatever goes wrong on the way.
#[test]
fn the_largest_plan_goes_through_its_night_and_nothing_of_it_is_lost() {
    let (largest, count) = of_many_tables(plan::MAX_PLAN_BYTES);
    assert_eq!(bytes(&largest), plan::MAX_PLAN_BYTES);
    let mut scenario = scenario();
    scenario.source_tables.clear();
    for nth in 1..=count {
        scenario = scenario.with_table("shop", &format!("表{nth:04}"), 1_000, 60.0);
    }
    for table in scenario.source_tables.iter_mut().step_by(7) {
        table.error = Some("value too long for the column".repeat(40));
    }
    let world = world(scenario);
    let cause = "Rate Exceeded. ".repeat(500);
    world.faults().add(Fault::invoking("create-task").first(14).answer(
        429,
        "TooManyRequestsException",
        &cause,
    ));
    world.faults().add(Fault::on("dms", "CreateReplicationTask").nth(1).end_after(FunctionEnd::Killed));
    world
        .faults()
        .add(Fault::invoking("poll").between(minute(20), minute(26)).end_before(FunctionEnd::Killed));
    let night = night(world, largest, vec![]);
    night.expect(&["PartlyFailed"]).no_row_twice();
    let run = &night.runs[0];
    let verdict =
        |member: &str| run.document.0.pointer(&format!("/Verdict/{member}")).cloned().unwrap_or_default();
    let named = verdict("NamedTables").as_array().map_or(0, Vec::len) as u64;
    let errored = count.div_ceil(7) as u64;
    assert_eq!(verdict("Tables"), json!(count));
    assert_eq!(
        named + verdict("MoreTables").as_u64().unwrap_or_default(),
        errored,
        "{:#?}",
        run.document.reasons()
    );
    assert!(run.tally.largest_payload > plan::MAX_PLAN_BYTES);
    assert!(run.tally.largest_payload < 210 * 1024, "{} bytes", run.tally.largest_payload);
    assert!(bytes(&run.document.0) < 64 * 1024, "{} bytes", bytes(&run.document.0));
}
