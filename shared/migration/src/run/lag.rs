//! How far a replication is behind its source, and when it has caught up.
//!
//! DMS publishes `CDCLatencySource` and `CDCLatencyTarget` to CloudWatch once a minute, in seconds; the lag is their
//! sum. The source's part falls to 0 when nothing is read and grows while a transaction is open there; when the task
//! stands, no points come at all. So missing data is never "caught up".

use jiff::{SignedDuration, Timestamp};

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
    /// Source and target together; `None` when either is missing or no number.
    pub fn seconds(&self) -> Option<f64> {
        let lag = self.source? + self.target?;
        (lag.is_finite() && lag >= 0.0).then_some(lag)
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
    use proptest::prelude::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    /// One point a minute from the 100th on; `None` is a minute without data.
    fn minutes(lags: &[Option<f64>]) -> Vec<LagPoint> {
        let points = lags.iter().zip(100..).filter_map(|(lag, minute)| {
            lag.map(|lag| LagPoint { at: at(minute), source: Some(lag / 2.0), target: Some(lag / 2.0) })
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
