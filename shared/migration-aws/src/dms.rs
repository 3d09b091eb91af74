//! DMS's answers read into plain values. Every list is read to its last page.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::primitives::DateTime;
use aws_sdk_databasemigration::types::{
    Filter, ReplicationPendingModifiedValues, ReplicationTask, TableStatistics,
};
use jiff::Timestamp;
use migration::run::document::Running;
use migration::run::observation::{Connection, ConnectionState, Route, Stats, Task, TaskSeen, TaskSettings};
use migration::run::status::Status;
use migration::run::stop_reason::StopReason;
use migration::run::table::{Table, TableState, Validation};
use migration::survey::drift::Described;
use migration::survey::resources::{Endpoint, Instance};
use migration::survey::writers::Writer;
use plan::settings::{PrepMode, flag};
use plan::table_name::{NamedByMapping, TableName};
use plan::{Arn, KeptTask, MigrationType, TaskPlan};

use crate::error::Error;
use crate::trouble::{self, Trouble};

/// The most pages of table statistics that are read, 500 tables each.
const MOST_PAGES: usize = 400;

/// The most pages of tasks that are read, 100 tasks each: an account has 600.
const MOST_PAGES_OF_TASKS: usize = 100;

/// How a task is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskFilter {
    /// By its ARN.
    Arn(String),
    /// By its identifier.
    Identifier(String),
}

impl TaskFilter {
    /// By the ARN as soon as it is known: an identifier may come to name another task.
    pub fn of(running: &Running) -> TaskFilter {
        match (&running.task, &running.plan.task) {
            (Some(task), _) => TaskFilter::Arn(task.arn.to_string()),
            (None, TaskPlan::Kept(KeptTask::ReplicationTaskArn(arn))) => TaskFilter::Arn(arn.to_string()),
            (None, TaskPlan::Kept(KeptTask::ReplicationTaskIdentifier(identifier))) => {
                TaskFilter::Identifier(identifier.clone())
            }
            (None, TaskPlan::Request(request)) => {
                TaskFilter::Identifier(request.replication_task_identifier.clone())
            }
        }
    }

    /// True when this is the task that was asked for, whatever DMS made of the filter.
    fn names(&self, task: &ReplicationTask) -> bool {
        match self {
            TaskFilter::Arn(arn) => task.replication_task_arn() == Some(arn),
            TaskFilter::Identifier(identifier) => {
                task.replication_task_identifier().is_some_and(|found| found.eq_ignore_ascii_case(identifier))
            }
        }
    }

    fn filter(&self) -> Result<Filter, Trouble> {
        let (name, values) = match self {
            TaskFilter::Arn(arn) => ("replication-task-arn", vec![arn.clone()]),
            // DMS stores identifiers in lower case; whether its filter minds is not documented.
            TaskFilter::Identifier(identifier) => {
                let mut values = vec![identifier.clone(), identifier.to_ascii_lowercase()];
                values.dedup();
                ("replication-task-id", values)
            }
        };
        filter(name, values)
    }
}

fn filter(name: &str, values: Vec<String>) -> Result<Filter, Trouble> {
    let built = Filter::builder().name(name).set_values(Some(values)).build();
    built.map_err(|error| Trouble::Lost(format!("filtering by {name}: {error}")))
}

/// A task as DMS describes it, raw.
///
/// # Errors
/// When DMS does not answer.
pub async fn describe(
    client: &Client,
    which: &TaskFilter,
    with_settings: bool,
) -> Result<Option<ReplicationTask>, Trouble> {
    let answer = client
        .describe_replication_tasks()
        .filters(which.filter()?)
        .without_settings(!with_settings)
        .send()
        .await;
    match answer {
        // An empty list and a fault both mean that there is none; DMS has been seen to answer either.
        Ok(answer) => {
            Ok(answer.replication_tasks.unwrap_or_default().into_iter().find(|task| which.names(task)))
        }
        Err(error) => match trouble::read("describing the replication task", &error) {
            Trouble::NotFound(_) => Ok(None),
            trouble => Err(trouble),
        },
    }
}

/// The tasks that write into an endpoint, with their mappings.
///
/// # Errors
/// When DMS does not answer, or its pages do not come to an end.
pub async fn writers(client: &Client, target: &Arn) -> Result<Vec<Writer>, Error> {
    let attempt = "describing the tasks of the target endpoint";
    let mut writers = Vec::new();
    let mut marker = None;
    for _ in 0..MOST_PAGES_OF_TASKS {
        let filter = filter("endpoint-arn", vec![target.to_string()])
            .map_err(|trouble| trouble.into_error(attempt))?;
        let answer = client
            .describe_replication_tasks()
            .filters(filter)
            .max_records(100)
            .set_marker(marker)
            .send()
            .await;
        let page = match answer {
            Ok(page) => page,
            Err(error) => match trouble::read(attempt, &error) {
                Trouble::NotFound(_) => return Ok(writers),
                trouble => return Err(trouble.into_error(attempt)),
            },
        };
        for task in page.replication_tasks() {
            let mappings = task.table_mappings().and_then(|text| serde_json::from_str(text).ok());
            // The filter takes sources, too.
            if let (Some(mappings), true) =
                (mappings, task.target_endpoint_arn() == Some(&target.to_string()))
            {
                writers.push(Writer::of(&read_task(task)?, &mappings));
            }
        }
        marker = page.marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(writers);
        }
    }
    Err(Error::Unavailable(format!("{attempt}: DMS gives more than {MOST_PAGES_OF_TASKS} pages and no end")))
}

/// A task as an observation. Too busy is a thing to observe, not an error.
///
/// # Errors
/// When DMS does not answer for another reason.
pub async fn observe(client: &Client, which: &TaskFilter, with_settings: bool) -> Result<TaskSeen, Error> {
    match describe(client, which, with_settings).await {
        Ok(None) => Ok(TaskSeen::NotThere),
        Ok(Some(task)) => read_task(&task).map(|task| TaskSeen::Seen(Box::new(task))),
        Err(Trouble::Throttled(_)) => Ok(TaskSeen::Unseen),
        Err(trouble) => Err(trouble.into_error("describing the replication task")),
    }
}

/// Reads a task.
///
/// # Errors
/// When an ARN in DMS's answer is none.
pub fn read_task(task: &ReplicationTask) -> Result<Task, Error> {
    let status = Status::from(task.status().unwrap_or_default());
    let at_an_end = status.is_an_end();
    let settings = task.replication_task_settings().and_then(|text| serde_json::from_str(text).ok());
    Ok(Task {
        arn: arn(task.replication_task_arn(), "ReplicationTaskArn")?,
        identifier: task.replication_task_identifier().unwrap_or_default().to_owned(),
        route: read_route(task)?,
        migration_type: MigrationType::from(
            task.migration_type().map(|word| word.as_str().to_owned()).unwrap_or_default(),
        ),
        // Neither is documented to be cleared when the task runs again.
        stop_reason: task.stop_reason().filter(|_| at_an_end).and_then(StopReason::parse),
        last_failure: task
            .last_failure_message()
            .filter(|text| at_an_end && !text.is_empty())
            .map(str::to_owned),
        stats: task.replication_task_stats().map(|stats| Stats {
            tables_loaded: count(stats.tables_loaded()),
            tables_loading: count(stats.tables_loading()),
            tables_queued: count(stats.tables_queued()),
            tables_errored: count(stats.tables_errored()),
            percent: Some(count(stats.full_load_progress_percent())),
            fresh_start_date: stats.fresh_start_date().and_then(timestamp),
            start_date: stats.start_date().and_then(timestamp),
            stop_date: stats.stop_date().and_then(timestamp),
            full_load_start_date: stats.full_load_start_date().and_then(timestamp),
            full_load_finish_date: stats.full_load_finish_date().and_then(timestamp),
        }),
        settings: settings.as_ref().map(|settings| read_facts(settings, task.table_mappings())),
        cdc_stop_position: task.cdc_stop_position().map(str::to_owned),
        status,
    })
}

fn read_facts(settings: &serde_json::Value, mappings: Option<&str>) -> TaskSettings {
    let mappings = mappings.and_then(|text| serde_json::from_str(text).ok());
    // Should DMS not say, the mode that asks the user before anything is loaded again is the safe one.
    let prep_mode = plan::settings::prep_mode(settings).unwrap_or(PrepMode::DoNothing);
    TaskSettings {
        prep_mode,
        create_pk_after_full_load: flag(settings, "/FullLoadSettings/CreatePkAfterFullLoad"),
        validation: flag(settings, "/ValidationSettings/EnableValidation"),
        named: mappings.as_ref().map(NamedByMapping::of).unwrap_or_default(),
    }
}

fn read_route(task: &ReplicationTask) -> Result<Route, Error> {
    Ok(Route {
        source: arn(task.source_endpoint_arn(), "SourceEndpointArn")?,
        target: arn(task.target_endpoint_arn(), "TargetEndpointArn")?,
        instance: arn(task.replication_instance_arn(), "ReplicationInstanceArn")?,
    })
}

/// What a task is compared with the plan by.
///
/// # Errors
/// When an ARN in DMS's answer is none.
pub fn read_described(task: &ReplicationTask) -> Result<Described, Error> {
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(Described {
        route: read_route(task)?,
        migration_type: MigrationType::from(
            task.migration_type().map(|word| word.as_str().to_owned()).unwrap_or_default(),
        ),
        table_mappings: owned(task.table_mappings()),
        settings: owned(task.replication_task_settings()),
        cdc_start_position: owned(task.cdc_start_position()),
        cdc_stop_position: owned(task.cdc_stop_position()),
        task_data: owned(task.task_data()),
    })
}

fn arn(text: Option<&str>, member: &str) -> Result<Arn, Error> {
    let text = text.unwrap_or_default();
    text.parse().map_err(|error| {
        Error::Unavailable(format!("DMS described a task whose {member} {text:?} is {error}"))
    })
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// An SDK time as an instant.
pub fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// Every table of a task; `None` when DMS is too busy to say.
///
/// # Errors
/// When DMS does not answer for another reason, or its pages do not come to an end.
pub async fn tables(client: &Client, task: &Arn) -> Result<Option<Vec<Table>>, Error> {
    let attempt = "reading the table statistics";
    let mut tables = Vec::new();
    let mut marker = None;
    for _ in 0..MOST_PAGES {
        let answer = client
            .describe_table_statistics()
            .replication_task_arn(task.to_string())
            .max_records(500)
            .set_marker(marker)
            .send()
            .await;
        let page = match answer {
            Ok(page) => page,
            Err(error) => match trouble::read(attempt, &error) {
                Trouble::Throttled(_) => return Ok(None),
                trouble => return Err(trouble.into_error(attempt)),
            },
        };
        tables.extend(page.table_statistics().iter().map(read_table));
        marker = page.marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(Some(tables));
        }
    }
    Err(Error::Unavailable(format!("{attempt}: DMS gives more than {MOST_PAGES} pages and no end")))
}

fn read_table(table: &TableStatistics) -> Table {
    let rows = |number: i64| u64::try_from(number).unwrap_or(0);
    Table {
        name: TableName::new(table.schema_name().unwrap_or_default(), table.table_name().unwrap_or_default()),
        state: TableState::from(table.table_state().unwrap_or_default()),
        rows: rows(table.full_load_rows()),
        refused_rows: rows(table.full_load_error_rows()) + rows(table.full_load_condtnl_chk_failed_rows()),
        load_ended: table.full_load_end_time().and_then(timestamp),
        validation: Validation::from(table.validation_state().unwrap_or_default()),
        validation_failed: rows(table.validation_failed_records()),
        validation_suspended: rows(table.validation_suspended_records()),
        validation_pending: rows(table.validation_pending_records()),
    }
}

/// The connections of an instance with two endpoints, as far as they have been tested; `None` when DMS is too busy.
///
/// # Errors
/// When DMS does not answer for another reason.
pub async fn connections(client: &Client, route: &Route) -> Result<Option<Vec<Connection>>, Error> {
    let attempt = "describing the connections";
    let filters: Result<Vec<Filter>, Trouble> = [
        filter("replication-instance-arn", vec![route.instance.to_string()]),
        filter("endpoint-arn", vec![route.source.to_string(), route.target.to_string()]),
    ]
    .into_iter()
    .collect();
    let filters = filters.map_err(|trouble| trouble.into_error(attempt))?;
    let answer = client.describe_connections().set_filters(Some(filters)).send().await;
    let seen = match answer {
        Ok(answer) => answer.connections.unwrap_or_default(),
        Err(error) => match trouble::read(attempt, &error) {
            // An untested connection does not exist; whether DMS says so by a fault or an empty list is not documented.
            Trouble::NotFound(_) => Vec::new(),
            Trouble::Throttled(_) => return Ok(None),
            trouble => return Err(trouble.into_error(attempt)),
        },
    };
    let mut connections = Vec::new();
    for connection in &seen {
        connections.push(Connection {
            endpoint: arn(connection.endpoint_arn(), "EndpointArn")?,
            state: match connection.status().unwrap_or_default() {
                "successful" => ConnectionState::Successful,
                "failed" => ConnectionState::Failed(
                    connection.last_failure_message().unwrap_or("DMS gives no reason").to_owned(),
                ),
                _ => ConnectionState::Testing,
            },
        });
    }
    Ok(Some(connections))
}

/// An endpoint, if there is one.
///
/// # Errors
/// When DMS does not answer.
pub async fn endpoint(client: &Client, arn: &Arn) -> Result<Option<Endpoint>, Error> {
    let attempt = "describing the endpoint";
    let filter =
        filter("endpoint-arn", vec![arn.to_string()]).map_err(|trouble| trouble.into_error(attempt))?;
    match client.describe_endpoints().filters(filter).send().await {
        Ok(answer) => Ok(answer.endpoints().first().map(|endpoint| Endpoint {
            arn: endpoint.endpoint_arn().unwrap_or_default().to_owned(),
            endpoint_type: endpoint.endpoint_type().map(|t| t.as_str().to_owned()).unwrap_or_default(),
            status: endpoint.status().unwrap_or_default().into(),
            engine: endpoint.engine_name().unwrap_or_default().to_owned(),
        })),
        Err(error) => none_when_missing(attempt, trouble::read(attempt, &error)),
    }
}

/// A replication instance, if there is one.
///
/// # Errors
/// When DMS does not answer.
pub async fn instance(client: &Client, arn: &Arn) -> Result<Option<Instance>, Error> {
    let attempt = "describing the replication instance";
    let filter = filter("replication-instance-arn", vec![arn.to_string()])
        .map_err(|trouble| trouble.into_error(attempt))?;
    match client.describe_replication_instances().filters(filter).send().await {
        Ok(answer) => Ok(answer.replication_instances().first().map(|instance| Instance {
            arn: instance.replication_instance_arn().unwrap_or_default().to_owned(),
            identifier: instance.replication_instance_identifier().unwrap_or_default().to_owned(),
            status: instance.replication_instance_status().unwrap_or_default().into(),
            engine_version: instance.engine_version().unwrap_or_default().to_owned(),
            maintenance: instance.preferred_maintenance_window().unwrap_or_default().to_owned(),
            pending: instance.pending_modified_values().map(pending).unwrap_or_default(),
        })),
        Err(error) => none_when_missing(attempt, trouble::read(attempt, &error)),
    }
}

/// What waits for the next maintenance of an instance.
fn pending(values: &ReplicationPendingModifiedValues) -> Vec<String> {
    [
        ("EngineVersion", values.engine_version().map(str::to_owned)),
        ("ReplicationInstanceClass", values.replication_instance_class().map(str::to_owned)),
        ("AllocatedStorage", values.allocated_storage().map(|gigabytes| gigabytes.to_string())),
        ("MultiAZ", values.multi_az().map(|multi| multi.to_string())),
        ("NetworkType", values.network_type().map(str::to_owned)),
    ]
    .into_iter()
    .filter_map(|(member, value)| value.map(|value| format!("{member} {value}")))
    .collect()
}

fn none_when_missing<T>(attempt: &str, trouble: Trouble) -> Result<Option<T>, Error> {
    match trouble {
        Trouble::NotFound(_) => Ok(None),
        trouble => Err(trouble.into_error(attempt)),
    }
}
