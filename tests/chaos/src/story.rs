//! What a seed means, and how it is told.

use std::fmt::{self, Write as _};

use dms_simulator::Scenario;
use dms_simulator::scenario::{LagSpan, StatusSpan};
use fastrand::Rng;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use referee::{Record, Violation, judge};
use serde_json::{Value, json};
use virtual_aws::Definition;

use crate::event::{self, Event, Which};
use crate::night;
use crate::plans::{self, Kind, OPENS, one};
use crate::worlds;

/// First nights: any one, both changes of the clocks, the end of a year, a leap day.
const NIGHTS: &[&str] =
    &["2026-11-20", "2026-11-20", "2026-10-23", "2026-03-27", "2026-12-30", "2028-02-27", "2026-03-07"];

/// Nights that a seed means.
#[derive(Clone, Debug)]
pub struct Story {
    pub seed: u64,
    pub(crate) kind: Kind,
    pub plan: Value,
    pub(crate) scenario: Scenario,
    /// When each window opens.
    pub(crate) openings: Vec<Timestamp>,
    /// How late the schedule fires.
    pub(crate) late: Vec<SignedDuration>,
    /// What befalls them, each by its number.
    pub events: Vec<(usize, Event)>,
}

/// A story that was told.
#[derive(Clone, Debug)]
pub struct Told {
    pub record: Record,
    pub violations: Vec<Violation>,
    /// Every fault that struck, in words.
    pub faults: Vec<String>,
    /// How executions have ended: Step Functions' word.
    pub ends: Vec<String>,
    /// What went on, a line each.
    pub lines: Vec<String>,
}

impl Story {
    pub fn of(seed: u64) -> Story {
        let mut random = Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x00c0_ffee);
        let kind = plans::kind(&mut random);
        let plan = plans::plan(&mut random, kind);
        let scenario = worlds::scenario(&mut random, kind);
        let nights = one(&mut random, &[1, 1, 1, 2, 2, 2, 3, 3, 4, 5]);
        let first: Date = one(&mut random, NIGHTS).parse().unwrap_or(Date::ZERO);
        let zone = TimeZone::get(kind.zone).unwrap_or(TimeZone::UTC);
        let opens: Time = OPENS.parse().unwrap_or_default();
        let openings = (0..nights).filter_map(|night: i32| {
            let date = first.checked_add(night.days()).ok()?;
            zone.to_timestamp(date.to_datetime(opens)).ok()
        });
        let openings: Vec<Timestamp> = openings.collect();
        let late = openings.iter().map(|_| lateness(&mut random)).collect();
        let count = one(&mut random, &[0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8]);
        let mut events: Vec<(usize, Event)> =
            (0..count).map(|number| (number, Event::draw(&mut random, openings.len()))).collect();
        // Spans of old answers that follow one another would be one long one.
        let mut old = Vec::new();
        events.retain(|(_, event)| match event {
            Event::Old { operation, .. } if old.contains(operation) => false,
            Event::Old { operation, .. } => {
                old.push(*operation);
                true
            }
            _ => true,
        });
        Story { seed, kind, plan, scenario, openings, late, events }
    }

    /// The same with these events alone.
    pub fn with(&self, events: Vec<(usize, Event)>) -> Story {
        Story { events, ..self.clone() }
    }

    /// The same with the events of these numbers alone.
    pub fn keeping(&self, numbers: &[usize]) -> Story {
        self.with(self.events.iter().filter(|(number, _)| numbers.contains(number)).cloned().collect())
    }

    /// The plan of a night, as its schedule hands it over.
    pub(crate) fn plan_of(&self, night: usize) -> Value {
        let mut plan = self.plan.clone();
        if self.kind.windowed {
            plan["ScheduledTime"] = json!(self.openings[night].to_string());
        }
        plan
    }

    /// When the world begins: before the earliest that the first schedule may fire.
    pub(crate) fn began(&self) -> Timestamp {
        self.openings[0] - SignedDuration::from_mins(1)
    }

    /// The instant of a minute of a night.
    pub(crate) fn minute(&self, night: usize, minute: i64) -> Timestamp {
        self.openings[night] + SignedDuration::from_mins(minute)
    }

    /// When an event befalls, where that can be said before.
    pub(crate) fn when(&self, event: &Event) -> Option<Timestamp> {
        match event {
            Event::Calls { night, minute, .. }
            | Event::Function { night, minute, .. }
            | Event::Person { night, minute, .. }
            | Event::Again { night, minute, .. }
            | Event::Deploy { night, minute }
            | Event::Abort { night, minute }
            | Event::Old { night, minute, .. }
            | Event::Instance { night, minute, .. } => Some(self.minute(*night, *minute)),
            _ => None,
        }
    }

    /// When what befalls for a span is over.
    pub(crate) fn over(&self, event: &Event) -> Option<Timestamp> {
        match event {
            Event::Calls { night, minute, which: Which::ForMinutes(minutes), .. }
            | Event::Function { night, minute, which: Which::ForMinutes(minutes), .. } => {
                Some(self.minute(*night, minute + minutes))
            }
            _ => None,
        }
    }

    /// The world in which it is told, with what happens inside DMS.
    pub(crate) fn world(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        let began = self.began();
        for (_, event) in &self.events {
            scenario.troubles.extend(event::trouble(event));
            match event {
                Event::NoLag { minutes } => scenario
                    .lag
                    .gaps
                    .push(LagSpan { after_seconds: 0.0, for_seconds: f64::from(*minutes) * 60.0 }),
                Event::Instance { night, minute, minutes, status } => {
                    let from = self.minute(*night, *minute).duration_since(began);
                    scenario.replication_instances[0].changes.push(StatusSpan {
                        from_seconds: from.as_secs_f64(),
                        for_seconds: Some(f64::from(*minutes) * 60.0),
                        status: (*status).to_owned(),
                    });
                }
                _ => {}
            }
        }
        scenario
    }

    /// Tells it, and has it judged.
    ///
    /// # Errors
    /// When the host cannot make a step.
    pub fn tell(&self, definition: &Definition) -> Result<Told, String> {
        let mut told =
            night::tell(self, definition).map_err(|error| format!("seed {}: {error}", self.seed))?;
        told.violations = judge(&told.record);
        Ok(told)
    }
}

/// A schedule fires in time, up to 14 minutes late, or moments before its window opens: the clocks of AWS differ.
fn lateness(random: &mut Rng) -> SignedDuration {
    match random.u8(0..100) {
        0..75 => SignedDuration::ZERO,
        75..95 => SignedDuration::from_secs(random.i64(1..840)),
        95..98 => SignedDuration::from_millis(-50),
        _ => SignedDuration::from_secs(random.i64(-45..0)),
    }
}

impl fmt::Display for Story {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        writeln!(text, "seed {}: {}", self.seed, self.plan)?;
        let mut told = serde_json::to_value(&self.scenario).unwrap_or_default();
        let usual = serde_json::to_value(Scenario::default()).unwrap_or_default();
        if let (Some(told), Some(usual)) = (told.as_object_mut(), usual.as_object()) {
            told.retain(|name, value| {
                usual.get(name) != Some(value)
                    && !["ReplicationInstances", "Endpoints", "Connections"].contains(&name.as_str())
            });
        }
        writeln!(text, "world: {told}")?;
        for (opening, late) in self.openings.iter().zip(&self.late) {
            writeln!(text, "night from {opening}, begun {} s late", late.as_secs_f64())?;
        }
        for (number, event) in &self.events {
            writeln!(text, "event {number}: {event:?}")?;
        }
        to.write_str(&text)
    }
}
