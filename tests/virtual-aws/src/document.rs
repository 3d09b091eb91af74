//! The travelling document as the host sees it: JSON. The one file that knows the names of its members.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The document between two states.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(pub Value);

impl Document {
    fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer)?.as_str()
    }

    fn instant(&self, pointer: &str) -> Result<Timestamp, String> {
        let text = self.text(pointer).unwrap_or_default();
        text.parse().map_err(|_| format!("the document has no instant {pointer}"))
    }

    fn seconds(&self, pointer: &str) -> Result<f64, String> {
        self.at(pointer)
            .and_then(Value::as_f64)
            .ok_or_else(|| format!("the document has no number {pointer}"))
    }

    fn is(&self, pointer: &str) -> bool {
        self.at(pointer) == Some(&Value::Bool(true))
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
        let reasons = self.at("/Verdict/Reasons").and_then(Value::as_array);
        reasons.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// When the run began.
    pub fn began(&self) -> Option<Timestamp> {
        self.text("/Run/Started")?.parse().ok()
    }

    /// History events that the run has counted on so far, without what it keeps back for its end.
    pub fn events(&self) -> Option<u32> {
        self.at("/Run/Events").and_then(Value::as_u64).and_then(|events| u32::try_from(events).ok())
    }

    pub(crate) fn is_good(&self) -> bool {
        self.is("/Verdict/Good")
    }

    pub(crate) fn next(&self) -> Option<&str> {
        self.text("/Next/What")
    }

    pub(crate) fn wait(&self) -> Result<f64, String> {
        self.seconds("/Next/Seconds")
    }

    pub(crate) fn blind_wait(&self) -> Result<f64, String> {
        self.seconds("/Run/BlindSeconds")
    }

    pub(crate) fn wait_after_a_stop(&self) -> Result<f64, String> {
        self.seconds("/Run/StopAgainSeconds")
    }

    pub(crate) fn work_ends(&self) -> Result<Timestamp, String> {
        self.instant("/Run/WorkEnds")
    }

    /// What the machine writes down when a poll could not run.
    pub(crate) fn look_at_the_clock(&mut self, now: Timestamp) -> Result<(), String> {
        let seconds = 2.0 * self.blind_wait()?;
        let rounds = self.at("/Blind/Rounds").and_then(Value::as_u64).unwrap_or_default() + 1;
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        self.write("Blind", json!({"Now": now, "Seconds": seconds as u64, "Rounds": rounds}));
        Ok(())
    }

    /// Where the machine goes on when a poll could not run.
    pub(crate) fn what_now(&self) -> Result<&'static str, String> {
        let now = self.instant("/Blind/Now")?;
        let stops = self.is("/Run/StopAtClose");
        let over = now >= self.work_ends()?;
        Ok(if now >= self.instant("/Run/GivesUp")? {
            "Report"
        } else if over && stops {
            "Stop unseen"
        } else if over {
            "Report"
        } else if self.seconds("/Blind/Rounds")? > 1.0 && !self.is("/Run/LostSight") {
            "Tell that sight is lost"
        } else if stops && now >= self.instant("/Run/WorkNearlyEnds")? {
            "Wait for the close"
        } else {
            "Wait blind"
        })
    }

    /// True when the next blind wait would be longer than the longest.
    pub(crate) fn waits_too_long(&self) -> Result<bool, String> {
        Ok(self.seconds("/Blind/Seconds")? > self.seconds("/Run/MostBlindSeconds")?)
    }

    /// Takes the next blind wait from this member.
    pub(crate) fn wait_blind_for(&mut self, pointer: &str) -> Result<(), String> {
        let seconds = self.at(pointer).cloned().ok_or_else(|| format!("the document has no {pointer}"))?;
        if let Some(run) = self.0.get_mut("Run") {
            run["BlindSeconds"] = seconds;
        }
        Ok(())
    }

    /// What a Catch writes.
    pub(crate) fn trouble(&mut self, error: &str, cause: &str) {
        self.write("Trouble", json!({"Error": error, "Cause": cause}));
    }

    /// What an execution opens with.
    pub(crate) fn opened(version: &Value, input: Value) -> Document {
        let mut members = Map::new();
        members.insert("Version".to_owned(), version.clone());
        members.insert("Input".to_owned(), input);
        Document(members.into())
    }

    fn write(&mut self, name: &str, value: Value) {
        if let Some(members) = self.0.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    }
}
