//! What happened in the end: one word, the reasons in words, the tables by name, and what to do next.

use crate::run::drove::Drove;
use crate::run::status::Status;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use plan::finding::{Finding, Severity};

/// The most tables that a verdict names; the rest is a count, so that the document stays small.
pub const MAX_NAMED: usize = 40;

/// The most bytes of their names and states: names in some engines and scripts are long, and the document has a bound.
pub const MAX_NAMED_BYTES: usize = 32_000;

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Outcome {
    /// Every table is complete and the task ended, or runs on, as the plan wants.
    Succeeded,
    /// As above, but for what the plan tolerates.
    SucceededWithWarnings,
    /// Not now: another run drives the task, the window is shut, or there is nothing to do.
    Skipped,
    /// A pre-flight has found nothing that stands in the way of a run.
    Ready,
    /// Stopped at the close; the next window goes on.
    Paused,
    /// The run is over and the task goes on, as the plan wants.
    LeftRunning,
    /// Some tables are not complete.
    PartlyFailed,
    /// DMS gave up, or the cause is one that must not be retried.
    Failed,
    /// The plan or what it names is wrong; nothing was touched.
    Rejected,
    /// Somebody else stopped, changed or deleted the task.
    Interrupted,
    /// It could not be established what happened.
    Unknown,
    /// The execution was ended from outside before it could tell its end.
    Aborted,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 12] = [
        Outcome::Succeeded,
        Outcome::SucceededWithWarnings,
        Outcome::Skipped,
        Outcome::Ready,
        Outcome::Paused,
        Outcome::LeftRunning,
        Outcome::PartlyFailed,
        Outcome::Failed,
        Outcome::Rejected,
        Outcome::Interrupted,
        Outcome::Unknown,
        Outcome::Aborted,
    ];

    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Succeeded => "Succeeded",
            Outcome::SucceededWithWarnings => "SucceededWithWarnings",
            Outcome::Skipped => "Skipped",
            Outcome::Ready => "Ready",
            Outcome::Paused => "Paused",
            Outcome::LeftRunning => "LeftRunning",
            Outcome::PartlyFailed => "PartlyFailed",
            Outcome::Failed => "Failed",
            Outcome::Rejected => "Rejected",
            Outcome::Interrupted => "Interrupted",
            Outcome::Unknown => "Unknown",
            Outcome::Aborted => "Aborted",
        }
    }

    /// True when the execution ends SUCCEEDED.
    pub fn good(self) -> bool {
        match self {
            Outcome::Succeeded
            | Outcome::SucceededWithWarnings
            | Outcome::Skipped
            | Outcome::Ready
            | Outcome::Paused
            | Outcome::LeftRunning => true,
            Outcome::PartlyFailed
            | Outcome::Failed
            | Outcome::Rejected
            | Outcome::Interrupted
            | Outcome::Unknown
            | Outcome::Aborted => false,
        }
    }

    /// How loud the message is, unless the verdict says otherwise.
    pub fn severity(self) -> Severity {
        match self {
            Outcome::Succeeded | Outcome::Skipped | Outcome::Ready | Outcome::LeftRunning => Severity::Info,
            Outcome::SucceededWithWarnings | Outcome::Paused | Outcome::Interrupted | Outcome::Aborted => {
                Severity::Warning
            }
            Outcome::PartlyFailed | Outcome::Failed | Outcome::Rejected | Outcome::Unknown => Severity::Error,
        }
    }
}

/// A table that is not complete, or whose rows differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NamedTable {
    /// `schema.table`.
    pub name: String,
    /// DMS's word for its load, or for its validation.
    pub state: String,
    /// Rows read for its load.
    pub rows: u64,
}

/// The verdict on a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// True when the execution ends SUCCEEDED; the machine reads it.
    pub good: bool,
    /// How loud the message is.
    pub severity: Severity,
    /// Why, most important first.
    pub reasons: Vec<String>,
    /// True when DMS compared the rows of every table and found them equal.
    pub verified: bool,
    /// How many tables there are.
    pub tables: usize,
    /// How many of them are complete.
    pub tables_loaded: usize,
    /// Those that are not, or whose rows differ, by name; at most [`MAX_NAMED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_tables: Vec<NamedTable>,
    /// How many more are not named.
    pub more_tables: usize,
    /// Rows read for the load, as DMS counts them.
    pub rows: u64,
    /// DMS's word for what the task did when it was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_status: Option<Status>,
    /// DMS's last error, as it wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    /// What to do next; a line may be a command to paste.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to_do: Vec<String>,
    /// When this was established.
    pub at: Timestamp,
    /// What the run had to do with what the task does; absent in a verdict of an earlier release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drove: Option<Drove>,
    /// A short JSON text for the Fail state's Cause.
    pub cause: String,
}

impl Verdict {
    /// A verdict with its first reason.
    pub fn new(outcome: Outcome, reason: impl Into<String>, at: Timestamp) -> Self {
        Verdict {
            outcome,
            good: outcome.good(),
            severity: outcome.severity(),
            reasons: vec![reason.into()],
            verified: false,
            tables: 0,
            tables_loaded: 0,
            named_tables: Vec::new(),
            more_tables: 0,
            rows: 0,
            task_status: None,
            last_failure: None,
            to_do: Vec::new(),
            at,
            drove: None,
            cause: String::new(),
        }
        .with_cause()
    }

    /// Adds a reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasons.push(reason.into());
        self.with_cause()
    }

    /// Adds something to do.
    pub fn to_do(mut self, step: impl Into<String>) -> Self {
        self.to_do.push(step.into());
        self
    }

    /// Adds what another verdict of the same outcome says.
    pub fn and(mut self, other: Verdict) -> Self {
        self.reasons.extend(other.reasons);
        self.to_do.extend(other.to_do);
        if self.tables == 0 {
            (self.tables, self.tables_loaded, self.rows) = (other.tables, other.tables_loaded, other.rows);
            (self.named_tables, self.more_tables) = (other.named_tables, other.more_tables);
        }
        self
    }

    /// The same with another outcome, and the loudness that goes with it.
    pub fn as_outcome(mut self, outcome: Outcome) -> Self {
        (self.outcome, self.good, self.severity) = (outcome, outcome.good(), outcome.severity());
        self.with_cause()
    }

    /// Says what the run had to do with what the task does.
    pub fn of_a_run_that_drove(mut self, drove: Drove) -> Self {
        self.drove = Some(drove);
        self.with_cause()
    }

    /// Makes the message louder or quieter than the outcome's own severity.
    pub fn at_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// A rejection: every error by name.
    pub fn rejected(findings: &[Finding], at: Timestamp) -> Self {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        let (counts, errors): (Vec<&Finding>, Vec<&Finding>) =
            errors.partition(|error| error.counts_others());
        let number = errors.len();
        let more = if counts.is_empty() { "" } else { "more than " };
        let faults = if number == 1 { "fault" } else { "faults" };
        let first = format!("the plan has {more}{number} {faults}; nothing was created, started or changed");
        let mut verdict = Verdict::new(Outcome::Rejected, first, at);
        for finding in errors.iter().take(MAX_NAMED) {
            let place = if finding.path.is_empty() { "the plan" } else { &finding.path };
            verdict.reasons.push(format!("{place}: {} [{}]", finding.message, finding.code));
        }
        verdict.to_do("mend the plan and start the run again").with_cause()
    }

    fn with_cause(mut self) -> Self {
        let reason: String = self.reasons.first().map(|r| r.chars().take(300).collect()).unwrap_or_default();
        let mut cause = serde_json::json!({ "Verdict": self.outcome, "Reason": reason });
        if let Some(drove) = self.drove {
            cause["Drove"] = serde_json::json!(drove);
        }
        self.cause = cause.to_string();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_one_word_in_the_code_and_on_the_wire() {
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
    }

    #[test]
    fn only_good_outcomes_are_quiet() {
        for outcome in Outcome::ALL {
            assert!(outcome.good() || outcome.severity() != Severity::Info, "{outcome:?}");
        }
    }
}
