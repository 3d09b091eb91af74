//! Connections: which pairs of instance and endpoint were tested, and how each test went or goes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::scenario::Scenario;
use crate::time;

/// A pair that was tested at least once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Connection {
    pub(crate) instance_arn: String,
    pub(crate) endpoint_arn: String,
    pub(crate) status: Status,
    pub(crate) last_failure: Option<String>,
    /// When the test that is going on has its result.
    pub(crate) due: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Testing,
    Successful,
    Failed,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Testing => "testing",
            Self::Successful => "successful",
            Self::Failed => "failed",
        }
    }
}

/// Every connection, and how many tests each endpoint has failed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections {
    known: Vec<Connection>,
    failed: BTreeMap<String, u32>,
}

impl Connections {
    /// What the scenario says was tested before `now`.
    pub(crate) fn of(scenario: &Scenario, now: Timestamp) -> Self {
        let known = scenario
            .connections
            .iter()
            .map(|told| {
                let status = match told.status.as_str() {
                    "testing" => Status::Testing,
                    "failed" => Status::Failed,
                    _ => Status::Successful,
                };
                Connection {
                    instance_arn: told.replication_instance_arn.clone(),
                    endpoint_arn: told.endpoint_arn.clone(),
                    status,
                    last_failure: told.last_failure_message.clone(),
                    due: (status == Status::Testing)
                        .then(|| time::after(now, scenario.connection_tests.seconds)),
                }
            })
            .collect();
        Self { known, failed: BTreeMap::new() }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.known.iter()
    }

    pub(crate) fn find(&self, instance_arn: &str, endpoint_arn: &str) -> Option<&Connection> {
        self.known.iter().find(|it| it.instance_arn == instance_arn && it.endpoint_arn == endpoint_arn)
    }

    /// A test begins.
    pub(crate) fn test(&mut self, instance_arn: &str, endpoint_arn: &str, due: Timestamp) {
        let begun = Connection {
            instance_arn: instance_arn.to_owned(),
            endpoint_arn: endpoint_arn.to_owned(),
            status: Status::Testing,
            last_failure: None,
            due: Some(due),
        };
        let found = self
            .known
            .iter_mut()
            .find(|it| it.instance_arn == instance_arn && it.endpoint_arn == endpoint_arn);
        match found {
            Some(connection) => *connection = begun,
            None => self.known.push(begun),
        }
    }

    /// The endpoint was changed: DMS tests it again by itself, wherever it was tested before.
    pub(crate) fn test_again(&mut self, endpoint_arn: &str, due: Timestamp) {
        for connection in self.known.iter_mut().filter(|it| it.endpoint_arn == endpoint_arn) {
            connection.status = Status::Testing;
            connection.last_failure = None;
            connection.due = Some(due);
        }
    }

    /// An endpoint or an instance is no longer what was tested: whoever needs its connections tests them again.
    pub(crate) fn forget(&mut self, arn: &str) {
        self.known.retain(|it| it.endpoint_arn != arn && it.instance_arn != arn);
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.known.iter().filter_map(|connection| connection.due).min()
    }

    /// Gives every test that is due by then its result.
    pub(crate) fn settle(&mut self, now: Timestamp, scenario: &Scenario) {
        for connection in self.known.iter_mut().filter(|it| it.due.is_some_and(|due| due <= now)) {
            connection.due = None;
            let told = scenario
                .connection_tests
                .failures
                .iter()
                .find(|it| it.endpoint_arn == connection.endpoint_arn);
            let failed = self.failed.entry(connection.endpoint_arn.clone()).or_default();
            match told.filter(|failure| failure.times.is_none_or(|times| *failed < times)) {
                Some(failure) => {
                    *failed += 1;
                    connection.status = Status::Failed;
                    connection.last_failure = Some(failure.message.clone());
                }
                None => connection.status = Status::Successful,
            }
        }
    }
}

impl Connection {
    /// `Connection` as the operations answer it.
    pub(crate) fn describe(&self, scenario: &Scenario) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| {
            members.insert(name.to_owned(), value);
        };
        put("ReplicationInstanceArn", json!(self.instance_arn));
        put("EndpointArn", json!(self.endpoint_arn));
        put("Status", json!(self.status.as_str()));
        if let Some(message) = &self.last_failure {
            put("LastFailureMessage", json!(message));
        }
        if let Some(endpoint) = scenario.endpoints.iter().find(|it| it.endpoint_arn == self.endpoint_arn) {
            put("EndpointIdentifier", json!(endpoint.endpoint_identifier));
        }
        let of_instance =
            |it: &&crate::scenario::ReplicationInstance| it.replication_instance_arn == self.instance_arn;
        if let Some(instance) = scenario.replication_instances.iter().find(of_instance) {
            put("ReplicationInstanceIdentifier", json!(instance.replication_instance_identifier));
        }
        Value::Object(members)
    }
}
