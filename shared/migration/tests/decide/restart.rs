//! A task that DMS gave up on is started again: for what may pass, where a resume is safe, after a pause, so often and
//! no more.

use jiff::SignedDuration;
use migration::commit;
use migration::run::acts::{StartKind, StopCause};
use migration::run::answer::Answer;
use migration::run::step::{Occasion, What};
use migration::run::verdict::Outcome;
use serde_json::{Value, json};

use support::cases::{
    AWAY, CLOSE, Case, DENIED, LAST_WEEK, LOG_IS_GONE, NO_MEMORY, NO_TABLES, NOBODY_KNOWS, SOURCE, and, cdc,
    check, full_load, in_words, load_and_cdc, minute, windowed,
};

const COMPLETE: [&str; 2] = ["Table completed"; 2];
const HALF: [&str; 2] = ["Table completed", "Full load"];
const ERRORED: [&str; 2] = ["Table completed", "Table error"];
const HELD_SLOT: &str = "Last Error replication slot \"orders_00016402\" is active for PID 24321 Stop Reason FATAL_ERROR \
     Error Level FATAL";
const DISK_FULL: &str = "Last Error could not extend file \"base/16385/16402\": No space left on device Stop Reason \
     FATAL_ERROR Error Level FATAL";

/// A full load of this night that has been seen failed, with these words of DMS, for ten minutes.
fn failed(plan: Value, words: &str) -> Case {
    full_load(plan).started(1).began(1).failed(51, words).tables(&HALF).at_rest(51).at(61)
}

/// As [`failed`], when DMS calls the task stopped.
fn stopped(reason: &str) -> Case {
    let reason = format!("Stop Reason {reason}");
    full_load(json!({})).started(1).began(1).stopped(60, &reason).tables(&HALF).at_rest(60).at(61)
}

/// A load together with its replication, failed for what may pass.
fn failed_load_and_cdc(tables: &[&str]) -> Case {
    load_and_cdc(json!({})).started(1).began(1).failed(51, AWAY).tables(tables).at_rest(51).at(61)
}

/// A replication that failed with these words.
fn failed_cdc(words: &str) -> Case {
    let plan = json!({"Until": "CaughtUp"});
    cdc(plan).started(1).began(1).failed(51, words).tables(&["Before load"]).at_rest(51).at(61)
}

/// As [`failed`], with the start again of minute 61 decided and taken; a minute later.
fn again(plan: Value) -> Case {
    failed(plan, AWAY).started_again(1, 61).at(62)
}

#[test]
fn for_what_may_pass_and_for_nothing_else() {
    check([
        (
            "DMS has used up its own attempts",
            failed(json!({}), AWAY),
            "Start resume-processing | a connection, a database or DMS itself was away or busy | 1 of 5 starts again \
             | 1 of 2 tables is not complete",
        ),
        (
            "memory ran out",
            failed(json!({}), NO_MEMORY),
            "Start resume-processing | has run out of memory or disk",
        ),
        ("RECOVERABLE_ERROR", stopped("RECOVERABLE_ERROR"), "Start resume-processing | was away"),
        ("STOPPED_DUE_TO_LOW_MEMORY", stopped("STOPPED_DUE_TO_LOW_MEMORY"), "Start resume-processing"),
        ("STOPPED_DUE_TO_LOW_DISK", stopped("STOPPED_DUE_TO_LOW_DISK"), "Start resume-processing"),
        (
            "RECYCLE_TASK: DMS starts it again by itself",
            stopped("RECYCLE_TASK").at(69),
            "Look again | DMS stopped the task to start it again",
        ),
        ("RECYCLE_TASK, and it did not come back", stopped("RECYCLE_TASK").at(70), "Start resume-processing"),
        (
            "RECONFIGURATION_RESTART, and it did not come back",
            stopped("RECONFIGURATION_RESTART").at(70),
            "Start resume-processing",
        ),
        (
            "a setting that is wrong",
            failed(json!({}), NO_TABLES),
            "Failed | set up wrongly; trying again does not help | No tables were found",
        ),
        (
            "a password that is wrong, though it speaks of connecting",
            failed(json!({}), DENIED),
            "Failed | a permission is missing or a password is wrong",
        ),
        (
            "a log that is gone",
            failed_cdc(LOG_IS_GONE),
            "Failed | the source's log no longer holds the position | decide: | CdcStartPosition",
        ),
        (
            "what nobody recognises is tried once, where a resume is safe",
            failed(json!({}), NOBODY_KNOWS),
            "Start resume-processing | that this product recognises | 1 of 5 starts again",
        ),
        (
            "and not where a resume is not",
            failed(json!({}), NOBODY_KNOWS).do_nothing(),
            "Failed | that this product recognises",
        ),
        (
            "nor where less time is left than was lost",
            failed(windowed(), NOBODY_KNOWS).at(CLOSE - 10),
            "Failed | that this product recognises",
        ),
        (
            "a replication slot that is still held is waited out",
            failed_cdc(HELD_SLOT),
            "Start resume-processing | the replication slot is still held by another connection | 1 of 5",
        ),
        (
            "a database whose disk is full has no room a minute later either",
            failed(json!({}), DISK_FULL),
            "Failed | a database has no room left | make room | could not extend file",
        ),
        (
            "no words at all",
            failed(json!({}), "Stop Reason FATAL_ERROR"),
            "Start resume-processing | that this product recognises",
        ),
        ("EXPRESS_LICENSE_LIMITS_REACHED", stopped("EXPRESS_LICENSE_LIMITS_REACHED"), "Failed"),
        ("somebody has stopped it", stopped("NORMAL"), "Interrupted"),
        (
            "somebody has stopped it, the words of an earlier failure being left over",
            failed(json!({}), AWAY).stopped(60, "Stop Reason NORMAL"),
            "Interrupted",
        ),
        (
            "it came to its end with a table in error, the words of an earlier failure being left over",
            failed(json!({}), AWAY).stopped(60, "Stop Reason FULL_LOAD_ONLY_FINISHED").tables(&ERRORED),
            "PartlyFailed | shop.t1 Table error",
        ),
        ("a reason that DMS has learned since", stopped("SOMETHING_NEW"), "Interrupted"),
        ("a move that failed", stopped("").status("failed-move"), "Failed | the DMS task is failed-move"),
    ]);
}

/// The run has started the task again at minute 61, for a failure with these words; it has failed with those since.
fn fell_again(plan: Value, before: &str, since: &str) -> Case {
    let mut case = failed(plan, before);
    starts_with(&poll(&mut case), "Start resume-processing");
    case.answer_start(Answer::Accepted);
    case.began(61).failed(70, since).tables(&HALF).at_rest(70).at(80)
}

#[test]
fn what_nobody_recognises_is_tried_once_for_the_same_words() {
    let told = "Failed | that this product recognises | DMS says: Last Error Task error notification";
    let other_thread = NOBODY_KNOWS.replace("thread 0", "thread 7").replace("subtask 0", "subtask 12");
    let other = "Last Error Something else Stop Reason FATAL_ERROR Error Level FATAL";
    check([
        ("the same words", fell_again(json!({}), NOBODY_KNOWS, NOBODY_KNOWS), told),
        ("the same words of another thread", fell_again(json!({}), NOBODY_KNOWS, &other_thread), told),
        ("other words", fell_again(json!({}), NOBODY_KNOWS, other), "Start resume-processing | 2 of 5"),
        (
            "the first ones that nobody recognises, after what may pass",
            fell_again(json!({}), AWAY, NOBODY_KNOWS),
            "Start resume-processing | 2 of 5",
        ),
        (
            "what may pass, after them",
            fell_again(json!({}), NOBODY_KNOWS, AWAY),
            "Start resume-processing | 2 of 5",
        ),
        (
            "as often as the plan says",
            fell_again(json!({"Restarts": 1}), NOBODY_KNOWS, other),
            "Failed | Something else",
        ),
    ]);
    let mut case = fell_again(json!({}), NOBODY_KNOWS, AWAY);
    assert_eq!(case.run().unrecognised.len(), 1);
    starts_with(&poll(&mut case), "Start resume-processing");
    assert_eq!(case.run().unrecognised.len(), 1, "what is recognised is not remembered");
    case.answer_start(Answer::Accepted);
    check([(
        "again after something else",
        case.began(80).failed(90, NOBODY_KNOWS).at_rest(90).at(110),
        told,
    )]);
}

#[test]
fn a_start_again_for_what_nobody_recognises_that_dms_did_not_take_is_still_the_one_try() {
    let mut case = failed(json!({}), NOBODY_KNOWS);
    starts_with(&poll(&mut case), "Start resume-processing");
    let mut case = case.put_off("Test connection for i and e should be successful").at(62);
    starts_with(&poll(&mut case), "Start resume-processing");
    assert_eq!((case.run().drive.restarts(), case.run().unrecognised.len()), (1, 1));
}

#[test]
fn only_where_a_resume_is_safe() {
    let plan = |word: &str| json!({"Start": word});
    check([
        (
            "under DO_NOTHING unfinished tables would come on top of their rows",
            failed(json!({}), AWAY).do_nothing(),
            "Failed | was away | decide: | under TargetTablePrepMode DO_NOTHING | Start Resume",
        ),
        ("Refresh is no consent to that", failed(plan("Refresh"), AWAY).do_nothing(), "Failed | DO_NOTHING"),
        ("nor is Reload", failed(plan("Reload"), AWAY).do_nothing(), "Failed | DO_NOTHING"),
        (
            "nor is Resume: a consent is spent by the start that it was given for",
            failed(plan("Resume"), AWAY).do_nothing(),
            "Failed | the DMS task has failed | the next run resumes",
        ),
        (
            "primary keys come last, and the load is unfinished",
            failed(plan("Resume"), AWAY).keys_last(),
            "Failed | decide: | with CreatePkAfterFullLoad an interrupted load cannot be resumed",
        ),
        (
            "the plan says Reload: complete tables are left alone all the same",
            failed(plan("Reload"), AWAY),
            "Start resume-processing | 1 of 2 tables is not complete",
        ),
        ("the plan says Refresh: the same", failed(plan("Refresh"), AWAY), "Start resume-processing"),
        (
            "primary keys come last, and Reload settles it for the next run only",
            failed(plan("Reload"), AWAY).keys_last(),
            "Failed | the next run loads all tables again",
        ),
        ("a table is in error", failed(json!({}), AWAY).tables(&ERRORED), "Start resume-processing"),
        (
            "it failed before it got to a table",
            failed(json!({}), AWAY).tables(&[]),
            "Start resume-processing",
        ),
        (
            "it was stopped behind the last table: there is nothing left to load",
            stopped("RECOVERABLE_ERROR").tables(&COMPLETE),
            "Failed | RECOVERABLE_ERROR | the next run has nothing to do",
        ),
        (
            "its settings could never be seen",
            failed(json!({}), AWAY).set(|case| case.known().settings = None),
            "Failed",
        ),
        (
            "its tables cannot be seen just now",
            failed(json!({}), AWAY).set(|case| case.tables = None),
            "Look again | its tables could not be seen",
        ),
        (
            "load and replication, in the middle of the load",
            failed_load_and_cdc(&HALF),
            "Start resume-processing | those are loaded again",
        ),
        (
            "load and replication, a table in error: a resume would skip it",
            failed_load_and_cdc(&ERRORED),
            "Failed | decide: 1 of 2 tables was not loaded; a resume would skip what is missing | Start Reload",
        ),
        (
            "load and replication, the load over with a table missing: the same",
            failed_load_and_cdc(&HALF).loaded(50),
            "Failed | a resume would skip what is missing",
        ),
        (
            "load and replication, in error by the counters alone",
            failed_load_and_cdc(&COMPLETE).loaded(50).counters([1, 0, 0, 1]),
            "Failed | a resume would skip what is missing",
        ),
        (
            "load and replication, loaded",
            failed_load_and_cdc(&COMPLETE).loaded(50),
            "Start resume-processing | replication goes on where it stopped",
        ),
        (
            "load and replication, loaded: DO_NOTHING and late keys matter no more",
            failed_load_and_cdc(&COMPLETE).loaded(50).do_nothing().keys_last(),
            "Start resume-processing",
        ),
        (
            "replication under DO_NOTHING loads nothing",
            failed_cdc(AWAY).do_nothing(),
            "Start resume-processing",
        ),
    ]);
}

#[test]
fn only_by_the_run_whose_task_it_is_and_while_there_is_time() {
    let joined = || full_load(json!({})).began(-30).status("running").joined();
    let led = || and(windowed(), json!({"Window": {"StopLead": "PT10M"}}));
    check([
        ("never with Restarts 0", failed(json!({"Restarts": 0}), AWAY), "Failed | the DMS task has failed"),
        (
            "somebody else started it, and this run has joined",
            joined().failed(51, AWAY).tables(&HALF).at_rest(51).at(69),
            "Failed | the DMS task has failed",
        ),
        (
            "who had started it may start it again, after a pause of up to a quarter of an hour",
            joined().failed(51, AWAY).tables(&HALF).at_rest(51).at(68),
            "Wait | DMS, or who had started it, may start it again",
        ),
        (
            "the answer to the start was lost, and its date shows that it was ours",
            full_load(json!({})).started(1).lost().began(1).failed(60, AWAY).tables(&HALF).at_rest(60).at(61),
            "Start resume-processing",
        ),
        (
            "a resume of this run has failed, too",
            full_load(json!({}))
                .last_week("NORMAL")
                .started_by(StartKind::ResumeProcessing, 1)
                .began(1)
                .failed(60, AWAY)
                .tables(&HALF)
                .at_rest(60)
                .at(61),
            "Start resume-processing",
        ),
        (
            "it failed before DMS dated its start: whether it ever ran is not known",
            full_load(json!({})).started(1).failed(2, AWAY).tables(&[]).at(7),
            "Failed | DMS took the start and the task is failed all the same",
        ),
        (
            "the window has told it to stop",
            failed(windowed(), AWAY).told_to_stop(StopCause::Close, CLOSE).at(CLOSE + 1),
            "Failed | the DMS task has failed",
        ),
        (
            "it was told to stop since it was done",
            failed_load_and_cdc(&COMPLETE).loaded(40).told_to_stop(StopCause::Done, 50),
            "Failed | the DMS task has failed",
        ),
        ("three minutes are left", failed(windowed(), AWAY).at(CLOSE - 3), "Start resume-processing"),
        ("two minutes are left", failed(windowed(), AWAY).at(CLOSE - 2), "Failed | the DMS task has failed"),
        ("it is over", failed(windowed(), AWAY).at(CLOSE), "Failed | the DMS task has failed"),
        ("the stop lead is no time to start in", failed(led(), AWAY).at(CLOSE - 12), "Failed"),
        ("before that it is", failed(led(), AWAY).at(CLOSE - 13), "Start resume-processing"),
        (
            "the pause reaches to where it is too late",
            failed(and(windowed(), json!({"Restarts": 3})), AWAY)
                .restarts(2)
                .at_rest(CLOSE - 5)
                .at(CLOSE - 3),
            "Look again | it is started again in 30 s, 3 of 3 times",
        ),
        (
            "the pause takes no more than half of what is left",
            failed(and(windowed(), json!({"Restarts": 5})), AWAY)
                .restarts(4)
                .at_rest(CLOSE - 12)
                .at(CLOSE - 7),
            "Look again | it is started again in 60 s, 5 of 5 times",
        ),
        (
            "and then it is over",
            failed(and(windowed(), json!({"Restarts": 5})), AWAY)
                .restarts(4)
                .at_rest(CLOSE - 12)
                .at(CLOSE - 6),
            "Start resume-processing | 5 of 5 starts again",
        ),
        (
            "where half of it leaves no time to start in, DMS alone is waited for",
            failed(and(windowed(), json!({"Restarts": 3})), AWAY)
                .restarts(2)
                .at_rest(CLOSE - 4)
                .at(CLOSE - 3),
            "Wait | DMS may start it again",
        ),
        (
            "and at the close the failure is told",
            failed(and(windowed(), json!({"Restarts": 3})), AWAY).restarts(2).at_rest(CLOSE - 4).at(CLOSE),
            "Failed | the DMS task has failed",
        ),
    ]);
}

#[test]
fn each_time_after_a_pause_that_is_twice_as_long_up_to_a_quarter_of_an_hour() {
    for (before, minutes) in [(0, 1), (1, 2), (2, 4), (3, 8), (4, 15), (5, 15), (12, 15), (99, 15)] {
        let resting = || failed(json!({"Restarts": 100}), AWAY).restarts(before).at_rest(70).at(70 + minutes);
        let second = SignedDuration::from_secs(1);
        let number = before + 1;
        check([
            (
                "a second too early",
                resting().set(|case| case.now -= second),
                &match before {
                    // A minute makes the second look, too.
                    0 => "Look again | it is looked at once more".to_owned(),
                    _ => format!("Look again | started again in 1 s, {number} of 100 times"),
                },
            ),
            ("in time", resting(), &format!("Start resume-processing | {number} of 100 starts again")),
            (
                "seen at rest for the first time, however long DMS has known it",
                resting().set(|case| case.run().drive.set_rest(None)).at_first_look(),
                "Look again | it is looked at once more",
            ),
        ]);
    }
}

#[test]
fn at_most_so_often() {
    let fell = |plan: Value, number: u32| {
        failed(plan, AWAY)
            .started_again(number, 61)
            .began(61)
            .failed(80, AWAY)
            .tables(&HALF)
            .at_rest(80)
            .at(200)
    };
    check([
        ("the fifth start by default", fell(json!({}), 4), "Start resume-processing | 5 of 5 starts again"),
        (
            "and no more, and the sixth failure is told",
            fell(json!({}), 5),
            "Failed | the DMS task has failed | 7 recovery attempts | the next run resumes",
        ),
        ("twice", fell(json!({"Restarts": 2}), 1), "Start resume-processing | 2 of 2 starts again"),
        ("twice, and no more", fell(json!({"Restarts": 2}), 2), "Failed | the DMS task has failed"),
        (
            "a second failure for what does not pass is told at once",
            fell(json!({"Restarts": 2}), 1).failed(80, NO_TABLES),
            "Failed | set up wrongly",
        ),
        (
            "what was started again comes to a good end like any other",
            fell(json!({}), 1).stopped(90, "Stop Reason FULL_LOAD_ONLY_FINISHED").tables(&COMPLETE),
            "Succeeded | all 2 tables are complete",
        ),
    ]);
}

#[test]
fn a_start_again_that_shows_no_effect() {
    check([
        ("may show any moment", again(json!({})), "Look again | was started and does not show it yet"),
        (
            "may show any moment, its answer lost",
            again(json!({})).lost(),
            "Look again | the answer to the start was lost, and the task does not show it yet",
        ),
        (
            "was taken and came to nothing",
            again(json!({})).seen_as_before(61).at(66),
            "Failed | DMS took the start and the task is failed all the same",
        ),
        (
            "was not taken, as every look for five minutes shows: it is made once more",
            again(json!({})).missing(61).at(66),
            "Start resume-processing | 1 of 2 tables is not complete",
        ),
        (
            "is running, undated",
            again(json!({})).status("running").counters([1, 1, 0, 0]),
            "Tell StartedAgain",
        ),
        (
            "is running by its date, its answer lost",
            again(json!({})).lost().began(61).status("running"),
            "Tell StartedAgain | the task had failed and is running again",
        ),
    ]);
}

#[test]
fn a_start_again_that_dms_did_not_take() {
    let untested = "Test connection for replication instance i and endpoint e should be successful";
    let state = "Replication Task cannot be started, invalid state";
    let failure = "Failed | the DMS task has failed | 7 recovery attempts | not nothing was started";
    check([
        (
            "for now: again, the failure being the same",
            again(json!({})).put_off(untested),
            "Start resume-processing | 1 of 2 tables is not complete",
        ),
        (
            "for now, and the connection is being tested",
            again(json!({})).put_off(untested).connected(Some("testing"), Some("successful")).set(|case| {
                case.run().started = minute(60);
            }),
            "Look again | SOURCE is being tested",
        ),
        (
            "for now, and the connection has failed: it is tested again",
            again(json!({})).put_off(state).connected(Some("ORA-12170"), Some("successful")),
            "Look again | the connection test of SOURCE failed: it is tested again",
        ),
        (
            "for now, and a password is wrong: the failure that led here is the one to tell",
            again(json!({}))
                .put_off(state)
                .tested_again(SOURCE, 61, 61)
                .connected(Some("ORA-01017"), Some("successful")),
            failure,
        ),
        (
            "for now, and the task is busy",
            again(json!({})).put_off(state).status("modifying"),
            "Look again | cannot be started, invalid state",
        ),
        ("for half an hour", again(json!({})).put_off(state).at(90), "Start resume-processing"),
        ("for more than that", again(json!({})).put_off(state).at(92), failure),
        (
            "since DMS was too busy: that is waited out for longer",
            again(json!({})).throttled().at(180),
            "Start resume-processing",
        ),
        ("for good", again(json!({})).refused("AccessDeniedException", "not authorized"), failure),
        (
            "for good, tables in error since: what the next run needs is said",
            failed_load_and_cdc(&ERRORED).started_again(1, 61).at(62).refused("Fault", "no"),
            "Failed | the DMS task has failed | a resume would skip what is missing | not nothing was started",
        ),
        ("for now, and the time is over soon", again(windowed()).put_off(state).at(CLOSE - 2), failure),
        ("for now, and the time is over", again(windowed()).put_off(state).at(CLOSE), failure),
        (
            "for now, just before the close, with three minutes left",
            failed(windowed(), AWAY).started_again(1, CLOSE - 5).put_off(state).at(CLOSE - 3),
            "Start resume-processing",
        ),
        (
            "for now, just before the close, with two minutes left",
            failed(windowed(), AWAY).started_again(1, CLOSE - 5).put_off(state).at(CLOSE - 2),
            failure,
        ),
        (
            "for now, and a resume has become unsafe",
            failed_load_and_cdc(&ERRORED).started_again(1, 61).at(62).put_off(untested),
            "Failed | a resume would skip what is missing",
        ),
        (
            "for now, and the tables cannot be seen",
            again(json!({})).put_off(untested).set(|case| case.tables = None),
            "Look again | its tables could not be seen",
        ),
        (
            "since the guard could not see the task: again",
            again(json!({})).withheld("could not be seen"),
            "Start resume-processing",
        ),
        (
            "since the guard found the time too near: the failure is told",
            again(windowed()).withheld("too near").at(CLOSE - 1),
            failure,
        ),
    ]);
}

#[test]
fn somebody_else_starts_it_meanwhile() {
    let state = "Replication Task cannot be started, invalid state";
    let quiet = || json!({"Notify": {"On": ["Finished"]}});
    let followed = "Wait | the task is running";
    check([
        (
            "and it is on its way up: people are told",
            again(json!({})).put_off(state).status("starting"),
            "Tell StartedAgain | the task had failed and is starting again",
        ),
        ("and it runs: it is followed", again(quiet()).put_off(state).status("running"), followed),
        (
            "and DMS refuses for good: it is followed",
            again(quiet()).refused("Fault", "no").status("running"),
            followed,
        ),
        (
            "which the guard has found: it is followed",
            again(quiet()).withheld("the task was running just before the start").status("running"),
            followed,
        ),
        (
            "which the guard has found by its date",
            again(quiet()).withheld("was started by somebody else just before").began(61).status("running"),
            followed,
        ),
        (
            "and it comes to a good end",
            again(json!({}))
                .put_off(state)
                .began(61)
                .stopped(70, "Stop Reason FULL_LOAD_ONLY_FINISHED")
                .tables(&COMPLETE)
                .at(71),
            "Succeeded | all 2 tables are complete | not nothing was started",
        ),
        (
            "and it fails again",
            again(json!({})).put_off(state).began(61).failed(70, AWAY).at_rest(70).at(80),
            "Failed | the DMS task has failed | not nothing was started",
        ),
        (
            "and it fails again: what somebody else started is not started again, though the plan has starts left",
            again(json!({"Restarts": 3})).put_off(state).began(61).failed(70, AWAY).at_rest(70).at(90),
            "Failed | the DMS task has failed",
        ),
        (
            "and stops it again",
            again(json!({})).put_off(state).began(61).stopped(70, "NORMAL").at(71),
            "Interrupted | somebody else stopped the task | not nothing was started",
        ),
        (
            "and it runs at the close, which is the close of a task that this run had begun",
            again(windowed()).put_off(state).began(61).status("running").at(CLOSE),
            "Stop Close",
        ),
        (
            "in the pause before it is started again: it is followed",
            failed(quiet(), AWAY).status("running").began(61).tables(&HALF),
            followed,
        ),
    ]);
}

/// Polls once and says what was decided.
fn poll(case: &mut Case) -> String {
    in_words(&case.poll())
}

/// What the machine will do, and after how many seconds it looks again.
fn next(case: &Case) -> (What, u32) {
    let next = &case.running.next;
    (next.what, next.seconds)
}

fn starts_with(decided: &str, expected: &str) {
    assert!(decided.starts_with(expected), "expected {expected}, decided {decided}");
}

#[test]
fn a_night_with_three_failures_and_two_starts_again() {
    let mut case =
        full_load(json!({"Restarts": 2})).started(1).began(1).status("running").at(59).at_first_look();
    starts_with(&poll(&mut case), "Wait");
    assert_eq!((case.run().drive.restarts(), case.run().drive.rest()), (0, None));

    let mut case = case.failed(60, AWAY).tables(&HALF).counters([1, 1, 0, 0]).at(62);
    starts_with(&poll(&mut case), "Look again: the task is failed; it is looked at once more");
    assert_eq!(case.run().drive.rest(), Some(minute(62)), "the pause counts from the first sight");
    let (what, seconds) = next(&case);
    assert!(what == What::Wait && seconds <= 15, "{seconds} s");
    let mut case = case.at(63);
    starts_with(&poll(&mut case), "Start resume-processing: it had failed");
    let start = case.run().drive.start().cloned().unwrap();
    assert_eq!((start.decided, start.answer), (minute(63), Answer::Lost), "written down before it is made");
    assert_eq!((start.first_decided, start.seen_start_date), (minute(63), Some(minute(1))));
    assert_eq!((next(&case).0, case.run().drive.restarts()), (What::Start, 1));
    case.answer_start(Answer::Accepted);

    let mut case = case.set(|case| case.now += SignedDuration::from_secs(15));
    starts_with(&poll(&mut case), "Look again: the task was started and does not show it yet");
    assert_eq!(case.run().drive.rest(), None, "the rest of before is over");
    let mut case = case.status("starting").at(64);
    starts_with(&poll(&mut case), "Tell StartedAgain: the task had failed and is starting again");
    commit::told(case.run(), Occasion::StartedAgain);
    let mut case = case.status("running").began(63).at(65);
    starts_with(&poll(&mut case), "Wait: the task is running");

    let mut case = case.failed(80, AWAY).at(80);
    starts_with(&poll(&mut case), "Look again");
    assert_eq!(case.run().drive.rest(), Some(minute(80)));
    let mut case = case.at(81);
    let decided = poll(&mut case);
    assert!(decided.contains("started again in 60 s, 2 of 2 times"), "{decided}");
    let mut case = case.at(82);
    starts_with(&poll(&mut case), "Start resume-processing: it had failed");
    assert_eq!(case.run().drive.restarts(), 2);
    case.answer_start(Answer::Accepted);
    let mut case = case.status("running").began(82).at(83);
    starts_with(&poll(&mut case), "Wait: the task is running");

    let mut case = case.failed(90, AWAY).at(90);
    starts_with(&poll(&mut case), "Look again: the task is failed; it is looked at once more");
    let mut case = case.at(91);
    starts_with(&poll(&mut case), "Wait: the task has failed for what may pass: DMS may start it again");
    let mut case = case.at(100);
    let reported = case.over();
    assert_eq!(reported.verdict.outcome, Outcome::Failed);
    assert_eq!(reported.verdict.reasons[0], "the DMS task has failed");
    assert_eq!(reported.run.drive.restarts(), 2);
}

/// The database is back after half an hour; until then each start again fails within a minute.
#[test]
fn the_starts_again_of_the_default_reach_over_half_an_hour_and_no_single_one_waits_for_long() {
    let mut case = full_load(json!({})).started(1).began(1).failed(60, AWAY).tables(&HALF).at_first_look();
    let (mut starts, mut told) = (Vec::new(), None);
    for now in 60..180 {
        case = case.at(now);
        let decided = poll(&mut case);
        if decided.starts_with("Start resume-processing") {
            starts.push(now - 60);
            case.answer_start(Answer::Accepted);
            case = case.began(now).failed(now, AWAY);
        } else if decided.starts_with("Failed") {
            told = Some(now - 60);
            break;
        }
    }
    assert_eq!(starts.len(), 5, "{starts:?}");
    assert!(starts[4] >= 30, "half an hour after the failure it is still tried: {starts:?}");
    assert!(starts[0] <= 1 && starts.windows(2).all(|pair| pair[1] - pair[0] <= 17), "{starts:?}");
    assert!(told.is_some_and(|told| told <= 60), "after an hour people know: {told:?}");
}

#[test]
fn a_start_again_that_is_decided_anew_is_the_same_one() {
    let mut case = again(json!({"Restarts": 1})).put_off("Test connection for i and e should be successful");
    let first = case.run().drive.start().cloned().unwrap();
    starts_with(&poll(&mut case), "Start resume-processing");
    let start = case.run().drive.start().cloned().unwrap();
    assert_eq!(case.run().drive.restarts(), 1, "a start that DMS did not take is none");
    assert_eq!((start.decided, start.first_decided), (minute(62), first.first_decided));
    case.answer_start(Answer::Accepted);
    let mut case = case.began(62).failed(70, AWAY).at(70);
    starts_with(&poll(&mut case), "Failed: the DMS task has failed");
}

#[test]
fn a_task_that_dms_itself_starts_again_costs_no_start_of_ours() {
    let recycled = "Stop Reason RECYCLE_TASK";
    let mut case =
        full_load(json!({})).started(1).began(1).stopped(60, recycled).tables(&HALF).at(61).at_first_look();
    starts_with(&poll(&mut case), "Look again: DMS stopped the task to start it again (RECYCLE_TASK)");
    let mut case = case.status("running").began(62).counters([1, 1, 0, 0]).at(63);
    starts_with(&poll(&mut case), "Wait: the task is running");
    assert_eq!((case.run().drive.restarts(), case.run().drive.rest()), (0, None));

    let mut case = case.failed(70, AWAY).at(70);
    starts_with(&poll(&mut case), "Look again: the task is failed; it is looked at once more");
    let mut case = case.at(71);
    starts_with(&poll(&mut case), "Start resume-processing");
    assert_eq!(case.run().drive.restarts(), 1);
}

#[test]
fn a_task_that_failed_is_stopped_at_the_close_once_it_was_started_again() {
    let mut case = failed(windowed(), AWAY);
    starts_with(&poll(&mut case), "Start resume-processing");
    assert!(case.run().stop_at_close, "a start that may have been made is stopped, seen or not");
    case.answer_start(Answer::Accepted);
    let mut case = case.status("running").began(61).at(CLOSE);
    starts_with(&poll(&mut case), "Stop Close: the window closes");
    let mut case = case.stopped(CLOSE, "Stop Reason NORMAL").at(CLOSE + 1);
    starts_with(&poll(&mut case), "Paused: the window closed and the task was stopped; 1 of 2");
}

#[test]
fn who_asked_for_the_end_alone_is_not_told_of_a_start_again() {
    let plan = json!({"Notify": {"On": ["Finished"]}});
    let mut case = again(plan).status("running").began(61).counters([1, 1, 0, 0]);
    starts_with(&poll(&mut case), "Wait: the task is running");
}

#[test]
fn the_failure_of_last_week_is_no_failure_of_this_run() {
    let last_week = full_load(json!({})).began(LAST_WEEK).failed(LAST_WEEK + 60, AWAY).tables(&HALF);
    let mut case = last_week.clone();
    starts_with(&poll(&mut case), "Start resume-processing: 1 of 2 tables is not complete");
    assert_eq!(
        (case.run().drive.restarts(), case.run().drive.rest()),
        (0, None),
        "it is the first start of this run"
    );
    let mut case = last_week.started_by(StartKind::ResumeProcessing, 1).at(2);
    starts_with(&poll(&mut case), "Look again: the task was started and does not show it yet");
    assert_eq!(case.run().drive.restarts(), 0);
}

#[test]
fn what_looks_like_somebody_elses_start_after_a_failure_is_still_this_run() {
    let busy = "Replication Task cannot be started, invalid state";
    check([
        (
            "DMS had started it by itself just before, and it has failed once more",
            failed(json!({}), AWAY).started_again(1, 61).put_off(busy).began(58).failed(61, AWAY).at(62),
            "Failed | the DMS task has failed | not nothing was started",
        ),
        (
            "and so where the guard held the start back",
            failed(json!({}), AWAY)
                .started_again(1, 61)
                .withheld("running")
                .began(58)
                .failed(61, AWAY)
                .at(62),
            "Failed | the DMS task has failed",
        ),
    ]);
}

#[test]
fn a_load_with_replication_is_not_resumed_over_an_error_that_only_the_counters_know() {
    check([(
        "one table is counted in error and none is listed so",
        failed_load_and_cdc(&HALF).counters([1, 0, 0, 1]),
        "Failed | decide: | a resume would skip what is missing",
    )]);
}

#[test]
fn what_stays_busy_is_not_waited_for_for_ever() {
    let refused = failed(json!({}), AWAY).started_again(1, 61).refused("Fault", "no").status("modifying");
    check([
        ("a refused start again", refused.clone().pending(62).at(76), "Look again"),
        ("a quarter of an hour", refused.clone().pending(62).at(77), "Tell NotStarted"),
        (
            "after an hour",
            refused.pending(62).at(123),
            "Failed | the DMS task is modifying | the next run resumes | not nothing was started",
        ),
        (
            "a task that DMS stopped to start it again, without a date",
            stopped("RECYCLE_TASK").set(|case| case.stats_mut().stop_date = None).at(69),
            "Look again | to start it again",
        ),
        (
            "and did not, by the time since which it was seen so",
            full_load(json!({"Restarts": 0}))
                .started(1)
                .began(1)
                .stopped(60, "Stop Reason RECYCLE_TASK")
                .tables(&HALF)
                .at_rest(60)
                .set(|case| case.stats_mut().stop_date = None)
                .at(600),
            "Failed | did not start it again",
        ),
    ]);
}

#[test]
fn the_pauses_between_connection_tests_begin_anew_with_a_start_again() {
    let tested = |case: Case| case.tested_again(SOURCE, 2, 40);
    let mut first = tested(full_load(json!({})).at(41));
    starts_with(&poll(&mut first), "Start start-replication");
    assert!(first.run().test.is_some(), "which endpoint was tested last is remembered for the first start");
    let mut again = tested(failed(json!({}), AWAY));
    starts_with(&poll(&mut again), "Start resume-processing");
    assert_eq!(again.run().test, None);
}
