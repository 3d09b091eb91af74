//! Where the task that exists differs from the one that the plan describes. Only what the plan states is compared, and
//! `TargetTablePrepMode`, which decides what becomes of rows: DMS fills settings up with its defaults, answers nulls and
//! log names that nobody set, and never returns a start time.

use serde_json::Value;

use crate::run::observation::Route;
use plan::finding::{Code, Findings};
use plan::located::quoted;
use plan::settings::PrepMode;
use plan::{MigrationType, OnDrift, Plan, TaskRequest, settings};

/// The longest list of differences that is told.
const MAX_NAMED: usize = 20;

/// What DMS describes of a task, as far as a plan can state it.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Endpoints and instance.
    pub route: Route,
    /// The type.
    pub migration_type: MigrationType,
    /// The mapping document, as text.
    pub table_mappings: Option<String>,
    /// The settings in force, as text.
    pub settings: Option<String>,
    /// Where replication began.
    pub cdc_start_position: Option<String>,
    /// Where replication ends.
    pub cdc_stop_position: Option<String>,
    /// Supplemental information.
    pub task_data: Option<String>,
}

/// The differences, each in a line; none when the task is what the plan states.
pub fn differences(request: &TaskRequest, task: &Described) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |member: &str, stated: &str, actual: &str| {
        if stated != actual {
            found.push(format!(
                "{member}: the plan states {}, the task has {}",
                quoted(stated),
                quoted(actual)
            ));
        }
    };
    compare("SourceEndpointArn", &request.source_endpoint_arn.to_string(), &task.route.source.to_string());
    compare("TargetEndpointArn", &request.target_endpoint_arn.to_string(), &task.route.target.to_string());
    compare(
        "ReplicationInstanceArn",
        &request.replication_instance_arn.to_string(),
        &task.route.instance.to_string(),
    );
    compare("MigrationType", request.migration_type.as_str(), task.migration_type.as_str());
    for (member, stated, actual) in [
        ("CdcStartPosition", &request.cdc_start_position, &task.cdc_start_position),
        ("CdcStopPosition", &request.cdc_stop_position, &task.cdc_stop_position),
        ("TaskData", &request.task_data, &task.task_data),
    ] {
        if let Some(stated) = stated {
            compare(member, stated, actual.as_deref().unwrap_or_default());
        }
    }
    if let Some(stated) = request.table_mappings.json()
        && !same_document(Some(stated), parsed(&task.table_mappings).as_ref())
    {
        found.push("TableMappings: the rules differ".to_owned());
    }
    if let Some(stated) = request.replication_task_settings.as_ref().and_then(|document| document.json()) {
        let actual = parsed(&task.settings).unwrap_or(Value::Null);
        compare_settings(&mut Vec::new(), stated, &actual, &mut found);
    }
    found.extend(unstated_prep_mode(request, task));
    let more = found.len().saturating_sub(MAX_NAMED);
    found.truncate(MAX_NAMED);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    found
}

/// A plan that states no `TargetTablePrepMode` has its task created with the one that keeps rows. A task with another one,
/// made so by whomever, would empty or drop the tables that it loads.
fn unstated_prep_mode(request: &TaskRequest, task: &Described) -> Option<String> {
    let stated = request.replication_task_settings.as_ref().and_then(|document| document.json());
    let loads =
        request.migration_type != MigrationType::Cdc && stated.and_then(settings::prep_mode).is_none();
    let actual = parsed(&task.settings).filter(|_| loads)?;
    // DMS's default.
    let actual = settings::prep_mode(&actual).unwrap_or(PrepMode::DropAndCreate);
    (actual != PrepMode::DoNothing).then(|| {
        format!(
            "ReplicationTaskSettings.FullLoadSettings.TargetTablePrepMode: the plan states none, for which a task is created \
             with \"DO_NOTHING\", the task has {}",
            quoted(actual.as_str())
        )
    })
}

/// Names the differences in the report of a run that takes the task as it is.
pub fn warn(plan: &Plan, differences: &[String], findings: &mut Findings) {
    for difference in differences.iter().filter(|_| plan.on_drift == OnDrift::Ignore) {
        findings.add("/Task", Code::Drift, difference);
    }
}

fn parsed(text: &Option<String>) -> Option<Value> {
    serde_json::from_str(text.as_deref()?).ok()
}

/// Every setting that the plan states must be in force; what it does not state may be anything. What DMS does not echo,
/// or answers as null, is its default: a task shows no `ValidationSettings` while validation is off.
fn compare_settings<'a>(path: &mut Vec<&'a str>, stated: &'a Value, actual: &Value, found: &mut Vec<String>) {
    match stated {
        Value::Null => {}
        Value::Object(members) => {
            for (name, stated) in members {
                let actual = actual.get(name).unwrap_or(&Value::Null);
                path.push(name);
                compare_settings(path, stated, actual, found);
                path.pop();
            }
        }
        _ if same_document(Some(stated), Some(actual)) => {}
        _ if absent(actual) && same_document(Some(stated), settings::default_of(path).as_ref()) => {}
        _ => found.push(format!(
            "{}: the plan states {}, the task has {}",
            quoted(&format!("ReplicationTaskSettings.{}", path.join("."))).trim_matches('"'),
            quoted(&stated.to_string()),
            quoted(&actual.to_string())
        )),
    }
}

/// True when two documents say the same: nulls and empty lists are absent, and a number is its own text, since DMS
/// answers some of what it takes as a string as a number and the other way round.
fn same_document(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one.filter(|v| !absent(v)), other.filter(|v| !absent(v))) {
        (None, None) => true,
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            one.iter().all(|(name, value)| same_document(Some(value), other.get(name)))
                && other.iter().all(|(name, value)| one.contains_key(name) || absent(value))
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same_document(Some(one), Some(other)))
        }
        (Some(one), Some(other)) => scalar(one) == scalar(other),
        _ => false,
    }
}

fn absent(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nulls_empty_lists_and_numbers_in_strings_are_no_difference() {
        let same = |one: Value, other: Value| same_document(Some(&one), Some(&other));
        assert!(same(json!({"rule-id": "1", "filters": []}), json!({"rule-id": 1, "value": null})));
        assert!(!same(json!({"rule-id": "1"}), json!({"rule-id": "2"})));
        assert!(!same(json!({"rules": [1]}), json!({"rules": [1, 2]})));
        assert!(!same(json!({}), json!({"a": 1})));
    }

    #[test]
    fn only_stated_settings_count() {
        let mut found = Vec::new();
        let actual = json!({"Logging": {"EnableLogging": false, "CloudWatchLogGroup": "x"}, "Other": 1});
        let stated = json!({"Logging": {"EnableLogging": false}, "New": null});
        compare_settings(&mut Vec::new(), &stated, &actual, &mut found);
        assert_eq!(found, Vec::<String>::new());
        let stated = json!({"Logging": {"EnableLogging": true}});
        compare_settings(&mut Vec::new(), &stated, &actual, &mut found);
        let word = "ReplicationTaskSettings.Logging.EnableLogging";
        assert_eq!(found, [format!("{word}: the plan states \"true\", the task has \"false\"")]);
    }

    /// A live task without them shows no `ValidationSettings` and null for `TTSettings`.
    #[test]
    fn what_dms_does_not_echo_is_its_default() {
        let echoed = json!({"Logging": {"EnableLogging": false}, "TTSettings": null});
        let differs = |stated: Value| {
            let mut found = Vec::new();
            compare_settings(&mut Vec::new(), &stated, &echoed, &mut found);
            found
        };
        for same in [
            json!({"ValidationSettings": {"EnableValidation": false}}),
            json!({"ValidationSettings": {"EnableValidation": false, "ThreadCount": 5, "TableFailureMaxCount": 1000}}),
            json!({"TTSettings": {"EnableTT": false, "TTRecordSettings": null}}),
        ] {
            assert_eq!(differs(same.clone()), [""; 0], "{same}");
        }
        for (other, word) in [
            (
                json!({"ValidationSettings": {"EnableValidation": true}}),
                "ValidationSettings.EnableValidation",
            ),
            (json!({"ValidationSettings": {"ThreadCount": 7}}), "ValidationSettings.ThreadCount"),
            (json!({"TTSettings": {"EnableTT": true}}), "TTSettings.EnableTT"),
            (json!({"Hyper": {"Drive": false}}), "Hyper.Drive"),
        ] {
            let found = differs(other.clone());
            assert!(found.len() == 1 && found[0].contains(word), "{other}: {found:?}");
        }
    }
}
