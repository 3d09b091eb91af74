//! What people and the world do to DMS, outside the API.

use crate::ledger;
use crate::task::{Due, StartType, Status};
use crate::time;
use crate::world::World;

/// What people and the world do, outside this API client.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// Somebody stops a starting or running task in the console; without effect on any other.
    StopTask {
        /// The task's identifier or ARN.
        identifier: String,
    },
    /// Somebody starts an idle task in the console; without effect where DMS would refuse the state.
    StartTask {
        /// The task's identifier or ARN.
        identifier: String,
        start_type: StartType,
    },
    /// Somebody deletes a task in the console, which stops a running one first.
    DeleteTask {
        /// The task's identifier or ARN.
        identifier: String,
    },
    /// Somebody moves an idle task to another instance; without effect where DMS would refuse the state.
    MoveTask {
        /// The task's identifier or ARN.
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
        identifier: String,
        /// How long that takes.
        seconds: f64,
    },
    /// Somebody puts rows into a target table.
    FillTarget {
        /// The target endpoint; every target when it is not given.
        endpoint_arn: Option<String>,
        schema: String,
        table: String,
        /// How many rows.
        rows: u64,
    },
    /// Somebody empties a target table.
    EmptyTarget {
        /// The target endpoint; every target when it is not given.
        endpoint_arn: Option<String>,
        schema: String,
        table: String,
    },
    /// Somebody changes an endpoint: DMS tests its connections again, and until then none is successful.
    EndpointModified {
        /// The endpoint's ARN.
        arn: String,
    },
    /// An instance changes its status: `storage-full`, `maintenance`, `available`.
    InstanceStatus {
        /// The instance's ARN.
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
        identifier: String,
        /// The tag's key.
        key: String,
        /// Its new value; nothing takes the tag away.
        value: Option<String>,
    },
}

impl World {
    /// Does it.
    pub(crate) fn happen(&mut self, happening: Happening) {
        let now = self.now;
        match happening {
            Happening::StopTask { identifier } => {
                if let Some(index) = self.position(&identifier)
                    && matches!(self.tasks[index].status, Status::Starting | Status::Running)
                {
                    self.with_task(index, |task, around| task.stop(now, around));
                }
            }
            Happening::StartTask { identifier, start_type } => {
                if let Some(index) = self.position(&identifier)
                    && self.tasks[index].status.is_idle()
                {
                    self.with_task(index, |task, around| task.begin(now, start_type, around));
                }
            }
            Happening::DeleteTask { identifier } => {
                if let Some(index) = self.position(&identifier)
                    && self.tasks[index].status != Status::Deleting
                {
                    self.with_task(index, |task, around| task.delete(now, around));
                }
            }
            Happening::MoveTask { identifier, replication_instance_arn, seconds, succeeds } => {
                if let Some(index) = self.position(&identifier)
                    && self.tasks[index].status.is_idle()
                {
                    self.with_task(index, |task, _| {
                        task.moving_to = Some(replication_instance_arn);
                        task.busy_for(now, Status::Moving, seconds, Due::Moved { succeeds });
                    });
                }
            }
            Happening::AssessTask { identifier, seconds } => {
                if let Some(index) = self.position(&identifier)
                    && self.tasks[index].status.is_idle()
                {
                    self.with_task(index, |task, _| {
                        task.busy_for(now, Status::Testing, seconds, Due::Assessed);
                    });
                }
            }
            Happening::FillTarget { endpoint_arn, schema, table, rows } => {
                for arn in self.targets(endpoint_arn) {
                    self.ledger.fill_by_hand(now, ledger::key(&arn, &schema, &table), rows);
                }
            }
            Happening::EmptyTarget { endpoint_arn, schema, table } => {
                for arn in self.targets(endpoint_arn) {
                    self.ledger.empty_by_hand(now, &ledger::key(&arn, &schema, &table));
                }
            }
            Happening::EndpointModified { arn } => {
                let due = time::after(now, self.scenario.connection_tests.seconds);
                self.connections.test_again(&arn, due);
            }
            Happening::InstanceStatus { arn, status } => {
                for instance in &mut self.scenario.replication_instances {
                    if instance.replication_instance_arn == arn {
                        instance.replication_instance_status.clone_from(&status);
                    }
                }
            }
            Happening::QuotaShared { per_second } => {
                if let Some(throttling) = &mut self.scenario.throttling {
                    throttling.per_second = per_second;
                }
            }
            Happening::TagTask { identifier, key, value } => {
                if let Some(index) = self.position(&identifier) {
                    let tags = &mut self.tasks[index].tags;
                    match value {
                        Some(value) => tags.insert(key, value),
                        None => tags.remove(&key),
                    };
                }
            }
        }
    }
}
