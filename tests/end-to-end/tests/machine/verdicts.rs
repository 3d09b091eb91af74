//! What a run ends with, and what it tells.

use dms_simulator::scenario::{ConnectionFailure, SourceTable, SourceTableGroup, TargetTable, Trouble, What};
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

/// Deeper than any reader of JSON goes: the functions' runtime is given it all the same.
pub(crate) fn what_no_reader_takes_is_rejected_and_told(stage: &Stage<'_>) {
    for levels in [100, 140] {
        let deep = (0..levels).fold(json!(1), |inner, _| json!({ "Task": [inner] }));
        let world = stage.world(EVENING, scenario());
        stage.run(&world, &deep).expect("Rejected").says("more than 64 levels of lists and objects");
    }
}

/// As large as an execution takes it, less what the machine puts around it.
pub(crate) fn a_plan_that_fills_an_execution_is_rejected_and_told(stage: &Stage<'_>) {
    for kib in [200, 255] {
        let bare = with(plan(), "Comment", json!(""));
        let room = kib * 1024 - bare.to_string().len();
        let world = stage.world(EVENING, scenario());
        let run = stage.run(&world, &with(bare, "Comment", json!("x".repeat(room))));
        run.expect("Rejected").says(&format!("the plan has {} bytes, the most is 163840", kib * 1024));
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

pub(crate) fn a_table_in_error_on_the_last_of_three_pages_is_named(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.source_tables.clear();
    scenario.source_table_groups.push(SourceTableGroup {
        schema_name: "crm".to_owned(),
        table_prefix: "part_".to_owned(),
        count: 249,
        rows: 10,
        load_seconds: 2.0,
        ..SourceTableGroup::default()
    });
    let last = SourceTable::new("crm", "zzz_last", 10, 2.0).failing("duplicate key", 3, None);
    scenario.source_tables.push(last);
    scenario.behaviour.most_per_page = Some(100);
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &plan());
    run.expect("PartlyFailed")
        .says("249 of 250 tables are complete, 1 is not")
        .says("crm.zzz_last: Table error");
    let pages = run.calls("DescribeTableStatistics");
    let last_pass: Vec<bool> =
        pages.iter().rev().take(3).map(|page| page.answer["Marker"].is_string()).collect();
    assert_eq!(last_pass, [false, true, true], "three pages, the last without a marker");
}

pub(crate) fn rows_that_differ_are_told(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.source_tables.push(SourceTable {
        validation_state: "Mismatched records".to_owned(),
        validation_failed_records: 7,
        ..SourceTable::new("crm", "payments", 5_000, 60.0)
    });
    let mut plan = plan();
    plan["Task"]["ReplicationTaskSettings"]["ValidationSettings"] = json!({"EnableValidation": true});
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &plan);
    run.expect("PartlyFailed")
        .says("the rows of 1 table were not found equal")
        .says("crm.payments: 7 rows differ");
    assert_eq!(run.last_message().json["Verdict"]["Verified"], false);

    let tolerant = with(with(plan, "OnValidationErrors", json!("Warn")), "Start", json!("Reload"));
    stage.run(&world, &tolerant).expect("SucceededWithWarnings").says("crm.payments: 7 rows differ");
}

pub(crate) fn a_table_that_the_mapping_names_and_that_never_appears_is_named(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.behaviour.explicit_tables_show = false;
    let mut plan = plan();
    plan["Task"]["TableMappings"]["rules"].as_array_mut().unwrap().push(json!({
        "rule-type": "selection", "rule-id": "2", "rule-name": "one", "rule-action": "explicit",
        "object-locator": {"schema-name": "crm", "table-name": "contracts"},
    }));
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &plan);
    run.expect("PartlyFailed").says("crm.contracts: named by the mapping, not listed by DMS");
}

pub(crate) fn counters_that_come_late_are_waited_for(stage: &Stage<'_>) {
    let mut scenario = scenario();
    scenario.durations.counters_lag = 60.0;
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &plan());
    run.expect("Succeeded").says("all 3 tables are complete");
}

pub(crate) fn a_table_in_error_is_loaded_again_when_the_plan_says_so(stage: &Stage<'_>) {
    let mut scenario = scenario();
    let once = SourceTable::new("crm", "refunds", 5_000, 60.0).failing("deadlock", 700, Some(1));
    scenario.source_tables.push(once);
    let world = stage.world(EVENING, scenario);
    let run = stage.run(&world, &with(plan(), "OnTableErrors", json!("Reload")));
    run.expect("Succeeded").says("all 4 tables are complete");
    let reloads = run.calls("ReloadTables");
    assert_eq!(reloads.len(), 1, "{}", run.story());
    assert_eq!(reloads[0].request["TablesToReload"], json!([{"SchemaName": "crm", "TableName": "refunds"}]));
    assert_eq!(world.simulator(|dms| dms.ledger().rows_loaded_twice()), Some(0));
}
