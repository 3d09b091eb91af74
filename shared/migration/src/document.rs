//! The document that travels through the state machine: each step fills in its part and returns the whole.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::Finding;
use crate::observation::{Facts, Route, Stats};
use crate::plan::{Arn, AtClose, MigrationType, Notify, Plan};
use crate::verdict::Verdict;

/// The version of this document. A function that reads another one raises `Migration.UnreadableDocument`.
pub const VERSION: u32 = 1;

/// The members that the state machine itself reads, as JSON pointers into the document. A machine that runs keeps its
/// old definition while the functions change under it: these members keep their meaning.
pub const HEAD: [&str; 9] = [
    "/Next/What",
    "/Next/Seconds",
    "/Run/Closes",
    "/Run/StopAtClose",
    "/Run/BlindSeconds",
    "/Run/LostSight",
    "/Verdict/Good",
    "/Verdict/Outcome",
    "/Verdict/Cause",
];

/// Seconds before the first look after a poll could not run; the machine doubles it up to 15 minutes.
pub const FIRST_BLIND_SECONDS: u32 = 60;

/// The travelling document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Migration {
    /// [`VERSION`].
    pub version: u32,
    /// What the execution was given; gone once it has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// The plan, once it was read without an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// This run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// The task, once it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Where the load stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// What is done next, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextStep>,
    /// What happened in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What was found about the plan; errors first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The error of a step that could not run, put here by the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

impl Migration {
    /// A document with nothing in it yet.
    pub fn new() -> Self {
        Migration {
            version: VERSION,
            input: None,
            plan: None,
            run: None,
            task: None,
            progress: None,
            next: None,
            verdict: None,
            findings: Vec::new(),
            trouble: None,
        }
    }

    /// Reads a document that a step was handed.
    ///
    /// # Errors
    /// When it has another version or a shape that this version does not know; the text says where.
    pub fn read(value: &Value) -> Result<Migration, String> {
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
        Migration::deserialize(value)
            .map_err(|error| format!("the document of version {VERSION} cannot be read: {error}"))
    }
}

impl Default for Migration {
    fn default() -> Self {
        Self::new()
    }
}

/// One execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Run {
    /// Its ARN.
    pub execution: String,
    /// When it was validated for the first time.
    pub started: Timestamp,
    /// What people call the task.
    pub name: String,
    /// Whom to tell.
    pub notify: Notify,
    /// The endpoints and the instance of the task, once they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// When the run's time is over, in whole seconds: the close of its window, or the end of the longest run.
    pub closes: Timestamp,
    /// True when there is a window that closes then.
    pub windowed: bool,
    /// What the plan wants of a running task at the close.
    pub at_close: AtClose,
    /// True when the machine stops the task at the close though no poll can run: something of this run is under way and
    /// the plan wants it stopped.
    pub stop_at_close: bool,
    /// When the task is asked to stop, or when the run's time is over: the moment that no interval reaches past.
    pub work_ends: Timestamp,
    /// Seconds until the machine looks again after a poll that could not run.
    pub blind_seconds: u32,
    /// Polls so far.
    #[serde(default)]
    pub polls: u32,
    /// How many times DMS was too busy to answer; each doubles the interval, which is kept.
    #[serde(default)]
    pub throttled: u32,
    /// Attempts to create the task.
    #[serde(default)]
    pub creates: u32,
    /// The task was modified to be what the plan describes.
    #[serde(default)]
    pub modified: bool,
    /// DMS's refusal to create the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_refusal: Option<Refusal>,
    /// The last error of a step that could not run, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_trouble: Option<String>,
    /// The start of the task by this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StartAct>,
    /// The start date of a run that was already under way when we came, and which we watch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Timestamp>,
    /// The stop of the task by this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopAct>,
    /// What people have been told.
    #[serde(default)]
    pub told: Vec<Occasion>,
    /// A poll could not run and people have been told so.
    #[serde(default)]
    pub lost_sight: bool,
}

/// Why people are told something before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Occasion {
    /// The task has been started.
    Started,
    /// Tables are in error while the task goes on.
    TablesInError,
    /// A poll could not run; the task goes on unseen.
    LostSight,
}

impl Run {
    /// A run that begins now: no window is known yet, and nothing has been done.
    pub fn begin(execution: &str, name: String, closes: Timestamp, now: Timestamp) -> Run {
        Run {
            execution: execution.to_owned(),
            started: now,
            name,
            notify: Notify::default(),
            route: None,
            closes,
            windowed: false,
            at_close: AtClose::LeaveRunning,
            stop_at_close: false,
            work_ends: closes,
            blind_seconds: FIRST_BLIND_SECONDS,
            polls: 0,
            throttled: 0,
            creates: 0,
            modified: false,
            create_refusal: None,
            last_trouble: None,
            start: None,
            joined: None,
            stop: None,
            told: Vec::new(),
            lost_sight: false,
        }
    }

    /// True when there is no time left to work in: the task is stopped, or left, from here on.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.work_ends
    }

    /// True when something that this run started, may have started, or has joined is or was under way.
    pub fn is_under_way(&self) -> bool {
        self.joined.is_some() || self.start.as_ref().is_some_and(StartAct::is_made)
    }
}

/// A start of the task: written down before it is made, so that a lost answer is known as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartAct {
    /// How.
    pub kind: StartKind,
    /// Why this way.
    pub why: String,
    /// When it was decided; a task that began at or after this moment began by us.
    pub decided: Timestamp,
    /// When the first start was decided; refusals that pass are waited out from here.
    pub first_decided: Timestamp,
    /// The start date that the task had then: a start is not made once this has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_start_date: Option<Timestamp>,
    /// What DMS answered; absent when the answer was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// How DMS is asked to start a task; its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StartKind {
    /// The only valid one for a first run.
    #[serde(rename = "start-replication")]
    StartReplication,
    /// Goes on where it stopped; partly loaded tables from their beginning.
    #[serde(rename = "resume-processing")]
    ResumeProcessing,
    /// Loads all tables again.
    #[serde(rename = "reload-target")]
    ReloadTarget,
}

impl StartKind {
    /// DMS's own word.
    pub fn as_str(self) -> &'static str {
        match self {
            StartKind::StartReplication => "start-replication",
            StartKind::ResumeProcessing => "resume-processing",
            StartKind::ReloadTarget => "reload-target",
        }
    }
}

/// A stop of the task by this run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StopAct {
    /// Why.
    pub why: StopCause,
    /// When it was first decided.
    pub decided: Timestamp,
    /// When it was last decided.
    pub last_decided: Timestamp,
    /// What DMS answered; absent when the answer was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// Why a run stops its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopCause {
    /// The window closes.
    Close,
    /// What the plan waited for has come true, and it says to stop then.
    Done,
}

/// What came back from a changing call. A lost answer is no answer: it stays absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// DMS took it.
    Accepted,
    /// DMS did not take it; nothing happened.
    Refused(Refusal),
    /// It was not made: what stood in the way.
    Withheld(String),
}

/// DMS's refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Refusal {
    /// DMS's error code.
    pub code: String,
    /// DMS's words.
    pub message: String,
    /// True when the same call may be taken later.
    pub passing: bool,
}

/// The task, as this run knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Task {
    /// Its ARN.
    pub arn: Arn,
    /// Its identifier, as DMS stores it.
    pub identifier: String,
    /// Its type.
    pub migration_type: MigrationType,
    /// Whose it is.
    pub origin: Origin,
    /// When this run created it: DMS may take a while to list it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The settings that decisions need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// Where the task differs from the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// Another execution of ours that drives the task, when it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driven_by: Option<String>,
}

/// Whose a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Created by this run.
    Created,
    /// Created by an earlier run of ours.
    Adopted,
    /// Kept by somebody else: never changed, tagged or deleted.
    Kept,
}

/// Where the load stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Progress {
    /// DMS's word for what the task does.
    pub status: String,
    /// Its counters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
    /// Rows read so far, from the last table statistics.
    #[serde(default)]
    pub rows: u64,
    /// When this was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
}

/// The next step as the machine and people read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NextStep {
    /// What.
    pub what: What,
    /// How long the machine waits afterwards, in seconds.
    pub seconds: u32,
    /// Why, in words.
    pub why: String,
    /// What to tell, when that is the next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occasion: Option<Occasion>,
}

/// The ways out of the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Create or adopt the task.
    Create,
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Look again later.
    Wait,
    /// Tell people something and go on.
    Tell,
    /// The run is over.
    Report,
}

impl What {
    /// All of them, as the machine's hub spells them.
    pub const WORDS: [(&'static str, What); 6] = [
        ("create", What::Create),
        ("start", What::Start),
        ("stop", What::Stop),
        ("wait", What::Wait),
        ("tell", What::Tell),
        ("report", What::Report),
    ];
}

/// The error of a step that could not run, as Step Functions' Catch writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Trouble {
    /// The error's name.
    pub error: String,
    /// Its cause: for a Lambda function a JSON text.
    pub cause: String,
}

impl Trouble {
    /// The error in a line, bounded and without control characters.
    pub fn in_words(&self) -> String {
        let cause = serde_json::from_str::<Value>(&self.cause)
            .ok()
            .and_then(|cause| cause.get("errorMessage").and_then(Value::as_str).map(str::to_owned))
            .unwrap_or_else(|| self.cause.clone());
        let words = format!("{}: {}", self.error, cause);
        words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
    }
}
