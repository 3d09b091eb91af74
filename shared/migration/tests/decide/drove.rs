//! What a verdict says of the run's part in what the task does.

use jiff::SignedDuration;
use migration::commit;
use migration::run::drove::Drove;
use migration::run::identity;
use serde_json::json;
use support::cases::{Case, full_load, minute};

/// What the run says when it ends so many minutes after its last look.
fn says(mut case: Case, minutes_later: i64) -> Drove {
    let observation = case.observation();
    commit::take_in(&mut case.running, &observation, case.now);
    let now = case.now + SignedDuration::from_mins(minutes_later);
    let progress = case.running.progress.clone();
    identity::drove(case.run(), progress.as_ref(), now)
}

#[test]
fn a_run_says_whether_it_has_left_a_start_of_its_own_at_work() {
    let started = || full_load(json!({})).started(1).began(1);
    let at_work = || started().status("running").at(60);
    let at_rest = || started().stopped(55, "NORMAL").at(60);
    for (fact, case, minutes_later, expected) in [
        ("nothing was started", full_load(json!({})).status("ready").at(60), 0, Drove::Nothing),
        (
            "a start was refused",
            full_load(json!({})).started(60).refused("Denied", "no").at(60),
            0,
            Drove::Nothing,
        ),
        (
            "somebody else was quicker",
            full_load(json!({})).began(-60).status("running").at(60),
            0,
            Drove::SomebodyElses,
        ),
        ("the task is at work", at_work(), 0, Drove::Until(minute(60))),
        ("and was not seen for an hour", at_work(), 60, Drove::Until(minute(120))),
        ("the task is at rest", at_rest(), 0, Drove::ToRest),
        (
            "and was not seen for an hour: DMS itself may have started it",
            at_rest(),
            60,
            Drove::Until(minute(120)),
        ),
        (
            "its start does not show yet",
            full_load(json!({})).started(58).lost().status("ready").at(60),
            0,
            Drove::Until(minute(65)),
        ),
        (
            "a start again was refused, and the first one is over",
            at_rest().started_again(1, 59).refused("Denied", "no"),
            0,
            Drove::ToRest,
        ),
    ] {
        assert_eq!(says(case, minutes_later), expected, "{fact}");
    }
}
