//! DMS's answers read into the values that decisions are made from, as `migration_aws::dms` reads them out of the SDK's types.

use jiff::Timestamp;
use migration::run::observation::{Connection, ConnectionState, Route, Stats, Task, TaskSettings};
use migration::run::status::Status;
use migration::run::stop_reason::StopReason;
use migration::run::table::{Table, TableState, Validation};
use migration::survey::resources::{Endpoint, Instance};
use migration::survey::writers::Writer;
use plan::settings::{PrepMode, flag, prep_mode};
use plan::table_name::{NamedByMapping, TableName};
use plan::{Arn, MigrationType};
use serde_json::Value;

use crate::error::StepError;

/// The entries of a list in an answer.
pub fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn owned(value: &Value, name: &str) -> String {
    text(value, name).unwrap_or_default().to_owned()
}

fn arn(value: &Value, name: &str) -> Result<Arn, StepError> {
    let found = text(value, name).unwrap_or_default();
    found.parse().map_err(|error| StepError::unforeseen(format!("{name} {found:?} is {error}")))
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(0)
}

fn count(value: &Value, name: &str) -> u32 {
    u32::try_from(number(value, name)).unwrap_or(0)
}

/// A time on the wire: seconds since 1970, milliseconds as the fraction.
fn instant(value: &Value, name: &str) -> Option<Timestamp> {
    let seconds = value.get(name)?.as_f64()?;
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// A task as one that writes into its target.
///
/// # Errors
/// When an ARN in the answer is none.
pub fn writer(described: &Value) -> Result<Writer, StepError> {
    let mappings = text(described, "TableMappings").and_then(|text| serde_json::from_str(text).ok());
    Ok(Writer::of(&task(described)?, &mappings.unwrap_or(Value::Null)))
}

/// A task.
///
/// # Errors
/// When an ARN in the answer is none.
pub fn task(task: &Value) -> Result<Task, StepError> {
    let status = Status::from(owned(task, "Status"));
    let stopped = status.is_an_end();
    let settings = text(task, "ReplicationTaskSettings").and_then(|text| serde_json::from_str(text).ok());
    Ok(Task {
        arn: arn(task, "ReplicationTaskArn")?,
        identifier: owned(task, "ReplicationTaskIdentifier"),
        route: Route {
            source: arn(task, "SourceEndpointArn")?,
            target: arn(task, "TargetEndpointArn")?,
            instance: arn(task, "ReplicationInstanceArn")?,
        },
        migration_type: MigrationType::from(owned(task, "MigrationType")),
        stop_reason: text(task, "StopReason").filter(|_| stopped).and_then(StopReason::parse),
        last_failure: text(task, "LastFailureMessage").filter(|_| stopped).map(str::to_owned),
        stats: task.get("ReplicationTaskStats").map(stats),
        settings: settings.as_ref().map(|settings| facts(settings, text(task, "TableMappings"))),
        cdc_stop_position: text(task, "CdcStopPosition").map(str::to_owned),
        status,
    })
}

fn stats(stats: &Value) -> Stats {
    Stats {
        tables_loaded: count(stats, "TablesLoaded"),
        tables_loading: count(stats, "TablesLoading"),
        tables_queued: count(stats, "TablesQueued"),
        tables_errored: count(stats, "TablesErrored"),
        percent: Some(count(stats, "FullLoadProgressPercent")),
        fresh_start_date: instant(stats, "FreshStartDate"),
        start_date: instant(stats, "StartDate"),
        stop_date: instant(stats, "StopDate"),
        full_load_start_date: instant(stats, "FullLoadStartDate"),
        full_load_finish_date: instant(stats, "FullLoadFinishDate"),
    }
}

/// When a task that has stopped has done so.
pub fn end(task: &Value) -> Option<Timestamp> {
    let stopped = text(task, "Status") == Some("stopped");
    task.get("ReplicationTaskStats").filter(|_| stopped).and_then(|stats| instant(stats, "StopDate"))
}

fn facts(settings: &Value, mappings: Option<&str>) -> TaskSettings {
    let mappings = mappings.and_then(|text| serde_json::from_str(text).ok());
    TaskSettings {
        prep_mode: prep_mode(settings).unwrap_or(PrepMode::DoNothing),
        create_pk_after_full_load: flag(settings, "/FullLoadSettings/CreatePkAfterFullLoad"),
        validation: flag(settings, "/ValidationSettings/EnableValidation"),
        named: mappings.as_ref().map(NamedByMapping::of).unwrap_or_default(),
    }
}

/// A table.
pub fn table(table: &Value) -> Table {
    Table {
        name: TableName::new(owned(table, "SchemaName"), owned(table, "TableName")),
        state: TableState::from(text(table, "TableState").unwrap_or_default()),
        rows: number(table, "FullLoadRows"),
        refused_rows: number(table, "FullLoadErrorRows") + number(table, "FullLoadCondtnlChkFailedRows"),
        load_ended: instant(table, "FullLoadEndTime"),
        validation: Validation::from(text(table, "ValidationState").unwrap_or_default()),
        validation_failed: number(table, "ValidationFailedRecords"),
        validation_suspended: number(table, "ValidationSuspendedRecords"),
        validation_pending: number(table, "ValidationPendingRecords"),
    }
}

/// A connection.
///
/// # Errors
/// When an ARN in the answer is none.
pub fn connection(connection: &Value) -> Result<Connection, StepError> {
    Ok(Connection {
        endpoint: arn(connection, "EndpointArn")?,
        state: match text(connection, "Status").unwrap_or_default() {
            "successful" => ConnectionState::Successful,
            "failed" => ConnectionState::Failed(owned(connection, "LastFailureMessage")),
            _ => ConnectionState::Testing,
        },
    })
}

/// An endpoint.
pub fn endpoint(endpoint: &Value) -> Endpoint {
    Endpoint {
        arn: owned(endpoint, "EndpointArn"),
        endpoint_type: owned(endpoint, "EndpointType"),
        status: owned(endpoint, "Status").into(),
        engine: owned(endpoint, "EngineName"),
    }
}

/// A replication instance.
pub fn instance(instance: &Value) -> Instance {
    Instance {
        arn: owned(instance, "ReplicationInstanceArn"),
        identifier: owned(instance, "ReplicationInstanceIdentifier"),
        status: owned(instance, "ReplicationInstanceStatus").into(),
        engine_version: owned(instance, "EngineVersion"),
        maintenance: owned(instance, "PreferredMaintenanceWindow"),
        pending: Vec::new(),
    }
}
