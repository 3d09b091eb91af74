//! The world that a simulator starts with, and what goes wrong in it.
//!
//! A scenario is a JSON document with DMS's own spelling, or the same built in code. Every member may be left out.
//! Times are seconds, with fractions if wanted. What `aws dms describe-...` printed may be pasted into it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod described;
mod events;
mod happenings;
mod lag;
mod resources;
mod tables;
mod tasks;
mod timing;
mod troubles;

pub use events::{EventNumbers, Events};
pub use happenings::{Happening, TimedHappening};
pub use lag::{Lag, LagSpan, LagSpike};
pub use resources::{
    Connection, ConnectionFailure, ConnectionTests, Endpoint, EndpointType, EngineVersion,
    PendingMaintenanceAction, ReplicationInstance, StatusSpan, Tag,
};
pub use tables::{SourceChange, SourceTable, SourceTableGroup, TargetTable};
pub use tasks::{ExistingTableState, ExistingTask, TaskState};
pub use timing::{Behaviour, Durations, Throttling};
pub use troubles::{Refusal, RefusalFault, Trouble, What};

/// Why a document is not a scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The document is not JSON, or has a member that no scenario has, or one of the wrong type.
    #[error("failed to read the scenario: {0}; correct the member it names")]
    Unreadable(#[from] serde_json::Error),
    /// The document is well-formed but speaks of things that it does not define.
    #[error("the scenario contradicts itself: {0}")]
    Inconsistent(String),
    /// What AWS printed about something that no story can begin with.
    #[error("the scenario holds what cannot be taken over: {0}")]
    NotTaken(String),
}

/// The world that a simulator starts with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Scenario {
    /// Replication instances. None by default: a test names what it needs.
    pub replication_instances: Vec<ReplicationInstance>,
    /// What DescribeEngineVersions shows. None by default.
    pub engine_versions: Vec<EngineVersion>,
    /// Endpoints, sources and targets.
    pub endpoints: Vec<Endpoint>,
    /// Connections that were tested before the story begins. A pair that is not here was never tested.
    pub connections: Vec<Connection>,
    /// How connection tests go from now on.
    pub connection_tests: ConnectionTests,
    /// The tables of the source.
    pub source_tables: Vec<SourceTable>,
    /// Many like tables of the source at once.
    pub source_table_groups: Vec<SourceTableGroup>,
    /// Target tables with rows that somebody put there by hand.
    pub target_tables: Vec<TargetTable>,
    /// Tasks that exist already and that somebody else keeps.
    pub tasks: Vec<ExistingTask>,
    /// How long things take.
    pub durations: Durations,
    /// Where DMS's behaviour is not documented, or differs between versions: which way it goes here.
    pub behaviour: Behaviour,
    /// How far behind replication is.
    pub lag: Lag,
    /// How well events about tasks are delivered.
    pub events: Events,
    /// What goes wrong with tasks.
    pub troubles: Vec<Trouble>,
    /// What people, Terraform and the world do, and when.
    pub happenings: Vec<TimedHappening>,
    /// API calls that are refused, or whose answer is lost.
    pub refusals: Vec<Refusal>,
    /// The account's request budget; without it calls are never throttled.
    pub throttling: Option<Throttling>,
}

impl Scenario {
    /// Reads a scenario and checks that it only speaks of what it defines.
    ///
    /// # Errors
    /// [`ScenarioError`], naming the member.
    pub fn from_json(text: &str) -> Result<Self, ScenarioError> {
        let scenario = Self::described(text)?;
        match scenario.contradictions().into_iter().next() {
            None => Ok(scenario),
            Some(first) => Err(ScenarioError::Inconsistent(first)),
        }
    }

    /// Reads a scenario in which something may be missing: a task, for one, may name endpoints that are not there.
    ///
    /// # Errors
    /// [`ScenarioError`], naming the member.
    pub fn described(text: &str) -> Result<Self, ScenarioError> {
        let error = match serde_json::from_str(text) {
            Ok(scenario) => return Ok(scenario),
            Err(error) => error,
        };
        // The reader of a text knows lines, and the one of a document does not: it is the second choice.
        let Ok(document) = serde_json::from_str(text) else { return Err(error.into()) };
        match described::taken(document).map_err(ScenarioError::NotTaken)? {
            Some(document) => Ok(serde_json::from_value(document)?),
            None => Err(error.into()),
        }
    }

    /// What in the scenario cannot be: each a sentence. A scenario with contradictions still runs; the parts that
    /// speak of unknown things have no effect.
    pub fn contradictions(&self) -> Vec<String> {
        let endpoint = |arn: &str| self.endpoints.iter().any(|known| known.endpoint_arn == arn);
        let instance =
            |arn: &str| self.replication_instances.iter().any(|known| known.replication_instance_arn == arn);
        let mut found = Vec::new();
        let mut need = |known: bool, place: &str, arn: &str| {
            if !known {
                found.push(format!("{place} names {arn}, which the scenario does not define"));
            }
        };
        for connection in &self.connections {
            need(endpoint(&connection.endpoint_arn), "Connections", &connection.endpoint_arn);
            need(
                instance(&connection.replication_instance_arn),
                "Connections",
                &connection.replication_instance_arn,
            );
        }
        for failure in &self.connection_tests.failures {
            need(endpoint(&failure.endpoint_arn), "ConnectionTests.Failures", &failure.endpoint_arn);
        }
        for task in &self.tasks {
            need(endpoint(&task.source_endpoint_arn), "Tasks", &task.source_endpoint_arn);
            need(endpoint(&task.target_endpoint_arn), "Tasks", &task.target_endpoint_arn);
            need(instance(&task.replication_instance_arn), "Tasks", &task.replication_instance_arn);
        }
        for table in &self.target_tables {
            if let Some(arn) = &table.endpoint_arn {
                need(endpoint(arn), "TargetTables", arn);
            }
        }
        for happening in &self.happenings {
            if let Some(arn) = happening.what.arn() {
                need(endpoint(arn) || instance(arn), "Happenings", arn);
            }
        }
        for task in &self.tasks {
            let name = &task.replication_task_identifier;
            if task.stop_reason.is_some() && !task.state.has_ended() {
                found.push(format!("Tasks gives {name} a StopReason, and its State has no end"));
            }
            if !task.table_states.is_empty() && task.state == TaskState::NeverRun {
                found.push(format!("Tasks gives {name} TableStates, and it has never run"));
            }
            for fault in task.mappings().err().into_iter().chain(task.settings().err()) {
                found.push(format!("Tasks holds {name}: {}", fault.message));
            }
        }
        found
    }

    /// Adds an available replication instance.
    pub fn with_instance(mut self, arn: &str, identifier: &str) -> Self {
        self.replication_instances.push(ReplicationInstance {
            replication_instance_arn: arn.to_owned(),
            replication_instance_identifier: identifier.to_owned(),
            ..ReplicationInstance::default()
        });
        self
    }

    /// Adds an active source endpoint.
    pub fn with_source(self, arn: &str, identifier: &str, engine: &str) -> Self {
        self.with_endpoint(EndpointType::Source, arn, identifier, engine)
    }

    /// Adds an active target endpoint.
    pub fn with_target(self, arn: &str, identifier: &str, engine: &str) -> Self {
        self.with_endpoint(EndpointType::Target, arn, identifier, engine)
    }

    fn with_endpoint(mut self, kind: EndpointType, arn: &str, identifier: &str, engine: &str) -> Self {
        self.endpoints.push(Endpoint {
            endpoint_identifier: identifier.to_owned(),
            endpoint_arn: arn.to_owned(),
            endpoint_type: kind,
            engine_name: engine.to_owned(),
            ..Endpoint::default()
        });
        self
    }

    /// Counts every pair of the endpoints and instances defined so far as tested with success.
    pub fn with_connections_tested(mut self) -> Self {
        for instance in &self.replication_instances {
            for endpoint in &self.endpoints {
                self.connections.push(Connection {
                    endpoint_arn: endpoint.endpoint_arn.clone(),
                    replication_instance_arn: instance.replication_instance_arn.clone(),
                    ..Connection::default()
                });
            }
        }
        self
    }

    /// Adds a source table that loads without trouble.
    pub fn with_table(mut self, schema: &str, table: &str, rows: u64, load_seconds: f64) -> Self {
        self.source_tables.push(SourceTable::new(schema, table, rows, load_seconds));
        self
    }

    /// Adds something that goes wrong with a task.
    pub fn with_trouble(mut self, trouble: Trouble) -> Self {
        self.troubles.push(trouble);
        self
    }

    /// Adds something that people or the world do, so many seconds after the story's beginning.
    pub fn with_happening(mut self, at_seconds: f64, what: Happening) -> Self {
        self.happenings.push(TimedHappening { at_seconds, what });
        self
    }

    /// Adds an API call that is refused.
    pub fn with_refusal(mut self, refusal: Refusal) -> Self {
        self.refusals.push(refusal);
        self
    }

    /// Every table of the source, groups written out.
    pub fn all_source_tables(&self) -> Vec<SourceTable> {
        let grouped = self.source_table_groups.iter().flat_map(SourceTableGroup::tables);
        self.source_tables.iter().cloned().chain(grouped).collect()
    }
}
