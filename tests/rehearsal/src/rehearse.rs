//! A rehearsal from its beginning to its end: the local AWS comes up, one night after the other is told on the screen,
//! and everything ends.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dms_simulator::{Scenario, Simulator};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use local_aws::{Clock, Place, World};
use migration::run::document::Document;
use plan::Plan;
use serde_json::Value;

use crate::arguments::Pace;
use crate::error::{Error, Result};
use crate::execution::{Ended, Execution};
use crate::fold::Fold;
use crate::interrupt::{Interrupt, Interrupts};
use crate::nights;
use crate::screen::{Screen, TableShown};
use crate::stack::Stack;
use crate::told::{LagTold, Mail, Night, Told};
use crate::{layout, page, story};

/// How long a night may take, of real time.
const LONGEST: Duration = Duration::from_secs(3600);

/// How often the screen is brought up to date.
const FRAME: Duration = Duration::from_millis(200);

/// What is rehearsed.
#[derive(Debug)]
pub struct Rehearsal {
    /// The name of the plan's file.
    pub name: String,
    /// The plan as it was written.
    pub input: Value,
    /// The plan, when it can be read.
    pub plan: Option<Plan>,
    /// The world of the story.
    pub scenario: Scenario,
    /// What of it is made up.
    pub said: Vec<String>,
    /// Where it happens.
    pub place: Place,
    /// The zone in which times are meant.
    pub zone: TimeZone,
    /// When the local clock begins.
    pub begins: Timestamp,
    /// How it goes on.
    pub pace: Pace,
    /// How many nights.
    pub nights: u32,
    /// Whether what machines get is printed too.
    pub json: bool,
    /// What random ARN tails are drawn from.
    pub seed: u64,
}

impl Rehearsal {
    /// Rehearses, shows it, and gives what was told.
    ///
    /// # Errors
    /// When the local AWS does not come up or does not answer, and when it was interrupted.
    pub async fn run(self, screen: &mut Screen, root: &Path, interrupts: &mut Interrupts) -> Result<Told> {
        let said = self.beginning();
        for line in &said {
            screen.say(line);
        }
        screen.waiting("the local AWS is coming up");
        let stack = tokio::select! {
            stack = Stack::boot_in(root, self.place.clone()) => stack?,
            interrupt = interrupts.next() => return Err(self.interrupted(interrupt, None)),
        };
        let clock = match self.pace {
            Pace::Skipping => Clock::starting_at(self.begins, 1).skipping(),
            Pace::Speed(speed) => Clock::starting_at(self.begins, speed),
        };
        let dms = Simulator::new(self.scenario.clone(), self.seed);
        let world = Arc::new(World::new(clock).with_dms(dms));
        let stage = Stage { stack: &stack, world: &world, rehearsal: &self };
        let outcome = tokio::select! {
            outcome = stage.nights(screen) => outcome,
            interrupt = interrupts.next() => Err(self.interrupted(interrupt, Some(world.now()))),
        };
        screen.end();
        stack.stop().await;
        let zone = self.zone.iana_name().unwrap_or("UTC").to_owned();
        outcome.map(|nights| Told { plan: self.name, input: self.input, zone, said, nights })
    }

    /// What is said before anything happens: where, when, how time passes, and what is made up.
    pub fn beginning(&self) -> Vec<String> {
        let Place { partition, region, account } = &self.place;
        let partition = if partition == "aws" { String::new() } else { format!(" ({partition})") };
        let begins = self.local(self.begins);
        let mut said = vec![
            format!("rehearsing {} on this machine: no AWS account is used", self.name),
            format!("it plays in account {account}, Region {region}{partition}"),
        ];
        match self.pace {
            Pace::Skipping => said.extend([
                format!("the local clock begins at {begins}"),
                "waits are skipped and times are exact; SPEED=60 lets you watch".to_owned(),
            ]),
            Pace::Speed(1) => {
                said.push(format!("the local clock begins at {begins} and runs as fast as the real one"));
            }
            Pace::Speed(speed) => said.extend([
                format!("the local clock begins at {begins} and runs {speed} times as fast as the real one"),
                format!(
                    "times are inexact: a wait is rounded up to {speed} s, and each second of this computer counts as \
                     {speed} s"
                ),
            ]),
        }
        said.extend(self.said.iter().cloned());
        said.push(format!("a page of it, to forward, will be {}", page::PLACE));
        said
    }

    fn local(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %Z").to_string()
    }

    fn interrupted(&self, interrupt: Interrupt, at: Option<Timestamp>) -> Error {
        let at =
            at.map_or_else(|| "before it began".to_owned(), |at| format!("at local time {}", self.local(at)));
        Error::Interrupted { at, status: interrupt.status() }
    }
}

/// Where the nights take place.
struct Stage<'a> {
    stack: &'a Stack,
    world: &'a Arc<World>,
    rehearsal: &'a Rehearsal,
}

impl Stage<'_> {
    /// One night after the other in one world.
    async fn nights(&self, screen: &mut Screen) -> Result<Vec<Night>> {
        let Stage { stack, world, rehearsal: Rehearsal { plan, zone, nights: count, json, .. } } = *self;
        for topic in
            plan.iter().flat_map(|plan| [&plan.notify.topic_arn, &plan.notify.chat_topic_arn]).flatten()
        {
            stack.create_topic(topic).await?;
        }
        let mut told: Vec<Night> = Vec::new();
        let mut ends = Vec::new();
        for nth in 1..=*count {
            if let Some(last) = told.last() {
                let now = world.now();
                let next = nights::next(plan.as_ref(), last.began, now);
                world.leap(next.duration_since(now).as_secs() + 1);
                let time = next.to_zoned_datetime(zone.clone()).strftime("%a %Y-%m-%d %H:%M");
                screen.say(&format!("\n=== night {nth} of {count}: {time} ==="));
            }
            let (night, tables) = self.night(screen, nth).await?;
            screen.print(&layout::ending(&night, screen.width(), *json));
            ends.push(nights::AtTheEnd { began: night.began, verdict: night.verdict.clone(), tables });
            told.push(night);
        }
        if *count > 1 {
            screen.print(&nights::summary(&ends, zone, screen.width()));
            let outcome = told.iter().find(|night| !night.is_good()).or(told.last());
            let word = outcome.map_or("none", |night| night.verdict.as_str());
            screen.print(&[String::new(), layout::verdict(word)]);
        }
        Ok(told)
    }

    async fn night(&self, screen: &mut Screen, nth: u32) -> Result<(Night, Vec<nights::TableAtTheEnd>)> {
        let Stage { stack, world, rehearsal: Rehearsal { input, zone, .. } } = *self;
        let began = world.now();
        let (name, input) = match nth {
            1 => ("rehearsal".to_owned(), input.clone()),
            nth => (format!("rehearsal-{nth}"), nights::of_the_night(input, began)),
        };
        let (execution, ended) = self.follow(screen, &name, &input).await?;
        screen.end();
        let ended_at = world.now();
        let calls = stack.aws().recorder().of_execution(&name);
        let mut night = Night::of(&name, (began, ended_at), &calls, &ended, zone);
        night.cost.transitions = stack.transitions(&execution).await?;
        night.mails = stack.published(&name).into_iter().map(Mail::from).collect();
        // The world is locked while one looks into its simulator.
        let look = world.simulator(|dms| {
            let arns: Vec<String> = dms.tasks().map(|task| task.arn().to_owned()).collect();
            let points =
                arns.iter().flat_map(|arn| dms.lag(ended_at, arn, began, ended_at)).collect::<Vec<_>>();
            (points, nights::tables(dms, ended_at))
        });
        let (points, tables) = look.unwrap_or_default();
        night.lag = points
            .iter()
            .map(|point| LagTold { at: point.at, source: point.source, target: point.target })
            .collect();
        Ok((night, tables))
    }

    /// Starts an execution and shows it until its end.
    async fn follow(&self, screen: &mut Screen, name: &str, input: &Value) -> Result<(Execution, Ended)> {
        let Stage { stack, world, rehearsal: Rehearsal { scenario, zone, .. } } = *self;
        let execution = stack.start(name, input, world).await?;
        let (mut told, mut fold) = (0, Fold::default());
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
                for shown in fold.take(story::line(call, zone)) {
                    screen.step(&shown);
                }
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
                for shown in fold.end() {
                    screen.step(&shown);
                }
                return Ok((execution, ended));
            }
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
