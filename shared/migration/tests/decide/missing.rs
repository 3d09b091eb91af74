//! The task is gone, or cannot be seen: one list without it proves nothing, two in a row do.

use migration::run::acts::StopCause;
use migration::run::observation::TaskSeen;
use serde_json::json;

use support::cases::{AWAY, CLOSE, Case, check, full_load, in_words, kept, minute, windowed};

#[test]
fn a_task_that_dms_does_not_list() {
    let running = || full_load(windowed()).started(1).began(1).status("running").at(30);
    let once = "Look again | DMS does not list the task; it is looked for once more";
    let gone = "Interrupted | somebody else has deleted the task | what it had loaded stays in the target | CloudTrail";
    check([
        ("once, at work", running().not_there_once(), once),
        ("twice, at work", running().not_there(), gone),
        ("once, before it was started", full_load(json!({})).not_there_once(), once),
        ("twice, before it was started", full_load(json!({})).not_there(), gone),
        ("once, at the close: a list is no proof then either", running().not_there_once().at(CLOSE), once),
        ("twice, at the close", running().not_there().at(CLOSE), gone),
        (
            "once, after it was told to stop",
            running().told_to_stop(StopCause::Close, CLOSE).not_there_once().at(CLOSE + 1),
            once,
        ),
        ("once, kept by somebody else", kept(json!({})).not_there_once(), once),
        ("twice, kept by somebody else", kept(json!({})).not_there(), gone),
        (
            "at once where DMS says that it is being deleted",
            running().status("deleting"),
            "Interrupted | somebody else is deleting the task",
        ),
        (
            "for five minutes after this run created it",
            full_load(json!({})).not_there().at(40).set(|case| case.known().created = Some(minute(36))),
            "Look again | created a moment ago",
        ),
        (
            "once, five minutes after this run created it",
            full_load(json!({})).not_there_once().at(41).set(|case| case.known().created = Some(minute(36))),
            once,
        ),
    ]);
}

#[test]
fn a_task_that_comes_back_was_never_gone() {
    let poll = |case: &mut Case| in_words(&case.poll());
    let mut case = full_load(json!({})).started(1).began(1).status("running").at(30);
    let seen = case.seen.clone();
    case.seen = TaskSeen::NotThere;
    assert!(poll(&mut case).starts_with("Look again"));
    let seconds = case.running.next.seconds;
    assert!(seconds <= 15, "it is looked for soon: {seconds} s");
    case.seen = seen;
    assert!(poll(&mut case).starts_with("Wait: the task is running"));
    assert_eq!(case.run().not_there, 0);
    case.seen = TaskSeen::NotThere;
    assert!(poll(&mut case).starts_with("Look again"), "it counts from the beginning");
    case.seen = TaskSeen::Unseen;
    assert!(poll(&mut case).starts_with("Wait: DMS was too busy"), "not seen is not gone");
    case.seen = TaskSeen::NotThere;
    assert!(poll(&mut case).starts_with("Interrupted: somebody else has deleted the task"));
}

#[test]
fn answers_of_dms_that_are_older_than_those_before() {
    let shown = |case: Case| {
        case.set(|case| {
            case.poll();
        })
    };
    let running = || shown(full_load(windowed()).started(19).began(20).status("running").at(21));
    let before = "Look again | DMS shows the task as it was before; it is looked at again";
    check([
        ("are looked at again", running().began(1).failed(10, AWAY).tables(&["Full load"]).at(22), before),
        ("without a date, too", running().status("ready").set(undated).at(22), before),
        ("for half an hour", running().began(1).at(49), before),
        ("and no longer: that is what DMS means", running().began(1).at(50), "Wait | the task is running"),
        ("newer ones are not old", running().began(22).at(23), "Wait | the task is running"),
        ("the close comes first", running().began(1).at(CLOSE), "Stop Close"),
    ]);
}

fn undated(case: &mut Case) {
    case.stats_mut().start_date = None;
}
