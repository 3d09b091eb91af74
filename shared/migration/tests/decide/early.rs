//! A run that has begun moments before its window opens.

use jiff::SignedDuration;
use serde_json::json;

use support::cases::{Case, check, full_load, kept, windowed};

/// The case a second before the window opens.
fn a_second_before(case: Case) -> Case {
    case.set(|case| case.now = case.running.run.opened - SignedDuration::from_secs(1))
}

#[test]
fn nothing_is_done_before_the_window_opens() {
    let waits = "Look again | the window opens at 2026-11-20 21:00 UTC";
    check([
        ("a task to create", a_second_before(full_load(windowed()).not_created()), waits),
        ("a task to start", a_second_before(full_load(windowed())), waits),
        ("a task at work", a_second_before(kept(windowed()).status("running")), waits),
        ("a task that is gone", a_second_before(kept(windowed()).not_there()), waits),
        ("nothing is seen", a_second_before(full_load(windowed()).unseen()), waits),
        ("once it is open", full_load(windowed()).at(0), "Start start-replication"),
        ("without a window there is no opening", full_load(json!({})).at(0), "Start start-replication"),
    ]);
}
