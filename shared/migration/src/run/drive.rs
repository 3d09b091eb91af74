//! Who got the task going, as far as this run has to do with it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::run::acts::StartAct;
use crate::run::execution_arn::ExecutionArn;

/// Who got the task going, as far as this run has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Drive {
    /// This run has started nothing and follows nothing.
    Nothing,
    /// This run starts the task, or has started it. A start that DMS did not take leaves nothing under way.
    #[serde(rename_all = "PascalCase")]
    Starting {
        /// The start.
        start: StartAct,
        /// Since when the task has been seen at rest after it.
        #[serde(skip_serializing_if = "Option::is_none")]
        rest: Option<Timestamp>,
    },
    /// The task had failed after a start of this run, and is started again.
    #[serde(rename_all = "PascalCase")]
    Restarting {
        /// The last start.
        start: StartAct,
        /// How often it has been started again, this time included.
        times: u32,
        /// Since when the task has been seen at rest after it.
        #[serde(skip_serializing_if = "Option::is_none")]
        rest: Option<Timestamp>,
    },
    /// This run follows a task that was under way when it came.
    #[serde(rename_all = "PascalCase")]
    Joined {
        /// Whose start it follows.
        whose: Whose,
        /// When the task was started, as far as DMS has dated it.
        since: Timestamp,
        /// Since when the task has been seen at rest.
        #[serde(skip_serializing_if = "Option::is_none")]
        rest: Option<Timestamp>,
    },
}

/// Whose start a run follows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Whose {
    /// Somebody else's: a person's, another product's, or another run's.
    SomebodyElse,
    /// That of an execution of ours which has ended, and with it its hold on the task: the task is ours.
    EndedRun(ExecutionArn),
    /// This execution's own, of which only the repeat has an answer (it was delivered twice, or the execution was redriven in
    /// the middle of it), or somebody else's at the same moment: it cannot be told.
    #[serde(rename_all = "PascalCase")]
    Doubtful {
        /// The start that was held back or refused.
        start: StartAct,
        /// How often this run had started the task again by then.
        restarts: u32,
    },
}

impl Drive {
    /// The start of this run, made or not.
    pub fn start(&self) -> Option<&StartAct> {
        match self {
            Drive::Starting { start, .. }
            | Drive::Restarting { start, .. }
            | Drive::Joined { whose: Whose::Doubtful { start, .. }, .. } => Some(start),
            Drive::Nothing | Drive::Joined { whose: Whose::SomebodyElse | Whose::EndedRun(_), .. } => None,
        }
    }

    /// The start of this run, to write down what came of it.
    pub fn start_mut(&mut self) -> Option<&mut StartAct> {
        match self {
            Drive::Starting { start, .. }
            | Drive::Restarting { start, .. }
            | Drive::Joined { whose: Whose::Doubtful { start, .. }, .. } => Some(start),
            Drive::Nothing | Drive::Joined { whose: Whose::SomebodyElse | Whose::EndedRun(_), .. } => None,
        }
    }

    /// When what this run follows was started; `None` for a run that follows nobody.
    pub fn joined(&self) -> Option<Timestamp> {
        match self {
            Drive::Joined { since, .. } => Some(*since),
            Drive::Nothing | Drive::Starting { .. } | Drive::Restarting { .. } => None,
        }
    }

    /// True when this run follows what somebody else had started.
    pub fn is_somebody_elses(&self) -> bool {
        matches!(self, Drive::Joined { whose: Whose::SomebodyElse, .. })
    }

    /// True when it cannot be told whose start this run follows.
    pub fn is_doubtful(&self) -> bool {
        matches!(self, Drive::Joined { whose: Whose::Doubtful { .. }, .. })
    }

    /// How often this run has started the task again after a failure.
    pub fn restarts(&self) -> u32 {
        match self {
            Drive::Restarting { times, .. } => *times,
            Drive::Joined { whose: Whose::Doubtful { restarts, .. }, .. } => *restarts,
            Drive::Nothing
            | Drive::Starting { .. }
            | Drive::Joined { whose: Whose::SomebodyElse | Whose::EndedRun(_), .. } => 0,
        }
    }

    /// Since when the task has been seen at rest after this run had got it going, or had joined it.
    pub fn rest(&self) -> Option<Timestamp> {
        match self {
            Drive::Nothing => None,
            Drive::Starting { rest, .. } | Drive::Restarting { rest, .. } | Drive::Joined { rest, .. } => {
                *rest
            }
        }
    }

    /// Writes down since when the task has been at rest. A run that has to do with no task knows no rest of it.
    pub fn set_rest(&mut self, since: Option<Timestamp>) {
        match self {
            Drive::Nothing => {}
            Drive::Starting { rest, .. } | Drive::Restarting { rest, .. } | Drive::Joined { rest, .. } => {
                *rest = since;
            }
        }
    }

    /// True when something that this run started, may have started, or has joined is or was under way.
    pub fn is_under_way(&self) -> bool {
        match self {
            Drive::Nothing => false,
            Drive::Starting { start, .. } => start.answer.may_be_taken(),
            Drive::Restarting { .. } | Drive::Joined { .. } => true,
        }
    }
}
