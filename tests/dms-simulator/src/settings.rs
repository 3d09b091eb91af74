//! `ReplicationTaskSettings`: what a client gives, merged over what the service has by default.

use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::ledger::Preparation;

const DEFAULTS: &str = include_str!("settings/defaults.json");
const ALLOWED: [(&str, &[&str]); 4] = [
    ("/FullLoadSettings/TargetTablePrepMode", &["DO_NOTHING", "DROP_AND_CREATE", "TRUNCATE_BEFORE_LOAD"]),
    ("/ErrorBehavior/TableErrorPolicy", &["SUSPEND_TABLE", "STOP_TASK"]),
    ("/ErrorBehavior/DataErrorPolicy", &["IGNORE_RECORD", "LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK"]),
    ("/ErrorBehavior/TableErrorEscalationPolicy", &["STOP_TASK"]),
];

/// A task's effective settings: every section present, as DMS echoes them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings(Value);

impl Settings {
    /// What a task has that states nothing.
    pub(crate) fn service_defaults() -> Self {
        Self(serde_json::from_str(DEFAULTS).unwrap_or_else(|_| Value::Object(Map::new())))
    }

    /// The settings of a new task.
    pub(crate) fn on_create(given: Option<&str>) -> Result<Self, Fault> {
        let Some(given) = given else { return Ok(Self::service_defaults()) };
        let given = document(given)?;
        if log_names(&given).any(|name| !name.is_null()) {
            return Err(Fault::invalid_value(
                "Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create.",
            ));
        }
        Self::service_defaults().with(&given)
    }

    /// The settings of a task that exists already, as DMS echoes them.
    pub(crate) fn echoed(given: Option<&str>) -> Result<Self, Fault> {
        given.map_or_else(
            || Ok(Self::service_defaults()),
            |given| Self::service_defaults().with(&document(given)?),
        )
    }

    /// These settings with another document over them. The log names may be repeated, as DMS echoed them, but not
    /// changed (that they may be repeated is inferred).
    pub(crate) fn modified(&self, given: &str) -> Result<Self, Fault> {
        let given = document(given)?;
        let changed = self.clone().with(&given)?;
        if log_names(&given).any(|name| !name.is_null()) && !log_names(&self.0).eq(log_names(&changed.0)) {
            return Err(Fault::invalid_value(
                "Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be modified.",
            ));
        }
        Ok(changed)
    }

    /// Whether the two differ in nothing but how much the components log.
    pub(crate) fn differs_only_in_log_severity(&self, other: &Self) -> bool {
        let without = |settings: &Self| {
            let mut value = settings.0.clone();
            if let Some(logging) = value.get_mut("Logging").and_then(Value::as_object_mut) {
                logging.remove("LogComponents");
            }
            value
        };
        without(self) == without(other)
    }

    /// The document as DMS echoes it: without `ValidationSettings` while validation is off, and with null for
    /// `TTSettings` while time travel is (both seen in a live task of defaults).
    pub(crate) fn text(&self) -> String {
        let mut echoed = self.0.clone();
        if let Some(document) = echoed.as_object_mut() {
            if !self.validates() {
                document.remove("ValidationSettings");
            }
            if !self.flag("/TTSettings/EnableTT") {
                document.insert("TTSettings".to_owned(), Value::Null);
            }
        }
        echoed.to_string()
    }

    /// DMS names the log once a task with logging runs.
    pub(crate) fn name_log(&mut self, instance: &str, arn_tail: &str) {
        if self.flag("/Logging/EnableLogging")
            && let Some(logging) = self.0.get_mut("Logging").and_then(Value::as_object_mut)
        {
            logging.insert("CloudWatchLogGroup".to_owned(), format!("dms-tasks-{instance}").into());
            logging.insert("CloudWatchLogStream".to_owned(), format!("dms-task-{arn_tail}").into());
        }
    }

    pub(crate) fn preparation(&self) -> Preparation {
        match self.0.pointer("/FullLoadSettings/TargetTablePrepMode").and_then(Value::as_str) {
            Some("DO_NOTHING") => Preparation::DoNothing,
            Some("TRUNCATE_BEFORE_LOAD") => Preparation::TruncateBeforeLoad,
            _ => Preparation::DropAndCreate,
        }
    }

    pub(crate) fn parallel_loads(&self) -> usize {
        let stated = self.number("/FullLoadSettings/MaxFullLoadSubTasks").unwrap_or(8);
        usize::try_from(stated.clamp(1, 49)).unwrap_or(8)
    }

    pub(crate) fn fails_without_tables(&self) -> bool {
        self.flag("/ErrorBehavior/FailOnNoTablesCaptured")
    }

    /// How many table errors fail the whole task; none do by default, which is what makes a partial failure silent.
    pub(crate) fn table_errors_that_fail_the_task(&self) -> Option<usize> {
        let policy = self.0.pointer("/ErrorBehavior/TableErrorPolicy").and_then(Value::as_str);
        if policy == Some("STOP_TASK") {
            return Some(1);
        }
        let count = self.number("/ErrorBehavior/TableErrorEscalationCount").unwrap_or(0);
        usize::try_from(count).ok().filter(|&count| count > 0)
    }

    pub(crate) fn validates(&self) -> bool {
        self.flag("/ValidationSettings/EnableValidation")
    }

    pub(crate) fn stops_with_cached_changes_applied(&self) -> bool {
        self.flag("/FullLoadSettings/StopTaskCachedChangesApplied")
    }

    pub(crate) fn stops_before_cached_changes(&self) -> bool {
        self.flag("/FullLoadSettings/StopTaskCachedChangesNotApplied")
    }

    fn flag(&self, pointer: &str) -> bool {
        self.0.pointer(pointer).and_then(Value::as_bool).unwrap_or(false)
    }

    fn number(&self, pointer: &str) -> Option<i64> {
        self.0.pointer(pointer).and_then(Value::as_i64)
    }

    fn with(mut self, given: &Value) -> Result<Self, Fault> {
        merge(&mut self.0, given)?;
        for (pointer, allowed) in ALLOWED {
            let known =
                self.0.pointer(pointer).and_then(Value::as_str).is_none_or(|it| allowed.contains(&it));
            if !known {
                return Err(invalid());
            }
        }
        let sub_tasks = self.number("/FullLoadSettings/MaxFullLoadSubTasks");
        if sub_tasks.is_some_and(|count| !(1..=49).contains(&count)) {
            return Err(invalid());
        }
        Ok(self)
    }
}

fn document(given: &str) -> Result<Value, Fault> {
    serde_json::from_str(given).ok().filter(Value::is_object).ok_or_else(invalid)
}

fn invalid() -> Fault {
    Fault::invalid_value("Invalid task settings JSON")
}

fn log_names(settings: &Value) -> impl Iterator<Item = &Value> {
    ["/Logging/CloudWatchLogGroup", "/Logging/CloudWatchLogStream"]
        .iter()
        .filter_map(|it| settings.pointer(it))
}

/// Lays a document over another. A null leaves what is there; a member of another type than the default's is refused;
/// a member that is not known here is kept, since DMS's sections grow.
fn merge(base: &mut Value, over: &Value) -> Result<(), Fault> {
    match (base, over) {
        (_, Value::Null) => Ok(()),
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                match base.get_mut(name) {
                    Some(existing) => merge(existing, value)?,
                    None => {
                        base.insert(name.clone(), value.clone());
                    }
                }
            }
            Ok(())
        }
        (base @ Value::Null, over) => {
            *base = over.clone();
            Ok(())
        }
        (base, over) if std::mem::discriminant(base) == std::mem::discriminant(over) => {
            *base = over.clone();
            Ok(())
        }
        _ => Err(invalid()),
    }
}
