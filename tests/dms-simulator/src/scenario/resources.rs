//! Instances, endpoints, and how the connections between them are tested.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A state that an instance or an endpoint is in for a while.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct StatusSpan {
    /// How long after the story's beginning it begins.
    pub from_seconds: f64,
    /// How long it lasts; for ever by default.
    pub for_seconds: Option<f64>,
    /// DMS's word: `modifying`, `upgrading`.
    pub status: String,
}

/// The state at a moment, in seconds since the story's beginning: that of the last span that covers it, else the usual
/// one.
fn status_at<'a>(spans: &'a [StatusSpan], usual: &'a str, seconds: f64) -> &'a str {
    let covers = |span: &&StatusSpan| {
        span.from_seconds <= seconds
            && span.for_seconds.is_none_or(|lasts| seconds < span.from_seconds + lasts)
    };
    spans.iter().rev().find(covers).map_or(usual, |span| &span.status)
}

/// A replication instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct ReplicationInstance {
    /// Its name.
    pub replication_instance_identifier: String,
    /// Its ARN.
    pub replication_instance_arn: String,
    /// `available` by default; with anything else nothing can be created, tested or started on it.
    pub replication_instance_status: String,
    /// What its status is for a while, instead.
    pub changes: Vec<StatusSpan>,
    /// `dms.t3.medium` by default.
    pub replication_instance_class: String,
    /// `3.5.4` by default.
    pub engine_version: String,
    /// `sun:06:00-sun:14:00` by default.
    pub preferred_maintenance_window: String,
    /// What AWS means to change in the next maintenance window, as DescribeReplicationInstances shows it.
    pub pending_modified_values: Option<Value>,
    /// True by default.
    pub auto_minor_version_upgrade: bool,
    /// What waits for it, as DescribePendingMaintenanceActions shows it.
    pub pending_maintenance_actions: Vec<PendingMaintenanceAction>,
    /// What CloudWatch says of its `FreeStorageSpace`, in bytes; 40 GB by default, and nothing with `null`.
    pub free_storage_space: Option<f64>,
    /// What CloudWatch says of its `FreeableMemory`, in bytes; 2.5 GB by default, and nothing with `null`.
    pub freeable_memory: Option<f64>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Default for ReplicationInstance {
    fn default() -> Self {
        Self {
            replication_instance_identifier: String::new(),
            replication_instance_arn: String::new(),
            replication_instance_status: "available".to_owned(),
            changes: Vec::new(),
            replication_instance_class: "dms.t3.medium".to_owned(),
            engine_version: "3.5.4".to_owned(),
            preferred_maintenance_window: "sun:06:00-sun:14:00".to_owned(),
            pending_modified_values: None,
            auto_minor_version_upgrade: true,
            pending_maintenance_actions: Vec::new(),
            free_storage_space: Some(40e9),
            freeable_memory: Some(2.5e9),
            tags: Vec::new(),
        }
    }
}

/// Maintenance that waits for an instance. A date that is not given is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct PendingMaintenanceAction {
    /// `db-upgrade`, `system-update`.
    pub action: String,
    /// What AWS says of it.
    pub description: Option<String>,
    /// `next-maintenance`, `immediate`.
    pub opt_in_status: Option<String>,
    /// From when on it is applied in the next weekly maintenance, like `2026-12-01T00:00:00Z`.
    #[schemars(with = "Option<String>")]
    pub auto_applied_after_date: Option<Timestamp>,
    /// When it is applied, whatever the weekly maintenance says.
    #[schemars(with = "Option<String>")]
    pub forced_apply_date: Option<Timestamp>,
    /// When it is applied as things stand.
    #[schemars(with = "Option<String>")]
    pub current_apply_date: Option<Timestamp>,
}

/// A version of DMS. A date that is not given is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct EngineVersion {
    /// `3.5.4`.
    pub version: String,
    /// `ACTIVE` by default; `DEFAULT_VERSION`, `DEPRECATED`.
    pub lifecycle: String,
    /// When it came out.
    #[schemars(with = "Option<String>")]
    pub launch_date: Option<Timestamp>,
    /// From when on DMS upgrades to it by itself.
    #[schemars(with = "Option<String>")]
    pub auto_upgrade_date: Option<Timestamp>,
    /// When it is supported no more.
    #[schemars(with = "Option<String>")]
    pub deprecation_date: Option<Timestamp>,
    /// When DMS upgrades instances that still have it.
    #[schemars(with = "Option<String>")]
    pub force_upgrade_date: Option<Timestamp>,
    /// The versions to which an instance of it can be upgraded.
    pub available_upgrades: Vec<String>,
}

impl Default for EngineVersion {
    fn default() -> Self {
        Self {
            version: String::new(),
            lifecycle: "ACTIVE".to_owned(),
            launch_date: None,
            auto_upgrade_date: None,
            deprecation_date: None,
            force_upgrade_date: None,
            available_upgrades: Vec::new(),
        }
    }
}

impl ReplicationInstance {
    /// Its status so many seconds after the story's beginning.
    pub(crate) fn status_at(&self, seconds: f64) -> &str {
        status_at(&self.changes, &self.replication_instance_status, seconds)
    }
}

impl Endpoint {
    /// Its status so many seconds after the story's beginning.
    pub(crate) fn status_at(&self, seconds: f64) -> &str {
        status_at(&self.changes, &self.status, seconds)
    }
}

/// Which end of a migration an endpoint is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndpointType {
    /// Data is read from it.
    #[default]
    Source,
    /// Data is written to it.
    Target,
}

impl EndpointType {
    /// DMS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
        }
    }
}

/// An endpoint: a database, or what else DMS reads from or writes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Endpoint {
    /// Its name.
    pub endpoint_identifier: String,
    /// Its ARN.
    pub endpoint_arn: String,
    /// `source` by default.
    pub endpoint_type: EndpointType,
    /// `postgres` by default.
    pub engine_name: String,
    /// `active` by default; with anything else no task of it can be created, and none started.
    pub status: String,
    /// What its status is for a while, instead.
    pub changes: Vec<StatusSpan>,
    /// A name under `example.com` by default, for an engine that is a server.
    pub server_name: Option<String>,
    /// For an engine that is a server; its usual one by default.
    pub port: Option<u16>,
    /// For an engine that is a server; `dms` by default.
    pub username: Option<String>,
    /// For an engine that is a server; the identifier by default.
    pub database_name: Option<String>,
    /// Whether a zero-ETL integration keeps it; false by default.
    pub is_read_only: bool,
    /// A key of the endpoint's account by default.
    pub kms_key_id: Option<String>,
    /// For how long a source keeps its log; for ever by default. A task that replicates and is resumed longer than
    /// this after it last read fails, and fails again whenever it is resumed; only a fresh start or a reload helps.
    pub log_retention_seconds: Option<f64>,
    /// What such a task says then; MySQL's error 1236 by default.
    pub log_gone_message: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self {
            endpoint_identifier: String::new(),
            endpoint_arn: String::new(),
            endpoint_type: EndpointType::Source,
            engine_name: "postgres".to_owned(),
            status: "active".to_owned(),
            changes: Vec::new(),
            server_name: None,
            port: None,
            username: None,
            database_name: None,
            is_read_only: false,
            kms_key_id: None,
            log_retention_seconds: None,
            log_gone_message: None,
            tags: Vec::new(),
        }
    }
}

/// The result of an earlier connection test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Connection {
    /// The endpoint's ARN.
    pub endpoint_arn: String,
    /// The instance's ARN.
    pub replication_instance_arn: String,
    /// `successful` by default; else `failed` or `testing` (which ends after `ConnectionTests.Seconds`).
    pub status: String,
    /// Why the test failed.
    pub last_failure_message: Option<String>,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            endpoint_arn: String::new(),
            replication_instance_arn: String::new(),
            status: "successful".to_owned(),
            last_failure_message: None,
        }
    }
}

/// How connection tests go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct ConnectionTests {
    /// How long a test takes; 20 by default.
    pub seconds: f64,
    /// Which endpoints fail it; the others succeed.
    pub failures: Vec<ConnectionFailure>,
}

impl Default for ConnectionTests {
    fn default() -> Self {
        Self { seconds: 20.0, failures: Vec::new() }
    }
}

/// An endpoint that cannot be reached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct ConnectionFailure {
    /// The endpoint's ARN.
    pub endpoint_arn: String,
    /// What DescribeConnections then says.
    pub message: String,
    /// How many tests fail before one succeeds; all of them by default.
    pub times: Option<u32>,
}

/// A tag of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}
