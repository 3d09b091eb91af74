//! Getting the task going: what becomes of a start, by DMS's answer and by what the task shows afterwards.

use migration::run::step::Occasion;
use serde_json::json;

use migration::commit::{self, Guarded};
use migration::run::acts::StartKind;
use migration::run::answer::Answer;
use plan::settings::PrepMode;
use support::cases::{
    AWAY, CLOSE, Case, LAST_WEEK, SOURCE, and, cdc, check, full_load, in_words, kept, minute, windowed,
};

const COMPLETE: [&str; 2] = ["Table completed"; 2];
const FINISHED: &str = "Stop Reason FULL_LOAD_ONLY_FINISHED";

#[test]
fn a_start_that_was_taken() {
    let last_week = || full_load(json!({"Start": "Refresh"})).last_week(FINISHED).tables(&COMPLETE);
    check([
        ("does not show yet", full_load(json!({})).started(1).at(2), "Look again | does not show it yet"),
        (
            "what last week's run left is not its end",
            last_week().started_by(StartKind::ReloadTarget, 1).at(2),
            "Look again | does not show it yet",
        ),
        (
            "running, with the dates of last week still on it",
            last_week().started_by(StartKind::ReloadTarget, 1).status("running").at(2),
            "Wait | the task is running",
        ),
        (
            "a start date a little before ours is our clock's",
            full_load(json!({})).started(1).began(0).stopped(2, FINISHED).tables(&COMPLETE).at(2),
            "Succeeded",
        ),
        (
            "the new start shows beside the stop of last week",
            last_week().started_by(StartKind::ReloadTarget, 1).began(1).at(2),
            "Look again | does not show it yet",
        ),
        (
            "the new start shows for five minutes beside the stop of last week",
            last_week().started_by(StartKind::ReloadTarget, 1).began(1).at(6),
            "SucceededWithWarnings | the rows of 2 tables are of an earlier load",
        ),
        (
            "it was over within the second in which it began",
            full_load(json!({})).started(1).began(1).stopped(1, FINISHED).tables(&COMPLETE).at(2),
            "Succeeded",
        ),
        (
            "was made long after it was decided: its effect is waited for from then",
            full_load(json!({}))
                .started(1)
                .set(|case| commit::start_answered(case.run(), Answer::Accepted, minute(8)))
                .at(12),
            "Look again | does not show it yet",
        ),
        (
            "was made long after it was decided, and had no effect",
            full_load(json!({}))
                .started(1)
                .set(|case| commit::start_answered(case.run(), Answer::Accepted, minute(8)))
                .seen_as_before(9)
                .at(13),
            "Failed | DMS took the start and the task is ready all the same",
        ),
        (
            "a failure that came without a date of its own is judged after a while",
            last_week()
                .started_by(StartKind::ReloadTarget, 1)
                .began(1)
                .failed(LAST_WEEK + 60, "Stop Reason FATAL_ERROR")
                .at(7)
                .at_first_look(),
            "Look again | the task is failed; it is looked at once more",
        ),
        (
            "had no effect",
            full_load(json!({})).started(1).seen_as_before(2).at(7),
            "Failed | DMS took the start and the task is ready all the same",
        ),
        (
            "one look after a while that shows no effect is no proof",
            full_load(json!({})).started(1).at(7),
            "Look again | does not show it yet",
        ),
        (
            "is waited for longer while the task is busy",
            full_load(json!({})).started(1).status("modifying").at(20),
            "Look again | does not show it yet",
        ),
        (
            "is waited for half an hour then",
            full_load(json!({})).started(1).status("modifying").at(31),
            "Failed | DMS took the start and the task is modifying all the same",
        ),
        (
            "tables that cannot be seen are waited for",
            full_load(json!({})).started(1).began(1).stopped(9, FINISHED).at(10),
            "Look again | its tables could not be seen",
        ),
    ]);
}

#[test]
fn a_start_whose_answer_was_lost() {
    check([
        (
            "may show any moment",
            full_load(json!({})).started(1).lost().at(2),
            "Look again | does not show it yet",
        ),
        (
            "is ours when the task began then",
            full_load(json!({})).started(1).lost().began(1).status("running").at(2),
            "Wait | the task is running",
        ),
        (
            "is ours when the load it began is over already",
            full_load(json!({})).started(1).lost().began(1).stopped(2, FINISHED).tables(&COMPLETE).at(3),
            "Succeeded",
        ),
        (
            "is not ours when the task shows last week's start",
            full_load(json!({}))
                .last_week(FINISHED)
                .tables(&COMPLETE)
                .started_by(StartKind::ReloadTarget, 1)
                .lost()
                .at(3),
            "Look again | does not show it yet",
        ),
        (
            "was not made, as every look for five minutes shows: it is decided anew",
            full_load(json!({})).started(1).missing(2).at(7),
            "Start start-replication",
        ),
        (
            "may still show after four",
            full_load(json!({})).started(1).missing(3).at(7),
            "Look again | does not show it yet",
        ),
        (
            "and the second one is no start again: the first may yet show, and is ours",
            full_load(json!({})).started(1).missing(2).at(7).made_anew(7).began(2).status("running").at(8),
            "Wait | the task is running",
        ),
        (
            "also where DMS refuses the second one for it",
            full_load(json!({}))
                .started(1)
                .missing(2)
                .at(7)
                .made_anew(7)
                .put_off("cannot be started, invalid state")
                .began(7)
                .status("running")
                .at(8),
            "Wait | the task is running",
        ),
    ]);
}

/// A resume whose answer was lost is not made a second time where that could load rows twice.
#[test]
fn a_resume_whose_answer_was_lost_under_do_nothing() {
    let resumed = |case: Case, mode: PrepMode, tables: &[&str]| {
        let case = case
            .last_week("NORMAL")
            .tables(tables)
            .started_by(StartKind::ResumeProcessing, 1)
            .missing(2)
            .at(7);
        case.set(|case| case.known().settings.as_mut().unwrap().prep_mode = mode)
    };
    let half = ["Table completed", "Before load"];
    let plan = || and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    check([
        (
            "of an unfinished load",
            resumed(full_load(plan()), PrepMode::DoNothing, &half),
            "Unknown | the answer to the resume was lost | could load rows twice | decide: | --input",
        ),
        (
            "under another mode",
            resumed(full_load(plan()), PrepMode::TruncateBeforeLoad, &half),
            "Start resume-processing",
        ),
        ("of a replication", resumed(cdc(plan()), PrepMode::DoNothing, &half), "Start resume-processing"),
        (
            "and the tables cannot be seen just now",
            resumed(full_load(plan()), PrepMode::DoNothing, &half).set(|case| case.tables = None),
            "Wait | the table statistics could not be seen",
        ),
    ]);
}

#[test]
fn lambda_that_did_not_invoke_the_step_has_started_nothing() {
    for (error, cause, rounds, answer) in [
        ("Lambda.TooManyRequestsException", "Rate Exceeded.", 0, "NotCalled"),
        ("Lambda.KMSAccessDeniedException", "", 0, "NotCalled"),
        (
            "Lambda.AWSLambdaException",
            "User: x is not authorized to perform: lambda:InvokeFunction on y",
            0,
            "NotCalled",
        ),
        ("Lambda.AWSLambdaException", "broken", 0, "Lost"),
        ("Lambda.ServiceException", "", 0, "Lost"),
        ("Sandbox.Timedout", "", 0, "Lost"),
        ("States.Timeout", "", 0, "Lost"),
        // The poll met it, and what became of the start is not known.
        ("Lambda.TooManyRequestsException", "Rate Exceeded.", 1, "Lost"),
    ] {
        let mut case = full_load(windowed()).at(1);
        assert!(in_words(&case.poll()).starts_with("Start"), "{error}");
        case.running.caught = serde_json::from_value(json!({"Error": error, "Cause": cause})).ok();
        case.running.blind.rounds = rounds;
        let mut case = case.at(2);
        let decided = in_words(&case.poll());
        let known = format!("{:?}", case.run().drive.start().unwrap().answer);
        if answer == "NotCalled" {
            assert!(decided.starts_with("Start start-replication"), "{error}: {decided}");
            assert_eq!(case.run().drive.start().unwrap().decided, minute(2), "decided anew");
            assert_eq!(case.run().drive.restarts(), 0, "{error}");
        } else {
            assert!(known.starts_with("Lost") && decided.starts_with("Look again"), "{error}: {decided}");
        }
    }
}

/// The step that starts is invoked twice, or its request reaches DMS twice: what comes back is that of the second. A task
/// that this run has created is nobody else's to start at that moment.
#[test]
fn a_start_that_was_made_twice_is_this_runs() {
    let state = "Replication Task cannot be started, invalid state";
    let held = |case: Case| case.started(1).withheld("the task was starting just before the start");
    let refused = |case: Case| case.started(1).put_off(state);
    let ours = || full_load(windowed()).status("running");
    let runs = |case: Case| case.began(1).at(2);
    check([
        (
            "the second invocation found it starting",
            held(full_load(windowed())).status("starting").at(2),
            "Look again",
        ),
        ("and it runs by now", runs(held(ours())), "Wait | the task is running"),
        (
            "and it has come to its end by now",
            held(ours()).began(1).stopped(2, FINISHED).tables(&COMPLETE).at(3),
            "Succeeded",
        ),
        ("the second request was refused", runs(refused(ours())), "Wait | the task is running"),
        (
            "after a refusal for want of a permission it is somebody else's, and joined",
            runs(ours().started(1).refused("AccessDenied", "no")),
            "Wait | the task is running",
        ),
        (
            "three minutes later somebody else may have started it",
            held(ours()).began(3).at(4),
            "Wait | the task is running",
        ),
    ]);
    let (late, later) = ("LeftRunning", "Unknown | whether by this run or by somebody else is not known");
    for (name, mut case, at_close, whose) in [
        ("created by this run", runs(held(ours())), "Stop Close", Some("ours")),
        ("three minutes later", held(ours()).began(4).at(4), late, Some("somebody else's")),
        ("created by an earlier run", runs(held(ours().adopted())), later, None),
        ("kept elsewhere", runs(held(kept(windowed()).status("running"))), later, None),
        ("and refused", runs(refused(kept(windowed()).status("running"))), later, None),
        ("and starting, without a date of it", held(kept(windowed()).status("starting")).at(2), later, None),
        (
            "for want of a permission",
            runs(kept(windowed()).status("running").started(1).refused("AccessDenied", "no")),
            late,
            Some("somebody else's"),
        ),
    ] {
        case.poll();
        let drive = &case.run().drive;
        let found = match (drive.is_doubtful(), drive.is_somebody_elses()) {
            (true, _) => None,
            (_, true) => Some("somebody else's"),
            _ => Some("ours"),
        };
        assert_eq!(found, whose, "{name}");
        check([(name, case.at(CLOSE + 1), at_close)]);
    }
}

/// A start is made in place of one whose answer was lost, and refused: the first one was taken after all, and shows by its
/// date a moment later.
#[test]
fn a_refusal_in_place_of_a_lost_answer_is_the_answer() {
    for adopted in [false, true] {
        let refused = |status: &str| {
            let case =
                full_load(windowed()).started(6).put_off("Replication Task cannot be started, invalid state");
            let case = if adopted { case.adopted() } else { case };
            case.status(status).at(10).set(|case| {
                let lost = minute(1);
                case.running.run.drive.start_mut().unwrap().lost_since = Some(lost);
            })
        };
        check([
            ("it is starting, without a date of it", refused("starting"), "Look again"),
            ("it runs", refused("running").began(6), "Wait | the task is running"),
            (
                "it has come to its end",
                refused("stopped").began(6).stopped(9, FINISHED).tables(&COMPLETE),
                "Succeeded",
            ),
            ("it is stopped at its close", refused("running").began(6).at(CLOSE), "Stop Close"),
            ("nothing has started it", refused("ready"), "Start start-replication"),
        ]);
    }
}

#[test]
fn a_start_that_dms_did_not_take() {
    let untested = "Test connection for replication instance i and endpoint e should be successful";
    let state = "Replication Task cannot be started, invalid state";
    let first_only = "Start Type : START_REPLICATION, valid only for tasks running for the first time";
    check([
        (
            "since somebody else was quicker: what runs is followed",
            full_load(json!({}))
                .adopted()
                .started(1)
                .put_off("cannot be started, invalid state")
                .status("starting")
                .at(2),
            "Wait | the task is starting",
        ),
        (
            "since somebody else was quicker, and has finished already",
            full_load(json!({}))
                .adopted()
                .started(1)
                .put_off("cannot be started, invalid state")
                .began(1)
                .stopped(2, FINISHED)
                .tables(&COMPLETE)
                .at(3),
            "Succeeded | all 2 tables are complete",
        ),
        (
            "since a connection was not tested: again",
            full_load(json!({})).started(1).put_off(untested).at(2),
            "Start start-replication",
        ),
        (
            "and the connection is being tested",
            full_load(json!({}))
                .started(1)
                .put_off(untested)
                .connected(Some("testing"), Some("successful"))
                .at(2),
            "Look again | SOURCE is being tested",
        ),
        (
            "and the connection has failed",
            full_load(json!({}))
                .started(1)
                .untested(untested)
                .tested_again(SOURCE, 2, 2)
                .connected(Some("ORA-01017"), Some("successful"))
                .pending(3)
                .at(3),
            "Rejected | ORA-01017",
        ),
        (
            "since it is busy",
            full_load(json!({}))
                .started(1)
                .put_off("cannot be started, invalid state")
                .status("modifying")
                .at(2),
            "Look again | cannot be started, invalid state",
        ),
        (
            "for more than half an hour",
            full_load(json!({})).started(1).put_off(state).at(32),
            "Failed | DMS refused to start the task | invalid state | nothing was started",
        ),
        (
            "for a minute less",
            full_load(json!({})).started(1).put_off(state).at(31),
            "Start start-replication",
        ),
        (
            "in a window it is tried for as long as there is time",
            full_load(windowed()).started(1).put_off(state).at(300),
            "Start start-replication",
        ),
        (
            "and not until it closes",
            full_load(windowed()).started(1).put_off(state).at(CLOSE - 2),
            "Failed | DMS refused to start the task",
        ),
        (
            "since a connection counts as untested, whatever DMS lists",
            full_load(json!({})).started(1).untested(untested).at(2),
            "Test SOURCE | DMS wants the connection of SOURCE tested",
        ),
        (
            "and was tested since",
            full_load(json!({})).started(1).untested(untested).tested_again(SOURCE, 2, 2).at(3),
            "Start start-replication",
        ),
        (
            "and is refused all the same: it is the other one's turn",
            full_load(json!({})).started(3).untested(untested).tested_again(SOURCE, 2, 2).at(4),
            "Test TARGET",
        ),
        (
            "since it was too busy: again",
            full_load(json!({})).started(1).throttled().at(2),
            "Start start-replication",
        ),
        (
            "since it was too busy, for half an hour: that is waited out for as long as the run may work",
            full_load(json!({})).started(1).throttled().at(31),
            "Start start-replication",
        ),
        (
            "since it was too busy, for two hours, the way of starting being chosen by what is there now",
            full_load(json!({"Start": "Refresh"}))
                .last_week(FINISHED)
                .tables(&COMPLETE)
                .started_by(StartKind::ReloadTarget, 1)
                .throttled()
                .at(121),
            "Start reload-target",
        ),
        (
            "since it was too busy, until the window has closed",
            full_load(windowed()).started(1).throttled().at(CLOSE),
            "Skipped | before the task could be started",
        ),
        (
            "for want of a permission",
            full_load(json!({})).started(1).refused("AccessDeniedException", "is not authorized").at(2),
            "Failed | AccessDeniedException: is not authorized | nothing was started | aws dms describe-replication-tasks",
        ),
        (
            "for want of a permission, the task being four minutes old: its tags may not count yet",
            full_load(json!({}))
                .started(1)
                .refused("AccessDeniedException", "is not authorized")
                .at(7)
                .set(|case| case.known().created = Some(minute(-3))),
            "Start start-replication",
        ),
        (
            "and the task being five minutes old",
            full_load(json!({}))
                .started(1)
                .refused("AccessDeniedException", "is not authorized")
                .at(2)
                .set(|case| case.known().created = Some(minute(-4))),
            "Failed | AccessDeniedException",
        ),
        (
            "for good",
            full_load(json!({})).started(1).refused("InvalidParameterCombinationException", first_only).at(2),
            "Failed | InvalidParameterCombinationException: Start Type : START_REPLICATION | nothing was started",
        ),
        (
            "and the window has closed since",
            full_load(windowed()).started(CLOSE - 1).put_off(untested).at(CLOSE),
            "Skipped | before the task could be started",
        ),
    ]);
}

#[test]
fn a_start_that_the_guard_held_back() {
    let last_week = || full_load(json!({"Start": "Refresh"})).adopted().last_week(FINISHED).tables(&COMPLETE);
    check([
        (
            "since somebody else had started the task",
            last_week().started_by(StartKind::ReloadTarget, 1).withheld("was started").began(1).at(2),
            "Look again | the task was started and does not show it yet",
        ),
        (
            "and it runs",
            last_week()
                .started_by(StartKind::ReloadTarget, 1)
                .withheld("was running")
                .status("running")
                .at(2),
            "Wait | the task is running",
        ),
        (
            "since it was not seen: again",
            last_week().started_by(StartKind::ReloadTarget, 1).withheld("could not be seen").at(2),
            "Start reload-target",
        ),
        (
            "since it was busy",
            last_week()
                .started_by(StartKind::ReloadTarget, 1)
                .withheld("was modifying")
                .status("modifying")
                .at(2),
            "Look again | was modifying",
        ),
    ]);
}

#[test]
fn what_stands_between_a_task_and_its_start() {
    let half_an_hour = and(windowed(), json!({"Window": {"MinimumMinutes": 30}}));
    check([
        (
            "a word that DMS has learned since",
            full_load(json!({})).status("hibernating"),
            "Look again | hibernating",
        ),
        (
            "a task on its way down",
            full_load(json!({})).began(LAST_WEEK).status("stopping"),
            "Look again | stopping",
        ),
        (
            "a task that stays busy",
            full_load(json!({})).status("modifying").pending(1).at(62),
            "Failed | the task is modifying and did not become ready in 61 minutes | nothing was started",
        ),
        (
            "in a window, for as long as there is time",
            full_load(windowed()).status("modifying").pending(1).told(Occasion::NotStarted).at(300),
            "Wait | the task is modifying",
        ),
        (
            "after a quarter of an hour people are told",
            full_load(windowed()).status("modifying").pending(1).at(16),
            "Tell NotStarted | for 15 minutes now: the task is modifying",
        ),
        (
            "and not until it closes",
            full_load(windowed()).status("modifying").pending(1).at(CLOSE - 2),
            "Failed | the task is modifying and did not become ready",
        ),
        (
            "a task that is busy late, since DMS was too busy to create it before",
            full_load(json!({})).status("creating").pending(90).at(104),
            "Look again | the task is creating",
        ),
        ("enough of the window", full_load(half_an_hour.clone()).at(CLOSE - 30), "Start start-replication"),
        (
            "too little of the window",
            full_load(half_an_hour.clone()).at(CLOSE - 29),
            "Skipped | 29 minutes are left in the window, the plan wants 30",
        ),
        (
            "tables that cannot be seen",
            full_load(json!({})).last_week(FINISHED),
            "Wait | the table statistics could not be seen",
        ),
        (
            "settings that cannot be seen",
            full_load(json!({})).set(|case| case.known().settings = None),
            "Look again | the task's settings could not be seen",
        ),
        (
            "a moved task that never ran",
            full_load(json!({})).status("failed-move"),
            "Start start-replication",
        ),
    ]);
}

#[test]
fn a_task_that_was_under_way_is_joined() {
    check([
        ("and watched", full_load(json!({})).began(-30).status("running"), "Wait | the task is running"),
        (
            "and judged",
            full_load(json!({}))
                .began(-30)
                .status("running")
                .joined()
                .stopped(5, FINISHED)
                .tables(&COMPLETE)
                .at(6),
            "Succeeded",
        ),
        (
            "on its way up, with the start date of last week still on it",
            full_load(json!({}))
                .last_week(FINISHED)
                .status("starting")
                .joined()
                .began(0)
                .stopped(5, FINISHED)
                .tables(&COMPLETE)
                .at(6),
            "Succeeded",
        ),
        (
            "and followed when somebody starts it again",
            full_load(json!({}))
                .began(-30)
                .status("running")
                .joined()
                .began(5)
                .stopped(9, FINISHED)
                .tables(&COMPLETE)
                .at(10),
            "Succeeded",
        ),
        (
            "and its failure is told",
            kept(json!({}))
                .status("starting")
                .joined()
                .failed(5, "Stop Reason FATAL_ERROR")
                .tables(&[])
                .at_rest(5)
                .at(23),
            "Failed | the DMS task has failed",
        ),
        (
            "stopped by whoever started it",
            full_load(json!({}))
                .began(-30)
                .status("running")
                .joined()
                .stopped(5, "Stop Reason NORMAL")
                .tables(&["Full load"])
                .at(6),
            "Interrupted | the task was stopped, by who had started it or by somebody else (NORMAL)",
        ),
    ]);
}

/// Somebody has started and stopped the task since this run began: another execution of ours, as where a schedule fires
/// twice. What the author of the plan knew of the rows is no longer so.
#[test]
fn a_consent_to_a_resume_is_for_what_was_there_when_the_run_began() {
    let half = ["Table completed", "Before load"];
    let idle = |mode: PrepMode| {
        let case =
            full_load(and(windowed(), json!({"Start": "Resume"}))).last_week("NORMAL").tables(&half).at(6);
        case.set(|case| {
            let case = case.known();
            case.settings.as_mut().unwrap().prep_mode = mode;
        })
    };
    let since = |case: Case| case.began(2).stopped(4, "NORMAL").at(6);
    check([
        ("nobody has", idle(PrepMode::DoNothing), "Start resume-processing"),
        (
            "somebody has",
            since(idle(PrepMode::DoNothing)),
            "Rejected | DO_NOTHING | consents to a resume of what was there when this run was due",
        ),
        (
            "somebody has, and a resume empties what it loads again",
            since(idle(PrepMode::TruncateBeforeLoad)),
            "Start resume-processing",
        ),
    ]);
}

#[test]
fn the_guard_before_the_call() {
    let decided = || full_load(windowed()).last_week(FINISHED).started_by(StartKind::ReloadTarget, 1).lost();
    let guard =
        |mut case: support::cases::Case| commit::guard_start(&case.run().clone(), &case.seen, case.now);
    assert_eq!(guard(decided()), Guarded::Clear);
    assert_eq!(
        guard(decided().at(CLOSE - 2)),
        Guarded::Clear,
        "what was decided with two minutes left may be made"
    );
    for (fact, case, why) in [
        ("the time is over", decided().at(CLOSE), "the run's time is over"),
        ("the time is nearly over", decided().at(CLOSE - 1), "is too near"),
        ("it is not idle", decided().status("running"), "the task was running"),
        ("it was started since", decided().began(1), "started by somebody else"),
        ("it is not seen", decided().unseen(), "could not be seen"),
        ("it is gone", decided().not_there(), "could not be seen"),
        ("this start was made before", decided().refused("AccessDeniedException", "no"), "made before"),
        ("no start was decided", full_load(windowed()), "no start has been decided"),
    ] {
        let Guarded::Held(held) = guard(case) else { panic!("{fact}: it is not held back") };
        assert!(held.contains(why), "{fact}: {held:?}");
    }
}

#[test]
fn a_start_step_that_is_made_again_after_a_redrive_recognises_its_own_start() {
    let decided = |plan| full_load(plan).last_week(FINISHED).started_by(StartKind::ReloadTarget, 1).lost();
    let guard =
        |mut case: support::cases::Case| commit::guard_start(&case.run().clone(), &case.seen, case.now);
    let running = |began| decided(windowed()).began(began).status("running");
    assert_eq!(
        guard(running(1).at(60)),
        Guarded::Made,
        "an hour later the task shows the start of that minute"
    );
    assert_eq!(
        guard(running(1).at(CLOSE + 60)),
        Guarded::Made,
        "and after the close too, so that it is stopped"
    );
    assert_eq!(guard(decided(windowed()).began(1).stopped(9, FINISHED).at(60)), Guarded::Made);
    let held = |case| matches!(guard(case), Guarded::Held(_));
    assert!(held(running(1).at(2)), "within moments of the decision it was somebody else's");
    let redriven = |case: support::cases::Case| case.set(|case| case.run().redriven(1));
    assert_eq!(
        guard(redriven(running(1).at(2))),
        Guarded::Made,
        "or this execution's own, before it was redriven"
    );
    assert_eq!(guard(redriven(decided(windowed()).at(2))), Guarded::Clear, "or it never was made");
    let doubted = |case, fact: &str| {
        let guarded = guard(case);
        assert!(matches!(guarded, Guarded::Doubtful(_)), "{fact}: {guarded:?}");
    };
    doubted(running(30).at(60), "a start of half an hour later may be anybody's");
    doubted(running(4).at(60), "one of three minutes later, too");
    assert_eq!(guard(running(3).at(60)), Guarded::Made, "one of two minutes later is that one");
    assert_eq!(guard(running(0).at(60)), Guarded::Made, "one of a minute before is our clock's");
    doubted(running(-1).at(60), "one of two minutes before may be anybody's");
    assert_eq!(
        guard(running(50).fresh(1).at(60)),
        Guarded::Made,
        "that DMS has started it again since leaves the date at which it began from the beginning"
    );
    doubted(running(50).fresh(30).at(60), "somebody has reloaded it since");
    let resumed = full_load(windowed()).last_week(FINISHED).started_by(StartKind::ResumeProcessing, 1).lost();
    doubted(resumed.began(50).fresh(1).status("running").at(60), "a resume leaves that date alone");
    assert!(held(running(1).at(3)), "two minutes after the decision it was somebody else's");
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(guard(running(1).at(3).set(|case| case.now += second)), Guarded::Made, "and no longer");
    assert!(held(running(LAST_WEEK).at(60)));
}

#[test]
fn a_start_that_was_not_taken_leaves_nothing_to_stop_at_the_close() {
    let mut taken = full_load(windowed()).started(1);
    assert!(taken.run().stop_at_close);
    assert!(taken.clone().lost().run().stop_at_close, "it may have been taken");
    let mut refused = taken.clone().refused("AccessDeniedException", "no");
    assert!(!refused.run().stop_at_close);
    assert!(!taken.withheld("was running").run().stop_at_close);
    assert_eq!(refused.run().drive.start().unwrap().decided, minute(1));
}

#[test]
fn a_start_again_is_guarded_like_a_first_one() {
    let failed = || full_load(windowed()).started(1).began(1).failed(60, AWAY).tables(&["Full load"]);
    let decided = || failed().started_again(1, 61).lost();
    let guard =
        |mut case: support::cases::Case| commit::guard_start(&case.run().clone(), &case.seen, case.now);
    assert_eq!(guard(decided().at(61)), Guarded::Clear);
    assert_eq!(guard(decided().began(61).status("running").at(70)), Guarded::Made);
    for (fact, case) in [
        ("somebody else has started it", decided().began(61).status("running").at(62)),
        ("it has recovered by itself", decided().status("running").at(62)),
        ("the time is nearly over", decided().at(CLOSE - 1)),
        ("it has its answer", failed().started_again(1, 61).at(62)),
    ] {
        assert!(matches!(guard(case), Guarded::Held(_)), "{fact}");
    }
}

#[test]
fn a_start_that_was_found_to_be_made_is_followed_as_ours() {
    let mut case = full_load(windowed()).started(1).lost().began(1).status("running").at(60);
    assert_eq!(commit::guard_start(&case.run().clone(), &case.seen, case.now), Guarded::Made);
    // What the start step writes down then: the answer stays lost.
    case.answer_start(Answer::Lost);
    assert!(case.run().stop_at_close, "and it is stopped at the close");
    let decided = in_words(&case.poll());
    assert!(decided.starts_with("Wait: the task is running"), "{decided}");
}

#[test]
fn a_start_of_which_it_cannot_be_told_whose_it_was_is_followed_as_somebody_elses() {
    let doubted = |plan: serde_json::Value| {
        full_load(plan)
            .last_week(FINISHED)
            .started_by(StartKind::ReloadTarget, 1)
            .lost()
            .began(30)
            .status("running")
            .tables(&COMPLETE)
            .at(60)
            .set(|case| {
                let now = case.now;
                commit::start_is_doubtful(&mut case.running, "it was redriven".to_owned(), now);
            })
    };
    let stated = and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let unknown = "Unknown | at the moment of this run's own start | nothing stops it at the close of a window \
                   | aws dms stop-replication-task";
    check([
        ("while it runs", doubted(windowed()), "Wait | the task is running"),
        ("to its end", doubted(windowed()).stopped(90, FINISHED).at(91), "Succeeded"),
        ("at the close another run may stop it", doubted(windowed()).at(CLOSE), "Look again"),
        ("a minute later it is left alone", doubted(windowed()).at(CLOSE + 1), unknown),
        ("unless the plan says in words that it is stopped", doubted(stated).at(CLOSE), "Stop Close"),
        (
            "its failure is told, and it is not started again",
            doubted(windowed()).failed(90, AWAY).at_rest(90).at(108),
            "Failed | the DMS task has failed",
        ),
    ]);
}

/// How to start a task that has run before depends on its tables, which DMS may refuse to show.
#[test]
fn a_start_without_the_tables() {
    let refused = |at: i64| {
        full_load(json!({})).last_week("NORMAL").at(at).set(|case| {
            case.tables_refused = Some("AccessDeniedException: not allowed".to_owned());
        })
    };
    check([
        ("at first", refused(1), "Wait | the table statistics could not be seen"),
        ("for a minute less than half an hour", refused(29), "Wait"),
        (
            "for half an hour",
            refused(30),
            "Failed | its tables could not be read: AccessDeniedException | nothing was started \
             | dms:DescribeTableStatistics",
        ),
        ("and longer", refused(31), "Failed"),
    ]);
}

/// The last look before nothing may be started any more is not slept through: what stood in the way is told then.
#[test]
fn no_wait_before_the_start_reaches_past_the_last_moment_for_one() {
    let waits = |minimum: i64, left: i64| {
        let plan = and(windowed(), json!({"Window": {"MinimumMinutes": minimum}}));
        let mut case = full_load(plan).status("modifying").at(CLOSE - left);
        case.run().pending_since = Some(minute(1));
        case.run().told.push(Occasion::NotStarted);
        case.poll();
        i64::from(case.running.next.seconds)
    };
    assert!((50..=61).contains(&waits(60, 61)), "{} s", waits(60, 61));
    assert!(waits(30, 61) > 61, "{} s", waits(30, 61));
    assert!(waits(0, 3) <= 61, "{} s", waits(0, 3));
}
