//! Tasks that are there before the story begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Tag;
use crate::fault::Fault;
use crate::mappings::Mappings;
use crate::settings::Settings;

/// A task that is there before the story begins: a CreateReplicationTask request, and how far the task came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct ExistingTask {
    /// Its ARN; a random one by default.
    pub replication_task_arn: Option<String>,
    /// Its name.
    pub replication_task_identifier: String,
    /// The source endpoint's ARN.
    pub source_endpoint_arn: String,
    /// The target endpoint's ARN.
    pub target_endpoint_arn: String,
    /// The instance's ARN.
    pub replication_instance_arn: String,
    /// `full-load` by default.
    pub migration_type: String,
    /// The document or the string that holds it; everything (`%`.`%`) by default.
    pub table_mappings: Value,
    /// The document or the string that holds it; DMS's defaults fill the rest.
    pub replication_task_settings: Option<Value>,
    /// As in the request.
    pub cdc_start_position: Option<String>,
    /// As in the request.
    pub cdc_stop_position: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// How far it came; `NeverRun` by default.
    pub state: TaskState,
    /// Why it failed, for `FailedHalfWay` and `FailedReplicating`.
    pub last_failure_message: Option<String>,
    /// The StopReason's code, or its whole text, of a task that has come to rest; what its history gives by default.
    pub stop_reason: Option<String>,
    /// Tables that are in another state than their history gives. What it brought into the target stays there.
    pub table_states: Vec<ExistingTableState>,
}

/// The state of one table of a task that is there before the story begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct ExistingTableState {
    /// Its schema.
    pub schema_name: String,
    /// Its name.
    pub table_name: String,
    /// DMS's word: `Table error`.
    pub table_state: String,
}

impl Default for ExistingTask {
    fn default() -> Self {
        Self {
            replication_task_arn: None,
            replication_task_identifier: String::new(),
            source_endpoint_arn: String::new(),
            target_endpoint_arn: String::new(),
            replication_instance_arn: String::new(),
            migration_type: "full-load".to_owned(),
            table_mappings: crate::mappings::everything(),
            replication_task_settings: None,
            cdc_start_position: None,
            cdc_stop_position: None,
            tags: Vec::new(),
            state: TaskState::NeverRun,
            last_failure_message: None,
            stop_reason: None,
            table_states: Vec::new(),
        }
    }
}

impl TaskState {
    /// Whether a task in it has come to rest after a run.
    pub(super) fn has_ended(self) -> bool {
        matches!(self, Self::Loaded | Self::StoppedHalfWay | Self::FailedHalfWay | Self::FailedReplicating)
    }
}

impl ExistingTask {
    /// The mappings as DMS would hand them back.
    pub(crate) fn mappings_text(&self) -> String {
        text(&self.table_mappings)
    }

    pub(crate) fn mappings(&self) -> Result<Mappings, Fault> {
        Mappings::read(&self.mappings_text())
    }

    /// The whole text of the StopReason that is given.
    pub(crate) fn stop_reason_text(&self) -> Option<String> {
        let given = self.stop_reason.as_ref()?;
        Some(if given.contains("Stop Reason") { given.clone() } else { format!("Stop Reason {given}") })
    }

    /// The effective settings; log names, which nobody may give when creating a task, are what DMS added since.
    pub(crate) fn settings(&self) -> Result<Settings, Fault> {
        Settings::echoed(self.replication_task_settings.as_ref().map(text).as_deref())
    }
}

fn text(document: &Value) -> String {
    document.as_str().map_or_else(|| document.to_string(), str::to_owned)
}

/// How far a task came before the story begins. Its history is played by the rules, so the ledger knows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TaskState {
    /// `ready`, never started.
    #[default]
    NeverRun,
    /// Ran an hour ago and ended by itself; a task that replicates changes was then stopped by its keeper.
    Loaded,
    /// Was stopped by its keeper in the middle of the load, an hour ago.
    StoppedHalfWay,
    /// Failed in the middle of the load, an hour ago.
    FailedHalfWay,
    /// Failed an hour ago, an hour after its load was done. A full-load task cannot be in this state: it is `Loaded`
    /// instead.
    FailedReplicating,
    /// Is running, in the middle of the load.
    Loading,
    /// Is running; the load was done an hour ago. A full-load task cannot be in this state: it is `Loaded` instead.
    Replicating,
}
