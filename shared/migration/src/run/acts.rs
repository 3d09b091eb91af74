//! The changing calls of a run: each is written down before it is made, so that a lost answer is known as one.

use jiff::Timestamp;
use plan::Arn;
use plan::table_name::TableName;
use serde::{Deserialize, Serialize};

use crate::run::answer::{Answer, Refusal, RefusalKind};
use crate::run::observation::OtherDates;

/// What the create step asks DMS for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CreateCall {
    /// To create the task.
    Create,
    /// To make a task that has never run what the plan describes.
    Modify,
}

impl CreateCall {
    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            CreateCall::Create => "create the task",
            CreateCall::Modify => "modify the task",
        }
    }
}

/// DMS's refusal to create the task, or to modify one that has never run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateRefusal {
    /// What was asked for.
    pub call: CreateCall,
    /// Its last words.
    pub refusal: Refusal,
    /// When it first refused.
    pub first: Timestamp,
    /// When it last refused.
    pub last: Timestamp,
}

/// A start of the task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartAct {
    /// The word that DMS is asked with.
    pub kind: StartKind,
    /// Why this way.
    pub why: String,
    /// When it was decided; a task that began at or after this moment began by us.
    pub decided: Timestamp,
    /// When the first start was decided; refusals that pass are waited out from here.
    pub first_decided: Timestamp,
    /// When the step came to make it: long after it was decided when the execution was redriven. Until then, when it
    /// was decided.
    pub asked: Timestamp,
    /// The start date that the task had when it was decided; absent when it had none. A start is not made once this has
    /// changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_start_date: Option<Timestamp>,
    /// The other dates that it had then.
    #[serde(default, skip_serializing_if = "OtherDates::is_empty")]
    pub seen_dates: OtherDates,
    /// What DMS answered.
    pub answer: Answer,
    /// Since when, after it was taken or its answer was lost, every look has shown the task idle and its dates as they
    /// were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
    /// When the first start was decided whose answer was lost, where this one is made in its place. Should that one show
    /// after all, it is this run's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_since: Option<Timestamp>,
}

impl StartAct {
    /// True when DMS took it or may have taken it: it was not seen to be missing.
    pub fn may_be_made(&self) -> bool {
        match self.answer {
            Answer::Accepted => true,
            Answer::Lost => self.missing_since.is_none(),
            Answer::Refused(_) | Answer::NotCalled(_) => false,
        }
    }

    /// A task that was started at this moment or later may have been started by it.
    pub fn since(&self) -> Timestamp {
        self.lost_since.unwrap_or(self.decided)
    }
}

/// How DMS is asked to start a task; its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// A stop of the task, told as often as it takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stop {
    /// What makes the run stop its task.
    pub cause: StopCause,
    /// Why in words, when it was first decided.
    pub words: String,
    /// When it was first decided.
    pub decided: Timestamp,
    /// When it was last decided.
    pub last_decided: Timestamp,
    /// How often it was decided.
    pub tries: u32,
    /// What DMS answered to the last try.
    pub answer: Answer,
    /// How far it has come.
    pub state: StopState,
}

/// How far a stop has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StopState {
    /// DMS has been asked, or is about to be.
    Asked,
    /// DMS has taken it at this moment. A refusal of a further try does not undo that.
    Taken(Timestamp),
}

impl Stop {
    /// A stop that is decided for the first time, and has not been made.
    pub fn decided(cause: StopCause, words: String, now: Timestamp) -> Stop {
        Stop {
            cause,
            words,
            decided: now,
            last_decided: now,
            tries: 1,
            answer: Answer::Lost,
            state: StopState::Asked,
        }
    }

    /// How its last try was refused, when it lacked a permission.
    pub fn denied(&self) -> Option<&Refusal> {
        match &self.answer {
            Answer::Refused(refusal) if refusal.kind == RefusalKind::Denied => Some(refusal),
            _ => None,
        }
    }

    /// When DMS took it.
    pub fn taken(&self) -> Option<Timestamp> {
        match self.state {
            StopState::Taken(at) => Some(at),
            StopState::Asked => None,
        }
    }
}

/// Why a run stops its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StopCause {
    /// The window closes.
    Close,
    /// What the plan waited for has come true, and it says to stop then.
    Done,
    /// Its execution was ended from outside, and the plan says to stop then.
    Abort,
}

/// A test of a connection that is asked for again, since the last one failed, was never made, or does not count for a
/// start.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TestAct {
    /// The endpoint.
    pub endpoint: Arn,
    /// When the first such test of this run was decided.
    pub first: Timestamp,
    /// When this one was.
    pub last: Timestamp,
    /// What DMS answered. What came of the test shows in the connections.
    pub answer: Answer,
}

/// A request to load tables again while the task runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReloadAct {
    /// The tables; DMS takes at most ten at once.
    pub tables: Vec<TableName>,
    /// When it was decided.
    pub decided: Timestamp,
    /// The start date that the task had then; absent when it had none. Tables of another start of it are not loaded
    /// again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_start_date: Option<Timestamp>,
    /// What DMS answered.
    pub answer: Answer,
}
