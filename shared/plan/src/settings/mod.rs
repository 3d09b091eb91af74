//! Task settings: what this product reads from them, what it must take out, and what is wrong with them (DMS user
//! guide, task settings).

pub(super) mod catalogue;
mod check;
mod lobs;
mod prep_mode;
mod resync;
mod silence;
mod stated;
mod together;

use serde_json::Value;

use super::MigrationType;
use super::embedded;
use super::located::{Node, escaped, quoted};
use super::slips;
use crate::finding::{Code, Findings};

pub use prep_mode::PrepMode;

/// Logging keys that DMS answers and refuses to take ("cannot be set on create").
pub const READ_ONLY_LOGGING: [&str; 2] = ["CloudWatchLogGroup", "CloudWatchLogStream"];

/// What DMS answers to settings that it does not take; it says neither which nor why.
pub const DMS_ERROR: &str = "Invalid task settings JSON";

/// What people wrap a settings document in, because requests and templates call it so.
pub(super) const WRAPPERS: [&str; 2] = ["ReplicationTaskSettings", "TaskSettings"];

/// Reads a settings document; `None` when it is not one. What only replication has is a finding for a type without it.
pub fn read(
    node: &Node<'_>,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) -> Option<Value> {
    let mark = findings.mark();
    let settings = embedded::read(node, "ReplicationTaskSettings", findings);
    if settings == Err(embedded::Fault::List) {
        node.wrong_type("an object, or a string that holds one", findings);
    }
    findings.dms_would_say(mark, DMS_ERROR);
    let mut settings = settings.ok()?;
    take_out_what_is_read_only(&mut settings, &node.path, findings);
    take_out_a_wrapper(&mut settings, &node.path, findings);
    check::check(&mut settings, &node.path, migration_type, findings);
    together::check(&settings, &node.path, migration_type, findings);
    Some(settings)
}

/// An object or a text that holds the settings instead of being them.
fn take_out_a_wrapper(settings: &mut Value, place: &str, findings: &mut Findings) {
    let Some(settings) = settings.as_object_mut() else { return };
    let holds = |value: &Value| value.is_object() || value.is_string();
    let wraps = |name: &str| WRAPPERS.iter().any(|wrapper| slips::same_name(wrapper, name));
    let found: Vec<String> = settings
        .iter()
        .filter(|(name, value)| wraps(name) && holds(value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in found {
        settings.remove(&name);
        findings.add(
            &format!("{place}/{}", escaped(&name)),
            Code::SettingsWrapper,
            format!(
                "the settings are wrapped in {}, where DMS does not look for them: state what is inside it as \
                 ReplicationTaskSettings",
                quoted(&name)
            ),
        );
    }
}

fn take_out_what_is_read_only(settings: &mut Value, place: &str, findings: &mut Findings) {
    let Some(logging) = settings.get_mut("Logging").and_then(Value::as_object_mut) else { return };
    for key in READ_ONLY_LOGGING {
        if logging.remove(key).is_some_and(|value| !value.is_null()) {
            findings.add(
                &format!("{place}/Logging/{key}"),
                Code::ReadOnlySetting,
                format!("Logging.{key} is what DMS answers, and it refuses to take it; it is left out"),
            );
        }
    }
}

/// The TargetTablePrepMode that the settings state.
pub fn prep_mode(settings: &Value) -> Option<PrepMode> {
    settings.pointer("/FullLoadSettings/TargetTablePrepMode").and_then(Value::as_str).map(PrepMode::from)
}

/// True when the task stops by itself once its load is done.
pub fn stops_after_the_load(settings: &Value) -> bool {
    flag(settings, "/FullLoadSettings/StopTaskCachedChangesApplied")
        || flag(settings, "/FullLoadSettings/StopTaskCachedChangesNotApplied")
}

/// True when a flag is set.
pub fn flag(settings: &Value, pointer: &str) -> bool {
    settings.pointer(pointer).and_then(Value::as_bool).unwrap_or(false)
}

/// What DMS takes for the setting at this path of names where a task's own settings do not hold it, or hold null there;
/// `None` for one that is not in the catalogue, or has no default.
pub fn default_of(path: &[&str]) -> Option<Value> {
    let (last, sections) = path.split_last()?;
    let mut among = catalogue::SETTINGS;
    for section in sections {
        among = among.iter().find(|setting| setting.name == *section)?.keys();
    }
    among.iter().find(|setting| setting.name == *last)?.default_value()
}

/// The settings to create a task with: what the plan states, and a prep mode in any case, because DMS's own default
/// drops target tables.
pub fn for_creation(stated: Option<&Value>) -> Value {
    let stated = stated.filter(|settings| settings.is_object()).cloned();
    let mut settings = stated.unwrap_or_else(|| serde_json::json!({}));
    if prep_mode(&settings).is_none()
        && let Some(object) = settings.as_object_mut()
    {
        let section = object.entry("FullLoadSettings").or_insert(Value::Null);
        if !section.is_object() {
            *section = serde_json::json!({});
        }
        section["TargetTablePrepMode"] = Value::from(PrepMode::DoNothing.as_str());
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_setting_that_is_not_stated_has_the_catalogues_default() {
        assert_eq!(default_of(&["ValidationSettings", "EnableValidation"]), Some(json!(false)));
        assert_eq!(default_of(&["FullLoadSettings", "MaxFullLoadSubTasks"]), Some(json!(8)));
        for unknown in [&["ValidationSettings", "Hyper"][..], &["Hyper", "EnableValidation"], &["Hyper"], &[]]
        {
            assert_eq!(default_of(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn a_task_is_always_created_with_a_stated_prep_mode() {
        let mode = |stated: Value| prep_mode(&for_creation(Some(&stated)));
        assert_eq!(prep_mode(&for_creation(None)), Some(PrepMode::DoNothing));
        assert_eq!(mode(json!(null)), Some(PrepMode::DoNothing));
        assert_eq!(mode(json!({"FullLoadSettings": null})), Some(PrepMode::DoNothing));
        assert_eq!(mode(json!({"FullLoadSettings": {"CommitRate": 1}})), Some(PrepMode::DoNothing));
        let stated = json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}});
        assert_eq!(for_creation(Some(&stated)), stated);
    }
}
