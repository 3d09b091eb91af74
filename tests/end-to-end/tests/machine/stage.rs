//! What a test stands on: the running product, names of its own, and words for what it does and expects.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use dms_simulator::{Scenario, Simulator, Task};
use jiff::Timestamp;
use local_aws::{Call, Clock, FaultTarget, World};
use rehearsal::Stack;
use rehearsal::execution::{Ended, Execution, Published};
use rehearsal::stack::PATIENCE;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::record::Record;

pub(crate) const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:SOURCEENDPOINTAAAAAAAAAAAA";
pub(crate) const TARGET: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:TARGETENDPOINTAAAAAAAAAAAA";
pub(crate) const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:INSTANCEAAAAAAAAAAAAAAAAAA";
pub(crate) const TASK: &str = "orders-nightly";

/// Whom the plans tell.
pub(crate) const TEAM: &str = "orders";

/// Local seconds in a real one. Waits are leapt over, so this only counts what the machine itself takes.
const PACE: u32 = 30;

/// The same while stories are recorded: what the machine takes hardly counts, so polls fall at the same local times
/// however busy this computer is.
const PACE_OF_RECORDS: u32 = 1;

/// A Friday evening in winter, an hour before midnight in Berlin.
pub(crate) const EVENING: &str = "2026-11-20T22:00:00Z";

/// The running product, and names that only this test uses.
pub(crate) struct Stage<'s> {
    pub(crate) stack: &'s Stack,
    runtime: &'s Runtime,
    title: String,
    started: RefCell<Vec<Execution>>,
}

impl<'s> Stage<'s> {
    pub(crate) fn new(stack: &'s Stack, runtime: &'s Runtime, title: &str) -> Self {
        let title = title.replace("::", "-").chars().take(60).collect();
        Stage { stack, runtime, title, started: RefCell::default() }
    }

    /// A world that begins at this instant; waits are leapt over.
    pub(crate) fn world(&self, at: &str, scenario: Scenario) -> Arc<World> {
        let pace = if crate::record::folder().is_some() { PACE_OF_RECORDS } else { PACE };
        self.world_with(Clock::starting_at(at.parse().unwrap(), pace).leaping(), scenario)
    }

    /// The same for a story in which polls cannot run. What is waited then the machine reckons itself, so it is waited
    /// out, and the pace stays the same while the story is recorded.
    pub(crate) fn blind_world(&self, at: &str, scenario: Scenario) -> Arc<World> {
        self.world_with(Clock::starting_at(at.parse().unwrap(), PACE).leaping(), scenario)
    }

    /// A world for several executions at once: its waits are waited out, at this pace.
    pub(crate) fn slow_world(&self, at: &str, pace: u32, scenario: Scenario) -> Arc<World> {
        self.world_with(Clock::starting_at(at.parse().unwrap(), pace), scenario)
    }

    fn world_with(&self, clock: Clock, scenario: Scenario) -> Arc<World> {
        assert_eq!(scenario.contradictions(), Vec::<String>::new());
        let model = self.stack.model().expect("the stack checks against the model");
        Arc::new(World::new(clock).with_dms(Simulator::new(scenario, 7)).checked_by(Arc::clone(model)))
    }

    /// The name of this test's n-th execution.
    pub(crate) fn name(&self, nth: usize) -> String {
        format!("{}-{nth}", self.title)
    }

    /// A fault that strikes this test's n-th execution only.
    pub(crate) fn strike(&self, target: FaultTarget, nth: usize) -> FaultTarget {
        target.execution(&self.name(nth))
    }

    pub(crate) fn start(&self, world: &Arc<World>, plan: &Value) -> Execution {
        let name = self.name(self.started.borrow().len() + 1);
        let execution = self.runtime.block_on(self.stack.start(&name, plan, world)).unwrap();
        self.started.borrow_mut().push(execution.clone());
        execution
    }

    /// Waits for the end, and for all that passed to and from DMS to fit AWS's own model.
    pub(crate) fn end(&self, world: &Arc<World>, execution: Execution) -> Run<'s> {
        let ended = self.runtime.block_on(self.stack.end(&execution, PATIENCE)).unwrap();
        assert_eq!(world.findings(), Vec::<String>::new());
        Run { stack: self.stack, world: Arc::clone(world), execution, ended }
    }

    /// One execution from its start to its end.
    pub(crate) fn run(&self, world: &Arc<World>, plan: &Value) -> Run<'s> {
        let execution = self.start(world, plan);
        self.end(world, execution)
    }

    /// What each of this test's executions did, in the order of their starts.
    pub(crate) fn records(&self) -> Vec<Record> {
        let started = self.started.borrow();
        let record = |execution: &Execution| Record {
            name: execution.name.clone(),
            ended: self.runtime.block_on(self.stack.look(execution)).unwrap(),
            calls: self.stack.aws().recorder().of_execution(&execution.name),
            messages: self.stack.published(&execution.name),
        };
        started.iter().map(record).collect()
    }

    /// Stops an execution from outside, as a person in the console does.
    pub(crate) fn abort(&self, execution: &Execution) {
        self.runtime.block_on(self.stack.abort(execution)).unwrap();
    }

    /// This execution, which a function is to start, lives in this world.
    pub(crate) fn adopt(&self, world: &Arc<World>, execution: &Execution) {
        self.stack.aws().worlds().bind(execution.name.clone(), world);
        self.started.borrow_mut().push(execution.clone());
    }

    /// Hands the watch an event.
    pub(crate) fn watch(&self, event: &Value) -> Value {
        let answer = self.runtime.block_on(self.stack.aws().invoke("watch", event)).unwrap();
        assert!(answer.get("errorType").is_none(), "{answer}");
        answer
    }

    /// Waits until this holds for the calls so far.
    pub(crate) fn until(&self, condition: impl Fn(&[Call]) -> bool) {
        let held = self.runtime.block_on(self.stack.aws().recorder().until(PATIENCE, condition));
        assert!(held, "what was waited for did not come");
    }
}

/// An execution that has ended, and what it left.
pub(crate) struct Run<'s> {
    stack: &'s Stack,
    world: Arc<World>,
    pub(crate) execution: Execution,
    pub(crate) ended: Ended,
}

impl Run<'_> {
    /// The verdict, with the whole story when it is not the expected one.
    #[track_caller]
    pub(crate) fn expect(&self, verdict: &str) -> &Self {
        assert_eq!(self.ended.verdict(), verdict, "{}", self.story());
        let good = matches!(
            verdict,
            "Succeeded" | "SucceededWithWarnings" | "Skipped" | "Ready" | "Paused" | "LeftRunning"
        );
        let (status, error) = if good { ("SUCCEEDED", None) } else { ("FAILED", Some(verdict)) };
        assert_eq!(
            (self.ended.status.as_str(), self.ended.error.as_deref()),
            (status, error),
            "{}",
            self.story()
        );
        for message in self.messages() {
            support::message::valid(&message.json);
        }
        let finals =
            self.messages().into_iter().filter(|message| message.json["Event"] == "Finished").count();
        assert_eq!(finals, 1, "a run ends with one message\n{}", self.story());
        assert_eq!(self.last_message().json["Verdict"]["Outcome"], verdict);
        self
    }

    /// Something that the final message must say to people.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        let message = self.last_message();
        assert!(message.text.contains(words), "{words:?} is not in:\n{}\n{}", message.text, self.story());
        self
    }

    pub(crate) fn messages(&self) -> Vec<Published> {
        self.stack.published(&self.execution.name)
    }

    #[track_caller]
    pub(crate) fn last_message(&self) -> Published {
        self.messages().pop().unwrap_or_else(|| panic!("no message was sent\n{}", self.story()))
    }

    /// The calls of this execution to one DMS operation.
    pub(crate) fn calls(&self, operation: &str) -> Vec<Call> {
        let calls = self.stack.aws().recorder().calls("dms", operation);
        calls.into_iter().filter(|call| call.execution.as_deref() == Some(&self.execution.name)).collect()
    }

    /// How this execution started its task: the types in their order.
    pub(crate) fn starts(&self) -> Vec<String> {
        let calls = self.calls("StartReplicationTask");
        calls
            .iter()
            .map(|call| call.request["StartReplicationTaskType"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Looks at the simulator's task.
    pub(crate) fn task<T>(&self, name: &str, look: impl FnOnce(&Task) -> T) -> T {
        self.world
            .simulator(|dms| look(dms.task(name).expect("the task is there")))
            .expect("the world has a DMS")
    }

    /// All steps in a line each, for a test that failed.
    pub(crate) fn story(&self) -> String {
        let answers = self.stack.answers(&self.execution.name);
        let lines = answers.iter().map(|call| {
            let line = rehearsal::story::line(call, &jiff::tz::TimeZone::UTC);
            format!("{}  {:<12} {}", line.time, line.step, line.words)
        });
        format!("{}\n{}", lines.collect::<Vec<_>>().join("\n"), self.ended.reasons())
    }
}

/// A world in which the plan of [`plan`] can run: three tables, loaded in two to six minutes.
pub(crate) fn scenario() -> Scenario {
    Scenario::default()
        .with_instance(INSTANCE, "instance")
        .with_source(SOURCE, "source", "postgres")
        .with_target(TARGET, "target", "aurora-postgresql")
        .with_table("crm", "customers", 12_000, 120.0)
        .with_table("crm", "orders", 90_000, 360.0)
        .with_table("crm", "invoices", 30_000, 200.0)
}

/// A full load of everything, whose target tables are emptied first.
pub(crate) fn plan() -> Value {
    json!({"Task": {
        "ReplicationTaskIdentifier": TASK,
        "SourceEndpointArn": SOURCE,
        "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE,
        "MigrationType": "full-load",
        "TableMappings": {"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "all",
            "object-locator": {"schema-name": "%", "table-name": "%"}, "rule-action": "include",
        }]},
        "ReplicationTaskSettings": {"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}},
    }, "Notify": {"Team": TEAM}})
}

/// A plan with one more member.
pub(crate) fn with(mut plan: Value, member: &str, value: Value) -> Value {
    plan[member] = value;
    plan
}

/// A window in Berlin, every night.
pub(crate) fn window(opens: &str, closes: &str) -> Value {
    json!({"Opens": opens, "Closes": closes, "TimeZone": "Europe/Berlin"})
}

/// A plan from a file.
pub(crate) fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
