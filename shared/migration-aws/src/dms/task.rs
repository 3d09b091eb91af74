//! Replication tasks: how one is looked up, what DMS says about it, and the tasks of an endpoint.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types::{Filter, ReplicationTask};
use migration::run::document::Running;
use migration::run::observation::{Route, Stats, Task, TaskSeen, TaskSettings};
use migration::run::status::Status;
use migration::run::stop_reason::StopReason;
use migration::survey::drift::Described;
use migration::survey::writers::Writer;
use plan::{Arn, ExternalTask, MigrationType, OWNER_TAG, TaskPlan};

use super::{arn, filter};
use crate::error::{StepError, unless_throttled};
use crate::failure::{self, CallFailure};
use crate::pages::Pages;
use crate::{text, timestamp};

/// The most pages of tasks that are read, 100 tasks each: an account has 600.
const MAX_PAGES: usize = 100;

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
            (None, TaskPlan::External(ExternalTask::ReplicationTaskArn(arn))) => {
                TaskFilter::Arn(arn.to_string())
            }
            (None, TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(identifier))) => {
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

    fn filter(&self) -> Result<Filter, CallFailure> {
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

/// A task as DMS describes it, raw; `None` where there is none.
///
/// # Errors
/// When DMS does not answer, or its pages do not come to an end.
pub async fn describe(
    dms: &Client,
    which: &TaskFilter,
    with_settings: bool,
) -> Result<Option<ReplicationTask>, StepError> {
    let pages = dms
        .describe_replication_tasks()
        .filters(which.filter()?)
        .without_settings(!with_settings)
        .into_paginator()
        .send();
    let mut pages = Pages::new("describing the replication task", pages, MAX_PAGES, |page| page.marker());
    loop {
        match pages.next().await {
            Ok(Some(page)) => {
                let mut tasks = page.replication_tasks.unwrap_or_default().into_iter();
                if let Some(task) = tasks.find(|task| which.names(task)) {
                    return Ok(Some(task));
                }
            }
            // An empty list and a fault both mean that there is none; DMS has been seen to answer either.
            Ok(None) => return Ok(None),
            Err(failure) if failure.is_not_found() => return Ok(None),
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// The tasks that write into an endpoint, with their mappings.
///
/// # Errors
/// When DMS does not answer, or its pages do not come to an end.
pub async fn writers(dms: &Client, target: &Arn) -> Result<Vec<Writer>, StepError> {
    let pages = dms
        .describe_replication_tasks()
        .filters(filter("endpoint-arn", vec![target.to_string()])?)
        .max_records(100)
        .into_paginator()
        .send();
    let attempt = "describing the tasks of the target endpoint";
    let mut pages = Pages::new(attempt, pages, MAX_PAGES, |page| page.marker());
    let mut writers = Vec::new();
    loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(writers),
            Err(failure) if failure.is_not_found() => return Ok(writers),
            Err(failure) => return Err(failure.into()),
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
    }
}

/// All tasks of the account.
///
/// # Errors
/// When DMS does not answer, its pages do not come to an end, or an ARN in its answer is none.
pub async fn all(dms: &Client) -> Result<Vec<Task>, StepError> {
    let pages =
        dms.describe_replication_tasks().without_settings(true).max_records(100).into_paginator().send();
    let mut pages = Pages::new("describing all tasks", pages, MAX_PAGES, |page| page.marker());
    let mut tasks = Vec::new();
    loop {
        match pages.next().await {
            Ok(Some(page)) => {
                for task in page.replication_tasks() {
                    tasks.push(read_task(task)?);
                }
            }
            Ok(None) => return Ok(tasks),
            Err(failure) if failure.is_not_found() => return Ok(tasks),
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// A task as an observation. Too busy is a thing to observe, not an error.
///
/// # Errors
/// When DMS does not answer for another reason.
pub async fn observe(dms: &Client, which: &TaskFilter, with_settings: bool) -> Result<TaskSeen, StepError> {
    match unless_throttled(describe(dms, which, with_settings).await)? {
        None => Ok(TaskSeen::Unseen),
        Some(None) => Ok(TaskSeen::NotThere),
        Some(Some(task)) => read_task(&task).map(|task| TaskSeen::Seen(Box::new(task))),
    }
}

/// Reads a task.
///
/// # Errors
/// When an ARN in DMS's answer is none.
pub fn read_task(task: &ReplicationTask) -> Result<Task, StepError> {
    let status = Status::from(text::word(task.status().unwrap_or_default()));
    let at_an_end = status.is_an_end();
    let document = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok());
    let (settings, mappings): (Option<serde_json::Value>, _) =
        (document(task.replication_task_settings()), document(task.table_mappings()));
    Ok(Task {
        arn: arn(task.replication_task_arn(), "ReplicationTaskArn")?,
        identifier: text::name(task.replication_task_identifier().unwrap_or_default()).to_owned(),
        route: read_route(task)?,
        migration_type: MigrationType::from(
            task.migration_type().map(|word| word.as_str().to_owned()).unwrap_or_default(),
        ),
        // Neither is documented to be cleared when the task runs again.
        stop_reason: task.stop_reason().filter(|_| at_an_end).map(text::word).and_then(StopReason::parse),
        last_failure: task
            .last_failure_message()
            .filter(|text| at_an_end && !text.is_empty())
            .map(text::sentence),
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
        settings: settings.as_ref().map(|settings| TaskSettings::read(settings, mappings.as_ref())),
        cdc_stop_position: task.cdc_stop_position().map(str::to_owned),
        task_start_date: task.replication_task_start_date().and_then(timestamp),
        status,
    })
}

fn read_route(task: &ReplicationTask) -> Result<Route, StepError> {
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
pub fn read_described(task: &ReplicationTask) -> Result<Described, StepError> {
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

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// The value of a task's owner tag; `None` on a task that this product did not create.
///
/// # Errors
/// When DMS does not answer.
pub async fn owner_tag(dms: &Client, arn: &str) -> Result<Option<String>, StepError> {
    let answer = dms.list_tags_for_resource().resource_arn(arn).send().await;
    let answer = answer.map_err(|error| failure::read("reading the task's tags", error))?;
    let tag = answer.tag_list().iter().find(|tag| tag.key() == Some(OWNER_TAG));
    Ok(tag.map(|tag| tag.value().unwrap_or_default().to_owned()))
}
