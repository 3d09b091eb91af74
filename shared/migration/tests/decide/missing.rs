//! The task is gone, or cannot be seen: lists without it prove nothing alone.

use migration::run::acts::StopCause;
use migration::run::answer::{Answer, Refusal, RefusalKind};
use migration::run::observation::{Absence, TaskSeen};
use serde_json::json;

use support::cases::{AWAY, CLOSE, Case, and, check, full_load, in_words, kept, minute, windowed};

#[test]
fn a_task_that_dms_does_not_list() {
    let running = || full_load(windowed()).started(1).began(1).status("running").at(30);
    let plan = || and(windowed(), json!({"Window": {"AtClose": "LeaveRunning"}}));
    let left = || full_load(plan()).started(1).began(1).status("running");
    let unknown = |case: &mut Case| case.absence = Absence::Confirmed;
    let once = "Look again | DMS does not list the task; it is looked for once more";
    let gone = "Interrupted | somebody else has deleted the task | what it had loaded stays in the target | CloudTrail";
    check([
        ("once, at work", running().not_there_once(), once),
        (
            "twice within seconds, and DMS does not know its ARN",
            running().not_listed(1, 0).set(unknown),
            once,
        ),
        ("three times in four minutes", running().not_listed(2, 4).set(unknown), once),
        ("twice in five minutes", running().not_listed(1, 5).set(unknown), once),
        ("three times in five minutes", running().not_there(), gone),
        ("for an hour, and nothing else says that it is gone", running().not_listed(99, 60), once),
        (
            "for fourteen minutes, and nothing else may be asked",
            running().not_listed(20, 14).set(|case| case.absence = Absence::NotAllowed),
            once,
        ),
        (
            "for a quarter of an hour",
            running().not_listed(20, 15).set(|case| case.absence = Absence::NotAllowed),
            gone,
        ),
        ("once, before it was started", full_load(json!({})).not_there_once(), once),
        ("for good, before it was started", full_load(json!({})).not_there(), gone),
        (
            "once, at the close: it is stopped all the same",
            running().not_there_once().at(CLOSE),
            "Stop Close",
        ),
        ("for good, at the close", running().not_there().at(CLOSE), gone),
        (
            "once, after it was told to stop",
            running().told_to_stop(StopCause::Close, CLOSE).not_there_once().at(CLOSE + 1),
            "Look again | the task was told to stop and cannot be seen just now",
        ),
        (
            "and DMS did not know it when it was told to stop",
            running().told_to_stop(StopCause::Close, CLOSE).not_listed(2, 5).at(CLOSE + 5).set(|case| {
                let unknown = Refusal {
                    code: "ResourceNotFoundFault".to_owned(),
                    message: "no".to_owned(),
                    kind: RefusalKind::NotFound,
                };
                case.run().stop.as_mut().unwrap().answer = Answer::Refused(unknown);
            }),
            gone,
        ),
        (
            "at the close, which leaves it running",
            left().not_listed(9, 14).at(CLOSE + 60),
            "Look again | DMS does not list the task",
        ),
        (
            "and not for a quarter of an hour",
            left().not_listed(9, 15).at(CLOSE + 60),
            "Unknown | nothing else says that it was deleted",
        ),
        ("once, kept by somebody else", kept(json!({})).not_there_once(), once),
        ("for good, kept by somebody else", kept(json!({})).not_there(), gone),
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
    case.absence = Absence::Confirmed;
    assert!(poll(&mut case).starts_with("Look again"), "twice in no time");
    case.now = minute(35);
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
