//! OnTableErrors Reload: tables in error are loaded again while the task runs, each once, where that doubles no row.

use migration::commit::{self, GuardedReload};
use migration::run::acts::StopCause;
use migration::run::answer::Answer;
use migration::run::next::Next;
use migration::run::step::{Occasion, What};
use plan::OnTableErrors;
use plan::table_name::TableName;
use serde_json::{Value, json};

use support::cases::{
    CLOSE, Case, and, cdc, check, full_load, in_words, load_and_cdc, minute, refusal, table_name, windowed,
};

const ONE_IN_ERROR: [&str; 3] = ["Table completed", "Full load", "Table error"];
const ALL_LOADED: [&str; 3] = ["Table completed"; 3];

fn again(plan: Value) -> Value {
    and(json!({"OnTableErrors": "Reload", "Notify": {"On": ["Finished"]}}), plan)
}

/// A full load in its 10th minute: one table loaded, one loading, one in error.
fn loading(plan: Value) -> Case {
    let case = full_load(again(plan)).started(1).began(1).fresh(1).status("running");
    case.counters([1, 1, 0, 1]).tables(&ONE_IN_ERROR).at(10)
}

/// A load that has come to its end with one table in error, and replicates; the plan waits for the load.
fn loaded(plan: Value) -> Case {
    let case = load_and_cdc(again(plan)).started(1).began(1).fresh(1).loaded(9).status("running");
    case.counters([2, 0, 0, 1]).tables(&["Table completed", "Table completed", "Table error"]).at(10)
}

/// So many tables in error, beside one that is loading.
fn in_error(number: usize) -> Case {
    let states: Vec<&str> = (0..number).map(|_| "Table error").chain(["Full load"]).collect();
    loading(json!({})).counters([0, 1, 0, number as u32]).tables(&states)
}

fn of_type(case: Case, migration_type: &str) -> Case {
    case.set(|case| {
        if let migration::run::observation::TaskSeen::Seen(task) = &mut case.seen {
            task.migration_type = migration_type.to_owned().into();
        }
    })
}

#[test]
fn tables_in_error_are_loaded_again() {
    let with = |state: &str| loading(json!({})).tables(&["Table completed", "Full load", state]);
    let unasked = |word: &str| loading(json!({"OnTableErrors": word}));
    let wanted_by_cdc = cdc(json!({"Until": "CaughtUp", "Notify": {"On": ["Finished"]}}))
        .set(|case| case.running.plan.on_table_errors = OnTableErrors::Reload);
    check([
        (
            "as soon as they are seen",
            loading(json!({})),
            "Reload | tables in error are loaded again, once: shop.t2",
        ),
        ("after the load, too", loaded(json!({})), "Reload | shop.t2"),
        (
            "after people were told",
            loading(json!({"Notify": {"On": ["Finished", "Warning"]}})),
            "Tell TablesInError",
        ),
        ("not unless the plan says so", unasked("Fail"), "Wait | 1 in error"),
        ("not where they are tolerated", unasked("Warn"), "Wait | 1 in error"),
        ("not where the target keeps its rows", loading(json!({})).do_nothing(), "Wait | 1 in error"),
        (
            "not while it is not known whether the target keeps its rows",
            loading(json!({})).set(|case| case.known().settings = None),
            "Wait | 1 in error",
        ),
        (
            "not for a replication, which loads none",
            wanted_by_cdc
                .started(1)
                .began(1)
                .status("running")
                .counters([0, 0, 0, 1])
                .tables(&["Table error"]),
            "Wait",
        ),
        (
            "not for a replication that somebody made of it",
            of_type(loading(json!({})), "cdc"),
            "Wait | 1 in error",
        ),
        ("not a table that somebody cancelled", with("Table cancelled"), "Wait"),
        ("not a table that the source does not have", with("Table does not exist"), "Wait"),
        ("not a table in a state that DMS has learned since", with("Table broken"), "Wait"),
        ("not by the counters alone", with("Before load"), "Wait | 1 in error"),
        ("not unseen", loading(json!({})).set(|case| case.tables = None), "Wait | 1 in error"),
        ("not before the task runs", loading(json!({})).status("starting"), "Wait | the task is starting"),
        ("not on its way down", loading(json!({})).status("stopping"), "Wait | the task is stopping"),
        (
            "not at rest",
            loading(json!({})).stopped(10, "FULL_LOAD_ONLY_FINISHED").at(13),
            "PartlyFailed | shop.t2 Table error",
        ),
        (
            "not once it was told to stop",
            loading(windowed()).told_to_stop(StopCause::Close, 10),
            "Look again | the task was told to stop",
        ),
        (
            "not while a start whose answer was lost does not show",
            full_load(again(json!({}))).started(9).lost().status("running").tables(&ONE_IN_ERROR).at(10),
            "Look again | does not show it yet",
        ),
        ("three minutes before the close", loading(windowed()).at(CLOSE - 3), "Reload | shop.t2"),
        ("not two minutes before it", loading(windowed()).at(CLOSE - 2), "Wait | 1 in error"),
        (
            "not two minutes before the stop's lead",
            loading(and(windowed(), json!({"Window": {"StopLead": "PT10M"}}))).at(CLOSE - 12),
            "Wait | 1 in error",
        ),
        ("not at the close", loading(windowed()).at(CLOSE), "Stop Close"),
    ]);
}

#[test]
fn ten_at_a_time_each_once_and_a_hundred_at_most() {
    let asked = |mut case: Case| match case.poll() {
        Next::Reload { tables, .. } => tables,
        Next::Wait { .. } => Vec::new(),
        other => panic!("{other:?}"),
    };
    let names = |places: std::ops::Range<usize>| places.map(table_name).collect::<Vec<TableName>>();
    let before = |places: std::ops::Range<usize>| {
        move |case: &mut Case| case.run().reloaded = places.map(table_name).collect()
    };
    assert_eq!(asked(in_error(1)), names(0..1));
    assert_eq!(asked(in_error(10)), names(0..10));
    assert_eq!(asked(in_error(12)), names(0..10), "DMS takes ten in one request");
    assert_eq!(asked(in_error(12).set(before(0..10))), names(10..12));
    assert_eq!(asked(in_error(12).set(before(0..12))), [], "each once");
    assert_eq!(asked(in_error(100)), names(0..10));
    assert_eq!(asked(in_error(101)), [], "more than a hundred are no matter of single tables");
    assert_eq!(asked(in_error(100).set(before(0..95))), names(95..100));
    assert_eq!(asked(in_error(20).set(before(500..595))), names(0..5), "a hundred in all");
    assert_eq!(asked(in_error(20).set(before(500..600))), [], "a hundred in all");
}

#[test]
fn a_reload_that_was_taken() {
    let asked = || loaded(json!({})).reloaded(&[2], 10);
    let lost = |case: Case| case.set(|case| commit::reload_answered(case.run(), Answer::Lost));
    let state = |state: &'static str| ["Table completed", "Table completed", state];
    check([
        (
            "does not show yet: its old error is no verdict",
            asked().at(11),
            "Look again | tables in error are being loaded again, and it does not show yet",
        ),
        ("may have been taken, its answer lost", lost(asked()).at(11), "Look again | does not show yet"),
        ("is given five minutes", asked().at(14), "Look again | does not show yet"),
        (
            "and no more: they are in error again",
            asked().at(15),
            "PartlyFailed | 1 is not | shop.t2 Table error",
        ),
        (
            "and its answer was lost, the same",
            lost(asked()).at(15),
            "PartlyFailed | 1 is not | shop.t2 Table error",
        ),
        (
            "shows: the plan's end waits for it",
            asked().tables(&state("Table is being reloaded")).counters([2, 1, 0, 0]).at(11),
            "Wait | 1 loading",
        ),
        (
            "shows by the list alone",
            asked().tables(&state("Table is being reloaded")).at(60),
            "Wait | the task is running",
        ),
        (
            "shows, and the table waits for its turn",
            asked().tables(&state("Before load")).at(60),
            "Wait | the task is running",
        ),
        (
            "came to a good end",
            asked().tables(&ALL_LOADED).counters([3, 0, 0, 0]).at(12),
            "Succeeded | all 3 tables are complete",
        ),
        (
            "came to a good end, and the task is stopped",
            loaded(json!({"Then": "Stop"}))
                .reloaded(&[2], 10)
                .tables(&ALL_LOADED)
                .counters([3, 0, 0, 0])
                .at(12),
            "Stop Done | the load is complete",
        ),
        (
            "was in vain in a full load, which goes on with its other tables",
            loading(json!({})).reloaded(&[2], 10).at(15),
            "Wait | 1 in error",
        ),
        (
            "was in vain in a full load, which comes to its end",
            loading(json!({})).reloaded(&[2], 10).stopped(11, "FULL_LOAD_ONLY_FINISHED").at(14),
            "PartlyFailed | shop.t2 Table error",
        ),
        (
            "while another table comes to be in error: that one is asked for when the first shows",
            loading(json!({}))
                .reloaded(&[2], 10)
                .tables(&["Table completed", "Table error", "Table is being reloaded"])
                .at(11),
            "Reload | once: shop.t1",
        ),
    ]);
}

#[test]
fn a_reload_that_was_not_taken() {
    let answered = |case: Case, answer: Answer| case.set(|case| commit::reload_answered(case.run(), answer));
    let busy = || refusal("ThrottlingException", "Rate exceeded", true);
    let no = || refusal("InvalidResourceStateFault", "Replication Task is not running", false);
    check([
        (
            "since DMS was too busy: again",
            answered(loaded(json!({})).reloaded(&[2], 10), busy()).at(11),
            "Reload | once: shop.t2",
        ),
        (
            "for good: not again, and it is judged at once",
            answered(loaded(json!({})).reloaded(&[2], 10), no()).at(11),
            "PartlyFailed | shop.t2 Table error",
        ),
        (
            "for good, in a full load: not again",
            answered(loading(json!({})).reloaded(&[2], 10), no()).at(11),
            "Wait | 1 in error",
        ),
        (
            "since the guard held it back: again",
            answered(
                loaded(json!({}))
                    .reloaded(&[2], 10)
                    .set(|case| case.run().reload.as_mut().unwrap().answer = Answer::Lost),
                Answer::NotCalled("the task could not be seen just before".to_owned()),
            )
            .at(11),
            "Reload | once: shop.t2",
        ),
        (
            "since its step came too late to tell whether it was made before: not again",
            loading(json!({})).asked_to_reload(&[2], 10).at(15),
            "Wait | 1 in error",
        ),
        (
            "since DMS was too busy, and by now it is too late",
            answered(loading(windowed()).reloaded(&[2], 10), busy()).at(CLOSE - 1),
            "Wait | 1 in error",
        ),
    ]);
    let mut case = answered(loaded(json!({})).reloaded(&[0, 1], 5).reloaded(&[2], 10), busy());
    let reloaded = case.run().reloaded.clone();
    assert_eq!(reloaded, [table_name(0), table_name(1)], "what was asked for before stays asked for");
}

#[test]
fn the_guard_before_a_reload() {
    let decided = || {
        loading(json!({})).set(|case| {
            case.poll();
        })
    };
    let guard = |mut case: Case| {
        let decided = case.run().reload.clone().expect("a decided reload");
        commit::guard_reload(&case.run().clone(), &decided, &case.seen, case.now)
    };
    assert_eq!(guard(decided()), GuardedReload::Clear);
    assert_eq!(guard(decided().at(12)), GuardedReload::Clear);
    for (fact, case) in [
        ("it comes so late that it may be made for a second time", decided().at(13)),
        ("the execution was redriven", decided().set(|case| case.run().redriven(1))),
        ("it has its answer", decided().set(|case| commit::reload_answered(case.run(), Answer::Accepted))),
    ] {
        assert_eq!(guard(case), GuardedReload::Made, "{fact}");
    }
    for (fact, case, why) in [
        ("the task has stopped", decided().stopped(10, "NORMAL"), "was stopped"),
        ("the task is on its way down", decided().status("stopping"), "was stopping"),
        ("the task was started anew", decided().began(10), "or started anew"),
        ("it cannot be seen", decided().unseen(), "could not be seen"),
        ("it is gone", decided().not_there_once(), "could not be seen"),
    ] {
        match guard(case) {
            GuardedReload::Held(held) => assert!(held.contains(why), "{fact}: {held}"),
            other => panic!("{fact}: {other:?}"),
        }
    }
}

#[test]
fn a_load_whose_tables_in_error_get_their_second_chance() {
    let plan = json!({"Notify": {"On": ["Finished", "Warning"]}});
    let poll = |case: &mut Case| in_words(&case.poll());
    let mut case = loaded(plan);
    assert_eq!(poll(&mut case), "Tell TablesInError: 1 table is in error while the task goes on");
    commit::told(case.run(), Occasion::TablesInError);
    assert_eq!(poll(&mut case), "Reload: tables in error are loaded again, once: shop.t2");
    let next = case.running.next.clone();
    assert_eq!(next.what, What::Reload, "the start step asks for it");
    let act = case.run().reload.clone().unwrap();
    assert_eq!((act.decided, act.answer), (minute(10), Answer::Lost), "written down before it is made");
    assert_eq!(case.run().reloaded, [table_name(2)]);
    commit::reload_answered(case.run(), Answer::Accepted);

    let mut case = case.at(11);
    assert!(poll(&mut case).starts_with("Look again"));
    assert_eq!(case.running.next.what, What::Wait, "the next step is another one");
    let states = ["Table completed", "Table completed", "Table is being reloaded"];
    let mut case = case.tables(&states).counters([2, 1, 0, 0]).at(12);
    assert!(poll(&mut case).starts_with("Wait: the task is running"));
    let mut case = case.tables(&ALL_LOADED).counters([3, 0, 0, 0]).loaded(30).at(31);
    assert!(poll(&mut case).starts_with("Succeeded: all 3 tables are complete"));
}

/// SNS refuses for the whole night: what is to be done is done in the meantime.
#[test]
fn a_message_that_cannot_be_sent_keeps_nothing_back() {
    let told = json!({"Notify": {"On": ["Warning", "Finished"]}});
    let mut case = loading(told.clone());
    assert!(in_words(&case.poll()).starts_with("Tell TablesInError"));
    assert!(in_words(&case.poll()).starts_with("Reload"), "in its turn");
    assert!(in_words(&case.poll()).starts_with("Tell TablesInError"), "it is told again");

    let goal = and(told, json!({"OnTableErrors": "Warn"}));
    let mut case = loaded(goal);
    assert!(in_words(&case.poll()).starts_with("Tell TablesInError"));
    let ends = in_words(&case.poll());
    assert!(ends.starts_with("SucceededWithWarnings"), "what the plan waits for has come true: {ends}");
}
