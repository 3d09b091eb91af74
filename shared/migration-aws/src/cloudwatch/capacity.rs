//! How much storage and memory a replication instance has left, as DMS publishes it to CloudWatch.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat};
use jiff::{SignedDuration, Timestamp};
use migration::survey::capacity::Capacity;

use crate::error::StepError;
use crate::pages::Pages;

/// How far back is looked.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(1);

/// How many seconds a point stands for.
const PERIOD: i32 = 300;

/// The most pages of points that are read; two dozen points are asked for.
const MAX_PAGES: usize = 10;

/// The least of the last hour. `instance` is the replication instance's name, not its ARN: that is what the metrics'
/// dimension holds.
///
/// # Errors
/// When CloudWatch does not answer, may not be asked, or its pages do not come to an end.
pub async fn capacity(cloudwatch: &Client, instance: &str, now: Timestamp) -> Result<Capacity, StepError> {
    let seconds = |instant: Timestamp| DateTime::from_secs(instant.as_second());
    let pages = cloudwatch
        .get_metric_data()
        .metric_data_queries(query("storage", "FreeStorageSpace", instance))
        .metric_data_queries(query("memory", "FreeableMemory", instance))
        .start_time(seconds(now.saturating_sub(LOOK_BACK).unwrap_or(now)))
        .end_time(seconds(now))
        .into_paginator()
        .send();
    let attempt = "reading the replication instance's storage and memory from CloudWatch";
    let mut pages = Pages::new(attempt, pages, MAX_PAGES, |page| page.next_token());
    let mut capacity = Capacity::default();
    while let Some(page) = pages.next().await? {
        for result in page.metric_data_results() {
            match result.id() {
                Some("storage") => capacity.free_storage = least(capacity.free_storage, result),
                Some("memory") => capacity.freeable_memory = least(capacity.freeable_memory, result),
                _ => {}
            }
        }
    }
    Ok(capacity)
}

/// The least of what was known and of what came.
fn least(known: Option<f64>, result: &MetricDataResult) -> Option<f64> {
    known.into_iter().chain(result.values().iter().copied()).reduce(f64::min)
}

fn query(id: &str, metric: &str, instance: &str) -> MetricDataQuery {
    let dimension = Dimension::builder().name("ReplicationInstanceIdentifier").value(instance).build();
    let metric = Metric::builder().namespace("AWS/DMS").metric_name(metric).dimensions(dimension).build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD).stat("Minimum").build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}
