//! Executions that are ended from outside: the watch has them closed out, and stands in nobody's way.

use dms_simulator::scenario::{Trouble, What};
use dms_simulator::{Happening, Scenario};
use jiff::SignedDuration;
use serde_json::{Value, json};
use virtual_aws::{End, Fault, FunctionEnd, MACHINE, OPERATIONS, Redrive, Run, Story, World, execution_arn};

use crate::night::{self, CLOSE, minute, of_kept, plan, scenario, world};

mod beside;
mod left;

/// A load that does not fit the window.
fn long() -> Scenario {
    night::long(scenario())
}

/// The same, with a task that somebody else keeps.
fn kept() -> Scenario {
    night::kept(long())
}

/// What happens in a night: each at its minute.
pub(crate) enum Doing {
    /// An execution begins, and is stopped at the second minute, where there is one.
    Begins(&'static str, Value, Option<i64>),
    /// The event comes that says how this execution has ended.
    Ended(&'static str, &'static str),
    /// The same for one whose name the watch has given: the one of this number, in the order of their beginnings.
    CloseOutEnded(usize, &'static str),
    /// The event comes that says that the task has failed.
    TaskFailed,
    /// The watch sweeps.
    Sweep,
    /// Somebody does this to the task.
    Person(Happening),
    /// Whatever the watch has started from here on is stopped so many minutes later.
    AbortWhatComes(i64),
}

/// What became of a night that was watched.
pub(crate) struct Watched {
    world: World,
    pub(crate) runs: Vec<Run>,
}

/// Tells a night in which executions die.
pub(crate) fn watched(world: World, doings: Vec<(i64, Doing)>) -> Watched {
    let mut aborts_after: Vec<(i64, i64)> = doings
        .iter()
        .filter_map(|(at, doing)| match doing {
            Doing::AbortWhatComes(after) => Some((*at, *after)),
            _ => None,
        })
        .collect();
    aborts_after.sort_unstable();
    let mut stories: Vec<Story<'_, Vec<Run>>> = Vec::new();
    for (at, doing) in doings {
        let (world, aborts) = (world.clone(), aborts_after.clone());
        stories.push(Box::pin(async move {
            world.clock().sleep_until(minute(at)).await;
            let event = match doing {
                Doing::AbortWhatComes(_) => return Vec::new(),
                Doing::Person(happening) => {
                    let now = world.clock().now();
                    world.dms(|dms| dms.happen(now, happening));
                    return Vec::new();
                }
                Doing::Begins(name, plan, None) => {
                    return vec![world.run(name, plan).await.expect("the host can make every step")];
                }
                Doing::Begins(name, plan, Some(until)) => {
                    let ended = world.run_until(name, plan, minute(until)).await;
                    assert!(ended.is_none(), "{name} ended before it was stopped");
                    return Vec::new();
                }
                Doing::Ended(name, status) => ended(&world, name, status),
                Doing::CloseOutEnded(nth, status) => ended(&world, &of_the_watch(&world)[nth], status),
                Doing::TaskFailed => json!({
                    "version": "0", "id": "1", "account": "123456789012", "region": "us-east-1",
                    "source": "aws.dms", "detail-type": "DMS Replication Task State Change",
                    "time": "2026-11-20T22:00:00Z", "resources": [task_arn(&world)],
                    "detail": {"eventType": "REPLICATION_TASK_FAILED", "type": "REPLICATION_TASK"},
                }),
                Doing::Sweep => json!({
                    "version": "0", "id": "2", "account": "123456789012", "region": "us-east-1",
                    "source": "aws.events", "detail-type": "Scheduled Event", "time": "2026-11-20T22:00:00Z",
                    "resources": ["arn:aws:events:us-east-1:123456789012:rule/sweep"], "detail": {},
                }),
            };
            // Lambda delivers an event again that a function could not take, twice at the most.
            for pause in [60.0, 120.0, 0.0] {
                if world.watch(event.clone()).await.is_ok() {
                    break;
                }
                world.clock().sleep_for(pause).await;
            }
            told(&world, &aborts).await
        }));
    }
    let runs = world.tell(stories).into_iter().flatten().flatten().collect();
    Watched { world, runs }
}

/// The executions that the watch has started, told to their ends; those that are to be stopped are.
async fn told(world: &World, aborts: &[(i64, i64)]) -> Vec<Run> {
    let now = world.clock().now();
    let mut runs = Vec::new();
    let mut stories: Vec<std::pin::Pin<Box<dyn Future<Output = Option<Run>>>>> = Vec::new();
    for (name, input) in world.started() {
        let until = aborts.iter().find(|(from, _)| now >= minute(*from));
        let world = world.clone();
        let until = until.map(|(_, after)| now + SignedDuration::from_mins(*after));
        stories.push(Box::pin(async move {
            let run = match until {
                Some(until) => world.run_until(&name, input, until).await?,
                None => world.run(&name, input).await,
            };
            Some(run.expect("the host can make every step"))
        }));
    }
    // All at once, as Step Functions runs them.
    let mut left: Vec<_> = stories.into_iter().map(Some).collect();
    std::future::poll_fn(|context| {
        let mut waits = false;
        for place in &mut left {
            let Some(story) = place else { continue };
            match story.as_mut().poll(context) {
                std::task::Poll::Ready(run) => {
                    runs.extend(run);
                    *place = None;
                }
                std::task::Poll::Pending => waits = true,
            }
        }
        if waits { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    runs
}

fn ended(world: &World, name: &str, status: &str) -> Value {
    let redrives = world.execution(name).map_or(0, |(_, _, redrives)| redrives);
    json!({
        "version": "0", "id": "3", "account": "123456789012", "region": "us-east-1", "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change", "time": "2026-11-20T22:00:00Z",
        "resources": [execution_arn(name)],
        "detail": {
            "executionArn": execution_arn(name), "stateMachineArn": MACHINE, "name": name, "status": status,
            "startDate": 1_763_676_000_000_i64, "stopDate": 1_763_679_600_000_i64, "input": null,
            "inputDetails": {"included": false}, "output": null, "outputDetails": null, "redriveCount": redrives,
        },
    })
}

/// What the watch has started, in the order of their names' first calls.
fn of_the_watch(world: &World) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for call in world.calls().iter().filter(|call| call.operation == "StartExecution" && call.error.is_none())
    {
        let name = call.request["name"].as_str().unwrap_or_default().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn task_arn(world: &World) -> Value {
    let answer = world.ask_dms("DescribeReplicationTasks", &json!({})).expect("DMS answers");
    answer["ReplicationTasks"][0]["ReplicationTaskArn"].clone()
}

impl Watched {
    /// The executions that the watch has started and that came to an end, with their verdicts.
    fn closings(&self) -> Vec<(&str, &str)> {
        let of_the_watch = of_the_watch(&self.world);
        let closings = self.runs.iter().filter(|run| of_the_watch.contains(&run.name));
        closings.map(|run| (run.name.as_str(), run.document.outcome().unwrap_or("none"))).collect()
    }

    /// One execution closed out what there was, with this verdict.
    pub(crate) fn closed_out(&self, outcome: &str) -> &Watched {
        let closings = self.closings();
        assert_eq!(
            closings.iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>(),
            [outcome],
            "{}",
            self.said()
        );
        self
    }

    fn ended(&self, name: &str, outcomes: &[&str]) -> &Watched {
        let run =
            self.runs.iter().find(|run| run.name == name).unwrap_or_else(|| panic!("{name} has not ended"));
        let outcome = run.document.outcome().unwrap_or("none");
        assert!(outcomes.contains(&outcome), "{name}: {outcome}: {:#?}", run.document.reasons());
        self
    }

    fn said(&self) -> String {
        let message = |message: &virtual_aws::Message| {
            let text = message.bodies.get("default").and_then(Value::as_str).unwrap_or_default();
            format!("{} {}\n{text}\n", message.at, message.subject)
        };
        self.world.messages().iter().map(message).collect()
    }

    pub(crate) fn says(&self, words: &str) -> &Watched {
        assert!(self.said().contains(words), "nobody says {words:?}:\n{}", self.said());
        self
    }

    fn never_says(&self, words: &str) -> &Watched {
        assert!(!self.said().contains(words), "somebody says {words:?}:\n{}", self.said());
        self
    }

    /// The ids of the final messages, each with how often it came.
    fn ends(&self) -> Vec<String> {
        let json = |message: &virtual_aws::Message| {
            serde_json::from_str::<Value>(message.bodies.get("sqs").and_then(Value::as_str)?).ok()
        };
        let ends = self.world.messages();
        let ends = ends.iter().filter_map(json).filter(|json| json["Event"] == "Finished");
        ends.map(|json| json["Id"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The end of the aborted run was told once, under the id that it would have had.
    pub(crate) fn told_once(&self, name: &str) -> &Watched {
        let id = format!("{}#0#finished", execution_arn(name));
        let ends = self.ends();
        assert_eq!(ends.iter().filter(|end| **end == id).count(), 1, "{ends:#?}");
        self
    }

    /// The minutes at which DMS took a stop.
    fn stops(&self) -> Vec<i64> {
        let calls = self.world.calls();
        let stops =
            calls.iter().filter(|call| call.operation == "StopReplicationTask" && call.error.is_none());
        stops.map(|call| call.at.duration_since(minute(0)).as_mins()).collect()
    }

    fn status(&self) -> String {
        let answer = self.world.ask_dms("DescribeReplicationTasks", &json!({})).expect("DMS answers");
        answer["ReplicationTasks"][0]["Status"].as_str().unwrap_or_default().to_owned()
    }
}

fn dies(plan: Value, at: i64) -> (i64, Doing) {
    (0, Doing::Begins("night", plan, Some(at)))
}

fn stops() -> Value {
    json!({"OnAbort": "Stop"})
}

#[test]
fn the_window_of_an_aborted_run_is_kept() {
    let night =
        watched(world(long()), vec![dies(plan(json!({})), 20), (20, Doing::Ended("night", "ABORTED"))]);
    night.closed_out("Aborted").told_once("night");
    night.says("the task goes on and is stopped at").says("the window closed and the task was stopped");
    assert_eq!(night.stops(), [CLOSE]);
    assert_eq!(night.status(), "stopped");
    assert_eq!(night.runs[0].end, End::Failed("Failed".to_owned()));
    let (status, error, _) = night.world.execution(night.closings()[0].0).unwrap();
    assert_eq!((status, error.as_deref()), ("FAILED", Some("Aborted")));
}

#[test]
fn the_task_of_an_aborted_run_is_stopped_where_the_plan_says_so() {
    let night = watched(world(long()), vec![dies(plan(stops()), 20), (20, Doing::Ended("night", "ABORTED"))]);
    night.closed_out("Aborted").told_once("night").says("as the plan's OnAbort says");
    assert!(matches!(night.stops()[..], [at] if (22..=26).contains(&at)), "{:?}", night.stops());
    assert_eq!(night.status(), "stopped");
}

#[test]
fn the_task_of_an_aborted_run_is_left_where_the_plan_says_so() {
    let leaves = plan(json!({"OnAbort": "LeaveRunning"}));
    let night = watched(world(long()), vec![dies(leaves, 20), (20, Doing::Ended("night", "ABORTED"))]);
    night
        .closed_out("Aborted")
        .told_once("night")
        .says("the task goes on")
        .says("aws dms stop-replication-task");
    assert_eq!(night.stops(), Vec::<i64>::new());
    assert_eq!(night.status(), "running");
}

#[test]
fn an_event_that_is_lost_is_made_good_by_the_sweep() {
    let sweeps = (1..30).map(|nth| (nth * 15, Doing::Sweep));
    let night = watched(world(long()), std::iter::once(dies(plan(stops()), 20)).chain(sweeps).collect());
    night.closed_out("Aborted").told_once("night");
    assert!(matches!(night.stops()[..], [at] if (32..=37).contains(&at)), "{:?}", night.stops());
}

#[test]
fn an_event_that_comes_six_hours_late_keeps_what_is_left_of_the_window() {
    let late = 20 + 6 * 60;
    let night =
        watched(world(long()), vec![dies(plan(json!({})), 20), (late, Doing::Ended("night", "ABORTED"))]);
    night.closed_out("Aborted").told_once("night");
    assert_eq!(night.stops(), [CLOSE]);

    // After the close it is stopped at once.
    let night = watched(
        world(long()),
        vec![dies(plan(json!({})), 90), (90 + 6 * 60, Doing::Ended("night", "ABORTED"))],
    );
    night.closed_out("Aborted").told_once("night");
    assert!(matches!(night.stops()[..], [at] if at <= 90 + 6 * 60 + 6), "{:?}", night.stops());
}

#[test]
fn doubled_events_and_sweeps_come_to_one_execution() {
    let event = |at: i64| (at, Doing::Ended("night", "ABORTED"));
    let night = watched(
        world(long()),
        vec![
            dies(plan(stops()), 20),
            event(20),
            event(20),
            (23, Doing::Sweep),
            event(24),
            (200, Doing::Sweep),
        ],
    );
    night.closed_out("Aborted").told_once("night");
    assert_eq!(of_the_watch(&night.world).len(), 1);
}

#[test]
fn a_watch_that_dies_half_way_is_made_good() {
    for fault in [
        Fault::on("states", "StartExecution").by("watch").first(1).end_before(FunctionEnd::Killed),
        Fault::on("states", "StartExecution").by("watch").first(1).end_after(FunctionEnd::Killed),
        Fault::on("states", "StartExecution").by("watch").first(1).lose_answer(),
        Fault::on("states", "DescribeExecution").by("watch").first(1).end_before(FunctionEnd::TimedOut),
    ] {
        let world = world(long());
        world.faults().add(fault);
        let night = watched(world, vec![dies(plan(stops()), 20), (20, Doing::Ended("night", "ABORTED"))]);
        night.closed_out("Aborted").told_once("night");
    }
}

/// One that begins and is rejected, or skipped, has nothing to do with the task: the window is kept.
#[test]
fn a_run_that_is_rejected_meanwhile_changes_nothing() {
    let wrong =
        plan(json!({"Task": {"TargetEndpointArn": "arn:aws:dms:us-east-1:123456789012:endpoint:NOBODY"}}));
    let night = watched(
        world(long()),
        vec![
            dies(plan(json!({})), 20),
            (20, Doing::Ended("night", "ABORTED")),
            (60, Doing::Begins("wrong", wrong, None)),
        ],
    );
    night.closed_out("Aborted").told_once("night").ended("wrong", &["Rejected"]);
    assert_eq!(night.stops(), [CLOSE]);
}

/// It has joined the task, and leaves it running: that is what its plan wants.
#[test]
fn what_a_newer_run_has_left_running_is_left_alone() {
    let quick = plan(json!({
        "Window": {"AtClose": "LeaveRunning"}, "Until": "FullLoadComplete", "OnAbort": "Stop",
        "Task": {"MigrationType": "full-load-and-cdc"},
    }));
    let night = watched(
        world(scenario()),
        vec![
            (0, Doing::Begins("night", quick.clone(), Some(8))),
            (9, Doing::Begins("again", quick, None)),
            (25, Doing::Ended("night", "ABORTED")),
        ],
    );
    night.ended("again", &["Succeeded", "SucceededWithWarnings", "LeftRunning"]);
    night.closed_out("Aborted").says("another run has had to do with the task since");
    assert_eq!(night.stops(), Vec::<i64>::new());
    assert_eq!(night.status(), "running");
}

/// Nothing of the new run is touched.
#[test]
fn a_mended_plan_that_runs_two_minutes_later_is_left_alone() {
    let mended = plan(json!({"OnAbort": "Stop", "Notify": {"Team": "payments"}}));
    for (first, second, scenario) in [
        (plan(stops()), mended, long()),
        (of_kept(stops()), of_kept(json!({"OnAbort": "Stop", "Notify": {"Team": "payments"}})), kept()),
    ] {
        let night = watched(
            world(scenario),
            vec![
                dies(first, 20),
                (20, Doing::Ended("night", "ABORTED")),
                (22, Doing::Begins("mended", second, None)),
            ],
        );
        night.closed_out("Aborted").told_once("night").says("another run has to do with the task");
        night.ended("mended", &["Paused", "LeftRunning"]).never_says("as the plan's OnAbort says");
        assert!(night.stops().iter().all(|at| *at >= CLOSE), "{:?}", night.stops());
    }
}

#[test]
fn a_close_out_that_is_aborted_itself_is_closed_out() {
    let night = |more: Vec<(i64, Doing)>| {
        let mut story = vec![
            dies(plan(json!({})), 20),
            (19, Doing::AbortWhatComes(30)),
            (20, Doing::Ended("night", "ABORTED")),
            (60, Doing::CloseOutEnded(0, "ABORTED")),
        ];
        story.extend(more);
        watched(world(long()), story)
    };
    // The second one is stopped half an hour later, too: nobody is left to do it.
    assert!(night(vec![]).closings().is_empty());
    let night = night(vec![(100, Doing::CloseOutEnded(1, "ABORTED")), (115, Doing::Sweep)]);
    let to_operations: Vec<_> =
        night.world.messages().into_iter().filter(|message| message.topic == OPERATIONS).collect();
    assert!(!to_operations.is_empty());
    assert!(to_operations[0].bodies["default"].as_str().unwrap().contains(&execution_arn("night")));
    assert_eq!(of_the_watch(&night.world).len(), 2, "no third one is started");
}

#[test]
fn the_second_close_out_finishes_what_the_first_has_begun() {
    let world = world(long());
    let once = world.clone();
    let dead = Box::pin(async move {
        let ended = once.run_until("night", plan(json!({})), minute(20)).await;
        assert!(ended.is_none());
        once.watch(ended_event(&once, "night")).await.unwrap();
        let (name, input) = once.started().remove(0);
        assert!(once.run_until(&name, input, minute(60)).await.is_none(), "it waits for the close");
        once.watch(ended_event(&once, &name)).await.unwrap();
        let (second, input) = once.started().remove(0);
        assert!(second.ends_with("-2"), "{second}");
        vec![once.run(&second, input).await.unwrap()]
    }) as Story<'_, Vec<Run>>;
    let runs = world.tell(vec![dead]).remove(0).unwrap();
    let night = Watched { world, runs };
    night.ended(&night.runs[0].name, &["Aborted"]).told_once("night");
    assert_eq!(night.stops(), [CLOSE]);
}

fn ended_event(world: &World, name: &str) -> Value {
    ended(world, name, "ABORTED")
}

#[test]
fn a_task_that_somebody_else_keeps_is_stopped_at_the_close_of_who_started_it() {
    let night =
        watched(world(kept()), vec![dies(of_kept(json!({})), 20), (20, Doing::Ended("night", "ABORTED"))]);
    night.closed_out("Aborted").told_once("night");
    assert_eq!(night.stops(), [CLOSE]);
}

/// One execution that somebody stops and redrives, and that the watch has closed out in between.
fn redriven(world: World, plan: Value, redrive: Redrive) -> Watched {
    let night = world.run_redriven("night", plan, redrive);
    let watch = world.clone();
    let stories: Vec<Story<'_, Vec<Run>>> = vec![
        Box::pin(async move { vec![night.await.unwrap()] }),
        Box::pin(async move {
            while watch.execution("night").is_none_or(|(status, ..)| status != "ABORTED") {
                watch.clock().sleep_for(5.0).await;
            }
            watch.watch(ended_event(&watch, "night")).await.unwrap();
            told(&watch, &[]).await
        }),
    ];
    let runs = world.tell(stories).into_iter().flatten().flatten().collect();
    Watched { world, runs }
}

/// The execution is stopped while its start is under way, and the start lands.
#[test]
fn a_start_of_the_dead_run_that_lands_is_known_for_its_own() {
    let redrive =
        Redrive { state: "Start task", after_entries: 0, done: true, pause: SignedDuration::from_hours(12) };
    let night = redriven(world(long()), plan(json!({})), redrive);
    night.closed_out("Aborted").says("the window closed and the task was stopped");
    assert_eq!(night.stops(), [CLOSE]);
    // Redriven in the morning, it finds itself closed out.
    night.ended("night", &["Skipped"]).says("was closed out before it was redriven");
    assert_eq!(night.status(), "stopped");
    let ends = night.ends();
    assert_eq!(ends.len(), 2, "{ends:#?}");
}

#[test]
fn a_dead_run_that_is_redriven_meanwhile_goes_on_by_itself() {
    let redrive =
        Redrive { state: "Poll", after_entries: 5, done: false, pause: SignedDuration::from_secs(90) };
    let night = redriven(world(long()), plan(stops()), redrive);
    night.closed_out("Skipped").ended("night", &["Paused"]);
    assert_eq!(night.stops(), [CLOSE]);
}

#[test]
fn a_verdict_that_could_not_be_sent_is_told_when_it_can_be() {
    let world = world(scenario());
    world.faults().add(Fault::on_service("sns").between(minute(0), minute(120)).answer(
        500,
        "InternalError",
        "no",
    ));
    let sweeps = (1..14).map(|nth| (nth * 15, Doing::Sweep));
    let begins = (0, Doing::Begins("night", plan(json!({})), None));
    let night = watched(world, std::iter::once(begins).chain(sweeps).collect());
    let run = night.runs.iter().find(|run| run.name == "night").unwrap();
    assert!(matches!(run.end, End::Uncaught(_)), "{:?}", run.end);
    night.says("this comes late").says("all 2 tables are complete");
    let last = night.closings();
    assert_eq!(last.last().map(|(_, outcome)| *outcome), Some("Succeeded"), "{last:?}");
    night.told_once("night");
}

/// It had found another run at work; that is its own end, and no execution's that closes it out.
#[test]
fn a_skipped_run_that_could_not_be_told_has_one_id() {
    for after in [false, true] {
        let world = world(long());
        let notify = Fault::invoking("notify").between(minute(30), minute(90));
        world.faults().add(match after {
            // SNS has the message, and nobody knows.
            true => notify.end_after(FunctionEnd::Killed),
            false => notify.end_before(FunctionEnd::Killed),
        });
        let sweeps = (1..16).map(|nth| (nth * 15, Doing::Sweep));
        let runs = [
            (0, Doing::Begins("night", plan(json!({})), None)),
            (30, Doing::Begins("again", plan(json!({})), None)),
        ];
        let night = watched(world, runs.into_iter().chain(sweeps).collect());
        night.ended("again", &["Skipped"]).says("another run drives the task");
        let ids: std::collections::BTreeSet<String> =
            night.ends().into_iter().filter(|id| !id.contains(":night#")).collect();
        assert_eq!(ids, [format!("{}#0#finished", execution_arn("again"))].into(), "killed after: {after}");
    }
}

#[test]
fn a_task_that_was_left_running_and_has_failed_since_is_told_once() {
    let mut scenario = scenario();
    scenario
        .troubles
        .push(Trouble::after(3.0 * 3600.0, What::Fail).with_message("Last Error the log is gone"));
    let leaves = json!({
        "Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}, "Task": {"MigrationType": "full-load-and-cdc"},
        "Until": "FullLoadComplete",
    });
    let mut doings = vec![(0, Doing::Begins("night", plan(leaves), None)), (200, Doing::TaskFailed)];
    doings.extend((0..8).map(|nth| (205 + nth * 15, Doing::Sweep)));
    let night = watched(world(scenario), doings);
    let night_run = night.runs.iter().find(|run| run.name == "night").unwrap();
    assert!(
        matches!(night_run.document.outcome(), Some("Succeeded" | "LeftRunning")),
        "{:?}",
        night_run.document.reasons()
    );
    night.closed_out("Failed").says("left running has failed").says("the log is gone");
    assert_eq!(night.stops(), Vec::<i64>::new());
}

/// Its window was too short for the load, and the plan let it go on: that it came to its end is nobody's interruption.
#[test]
fn a_load_that_was_left_running_and_is_done_since_was_interrupted_by_nobody() {
    for (errs, verdict) in [(false, "SucceededWithWarnings"), (true, "PartlyFailed")] {
        let mut scenario = scenario();
        scenario.source_tables[0].load_seconds = 2.0 * 3600.0;
        if errs {
            let table = scenario.source_tables.remove(1);
            scenario.source_tables.push(table.failing("duplicate key", 1, None));
        }
        let leaves = json!({"Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}});
        let mut doings = vec![(0, Doing::Begins("night", plan(leaves), None))];
        doings.extend((1..20).map(|nth| (nth * 15, Doing::Sweep)));
        let night = watched(world(scenario), doings);
        night.ended("night", &["LeftRunning"]).closed_out(verdict).says("left running came to its end");
        assert_eq!(night.stops(), Vec::<i64>::new());
    }
}

/// The watch has seen the run and the task: one answer that knows nothing of them is no proof.
#[test]
fn one_look_that_finds_nothing_is_no_proof() {
    let unknown = || Fault::on("states", "DescribeExecution").by("validate").nth(1);
    let unknown = || unknown().answer(400, "ExecutionDoesNotExist", "Execution Does Not Exist");
    let world = world(long());
    world.faults().add(unknown());
    let night = watched(world, vec![dies(plan(stops()), 20), (20, Doing::Ended("night", "ABORTED"))]);
    night.closed_out("Aborted").told_once("night").never_says("does not know it");
    assert_eq!(night.stops().len(), 1);

    let leaves = json!({"Window": {"Duration": "PT1H", "AtClose": "LeaveRunning"}});
    let gone = || Fault::on("dms", "DescribeReplicationTasks").by("validate").nth(2);
    for fault in [unknown(), gone().answer(400, "ResourceNotFoundFault", "No tasks found")] {
        let mut scenario = scenario();
        scenario.source_tables[0].load_seconds = 2.0 * 3600.0;
        let world = night::world(scenario);
        world.faults().add(fault);
        let mut doings = vec![(0, Doing::Begins("night", plan(leaves.clone()), None))];
        doings.extend((1..20).map(|nth| (nth * 15, Doing::Sweep)));
        let night = watched(world, doings);
        night.ended("night", &["LeftRunning"]).closed_out("SucceededWithWarnings");
        night.says("left running came to its end").never_says("DMS does not list it");
    }
}

#[test]
fn what_told_its_end_is_left_to_itself() {
    let night = watched(
        world(scenario()),
        vec![
            (0, Doing::Begins("night", plan(json!({})), None)),
            (60, Doing::Sweep),
            (60, Doing::Ended("night", "SUCCEEDED")),
        ],
    );
    assert!(of_the_watch(&night.world).is_empty());
    night.ended("night", &["Succeeded"]);
}

/// Hundreds that ended together are closed out in a few sweeps, the oldest first.
#[test]
fn many_at_once_are_closed_out_in_turn() {
    let world = world(long());
    let names: Vec<String> = (0..60).map(|nth| format!("night-{nth:02}")).collect();
    let mut stories: Vec<Story<'_, Vec<Run>>> = Vec::new();
    for name in &names {
        let (world, name) = (world.clone(), name.clone());
        let plan = plan(json!({"OnAbort": "Stop", "Task": {"ReplicationTaskIdentifier": name.clone()}}));
        stories.push(Box::pin(async move {
            world.run_until(&name, plan, minute(20)).await;
            Vec::new()
        }));
    }
    for nth in 0..4 {
        let world = world.clone();
        stories.push(Box::pin(async move {
            world.clock().sleep_until(minute(30 + nth * 15)).await;
            assert!(world.started().is_empty());
            let sweep = json!({
                "version": "0", "id": "2", "account": "123456789012", "region": "us-east-1", "resources": [],
                "source": "aws.events", "detail-type": "Scheduled Event", "time": "2026-11-20T22:00:00Z", "detail": {},
            });
            world.watch(sweep).await.unwrap();
            told(&world, &[]).await
        }));
    }
    let runs: Vec<Run> = world.tell(stories).into_iter().flatten().flatten().collect();
    let night = Watched { world, runs };
    assert_eq!(night.closings().len(), 60);
    assert!(night.closings().iter().all(|(_, outcome)| *outcome == "Aborted"), "{:?}", night.closings());
    assert_eq!(night.stops().len(), 60);
    for name in names {
        night.told_once(&name);
    }
}
