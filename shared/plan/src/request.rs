//! The `CreateReplicationTask` request inside a plan (DMS API reference; identifiers, tags and CDC fields as the API
//! constrains them).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::arn::Arn;
use super::located::{Members, Node, quoted};
use super::{cdc, mapping_and_settings, mappings, settings, slips, tags};
use crate::digest::sha256;
use crate::finding::{Code, Findings};

/// What DMS is asked to create.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskRequest {
    /// 1 to 255 letters, digits and hyphens, unique in its account and Region whatever the case.
    pub replication_task_identifier: String,
    /// A source endpoint.
    pub source_endpoint_arn: Arn,
    /// A target endpoint.
    pub target_endpoint_arn: Arn,
    /// The instance that does the work.
    pub replication_instance_arn: Arn,
    /// What is migrated.
    pub migration_type: MigrationType,
    /// The mapping document; its digest once the task exists.
    pub table_mappings: Document,
    /// The settings that the plan states; their digest once the task exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_task_settings: Option<Document>,
    /// Where replication begins, as a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cdc_start_time: Option<jiff::Timestamp>,
    /// Where replication begins, as a date, a checkpoint or a position in the source's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cdc_start_position: Option<String>,
    /// Where replication ends: `server_time:` or `commit_time:` and a UTC time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cdc_stop_position: Option<String>,
    /// Tags of the task.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tags: Vec<Tag>,
    /// Supplemental information for targets that need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_data: Option<String>,
    /// The tail that the task's ARN shall have instead of a random one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_identifier: Option<String>,
}

/// A tag of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// 1 to 128 characters.
    pub key: String,
    /// Up to 256 characters.
    pub value: String,
}

/// A mapping or settings document: whole while it is needed, a digest afterwards, so that every poll of a long run
/// carries a few KiB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub enum Document {
    /// The document itself.
    Json(Value),
    /// SHA-256 of its compact JSON, in hexadecimal.
    Sha256(String),
}

impl Document {
    /// The document, while it is still here.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Document::Json(value) => Some(value),
            Document::Sha256(_) => None,
        }
    }

    fn lighten(&mut self) {
        if let Document::Json(value) = self {
            *self = Document::Sha256(sha256(&value.to_string()));
        }
    }
}

/// What DMS migrates. DMS's word, with room for one that we do not know.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum MigrationType {
    /// The rows that are there.
    FullLoad,
    /// The changes that are made.
    Cdc,
    /// The rows, then the changes.
    FullLoadAndCdc,
    /// A type that DMS has learned since.
    Other(String),
}

impl From<String> for MigrationType {
    fn from(word: String) -> Self {
        match word.as_str() {
            "full-load" => MigrationType::FullLoad,
            "cdc" => MigrationType::Cdc,
            "full-load-and-cdc" => MigrationType::FullLoadAndCdc,
            _ => MigrationType::Other(word),
        }
    }
}

impl From<MigrationType> for String {
    fn from(migration_type: MigrationType) -> String {
        migration_type.as_str().to_owned()
    }
}

impl MigrationType {
    /// DMS's own word.
    pub fn as_str(&self) -> &str {
        match self {
            MigrationType::FullLoad => "full-load",
            MigrationType::Cdc => "cdc",
            MigrationType::FullLoadAndCdc => "full-load-and-cdc",
            MigrationType::Other(word) => word,
        }
    }
}

impl TaskRequest {
    /// Drops what only the creation needs and leaves digests.
    pub fn lighten(&mut self) {
        self.table_mappings.lighten();
        if let Some(settings) = &mut self.replication_task_settings {
            settings.lighten();
        }
    }
}

/// The longest identifier of a task, in characters.
pub(super) const MAX_IDENTIFIER: usize = 255;

/// The longest tail of an ARN that can be asked for, in characters.
pub(super) const MAX_RESOURCE_IDENTIFIER: usize = 31;

/// Members that `describe-replication-tasks` answers and that nobody can ask for: dropped with a hint.
pub const READ_ONLY: [&str; 9] = [
    "LastFailureMessage",
    "RecoveryCheckpoint",
    "ReplicationTaskArn",
    "ReplicationTaskCreationDate",
    "ReplicationTaskStartDate",
    "ReplicationTaskStats",
    "Status",
    "StopReason",
    "TargetReplicationInstanceArn",
];

/// Reads a request. `None` when something that everything else needs is missing; the findings say what.
pub fn read(node: &Node<'_>, findings: &mut Findings) -> Option<TaskRequest> {
    let mut members = Members::open(node, findings)?;
    let identifier = members.required_text("ReplicationTaskIdentifier", findings);
    if let Some(identifier) = identifier {
        check_identifier(&members.place("ReplicationTaskIdentifier"), identifier, MAX_IDENTIFIER, findings);
    }
    let source = dms_arn(&mut members, "SourceEndpointArn", "endpoint", findings);
    let target = dms_arn(&mut members, "TargetEndpointArn", "endpoint", findings);
    if let (Some(source), Some(target)) = (&source, &target)
        && source == target
    {
        findings.add(
            &members.place("TargetEndpointArn"),
            Code::SameEndpoints,
            "SourceEndpointArn and TargetEndpointArn are the same endpoint",
        );
    }
    let instance = dms_arn(&mut members, "ReplicationInstanceArn", "rep", findings);
    for (name, endpoint) in [("SourceEndpointArn", &source), ("TargetEndpointArn", &target)] {
        if let (Some(endpoint), Some(instance)) = (endpoint, &instance)
            && !endpoint.is_beside(instance)
        {
            findings.add(
                &members.place(name),
                Code::ArnsApart,
                format!(
                    "the endpoint is in {}, the replication instance in {}: a task works within one account and Region",
                    endpoint.home(),
                    instance.home()
                ),
            );
        }
    }
    let migration_type: Option<MigrationType> = members.listed_word("MigrationType", findings);
    if members.get("MigrationType").is_none() {
        members.missing("MigrationType", findings);
    }
    let mappings = match members.get("TableMappings") {
        Some(node) => mappings::read(&node, migration_type.as_ref(), findings),
        None => {
            members.missing("TableMappings", findings);
            None
        }
    };
    let settings = members
        .get("ReplicationTaskSettings")
        .and_then(|node| settings::read(&node, migration_type.as_ref(), findings));
    if let Some(mapping) = &mappings {
        let (rules_at, settings_at) =
            (members.place("TableMappings"), members.place("ReplicationTaskSettings"));
        mapping_and_settings::check((mapping, &rules_at), (settings.as_ref(), &settings_at), findings);
    }
    let cdc = cdc::read(&mut members, migration_type.as_ref(), findings);
    let tags = members.get("Tags").map(|node| tags::read(&node, findings)).unwrap_or_default();
    let task_data = members.text("TaskData", findings).map(str::to_owned);
    if let Some(said) = task_data.as_deref().and_then(slips::of_a_file) {
        let path = members.place("TaskData");
        findings.add(&path, Code::FileInsteadOfText, format!("TaskData is {said}"));
    }
    let resource_identifier = members.text("ResourceIdentifier", findings);
    if let Some(chosen) = resource_identifier {
        check_identifier(&members.place("ResourceIdentifier"), chosen, MAX_RESOURCE_IDENTIFIER, findings);
    }
    for name in READ_ONLY {
        if members.get(name).is_some() {
            findings.add(
                &members.place(name),
                Code::ReadOnlyMember,
                format!("{name} is what DMS answers, not what can be asked for; it is left out"),
            );
        }
    }
    members.close(findings);
    Some(TaskRequest {
        replication_task_identifier: identifier?.to_owned(),
        source_endpoint_arn: source?,
        target_endpoint_arn: target?,
        replication_instance_arn: instance?,
        migration_type: migration_type?,
        table_mappings: Document::Json(mappings?),
        replication_task_settings: settings.map(Document::Json),
        cdc_start_time: cdc.start_time,
        cdc_start_position: cdc.start_position,
        cdc_stop_position: cdc.stop_position,
        tags,
        task_data,
        resource_identifier: resource_identifier.map(str::to_owned),
    })
}

/// A DMS identifier: a letter, then letters, digits and single hyphens, no hyphen at the end.
pub fn check_identifier(path: &str, text: &str, most: usize, findings: &mut Findings) {
    let good = text.len() <= most
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with('-')
        && !text.contains("--")
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !good {
        findings.add(
            path,
            Code::BadIdentifier,
            format!(
                "{} is no DMS identifier: 1 to {most} letters, digits and single hyphens, a letter first, \
                 no hyphen at the end",
                quoted(text)
            ),
        );
    }
}

/// A required ARN of a DMS resource of this kind.
fn dms_arn(
    members: &mut Members<'_>,
    name: &'static str,
    kind: &str,
    findings: &mut Findings,
) -> Option<Arn> {
    let text = members.required_text(name, findings)?;
    check_dms_arn(&members.place(name), name, text, kind, findings)
}

/// Reads the ARN of a DMS resource of this kind; anything else becomes a finding.
pub fn check_dms_arn(path: &str, name: &str, text: &str, kind: &str, findings: &mut Findings) -> Option<Arn> {
    let wanted = format!("arn:aws:dms:<region>:<account>:{kind}:<id>");
    match text.parse::<Arn>() {
        Err(error) => {
            findings.add(
                path,
                Code::BadArn,
                format!("{name} is {error}; DMS shows it as {wanted}, found {}", quoted(text)),
            );
            None
        }
        Ok(arn) if arn.service == "dms" && names_one(&arn, kind) => {
            is_in_its_partition(path, name, &arn, findings).then_some(arn)
        }
        Ok(arn) if arn.service == "dms" && arn.kind() == "replication-config" => {
            findings.add(
                path,
                Code::NotSupportedYet,
                format!("{name} names a DMS Serverless replication ({arn}); it is not supported yet"),
            );
            None
        }
        Ok(arn) => {
            findings.add(path, Code::WrongArn, format!("{name} must be {wanted}, not {arn}"));
            None
        }
    }
}

/// Whether the Region that an ARN names is one of its partition: nothing in another partition can be reached, and a copied
/// ARN with another Region put in names nothing at all.
pub(super) fn is_in_its_partition(path: &str, name: &str, arn: &Arn, findings: &mut Findings) -> bool {
    let Some(meant) = arn.in_its_partition() else { return true };
    findings.add(
        path,
        Code::WrongPartition,
        format!(
            "{name} has the partition {}, and {} is a Region of {}: it must be {meant}",
            arn.partition, arn.region, meant.partition
        ),
    );
    false
}

/// True for `kind:id` with an id.
fn names_one(arn: &Arn, kind: &str) -> bool {
    arn.resource.split_once(':').is_some_and(|(found, id)| found == kind && !id.is_empty())
}
