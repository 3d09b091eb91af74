//! How long the machine waits between two polls. The number of polls is what a run costs, and 25,000 history events
//! end an execution: nine events a poll.

use jiff::Timestamp;

use crate::document::Run;

/// The shortest interval between two polls, in seconds.
pub const SHORTEST: i64 = 15;

/// The longest interval in runs of up to some sixteen hours, in seconds; it grows slowly beyond.
const LONGEST: i64 = 120;

/// The longest interval that throttling leads to, in seconds.
const MOST_THROTTLED: i64 = 600;

/// Seconds until the next poll.
///
/// The interval grows with the time since the run began, 2 % of it from 15 s to 120 s and a five-hundredth from there:
/// fourteen days come to some 2,100 polls, under 20,000 events. Each time DMS was too busy doubles it, up to ten
/// minutes. `wake` is the next moment that must not be missed, the stop before the close: the interval never reaches
/// past it, but for the shortest one.
pub fn seconds(run: &Run, wake: Timestamp, now: Timestamp) -> u32 {
    let elapsed = now.duration_since(run.started).as_secs().max(0);
    let policy = (elapsed / 50).clamp(SHORTEST, LONGEST).max(elapsed / 500);
    let patient = policy.saturating_mul(1 << run.throttled.min(6)).min(MOST_THROTTLED.max(policy));
    let until_wake = wake.duration_since(now).as_secs();
    let seconds = if until_wake > 0 { patient.min(until_wake + 1) } else { patient };
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    fn run(throttled: u32) -> Run {
        let begun = Run::begin("", String::new(), Timestamp::MAX, Timestamp::UNIX_EPOCH);
        Run { throttled, ..begun }
    }

    #[test]
    fn the_longest_run_stays_under_the_history_limit() {
        let run = run(0);
        let end = Timestamp::from_second(14 * 86_400).unwrap();
        let (mut now, mut polls) = (run.started, 0);
        while now < end {
            now += SignedDuration::from_secs(i64::from(seconds(&run, end, now)));
            polls += 1;
        }
        assert!(polls * 9 < 20_000, "{polls} polls");
    }

    proptest! {
        #[test]
        fn the_wake_is_never_slept_through(
            elapsed in 0i64..1_000_000, ahead in 1i64..1_000_000, throttled in 0u32..10,
        ) {
            let now = Timestamp::from_second(elapsed).unwrap();
            let wake = Timestamp::from_second(elapsed + ahead).unwrap();
            let seconds = i64::from(seconds(&run(throttled), wake, now));
            prop_assert!(seconds >= 1 && seconds <= ahead + 1);
        }

        #[test]
        fn a_busy_dms_is_asked_less_often(elapsed in 0i64..1_000_000, throttled in 0u32..10) {
            let now = Timestamp::from_second(elapsed).unwrap();
            let at = |throttled| seconds(&run(throttled), Timestamp::MAX, now);
            prop_assert!(at(throttled + 1) >= at(throttled));
        }
    }
}
