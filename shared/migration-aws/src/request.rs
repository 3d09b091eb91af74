//! What a state hands to its function.

use jiff::Timestamp;
use migration::run::document::{Document, Opened, Running};
use migration::run::execution_arn::ExecutionArn;
use migration::run::step::Occasion;
use migration::time::present::Moment;
use plan::clean::line_of;
use serde_json::Value;

use crate::error::StepError;

/// The payload of every step.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The present; see [`Moment`].
    pub now: Timestamp,
    /// The execution's ARN.
    pub execution: ExecutionArn,
    /// What the notify step is to tell, when the machine itself decides that; also marks the machine's own stop.
    pub occasion: Option<Occasion>,
    /// True when the notify step is to tell the end, whatever the document says was to be told before.
    pub last: bool,
    /// How often the execution was redriven.
    pub redrives: u64,
    /// How often the machine has retried this step.
    pub retries: u64,
    /// The travelling document as it came.
    pub document: Value,
}

impl Request {
    /// Reads the frame of the payload of a function that was invoked then; the document inside is read by
    /// [`Request::document()`].
    ///
    /// # Errors
    /// [`StepError::UnreadableDocument`] when the state machine did not hand over time, execution and document.
    pub fn read(payload: Value, invoked: Option<Timestamp>) -> Result<Request, StepError> {
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let unreadable = |what: &str| {
            StepError::UnreadableDocument(format!(
                "the payload has no {what}: the function was not called by its state machine"
            ))
        };
        let entered = text("Now").and_then(|now| now.parse().ok()).ok_or_else(|| unreadable("time `Now`"))?;
        let count = |name: &str| payload.get(name).and_then(Value::as_u64).unwrap_or_default();
        let (redrives, retries) = (count("Redrives"), count("Retries"));
        let moment = Moment { entered, invoked, again: redrives > 0 || retries > 0 };
        if moment.is_misconfigured() {
            tracing::error!(
                "the invocation seems to be of {invoked:?}, long after the state was entered at {entered}: is FUNCTION_TIMEOUT \
                 the function's time-out? The state's entry counts"
            );
        }
        let execution = text("Execution")
            .and_then(|arn| arn.parse().ok())
            .ok_or_else(|| unreadable("`Execution` that is the ARN of an execution"))?;
        let occasion = match text("Occasion") {
            Some("LostSight") => Some(Occasion::LostSight),
            _ => None,
        };
        let document = payload.get("Migration").cloned().ok_or_else(|| unreadable("`Migration`"))?;
        let last = payload.get("Last") == Some(&Value::Bool(true));
        Ok(Request { now: moment.now(), execution, occasion, last, redrives, retries, document })
    }

    /// Reads the document.
    ///
    /// # Errors
    /// [`StepError::UnreadableDocument`] when it has another version or a shape that this version does not know.
    pub fn document(&self) -> Result<Document, StepError> {
        Document::read(&self.document).map_err(StepError::UnreadableDocument)
    }

    /// Reads the document of a run that goes on.
    ///
    /// # Errors
    /// As [`Request::document()`], and when the run has not begun yet or is over.
    pub fn running(&self) -> Result<Running, StepError> {
        match self.document()? {
            Document::Running(mut running) => {
                running.run.redriven(self.redrives);
                Ok(*running)
            }
            Document::Opened(_) => Err(StepError::UnreadableDocument("the run has not begun yet".to_owned())),
            Document::Reported(_) => Err(StepError::UnreadableDocument("the run is over".to_owned())),
        }
    }

    /// Reads the document of an execution that has just begun.
    ///
    /// # Errors
    /// As [`Request::document()`], and when the run has begun before.
    pub fn opened(&self) -> Result<Opened, StepError> {
        match self.document()? {
            Document::Opened(opened) => Ok(opened),
            Document::Running(_) | Document::Reported(_) => {
                Err(StepError::UnreadableDocument("the run has begun before".to_owned()))
            }
        }
    }

    /// What people call the task, for the log; read without trusting the document. `-` where neither the document nor
    /// the input of the execution names one.
    pub fn task_name(&self) -> String {
        let known = self.document.pointer("/Run/Name").and_then(Value::as_str).map(str::to_owned);
        let asked = || self.document.get("Input").and_then(plan::read::name);
        let name = known.or_else(asked).map(|name| line_of(&name, 255)).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| "-".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:night-1";

    #[test]
    fn a_log_line_names_the_task_before_the_plan_was_read_and_after() {
        let named = |document: Value| {
            let payload =
                json!({"Now": "2026-10-25T01:30:00Z", "Execution": EXECUTION, "Migration": document});
            Request::read(payload, None).unwrap().task_name()
        };
        let input = json!({"Task": {"ReplicationTaskIdentifier": "orders\nforged"}});
        assert_eq!(named(json!({"Version": 2, "Input": input})), "orders forged");
        let arn = "arn:aws:dms:eu-central-1:123456789012:task:ABC";
        let kept = json!({"Task": {"ReplicationTaskArn": arn}});
        assert_eq!(named(json!({"Version": 2, "Input": kept})), arn);
        let described = json!({"Task": {"ReplicationTasks": [kept["Task"]]}});
        assert_eq!(named(json!({"Version": 2, "Input": described})), arn);
        assert_eq!(
            named(json!({"Version": 2, "Input": input, "Run": {"Name": "known\nforged"}})),
            "known forged"
        );
        assert_eq!(named(json!({"Version": 2, "Run": {"Name": "\n"}})), "-");
        assert_eq!(named(json!({"Version": 2, "Input": []})), "-");
    }

    #[test]
    fn a_payload_without_its_frame_has_our_error_name() {
        for payload in [
            json!([]),
            json!("x"),
            json!({}),
            json!({"Now": "noon", "Execution": EXECUTION, "Migration": {}}),
            json!({"Now": "2026-10-25T01:30:00Z", "Migration": {}}),
            json!({"Now": "2026-10-25T01:30:00Z", "Execution": "night-1", "Migration": {}}),
            json!({"Now": "2026-10-25T01:30:00Z", "Execution": EXECUTION}),
        ] {
            let error = Request::read(payload.clone(), None).unwrap_err();
            assert_eq!(error.name(), "Migration.UnreadableDocument", "{payload}");
        }
        let payload = json!({"Now": "2026-10-25T01:30:00.5+00:00", "Execution": EXECUTION, "Migration": {"Version": 9}});
        let request = Request::read(payload, None).unwrap();
        assert_eq!(request.now.to_string(), "2026-10-25T01:30:00.5Z");
        assert!(request.document().unwrap_err().to_string().contains("version 9"));
    }
}
