//! The travelling document as tests look at it: JSON, with a few members by name.

use jiff::Timestamp;
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

    /// When the run began.
    pub fn began(&self) -> Option<Timestamp> {
        self.text("/Run/Started")?.parse().ok()
    }

    /// History events that the run has counted on so far, without what it keeps back for its end.
    pub fn events(&self) -> Option<u32> {
        self.0.pointer("/Run/Events").and_then(Value::as_u64).and_then(|events| u32::try_from(events).ok())
    }
}
