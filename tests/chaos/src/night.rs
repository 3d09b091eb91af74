//! The nights of a story in virtual time: executions, people and the watch, side by side.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::SignedDuration;
use referee::Deed;
use serde_json::{Value, json};
use virtual_aws::{Definition, Nursery, Redrive, Run, Story as Thread, World};

use crate::event::{self, Event};
use crate::record;
use crate::story::{Story, Told};
use crate::watch;

/// What the threads of a story share.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) nursery: Nursery<()>,
    pub(crate) shared: Rc<RefCell<Shared>>,
}

#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) runs: Vec<Run>,
    pub(crate) errors: Vec<String>,
    pub(crate) deeds: Vec<Deed>,
    /// Executions that somebody has stopped.
    pub(crate) aborted: Vec<String>,
    /// What closes out is stopped so many minutes after its beginning, once.
    pub(crate) abort_close_out: Option<i64>,
    /// When the watch failed last.
    pub(crate) watch_failed: Option<jiff::Timestamp>,
}

impl Scene {
    pub(crate) fn keep(&self, run: Result<Run, String>) {
        let mut shared = self.shared.borrow_mut();
        match run {
            Ok(run) => shared.runs.push(run),
            Err(error) => shared.errors.push(error),
        }
    }

    fn deed(&self, what: &str) {
        let at = self.world.clock().now();
        self.shared.borrow_mut().deeds.push(Deed { at, what: what.to_owned() });
    }

    pub(crate) fn aborted(&self, name: &str) {
        self.deed("Abort");
        self.shared.borrow_mut().aborted.push(name.to_owned());
    }
}

pub(crate) fn tell(story: &Story, definition: &Definition) -> Result<Told, String> {
    let world = World::new(story.world(), definition.clone(), story.began(), story.seed)?;
    let abort_close_out = story.events.iter().find_map(|(_, event)| match event {
        Event::AbortCloseOut { minutes } => Some(*minutes),
        _ => None,
    });
    let shared = Shared { abort_close_out, ..Shared::default() };
    let scene = Scene { world, nursery: Nursery::default(), shared: Rc::new(RefCell::new(shared)) };
    let mut threads: Vec<Thread<'static, ()>> = Vec::new();
    for night in 0..story.openings.len() {
        threads.push(execution(story, &scene, night));
    }
    for (number, event) in &story.events {
        threads.extend(befalls(story, &scene, *number, event));
    }
    threads.push(watch::watches(story, &scene));
    scene.world.clock().tell_more(threads, &scene.nursery);
    let shared = scene.shared.take();
    match shared.errors.first() {
        Some(error) => Err(error.clone()),
        None => Ok(record::told(story, &scene.world, shared)),
    }
}

/// The execution of a night, which somebody may stop or redrive.
fn execution(story: &Story, scene: &Scene, night: usize) -> Thread<'static, ()> {
    let (scene, plan) = (scene.clone(), story.plan_of(night));
    let begins = story.openings[night] + story.late[night];
    let ending = story.events.iter().find_map(|(_, event)| match event {
        Event::Abort { night: of, minute } if *of == night => {
            Some(Ok(story.minute(night, *minute).max(begins)))
        }
        Event::Redrive { night: of, state, entries, done, pause_minutes } if *of == night => {
            Some(Err(Redrive {
                state,
                after_entries: *entries,
                done: *done,
                pause: SignedDuration::from_mins(*pause_minutes),
            }))
        }
        _ => None,
    });
    Box::pin(async move {
        let name = format!("night-{night}");
        scene.world.clock().sleep_until(begins).await;
        match ending {
            None => scene.keep(scene.world.run(&name, plan).await),
            Some(Ok(until)) => match scene.world.run_until(&name, plan, until).await {
                Some(run) => scene.keep(run),
                None => scene.aborted(&name),
            },
            Some(Err(redrive)) => {
                let run = scene.world.run_redriven(&name, plan, redrive).await;
                if scene.world.execution(&name).is_some_and(|(_, _, redrives)| redrives > 0) {
                    scene.aborted(&name);
                }
                scene.keep(run);
            }
        }
    })
}

/// What an event comes to, besides what it has put into the world.
fn befalls(story: &Story, scene: &Scene, number: usize, event: &Event) -> Option<Thread<'static, ()>> {
    let at = story.when(event);
    match event {
        Event::Old { operation, minutes, .. } => {
            let from = at?;
            scene.world.answers_of_old(operation, from, from + SignedDuration::from_mins(*minutes));
            return None;
        }
        Event::Inside { what, .. } => {
            // When it happens only DMS knows: it may be in any night.
            let what = format!("{what:?}");
            // A night that begins late has it then.
            let nights = story.openings.iter().zip(&story.late);
            let deeds = nights
                .map(|(opening, late)| Deed { at: (*opening + *late).max(*opening), what: what.clone() });
            scene.shared.borrow_mut().deeds.extend(deeds);
            return None;
        }
        // The execution of the night knows of its own end.
        Event::Abort { .. } => return None,
        _ => {}
    }
    let at = at?;
    let (scene, kind, event) = (scene.clone(), story.kind, event.clone());
    let plan = match &event {
        Event::Again { night, .. } => story.plan_of(*night),
        _ => Value::Null,
    };
    Some(Box::pin(async move {
        let clock = scene.world.clock().clone();
        clock.sleep_until(at).await;
        let now = clock.now();
        match event {
            Event::Calls { .. } | Event::Function { .. } => {
                if let Some(fault) = event::fault(&event, now) {
                    scene.world.faults().add(fault);
                }
            }
            Event::Person { deed, .. } => {
                scene.deed(&match deed.word() {
                    "Stop" => "StopTask".to_owned(),
                    "Delete" => "DeleteTask".to_owned(),
                    word => word.to_owned(),
                });
                scene.world.dms(|dms| dms.happen(now, deed.happening(kind)));
            }
            Event::Again { mended, .. } => {
                scene.deed("SecondRun");
                let mut plan = plan;
                if mended {
                    plan["Notify"] = json!({"Team": "mended"});
                }
                scene.keep(scene.world.run(&format!("again-{number}"), plan).await);
            }
            Event::Deploy { .. } => {
                scene.deed("Deploy");
                scene.world.deploy();
            }
            Event::Instance { .. } => scene.deed("Instance"),
            _ => {}
        }
    }))
}
