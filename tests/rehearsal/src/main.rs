//! The `rehearse` command: one plan through the whole product, shown as it happens.
//!
//! Exit status: 0 for a good verdict, 1 for a bad one, 2 when the rehearsal itself could not run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use dms_simulator::{Scenario, Simulator};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use local_aws::{Clock, World};
use migration::run::document::Document;
use plan::read::read;
use plan::{Plan, text};
use rehearsal::execution::{Ended, Execution};
use rehearsal::nights::{self, Night};
use rehearsal::screen::{Screen, TableShown};
use rehearsal::stack::Stack;
use rehearsal::{Error, Result, made_up, story};
use serde_json::Value;

/// How long a rehearsal may take, of real time.
const LONGEST: Duration = Duration::from_secs(3600);

/// How often the screen is brought up to date.
const FRAME: Duration = Duration::from_millis(200);

struct Arguments {
    plan: PathBuf,
    scenario: Option<PathBuf>,
    at: Option<String>,
    speed: u32,
    nights: u32,
}

fn main() -> ExitCode {
    let outcome = arguments().and_then(|arguments| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|source| Error::File { path: PathBuf::from("(runtime)"), source })?;
        runtime.block_on(rehearse(&arguments))
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("the rehearsal could not run: {error}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Arguments> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { plan: PathBuf::new(), scenario: None, at: None, speed: 60, nights: 1 };
    let mut parser = lexopt::Parser::from_env();
    let bad = |error: lexopt::Error| Error::Arguments(error.to_string());
    while let Some(argument) = parser.next().map_err(bad)? {
        let Long(name) = argument else { return Err(bad(argument.unexpected())) };
        let name = name.to_owned();
        let value = parser.value().map_err(bad)?;
        let text = value.to_string_lossy().into_owned();
        match name.as_str() {
            "plan" => arguments.plan = value.into(),
            "scenario" => arguments.scenario = (!text.is_empty()).then(|| value.into()),
            "at" => arguments.at = (!text.is_empty()).then_some(text),
            "speed" => {
                let speed = text.parse().ok().filter(|speed| (1..=3600).contains(speed));
                arguments.speed = speed.ok_or_else(|| {
                    Error::Arguments(format!("SPEED must be a whole number from 1 to 3600, not {text:?}"))
                })?;
            }
            "nights" => {
                let nights = if text.is_empty() { Some(1) } else { text.parse().ok() };
                let nights = nights.filter(|nights| (1..=nights::MAX_NIGHTS).contains(nights));
                arguments.nights = nights.ok_or_else(|| {
                    let most = nights::MAX_NIGHTS;
                    Error::Arguments(format!("NIGHTS must be a whole number from 1 to {most}, not {text:?}"))
                })?;
            }
            _ => return Err(Error::Arguments(format!("there is no option --{name}"))),
        }
    }
    Ok(arguments)
}

async fn rehearse(arguments: &Arguments) -> Result<bool> {
    let input = read_json(&arguments.plan)?;
    let plan = read(&input).plan;
    let scenario = match &arguments.scenario {
        Some(path) => Scenario::from_json(&read_text(path)?)
            .map_err(|error| Error::Scenario { path: path.clone(), what: error.to_string() })?,
        None => plan.as_ref().map(made_up::scenario).unwrap_or_default(),
    };
    let zone = plan.as_ref().map_or(TimeZone::UTC, made_up::zone);
    let begins = begins(arguments, plan.as_ref(), &zone)?;

    let mut screen = Screen::new();
    screen.say(&format!("rehearsing {} on this machine: no AWS account is used", arguments.plan.display()));
    screen.say(&format!(
        "the local clock begins at {} and runs {} times as fast as the real one",
        begins.to_zoned_datetime(zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %Z"),
        arguments.speed
    ));
    if arguments.scenario.is_none() && plan.is_some() {
        screen.say(&format!(
            "the source is made up from the plan: {} tables (SCENARIO= takes your own)",
            scenario.source_tables.len()
        ));
    }
    screen.waiting("the local AWS is coming up");
    let stack = Stack::boot(Path::new(".")).await?;
    let clock = Clock::starting_at(begins, arguments.speed);
    let world = Arc::new(World::new(clock).with_dms(Simulator::new(scenario.clone(), seed())));
    let stage = Stage { stack: &stack, world: &world, scenario: &scenario, zone: &zone };
    let outcome = tokio::select! {
        outcome = stage.nights(&mut screen, &input, plan.as_ref(), arguments.nights) => outcome,
        _ = tokio::signal::ctrl_c() => Err(Error::Arguments("it was interrupted".to_owned())),
    };
    screen.end();
    stack.stop().await;
    outcome
}

/// Where the nights take place.
struct Stage<'a> {
    stack: &'a Stack,
    world: &'a Arc<World>,
    scenario: &'a Scenario,
    zone: &'a TimeZone,
}

impl Stage<'_> {
    /// One night after the other in one world. True when every verdict is good.
    async fn nights(
        &self,
        screen: &mut Screen,
        input: &Value,
        plan: Option<&Plan>,
        count: u32,
    ) -> Result<bool> {
        let Stage { stack, world, scenario, zone } = *self;
        let mut nights: Vec<Night> = Vec::new();
        let mut good = true;
        for nth in 1..=count {
            if let Some(last) = nights.last() {
                let now = world.now();
                let next = nights::next(plan, last.began, now);
                world.leap(next.duration_since(now).as_secs() + 1);
                let time = next.to_zoned_datetime(zone.clone()).strftime("%a %Y-%m-%d %H:%M");
                screen.say(&format!("\n=== night {nth} of {count}: {time} ==="));
            }
            let began = world.now();
            let input = if nth == 1 { input.clone() } else { nights::of_the_night(input, began) };
            let name = if nth == 1 { "rehearsal".to_owned() } else { format!("rehearsal-{nth}") };
            let (execution, ended) = run(stack, screen, &name, &input, world, scenario, zone).await?;
            screen.end();
            good &= tell(stack, screen, &execution, &ended).await?;
            // The world is locked while one looks into its simulator.
            let now = world.now();
            let tables = world.simulator(|dms| nights::tables(dms, now)).unwrap_or_default();
            nights.push(Night { began, verdict: ended.verdict().to_owned(), tables });
        }
        if count > 1 {
            screen.say(&nights::summary(&nights, zone));
        }
        Ok(good)
    }
}

async fn run(
    stack: &Stack,
    screen: &mut Screen,
    name: &str,
    input: &Value,
    world: &Arc<World>,
    scenario: &Scenario,
    zone: &TimeZone,
) -> Result<(Execution, Ended)> {
    let execution = stack.start(name, input, world).await?;
    let mut told = 0;
    let mut frames = tokio::time::interval(FRAME);
    let deadline = tokio::time::sleep(LONGEST);
    tokio::pin!(deadline);
    loop {
        tokio::select! {
            _ = frames.tick() => {}
            () = &mut deadline => {
                return Err(Error::NoEnd { name: execution.name, seconds: LONGEST.as_secs() });
            }
        }
        let ended = stack.look(&execution).await?;
        let answers = stack.answers(&execution.name);
        for call in answers.iter().skip(told) {
            screen.step(&story::line(call, zone));
        }
        told = answers.len();
        let next = answers.last().and_then(|call| match Document::read(&call.answer).ok()? {
            Document::Opened(_) => None,
            Document::Running(running) => Some(("waiting", running.next.why)),
            Document::Reported(reported) => Some(("ending", reported.next.why)),
        });
        if let Some((verb, why)) = next {
            let time = world.now().to_zoned_datetime(zone.clone()).strftime("%H:%M:%S");
            screen.waiting(&format!("{time} {verb}: {why}"));
        }
        screen.tables(&tables(world, scenario));
        if let Some(ended) = ended {
            return Ok((execution, ended));
        }
    }
}

/// Where the tables of the world's tasks stand.
fn tables(world: &World, scenario: &Scenario) -> Vec<TableShown> {
    let now = world.now();
    let source = scenario.all_source_tables();
    let of = |schema: &str, name: &str| {
        let known = source.iter().find(|t| t.schema_name == schema && t.table_name == name);
        known.map_or(0, |table| table.rows)
    };
    let shown = world.simulator(|simulator| {
        let tables = simulator.tasks().flat_map(|task| task.tables().iter());
        tables
            .map(|table| TableShown {
                name: format!("{}.{}", table.schema(), table.name()),
                state: table.state().as_str().to_owned(),
                rows: table.rows_at(now),
                of: of(table.schema(), table.name()),
            })
            .collect()
    });
    shown.unwrap_or_default()
}

/// The verdict, the message as it was sent, and what the run would have cost. True when the verdict is good.
async fn tell(stack: &Stack, screen: &Screen, execution: &Execution, ended: &Ended) -> Result<bool> {
    let published = stack.published(&execution.name);
    let Some(message) = published.last() else {
        screen.say("no message was sent");
        return Ok(false);
    };
    screen.say(&format!("\n--- to people, by e-mail: {} ---", message.subject));
    screen.say(&message.text);
    screen.say("\n--- to machines, by SQS, as the subscribed queue got it ---");
    for body in stack.received().await? {
        let envelope: Value = serde_json::from_str(&body).unwrap_or_default();
        let inner = envelope["Message"].as_str().unwrap_or(&body);
        let inner: Value = serde_json::from_str(inner).unwrap_or_else(|_| inner.into());
        screen.say(&format!("{inner:#}"));
    }
    let transitions = stack.transitions(execution).await?;
    let calls = stack.aws().recorder().of_execution(&execution.name);
    let invocations = calls.iter().filter(|call| call.operation == "Invoke").count();
    let dms = calls.iter().filter(|call| call.service == "dms").count();
    let dollars = transitions as f64 * 0.025 / 1000.0;
    screen.say(&format!(
        "\nCost: {transitions} state transitions (${dollars:.4}), {invocations} Lambda invocations, {dms} DMS calls"
    ));
    screen.say(&format!("Messages: {}", published.len()));
    screen.say(&format!("Verdict: {}", ended.verdict()));
    Ok(ended.status == "SUCCEEDED")
}

fn begins(arguments: &Arguments, plan: Option<&Plan>, zone: &TimeZone) -> Result<Timestamp> {
    let Some(text) = &arguments.at else {
        return Ok(plan.map_or_else(now, |plan| made_up::beginning(plan, now())));
    };
    let instant = text.parse::<Timestamp>().ok().or_else(|| {
        let local = text.parse::<DateTime>().ok()?;
        zone.to_timestamp(local).ok()
    });
    instant.ok_or_else(|| Error::Arguments(format!("AT must be a time like 2026-10-25T01:30, not {text:?}")))
}

#[expect(clippy::disallowed_methods, reason = "a rehearsal without a chosen time begins now")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Another seed for each rehearsal: ARN tails are drawn at random, as DMS draws them.
fn seed() -> u64 {
    now().as_nanosecond() as u64
}

fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

fn read_json(path: &Path) -> Result<Value> {
    text::parse(&read_text(path)?)
        .map(|parsed| parsed.value)
        .map_err(|fault| Error::NotJson { path: path.to_owned(), what: fault.in_words() })
}
