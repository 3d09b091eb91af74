//! Where a replication begins and ends (DMS API reference, `CreateReplicationTask`; user guide, change data capture).

use serde_json::Value;

use super::MigrationType;
use super::located::{Members, quoted, shown};
use super::slips;
use super::start_position::StartPosition;
use super::stop_position;
use crate::finding::{Code, Findings};

/// What a request says about the bounds of a replication.
#[derive(Default)]
pub(super) struct Cdc {
    /// Where it begins, as a time.
    pub(super) start_time: Option<jiff::Timestamp>,
    /// Where it begins, as a date, a checkpoint or a position in the source's log.
    pub(super) start_position: Option<String>,
    /// Where it ends.
    pub(super) stop_position: Option<String>,
}

/// Reads the three members and says what does not go together.
pub(super) fn read(
    members: &mut Members<'_>,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) -> Cdc {
    let mut cdc = Cdc::default();
    let start_time = members.get("CdcStartTime").filter(|node| !is_epoch(node.value));
    let start_position = members.get("CdcStartPosition");
    if let (Some(time), Some(_)) = (&start_time, &start_position) {
        findings.add(
            &time.path,
            Code::CdcStartTwice,
            "CdcStartTime and CdcStartPosition exclude each other: keep the one that says where replication \
             begins, DMS refuses both",
        );
    }
    if let Some(node) = &start_time {
        cdc.start_time = read_time(node.value);
        if cdc.start_time.is_none() {
            findings.add(
                &node.path,
                Code::BadTime,
                format!(
                    "CdcStartTime must be a UTC time like 2018-03-08T12:12:12 or epoch seconds, not {}{}",
                    shown(node.value),
                    slips::of_epoch(node.value)
                ),
            );
        }
    }
    if let Some(node) = &start_position
        && let Some(text) = node.text(findings)
    {
        check_start_position(&node.path, text, findings);
        cdc.start_position = Some(text.to_owned());
    }
    if let Some(node) = members.get("CdcStopPosition")
        && let Some(text) = node.text(findings)
    {
        if stop_position::time(text).is_none() {
            findings.add(
                &node.path,
                Code::BadCdcStopPosition,
                format!(
                    "CdcStopPosition must be server_time:YYYY-MM-DDThh:mm:ss or commit_time:YYYY-MM-DDThh:mm:ss \
                     (UTC), not {}{}",
                    quoted(text),
                    epoch_as_stop(text)
                ),
            );
        }
        cdc.stop_position = Some(text.to_owned());
        if migration_type == Some(&MigrationType::FullLoad) {
            findings.add(
                &node.path,
                Code::CdcMemberWithoutCdc,
                "CdcStopPosition means nothing for a full load; DMS ignores it",
            );
        }
    }
    check_order(&cdc, &members.place("CdcStopPosition"), findings);
    let starts = [&start_time, &start_position];
    for node in starts.into_iter().flatten() {
        match migration_type {
            Some(MigrationType::FullLoad) => findings.add(
                &node.path,
                Code::CdcMemberWithoutCdc,
                "a replication start means nothing for a full load; DMS ignores it",
            ),
            Some(MigrationType::FullLoadAndCdc) => findings.add(
                &node.path,
                Code::CdcStartWithFullLoad,
                "full-load-and-cdc begins replication where its load began; state a start only for MigrationType cdc",
            ),
            _ => {}
        }
    }
    cdc
}

/// What is said of a stop position that is a number: how it is written as a time.
fn epoch_as_stop(text: &str) -> String {
    let (of_commits, digits) = match text.rsplit_once(':') {
        Some((of, digits)) => (of.trim() == "commit_time", digits),
        None => (false, text),
    };
    let clock = if of_commits { "commit_time" } else { "server_time" };
    slips::of_epoch_for_text(&digits.into(), |time| format!("{clock}:{}", time.strftime("%Y-%m-%dT%H:%M:%S")))
}

/// A replication that ends before it begins. Both times are UTC.
fn check_order(cdc: &Cdc, place: &str, findings: &mut Findings) {
    let start = cdc.start_time.or_else(|| match StartPosition::read(cdc.start_position.as_deref()?)? {
        StartPosition::Date(date) => jiff::tz::Offset::UTC.to_timestamp(date).ok(),
        _ => None,
    });
    let stop = cdc.stop_position.as_deref().and_then(stop_position::time);
    if let (Some(start), Some(stop)) = (start, stop)
        && stop <= start
    {
        findings.add(
            place,
            Code::StopBeforeStart,
            format!("the replication is to end at {stop}, before it begins at {start}"),
        );
    }
}

/// The forms that DMS documents: a date, a checkpoint, or a log position of MySQL, PostgreSQL, SQL Server or Oracle.
fn check_start_position(path: &str, text: &str, findings: &mut Findings) {
    if text.eq_ignore_ascii_case("now") {
        findings.add(
            path,
            Code::CdcStartNow,
            "CdcStartPosition \"now\" is no position that DMS documents; to start with the changes made from now on, \
             leave out both CdcStartPosition and CdcStartTime",
        );
    } else if StartPosition::read(text).is_none() {
        findings.refused(
            path,
            Code::BadCdcStartPosition,
            format!(
                "CdcStartPosition must be a date, a checkpoint:..., or a position in the source's log, not {}",
                quoted(text)
            ),
            "Invalid CdcStartPosition format",
        );
    }
}

/// The CLI's skeleton holds the epoch where no time is meant.
fn is_epoch(value: &Value) -> bool {
    value.as_f64() == Some(0.0) || value.as_str().is_some_and(|text| text.starts_with("1970-01-01T00:00:00"))
}

/// A UTC time as ISO text, with or without its `Z`, or as epoch seconds.
fn read_time(value: &Value) -> Option<jiff::Timestamp> {
    if let Some(text) = value.as_str() {
        return text.parse::<jiff::Timestamp>().ok().or_else(|| utc(text));
    }
    let seconds = value.as_f64()?;
    jiff::Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// A date and time without offset, read as UTC.
fn utc(text: &str) -> Option<jiff::Timestamp> {
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    jiff::tz::Offset::UTC.to_timestamp(civil).ok()
}
