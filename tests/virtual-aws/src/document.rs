//! The travelling document as tests look at it: JSON, with a few members by name.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The document between two states.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(pub Value);

impl Document {
    fn text(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer)?.as_str()
    }

    /// The verdict's outcome: `Succeeded`.
    pub fn outcome(&self) -> Option<&str> {
        self.text("/Verdict/Outcome")
    }

    /// The verdict's cause, as the execution ends with it.
    pub fn cause(&self) -> Option<&str> {
        self.text("/Verdict/Cause")
    }

    /// The reasons of the verdict.
    pub fn reasons(&self) -> Vec<String> {
        let reasons = self.0.pointer("/Verdict/Reasons").and_then(Value::as_array);
        reasons.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// What is wrong with the end of the run, whatever its verdict: it knows nothing of a task at rest with time left, but
    /// for a resume that must not be repeated; or its task runs on past the close that was to stop it, and was not asked
    /// to stop for four hours, but for one that somebody else has started since.
    pub fn wrong_end(&self) -> Option<String> {
        let instant = |pointer: &str| self.text(pointer)?.parse::<Timestamp>().ok();
        let (at, stop_due) = (instant("/Verdict/At")?, instant("/Run/StopDue")?);
        let status = self.text("/Verdict/TaskStatus").unwrap_or_default();
        let reasons = self.reasons().join("; ");
        let at_rest = matches!(status, "ready" | "stopped" | "failed");
        if self.outcome() == Some("Unknown") && at_rest && at < stop_due {
            let excepted = reasons.contains("could load rows twice");
            return (!excepted)
                .then(|| format!("Unknown over a task that is {status}, with time left: {reasons}"));
        }
        let stops = self.0.pointer("/Run/StopAtClose") == Some(&Value::Bool(true));
        let given_up = stop_due + SignedDuration::from_hours(4);
        let taken_over = self.0.pointer("/Run/TakenOver").is_some();
        (stops && status == "running" && (stop_due..given_up).contains(&at) && !taken_over)
            .then(|| format!("the task runs on at {at}, past the close at {stop_due}: {reasons}"))
    }

    /// When the run began.
    pub fn began(&self) -> Option<Timestamp> {
        self.text("/Run/Started")?.parse().ok()
    }

    /// History events that the run has counted on so far, without what it keeps back for its end.
    pub fn events(&self) -> Option<u32> {
        self.0.pointer("/Run/Events").and_then(Value::as_u64).and_then(|events| u32::try_from(events).ok())
    }
}
