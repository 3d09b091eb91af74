//! Endpoints and instances that somebody deletes: `deleting` for a while, then gone with their connections.

use jiff::Timestamp;

use crate::scenario::StatusSpan;
use crate::time;
use crate::world::World;

impl World {
    /// The endpoint or instance with this ARN begins to go. DMS refuses that for one of which a task is made.
    pub(crate) fn begin_removal(&mut self, arn: &str) {
        let used = self.tasks.iter().any(|task| {
            let definition = &task.definition;
            [&definition.source_arn, &definition.target_arn, &definition.instance_arn]
                .into_iter()
                .any(|part| part == arn)
        });
        if used {
            return;
        }
        let deleting =
            StatusSpan { from_seconds: self.age(), for_seconds: None, status: "deleting".to_owned() };
        let scenario = &mut self.scenario;
        let endpoints = scenario.endpoints.iter_mut().filter(|it| it.endpoint_arn == arn);
        let instances =
            scenario.replication_instances.iter_mut().filter(|it| it.replication_instance_arn == arn);
        let changes = endpoints.map(|it| &mut it.changes).chain(instances.map(|it| &mut it.changes));
        changes.for_each(|changes| changes.push(deleting.clone()));
        self.removals.insert((time::after(self.now, scenario.durations.deleting), arn.to_owned()));
    }

    /// When the next of them is gone.
    pub(crate) fn next_removal(&self) -> Option<Timestamp> {
        self.removals.first().map(|(at, _)| *at)
    }

    /// The next of them is gone.
    pub(crate) fn remove_next(&mut self) {
        let Some((_, arn)) = self.removals.pop_first() else { return };
        self.scenario.endpoints.retain(|it| it.endpoint_arn != arn);
        self.scenario.replication_instances.retain(|it| it.replication_instance_arn != arn);
        self.connections.forget(&arn);
    }
}
