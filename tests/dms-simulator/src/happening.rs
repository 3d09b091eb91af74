//! What happens to DMS outside the API client that is tried.

use serde_json::{Value, json};

use crate::input::Input;
use crate::ledger;
use crate::operations;
use crate::scenario::Happening;
use crate::task::{Due, Status};
use crate::time;
use crate::world::World;

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
                    && operations::run::check_start_type(&self.tasks[index], start_type, false).is_ok()
                {
                    self.with_task(index, |task, around| task.begin(now, start_type, around));
                }
            }
            Happening::ModifyTask { identifier, changes } => {
                if let Some(index) = self.position(&identifier) {
                    let request = modify_request(&self.tasks[index].arn, &changes);
                    // Whoever asked for it is told what DMS refuses; nobody here is.
                    let _told_to_others = Input::new(&request)
                        .and_then(|input| operations::answer(self, "ModifyReplicationTask", input));
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
            Happening::EndpointModified { arn } => self.modify_endpoint(&arn),
            Happening::EndpointDeleted { arn } | Happening::InstanceDeleted { arn } => {
                self.begin_removal(&arn)
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
                    let mut tags = self.tasks[index].tags.clone();
                    match value {
                        Some(value) => tags.insert(key, value),
                        None => tags.remove(&key),
                    };
                    self.tasks[index].tag(now, tags);
                }
            }
        }
    }

    /// DMS refuses to modify an endpoint that a task at work uses.
    fn modify_endpoint(&mut self, arn: &str) {
        let used = self.tasks.iter().any(|task| {
            task.is_active() && (task.definition.source_arn == arn || task.definition.target_arn == arn)
        });
        if used {
            return;
        }
        if self.scenario.behaviour.modified_endpoint_is_tested {
            let due = time::after(self.now, self.scenario.connection_tests.seconds);
            self.connections.test_again(arn, due);
        } else {
            self.connections.forget(arn);
        }
    }
}

/// A ModifyReplicationTask request; documents become the strings that hold them.
fn modify_request(arn: &str, changes: &Value) -> Value {
    let mut request = json!({ "ReplicationTaskArn": arn });
    for (name, value) in changes.as_object().into_iter().flatten() {
        let value = match value {
            Value::Object(_) => json!(value.to_string()),
            other => other.clone(),
        };
        request[name.as_str()] = value;
    }
    request
}
