//! Where a replication ends (DMS API reference, `CdcStopPosition`).

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use super::MigrationType;
use super::shape::has_shape;
use crate::finding::{Code, Findings};

/// The time of a stop position; `None` when it has not the form that DMS takes.
pub fn time(position: &str) -> Option<Timestamp> {
    let time = position.strip_prefix("server_time:").or_else(|| position.strip_prefix("commit_time:"))?;
    // Exactly YYYY-MM-DDThh:mm:ss: DMS takes neither a part of it nor an offset. A sample of AWS has a blank before it.
    let time = time.trim_start();
    let civil = time.parse::<DateTime>().ok().filter(|_| has_shape(time, "0000-00-00T00:00:00"))?;
    jiff::tz::Offset::UTC.to_timestamp(civil).ok()
}

/// Says that the stop of a plan lies behind `now`. The reader of plans knows no clock, so who has one asks.
pub fn check(plan: &Value, now: Timestamp, findings: &mut Findings) {
    let Some(task) = plan.get("Task") else { return };
    let (task, place) = match task.pointer("/ReplicationTasks/0") {
        Some(task) => (task, "/Task/ReplicationTasks/0/CdcStopPosition"),
        None => (task, "/Task/CdcStopPosition"),
    };
    let text = |name: &str| task.get(name).and_then(Value::as_str);
    let only_loads = text("MigrationType") == Some(MigrationType::FullLoad.as_str());
    if let Some(stop) = text("CdcStopPosition").and_then(time)
        && stop <= now
        && !only_loads
    {
        findings.add(
            place,
            Code::StopInThePast,
            format!("the replication is to end at {stop}, and that has passed: every run would end as soon as it has read so far"),
        );
    }
}
