//! How far a replication is behind its source, and when it has caught up.
//!
//! DMS publishes `CDCLatencySource` and `CDCLatencyTarget` to CloudWatch once a minute, in seconds. The lag is the
//! target's: it is measured end to end, and never below the source's (DMS user guide, CDC latency). Both fall to 0 when
//! nothing is read, as while a task searches the source's log; when the task stands, no points come at all. So missing
//! data is never "caught up", and zeros are it only once something has shown that the task reads.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::run::table::Table;
use crate::time::graces::LAG_IS_FRESH_FOR;

/// How many consecutive minutes must be good.
pub const POINTS: usize = 5;

/// One point covers this long.
pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// One minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LagPoint {
    /// Its beginning.
    pub at: Timestamp,
    /// `CDCLatencySource`, in seconds.
    pub source: Option<f64>,
    /// `CDCLatencyTarget`, in seconds.
    pub target: Option<f64>,
}

impl LagPoint {
    /// From the source to the target; `None` when it is missing or no number.
    pub fn seconds(&self) -> Option<f64> {
        self.target.filter(|lag| lag.is_finite() && *lag >= 0.0)
    }

    /// True when something was read in this minute: nothing else makes a latency.
    fn shows_reading(&self) -> bool {
        [self.source, self.target].into_iter().flatten().any(|lag| lag.is_finite() && lag > 0.0)
    }
}

/// Whether a replication was seen to read its source since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Reading {
    /// A latency, or a change that came since, has shown it.
    Seen,
    /// Nothing has.
    #[serde(rename_all = "PascalCase")]
    NotSeen {
        /// Changes that DMS had counted when its tables were first looked at.
        #[serde(skip_serializing_if = "Option::is_none")]
        changes: Option<u64>,
        /// Since when the lag has been zero in enough consecutive minutes.
        #[serde(skip_serializing_if = "Option::is_none")]
        zero_since: Option<Timestamp>,
    },
}

impl Reading {
    /// Takes in a look: points since the start, and the tables where they were read. `limit` is the plan's, `from` when
    /// points begin to count.
    pub fn look(
        before: Option<Reading>,
        (points, tables): (&[LagPoint], Option<&[Table]>),
        (limit, began, from): (u32, Timestamp, Timestamp),
        now: Timestamp,
    ) -> Reading {
        let (first, zero_since) = match before {
            Some(Reading::Seen) => return Reading::Seen,
            Some(Reading::NotSeen { changes, zero_since }) => (changes, zero_since),
            None => (None, None),
        };
        let changes =
            tables.map(|tables| tables.iter().map(|table| table.changes).fold(0, u64::saturating_add));
        let changed = matches!((first, changes), (Some(first), Some(changes)) if changes > first);
        if changed || points.iter().any(|point| point.at >= began && point.at <= now && point.shows_reading())
        {
            return Reading::Seen;
        }
        let zero = matches!(standing(points, limit, from, now), Standing::CaughtUp(_));
        Reading::NotSeen { changes: first.or(changes), zero_since: zero.then(|| zero_since.unwrap_or(now)) }
    }
}

/// Where a replication stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// The last [`POINTS`] minutes were all within the limit; the greatest lag among them, in seconds.
    CaughtUp(f64),
    /// It lags by so many seconds, or has not been within the limit for long enough.
    Behind(f64),
    /// The newest points are missing or old.
    NotKnown,
}

/// Judges the points, newest last or not; those before `since` belong to an earlier run and do not count.
pub fn standing(points: &[LagPoint], limit: u32, since: Timestamp, now: Timestamp) -> Standing {
    let mut recent: Vec<&LagPoint> =
        points.iter().filter(|point| point.at >= since && point.at <= now).collect();
    recent.sort_by_key(|point| point.at);
    recent.dedup_by_key(|point| point.at);
    let Some((newest, lag)) = recent.last().and_then(|newest| Some((newest.at, newest.seconds()?))) else {
        return Standing::NotKnown;
    };
    if now.duration_since(newest) > LAG_IS_FRESH_FOR {
        return Standing::NotKnown;
    }
    let mut worst: f64 = 0.0;
    let mut expected = newest;
    for point in recent.iter().rev().take(POINTS) {
        let Some(seconds) = point.seconds().filter(|_| point.at == expected) else {
            return Standing::Behind(lag);
        };
        worst = worst.max(seconds);
        expected = point.at - MINUTE;
    }
    if recent.len() >= POINTS && worst <= f64::from(limit) {
        Standing::CaughtUp(worst)
    } else {
        Standing::Behind(lag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::table::TableState;
    use proptest::prelude::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    /// One point a minute from the 100th on; `None` is a minute without data.
    fn minutes(lags: &[Option<f64>]) -> Vec<LagPoint> {
        let points = lags.iter().zip(100..).filter_map(|(lag, minute)| {
            lag.map(|lag| LagPoint { at: at(minute), source: Some(lag / 2.0), target: Some(lag) })
        });
        points.collect()
    }

    fn judged(lags: &[Option<f64>], now: i64) -> Standing {
        standing(&minutes(lags), 60, at(0), at(now))
    }

    #[test]
    fn five_good_minutes_in_a_row_are_caught_up_and_nothing_less_is() {
        let good = Some(10.0);
        assert_eq!(judged(&[good; 5], 106), Standing::CaughtUp(10.0));
        assert_eq!(
            judged(&[Some(60.0), good, good, good, good], 106),
            Standing::CaughtUp(60.0),
            "at most the limit"
        );
        assert_eq!(judged(&[good; 4], 105), Standing::Behind(10.0), "too few");
        assert_eq!(judged(&[good, good, Some(61.0), good, good], 106), Standing::Behind(10.0), "one was bad");
        assert_eq!(
            judged(&[good, good, None, good, good, good], 107),
            Standing::Behind(10.0),
            "one is missing"
        );
        assert_eq!(judged(&[good; 5], 109), Standing::NotKnown, "they are old");
        assert_eq!(judged(&[], 106), Standing::NotKnown);
        assert_eq!(judged(&[Some(f64::NAN); 5], 106), Standing::NotKnown);
        assert_eq!(judged(&[Some(900.0), good, good, good, good, good], 107), Standing::CaughtUp(10.0));
    }

    #[test]
    fn half_a_point_and_points_of_an_earlier_run_do_not_count() {
        let mut points = minutes(&[Some(10.0); 5]);
        points[4].source = None;
        assert_eq!(
            standing(&points, 60, at(0), at(106)),
            Standing::CaughtUp(10.0),
            "the target's is end to end"
        );
        points[4].target = None;
        assert_eq!(standing(&points, 60, at(0), at(106)), Standing::NotKnown);
        let points = minutes(&[Some(10.0); 5]);
        assert_eq!(standing(&points, 60, at(101), at(106)), Standing::Behind(10.0));
        assert_eq!(standing(&points, 60, at(105), at(106)), Standing::NotKnown);
    }

    #[test]
    fn the_order_of_the_points_does_not_matter() {
        let mut points = minutes(&[Some(10.0); 6]);
        points.reverse();
        points.push(points[2]);
        assert_eq!(standing(&points, 60, at(0), at(107)), Standing::CaughtUp(10.0));
    }

    #[test]
    fn zeros_are_no_sign_of_reading_and_a_latency_or_a_change_since_is() {
        let zeros = minutes(&[Some(0.0); 6]);
        let table = |changes| vec![Table { changes, ..Table::of_rows(TableState::Completed, 1) }];
        let look = |before, points: &[LagPoint], tables: Option<&[Table]>, now| {
            Reading::look(before, (points, tables), (60, at(100), at(100)), at(now))
        };
        let quiet = |changes, since: Option<i64>| Reading::NotSeen { changes, zero_since: since.map(at) };
        let first = look(None, &zeros[..3], Some(&table(7)), 103);
        assert_eq!(first, quiet(Some(7), None), "too few zeros, and changes that may be of an earlier start");
        let second = look(Some(first), &zeros, None, 106);
        assert_eq!(second, quiet(Some(7), Some(106)));
        assert_eq!(look(Some(second), &zeros, Some(&table(7)), 107), quiet(Some(7), Some(106)));
        assert_eq!(look(Some(second), &[], None, 120), quiet(Some(7), None), "and then nothing is known");
        assert_eq!(look(Some(second), &zeros, Some(&table(8)), 107), Reading::Seen);
        assert_eq!(look(Some(Reading::Seen), &zeros, Some(&table(0)), 109), Reading::Seen);
        let behind = minutes(&[Some(2.0)]);
        assert_eq!(look(None, &behind, None, 101), Reading::Seen);
        let before_the_start = Reading::look(None, (&behind, None), (60, at(101), at(101)), at(102));
        assert_eq!(before_the_start, quiet(None, None));
    }

    proptest! {
        #[test]
        fn caught_up_is_never_said_of_a_minute_over_the_limit_in_the_last_five(
            lags in proptest::collection::vec(proptest::option::weighted(0.9, 0.0f64..120.0), 0..9),
            limit in 1u32..120, now in 100i64..112,
        ) {
            if let Standing::CaughtUp(worst) = standing(&minutes(&lags), limit, at(0), at(now)) {
                let known: Vec<f64> = lags.iter().take((now - 99).max(0) as usize).copied().flatten().collect();
                prop_assert!(known.len() >= POINTS && worst <= f64::from(limit));
                prop_assert!(known[known.len() - POINTS..].iter().all(|lag| *lag <= f64::from(limit)));
            }
        }
    }
}
