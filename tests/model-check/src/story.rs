//! What is explored: a plan, a task with a history, and how much goes wrong on the way.

use migration::decide::decide;
use migration::decide::opening;
use migration::run::document::{Document, Running};
use migration::run::execution::Run;
use migration::run::next::Next;
use migration::run::observation::Observation;
use plan::finding::Findings;
use plan::{MigrationType, Plan, Start as PlanStart, TaskPlan};
use serde_json::{Value, json};

use crate::dms::{Consent, Dms, Kind, Task};
use crate::names::{EXECUTION, Names, TASK, at};

/// The function that is checked, or one that is broken on purpose.
pub type Decider = fn(&Running, &Observation, jiff::Timestamp) -> Next;

/// A run as it was opened.
#[derive(Clone, Debug)]
pub struct Story {
    /// What people call it.
    pub name: &'static str,
    /// The plan, read.
    pub plan: Plan,
    /// The run at its beginning.
    pub run: Run,
    /// DMS at its beginning.
    pub dms: Dms,
    /// How many things go wrong at the most: failures, people in the console, lost answers, stale and missing ones.
    pub adversity: u8,
    /// The role of the stop function may not stop this task.
    pub stop_is_denied: bool,
    /// What the plan consents to.
    pub consent: Consent,
    /// Names for observations.
    pub names: Names,
    /// What decides.
    pub decide: Decider,
}

/// Minutes that a window of a story is open.
pub const OPEN: u16 = 24;

impl Story {
    /// A task that somebody else keeps, with a window or without; `more` is merged into the plan.
    pub fn kept(name: &'static str, task: Task, more: Value) -> Story {
        let mut plan = json!({"Task": {"ReplicationTaskArn": TASK}, "Notify": {"On": ["Finished"]}});
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
            "Notify": {"On": ["Finished"]},
        });
        merge(&mut plan, more);
        Story::open(name, &plan, None)
    }

    #[allow(clippy::panic, reason = "a story whose plan is no plan is a mistake in this crate")]
    fn open(name: &'static str, input: &Value, task: Option<Task>) -> Story {
        let names = Names::default();
        let execution = EXECUTION.parse().unwrap_or_else(|error| panic!("{EXECUTION}: {error}"));
        let kept = task
            .as_ref()
            .map(|task| (MigrationType::from(task.kind.as_str().to_owned()), names.route.clone()));
        let opened = match opening::open(input, &execution, at(0)) {
            Document::Running(running) => opening::settle(*running, kept, Findings::default(), at(0)),
            over => over,
        };
        let Document::Running(running) = opened else { panic!("{name}: {opened:?}") };
        let Running { mut plan, run, .. } = *running;
        if let TaskPlan::Request(request) = &mut plan.task {
            request.lighten();
        }
        let consent = Consent {
            replace: matches!(plan.start, PlanStart::Refresh | PlanStart::Reload),
            double: plan.start == PlanStart::Resume,
        };
        Story {
            name,
            run,
            plan,
            dms: Dms::with(task),
            adversity: 2,
            stop_is_denied: false,
            consent,
            names,
            decide,
        }
    }

    /// The same with so many things that go wrong.
    pub fn with_adversity(self, adversity: u8) -> Story {
        Story { adversity, ..self }
    }

    /// The same, decided by this.
    pub fn decided_by(self, decide: Decider) -> Story {
        Story { decide, ..self }
    }

    /// True when the run stops its task at the close.
    pub fn stops_at_close(&self) -> bool {
        self.run.stops_at_close()
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
