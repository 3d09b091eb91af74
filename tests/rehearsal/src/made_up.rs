//! A world made up from a plan: what the plan names exists, and its mapping selects plausible tables. So anybody's plan
//! can be rehearsed without a scenario.

use dms_simulator::Scenario;
use dms_simulator::scenario::{ExistingTask, Lag, SourceTable};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use migration::survey::engines;
use migration::time::window::{self, Opening};
use plan::finding::Findings;
use plan::window::When;
use plan::{ExternalTask, Plan, TaskPlan, TaskRequest};
use serde_json::{Value, json};

const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:MADEUPINSTANCEAAAAAAAAAAAAA";
const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:MADEUPSOURCEAAAAAAAAAAAAAA";
const TARGET: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:MADEUPTARGETAAAAAAAAAAAAAA";

/// Engines to choose from, the usual ones first.
const SOURCES: [&str; 5] = ["postgres", "mysql", "oracle", "sqlserver", "mongodb"];
const TARGETS: [&str; 4] = ["aurora-postgresql", "oracle", "s3", "kinesis"];

/// Names for what a wildcard stands for.
const SCHEMAS: [&str; 2] = ["crm", "billing"];
const TABLES: [&str; 4] = ["customers", "orders", "order_items", "invoices"];

/// The most tables that are made up.
const MAX_TABLES: usize = 200;

/// A scenario in which this plan can run.
pub fn scenario(plan: &Plan) -> Scenario {
    let mut scenario = match &plan.task {
        TaskPlan::Request(request) => for_request(request),
        TaskPlan::External(kept) => for_kept(kept),
    };
    // A source in which something happens.
    scenario.lag = Lag { behind_seconds: 900.0, floor_seconds: 1.0, ..Lag::default() };
    scenario
}

fn for_request(request: &TaskRequest) -> Scenario {
    let mapping = request.table_mappings.json().cloned().unwrap_or(Value::Null);
    let (source, target) = engines(request);
    with_tables(
        Scenario::default()
            .with_instance(&request.replication_instance_arn.to_string(), "made-up-instance")
            .with_source(&request.source_endpoint_arn.to_string(), "made-up-source", source)
            .with_target(&request.target_endpoint_arn.to_string(), "made-up-target", target),
        &mapping,
    )
}

/// The first two engines of which the request asks nothing that they cannot do.
fn engines(request: &TaskRequest) -> (&'static str, &'static str) {
    let pairs = SOURCES.iter().flat_map(|source| TARGETS.iter().map(move |target| (*source, *target)));
    let faults = |(source, target): &(&'static str, &'static str)| {
        let mut findings = Findings::default();
        engines::check(request, source, target, &mut findings);
        findings.into_sorted().len()
    };
    pairs.min_by_key(faults).unwrap_or((SOURCES[0], TARGETS[0]))
}

fn for_kept(kept: &ExternalTask) -> Scenario {
    let mapping = json!({"rules": [{
        "rule-type": "selection", "rule-id": "1", "rule-name": "all",
        "object-locator": {"schema-name": "%", "table-name": "%"}, "rule-action": "include",
    }]});
    let (arn, identifier) = match kept {
        ExternalTask::ReplicationTaskArn(arn) => (Some(arn.to_string()), "kept-elsewhere".to_owned()),
        ExternalTask::ReplicationTaskIdentifier(identifier) => (None, identifier.clone()),
    };
    let mut scenario = with_tables(
        Scenario::default()
            .with_instance(INSTANCE, "made-up-instance")
            .with_source(SOURCE, "made-up-source", "postgres")
            .with_target(TARGET, "made-up-target", "aurora-postgresql"),
        &mapping,
    );
    scenario.tasks.push(ExistingTask {
        replication_task_arn: arn,
        replication_task_identifier: identifier,
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        table_mappings: mapping,
        ..ExistingTask::default()
    });
    scenario
}

/// Tables for every rule of the mapping that takes some in.
fn with_tables(mut scenario: Scenario, mapping: &Value) -> Scenario {
    let rules = mapping.get("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for rule in rules {
        let text = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        if text("/rule-type") != "selection" || text("/rule-action") == "exclude" {
            continue;
        }
        for schema in spelled_out(text("/object-locator/schema-name"), &SCHEMAS) {
            for table in spelled_out(text("/object-locator/table-name"), &TABLES) {
                let known = |t: &SourceTable| t.schema_name == schema && t.table_name == table;
                if scenario.source_tables.len() < MAX_TABLES && !scenario.source_tables.iter().any(known) {
                    // Plausible and different, so that one sees tables come in one after the other.
                    let nth = scenario.source_tables.len() as u64;
                    let rows = 40_000 + 37_000 * (nth * nth % 11);
                    scenario = scenario.with_table(&schema, &table, rows, 150.0 + rows as f64 / 900.0);
                }
            }
        }
    }
    scenario
}

/// A pattern of a selection rule as names: itself, or one name for each word in place of its wildcard.
fn spelled_out(pattern: &str, words: &[&str]) -> Vec<String> {
    // [a-d] and [_] each stand for one character: the first will do.
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some((before, class)) = rest.split_once('[') {
        plain.push_str(before);
        let (class, after) = class.split_once(']').unwrap_or((class, ""));
        plain.push(class.chars().next().unwrap_or('x'));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.contains('%') {
        return vec![plain];
    }
    let upper = plain.chars().any(char::is_alphabetic) && !plain.chars().any(char::is_lowercase);
    words
        .iter()
        .map(|word| {
            let word = if upper { word.to_uppercase() } else { (*word).to_owned() };
            plain.replacen('%', &word, 1).replace('%', "")
        })
        .collect()
}

/// When to rehearse a plan whose time was not chosen: just after its window opens, an hour before it stops replicating,
/// or now.
pub fn beginning(plan: &Plan, now: Timestamp) -> Timestamp {
    let soon_after =
        |opened: Timestamp| opened.saturating_add(SignedDuration::from_secs(30)).unwrap_or(opened);
    if let Some(scheduled) = plan.scheduled_time {
        return soon_after(scheduled);
    }
    if let Some(plan_window) = &plan.window {
        match window::at(plan_window, None, now) {
            Opening::Shut { next: Some(next) } => return soon_after(next),
            Opening::Open { opened, .. } if matches!(plan_window.when, When::Hours(_)) => {
                return soon_after(opened);
            }
            _ => {}
        }
    }
    let stop = plan.request().and_then(|request| {
        let (_, time) = request.cdc_stop_position.as_deref()?.split_once(':')?;
        TimeZone::UTC.to_timestamp(time.trim().parse::<DateTime>().ok()?).ok()
    });
    stop.and_then(|stop| stop.checked_sub(SignedDuration::from_hours(1)).ok()).unwrap_or(now)
}

/// The zone in which a plan's times are meant.
pub fn zone(plan: &Plan) -> TimeZone {
    match plan.window.as_ref().map(|window| &window.when) {
        Some(When::Hours(hours)) => TimeZone::get(&hours.time_zone).unwrap_or(TimeZone::UTC),
        _ => TimeZone::UTC,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_becomes_names_that_it_selects() {
        assert_eq!(spelled_out("orders", &TABLES), ["orders"]);
        assert_eq!(spelled_out("%", &SCHEMAS), ["crm", "billing"]);
        assert_eq!(spelled_out("ORD_%", &["a", "b"]), ["ORD_A", "ORD_B"]);
        assert_eq!(spelled_out("t[a-d]x[_]%", &["1"]), ["tax_1"]);
        assert_eq!(spelled_out("x[", &TABLES), ["xx"]);
    }
}
