//! The simulator: its world, the order in which things happen in it, and its two doors, the API and the world outside.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::connections::Connections;
use crate::fault::Fault;
use crate::history;
use crate::input::Input;
use crate::ledger::{self, Ledger};
use crate::life::Around;
use crate::operations;
use crate::random::Random;
use crate::scenario::{EndpointType, Scenario, SourceTable};
use crate::task::{StartType, Status, Task};
use crate::throttle::Throttle;
use crate::time;

/// A DMS in memory.
///
/// It has no clock: every call says what time it is, and whatever fell due since the last one happens first, in the
/// order of its instants. A time earlier than the latest one counts as the latest one.
#[derive(Debug)]
pub struct Simulator {
    world: World,
    origin: Option<Random>,
    throttle: Throttle,
    calls: BTreeMap<String, u32>,
    request_ids: Random,
}

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) scenario: Scenario,
    pub(crate) sources: Vec<SourceTable>,
    pub(crate) connections: Connections,
    pub(crate) tasks: Vec<Task>,
    pub(crate) ledger: Ledger,
    pub(crate) random: Random,
    told_ledger_at: Option<Timestamp>,
}

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
        /// How.
        start_type: StartType,
    },
    /// Somebody deletes a task in the console, which stops a running one first.
    DeleteTask {
        /// The task's identifier or ARN.
        identifier: String,
    },
    /// Somebody puts rows into a target table.
    FillTarget {
        /// The target endpoint; every target when it is not given.
        endpoint_arn: Option<String>,
        /// The schema.
        schema: String,
        /// The table.
        table: String,
        /// How many rows.
        rows: u64,
    },
    /// Somebody empties a target table.
    EmptyTarget {
        /// The target endpoint; every target when it is not given.
        endpoint_arn: Option<String>,
        /// The schema.
        schema: String,
        /// The table.
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

impl Simulator {
    /// A world as the scenario says; `seed` decides the random part of the ARNs. Dates before the story are counted
    /// back from the first time that it hears of.
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        let random = Random::new(seed);
        let world = World::of(scenario, random.clone(), Timestamp::UNIX_EPOCH);
        Self {
            world,
            origin: Some(random),
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
        let refusal = self.world.scenario.refusals.iter().find(|it| it.hits(operation, call)).cloned();
        let Some(refusal) = refusal else { return self.answer(operation, input) };
        if refusal.takes_effect {
            // The client never learns how this went.
            let _lost = self.answer(operation, input);
        }
        Err(Fault::new(refusal.fault.code, refusal.fault.message))
    }

    fn answer(&mut self, operation: &str, input: &Value) -> Result<Value, Fault> {
        let answer = operations::answer(&mut self.world, operation, Input::new(input)?);
        // What a call changes may be due at once: a duration of nothing, a stop position in the past.
        self.world.advance(self.world.now);
        answer
    }

    /// Lets everything happen that is due by then.
    pub fn advance(&mut self, now: Timestamp) {
        if let Some(random) = self.origin.take() {
            let scenario = std::mem::take(&mut self.world.scenario);
            self.world = World::of(scenario, random, now);
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

    /// The task of that identifier or ARN.
    pub fn task(&self, name: &str) -> Option<&Task> {
        self.world.position(name).map(|index| &self.world.tasks[index])
    }

    /// The target's tables, as of the latest time that the simulator heard of.
    pub fn ledger(&self) -> &Ledger {
        &self.world.ledger
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

impl World {
    fn of(scenario: Scenario, random: Random, now: Timestamp) -> Self {
        let mut world = Self {
            now: Timestamp::MIN,
            sources: scenario.all_source_tables(),
            connections: Connections::of(&scenario, now),
            scenario,
            tasks: Vec::new(),
            ledger: Ledger::default(),
            random,
            told_ledger_at: None,
        };
        history::play(&mut world, now);
        world
    }

    /// Moves the time forward, one thing after the other.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let now = self.now.max(now);
        loop {
            let task = self
                .tasks
                .iter()
                .enumerate()
                .filter_map(|(index, task)| task.next_due().map(|at| (at, index)))
                .min()
                .filter(|(at, _)| *at <= now);
            let test = self.connections.next_due().filter(|at| *at <= now);
            match (task, test) {
                (None, None) => break,
                (Some((at, index)), test) if test.is_none_or(|test| at <= test) => {
                    self.now = self.now.max(at);
                    if let Some((_, due)) = self.tasks[index].agenda.pop_first() {
                        self.with_task(index, |task, around| task.fall_due(at, due, around));
                    }
                    self.tasks.retain(|task| !task.gone);
                }
                (_, Some(test)) => {
                    self.now = self.now.max(test);
                    self.connections.settle(test, &self.scenario);
                }
                (Some(_), None) => break,
            }
        }
        self.now = now;
        if self.told_ledger_at == Some(now) {
            return;
        }
        self.told_ledger_at = Some(now);
        for index in 0..self.tasks.len() {
            if self.tasks[index].status == Status::Running {
                self.with_task(index, |task, around| task.tell_ledger(now, around));
            }
        }
    }

    /// Hands a task what it meets on its way.
    pub(crate) fn with_task<T>(&mut self, index: usize, act: impl FnOnce(&mut Task, &mut Around) -> T) -> T {
        let mut around =
            Around { scenario: &self.scenario, sources: &self.sources, ledger: &mut self.ledger };
        act(&mut self.tasks[index], &mut around)
    }

    /// Where the task of that identifier or ARN is.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.tasks.iter().position(|task| task.arn == name || task.identifier().eq_ignore_ascii_case(name))
    }

    fn happen(&mut self, happening: Happening) {
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
                    && matches!(self.tasks[index].status, Status::Ready | Status::Stopped | Status::Failed)
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
            Happening::FillTarget { endpoint_arn, schema, table, rows } => {
                for arn in self.targets(endpoint_arn) {
                    self.ledger.fill_by_hand(now, ledger::key(&arn, &schema, &table), rows);
                }
            }
            Happening::EmptyTarget { endpoint_arn, schema, table } => {
                for arn in self.targets(endpoint_arn) {
                    self.ledger.empty_by_hand(&ledger::key(&arn, &schema, &table));
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

    /// The target endpoint that is meant, or all of them.
    pub(crate) fn targets(&self, endpoint_arn: Option<String>) -> Vec<String> {
        match endpoint_arn {
            Some(arn) => vec![arn],
            None => self
                .scenario
                .endpoints
                .iter()
                .filter(|endpoint| endpoint.endpoint_type == EndpointType::Target)
                .map(|endpoint| endpoint.endpoint_arn.clone())
                .collect(),
        }
    }
}
