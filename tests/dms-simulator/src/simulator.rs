//! The simulator: a world and its doors, which are the API, the people outside, and those who watch.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde_json::Value;

use crate::fault::Fault;
use crate::input::Input;
use crate::ledger::Ledger;
use crate::operations;
use crate::random::Random;
use crate::replication::LagPoint;
use crate::scenario::{Happening, Scenario};
use crate::task::Task;
use crate::throttle::Throttle;
use crate::timeline::Turn;
use crate::world::World;

/// A DMS in memory.
///
/// It has no clock: every call says what time it is, and whatever fell due since the last one happens first, in the
/// order of its instants. A time earlier than the latest one counts as the latest one.
#[derive(Debug)]
pub struct Simulator {
    world: World,
    /// The ledger as of now, once somebody has asked for it.
    ledger: OnceLock<Ledger>,
    origin: Option<Origin>,
    throttle: Throttle,
    calls: BTreeMap<String, u32>,
    request_ids: Random,
}

/// What the world is made of as soon as its time is known.
#[derive(Debug, Clone)]
struct Origin {
    random: Random,
    event_ids: Random,
}

impl Simulator {
    /// A world as the scenario says; `seed` decides the random part of the ARNs. Dates before the story are counted
    /// back from the first time that it hears of.
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        let origin =
            Origin { random: Random::new(seed), event_ids: Random::new(seed.wrapping_add(0x5eed_0fe7)) };
        let Origin { random, event_ids } = origin.clone();
        Self {
            world: World::of(scenario, random, event_ids, Timestamp::UNIX_EPOCH),
            ledger: OnceLock::new(),
            origin: Some(origin),
            throttle: Throttle::default(),
            calls: BTreeMap::new(),
            request_ids: Random::new(!seed),
        }
    }

    /// Answers an API call: `operation` is `DescribeReplicationTasks`, `input` its body.
    ///
    /// # Errors
    /// The [`Fault`] that the client gets.
    pub fn call(&mut self, now: Timestamp, operation: &str, input: &Value) -> Result<Value, Fault> {
        self.advance(now);
        let now = self.world.now;
        let call = self.calls.entry(operation.to_owned()).or_default();
        *call += 1;
        let call = *call;
        if let Some(budget) = &self.world.scenario.throttling
            && !self.throttle.admits(now, budget)
        {
            return Err(Fault::new("ThrottlingException", "Rate exceeded"));
        }
        let age = self.world.age();
        let refusal = self.world.scenario.refusals.iter().find(|it| it.hits(operation, call, age)).cloned();
        let Some(refusal) = refusal else { return self.answer(operation, input) };
        if refusal.takes_effect {
            // The client never learns how this went.
            let _lost = self.answer(operation, input);
        }
        Err(Fault::new(refusal.fault.code, refusal.fault.message))
    }

    fn answer(&mut self, operation: &str, input: &Value) -> Result<Value, Fault> {
        let input = Input::new(input)?;
        operations::check_permitted(&self.world, operation, input)?;
        let answer = operations::answer(&mut self.world, operation, input);
        // What a call changes may be due at once: a duration of nothing, a stop position in the past.
        self.world.advance(self.world.now);
        answer
    }

    /// Lets everything happen that is due by then.
    pub fn advance(&mut self, now: Timestamp) {
        self.ledger.take();
        if let Some(Origin { random, event_ids }) = self.origin.take() {
            let scenario = std::mem::take(&mut self.world.scenario);
            self.world = World::of(scenario, random, event_ids, now);
        }
        self.world.advance(now);
    }

    /// What people and the world do.
    pub fn happen(&mut self, now: Timestamp, happening: Happening) {
        self.advance(now);
        self.world.happen(happening);
        self.world.advance(self.world.now);
    }

    /// The tasks that exist, in the order of their creation.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.world.tasks.iter()
    }

    /// What each task was really at, from the beginning of the story to the latest time that the simulator heard of.
    pub fn turns(&self) -> &[Turn] {
        self.world.timeline.turns()
    }

    /// The task of that identifier or ARN.
    pub fn task(&self, name: &str) -> Option<&Task> {
        self.world.position(name).map(|index| &self.world.tasks[index])
    }

    /// The target's tables, as of the latest time that the simulator heard of.
    pub fn ledger(&self) -> &Ledger {
        if !self.world.ledger.is_behind() {
            return &self.world.ledger;
        }
        // Rows arrive with every instant; they are counted only when somebody asks.
        self.ledger.get_or_init(|| self.world.ledger.caught_up(self.world.now))
    }

    /// The points of `CDCLatencySource` and `CDCLatencyTarget`, from `from` on and before `until`, that CloudWatch
    /// shows by now for a task: its ARN, the last part of that, or its identifier. None for a task that is not there.
    pub fn lag(&mut self, now: Timestamp, task: &str, from: Timestamp, until: Timestamp) -> Vec<LagPoint> {
        self.advance(now);
        let found = self.world.tasks.iter().find(|it| it.tail() == task);
        let found = found.or_else(|| self.task(task));
        found
            .map(|it| it.replication.points(&self.world.scenario.lag, self.world.now, from, until))
            .unwrap_or_default()
    }

    /// The same, for the values of CloudWatch's two dimensions: the instance's identifier and the last part of the
    /// task's ARN. None where the two do not belong together.
    pub fn lag_of(
        &mut self,
        now: Timestamp,
        replication_instance_identifier: &str,
        replication_task_identifier: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<LagPoint> {
        self.advance(now);
        let World { scenario, tasks, now, .. } = &self.world;
        let found = tasks.iter().find(|task| {
            task.tail() == replication_task_identifier
                && scenario.replication_instances.iter().any(|instance| {
                    instance.replication_instance_arn == task.definition.instance_arn
                        && instance.replication_instance_identifier == replication_instance_identifier
                })
        });
        found.map(|task| task.replication.points(&scenario.lag, *now, from, until)).unwrap_or_default()
    }

    /// What CloudWatch knows of an instance by its identifier: its `FreeStorageSpace` and `FreeableMemory`, in bytes.
    /// Nothing of an instance that there is none of.
    pub fn left_of(&self, replication_instance_identifier: &str) -> (Option<f64>, Option<f64>) {
        let instances = &self.world.scenario.replication_instances;
        let found = instances
            .iter()
            .find(|instance| instance.replication_instance_identifier == replication_instance_identifier);
        found.map_or((None, None), |instance| (instance.free_storage_space, instance.freeable_memory))
    }

    /// The EventBridge events about tasks that were delivered since this was asked last, in the order in which they
    /// came.
    pub fn events(&mut self, now: Timestamp) -> Vec<Value> {
        self.advance(now);
        self.world.outbox.delivered(self.world.now)
    }

    pub(crate) fn next_request_id(&mut self) -> String {
        self.request_ids.request_id()
    }

    /// How often an operation was called, refused calls included.
    pub fn calls(&self, operation: &str) -> u32 {
        self.calls.get(operation).copied().unwrap_or(0)
    }

    /// Makes something go wrong from now on, as if the scenario had said so. A trouble concerns starts to come.
    pub fn add_refusal(&mut self, mut refusal: crate::scenario::Refusal) {
        // Counted from now, since a test that adds one in mid-story thinks so.
        let so_far = self.calls(&refusal.operation);
        refusal.call = refusal.call.map(|call| call + so_far);
        self.world.scenario.refusals.push(refusal);
    }

    /// Adds a trouble for starts to come; their number still counts from the beginning of the story.
    pub fn add_trouble(&mut self, trouble: crate::scenario::Trouble) {
        self.world.scenario.troubles.push(trouble);
    }
}
