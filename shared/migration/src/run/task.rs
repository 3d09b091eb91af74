//! The task as the run knows it, and where it stood when it was last seen.

use jiff::Timestamp;
use plan::{Arn, MigrationType};
use serde::{Deserialize, Serialize};

use crate::run::execution_arn::ExecutionArn;
use crate::run::observation::{self, Stats, TaskSettings};
use crate::run::status::Status;

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
    /// When it was created, where its origin is not [`Origin::External`]: DMS may take a while to list it, and IAM to count
    /// its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The settings that decisions need, once they were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<TaskSettings>,
    /// Where the task differs from the plan.
    pub differences: Vec<String>,
    /// Whom its owner tag names.
    #[serde(default, skip_serializing_if = "Owner::is_nobody")]
    pub owner: Owner,
}

/// Whom the owner tag of a task names, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Owner {
    /// Nobody, or this execution itself.
    #[default]
    Nobody,
    /// Another execution of ours, which runs and drives the task.
    Running(ExecutionArn),
    /// Another execution of ours, which has ended.
    #[serde(rename_all = "PascalCase")]
    Ended {
        /// The execution.
        execution: ExecutionArn,
        /// From when to when a start is dated that is its own, or that it followed as such, and that may still be at work;
        /// absent where there is none, and where Step Functions no longer knows the execution.
        #[serde(skip_serializing_if = "Option::is_none")]
        ran: Option<(Timestamp, Timestamp)>,
    },
    /// An execution that may not be looked at: a sibling stack's, or one of a stack that is gone.
    OutOfReach(ExecutionArn),
}

impl Owner {
    /// True when the tag names nobody else.
    pub fn is_nobody(&self) -> bool {
        *self == Owner::Nobody
    }
}

impl Task {
    /// A task as a run knows it from the look that shows it: nothing is compared with the plan yet.
    pub fn known(seen: observation::Task, origin: Origin) -> Task {
        Task {
            arn: seen.arn,
            identifier: seen.identifier,
            migration_type: seen.migration_type,
            origin,
            created: None,
            settings: seen.settings,
            differences: Vec::new(),
            owner: Owner::Nobody,
        }
    }

    /// Another execution of ours that drives the task now.
    pub fn driven_by(&self) -> Option<&ExecutionArn> {
        match &self.owner {
            Owner::Running(execution) => Some(execution),
            Owner::Nobody | Owner::Ended { .. } | Owner::OutOfReach(_) => None,
        }
    }
}

/// Whose a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Origin {
    /// Created by this run.
    Created,
    /// Created by an earlier run of ours.
    Adopted,
    /// Kept by somebody else: never changed, tagged or deleted.
    External,
}

/// Where the task stood when it was last seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Progress {
    /// DMS's word for what the task does.
    pub status: Status,
    /// Its counters; absent on a task that never ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
    /// Rows read so far, from the last table statistics.
    pub rows: u64,
    /// How far a replication is behind, in seconds, as it was last known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lag_seconds: Option<u32>,
    /// When this was seen.
    pub seen: Timestamp,
}
