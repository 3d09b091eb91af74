//! What is explored: a plan, a task with a history, and how much goes wrong on the way.

use jiff::Timestamp;
use migration::decide::decide;
use migration::decide::opening;
use migration::run::document::{Document, Running};
use migration::run::execution::Run;
use migration::run::next::Next;
use migration::run::observation::Observation;
use migration::time::present::Moment;
use plan::finding::Findings;
use plan::{MigrationType, Plan, TaskPlan};
use serde_json::{Value, json};

use crate::dms::{Consent, Dms, Kind, Minute, Replace, Task};
use crate::names::{EXECUTION, Names, TASK, at};

/// The function that is checked, or one that is broken on purpose.
pub type Decider = fn(&Running, &Observation, Timestamp) -> Next;

/// What a step takes for the present.
pub type Clock = fn(Moment) -> Timestamp;

/// A run as it was opened.
#[derive(Clone, Debug)]
pub struct Begun {
    /// When its execution begins, in minutes of the story.
    pub at: Minute,
    /// The plan, read.
    pub plan: Plan,
    /// The run at its beginning.
    pub run: Run,
}

/// One or more executions of one plan, and the world that they begin in.
#[derive(Clone, Debug)]
pub struct Story {
    /// What people call it.
    pub name: &'static str,
    /// Its executions, as each was opened: at once, moments apart, or in the nights that follow.
    pub runs: Vec<Begun>,
    /// DMS at its beginning.
    pub dms: Dms,
    /// How many things go wrong at the most: failures, people in the console, lost answers, stale and missing ones.
    pub adversity: u8,
    /// The role of the stop function may not stop this task.
    pub stop_is_denied: bool,
    /// An execution may be aborted in any step, polls included, and redriven at once, soon or late. That multiplies the
    /// states, so that it is explored in a few stories.
    pub is_redriven_anywhere: bool,
    /// An execution may be aborted in any step, and the watch has it closed out, at once or when its window has closed.
    pub is_watched: bool,
    /// What the plan consents to.
    pub consent: Consent,
    /// Names for observations.
    pub names: Names,
    /// What decides.
    pub decide: Decider,
    /// What tells the time.
    pub clock: Clock,
    /// What the executions were given, but for when they were scheduled.
    input: Value,
}

/// How often a task is started again: once shows what a start again can do, and each one more multiplies the states.
const RESTARTS: u32 = 1;

/// Minutes that a window of a story is open.
pub const OPEN: u16 = 24;

impl Story {
    /// A task that somebody else keeps, with a window or without; `more` is merged into the plan.
    pub fn kept(name: &'static str, task: Task, more: Value) -> Story {
        let mut plan = json!({
            "Task": {"ReplicationTaskArn": TASK}, "Restarts": RESTARTS, "Notify": {"On": ["Finished"]},
        });
        merge(&mut plan, more);
        Story::open(name, &plan, Some(task))
    }

    /// A task that the plan describes and that does not exist yet.
    pub fn created(name: &'static str, kind: Kind, settings: Value, more: Value) -> Story {
        let names = Names::default();
        let mut plan = json!({
            "Task": {
                "ReplicationTaskIdentifier": "orders",
                "SourceEndpointArn": names.route.source,
                "TargetEndpointArn": names.route.target,
                "ReplicationInstanceArn": names.route.instance,
                "MigrationType": kind.as_str(),
                "TableMappings": {"rules": [{
                    "rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
                    "object-locator": {"schema-name": "shop", "table-name": "%"},
                }]},
                "ReplicationTaskSettings": settings,
            },
            "Restarts": RESTARTS,
            "Notify": {"On": ["Finished"]},
        });
        merge(&mut plan, more);
        Story::open(name, &plan, None)
    }

    fn open(name: &'static str, input: &Value, task: Option<Task>) -> Story {
        let start = input.get("Start").and_then(Value::as_str).unwrap_or_default();
        let consent = Consent {
            replace: match start {
                "Refresh" => Replace::EarlierNights,
                "Reload" => Replace::Everything,
                _ => Replace::Nothing,
            },
            double: start == "Resume",
        };
        let story = Story {
            name,
            runs: Vec::new(),
            dms: Dms::with(task),
            adversity: 2,
            stop_is_denied: false,
            is_redriven_anywhere: false,
            is_watched: false,
            consent,
            names: Names::default(),
            decide,
            clock: Moment::now,
            input: input.clone(),
        };
        story.and_again(0, 0)
    }

    /// The same plan is run once more: an execution begins at a minute of the story, in the window that opens at another.
    #[allow(clippy::panic, reason = "a story whose plan is no plan is a mistake in this crate")]
    pub fn and_again(mut self, begins: Minute, opens: Minute) -> Story {
        let arn = format!("{EXECUTION}{}", self.runs.len());
        let execution = arn.parse().unwrap_or_else(|error| panic!("{arn}: {error}"));
        let mut input = self.input.clone();
        if input.get("ScheduledTime").is_some() {
            merge(&mut input, json!({"ScheduledTime": at(opens)}));
        }
        let route = &self.names.route;
        let task = self.dms.task.as_ref();
        let kept = task.map(|task| (MigrationType::from(task.kind.as_str().to_owned()), route.clone()));
        let opened = match opening::open(&input, &execution, at(begins)) {
            Document::Running(running) => opening::settle(*running, kept, Findings::default(), at(begins)),
            over => over,
        };
        let Document::Running(running) = opened else { panic!("{}: {opened:?}", self.name) };
        let Running { mut plan, run, .. } = *running;
        if let TaskPlan::Request(request) = &mut plan.task {
            request.lighten();
        }
        self.runs.push(Begun { at: begins, plan, run });
        self
    }

    /// The same with so many things that go wrong.
    pub fn with_adversity(self, adversity: u8) -> Story {
        Story { adversity, ..self }
    }

    /// The same, where an execution may be redriven in a poll too.
    pub fn redriven_anywhere(self) -> Story {
        Story { is_redriven_anywhere: true, ..self }
    }

    /// The same, where an execution may be aborted, and the watch has it closed out.
    pub fn watched(self) -> Story {
        Story { is_watched: true, ..self }
    }

    /// The same, decided by this.
    pub fn decided_by(self, decide: Decider) -> Story {
        Story { decide, ..self }
    }

    /// The same, with this clock.
    pub fn timed_by(self, clock: Clock) -> Story {
        Story { clock, ..self }
    }

    /// The plan of the execution with this number.
    pub fn plan_of(&self, nth: u8) -> &Plan {
        &self.runs[usize::from(nth)].plan
    }

    /// True when its runs have windows.
    pub fn is_windowed(&self) -> bool {
        self.runs.iter().any(|begun| begun.run.windowed())
    }
}

/// A window of [`OPEN`] minutes.
pub fn window(more: Value) -> Value {
    let mut window = json!({"ScheduledTime": at(0), "Window": {"Duration": format!("PT{OPEN}M")}});
    merge(&mut window, more);
    window
}

/// Objects are merged member by member, anything else is replaced.
pub fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over,
    }
}
