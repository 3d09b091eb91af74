//! Whether the endpoints and the instance that a plan names exist, are of the right kind and can work.

use crate::run::instance_status::InstanceStatus;
use crate::survey::engines;
use plan::Arn;
use plan::clean::one_line;
use plan::finding::{Code, Findings};
use plan::located::quoted;

plan::words! {
    /// What DMS says of an endpoint; only `active` can be used, and what is being changed becomes active again.
    pub enum EndpointStatus {
        /// It can be used.
        Active = "active",
        /// It is being created.
        Creating = "creating",
        /// It is being changed.
        Modifying = "modifying",
        /// Its connection is being tested.
        Testing = "testing",
    }
}

/// An endpoint as DescribeEndpoints shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its ARN.
    pub arn: String,
    /// `source` or `target`.
    pub endpoint_type: String,
    /// Whether it can be used.
    pub status: EndpointStatus,
    /// DMS's word for what it is an endpoint of, `postgres`.
    pub engine: String,
    /// True when a zero-ETL integration keeps it: only the integration may change it then.
    pub read_only: bool,
}

/// An instance as DescribeReplicationInstances shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// Its ARN.
    pub arn: String,
    /// Its name, which is in no ARN.
    pub identifier: String,
    /// Whether it can work.
    pub status: InstanceStatus,
    /// The version of DMS that it runs.
    pub engine_version: String,
    /// When it is maintained each week, in UTC: `sun:06:00-sun:14:00`.
    pub maintenance: String,
    /// Whether DMS upgrades it to later minor versions (`AutoMinorVersionUpgrade`).
    pub upgrades_itself: bool,
    /// What is to be changed in its next maintenance, each a member and its new value.
    pub pending: Vec<String>,
}

/// Checks one endpoint; `wanted` is `source` or `target`.
pub fn check_endpoint(path: &str, arn: &Arn, wanted: &str, seen: Option<&Endpoint>, findings: &mut Findings) {
    let Some(endpoint) = seen else {
        findings.add(
            path,
            Code::NoSuchEndpoint,
            format!("there is no endpoint {arn} in this account and Region"),
        );
        return;
    };
    if !endpoint.endpoint_type.eq_ignore_ascii_case(wanted) {
        findings.add(
            path,
            Code::WrongEndpointKind,
            format!(
                "the endpoint {arn} is a {} endpoint, a {wanted} endpoint is needed",
                endpoint.endpoint_type.to_ascii_lowercase()
            ),
        );
    }
    engines::check_known(path, &endpoint.engine, findings);
    if endpoint.read_only {
        let (code, mend) = match wanted {
            "target" => (Code::EndpointReadOnly, "a task must not write where only the integration writes"),
            _ => (Code::SourceReadOnly, "it changes, and goes, with the integration"),
        };
        findings.add(
            path,
            code,
            format!(
                "the endpoint {arn} is read-only (IsReadOnly), since a zero-ETL integration keeps it: {mend}; take an endpoint of \
                 your own"
            ),
        );
    }
    let code = match endpoint.status {
        EndpointStatus::Active => return,
        EndpointStatus::Creating | EndpointStatus::Modifying | EndpointStatus::Testing => {
            Code::EndpointChanging
        }
        EndpointStatus::Other(_) => Code::EndpointNotActive,
    };
    findings.add(
        path,
        code,
        format!("the endpoint {arn} is {}, not active", quoted(endpoint.status.as_str())),
    );
}

/// Checks the replication instance.
pub fn check_instance(path: &str, arn: &Arn, seen: Option<&Instance>, findings: &mut Findings) {
    let Some(instance) = seen else {
        findings.add(
            path,
            Code::NoSuchInstance,
            format!("there is no replication instance {arn} in this account and Region"),
        );
        return;
    };
    if !instance.pending.is_empty() {
        findings.add(
            path,
            Code::PendingChanges,
            format!(
                "changes of the replication instance, which has version {}, are pending ({}): its next maintenance ({} UTC) makes \
                 them and may restart it",
                instance.engine_version,
                instance.pending.join(", "),
                instance.maintenance
            ),
        );
    }
    let mend = match &instance.status {
        InstanceStatus::Available => return,
        changing if changing.is_changing() => {
            findings.add(
                path,
                Code::InstanceChanging,
                format!(
                    "the replication instance is {}: a run waits until it is available",
                    quoted(changing.as_str())
                ),
            );
            return;
        }
        InstanceStatus::StorageFull => "enlarge its storage: tasks on a full instance are stopped",
        InstanceStatus::Failed
        | InstanceStatus::IncompatibleCredentials
        | InstanceStatus::IncompatibleNetwork => "mend the instance first",
        _ => "wait until it is, and start the run again",
    };
    findings.add(
        path,
        Code::InstanceNotAvailable,
        format!("the replication instance is {}, not available; {mend}", quoted(instance.status.as_str())),
    );
}

/// Says what AWS did not say about the instance, and why: a report without it would look as if all were well.
pub fn not_looked_at(path: &str, what: &str, why: &str, findings: &mut Findings) {
    findings.add(path, Code::InstanceNotLookedAt, format!("{what} was not looked at: {}", one_line(why)));
}

/// Says which instance it is, for a report that is read before the night.
pub fn describe_instance(path: &str, instance: &Instance, findings: &mut Findings) {
    findings.add(
        path,
        Code::InstanceSeen,
        format!(
            "the replication instance is {}, version {}, with its weekly maintenance at {} UTC",
            quoted(&instance.identifier),
            quoted(&instance.engine_version),
            quoted(&instance.maintenance)
        ),
    );
}
