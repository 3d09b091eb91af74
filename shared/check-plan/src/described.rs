//! What `aws dms describe-replication-tasks` answered: its tasks, and which of them a plan names.

use plan::clean::one_line;
use plan::finding::Findings;
use plan::text::{self, NotTaken};
use plan::{ExternalTask, MigrationType, Plan, TaskPlan, stop_position, together};
use serde_json::{Map, Value, json};

/// How many other tasks are named.
const SHOWN: usize = 3;

/// A task as DMS describes it.
pub type Described = Map<String, Value>;

/// The tasks of an answer, or the one that stands alone.
pub fn tasks(answer: &str) -> Result<Vec<Described>, String> {
    let answer = text::parse(answer).map_err(|fault: NotTaken| fault.in_words())?.value;
    let tasks = match answer.get("ReplicationTasks").and_then(Value::as_array) {
        Some(tasks) => tasks.clone(),
        None => vec![answer],
    };
    let described = |task: Value| match task {
        Value::Object(task) if task.contains_key("ReplicationTaskIdentifier") => Ok(task),
        _ => Err("this is no answer of describe-replication-tasks, and no task of one".to_owned()),
    };
    tasks.into_iter().map(described).collect()
}

/// The one among these tasks that a plan names; none for a plan that describes its task in full.
///
/// # Errors
/// When it names one that is not among them.
pub fn of<'t>(plan: &Plan, tasks: &'t [Described]) -> Result<Option<&'t Described>, String> {
    let TaskPlan::External(name) = &plan.task else { return Ok(None) };
    match tasks.iter().find(|task| is_named(task, name)) {
        Some(task) => Ok(Some(task)),
        None => {
            let named =
                tasks.iter().filter_map(|task| text_of(task, "ReplicationTaskIdentifier")).take(SHOWN);
            let named: Vec<String> = named.map(one_line).collect();
            Err(format!("the task {} is not described there, but {}", plan.name(), named.join(", ")))
        }
    }
}

/// The findings that need the type of a task that somebody else keeps: by its description where there is one, else what can
/// be said of any type. None for a plan that describes its task in full, which was read with its type.
pub fn findings(plan: &Plan, task: Option<&Described>, now: jiff::Timestamp) -> Findings {
    let mut findings = Findings::default();
    match (&plan.task, task) {
        (TaskPlan::Request(_), _) => {}
        (TaskPlan::External(_), None) => together::check_unknown_type(plan, "", &mut findings),
        (TaskPlan::External(_), Some(task)) => {
            let word = text_of(task, "MigrationType").unwrap_or_default();
            together::check_type(plan, &MigrationType::from(word.to_owned()), "", &mut findings);
            stop_position::check(&json!({ "Task": task }), now, &mut findings);
        }
    }
    findings
}

/// Identifiers are the same whatever their capitals.
fn is_named(task: &Described, name: &ExternalTask) -> bool {
    match name {
        ExternalTask::ReplicationTaskArn(arn) => {
            text_of(task, "ReplicationTaskArn").is_some_and(|own| own == arn.to_string())
        }
        ExternalTask::ReplicationTaskIdentifier(identifier) => {
            text_of(task, "ReplicationTaskIdentifier").is_some_and(|own| own.eq_ignore_ascii_case(identifier))
        }
    }
}

/// The text that a task has there.
pub(crate) fn text_of<'t>(task: &'t Described, name: &str) -> Option<&'t str> {
    task.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}
