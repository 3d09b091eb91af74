//! Until CaughtUp: how far replication is behind its source, told from what merely looks like having caught up.

use migration::run::acts::{StartKind, StopCause};
use migration::run::lag::Reading;
use serde_json::{Value, json};

use support::cases::{CLOSE, Case, LAST_WEEK, and, cdc, check, full_load, in_words, load_and_cdc, windowed};

const COMPLETE: [&str; 2] = ["Table completed"; 2];
const GOOD: [f64; 5] = [10.0; 5];

fn until_caught_up(plan: Value) -> Value {
    and(json!({"Until": "CaughtUp", "Notify": {"On": ["Finished"]}}), plan)
}

/// A replication in its 30th minute, of which CloudWatch has points up to the 28th.
fn replicating(plan: Value) -> Case {
    let case = cdc(until_caught_up(plan)).started(1).began(1).status("running");
    case.tables(&["Before load"; 2]).at(30).lagging(28, &GOOD)
}

/// A load that came to its end in the 20th minute and replicates.
fn loaded(plan: Value) -> Case {
    let case = load_and_cdc(until_caught_up(plan)).started(1).began(1).fresh(1).loaded(20).status("running");
    case.counters([2, 0, 0, 0]).tables(&COMPLETE).at(30).lagging(28, &GOOD)
}

#[test]
fn five_good_minutes_in_a_row() {
    check([
        (
            "have caught up, and who watches the task from now on is said",
            replicating(json!({})),
            "Succeeded | replication has caught up: at most 10 s behind in 5 consecutive minutes \
             | 2 tables were replicated | no run watches it from now on | create-event-subscription",
        ),
        (
            "and then the task is stopped",
            replicating(json!({"Then": "Stop"})),
            "Stop Done | replication has caught up: at most 10 s behind",
        ),
        ("at the limit", replicating(json!({})).lagging(28, &[60.0; 5]), "Succeeded | at most 60 s behind"),
        (
            "one of them over the limit",
            replicating(json!({})).lagging(28, &[10.0, 61.0, 10.0, 10.0, 10.0]),
            "Wait | the task is running and 10 s behind its source",
        ),
        (
            "the last of them over the limit",
            replicating(json!({})).lagging(28, &[10.0, 10.0, 10.0, 10.0, 61.0]),
            "Wait | the task is running and 61 s behind its source",
        ),
        (
            "a limit of the plan",
            replicating(json!({"LagSeconds": 9})),
            "Wait | the task is running and 10 s behind its source",
        ),
        ("a wider one", replicating(json!({"LagSeconds": 900})).lagging(28, &[900.0; 5]), "Succeeded"),
        (
            "the target's part over the limit, and the source's within",
            replicating(json!({})).lagging(28, &[80.0; 5]),
            "Wait | 80 s behind its source",
        ),
        (
            "parts of a second are no less than what they begin",
            replicating(json!({})).lagging(28, &[90.2; 5]),
            "Wait | 91 s behind its source",
        ),
        ("four of them", replicating(json!({})).lagging(28, &[10.0; 4]), "Wait | 10 s behind its source"),
        (
            "with a minute between them of which nothing is known",
            replicating(json!({})).lagging(28, &[10.0; 6]).set(|case| {
                case.lag.as_mut().unwrap().remove(3);
            }),
            "Wait | 10 s behind its source",
        ),
        (
            "bad ones before them are over",
            replicating(json!({})).lagging(28, &[900.0, 10.0, 10.0, 10.0, 10.0, 10.0]),
            "Succeeded | at most 10 s behind",
        ),
        (
            "in any order",
            replicating(json!({})).set(|case| case.lag.as_mut().unwrap().reverse()),
            "Succeeded",
        ),
    ]);
}

#[test]
fn what_is_not_known_is_not_caught_up() {
    let unknown = "Wait | the task is running and how far it is behind its source is not known just now";
    check([
        ("CloudWatch could not be asked", replicating(json!({})).set(|case| case.lag = None), unknown),
        ("CloudWatch has no point", replicating(json!({})).lagging(28, &[]), unknown),
        ("four minutes ago is now", replicating(json!({})).lagging(26, &GOOD), "Succeeded"),
        ("five minutes ago is not", replicating(json!({})).lagging(25, &GOOD), unknown),
        (
            "the newest point has half of it",
            replicating(json!({})).set(|case| case.lag.as_mut().unwrap()[4].target = None),
            unknown,
        ),
        (
            "an older point has half of it",
            replicating(json!({})).set(|case| case.lag.as_mut().unwrap()[1].target = None),
            "Wait | 10 s behind its source",
        ),
        (
            "the source's part is not needed: the target's is end to end",
            replicating(json!({})).set(|case| case.lag.as_mut().unwrap()[4].source = None),
            "Succeeded",
        ),
        ("no number is no lag", replicating(json!({})).lagging(28, &[f64::NAN; 5]), unknown),
        ("points of the future are none", replicating(json!({})).lagging(35, &GOOD), unknown),
    ]);
}

#[test]
fn points_of_an_earlier_time_do_not_count() {
    let joined = || {
        let case = cdc(until_caught_up(json!({}))).began(-60).status("running").joined();
        case.tables(&["Before load"])
    };
    let resumed = || {
        load_and_cdc(until_caught_up(json!({})))
            .last_week("NORMAL")
            .fresh(LAST_WEEK)
            .loaded(LAST_WEEK + 30)
            .counters([2, 0, 0, 0])
            .tables(&COMPLETE)
            .started_by(StartKind::ResumeProcessing, 20)
            .began(20)
            .status("running")
    };
    check([
        (
            "of the run before",
            replicating(json!({})).began(25),
            "Wait | the task is running and 10 s behind its source",
        ),
        ("the first minute of this run counts", replicating(json!({})).began(24), "Succeeded"),
        (
            "of the load, when nothing was replicated",
            loaded(json!({})).loaded(25),
            "Wait | the task is running and 10 s behind its source",
        ),
        ("the first minute after the load counts", loaded(json!({})).loaded(24), "Succeeded"),
        ("before this run resumed a replication", resumed().at(24).lagging(23, &GOOD), "Wait | 10 s behind"),
        ("since this run resumed a replication", resumed().at(25).lagging(24, &[10.0; 9]), "Succeeded"),
        (
            "a task that was joined has shown them before this run, whose writers may have been stopped since",
            joined().at(4).lagging(3, &GOOD),
            "Wait | 10 s behind",
        ),
        ("five minutes of this run count", joined().at(5).lagging(4, &GOOD), "Succeeded"),
        (
            "a start whose answer was lost and that does not show is no run of ours",
            cdc(until_caught_up(json!({})))
                .began(LAST_WEEK)
                .started(25)
                .lost()
                .status("running")
                .tables(&["Before load"])
                .at(29)
                .lagging(28, &GOOD),
            "Look again | does not show it yet",
        ),
        (
            "a task that is on its way down has caught up with nothing",
            replicating(json!({})).status("stopping"),
            "Wait | the task is stopping",
        ),
    ]);
}

#[test]
fn the_load_comes_first() {
    check([
        (
            "and has settled",
            loaded(json!({})),
            "Succeeded | replication has caught up | all 2 tables are complete",
        ),
        ("tables are loading", loaded(json!({})).counters([1, 1, 0, 0]), "Wait | 1 table loaded, 1 loading"),
        (
            "tables are loading, and how far replication is behind says nothing yet",
            loaded(json!({})).counters([1, 1, 0, 0]).lagging(28, &[900.0; 5]),
            "Wait | 1 loading | not behind",
        ),
        ("tables are queued", loaded(json!({})).counters([1, 0, 1, 0]), "Wait | 1 queued"),
        (
            "its end is not stated",
            loaded(json!({})).set(|case| case.stats_mut().full_load_finish_date = None),
            "Wait | 2 tables loaded",
        ),
        ("its end is that of the load before", loaded(json!({})).loaded(LAST_WEEK), "Wait | 2 tables loaded"),
        (
            "the counters are ahead of the tables",
            loaded(json!({})).tables(&["Table completed", "Full load"]),
            "Wait | the task is running",
        ),
        (
            "no table is listed yet",
            loaded(json!({})).loaded(24).counters([0; 4]).tables(&[]).at(25).lagging(24, &GOOD),
            "Wait | 10 s behind its source",
        ),
        (
            "its rows are still being compared",
            loaded(json!({})).validated(&["Validated", "Pending records"]),
            "Wait | the rows of 1 table are still being compared",
        ),
        (
            "nothing is stopped while they are",
            loaded(json!({"Then": "Stop"})).validated(&["Validated", "Pending records"]),
            "Wait | the rows of 1 table are still being compared",
        ),
        ("then it is stopped", loaded(json!({"Then": "Stop"})), "Stop Done | replication has caught up"),
    ]);
}

#[test]
fn the_tables_are_seen_before_anything_is_said() {
    let errored = ["Before load", "Table error"];
    let one_in_error = |plan: Value| replicating(plan).counters([0, 0, 0, 1]).tables(&errored);
    check([
        (
            "they were not looked at this time",
            replicating(json!({})).set(|case| case.tables = None),
            "Look again | replication has caught up; its tables are looked at",
        ),
        (
            "before the stop, too",
            loaded(json!({"Then": "Stop"})).set(|case| case.tables = None),
            "Look again | its tables are looked at",
        ),
        (
            "one is in error",
            one_in_error(json!({})),
            "PartlyFailed | 1 of 2 tables is in error | replication has caught up | goes on running | shop.t1 Table error",
        ),
        (
            "one is in error, which the plan tolerates",
            one_in_error(json!({"OnTableErrors": "Warn"})),
            "SucceededWithWarnings | shop.t1 Table error",
        ),
        ("one is in error, and the task is stopped", one_in_error(json!({"Then": "Stop"})), "Stop Done"),
        (
            "one is in error by the counters alone",
            replicating(json!({})).counters([0, 0, 0, 1]),
            "PartlyFailed | 1 of 2 tables is in error | the worse counts",
        ),
        (
            "all are in error",
            replicating(json!({})).counters([0, 0, 0, 2]).tables(&["Table error"; 2]),
            "Failed | 2 of 2 tables are in error",
        ),
        ("there is none", replicating(json!({})).tables(&[]), "Failed | no table was migrated"),
        (
            "one of a load is in error",
            loaded(json!({})).counters([1, 0, 0, 1]).tables(&["Table completed", "Table error"]),
            "PartlyFailed | 1 of 2 tables is complete, 1 is not | shop.t1 Table error | goes on running",
        ),
    ]);
}

/// Zeros are also what a task shows that is still searching the source's log.
#[test]
fn zeros_alone_are_not_caught_up() {
    let quiet = |plan: Value| replicating(plan).lagging(28, &[0.0; 5]);
    let since = |case: Case, minute: i64| {
        case.set(move |case| {
            case.run().reading =
                Some(Reading::NotSeen { changes: Some(0), zero_since: Some(support::cases::minute(minute)) });
            case.run().latest_start = Some(support::cases::minute(1));
        })
    };
    let seen_to_read = |case: Case| {
        case.set(|case| {
            case.run().reading = Some(Reading::Seen);
            case.run().latest_start = Some(support::cases::minute(1));
        })
    };
    let changed = |case: Case| case.set(|case| case.tables.as_mut().unwrap()[0].changes = 1);
    let nothing = "nothing shows that the task reads its source";
    check([
        ("they are waited on", quiet(json!({})), "Wait | lag is zero, and nothing shows yet that it reads"),
        ("for half an hour", since(quiet(json!({})), 1), "Wait | lag is zero"),
        (
            "and then told with a warning",
            since(quiet(json!({})), 0),
            &format!("SucceededWithWarnings | {nothing}"),
        ),
        (
            "a change that came since shows that it reads",
            changed(since(quiet(json!({})), 29)),
            "Succeeded | not nothing",
        ),
        ("one that was there before does not", changed(quiet(json!({}))), "Wait | lag is zero"),
        (
            "a latency shows it, in a minute before the five too",
            replicating(json!({})).lagging(28, &[0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            "Succeeded | not nothing",
        ),
        (
            "it was seen to read before, since this start",
            seen_to_read(quiet(json!({}))),
            "Succeeded | not nothing",
        ),
        (
            "DMS has started it again since, and it searches its place anew",
            seen_to_read(quiet(json!({})).began(20)),
            "Wait | lag is zero, and nothing shows yet that it reads",
        ),
        ("the stop waits as well", quiet(json!({"Then": "Stop"})), "Wait | lag is zero"),
        ("and comes then", since(quiet(json!({"Then": "Stop"})), 0), "Stop Done"),
        (
            "with the warning",
            since(quiet(json!({"Then": "Stop"})), 0)
                .told_to_stop(StopCause::Done, 30)
                .stopped(31, "NORMAL")
                .at(32),
            &format!("SucceededWithWarnings | {nothing}"),
        ),
    ]);
}

/// A stop that DMS has not taken yet is for what was seen before it: a task that DMS starts again meanwhile, and that reads
/// then, has not caught up.
#[test]
fn what_is_read_after_the_stop_was_decided_does_not_count() {
    let mut case = replicating(json!({"Then": "Stop"})).lagging(28, &[0.0, 3.0, 0.0, 0.0, 0.0, 0.0]);
    let unseen = Reading::NotSeen { changes: Some(0), zero_since: Some(support::cases::minute(0)) };
    case.run().latest_start = Some(support::cases::minute(1));
    case.run().reading = Some(unseen);
    let mut told = case.clone().told_to_stop(StopCause::Done, 30);
    told.poll();
    assert_eq!(told.run().reading, Some(unseen));
    case.poll();
    assert_eq!(case.run().reading, Some(Reading::Seen), "without a stop it does");
}

#[test]
fn the_window_closes_before_it_has_caught_up() {
    let stop = || and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let leave = || and(windowed(), json!({"Window": {"AtClose": "LeaveRunning"}}));
    let behind = |case: Case| case.at(CLOSE).lagging(CLOSE - 2, &[900.0; 5]);
    check([
        (
            "a minute before it is waited for",
            replicating(stop()).at(CLOSE - 1).lagging(CLOSE - 3, &[900.0; 5]),
            "Wait | the task is running and 900 s behind its source",
        ),
        (
            "a replication goes on by default",
            behind(replicating(windowed())),
            "LeftRunning | the window has closed and the plan leaves the task running | no run watches it",
        ),
        (
            "it is stopped where the plan says so",
            behind(replicating(stop())),
            "Stop Close | the window closes",
        ),
        ("the same after a load", behind(loaded(stop())), "Stop Close"),
        ("or left", behind(loaded(leave())), "LeftRunning"),
        (
            "stopped, it is paused",
            behind(replicating(stop())).told_to_stop(StopCause::Close, CLOSE).stopped(CLOSE, "NORMAL"),
            "Paused | the next run resumes",
        ),
        (
            "the next run goes on with it",
            cdc(until_caught_up(json!({}))).last_week("NORMAL").tables(&["Before load"]),
            "Start resume-processing | goes on where it stopped",
        ),
    ]);
}

#[test]
fn a_task_that_was_stopped_since_it_had_caught_up() {
    let told = |case: Case| {
        case.told_to_stop(StopCause::Done, 30).stopped(31, "Stop Reason NORMAL").at(32).set(|case| {
            case.lag = None;
        })
    };
    check([
        (
            "is done",
            told(replicating(json!({"Then": "Stop"}))),
            "Succeeded | 2 tables were replicated | the task was stopped as the plan says \
             | the writers must stay stopped; switch now; its lag shows the target whole up to 2026-11-20 21:25 UTC \
             | changes after 2026-11-20 21:25 UTC are not in the target",
        ),
        (
            "is done with its load",
            told(loaded(json!({"Then": "Stop"}))),
            "Succeeded | all 2 tables are complete | the task was stopped as the plan says | switch now",
        ),
        (
            "names the minute by the lag that the plan allows",
            told(loaded(and(
                windowed(),
                json!({"Then": "Stop", "LagSeconds": 300, "Window": {"AtClose": "Stop"}}),
            ))),
            "Succeeded | changes after 2026-11-20 21:21 UTC are not in the target",
        ),
        (
            "and has a table in error, is not",
            told(replicating(json!({"Then": "Stop"}))).tables(&["Before load", "Table error"]),
            "PartlyFailed | shop.t1 Table error",
        ),
    ]);
}

#[test]
fn only_who_waits_for_it_asks_for_the_lag() {
    let bounded = json!({"Task": {"CdcStopPosition": "server_time:2026-11-21T02:00:00"}});
    check([
        (
            "a bounded replication stops at its position",
            cdc(bounded).started(1).began(1).status("running").tables(&COMPLETE).at(30).lagging(28, &GOOD),
            "Wait | the task is running",
        ),
        (
            "a full load stops by itself",
            full_load(json!({})).started(1).began(1).status("running").at(30).lagging(28, &GOOD),
            "Wait | the task is running",
        ),
    ]);
}

#[test]
fn the_lag_is_remembered_until_the_tables_are_wanted() {
    let mut case = replicating(json!({})).set(|case| case.tables = None).lagging(28, &[300.4; 5]);
    let decided = in_words(&case.poll());
    assert_eq!(decided, "Wait: the task is running and 301 s behind its source");
    let lag = |case: &Case| case.running.progress.as_ref().unwrap().lag_seconds;
    assert_eq!(lag(&case), Some(301));

    let mut case = case.at(40).lagging(38, &[0.0; 5]);
    assert_eq!(in_words(&case.poll()), "Look again: replication has caught up; its tables are looked at");
    assert_eq!(lag(&case), Some(0));
    let seconds = case.running.next.seconds;
    assert!(seconds <= 15, "{seconds} s");

    let mut case = case.tables(&["Before load"]).at(41).lagging(39, &[0.0; 5]);
    assert!(in_words(&case.poll()).starts_with("Succeeded: the one table was replicated"));
    let mut lost = case.set(|case| case.lag = Some(Vec::new()));
    lost.poll();
    assert_eq!(lag(&lost), None, "what is not known is not remembered as known");
}

#[test]
fn points_from_before_the_start_are_not_this_runs_whatever_dates_dms_still_shows() {
    let plan = || until_caught_up(json!({}));
    check([
        (
            "a resume that shows running with the date of the run before",
            cdc(plan())
                .began(-600)
                .stopped(-1, "Stop Reason NORMAL")
                .started_by(StartKind::ResumeProcessing, 1)
                .status("running")
                .tables(&["Before load"])
                .at(2)
                .lagging(-1, &[3.0; 5]),
            "Wait",
        ),
        (
            "a start again",
            cdc(plan())
                .started(1)
                .began(1)
                .failed(60, support::cases::AWAY)
                .started_again(1, 61)
                .status("running")
                .tables(&["Before load"])
                .at(62)
                .lagging(60, &[3.0; 5]),
            "Wait",
        ),
    ]);
}
