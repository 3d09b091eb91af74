//! A plan to start from, made of a task that exists: what DMS answered about it, without what only DMS can say.

use plan::embedded;
use plan::members::MEMBERS;
use plan::request::READ_ONLY;
use plan::settings::READ_ONLY_LOGGING;
use serde_json::{Map, Value, json};

/// Makes a plan of the answer of `describe-replication-tasks`, or of one task of it.
pub fn plan(answer: &str) -> Result<Value, String> {
    let answer: Value = serde_json::from_str(answer).map_err(|error| format!("this is not JSON: {error}"))?;
    let task = match answer.get("ReplicationTasks").and_then(Value::as_array) {
        Some(tasks) => match &tasks[..] {
            [task] => task,
            tasks => {
                return Err(format!(
                    "the answer holds {} tasks; keep the one to make a plan of",
                    tasks.len()
                ));
            }
        },
        None => &answer,
    };
    let Some(task) = task.as_object().filter(|task| task.contains_key("ReplicationTaskIdentifier")) else {
        return Err("this is no answer of describe-replication-tasks, and no task of one".to_owned());
    };
    Ok(json!({
        "Comment": "Made of a task that exists. It is adopted, and compared with this plan, when a run comes.",
        "Task": request(task),
    }))
}

fn request(task: &Map<String, Value>) -> Value {
    let mut request = Map::new();
    let asked_for = |name: &&str| !READ_ONLY.contains(name);
    for name in
        MEMBERS.iter().filter(|member| member.home == "Task").map(|member| member.name).filter(asked_for)
    {
        let Some(value) = task.get(name).filter(|value| !value.is_null()) else { continue };
        let value = match name {
            "TableMappings" | "ReplicationTaskSettings" => without_nulls(embedded::document(value)),
            _ => value.clone(),
        };
        request.insert(name.to_owned(), value);
    }
    if let Some(logging) = request.get_mut("ReplicationTaskSettings").and_then(|s| s.get_mut("Logging"))
        && let Some(logging) = logging.as_object_mut()
    {
        logging.retain(|name, _| !READ_ONLY_LOGGING.contains(&name.as_str()));
    }
    Value::Object(request)
}

/// Without the members that say nothing.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, without_nulls(value)))
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(without_nulls).collect()),
        value => value,
    }
}
