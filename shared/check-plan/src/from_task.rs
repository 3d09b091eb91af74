//! A plan to start from, made of a task that exists: what DMS answered about it, without what only DMS can say.

use plan::members::MEMBERS;
use plan::request::READ_ONLY;
use plan::settings::{self, PrepMode, READ_ONLY_LOGGING};
use plan::{MigrationType, embedded};
use serde_json::{Map, Value, json};

use crate::described::{self, Described, text_of};

/// Makes a plan of the answer of `describe-replication-tasks`, or of one task of it: the task is described in full, and
/// adopted.
pub fn plan(answer: &str) -> Result<Value, String> {
    let task = one_task(answer)?;
    Ok(json!({
        "Comment": "Made of a task that exists. It is adopted, and compared with this plan, when a run comes.",
        "Task": request(&task),
    }))
}

/// Makes a plan that only names the task, which somebody else keeps, with a window whose close fits its type.
pub fn external(answer: &str) -> Result<Value, String> {
    let task = one_task(answer)?;
    let name = |member: &str| text_of(&task, member).map(|name| json!({ member: name }));
    let settings = task.get("ReplicationTaskSettings").map(embedded::document);
    let prep_mode = settings.as_ref().and_then(settings::prep_mode);
    let (at_close, what) = match MigrationType::from(
        text_of(&task, "MigrationType").unwrap_or_default().to_owned(),
    ) {
        MigrationType::FullLoad if prep_mode == Some(PrepMode::DoNothing) => (
            "LeaveRunning",
            "Its load runs on past the close: its settings keep the rows in the target, so that a load that was stopped could not \
             be resumed.",
        ),
        MigrationType::FullLoad => (
            "Stop",
            "Its load ends by itself; what is not loaded at the close is stopped, and loaded in the next window.",
        ),
        MigrationType::Cdc | MigrationType::FullLoadAndCdc => {
            ("Stop", "It is resumed when the window opens, replicates until the close, and is stopped then.")
        }
        MigrationType::Other(word) => {
            return Err(format!("the migration type {word:?} of the task is not known"));
        }
    };
    Ok(json!({
        "Comment": format!("Runs a task that somebody else keeps. {what} Set the hours and the zone."),
        "Task": name("ReplicationTaskArn").or_else(|| name("ReplicationTaskIdentifier")),
        "Window": { "Opens": "22:00", "Closes": "05:00", "TimeZone": "UTC", "AtClose": at_close },
        "Until": "Stopped",
    }))
}

fn one_task(answer: &str) -> Result<Described, String> {
    let mut tasks = described::tasks(answer)?;
    match tasks.pop() {
        Some(task) if tasks.is_empty() => Ok(task),
        Some(_) => Err(format!("the answer holds {} tasks; keep the one to make a plan of", tasks.len() + 1)),
        None => Err("the answer holds no task".to_owned()),
    }
}

fn request(task: &Described) -> Value {
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
