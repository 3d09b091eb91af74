//! EventBridge and the sweep: what the watch hears, and the executions that it starts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use virtual_aws::{Known, MACHINE, Story as Thread, execution_arn};

use crate::event::{Delivery, Event};
use crate::night::Scene;
use crate::story::Story;

/// How often executions are looked at for what EventBridge would tell.
const LOOKS_EVERY: f64 = 60.0;

const SWEEPS_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// When nothing has run for so long, nothing more happens before the next night.
const QUIET_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// No story is longer: an execution ends after 14 days.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 21);

/// Tells the watch what EventBridge would, until nothing runs any more.
pub(crate) fn watches(story: &Story, scene: &Scene) -> Thread<'static, ()> {
    let scene = scene.clone();
    let openings = story.openings.clone();
    let delivery = story.events.iter().find_map(|(_, event)| match event {
        Event::Events(delivery) => Some(*delivery),
        _ => None,
    });
    // What comes late, the schedule or people, is not to be slept through.
    let begins = openings.iter().zip(&story.late).map(|(opening, late)| *opening + *late);
    let events = || story.events.iter().map(|(_, event)| event);
    let spans =
        events().filter_map(|event| story.when(event)).chain(events().filter_map(|event| story.over(event)));
    // Once a span of trouble is over, sweeps tell what could not be told in it.
    let mut wakes: Vec<Timestamp> = spans.chain(begins).collect();
    wakes.sort_unstable();
    let redriven = story.events.iter().filter_map(|(_, event)| match event {
        Event::Redrive { pause_minutes, .. } => Some(SignedDuration::from_mins(*pause_minutes)),
        _ => None,
    });
    let quiet_after = QUIET_AFTER + redriven.max().unwrap_or_default();
    Box::pin(async move {
        let clock = scene.world.clock().clone();
        let mut known: BTreeMap<String, (&'static str, u32)> = BTreeMap::new();
        let (mut swept, mut active) = (clock.now(), clock.now());
        loop {
            let now = clock.now();
            for execution in scene.world.executions() {
                let state = (execution.status, execution.redrives);
                let before = known.insert(execution.name.clone(), state);
                if execution.status == "RUNNING" {
                    active = now;
                } else if before != Some(state) {
                    active = now;
                    if matches!(execution.status, "FAILED" | "ABORTED" | "TIMED_OUT") {
                        deliver(&scene, &ended(&execution), delivery);
                    }
                }
            }
            for event in scene.world.dms(|dms| dms.events(now)) {
                if event.pointer("/detail/eventType") == Some(&json!("REPLICATION_TASK_FAILED")) {
                    deliver(&scene, &event, delivery);
                }
            }
            if now.duration_since(swept) >= SWEEPS_EVERY {
                swept = now;
                scene.nursery.add(hears(&scene, sweep(now), 0.0));
            }
            // What could not be told in a span of trouble is told by a later sweep: some look once an hour.
            let woken = wakes.iter().copied().rfind(|wake| *wake <= now);
            let failed = scene.shared.borrow().watch_failed;
            active = active.max(woken.unwrap_or(active)).max(failed.unwrap_or(active));
            let quiet = now.duration_since(active) > quiet_after;
            match wakes.iter().find(|wake| **wake > now) {
                _ if now.duration_since(openings[0]) > LONGEST => break,
                Some(next) if quiet => {
                    clock.sleep_until(*next).await;
                    active = clock.now();
                }
                None if quiet => break,
                _ => clock.sleep_for(LOOKS_EVERY).await,
            }
        }
    })
}

fn deliver(scene: &Scene, event: &Value, delivery: Option<Delivery>) {
    let late = |seconds| scene.nursery.add(hears(scene, event.clone(), seconds));
    match delivery {
        None => late(1.0),
        Some(Delivery::Lost) => {}
        Some(Delivery::Doubled) => {
            late(1.0);
            late(2.0);
        }
        Some(Delivery::Late) => late(5_400.0),
    }
}

/// The watch gets an event, three times at the most where it fails; what it starts is run.
fn hears(scene: &Scene, event: Value, after: f64) -> Thread<'static, ()> {
    let scene = scene.clone();
    Box::pin(async move {
        let clock = scene.world.clock().clone();
        clock.sleep_for(after).await;
        for pause in [60.0, 120.0, 0.0] {
            let heard = scene.world.watch(event.clone()).await;
            for (name, input) in scene.world.started() {
                scene.nursery.add(runs(&scene, name, input));
            }
            if heard.is_ok() {
                break;
            }
            // What it has not done is still to be done.
            scene.shared.borrow_mut().watch_failed = Some(clock.now());
            clock.sleep_for(pause).await;
        }
    })
}

/// An execution that the watch has started.
fn runs(scene: &Scene, name: String, input: Value) -> Thread<'static, ()> {
    let scene = scene.clone();
    let until = scene.shared.borrow_mut().abort_close_out.take();
    Box::pin(async move {
        match until {
            None => scene.keep(scene.world.run(&name, input).await),
            Some(minutes) => {
                let until = scene.world.clock().now() + SignedDuration::from_mins(minutes);
                match scene.world.run_until(&name, input, until).await {
                    Some(run) => scene.keep(run),
                    None => scene.aborted(&name),
                }
            }
        }
    })
}

/// The event that says how an execution has ended.
pub fn ended(execution: &Known) -> Value {
    let millis = |at: Timestamp| at.as_millisecond();
    json!({
        "version": "0", "id": "3", "account": "123456789012", "region": "us-east-1", "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change", "time": "2026-11-20T22:00:00Z",
        "resources": [execution_arn(&execution.name)],
        "detail": {
            "executionArn": execution_arn(&execution.name), "stateMachineArn": MACHINE, "name": execution.name,
            "status": execution.status, "startDate": millis(execution.began),
            "stopDate": execution.ended.map(millis), "input": null, "inputDetails": {"included": false},
            "output": null, "outputDetails": null, "redriveCount": execution.redrives,
        },
    })
}

/// The event at which the watch sweeps.
pub fn sweep(now: Timestamp) -> Value {
    json!({
        "version": "0", "id": "2", "account": "123456789012", "region": "us-east-1", "source": "aws.events",
        "detail-type": "Scheduled Event", "time": now.to_string(),
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/sweep"], "detail": {},
    })
}
