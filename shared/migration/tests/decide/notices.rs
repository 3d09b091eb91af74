//! What is told while the task is at work: each once, and only to those who asked for warnings.

use migration::commit;
use migration::run::load::PreviousLoad;
use migration::run::step::Occasion;
use serde_json::{Value, json};

use support::cases::{CLOSE, Case, and, cdc, check, full_load, in_words, load_and_cdc, minute, windowed};

/// A full load that this run began, with one table at work.
fn loading(plan: Value) -> Case {
    full_load(plan).started(1).began(1).fresh(1).status("running").counters([1, 1, 1, 0])
}

fn quiet() -> Value {
    json!({"Notify": {"On": ["Finished"]}})
}

fn told(case: Case, occasion: Occasion) -> Case {
    case.set(|case| commit::told(case.run(), occasion))
}

#[test]
fn where_the_task_stands() {
    let counted = |counters| loading(quiet()).counters(counters).at(20);
    check([
        ("no table has shown yet", counted([0; 4]), "Wait | the task is running | not tables"),
        (
            "a table is loaded",
            counted([1, 0, 0, 0]),
            "Wait | the task is running: 1 table loaded, 0 loading, 0 queued, 0 in error",
        ),
        ("a table is at work", counted([0, 1, 0, 0]), "Wait | 0 tables loaded, 1 loading"),
        ("a table is queued", counted([0, 0, 1, 0]), "Wait | 0 loading, 1 queued"),
        ("a table is in error", counted([0, 0, 0, 1]), "Wait | 0 queued, 1 in error"),
    ]);
}

#[test]
fn tables_in_error() {
    let errored = |plan: Value| loading(plan).counters([1, 1, 1, 2]).at(20);
    check([
        (
            "are told while the task goes on",
            errored(json!({})),
            "Tell TablesInError | 2 tables are in error while the task goes on",
        ),
        ("once", told(errored(json!({})), Occasion::TablesInError), "Wait | 2 in error"),
        ("not to those who want the end alone", errored(quiet()), "Wait | 2 in error"),
        (
            "not at the end, which tells them itself",
            errored(json!({})).stopped(20, "FULL_LOAD_ONLY_FINISHED").tables(&["Table error"; 2]).at(25),
            "Failed",
        ),
        (
            "of a replication, too",
            cdc(json!({"Until": "CaughtUp"}))
                .started(1)
                .began(1)
                .status("running")
                .counters([0, 0, 0, 1])
                .at(20),
            "Tell TablesInError",
        ),
    ]);
}

#[test]
fn a_start_again() {
    let again = |plan: Value| loading(plan).started_again(1, 10).began(10).at(20);
    check([
        ("is told", again(json!({})), "Tell StartedAgain | the task had failed and is running again"),
        (
            "on its way up already",
            again(json!({})).status("starting"),
            "Tell StartedAgain | is starting again",
        ),
        ("once", told(again(json!({})), Occasion::StartedAgain), "Wait"),
        ("not to those who want the end alone", again(quiet()), "Wait"),
        ("not before it shows", loading(json!({})).failed(9, "").started_again(1, 10).at(11), "Look again"),
    ]);
}

#[test]
fn a_load_that_stands_still() {
    let still = |plan: Value| loading(plan).looked(10, 7, Some(500));
    let stalled = "Tell Stalled | nothing of the load has moved for 60 minutes";
    let counters = |counters| loading(json!({})).looked(10, 7, Some(500)).counters(counters);
    let pending = |pending: u64| {
        move |case: &mut Case| {
            case.tables.as_mut().unwrap()[0].validation_pending = pending;
        }
    };
    check([
        ("for an hour", still(json!({})).sees(70, 7, Some(500)), stalled),
        ("not yet for an hour", still(json!({})).sees(69, 7, Some(500)), "Wait"),
        (
            "for as long as the plan says",
            still(json!({"StallMinutes": 20})).sees(30, 7, Some(500)),
            "Tell Stalled | for 20 minutes",
        ),
        ("and no less", still(json!({"StallMinutes": 20})).sees(29, 7, Some(500)), "Wait"),
        ("with 0 it is never told", still(json!({"StallMinutes": 0})).sees(360, 7, Some(500)), "Wait"),
        ("once", told(still(json!({})).sees(70, 7, Some(500)), Occasion::Stalled), "Wait"),
        ("not to those who want the end alone", still(quiet()).sees(70, 7, Some(500)), "Wait"),
        ("not when the rows were not looked at just now", still(json!({})).sees(90, 7, None), "Wait"),
        ("a row has moved", still(json!({})).sees(70, 7, Some(501)), "Wait"),
        ("a row had moved since", still(json!({})).looked(40, 7, Some(501)).sees(99, 7, Some(501)), "Wait"),
        (
            "a row had moved an hour ago",
            still(json!({})).looked(40, 7, Some(501)).sees(100, 7, Some(501)),
            stalled,
        ),
        ("percent has moved", still(json!({})).sees(70, 8, Some(500)), "Wait"),
        ("a table has come to its end", counters([2, 1, 0, 0]).sees(70, 7, Some(500)), "Wait"),
        ("rows are being compared", still(json!({})).sees(70, 7, Some(500)).set(pending(9)), "Wait"),
        (
            "nothing was looked at before",
            loading(json!({})).sees(300, 7, Some(500)),
            "Wait | the task is running",
        ),
        (
            "a task that is on its way down moves nothing",
            still(json!({})).status("stopping").sees(70, 7, Some(500)),
            "Wait | the task is stopping",
        ),
        (
            "no table is at work",
            loading(json!({})).counters([1, 0, 0, 0]).looked(10, 7, Some(500)).sees(70, 7, Some(500)),
            "Wait",
        ),
        (
            "a load of which DMS does not count anything",
            full_load(json!({})).started(1).began(1).status("running").looked(10, 7, Some(500)).sees(
                70,
                7,
                Some(500),
            ),
            "Wait",
        ),
    ]);
}

#[test]
fn a_load_that_will_not_fit_its_window() {
    // A thousand rows, or ten percent, in two hours: the rest takes sixteen hours more.
    let slow = |plan: Value| loading(plan).looked(10, 10, Some(1000)).sees(130, 20, Some(2000));
    let late = CLOSE;
    let minutes = 130 + 16 * 60 - late;
    let by_rows = format!(
        "Tell WillNotFit | at its pace the load ends {minutes} minutes after the work of its window \
         | measured by the rows of the load before"
    );
    let by_percent = format!(
        "Tell WillNotFit | ends {minutes} minutes after the work of its window | an estimate, from DMS's own percent"
    );
    let led = and(windowed(), json!({"Window": {"StopLead": "PT10M"}}));
    let left = and(windowed(), json!({"Window": {"AtClose": "LeaveRunning"}}));
    check([
        ("by the rows of the load before", slow(windowed()).previous_load(10_000), &by_rows),
        ("by percent, where no load before is known", slow(windowed()), &by_percent),
        (
            "by percent, where the load before was smaller",
            slow(windowed()).previous_load(1500),
            "Tell WillNotFit | an estimate",
        ),
        (
            "the stop's lead is no time to load in",
            slow(led),
            &format!("Tell WillNotFit | ends {} minutes after", minutes + 10),
        ),
        ("it fits", slow(windowed()).previous_load(4000), "Wait"),
        (
            "a minute too much",
            slow(windowed()).previous_load(4425),
            "Tell WillNotFit | ends 1 minute after the work of its window",
        ),
        (
            "to the second",
            loading(windowed()).looked(20, 10, Some(1000)).sees(120, 20, Some(2000)).previous_load(5000),
            "Wait",
        ),
        ("to the minute", slow(windowed()).previous_load(4416), "Wait"),
        ("nothing stops the load", slow(json!({})).previous_load(10_000), "Wait"),
        ("the window leaves it running", slow(left).previous_load(10_000), "Wait"),
        ("once", told(slow(windowed()).previous_load(10_000), Occasion::WillNotFit), "Wait"),
        ("not to those who want the end alone", slow(and(windowed(), quiet())).previous_load(10_000), "Wait"),
        (
            "what has been measured for less than ten minutes foretells nothing",
            loading(windowed()).looked(10, 10, Some(1000)).sees(19, 11, Some(1001)).previous_load(10_000),
            "Wait",
        ),
        (
            "what has been measured for ten minutes does",
            loading(windowed()).looked(10, 10, Some(1000)).sees(20, 11, Some(1001)).previous_load(10_000),
            "Tell WillNotFit",
        ),
        (
            "one percent may be rounding",
            loading(windowed()).looked(10, 10, Some(1000)).sees(130, 11, Some(1000)),
            "Wait",
        ),
        (
            "a task that is on its way down loads nothing more",
            loading(windowed())
                .looked(10, 10, Some(1000))
                .looked(60, 15, Some(1500))
                .previous_load(10_000)
                .status("stopping")
                .sees(130, 20, Some(2000)),
            "Wait | the task is stopping",
        ),
        (
            "it stands still, which comes first",
            slow(windowed()).looked(60, 20, Some(2000)).sees(130, 20, Some(2000)).previous_load(10_000),
            "Tell Stalled | for 70 minutes",
        ),
        (
            "it stands still, which was told",
            told(
                slow(windowed()).looked(60, 20, Some(2000)).sees(130, 20, Some(2000)).previous_load(10_000),
                Occasion::Stalled,
            ),
            "Tell WillNotFit",
        ),
    ]);
}

#[test]
fn a_load_that_is_over_neither_stands_still_nor_fails_to_fit() {
    let bounded = json!({"Until": "Stopped", "Task": {"CdcStopPosition": "server_time:2026-11-21T02:00:00"},
        "Window": {"AtClose": "Stop"}});
    let replicating = || {
        load_and_cdc(and(windowed(), bounded.clone()))
            .started(1)
            .began(1)
            .fresh(1)
            .status("running")
            .counters([1, 1, 0, 0])
            .looked(10, 10, Some(1000))
            .looked(20, 12, Some(1100))
            .previous_load(10_000)
    };
    let over = |case: Case| case.counters([2, 0, 0, 0]).loaded(30);
    check([
        ("while it goes on it stands still", replicating().sees(90, 12, Some(1100)), "Tell Stalled"),
        (
            "while it goes on it will not fit",
            replicating().looked(85, 13, Some(1200)).sees(90, 13, Some(1200)),
            "Tell WillNotFit",
        ),
        ("once it is over it stands still in peace", over(replicating()).sees(180, 12, Some(1100)), "Wait"),
        ("once it is over it has fitted", over(replicating()).sees(90, 20, Some(1200)), "Wait"),
        (
            "a replication loads nothing",
            cdc(and(windowed(), json!({"Until": "CaughtUp", "Window": {"AtClose": "Stop"}})))
                .started(1)
                .began(1)
                .status("running")
                .counters([0, 1, 1, 0])
                .looked(10, 10, Some(1000))
                .looked(20, 12, Some(1100))
                .previous_load(10_000)
                .sees(180, 12, Some(1100)),
            "Wait",
        ),
    ]);
}

#[test]
fn a_night_of_trouble_tells_each_once() {
    let poll = |case: &mut Case| in_words(&case.poll());
    let mut case = full_load(and(windowed(), json!({"Start": "Refresh", "StallMinutes": 30})))
        .last_week("FULL_LOAD_ONLY_FINISHED")
        .set(|case| case.stats_mut().full_load_start_date = Some(minute(support::cases::LAST_WEEK)))
        .loaded(support::cases::LAST_WEEK + 50)
        .tables(&["Table completed"; 9]);
    assert!(poll(&mut case).starts_with("Start reload-target"));
    let before = case.run().previous_load;
    assert_eq!(before, Some(PreviousLoad { rows: 9000, seconds: 3000 }));
    case.answer_start(migration::run::answer::Answer::Accepted);

    let mut case = case.status("running").began(1).fresh(1).counters([0, 2, 7, 0]).sees(2, 0, Some(10));
    assert!(poll(&mut case).starts_with("Wait"), "the first look foretells nothing");
    let mut case = case.counters([0, 2, 6, 1]).sees(60, 1, Some(300));
    assert!(poll(&mut case).starts_with("Tell TablesInError"));
    commit::told(case.run(), Occasion::TablesInError);
    let decided = poll(&mut case);
    assert!(decided.starts_with("Tell WillNotFit") && decided.contains("the load before"), "{decided}");
    commit::told(case.run(), Occasion::WillNotFit);
    assert!(poll(&mut case).starts_with("Wait"));
    let mut case = case.sees(90, 1, Some(300));
    assert_eq!(poll(&mut case), "Tell Stalled: nothing of the load has moved for 30 minutes");
    commit::told(case.run(), Occasion::Stalled);
    let mut case = case.sees(150, 1, Some(300));
    assert!(poll(&mut case).starts_with("Wait: the task is running"));
    let told = [Occasion::TablesInError, Occasion::WillNotFit, Occasion::Stalled];
    assert_eq!(case.run().told, told);
}

#[test]
fn a_start_again_begins_a_new_measure() {
    let mut case = loading(json!({})).looked(10, 7, Some(500)).sees(40, 7, Some(500));
    case.poll();
    assert_eq!(case.run().pace.as_ref().unwrap().moved, minute(10));
    let failed = support::cases::AWAY;
    let mut case = case.failed(41, failed).at_rest(41).at(42);
    assert!(in_words(&case.poll()).starts_with("Start resume-processing"));
    assert_eq!(case.run().pace, None, "what was at rest has not stood still");
}

#[test]
fn what_an_earlier_run_left_in_the_statistics_is_no_news_and_no_pace() {
    let mut case = full_load(json!({"Start": "Refresh"}))
        .last_week("NORMAL")
        .counters([1, 0, 0, 1])
        .tables(&["Table completed", "Table error"])
        .started_by(migration::run::acts::StartKind::ReloadTarget, 1)
        .status("running")
        .at(2);
    assert!(in_words(&case.poll()).starts_with("Wait"), "tables in error of last week are no news");
    assert_eq!(case.run().pace, None);
    let mut case = case.began(1).fresh(1).counters([0, 2, 0, 0]).at(3);
    case.poll();
    assert!(case.run().pace.is_some());
}
