//! What final messages say, held against what happened.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::close::allowed;
use super::told::finals;
use super::{Rule, Violation, violation};
use crate::plan;
use crate::record::{Execution, Message, Record};
use crate::rows;
use crate::window;
use crate::work::{self, is_at_work, names};

/// How old what a message says of the task may be.
const SEEN_WITHIN: SignedDuration = SignedDuration::from_mins(20);

/// What can stop a task without us.
const STOPS: [&str; 6] = ["StopTask", "DeleteTask", "StoppedByUser", "DeletedByUser", "Stop", "LowMemory"];

pub(super) fn judge(record: &Record) -> Vec<Violation> {
    finals(record)
        .flat_map(|(message, _, about, outcome)| {
            let Some(execution) = record.by_arn(about) else { return Vec::new() };
            let case = Case { record, message, execution, plan: &record.principal(execution).input };
            case.judge(outcome)
        })
        .collect()
}

struct Case<'a> {
    record: &'a Record,
    message: &'a Message,
    execution: &'a Execution,
    plan: &'a Value,
}

impl Case<'_> {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.message.body.pointer(pointer)?.as_str()
    }

    fn number(&self, pointer: &str) -> usize {
        let number = self.message.body.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
        usize::try_from(number).unwrap_or(usize::MAX)
    }

    fn at(&self) -> Timestamp {
        let at = self.text("/Verdict/At").and_then(|at| at.parse().ok());
        at.unwrap_or(self.message.at)
    }

    fn task(&self) -> Option<&str> {
        self.text("/Task/ReplicationTaskArn")
    }

    fn loads(&self) -> bool {
        plan::migration_type(self.plan, self.record) != "cdc"
    }

    fn broken(&self, rule: Rule, words: String) -> Violation {
        violation(rule, &self.execution.name, self.at(), words)
    }

    /// The selected tables that the ledger does not show as complete since `since`.
    fn incomplete(&self, since: Option<Timestamp>) -> Vec<&str> {
        let tables = rows::at(self.record, self.at());
        let whole = |name: &str| {
            let complete = tables.get(name).and_then(|table| table.complete);
            complete.is_some_and(|at| since.is_none_or(|since| since <= at))
        };
        let selected = self.record.selected(self.plan);
        selected.into_iter().map(|table| table.name.as_str()).filter(|name| !whole(name)).collect()
    }

    /// From when on rows are tonight's.
    fn tonight(&self) -> Timestamp {
        let opened = allowed(self.record, self.execution).window().map(|window| window.opened);
        opened.or_else(|| window::scheduled(self.plan)).unwrap_or(self.execution.began)
    }

    /// What has happened from then on may have come to this verdict: since the run began, or its window opened, and where
    /// it only reports what another run has left, since that one did.
    fn since(&self) -> Timestamp {
        let left = self.execution.input.pointer("/LeftRunning/Execution").and_then(Value::as_str);
        let left = left.and_then(|arn| self.record.by_arn(arn));
        let case = Case { execution: left.unwrap_or(self.execution), ..*self };
        case.tonight().min(case.execution.began)
    }

    fn judge(&self, outcome: &str) -> Vec<Violation> {
        let mut broken: Vec<Violation> = self
            .lies(outcome)
            .map(|words| self.broken(Rule::Verdict, format!("{outcome}: {words}")))
            .into_iter()
            .collect();
        broken.extend(self.status(outcome));
        broken.extend(self.counts());
        broken
    }

    /// Why the verdict is none.
    fn lies(&self, outcome: &str) -> Option<String> {
        let verified = self.message.body.pointer("/Verdict/Verified") == Some(&Value::Bool(true));
        let differs = self.record.selected(self.plan).iter().any(|table| table.differs);
        if verified && differs {
            return Some("it says that all rows were compared and found equal".to_owned());
        }
        match outcome {
            "Succeeded" | "SucceededWithWarnings" if self.loads() => self.no_success(outcome),
            "Skipped" | "Rejected" | "Ready" if self.execution.redrives == 0 && !self.execution.aborted => {
                let started = self.starts().next()?;
                Some(format!("it started the task at {started}"))
            }
            "Skipped" => {
                let says = self.reasons().contains("tonight's rows are there");
                let missing = self.incomplete(Some(self.tonight()));
                (says && !missing.is_empty()).then(|| format!("tonight's rows are not in {missing:?}"))
            }
            "Paused" => {
                let due = allowed(self.record, self.execution).window().map(|window| window.stop_due);
                (due.is_none_or(|due| self.at() < due)).then(|| format!("the window closes at {due:?}"))
            }
            "PartlyFailed" => {
                let fine = self.incomplete(None).is_empty()
                    && !self.record.selected(self.plan).iter().any(|table| table.differs || table.errs);
                (fine && self.loads()).then(|| "every table is complete".to_owned())
            }
            "Interrupted" => {
                let others = self.record.calls.iter().any(|call| {
                    call.operation == "StopReplicationTask"
                        && call.taken
                        && call.execution != self.execution.name
                        && self.task().is_some_and(|task| names(call, task))
                });
                let somebody = self
                    .record
                    .deeds
                    .iter()
                    .any(|deed| STOPS.contains(&deed.what.as_str()) && deed.at <= self.at());
                (!somebody && !others).then(|| "nobody has stopped or deleted the task".to_owned())
            }
            "Aborted" => {
                let died = self.execution.aborted || self.execution.ended.is_some_and(|at| at < self.at());
                (!died).then(|| "nobody has ended the execution".to_owned())
            }
            "Unknown" => {
                let eventful = self.record.is_disturbed(self.since(), self.at());
                (!eventful && self.execution.redrives == 0)
                    .then(|| "nothing stood in the way of seeing it".to_owned())
            }
            "Failed" => {
                let fine = self.loads()
                    && self.incomplete(None).is_empty()
                    && !self.record.is_disturbed(self.since(), self.at())
                    && self.text("/Verdict/TaskStatus") == Some("stopped");
                fine.then(|| "every table is complete, and nothing happened".to_owned())
            }
            _ => None,
        }
    }

    fn reasons(&self) -> String {
        self.message.body.pointer("/Verdict/Reasons").map(Value::to_string).unwrap_or_default()
    }

    /// The starts of this execution that DMS took.
    fn starts(&self) -> impl Iterator<Item = Timestamp> {
        let calls = self.record.calls.iter().filter(|call| {
            call.operation == "StartReplicationTask" && call.taken && call.execution == self.execution.name
        });
        calls.map(|call| call.at)
    }

    fn no_success(&self, outcome: &str) -> Option<String> {
        let tolerant = outcome == "SucceededWithWarnings" && plan::on_table_errors(self.plan) == "Warn";
        let errs = |name: &&str| self.record.tables.iter().any(|table| table.errs && table.name == *name);
        let missing: Vec<&str> =
            self.incomplete(None).into_iter().filter(|name| !(tolerant && errs(name))).collect();
        if !missing.is_empty() {
            return Some(format!("{missing:?} are not complete"));
        }
        let old = self.incomplete(Some(self.tonight()));
        // A replication keeps the rows of an earlier load as they are now.
        let refreshes = plan::start(self.plan) == "Refresh"
            && outcome == "Succeeded"
            && plan::migration_type(self.plan, self.record) == "full-load";
        (refreshes && !old.is_empty()).then(|| format!("{old:?} have rows of an earlier night"))
    }

    /// What the verdict says that the task did.
    fn status(&self, outcome: &str) -> Option<Violation> {
        let (task, said) = (self.task()?, self.text("/Verdict/TaskStatus")?);
        let had = work::statuses(self.record, task, self.at() - SEEN_WITHIN, self.at());
        if had.is_empty() {
            return None;
        }
        // A verdict that was reached and could not be sent is told as it was: it has its own date.
        let wrong = match outcome {
            "Unknown" => false,
            "Paused" => !had.iter().any(|status| !is_at_work(status)),
            "LeftRunning" => !had.iter().any(|status| is_at_work(status)),
            _ => !had.contains(&said),
        };
        wrong.then(|| {
            self.broken(Rule::Status, format!("{outcome}: it says {said}, and the task was {had:?}"))
        })
    }

    fn counts(&self) -> Option<Violation> {
        if !self.loads() {
            return None;
        }
        let said = self.number("/Verdict/TablesLoaded");
        let loaded =
            rows::at(self.record, self.at()).values().filter(|table| table.complete.is_some()).count();
        (said > loaded)
            .then(|| self.broken(Rule::Counts, format!("it counts {said} tables, and {loaded} are")))
    }
}
