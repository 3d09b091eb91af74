//! How long a call that DMS refused, or a test that failed, waits for its repeat.

use jiff::{SignedDuration, Timestamp};

use crate::time::graces::{LONGEST_REPEAT_PAUSE, SHORTEST_REPEAT_PAUSE};

/// True when a call that was first made at `first` and last made at `last` is due again. The pauses grow with the time
/// that has gone by: half of it, from a minute to a quarter of an hour.
pub fn is_due(first: Timestamp, last: Timestamp, now: Timestamp) -> bool {
    let pause: SignedDuration = last.duration_since(first) / 2;
    now.duration_since(last) >= pause.clamp(SHORTEST_REPEAT_PAUSE, LONGEST_REPEAT_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_from_a_minute_to_a_quarter_of_an_hour() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let mut tries = vec![0];
        for minute in 1..=120 {
            if is_due(at(0), at(tries[tries.len() - 1]), at(minute)) {
                tries.push(minute);
            }
        }
        assert_eq!(tries, [0, 1, 2, 3, 5, 8, 12, 18, 27, 41, 56, 71, 86, 101, 116]);
    }
}
