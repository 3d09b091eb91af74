//! The calls by which DMS is looked at, as `migration_aws::dms` makes them.

use migration::run::document::Migration;
use migration::run::observation::{Connection, Route, TaskSeen};
use migration::run::table::Table;
use migration::survey::resources::{Endpoint, Instance};
use migration::survey::writers::Writer;
use plan::{Arn, KeptTask, Plan, TaskPlan};
use serde_json::{Value, json};

use crate::error::StepError;
use crate::reader;
use crate::sdk::{Client, Trouble};

/// The filter by which the task is looked up: its ARN as soon as that is known.
pub fn filter(document: &Migration, plan: &Plan) -> Value {
    match (&document.task, &plan.task) {
        (Some(task), _) => by_arn(&task.arn),
        (None, TaskPlan::Kept(KeptTask::ReplicationTaskArn(arn))) => by_arn(arn),
        (None, TaskPlan::Kept(KeptTask::ReplicationTaskIdentifier(identifier))) => by_identifier(identifier),
        (None, TaskPlan::Request(request)) => by_identifier(&request.replication_task_identifier),
    }
}

/// By the ARN of the task.
pub fn by_arn(arn: &Arn) -> Value {
    json!([{"Name": "replication-task-arn", "Values": [arn.to_string()]}])
}

/// By its identifier.
pub fn by_identifier(identifier: &str) -> Value {
    json!([{"Name": "replication-task-id", "Values": [identifier]}])
}

/// The task as DMS describes it, if there is one.
///
/// # Errors
/// When DMS is too busy, or refuses.
pub async fn describe(
    client: &mut Client<'_>,
    filter: &Value,
    with_settings: bool,
) -> Result<Option<Value>, Trouble> {
    let input = json!({"Filters": filter, "WithoutSettings": !with_settings});
    match client.read("DescribeReplicationTasks", &input).await {
        Ok(answer) => Ok(reader::list(&answer, "ReplicationTasks").first().cloned()),
        Err(Trouble::NotFound) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// The tasks that write into an endpoint. The few of these endpoints fit on one page.
///
/// # Errors
/// When DMS is too busy, or refuses.
pub async fn writers(client: &mut Client<'_>, target: &Arn) -> Result<Vec<Writer>, StepError> {
    let filters = json!([{"Name": "endpoint-arn", "Values": [target.to_string()]}]);
    let answer = match client
        .read("DescribeReplicationTasks", &json!({"Filters": filters, "MaxRecords": 100}))
        .await
    {
        Ok(answer) => answer,
        Err(Trouble::NotFound) => return Ok(Vec::new()),
        Err(trouble) => return Err(trouble.into_error()),
    };
    reader::list(&answer, "ReplicationTasks").iter().map(reader::writer).collect()
}

/// The task as an observation: too busy is a thing to observe.
///
/// # Errors
/// For a refusal.
pub async fn observe(
    client: &mut Client<'_>,
    filter: &Value,
    with_settings: bool,
) -> Result<TaskSeen, StepError> {
    match describe(client, filter, with_settings).await {
        Ok(None) => Ok(TaskSeen::NotThere),
        Ok(Some(task)) => Ok(TaskSeen::Seen(Box::new(reader::task(&task)?))),
        Err(Trouble::Throttled(_)) => Ok(TaskSeen::Unseen),
        Err(trouble) => Err(trouble.into_error()),
    }
}

/// Every table of the task; `None` when DMS is too busy to say. The few tables of these tasks fit on one page.
///
/// # Errors
/// For a refusal.
pub async fn tables(client: &mut Client<'_>, task: &Arn) -> Result<Option<Vec<Table>>, StepError> {
    let input = json!({"ReplicationTaskArn": task.to_string(), "MaxRecords": 500});
    match client.read("DescribeTableStatistics", &input).await {
        Ok(answer) => Ok(Some(reader::list(&answer, "TableStatistics").iter().map(reader::table).collect())),
        Err(Trouble::Throttled(_)) => Ok(None),
        Err(trouble) => Err(trouble.into_error()),
    }
}

/// The connections of the instance with both endpoints; `None` when DMS is too busy to say.
///
/// # Errors
/// For a refusal.
pub async fn connections(
    client: &mut Client<'_>,
    route: &Route,
) -> Result<Option<Vec<Connection>>, StepError> {
    let input = json!({"Filters": [
        {"Name": "replication-instance-arn", "Values": [route.instance.to_string()]},
        {"Name": "endpoint-arn", "Values": [route.source.to_string(), route.target.to_string()]},
    ]});
    match client.read("DescribeConnections", &input).await {
        Ok(answer) => reader::list(&answer, "Connections")
            .iter()
            .map(reader::connection)
            .collect::<Result<_, _>>()
            .map(Some),
        Err(Trouble::NotFound) => Ok(Some(Vec::new())),
        Err(Trouble::Throttled(_)) => Ok(None),
        Err(trouble) => Err(trouble.into_error()),
    }
}

/// An endpoint, if there is one.
///
/// # Errors
/// When DMS is too busy, or refuses.
pub async fn endpoint(client: &mut Client<'_>, arn: &Arn) -> Result<Option<Endpoint>, StepError> {
    let found = first(client, "DescribeEndpoints", "endpoint-arn", arn, "Endpoints").await?;
    Ok(found.as_ref().map(reader::endpoint))
}

/// A replication instance, if there is one.
///
/// # Errors
/// When DMS is too busy, or refuses.
pub async fn instance(client: &mut Client<'_>, arn: &Arn) -> Result<Option<Instance>, StepError> {
    let operation = "DescribeReplicationInstances";
    let found = first(client, operation, "replication-instance-arn", arn, "ReplicationInstances").await?;
    Ok(found.as_ref().map(reader::instance))
}

async fn first(
    client: &mut Client<'_>,
    operation: &str,
    filter: &str,
    arn: &Arn,
    list: &str,
) -> Result<Option<Value>, StepError> {
    let input = json!({"Filters": [{"Name": filter, "Values": [arn.to_string()]}]});
    match client.read(operation, &input).await {
        Ok(answer) => Ok(reader::list(&answer, list).first().cloned()),
        Err(Trouble::NotFound) => Ok(None),
        Err(trouble) => Err(trouble.into_error()),
    }
}
