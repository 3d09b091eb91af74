//! What the document remembers of a look, a decision and an answer: what later decisions are made of.

use jiff::SignedDuration;
use migration::commit;
use migration::pace::budget;
use migration::pace::budget::POLL;
use migration::run::acts::{StartKind, StopCause, StopState};
use migration::run::answer::Answer;
use migration::run::document::Document;
use migration::run::execution::Run;
use migration::run::load::PreviousLoad;
use migration::run::next::Next;
use migration::run::step::What;
use migration::run::task::{Origin, Owner, Progress};
use migration::run::verdict::{Outcome, Verdict};
use plan::AtClose;
use serde_json::json;

use support::cases::{
    CLOSE, Case, cdc, earlier_execution, full_load, kept, load_and_cdc, minute, progress, refusal, windowed,
};

/// One look, taken in and not decided on.
fn look(case: Case) -> Case {
    case.set(|case| {
        let observation = case.observation();
        commit::take_in(&mut case.running, &observation, case.now);
    })
}

/// One decision, written down.
fn decided(mut case: Case, next: Next) -> Case {
    match commit::write_down(case.running, next, &case.seen, case.now) {
        Document::Running(running) => case.running = *running,
        over => panic!("the run is over: {over:?}"),
    }
    case
}

fn run(case: &Case) -> &Run {
    &case.running.run
}

#[test]
fn only_a_kept_task_is_known_by_being_seen() {
    let unknown = |case: Case| look(case.set(|case| case.running.task = None)).running.task;
    assert_eq!(unknown(full_load(json!({}))), None, "what the plan describes is taken up by create-task");
    let seen = unknown(kept(json!({}))).expect("an external task is known once it was seen");
    assert_eq!((seen.origin, seen.settings), (Origin::External, None));
    let known = look(kept(json!({}))).running.task.expect("it was known before");
    assert!(known.settings.is_some(), "what is known of it stays");
}

#[test]
fn each_look_is_counted() {
    let once = look(full_load(json!({})).at(2));
    let counts = |case: &Case| (run(case).polls, run(case).throttled, run(case).not_there);
    assert_eq!(counts(&once), (1, 0, 0));
    let unseen = look(once.clone().unseen());
    assert_eq!(counts(&unseen), (2, 1, 0));
    let gone = look(look(once.not_there_once()).not_there_once());
    assert_eq!(counts(&gone), (3, 0, 2));
    assert_eq!(run(&gone).events, 3 * POLL + run(&full_load(json!({}))).events);
    let back = look(full_load(json!({})).set(|case| case.run().not_there = 1));
    assert_eq!(counts(&back), (1, 0, 0), "it was seen");
}

#[test]
fn what_is_waited_for_is_pending_from_the_first_look_that_shows_it() {
    let pending = |case: Case| run(&look(case)).pending_since;
    let ready = || full_load(json!({})).at(9);
    let cases = [
        ("all is ready", ready(), None),
        ("the task is being changed", ready().status("modifying"), Some(9)),
        ("it is on its way down", ready().status("stopping"), Some(9)),
        ("it is at work", ready().status("running"), None),
        ("it was busy before", ready().status("modifying").pending(4), Some(4)),
        ("it was busy and is ready", ready().pending(4), None),
        ("it was busy and cannot be seen", ready().pending(4).unseen(), Some(4)),
        ("it was busy and is not there", ready().pending(4).not_there_once(), None),
        ("both connections are tested", ready().connected(Some("successful"), Some("successful")), None),
        ("one test has failed", ready().connected(Some("successful"), Some("no route")), Some(9)),
        ("one is in its test", ready().connected(Some("successful"), Some("testing")), Some(9)),
        ("both are in their tests", ready().connected(Some("testing"), Some("testing")), Some(9)),
        ("one was never tested", ready().connected(Some("successful"), None), Some(9)),
        ("none was ever tested", ready().connected(None, None), Some(9)),
        ("nobody looked at them", ready().set(|case| case.connections = None), None),
        (
            "they were waited for, and could not be seen just now",
            ready().pending(4).set(|case| case.connections = None),
            Some(4),
        ),
        (
            "they were waited for, and the task runs",
            ready().pending(4).status("running").set(|case| case.connections = None),
            None,
        ),
    ];
    for (fact, case, since) in cases {
        assert_eq!(pending(case), since.map(minute), "{fact}");
    }
}

#[test]
fn a_start_is_missing_while_every_look_shows_the_task_idle_with_its_dates_as_they_were() {
    let lost = || full_load(json!({})).last_week("NORMAL").started_by(StartKind::ResumeProcessing, 1).lost();
    let since = |case: Case| {
        let case = look(case.at(9));
        run(&case).drive.start().unwrap().missing_since
    };
    let before =
        |case: Case| case.set(|case| case.run().drive.start_mut().unwrap().missing_since = Some(minute(4)));
    for (fact, case, expected) in [
        ("nothing of it shows", lost(), Some(9)),
        ("as before", before(lost()), Some(4)),
        ("it runs", before(lost()).status("running"), None),
        ("it is idle, and its start date has moved", before(lost()).began(2), None),
        (
            "it is idle, and another date has moved",
            before(lost()).set(|case| case.stats_mut().stop_date = Some(minute(2))),
            None,
        ),
        ("it was taken", full_load(json!({})).started(1), Some(9)),
        ("it was refused", full_load(json!({})).started(1).refused("AccessDenied", "no"), None),
    ] {
        assert_eq!(since(case), expected.map(minute), "{fact}");
    }
}

#[test]
fn rows_of_an_earlier_run_are_shown_until_this_one_has_some() {
    let rows = |case: Case, before: u64| {
        let case = case.tables(&["Full load"; 3]).set(|case| {
            case.running.progress = Some(Progress { rows: before, ..progress(None) });
        });
        look(case).running.progress.unwrap().rows
    };
    let earlier = || full_load(json!({})).last_week("NORMAL");
    assert_eq!(rows(earlier(), 0), 3000, "nothing is known yet");
    assert_eq!(rows(earlier(), 500), 500, "the table list is that of last week");
    let ours = || full_load(json!({})).started(1).began(1).status("running");
    assert_eq!(rows(ours(), 500), 3000);
    assert_eq!(rows(ours(), 0), 3000);
}

#[test]
fn the_load_before_is_read_off_before_this_run_loads() {
    let timed =
        |case: Case| case.loaded(-100).set(|case| case.stats_mut().full_load_start_date = Some(minute(-160)));
    let previous = |case: Case| run(&look(timed(case))).previous_load;
    let complete =
        || full_load(json!({})).last_week("FULL_LOAD_ONLY_FINISHED").tables(&["Table completed"; 2]);
    assert_eq!(previous(complete()), Some(PreviousLoad { rows: 2000, seconds: 3600 }));
    assert_eq!(previous(complete().tables(&["Table completed", "Full load"])), None, "it was not finished");
    assert_eq!(previous(complete().status("running")), None, "it is at work");
    let ours = full_load(json!({})).started(1).began(1).stopped(9, "NORMAL");
    assert_eq!(previous(ours.tables(&["Table completed"; 2])), None, "it is this run's own");
}

#[test]
fn the_pace_is_that_of_a_load_of_this_run_while_it_lasts() {
    let paced = |case: Case| run(&look(case.tables(&["Full load"]))).pace.is_some();
    let begun = |case: Case| case.started(1).began(1).fresh(1).status("running").counters([0, 1, 0, 0]).at(9);
    assert!(paced(begun(full_load(json!({})))));
    assert!(!paced(begun(full_load(json!({}))).status("stopping")), "it is on its way down");
    assert!(!paced(begun(cdc(windowed()))), "replication loads nothing");
    let over = begun(load_and_cdc(json!({}))).counters([1, 0, 0, 0]).loaded(8);
    assert!(!paced(over), "the load is over");
    let earlier = full_load(json!({})).began(-60).fresh(-60).status("running").counters([0, 1, 0, 0]);
    assert!(
        !paced(earlier.set(|case| case.known().owner = Owner::Running(earlier_execution()))),
        "another's run"
    );
}

#[test]
fn a_start_is_stopped_at_the_close_where_the_plan_says_so() {
    let cases = [
        ("a window that stops it", Some(AtClose::Stop), true),
        ("a window that leaves it", Some(AtClose::LeaveRunning), false),
        ("no window", None, false),
    ];
    for (fact, at_close, stops) in cases {
        let case = full_load(windowed()).set(|case| case.run().at_close = at_close);
        let start = Next::Start { kind: StartKind::StartReplication, why: "the first run".to_owned() };
        let mut case = decided(case, start);
        assert_eq!(case.run().stop_at_close, stops, "{fact}: decided");
        case.answer_start(Answer::Accepted);
        assert_eq!(case.run().stop_at_close, stops, "{fact}: taken by DMS");
        case.answer_start(Answer::Lost);
        assert_eq!(case.run().stop_at_close, stops, "{fact}: the answer was lost");
        case.answer_start(refusal("InvalidResourceStateFault", "not now", true));
        assert!(!case.run().stop_at_close, "{fact}: refused, nothing runs");
        let mut case = case.restarts(1);
        case.answer_start(refusal("InvalidResourceStateFault", "not now", true));
        assert_eq!(case.run().stop_at_close, stops, "{fact}: refused, after a start that was taken");
    }
}

#[test]
fn each_decision_says_what_the_machine_does_and_when_it_looks_again() {
    let why = || "because".to_owned();
    let soon = 14..=15;
    let stop = Next::Stop { cause: StopCause::Close, why: why() };
    let next = |case: Case, next: Next| decided(case, next).running.next;
    let late = || full_load(json!({})).at(600);
    for (decision, what) in [
        (Next::Create { why: why() }, What::Create),
        (Next::Start { kind: StartKind::StartReplication, why: why() }, What::Start),
        (Next::Start { kind: StartKind::ReloadTarget, why: why() }, What::Start),
        (Next::Reload { tables: Vec::new(), why: why() }, What::Reload),
        (Next::Wait { why: why(), soon: true }, What::Wait),
    ] {
        let step = next(late(), decision);
        assert_eq!(step.what, what, "{}", step.why);
        assert!(soon.contains(&step.seconds), "{what:?} after {} s", step.seconds);
        assert!(step.why.ends_with("because"), "{}", step.why);
    }
    let stopping = next(late(), stop.clone());
    assert_eq!(stopping.what, What::Stop);
    assert!((15..=60).contains(&stopping.seconds), "{} s", stopping.seconds);
    let grown = next(late(), Next::Wait { why: why(), soon: false });
    assert!((110..=120).contains(&grown.seconds), "{} s after ten hours", grown.seconds);
    let report = Next::Report(Box::new(Verdict::new(Outcome::Skipped, "nothing to do", minute(600))));
    let reported = commit::write_down(late().running, report, &late().seen, minute(600));
    let reported = serde_json::to_value(reported).unwrap();
    assert_eq!(reported["Next"], json!({"What": "report", "Seconds": 0, "Why": "nothing to do"}));
    // Before the close no wait reaches past it; once the close is past it cuts nothing any more.
    let before = full_load(windowed());
    let ends = run(&before).stop_due;
    let before = before.set(|case| case.now = ends - SignedDuration::from_secs(5));
    assert_eq!(next(before, Next::Wait { why: why(), soon: true }).seconds, 6);
    let step = next(full_load(windowed()).at(CLOSE + 1), stop);
    assert!((15..=60).contains(&step.seconds), "{} s", step.seconds);
}

#[test]
fn a_step_that_decides_nothing_looks_again_when_it_says() {
    let mut case = full_load(json!({}));
    case.running.wait(77, "a connection is tested");
    let step = case.running.next;
    assert_eq!((step.what, step.seconds, step.why.as_str()), (What::Wait, 77, "a connection is tested"));
}

#[test]
fn each_task_at_rest_is_dated_from_the_first_look() {
    let at_rest = |case: Case| run(&look(case)).drive.rest();
    let stopped = || full_load(json!({})).started(1).began(1).stopped(9, "NORMAL");
    assert_eq!(at_rest(stopped().at(10)), Some(minute(10)));
    assert_eq!(at_rest(stopped().at_rest(10).at(12)), Some(minute(10)));
    assert_eq!(at_rest(stopped().at_rest(10).status("running").at(12)), None, "it is at work again");
    assert_eq!(at_rest(full_load(json!({})).last_week("NORMAL").at(12)), None, "it is no run of ours");
}

#[test]
fn a_stop_of_the_machine_itself_is_written_down_each_time() {
    let mut case = full_load(json!({})).started(1);
    case.running.blind.rounds = 3;
    let events = case.run().events;
    commit::stop_unseen(&mut case.running, minute(5));
    assert_eq!(case.run().events, events + 3 * budget::BLIND_ROUND + budget::BLIND_STOP);
    assert!((15..=60).contains(&case.running.next.seconds), "{}", case.running.next.seconds);
    commit::stop_unseen(&mut case.running, minute(8));
    let stop = case.run().stop.clone().unwrap();
    assert_eq!((stop.tries, stop.decided, stop.last_decided), (2, minute(5), minute(8)));
    assert_eq!((stop.state, stop.answer), (StopState::Asked, Answer::Lost));
    commit::stop_answered(case.run(), Answer::Lost);
    assert_eq!(case.run().stop.clone().unwrap().state, StopState::Asked, "a lost answer is no proof");
    commit::stop_answered(case.run(), Answer::Accepted);
    commit::stop_answered(case.run(), Answer::NotCalled("late".to_owned()));
    let stop = case.run().stop.clone().unwrap();
    assert_eq!(stop.state, StopState::Taken(minute(8)), "a refusal afterwards does not undo it");
    assert!(matches!(stop.answer, Answer::NotCalled(_)));
}

/// The tests of a stop look at its first try; what each further try leaves of it is looked at here.
#[test]
fn a_stop_that_is_told_again_keeps_its_first_moment_and_its_words() {
    let stop = |cause, why: &str| Next::Stop { cause, why: why.to_owned() };
    let first = full_load(windowed()).started(1).began(1).at(10);
    let mut again = decided(first, stop(StopCause::Done, "loaded"));
    again.run().stop.as_mut().unwrap().answer = Answer::Accepted;
    let mut again = decided(again.at(12), stop(StopCause::Close, "again"));
    let stop = again.run().stop.clone().unwrap();
    assert_eq!((stop.cause, stop.words.as_str(), stop.tries), (StopCause::Close, "loaded", 2));
    assert_eq!((stop.decided, stop.last_decided), (minute(10), minute(12)));
    assert_eq!(stop.answer, Answer::Lost, "the answer to this try is not known yet");
}
