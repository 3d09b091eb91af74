//! What CloudWatch knows about DMS: GetMetricData for the two latency metrics of a task, and for what an instance has left.

use std::collections::BTreeMap;

use dms_simulator::{LagPoint, Simulator};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::faults::ErrorAnswer;

/// The members of its answers that hold instants.
pub const INSTANTS: [&str; 1] = ["Timestamps"];

const NAMESPACE: &str = "AWS/DMS";
const INSTANCE: &str = "ReplicationInstanceIdentifier";
const TASK: &str = "ReplicationTaskIdentifier";

/// Answers GetMetricData. A metric that does not exist, and dimensions that do not belong together, give no points and
/// no error, as with CloudWatch.
///
/// # Errors
/// The refusal of a request that CloudWatch would refuse.
pub fn get_metric_data(
    simulator: &mut Simulator,
    now: Timestamp,
    request: &Value,
) -> Result<Value, ErrorAnswer> {
    let instant = |name: &str| {
        let seconds = request.get(name).and_then(Value::as_f64);
        seconds.and_then(|it| Timestamp::from_millisecond((it * 1000.0).round() as i64).ok())
    };
    let required = |name: &str| refused("MissingRequiredParameterException", format!("{name} is required"));
    let from = whole_minute(instant("StartTime").ok_or_else(|| required("StartTime"))?);
    let until = instant("EndTime").ok_or_else(|| required("EndTime"))?;
    if from >= until {
        return Err(refused("ValidationError", "the StartTime must be before the EndTime".to_owned()));
    }
    let queries = request.get("MetricDataQueries").and_then(Value::as_array);
    let queries = queries.ok_or_else(|| required("MetricDataQueries"))?;
    let ascending = request.get("ScanBy").and_then(Value::as_str) == Some("TimestampAscending");
    let mut results = Vec::new();
    for query in queries {
        let (id, label, mut points) = points(simulator, now, query, (from, until))?;
        if !ascending {
            points.reverse();
        }
        if query.get("ReturnData").and_then(Value::as_bool) == Some(false) {
            continue;
        }
        let (timestamps, values): (Vec<i64>, Vec<f64>) = points.into_iter().unzip();
        results.push(json!({
            "Id": id, "Label": label, "Timestamps": timestamps, "Values": values, "StatusCode": "Complete",
        }));
    }
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

type Points = Vec<(i64, f64)>;

/// The id, the label, and the points of one query, the oldest first.
fn points(
    simulator: &mut Simulator,
    now: Timestamp,
    query: &Value,
    (from, until): (Timestamp, Timestamp),
) -> Result<(String, String, Points), ErrorAnswer> {
    let text = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
    };
    let id = text(query, "Id");
    let Some(stat) = query.get("MetricStat") else {
        let why = format!("the query {id} has no MetricStat; no expressions are known here");
        return Err(refused("ValidationError", why));
    };
    let metric = stat.get("Metric").unwrap_or(&Value::Null);
    let name = text(metric, "MetricName");
    let label = query.get("Label").and_then(Value::as_str).map_or_else(|| name.clone(), str::to_owned);
    let period = stat.get("Period").and_then(Value::as_i64).unwrap_or_default();
    if period < 60 || period % 60 != 0 {
        return Err(refused("ValidationError", format!("the Period of {id} must be a multiple of 60")));
    }
    let summarised: fn(&[f64]) -> f64 = match text(stat, "Stat").as_str() {
        "Average" => |values| values.iter().sum::<f64>() / values.len() as f64,
        "Maximum" => |values| values.iter().copied().fold(f64::MIN, f64::max),
        "Minimum" => |values| values.iter().copied().fold(f64::MAX, f64::min),
        "Sum" => |values| values.iter().sum(),
        "SampleCount" => |values| values.len() as f64,
        other => {
            return Err(refused("ValidationError", format!("the Stat {other:?} of {id} is not known here")));
        }
    };
    if let (NAMESPACE, "FreeStorageSpace" | "FreeableMemory") =
        (text(metric, "Namespace").as_str(), name.as_str())
    {
        let (storage, memory) =
            instance_alone(metric).map_or((None, None), |instance| simulator.left_of(&instance));
        let value = if name == "FreeStorageSpace" { storage } else { memory };
        // The same at each minute.
        let (first, last) = (from.as_second(), until.as_second());
        let starts = (first - first.rem_euclid(period)..last).step_by(usize::try_from(period).unwrap_or(60));
        let points = value.into_iter().flat_map(|value| starts.clone().map(move |start| (start, value)));
        let summarised = |value: f64| summarised(&vec![value; usize::try_from(period / 60).unwrap_or(1)]);
        return Ok((id, label, points.map(|(start, value)| (start, summarised(value))).collect()));
    }
    let value: fn(&LagPoint) -> f64 = match (text(metric, "Namespace").as_str(), name.as_str()) {
        (NAMESPACE, "CDCLatencySource") => |point| point.source,
        (NAMESPACE, "CDCLatencyTarget") => |point| point.target,
        _ => return Ok((id, label, Points::new())),
    };
    let Some((instance, task)) = dimensions(metric) else { return Ok((id, label, Points::new())) };
    let mut periods: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for point in simulator.lag_of(now, &instance, &task, from, until) {
        let second = point.at.as_second();
        periods.entry(second - second.rem_euclid(period)).or_default().push(value(&point));
    }
    let points = periods.into_iter().map(|(second, values)| (second, summarised(&values))).collect();
    Ok((id, label, points))
}

/// The values of the two dimensions that each of the metrics has; nothing where it is asked with others.
fn dimensions(metric: &Value) -> Option<(String, String)> {
    let listed = metric.get("Dimensions")?.as_array()?;
    let value = |name: &str| {
        let found = listed.iter().find(|it| it.get("Name").and_then(Value::as_str) == Some(name))?;
        found.get("Value")?.as_str().map(str::to_owned)
    };
    if listed.len() == 2 { Some((value(INSTANCE)?, value(TASK)?)) } else { None }
}

/// The value of the one dimension that the metrics of an instance have; nothing where they are asked with others.
fn instance_alone(metric: &Value) -> Option<String> {
    let listed = metric.get("Dimensions")?.as_array()?;
    let [dimension] = listed.as_slice() else { return None };
    let is_it = dimension.get("Name").and_then(Value::as_str) == Some(INSTANCE);
    dimension.get("Value").and_then(Value::as_str).filter(|_| is_it).map(str::to_owned)
}

fn whole_minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

fn refused(code: &str, message: String) -> ErrorAnswer {
    ErrorAnswer { status: 400, code: code.to_owned(), message }
}
