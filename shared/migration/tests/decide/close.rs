//! The window closes, in every phase of a run.

use migration::commit;
use migration::run::acts::StopCause;
use migration::run::observation::TaskSeen;
use migration::run::task::Owner;
use migration::survey::executions::started_between;
use serde_json::{Value, json};

use support::cases::{
    AWAY, CLOSE, Case, and, check, earlier_execution, full_load, kept, load_and_cdc, minute, windowed,
};

const COMPLETE: [&str; 2] = ["Table completed"; 2];
const HALF: [&str; 2] = ["Table completed", "Full load"];

fn stated(at_close: &str) -> Value {
    and(windowed(), json!({"Window": {"AtClose": at_close}}))
}

/// A full load that this run started, at the close.
fn night() -> Case {
    full_load(windowed()).started(1).began(1).tables(&HALF).at(CLOSE)
}

#[test]
fn nothing_was_started() {
    let late = |case: Case| case.at(CLOSE);
    let skipped =
        "Skipped | the window closed at 2026-11-21 04:00 UTC before the task could be started | nothing was";
    check([
        ("not created", late(full_load(windowed()).not_created()), skipped),
        ("creating", late(full_load(windowed()).status("creating")), skipped),
        ("idle", late(full_load(windowed())), skipped),
        ("busy", late(full_load(windowed()).status("testing")), skipped),
        ("not seen: what was never started needs no look", late(full_load(windowed()).unseen()), skipped),
        (
            "a start that DMS refused",
            late(full_load(windowed()).started(CLOSE - 1).refused("AccessDenied", "no")),
            skipped,
        ),
        (
            "a start that was held back",
            late(full_load(windowed()).started(CLOSE - 1).withheld("busy")),
            skipped,
        ),
        ("two minutes before", full_load(windowed()).at(CLOSE - 2), "Start start-replication"),
        (
            "a second later: what starts takes its time, and so does a stop",
            full_load(windowed()).at(CLOSE - 2).set(|case| case.now += jiff::SignedDuration::from_secs(1)),
            "Skipped | 1 minute is left in the window, with less than 2 nothing is started",
        ),
        (
            "the stop lead is part of the close",
            full_load(and(windowed(), json!({"Window": {"StopLead": "PT10M"}}))).at(CLOSE - 10),
            "Skipped",
        ),
        (
            "a redriven run whose window closed days ago",
            full_load(windowed()).at(CLOSE + 3 * 24 * 60),
            "Skipped",
        ),
    ]);
}

#[test]
fn started_and_to_be_stopped() {
    check([
        ("running", night().status("running"), "Stop Close | the window closes"),
        ("starting", night().status("starting"), "Stop Close"),
        ("not seen: a stop that is not needed is refused", night().unseen(), "Stop Close"),
        ("a status that DMS has learned since", night().status("hibernating"), "Stop Close"),
        ("stopping by itself", night().status("stopping"), "Look again | the task is stopping"),
        (
            "stopping for less than four hours",
            night().status("stopping").at(CLOSE + 239),
            "Look again | the task is stopping",
        ),
        (
            "stopping for four hours: a second stop would be refused",
            night().status("stopping").at(CLOSE + 240),
            "Failed | is stopping | wait until it has stopped | not stop-replication-task",
        ),
        ("finished", night().stopped(CLOSE - 1, "FULL_LOAD_ONLY_FINISHED").tables(&COMPLETE), "Succeeded"),
        (
            "finished, and its tables cannot be seen",
            night().stopped(CLOSE - 1, "FULL_LOAD_ONLY_FINISHED").set(|case| case.tables = None),
            "Look again | its tables could not be seen",
        ),
        ("failed", night().failed(CLOSE - 1, "Stop Reason FATAL_ERROR"), "Failed"),
        ("stopped by somebody", night().stopped(CLOSE - 1, "NORMAL"), "Interrupted"),
        (
            "a start whose effect does not show yet",
            full_load(windowed()).started(CLOSE - 1).at(CLOSE),
            "Look again | does not show it yet",
        ),
        (
            "a start whose answer was lost, and the task runs",
            full_load(windowed()).started(CLOSE - 1).lost().status("running").at(CLOSE),
            "Stop Close",
        ),
        (
            "a start whose answer was lost, on a task with the dates of last week",
            full_load(windowed()).last_week("NORMAL").started(CLOSE - 1).lost().status("running").at(CLOSE),
            "Stop Close",
        ),
        (
            "a start whose answer was lost, and nothing began",
            full_load(windowed()).started(CLOSE - 1).missing(CLOSE - 1).at(CLOSE + 4),
            "Skipped | nothing was started",
        ),
        (
            "one that may still begin is waited for",
            full_load(windowed()).started(CLOSE - 1).missing(CLOSE - 1).at(CLOSE + 3),
            "Look again | the answer to the start was lost",
        ),
        (
            "one that begins after the close all the same is stopped",
            full_load(windowed())
                .started(CLOSE - 3)
                .missing(CLOSE - 3)
                .began(CLOSE + 1)
                .status("running")
                .at(CLOSE + 1),
            "Stop Close",
        ),
        (
            "started again after a failure",
            night().failed(CLOSE - 9, AWAY).started_again(1, CLOSE - 8).began(CLOSE - 8).status("running"),
            "Stop Close",
        ),
        (
            "started again after a failure, and not seen",
            night().failed(CLOSE - 9, AWAY).started_again(1, CLOSE - 2).unseen(),
            "Stop Close",
        ),
        (
            "started again after a failure, and it does not show yet",
            night().failed(CLOSE - 9, AWAY).started_again(1, CLOSE - 2),
            "Look again | does not show it yet",
        ),
        (
            "not started again, DMS having refused it, and not seen: a stop that is not needed is refused",
            night()
                .failed(CLOSE - 9, AWAY)
                .started_again(1, CLOSE - 2)
                .refused("AccessDenied", "no")
                .unseen(),
            "Stop Close",
        ),
        (
            "failed, and in the pause before it is started again",
            night().failed(CLOSE - 1, AWAY).at_rest(CLOSE - 1),
            "Failed | the DMS task has failed | the next run resumes",
        ),
        (
            "the lead comes first",
            full_load(and(windowed(), json!({"Window": {"StopLead": "PT10M"}})))
                .started(1)
                .began(1)
                .status("running")
                .at(CLOSE - 10),
            "Stop Close",
        ),
        (
            "with no window, the longest run ends and the task goes on",
            full_load(json!({})).started(1).began(1).status("running").tables(&HALF).at(14 * 24 * 60),
            "LeftRunning | the longest run of this machine is over | no run watches it",
        ),
    ]);
}

#[test]
fn started_and_to_be_left_running() {
    let night = || load_and_cdc(stated("LeaveRunning")).started(1).began(1).tables(&HALF).at(CLOSE);
    check([
        (
            "running",
            night().status("running"),
            "LeftRunning | the plan leaves the task running | no run watches it | create-event-subscription",
        ),
        ("starting", night().status("starting"), "LeftRunning"),
        (
            "finished",
            night().stopped(CLOSE - 1, "STOPPED_AFTER_CACHED_EVENTS").tables(&COMPLETE),
            "Succeeded",
        ),
        ("not seen", night().unseen(), "Look again | DMS was too busy to answer"),
        (
            "not seen for a quarter of an hour",
            night().unseen().at(CLOSE + 15),
            "Unknown | could not be asked",
        ),
        (
            "a status that DMS has learned since",
            night().status("hibernating"),
            "Look again | the task is hibernating",
        ),
        (
            "a status that DMS has learned since, for a quarter of an hour",
            night().status("hibernating").at(CLOSE + 15),
            "Unknown | the task is hibernating",
        ),
    ]);
}

/// A task that this run did not start is followed; whose it is decides what the close does.
#[test]
fn whose_the_task_is_decides_what_the_close_does() {
    let owned = |plan: Value, ended: Option<i64>, began: i64| {
        let ran = ended.and_then(|ended| started_between(None, minute(-120), Some(minute(ended))));
        let owner = Owner::Ended { execution: earlier_execution(), ran };
        let case = full_load(plan).set(|case| case.known().owner = owner);
        case.began(began).status("running").joined().tables(&HALF).at(CLOSE)
    };
    let out_of_reach = |plan: Value| {
        let owner = Owner::OutOfReach(earlier_execution());
        let case = full_load(plan).set(|case| case.known().owner = owner);
        case.began(-30).status("running").joined().tables(&HALF).at(CLOSE)
    };
    let stated = || and(windowed(), json!({"Window": {"AtClose": "LeaveRunning"}}));
    check([
        (
            "an aborted run of ours had started it: it is ours again",
            owned(windowed(), Some(-10), -30),
            "Stop Close",
        ),
        ("it had ended moments before DMS dated its start", owned(windowed(), Some(-30), -25), "Stop Close"),
        (
            "a person started it well after the end of our run",
            owned(windowed(), Some(-30), -24),
            "LeftRunning | somebody else had started it, and the plan does not say in words that it is stopped",
        ),
        (
            "a person had started it before our run began, which followed it and has ended",
            owned(windowed(), Some(-10), -121),
            "LeftRunning | somebody else had started it",
        ),
        (
            "when our run ended is not known any more",
            owned(windowed(), None, -30),
            "LeftRunning | somebody else had started it",
        ),
        (
            "the plan leaves it, whoever started it",
            owned(stated(), Some(-10), -30),
            "LeftRunning | the plan leaves the task running",
        ),
        (
            "a sibling stack's run may drive it",
            out_of_reach(windowed()),
            "LeftRunning | somebody else had started it",
        ),
    ]);
}

/// Two executions follow one task that somebody else keeps. The one that had started it stops it at its close.
#[test]
fn a_stop_at_the_close_by_who_had_started_it_is_a_pause() {
    let followed = |at: i64| {
        let case = kept(windowed()).began(-30).status("running").joined();
        case.stopped(at, "NORMAL").tables(&HALF).at(CLOSE + 1)
    };
    check([
        ("at the close", followed(CLOSE), "Paused | the window closed and the task was stopped"),
        ("before it", followed(CLOSE - 1), "Interrupted | the task was stopped, by who had started it"),
    ]);
}

/// An execution that is redriven days later finds the task of another run.
#[test]
fn what_somebody_started_after_the_close_unseen_is_told_and_never_stopped() {
    let later = CLOSE + 2 * 24 * 60;
    let watched = |began: i64| {
        let mut case = full_load(windowed()).started(1).began(1).status("running").at(60);
        case.poll();
        case.began(began).status("running").at(later)
    };
    let redriven = |began: i64| watched(began).set(|case| case.run().redriven(1));
    let told_to_stop = |case: Case| case.told_to_stop(StopCause::Close, CLOSE);
    let unknown = "Unknown | somebody else started the task at | left alone | not stop it by hand";
    check([
        ("days later", redriven(later - 60), unknown),
        (
            "a stop had been taken",
            told_to_stop(redriven(later - 60)),
            "Paused | somebody else started the task at | left alone | not stop it by hand",
        ),
        ("minutes after the close", redriven(CLOSE + 5).at(CLOSE + 20), unknown),
        ("it is this run's own start", redriven(1), "Stop Close"),
        ("it was started before the close", redriven(CLOSE), "Stop Close"),
        (
            "the execution was not redriven: DMS itself has started it again",
            watched(CLOSE + 10),
            "Stop Close",
        ),
    ]);
}

/// Where one window closes as the next one opens, the run before is about to stop a task that somebody else keeps.
#[test]
fn a_task_of_somebody_else_is_followed_once_nobody_is_about_to_stop_it() {
    let follows = |plan: Value, began: i64, now: i64| {
        let mut case = kept(plan).began(began).status("running").at(now);
        case.poll();
        case.run().drive.joined().is_some()
    };
    for (fact, plan, began, now, expected) in [
        ("its window has just opened", windowed(), -60, 2, false),
        ("and some minutes ago", windowed(), -60, 3, true),
        ("it was started since", windowed(), 0, 1, true),
        ("the plan has no window", json!({}), -60, 0, true),
    ] {
        assert_eq!(follows(plan, began, now), expected, "{fact}");
    }
    let mut ours = full_load(windowed()).began(-60).status("running").at(0);
    ours.poll();
    assert!(ours.run().drive.joined().is_some(), "the tag of a task of ours tells who drives it");
}

#[test]
fn joined() {
    let joined = |plan: Value| full_load(plan).began(-30).status("running").joined().tables(&HALF).at(CLOSE);
    let kept_task = |plan: Value| kept(plan).began(-30).status("running").joined().tables(&HALF).at(CLOSE);
    check([
        ("no default stops what somebody else started", joined(windowed()), "LeftRunning"),
        ("a stated Stop does", joined(stated("Stop")), "Stop Close"),
        ("a stated LeaveRunning does not", joined(stated("LeaveRunning")), "LeftRunning"),
        (
            "nor does a lead without a stated Stop end the watch early",
            joined(and(windowed(), json!({"Window": {"StopLead": "PT10M"}}))).at(CLOSE - 10),
            "Wait",
        ),
        ("the same for an external task", kept_task(windowed()), "LeftRunning | kept by somebody else"),
        ("and a stated Stop for an external task", kept_task(stated("Stop")), "Stop Close"),
        ("not seen, and to be stopped", joined(stated("Stop")).unseen(), "Stop Close"),
        ("not seen, and to be left", joined(windowed()).unseen(), "Look again | too busy"),
    ]);
}

/// Before a stop of an execution that was redriven, somebody else's start is looked for.
/// DMS has taken this run's stop, and the task was started again before a poll has seen it at rest: that is somebody
/// else's, and our stop is not made again.
#[test]
fn what_is_started_after_our_stop_is_somebody_elses() {
    let told = |cause: StopCause| {
        full_load(json!({}))
            .started(1)
            .began(1)
            .status("running")
            .tables(&COMPLETE)
            .set(|case| {
                case.run().latest_start = Some(minute(1));
            })
            .told_to_stop(cause, CLOSE)
    };
    check([
        ("it runs on", told(StopCause::Close).at(CLOSE + 1), "Stop Close"),
        (
            "it was started moments later",
            told(StopCause::Close).began(CLOSE + 1).at(CLOSE + 2),
            "Paused | somebody else started the task at | what runs now is left alone | not stop it by hand",
        ),
        (
            "it was stopped since the plan's end was reached: DMS itself may have started it at that moment",
            told(StopCause::Done).began(CLOSE + 1).at(CLOSE + 2),
            "Stop Done",
        ),
        (
            "it was stopped since the plan's end was reached, and loaded anew: DMS itself only resumes",
            told(StopCause::Done).began(CLOSE + 1).fresh(CLOSE + 1).at(CLOSE + 2),
            "Unknown | somebody else started the task at | what runs now is left alone | not stop it by hand",
        ),
        (
            "a start of this run that DMS had not dated when it was stopped is its own",
            told(StopCause::Close).set(|case| case.run().latest_start = None).began(CLOSE + 1).at(CLOSE + 4),
            "Stop Close",
        ),
    ]);
}

#[test]
fn the_guard_before_a_stop() {
    let run = |redrives: u64| {
        let mut case = full_load(windowed()).started(1);
        case.run().latest_start = Some(minute(1));
        case.run().redriven(redrives);
        case.run().clone()
    };
    for (redrives, at, looks) in
        [(0, CLOSE + 1, false), (1, CLOSE - 1, false), (1, CLOSE, true), (1, CLOSE + 1, true)]
    {
        assert_eq!(commit::stop_wants_a_look(&run(redrives), minute(at)), looks, "{redrives} {at}");
    }
    for (began, held) in [(1, false), (CLOSE, false), (CLOSE + 1, true)] {
        let case = full_load(windowed()).began(began).status("running");
        let mut run = run(1);
        let why = commit::guard_stop(&mut run, &case.seen, minute(CLOSE + 1));
        assert_eq!(
            why.is_some_and(|why| why.contains("somebody else started the task after")),
            held,
            "{began}"
        );
        assert_eq!(run.taken_over, held.then(|| minute(began)));
    }
    for (seen, at, held) in [
        (TaskSeen::Unseen, CLOSE + 240, false),
        (TaskSeen::Unseen, CLOSE + 241, true),
        (TaskSeen::NotThere, CLOSE + 241, false),
    ] {
        let why = commit::guard_stop(&mut run(1), &seen, minute(at));
        assert_eq!(why.is_some(), held, "{seen:?} at {at}");
    }
}
