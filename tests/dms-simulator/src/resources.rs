//! Endpoints and instances as the describes show them, with every member that AWS's own examples have.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::scenario::{Endpoint, EngineVersion, PendingMaintenanceAction, ReplicationInstance};
use crate::time;

const MONTH: f64 = 30.0 * 24.0 * 3600.0;

/// Engines that are servers, and the port of each.
const PORTS: [(&str, u16); 15] = [
    ("aurora", 3306),
    ("aurora-postgresql", 5432),
    ("aurora-serverless", 3306),
    ("azuredb", 1433),
    ("db2", 50000),
    ("db2-zos", 446),
    ("docdb", 27017),
    ("mariadb", 3306),
    ("mongodb", 27017),
    ("mysql", 3306),
    ("oracle", 1521),
    ("postgres", 5432),
    ("redshift", 5439),
    ("sqlserver", 1433),
    ("sybase", 5000),
];

impl Endpoint {
    /// `Endpoint` so many seconds after the story's beginning.
    pub(crate) fn describe(&self, seconds: f64) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| {
            members.insert(name.to_owned(), value);
        };
        put("EndpointIdentifier", json!(self.endpoint_identifier));
        // Taken in lower case and answered in upper case.
        put("EndpointType", json!(self.endpoint_type.as_str().to_ascii_uppercase()));
        put("EngineName", json!(self.engine_name));
        put("Status", json!(self.status_at(seconds)));
        put("EndpointArn", json!(self.endpoint_arn));
        put("KmsKeyId", json!(self.kms_key_id.clone().unwrap_or_else(|| kms_key(&self.endpoint_arn))));
        put("SslMode", json!("none"));
        put("IsReadOnly", json!(self.is_read_only));
        // What is no server, such as a bucket or a stream, has no name, port, user or database.
        let port = PORTS.iter().find(|(engine, _)| *engine == self.engine_name).map(|(_, port)| *port);
        if let Some(port) = self.port.or(port) {
            let or = |given: &Option<String>, usual: String| given.clone().unwrap_or(usual);
            let server = format!("{}.example.com", self.endpoint_identifier);
            put("ServerName", json!(or(&self.server_name, server)));
            put("Port", json!(port));
            put("Username", json!(or(&self.username, "dms".to_owned())));
            put("DatabaseName", json!(or(&self.database_name, self.endpoint_identifier.replace('-', "_"))));
        }
        Value::Object(members)
    }
}

impl ReplicationInstance {
    /// `ReplicationInstance` so many seconds after the story's beginning.
    pub(crate) fn describe(&self, seconds: f64, began: Timestamp) -> Value {
        let region = self.replication_instance_arn.split(':').nth(3).unwrap_or("us-east-1");
        let zone = format!("{region}a");
        let (public, private) = ("192.0.2.10", "10.0.0.10");
        json!({
            "ReplicationInstanceIdentifier": self.replication_instance_identifier,
            "ReplicationInstanceClass": self.replication_instance_class,
            "ReplicationInstanceStatus": self.status_at(seconds),
            "AllocatedStorage": 50,
            "InstanceCreateTime": time::wire(time::before(began, MONTH)),
            "VpcSecurityGroups": [{ "VpcSecurityGroupId": "sg-0a1b2c3d", "Status": "active" }],
            "AvailabilityZone": zone,
            "ReplicationSubnetGroup": {
                "ReplicationSubnetGroupIdentifier": "default",
                "ReplicationSubnetGroupDescription": "default",
                "VpcId": "vpc-0a1b2c3d",
                "SubnetGroupStatus": "Complete",
                "Subnets": [{
                    "SubnetIdentifier": "subnet-0a1b2c3d",
                    "SubnetAvailabilityZone": { "Name": zone },
                    "SubnetStatus": "Active",
                }],
            },
            "PreferredMaintenanceWindow": self.preferred_maintenance_window,
            "PendingModifiedValues": self.pending_modified_values.clone().unwrap_or_else(|| json!({})),
            "MultiAZ": false,
            "EngineVersion": self.engine_version,
            "AutoMinorVersionUpgrade": self.auto_minor_version_upgrade,
            "KmsKeyId": kms_key(&self.replication_instance_arn),
            "ReplicationInstanceArn": self.replication_instance_arn,
            "ReplicationInstancePublicIpAddress": public,
            "ReplicationInstancePrivateIpAddress": private,
            "ReplicationInstancePublicIpAddresses": [public],
            "ReplicationInstancePrivateIpAddresses": [private],
            "ReplicationInstanceIpv6Addresses": [],
            "PubliclyAccessible": true,
        })
    }
}

impl ReplicationInstance {
    /// `ResourcePendingMaintenanceActions`.
    pub(crate) fn pending(&self) -> Value {
        let details: Vec<Value> =
            self.pending_maintenance_actions.iter().map(PendingMaintenanceAction::describe).collect();
        json!({
            "ResourceIdentifier": self.replication_instance_arn,
            "PendingMaintenanceActionDetails": details,
        })
    }
}

impl PendingMaintenanceAction {
    fn describe(&self) -> Value {
        let mut action = json!({ "Action": self.action });
        put_texts(&mut action, [("Description", &self.description), ("OptInStatus", &self.opt_in_status)]);
        put_dates(
            &mut action,
            [
                ("AutoAppliedAfterDate", self.auto_applied_after_date),
                ("ForcedApplyDate", self.forced_apply_date),
                ("CurrentApplyDate", self.current_apply_date),
            ],
        );
        action
    }
}

impl EngineVersion {
    /// `EngineVersion`.
    pub(crate) fn describe(&self) -> Value {
        let mut version = json!({
            "Version": self.version,
            "Lifecycle": self.lifecycle,
            "ReleaseStatus": "prod",
            "AvailableUpgrades": self.available_upgrades,
        });
        put_dates(
            &mut version,
            [
                ("LaunchDate", self.launch_date),
                ("AutoUpgradeDate", self.auto_upgrade_date),
                ("DeprecationDate", self.deprecation_date),
                ("ForceUpgradeDate", self.force_upgrade_date),
            ],
        );
        version
    }
}

fn put_dates<const N: usize>(shown: &mut Value, dates: [(&str, Option<Timestamp>); N]) {
    for (name, date) in dates {
        if let Some(date) = date {
            shown[name] = time::wire(date);
        }
    }
}

fn put_texts<const N: usize>(shown: &mut Value, texts: [(&str, &Option<String>); N]) {
    for (name, text) in texts {
        if let Some(text) = text {
            shown[name] = json!(text);
        }
    }
}

/// A key in the partition, Region and account of a resource.
fn kms_key(arn: &str) -> String {
    let mut parts = arn.split(':').skip(1);
    let partition = parts.next().unwrap_or("aws");
    let mut place = parts.skip(1);
    let region = place.next().unwrap_or("us-east-1");
    let account = place.next().unwrap_or("123456789012");
    format!("arn:{partition}:kms:{region}:{account}:key/0a1b2c3d-0000-4000-8000-0123456789ab")
}
