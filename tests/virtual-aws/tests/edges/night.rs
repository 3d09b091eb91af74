//! A night: a window of seven hours, a load of ten minutes, and whoever meddles with it.

use dms_simulator::scenario::ExistingTask;
use dms_simulator::{Happening, Scenario};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use virtual_aws::{Definition, Redrive, Run, Story, World};

pub(crate) const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:I";
pub(crate) const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:S";
pub(crate) const TARGET: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:T";

/// When the window opens.
pub(crate) const OPENS: &str = "2026-11-20T22:00:00Z";

/// Minutes from the opening to the close.
pub(crate) const CLOSE: i64 = 7 * 60;

pub(crate) fn scenario() -> Scenario {
    Scenario::default()
        .with_instance(INSTANCE, "instance")
        .with_source(SOURCE, "source", "postgres")
        .with_target(TARGET, "target", "postgres")
        .with_table("shop", "customers", 1_000, 300.0)
        .with_table("shop", "orders", 1_000, 600.0)
}

/// A full load in its window; `more` is merged into the plan.
pub(crate) fn plan(more: Value) -> Value {
    let plan = json!({
        "ScheduledTime": OPENS,
        "Window": {"Duration": "PT7H"},
        "Task": {
            "ReplicationTaskIdentifier": "orders",
            "SourceEndpointArn": SOURCE,
            "TargetEndpointArn": TARGET,
            "ReplicationInstanceArn": INSTANCE,
            "MigrationType": "full-load",
            "TableMappings": {"rules": [{
                "rule-type": "selection", "rule-id": "1", "rule-name": "shop", "rule-action": "include",
                "object-locator": {"schema-name": "shop", "table-name": "%"},
            }]},
        },
    });
    support::cases::and(plan, more)
}

/// A load that does not fit the window.
pub(crate) fn long(mut scenario: Scenario) -> Scenario {
    for table in &mut scenario.source_tables {
        table.load_seconds = 12.0 * 3600.0;
    }
    scenario
}

pub(crate) const KEPT: &str = "arn:aws:dms:us-east-1:123456789012:task:KEPT";

/// A task that somebody else keeps, ready to be started.
pub(crate) fn kept(mut scenario: Scenario) -> Scenario {
    scenario.tasks.push(ExistingTask {
        replication_task_identifier: "kept".to_owned(),
        replication_task_arn: Some(KEPT.to_owned()),
        source_endpoint_arn: SOURCE.to_owned(),
        target_endpoint_arn: TARGET.to_owned(),
        replication_instance_arn: INSTANCE.to_owned(),
        ..ExistingTask::default()
    });
    scenario
}

/// The plan whose task loads its tables in this mode.
pub(crate) fn in_mode(mode: &str, more: Value) -> Value {
    let mode = json!({"FullLoadSettings": {"TargetTablePrepMode": mode}});
    plan(support::cases::and(json!({"Task": {"ReplicationTaskSettings": mode}}), more))
}

/// A plan that names it.
pub(crate) fn of_kept(more: Value) -> Value {
    let mut plan = plan(json!({}));
    plan["Task"] = json!({"ReplicationTaskArn": KEPT});
    support::cases::and(plan, more)
}

/// What became of a night.
pub(crate) struct Night {
    pub(crate) world: World,
    pub(crate) runs: Vec<Run>,
}

/// Somebody's doing at a minute of the night.
pub(crate) type Meddling = (i64, Happening);

/// One run of this plan in this world, with what somebody else does meanwhile.
pub(crate) fn night(world: World, plan: Value, meddling: Vec<Meddling>) -> Night {
    nights(world, vec![(0, "night", plan)], meddling)
}

/// As [`nights`], after an execution of the same machine that began with the window and was stopped from outside at
/// this minute.
pub(crate) fn after_an_abort(
    world: World,
    aborted: (Value, i64),
    runs: Vec<(i64, &str, Value)>,
    meddling: Vec<Meddling>,
) -> Night {
    let (plan, until) = aborted;
    let run = world.run_until("aborted", plan, minute(until));
    let mut stories: Vec<Story<'_, Option<Run>>> = vec![Box::pin(async move {
        assert!(run.await.is_none(), "the run ended before it was stopped");
        None
    })];
    stories.extend(told(&world, runs, meddling));
    Night::of(world.tell(stories), world)
}

/// One run that somebody stops, and redrives later.
pub(crate) fn redriven(world: World, plan: Value, redrive: Redrive, meddling: Vec<Meddling>) -> Night {
    let run = world.run_redriven("night", plan, redrive);
    let mut stories: Vec<Story<'_, Option<Run>>> =
        vec![Box::pin(async move { Some(run.await.expect("the host can make every step")) })];
    stories.extend(told(&world, Vec::new(), meddling));
    Night::of(world.tell(stories), world)
}

/// The runs begin at these minutes.
pub(crate) fn nights(world: World, runs: Vec<(i64, &str, Value)>, meddling: Vec<Meddling>) -> Night {
    let stories = told(&world, runs, meddling);
    Night::of(world.tell(stories), world)
}

fn told(
    world: &World,
    runs: Vec<(i64, &str, Value)>,
    meddling: Vec<Meddling>,
) -> Vec<Story<'static, Option<Run>>> {
    let mut stories: Vec<Story<'static, Option<Run>>> = Vec::new();
    for (at, name, plan) in runs {
        let world = world.clone();
        let name = name.to_owned();
        stories.push(Box::pin(async move {
            world.clock().sleep_until(minute(at)).await;
            Some(world.run(&name, plan).await.expect("the host can make every step"))
        }));
    }
    for (at, happening) in meddling {
        let world = world.clone();
        stories.push(Box::pin(async move {
            world.clock().sleep_until(minute(at)).await;
            let now = world.clock().now();
            world.dms(|dms| dms.happen(now, happening));
            None
        }));
    }
    stories
}

pub(crate) fn minute(minute: i64) -> Timestamp {
    OPENS.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

pub(crate) fn world(scenario: Scenario) -> World {
    World::new(scenario, Definition::of_the_product().unwrap(), minute(0), 7).unwrap()
}

impl Night {
    /// What became of these stories, whose ends hold whatever their verdicts.
    fn of(told: Vec<Option<Option<Run>>>, world: World) -> Night {
        let runs: Vec<Run> = told.into_iter().flatten().flatten().collect();
        for run in &runs {
            assert_eq!(run.document.wrong_end(), None, "{}", run.name);
        }
        Night { runs, world }
    }

    /// The first run ended with one of these verdicts.
    pub(crate) fn expect(&self, outcomes: &[&str]) -> &Night {
        self.run_ended(0, outcomes)
    }

    pub(crate) fn run_ended(&self, run: usize, outcomes: &[&str]) -> &Night {
        let outcome = self.runs[run].document.outcome().unwrap_or("none");
        assert!(outcomes.contains(&outcome), "{outcome}: {:#?}", self.runs[run].document.reasons());
        self
    }

    /// All that the messages of the night say.
    pub(crate) fn messages(&self) -> String {
        let message = |message: &virtual_aws::Message| {
            let text = message.bodies.get("default").or(message.bodies.get("email"));
            let text = text.and_then(Value::as_str).unwrap_or_default();
            let machines = message.bodies["sqs"].as_str().unwrap_or_default();
            support::message::valid(&serde_json::from_str(machines).unwrap_or_default());
            format!("{}\n{text}\n", message.subject)
        };
        self.world.messages().iter().map(message).collect()
    }

    pub(crate) fn says(&self, words: &str) -> &Night {
        assert!(self.messages().contains(words), "nobody says {words:?}:\n{}", self.messages());
        self
    }

    pub(crate) fn never_says(&self, words: &str) -> &Night {
        assert!(!self.messages().contains(words), "somebody says {words:?}:\n{}", self.messages());
        self
    }

    /// How many calls of this operation came through.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.world.calls().iter().filter(|call| call.operation == operation).count()
    }

    /// No row was loaded on top of itself.
    pub(crate) fn no_row_twice(&self) -> &Night {
        let doubled: u64 = self.world.ledger().tables().map(|(_, table)| table.rows_doubled()).sum();
        assert_eq!(doubled, 0);
        self
    }

    /// When DMS took the call of this operation and number, in minutes of the night.
    pub(crate) fn minute_of(&self, operation: &str, nth: usize) -> i64 {
        let calls = self.world.calls();
        let call = calls.iter().filter(|call| call.operation == operation).nth(nth).expect("so many calls");
        call.at.duration_since(minute(0)).as_mins()
    }

    /// What DMS says of the task at the end of the night.
    pub(crate) fn status(&self) -> String {
        let answer = self.world.ask_dms("DescribeReplicationTasks", &json!({})).expect("DMS answers");
        answer["ReplicationTasks"][0]["Status"].as_str().unwrap_or_default().to_owned()
    }
}
