//! Who else works on the task of a run that is closed out, and what keeps a close-out from its stop.

use super::*;

#[test]
fn a_run_that_is_about_to_be_rejected_at_the_close_holds_no_stop_back() {
    let world = world(long());
    let busy = Fault::invoking("validate").execution("wrong").first(4);
    world.faults().add(busy.answer(429, "TooManyRequestsException", "Rate Exceeded."));
    let nobody = "arn:aws:dms:us-east-1:123456789012:endpoint:NOBODY";
    let night = watched(
        world,
        vec![
            dies(plan(json!({})), 20),
            (20, Doing::Ended("night", "ABORTED")),
            (CLOSE - 1, Doing::Begins("wrong", plan(json!({"Task": {"TargetEndpointArn": nobody}})), None)),
        ],
    );
    night.ended("wrong", &["Rejected", "Skipped"]);
    assert_eq!(night.stops().len(), 1);
}

#[test]
fn step_functions_out_of_reach_holds_no_stop_for_the_close_back() {
    let world = world(long());
    for by in ["poll", "stop"] {
        let down = Fault::on_service("states").by(by).between(minute(CLOSE - 5), minute(CLOSE + 290));
        world.faults().add(down.answer(500, "InternalError", "no"));
    }
    let night = watched(world, vec![dies(plan(json!({})), 20), (20, Doing::Ended("night", "ABORTED"))]);
    let stops = night.stops();
    assert!(stops.iter().any(|at| *at < CLOSE + 25), "{stops:?}");
}

#[test]
fn what_was_given_up_while_sns_was_down_is_told_when_it_is_back_however_many() {
    let world = world(scenario());
    let down = Fault::on_service("sns").between(minute(0), minute(7 * 60));
    world.faults().add(down.answer(500, "InternalError", "no"));
    let names: Vec<String> = (0..60).map(|nth| format!("night-{nth:02}")).collect();
    let mut doings = Vec::new();
    for name in &names {
        let rejected = json!({"Task": {"ReplicationTaskIdentifier": name}, "Nonsense": 1});
        doings.push((0, Doing::Begins(Box::leak(name.clone().into_boxed_str()), rejected, None)));
    }
    doings.extend((1..24 * 4).map(|nth| (nth * 15 + 1, Doing::Sweep)));
    let night = watched(world, doings);
    let said = night.said();
    let untold: Vec<&String> = names.iter().filter(|name| !said.contains(name.as_str())).collect();
    assert!(untold.is_empty(), "{untold:?}");
}

/// A first run is aborted; a second one, whose plan works on the same task, begins at this minute.
fn beside(scenario: Scenario, plan: &Value, begins: i64, fault: Option<Fault>) -> Watched {
    let world = world(scenario);
    if let Some(fault) = fault {
        world.faults().add(fault);
    }
    let doings = vec![
        dies(plan.clone(), 20),
        (begins, Doing::Begins("again", plan.clone(), None)),
        (30, Doing::Ended("night", "ABORTED")),
    ];
    watched(world, doings)
}

#[test]
fn a_run_that_failed_before_it_saw_the_task_holds_no_stop_back() {
    for (scenario, plan) in [(long(), plan(json!({}))), (kept(), of_kept(json!({})))] {
        let dies = Fault::invoking("validate").execution("again").first(60).end_before(FunctionEnd::Killed);
        let night = beside(scenario, &plan, 21, Some(dies));
        night.ended("again", &["Failed"]);
        assert_eq!(night.stops(), [CLOSE]);
    }
}

#[test]
fn a_run_that_could_not_see_whose_start_it_follows_leaves_the_window_to_the_close_out() {
    let night = beside(kept(), &of_kept(json!({})), 5, None);
    night.ended("again", &["LeftRunning"]);
    assert_eq!(night.stops().len(), 1, "{}", night.said());
    assert!(night.stops()[0] < CLOSE + 10, "{:?}", night.stops());
}

#[test]
fn a_stop_lead_keeps_the_close_out_of_a_kept_task_from_nothing() {
    let early = json!({"Window": {"StopLead": "PT10M"}});
    let night = beside(kept(), &of_kept(early), 60, None);
    assert_eq!(night.stops().len(), 1, "{}", night.said());
    assert_eq!(night.status(), "stopped");
}

#[test]
fn a_close_out_does_not_stop_what_the_keeper_has_started_since_and_another_run_has_followed() {
    let (stops, starts) = (
        Happening::StopTask { identifier: "kept".to_owned() },
        Happening::StartTask {
            identifier: "kept".to_owned(),
            start_type: dms_simulator::StartType::ResumeProcessing,
        },
    );
    for back in [21, 40] {
        let night = watched(
            world(kept()),
            vec![
                dies(of_kept(json!({})), 20),
                (back - 1, Doing::Person(stops.clone())),
                (back, Doing::Person(starts.clone())),
                (back + 2, Doing::Begins("again", of_kept(json!({})), None)),
                (30, Doing::Ended("night", "ABORTED")),
            ],
        );
        night.ended("again", &["LeftRunning"]);
        assert_eq!((night.stops(), night.status().as_str()), (vec![], "running"), "{back}: {}", night.said());
    }
}
