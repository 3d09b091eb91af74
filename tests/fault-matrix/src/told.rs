//! Tells a story in virtual time: its executions, the people, and the watch beside them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chaos::{Given, ended, record, sweep};
use jiff::{SignedDuration, Timestamp};
use referee::Record;
use serde_json::Value;
use virtual_aws::{Call, Definition, End, Invocation, Nursery, Story as Thread, World};

use crate::cell::Cell;
use crate::stories::{Run, Story, minute};

/// How often executions are looked at for what EventBridge would tell.
const LOOKS_EVERY: f64 = 20.0;

const SWEEPS_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// A sweep closes out nothing that has ended less than two minutes ago.
const LAST_SWEEP_AFTER: SignedDuration = SignedDuration::from_mins(20);

/// Nothing that is told here lasts as long: two nights, and days of polls that see nothing.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 16);

/// A story that was told.
#[derive(Clone, Debug)]
pub struct Told {
    pub record: Record,
    pub calls: Vec<Call>,
    pub invocations: Vec<Invocation>,
    /// An execution came to the end of its history, or of its time: nobody was told by it.
    pub overrun: Vec<String>,
    /// How many history events each execution had.
    pub events: BTreeMap<String, u32>,
    /// What went on, a line each.
    pub lines: Vec<String>,
}

/// What the threads share.
#[derive(Clone)]
struct Scene {
    world: World,
    nursery: Nursery<()>,
    shared: Rc<RefCell<Shared>>,
}

#[derive(Default)]
struct Shared {
    errors: Vec<String>,
    aborted: Vec<String>,
    deeds: Vec<referee::Deed>,
    overrun: Vec<String>,
    events: BTreeMap<String, u32>,
    /// How many of what closes out are still to be stopped, and after how many minutes.
    kills: Option<(i64, usize)>,
}

impl Scene {
    fn keep(&self, run: Result<virtual_aws::Run, String>) {
        let mut shared = self.shared.borrow_mut();
        match run {
            Ok(run) => {
                shared.events.insert(run.name.clone(), run.tally.events);
                if matches!(run.end, End::HistoryFull | End::TimedOut) {
                    shared.overrun.push(run.name);
                }
            }
            Err(error) => shared.errors.push(error),
        }
    }

    fn deed(&self, what: &str) {
        let at = self.world.clock().now();
        self.shared.borrow_mut().deeds.push(referee::Deed { at, what: what.to_owned() });
    }

    async fn run_until(&self, name: &str, input: Value, until: Timestamp) {
        match self.world.run_until(name, input, until).await {
            Some(run) => self.keep(run),
            None => {
                self.deed("Abort");
                self.shared.borrow_mut().aborted.push(name.to_owned());
            }
        }
    }
}

/// Tells it, with what befalls it in this cell.
///
/// # Errors
/// When the host cannot make a step.
pub fn tell(story: &Story, cell: Option<&Cell>, definition: &Definition) -> Result<Told, String> {
    let world = World::new(story.scenario.clone(), definition.clone(), minute(0), 7)?;
    if let Some(cell) = cell {
        cell.strike(&world);
    }
    let shared = Shared { kills: story.kills_close_outs, ..Shared::default() };
    let scene =
        Scene { world: world.clone(), nursery: Nursery::default(), shared: Rc::new(RefCell::new(shared)) };
    let mut threads: Vec<Thread<'static, ()>> = Vec::new();
    for run in &story.runs {
        threads.push(executed(&scene, run.clone()));
    }
    for deed in story.deeds.clone() {
        let scene = scene.clone();
        threads.push(Box::pin(async move {
            scene.world.clock().sleep_until(minute(deed.at)).await;
            scene.deed(deed.what);
            let now = scene.world.clock().now();
            scene.world.dms(|dms| dms.happen(now, deed.happening));
        }));
    }
    threads.push(watched(&scene, story));
    world.clock().tell_more(threads, &scene.nursery);
    let shared = scene.shared.take();
    if let Some(error) = shared.errors.first() {
        return Err(error.clone());
    }
    let errs = !story.scenario.troubles.is_empty();
    let mut deeds = shared.deeds;
    // When it happens only DMS knows.
    deeds.extend(
        story
            .scenario
            .troubles
            .iter()
            .map(|trouble| referee::Deed { at: minute(0), what: format!("{:?}", trouble.what) }),
    );
    let record =
        record(&world, Given { scenario: story.scenario.clone(), aborted: &shared.aborted, deeds, errs });
    Ok(Told {
        lines: chaos::lines(&world, &record),
        calls: world.calls(),
        invocations: world.invocations(),
        overrun: shared.overrun,
        events: shared.events,
        record,
    })
}

fn executed(scene: &Scene, run: Run) -> Thread<'static, ()> {
    let scene = scene.clone();
    Box::pin(async move {
        scene.world.clock().sleep_until(minute(run.at)).await;
        match run.aborted {
            None => scene.keep(scene.world.run(run.name, run.plan).await),
            Some(until) => scene.run_until(run.name, run.plan, minute(until)).await,
        }
    })
}

/// The watch is told of every execution that ends badly, and of tasks that fail. It sweeps as long as the story says, and
/// once more when nothing runs any more, until a sweep finds nothing.
fn watched(scene: &Scene, story: &Story) -> Thread<'static, ()> {
    let scene = scene.clone();
    let begins: Vec<Timestamp> = story.runs.iter().map(|run| minute(run.at)).collect();
    let sweeps_until = story.sweeps_until.map(minute);
    // An event may be lost: then the sweep must see it.
    let hears = sweeps_until.is_none() || story.kills_close_outs.is_some();
    Box::pin(async move {
        let clock = scene.world.clock().clone();
        let mut known: BTreeMap<String, (&'static str, u32)> = BTreeMap::new();
        let (mut swept, mut quiet_since) = (clock.now(), None);
        loop {
            let now = clock.now();
            let mut runs = false;
            for execution in scene.world.executions() {
                let state = (execution.status, execution.redrives);
                let before = known.insert(execution.name.clone(), state);
                runs |= execution.status == "RUNNING";
                if before != Some(state) {
                    quiet_since = None;
                    if hears && matches!(execution.status, "FAILED" | "ABORTED" | "TIMED_OUT") {
                        scene.nursery.add(heard(&scene, ended(&execution), 1.0));
                    }
                }
            }
            for event in scene.world.dms(|dms| dms.events(now)) {
                let kind = event.pointer("/detail/eventType").and_then(Value::as_str);
                if hears && kind == Some("REPLICATION_TASK_FAILED") {
                    scene.nursery.add(heard(&scene, event, 1.0));
                }
            }
            let sweeps = sweeps_until.is_some_and(|until| now < until);
            if sweeps && now.duration_since(swept) >= SWEEPS_EVERY {
                swept = now;
                scene.nursery.add(heard(&scene, sweep(now), 0.0));
            }
            if runs || sweeps {
                quiet_since = None;
            } else {
                let since = *quiet_since.get_or_insert(now);
                if let Some(next) = begins.iter().find(|begins| **begins > now) {
                    clock.sleep_until(*next).await;
                } else if now.duration_since(since) >= LAST_SWEEP_AFTER {
                    if hear(&scene, sweep(now)).await {
                        quiet_since = None;
                    } else {
                        break;
                    }
                }
            }
            if now.duration_since(minute(0)) > LONGEST {
                break;
            }
            clock.sleep_for(LOOKS_EVERY).await;
        }
    })
}

/// The watch gets an event a little later.
fn heard(scene: &Scene, event: Value, after: f64) -> Thread<'static, ()> {
    let scene = scene.clone();
    Box::pin(async move {
        scene.world.clock().sleep_for(after).await;
        hear(&scene, event).await;
    })
}

/// The watch gets an event, three times at the most where it fails; what it starts is run. True when it started something.
async fn hear(scene: &Scene, event: Value) -> bool {
    let mut found = false;
    for pause in [60.0, 120.0, 0.0] {
        let answer = scene.world.watch(event.clone()).await;
        for (name, input) in scene.world.started() {
            found = true;
            scene.nursery.add(started(scene, name, input));
        }
        if answer.is_ok() {
            break;
        }
        scene.world.clock().sleep_for(pause).await;
    }
    found
}

/// An execution that the watch has started.
fn started(scene: &Scene, name: String, input: Value) -> Thread<'static, ()> {
    let scene = scene.clone();
    let kill = {
        let mut shared = scene.shared.borrow_mut();
        let kill = shared.kills.filter(|(_, left)| *left > 0);
        shared.kills = kill.map(|(after, left)| (after, left - 1));
        kill
    };
    Box::pin(async move {
        match kill {
            None => scene.keep(scene.world.run(&name, input).await),
            Some((after, _)) => {
                let until = scene.world.clock().now() + SignedDuration::from_mins(after);
                scene.run_until(&name, input, until).await;
            }
        }
    })
}
