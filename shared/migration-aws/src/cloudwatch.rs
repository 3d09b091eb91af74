//! How far a replication is behind, as DMS publishes it to CloudWatch; beside it what an instance has left.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy};
use jiff::Timestamp;
use migration::run::lag::{LagPoint, MINUTE};
use migration::time::graces::LAG_LOOK_BACK;
use plan::Arn;

use crate::error::StepError;
use crate::pages::Pages;
use crate::timestamp;

pub mod capacity;

/// The most pages of points that are read. A page holds 100,800 points, and a few dozen are asked for.
const MAX_PAGES: usize = 10;

/// The points of the last minutes, one a minute, in no particular order. A minute of which CloudWatch says nothing is
/// left out. `instance` is the replication instance's name, not its ARN: that is what the metric's dimension holds.
///
/// # Errors
/// When CloudWatch does not answer, may not be asked, or its pages do not come to an end.
pub async fn points(
    cloudwatch: &Client,
    instance: &str,
    task: &Arn,
    now: Timestamp,
) -> Result<Vec<LagPoint>, StepError> {
    let seconds = |instant: Timestamp| DateTime::from_secs(instant.as_second());
    let from = now.saturating_sub(LAG_LOOK_BACK).unwrap_or(now);
    let pages = cloudwatch
        .get_metric_data()
        .metric_data_queries(query("source", "CDCLatencySource", instance, task))
        .metric_data_queries(query("target", "CDCLatencyTarget", instance, task))
        .start_time(seconds(from))
        .end_time(seconds(now))
        .scan_by(ScanBy::TimestampDescending)
        .into_paginator()
        .send();
    let attempt = "reading the replication's lag from CloudWatch";
    let mut pages = Pages::new(attempt, pages, MAX_PAGES, |page| page.next_token());
    let mut points: Vec<LagPoint> = Vec::new();
    while let Some(page) = pages.next().await? {
        take_in(&mut points, page.metric_data_results());
    }
    Ok(points)
}

/// Brings the points of both metrics together, minute by minute.
fn take_in(points: &mut Vec<LagPoint>, results: &[MetricDataResult]) {
    for result in results {
        for (at, value) in result.timestamps().iter().zip(result.values()) {
            let Some(at) = timestamp(at) else { continue };
            let known = points.iter_mut().find(|point| point.at == at);
            let point = match known {
                Some(point) => point,
                None => {
                    points.push(LagPoint { at, source: None, target: None });
                    let Some(point) = points.last_mut() else { continue };
                    point
                }
            };
            match result.id() {
                Some("source") => point.source = Some(*value),
                Some("target") => point.target = Some(*value),
                _ => {}
            }
        }
    }
}

fn query(id: &str, metric: &str, instance: &str, task: &Arn) -> MetricDataQuery {
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let metric = Metric::builder()
        .namespace("AWS/DMS")
        .metric_name(metric)
        .dimensions(dimension("ReplicationInstanceIdentifier", instance))
        .dimensions(dimension("ReplicationTaskIdentifier", task.tail()))
        .build();
    let period = i32::try_from(MINUTE.as_secs()).unwrap_or(60);
    // The greatest of a minute: an average would hide the moments that a switch-over waits for.
    let stat = MetricStat::builder().metric(metric).period(period).stat("Maximum").build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}
