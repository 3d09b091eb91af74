//! The host itself: real functions, real SDK, no real time.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use dms_simulator::Scenario;
use dms_simulator::scenario::{Lag, Refusal};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use virtual_aws::{Call, Definition, End, Fault, Function, FunctionEnd, Run, Story, World};

const INSTANCE: &str = "arn:aws:dms:us-east-1:123456789012:rep:I";
const SOURCE: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:S";
const TARGET: &str = "arn:aws:dms:us-east-1:123456789012:endpoint:T";

fn scenario() -> Scenario {
    Scenario::default()
        .with_instance(INSTANCE, "instance")
        .with_source(SOURCE, "source", "postgres")
        .with_target(TARGET, "target", "postgres")
        .with_table("shop", "customers", 1_000, 120.0)
        .with_table("shop", "orders", 1_000, 240.0)
        .with_table("shop", "order_lines", 1_000, 300.0)
}

fn plan() -> Value {
    json!({"Task": {
        "ReplicationTaskIdentifier": "orders",
        "SourceEndpointArn": SOURCE,
        "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE,
        "MigrationType": "full-load",
        "TableMappings": {"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "shop", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "%"},
        }]},
    }})
}

fn world(scenario: Scenario) -> World {
    let night = "2026-10-25T01:30:00Z".parse::<Timestamp>().unwrap();
    World::new(scenario, Definition::of_the_product().unwrap(), night, 7).unwrap()
}

fn run(world: &World, plan: Value) -> Run {
    world.tell(vec![Box::pin(world.run("night", plan))]).remove(0).expect("the run ends").unwrap()
}

fn calls(world: &World, operation: &str) -> usize {
    world.calls().iter().filter(|call| call.operation == operation).count()
}

fn entered(run: &Run, state: &str) -> usize {
    run.states.iter().filter(|entered| *entered == state).count()
}

#[test]
fn a_night_goes_through_the_real_functions() {
    let world = world(scenario());
    let run = run(&world, plan());
    assert_eq!(run.document.outcome(), Some("Succeeded"), "{:?}", run.document.reasons());
    assert_eq!(run.end, End::Succeeded);
    assert_eq!(run.tally.calls as usize, world.calls().iter().filter(|call| call.service == "dms").count());
    assert_eq!(run.tally.polls as usize, entered(&run, "Poll"));
    assert_eq!(run.tally.transitions as usize, run.states.len());
    assert!(world.clock().now().duration_since(run.began) > SignedDuration::from_mins(5));
    let messages = world.messages();
    let last = messages.last().unwrap();
    assert!(last.subject.contains("orders"), "{last:?}");
    assert!(last.bodies["https"].as_str().unwrap().contains("Succeeded"), "{last:?}");
    let ledger = world.ledger();
    assert!(format!("{ledger:?}").contains("order_lines"));
}

#[test]
fn the_same_seed_tells_the_same_night() {
    let night = || {
        let world = world(scenario());
        world.faults().add(Fault::on_service("dms").first(30).throttle());
        let tally = run(&world, plan()).tally;
        // What is asked of SNS is left out: the SDK keeps attributes in no particular order.
        let asked = |call: Call| (call.at, call.operation, (call.service == "dms").then_some(call.request));
        (tally, world.calls().into_iter().map(asked).collect::<Vec<_>>())
    };
    assert_eq!(night(), night());
}

#[test]
fn every_list_is_read_to_its_last_page() {
    let mut paged = scenario();
    paged.behaviour.most_per_page = Some(2);
    let world = world(paged);
    let run = run(&world, plan());
    assert_eq!(run.document.outcome(), Some("Succeeded"), "{:?}", run.document.reasons());
    let pages = world.calls().into_iter().filter(|call| call.operation == "DescribeTableStatistics");
    let marked = pages.filter(|call| call.request.get("Marker").is_some()).count();
    assert!(marked >= 1, "no second page was asked for");
}

#[test]
fn a_night_is_the_same_whatever_dms_makes_of_odd_lists_and_how_it_ends_them() {
    let night = |bent: bool| {
        let mut paged = scenario();
        paged.behaviour.most_per_page = Some(2);
        paged.behaviour.unknown_filter_is_ignored = bent;
        paged.behaviour.unknown_marker_starts_over = bent;
        paged.behaviour.max_records_is_bent = bent;
        paged.behaviour.untested_is_not_found = bent;
        paged.behaviour.last_marker_is_empty = bent;
        let world = world(paged);
        let run = run(&world, plan());
        assert_eq!(run.document.outcome(), Some("Succeeded"), "{:?}", run.document.reasons());
        let calls = world.calls().into_iter().filter(|call| call.service == "dms");
        calls.map(|call| (call.at, call.operation, call.request)).collect::<Vec<_>>()
    };
    let asked = night(false);
    assert_eq!(asked, night(true));
    assert!(asked.iter().any(|(_, _, request)| request.get("Marker").is_some()), "no list had a second page");
}

#[test]
fn a_marker_that_dms_takes_no_longer_costs_a_look_and_no_night() {
    for page in 2..=5 {
        let expired = "Invalid or expired Marker";
        let refusal = Refusal::of("DescribeTableStatistics", page, "InvalidParameterValueException", expired);
        let mut paged = scenario().with_refusal(refusal);
        paged.behaviour.most_per_page = Some(1);
        let world = world(paged);
        let run = run(&world, plan());
        assert_eq!(run.document.outcome(), Some("Succeeded"), "{page}: {:?}", run.document.reasons());
        let code = Some("InvalidParameterValueException");
        let refused = world.calls().iter().filter(|call| call.error.as_deref() == code).count();
        assert_eq!(refused, 1, "{page}");
    }
}

#[test]
fn a_throttled_call_is_repeated_by_the_sdk_in_virtual_time() {
    let world = world(scenario());
    world.faults().add(Fault::on("dms", "DescribeEndpoints").first(2).throttle());
    let run = run(&world, plan());
    assert_eq!(run.document.outcome(), Some("Succeeded"));
    assert_eq!(run.tally.retries.len(), 0, "the machine had nothing to retry");
    let times: Vec<Timestamp> = world
        .calls()
        .iter()
        .filter(|call| call.operation == "DescribeEndpoints")
        .map(|call| call.at)
        .collect();
    let waited = times[2].duration_since(times[0]);
    assert!(waited > SignedDuration::ZERO && waited <= SignedDuration::from_secs(3), "{waited}");
}

#[test]
fn what_the_sdk_cannot_wait_out_is_retried_as_the_definition_says() {
    let world = world(scenario());
    world.faults().add(Fault::on("dms", "DescribeEndpoints").first(6).throttle());
    let run = run(&world, plan());
    assert_eq!(run.document.outcome(), Some("Succeeded"));
    assert_eq!(run.tally.retries.get("Validate plan"), Some(&2));
}

#[test]
fn a_catch_leads_where_the_definition_says() {
    for end in [FunctionEnd::Killed, FunctionEnd::TimedOut] {
        let world = world(scenario());
        world.faults().add(Fault::invoking("poll").nth(3).end_before(end));
        let run = run(&world, plan());
        assert_eq!(run.document.outcome(), Some("Succeeded"), "{:?}", run.document.reasons());
        let at = run.states.iter().position(|state| state == "What now, unseen?").expect("it went blind");
        let way: Vec<&str> = run.states[at - 1..at + 3].iter().map(String::as_str).collect();
        assert_eq!(way, ["Poll", "What now, unseen?", "Wait blind", "Poll"]);
    }
}

#[test]
fn lambda_that_is_too_busy_is_retried_where_the_definition_says() {
    let busy = |function: &str, times| {
        let fault = Fault::invoking(function).first(times);
        let world = world(scenario());
        world.faults().add(fault.answer(429, "TooManyRequestsException", "Rate Exceeded."));
        let run = run(&world, plan());
        (
            run.tally.retries.clone(),
            run.document.outcome().map(str::to_owned),
            entered(&run, "What now, unseen?"),
        )
    };
    let (retries, outcome, blind) = busy("validate", 3);
    assert_eq!((retries.get("Validate plan"), outcome.as_deref(), blind), (Some(&3), Some("Succeeded"), 0));
    let (retries, outcome, blind) = busy("poll", 3);
    assert_eq!((retries.len(), outcome.as_deref(), blind), (0, Some("Succeeded"), 3));
    // Half an hour of it is ridden out. Validate gives up then: the run ends with a message all the same.
    let (retries, outcome, _) = busy("validate", 11);
    assert_eq!((retries.get("Validate plan"), outcome.as_deref()), (Some(&11), Some("Succeeded")));
    let (retries, outcome, _) = busy("validate", 12);
    assert_eq!(retries.get("Validate plan"), Some(&11));
    assert_ne!(outcome.as_deref(), Some("Succeeded"));
}

#[test]
fn a_start_whose_answer_is_lost_is_made_once() {
    let on = || Fault::on("dms", "StartReplicationTask").nth(1);
    for fault in [on().lose_answer(), on().end_after(FunctionEnd::Killed)] {
        let world = world(scenario());
        world.faults().add(fault.clone());
        let run = run(&world, plan());
        assert_eq!(run.document.outcome(), Some("Succeeded"), "{fault:?}: {:?}", run.document.reasons());
        assert_eq!(calls(&world, "StartReplicationTask"), 1, "{fault:?}");
        let call = world.calls().into_iter().find(|call| call.operation == "StartReplicationTask").unwrap();
        assert_eq!((call.status, call.function), (None, Function::Start));
        assert!(call.fault.is_some());
    }
}

#[test]
fn a_function_that_ends_before_its_call_has_asked_for_nothing() {
    let world = world(scenario());
    world.faults().add(Fault::on("dms", "CreateReplicationTask").nth(1).end_before(FunctionEnd::Killed));
    let run = run(&world, plan());
    assert_eq!(run.document.outcome(), Some("Succeeded"), "{:?}", run.document.reasons());
    assert_eq!((calls(&world, "CreateReplicationTask"), entered(&run, "Create task")), (2, 2));
}

#[test]
fn an_attempt_without_an_answer_times_out_in_virtual_time() {
    let world = world(scenario());
    let delay = std::time::Duration::from_secs(3_600);
    world.faults().add(Fault::on("dms", "DescribeReplicationTasks").by("poll").nth(1).delay(delay));
    let run = run(&world, plan());
    assert_eq!(run.document.outcome(), Some("Succeeded"), "{:?}", run.document.reasons());
    let looks: Vec<Timestamp> = world
        .calls()
        .iter()
        .filter(|call| call.operation == "DescribeReplicationTasks" && call.function == Function::Poll)
        .map(|call| call.at)
        .collect();
    assert!(looks.len() > 5, "{}", looks.len());
    // The first is abandoned after the twelve seconds that production allows, and never reaches DMS.
    assert!(world.clock().now().duration_since(run.began) < SignedDuration::from_mins(20));
}

#[test]
fn a_message_that_nobody_takes_fails_the_execution() {
    let world = world(scenario());
    world.faults().add(Fault::on("sns", "Publish").deny());
    let run = run(&world, plan());
    assert!(
        matches!(&run.end, End::Uncaught(failure) if failure.error == "Migration.Unavailable"),
        "{:?}",
        run.end
    );
    assert_eq!(run.document.outcome(), Some("Succeeded"));
    assert_eq!(world.messages(), []);
}

#[test]
fn a_replication_asks_cloudwatch_for_its_lag() {
    let mut behind = scenario();
    behind.lag =
        Lag { behind_seconds: 1200.0, catch_up_per_second: 10.0, floor_seconds: 2.0, ..Lag::default() };
    let world = world(behind);
    let mut plan = plan();
    plan["Task"]["MigrationType"] = json!("full-load-and-cdc");
    plan["Until"] = json!("CaughtUp");
    plan["Then"] = json!("Stop");
    let run = run(&world, plan);
    let asked: Vec<_> = world.calls().into_iter().filter(|call| call.service == "cloudwatch").collect();
    assert!(!asked.is_empty(), "{:?}", run.document);
    assert!(asked.iter().all(|call| call.status == Some(200) && call.operation == "GetMetricData"));
    assert_eq!(run.document.outcome(), Some("Succeeded"), "{:?}", run.document.reasons());
}

#[test]
fn a_world_without_a_record_tells_the_same_night_and_keeps_nothing_of_it() {
    let (kept, bare) = (world(scenario()), world(scenario()).without_record());
    let [one, other] = [&kept, &bare].map(|world| run(world, plan()));
    assert_eq!((one.tally, one.document), (other.tally, other.document));
    assert!(!kept.calls().is_empty() && !kept.messages().is_empty() && !one.states.is_empty());
    assert!(bare.calls().is_empty() && bare.messages().is_empty() && other.states.is_empty());
}

#[test]
fn many_executions_live_in_one_world() {
    let world = world(scenario());
    let mut second = plan();
    second["Task"]["ReplicationTaskIdentifier"] = json!("second");
    let stories: Vec<Story<'_, Result<Run, String>>> =
        vec![Box::pin(world.run("one", plan())), Box::pin(world.run("two", second))];
    let runs = world.tell(stories);
    assert_eq!(runs.len(), 2);
    assert_eq!(world.dms(|dms| dms.tasks().count()), 2);
    assert!(world.messages().iter().any(|message| message.execution == "two"));
}
