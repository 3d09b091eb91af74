//! Whose a task is: kept by somebody else, created by us, driven by another run.

use std::collections::BTreeMap;

use dms_simulator::Scenario;
use dms_simulator::scenario::{ExistingTask, Tag};
use local_aws::{Fault, FunctionEnd};
use serde_json::{Value, json};

use crate::stage::{EVENING, INSTANCE, Run, SOURCE, Stage, TARGET, TASK, plan, scenario, with};

const ARN: &str = "arn:aws:dms:us-east-1:123456789012:task:KEPTTASKAAAAAAAAAAAAAAAAAA";

/// A task that Terraform keeps, with a tag of Terraform's own.
fn with_kept_task(mut scenario: Scenario) -> Scenario {
    scenario.tasks.push(ExistingTask {
        replication_task_arn: Some(ARN.to_owned()),
        replication_task_identifier: "kept".to_owned(),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        tags: vec![Tag { key: "terraform".to_owned(), value: "yes".to_owned() }],
        ..ExistingTask::default()
    });
    scenario
}

fn is_run_and_left_as_it_is(stage: &Stage<'_>, task: Value) {
    let world = stage.world(EVENING, with_kept_task(scenario()));
    let run = stage.run(&world, &json!({"Task": task}));
    run.expect("Succeeded").says("kept by somebody else");
    assert_eq!(run.starts(), ["start-replication"]);
    run.task(ARN, |task| {
        assert_eq!(task.tags(), &BTreeMap::from([("terraform".to_owned(), "yes".to_owned())]));
    });
    for operation in [
        "CreateReplicationTask",
        "ModifyReplicationTask",
        "AddTagsToResource",
        "RemoveTagsFromResource",
        "DeleteReplicationTask",
    ] {
        assert_eq!(run.calls(operation).len(), 0, "{operation}");
    }
}

pub(crate) fn a_task_kept_elsewhere_by_arn_is_run_and_left_as_it_is(stage: &Stage<'_>) {
    is_run_and_left_as_it_is(stage, json!({"ReplicationTaskArn": ARN}));
}

pub(crate) fn a_task_kept_elsewhere_by_identifier_is_run_and_left_as_it_is(stage: &Stage<'_>) {
    is_run_and_left_as_it_is(stage, json!({"ReplicationTaskIdentifier": "Kept"}));
}

pub(crate) fn a_task_created_before_a_crash_is_adopted(stage: &Stage<'_>) {
    let killed = Fault::on("dms", "CreateReplicationTask").by("create-task");
    stage.stack.aws().faults().add(stage.strike(killed, 1).nth(1).end_after(FunctionEnd::Killed));
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan());
    run.expect("Succeeded").says("created by this run");
    assert_eq!(run.calls("CreateReplicationTask").len(), 1);
    assert_eq!(run.starts(), ["start-replication"]);
}

fn started_once(runs: &[&Run<'_>]) {
    let accepted: Vec<_> = runs
        .iter()
        .flat_map(|run| run.calls("StartReplicationTask"))
        .filter(|call| call.error.is_none())
        .collect();
    assert_eq!(accepted.len(), 1);
    runs[0].task(TASK, |task| assert_eq!(task.starts().len(), 1));
}

pub(crate) fn a_second_execution_is_skipped_while_the_first_drives(stage: &Stage<'_>) {
    let world = stage.slow_world(EVENING, 60, scenario());
    let first = stage.start(&world, &plan());
    let name = first.name.clone();
    stage.until(move |calls| {
        calls.iter().any(|call| {
            call.operation == "StartReplicationTask"
                && call.execution.as_deref() == Some(&name)
                && call.status.is_some()
        })
    });
    let second = stage.run(&world, &plan());
    let first = stage.end(&world, first);
    first.expect("Succeeded");
    second.expect("Skipped").says("another run drives the task").says(&first.execution.arn);
    started_once(&[&first, &second]);
}

pub(crate) fn of_two_at_the_same_moment_one_drives(stage: &Stage<'_>) {
    let world = stage.slow_world(EVENING, 60, scenario());
    let (one, two) = (stage.start(&world, &plan()), stage.start(&world, &plan()));
    let (one, two) = (stage.end(&world, one), stage.end(&world, two));
    let mut verdicts = [one.ended.verdict(), two.ended.verdict()];
    verdicts.sort_unstable();
    assert_eq!(verdicts, ["Skipped", "Succeeded"], "{}\n{}", one.story(), two.story());
    started_once(&[&one, &two]);
}

pub(crate) fn a_task_that_differs_is_not_touched(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    stage.run(&world, &plan()).expect("Succeeded");
    let mut other = plan();
    other["Task"]["ReplicationTaskSettings"]["FullLoadSettings"]["MaxFullLoadSubTasks"] = json!(3);
    let run = stage.run(&world, &other);
    run.expect("Rejected").says("MaxFullLoadSubTasks");
    assert_eq!(run.starts(), Vec::<String>::new());
}

/// A task that an earlier run of ours created and never started, and whose settings the plan no longer states.
fn never_started(mut scenario: Scenario) -> Scenario {
    let owner = "arn:aws:states:us-east-1:123456789012:execution:migration:long-gone";
    scenario.tasks.push(ExistingTask {
        replication_task_identifier: TASK.to_owned(),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        table_mappings: plan()["Task"]["TableMappings"].clone(),
        tags: vec![Tag { key: "dms-orchestrator-owner".to_owned(), value: owner.to_owned() }],
        ..ExistingTask::default()
    });
    scenario
}

pub(crate) fn a_task_of_ours_that_never_ran_is_modified_when_the_plan_says_so(stage: &Stage<'_>) {
    let world = stage.world(EVENING, never_started(scenario()));
    let run = stage.run(&world, &with(plan(), "OnDrift", json!("Modify")));
    run.expect("Succeeded").says("created by an earlier run");
    assert_eq!(run.calls("ModifyReplicationTask").len(), 1);
    run.task(TASK, |task| {
        let owner = &task.tags()["dms-orchestrator-owner"];
        assert!(owner.ends_with(&run.execution.name), "this run drives it now, not {owner}");
    });
    assert_eq!(world.simulator(|dms| dms.ledger().times_dropped()), Some(0));
}

pub(crate) fn a_task_that_differs_is_run_as_it_is_when_the_plan_says_so(stage: &Stage<'_>) {
    let world = stage.world(EVENING, never_started(scenario()));
    let run = stage.run(&world, &with(plan(), "OnDrift", json!("Ignore")));
    run.expect("Succeeded").says("TargetTablePrepMode");
    assert_eq!(run.calls("ModifyReplicationTask").len(), 0);
}
