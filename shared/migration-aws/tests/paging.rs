//! Lists of several pages: read to the last one, and never without an end.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_cloudwatch::operation::get_metric_data::{GetMetricDataInput, GetMetricDataOutput};
use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::describe_connections::{
    DescribeConnectionsInput, DescribeConnectionsOutput,
};
use aws_sdk_databasemigration::operation::describe_replication_tasks::{
    DescribeReplicationTasksInput, DescribeReplicationTasksOutput,
};
use aws_sdk_databasemigration::operation::describe_table_statistics::{
    DescribeTableStatisticsInput, DescribeTableStatisticsOutput,
};
use aws_sdk_databasemigration::types::Connection;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use migration::run::observation::{ConnectionState, Route};
use migration_aws::cloudwatch;
use migration_aws::dms::connections::connections;
use migration_aws::dms::tables::tables;
use migration_aws::dms::task::{TaskFilter, describe, writers};
use migration_aws::error::{StepError, chain};
use plan::Arn;
use serde_json::{Value, json};
use support::cases::{TASK, minute};
use support::given::{Seen, described};

fn arn(resource: &str) -> Arn {
    format!("arn:aws:dms:eu-central-1:123456789012:{resource}").parse().unwrap()
}

fn route() -> Route {
    Route { source: arn("endpoint:SOURCE"), target: arn("endpoint:TARGET"), instance: arn("rep:INSTANCE") }
}

fn dms(rule: &Rule) -> Client {
    mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [rule])
}

/// A marker that is new on each page, or the same one for ever.
fn markers(new: bool) -> impl Fn() -> String + Send + Sync + 'static {
    let page = AtomicUsize::new(0);
    move || format!("page {}", if new { page.fetch_add(1, Ordering::Relaxed) } else { 0 })
}

fn endless_tasks(new: bool) -> Rule {
    let marker = markers(new);
    mock!(Client::describe_replication_tasks)
        .then_compute_output(move |_| DescribeReplicationTasksOutput::builder().marker(marker()).build())
}

fn endless_tables(new: bool) -> Rule {
    let marker = markers(new);
    mock!(Client::describe_table_statistics)
        .then_compute_output(move |_| DescribeTableStatisticsOutput::builder().marker(marker()).build())
}

fn endless_connections(new: bool) -> Rule {
    let marker = markers(new);
    mock!(Client::describe_connections)
        .then_compute_output(move |_| DescribeConnectionsOutput::builder().marker(marker()).build())
}

fn endless_points(new: bool) -> Rule {
    let marker = markers(new);
    mock!(aws_sdk_cloudwatch::Client::get_metric_data)
        .then_compute_output(move |_| GetMetricDataOutput::builder().next_token(marker()).build())
}

/// What each list answers to pages without an end: the error, and how many calls were made.
async fn endless(new: bool) -> Vec<(StepError, usize)> {
    let mut outcomes = Vec::new();
    let rule = endless_tasks(new);
    let error = writers(&dms(&rule), &arn("endpoint:TARGET")).await.unwrap_err();
    outcomes.push((error, rule.num_calls()));
    let rule = endless_tasks(new);
    let error = describe(&dms(&rule), &TaskFilter::Arn(TASK.to_owned()), false).await.unwrap_err();
    outcomes.push((error, rule.num_calls()));
    let rule = endless_tables(new);
    let error = tables(&dms(&rule), &TASK.parse().unwrap()).await.unwrap_err();
    outcomes.push((error, rule.num_calls()));
    let rule = endless_connections(new);
    let error = connections(&dms(&rule), &route()).await.unwrap_err();
    outcomes.push((error, rule.num_calls()));
    let rule = endless_points(new);
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&rule]);
    let error = cloudwatch::points(&client, "nightly", &TASK.parse().unwrap(), minute(25)).await.unwrap_err();
    outcomes.push((error, rule.num_calls()));
    outcomes
}

#[tokio::test]
async fn a_marker_that_comes_twice_is_an_error_and_no_shorter_list() {
    for (error, calls) in endless(false).await {
        assert_eq!((error.name(), calls), ("Migration.Unavailable", 2), "{error}");
        assert!(
            chain(&error).ends_with(r#": the marker "page 0" came twice, so the list has no end"#),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn more_pages_than_there_can_be_are_an_error_and_no_loop() {
    let expected = [100, 100, 400, 20, 10];
    for ((error, calls), max) in endless(true).await.into_iter().zip(expected) {
        assert_eq!((error.name(), calls), ("Migration.Unavailable", max), "{error}");
        assert!(chain(&error).ends_with(&format!(": more than {max} pages came and no end")), "{error:?}");
    }
}

#[tokio::test]
async fn an_empty_marker_ends_a_list() {
    let page = |marker: &str| json!({"TableStatistics": [{"TableName": "t"}], "Marker": marker}).to_string();
    let seen = Seen::<DescribeTableStatisticsInput>::default();
    let noting = seen.clone();
    let rule = mock!(Client::describe_table_statistics)
        .match_requests(move |request| noting.note(request))
        .sequence()
        .http_status(200, Some(page("two")))
        .http_status(200, Some(page("")))
        .build();
    assert_eq!(tables(&dms(&rule), &TASK.parse().unwrap()).await.unwrap().len(), 2);
    let asked = seen.all();
    let asked: Vec<_> = asked.iter().map(|input| (input.marker(), input.max_records())).collect();
    assert_eq!(asked, [(None, Some(500)), (Some("two"), Some(500))]);
}

#[tokio::test]
async fn a_list_of_as_many_pages_as_may_be_is_read() {
    let marker = markers(true);
    let rule = mock!(Client::describe_connections).then_compute_output(move |_| {
        let marker = marker();
        let more = (marker != "page 19").then_some(marker);
        DescribeConnectionsOutput::builder().set_marker(more).build()
    });
    assert_eq!(connections(&dms(&rule), &route()).await.unwrap(), []);
    assert_eq!(rule.num_calls(), 20);
}

#[tokio::test]
async fn connections_are_read_to_their_last_page() {
    let seen = Seen::<DescribeConnectionsInput>::default();
    let noting = seen.clone();
    let rule = mock!(Client::describe_connections)
        .match_requests(move |request| noting.note(request))
        .then_compute_output(|request| {
            let first = request.marker().is_none();
            let endpoint = arn(if first { "endpoint:SOURCE" } else { "endpoint:TARGET" }).to_string();
            let connection = Connection::builder().endpoint_arn(endpoint).status("successful").build();
            let marker = first.then(|| "two".to_owned());
            DescribeConnectionsOutput::builder().connections(connection).set_marker(marker).build()
        });
    let found = connections(&dms(&rule), &route()).await.unwrap();
    let found: Vec<_> =
        found.iter().map(|connection| (connection.endpoint.tail(), &connection.state)).collect();
    let tested = &ConnectionState::Successful;
    assert_eq!(found, [("SOURCE", tested), ("TARGET", tested)]);
    let asked = seen.all();
    let asked: Vec<_> = asked.iter().map(|input| (input.marker(), input.filters().len())).collect();
    assert_eq!(asked, [(None, 2), (Some("two"), 2)]);
}

#[tokio::test]
async fn tasks_are_read_to_the_page_that_has_the_one_and_to_the_last_where_all_count() {
    let another = || {
        let mut task = described("running", Some(1));
        task["ReplicationTaskArn"] = json!(arn("task:ANOTHER"));
        task["ReplicationTaskIdentifier"] = json!("another");
        task
    };
    let page =
        |task: Value, marker: Option<&str>| json!({"ReplicationTasks": [task], "Marker": marker}).to_string();
    let pages = |seen: &Seen<DescribeReplicationTasksInput>| {
        let noting = seen.clone();
        mock!(Client::describe_replication_tasks)
            .match_requests(move |request| noting.note(request))
            .sequence()
            .http_status(200, Some(page(another(), Some("two"))))
            .http_status(200, Some(page(described("ready", None), Some("three"))))
            .http_status(200, Some(page(another(), None)))
            .build()
    };
    let seen = Seen::default();
    let rule = pages(&seen);
    let found = describe(&dms(&rule), &TaskFilter::Arn(TASK.to_owned()), false).await.unwrap().unwrap();
    assert_eq!((found.replication_task_arn(), rule.num_calls()), (Some(TASK), 2));

    let seen = Seen::default();
    let rule = pages(&seen);
    assert_eq!(writers(&dms(&rule), &arn("endpoint:TARGET")).await.unwrap().len(), 3);
    let asked = seen.all();
    let asked: Vec<_> = asked.iter().map(|input| (input.marker(), input.max_records())).collect();
    assert_eq!(asked, [(None, Some(100)), (Some("two"), Some(100)), (Some("three"), Some(100))]);
}

#[tokio::test]
async fn points_of_the_lag_come_together_from_several_pages() {
    let page = |id: &str, token: Option<&str>| {
        use aws_sdk_cloudwatch::primitives::DateTime;
        let result = aws_sdk_cloudwatch::types::MetricDataResult::builder()
            .id(id)
            .timestamps(DateTime::from_secs(minute(20).as_second()))
            .values(7.0);
        GetMetricDataOutput::builder()
            .metric_data_results(result.build())
            .set_next_token(token.map(str::to_owned))
            .build()
    };
    let rule = mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_compute_output(
        move |request: &GetMetricDataInput| match request.next_token() {
            None => page("source", Some("two")),
            Some(_) => page("target", None),
        },
    );
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&rule]);
    let points = cloudwatch::points(&client, "nightly", &TASK.parse().unwrap(), minute(25)).await.unwrap();
    assert_eq!(points.len(), 1);
    assert_eq!((points[0].source, points[0].target), (Some(7.0), Some(7.0)));
}
