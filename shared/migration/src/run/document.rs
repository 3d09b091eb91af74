//! The document that travels through the state machine: each step fills in its part and returns the whole.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::load::{Pace, PreviousLoad};
use crate::run::observation::{Route, Stats, TaskSettings};
use crate::run::status::Status;
use crate::run::verdict::Verdict;
use crate::time::graces::{
    FIRST_BLIND_SECONDS, SHORTEST_MAX_BLIND_SECONDS, STOP_AGAIN_SECONDS, STOP_PATIENCE,
};
use plan::clean::line_of;
use plan::finding::Finding;
use plan::table_name::TableName;
use plan::{Arn, AtClose, MigrationType, Notify, Plan};

/// The version of this document. A function that reads another one raises `Migration.UnreadableDocument`.
pub const VERSION: u32 = 1;

/// The members that the state machine itself reads, as JSON pointers into the document. A machine that runs keeps its
/// old definition while the functions change under it: these members keep their meaning.
pub const HEAD: [&str; 13] = [
    "/Next/What",
    "/Next/Seconds",
    "/Run/WorkEnds",
    "/Run/WorkNearlyEnds",
    "/Run/GivesUp",
    "/Run/StopAtClose",
    "/Run/BlindSeconds",
    "/Run/MostBlindSeconds",
    "/Run/StopAgainSeconds",
    "/Run/LostSight",
    "/Verdict/Good",
    "/Verdict/Outcome",
    "/Verdict/Cause",
];

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
    /// What the machine keeps while no poll can run.
    #[serde(default)]
    pub blind: Blind,
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
            blind: Blind::default(),
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

impl Migration {
    /// Looks again after `seconds`; for steps that decide nothing themselves.
    pub fn wait(&mut self, seconds: u32, why: impl Into<String>) {
        self.next =
            Some(NextStep { what: What::Wait, seconds, why: why.into(), occasion: None, reload: false });
    }
}

impl Default for Migration {
    fn default() -> Self {
        Self::new()
    }
}

/// What the machine keeps while no poll can run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Blind {
    /// How many times in a row a poll could not run.
    pub rounds: u32,
    /// The next blind wait, in seconds: kept for the machine, on the way through a step between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// One execution.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// The name of the replication instance, once it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// When the run's time is over, in whole seconds: the close of its window, or the end of the longest run.
    pub closes: Timestamp,
    /// True when there is a window that closes then.
    pub windowed: bool,
    /// What the plan wants of a running task at the close.
    pub at_close: AtClose,
    /// True when the machine stops the task at the close though no poll can run: something of this run is under way and
    /// the plan wants it stopped.
    pub stop_at_close: bool,
    /// When the task is asked to stop, or when the run's time is over, in whole seconds: the moment that no interval reaches
    /// past.
    pub work_ends: Timestamp,
    /// When the end of the work is nearer than the longest blind wait, in whole seconds.
    pub work_nearly_ends: Timestamp,
    /// Until when, in whole seconds, a task is told to stop again and again while no poll can run.
    pub gives_up: Timestamp,
    /// Seconds until the machine looks again after a poll that could not run.
    pub blind_seconds: u32,
    /// The most of them.
    pub most_blind_seconds: u32,
    /// Seconds after which a task is told to stop once more while no poll can run.
    pub stop_again_seconds: u32,
    /// History events that the execution may have come to at the most, as [`crate::budget`] counts them.
    #[serde(default)]
    pub events: u32,
    /// Polls so far.
    #[serde(default)]
    pub polls: u32,
    /// How many times DMS was too busy to answer; each doubles the interval, which is kept.
    #[serde(default)]
    pub throttled: u32,
    /// Since when, without a break, the task has been seen busy or a connection in its test: both are waited out from the first
    /// look that shows it, however late that comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_since: Option<Timestamp>,
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
    /// The latest start date that the task has shown to this run: an answer with an older one is a stale one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_start: Option<Timestamp>,
    /// How many polls in a row DMS has said that there is no such task.
    #[serde(default)]
    pub not_there: u32,
    /// Since when the task has been seen at rest after this run had got it going.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_rest: Option<Timestamp>,
    /// How often this run has started the task again after a failure.
    #[serde(default)]
    pub restarts: u32,
    /// The last request to load tables again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reload: Option<ReloadAct>,
    /// All tables that this run has asked to be loaded again; each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reloaded: Vec<TableName>,
    /// What the load before this run's took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_load: Option<PreviousLoad>,
    /// How the load moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// What people have been told.
    #[serde(default)]
    pub told: Vec<Occasion>,
    /// A poll could not run and people have been told so.
    #[serde(default)]
    pub lost_sight: bool,
}

/// Why people are told something before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Occasion {
    /// The task has been started.
    Started,
    /// Tables are in error while the task goes on.
    TablesInError,
    /// A poll could not run; the task goes on unseen.
    LostSight,
    /// The task had failed and has been started again.
    StartedAgain,
    /// No row has moved for long.
    Stalled,
    /// At its pace the load will not be done when the window closes.
    WillNotFit,
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
            instance: None,
            closes,
            windowed: false,
            at_close: AtClose::LeaveRunning,
            stop_at_close: false,
            work_ends: closes,
            work_nearly_ends: closes,
            gives_up: closes,
            blind_seconds: FIRST_BLIND_SECONDS,
            most_blind_seconds: SHORTEST_MAX_BLIND_SECONDS,
            stop_again_seconds: STOP_AGAIN_SECONDS,
            events: 0,
            polls: 0,
            throttled: 0,
            pending_since: None,
            creates: 0,
            modified: false,
            create_refusal: None,
            last_trouble: None,
            start: None,
            joined: None,
            stop: None,
            latest_start: None,
            not_there: 0,
            at_rest: None,
            restarts: 0,
            reload: None,
            reloaded: Vec::new(),
            previous_load: None,
            pace: None,
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
        self.joined.is_some() || self.restarts > 0 || self.start.as_ref().is_some_and(StartAct::is_made)
    }

    /// Sets the moment at which the work ends, and with it how long a stop is tried after it.
    pub fn end_work_at(&mut self, work_ends: Timestamp) {
        self.work_ends = work_ends;
        let longest_wait = SignedDuration::from_secs(i64::from(self.most_blind_seconds));
        self.work_nearly_ends = work_ends.saturating_sub(longest_wait).unwrap_or(work_ends);
        self.gives_up = work_ends.saturating_add(STOP_PATIENCE).unwrap_or(work_ends);
    }
}

/// A start of the task: written down before it is made, so that a lost answer is known as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// When the step came to make it; long after it was decided when the execution was redriven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Timestamp>,
    /// The step was made a second time, by a redrive, and what runs now may or may not be what the first one started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
}

/// How DMS is asked to start a task; its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StopAct {
    /// Why.
    pub why: StopCause,
    /// Why in words, when it was first decided.
    #[serde(default)]
    pub words: String,
    /// When it was first decided.
    pub decided: Timestamp,
    /// When it was last decided.
    pub last_decided: Timestamp,
    /// How often it was decided.
    #[serde(default)]
    pub tries: u32,
    /// When DMS took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Timestamp>,
    /// What DMS answered; absent when the answer was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// A request to load tables again while the task runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReloadAct {
    /// Which.
    pub tables: Vec<TableName>,
    /// When it was decided.
    pub decided: Timestamp,
    /// The start date that the task had then: tables of another start of it are not loaded again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_start_date: Option<Timestamp>,
    /// What DMS answered; absent when the answer was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// Why a run stops its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StopCause {
    /// The window closes.
    Close,
    /// What the plan waited for has come true, and it says to stop then.
    Done,
}

/// What came back from a changing call. A lost answer is no answer: it stays absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// DMS took it.
    Accepted,
    /// DMS did not take it; nothing happened.
    Refused(Refusal),
    /// It was not made: what stood in the way.
    Withheld(String),
}

/// DMS's refusal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Refusal {
    /// DMS's error code.
    pub code: String,
    /// DMS's words.
    pub message: String,
    /// True when the same call may be taken later.
    pub passing: bool,
}

impl Refusal {
    /// The code that IAM answers when a role may not do what it asks.
    pub fn lacks_permission(&self) -> bool {
        self.code.contains("AccessDenied") || self.code == "UnauthorizedOperation"
    }

    /// True when the service was too busy.
    pub fn throttled(&self) -> bool {
        self.code.contains("Throttl")
    }
}

/// The task, as this run knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    pub settings: Option<TaskSettings>,
    /// Where the task differs from the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// Another execution of ours that drives the task, when it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driven_by: Option<String>,
}

/// Whose a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// Created by this run.
    Created,
    /// Created by an earlier run of ours.
    Adopted,
    /// Kept by somebody else: never changed, tagged or deleted.
    Kept,
}

/// Where the load stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Progress {
    /// DMS's word for what the task does.
    pub status: Status,
    /// Its counters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
    /// Rows read so far, from the last table statistics.
    #[serde(default)]
    pub rows: u64,
    /// How far a replication is behind, in seconds, as it was last known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_seconds: Option<u32>,
    /// When this was seen.
    pub seen: Timestamp,
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
    /// True when the start step is to load tables again and not to start the task.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reload: bool,
}

/// The ways out of the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Create or adopt the task.
    Create,
    /// Start it, or load tables of it again.
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
        line_of(&words, 500)
    }
}

impl StartAct {
    /// True when DMS took the start, or may have taken it.
    pub fn is_made(&self) -> bool {
        matches!(self.answer, None | Some(Answer::Accepted))
    }
}
