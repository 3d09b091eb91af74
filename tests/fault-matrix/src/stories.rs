//! The nights that are told: each goes through a part of the product.

use dms_simulator::scenario::{
    Behaviour, ConnectionFailure, ExistingTask, SourceTable, Tag, TaskState, Trouble, What,
};
use dms_simulator::{Happening, Scenario};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:I";
const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:S";
const TARGET: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:T";
/// The topic of a chat.
pub(crate) const CHAT: &str = "arn:aws:sns:us-east-1:123456789012:chat";
const TEAM: &str = "arn:aws:sns:us-east-1:123456789012:payments";

/// When the first window opens.
pub const OPENS: &str = "2026-11-20T22:00:00Z";

/// A night, or two.
#[derive(Clone, Debug)]
pub struct Story {
    pub name: &'static str,
    /// What it is about, for people.
    pub about: &'static str,
    pub scenario: Scenario,
    pub runs: Vec<Run>,
    pub deeds: Vec<Deed>,
    /// The watch sweeps every quarter of an hour, until this minute at least.
    pub sweeps_until: Option<i64>,
    /// What closes out a dead execution is stopped so many minutes after its beginning, so many times.
    pub kills_close_outs: Option<(i64, usize)>,
}

/// An execution.
#[derive(Clone, Debug)]
pub struct Run {
    pub name: &'static str,
    /// The minute at which it begins.
    pub at: i64,
    pub plan: Value,
    /// The minute at which somebody stops it.
    pub aborted: Option<i64>,
}

/// What somebody does to DMS.
#[derive(Clone, Debug)]
pub struct Deed {
    pub at: i64,
    pub what: &'static str,
    pub happening: Happening,
}

/// The instant of a minute, counted from the first opening.
pub fn minute(minute: i64) -> Timestamp {
    let opens: Timestamp = OPENS.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    opens + SignedDuration::from_mins(minute)
}

impl Story {
    fn new(name: &'static str, about: &'static str, scenario: Scenario, runs: Vec<Run>) -> Story {
        Story { name, about, scenario, runs, deeds: Vec::new(), sweeps_until: None, kills_close_outs: None }
    }

    /// The same as if this run had not been.
    pub fn without(&self, run: &str) -> Story {
        let runs = self.runs.iter().filter(|it| it.name != run).cloned().collect();
        Story { runs, ..self.clone() }
    }

    /// All of them.
    pub fn all() -> Vec<Story> {
        vec![
            load(),
            nights(),
            replication(),
            cut_over(),
            refresh(),
            adopted(),
            restarted(),
            reloaded(),
            tested_again(),
            preflight(),
            closed_out(),
            closed_out_at_close(),
            given_up(),
            left_running(),
            external(),
        ]
    }
}

fn world() -> Scenario {
    Scenario::default()
        .with_instance(INSTANCE, "instance")
        .with_source(SOURCE, "source", "postgres")
        .with_target(TARGET, "target", "postgres")
}

/// A world with a table of this many seconds and one of twice as many.
fn loads_in(seconds: f64) -> Scenario {
    world().with_table("shop", "customers", 1_000, seconds).with_table("shop", "orders", 1_000, 2.0 * seconds)
}

/// A world with a table that is soon loaded, and one that takes two hours.
fn loads_slowly() -> Scenario {
    world().with_table("shop", "customers", 1_000, 600.0).with_table("shop", "orders", 1_000, 7_200.0)
}

/// A world with a table that is soon loaded, and one that no night has time for.
fn loads_for_ever() -> Scenario {
    world().with_table("shop", "customers", 1_000, 60.0).with_table("shop", "orders", 1_000, 20.0 * 3_600.0)
}

fn request(migration_type: &str, prepares: Option<&str>) -> Value {
    let mut task = json!({
        "ReplicationTaskIdentifier": "orders",
        "SourceEndpointArn": SOURCE,
        "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE,
        "MigrationType": migration_type,
        "TableMappings": {"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "shop", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "%"},
        }]},
    });
    if let Some(mode) = prepares {
        task["ReplicationTaskSettings"] = json!({"FullLoadSettings": {"TargetTablePrepMode": mode}});
    }
    task
}

/// A run of this task in a window of so many minutes; `members` are the plan's other ones.
fn run(name: &'static str, at: i64, task: Value, minutes: i64, members: Value) -> Run {
    let mut plan = json!({
        "ScheduledTime": minute(at).to_string(),
        "Window": {"Duration": format!("PT{minutes}M")},
        "Task": task,
    });
    for (member, value) in members.as_object().into_iter().flatten() {
        match (&mut plan[member], value.as_object()) {
            (Value::Object(known), Some(more)) => known.extend(more.clone()),
            (place, _) => *place = value.clone(),
        }
    }
    Run { name, at, plan, aborted: None }
}

/// The task that an earlier night has made.
fn ours(prepares: &str, state: TaskState) -> ExistingTask {
    let owner = Tag {
        key: "dms-orchestrator-owner".to_owned(),
        value: "arn:aws:states:us-east-1:123456789012:execution:migration:before".to_owned(),
    };
    ExistingTask { tags: vec![owner], ..existing(prepares, state) }
}

/// The task that somebody has made.
fn existing(prepares: &str, state: TaskState) -> ExistingTask {
    ExistingTask {
        replication_task_identifier: "orders".to_owned(),
        replication_task_arn: Some("arn:aws:dms:us-east-1:123456789012:task:ORDERS".to_owned()),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        table_mappings: request("full-load", None)["TableMappings"].clone(),
        replication_task_settings: Some(json!({"FullLoadSettings": {"TargetTablePrepMode": prepares}})),
        state,
        ..ExistingTask::default()
    }
}

fn load() -> Story {
    let notify = json!({
        "TopicArn": TEAM, "ChatTopicArn": CHAT, "Team": "payments", "On": ["Started", "Warning", "Finished"],
    });
    let task = request("full-load", None);
    let runs = vec![run("night", 0, task, 180, json!({"Notify": notify}))];
    Story::new(
        "load",
        "a task is created and loads to its end; people and a chat are told",
        loads_in(150.0),
        runs,
    )
}

fn nights() -> Story {
    let task = || request("full-load", Some("DO_NOTHING"));
    let first = run("night", 0, task(), 60, json!({}));
    let second = run("next", 24 * 60, task(), 240, json!({"Start": "Resume"}));
    let about =
        "a load is stopped at its close and resumed in the next night, with consent, under DO_NOTHING";
    Story::new("nights", about, loads_slowly(), vec![first, second])
}

fn replication() -> Story {
    let task = request("full-load-and-cdc", Some("TRUNCATE_BEFORE_LOAD"));
    let runs = vec![run("night", 0, task, 60, json!({"Window": {"AtClose": "Stop"}}))];
    Story::new("replication", "a replication is paused at its close", loads_in(150.0), runs)
}

fn cut_over() -> Story {
    let task = request("full-load-and-cdc", Some("TRUNCATE_BEFORE_LOAD"));
    let members = json!({"Window": {"AtClose": "Stop"}, "Until": "CaughtUp", "Then": "Stop"});
    let mut scenario = loads_in(150.0);
    for table in &mut scenario.source_tables {
        table.inserts_per_second = 1.0;
    }
    let about = "a replication catches up, by CloudWatch, and is stopped to switch over";
    Story::new("cut-over", about, scenario, vec![run("night", 0, task, 180, members)])
}

fn refresh() -> Story {
    let mut scenario = loads_in(150.0).with_connections_tested();
    scenario.tasks.push(ours("TRUNCATE_BEFORE_LOAD", TaskState::Loaded));
    let task = request("full-load", Some("TRUNCATE_BEFORE_LOAD"));
    let runs = vec![run("night", 0, task, 180, json!({"Start": "Refresh"}))];
    Story::new("refresh", "a complete load of an earlier night is loaded again", scenario, runs)
}

fn adopted() -> Story {
    let mut scenario = loads_in(150.0).with_connections_tested();
    scenario.tasks.push(ours("DO_NOTHING", TaskState::NeverRun));
    let task = request("full-load", Some("TRUNCATE_BEFORE_LOAD"));
    let runs = vec![run("night", 0, task, 180, json!({"OnDrift": "Modify"}))];
    Story::new(
        "adopted",
        "a task that has never run is modified as the plan describes it, and taken over",
        scenario,
        runs,
    )
}

fn restarted() -> Story {
    let away = "Last Error Task was stopped after 7 recovery attempts Stop Reason RECOVERABLE_ERROR Error Level RECOVERABLE";
    let mut scenario = loads_in(150.0);
    scenario.troubles.push(Trouble::after(100.0, What::Fail).on_start(1).with_message(away));
    let task = request("full-load", Some("TRUNCATE_BEFORE_LOAD"));
    let runs = vec![run("night", 0, task, 180, json!({"Restarts": 2}))];
    Story::new("restarted", "a load fails for what passes and is started again", scenario, runs)
}

fn reloaded() -> Story {
    let mut scenario = loads_in(150.0);
    let errs = SourceTable::new("shop", "refunds", 500, 60.0).failing("duplicate key", 100, Some(1));
    scenario.source_tables.push(errs);
    let task = request("full-load-and-cdc", Some("TRUNCATE_BEFORE_LOAD"));
    let members = json!({
        "Window": {"AtClose": "LeaveRunning"}, "OnTableErrors": "Reload", "Until": "FullLoadComplete",
    });
    let about = "a table in error is loaded again while the task goes on, and the task is left running";
    Story::new("reloaded", about, scenario, vec![run("night", 0, task, 180, members)])
}

fn tested_again() -> Story {
    let mut scenario = loads_in(150.0);
    scenario.connection_tests.failures.push(ConnectionFailure {
        endpoint_arn: SOURCE.to_owned(),
        message:
            "Test Endpoint failed: Application-Status: 1020912, Application-Message: Cannot connect to ODBC \
                  provider Network error has occurred"
                .to_owned(),
        times: Some(1),
    });
    let task = request("full-load", Some("DROP_AND_CREATE"));
    let runs = vec![run("night", 0, task, 180, json!({}))];
    Story::new("tested-again", "a connection test fails once and is made again", scenario, runs)
}

fn preflight() -> Story {
    let task = request("full-load", Some("TRUNCATE_BEFORE_LOAD"));
    let runs = vec![run("night", 0, task, 180, json!({"Mode": "Preflight"}))];
    Story::new("preflight", "a pre-flight tests both connections and reports", loads_in(150.0), runs)
}

fn aborted(on_abort: &str, minutes: i64) -> Run {
    let task = request("full-load", Some("TRUNCATE_BEFORE_LOAD"));
    let run = run("night", 0, task, minutes, json!({"OnAbort": on_abort}));
    Run { aborted: Some(30), ..run }
}

fn closed_out() -> Story {
    let about = "an execution is aborted, and its task is stopped by what closes it out";
    Story::new("closed-out", about, loads_for_ever(), vec![aborted("Stop", 180)])
}

fn closed_out_at_close() -> Story {
    let about = "an execution is aborted, and its window is kept by what closes it out, whose event was lost";
    Story {
        sweeps_until: Some(90),
        ..Story::new("closed-out-late", about, loads_for_ever(), vec![aborted("AsAtClose", 60)])
    }
}

fn given_up() -> Story {
    let about = "an execution is aborted, and twice what closes it out: those who run the stack are told";
    Story {
        kills_close_outs: Some((2, 2)),
        sweeps_until: Some(60),
        ..Story::new("given-up", about, loads_for_ever(), vec![aborted("LeaveRunning", 180)])
    }
}

fn left_running() -> Story {
    let task = request("full-load", Some("TRUNCATE_BEFORE_LOAD"));
    let runs = vec![run("night", 0, task, 30, json!({"Window": {"AtClose": "LeaveRunning"}}))];
    let about = "a load is left running at its close, and the watch reports its end";
    Story { sweeps_until: Some(120), ..Story::new("left-running", about, loads_in(1_500.0), runs) }
}

fn external() -> Story {
    let mut scenario = loads_slowly();
    scenario.behaviour = Behaviour { stopped_load_is_finished: true, ..Behaviour::default() };
    scenario.tasks.push(ExistingTask {
        table_mappings: json!({"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "shop", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "%"},
        }]}),
        ..existing("TRUNCATE_BEFORE_LOAD", TaskState::NeverRun)
    });
    let task = json!({"ReplicationTaskArn": "arn:aws:dms:us-east-1:123456789012:task:ORDERS"});
    let runs = vec![run("night", 0, task, 60, json!({}))];
    let about = "a task that somebody else keeps is run, and stopped at the close";
    Story::new("external", about, scenario, runs)
}
