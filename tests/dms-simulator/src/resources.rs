//! Endpoints and instances as the describes show them, with every member that AWS's own examples have.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::scenario::{Endpoint, ReplicationInstance};
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
            "AutoMinorVersionUpgrade": true,
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

/// A key in the partition, Region and account of a resource.
fn kms_key(arn: &str) -> String {
    let mut parts = arn.split(':').skip(1);
    let partition = parts.next().unwrap_or("aws");
    let mut place = parts.skip(1);
    let region = place.next().unwrap_or("us-east-1");
    let account = place.next().unwrap_or("123456789012");
    format!("arn:{partition}:kms:{region}:{account}:key/0a1b2c3d-0000-4000-8000-0123456789ab")
}
