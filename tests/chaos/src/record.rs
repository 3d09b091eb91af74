//! What a referee is given of a story that was told.

use std::collections::BTreeMap;

use dms_simulator::Scenario;
use dms_simulator::ledger::Change as Happened;
use dms_simulator::scenario::What;
use referee::{Call, Change, Deed, Entry, Execution, Message, Record, SourceTable, Task, Turn};
use serde_json::Value;
use virtual_aws::{World, execution_arn};

use crate::event::Event;
use crate::night::Shared;
use crate::story::{Story, Told};

/// What the world itself does not know of what was told in it.
#[derive(Clone, Debug, Default)]
pub struct Given<'a> {
    /// The world as it began.
    pub scenario: Scenario,
    /// Executions that somebody has stopped.
    pub aborted: &'a [String],
    pub deeds: Vec<Deed>,
    /// Any table may be in error by what happens inside DMS.
    pub errs: bool,
}

/// What the referee is given of what was told in a world.
pub fn record(world: &World, given: Given<'_>) -> Record {
    let calls = world.calls();
    let turns = world.dms(|dms| dms.turns().to_vec());
    let executions = world.executions().into_iter().map(|execution| Execution {
        arn: execution_arn(&execution.name),
        aborted: given.aborted.contains(&execution.name),
        name: execution.name,
        input: execution.input,
        began: execution.began,
        ended: execution.ended,
        redrives: execution.redrives,
    });
    let suspends = given.scenario.troubles.iter().any(|trouble| trouble.what == What::SuspendTable);
    Record {
        executions: executions.collect(),
        faults: calls.iter().filter(|call| is_trouble(call)).map(|call| call.at).collect(),
        tasks: tasks(&given.scenario, &calls, &turns),
        calls: known_calls(&calls),
        messages: world.messages().iter().map(message).collect(),
        ledger: world.ledger().entries().iter().map(entry).collect(),
        turns: turns
            .iter()
            .map(|turn| Turn {
                at: turn.at,
                task: turn.task_arn.clone(),
                status: turn.status.map(|status| status.as_str().to_owned()),
            })
            .collect(),
        tables: given
            .scenario
            .source_tables
            .iter()
            .map(|table| SourceTable {
                name: format!("{}.{}", table.schema_name, table.table_name),
                errs: table.error.is_some() || given.errs,
                may_be_suspended: suspends,
                differs: table.validation_state != "Validated",
            })
            .collect(),
        deeds: given.deeds,
        until: world.clock().now(),
    }
}

/// What went on, a line each.
pub fn lines(world: &World, record: &Record) -> Vec<String> {
    let mut lines: Vec<(jiff::Timestamp, String)> = Vec::new();
    for call in &world.calls() {
        let changes = !call.operation.starts_with("Describe") && !call.operation.starts_with("List");
        if (changes && call.service != "states" && call.service != "sns" && call.service != "cloudwatch")
            || call.fault.is_some()
        {
            let heard = match (&call.fault, &call.error) {
                (Some(fault), _) => format!(" [{fault}]"),
                (None, Some(error)) => format!(" {error}"),
                (None, None) => String::new(),
            };
            let kind =
                call.request.get("StartReplicationTaskType").and_then(Value::as_str).unwrap_or_default();
            lines.push((call.at, format!("{} {} {kind}{heard}", call.execution, call.operation)));
        }
    }
    for turn in &record.turns {
        lines.push((turn.at, format!("    DMS: {}", turn.status.as_deref().unwrap_or("gone"))));
    }
    for entry in &record.ledger {
        lines.push((entry.at, format!("    {}: {:?}", entry.table, entry.what)));
    }
    for deed in &record.deeds {
        lines.push((deed.at, format!("  somebody: {}", deed.what)));
    }
    for message in &world.messages() {
        lines.push((message.at, format!("  {} tells: {}", message.execution, message.subject)));
    }
    for execution in &world.executions() {
        lines.push((
            execution.began,
            format!(
                "{} begins {}",
                execution.name,
                if execution.input.get("CloseOut").is_some() {
                    execution.input.to_string()
                } else {
                    String::new()
                }
            ),
        ));
        if let Some(ended) = execution.ended {
            lines.push((ended, format!("{} ends {}", execution.name, execution.status)));
        }
    }
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(at, words)| format!("{at} {words}")).collect()
}

pub(crate) fn told(story: &Story, world: &World, shared: Shared) -> Told {
    let errs = story.events.iter().any(|(_, event)| matches!(event, Event::Inside { .. }));
    let scenario = story.world();
    let record = record(world, Given { scenario, aborted: &shared.aborted, deeds: shared.deeds, errs });
    Told {
        faults: world.calls().iter().filter_map(words_of_its_fault).collect(),
        ends: world.executions().iter().map(|execution| execution.status.to_owned()).collect(),
        lines: lines(world, &record),
        violations: Vec::new(),
        record,
    }
}

/// AWS did not do what it does on other days.
fn is_trouble(call: &virtual_aws::Call) -> bool {
    call.fault.is_some() || call.error.as_deref() == Some("ThrottlingException")
}

/// Lambda was to invoke a function, or the one that stops was at work.
fn is_asked_to_stop(call: &virtual_aws::Call) -> bool {
    call.service == "lambda" || call.function.name() == "stop" || call.operation == "StopReplicationTask"
}

/// The calls of which a referee knows. Of some nobody can know whether the service took them: no answer came, or the
/// function that had it ended before it could say so.
fn known_calls(calls: &[virtual_aws::Call]) -> Vec<Call> {
    let mut functions_end: BTreeMap<&str, bool> = BTreeMap::new();
    let mut known = Vec::new();
    for asked in calls {
        let ends = functions_end.entry(&asked.execution).or_default();
        let ends_here = asked.fault.as_deref().is_some_and(|fault| fault.starts_with("function "));
        if asked.service == "lambda" {
            *ends = ends_here;
        }
        let unanswered = *ends || ends_here || asked.status.is_none_or(|status| status >= 500);
        if asked.taken || is_asked_to_stop(asked) || unanswered {
            known.push(call(asked, unanswered));
        }
    }
    known
}

fn call(call: &virtual_aws::Call, unanswered: bool) -> Call {
    Call {
        at: call.at,
        service: call.service.clone(),
        operation: call.operation.clone(),
        function: call.function.name().to_owned(),
        execution: call.execution.clone(),
        request: call.request.clone(),
        taken: call.taken,
        unanswered,
    }
}

fn message(message: &virtual_aws::Message) -> Message {
    let text = |name: &str| message.bodies.get(name).and_then(Value::as_str).unwrap_or_default();
    let body =
        serde_json::from_str(text("sqs")).unwrap_or_else(|_| Value::String(text("default").to_owned()));
    Message { at: message.at, topic: message.topic.clone(), body }
}

fn entry(entry: &dms_simulator::ledger::Entry) -> Entry {
    let what = match entry.what {
        Happened::Created => Change::Created,
        Happened::Dropped { rows } => Change::Dropped { rows },
        Happened::Truncated { rows } => Change::Truncated { rows },
        Happened::LoadBegan => Change::LoadBegan,
        Happened::LoadEnded { rows, complete } => Change::LoadEnded { rows, complete },
        Happened::FilledByHand { .. } => Change::FilledByHand,
        Happened::EmptiedByHand { .. } => Change::EmptiedByHand,
    };
    let table = format!("{}.{}", entry.key.schema, entry.key.table);
    Entry { at: entry.at, task: entry.task_arn.clone(), table, what }
}

/// Those of the scenario, and those that were created.
fn tasks(scenario: &Scenario, calls: &[virtual_aws::Call], turns: &[dms_simulator::Turn]) -> Vec<Task> {
    let existing = scenario.tasks.iter().map(|task| Task {
        arn: task.replication_task_arn.clone().unwrap_or_default(),
        identifier: task.replication_task_identifier.clone(),
        migration_type: task.migration_type.clone(),
    });
    let created = calls.iter().filter(|call| call.operation == "CreateReplicationTask" && call.taken);
    let created = created.filter_map(|call| {
        let text = |name: &str| call.request.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let turn = turns.iter().find(|turn| {
            turn.at == call.at && turn.status.is_some_and(|status| status.as_str() == "creating")
        })?;
        Some(Task {
            arn: turn.task_arn.clone(),
            identifier: text("ReplicationTaskIdentifier"),
            migration_type: text("MigrationType"),
        })
    });
    existing.chain(created).collect()
}

/// What struck a call, in words; an invocation that Lambda refuses is another thing than a call that a service refuses.
fn words_of_its_fault(call: &virtual_aws::Call) -> Option<String> {
    let words = call.fault.as_ref()?;
    let is_refusal = call.service == "lambda" && words.starts_with("answered ");
    Some(if is_refusal { format!("invocation {words}") } else { words.clone() })
}
