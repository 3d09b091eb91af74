//! The task was told to stop: it is seen stopped, or reported as not stopped.

use migration::commit;
use migration::decide::stops_unseen;
use migration::run::acts::{StopCause, StopState};
use migration::run::answer::{Answer, Refusal, RefusalKind};
use migration::run::next::Next;
use migration::run::step::Occasion;
use serde_json::json;

use support::cases::{CLOSE, Case, check, full_load, in_words, load_and_cdc, minute, refusal, windowed};

fn told() -> Case {
    full_load(windowed())
        .started(1)
        .began(1)
        .status("running")
        .tables(&["Table completed", "Full load"])
        .told_to_stop(StopCause::Close, CLOSE)
}

#[test]
fn until_it_has_stopped() {
    let refused = Answer::Refused(Refusal {
        code: "InvalidResourceStateFault".to_owned(),
        message: "Replication Task cannot be stopped".to_owned(),
        kind: RefusalKind::Lasting,
    });
    let answer =
        |case: Case, answer: Answer| case.set(|case| case.run().stop.as_mut().unwrap().answer = answer);
    let untaken = |case: Case, answer: Answer| {
        case.set(|case| {
            let stop = case.run().stop.as_mut().unwrap();
            (stop.state, stop.answer) = (StopState::Asked, answer);
        })
    };
    let people_know = |case: Case| case.set(|case| case.run().told.push(Occasion::NotStopped));
    check([
        ("it takes a moment", told().at(CLOSE), "Look again | the task was told to stop"),
        ("after a minute it is told again", told().at(CLOSE + 1), "Stop Close | it is told again"),
        (
            "at once where the answer was lost",
            answer(told(), Answer::Lost).at(CLOSE),
            "Stop Close | it is told again",
        ),
        ("at once where DMS refused", answer(told(), refused.clone()).at(CLOSE), "Stop Close"),
        ("a start on its way is stopped, too", told().status("starting").at(CLOSE + 1), "Stop Close"),
        (
            "it is on its way down",
            told().status("stopping").at(CLOSE + 14),
            "Look again | the task is stopping",
        ),
        ("it cannot be seen", told().unseen().at(CLOSE + 14), "Look again | cannot be seen just now"),
        (
            "it cannot be seen, and DMS has not taken a stop: it is told all the same",
            untaken(told(), refused.clone()).unseen().at(CLOSE + 14),
            "Stop Close | unseen",
        ),
        (
            "after a quarter of an hour people are told",
            told().at(CLOSE + 15),
            "Tell NotStopped | has not stopped 15 minutes after it was told to",
        ),
        (
            "who cannot be seen, too",
            told().unseen().at(CLOSE + 15),
            "Tell NotStopped | has not stopped 15 minutes",
        ),
        ("once, and it goes on", people_know(told()).at(CLOSE + 16), "Stop Close | it is told again"),
        (
            "and on",
            people_know(told()).status("stopping").at(CLOSE + 239),
            "Look again | the task is stopping",
        ),
        (
            "seen or not",
            people_know(untaken(told(), refused.clone())).unseen().at(CLOSE + 239),
            "Stop Close | unseen",
        ),
        (
            "it runs after four hours",
            people_know(told()).at(CLOSE + 240),
            "Failed | it is running 240 minutes after it was told to stop | its window closes at 2026-11-21 04:00 UTC \
             | DMS took the stop at 2026-11-21 04:00 UTC \
             | aws dms stop-replication-task --region eu-central-1 --replication-task-arn arn:aws:dms:eu-central-1",
        ),
        (
            "it runs after four hours, and DMS says why",
            people_know(untaken(told(), refused.clone())).at(CLOSE + 240),
            "Failed | DMS says: InvalidResourceStateFault: Replication Task cannot be stopped | not DMS took the stop",
        ),
        (
            "it is on its way down after four hours: a second stop would be refused",
            people_know(told()).status("stopping").at(CLOSE + 240),
            "Failed | it is stopping 240 minutes after | wait until it has stopped | not stop-replication-task",
        ),
        (
            "it cannot be seen for four hours",
            people_know(told()).unseen().at(CLOSE + 240),
            "Unknown | DMS could not be asked whether it has | DMS took the stop at | stop-replication-task",
        ),
        (
            "nor was a stop taken",
            people_know(untaken(told(), refused)).unseen().at(CLOSE + 240),
            "Unknown | DMS is not known to have taken it | stop-replication-task",
        ),
        ("it was deleted", told().not_there().at(CLOSE + 1), "Interrupted | has deleted the task"),
        (
            "it has stopped after a quarter of an hour: late is not never",
            told().stopped(CLOSE + 16, "NORMAL").at(CLOSE + 17),
            "Paused",
        ),
        (
            "a stop of a load that is done is waited for in the same way",
            load_and_cdc(json!({"Then": "Stop"}))
                .started(1)
                .began(1)
                .status("running")
                .tables(&["Table completed"])
                .told_to_stop(StopCause::Done, 20)
                .at(21),
            "Stop Done | it is told again",
        ),
    ]);
}

#[test]
fn a_stop_that_dms_refuses() {
    let answered = |case: Case, code: &str, tries: u32| {
        case.set(|case| {
            let stop = case.run().stop.as_mut().unwrap();
            (stop.answer, stop.tries) = (refusal(code, "is not authorized to perform", false), tries);
        })
    };
    let denied = |tries: u32| answered(told(), "AccessDeniedException", tries).at(CLOSE);
    let created = |case: Case, at: i64| case.set(|case| case.known().created = Some(minute(at)));
    let done = load_and_cdc(json!({"Then": "Stop"}))
        .started(1)
        .began(1)
        .status("running")
        .tables(&["Table completed"])
        .told_to_stop(StopCause::Done, 20)
        .at(21);
    let at_once = "Tell NotStopped | the task could not be stopped so far: DMS says: AccessDeniedException: is not \
                   authorized to perform";
    let in_the_end = "Failed | the task could not be stopped: it is running 240 minutes after it was told to stop \
                   | DMS says: AccessDeniedException: is not authorized to perform \
                   | let the role of the stop function stop this task (dms:StopReplicationTask) \
                   | stop it by hand: aws dms stop-replication-task --region eu-central-1 --replication-task-arn arn:";
    let told_of = |case: Case| case.set(|case| case.run().told.push(Occasion::NotStopped));
    check([
        (
            "for want of a permission, once: a tag may not count yet",
            denied(1),
            "Stop Close | DMS has not taken the stop: it is told again",
        ),
        ("for want of a permission, twice: people are told", denied(2), at_once),
        (
            "for want of a permission, and people were told: somebody may grant it",
            told_of(denied(2)),
            "Stop Close | DMS has not taken the stop: it is told again",
        ),
        ("for want of a permission, for four hours", told_of(denied(9)).at(CLOSE + 240), in_the_end),
        (
            "for want of a permission, and nobody wants warnings",
            denied(2).set(|case| case.run().notify.warning = false),
            "Stop Close | it is told again",
        ),
        (
            "by DMS's own word for it",
            answered(told(), "AccessDeniedFault", 2),
            "Tell NotStopped | AccessDeniedFault",
        ),
        (
            "by another one",
            answered(told(), "UnauthorizedOperation", 2),
            "Tell NotStopped | UnauthorizedOperation",
        ),
        (
            "twice, the task being four minutes old: its tag may not count yet",
            created(denied(2), CLOSE - 4),
            "Stop Close | it is told again",
        ),
        ("twice, the task being five minutes old", created(denied(2), CLOSE - 5), at_once),
        (
            "for its state: it is told again and again",
            answered(told(), "InvalidResourceStateFault", 9).at(CLOSE + 14),
            "Stop Close | it is told again",
        ),
        (
            "since it was too busy: it is told again and again",
            answered(told(), "ThrottlingException", 9).at(CLOSE + 14),
            "Stop Close | it is told again",
        ),
        (
            "for its state, for four hours: no permission is missing",
            answered(told(), "InvalidResourceStateFault", 9)
                .set(|case| case.run().told.push(Occasion::NotStopped))
                .at(CLOSE + 240),
            "Failed | 240 minutes after it was told to stop | stop-replication-task | not dms:StopReplicationTask",
        ),
        (
            "twice, and somebody has stopped it",
            denied(2).stopped(CLOSE, "NORMAL").at(CLOSE + 1),
            "Paused | 1 of 2 tables is complete",
        ),
        (
            "twice, and it is on its way down",
            denied(2).status("stopping"),
            "Look again | the task is stopping",
        ),
        ("twice, and it cannot be seen", denied(2).unseen(), "Look again | cannot be seen just now"),
        (
            "twice, on its way up",
            denied(2).status("starting"),
            "Tell NotStopped | DMS says: AccessDeniedException",
        ),
        (
            "twice, with its load done",
            answered(done, "AccessDeniedException", 2),
            "Tell NotStopped | DMS says: AccessDeniedException",
        ),
        (
            "for four hours, with its load done",
            told_of(answered(
                load_and_cdc(json!({"Then": "Stop"}))
                    .started(1)
                    .began(1)
                    .status("running")
                    .tables(&["Table completed"])
                    .told_to_stop(StopCause::Done, 20),
                "AccessDeniedException",
                9,
            ))
            .at(20 + 240),
            "Failed | it is running 240 minutes after | dms:StopReplicationTask | not its window closes",
        ),
    ]);
}

#[test]
fn a_stop_without_permission_is_told_within_the_minute_and_asked_for_on() {
    let mut case = told().at(CLOSE).set(|case| case.run().stop = None);
    let no = || refusal("AccessDeniedException", "is not authorized to perform", false);
    for tries in 1..=2 {
        let decided = in_words(&case.poll());
        assert!(decided.starts_with("Stop Close"), "{tries}: {decided}");
        assert_eq!(case.run().stop.as_ref().unwrap().tries, tries);
        commit::stop_answered(case.run(), no());
        case.now += jiff::SignedDuration::from_secs(15);
    }
    let decided = in_words(&case.poll());
    assert!(decided.starts_with("Tell NotStopped"), "{decided}");
    commit::told(case.run(), Occasion::NotStopped);
    assert!(in_words(&case.poll()).starts_with("Stop Close"));
}

/// While DMS is too busy to take the stop, the poll looks at nothing: the stop comes first.
#[test]
fn a_stop_that_was_throttled_is_made_again_without_a_look() {
    let answered = |code: &str, state: StopState| {
        told().set(|case| {
            let stop = case.run().stop.as_mut().unwrap();
            stop.answer = refusal(code, "", false);
            stop.state = state;
        })
    };
    let taken = StopState::Taken(minute(CLOSE));
    for (fact, case, unseen) in [
        ("throttled", answered("ThrottlingException", StopState::Asked), true),
        ("throttled after one that was taken", answered("ThrottlingException", taken), false),
        ("refused", answered("AccessDeniedException", StopState::Asked), false),
        ("taken", told(), false),
        ("none was asked for", full_load(windowed()), false),
    ] {
        assert_eq!(stops_unseen(&case.running.run), unseen, "{fact}");
    }
}

/// SNS refuses for hours, and so does DMS: the stop is asked for all the same.
#[test]
fn a_message_that_cannot_be_sent_keeps_no_stop_back() {
    let mut case = told().set(|case| case.run().stop.as_mut().unwrap().answer = Answer::Lost).at(CLOSE + 15);
    let decided: Vec<bool> = (0..6)
        .map(|_| {
            let next = case.poll();
            case.now += jiff::SignedDuration::from_mins(2);
            assert!(matches!(next, Next::Stop { .. } | Next::Tell { .. }), "{next:?}");
            matches!(next, Next::Stop { .. })
        })
        .collect();
    assert_eq!(
        decided,
        [false, true, false, true, false, true],
        "it is told, and the task is stopped, in turn"
    );
}
