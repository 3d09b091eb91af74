//! A task has come to rest in a run of ours: stop reason, counters and every table make the verdict.

use migration::run::acts::{StartKind, StopCause, StopState};
use migration::run::answer::Answer;
use migration::run::execution::MAX_UNFINISHED;
use migration::run::load::PreviousLoad;
use migration::run::next::Next;
use migration::run::observation::{InstanceSeen, TaskSeen};
use plan::table_name::NamedByMapping;
use serde_json::{Value, json};

use support::cases::{
    AWAY, CLOSE, Case, DENIED, and, cdc, check, full_load, load_and_cdc, minute, refusal, table_name,
    windowed,
};

const COMPLETE: [&str; 2] = ["Table completed"; 2];
const HALF: [&str; 2] = ["Table completed", "Full load"];

/// A full load of this night that stopped for this reason, with these tables, an hour ago.
fn ended(reason: &str, tables: &[&str]) -> Case {
    full_load(json!({}))
        .started(1)
        .began(1)
        .stopped(30, &format!("Stop Reason {reason}"))
        .tables(tables)
        .at(90)
}

#[test]
fn every_stop_reason_of_a_complete_full_load() {
    check([
        ("NORMAL", ended("NORMAL", &COMPLETE), "Succeeded | all 2 tables are complete | NORMAL"),
        (
            "FULL_LOAD_ONLY_FINISHED",
            ended("FULL_LOAD_ONLY_FINISHED", &COMPLETE),
            "Succeeded | rows not verified",
        ),
        ("STOPPED_AFTER_FULL_LOAD", ended("STOPPED_AFTER_FULL_LOAD", &COMPLETE), "Succeeded"),
        ("STOPPED_AFTER_CACHED_EVENTS", ended("STOPPED_AFTER_CACHED_EVENTS", &COMPLETE), "Succeeded"),
        ("STOPPED_AFTER_DDL_APPLY", ended("STOPPED_AFTER_DDL_APPLY", &COMPLETE), "Succeeded"),
        ("STOPPED_AT_SERVER_TIME", ended("STOPPED_AT_SERVER_TIME", &COMPLETE), "Succeeded"),
        ("STOPPED_AT_COMMIT_TIME", ended("STOPPED_AT_COMMIT_TIME", &COMPLETE), "Succeeded"),
        ("RECOVERABLE_ERROR", ended("RECOVERABLE_ERROR", &COMPLETE), "Failed | RECOVERABLE_ERROR"),
        ("FATAL_ERROR", ended("FATAL_ERROR", &COMPLETE), "Failed | FATAL_ERROR"),
        (
            "STOPPED_DUE_TO_LOW_MEMORY",
            ended("STOPPED_DUE_TO_LOW_MEMORY", &COMPLETE),
            "Failed | STOPPED_DUE_TO_LOW_MEMORY",
        ),
        ("STOPPED_DUE_TO_LOW_DISK", ended("STOPPED_DUE_TO_LOW_DISK", &COMPLETE), "Failed"),
        ("RECYCLE_TASK just now", ended("RECYCLE_TASK", &COMPLETE).at(39), "Look again | to start it again"),
        ("RECYCLE_TASK for long", ended("RECYCLE_TASK", &COMPLETE).at(40), "Failed | did not start it again"),
        ("RECONFIGURATION_RESTART", ended("RECONFIGURATION_RESTART", &HALF).at(31), "Look again"),
        (
            "a reason that DMS has learned since",
            ended("SOMETHING_NEW", &COMPLETE),
            "SucceededWithWarnings | SOMETHING_NEW | no stop reason that is known | describe-replication-tasks",
        ),
        (
            "a reason that DMS has learned since does not make rows equal that are not",
            ended("SOMETHING_NEW", &COMPLETE).validated(&["Validated", "Mismatched records"]),
            "PartlyFailed | shop.t1 Mismatched records | not no stop reason that is known",
        ),
        ("no reason", ended("", &COMPLETE), "SucceededWithWarnings | no stop reason"),
        (
            "EXPRESS_LICENSE_LIMITS_REACHED",
            ended("EXPRESS_LICENSE_LIMITS_REACHED", &COMPLETE),
            "Failed | EXPRESS_LICENSE_LIMITS_REACHED",
        ),
        (
            "failed, whatever the tables",
            full_load(json!({}))
                .started(1)
                .began(1)
                .failed(30, "Last Error No tables were found.\nStop Reason FATAL_ERROR Error Level FATAL")
                .tables(&COMPLETE)
                .at(31),
            "Failed | the DMS task has failed | DMS says: Last Error No tables were found. Stop Reason FATAL_ERROR",
        ),
    ]);
}

#[test]
fn an_end_that_is_nobodys_success() {
    let stop = |case: Case, why| {
        case.told_to_stop(why, CLOSE).stopped(CLOSE + 1, "Stop Reason NORMAL").at(CLOSE + 2)
    };
    let night = || full_load(windowed()).started(1).began(1);
    check([
        (
            "NORMAL with an unfinished table: somebody stopped it",
            ended("NORMAL", &HALF),
            "Interrupted | somebody else stopped the task (NORMAL) | 1 of 2 | CloudTrail | shop.t1 Full load",
        ),
        (
            "an unknown reason with an unfinished table",
            ended("SOMETHING_NEW", &HALF),
            "Interrupted | SOMETHING_NEW",
        ),
        ("no reason with an unfinished table", ended("", &HALF), "Interrupted | no stop reason"),
        ("NORMAL without any table", ended("NORMAL", &[]), "Interrupted"),
        (
            "NORMAL at the close, before this run had asked for it: another run of ours may have been quicker",
            night().tables(&HALF).stopped(CLOSE, "Stop Reason NORMAL").at(CLOSE + 1),
            "Paused | 1 of 2 tables is complete",
        ),
        (
            "NORMAL a minute before the close",
            night().tables(&HALF).stopped(CLOSE - 1, "Stop Reason NORMAL").at(CLOSE + 1),
            "Interrupted | somebody else stopped the task",
        ),
        (
            "NORMAL by our own stop",
            stop(night().tables(&HALF), StopCause::Close),
            "Paused | 1 of 2 tables is complete | 1 partly loaded table will | the next run resumes | shop.t1 Full load",
        ),
        (
            "a night in which nothing was finished",
            stop(night().tables(&["Full load", "Before load"]), StopCause::Close),
            "Paused | no table was finished in this window | 1 partly loaded | [warning]",
        ),
        (
            "DMS lists no table yet",
            stop(night().tables(&[]), StopCause::Close),
            "Paused | 0 of 0 tables are complete | not no table was finished | [warning]",
        ),
        (
            "two tables were on their way",
            stop(night().tables(&["Table completed", "Full load", "Full load"]), StopCause::Close),
            "Paused | 2 partly loaded tables will | [info]",
        ),
        (
            "no table was on its way",
            stop(night().tables(&["Table completed", "Before load"]), StopCause::Close),
            "Paused | 1 of 2 tables is complete | not partly loaded | not no table was finished",
        ),
        (
            "our own stop under DO_NOTHING asks for a decision now",
            stop(night().tables(&HALF).do_nothing(), StopCause::Close),
            "Paused | decide: | under TargetTablePrepMode DO_NOTHING | Start Resume | {\"Start\": \"Resume\", | [warning]",
        ),
        (
            "our own stop with keys after the load, too",
            stop(night().tables(&HALF).keys_last(), StopCause::Close),
            "Paused | decide: | with CreatePkAfterFullLoad | Start Reload | {\"Start\": \"Reload\", | [warning]",
        ),
        (
            "everything was loaded when our stop came",
            stop(night().tables(&COMPLETE), StopCause::Close),
            "Succeeded | all 2 tables are complete",
        ),
        (
            "DMS finished by itself while our stop was on its way",
            stop(night().tables(&COMPLETE), StopCause::Close).stopped(CLOSE, "FULL_LOAD_ONLY_FINISHED"),
            "Succeeded",
        ),
        (
            "memory ran out while our stop was on its way",
            stop(night().tables(&HALF), StopCause::Close).stopped(CLOSE, "STOPPED_DUE_TO_LOW_MEMORY"),
            "Failed | LOW_MEMORY",
        ),
    ]);
}

#[test]
fn tables_that_are_missing_from_a_good_end() {
    let finished = |plan: serde_json::Value, tables: &[&str]| {
        full_load(plan)
            .started(1)
            .began(1)
            .stopped(30, "Stop Reason FULL_LOAD_ONLY_FINISHED")
            .tables(tables)
            .at(31)
    };
    let errored = ["Table completed", "Table error", "Table completed"];
    let named = |case: Case| {
        let mapping = json!({"rules": [{"rule-type": "selection", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "gone"}}]});
        case.set(|case| case.known().settings.as_mut().unwrap().named = NamedByMapping::of(&mapping))
    };
    check([
        (
            "one in error",
            finished(json!({}), &errored),
            "PartlyFailed | 2 of 3 tables are complete, 1 is not | describe-table-statistics | shop.t1 Table error",
        ),
        (
            "one in error, which the plan tolerates",
            finished(json!({"OnTableErrors": "Warn"}), &errored),
            "SucceededWithWarnings | 1 is not | shop.t1 Table error",
        ),
        (
            "a plan that is content with tables in error is not with what somebody's stop has left unfinished",
            finished(json!({"OnTableErrors": "Warn"}), &HALF),
            "PartlyFailed | 1 is not | 1 table left unfinished without an error | somebody may have stopped the task",
        ),
        (
            "one cancelled",
            finished(json!({}), &["Table completed", "Table cancelled"]),
            "PartlyFailed | shop.t1",
        ),
        (
            "one not on the source",
            finished(json!({}), &["Table completed", "Table does not exist"]),
            "PartlyFailed",
        ),
        (
            "one never begun",
            finished(json!({}), &["Table completed", "Before load"]),
            "PartlyFailed | shop.t1",
        ),
        (
            "one being reloaded",
            finished(json!({}), &["Table completed", "Table is being reloaded"]),
            "PartlyFailed",
        ),
        (
            "one in a state that DMS has learned since",
            finished(json!({}), &["Table completed", "Table polished"]),
            "PartlyFailed | shop.t1 Table polished",
        ),
        ("all in error", finished(json!({}), &["Table error"; 2]), "Failed | 0 of 2 tables are complete"),
        (
            "all in error is more than the plan tolerates",
            finished(json!({"OnTableErrors": "Warn"}), &["Table error"; 2]),
            "Failed",
        ),
        ("no table at all", finished(json!({}), &[]), "Failed | no table was migrated | selection rules"),
        (
            "no table at all is more than the plan tolerates",
            finished(json!({"OnTableErrors": "Warn"}), &[]),
            "Failed | no table was migrated",
        ),
        (
            "one that only the counters know of: they may be early",
            finished(json!({}), &COMPLETE).counters([1, 0, 0, 1]),
            "Look again | 1 table incomplete by DMS's counters, 0 by its list",
        ),
        (
            "one that only the counters know of after two minutes",
            finished(json!({}), &COMPLETE).counters([1, 0, 0, 1]).at(32),
            "PartlyFailed | 1 is not | DMS counts 1 table as incomplete and lists 0: the worse counts",
        ),
        (
            "one that both know of",
            finished(json!({}), &errored).counters([2, 0, 0, 1]),
            "PartlyFailed | 1 is not | shop.t1 | not the worse counts",
        ),
        (
            "one that only the list knows of: the list may be late",
            finished(json!({}), &errored).counters([3, 0, 0, 0]),
            "Look again | statistics are not settled yet",
        ),
        (
            "one that only the list knows of after two minutes",
            finished(json!({}), &errored).counters([3, 0, 0, 0]).at(32),
            "PartlyFailed | shop.t1",
        ),
        (
            "one that is counted as loading at the end",
            finished(json!({}), &COMPLETE).counters([1, 1, 0, 0]).at(32),
            "PartlyFailed | 1 is not",
        ),
        (
            "one that is counted as queued at the end",
            finished(json!({}), &COMPLETE).counters([1, 0, 1, 0]).at(32),
            "PartlyFailed | 1 is not",
        ),
        (
            "more tables are counted than listed",
            finished(json!({}), &COMPLETE).counters([5, 0, 0, 0]).at(32),
            "PartlyFailed | 3 are not",
        ),
        (
            "counters that know of nothing say nothing",
            finished(json!({}), &COMPLETE).counters([0; 4]),
            "Succeeded",
        ),
        (
            "one that the target did not take all rows of",
            finished(json!({}), &COMPLETE)
                .set(|case| case.tables.as_mut().unwrap()[1].refused_rows = 7)
                .at(32),
            "PartlyFailed | 1 of 2 tables is complete, 1 is not | shop.t1 7 rows refused by the target",
        ),
        (
            "one that the mapping names and DMS does not list: the list may be late",
            named(finished(json!({}), &COMPLETE)),
            "Look again | 1 missing that the mapping names",
        ),
        (
            "one that the mapping names and DMS does not list after two minutes",
            named(finished(json!({}), &COMPLETE)).at(32),
            "PartlyFailed | 2 of 2 tables are complete, 1 is not | shop.gone named by the mapping, not listed by DMS",
        ),
        (
            "one that the mapping names, and nothing else is there",
            named(finished(json!({}), &[])).at(32),
            "Failed | no table was migrated | shop.gone named by the mapping",
        ),
    ]);
}

#[test]
fn replication_that_has_come_to_rest() {
    let bounded = || json!({"Task": {"CdcStopPosition": "server_time:2026-11-20T23:00:00"}});
    let replicated = |plan: serde_json::Value| cdc(plan).started(1).began(1).at(121);
    let window = || and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let states = ["Before load", "Table completed"];
    check([
        (
            "at its stop position: what table states mean there is in no fact",
            replicated(bounded()).stopped(120, "STOPPED_AT_SERVER_TIME").tables(&states),
            "Succeeded | 2 tables were replicated | STOPPED_AT_SERVER_TIME",
        ),
        (
            "whatever the counters of a load say there",
            replicated(bounded())
                .stopped(120, "STOPPED_AT_SERVER_TIME")
                .tables(&states)
                .counters([1, 2, 3, 0]),
            "Succeeded | 2 tables were replicated",
        ),
        (
            "with a table that only the counters know to be in error",
            replicated(bounded())
                .stopped(110, "STOPPED_AT_SERVER_TIME")
                .tables(&states)
                .counters([0, 0, 0, 1]),
            "PartlyFailed | 1 of 2 tables is in error | the worse counts",
        ),
        (
            "with a table in error",
            replicated(bounded())
                .stopped(120, "STOPPED_AT_SERVER_TIME")
                .tables(&["Before load", "Table error"]),
            "PartlyFailed | shop.t1 Table error",
        ),
        (
            "with every table in error",
            replicated(bounded()).stopped(120, "STOPPED_AT_SERVER_TIME").tables(&["Table error"]),
            "Failed | shop.t0 Table error",
        ),
        (
            "with a table in error, which the plan tolerates",
            replicated(and(bounded(), json!({"OnTableErrors": "Warn"})))
                .stopped(120, "STOPPED_AT_SERVER_TIME")
                .tables(&["Before load", "Table error"]),
            "SucceededWithWarnings | shop.t1 Table error",
        ),
        (
            "without a table",
            replicated(bounded()).stopped(120, "STOPPED_AT_SERVER_TIME").tables(&[]),
            "Failed | no table was migrated",
        ),
        (
            "by somebody",
            replicated(bounded()).stopped(120, "NORMAL").tables(&states),
            "Interrupted | the next run resumes",
        ),
        (
            "at the close, by our stop",
            replicated(window())
                .told_to_stop(StopCause::Close, CLOSE)
                .stopped(CLOSE, "NORMAL")
                .tables(&states)
                .at(CLOSE + 1),
            "Paused | the next run resumes",
        ),
        (
            "after the load, with its cached changes applied",
            load_and_cdc(json!({"Until": "Stopped", "Task": {"ReplicationTaskSettings": {
                "FullLoadSettings": {"StopTaskCachedChangesApplied": true}}}}))
            .started(1)
            .began(1)
            .stopped(30, "STOPPED_AFTER_CACHED_EVENTS")
            .tables(&COMPLETE)
            .at(31),
            "Succeeded | STOPPED_AFTER_CACHED_EVENTS",
        ),
        (
            "stopped by us in the middle of replication",
            load_and_cdc(and(windowed(), json!({"Window": {"AtClose": "Stop"}})))
                .started(1)
                .began(1)
                .told_to_stop(StopCause::Close, CLOSE)
                .stopped(CLOSE, "NORMAL")
                .tables(&COMPLETE)
                .at(CLOSE + 1),
            "Paused | 2 of 2 tables are complete",
        ),
    ]);
}

/// Whether the resume of an interrupted load loads the rest, where replication follows, is documented nowhere.
#[test]
fn a_load_that_was_resumed_is_doubted_where_dms_gives_no_end_of_it() {
    let endless = |case: Case, without: &[usize]| {
        case.tables(&["Table completed"; 3]).set(|case| {
            for nth in without {
                case.tables.as_mut().unwrap()[*nth].load_ended = None;
            }
        })
    };
    let begun =
        |kind| load_and_cdc(json!({})).started_by(kind, 1).began(1).loaded(20).status("running").at(30);
    let resumed = || begun(StartKind::ResumeProcessing);
    check([
        ("of none", endless(resumed(), &[]), "Succeeded | all 3 tables are complete"),
        (
            "of one",
            endless(resumed(), &[1]),
            "SucceededWithWarnings | but for 1 table DMS gives no end of a load | compare the rows | shop.t1 no end of its load",
        ),
        (
            "of two",
            endless(resumed(), &[0, 2]),
            "SucceededWithWarnings | but for 2 | shop.t0 no end | shop.t2 no end",
        ),
        (
            "of all: it gives none here",
            endless(resumed(), &[0, 1, 2]),
            "Succeeded | all 3 tables are complete",
        ),
        (
            "of one, in a load that began from its beginning",
            endless(begun(StartKind::StartReplication).fresh(1), &[1]),
            "Succeeded | all 3 tables are complete",
        ),
        (
            "of one, where no replication follows",
            endless(
                full_load(json!({}))
                    .started_by(StartKind::ResumeProcessing, 1)
                    .began(1)
                    .stopped(20, "FULL_LOAD_ONLY_FINISHED")
                    .at(30),
                &[1],
            ),
            "Succeeded | all 3 tables are complete",
        ),
    ]);
}

#[test]
fn what_dms_said_last_is_told_with_a_bad_end_alone() {
    let said = |case: Case| {
        let old = "Last Error Task 'orders' was stopped after 7 recovery attempts";
        let case = case.set(|case| {
            let TaskSeen::Seen(task) = &mut case.seen else { panic!("the task is seen") };
            task.last_failure = Some(format!("{old}\n"));
        });
        let Next::Report(verdict) = case.clone().poll() else { panic!("the task has come to rest") };
        verdict.last_failure
    };
    assert_eq!(said(ended("NORMAL", &COMPLETE)), None, "DMS keeps the words of a failure that is over");
    let failure = said(ended("FATAL_ERROR", &COMPLETE));
    assert_eq!(failure.as_deref(), Some("Last Error Task 'orders' was stopped after 7 recovery attempts"));
}

/// The window closed and DMS took the stop: whatever code it gives then, the stop was ours.
#[test]
fn at_the_close() {
    let night = |case: Case| case.started(1).began(1).told_to_stop(StopCause::Close, CLOSE).at(CLOSE + 5);
    let copy = |more: Value, code: &str, tables: &[&str]| {
        night(full_load(and(windowed(), more))).stopped(CLOSE + 1, code).tables(tables)
    };
    let stated = || and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let replication = |more: Value, tables: &[&str]| {
        night(cdc(and(stated(), more))).stopped(CLOSE + 1, "NORMAL").tables(tables)
    };
    let both = |more: Value, tables: &[&str]| {
        night(load_and_cdc(and(stated(), more))).loaded(30).stopped(CLOSE + 1, "NORMAL").tables(tables)
    };
    let names = |case: Case, tables: &[&str]| {
        let rules: Vec<Value> = tables
            .iter()
            .map(|name| {
                json!({"rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
                       "object-locator": {"schema-name": "shop", "table-name": name}})
            })
            .collect();
        let mapping = json!({"rules": rules});
        case.set(|case| case.known().settings.as_mut().unwrap().named = NamedByMapping::of(&mapping))
    };
    let warn = || json!({"OnTableErrors": "Warn"});
    const ERRED: [&str; 2] = ["Table completed", "Table error"];
    let unheard = |case: &mut Case, answer: Answer| {
        let stop = case.run().stop.as_mut().unwrap();
        (stop.state, stop.answer) = (StopState::Asked, answer);
    };
    check([
        (
            "a load that was complete, and a code for an end of its own",
            copy(json!({}), "FULL_LOAD_ONLY_FINISHED", &COMPLETE),
            "Succeeded | all 2 tables are complete | not by itself",
        ),
        (
            "the same with a code that is new",
            copy(json!({}), "SOMETHING_NEW", &COMPLETE),
            "Succeeded | all 2 tables are complete | [info]",
        ),
        (
            "a load that was not, and the same code: a pause all the same",
            copy(json!({}), "FULL_LOAD_ONLY_FINISHED", &HALF),
            "Paused | 1 of 2 tables is complete | the next run resumes | [info] | not by itself",
        ),
        (
            "the answer to the stop was lost, and it was taken",
            copy(json!({}), "FULL_LOAD_ONLY_FINISHED", &HALF).set(|case| unheard(case, Answer::Lost)),
            "Paused | 1 of 2 tables is complete | the next run resumes | not by itself",
        ),
        (
            "the second of two stops was refused, since the first one was taken",
            copy(json!({}), "FULL_LOAD_ONLY_FINISHED", &HALF).set(|case| {
                let refused = refusal("InvalidResourceStateFault", "it is stopping", false);
                unheard(case, refused);
            }),
            "Paused",
        ),
        (
            "it was not asked to stop",
            copy(json!({}), "FULL_LOAD_ONLY_FINISHED", &HALF)
                .set(|case| unheard(case, Answer::NotCalled("held back".to_owned()))),
            "PartlyFailed",
        ),
        (
            "it had stopped before it was asked to",
            copy(json!({}), "FULL_LOAD_ONLY_FINISHED", &HALF)
                .stopped(CLOSE - 2, "FULL_LOAD_ONLY_FINISHED")
                .set(|case| unheard(case, Answer::Lost)),
            "PartlyFailed | by itself",
        ),
        ("and with a date for its code", copy(json!({}), "STOPPED_AT_SERVER_TIME", &HALF), "Paused"),
        (
            "a failure of DMS's in the middle of the stop stays one",
            copy(json!({}), "FATAL_ERROR", &HALF),
            "Failed | FATAL_ERROR",
        ),
        (
            "a table in error is no pause",
            copy(json!({}), "NORMAL", &["Table error", "Full load"]),
            "PartlyFailed | 0 of 2 tables are complete, 1 in error or never seen | shop.t0 Table error | [error]",
        ),
        (
            "but where the plan takes it lightly, and it is named",
            copy(warn(), "NORMAL", &["Table error", "Full load"]),
            "Paused | 1 in error or never seen | shop.t0 Table error | [warning]",
        ),
        (
            "a replication with nothing wrong: nobody needs to do anything",
            replication(json!({}), &COMPLETE),
            "Paused | 2 tables are replicated | the next run resumes | [info]",
        ),
        (
            "a replication with a table in error",
            replication(json!({}), &ERRED),
            "PartlyFailed | 1 table is replicated, 1 in error or never seen | shop.t1 Table error",
        ),
        ("or with a warning for it", replication(warn(), &ERRED), "Paused | shop.t1 Table error | [warning]"),
        (
            "a replication that never came to a table that its mapping names",
            names(replication(json!({}), &["Table completed"]), &["t0", "ghost"]),
            "PartlyFailed | 1 table is replicated, 1 in error or never seen | shop.ghost named by the mapping, not listed by DMS",
        ),
        (
            "which is waited for while statistics settle",
            names(replication(json!({}), &["Table completed"]), &["t0", "ghost"]).at(CLOSE + 2),
            "Look again | that the mapping names are",
        ),
        (
            "one that was to catch up, and has not",
            replication(json!({"Until": "CaughtUp"}), &COMPLETE),
            "Paused | [warning]",
        ),
        (
            "a load and its replication",
            both(json!({}), &COMPLETE),
            "Paused | 2 of 2 tables are complete | [info] | not still being compared",
        ),
        (
            "which the next run loads again instead of resuming it",
            both(json!({"Start": "Refresh"}), &COMPLETE),
            "Paused | the next run loads all tables again | [warning]",
        ),
        (
            "rows that the target refused are as bad as a table in error",
            both(json!({}), &COMPLETE).set(|case| case.tables.as_mut().unwrap()[1].refused_rows = 3),
            "PartlyFailed | 1 of 2 tables is complete, 1 in error or never seen",
        ),
        ("with a table in error", both(json!({}), &ERRED), "PartlyFailed | shop.t1 Table error"),
        (
            "rows that are still being compared are pending",
            both(json!({}), &[]).validated(&["Validated", "Pending records"]),
            "Paused | the rows of 1 table were still being compared | [info] | not were not found equal",
        ),
        (
            "rows that were to be compared once, and no more",
            both(json!({}), &[]).validated(&["Mismatched records", "Pending records"]).unvalidated(),
            "Paused | [info] | not still being compared | not differ",
        ),
        (
            "rows of tables whose load is not finished are compared after it",
            both(json!({}), &[])
                .validated(&["Validated", "Pending records"])
                .set(|case| case.tables.as_mut().unwrap()[1].state = "Full load".into()),
            "Paused | 1 of 2 tables is complete | not still being compared",
        ),
        (
            "a stop that was not for the close interrupts no comparison",
            copy(json!({}), "NORMAL", &[])
                .validated(&["Validated", "Pending records"])
                .set(|case| case.run().stop.as_mut().unwrap().cause = StopCause::Done),
            "PartlyFailed | the rows of 1 table were not found equal",
        ),
        (
            "nor does one that DMS has not taken",
            copy(json!({}), "FULL_LOAD_ONLY_FINISHED", &[])
                .validated(&["Validated", "Pending records"])
                .set(|case| case.run().stop.as_mut().unwrap().state = StopState::Asked),
            "PartlyFailed | the rows of 1 table were not found equal",
        ),
        (
            "after a load alone, too",
            copy(json!({}), "NORMAL", &[]).validated(&["Validated", "Pending records"]),
            "SucceededWithWarnings | the rows of 1 table were still being compared when the window closed | not found equal",
        ),
        (
            "rows that differ are no pause",
            both(json!({}), &[]).validated(&["Validated", "Mismatched records"]),
            "PartlyFailed | the rows of 1 table differ | shop.t1 Mismatched records",
        ),
        (
            "unless the plan takes it lightly",
            both(json!({"OnValidationErrors": "Warn"}), &[]).validated(&["Validated", "Mismatched records"]),
            "Paused | the rows of 1 table differ | [warning]",
        ),
        (
            "a task that never came to run",
            copy(json!({}), "NORMAL", &["Before load", "Before load"])
                .set(|case| case.run().starting_since = Some(minute(1))),
            "Failed | the task was starting from | never came to run",
        ),
        (
            "one that was seen starting last, and had loaded all the same",
            copy(json!({}), "NORMAL", &HALF).set(|case| case.run().starting_since = Some(minute(1))),
            "Paused | 1 of 2 tables is complete",
        ),
    ]);
}

/// A task that has stopped by itself has not caught up, and one that stops where the plan does not say so was not done.
#[test]
fn a_task_that_stops_before_what_the_plan_waits_for() {
    let stopped =
        |case: Case, code: &str| case.started(1).began(1).stopped(30, code).tables(&COMPLETE).at(60);
    let caught = || json!({"Until": "CaughtUp"});
    let position = |case: Case| {
        case.set(|case| {
            if let TaskSeen::Seen(task) = &mut case.seen {
                task.cdc_stop_position = Some("server_time:2026-11-20T21:30:00".to_owned());
            }
        })
    };
    let left = || and(windowed(), json!({"Window": {"AtClose": "LeaveRunning"}}));
    let stated = json!({"Until": "Stopped", "Task": {"CdcStopPosition": "server_time:2026-11-20T21:30:00"}});
    check([
        (
            "at an old stop position, while the plan waits for it to catch up",
            position(stopped(cdc(caught()), "STOPPED_AT_SERVER_TIME")),
            "Interrupted | before it was seen to have caught up: STOPPED_AT_SERVER_TIME \
             | it has the stop position server_time:2026-11-20T21:30:00 | far future | not by itself",
        ),
        (
            "at one that DMS does not show",
            stopped(cdc(caught()), "STOPPED_AT_COMMIT_TIME"),
            "Interrupted | look which CdcStopPosition the task has",
        ),
        (
            "after its load and the cached changes",
            stopped(load_and_cdc(caught()), "STOPPED_AFTER_CACHED_EVENTS"),
            "Interrupted | before it was seen to have caught up | StopTaskCachedChanges",
        ),
        (
            "at a position that the plan does not state, whatever it waits for",
            position(stopped(cdc(left()), "STOPPED_AT_SERVER_TIME")),
            "Interrupted | at a stop position that the plan does not state | server_time:2026-11-20T21:30:00",
        ),
        (
            "at the one that it states",
            position(stopped(cdc(stated), "STOPPED_AT_SERVER_TIME")),
            "Succeeded | stopped by itself: STOPPED_AT_SERVER_TIME",
        ),
    ]);
}

/// DMS itself starts tasks again after a failover or a maintenance, so an end that nobody of ours asked for is looked at
/// twice.
#[test]
fn an_end_that_nobody_asked_for_is_believed_at_the_second_look() {
    let night = || full_load(windowed()).started(1).began(1).tables(&HALF);
    let stopped = || night().stopped(60, "NORMAL").at(62);
    let failed = || night().failed(60, DENIED).at(62);
    let instance = |case: Case, word: &str| {
        let seen = InstanceSeen::Seen(word.to_owned().into());
        case.set(|case| case.instance = seen)
    };
    check([
        (
            "at the first look",
            stopped().at_first_look(),
            "Look again | is stopped; it is looked at once more",
        ),
        (
            "a second less than a minute later",
            failed().at_rest(61).at(61),
            "Look again | looked at once more",
        ),
        ("a minute later", failed().at_rest(61), "Failed | the DMS task has failed"),
        ("somebody's stop, too", stopped().at_rest(61), "Interrupted | somebody else stopped the task"),
        (
            "while the instance fails over",
            instance(failed().at_rest(61), "modifying"),
            "Wait | the task is failed and its replication instance is modifying: DMS may start the task again",
        ),
        (
            "or is maintained, for hours",
            instance(failed().at(200), "maintenance"),
            "Wait | may start the task again",
        ),
        ("until the close", instance(failed().at(CLOSE), "maintenance"), "Failed"),
        (
            "a full disk does not pass by itself",
            instance(failed().at_rest(61), "storage-full"),
            "Failed | the DMS task has failed",
        ),
        (
            "while the instance cannot be seen",
            failed().at_rest(61).set(|case| case.instance = InstanceSeen::Unseen),
            "Look again | the replication instance could not be seen",
        ),
        (
            "an instance that may not be seen holds nothing up",
            failed().at_rest(61).set(|case| case.instance = InstanceSeen::NotKnown),
            "Failed",
        ),
        (
            "a load that is over is over",
            night().tables(&COMPLETE).stopped(60, "FULL_LOAD_ONLY_FINISHED").at(60).at_first_look(),
            "Succeeded",
        ),
        (
            "a stop of ours is one",
            night()
                .told_to_stop(StopCause::Close, CLOSE)
                .stopped(CLOSE, "NORMAL")
                .at(CLOSE + 1)
                .at_first_look(),
            "Paused",
        ),
        (
            "a failure that may pass is waited on for ten minutes where it is not resumed: DMS may do that",
            night().set(|case| case.running.plan.restarts = 0).failed(60, AWAY).at_rest(60).at(69),
            "Wait | the task has failed for what may pass: DMS may start it again",
        ),
        (
            "and no longer",
            night().set(|case| case.running.plan.restarts = 0).failed(60, AWAY).at_rest(60).at(70),
            "Failed | the DMS task has failed",
        ),
    ]);
}

/// A copy that goes on after a pause is whole, and its rows are of two nights.
#[test]
fn rows_of_an_earlier_night_are_named() {
    let old = |table: usize, minute_of_its_end: i64| {
        move |case: Case| {
            case.set(|case| {
                let tables = case.tables.as_mut().unwrap();
                tables[table].load_ended = Some(minute(minute_of_its_end));
                tables[table].rows = 700;
            })
        }
    };
    let resumed = |case: Case| {
        let case = case.last_week("NORMAL").started_by(StartKind::ResumeProcessing, 1).began(1);
        case.stopped(30, "FULL_LOAD_ONLY_FINISHED").tables(&COMPLETE).at(60)
    };
    let copy = || old(1, 25)(resumed(full_load(windowed())));
    let rows = |case: Case| case.clone().over().verdict.rows;
    check([
        (
            "one was loaded last night",
            old(0, -600)(copy()),
            "SucceededWithWarnings | the rows of 1 table are of an earlier night | shop.t0 its rows are of 2026-11-20 11:00 UTC",
        ),
        ("both were loaded tonight", old(0, 20)(copy()), "Succeeded | not earlier night"),
        ("at the moment at which the window opened", old(0, 0)(copy()), "Succeeded | not earlier night"),
        (
            "replication keeps older rows as they are now",
            old(0, -600)(resumed(load_and_cdc(json!({"Until": "FullLoadComplete"}))).loaded(20)),
            "Succeeded | not earlier night",
        ),
        (
            "what was stopped is judged with the same words",
            old(0, -600)(night_paused()),
            "Paused | shop.t0 its rows are of",
        ),
    ]);
    assert_eq!(rows(old(0, -600)(copy())), 700, "rows that an earlier night has read are not this run's");
}

/// DMS skips the load of a load with replication that it takes for loaded. A table that was unfinished before this run
/// resumed it, and is complete without a load since, was never loaded.
#[test]
fn a_table_that_a_resume_has_skipped_is_not_complete() {
    let resumed = |unfinished: &'static [usize], end: i64| {
        let plan = json!({"Until": "FullLoadComplete"});
        let case = load_and_cdc(plan).last_week("NORMAL").started_by(StartKind::ResumeProcessing, 1).began(1);
        let case = case.loaded(20).stopped(30, "FULL_LOAD_ONLY_FINISHED").tables(&COMPLETE).at(60);
        case.set(|case| {
            case.run().unfinished = unfinished.iter().map(|table| table_name(*table)).collect();
            for table in case.tables.as_mut().unwrap() {
                table.load_ended = Some(minute(-600));
            }
            case.tables.as_mut().unwrap()[1].load_ended = Some(minute(end));
        })
    };
    check([
        ("both were complete before", resumed(&[], -600), "Succeeded"),
        ("one was not, and was loaded", resumed(&[1], 20), "Succeeded"),
        (
            "one was not, and has no load since",
            resumed(&[1], -600),
            "PartlyFailed | 1 of 2 tables is complete, 1 is not | shop.t1 DMS says that it is complete, and has not \
             loaded it | Reload",
        ),
        (
            "what was loaded before another one is not to blame",
            resumed(&[0, 1], 20),
            "PartlyFailed | 1 of 2 tables | shop.t0 DMS says that it is complete",
        ),
    ]);
    let stop = || and(windowed(), json!({"Window": {"AtClose": "Stop"}}));
    let night = load_and_cdc(stop()).last_week("NORMAL").started_by(StartKind::ResumeProcessing, 1).began(1);
    let closed = night.told_to_stop(StopCause::Close, CLOSE).stopped(CLOSE + 1, "NORMAL").at(CLOSE + 5);
    let closed = closed.loaded(20).tables(&COMPLETE).set(|case| {
        case.run().unfinished = vec![table_name(1)];
        case.tables.as_mut().unwrap()[1].load_ended = Some(minute(-600));
    });
    check([(
        "the close stops it like any other",
        closed,
        "PartlyFailed | shop.t1 DMS says that it is complete | not partly loaded | Reload",
    )]);
    let half = ["Table completed", "Table cancelled"];
    let mut idle = load_and_cdc(stop()).last_week("NORMAL").tables(&half).at(1);
    idle.poll();
    assert_eq!(idle.run().unfinished, [table_name(1)], "what is unfinished before the start is kept");
    idle.poll();
    assert_eq!(idle.run().unfinished, [table_name(1)], "once");
    let mut many = load_and_cdc(stop()).last_week("NORMAL").tables(&["Table cancelled"; 120]).at(1);
    many.poll();
    assert_eq!(many.run().unfinished.len(), MAX_UNFINISHED);
}

fn night_paused() -> Case {
    let case = full_load(windowed()).last_week("NORMAL").started_by(StartKind::ResumeProcessing, 1).began(1);
    case.told_to_stop(StopCause::Close, CLOSE).stopped(CLOSE + 1, "NORMAL").tables(&HALF).at(CLOSE + 5)
}

/// A load that was made anew is held against the one before it.
#[test]
fn a_load_that_brings_far_fewer_rows_is_told() {
    let reloaded = |rows: u64, before: u64| {
        let case = full_load(json!({"Start": "Refresh"})).last_week("FULL_LOAD_ONLY_FINISHED");
        let case = case.started_by(StartKind::ReloadTarget, 1).began(1).fresh(1);
        case.stopped(30, "FULL_LOAD_ONLY_FINISHED").tables(&COMPLETE).at(60).set(|case| {
            case.run().previous_load = Some(PreviousLoad { rows: before, seconds: 60 });
            for table in case.tables.as_mut().unwrap() {
                table.rows = rows / 2;
            }
        })
    };
    check([
        (
            "less than half",
            reloaded(498, 1_000),
            "SucceededWithWarnings | this load brought 498 rows, and the one before it 1000",
        ),
        ("half", reloaded(500, 1_000), "Succeeded | not the one before it"),
        ("more", reloaded(2_000, 1_000), "Succeeded | not the one before it"),
    ]);
}

/// DMS refuses to show the tables of a task at rest: its counters are all that is known.
#[test]
fn an_end_whose_tables_dms_does_not_show() {
    let rests = |minutes: i64| {
        let case = full_load(json!({})).started(1).began(1).stopped(60, "FULL_LOAD_ONLY_FINISHED");
        let case = case.counters([2, 0, 0, 1]).at_rest(60).at(60 + minutes);
        case.set(|case| {
            case.tables = None;
            case.tables_refused = Some("AccessDeniedException: not allowed".to_owned());
        })
    };
    check([
        ("at first", rests(1), "Look again | its tables could not be seen just now"),
        ("for a minute less than a quarter of an hour", rests(14), "Look again"),
        (
            "for a quarter of an hour",
            rests(15),
            "Unknown | the task is stopped (FULL_LOAD_ONLY_FINISHED), and its tables could not be read \
             | AccessDeniedException | DMS counts 2 tables loaded and 1 in error | dms:DescribeTableStatistics",
        ),
        ("and after it", rests(16), "Unknown"),
    ]);
}

/// DMS is too busy to show the tables of a task at rest, and stays so: a run that waited on would never tell its end.
#[test]
fn an_end_whose_tables_a_busy_dms_does_not_show() {
    let rests = |since: i64, now: i64| {
        let case = full_load(windowed()).started(1).began(1).stopped(since, "FULL_LOAD_ONLY_FINISHED");
        case.counters([2, 0, 0, 0]).at_rest(since).at(now).set(|case| case.tables = None)
    };
    let fails = |now: i64| {
        let case = full_load(windowed()).started(1).began(1).failed(CLOSE - 20, AWAY);
        let case = case.started_again(1, CLOSE - 10).throttled();
        case.at(now).set(|case| case.tables = None)
    };
    check([
        ("before the close", rests(60, CLOSE - 1), "Look again | its tables could not be seen just now"),
        ("for 59 minutes after it", rests(60, CLOSE + 59), "Look again"),
        (
            "for an hour after it",
            rests(60, CLOSE + 60),
            "Unknown | the task is stopped (FULL_LOAD_ONLY_FINISHED), and its tables could not be read | too busy \
             | DMS counts 2 tables loaded and 0 in error | in the DMS console | not dms:DescribeTableStatistics",
        ),
        ("at rest for less than an hour", rests(CLOSE + 30, CLOSE + 89), "Look again"),
        ("at rest for an hour", rests(CLOSE + 30, CLOSE + 90), "Unknown"),
        ("failed, and its start again refused", fails(CLOSE + 59), "Look again"),
        (
            "failed, and its start again refused, for an hour",
            fails(CLOSE + 60),
            "Unknown | the task is failed",
        ),
    ]);
}
