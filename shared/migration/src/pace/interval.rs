//! How long the machine waits between two polls. The number of polls is what a run costs, and history events are what
//! an execution has a limited number of ([`crate::pace::budget`]).

use jiff::Timestamp;

use crate::pace::budget;
use crate::run::acts::{Stop, StopState};
use crate::run::execution::Run;
use crate::time::graces::STOP_PATIENCE;

/// The shortest interval between two polls, in seconds.
pub const SHORTEST: i64 = 15;

/// The longest interval in the first [`LONG_RUN`] seconds, in seconds.
pub const LONGEST: i64 = 120;

/// After this time, in seconds, the interval grows again: 72 hours.
pub const LONG_RUN: i64 = 72 * 3600;

/// The longest interval that throttling leads to, in seconds.
const MAX_THROTTLED: i64 = 600;

/// The interval is shortened by up to this part of it, by a number drawn from the execution's name: runs that began at
/// the same moment do not ask DMS at the same moments for ever.
const JITTER: f64 = 0.06;

/// Seconds until the next poll.
///
/// The policy is 2 % of the time since the run began, from 15 s to 120 s, and after three days a hundred-and-fiftieth
/// of that time. So an end is noticed within that while DMS is not too busy. Each time DMS was too busy doubles it, up
/// to ten minutes, and it stays doubled. Where the polls that the policy would come to until the run's time is over are
/// more than the execution's history has room for, it is stretched by just that ratio. `wake` is the next moment that
/// must not be missed, the stop before the close: the interval never reaches past it.
pub fn seconds(run: &Run, wake: Timestamp, now: Timestamp) -> u32 {
    // What is left, spread evenly: a run that is nearly over need not poll as rarely as one that has ten days to go.
    let affordable = run.closes.duration_since(now).as_secs_f64() / polls_left(run);
    chosen(run, policy(elapsed(run, now)).min(affordable.max(LONGEST as f64)), wake, now)
}

/// The shortest interval, for a moment in which something is about to happen; longer while DMS is busy.
pub fn brief(run: &Run, wake: Timestamp, now: Timestamp) -> u32 {
    chosen(run, SHORTEST as f64, wake, now)
}

/// Seconds until the next look at a task that is told to stop, or until it is told again. What throttling has taught
/// the other intervals does not count here: a window is kept, and hundreds of runs whose windows close together spread
/// by the number that each draws.
///
/// DMS has not taken the stop: 15 to 60 s for a quarter of an hour, then two to five minutes. It has: 60 to 90 s, and
/// twice as long where DMS was ever too busy for this run, so that looks leave room for the stops of others. Both are
/// stretched where so many looks until the stop is given up would cost more history events than are left.
pub fn to_stop(run: &Run, stop: &Stop, wake: Timestamp, now: Timestamp) -> u32 {
    let ahead = run.gives_up(stop).duration_since(now).as_secs_f64().max(0.0);
    let soon = (STOP_PATIENCE - now.duration_since(stop.decided)).as_secs_f64().clamp(0.0, ahead);
    let (policy, events) = match stop.state {
        StopState::Taken(_) => {
            let busy = if run.throttled > 0 { 2.0 } else { 1.0 };
            (busy * (60.0 + 30.0 * drawn(run)), ahead / 75.0 * f64::from(budget::POLL))
        }
        StopState::Asked => {
            let rounds = soon / 37.5 + (ahead - soon) / 210.0;
            let policy = if soon > 0.0 { 15.0 + 45.0 * drawn(run) } else { 120.0 + 180.0 * drawn(run) };
            (policy, rounds * f64::from(budget::STOP_ROUND))
        }
    };
    let stretch = events / f64::from(budget::left_for_the_end(run).max(1));
    until(wake, now, (policy * stretch.max(1.0)).round() as i64)
}

fn chosen(run: &Run, policy: f64, wake: Timestamp, now: Timestamp) -> u32 {
    let stretched = policy * stretch(run, now);
    let patient =
        (stretched * f64::from(1u32 << run.throttled.min(6))).min(stretched.max(MAX_THROTTLED as f64));
    let jittered = patient * (1.0 - JITTER * drawn(run));
    until(wake, now, jittered.round() as i64)
}

/// So many seconds, cut at the moment that must not be missed. A float that was too large for the type has saturated.
fn until(wake: Timestamp, now: Timestamp, seconds: i64) -> u32 {
    let until_wake = wake.duration_since(now).as_secs();
    let seconds = if until_wake > 0 { seconds.min(until_wake + 1) } else { seconds };
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

/// The interval by time alone, in seconds.
fn policy(elapsed: f64) -> f64 {
    if elapsed <= LONG_RUN as f64 {
        (elapsed / 50.0).clamp(SHORTEST as f64, LONGEST as f64)
    } else {
        elapsed / 150.0
    }
}

/// How many polls the policy comes to in the first `elapsed` seconds of a run: its integral.
fn polls(elapsed: f64) -> f64 {
    const FLAT: f64 = 750.0;
    const GROWN: f64 = 6_000.0;
    let long_run = LONG_RUN as f64;
    let flat = elapsed.min(FLAT) / SHORTEST as f64;
    let growing = 50.0 * (elapsed.clamp(FLAT, GROWN) / FLAT).ln();
    let grown = (elapsed.clamp(GROWN, long_run) - GROWN) / LONGEST as f64;
    let beyond = 150.0 * (elapsed.max(long_run) / long_run).ln();
    flat + growing + grown + beyond
}

/// By how much the policy is stretched so that the polls until the run's time is over fit into what is left.
fn stretch(run: &Run, now: Timestamp) -> f64 {
    let needed = polls(elapsed(run, run.closes)) - polls(elapsed(run, now));
    (needed / polls_left(run)).max(1.0)
}

/// Polls that the run may still make. The last interval is cut at the wake, and an act may follow any poll: a few are
/// not counted on.
fn polls_left(run: &Run) -> f64 {
    (f64::from(budget::left(run)) / f64::from(budget::POLL) - 8.0).max(1.0)
}

fn elapsed(run: &Run, now: Timestamp) -> f64 {
    now.duration_since(run.started).as_secs_f64().max(0.0)
}

/// A number from 0 to 1 for this execution and this poll (FNV-1a; any hash that spreads would do).
fn drawn(run: &Run) -> f64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in run.execution.to_string().bytes().chain(run.polls.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    f64::from((hash >> 40) as u32) / f64::from(1u32 << 24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::acts::StopCause;
    use crate::run::next::Next;
    use crate::time::graces::STOP_GIVEN_UP_AFTER;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:migration:night-1";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A run of this length, at its beginning.
    fn run(length: i64) -> Run {
        let mut run =
            Run::begin(EXECUTION.parse().unwrap(), String::new(), at(length), Timestamp::UNIX_EPOCH);
        run.events = budget::OPENING;
        run
    }

    /// Polls until the end, with what each poll and each act costs; gives the polls.
    fn to_the_end(run: &mut Run, mut act: impl FnMut(u32) -> u32) -> u32 {
        let mut now = run.started;
        while now < run.closes {
            now += SignedDuration::from_secs(i64::from(seconds(run, run.closes, now)));
            run.polls += 1;
            run.events += budget::POLL + act(run.polls);
        }
        run.polls
    }

    #[test]
    fn the_integral_is_that_of_the_policy() {
        for end in [100.0, 750.0, 3_000.0, 6_000.0, 80_000.0, 259_200.0, 1_000_000.0] {
            let (mut elapsed, mut sum) = (0.0, 0.0);
            while elapsed < end {
                elapsed += 1.0;
                sum += 1.0 / policy(elapsed);
            }
            let closed = polls(end);
            assert!((closed - sum).abs() < 0.02 * sum + 0.5, "{end}: {closed} {sum}");
        }
    }

    #[test]
    fn the_longest_run_keeps_to_its_policy_and_under_the_limit() {
        for (hours, most) in [(1, 150), (8, 380), (24, 870), (72, 2_400), (324, 2_640)] {
            let mut run = run(hours * 3600);
            let polls = to_the_end(&mut run, |_| 0);
            assert!(polls <= most, "{hours} h: {polls} polls");
            assert!(run.events + budget::ENDING <= budget::LIMIT, "{hours} h: {} events", run.events);
        }
    }

    #[test]
    fn a_run_that_spends_much_early_polls_less_later_and_still_fits() {
        let mut run = run(324 * 3600);
        to_the_end(&mut run, |polls| if polls < 500 { 14 } else { 0 });
        assert!(run.events + budget::ENDING <= budget::LIMIT, "{} events", run.events);
    }

    proptest! {
        /// (a) the history limit, by construction.
        #[test]
        fn no_run_of_any_length_passes_the_limit(
            hours in 1i64..325, throttled in 0u32..3, acts in 0u32..400, blind in 0u32..200, every in 1u32..6,
        ) {
            let mut run = run(hours * 3600);
            run.throttled = throttled;
            let stop_costs = budget::of_act(&Next::Stop { cause: StopCause::Close, why: String::new() });
            let (mut acts, mut blind) = (acts, blind);
            to_the_end(&mut run, |polls| {
                let act = polls.is_multiple_of(every) && acts > 0;
                acts -= u32::from(act);
                let round = polls.is_multiple_of(every + 1) && blind > 0;
                blind -= u32::from(round);
                u32::from(act) * stop_costs + u32::from(round) * budget::BLIND_ROUND
            });
            prop_assert!(run.events + budget::ENDING <= budget::LIMIT, "{} events", run.events);
        }

        /// (b) an end is noticed in time.
        #[test]
        fn an_end_is_noticed_within_the_policy_while_dms_is_not_busy(
            elapsed in 0i64..259_200, hours in 1i64..325, polls in 0u32..3000,
        ) {
            let run = Run { polls, ..run(hours.max(elapsed / 3600 + 1) * 3600) };
            // A run that has polled by its policy so far.
            let spent = (super::polls(elapsed as f64) / (1.0 - JITTER / 2.0)) as u32 * budget::POLL;
            let run = Run { events: budget::OPENING + spent, ..run };
            let bound = (elapsed / 50).clamp(15, 120);
            prop_assert!(i64::from(seconds(&run, Timestamp::MAX, at(elapsed))) <= bound + 1);
        }

        #[test]
        fn the_wake_is_never_slept_through(
            elapsed in 0i64..1_000_000, ahead in 1i64..1_000_000, throttled in 0u32..10,
        ) {
            let run = Run { throttled, ..run(1_166_400) };
            let seconds = i64::from(seconds(&run, at(elapsed + ahead), at(elapsed)));
            prop_assert!(seconds >= 1 && seconds <= ahead + 1);
        }

        #[test]
        fn a_busy_dms_is_asked_less_often(elapsed in 0i64..1_000_000, throttled in 0u32..10) {
            let asked = |throttled| seconds(&Run { throttled, ..run(1_166_400) }, Timestamp::MAX, at(elapsed));
            prop_assert!(asked(throttled + 1) >= asked(throttled));
        }
    }

    #[test]
    fn two_executions_do_not_keep_step() {
        let of = |name: &str| {
            seconds(
                &Run { execution: EXECUTION.replace("night-1", name).parse().unwrap(), ..run(1_166_400) },
                Timestamp::MAX,
                at(90_000),
            )
        };
        let intervals: std::collections::BTreeSet<u32> =
            (0..50).map(|nth| of(&format!("night-{nth}"))).collect();
        assert!(intervals.len() > 4, "{intervals:?}");
        assert!(intervals.iter().all(|seconds| (112..=120).contains(seconds)), "{intervals:?}");
    }

    /// Looks at a task that is told to stop until that is given up; gives when, and the events that it came to.
    fn stop_of(mut run: Run, state: StopState) -> (Vec<i64>, u32) {
        let stop = Stop { state, ..Stop::decided(StopCause::Close, String::new(), at(0)) };
        let before = run.events;
        run.stop_due = at(0);
        let (mut now, mut waits) = (0, Vec::new());
        while now < STOP_GIVEN_UP_AFTER.as_secs() {
            run.polls += 1;
            run.events += if state == StopState::Asked { budget::STOP_ROUND } else { budget::POLL };
            waits.push(i64::from(to_stop(&run, &stop, Timestamp::MAX, at(now))));
            now += waits[waits.len() - 1];
        }
        (waits, run.events - before)
    }

    #[test]
    fn a_stop_is_told_often_at_first_and_throttling_has_no_say() {
        let taught = Run { throttled: 9, ..run(25_200) };
        let (waits, _) = stop_of(taught, StopState::Asked);
        let mut since = 0;
        for wait in waits {
            let range = if since < STOP_PATIENCE.as_secs() { 15..=60 } else { 120..=300 };
            assert!(range.contains(&wait), "{wait} s after {since} s");
            since += wait;
        }
        let (waits, _) = stop_of(run(25_200), StopState::Taken(at(0)));
        assert!(waits.iter().all(|wait| (60..=90).contains(wait)), "{waits:?}");
    }

    #[test]
    fn the_history_holds_the_stop_of_a_run_that_has_spent_all_the_rest() {
        for state in [StopState::Asked, StopState::Taken(at(0))] {
            let spent = Run { events: budget::LIMIT - budget::ENDING, ..run(25_200) };
            let (waits, events) = stop_of(spent, state);
            assert!(events <= budget::ENDING - budget::REPORT, "{state:?}: {events} events");
            assert!(waits.iter().all(|wait| *wait <= 1_200), "{state:?}: {waits:?}");
        }
    }

    #[test]
    fn a_stop_before_the_close_is_not_slept_past_it() {
        let stop = Stop::decided(StopCause::Done, String::new(), at(0));
        assert_eq!(to_stop(&run(25_200), &stop, at(3), at(0)), 4);
    }
}
