//! How a load moves: when it will be done at this pace, whether that fits into the window, and whether it stands still.

use jiff::{SignedDuration, Timestamp};

use crate::run::load::{Marks, Pace, PreviousLoad};
use crate::run::observation::Stats;
use crate::run::table::Table;
use crate::time::graces::MEASURED_OVER;

/// When a load will be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eta {
    /// When the load will be done.
    pub at: Timestamp,
    /// From what this is known.
    pub basis: Basis,
}

/// From what an end is foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// How long the task's load before took, while it is too early to measure this one.
    PreviousTime,
    /// The rows of the task's load before, and how fast rows move now.
    PreviousLoad,
    /// DMS's percent, which is an estimate itself.
    Percent,
}

impl Basis {
    /// In words, for a message.
    pub fn in_words(self) -> &'static str {
        match self {
            Basis::PreviousTime => "by the time that the load before took",
            Basis::PreviousLoad => "measured by the rows of the load before",
            Basis::Percent => "an estimate, from DMS's own percent",
        }
    }
}

impl Pace {
    /// Takes a look in: `tables` where they were read this time.
    pub fn look(pace: Option<Pace>, stats: &Stats, tables: Option<&[Table]>, now: Timestamp) -> Pace {
        let before = pace.as_ref().map(|pace| pace.last.clone()).unwrap_or_default();
        let sum =
            |of: fn(&Table) -> u64, tables: &[Table]| tables.iter().map(of).fold(0, u64::saturating_add);
        let marks = Marks {
            tables: [stats.tables_loaded, stats.tables_loading, stats.tables_queued, stats.tables_errored],
            percent: stats.percent.unwrap_or(before.percent),
            rows: tables.map_or(before.rows, |tables| sum(|table| table.rows, tables)),
            pending: tables.map_or(before.pending, |tables| sum(|table| table.validation_pending, tables)),
        };
        let looked = if tables.is_some() { Some(now) } else { None };
        match pace {
            // A pace is measured from the first look that has rows.
            Some(pace) if pace.first.rows > 0 || tables.is_none() || marks.rows == 0 => Pace {
                moved: if marks == pace.last { pace.moved } else { now },
                looked: looked.unwrap_or(pace.looked),
                last: marks,
                ..pace
            },
            _ => Pace {
                since: now,
                first: marks.clone(),
                last: marks,
                moved: now,
                looked: looked.unwrap_or(now),
            },
        }
    }

    /// When the load will be done at this pace; `None` while that cannot be said.
    pub fn eta(&self, previous: Option<PreviousLoad>, now: Timestamp) -> Option<Eta> {
        let measured = now.duration_since(self.since);
        if measured < MEASURED_OVER {
            let at = after(self.since, previous?.seconds as f64)?;
            return (at > now).then_some(Eta { at, basis: Basis::PreviousTime });
        }
        let by_rows = previous.and_then(|previous| {
            let moved = self.last.rows.checked_sub(self.first.rows).filter(|moved| *moved > 0)?;
            let left = previous.rows.checked_sub(self.last.rows).filter(|left| *left > 0)?;
            let seconds = measured.as_secs_f64() * left as f64 / moved as f64;
            Some(Eta { at: after(now, seconds)?, basis: Basis::PreviousLoad })
        });
        by_rows.or_else(|| {
            let moved = self.last.percent.checked_sub(self.first.percent).filter(|moved| *moved >= 2)?;
            let left = 100u32.checked_sub(self.last.percent).filter(|left| *left > 0)?;
            let seconds = measured.as_secs_f64() * f64::from(left) / f64::from(moved);
            Some(Eta { at: after(now, seconds)?, basis: Basis::Percent })
        })
    }

    /// How long nothing has moved, by a look that has just read the tables.
    pub fn stands_still(&self, now: Timestamp) -> SignedDuration {
        if self.looked == now { now.duration_since(self.moved) } else { SignedDuration::ZERO }
    }
}

fn after(now: Timestamp, seconds: f64) -> Option<Timestamp> {
    now.checked_add(SignedDuration::try_from_secs_f64(seconds).ok()?).ok()
}

impl PreviousLoad {
    /// Reads it from a task that is about to be loaded again; `None` when DMS does not say how long it took.
    pub fn of(stats: &Stats, tables: &[Table]) -> Option<PreviousLoad> {
        let took = stats.full_load_finish_date?.duration_since(stats.full_load_start_date?).as_secs();
        let rows = tables.iter().map(|table| table.rows).fold(0, u64::saturating_add);
        (took > 0 && rows > 0).then_some(PreviousLoad { rows, seconds: took })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::table::TableState;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn table(rows: u64) -> Vec<Table> {
        vec![Table::of_rows(TableState::FullLoad, rows)]
    }

    fn stats(percent: u32) -> Stats {
        Stats { tables_loading: 1, percent: Some(percent), ..Stats::default() }
    }

    /// Looks at these minutes: percent, and rows where the tables were read.
    fn looks(looks: &[(i64, u32, Option<u64>)]) -> Pace {
        let mut pace = None;
        for (minute, percent, rows) in looks {
            let tables = rows.map(table);
            pace = Some(Pace::look(pace, &stats(*percent), tables.as_deref(), at(*minute)));
        }
        pace.unwrap()
    }

    #[test]
    fn rows_of_the_load_before_foretell_the_end() {
        let before = Some(PreviousLoad { rows: 10_000, seconds: 6000 });
        let pace = looks(&[(0, 0, Some(1000)), (10, 1, Some(2000)), (20, 2, Some(3000))]);
        let eta = pace.eta(before, at(20)).unwrap();
        assert_eq!((eta.at, eta.basis), (at(90), Basis::PreviousLoad));
        let early = looks(&[(0, 0, Some(1000)), (9, 1, Some(2000))]);
        let eta = early.eta(before, at(9)).unwrap();
        assert_eq!((eta.at, eta.basis), (at(100), Basis::PreviousTime), "too early to measure");
        assert_eq!(early.eta(None, at(9)), None);
        let short = Some(PreviousLoad { rows: 10_000, seconds: 300 });
        assert_eq!(early.eta(short, at(9)), None, "what should be over is no forecast");
    }

    #[test]
    fn percent_is_the_second_best_and_is_called_an_estimate() {
        let pace = looks(&[(0, 10, Some(1000)), (30, 40, None)]);
        let eta = pace.eta(None, at(30)).unwrap();
        assert_eq!((eta.at, eta.basis), (at(90), Basis::Percent));
        assert_eq!(
            looks(&[(0, 10, Some(1)), (30, 11, None)]).eta(None, at(30)),
            None,
            "one percent may be rounding"
        );
        assert_eq!(looks(&[(0, 10, Some(1)), (30, 100, None)]).eta(None, at(30)), None, "100 is no promise");
        let more = Some(PreviousLoad { rows: 500, seconds: 60 });
        let eta = looks(&[(0, 10, Some(400)), (30, 40, Some(600))]).eta(more, at(30)).unwrap();
        assert_eq!(eta.basis, Basis::Percent, "there are more rows than the load before had");
    }

    #[test]
    fn a_load_stands_still_when_nothing_of_it_moves() {
        let still = [(0, 10, Some(5)), (10, 10, Some(5)), (40, 10, Some(5))];
        assert_eq!(looks(&still).stands_still(at(40)), SignedDuration::from_mins(40));
        assert_eq!(
            looks(&still[..2]).stands_still(at(40)),
            SignedDuration::ZERO,
            "the tables were not read just now"
        );
        let rows = [(0, 10, Some(5)), (10, 10, Some(6)), (40, 10, Some(6))];
        assert_eq!(looks(&rows).stands_still(at(40)), SignedDuration::from_mins(30));
        let percent = [(0, 10, Some(5)), (20, 11, None), (40, 11, Some(5))];
        assert_eq!(looks(&percent).stands_still(at(40)), SignedDuration::from_mins(20));
    }

    #[test]
    fn the_load_before_is_known_only_with_its_dates() {
        let dated =
            Stats { full_load_start_date: Some(at(0)), full_load_finish_date: Some(at(50)), ..stats(100) };
        assert_eq!(PreviousLoad::of(&dated, &table(7)), Some(PreviousLoad { rows: 7, seconds: 3000 }));
        assert_eq!(PreviousLoad::of(&dated, &table(0)), None);
        assert_eq!(PreviousLoad::of(&stats(100), &table(7)), None);
    }
}
