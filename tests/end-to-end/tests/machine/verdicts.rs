//! What a run ends with, and what it tells.

use dms_simulator::scenario::{ConnectionFailure, SourceTable, TargetTable, Trouble, What};
use serde_json::json;

use crate::stage::{EVENING, SOURCE, Stage, TARGET, TASK, plan, scenario, with};

pub(crate) fn a_full_load_succeeds_and_costs_little(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan());
    run.expect("Succeeded").says("all 3 tables are complete").says("rows not verified").says("132,000 read");
    assert_eq!(run.starts(), ["start-replication"]);
    assert_eq!(run.calls("CreateReplicationTask").len(), 1);
    run.task(TASK, |task| {
        let owner = &task.tags()["dms-orchestrator-owner"];
        assert!(owner.ends_with(&run.execution.name), "{owner}");
    });
    // Some twelve minutes, polled every 15 seconds at first.
    let polls = stage
        .stack
        .answers(&run.execution.name)
        .iter()
        .filter(|c| c.function.as_deref() == Some("poll"))
        .count();
    assert!(polls < 50, "{polls} polls\n{}", run.story());
    assert_eq!(run.messages().len(), 1);
}

pub(crate) fn a_table_in_error_is_named(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.source_tables.push(SourceTable::new("crm", "refunds", 5_000, 60.0).failing(
        "duplicate key",
        700,
        None,
    ));
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &plan());
    run.expect("PartlyFailed").says("3 of 4 tables are complete").says("crm.refunds: Table error");
    let named = &run.last_message().json["Verdict"]["NamedTables"];
    assert_eq!(named[0]["Name"], "crm.refunds");
    // One warning on the way, one final message.
    let events: Vec<_> = run.messages().iter().map(|message| message.json["Event"].clone()).collect();
    assert_eq!(events, ["Warning", "Finished"]);

    let tolerant = with(with(plan(), "OnTableErrors", json!("Warn")), "Start", json!("Reload"));
    stage.run(&world, &tolerant).expect("SucceededWithWarnings").says("crm.refunds");
}

pub(crate) fn a_task_that_fails_tells_what_dms_says(stage: &Stage<'_>) {
    let message = "Last Error Replication out of memory. Stop Reason FATAL_ERROR Error Level FATAL";
    let trouble = Trouble::after(90.0, What::Fail).with_message(message);
    let world = stage.world(EVENING, scenario().with_trouble(trouble));
    stage.run(&world, &plan()).expect("Failed").says("Replication out of memory");
}

pub(crate) fn the_same_plan_again_is_skipped_and_refresh_loads_again(stage: &Stage<'_>) {
    let world = stage.world(EVENING, scenario());
    stage.run(&world, &plan()).expect("Succeeded");
    let again = stage.run(&world, &plan());
    again.expect("Skipped").says("there is nothing to do");
    assert_eq!(again.starts(), Vec::<String>::new());

    let refresh = stage.run(&world, &with(plan(), "Start", json!("Refresh")));
    refresh.expect("Succeeded");
    assert_eq!(refresh.starts(), ["reload-target"]);
    let doubled = world.simulator(|dms| dms.ledger().rows_loaded_twice());
    assert_eq!(doubled, Some(0));
}

pub(crate) fn rows_put_in_by_hand_survive_a_plan_without_a_prep_mode(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.target_tables.push(TargetTable {
        schema_name: "crm".to_owned(),
        table_name: "customers".to_owned(),
        rows: 17,
        ..TargetTable::default()
    });
    let mut plan = plan();
    plan["Task"]["ReplicationTaskSettings"] = json!(null);
    let world = stage.world(EVENING, scenario);
    stage.run(&world, &plan).expect("Succeeded").says("DO_NOTHING");
    world.simulator(|dms| {
        assert_eq!(dms.ledger().rows_by_hand(), 17);
        assert_eq!((dms.ledger().times_dropped(), dms.ledger().times_truncated()), (0, 0));
    });
}

pub(crate) fn two_faults_are_both_named_and_nothing_is_created(stage: &Stage<'_>) {
    let mut plan = plan();
    plan["Task"]["MigrationType"] = json!("cdc");
    plan["Task"]["CdcStartTime"] = json!("2018-03-08T12:12:12");
    plan["Task"]["CdcStartPosition"] = json!("now");
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan);
    run.expect("Rejected").says("/Task/CdcStartTime").says("/Task/CdcStartPosition");
    assert_eq!(world.simulator(|dms| dms.tasks().count()), Some(0));
    assert_eq!(run.calls("CreateReplicationTask").len(), 0);
}

pub(crate) fn what_is_no_plan_is_rejected_and_told(stage: &Stage<'_>) {
    for input in [json!([]), json!("x"), json!({}), json!(null), json!(7)] {
        let world = stage.world(EVENING, scenario());
        stage.run(&world, &input).expect("Rejected");
    }
}

pub(crate) fn a_failed_connection_test_is_told(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.connection_tests.failures.push(ConnectionFailure {
        endpoint_arn: TARGET.to_owned(),
        message: "Test Endpoint failed: Application-Status: 1020912".to_owned(),
        ..ConnectionFailure::default()
    });
    let world = stage.world(EVENING, scenario);
    stage.run(&world, &plan()).expect("Rejected").says("1020912").says(TARGET);
    assert_eq!(world.simulator(|dms| dms.tasks().count()), Some(0));
}

pub(crate) fn an_endpoint_of_the_wrong_kind_is_told(stage: &Stage<'_>) {
    let mut plan = plan();
    plan["Task"]["SourceEndpointArn"] = json!(TARGET);
    plan["Task"]["TargetEndpointArn"] = json!(SOURCE);
    let world = stage.world(EVENING, scenario());
    let run = stage.run(&world, &plan);
    run.expect("Rejected").says("a source endpoint is needed").says("a target endpoint is needed");
    assert_eq!(run.calls("TestConnection").len(), 0);
}

pub(crate) fn a_full_storage_is_told(stage: &Stage<'_>) {
    let mut scenario = scenario();
    for instance in &mut scenario.replication_instances {
        instance.replication_instance_status = "storage-full".to_owned();
    }
    let world = stage.world(EVENING, scenario);
    stage.run(&world, &plan()).expect("Rejected").says("storage-full").says("enlarge its storage");
}

pub(crate) fn a_load_so_fast_that_running_was_never_seen_succeeds(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.source_tables.clear();
    scenario.durations.starting = 1.0;
    scenario.durations.stopping = 1.0;
    let world = stage.world(EVENING, scenario.with_table("crm", "flags", 12, 0.5));
    let run = stage.run(&world, &plan());
    run.expect("Succeeded").says("the one table is complete");
    let seen = run.calls("DescribeReplicationTasks");
    let statuses = seen.iter().filter_map(|call| call.answer["ReplicationTasks"][0]["Status"].as_str());
    assert!(statuses.into_iter().all(|status| status != "running"), "{}", run.story());
}
