//! A world's time: the real clock, moved, made faster, and made to leap.

use jiff::{SignedDuration, Timestamp};

const SECOND: i128 = 1_000_000_000;

/// Turns real instants into a world's local ones: `local = start + pace * (real - real_start) + leaps`.
///
/// Plain values and whole-number arithmetic; nothing here reads a clock except [`Clock::starting_at`] and `real_now`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    start: Timestamp,
    real_start: Timestamp,
    pace: u32,
    leapt: SignedDuration,
    waits: Waits,
}

/// What becomes of a wait of the state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// It lasts as long as it says, at the clock's pace.
    WaitedOut,
    /// The answer that leads to it moves the clock, and the machine waits for no time at all. What the machine reckons
    /// itself is waited out.
    LeaptAhead,
    /// The machine lives in this clock's time, and its wait moves the clock exactly to the wait's end.
    Skipped,
}

impl Clock {
    /// A clock that shows `start` at the real instant `real_start` and then runs `pace` times as fast as
    /// the real one. A pace of 0 counts as 1: local time always moves.
    pub fn new(start: Timestamp, real_start: Timestamp, pace: u32) -> Self {
        Self { start, real_start, pace: pace.max(1), leapt: SignedDuration::ZERO, waits: Waits::WaitedOut }
    }

    /// A clock that shows the real time.
    pub fn real() -> Self {
        Self::new(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, 1)
    }

    /// A clock that shows `start` now.
    pub fn starting_at(start: Timestamp, pace: u32) -> Self {
        Self::new(start, real_now(), pace)
    }

    /// The same clock, leaping over every wait of the state machine instead of waiting it out.
    ///
    /// Meant for worlds with one execution: each execution's waits move the whole world.
    pub fn leaping(self) -> Self {
        Self { waits: Waits::LeaptAhead, ..self }
    }

    /// The same clock at the pace of the real one, in whose time the state machine itself lives: each of its waits, also
    /// a blind one and one before a retry, is skipped, and the clock leaps exactly to its end.
    ///
    /// Meant for worlds with one execution, in a local AWS with [`Config::skipping`](crate::Config::skipping).
    pub fn skipping(self) -> Self {
        Self { waits: Waits::Skipped, pace: 1, ..self }
    }

    /// Whether the answer that leads to a wait leaps over it.
    pub fn is_leaping(&self) -> bool {
        self.waits == Waits::LeaptAhead
    }

    /// Whether the state machine lives in this clock's time.
    pub fn is_skipping(&self) -> bool {
        self.waits == Waits::Skipped
    }

    /// How many local seconds pass in a real one.
    pub fn pace(&self) -> u32 {
        self.pace
    }

    /// What this clock shows at a real instant. Beyond the range of timestamps it stays at the range's end.
    pub fn local(&self, real: Timestamp) -> Timestamp {
        let passed = real.as_nanosecond() - self.real_start.as_nanosecond();
        timestamp(self.start.as_nanosecond() + passed * i128::from(self.pace) + self.leapt.as_nanos())
    }

    /// The real instant at which this clock shows `local`, if it leaps no more.
    pub fn real_of(&self, local: Timestamp) -> Timestamp {
        let passed = local.as_nanosecond() - self.start.as_nanosecond() - self.leapt.as_nanos();
        timestamp(self.real_start.as_nanosecond() + ceiling(passed, i128::from(self.pace)))
    }

    /// Moves this clock forward by `seconds` at once. It never goes back: a negative leap does nothing.
    pub fn leap(&mut self, seconds: i64) {
        self.leap_over(SignedDuration::from_secs(seconds));
    }

    /// The same for a wait that is no whole number of seconds.
    pub(crate) fn leap_over(&mut self, wait: SignedDuration) {
        self.leapt = self.leapt.saturating_add(wait.max(SignedDuration::ZERO));
    }

    /// How many whole real seconds last as long as `local` local ones, rounded up.
    pub fn real_seconds(&self, local: i64) -> i64 {
        let (pace, local) = (i64::from(self.pace), local.max(0));
        local / pace + i64::from(local % pace != 0)
    }

    /// How many local seconds pass in `real` real ones.
    pub fn local_seconds(&self, real: i64) -> i64 {
        real.saturating_mul(i64::from(self.pace))
    }
}

/// The real time. This crate asks nowhere else what time it is.
#[expect(clippy::disallowed_methods, reason = "the local AWS is where local time is made out of real time")]
pub(crate) fn real_now() -> Timestamp {
    Timestamp::now()
}

/// `instant`, or the next whole second after it, in the form that a Choice state compares: `2026-10-25T03:00:00Z`.
pub(crate) fn whole_seconds(instant: Timestamp) -> String {
    let up = timestamp(ceiling(instant.as_nanosecond(), SECOND) * SECOND);
    up.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `instant` in the form in which moto's state machine has the time at which a state was entered.
pub(crate) fn as_entered(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

fn ceiling(value: i128, divisor: i128) -> i128 {
    value.div_euclid(divisor) + i128::from(value.rem_euclid(divisor) != 0)
}

fn timestamp(nanoseconds: i128) -> Timestamp {
    let inside = nanoseconds.clamp(Timestamp::MIN.as_nanosecond(), Timestamp::MAX.as_nanosecond());
    Timestamp::from_nanosecond(inside).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn night() -> Clock {
        Clock::new(at("2026-10-24T22:00:00Z"), at("2030-01-01T00:00:00Z"), 600)
    }

    #[test]
    fn local_time_runs_at_the_pace_from_the_start() {
        assert_eq!(night().local(at("2030-01-01T00:00:00Z")), at("2026-10-24T22:00:00Z"));
        assert_eq!(night().local(at("2030-01-01T00:00:01Z")), at("2026-10-24T22:10:00Z"));
        assert_eq!(night().local(at("2030-01-01T00:00:00.5Z")), at("2026-10-24T22:05:00Z"));
        assert_eq!(night().local(at("2029-12-31T23:59:59Z")), at("2026-10-24T21:50:00Z"));
    }

    #[test]
    fn a_leap_moves_local_time_and_never_back() {
        let mut clock = night();
        clock.leap(90);
        clock.leap(-1_000);
        assert_eq!(clock.local(at("2030-01-01T00:00:01Z")), at("2026-10-24T22:11:30Z"));
        assert_eq!(clock.real_of(at("2026-10-24T22:11:30Z")), at("2030-01-01T00:00:01Z"));
    }

    #[test]
    fn the_real_instant_of_a_local_one_is_never_too_early() {
        let local = at("2026-10-24T22:00:01Z");
        assert!(night().local(night().real_of(local)) >= local);
        assert_eq!(night().real_of(at("2026-10-25T05:00:00Z")), at("2030-01-01T00:00:42Z"));
    }

    #[test]
    fn seconds_are_rounded_up_on_the_way_out() {
        for (local, real) in [(0, 0), (-5, 0), (1, 1), (600, 1), (601, 2), (28_800, 48)] {
            assert_eq!(night().real_seconds(local), real, "{local} local seconds");
        }
        assert_eq!(night().local_seconds(48), 28_800);
    }

    #[test]
    fn the_real_clock_changes_nothing() {
        let now = at("2026-10-24T22:00:00.123456Z");
        assert_eq!(Clock::real().local(now), now);
        assert_eq!(Clock::real().real_of(now), now);
        assert_eq!(Clock::real().real_seconds(17), 17);
    }

    #[test]
    fn whole_seconds_round_up() {
        assert_eq!(whole_seconds(at("2026-10-25T03:00:00Z")), "2026-10-25T03:00:00Z");
        assert_eq!(whole_seconds(at("2026-10-25T02:59:59.000000001Z")), "2026-10-25T03:00:00Z");
    }

    #[test]
    fn a_clock_that_skips_waits_runs_as_fast_as_the_real_one() {
        let mut clock = night().skipping();
        assert!(clock.is_skipping() && !clock.is_leaping() && !night().is_skipping());
        clock.leap_over(SignedDuration::from_millis(1_500));
        clock.leap_over(SignedDuration::from_millis(-1_500));
        let local = clock.local(at("2030-01-01T00:00:10Z"));
        assert_eq!(local, at("2026-10-24T22:00:11.5Z"));
        assert_eq!(as_entered(local), "2026-10-24T22:00:11.500000+00:00");
    }

    #[test]
    fn a_pace_of_nothing_is_the_real_pace_and_far_times_stay_in_range() {
        let clock = Clock::new(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), 0);
        assert_eq!(clock.pace(), 1);
        assert_eq!(night().local(Timestamp::MAX), Timestamp::MAX);
    }
}
