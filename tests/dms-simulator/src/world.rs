//! Everything there is, and the order in which things happen in it.

use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;

use crate::connections::Connections;
use crate::history;
use crate::ledger::Ledger;
use crate::life::Around;
use crate::outbox::Outbox;
use crate::random::Random;
use crate::scenario::{EndpointType, Happening, Scenario, SourceTable, TimedHappening};
use crate::task::Task;
use crate::time;
use crate::timeline::Timeline;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) began: Timestamp,
    pub(crate) scenario: Scenario,
    pub(crate) sources: Vec<SourceTable>,
    pub(crate) connections: Connections,
    /// In the order of their creation, which is that of their numbers.
    pub(crate) tasks: Vec<Task>,
    pub(crate) ledger: Ledger,
    pub(crate) outbox: Outbox,
    pub(crate) timeline: Timeline,
    pub(crate) random: Random,
    /// When the next thing falls due for which task; a task with nothing before it is not here.
    agenda: BTreeSet<(Timestamp, u64)>,
    /// Endpoints and instances that are being deleted, by ARN, with the moment at which each is gone.
    pub(crate) removals: BTreeSet<(Timestamp, String)>,
    /// What the scenario has people do, the next one first.
    happenings: VecDeque<(Timestamp, Happening)>,
    next_task: u64,
}

impl World {
    pub(crate) fn of(scenario: Scenario, random: Random, event_ids: Random, now: Timestamp) -> Self {
        let mut world = Self {
            now: Timestamp::MIN,
            began: now,
            sources: scenario.all_source_tables(),
            connections: Connections::of(&scenario, now),
            scenario,
            tasks: Vec::new(),
            ledger: Ledger::default(),
            outbox: Outbox::new(event_ids),
            timeline: Timeline::default(),
            random,
            agenda: BTreeSet::new(),
            removals: BTreeSet::new(),
            happenings: VecDeque::new(),
            next_task: 0,
        };
        history::play(&mut world, now);
        world.timeline.begin(now, &world.tasks);
        let mut happenings: Vec<(Timestamp, Happening)> = world
            .scenario
            .happenings
            .iter()
            .map(|TimedHappening { at_seconds, what }| (time::after(now, *at_seconds), what.clone()))
            .collect();
        happenings.sort_by_key(|(at, _)| *at);
        world.happenings = happenings.into();
        world
    }

    /// How long the story has gone on, in seconds.
    pub(crate) fn age(&self) -> f64 {
        time::between(self.began, self.now)
    }

    /// Moves the time forward, one thing after the other.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let now = self.now.max(now);
        loop {
            let task = self.agenda.first().copied();
            let test = self.connections.next_due();
            let happening = self.happenings.front().map(|(at, _)| *at);
            let removal = self.next_removal();
            let next = [task.map(|(at, _)| at), test, removal, happening].into_iter().flatten().min();
            let Some(at) = next.filter(|at| *at <= now) else { break };
            self.now = self.now.max(at);
            if let Some((_, number)) = task.filter(|(due, _)| *due == at) {
                self.let_happen(at, number);
            } else if test == Some(at) {
                self.connections.settle(at, &self.scenario);
            } else if removal == Some(at) {
                self.remove_next();
            } else if let Some((_, happening)) = self.happenings.pop_front() {
                self.happen(happening);
            }
        }
        self.now = now;
    }

    fn let_happen(&mut self, at: Timestamp, number: u64) {
        let found = self.tasks.binary_search_by_key(&number, |task| task.number).ok();
        let Some(index) = found.filter(|index| self.tasks[*index].next_due() == Some(at)) else {
            self.agenda.remove(&(at, number));
            return;
        };
        self.with_task(index, |task, around| {
            if let Some((_, due)) = task.agenda.pop_first() {
                task.fall_due(at, due, around);
            }
        });
        if self.tasks[index].gone {
            let gone = self.tasks.remove(index);
            self.timeline.note(at, &gone.arn, None);
            if let Some(next) = gone.next_due() {
                self.agenda.remove(&(next, gone.number));
            }
        }
    }

    /// Adds a task as the youngest one; gives where it is.
    pub(crate) fn add(&mut self, mut task: Task) -> usize {
        task.number = self.next_task;
        self.next_task += 1;
        if let Some(due) = task.next_due() {
            self.agenda.insert((due, task.number));
        }
        self.timeline.note(self.now, &task.arn, Some(task.status));
        self.tasks.push(task);
        self.tasks.len() - 1
    }

    /// Hands a task what it meets on its way. What a task has to do next may only change in here.
    pub(crate) fn with_task<T>(&mut self, index: usize, act: impl FnOnce(&mut Task, &mut Around) -> T) -> T {
        let task = &mut self.tasks[index];
        let (before, was) = (task.next_due(), task.status);
        let mut around = Around {
            scenario: &self.scenario,
            sources: &self.sources,
            began: self.began,
            ledger: &mut self.ledger,
            outbox: &mut self.outbox,
        };
        let result = act(task, &mut around);
        task.note_counts(self.now, self.scenario.durations.counters_lag);
        if task.status != was {
            self.timeline.note(self.now, &task.arn, Some(task.status));
        }
        let after = task.next_due();
        if before != after {
            if let Some(due) = before {
                self.agenda.remove(&(due, task.number));
            }
            if let Some(due) = after {
                self.agenda.insert((due, task.number));
            }
        }
        result
    }

    /// Where the task of that identifier or ARN is.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.tasks.iter().position(|task| task.arn == name || task.identifier().eq_ignore_ascii_case(name))
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
