//! What a rehearsal told, as data: enough to make a screen or a page of it afterwards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use local_aws::Call;
use migration::run::document::Document;
use migration::run::execution::Run;
use serde::Serialize;
use serde_json::Value;

use crate::execution::{Ended, Published};
use crate::story::{self, Kind, Line};

/// A rehearsal.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Told {
    /// The name of the plan's file.
    pub plan: String,
    /// The plan, as the execution got it.
    pub input: Value,
    /// The zone in which times are meant, as IANA names it.
    pub zone: String,
    /// What was said at the beginning.
    pub said: Vec<String>,
    /// One after the other.
    pub nights: Vec<Night>,
}

/// One night: a run from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Night {
    /// The name of its execution.
    pub execution: String,
    /// When its run began.
    pub began: Timestamp,
    /// When it had ended.
    pub ended: Timestamp,
    /// When the window opened, of a plan that has one.
    pub opened: Option<Timestamp>,
    /// When the window closes, of a plan that has one.
    pub closes: Option<Timestamp>,
    /// Every step.
    pub lines: Vec<Line>,
    /// Every table that was seen, by name.
    pub tables: Vec<TableTold>,
    /// How far replication was behind, minute by minute.
    pub lag: Vec<LagTold>,
    /// What people and machines were told.
    pub mails: Vec<Mail>,
    /// What the run would have cost.
    pub cost: Cost,
    /// `SUCCEEDED`, `FAILED`, `ABORTED`, `TIMED_OUT`.
    pub status: String,
    /// The verdict's word; `none` where there is none.
    pub verdict: String,
    /// Why, most important first.
    pub reasons: Vec<String>,
    /// The last document of the run.
    pub document: Value,
}

/// A table, as DMS showed it through the night.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableTold {
    /// `schema.table`.
    pub name: String,
    /// Its loads, in the order of their beginnings; one of an earlier night among them when DMS still shows that.
    pub loads: Vec<Load>,
    /// What was seen of it, where that was new.
    pub sights: Vec<Sight>,
}

/// A load of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Load {
    pub began: Timestamp,
    /// Absent while it goes on, and of one that was interrupted.
    pub ended: Option<Timestamp>,
}

/// A table at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Sight {
    pub at: Timestamp,
    /// DMS's word for its load.
    pub state: String,
    /// `FullLoadRows`.
    pub rows: u64,
}

/// A minute of replication.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LagTold {
    pub at: Timestamp,
    /// `CDCLatencySource`, in seconds.
    pub source: f64,
    /// `CDCLatencyTarget`, in seconds.
    pub target: f64,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Mail {
    /// When it was handed to SNS.
    pub at: Timestamp,
    /// The ARN of its topic.
    pub topic: String,
    pub subject: String,
    /// What people get.
    pub text: String,
    /// What machines get.
    pub json: Value,
}

impl From<Published> for Mail {
    fn from(Published { at, topic, subject, text, json }: Published) -> Mail {
        Mail { at, topic, subject, text, json }
    }
}

/// What a run would have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cost {
    /// States that were entered: what Step Functions bills.
    pub transitions: usize,
    /// Invocations of Lambda functions.
    pub invocations: usize,
    /// Calls to DMS.
    pub dms_calls: usize,
}

impl Night {
    /// A night out of what passed in it: the recorded calls of its execution, and how that ended.
    pub fn of(
        execution: &str,
        (began, ended_at): (Timestamp, Timestamp),
        calls: &[Call],
        ended: &Ended,
        zone: &TimeZone,
    ) -> Night {
        let answers = || calls.iter().filter(|call| call.operation == "Invoke" && call.status.is_some());
        let documents = || answers().filter_map(|call| Document::read(&call.answer).ok());
        let run = documents().filter_map(run_of).next_back();
        let window = run.as_ref().filter(|run| run.at_close.is_some());
        let verdict = ended.reported.as_ref().map(|reported| &reported.verdict);
        let document = answers().map(|call| &call.answer).rfind(|answer| Document::read(answer).is_ok());
        Night {
            execution: execution.to_owned(),
            began,
            ended: ended_at,
            opened: window.map(|run| run.opened),
            closes: window.map(|run| run.closes),
            lines: answers().map(|call| story::line(call, zone)).collect(),
            tables: tables(calls),
            lag: Vec::new(),
            mails: Vec::new(),
            cost: Cost {
                transitions: 0,
                invocations: calls.iter().filter(|call| call.operation == "Invoke").count(),
                dms_calls: calls.iter().filter(|call| call.service == "dms").count(),
            },
            status: ended.status.clone(),
            verdict: ended.verdict().to_owned(),
            reasons: verdict.map(|verdict| verdict.reasons.clone()).unwrap_or_default(),
            document: document.cloned().unwrap_or_default(),
        }
    }

    /// What was done, decided or told, without the waits.
    pub fn acts(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !matches!(line.kind, Kind::Wait { .. }))
    }

    /// Whether its execution ended well.
    pub fn is_good(&self) -> bool {
        self.status == "SUCCEEDED"
    }
}

fn run_of(document: Document) -> Option<Run> {
    match document {
        Document::Opened(_) => None,
        Document::Running(running) => Some(running.run),
        Document::Reported(reported) => Some(reported.run),
    }
}

/// The tables out of every answer of DescribeTableStatistics.
pub fn tables(calls: &[Call]) -> Vec<TableTold> {
    let mut tables: BTreeMap<String, TableTold> = BTreeMap::new();
    let answered = |call: &&Call| call.operation == "DescribeTableStatistics" && call.status == Some(200);
    for call in calls.iter().filter(answered) {
        for entry in call.answer["TableStatistics"].as_array().into_iter().flatten() {
            let text = |name: &str| entry[name].as_str().unwrap_or_default();
            let name = format!("{}.{}", text("SchemaName"), text("TableName"));
            let table =
                tables.entry(name.clone()).or_insert_with(|| TableTold { name, ..TableTold::default() });
            let rows = entry["FullLoadRows"].as_u64().unwrap_or_default();
            table.see(Sight { at: call.local, state: text("TableState").to_owned(), rows });
            if let Some(began) = instant(&entry["FullLoadStartTime"]) {
                table.load(Load { began, ended: instant(&entry["FullLoadEndTime"]) });
            }
        }
    }
    tables.into_values().collect()
}

impl TableTold {
    fn see(&mut self, sight: Sight) {
        let known =
            self.sights.last().is_some_and(|last| (&last.state, last.rows) == (&sight.state, sight.rows));
        if !known {
            self.sights.push(sight);
        }
    }

    fn load(&mut self, load: Load) {
        match self.loads.last_mut() {
            Some(last) if last.began == load.began => last.ended = load.ended.or(last.ended),
            _ => self.loads.push(load),
        }
    }
}

/// An instant as the wire has it, in seconds.
fn instant(value: &Value) -> Option<Timestamp> {
    Timestamp::from_millisecond((value.as_f64()? * 1000.0) as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn statistics(at: &str, state: &str, rows: u64, began: f64, ended: Option<f64>) -> Call {
        Call {
            number: 0,
            local: at.parse().unwrap(),
            real: Timestamp::UNIX_EPOCH,
            service: "dms".to_owned(),
            operation: "DescribeTableStatistics".to_owned(),
            function: None,
            execution: None,
            request: Value::Null,
            status: Some(200),
            error: None,
            answer: json!({ "TableStatistics": [{
                "SchemaName": "shop", "TableName": "orders", "TableState": state, "FullLoadRows": rows,
                "FullLoadStartTime": began, "FullLoadEndTime": ended,
            }] }),
            fault: None,
        }
    }

    #[test]
    fn a_table_is_told_by_its_loads_and_by_what_was_new_about_it() {
        let calls = [
            statistics("2026-11-24T22:01:00Z", "Full load", 10, 100.0, None),
            statistics("2026-11-24T22:02:00Z", "Full load", 10, 100.0, None),
            statistics("2026-11-24T22:03:00Z", "Table completed", 20, 100.0, Some(130.5)),
            statistics("2026-11-24T23:03:00Z", "Full load", 0, 200.0, None),
        ];
        let at = |seconds: f64| Timestamp::from_millisecond((seconds * 1000.0) as i64).unwrap();
        let [table] = tables(&calls).try_into().unwrap();
        assert_eq!(table.name, "shop.orders");
        assert_eq!(
            table.loads,
            [Load { began: at(100.0), ended: Some(at(130.5)) }, Load { began: at(200.0), ended: None }]
        );
        let states: Vec<_> = table.sights.iter().map(|sight| (sight.state.as_str(), sight.rows)).collect();
        assert_eq!(states, [("Full load", 10), ("Table completed", 20), ("Full load", 0)]);
    }
}
