//! A world made up from a plan: what the plan names exists, and its mapping selects plausible tables. So anybody's plan
//! can be rehearsed without a scenario.

use dms_simulator::Scenario;
use dms_simulator::scenario::{Connection, ExistingTask, Lag, SourceTable, TaskState};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use local_aws::Place;
use migration::survey::engines;
use migration::time::window::{self, Opening};
use plan::finding::Findings;
use plan::window::When;
use plan::{ExternalTask, Plan, TaskPlan, TaskRequest};
use serde_json::{Value, json};

use crate::arguments::Kept;

/// Engines to choose from, the usual ones first.
const SOURCES: [&str; 5] = ["postgres", "mysql", "oracle", "sqlserver", "mongodb"];
const TARGETS: [&str; 4] = ["aurora-postgresql", "oracle", "s3", "kinesis"];

/// Names for what a wildcard stands for.
const SCHEMAS: [&str; 2] = ["crm", "billing"];
const TABLES: [&str; 4] = ["customers", "orders", "order_items", "invoices"];

/// The most tables that are made up.
const MAX_TABLES: usize = 200;

/// A world to rehearse in, and what of it is made up.
#[derive(Clone, Debug)]
pub struct MadeUp {
    /// The world.
    pub scenario: Scenario,
    /// What is made up, each in a sentence that says how one gives one's own.
    pub said: Vec<String>,
}

/// The task that exists, as far as it is known.
#[derive(Clone, Debug)]
pub enum Existing {
    /// What AWS printed about it, with the name of the file.
    Described(Box<Scenario>, String),
    /// Nothing but what it is to be.
    MadeUp(Kept),
    /// Nothing: it is made up where a plan speaks of a task that somebody else keeps, and is not there where a plan
    /// describes its own.
    Unsaid,
}

/// A scenario in which this plan can run.
pub fn scenario(plan: &Plan) -> Scenario {
    world(plan, Existing::Unsaid, &Place::default()).map(|made_up| made_up.scenario).unwrap_or_default()
}

/// A world in which this plan can run, at this place.
///
/// # Errors
/// When what AWS printed, or the type that is named, is not about the plan's task.
pub fn world(plan: &Plan, existing: Existing, place: &Place) -> Result<MadeUp, String> {
    let (mut scenario, given) = match (&existing, &plan.task) {
        (Existing::Described(described, file), _) => {
            let mut scenario = described.as_ref().clone();
            keep_only(&mut scenario, plan, file)?;
            (scenario, None)
        }
        (Existing::MadeUp(kept), _) => (Scenario::default(), Some(*kept)),
        (Existing::Unsaid, TaskPlan::External(_)) => (Scenario::default(), Some(Kept::default())),
        (Existing::Unsaid, TaskPlan::Request(_)) => (Scenario::default(), None),
    };
    if let Some(kept) = given {
        scenario.tasks.push(match &plan.task {
            TaskPlan::External(task) => made_up_task(kept, task, place),
            TaskPlan::Request(request) => of_request(kept, request)?,
        });
    }
    let mut made = surroundings(&mut scenario, plan);
    tested(&mut scenario);
    made.extend(tables(&mut scenario, plan));
    let mut said = Vec::new();
    if given.is_some() {
        let name = match &plan.task {
            TaskPlan::External(ExternalTask::ReplicationTaskArn(arn)) => arn.tail(),
            TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(identifier)) => identifier,
            TaskPlan::Request(request) => &request.replication_task_identifier,
        };
        let words = scenario.tasks.first().map(|task| standing(task, scenario.source_tables.len()));
        let words = words.unwrap_or_default();
        said.push(format!("task {name} is made up: {words}; TASK=described.json takes yours"));
    }
    if !made.is_empty() {
        said.push(format!("made up: {}; SCENARIO=world.json takes yours", made.join(", ")));
    }
    // A source in which something happens.
    if scenario.lag == Lag::default() {
        scenario.lag = Lag { behind_seconds: 900.0, floor_seconds: 1.0, ..Lag::default() };
    }
    Ok(MadeUp { scenario, said })
}

/// Keeps the task that the plan is about; what else the file holds somebody pasted along with it.
fn keep_only(scenario: &mut Scenario, plan: &Plan, file: &str) -> Result<(), String> {
    let is_meant = |task: &ExistingTask| match &plan.task {
        TaskPlan::External(ExternalTask::ReplicationTaskArn(arn)) => {
            task.replication_task_arn.as_deref() == Some(arn.to_string().as_str())
        }
        TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(identifier)) => {
            task.replication_task_identifier.eq_ignore_ascii_case(identifier)
        }
        TaskPlan::Request(request) => {
            task.replication_task_identifier.eq_ignore_ascii_case(&request.replication_task_identifier)
        }
    };
    let held: Vec<String> =
        scenario.tasks.iter().map(|task| task.replication_task_identifier.clone()).collect();
    scenario.tasks.retain(is_meant);
    if scenario.tasks.is_empty() {
        let held =
            if held.is_empty() { "no task".to_owned() } else { format!("the task {}", held.join(", ")) };
        return Err(format!(
            "{file} holds {held}, and the plan is about {}; print that one with aws dms describe-replication-tasks",
            plan.name()
        ));
    }
    Ok(())
}

/// A task of which the plan has only the name.
fn made_up_task(kept: Kept, task: &ExternalTask, place: &Place) -> ExistingTask {
    let (arn, identifier) = match task {
        ExternalTask::ReplicationTaskArn(arn) => (arn.to_string(), "kept-elsewhere".to_owned()),
        ExternalTask::ReplicationTaskIdentifier(identifier) => {
            (place.arn("dms", "task:MADEUPTASKAAAAAAAAAAAAAAAAA"), identifier.clone())
        }
    };
    ExistingTask {
        replication_task_arn: Some(arn),
        replication_task_identifier: identifier,
        source_endpoint_arn: place.arn("dms", "endpoint:MADEUPSOURCEAAAAAAAAAAAAAA"),
        target_endpoint_arn: place.arn("dms", "endpoint:MADEUPTARGETAAAAAAAAAAAAAA"),
        replication_instance_arn: place.arn("dms", "rep:MADEUPINSTANCEAAAAAAAAAAAAA"),
        migration_type: kept.migration_type.as_str().to_owned(),
        table_mappings: json!({"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "all-of-crm",
            "object-locator": {"schema-name": "crm", "table-name": "%"}, "rule-action": "include",
        }]}),
        state: kept.state,
        ..ExistingTask::default()
    }
}

/// The task that a plan describes, as if it were there already.
fn of_request(kept: Kept, request: &TaskRequest) -> Result<ExistingTask, String> {
    if kept.migration_type.as_str() != request.migration_type.as_str() {
        return Err(format!(
            "--task (TASK=) says {}, and the task of the plan is {}",
            kept.migration_type.as_str(),
            request.migration_type.as_str()
        ));
    }
    let stated = request.replication_task_settings.as_ref().and_then(|document| document.json());
    Ok(ExistingTask {
        replication_task_identifier: request.replication_task_identifier.clone(),
        source_endpoint_arn: request.source_endpoint_arn.to_string(),
        target_endpoint_arn: request.target_endpoint_arn.to_string(),
        replication_instance_arn: request.replication_instance_arn.to_string(),
        migration_type: request.migration_type.as_str().to_owned(),
        table_mappings: request.table_mappings.json().cloned().unwrap_or(Value::Null),
        replication_task_settings: Some(plan::settings::for_creation(stated)),
        state: kept.state,
        ..ExistingTask::default()
    })
}

/// A task that exists, in words.
fn standing(task: &ExistingTask, tables: usize) -> String {
    let loaded = match task.migration_type.as_str() {
        "cdc" => "replicating only".to_owned(),
        _ => format!("{} loaded", counted(tables)),
    };
    let state = match (task.state, task.migration_type.as_str()) {
        (TaskState::NeverRun, _) => "ready, never run".to_owned(),
        (TaskState::Loaded, _) | (TaskState::Replicating | TaskState::FailedReplicating, "full-load") => {
            format!("stopped, {loaded}")
        }
        (TaskState::StoppedHalfWay, _) => "stopped in the middle of its load".to_owned(),
        (TaskState::FailedHalfWay, _) => "failed in the middle of its load".to_owned(),
        (TaskState::FailedReplicating, _) => format!("failed, {loaded}"),
        (TaskState::Loading, _) => "running, in the middle of its load".to_owned(),
        (TaskState::Replicating, _) => format!("running, {loaded}"),
    };
    format!("{}, {state}", task.migration_type)
}

fn counted(tables: usize) -> String {
    if tables == 1 { "1 table".to_owned() } else { format!("{tables} tables") }
}

/// Instances and endpoints that the plan or the task names, where the world does not have them yet; what was made up.
fn surroundings(scenario: &mut Scenario, plan: &Plan) -> Vec<String> {
    let mut named: Vec<[String; 3]> = scenario
        .tasks
        .iter()
        .map(|task| [&task.replication_instance_arn, &task.source_endpoint_arn, &task.target_endpoint_arn])
        .map(|arns| arns.map(String::clone))
        .collect();
    if let Some(request) = plan.request() {
        let arns =
            [&request.replication_instance_arn, &request.source_endpoint_arn, &request.target_endpoint_arn];
        named.push(arns.map(ToString::to_string));
    }
    let (source_engine, target_engine) = plan.request().map_or((SOURCES[0], TARGETS[0]), engines);
    let mut made = Vec::new();
    for [instance, source, target] in named {
        if !scenario.replication_instances.iter().any(|known| known.replication_instance_arn == instance) {
            *scenario = std::mem::take(scenario).with_instance(&instance, "made-up-instance");
            made.push("its instance".to_owned());
        }
        let knows =
            |scenario: &Scenario, arn: &str| scenario.endpoints.iter().any(|it| it.endpoint_arn == arn);
        if !knows(scenario, &source) {
            *scenario = std::mem::take(scenario).with_source(&source, "made-up-source", source_engine);
            made.push(format!("its source ({source_engine})"));
        }
        if !knows(scenario, &target) {
            *scenario = std::mem::take(scenario).with_target(&target, "made-up-target", target_engine);
            made.push(format!("its target ({target_engine})"));
        }
    }
    made
}

/// What has run once has had its connections tested.
fn tested(scenario: &mut Scenario) {
    for task in scenario.tasks.iter().filter(|task| task.state != TaskState::NeverRun) {
        for endpoint in [&task.source_endpoint_arn, &task.target_endpoint_arn] {
            let known = |it: &Connection| {
                it.endpoint_arn == *endpoint && it.replication_instance_arn == task.replication_instance_arn
            };
            if !scenario.connections.iter().any(known) {
                scenario.connections.push(Connection {
                    endpoint_arn: endpoint.clone(),
                    replication_instance_arn: task.replication_instance_arn.clone(),
                    ..Connection::default()
                });
            }
        }
    }
}

/// Tables of the source, where the world has none yet: as many as the mappings select.
fn tables(scenario: &mut Scenario, plan: &Plan) -> Option<String> {
    if !scenario.all_source_tables().is_empty() {
        return None;
    }
    let document = |mappings: &Value| match mappings {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.clone(),
    };
    let of_plan = plan.request().and_then(|request| request.table_mappings.json().cloned());
    let of_task = scenario.tasks.iter().map(|task| document(&task.table_mappings));
    for mapping in of_plan.into_iter().chain(of_task).collect::<Vec<_>>() {
        *scenario = with_tables(std::mem::take(scenario), &mapping);
    }
    Some(format!("{} in the source", counted(scenario.source_tables.len())))
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
    use dms_simulator::MigrationType;

    const ARN: &str = "arn:aws:dms:eu-central-1:210987654321:task:K55IUCGBASJS5VHZJIINA45FII";

    fn plan(task: Value) -> Plan {
        plan::read::read(&json!({ "Task": task })).plan.unwrap()
    }

    fn place() -> Place {
        Place { region: "eu-central-1".to_owned(), account: "210987654321".to_owned(), ..Place::default() }
    }

    #[test]
    fn a_task_of_which_only_the_name_is_known_is_one_to_resume() {
        let plan = plan(json!({ "ReplicationTaskArn": ARN }));
        let made_up = world(&plan, Existing::Unsaid, &place()).unwrap();
        assert_eq!(
            made_up.said,
            [
                "task K55IUCGBASJS5VHZJIINA45FII is made up: full-load-and-cdc, stopped, 4 tables loaded; \
                 TASK=described.json takes yours",
                "made up: its instance, its source (postgres), its target (aurora-postgresql), 4 tables in the source; \
                 SCENARIO=world.json takes yours",
            ]
        );
        assert_eq!(made_up.scenario.contradictions(), Vec::<String>::new());
        let instance = &made_up.scenario.replication_instances[0].replication_instance_arn;
        assert!(instance.starts_with("arn:aws:dms:eu-central-1:210987654321:rep:"), "{instance}");
    }

    #[test]
    fn each_state_to_choose_is_said_in_words() {
        let plan = plan(json!({ "ReplicationTaskIdentifier": "orders" }));
        for (kind, state, words) in [
            (MigrationType::FullLoad, TaskState::NeverRun, "full-load, ready, never run"),
            (MigrationType::FullLoad, TaskState::Replicating, "full-load, stopped, 4 tables loaded"),
            (
                MigrationType::FullLoad,
                TaskState::StoppedHalfWay,
                "full-load, stopped in the middle of its load",
            ),
            (MigrationType::Cdc, TaskState::Loaded, "cdc, stopped, replicating only"),
            (
                MigrationType::FullLoadAndCdc,
                TaskState::Replicating,
                "full-load-and-cdc, running, 4 tables loaded",
            ),
            (
                MigrationType::FullLoadAndCdc,
                TaskState::FailedReplicating,
                "full-load-and-cdc, failed, 4 tables loaded",
            ),
        ] {
            let made_up =
                world(&plan, Existing::MadeUp(Kept { migration_type: kind, state }), &place()).unwrap();
            assert!(
                made_up.said[0].contains(&format!("task orders is made up: {words};")),
                "{:?}",
                made_up.said
            );
        }
    }

    #[test]
    fn the_task_that_a_plan_describes_can_be_there_already() {
        let task = support::plans::load_and_cdc().0;
        let plan = plan::read::read(&task).plan.unwrap();
        let kept = |migration_type| Existing::MadeUp(Kept { migration_type, state: TaskState::Replicating });
        let made_up = world(&plan, kept(MigrationType::FullLoadAndCdc), &place()).unwrap();
        assert_eq!(made_up.scenario.tasks[0].replication_task_identifier, "orders");
        assert!(
            made_up.said[0].contains("task orders is made up: full-load-and-cdc, running"),
            "{:?}",
            made_up.said
        );
        assert!(world(&plan, kept(MigrationType::Cdc), &place()).unwrap_err().contains("full-load-and-cdc"));
        assert!(world(&plan, Existing::Unsaid, &place()).unwrap().scenario.tasks.is_empty());
    }

    #[test]
    fn a_described_task_is_the_one_of_the_plan_and_what_it_lacks_is_made_up() {
        let described = json!({ "ReplicationTasks": [
            { "ReplicationTaskIdentifier": "other", "Status": "ready" },
            { "ReplicationTaskIdentifier": "orders", "ReplicationTaskArn": ARN, "Status": "stopped",
              "MigrationType": "full-load-and-cdc", "StopReason": "Stop Reason NORMAL",
              "SourceEndpointArn": "arn:aws:dms:eu-central-1:210987654321:endpoint:MINE",
              "TargetEndpointArn": "arn:aws:dms:eu-central-1:210987654321:endpoint:YOURS",
              "ReplicationInstanceArn": "arn:aws:dms:eu-central-1:210987654321:rep:OURS",
              "ReplicationTaskStats": { "FullLoadProgressPercent": 100 },
              "TableMappings": "{\"rules\": [{\"rule-type\": \"selection\", \"rule-id\": \"1\", \"rule-name\": \"1\", \
               \"object-locator\": {\"schema-name\": \"shop\", \"table-name\": \"%\"}, \"rule-action\": \"include\"}]}" },
        ] });
        let described = Scenario::described(&described.to_string()).unwrap();
        let existing = || Existing::Described(Box::new(described.clone()), "described.json".to_owned());
        let made_up = world(&plan(json!({ "ReplicationTaskArn": ARN })), existing(), &place()).unwrap();
        assert_eq!(made_up.scenario.tasks.len(), 1);
        assert_eq!(made_up.scenario.tasks[0].state, TaskState::Loaded);
        assert!(made_up.scenario.source_tables.iter().all(|table| table.schema_name == "shop"));
        assert_eq!(
            made_up.scenario.endpoints[0].endpoint_arn,
            "arn:aws:dms:eu-central-1:210987654321:endpoint:MINE"
        );
        assert_eq!(made_up.said.len(), 1, "the task is not made up: {:?}", made_up.said);
        let error =
            world(&plan(json!({ "ReplicationTaskIdentifier": "third" })), existing(), &place()).unwrap_err();
        assert!(
            error.contains("described.json holds the task other, orders, and the plan is about third"),
            "{error}"
        );
    }

    #[test]
    fn a_pattern_becomes_names_that_it_selects() {
        assert_eq!(spelled_out("orders", &TABLES), ["orders"]);
        assert_eq!(spelled_out("%", &SCHEMAS), ["crm", "billing"]);
        assert_eq!(spelled_out("ORD_%", &["a", "b"]), ["ORD_A", "ORD_B"]);
        assert_eq!(spelled_out("t[a-d]x[_]%", &["1"]), ["tax_1"]);
        assert_eq!(spelled_out("x[", &TABLES), ["xx"]);
    }
}
