//! What the user wrote: the migration, its window, what counts as done, what to do in trouble, whom to tell.
//!
//! [`read`](read::read) turns JSON into a [`Plan`] or into findings; `docs/plan.md` describes every member. Nothing
//! here knows of a run, of a clock or of AWS.

pub mod arn;
mod cdc;
pub mod clean;
pub mod digest;
pub mod embedded;
pub mod engine;
pub mod finding;
pub mod home;
mod json_fault;
pub mod located;
mod mapping_and_settings;
pub mod mappings;
mod meant;
pub mod members;
mod nightly;
pub mod overlap;
pub mod read;
pub mod request;
#[cfg(feature = "schema")]
pub mod schema;
pub mod settings;
mod shape;
mod slips;
pub mod source_log;
pub mod start_position;
pub mod stop_position;
mod synonyms;
pub mod system_schemas;
pub mod table_name;
pub mod tags;
pub mod text;
mod time_slips;
pub mod together;
pub mod window;
mod words;

use serde::{Deserialize, Serialize};

pub use arn::Arn;
pub use request::{MigrationType, Tag, TaskRequest};
pub use tags::OWNER_TAG;
pub use window::{AtClose, Window};

/// A plan over this size is rejected, so that the document that travels stays under Step Functions' 256 KiB.
pub const MAX_PLAN_BYTES: usize = 160 * 1024;

/// A plan, or a document inside it, with more levels than this is rejected: JSON readers stop at 128, and the document
/// that travels puts some of its own around a plan.
pub const MAX_LEVELS: usize = 64;

/// A plan that was read without an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Plan {
    /// The DMS task this is about.
    pub task: TaskPlan,
    /// Whether to migrate, or only to look.
    #[serde(default)]
    pub mode: Mode,
    /// When the run may work; always when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What to do when the task that exists differs from the plan.
    pub on_drift: OnDrift,
    /// What becomes of the task when the execution is ended from outside.
    #[serde(default)]
    pub on_abort: OnAbort,
    /// How a task that has run before is started.
    pub start: Start,
    /// What counts as done; by migration type when absent ([`Plan::until`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// The lag, in seconds, at which a replication counts as caught up.
    pub lag_seconds: u32,
    /// What to do with a running task once it is done.
    pub then: Then,
    /// What becomes of tables that DMS could not load.
    pub on_table_errors: OnTableErrors,
    /// How rows that DMS's validation found different weigh.
    pub on_validation_errors: OnErrors,
    /// How often a task that failed for a cause that may pass is started again in one run.
    pub restarts: u32,
    /// After how many minutes without a row moved people are told; never when 0.
    pub stall_minutes: u32,
    /// Whom to tell, and what.
    pub notify: Notify,
    /// The instant for which EventBridge Scheduler started this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_time: Option<jiff::Timestamp>,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Mode {
    /// To migrate.
    #[default]
    Migrate,
    /// To look at all that a migration would need, and to report: nothing is created, changed, started or stopped.
    Preflight,
}

/// The task of a plan: described in full and ours to create, or kept by somebody else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TaskPlan {
    /// A `CreateReplicationTask` request. The task with its identifier is created, or adopted when it exists.
    Request(Box<TaskRequest>),
    /// A task that Terraform, the console or another team keeps: run and judged, never created, changed or tagged.
    External(ExternalTask),
}

/// How a plan names a task that somebody else keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExternalTask {
    /// By its ARN.
    ReplicationTaskArn(Arn),
    /// By its identifier.
    ReplicationTaskIdentifier(String),
}

/// What to do when the task that exists differs from what the plan states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OnDrift {
    /// Name the differences and touch nothing.
    #[default]
    Reject,
    /// Change the task, if we created it and it has never run; reject otherwise.
    Modify,
    /// Run the task as it is and name the differences in the report.
    Ignore,
}

/// What becomes of a running task when the execution that drives it is ended from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OnAbort {
    /// It goes on until the window closes, and is stopped then if the plan stops it at the close.
    #[default]
    AsAtClose,
    /// It is stopped at once.
    Stop,
    /// It goes on, and nobody stops it.
    LeaveRunning,
}

/// How a task is started, given its history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Start {
    /// A first run starts, an unfinished one is resumed where that is safe, a finished full load is left alone.
    #[default]
    Auto,
    /// As `Auto`, but a finished full load is loaded again: the nightly copy. Consents to replace target data.
    Refresh,
    /// As `Auto`, but resumes unfinished tables even where their rows stay in the target.
    Resume,
    /// Loads every table again, whatever was. Consents to replace target data.
    Reload,
}

impl Start {
    /// The word in a plan.
    pub fn as_str(self) -> &'static str {
        match self {
            Start::Auto => "Auto",
            Start::Refresh => "Refresh",
            Start::Resume => "Resume",
            Start::Reload => "Reload",
        }
    }
}

/// What counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Until {
    /// The task has stopped by itself.
    Stopped,
    /// Every table is loaded; the task may go on replicating.
    FullLoadComplete,
    /// Every table is loaded, and replication lags by no more than `LagSeconds`.
    CaughtUp,
}

/// What to do with a running task when `Until` has come true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Then {
    /// It goes on replicating.
    #[default]
    LeaveRunning,
    /// It is stopped.
    Stop,
}

/// What becomes of tables that DMS could not load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OnTableErrors {
    /// The run has failed.
    #[default]
    Fail,
    /// The run has succeeded with warnings that name them.
    Warn,
    /// They are loaded again while the task runs, once; as `Fail` for what is in error then. Consents to replace the
    /// rows of these tables in the target.
    Reload,
}

/// How rows that validation found different weigh in the verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OnErrors {
    /// The run has failed.
    #[default]
    Fail,
    /// The run has succeeded with warnings that name them.
    Warn,
}

/// Whom to tell, and what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Notify {
    /// The SNS topic; the one that was deployed with the machine when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_arn: Option<Arn>,
    /// A topic for a chat, which is told the same once more in the form of Amazon Q Developer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_topic_arn: Option<Arn>,
    /// The team that owns the migration, as a message attribute to filter by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Tell when the task has been started.
    pub started: bool,
    /// Tell early about trouble.
    pub warning: bool,
}

impl Plan {
    /// The identifier or ARN by which people know the task.
    pub fn name(&self) -> String {
        match &self.task {
            TaskPlan::Request(request) => request.replication_task_identifier.clone(),
            TaskPlan::External(ExternalTask::ReplicationTaskIdentifier(identifier)) => identifier.clone(),
            TaskPlan::External(ExternalTask::ReplicationTaskArn(arn)) => arn.to_string(),
        }
    }

    /// The request, when the task is ours to create.
    pub fn request(&self) -> Option<&TaskRequest> {
        match &self.task {
            TaskPlan::Request(request) => Some(request),
            TaskPlan::External(_) => None,
        }
    }

    /// True when the end of the replication is given by the plan, or by whoever keeps the task: a stop at a time is
    /// then the end that was wanted.
    pub fn keeps_its_stop_position(&self) -> bool {
        self.request().is_none_or(|request| request.cdc_stop_position.is_some())
    }

    /// What counts as done for a task of this type: a full load and a bounded replication stop by themselves, a
    /// full load followed by replication is done when its load is. Where the plan states that the close stops the task,
    /// the run stays with it until then: a run that ended with the load would leave the task running past its window.
    pub fn until(&self, migration_type: &MigrationType) -> Until {
        self.until.unwrap_or(match migration_type {
            MigrationType::FullLoadAndCdc if !self.states_a_stop() => Until::FullLoadComplete,
            _ => Until::Stopped,
        })
    }

    /// What the close of the window does with a running task of this type, stated or by default: a load is stopped, a
    /// replication goes on. `None` without a window.
    pub fn at_close(&self, migration_type: &MigrationType) -> Option<AtClose> {
        let by_type = match migration_type {
            MigrationType::Cdc => AtClose::LeaveRunning,
            _ => AtClose::Stop,
        };
        self.window.as_ref().map(|window| window.at_close.unwrap_or(by_type))
    }

    /// True when the plan says in words that the close of its window stops the task.
    pub fn states_a_stop(&self) -> bool {
        self.window.as_ref().is_some_and(|window| window.at_close == Some(AtClose::Stop))
    }
}
