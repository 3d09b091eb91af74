//! Worlds at random: tables that are short, long or in error, tasks that are there, and each way that DMS may go where no
//! document says.

use dms_simulator::Scenario;
use dms_simulator::scenario::{ExistingTask, LagSpike, SourceTable, TargetTable, TaskState, Throttling};
use fastrand::Rng;
use serde_json::json;

use crate::plans::{Kind, often, one};

pub(crate) const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:I";
pub(crate) const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:S";
pub(crate) const TARGET: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:T";
pub(crate) const KEPT: &str = "arn:aws:dms:us-east-1:123456789012:task:KEPT";

/// The schema that plans take, and its tables.
pub(crate) const SCHEMA: &str = "shop";
pub(crate) const TABLES: [&str; 4] = ["customers", "orders", "refunds", "stock"];

pub(crate) fn scenario(random: &mut Rng, kind: Kind) -> Scenario {
    let mut scenario = Scenario::default()
        .with_instance(INSTANCE, "instance")
        .with_source(SOURCE, "source", "postgres")
        .with_target(TARGET, "target", "postgres");
    if often(random, 70) {
        scenario = scenario.with_connections_tested();
    }
    let slow = often(random, 35);
    for name in &TABLES[..random.usize(1..=TABLES.len())] {
        scenario.source_tables.push(table(random, name, slow));
    }
    if often(random, 15) {
        scenario.target_tables.push(TargetTable {
            schema_name: SCHEMA.to_owned(),
            table_name: TABLES[0].to_owned(),
            rows: 50,
            ..TargetTable::default()
        });
    }
    if kind.external {
        scenario.tasks.push(kept(random, kind));
    }
    durations(random, &mut scenario);
    behaviour(random, &mut scenario);
    if often(random, 30) {
        scenario.lag.behind_seconds = f64::from(random.u16(0..4000));
        scenario.lag.floor_seconds = one(random, &[0.0, 1.0, 5.0]);
    }
    if often(random, 10) {
        scenario.lag.spikes.push(LagSpike { after_seconds: 600.0, for_seconds: 1800.0, to_seconds: 1800.0 });
    }
    if often(random, 10) {
        scenario.throttling = Some(Throttling {
            burst: f64::from(random.u8(2..30)),
            per_second: one(random, &[0.2, 0.5, 2.0]),
        });
    }
    scenario
}

fn table(random: &mut Rng, name: &str, slow: bool) -> SourceTable {
    let seconds = if slow { random.u32(3_600..40_000) } else { random.u32(30..3_600) };
    let mut table = SourceTable::new(SCHEMA, name, random.u64(100..100_000), f64::from(seconds));
    if often(random, 7) {
        let times = one(random, &[Some(1), Some(2), None]);
        let after = random.u64(0..table.rows);
        table = table.failing("duplicate key", after, times);
    }
    if often(random, 8) {
        table.inserts_per_second = 2.0;
    }
    if often(random, 5) {
        table.validation_state = one(random, &["Mismatched records", "Suspended records"]).to_owned();
        table.validation_failed_records = 3;
    }
    table
}

/// A task that somebody else keeps.
fn kept(random: &mut Rng, kind: Kind) -> ExistingTask {
    let states = [
        TaskState::NeverRun,
        TaskState::NeverRun,
        TaskState::Loaded,
        TaskState::StoppedHalfWay,
        TaskState::FailedHalfWay,
        TaskState::Loading,
        TaskState::Replicating,
    ];
    let mode = one(random, &["TRUNCATE_BEFORE_LOAD", "DROP_AND_CREATE", "DO_NOTHING"]);
    ExistingTask {
        replication_task_identifier: "kept".to_owned(),
        replication_task_arn: Some(KEPT.to_owned()),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        migration_type: kind.migration_type.to_owned(),
        replication_task_settings: Some(json!({"FullLoadSettings": {"TargetTablePrepMode": mode}})),
        state: one(random, &states),
        ..ExistingTask::default()
    }
}

fn durations(random: &mut Rng, scenario: &mut Scenario) {
    let durations = &mut scenario.durations;
    if often(random, 15) {
        durations.starting = f64::from(random.u16(30..1500));
    }
    if often(random, 15) {
        durations.stopping = f64::from(random.u16(15..900));
    }
    if often(random, 15) {
        durations.describe_lag = f64::from(random.u8(1..60));
    }
    if often(random, 10) {
        durations.describe_lag_polls = random.u32(1..3);
    }
    if often(random, 15) {
        durations.stop_lag = f64::from(random.u8(3..60));
    }
    if often(random, 15) {
        durations.counters_lag = f64::from(random.u8(1..90));
    }
    if often(random, 15) {
        durations.statistics_lag = f64::from(random.u8(5..120));
    }
    if often(random, 10) {
        durations.creating = f64::from(random.u16(30..900));
    }
    if often(random, 10) {
        durations.modifying = f64::from(random.u16(30..900));
    }
    if often(random, 10) {
        durations.tags_count_after = f64::from(random.u8(1..200));
    }
}

fn behaviour(random: &mut Rng, scenario: &mut Scenario) {
    let behaviour = &mut scenario.behaviour;
    if often(random, 30) {
        behaviour.interrupted_table_state = "Full load".to_owned();
    }
    behaviour.idle_source = often(random, 20);
    behaviour.resume_loads_rest = often(random, 75);
    behaviour.most_per_page = often(random, 20).then_some(1);
    behaviour.nothing_found_is_empty = often(random, 20);
    behaviour.stop_refused_while_starting = often(random, 30);
    behaviour.stopped_load_is_finished = often(random, 30);
    behaviour.modified_endpoint_is_tested = often(random, 70);
    behaviour.explicit_tables_show = often(random, 70);
    behaviour.untested_is_not_found = often(random, 30);
    behaviour.last_marker_is_empty = often(random, 30);
    behaviour.unknown_filter_is_ignored = often(random, 30);
    behaviour.unknown_marker_starts_over = often(random, 30);
    behaviour.max_records_is_bent = often(random, 30);
}
