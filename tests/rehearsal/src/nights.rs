//! A rehearsal over several nights: when each begins, and what became of each table.

use dms_simulator::Simulator;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use migration::time::window::{self, Opening};
use plan::Plan;
use plan::clean::one_line;
use serde_json::{Value, json};

use crate::wrap::wrapped;

/// The most nights of one rehearsal.
pub const MAX_NIGHTS: u32 = 14;

/// What became of a night.
#[derive(Clone, Debug)]
pub struct AtTheEnd {
    /// When its run began.
    pub began: Timestamp,
    /// Its verdict.
    pub verdict: String,
    /// Its tables at its end.
    pub tables: Vec<TableAtTheEnd>,
}

/// A table at the end of a night, as DMS shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAtTheEnd {
    pub name: String,
    pub state: String,
    pub rows: u64,
    /// When its last load ended.
    pub loaded: Option<Timestamp>,
}

/// When the next night begins, after one that began at `began` and whose run ended at `ended`: at the window's next
/// opening, and without hours of its own a day later.
pub fn next(plan: Option<&Plan>, began: Timestamp, ended: Timestamp) -> Timestamp {
    let a_day_later = began.saturating_add(SignedDuration::from_hours(24)).unwrap_or(began);
    let opening = |at: Timestamp| window::at(plan?.window.as_ref()?, None, at).into();
    let next = match opening(ended) {
        Some(Opening::Open { closes, .. }) => match opening(closes) {
            Some(Opening::Shut { next }) => next,
            Some(Opening::Open { .. }) | None => None,
        },
        Some(Opening::Shut { next }) => next,
        None => None,
    };
    next.unwrap_or(a_day_later).max(ended)
}

/// The plan of a night: a time that it was scheduled for is this night's.
pub fn of_the_night(input: &Value, began: Timestamp) -> Value {
    let mut input = input.clone();
    if input.get("ScheduledTime").is_some() {
        input["ScheduledTime"] = json!(began.to_string());
    }
    input
}

/// All tables of all tasks, as DMS shows them now.
pub fn tables(dms: &mut Simulator, now: Timestamp) -> Vec<TableAtTheEnd> {
    let arns: Vec<String> = dms.tasks().map(|task| task.arn().to_owned()).collect();
    let mut tables = Vec::new();
    for arn in arns {
        let Ok(answer) = dms.call(now, "DescribeTableStatistics", &json!({"ReplicationTaskArn": arn})) else {
            continue;
        };
        for table in answer["TableStatistics"].as_array().into_iter().flatten() {
            let text = |name: &str| table[name].as_str().unwrap_or_default().to_owned();
            let loaded = table["FullLoadEndTime"].as_f64();
            tables.push(TableAtTheEnd {
                name: format!("{}.{}", text("SchemaName"), text("TableName")),
                state: text("TableState"),
                rows: table["FullLoadRows"].as_u64().unwrap_or_default(),
                loaded: loaded.and_then(|at| Timestamp::from_millisecond((at * 1000.0) as i64).ok()),
            });
        }
    }
    tables
}

/// The nights in a small table: each verdict, and each table with its rows and the night that loaded them.
pub fn summary(nights: &[AtTheEnd], zone: &TimeZone, screen: usize) -> Vec<String> {
    let local = |at: Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%a %m-%d %H:%M").to_string();
    let mut lines = vec![String::new(), "--- what became of each night ---".to_owned()];
    let longest = nights.iter().flat_map(|night| &night.tables).map(|table| table.name.chars().count()).max();
    let (name_width, rows_width) = (longest.unwrap_or(0).clamp(8, 32), 11);
    for (nth, night) in nights.iter().enumerate() {
        lines.push(format!("{}. {}  {}", nth + 1, local(night.began), night.verdict));
        for table in &night.tables {
            let age = match table.loaded {
                Some(loaded) if loaded >= night.began => "of this night".to_owned(),
                Some(loaded) => format!("of {}", local(loaded)),
                None => "not loaded to the end".to_owned(),
            };
            let (name, state) = (one_line(&table.name), one_line(&table.state));
            let line =
                format!("   {name:<name_width$} {:>rows_width$} rows  {age} ({state})", grouped(table.rows));
            lines.extend(columns(&line, screen, name_width + rows_width + 11));
        }
    }
    lines
}

/// A row whose columns stay: what is too long goes on below its last one.
fn columns(line: &str, width: usize, last: usize) -> Vec<String> {
    let at = line.char_indices().nth(last).map_or(line.len(), |(at, _)| at);
    let (row, words) = line.split_at(at);
    let room = width.saturating_sub(last).max(20);
    let mut words = wrapped(words, room, 0).into_iter();
    let first = format!("{row}{}", words.next().unwrap_or_default());
    std::iter::once(first).chain(words.map(|words| format!("{}{words}", " ".repeat(last)))).collect()
}

/// A number with a comma for every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::read::read;

    fn plan(window: Value) -> Plan {
        let task = json!({"ReplicationTaskArn": "arn:aws:dms:us-east-1:123456789012:task:KEPT"});
        read(&json!({"Task": task, "Window": window})).plan.unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_night_is_the_next_opening() {
        let (began, ended) = (at("2026-11-24T22:00:00Z"), at("2026-11-24T23:30:00Z"));
        let hours = plan(json!({"Opens": "22:00", "Closes": "05:00", "TimeZone": "UTC"}));
        assert_eq!(next(Some(&hours), began, ended), at("2026-11-25T22:00:00Z"));
        assert_eq!(next(Some(&hours), began, at("2026-11-25T05:00:30Z")), at("2026-11-25T22:00:00Z"));
        assert_eq!(next(None, began, ended), at("2026-11-25T22:00:00Z"), "a day later without hours");
        let long = at("2026-11-26T03:00:00Z");
        assert_eq!(next(None, began, long), long, "and not before the last one has ended");
    }

    #[test]
    fn a_table_shows_the_night_that_loaded_it() {
        let table = |loaded: Option<&str>| TableAtTheEnd {
            name: "shop.orders".to_owned(),
            state: "Table completed".to_owned(),
            rows: 7,
            loaded: loaded.map(at),
        };
        let night = AtTheEnd {
            began: at("2026-11-25T22:00:00Z"),
            verdict: "Succeeded".to_owned(),
            tables: vec![
                table(Some("2026-11-25T22:05:00Z")),
                table(Some("2026-11-24T22:05:00Z")),
                table(None),
            ],
        };
        let text = summary(&[night], &TimeZone::UTC, 80).join("\n");
        for part in
            ["1. Wed 11-25 22:00  Succeeded", "of this night", "of Tue 11-24 22:05", "not loaded to the end"]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
