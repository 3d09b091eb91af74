//! `make soak`: three hundred migrations on the running product, fifty at a time. `--migrations` and `--at-a-time` name
//! other numbers; `--pace` says how many local seconds pass in a real one.

#![allow(clippy::print_stdout, reason = "what was found is for people to read")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dms_simulator::model::ServiceModel;
use dms_simulator::{Simulator, Status};
use jiff::tz::TimeZone;
use lexopt::prelude::*;
use local_aws::{Clock, World};
use migration::run::close_out::Order;
use rehearsal::Stack;
use rehearsal::execution::{Ended, Execution};
use serde_json::{Value, json};
use soak::measured::{self, Sample};
use soak::{Meddling, Migration, account};

/// A Friday evening.
const EVENING: &str = "2026-11-20T22:00:00Z";

/// How often an execution is looked at, and what processes hold is read.
const LOOK: Duration = Duration::from_secs(1);
const MEASURE: Duration = Duration::from_secs(2);

/// How long a migration may take, of real time.
const PATIENCE: Duration = Duration::from_secs(900);

/// How many steps of an execution that does not end are printed, and how many lines of moto.
const LAST_STEPS: usize = 20;

/// The name of the process that holds the simulator, the edge and this test.
const OURS: &str = "simulator and edge";

struct Wanted {
    migrations: usize,
    at_a_time: usize,
    pace: u32,
}

fn main() -> ExitCode {
    let done = arguments().and_then(|wanted| {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        runtime.block_on(soak(&wanted))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<Wanted, String> {
    let mut wanted = Wanted { migrations: 300, at_a_time: 50, pace: 12 };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let Long(name) = argument else { return Err(argument.unexpected().to_string()) };
        let name = name.to_owned();
        // What cargo hands to every test target.
        if name == "quiet" {
            continue;
        }
        let value: usize =
            parser.value().and_then(|value| value.parse()).map_err(|error| error.to_string())?;
        match name.as_str() {
            "migrations" => wanted.migrations = value,
            "at-a-time" => wanted.at_a_time = value,
            "pace" => wanted.pace = value.try_into().unwrap_or(u32::MAX),
            name => return Err(format!("there is no option --{name}")),
        }
    }
    match wanted.at_a_time {
        0 => Err("--at-a-time is at least 1".to_owned()),
        _ => Ok(wanted),
    }
}

/// What all workers share.
struct Soak {
    stack: Stack,
    next: AtomicUsize,
    /// The accounts that still have migrations to come or under way, and how many.
    accounts: Mutex<BTreeMap<usize, (Arc<World>, usize)>>,
    /// The ids of the messages that must have come.
    told: Mutex<BTreeSet<String>>,
    wrong: Mutex<Vec<String>>,
    ended: AtomicUsize,
    pace: u32,
}

async fn soak(wanted: &Wanted) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let model = ServiceModel::find().map_err(|error| error.to_string())?;
    let stack = Stack::boot(&root).await.map_err(|error| error.to_string())?.checked_by(model);
    let queue = stack.select("soak", &json!({"Team": ["soak"]})).await.map_err(|error| error.to_string())?;
    let soak = Arc::new(Soak {
        stack,
        next: AtomicUsize::new(0),
        accounts: Mutex::default(),
        told: Mutex::default(),
        wrong: Mutex::default(),
        ended: AtomicUsize::new(0),
        pace: wanted.pace,
    });
    let began = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..wanted.at_a_time.min(wanted.migrations) {
        workers.spawn(work(Arc::clone(&soak), wanted.migrations, wanted.at_a_time));
    }
    let samples = measure(&soak, &mut workers, began).await;
    let mut received = BTreeMap::<String, usize>::new();
    for message in soak.stack.selected(&queue).await.map_err(|error| error.to_string())? {
        if message["Event"] == "Finished" {
            *received.entry(message["Id"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let Soak { stack, told, wrong, .. } = Arc::into_inner(soak).ok_or("a worker still holds the stack")?;
    stack.stop().await;
    let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    let lost = told.iter().filter(|id| !received.contains_key(*id));
    wrong.extend(lost.map(|id| format!("the queue never got {id}")));
    let strange = received.keys().filter(|id| !told.contains(*id));
    wrong.extend(strange.map(|id| format!("the queue got {id}, which nobody should have told")));
    println!(
        "{} migrations, {} at a time, in {:.0} s: {} final messages in the queue",
        wanted.migrations,
        wanted.at_a_time,
        began.elapsed().as_secs_f64(),
        received.values().sum::<usize>()
    );
    // What is warm after the first third is compared with the last sixth.
    let of = |from: f64, until: f64| -> Vec<Sample> {
        let within = |done: usize| {
            let part = done as f64 / wanted.migrations as f64;
            from <= part && part <= until
        };
        samples.iter().filter(|(done, _)| within(*done)).map(|(_, sample)| sample.clone()).collect()
    };
    let (early, late) = (of(0.2, 0.4), of(0.8, 0.99));
    print!("{}", measured::table(&early, &late));
    wrong.extend(measured::growth(&early, &late));
    if early.is_empty() || late.is_empty() {
        wrong.push("there are too few samples to compare".to_owned());
    }
    match wrong.len() {
        0 => Ok(()),
        count => Err(format!("{count} things are wrong:\n{}", wrong.join("\n"))),
    }
}

/// Reads what processes hold until all workers are done: how many migrations had ended, and the sample.
async fn measure(
    soak: &Arc<Soak>,
    workers: &mut tokio::task::JoinSet<()>,
    began: Instant,
) -> Vec<(usize, Sample)> {
    let mut samples = Vec::new();
    let mut ticks = tokio::time::interval(MEASURE);
    let mut said = 0;
    loop {
        tokio::select! {
            joined = workers.join_next() => match joined {
                None => return samples,
                Some(Ok(())) => {}
                Some(Err(error)) if error.is_cancelled() => {}
                Some(Err(error)) => lock(&soak.wrong).push(format!("a worker ended: {error}")),
            },
            _ = ticks.tick() => {
                // The first process is moto's: without it nothing goes on.
                let moto = soak.stack.aws().processes().first().copied();
                if moto.is_none_or(|pid| measured::of(pid).is_none()) {
                    lock(&soak.wrong).push(format!("moto has ended:\n{}", soak.stack.aws().moto_log()));
                    workers.abort_all();
                }
                let mut sample = Sample::new();
                measured::add(&mut sample, OURS, std::process::id());
                for (function, pid) in soak.stack.aws().functions().running() {
                    measured::add(&mut sample, &function, pid);
                }
                let ended = soak.ended.load(Ordering::Relaxed);
                if ended >= said + 25 {
                    said = ended;
                    println!("{ended} migrations have ended after {:.0} s", began.elapsed().as_secs_f64());
                }
                samples.push((ended, sample));
            }
        }
    }
}

/// Tells one migration after another.
async fn work(soak: Arc<Soak>, migrations: usize, per_account: usize) {
    loop {
        let nth = soak.next.fetch_add(1, Ordering::Relaxed);
        if nth >= migrations {
            return;
        }
        let migration = Migration::nth(nth);
        let account = nth / per_account;
        let first = account * per_account;
        let world = soak.enter(account, first..migrations.min(first + per_account));
        if let Err(error) = soak.tell(&migration, &world).await {
            lock(&soak.wrong).push(format!("{}: {error}", migration.name));
        }
        soak.leave(account);
        soak.ended.fetch_add(1, Ordering::Relaxed);
    }
}

impl Soak {
    /// The account of this number, which these migrations share.
    fn enter(&self, account: usize, shared_by: Range<usize>) -> Arc<World> {
        let mut accounts = lock(&self.accounts);
        let (world, _) = accounts.entry(account).or_insert_with(|| {
            let count = shared_by.len();
            (Arc::new(self.world(shared_by)), count)
        });
        Arc::clone(world)
    }

    fn world(&self, migrations: Range<usize>) -> World {
        let clock = Clock::starting_at(EVENING.parse().unwrap_or_default(), self.pace);
        let world = World::new(clock).with_dms(Simulator::new(account(migrations), 7));
        match self.stack.model() {
            Some(model) => world.checked_by(Arc::clone(model)),
            None => world,
        }
    }

    /// One migration of the account is over; with the last one the account is closed.
    fn leave(&self, account: usize) {
        let mut accounts = lock(&self.accounts);
        let Some((world, left)) = accounts.get_mut(&account) else { return };
        *left -= 1;
        if *left == 0 {
            lock(&self.wrong).extend(world.findings());
            self.stack.aws().worlds().release(world);
            accounts.remove(&account);
        }
    }

    /// Tells a migration to its end, and holds what it has told against what it was to.
    async fn tell(&self, migration: &Migration, world: &Arc<World>) -> Result<(), String> {
        let fault = match &migration.meddling {
            Meddling::Fault(fault) => Some(self.stack.aws().faults().add((**fault).clone())),
            _ => None,
        };
        let name = &migration.name;
        let execution =
            self.stack.start(name, &migration.plan, world).await.map_err(|error| error.to_string())?;
        let last = match migration.meddling {
            Meddling::Abort => self.close_out(&execution, world).await?,
            _ => execution.clone(),
        };
        let id = format!("{}#0#finished", execution.arn);
        let end = self.end(&last).await?;
        if let Some(fault) = fault {
            self.stack.aws().faults().remove(fault);
        }
        if end.verdict() != migration.verdict {
            return Err(format!("{} instead of {}: {}", end.verdict(), migration.verdict, end.reasons()));
        }
        let names = BTreeSet::from([execution.name.as_str(), last.name.as_str()]);
        let sent = names.iter().flat_map(|name| self.stack.published(name));
        let mut finals: Vec<Value> = sent.map(|message| message.json).collect();
        finals.retain(|message| message["Event"] == "Finished");
        match finals.as_slice() {
            [only] if only["Id"] == id.as_str() => {}
            others => {
                let ids: Vec<&Value> = others.iter().map(|message| &message["Id"]).collect();
                return Err(format!("the final messages {ids:?} were sent, where {id} was to be"));
            }
        }
        lock(&self.told).insert(id);
        for name in names {
            self.stack.aws().recorder().forget(name);
        }
        Ok(())
    }

    /// Stops an execution once its task runs, and tells the watch; gives the execution that closes it out.
    async fn close_out(&self, execution: &Execution, world: &Arc<World>) -> Result<Execution, String> {
        let name = execution.name.as_str();
        let runs = || {
            let status = world.simulator(|dms| dms.task(name).map(dms_simulator::Task::status));
            status.flatten() == Some(Status::Running)
        };
        let mut ticks = tokio::time::interval(LOOK);
        let running = async {
            while !runs() {
                ticks.tick().await;
                if let Some(ended) = self.stack.look(execution).await.map_err(|error| error.to_string())? {
                    return Err(format!("{} before its task ran: {}", ended.verdict(), ended.reasons()));
                }
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, running).await.map_err(|_| "its task never ran".to_owned())??;
        let arn: migration::run::execution_arn::ExecutionArn =
            execution.arn.parse().map_err(|error| format!("{}: {error}", execution.arn))?;
        let closing = Order::name(&arn, 0, 1);
        let closing = Execution { arn: arn.sibling(closing.clone()).to_string(), name: closing };
        self.stack.aws().worlds().bind(closing.name.clone(), world);
        self.stack.abort(execution).await.map_err(|error| error.to_string())?;
        // EventBridge tells of what has happened.
        self.end(execution).await?;
        let event = json!({
            "version": "0", "id": "3", "account": "123456789012", "region": "us-east-1", "source": "aws.states",
            "detail-type": "Step Functions Execution Status Change", "time": EVENING, "resources": [execution.arn],
            "detail": {
                "executionArn": execution.arn, "name": name, "status": "ABORTED", "redriveCount": 0,
            },
        });
        let heard = self.stack.aws().invoke("watch", &event).await.map_err(|error| error.to_string())?;
        match heard.get("errorType") {
            None => Ok(closing),
            Some(_) => Err(format!("the watch failed: {heard}")),
        }
    }

    async fn end(&self, execution: &Execution) -> Result<Ended, String> {
        let mut ticks = tokio::time::interval(LOOK);
        let looking = async {
            loop {
                ticks.tick().await;
                if let Some(ended) = self.stack.look(execution).await.map_err(|error| error.to_string())? {
                    return Ok(ended);
                }
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| Err(self.no_end(execution)))
    }

    /// What is known of an execution that does not end: its last steps, what it waits for, and what moto says.
    fn no_end(&self, execution: &Execution) -> String {
        let (name, seconds) = (&execution.name, PATIENCE.as_secs());
        let steps = self.stack.answers(name);
        let lines = steps.iter().rev().take(LAST_STEPS).rev().map(|call| {
            let line = rehearsal::story::line(call, &TimeZone::UTC);
            format!("    {}  {:<12} {}", line.time, line.step, line.words)
        });
        let unanswered = self
            .stack
            .aws()
            .recorder()
            .matching(|call| call.execution.as_ref() == Some(name) && call.status.is_none());
        let unanswered = unanswered.iter().map(|call| {
            let of = call.function.as_deref().unwrap_or("nobody");
            let fault = call.fault.as_deref().unwrap_or("no fault");
            format!("    no answer to {} of {of}, made at {} ({fault})", call.operation, call.real)
        });
        let known: Vec<String> = lines.chain(unanswered).collect();
        let log = self.stack.aws().moto_log();
        let last = log.lines().rev().take(LAST_STEPS).collect::<Vec<_>>();
        let log: Vec<&str> = last.into_iter().rev().collect();
        format!("{name} did not end in {seconds} s:\n{}\n    moto:\n{}", known.join("\n"), log.join("\n"))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
