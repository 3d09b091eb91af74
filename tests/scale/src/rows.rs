//! What is tried: how many migrations at once, and for how long.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use virtual_aws::{Definition, Story, World};

use crate::fixed_loop;
use crate::measured::{Ended, Measured};
use crate::scenario;

/// How much longer than its load a window is open: room for the first calls of many runs at once.
const MARGIN: SignedDuration = SignedDuration::from_hours(3);

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Migrations that begin in the same second.
    pub runs: usize,
    /// How long the load of each takes.
    pub load: SignedDuration,
    /// Their plans have a window.
    pub windowed: bool,
}

impl Row {
    /// All of them.
    pub fn all() -> Vec<Row> {
        let loads = [
            SignedDuration::from_mins(5),
            SignedDuration::from_hours(1),
            SignedDuration::from_hours(8),
            SignedDuration::from_hours(24),
            SignedDuration::from_hours(72),
        ];
        let rows = [1, 10, 100, 600]
            .into_iter()
            .flat_map(|runs| loads.into_iter().map(move |load| Row { runs, load, windowed: true }));
        // Longer than any window: the machine's longest run is 13 and a half days.
        let longest = Row { runs: 1, load: SignedDuration::from_hours(13 * 24), windowed: false };
        rows.chain([longest]).collect()
    }

    /// True for the few rows that take most of the time that all of them take.
    pub fn is_long(self) -> bool {
        self.runs >= 100 && self.load > SignedDuration::from_hours(8)
    }

    /// Tells the row's stories to their ends.
    ///
    /// # Errors
    /// When a story takes a turn that the host does not know.
    pub fn measure(self, definition: &Definition) -> Result<Measured, String> {
        let scenario = scenario::world(self.runs, self.load);
        let seed = self.runs as u64 ^ self.load.as_secs().unsigned_abs();
        let world = World::new(scenario, definition.clone(), Timestamp::UNIX_EPOCH, seed)?.without_record();
        let window = self.windowed.then_some(self.load + MARGIN);
        let stories = (0..self.runs).map(|which| -> Story<'_, Result<Ended, String>> {
            let world = &world;
            let plan = scenario::plan(which, window);
            Box::pin(async move {
                // From some moment of the first second on.
                world.clock().sleep_for(world.draw()).await;
                world.run(&format!("night-{which}"), plan).await.map(Ended::from)
            })
        });
        let ended = world.tell(stories.collect()).into_iter();
        let ended = ended.map(|ended| ended.unwrap_or_else(|| Err("a run never ended".to_owned())));
        Ok(Measured {
            row: self,
            runs: ended.collect::<Result<_, _>>()?,
            last_throttled_after: world.last_throttled().map(|at| at.duration_since(Timestamp::UNIX_EPOCH)),
            loops: fixed_loop::watch(definition, self.runs, self.load, seed)?,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.load.as_mins();
        match (minutes, minutes / 60) {
            (minutes, 0) => write!(f, "{} × {minutes} min", self.runs),
            (_, hours) if hours > 72 => write!(f, "{} × {} days", self.runs, hours / 24),
            (_, hours) => write!(f, "{} × {hours} h", self.runs),
        }?;
        f.write_str(if self.windowed { "" } else { ", no window" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(runs: usize, minutes: i64) -> Measured {
        let row = Row { runs, load: SignedDuration::from_mins(minutes), windowed: true };
        row.measure(&Definition::of_the_product().unwrap()).unwrap()
    }

    #[test]
    fn one_run_makes_the_calls_of_its_steps_and_each_is_counted() {
        let measured = measured(1, 5);
        let [run] = measured.runs.as_slice() else { panic!("one run") };
        assert_eq!(run.outcome, "Succeeded", "{:?}", run.reasons);
        assert_eq!((run.tally.throttled, run.tally.retries.len()), (0, 0));
        // Validate plan, the hub; Create task; Start task; Report, How did it end?, Succeeded.
        assert_eq!(run.tally.transitions, 3 * run.tally.polls + 7);
        assert_eq!(run.tally.events, 1 + 9 * run.tally.polls + 7 + 5 + 5 + 9 + 1);
        // Seven of validate, two of each act, one of each poll, and what the polls ask besides.
        assert!(run.tally.calls > run.tally.polls + 10, "{:?}", run.tally);
        let noticed = run.noticed_after.unwrap_or_default();
        assert!(noticed <= SignedDuration::from_secs(16), "{noticed}");
    }

    #[test]
    fn the_long_rows_are_those_of_many_long_migrations() {
        let long: Vec<String> =
            Row::all().into_iter().filter(|row| row.is_long()).map(|row| row.to_string()).collect();
        assert_eq!(long, ["100 × 24 h", "100 × 72 h", "600 × 24 h", "600 × 72 h"]);
    }

    #[test]
    fn the_same_row_comes_to_the_same() {
        let tallies = || measured(40, 60).runs.into_iter().map(|run| run.tally).collect::<Vec<_>>();
        assert_eq!(tallies(), tallies());
    }

    #[test]
    fn a_loop_asks_every_half_minute_whatever_becomes_of_it() {
        let measured = measured(200, 10);
        assert!(measured.loops.iter().all(|watched| watched.calls >= 20));
        assert!(measured.loops.iter().any(|watched| watched.throttled > 0));
    }
}
