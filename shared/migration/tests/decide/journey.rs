//! Whole runs, poll by poll: the document goes from one decision to the next as it does through the machine.

use migration::commit;
use migration::pace::budget;
use migration::run::acts::StopCause;
use migration::run::answer::Answer;
use migration::run::document::Blind;
use migration::run::observation::TaskSeen;
use migration::run::step::{Occasion, What};
use migration::run::task::Origin;
use migration::run::verdict::Outcome;
use serde_json::json;

use support::cases::{CLOSE, Case, and, full_load, in_words, load_and_cdc, minute, windowed};

/// Polls once and says what was decided.
fn poll(case: &mut Case) -> String {
    in_words(&case.poll())
}

fn starts_with(decided: &str, expected: &str) {
    assert!(decided.starts_with(expected), "expected {expected}, decided {decided}");
}

#[test]
fn a_full_load_from_nothing_to_succeeded() {
    let mut case = full_load(json!({}));
    let task = case.running.task.clone();

    let mut case = {
        case = case.not_created();
        starts_with(&poll(&mut case), "Create: the task does not exist");
        assert_eq!(case.run().creates, 1);
        case
    };
    // What create-task leaves behind.
    case.running.task = task;
    case.seen = full_load(json!({})).seen;
    let mut case = case.status("creating").at(2);
    starts_with(&poll(&mut case), "Look again: the task is creating");

    let mut case = case.status("ready").at(3);
    starts_with(&poll(&mut case), "Start start-replication: the task has never run");
    let start = case.run().drive.start().cloned().unwrap();
    assert_eq!((start.decided, start.answer), (minute(3), Answer::Lost), "written down before it is made");
    case.answer_start(Answer::Accepted);

    // Just after a start DMS may still show what was before.
    let mut case = case.at(4);
    starts_with(&poll(&mut case), "Look again: the task was started and does not show it yet");
    let mut case = case.status("starting").at(5);
    starts_with(&poll(&mut case), "Wait: the task is starting");
    let mut case = case.status("running").began(3).fresh(3).counters([1, 2, 3, 0]).at(6);
    let decided = poll(&mut case);
    starts_with(&decided, "Wait: the task is running: 1 table loaded, 2 loading, 3 queued, 0 in error");
    let all = ["Table completed"; 6];
    let mut case = case.counters([6, 0, 0, 0]).loaded(30).tables(&all).at(31);
    starts_with(&poll(&mut case), "Wait: the task is running");

    let mut case = case.stopped(32, "Stop Reason FULL_LOAD_ONLY_FINISHED").at(33);
    let reported = case.over();
    let verdict = &reported.verdict;
    assert_eq!(verdict.outcome, Outcome::Succeeded);
    assert_eq!(verdict.reasons[0], "all 6 tables are complete");
    assert_eq!((verdict.tables, verdict.tables_loaded, verdict.rows), (6, 6, 6000));
    assert!(verdict.good && !verdict.verified && verdict.named_tables.is_empty());
    assert!(verdict.reasons.contains(&"rows not verified".to_owned()), "{:?}", verdict.reasons);
    assert_eq!(reported.next.why, "all 6 tables are complete");
}

#[test]
fn a_load_that_is_stopped_before_running_was_ever_seen_has_succeeded() {
    let mut case = full_load(json!({})).started(1).at(2);
    starts_with(&poll(&mut case), "Look again");
    let mut case = case
        .began(1)
        .loaded(2)
        .stopped(2, "Stop Reason FULL_LOAD_ONLY_FINISHED")
        .tables(&["Table completed"]);
    starts_with(&poll(&mut case), "Succeeded: the one table is complete");
}

#[test]
fn a_night_that_is_too_short_ends_paused_and_the_stop_is_told_until_it_is_seen() {
    let plan = and(windowed(), json!({"Window": {"StopLead": "PT10M"}}));
    let mut case = full_load(plan).started(1).began(1).fresh(1).status("running").counters([1, 1, 0, 0]);
    case = case.tables(&["Table completed", "Full load"]).at(CLOSE - 11);
    starts_with(&poll(&mut case), "Wait");
    let next = case.running.next.clone();
    assert!(next.seconds <= 61, "the stop is not slept through: {} s", next.seconds);

    let mut case = case.at(CLOSE - 10);
    starts_with(&poll(&mut case), "Stop Close: the window closes");
    // The answer of the stop was lost.
    let mut case = case.at(CLOSE - 9);
    starts_with(&poll(&mut case), "Stop Close: DMS has not taken the stop");
    case.run().stop.as_mut().unwrap().answer = Answer::Accepted;
    assert_eq!(
        case.run().stop.as_ref().unwrap().decided,
        minute(CLOSE - 10),
        "patience counts from the first"
    );
    let mut case = case.status("stopping").at(CLOSE - 8);
    starts_with(&poll(&mut case), "Look again: the task is stopping");
    let mut case = case.stopped(CLOSE - 7, "Stop Reason NORMAL").at(CLOSE - 7);
    let decided = poll(&mut case);
    starts_with(&decided, "Paused: the window closed and the task was stopped; 1 of 2 tables is complete");
    assert!(decided.contains("1 partly loaded table will start again"), "{decided}");
    assert!(decided.contains("the next run resumes"), "{decided}");
}

#[test]
fn a_load_that_replication_follows_is_left_running_or_stopped_as_the_plan_says() {
    let plan = json!({"Then": "Stop", "Until": "FullLoadComplete"});
    let mut case = load_and_cdc(plan).started(1).began(1).fresh(1).status("running").loaded(20).at(21);
    case = case.counters([2, 0, 0, 0]).tables(&["Table completed"; 2]);
    starts_with(&poll(&mut case), "Stop Done: the load is complete");
    case.run().stop.as_mut().unwrap().answer = Answer::Accepted;
    assert_eq!(case.run().stop.as_ref().unwrap().cause, StopCause::Done);
    let mut case = case.stopped(22, "Stop Reason NORMAL").at(22);
    starts_with(
        &poll(&mut case),
        "Succeeded: all 2 tables are complete; the task was stopped as the plan says",
    );
}

#[test]
fn people_are_told_once_what_they_asked_for() {
    let plan = json!({"Notify": {"On": ["Finished", "Warning", "Started"]}});
    let mut case = full_load(plan).started(1).began(1).status("running").counters([1, 1, 0, 1]).at(2);
    starts_with(&poll(&mut case), "Tell Started: the task is running");
    assert_eq!(case.running.next.what, What::Tell(Occasion::Started));
    commit::told(case.run(), Occasion::Started);
    starts_with(&poll(&mut case), "Tell TablesInError: 1 table is in error");
    commit::told(case.run(), Occasion::TablesInError);
    starts_with(&poll(&mut case), "Wait");
}

#[test]
fn a_task_that_somebody_else_keeps_is_taken_up_as_theirs() {
    let mut case = support::cases::kept(json!({}));
    case.running.task = None;
    starts_with(&poll(&mut case), "Look again: the task's settings could not be seen");
    let task = case.running.task.clone().unwrap();
    assert_eq!((task.origin, task.identifier.as_str()), (Origin::External, "orders"));
}

#[test]
fn a_task_that_the_plan_describes_is_taken_up_by_create_task_alone() {
    let mut case = full_load(json!({}));
    case.running.task = None;
    starts_with(&poll(&mut case), "Create: a task with this identifier exists");
    assert!(case.running.task.is_none());
}

#[test]
fn each_time_dms_is_too_busy_the_interval_doubles_and_is_kept() {
    let mut case = full_load(json!({})).started(1).began(1).status("running").at(5);
    let mut before = 0;
    for throttled in 1..=4 {
        let mut busy = case.clone().unseen();
        starts_with(&poll(&mut busy), "Wait: DMS was too busy to answer");
        case.running = busy.running;
        let seconds = case.running.next.seconds;
        assert!(seconds > before, "{throttled}: {seconds} s after {before} s");
        before = seconds;
    }
    starts_with(&poll(&mut case), "Wait: the task is running");
    let kept = case.running.next.seconds;
    assert!(kept.abs_diff(before) <= before / 10, "{kept} s after {before} s, but for the jitter");
}

#[test]
fn sight_that_comes_back_begins_anew_and_its_loss_is_told_once_a_run() {
    let mut case = full_load(json!({})).started(1).began(1).status("running").at(5);
    commit::told(case.run(), Occasion::LostSight);
    case.running.blind = Blind { rounds: 4, seconds: 900 };
    let events = case.run().events;
    case.running.caught = serde_json::from_value(
        json!({"Error": "Sandbox.Timedout", "Cause": "{\"errorMessage\": \"a\\nb\"}"}),
    )
    .ok();
    assert!(case.run().machine.lost_sight);
    poll(&mut case);
    let run = case.run().clone();
    assert!(run.machine.lost_sight);
    assert_eq!(
        run.events,
        events + budget::POLL + 4 * budget::BLIND_ROUND,
        "what being blind has cost is counted"
    );
    assert_eq!(case.running.blind, Blind { rounds: 0, seconds: 15 });
    assert_eq!(run.last_trouble.as_deref(), Some("Sandbox.Timedout: a b"));
    assert_eq!(case.running.caught, None);
}

#[test]
fn the_counters_of_the_last_poll_are_kept_when_the_next_one_sees_nothing() {
    let mut case = full_load(json!({})).started(1).began(1).status("running").counters([3, 0, 0, 0]).at(5);
    poll(&mut case);
    let mut case = case.unseen().at(6);
    poll(&mut case);
    let progress = case.running.progress.unwrap();
    assert_eq!((progress.stats.unwrap().tables_loaded, progress.seen), (3, minute(5)));
    assert_eq!(case.seen, TaskSeen::Unseen);
}
