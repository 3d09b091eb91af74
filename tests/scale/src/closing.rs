//! Hundreds of windows that close together: when the last task is stopped, and when the last message is sent.

use std::fmt;

use dms_simulator::Happening;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use virtual_aws::{Definition, Story, World};

use crate::promises::Promise;
use crate::scenario;

/// How long each load takes: it does not fit.
const LOAD: SignedDuration = SignedDuration::from_hours(8);

/// How long each window is open. All open at the same moment.
const WINDOW: SignedDuration = SignedDuration::from_hours(6);

/// So many loads whose windows close together, and what DMS grants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closing {
    pub runs: usize,
    /// Requests a second from half an hour before the close on: others may use the rest of the account's quota.
    pub per_second: f64,
    /// How long after the close DMS must have taken the last stop, in minutes.
    pub taken_within: i64,
    /// How long after it the last run must have told how it ended, in minutes.
    pub told_within: i64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Closed {
    pub closing: Closing,
    pub runs: Vec<Stopped>,
}

/// One run at its close.
#[derive(Clone, Debug)]
pub struct Stopped {
    pub outcome: String,
    pub reasons: Vec<String>,
    /// From the close until DMS took the stop.
    pub taken: Option<SignedDuration>,
    /// From the close until the end of the execution, which the message precedes.
    pub told: SignedDuration,
}

impl Closing {
    pub fn all() -> [Closing; 2] {
        [
            Closing { runs: 600, per_second: scenario::PER_SECOND, taken_within: 15, told_within: 20 },
            Closing { runs: 600, per_second: scenario::PER_SECOND / 2.0, taken_within: 25, told_within: 25 },
        ]
    }

    /// Tells the stories to their ends.
    ///
    /// # Errors
    /// When a story takes a turn that the host does not know.
    pub fn measure(self, definition: &Definition) -> Result<Closed, String> {
        let scenario = scenario::world(self.runs, LOAD);
        let opens = Timestamp::UNIX_EPOCH;
        let closes = opens + WINDOW;
        let world = World::new(scenario, definition.clone(), opens, self.runs as u64)?.without_record();
        let shared = {
            let (world, per_second) = (&world, self.per_second);
            async move {
                world.clock().sleep_until(closes - SignedDuration::from_mins(30)).await;
                let now = world.clock().now();
                world.dms(|dms| dms.happen(now, Happening::QuotaShared { per_second }));
                None
            }
        };
        let runs = (0..self.runs).map(|which| -> Story<'_, Option<Result<Stopped, String>>> {
            let world = &world;
            let mut plan = scenario::plan(which, Some(WINDOW));
            plan["ScheduledTime"] = json!(opens.to_string());
            Box::pin(async move {
                world.clock().sleep_for(world.draw()).await;
                let run = match world.run(&format!("night-{which}"), plan).await {
                    Ok(run) => run,
                    Err(error) => return Some(Err(error)),
                };
                let taken = run.document.0.pointer("/Run/Stop/State/Taken").and_then(|at| at.as_str());
                Some(Ok(Stopped {
                    outcome: run.document.outcome().unwrap_or_default().to_owned(),
                    reasons: run.document.reasons(),
                    taken: taken
                        .and_then(|at| at.parse().ok())
                        .map(|at: Timestamp| at.duration_since(closes)),
                    told: world.clock().now().duration_since(closes),
                }))
            })
        });
        let mut stories: Vec<Story<'_, Option<Result<Stopped, String>>>> = vec![Box::pin(shared)];
        stories.extend(runs);
        let told = world.tell(stories).into_iter().skip(1);
        let told = told.map(|told| told.flatten().unwrap_or_else(|| Err("a run never ended".to_owned())));
        Ok(Closed { closing: self, runs: told.collect::<Result<_, _>>()? })
    }
}

impl Closed {
    /// Holds each promise.
    pub fn promises(&self) -> Vec<Promise> {
        let Closing { taken_within, told_within, .. } = self.closing;
        let otherwise = self.runs.iter().find(|run| run.outcome != "Paused");
        let never = self.runs.iter().filter(|run| run.taken.is_none()).count();
        let promise = |words: String, broken: Option<String>| Promise {
            words: format!("{}: {words}", self.closing),
            broken,
        };
        let late = |last: SignedDuration, within: i64| {
            (last > SignedDuration::from_mins(within)).then(|| format!("after {:.1} minutes", minutes(last)))
        };
        vec![
            promise(
                "every run is Paused".to_owned(),
                otherwise.map(|run| format!("one is {}: {}", run.outcome, run.reasons.join("; "))),
            ),
            promise(
                format!("the last stop is taken within {taken_within} minutes of the close"),
                match never {
                    0 => late(self.last_taken(), taken_within),
                    never => Some(format!("{never} stops were never taken")),
                },
            ),
            promise(
                format!("the last message is sent within {told_within} minutes of it"),
                late(self.last_told(), told_within),
            ),
        ]
    }

    fn last_taken(&self) -> SignedDuration {
        self.runs.iter().filter_map(|run| run.taken).max().unwrap_or_default()
    }

    fn last_told(&self) -> SignedDuration {
        self.runs.iter().map(|run| run.told).max().unwrap_or_default()
    }
}

fn minutes(duration: SignedDuration) -> f64 {
    duration.as_secs_f64() / 60.0
}

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} windows close, {} calls a second", self.runs, self.per_second)
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (taken, told) = (minutes(self.last_taken()), minutes(self.last_told()));
        write!(
            f,
            "{}: the last stop is taken after {taken:.1} minutes, the last message sent after {told:.1}",
            self.closing
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All is well; each promise is broken in its turn.
    #[test]
    fn each_promise_can_be_broken() {
        let closing = Closing { runs: 1, per_second: 4.0, taken_within: 15, told_within: 20 };
        let well = || Stopped {
            outcome: "Paused".to_owned(),
            reasons: Vec::new(),
            taken: Some(SignedDuration::from_mins(15)),
            told: SignedDuration::from_mins(20),
        };
        let broken = |run: Stopped| {
            let promises = Closed { closing, runs: vec![well(), run] }.promises();
            promises.iter().map(|promise| promise.broken.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(broken(well()), [false, false, false]);
        assert_eq!(broken(Stopped { outcome: "Failed".to_owned(), ..well() }), [true, false, false]);
        assert_eq!(broken(Stopped { taken: None, ..well() }), [false, true, false]);
        assert_eq!(
            broken(Stopped { taken: Some(SignedDuration::from_mins(16)), ..well() }),
            [false, true, false]
        );
        assert_eq!(broken(Stopped { told: SignedDuration::from_mins(21), ..well() }), [false, false, true]);
    }
}
