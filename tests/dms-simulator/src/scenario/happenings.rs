//! What people, Terraform and the world do to DMS, outside the API client that is tried.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::task::StartType;

/// Something that happens at a moment of the story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TimedHappening {
    /// When, counted from the story's beginning.
    pub at_seconds: f64,
    /// What: `{"StartTask": {"Task": "nightly", "StartType": "resume-processing"}}`.
    pub what: Happening,
}

/// What people and the world do, outside this API client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all_fields = "PascalCase", deny_unknown_fields)]
pub enum Happening {
    /// Somebody stops a starting or running task in the console; without effect on any other.
    StopTask {
        /// The task's identifier or ARN.
        #[serde(rename = "Task")]
        identifier: String,
    },
    /// Somebody starts an idle task in the console; without effect where DMS would refuse the state.
    StartTask {
        /// The task's identifier or ARN.
        #[serde(rename = "Task")]
        identifier: String,
        start_type: StartType,
    },
    /// Somebody modifies a task, as Terraform does; without effect where DMS would refuse it.
    ModifyTask {
        /// The task's identifier or ARN.
        #[serde(rename = "Task")]
        identifier: String,
        /// A ModifyReplicationTask request without the ARN. `TableMappings` and `ReplicationTaskSettings` may be
        /// documents or the strings that hold them.
        changes: Value,
    },
    /// Somebody deletes a task in the console, which stops a running one first.
    DeleteTask {
        /// The task's identifier or ARN.
        #[serde(rename = "Task")]
        identifier: String,
    },
    /// Somebody moves an idle task to another instance; without effect where DMS would refuse the state.
    MoveTask {
        /// The task's identifier or ARN.
        #[serde(rename = "Task")]
        identifier: String,
        /// The instance to move it to.
        replication_instance_arn: String,
        /// How long that takes.
        seconds: f64,
        /// Whether it goes well; otherwise the task stays where it is and ends in `failed-move`.
        succeeds: bool,
    },
    /// Somebody has an idle task assessed; without effect on a task that is busy.
    AssessTask {
        /// The task's identifier or ARN.
        #[serde(rename = "Task")]
        identifier: String,
        /// How long that takes.
        seconds: f64,
    },
    /// Somebody puts rows into a target table.
    FillTarget {
        /// The target endpoint; every target when it is not given.
        endpoint_arn: Option<String>,
        #[serde(rename = "SchemaName")]
        schema: String,
        #[serde(rename = "TableName")]
        table: String,
        /// How many rows.
        rows: u64,
    },
    /// Somebody empties a target table.
    EmptyTarget {
        /// The target endpoint; every target when it is not given.
        endpoint_arn: Option<String>,
        #[serde(rename = "SchemaName")]
        schema: String,
        #[serde(rename = "TableName")]
        table: String,
    },
    /// Somebody changes an endpoint. Its connections count no longer, until they are tested again: by DMS itself,
    /// unless [`Behaviour`](super::Behaviour) says otherwise. Without effect while a task uses the endpoint.
    EndpointModified {
        /// The endpoint's ARN.
        #[serde(rename = "EndpointArn")]
        arn: String,
    },
    /// Somebody deletes an endpoint: it is `deleting` for a while, then it and its connections are gone. Without effect
    /// on one that a task is made of.
    EndpointDeleted {
        /// The endpoint's ARN.
        #[serde(rename = "EndpointArn")]
        arn: String,
    },
    /// Somebody deletes an instance: it is `deleting` for a while, then it and its connections are gone. Without effect
    /// on one that has tasks.
    InstanceDeleted {
        /// The instance's ARN.
        #[serde(rename = "ReplicationInstanceArn")]
        arn: String,
    },
    /// An instance changes its status: `storage-full`, `maintenance`, `available`.
    InstanceStatus {
        /// The instance's ARN.
        #[serde(rename = "ReplicationInstanceArn")]
        arn: String,
        /// The new status.
        status: String,
    },
    /// Others use a part of the account's requests: so many a second are left.
    QuotaShared {
        /// Requests a second.
        per_second: f64,
    },
    /// Somebody changes a task's tags.
    TagTask {
        /// The task's identifier or ARN.
        #[serde(rename = "Task")]
        identifier: String,
        /// The tag's key.
        key: String,
        /// Its new value; nothing takes the tag away.
        value: Option<String>,
    },
}

impl Happening {
    /// The endpoint or instance that it speaks of, if it speaks of one.
    pub(super) fn arn(&self) -> Option<&str> {
        match self {
            Self::MoveTask { replication_instance_arn: arn, .. }
            | Self::EndpointModified { arn }
            | Self::EndpointDeleted { arn }
            | Self::InstanceDeleted { arn }
            | Self::InstanceStatus { arn, .. } => Some(arn),
            Self::FillTarget { endpoint_arn, .. } | Self::EmptyTarget { endpoint_arn, .. } => {
                endpoint_arn.as_deref()
            }
            _ => None,
        }
    }
}
