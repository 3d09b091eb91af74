//! The target's rows: none dropped, emptied or doubled without consent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::close::allowed;
use super::{Rule, Violation, violation};
use crate::plan;
use crate::record::{Call, Change, Entry, Execution, Record};
use crate::rows::Table;
use crate::window;
use crate::work::{self, Work, names};

pub(super) fn judge(record: &Record) -> Vec<Violation> {
    let works = work::of(record);
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    let mut broken = Vec::new();
    for entry in &record.ledger {
        let table = tables.entry(entry.table.as_str()).or_default();
        let work =
            works.iter().rfind(|work| Some(work.task) == entry.task.as_deref() && work.from <= entry.at);
        // What people start is theirs.
        let execution = work.and_then(|work| record.execution(&work.by?.execution));
        if let (Some(work), Some(execution)) = (work, execution) {
            let about = Act { record, work, execution, plan: &record.principal(execution).input };
            broken.extend(about.destroys(entry, table).or_else(|| about.doubles(entry, table)));
        }
        table.take(entry);
    }
    broken
}

/// What an execution of ours has brought about.
struct Act<'a> {
    record: &'a Record,
    work: &'a Work<'a>,
    execution: &'a Execution,
    plan: &'a Value,
}

impl Act<'_> {
    /// We have asked DMS to load this table again, while the task runs.
    fn asked_again(&self, entry: &Entry) -> bool {
        self.record.calls.iter().any(|call| {
            call.operation == "ReloadTables"
                && call.taken
                && self.work.from <= call.at
                && call.at <= entry.at
                && names(call, self.work.task)
                && call.request["TablesToReload"].as_array().is_some_and(|tables| {
                    tables.iter().any(|table| {
                        let name = |member: &str| table[member].as_str().unwrap_or_default().to_owned();
                        format!("{}.{}", name("SchemaName"), name("TableName")) == entry.table
                    })
                })
        })
    }

    fn may_be_suspended(&self, name: &str) -> bool {
        self.record.tables.iter().any(|table| table.name == name && table.may_be_suspended)
    }

    /// When this run had asked for a reload before this one; a redrive is a new decision.
    fn reloaded_before(&self) -> Option<Timestamp> {
        let reloads = self.record.calls.iter().filter(|call| {
            call.operation == "StartReplicationTask"
                && call.taken
                && call.execution == self.execution.name
                && call.request["StartReplicationTaskType"] == "reload-target"
                && call.at < self.work.from
        });
        reloads.map(|call| call.at).min().filter(|_| self.execution.redrives == 0)
    }

    /// When another run with the same scheduled time had started the task before this one did.
    fn scheduled_twice(&self) -> Option<Timestamp> {
        let scheduled = window::scheduled(self.plan)?;
        let of_this_time = |call: &&Call| {
            let by = self.record.execution(&call.execution).map(|by| self.record.principal(by));
            by.is_some_and(|by| {
                by.name != self.execution.name && window::scheduled(&by.input) == Some(scheduled)
            })
        };
        let starts = self.record.calls.iter().filter(|call| {
            call.operation == "StartReplicationTask"
                && call.taken
                && names(call, self.work.task)
                && scheduled <= call.at
                && call.at < self.work.from
        });
        starts.filter(of_this_time).map(|call| call.at).min()
    }

    fn destroys(&self, entry: &Entry, table: &Table) -> Option<Violation> {
        let (Change::Dropped { rows } | Change::Truncated { rows }) = entry.what else { return None };
        if rows == 0 {
            return None;
        }
        let wrong = if !plan::lets_rows_go(self.plan) {
            Some("and the plan keeps rows")
        } else if self.asked_again(entry) {
            let is_whole = table.complete.is_some() && !self.may_be_suspended(&entry.table);
            (plan::on_table_errors(self.plan) != "Reload" || is_whole)
                .then_some("by a reload of a table that was no longer to be loaded")
        } else {
            match self.work.kind() {
                Some("resume-processing") => {
                    // A task that was made anew, and came to rest before it had begun, is resumed in place of its first start.
                    let by_this_task = table.complete_by.as_deref() == Some(self.work.task);
                    (table.complete.is_some() && by_this_task)
                        .then_some("by a resume, and the table was complete")
                }
                Some("reload-target") => match plan::start(self.plan) {
                    "Reload" => {
                        let loaded = table.complete.zip(self.reloaded_before());
                        loaded
                            .is_some_and(|(complete, since)| since <= complete)
                            .then_some("and they came by a reload of the same run")
                    }
                    "Refresh" => {
                        let opened =
                            allowed(self.record, self.execution).window().map(|window| window.opened);
                        let since = opened.or_else(|| window::scheduled(self.plan));
                        let since = since.unwrap_or(self.execution.began);
                        let of_tonight = table.complete.is_some_and(|at| since <= at && at < self.work.from);
                        of_tonight.then_some("and they were tonight's")
                    }
                    _ => Some("by a reload that the plan does not ask for"),
                },
                _ => None,
            }
        };
        let words = format!("{rows} rows of {} went, {}", entry.table, wrong?);
        Some(violation(Rule::Destroyed, &self.execution.name, entry.at, words))
    }

    fn doubles(&self, entry: &Entry, table: &Table) -> Option<Violation> {
        let Change::LoadEnded { rows, .. } = entry.what else { return None };
        if rows == 0 || table.copies.is_empty() {
            return None;
        }
        let asked_again = self.asked_again(entry);
        let begun = self.record.ledger.iter().filter(|other| {
            other.what == Change::LoadBegan
                && other.table == entry.table
                && other.task == entry.task
                && self.work.from <= other.at
                && other.at <= entry.at
        });
        // DMS has begun the table again by itself, or a first load adds to what is there, as the manual says.
        if !asked_again && (begun.count() > 1 || self.work.kind() == Some("start-replication")) {
            return None;
        }
        let resumes = self.record.calls.iter().filter(|call| {
            call.operation == "StartReplicationTask" && call.taken && call.execution == self.execution.name
        });
        let consented = plan::start(self.plan) == "Resume"
            && resumes.map(|call| call.at).min() == Some(self.work.from)
            && self.scheduled_twice().is_none()
            && !asked_again;
        if consented {
            return None;
        }
        let words = format!("{rows} rows of {} came on top of {:?}", entry.table, table.copies);
        Some(violation(Rule::Doubled, &self.execution.name, entry.at, words))
    }
}
