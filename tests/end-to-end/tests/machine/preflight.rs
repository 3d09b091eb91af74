//! Pre-flights: what a run would meet, told without touching anything.

use dms_simulator::scenario::{
    ConnectionFailure, EngineVersion, ExistingTask, PendingMaintenanceAction, Refusal, TaskState,
};
use serde_json::{Value, json};

use crate::stage::{EVENING, INSTANCE, Run, SOURCE, Stage, TARGET, TASK, plan, scenario, window, with};

fn preflight(plan: Value) -> Value {
    with(plan, "Mode", json!("Preflight"))
}

/// No call but one that looks, or that tests a connection.
#[track_caller]
fn touched_nothing(run: &Run<'_>) {
    for operation in [
        "CreateReplicationTask",
        "ModifyReplicationTask",
        "StartReplicationTask",
        "StopReplicationTask",
        "ReloadTables",
        "AddTagsToResource",
        "RemoveTagsFromResource",
        "DeleteReplicationTask",
    ] {
        assert_eq!(run.calls(operation).len(), 0, "{operation}\n{}", run.story());
    }
    let messages: Vec<_> = run.messages().iter().map(|message| message.json["Event"].clone()).collect();
    assert_eq!(messages, ["Finished"]);
}

pub(crate) fn of_a_good_plan_creates_nothing_and_says_what_a_run_would_do(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &preflight(plan()));
    run.expect("Ready").says("a run creates it and starts it with start-replication").says("without Mode");
    touched_nothing(&run);
    assert_eq!(run.last_message().json["Severity"], "info");
    assert_eq!(run.calls("TestConnection").len(), 2, "neither connection was tested before");
    assert_eq!(world.simulator(|dms| dms.tasks().count()), Some(0));

    stage.run(&world, &plan()).expect("Succeeded");
    let again = stage.run(&world, &preflight(plan()));
    again.expect("Ready").says("a run would be Skipped, there is nothing to do");
    assert_eq!(again.calls("TestConnection").len(), 0);
    touched_nothing(&again);
    let refresh = stage.run(&world, &preflight(with(plan(), "Start", json!("Refresh"))));
    refresh.expect("Ready").says("a run starts the task with reload-target");
    touched_nothing(&refresh);
}

pub(crate) fn outside_its_window_says_when_it_opens(stage: &Stage<'_>) {
    let nightly = preflight(with(plan(), "Window", window("22:00", "05:00")));
    let world = stage.world("2026-11-20T11:00:00Z", scenario());
    let run = stage.run(&world, &nightly);
    run.expect("Ready")
        .says("opens next at 2026-11-20 22:00 CET")
        .says("shut, opens next at 2026-11-20 22:00 CET");
    touched_nothing(&run);
}

pub(crate) fn four_faults_are_all_named_in_one_message(stage: &Stage<'_>) {
    let mut faulty = preflight(plan());
    faulty["Task"]["ReplicationTaskIdentifier"] = json!("orders--nightly");
    faulty["Task"]["MigrationType"] = json!("cdc");
    faulty["Task"]["CdcStartTime"] = json!("2018-03-08T12:12:12");
    faulty["Task"]["CdcStartPosition"] = json!("4AF/B00000D0");
    faulty["Task"]["CdcStopPosition"] = json!("server_time:2026-12-01T04:00:00");
    faulty["Task"]["TargetEndpointArn"] = faulty["Task"]["ReplicationInstanceArn"].clone();
    faulty["OnTableErrors"] = json!("Forgive");
    for plan in [faulty.clone(), with(faulty, "Mode", json!("Migrate"))] {
        let world = stage.world(EVENING, scenario());
        let run = stage.run(&world, &plan);
        run.expect("Rejected").says("the plan has 4 faults; nothing was created, started or changed");
        for (place, code) in [
            ("/Task/ReplicationTaskIdentifier", "bad-identifier"),
            ("/Task/CdcStartTime", "cdc-start-twice"),
            ("/Task/TargetEndpointArn", "wrong-arn"),
            ("/OnTableErrors", "unknown-word"),
        ] {
            run.says(place).says(code);
        }
        touched_nothing(&run);
        assert_eq!(run.calls("TestConnection").len(), 0, "nothing is tested for a plan that is rejected");
    }
}

pub(crate) fn both_failed_connections_are_told(stage: &Stage<'_>) {
    let mut scenario = scenario();
    for (endpoint, message) in [(SOURCE, "password authentication failed"), (TARGET, "no route to host")] {
        scenario.connection_tests.failures.push(ConnectionFailure {
            endpoint_arn: endpoint.to_owned(),
            message: message.to_owned(),
            ..ConnectionFailure::default()
        });
    }
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &preflight(plan()));
    run.expect("Rejected").says("password authentication failed").says("no route to host");
    touched_nothing(&run);
}

pub(crate) fn a_task_that_differs_is_named_as_the_plan_says(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    stage.run(&world, &plan()).expect("Succeeded");
    let mut other = preflight(plan());
    other["Task"]["ReplicationTaskSettings"]["FullLoadSettings"]["MaxFullLoadSubTasks"] = json!(3);
    for (on_drift, verdict, words) in [
        ("Reject", "Rejected", "is not the one that the plan describes"),
        ("Modify", "Rejected", "it has run before"),
        ("Ignore", "Ready", "a run takes the task as it is"),
    ] {
        let run = stage.run(&world, &with(other.clone(), "OnDrift", json!(on_drift)));
        run.expect(verdict).says(words).says("MaxFullLoadSubTasks");
        touched_nothing(&run);
    }
}

pub(crate) fn a_task_at_work_is_left_alone(stage: &Stage<'_>) {
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
    let look = stage.run(&world, &preflight(plan()));
    let first = stage.end(&world, first);
    first.expect("Succeeded");
    look.expect("Ready").says("another run drives the task now").says(&first.execution.arn);
    touched_nothing(&look);
    look.task(TASK, |task| {
        let owner = &task.tags()["dms-orchestrator-owner"];
        assert!(owner.ends_with(&first.execution.name), "the first run drives it, not {owner}");
    });
}

pub(crate) fn what_the_engines_cannot_do_is_told(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.endpoints[0].engine_name = "aurora-postgresql".to_owned();
    let world = stage.world(EVENING, scenario);
    let mut plan = plan();
    plan["Task"]["TableMappings"]["rules"].as_array_mut().unwrap().push(json!({
        "rule-type": "table-settings", "rule-id": "2", "rule-name": "in-parallel",
        "object-locator": {"schema-name": "crm", "table-name": "orders"}, "parallel-load": {"type": "partitions-auto"},
    }));
    for plan in [preflight(plan.clone()), plan] {
        let run = stage.run(&world, &plan);
        run.expect("Rejected").says("/Task/TableMappings/rules/1/parallel-load").says("by ranges only");
        touched_nothing(&run);
    }
}

/// Another task that selects everything.
fn another(state: TaskState) -> ExistingTask {
    ExistingTask {
        replication_task_identifier: "another".to_owned(),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        state,
        ..ExistingTask::default()
    }
}

pub(crate) fn maintenance_in_the_window_and_another_writer_are_warnings(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.replication_instances[0].preferred_maintenance_window = "sat:01:00-sat:01:30".to_owned();
    scenario.replication_instances[0].pending_modified_values = Some(json!({"EngineVersion": "3.6.1"}));
    scenario.replication_instances[0].pending_maintenance_actions = vec![PendingMaintenanceAction {
        action: "os-upgrade".to_owned(),
        forced_apply_date: Some("2026-11-20T23:00:00Z".parse().unwrap()),
        ..PendingMaintenanceAction::default()
    }];
    scenario.replication_instances[0].free_storage_space = Some(1e9);
    scenario.replication_instances[0].freeable_memory = Some(1e8);
    scenario.engine_versions = vec![EngineVersion {
        version: "3.5.4".to_owned(),
        force_upgrade_date: Some("2026-11-15T00:00:00Z".parse().unwrap()),
        ..EngineVersion::default()
    }];
    scenario.tasks.push(another(TaskState::Loaded));
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &preflight(with(plan(), "Window", window("22:00", "05:00"))));
    run.expect("Ready")
        .says("(sat:01:00-sat:01:30 UTC) falls into the window from 2026-11-20 22:00 CET")
        .says("EngineVersion 3.6.1")
        .says(
            "\"os-upgrade\" of the replication instance is forced at 2026-11-21 00:00 CET, inside the window",
        )
        .says("from version \"3.5.4\" is forced since 2026-11-15 01:00 CET")
        .says("0.9 GiB of free storage in the last hour")
        .says("0.1 GiB of memory to give in the last hour")
        .says("the task \"another\" (\"stopped\") writes the same tables");
    touched_nothing(&run);

    // What may not be asked is missing from the report, and nothing else is.
    let denied = ["DescribePendingMaintenanceActions", "DescribeEngineVersions"];
    let scenario = denied.into_iter().fold(crate::stage::scenario(), |scenario, operation| {
        scenario.with_refusal(Refusal::each(operation, "AccessDeniedException", "not authorized"))
    });
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &preflight(plan()));
    run.expect("Ready")
        .says("what maintenance waits for it was not looked at")
        .says("how long its version lasts was not looked at");
    touched_nothing(&run);
}

pub(crate) fn a_target_that_another_task_is_loading_is_told(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.tasks.push(another(TaskState::Loading));
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &preflight(plan()));
    run.expect("Rejected")
        .says("the task \"another\" is loading tables of this target now under DROP_AND_CREATE");
    touched_nothing(&run);
}
