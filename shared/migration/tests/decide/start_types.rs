//! How a task that has run before is started: by what its history left, and by what each way does to rows.

use migration::decide::start_type::{self, FAR_FUTURE};
use migration::run::observation::TaskSeen;
use migration::run::task::Origin;
use serde_json::{Value, json};

use support::cases::{
    AWAY, Case, LOG_IS_GONE, and, cdc, check, full_load, in_words, kept, load_and_cdc, windowed,
};

const FINISHED: &str = "Stop Reason FULL_LOAD_ONLY_FINISHED";
const NORMAL: &str = "Stop Reason NORMAL";
const COMPLETE: [&str; 2] = ["Table completed"; 2];
const HALF: [&str; 2] = ["Table completed", "Full load"];
const ERRORED: [&str; 2] = ["Table completed", "Table error"];

fn start(word: &str) -> serde_json::Value {
    json!({"Start": word})
}

#[test]
fn full_load_that_is_complete() {
    let done = |word: &str| full_load(start(word)).last_week(FINISHED).tables(&COMPLETE);
    check([
        ("Auto leaves it", done("Auto"), "Skipped | nothing to do: all 2 tables were loaded | Start Refresh"),
        ("Resume leaves it", done("Resume"), "Skipped | nothing to do"),
        ("Refresh loads it again", done("Refresh"), "Start reload-target | the plan wants a new one"),
        ("Reload loads it again", done("Reload"), "Start reload-target"),
        (
            "Refresh under DO_NOTHING would load every row twice",
            done("Refresh").do_nothing(),
            "Rejected | no start of the task is safe | a second time | nothing was started | TRUNCATE_BEFORE_LOAD",
        ),
        ("Reload under DO_NOTHING, too", done("Reload").do_nothing(), "Rejected | a second time"),
        (
            "counters that name an error outweigh the list",
            done("Auto").counters([1, 0, 0, 1]),
            "Start resume-processing",
        ),
    ]);
}

/// A schedule that fires twice in one window, or a second click: nothing that was just loaded is emptied.
#[test]
fn refresh_wants_the_rows_of_this_night_once() {
    let loaded = |began: i64, tables: &[&str], word: &str| {
        let case = full_load(and(windowed(), start(word)));
        case.began(began).fresh(began).stopped(60, FINISHED).tables(tables).at(120)
    };
    let cdc = |began: i64, tables: &[&str]| {
        let stops = json!({"Window": {"AtClose": "Stop"}});
        let case = load_and_cdc(and(and(windowed(), stops), start("Refresh")));
        case.began(began).fresh(began).loaded(50).stopped(60, NORMAL).tables(tables).at(120)
    };
    check([
        (
            "complete since the window opened",
            loaded(5, &COMPLETE, "Refresh"),
            "Skipped | tonight's rows are there | not to load the tables again, run with Start Refresh",
        ),
        ("Reload loads it all the same", loaded(5, &COMPLETE, "Reload"), "Start reload-target"),
        ("begun before, and done since it opened", loaded(-1, &COMPLETE, "Refresh"), "Skipped"),
        ("begun well before the window opened", loaded(-2, &COMPLETE, "Refresh"), "Start reload-target"),
        (
            "a table in error is loaded again, and no other",
            loaded(5, &ERRORED, "Refresh"),
            "Start resume-processing | 1 of 2 tables is not complete",
        ),
        ("a load that was cut off goes on", loaded(5, &HALF, "Refresh"), "Start resume-processing"),
        ("a replication goes on after tonight's load", cdc(5, &COMPLETE), "Start resume-processing"),
        ("and is loaded anew after another night's", cdc(-60, &COMPLETE), "Start reload-target"),
    ]);
}

#[test]
fn full_load_that_is_unfinished() {
    let half = |word: &str| full_load(start(word)).last_week(NORMAL).tables(&HALF);
    let failed = |word: &str| full_load(start(word)).last_week(FINISHED).tables(&ERRORED);
    check([
        ("Auto resumes", half("Auto"), "Start resume-processing | 1 of 2 tables is not complete"),
        ("Refresh resumes what was cut off", half("Refresh"), "Start resume-processing"),
        (
            "Refresh loads anew what came to its own end, tables in error included",
            failed("Refresh"),
            "Start reload-target | came to its end and the plan wants a new one",
        ),
        (
            "and a task that failed after its tables were complete",
            full_load(start("Refresh")).last_week("NORMAL").failed(-60, AWAY).tables(&COMPLETE),
            "Start reload-target",
        ),
        ("Resume resumes", half("Resume"), "Start resume-processing"),
        ("Reload loads all again", half("Reload"), "Start reload-target"),
        ("tables in error are resumed", failed("Auto"), "Start resume-processing"),
        (
            "DO_NOTHING wants a decision",
            half("Auto").do_nothing(),
            "Rejected | under TargetTablePrepMode DO_NOTHING | empty those tables | Start Resume | shop.t1",
        ),
        ("DO_NOTHING, and Refresh is no decision", half("Refresh").do_nothing(), "Rejected | DO_NOTHING"),
        ("DO_NOTHING, and Resume is one", half("Resume").do_nothing(), "Start resume-processing"),
        ("DO_NOTHING, and Reload doubles rows", half("Reload").do_nothing(), "Rejected | a second time"),
        (
            "CreatePkAfterFullLoad cannot be resumed",
            half("Resume").keys_last(),
            "Rejected | CreatePkAfterFullLoad | Start Reload",
        ),
        ("CreatePkAfterFullLoad can be reloaded", half("Reload").keys_last(), "Start reload-target"),
        (
            "a run that had failed is resumed",
            full_load(start("Auto")).began(-60).failed(-30, "Stop Reason FATAL_ERROR").tables(&HALF),
            "Start resume-processing",
        ),
        (
            "a run that never got to a table",
            full_load(start("Auto")).began(-60).failed(-59, "Stop Reason FATAL_ERROR").tables(&[]),
            "Start resume-processing | no table was loaded",
        ),
        (
            "a word that DMS has learned since is not complete",
            full_load(start("Auto")).last_week(FINISHED).tables(&["Table completed", "Table polished"]),
            "Start resume-processing | 1 of 2",
        ),
    ]);
}

#[test]
fn full_load_and_cdc() {
    let loaded = |word: &str| load_and_cdc(start(word)).last_week(NORMAL).loaded(-9000).tables(&COMPLETE);
    let ended = |word: &str| loaded(word).last_week("Stop Reason STOPPED_AFTER_CACHED_EVENTS");
    let half = |word: &str| load_and_cdc(start(word)).last_week(NORMAL).tables(&HALF);
    let at_its_position = |reason: &str| {
        let stated = json!({"Task": {"CdcStopPosition": "server_time:2026-12-01T00:00:00"}});
        load_and_cdc(stated).last_week(reason).loaded(-9000).tables(&COMPLETE)
    };
    let reloading =
        |case: Case| case.set(|case| case.running.plan.on_table_errors = plan::OnTableErrors::Reload);
    let errored = |word: &str| load_and_cdc(start(word)).last_week(NORMAL).loaded(-9000).tables(&ERRORED);
    check([
        (
            "loaded and stopped: replication goes on",
            loaded("Auto"),
            "Start resume-processing | replication goes on",
        ),
        ("loaded, and DO_NOTHING matters no more", loaded("Auto").do_nothing(), "Start resume-processing"),
        ("loaded, with Refresh", loaded("Refresh"), "Start reload-target"),
        ("loaded, with Reload", loaded("Reload"), "Start reload-target"),
        ("ended as it was set up to", ended("Auto"), "Skipped | replication has reached its end"),
        (
            "stopped at the position that the plan states",
            at_its_position("Stop Reason STOPPED_AT_SERVER_TIME"),
            "Skipped | replication has reached its end",
        ),
        ("stopped before it", at_its_position(NORMAL), "Start resume-processing | replication goes on"),
        (
            "stopped at a position that the plan does not state",
            loaded("Auto").last_week("Stop Reason STOPPED_AT_SERVER_TIME"),
            "Start resume-processing | replication goes on",
        ),
        ("half loaded", half("Auto"), "Start resume-processing"),
        ("half loaded under DO_NOTHING", half("Auto").do_nothing(), "Rejected | DO_NOTHING"),
        (
            "an errored load is never resumed: it would only replicate",
            errored("Auto"),
            "Rejected | 1 of 2 tables was not loaded; a resume would skip what is missing | Start Reload | shop.t1 Table error",
        ),
        (
            "where the plan has tables in error loaded again, that is done while it replicates",
            reloading(errored("Auto")),
            "Start resume-processing | 1 table in error: replication goes on, and they are loaded again while it runs",
        ),
        (
            "not under DO_NOTHING, which would put their rows in twice",
            reloading(errored("Auto")).do_nothing(),
            "Rejected | a resume would skip what is missing",
        ),
        (
            "nor where other tables were not loaded to their end",
            reloading(errored("Auto")).tables(&["Full load", "Table error"]),
            "Rejected | a resume would skip what is missing",
        ),
        ("not by Resume either", errored("Resume"), "Rejected | a resume would skip what is missing"),
        (
            "Refresh loads all tables: it wants this night's rows",
            errored("Refresh"),
            "Start reload-target | came to its end and the plan wants a new one",
        ),
        ("Reload loads all tables", errored("Reload"), "Start reload-target"),
        (
            "errors that only the counters know count as errors",
            loaded("Auto").counters([1, 0, 0, 1]),
            "Rejected | a resume would skip what is missing",
        ),
        (
            "unfinished after the end of the load is the same trap",
            half("Auto").loaded(-9000),
            "Rejected | a resume would skip what is missing",
        ),
    ]);
}

#[test]
fn replication() {
    let ran =
        |plan: serde_json::Value, reason: &str| cdc(plan).last_week(reason).tables(&["Table completed"]);
    let bounded = || json!({"Task": {"CdcStopPosition": "server_time:2026-11-21T02:00:00"}});
    let window = || support::cases::and(support::cases::windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let kept_at_its_end = |case: Case| {
        case.last_week("Stop Reason STOPPED_AT_COMMIT_TIME").tables(&["Table completed"]).set(|case| {
            if let migration::run::observation::TaskSeen::Seen(task) = &mut case.seen {
                task.migration_type = plan::MigrationType::Cdc;
            }
        })
    };
    check([
        (
            "goes on where it stopped",
            ran(bounded(), NORMAL),
            "Start resume-processing | goes on where it stopped",
        ),
        (
            "DO_NOTHING is no obstacle: nothing is loaded",
            ran(bounded(), NORMAL).do_nothing(),
            "Start resume-processing",
        ),
        (
            "has reached the stop position that the plan states",
            ran(bounded(), "Stop Reason STOPPED_AT_SERVER_TIME"),
            "Skipped | up to its stop position (STOPPED_AT_SERVER_TIME)",
        ),
        (
            "has reached the close of an earlier window, which we gave DMS as its stop position",
            ran(window(), "Stop Reason STOPPED_AT_SERVER_TIME"),
            "Start resume-processing | where it stopped",
        ),
        (
            "of somebody else has reached its stop position",
            kept_at_its_end(kept(json!({}))),
            "Skipped | up to its stop position (STOPPED_AT_COMMIT_TIME)",
        ),
    ]);
}

#[test]
fn a_replication_that_is_complete_is_given_no_advice_about_loads() {
    let plan = json!({"Task": {"CdcStopPosition": "server_time:2026-11-21T02:00:00"}});
    let mut case = cdc(plan).last_week("STOPPED_AT_SERVER_TIME").tables(&["Table completed"]);
    let decided = in_words(&case.poll());
    assert!(decided.starts_with("Skipped") && !decided.contains("Refresh"), "{decided}");
}

#[test]
fn a_position_that_the_log_no_longer_holds() {
    let unbounded = || json!({"Until": "CaughtUp"});
    let replication = |words: &str| cdc(unbounded()).began(-60).failed(-30, words).tables(&["Before load"]);
    let loaded = |word: &str| {
        load_and_cdc(start(word)).began(-600).loaded(-500).failed(-30, LOG_IS_GONE).tables(&COMPLETE)
    };
    let lost = "Rejected | no start of the task is safe: the source's log no longer holds the position at which the task \
                stopped | nothing was started";
    check([
        (
            "a replication: what was changed since is in no log, and there is no load to make up for it",
            replication(LOG_IS_GONE),
            &format!(
                "{lost} | a task of type full-load-and-cdc | CdcStartPosition that the source still has \
                 | aws dms describe-replication-tasks | not Start Reload"
            ),
        ),
        (
            "a slot that is not there",
            replication(
                "Last Error ERROR: replication slot \"dms_slot\" does not exist Stop Reason FATAL_ERROR",
            ),
            lost,
        ),
        (
            "an archived log that is not there",
            replication("Last Error ORA-01291: missing logfile Stop Reason FATAL_ERROR Error Level FATAL"),
            lost,
        ),
        ("what may pass is resumed", replication(AWAY), "Start resume-processing | goes on where it stopped"),
        (
            "load and replication: all tables are loaded again, once somebody has said so",
            loaded("Auto"),
            &format!(
                "{lost} | run once with Start Reload | once decided: aws stepfunctions | {{\"Start\": \"Reload\", "
            ),
        ),
        (
            "Resume, which a person wrote, is tried all the same",
            loaded("Resume"),
            "Start resume-processing | goes on where it stopped",
        ),
        (
            "Refresh loads it anew as every night",
            loaded("Refresh"),
            "Start reload-target | came to its end and the plan wants a new one",
        ),
        ("Reload does", loaded("Reload"), "Start reload-target | the plan wants every table loaded again"),
        ("not under DO_NOTHING", loaded("Reload").do_nothing(), "Rejected | a second time"),
        (
            "in the middle of the load it is the same",
            load_and_cdc(start("Auto")).began(-60).failed(-30, LOG_IS_GONE).tables(&HALF),
            lost,
        ),
        (
            "a full load needs no position",
            full_load(start("Auto")).began(-60).failed(-30, LOG_IS_GONE).tables(&HALF),
            "Start resume-processing | 1 of 2 tables is not complete",
        ),
    ]);
}

#[test]
fn a_load_that_failed_with_every_table_complete_is_told_so() {
    let failed = full_load(json!({}))
        .began(support::cases::LAST_WEEK)
        .failed(support::cases::LAST_WEEK + 60, "Stop Reason FATAL_ERROR");
    check([(
        "every table is complete",
        failed.tables(&["Table completed"; 2]),
        "Start resume-processing | the task failed after its tables were complete",
    )]);
}

/// A stop position stays on a task: one that the plan does not state is put off, where the task is ours.
#[test]
fn a_stop_position_that_is_left_over() {
    let at = |case: Case, position: Option<&str>| {
        case.set(|case| {
            if let TaskSeen::Seen(task) = &mut case.seen {
                task.cdc_stop_position = position.map(str::to_owned);
            }
        })
    };
    let put_off = |mut case: Case| {
        let TaskSeen::Seen(task) = case.seen.clone() else { panic!("seen") };
        start_type::stop_position(&case.running.plan.clone(), case.known(), &task)
    };
    let old = Some("server_time:2026-11-19T05:00:00");
    let stop = || and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let stated = || and(stop(), json!({"Task": {"CdcStopPosition": "server_time:2026-11-21T02:00:00"}}));
    let theirs = |case: Case| case.set(|case| case.known().origin = Origin::External);
    for (fact, case, expected) in [
        ("of a replication", at(cdc(stop()), old), Some(FAR_FUTURE)),
        ("of a load that replicates", at(load_and_cdc(stop()), old), Some(FAR_FUTURE)),
        ("of a full load, which stops by itself", at(full_load(stop()), old), None),
        ("put off before", at(cdc(stop()), Some(FAR_FUTURE)), None),
        ("none", at(cdc(stop()), None), None),
        ("that the plan states", at(cdc(stated()), old), None),
        ("of somebody else's task", theirs(at(cdc(stop()), old)), None),
    ] {
        assert_eq!(put_off(case), expected, "{fact}");
    }

    let ready = |case: Case, position: Option<&'static str>| {
        at(case.last_week(NORMAL).tables(&["Before load"]), position)
    };
    let kept = |position: Option<&'static str>, plan: Value| theirs(ready(cdc(plan), position));
    let coming = Some("server_time:2026-11-21T02:00:00");
    let caught_up = || and(stop(), json!({"Until": "CaughtUp"}));
    check([
        (
            "it is said with the start",
            ready(cdc(stop()), old),
            "Start resume-processing | its stop position server_time:2026-11-19T05:00:00, which the plan does not state",
        ),
        (
            "one of somebody else's task that has passed",
            kept(old, stop()),
            "Rejected | has passed | far future | nothing was started",
        ),
        ("one that is to come ends it, as it should", kept(coming, stop()), "Start resume-processing"),
        (
            "but not where the plan waits for something else",
            kept(coming, caught_up()),
            "Rejected | before the run's time is over",
        ),
        ("one that is no time", kept(Some("checkpoint"), stop()), "Start resume-processing"),
        (
            "one after the close",
            kept(Some("server_time:2026-11-21T04:00:00"), caught_up()),
            "Start resume-processing",
        ),
        (
            "of somebody else's full load",
            theirs(ready(full_load(windowed()), old)),
            "Start resume-processing",
        ),
    ]);
}
