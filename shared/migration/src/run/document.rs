//! The document that travels through the state machine: each step reads it in the state that it must have, fills in its
//! part and returns it.

use jiff::Timestamp;
use plan::Plan;
use plan::clean::line_of;
use plan::finding::Finding;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::run::execution::Run;
use crate::run::execution_arn::ExecutionArn;
use crate::run::identity;
use crate::run::step::Step;
use crate::run::task::{Progress, Task};
use crate::run::verdict::Verdict;
use crate::time::graces::FIRST_BLIND_SECONDS;

/// The version of this document. A function that reads another one raises `Migration.UnreadableDocument`.
pub const VERSION: u32 = 2;

/// The word that leads the machine to the report.
const REPORT: &str = "report";

/// The members that the state machine itself reads, as JSON pointers into the document. They keep their meaning: a
/// running execution keeps its definition, and where functions are not called by version they change under it.
pub const HEAD: [&str; 12] = [
    "/Next/What",
    "/Next/Seconds",
    "/Run/StopDue",
    "/Run/StopAtClose",
    "/Run/Machine/StopRetriesUntil",
    "/Run/Machine/MaxBlindSeconds",
    "/Run/Machine/LostSight",
    "/Blind/Rounds",
    "/Blind/Seconds",
    "/Verdict/Good",
    "/Verdict/Outcome",
    "/Verdict/Cause",
];

/// The travelling document, by how far the run has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// The execution has begun, and nothing was read yet.
    Opened(Opened),
    /// The plan was read; the run goes on.
    Running(Box<Running>),
    /// The run is over.
    Reported(Box<Reported>),
}

/// An execution that has begun: what it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Opened {
    /// What the execution was given, a list or a word included.
    pub input: Value,
    /// The error of the step that could not run, put here by the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caught: Option<Caught>,
}

/// A run that goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Running {
    /// The plan, read without an error.
    pub plan: Plan,
    /// This run.
    pub run: Run,
    /// The task, once it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Where the task stood when it was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// What is done next, and why.
    pub next: Step,
    /// What was found about the plan; none of it is an error.
    pub findings: Vec<Finding>,
    /// The error of a step that could not run, put here by the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caught: Option<Caught>,
    /// What the machine keeps while no poll can run.
    pub blind: Blind,
}

/// A run that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reported {
    /// The plan; absent when it could not be read without an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// This run.
    pub run: Run,
    /// The task, when it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Where the task stood when it was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// The word that leads the machine to the report, and why.
    pub next: Report,
    /// What happened in the end.
    pub verdict: Verdict,
    /// What was found about the plan; errors first.
    pub findings: Vec<Finding>,
}

/// The next step of a run that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Why, in words.
    pub why: String,
}

/// What the machine keeps while no poll can run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Blind {
    /// How many times in a row a poll could not run.
    pub rounds: u32,
    /// The blind wait, in seconds. The machine doubles it from the second round on.
    pub seconds: u32,
}

impl Default for Blind {
    fn default() -> Blind {
        Blind { rounds: 0, seconds: FIRST_BLIND_SECONDS }
    }
}

/// The error of a step that could not run, as Step Functions' Catch writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Caught {
    /// The error's name.
    pub error: String,
    /// Its cause, which Step Functions may leave out: for a Lambda function a JSON text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cause: String,
}

impl Document {
    /// Reads a document that a step was handed.
    ///
    /// # Errors
    /// When it has another version, is in a state that this version does not know, or lacks a member; the text says
    /// which.
    pub fn read(value: &Value) -> Result<Document, String> {
        match value.get("Version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => {
                return Err(format!(
                    "the document has version {version}, this function reads {VERSION}: the execution was started by \
                     another release"
                ));
            }
            None => return Err("the document has no Version: it was not opened by this machine".to_owned()),
        }
        match value.get("State").and_then(Value::as_str) {
            Some("Opened") => read_as(value).map(Document::Opened),
            Some("Running") => read_as(value).map(|running| Document::Running(Box::new(running))),
            Some("Reported") => read_as(value).map(|reported| Document::Reported(Box::new(reported))),
            Some(state) => Err(format!("the document of version {VERSION} is in no State {state:?}")),
            None => Err(format!("the document of version {VERSION} has no State")),
        }
    }

    /// The state in which it is, as it stands in the document.
    fn state(&self) -> &'static str {
        match self {
            Document::Opened(_) => "Opened",
            Document::Running(_) => "Running",
            Document::Reported(_) => "Reported",
        }
    }
}

fn read_as<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value)
        .map_err(|error| format!("the document of version {VERSION} cannot be read: {error}"))
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let written = match self {
            Document::Opened(opened) => serde_json::to_value(opened),
            Document::Running(running) => serde_json::to_value(running),
            Document::Reported(reported) => serde_json::to_value(reported),
        };
        let mut written = written.map_err(S::Error::custom)?;
        if let Some(members) = written.as_object_mut() {
            members.insert("Version".to_owned(), VERSION.into());
            members.insert("State".to_owned(), self.state().into());
        }
        written.serialize(serializer)
    }
}

impl From<Running> for Document {
    fn from(running: Running) -> Document {
        Document::Running(Box::new(running))
    }
}

impl From<Reported> for Document {
    fn from(reported: Reported) -> Document {
        Document::Reported(Box::new(reported))
    }
}

impl Running {
    /// A run at its beginning.
    pub fn begin(plan: Plan, run: Run, next: Step, findings: Vec<Finding>) -> Running {
        let blind = Blind::default();
        Running { plan, run, task: None, progress: None, next, findings, caught: None, blind }
    }

    /// Looks again after `seconds`; for steps that decide nothing themselves.
    pub fn wait(&mut self, seconds: u32, why: impl Into<String>) {
        self.next = Step::wait(seconds, why);
    }

    /// The run is over with this verdict, and says so next.
    pub fn report(self, verdict: Verdict) -> Reported {
        let why = verdict.reasons.first().cloned().unwrap_or_default();
        self.end(verdict, why)
    }

    /// The run is over with this verdict, in the middle of what it was about to do.
    pub fn cut_short(self, verdict: Verdict) -> Reported {
        let why = self.next.why.clone();
        self.end(verdict, why)
    }

    fn end(self, verdict: Verdict, why: String) -> Reported {
        let Running { plan, run, task, progress, findings, .. } = self;
        let drove = identity::drove(&run, progress.as_ref(), verdict.at);
        let verdict = verdict.of_a_run_that_drove(drove);
        Reported { plan: Some(plan), run, task, progress, next: Report { why }, verdict, findings }
    }
}

impl Reported {
    /// A run that ends before its plan could be read, or before it was under way.
    pub fn at_once(run: Run, verdict: Verdict, findings: Vec<Finding>) -> Reported {
        let why = verdict.reasons.first().cloned().unwrap_or_default();
        let drove = identity::drove(&run, None, verdict.at);
        let verdict = verdict.of_a_run_that_drove(drove);
        Reported { plan: None, run, task: None, progress: None, next: Report { why }, verdict, findings }
    }
}

impl Reported {
    /// What another execution has to tell of the same task later, to the same people.
    pub fn about(self, by: &ExecutionArn, verdict: Verdict, now: Timestamp) -> Reported {
        let Reported { plan, run, task, progress, .. } = self;
        let why = verdict.reasons.first().cloned().unwrap_or_default();
        let run =
            Run { execution: by.clone(), started: now, redrives: 0, close_out: None, stop: None, ..run };
        Reported { plan, run, task, progress, next: Report { why }, verdict, findings: Vec::new() }
    }
}

/// How [`Report`] stands in the document. It waits for nothing, so the machine's seconds are none.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenReport {
    what: String,
    seconds: u32,
    why: String,
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WrittenReport { what: REPORT.to_owned(), seconds: 0, why: self.why.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Report, D::Error> {
        use serde::de::Error;
        let written = WrittenReport::deserialize(deserializer)?;
        if written.what != REPORT || written.seconds != 0 {
            return Err(D::Error::custom(format!("What {:?} is no report", written.what)));
        }
        Ok(Report { why: written.why })
    }
}

/// Errors with which Lambda refuses to invoke a function (Invoke API): nothing of it has run. Others do not say whether
/// it has.
const NOT_INVOKED: [&str; 16] = [
    "Lambda.TooManyRequestsException",
    "Lambda.ResourceNotFoundException",
    "Lambda.ResourceConflictException",
    "Lambda.ResourceNotReadyException",
    "Lambda.AccessDeniedException",
    "Lambda.KMSAccessDeniedException",
    "Lambda.KMSDisabledException",
    "Lambda.KMSInvalidStateException",
    "Lambda.KMSNotFoundException",
    "Lambda.EC2AccessDeniedException",
    "Lambda.EC2ThrottledException",
    "Lambda.EC2UnexpectedException",
    "Lambda.ENILimitReachedException",
    "Lambda.InvalidSecurityGroupIDException",
    "Lambda.InvalidSubnetIDException",
    "Lambda.SubnetIPAddressLimitReachedException",
];

impl Caught {
    /// True when Lambda refused the invocation, so that nothing of the step was done.
    pub fn was_not_invoked(&self) -> bool {
        NOT_INVOKED.contains(&self.error.as_str())
            || self.cause.contains("not authorized to perform: lambda:InvokeFunction")
    }

    /// The error in a line, bounded and without control characters.
    pub fn in_words(&self) -> String {
        let cause = serde_json::from_str::<Value>(&self.cause)
            .ok()
            .and_then(|cause| cause.get("errorMessage").and_then(Value::as_str).map(str::to_owned))
            .unwrap_or_else(|| self.cause.clone());
        line_of(&format!("{}: {}", self.error, cause), 500)
    }
}
