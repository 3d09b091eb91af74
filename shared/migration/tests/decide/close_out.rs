//! The execution was ended from outside: what is done for the run, and what is told of it.

use migration::decide::dead::{self, Dead, Left};
use migration::message::News;
use migration::run::acts::{StopCause, StopState};
use migration::run::answer::Answer;
use migration::run::close_out::{Beside, HowEnded, Order};
use migration::run::document::{Document, Reported, Running};
use migration::run::drive::{Drive, Whose};
use migration::run::step::Occasion;
use migration::run::verdict::Outcome;
use plan::finding::Severity;
use serde_json::{Value, json};

use support::cases::{
    AWAY, CLOSE, Case, check, closing_execution, earlier_execution, execution, full_load, kept, merged,
    minute, refusal, windowed,
};

/// A load in its window, aborted an hour after its start; the execution that closes it out looks some minutes later.
fn running(plan: Value) -> Case {
    at_work(plan).aborted(60)
}

fn at_work(plan: Value) -> Case {
    let case = full_load(merged(windowed(), plan)).started(1).began(1).status("running");
    case.tables(&["Table completed", "Full load"]).set(|case| case.run().latest_start = Some(minute(1)))
}

fn stops() -> Value {
    json!({"OnAbort": "Stop"})
}

#[test]
fn the_task_is_at_work_when_its_execution_is_ended() {
    let told = |case: Case| case.set(|case| case.run().told.push(Occasion::ClosingOut));
    let silent = json!({"Notify": {"On": ["Finished"]}});
    let stays = json!({"Window": {"AtClose": "LeaveRunning"}});
    check([
        (
            "it goes on until the close, and people are told that",
            running(json!({})),
            "Tell ClosingOut | somebody stopped its execution at | is stopped at 2026-11-21 04:00 UTC",
        ),
        ("once", told(running(json!({}))), "Wait | is stopped at"),
        ("only who wants to know", running(silent), "Wait"),
        ("at the close it is stopped", told(running(json!({}))).at(CLOSE), "Stop Close"),
        ("at once where the plan says so", running(stops()), "Stop Abort | the plan stops the task then"),
        (
            "it goes on where the plan says so",
            running(json!({"OnAbort": "LeaveRunning"})),
            "Aborted | as the plan's OnAbort says | no run watches it | stop it by hand: aws dms | joins the task",
        ),
        (
            "and where the close does not stop it",
            running(stays),
            "Aborted | does not stop it at the close | stop it by hand",
        ),
        (
            "and where there is no close",
            full_load(json!({})).started(1).began(1).status("running").aborted(60),
            "Aborted | no window that closes | stop it by hand",
        ),
        ("a start on its way is one, too", running(stops()).status("starting"), "Stop Abort"),
        (
            "nothing of the load is done any more: its goal, its stalls and its tables in error are nobody's now",
            told(running(json!({"Until": "FullLoadComplete", "Then": "Stop", "OnTableErrors": "Reload"})))
                .tables(&["Table completed", "Table error"]),
            "Wait | is stopped at",
        ),
        ("DMS is too busy to say", running(json!({})).unseen(), "Wait | DMS was too busy"),
        (
            "what the close is to stop is stopped unseen, too",
            running(json!({})).unseen().at(CLOSE),
            "Stop Close",
        ),
    ]);
}

#[test]
fn nothing_of_the_dead_execution_may_land_any_more() {
    let early = |case: Case| {
        case.set(|case| {
            let acts_from = case.run().close_out.as_ref().unwrap().acts_from;
            case.now = acts_from - jiff::SignedDuration::from_secs(1);
        })
    };
    check([
        ("it is waited for", early(running(stops())), "Look again | may still land until"),
        (
            "whoever else is there is seen at once",
            early(running(stops())).beside(Beside::RunsAgain),
            "Skipped",
        ),
    ]);
    for hour in 0..24 {
        let case = running(json!({})).dead(hour, HowEnded::Aborted);
        let wait = case.now.duration_since(minute(hour)).as_secs();
        assert!((120..=300).contains(&wait), "{wait}");
    }
}

#[test]
fn nobody_is_stood_in_the_way_of() {
    let other = || Beside::Run(earlier_execution());
    let unknown = || Beside::NotKnown("AccessDeniedException".to_owned());
    check([
        (
            "the run goes on",
            running(stops()).beside(Beside::RunsAgain),
            "Skipped | goes on: it was redriven | tells its end itself",
        ),
        (
            "another run has a plan for the task: it may be rejected or skipped in a moment",
            running(stops()).beside(other()),
            "Look again | another run has to do with the task",
        ),
        (
            "it goes on",
            running(stops()).beside(other()).polled().later(5),
            "Aborted | another run has to do with the task | it was left alone",
        ),
        (
            "it has gone: the plan is done as if it had never been",
            running(stops()).beside(other()).polled().beside(Beside::Nobody).later(5),
            "Stop Abort",
        ),
        (
            "it has had to do with the task, and has ended",
            running(stops()).beside(Beside::Ran(earlier_execution())),
            "Aborted | another run has had to do with the task since | it was left alone",
        ),
        (
            "there are more to look at",
            running(stops()).beside(Beside::NotThrough),
            "Look again | it is looked who else works on the task",
        ),
        (
            "also at the close it may be one that is soon rejected",
            running(json!({})).beside(other()).at(CLOSE),
            "Look again | another run has to do with the task",
        ),
        (
            "also while it is stopped",
            running(stops())
                .told_to_stop(StopCause::Abort, 65)
                .beside(Beside::Ran(earlier_execution()))
                .at(66),
            "Aborted | it was left alone",
        ),
        (
            "it could not be told",
            running(stops()).beside(unknown()),
            "Aborted | could not be told: AccessDenied | it was left alone | stop it by hand",
        ),
        (
            "somebody has started it since",
            running(stops()).began(64).status("running"),
            "Aborted | started at 2026-11-20 22:04 UTC, after the execution had ended | it was left alone",
        ),
        (
            "a start of the dead execution that has landed late is none of somebody else's",
            running(stops()).began(61).status("running"),
            "Stop Abort",
        ),
        (
            "it follows what somebody else had started",
            kept(merged(windowed(), stops()))
                .began(-60)
                .status("running")
                .tables(&["Full load"])
                .at(5)
                .polled()
                .aborted(60),
            "Aborted | somebody else had started it, or may have | stop it by hand",
        ),
        (
            "which the plan states to stop",
            kept(merged(windowed(), merged(stops(), json!({"Window": {"AtClose": "Stop"}}))))
                .began(-60)
                .status("running")
                .tables(&["Full load"])
                .at(5)
                .polled()
                .aborted(60),
            "Stop Abort",
        ),
        (
            "what runs was not started by it",
            full_load(merged(windowed(), stops())).began(-60).status("running").aborted(2),
            "Aborted | was not started by this run | it was left alone",
        ),
    ]);
}

#[test]
fn the_task_is_at_rest() {
    let lost = |case: Case| case.set(|case| case.run().drive.start_mut().unwrap().answer = Answer::Lost);
    check([
        (
            "its load is complete: what became of it is told",
            at_work(json!({}))
                .aborted(60)
                .tables(&["Table completed"; 2])
                .stopped(62, "Stop Reason FULL_LOAD_ONLY_FINISHED"),
            "Aborted | somebody stopped its execution | all 2 tables are complete",
        ),
        (
            "somebody has stopped it",
            at_work(json!({})).aborted(60).stopped(62, "Stop Reason STOPPED_BY_USER"),
            "Aborted | somebody else stopped the task | 1 of 2 tables is complete",
        ),
        (
            "it was stopped as the plan says",
            at_work(stops())
                .aborted(60)
                .told_to_stop(StopCause::Abort, 65)
                .stopped(66, "Stop Reason NORMAL")
                .at(67),
            "Aborted | the task was stopped, as the plan's OnAbort says; 1 of 2 tables is complete | not window closed",
        ),
        (
            "it was stopped at its close",
            at_work(json!({}))
                .aborted(60)
                .told_to_stop(StopCause::Close, CLOSE)
                .stopped(CLOSE + 1, "Stop Reason NORMAL")
                .at(CLOSE + 2),
            "Aborted | the window closed and the task was stopped | 1 of 2 tables",
        ),
        (
            "it does not stop",
            at_work(stops()).aborted(60).told_to_stop(StopCause::Abort, 65).at(65 + 241),
            "Aborted | the task could not be stopped | stop it by hand",
        ),
        (
            "a failure that may pass is not started again",
            at_work(json!({})).aborted(60).failed(62, AWAY).at(CLOSE - 60),
            "Aborted | the DMS task has failed",
        ),
        (
            "nothing was started",
            full_load(windowed()).aborted(3),
            "Aborted | nothing of it was under way, and the task is at rest | to run the plan again",
        ),
        (
            "its start was refused",
            full_load(windowed())
                .started(2)
                .set(|case| {
                    case.run().drive.start_mut().unwrap().answer =
                        refusal("InvalidResourceStateFault", "no", false);
                })
                .aborted(3),
            "Aborted | nothing of it was under way",
        ),
        (
            "the answer to its start is lost: it may still show",
            lost(full_load(windowed()).started(2)).aborted(2),
            "Look again | lost",
        ),
        (
            "somebody has deleted it",
            at_work(json!({})).aborted(60).status("deleting"),
            "Aborted | somebody else is deleting the task",
        ),
        (
            "it is still on its way down",
            at_work(stops()).aborted(60).status("stopping"),
            "Look again | the task is stopping",
        ),
    ]);
}

fn ended(document: Document) -> Reported {
    match document {
        Document::Reported(reported) => *reported,
        document => panic!("it goes on: {document:?}"),
    }
}

fn dead(how: HowEnded, left: Left) -> Dead {
    let input = json!({"Task": {"ReplicationTaskIdentifier": "orders"}, "Notify": {"Team": "payments"}});
    Dead { execution: execution(), redrives: 2, how, ended: minute(60), input, left }
}

fn open(dead: &Dead) -> Document {
    dead::open(dead, &closing_execution(), minute(61))
}

#[test]
fn what_the_history_still_has_is_what_is_told() {
    let told = |left: Left| ended(open(&dead(HowEnded::Aborted, left)));
    let opened = json!({"Version": 2, "State": "Opened", "Input": {}});
    let broken = json!({"Version": 9, "State": "Running", "Run": {"Name": "orders"}});
    for (left, part) in [
        (Left::NoStep, "no step of it had run"),
        (Left::Document(opened), "its plan had not been read"),
        (Left::NotFound, "what became of its task is not known"),
        (Left::Document(broken), "the document has version 9"),
        (Left::Document(json!("nonsense")), "what became of its task is not known"),
    ] {
        let reported = told(left);
        assert_eq!(reported.verdict.outcome, Outcome::Aborted);
        let reasons = reported.verdict.reasons.join("; ");
        assert!(reasons.contains("somebody stopped its execution at 2026-11-20 22:00 UTC"), "{reasons}");
        assert!(reasons.contains(part), "{reasons}");
        assert!(!reported.verdict.to_do.is_empty());
        assert_eq!(reported.run.name, "orders");
        assert_eq!(reported.run.notify.team.as_deref(), Some("payments"));
        let id = News::of_the_end(&reported, minute(62)).compose().json.id;
        assert_eq!(id, format!("{}#2#finished", execution()), "the run itself would have told it so");
    }
}

#[test]
fn a_run_that_ended_before_its_plan_was_read_is_told_as_it_would_have_told_it() {
    let caught = json!({"Error": "Lambda.AccessDeniedException", "Cause": "not authorized to invoke"});
    let opened = json!({"Version": 2, "State": "Opened", "Input": {}, "Caught": caught});
    let failed = HowEnded::Failed("Migration.Unavailable".to_owned());
    let reported = ended(open(&dead(failed, Left::Document(opened))));
    assert_eq!(reported.verdict.outcome, Outcome::Failed);
    let reasons = reported.verdict.reasons.join("; ");
    assert!(reasons.contains("could not be validated: Lambda.AccessDeniedException"), "{reasons}");
    assert!(
        reasons.contains("this comes late: its execution failed with Migration.Unavailable"),
        "{reasons}"
    );
    let id = News::of_the_end(&reported, minute(62)).compose().json.id;
    assert_eq!(
        id,
        format!("{}#2#finished", execution()),
        "under the id of the message that may have been sent"
    );
}

/// What the dead run has seen of its start may be old by now: looks count anew.
#[test]
fn a_start_that_has_not_shown_is_looked_for_anew() {
    let mut case = full_load(windowed()).started(1).seen_as_before(1).at(2);
    case.poll();
    let left = Left::Document(serde_json::to_value(Document::from(case.running)).unwrap());
    let Document::Running(running) = open(&dead(HowEnded::Aborted, left)) else { panic!("it goes on") };
    assert_eq!(running.run.drive.start().unwrap().missing_since, None);
}

#[test]
fn a_verdict_that_was_reached_is_told_as_it_was() {
    let mut case = at_work(json!({})).tables(&["Table completed"; 2]);
    case = case.stopped(59, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(60);
    let reached = case.over();
    let left = serde_json::to_value(Document::from(reached.clone())).unwrap();
    let reported =
        ended(open(&dead(HowEnded::Failed("Migration.Unavailable".to_owned()), Left::Document(left))));
    assert_eq!(reported.verdict.outcome, Outcome::Succeeded);
    assert_eq!(reported.verdict.reasons[0], reached.verdict.reasons[0]);
    let last = reported.verdict.reasons.last().unwrap();
    assert!(last.contains("comes late: its execution failed with Migration.Unavailable"), "{last}");
}

#[test]
fn nobody_meant_a_time_out_or_an_error() {
    for (how, severity) in [
        (HowEnded::Aborted, Severity::Warning),
        (HowEnded::TimedOut, Severity::Error),
        (HowEnded::Failed("States.Runtime".to_owned()), Severity::Error),
    ] {
        let mut case = at_work(json!({"OnAbort": "LeaveRunning"})).dead(60, how);
        let reported = case.over();
        assert_eq!((reported.verdict.outcome, reported.verdict.severity), (Outcome::Aborted, severity));
        assert!(!reported.verdict.good);
    }
}

/// The document of an older release: what stands in its head is enough to keep its window.
#[test]
fn of_another_release_the_head_is_read() {
    let mut left = serde_json::to_value(Document::from(at_work(json!({})).running)).unwrap();
    left["Version"] = json!(1);
    left["Run"]["Unheard"] = json!("of");
    for member in ["Machine", "Polls", "Told"] {
        left["Run"].as_object_mut().unwrap().remove(member);
    }
    let Document::Running(running) = open(&dead(HowEnded::Aborted, Left::Document(left.clone()))) else {
        panic!("it can be gone on with");
    };
    let Running { run, task, .. } = *running;
    assert_eq!((run.closes, run.stop_at_close), (minute(CLOSE), true));
    assert_eq!(run.machine.stop_retries_until, minute(CLOSE + 240));
    assert!(matches!(run.drive, Drive::Starting { .. }) && task.is_some());

    // A drive that this release cannot read is nobody's that it may stop.
    left["Run"]["Drive"] = json!({"Unheard": "of"});
    let Document::Running(running) = open(&dead(HowEnded::Aborted, Left::Document(left))) else {
        panic!("it can be gone on with");
    };
    assert!(matches!(running.run.drive, Drive::Joined { whose: Whose::SomebodyElse, .. }));
    assert!(!running.run.stop_at_close);
}

#[test]
fn a_run_that_is_redriven_after_it_was_closed_out_ends() {
    let by = execution().sibling(Order::name(&execution(), 0, 1));
    check([(
        "whatever its task does",
        at_work(json!({})).set(|case| {
            case.run().redriven(1);
            case.run().closed_out_by = Some(by.clone());
        }),
        "Skipped | was closed out before it was redriven | told it | start a new execution",
    )]);
}

/// What closes out a run is closed out like it: the run stays the same.
#[test]
fn a_close_out_that_is_aborted_itself_is_gone_on_with() {
    let case = running(stops()).told_to_stop(StopCause::Abort, 65);
    let left = serde_json::to_value(case.document()).unwrap();
    let by = closing_execution();
    let second = Dead { execution: by.clone(), redrives: 0, ..dead(HowEnded::Aborted, Left::Document(left)) };
    let next = by.sibling(Order::name(&by, 0, 2));
    let Document::Running(running) = dead::open(&second, &next, minute(70)) else {
        panic!("it can be gone on with")
    };
    assert_eq!(running.run.execution, execution());
    let close_out = running.run.close_out.as_ref().unwrap();
    assert_eq!(close_out.by, next);
    assert_eq!(close_out.ended, minute(60), "the run's own end is told");
    assert!(running.run.stop.is_some(), "what was asked for is known");
}

/// The same after a deploy in between: the run, and its end, are the same.
#[test]
fn a_close_out_of_another_release_that_is_aborted_itself_is_gone_on_with() {
    let mut left = serde_json::to_value(running(json!({})).document()).unwrap();
    left["Version"] = json!(1);
    let by = closing_execution();
    let order = Order { execution: execution(), redrive_count: 2, depth: 1, run: None };
    let second = Dead {
        execution: by.clone(),
        redrives: 0,
        input: order.input(),
        ..dead(HowEnded::Aborted, Left::Document(left))
    };
    let next = by.sibling(Order::name(&by, 0, 2));
    let Document::Running(running) = dead::open(&second, &next, minute(70)) else {
        panic!("it can be gone on with")
    };
    assert_eq!(running.run.execution, execution());
    let close_out = running.run.close_out.as_ref().unwrap();
    assert_eq!((&close_out.by, close_out.ended), (&next, minute(60)));
}

/// A stop that DMS had not taken is asked for anew, or not at all where the plan leaves the task.
#[test]
fn a_stop_that_the_dead_run_had_decided_is_its_plans_again() {
    let untaken = |plan: Value| {
        at_work(plan).told_to_stop(StopCause::Close, CLOSE).set(|case| {
            let stop = case.run().stop.as_mut().unwrap();
            (stop.state, stop.answer) = (StopState::Asked, refusal("InvalidResourceStateFault", "no", false));
        })
    };
    check([
        ("hours later it is asked for", untaken(json!({})).aborted(CLOSE + 300), "Stop Close"),
        (
            "it is left",
            untaken(json!({"OnAbort": "LeaveRunning"})).aborted(CLOSE + 2),
            "Aborted | as the plan's OnAbort says",
        ),
    ]);
}

/// The one that reads the message knows the run by its own name, not by that of what was to close it out.
#[test]
fn what_cannot_be_closed_out_is_named() {
    let first = Order { execution: execution(), redrive_count: 0, depth: 1, run: None };
    let second = Order { execution: closing_execution(), redrive_count: 0, depth: 2, run: Some(execution()) };
    for (order, died_too) in [(first, false), (second, true)] {
        let reasons = dead::not_opened(&order, None, minute(61)).reasons.join("; ");
        assert!(reasons.starts_with(&format!("the run {} was ended from outside", execution())), "{reasons}");
        assert_eq!(reasons.contains(&format!("{} was to close it out", closing_execution())), died_too);
    }
}
