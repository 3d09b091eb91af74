//! What the interval promises, held against what came of a row.

use jiff::SignedDuration;
use migration::pace::budget;
use migration::pace::interval::{LONGEST, SHORTEST};

use crate::measured::Measured;

/// The longest load that the promise on noticing an end is made for.
const LONGEST_PROMISED: SignedDuration = SignedDuration::from_hours(72);

/// What rounding an interval to a second, and the step itself, may add to a delay.
const A_STEP: SignedDuration = SignedDuration::from_secs(1);

/// How long after the last start DMS may still be too busy: the longest interval that this leads to.
const SETTLES_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// A promise, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What was promised.
    pub words: String,
    /// How it was broken.
    pub broken: Option<String>,
}

/// Holds every promise against a row that concerns it.
pub fn held_against(measured: &Measured) -> Vec<Promise> {
    let mut promises = vec![
        promise(measured, "no run fails", failure(measured)),
        promise(measured, "no execution comes to the end of its history", overflow(measured)),
    ];
    if measured.unthrottled() {
        promises.push(promise(measured, "an end is noticed in time", late(measured)));
    } else {
        promises.push(promise(measured, "the tasks settle within the bucket", unsettled(measured)));
    }
    promises
}

fn promise(measured: &Measured, words: &str, broken: Option<String>) -> Promise {
    Promise { words: format!("{}: {words}", measured.row), broken }
}

/// No run fails because DMS is too busy.
fn failure(measured: &Measured) -> Option<String> {
    let failed = measured.failed();
    let first = failed.first()?;
    Some(format!(
        "{} of {} failed, the first with {}: {}",
        failed.len(),
        measured.runs.len(),
        first.outcome,
        first.reasons.join("; ")
    ))
}

/// No execution comes to the end of its history, and none does more than it has counted on.
fn overflow(measured: &Measured) -> Option<String> {
    measured.runs.iter().find_map(|run| {
        let events = run.tally.events;
        let most = run.counted_on.min(budget::LIMIT - 1);
        (events > most).then(|| {
            format!(
                "an execution came to {events} events, of {} that end it and {} that it had counted on",
                budget::LIMIT,
                run.counted_on
            )
        })
    })
}

/// The end of a task is noticed within 2 % of the time since the run began, 15 s at least and 120 s at most. A load
/// that is longer than that is promised for has the interval's own length there: a hundred-and-fiftieth.
fn late(measured: &Measured) -> Option<String> {
    measured.runs.iter().find_map(|run| {
        let Some((after, delay)) = run.ended_after.zip(run.noticed_after) else {
            return Some("the end of a task was never seen".to_owned());
        };
        let seconds = match after.as_secs() {
            elapsed if measured.row.load > LONGEST_PROMISED => elapsed / 150,
            elapsed => (elapsed / 50).clamp(SHORTEST, LONGEST),
        };
        let bound = SignedDuration::from_secs(seconds) + A_STEP;
        (delay > bound).then(|| {
            format!(
                "the end of a task {} s after its run had begun was seen {:.1} s later, and not within {seconds} s",
                after.as_secs(),
                delay.as_secs_f64()
            )
        })
    })
}

/// Once all are started, DMS is soon never too busy any more.
fn unsettled(measured: &Measured) -> Option<String> {
    let last = measured.last_throttled_after?;
    let started = measured.all_started_after();
    (last > started + SETTLES_WITHIN).then(|| {
        format!(
            "the last task was started after {} s, and DMS was too busy once more after {} s",
            started.as_secs(),
            last.as_secs()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::Ended;
    use crate::rows::Row;
    use virtual_aws::Tally;

    fn seconds(seconds: i64) -> SignedDuration {
        SignedDuration::from_secs(seconds)
    }

    /// A row of one run of an hour in which all is well.
    fn well() -> Measured {
        let run = Ended {
            tally: Tally { events: 1200, ..Tally::default() },
            outcome: "Succeeded".to_owned(),
            reasons: Vec::new(),
            started_after: Some(seconds(60)),
            ended_after: Some(seconds(3_660)),
            noticed_after: Some(seconds(74)),
            counted_on: 2_000,
        };
        Measured {
            row: Row { runs: 1, load: SignedDuration::from_hours(1), windowed: true },
            runs: vec![run],
            loops: Vec::new(),
            last_throttled_after: None,
        }
    }

    fn broken(change: impl Fn(&mut Measured)) -> Vec<String> {
        let mut measured = well();
        change(&mut measured);
        let broken = held_against(&measured).into_iter().filter(|promise| promise.broken.is_some());
        broken.map(|promise| promise.words.split(": ").last().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn each_promise_can_be_broken() {
        let [fails, history, late, settle] = [
            "no run fails",
            "no execution comes to the end of its history",
            "an end is noticed in time",
            "the tasks settle within the bucket",
        ];
        assert_eq!(broken(|_| {}), Vec::<String>::new());
        assert_eq!(broken(|it| it.runs[0].outcome = "Paused".to_owned()), [fails]);
        assert_eq!(broken(|it| it.runs[0].tally.events = 2_001), [history]);
        let long = |it: &mut Measured| {
            it.runs[0].counted_on = 26_000;
            it.runs[0].tally.events = 25_000;
        };
        assert_eq!(broken(long), [history]);
        assert_eq!(broken(|it| it.runs[0].noticed_after = Some(seconds(75))), [late]);
        assert_eq!(broken(|it| it.runs[0].noticed_after = None), [late]);
        let busy_until = |last: i64| {
            broken(move |it| {
                it.runs[0].tally.throttled = 1;
                it.runs[0].noticed_after = Some(seconds(500));
                it.last_throttled_after = Some(seconds(last));
            })
        };
        assert_eq!(busy_until(660), Vec::<String>::new());
        assert_eq!(busy_until(661), [settle]);
    }

    #[test]
    fn the_bound_is_that_of_the_policy() {
        for (load, ended, bound) in [
            (300, 360, 15),
            (3_600, 3_660, 73),
            (72 * 3600, 72 * 3600 + 60, 120),
            (13 * 86_400, 13 * 86_400, 7_488),
        ] {
            let with = |noticed: i64| {
                broken(move |it| {
                    it.row.load = seconds(load);
                    it.runs[0].ended_after = Some(seconds(ended));
                    it.runs[0].noticed_after = Some(seconds(noticed));
                })
            };
            assert_eq!((with(bound + 1).len(), with(bound + 2).len()), (0, 1), "{load} s");
        }
    }
}
