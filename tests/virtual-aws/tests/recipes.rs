//! The recipes of `docs/recipes.md`, night by night: each comes out as its page says, its mail says what the page
//! shows, and what `check-plan` understands of its plan is what the night then does.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::collections::BTreeSet;

use dms_simulator::Scenario;
use dms_simulator::ledger::TargetTable;
use dms_simulator::scenario::{ExistingTask, Lag, TaskState};
use jiff::{SignedDuration, Timestamp};
use migration::understood::{
    AtTheClose, Described, Does, Effect, EndsWhen, Openings, Understood, understand,
};
use plan::Plan;
use plan::read::read;
use serde_json::{Value, json};
use support::plans::{event, root};
use virtual_aws::{Definition, Run, Story, World};

/// How late after its time a stop may be asked for: a poll lies between.
const A_POLL: SignedDuration = SignedDuration::from_mins(2);

/// One run of a recipe.
struct Night {
    plan: &'static str,
    /// When the schedule starts it.
    begins: &'static str,
    verdict: &'static str,
    /// How the task is started; `None` where it is not.
    start: Option<&'static str>,
    /// What ends the run.
    ends: EndsWhen,
    /// True when the task runs once the run is over.
    runs_on: bool,
}

struct Recipe {
    /// The heading of its section.
    section: &'static str,
    scenario: Scenario,
    nights: Vec<Night>,
}

fn recipes() -> Vec<Recipe> {
    let night =
        |plan, begins, verdict, start, ends, runs_on| Night { plan, begins, verdict, start, ends, runs_on };
    let caught_up = EndsWhen::CaughtUp { lag_seconds: 5, and_loaded: true };
    vec![
        Recipe {
            section: "A replication that runs at night only",
            scenario: kept(),
            nights: vec![
                night(
                    "nightly-replication",
                    "2026-11-26T21:00:00Z",
                    "Paused",
                    Some("resume-processing"),
                    EndsWhen::Close,
                    false,
                ),
                night(
                    "nightly-replication",
                    "2026-11-27T21:00:00Z",
                    "Paused",
                    Some("resume-processing"),
                    EndsWhen::Close,
                    false,
                ),
            ],
        },
        Recipe {
            section: "A copy of every night",
            scenario: of(
                "nightly-refresh",
                &[("crm", "customers"), ("crm", "contacts"), ("crm", "contracts")],
                600.0,
            ),
            nights: vec![
                night(
                    "nightly-refresh",
                    "2026-11-26T21:00:00Z",
                    "Succeeded",
                    Some("start-replication"),
                    EndsWhen::LoadStops,
                    false,
                ),
                night(
                    "nightly-refresh",
                    "2026-11-27T21:00:00Z",
                    "Succeeded",
                    Some("reload-target"),
                    EndsWhen::LoadStops,
                    false,
                ),
            ],
        },
        Recipe {
            section: "One load over several nights",
            scenario: of(
                "nightly-window",
                &["2021", "2022", "2023", "2024", "2025", "2026"].map(|year| ("orders", year)),
                4.0 * 3600.0,
            ),
            nights: vec![
                night(
                    "nightly-window",
                    "2026-11-25T21:00:00Z",
                    "Paused",
                    Some("start-replication"),
                    EndsWhen::Close,
                    false,
                ),
                night(
                    "nightly-window",
                    "2026-11-26T21:00:00Z",
                    "SucceededWithWarnings",
                    Some("resume-processing"),
                    EndsWhen::LoadStops,
                    false,
                ),
            ],
        },
        Recipe {
            section: "A move: load on Friday, switch on Saturday",
            scenario: Scenario {
                lag: Lag { behind_seconds: 900.0, floor_seconds: 1.0, ..Lag::default() },
                ..of("friday-load", &[("billing", "invoices"), ("billing", "payments")], 1800.0)
            },
            nights: vec![
                night(
                    "friday-load",
                    "2026-11-27T19:00:00Z",
                    "Succeeded",
                    Some("start-replication"),
                    EndsWhen::AllLoaded,
                    true,
                ),
                night("saturday-cut-over", "2026-11-28T02:00:00Z", "Succeeded", None, caught_up, false),
            ],
        },
        Recipe {
            section: "A pre-flight before the night, and in CI",
            scenario: of("preflight", &[("orders", "items")], 600.0),
            nights: vec![night("preflight", "2026-11-26T11:00:00Z", "Ready", None, EndsWhen::Looked, false)],
        },
    ]
}

/// A world in which what this plan describes exists, with these tables.
fn of(plan: &str, tables: &[(&str, &str)], seconds: f64) -> Scenario {
    let task = &event(plan)["Task"];
    let arn = |member: &str| task[member].as_str().expect("an ARN").to_owned();
    let world = Scenario::default()
        .with_instance(&arn("ReplicationInstanceArn"), "instance")
        .with_source(&arn("SourceEndpointArn"), "source", "postgres")
        .with_target(&arn("TargetEndpointArn"), "target", "aurora-postgresql");
    tables.iter().fold(world, |world, (schema, table)| world.with_table(schema, table, 100_000, seconds))
}

/// A load with replication that somebody else keeps: it was loaded, and stopped by its keeper.
fn kept() -> Scenario {
    let arn = |resource: &str| format!("arn:aws:dms:us-east-1:123456789012:{resource}");
    let mut scenario = Scenario::default()
        .with_instance(&arn("rep:I"), "instance")
        .with_source(&arn("endpoint:S"), "source", "postgres")
        .with_target(&arn("endpoint:T"), "target", "aurora-postgresql")
        .with_table("shop", "orders", 100_000, 600.0)
        .with_table("shop", "items", 100_000, 600.0);
    scenario.tasks.push(ExistingTask {
        replication_task_identifier: "orders-replication".to_owned(),
        migration_type: "full-load-and-cdc".to_owned(),
        source_endpoint_arn: arn("endpoint:S"),
        target_endpoint_arn: arn("endpoint:T"),
        replication_instance_arn: arn("rep:I"),
        state: TaskState::Loaded,
        ..ExistingTask::default()
    });
    scenario
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// The plan as a schedule hands it over.
fn scheduled(night: &Night) -> Value {
    let mut input = event(night.plan);
    if input.get("ScheduledTime").is_some() {
        input["ScheduledTime"] = json!(night.begins);
    }
    input
}

/// What DMS says of the only task, as `aws dms describe-replication-tasks` prints it; `None` where there is none yet.
fn described(world: &World) -> Option<Value> {
    let answer = world.ask_dms("DescribeReplicationTasks", &json!({})).ok()?;
    (answer["ReplicationTasks"].as_array().is_some_and(|tasks| tasks.len() == 1)).then_some(answer)
}

/// What came of a night, and what its plan was understood to do before it.
struct Told {
    understood: Understood,
    run: Run,
    ended: Timestamp,
    runs_on: bool,
    stops: Vec<Timestamp>,
    starts: Vec<String>,
    mail: String,
}

fn tell(world: &World, night: &Night) -> Told {
    let before = instant(night.begins) - SignedDuration::from_mins(30);
    let nap = world.clock().sleep_until(before);
    world.tell(vec![Box::pin(nap) as Story<'_, ()>]);
    let input = scheduled(night);
    let plan: Plan = read(&input).plan.expect("a good plan");
    let description = described(world)
        .map(|answer| Described::read(answer["ReplicationTasks"][0].as_object().expect("a task")));
    let understood = understand(&plan, description.as_ref().filter(|_| plan.request().is_none()), before);
    let name = format!("{}-{}", night.plan, night.begins.replace(':', "-"));
    let story = {
        let (world, begins, name) = (world.clone(), instant(night.begins), name.clone());
        async move {
            world.clock().sleep_until(begins).await;
            let run = world.run(&name, input).await.expect("the host can make every step");
            (run, world.clock().now())
        }
    };
    let (run, ended) =
        world.tell(vec![Box::pin(story) as Story<'_, (Run, Timestamp)>]).remove(0).expect("an end");
    let calls = world.calls();
    let taken = |operation: &str| {
        let of_run = calls.iter().filter(|call| call.execution == name && call.status == Some(200));
        of_run.filter(|call| call.operation == operation).cloned().collect::<Vec<_>>()
    };
    let kind = |call: &virtual_aws::Call| {
        call.request["StartReplicationTaskType"].as_str().unwrap_or_default().to_owned()
    };
    let status = described(world).map(|answer| answer["ReplicationTasks"][0]["Status"].clone());
    let messages = world.messages();
    let mail = messages.iter().rfind(|message| message.execution == name).expect("a message");
    Told {
        understood,
        run,
        ended,
        runs_on: status == Some(json!("running")),
        stops: taken("StopReplicationTask").iter().map(|call| call.at).collect(),
        starts: taken("StartReplicationTask").iter().map(kind).collect(),
        mail: format!("{}\n{}", mail.subject, mail.bodies["email"].as_str().unwrap_or_default()),
    }
}

/// Every sentence about window, close and end is held against what was called and what DMS shows.
fn hold(night: &Night, told: &Told) {
    let Told { understood, run, .. } = told;
    let place = format!("{} at {}: {:#?}", night.plan, night.begins, run.document.reasons());
    assert_eq!(run.document.outcome(), Some(night.verdict), "{place}");
    assert_eq!(told.runs_on, night.runs_on, "{place}");

    let closes = match &understood.openings {
        Openings::Hours { next, .. } => {
            let opened = &next[0];
            assert!(night.ends == EndsWhen::Looked || opened.opens <= run.began, "{place}: {opened:?}");
            Some(opened.closes)
        }
        Openings::Span { .. } | Openings::AnyTime => None,
    };
    let expected =
        understood.ends.iter().any(|end| (&end.when, end.task_runs_on) == (&night.ends, night.runs_on));
    assert!(expected, "{place}: {:?} is not in {:#?}", night.ends, understood.ends);

    // What the close does, and when.
    if night.ends == EndsWhen::Close {
        let closes = closes.expect("a close");
        match &understood.close {
            AtTheClose::Stops { lead_seconds, .. } => {
                let due = closes - SignedDuration::from_secs(*lead_seconds);
                let [stop] = told.stops[..] else {
                    panic!("{place}: one stop is asked for: {:?}", told.stops)
                };
                assert!(due <= stop && stop <= due + A_POLL, "{place}: {stop} is not {due}");
                assert!(!told.runs_on, "{place}");
            }
            AtTheClose::GoesOn => assert!(told.stops.is_empty() && told.runs_on, "{place}"),
            close => panic!("{place}: {close:?} says nothing of this close"),
        }
    } else {
        assert!(closes.is_none_or(|closes| told.ended <= closes), "{place}: ended at {}", told.ended);
        // A task that the plan does not stop before the close is not stopped by us.
        let stopped_when_done =
            !night.runs_on && matches!(night.ends, EndsWhen::AllLoaded | EndsWhen::CaughtUp { .. });
        assert_eq!(told.stops.len(), usize::from(stopped_when_done), "{place}");
    }

    // How it was started is one of the ways that were told.
    assert_eq!(told.starts, night.start.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{place}");
    if night.start.is_none() && night.ends != EndsWhen::Looked {
        assert!(
            understood.starts.iter().any(|way| way.does == Does::Joins),
            "{place}: {:#?}",
            understood.starts
        );
    }
    for start in &told.starts {
        let kinds = understood.starts.iter().filter_map(|way| match &way.does {
            Does::Starts { kind, .. } => Some(kind.as_str()),
            Does::Nothing | Does::Rejects { .. } | Does::Joins => None,
        });
        assert!(kinds.into_iter().any(|kind| kind == start), "{place}: {:#?}", understood.starts);
    }
}

/// What became of rows in the target was told before.
fn hold_target(understood: &Understood, before: &[u64; 3], world: &World) -> [u64; 3] {
    let ledger = world.ledger();
    let of = |count: fn(&TargetTable) -> u64| ledger.tables().map(|(_, table)| count(table)).sum::<u64>();
    let now = [
        of(|table| u64::from(table.times_truncated())),
        of(|table| u64::from(table.times_dropped())),
        of(|table| table.rows_doubled()),
    ];
    let told: BTreeSet<String> = understood.target.iter().map(|one| format!("{:?}", one.effect)).collect();
    for ((was, is), effect) in
        before.iter().zip(now).zip([Effect::Emptied, Effect::Dropped, Effect::LoadedTwice])
    {
        assert!(*was == is || told.contains(&format!("{effect:?}")), "{effect:?} is not in {told:?}");
    }
    now
}

/// The sections of the page: heading, and text.
fn sections() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(root().join("docs/recipes.md")).expect("docs/recipes.md can be read");
    let parts = page.split("\n## ").skip(1);
    parts
        .map(|part| part.split_once('\n').expect("a heading"))
        .map(|(head, text)| (head.to_owned(), text.to_owned()))
        .collect()
}

/// What stands between fences of this kind, in one text each.
fn fenced<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let opening = format!("\n```{kind}\n");
    text.split(&opening).skip(1).map(|rest| rest.split_once("\n```").expect("a closing fence").0).collect()
}

#[test]
fn every_recipe_comes_out_as_its_page_says() {
    let sections = sections();
    let recipes = recipes();
    let named: Vec<&str> = sections.iter().map(|(heading, _)| heading.as_str()).collect();
    assert_eq!(
        named,
        recipes.iter().map(|recipe| recipe.section).collect::<Vec<_>>(),
        "a section for each recipe"
    );
    for (recipe, (heading, text)) in recipes.into_iter().zip(&sections) {
        let begins = instant(recipe.nights[0].begins) - SignedDuration::from_hours(1);
        let definition = Definition::of_the_product().expect("the definition");
        let world = World::new(recipe.scenario, definition, begins, 7).expect("a world");
        let mut effects = [0; 3];
        let mut mails = String::new();
        for night in &recipe.nights {
            assert!(text.contains(&format!("events/{}.json", night.plan)), "{heading} names {}", night.plan);
            let told = tell(&world, night);
            hold(night, &told);
            effects = hold_target(&told.understood, &effects, &world);
            mails.push_str(&told.mail);
            mails.push('\n');
        }
        let shown = fenced(text, "text");
        assert!(!shown.is_empty(), "{heading} shows what the mail says");
        for line in shown.iter().flat_map(|block| block.lines()).filter(|line| *line != "...") {
            assert!(mails.contains(line), "{heading}: no mail says {line:?}:\n{mails}");
        }
    }
}
