//! A plan as a referee reads it: JSON, member by member, with the defaults of the manual (`docs/plan.md`).

use serde_json::Value;

use crate::record::{Record, Task};

fn word<'a>(plan: &'a Value, pointer: &str) -> Option<&'a str> {
    plan.pointer(pointer)?.as_str()
}

pub fn start(plan: &Value) -> &str {
    word(plan, "/Start").unwrap_or("Auto")
}

pub fn is_preflight(plan: &Value) -> bool {
    word(plan, "/Mode") == Some("Preflight")
}

pub fn on_abort(plan: &Value) -> &str {
    word(plan, "/OnAbort").unwrap_or("AsAtClose")
}

pub fn on_table_errors(plan: &Value) -> &str {
    word(plan, "/OnTableErrors").unwrap_or("Fail")
}

pub fn then_stop(plan: &Value) -> bool {
    word(plan, "/Then") == Some("Stop")
}

/// `AtClose`, where the plan states it.
pub fn at_close(plan: &Value) -> Option<&str> {
    word(plan, "/Window/AtClose")
}

/// The task is somebody else's: the plan only names it.
pub fn is_external(plan: &Value) -> bool {
    word(plan, "/Task/SourceEndpointArn").is_none()
}

pub fn identifier(plan: &Value) -> Option<&str> {
    word(plan, "/Task/ReplicationTaskIdentifier")
}

/// The task that the plan is about, of those that there ever were: the last one.
pub fn task<'a>(plan: &Value, record: &'a Record) -> Option<&'a Task> {
    let arn = word(plan, "/Task/ReplicationTaskArn");
    record.tasks.iter().rev().find(|task| {
        arn == Some(task.arn.as_str())
            || identifier(plan).is_some_and(|name| name.eq_ignore_ascii_case(&task.identifier))
    })
}

pub fn migration_type<'a>(plan: &'a Value, record: &'a Record) -> &'a str {
    let stated = word(plan, "/Task/MigrationType");
    stated.or_else(|| task(plan, record).map(|task| task.migration_type.as_str())).unwrap_or("full-load")
}

/// `TargetTablePrepMode`, where the plan states it.
pub fn prepares(plan: &Value) -> Option<&str> {
    word(plan, "/Task/ReplicationTaskSettings/FullLoadSettings/TargetTablePrepMode")
}

/// The plan agrees that this table may be emptied or dropped before it is loaded: it states such a mode, or takes a task
/// as somebody else has made it.
pub fn lets_rows_go(plan: &Value) -> bool {
    let stated = prepares(plan).is_some_and(|mode| mode != "DO_NOTHING");
    stated || is_external(plan) || word(plan, "/OnDrift") == Some("Ignore")
}

/// `at work` is stopped when the window closes.
pub fn stops_at_close(plan: &Value, record: &Record) -> bool {
    match at_close(plan) {
        Some(stated) => stated == "Stop",
        None => migration_type(plan, record) == "full-load",
    }
}

/// Whether the plan's mapping takes this table, `schema.table`. Of a pattern only `%` alone is understood.
pub fn selects(plan: &Value, table: &str) -> bool {
    let Some(rules) = plan.pointer("/Task/TableMappings/rules").and_then(Value::as_array) else {
        return true;
    };
    let (schema, name) = table.split_once('.').unwrap_or_default();
    let fits = |rule: &&Value| {
        let is =
            |member: &str, is: &str| matches!(word(rule, member), Some(word) if word == "%" || word == is);
        is("/object-locator/schema-name", schema) && is("/object-locator/table-name", name)
    };
    let action = |action: &str| {
        rules
            .iter()
            .filter(|rule| word(rule, "/rule-type") == Some("selection"))
            .filter(|rule| word(rule, "/rule-action") == Some(action))
            .any(|rule| fits(&rule))
    };
    action("include") && !action("exclude")
}
