//! The stories that are explored: every kind of migration, every history, every plan whose words change what is done.

use serde_json::{Value, json};

use crate::dms::{By, Consent, DAY, Dms, Kind, Move, Reason, Replace, Start, TABLES, Target, Task};
use crate::story::{Story, window};

const TRUNCATE: bool = true;
const KEEP: bool = false;

/// A task that ran before the story and came to its end like this.
fn with_history(task: Task, play: impl FnOnce(&mut Dms)) -> (Task, [Target; TABLES]) {
    let mut dms = Dms::with(Some(task));
    play(&mut dms);
    let mut task = dms.task.unwrap_or_else(|| Task::new(Kind::FullLoad, KEEP, false));
    task.loaded_in = [0; TABLES];
    task.loaded_before(0);
    (task, dms.target)
}

fn happen(dms: &mut Dms, moves: &[Move]) {
    for what in moves {
        dms.happen(*what, Consent { replace: Replace::Nothing, double: false }, 0);
    }
}

/// A task that was loaded completely, before.
fn loaded(kind: Kind, truncates: bool) -> (Task, [Target; TABLES]) {
    with_history(Task::new(kind, truncates, false), |dms| {
        let _ = dms.start(Start::Fresh, By::Nobody, 0);
        happen(dms, &[Move::Up, Move::TableLoaded(0), Move::TableLoaded(1)]);
        if kind != Kind::FullLoad {
            let _ = dms.stop(0);
            happen(dms, &[Move::Down]);
        }
    })
}

/// A task that was stopped with its second table half loaded, before.
fn half(kind: Kind, truncates: bool, keys_last: bool) -> (Task, [Target; TABLES]) {
    with_history(Task::new(kind, truncates, keys_last), |dms| {
        let _ = dms.start(Start::Fresh, By::Nobody, 0);
        happen(dms, &[Move::Up, Move::TableLoaded(0)]);
        let _ = dms.stop(0);
        happen(dms, &[Move::Down]);
    })
}

/// A task that failed with a table in error, before.
fn errored(kind: Kind) -> (Task, [Target; TABLES]) {
    with_history(Task::new(kind, TRUNCATE, false), |dms| {
        let _ = dms.start(Start::Fresh, By::Nobody, 0);
        happen(dms, &[Move::Up, Move::TableFails(0), Move::TableLoaded(1), Move::Ends(Reason::Environment)]);
    })
}

fn after(name: &'static str, (task, target): (Task, [Target; TABLES]), more: Value) -> Story {
    let mut story = Story::kept(name, task, more);
    story.dms.target = target;
    story
}

/// All of them.
pub fn all() -> Vec<Story> {
    let new = |kind, truncates| Task::new(kind, truncates, false);
    let stop = || window(json!({"Window": {"AtClose": "Stop"}}));
    let leave = || window(json!({"Window": {"AtClose": "LeaveRunning"}}));
    let and = |mut base: Value, more: Value| {
        crate::story::merge(&mut base, more);
        base
    };
    let (running, filled) = with_history(new(Kind::FullLoad, TRUNCATE), |dms| {
        let _ = dms.start(Start::Fresh, By::Person, 0);
        happen(dms, &[Move::Up]);
    });
    let mut joined = Story::kept("somebody else's load is joined", running.clone(), window(json!({})));
    joined.dms.target = filled;
    let mut joined_to_stop =
        Story::kept("somebody else's load is joined and stopped as stated", running, stop());
    joined_to_stop.dms.target = filled;
    let mut denied =
        Story::kept("a stop that is denied for good", new(Kind::FullLoad, TRUNCATE), window(json!({})))
            .with_adversity(1);
    denied.stop_is_denied = true;
    vec![
        Story::kept("a first load, redriven anywhere", new(Kind::FullLoad, TRUNCATE), window(json!({})))
            .redriven_anywhere(),
        after("a replication goes on, redriven anywhere", loaded(Kind::LoadAndCdc, TRUNCATE), stop())
            .redriven_anywhere(),
        Story::created(
            "a task that is created, redriven anywhere",
            Kind::FullLoad,
            json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}),
            window(json!({})),
        )
        .redriven_anywhere()
        .with_adversity(1),
        Story::kept(
            "tables in error are loaded again, redriven anywhere",
            new(Kind::LoadAndCdc, TRUNCATE),
            and(stop(), json!({"OnTableErrors": "Reload"})),
        )
        .redriven_anywhere()
        .with_adversity(1),
        Story::kept("a first load, aborted anywhere", new(Kind::FullLoad, TRUNCATE), window(json!({})))
            .watched(),
        Story::kept(
            "a first load, aborted anywhere, which stops it",
            new(Kind::FullLoad, TRUNCATE),
            window(json!({"OnAbort": "Stop"})),
        )
        .watched()
        .with_adversity(1),
        Story::created(
            "a task that is created, aborted anywhere",
            Kind::FullLoad,
            json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}),
            window(json!({"OnAbort": "Stop"})),
        )
        .watched()
        .with_adversity(1),
        after("a replication goes on, aborted anywhere", loaded(Kind::LoadAndCdc, TRUNCATE), stop())
            .watched(),
        Story::kept(
            "two executions, the first one aborted",
            new(Kind::FullLoad, TRUNCATE),
            and(stop(), json!({"OnAbort": "Stop"})),
        )
        .and_again(8, 0)
        .watched()
        .with_adversity(1),
        Story::created(
            "two executions, one of them creates the task and is aborted",
            Kind::FullLoad,
            json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}),
            window(json!({"OnAbort": "Stop"})),
        )
        .and_again(8, 0)
        .watched()
        .with_adversity(1),
        Story::kept("a first load in a window", new(Kind::FullLoad, TRUNCATE), window(json!({}))),
        Story::kept("a first load under DO_NOTHING", new(Kind::FullLoad, KEEP), window(json!({}))),
        Story::kept("a first load without a window", new(Kind::FullLoad, TRUNCATE), json!({})),
        Story::kept("a load that is left running at the close", new(Kind::FullLoad, TRUNCATE), leave()),
        Story::kept(
            "a load that is never started again",
            new(Kind::FullLoad, TRUNCATE),
            window(json!({"Restarts": 0})),
        ),
        Story::kept(
            "a load that tolerates tables in error",
            new(Kind::FullLoad, TRUNCATE),
            window(json!({"OnTableErrors": "Warn"})),
        ),
        Story::kept(
            "a load whose tables in error are loaded again",
            new(Kind::FullLoad, TRUNCATE),
            window(json!({"OnTableErrors": "Reload"})),
        ),
        Story::kept(
            "tables in error would be loaded again, under DO_NOTHING",
            new(Kind::FullLoad, KEEP),
            window(json!({"OnTableErrors": "Reload"})),
        ),
        after("the nightly copy", loaded(Kind::FullLoad, TRUNCATE), window(json!({"Start": "Refresh"}))),
        after("a copy that is complete already", loaded(Kind::FullLoad, TRUNCATE), window(json!({}))),
        after("a copy under DO_NOTHING", loaded(Kind::FullLoad, KEEP), window(json!({"Start": "Reload"}))),
        after("an unfinished load goes on", half(Kind::FullLoad, TRUNCATE, false), window(json!({})))
            .with_adversity(3),
        after("an unfinished load under DO_NOTHING", half(Kind::FullLoad, KEEP, false), window(json!({}))),
        after(
            "an unfinished load under DO_NOTHING that was emptied by hand",
            half(Kind::FullLoad, KEEP, false),
            window(json!({"Start": "Resume"})),
        ),
        after("an unfinished load with keys last", half(Kind::FullLoad, TRUNCATE, true), window(json!({}))),
        Story::kept("a load and its replication, to be stopped", new(Kind::LoadAndCdc, TRUNCATE), stop()),
        Story::kept("a load and its replication, to be left", new(Kind::LoadAndCdc, TRUNCATE), leave()),
        Story::kept(
            "a load and its replication, stopped once loaded",
            new(Kind::LoadAndCdc, TRUNCATE),
            and(stop(), json!({"Then": "Stop", "Until": "FullLoadComplete"})),
        ),
        Story::kept(
            "a load and its replication, tables in error loaded again",
            new(Kind::LoadAndCdc, TRUNCATE),
            and(leave(), json!({"OnTableErrors": "Reload"})),
        ),
        after("a replication goes on", loaded(Kind::LoadAndCdc, TRUNCATE), stop()),
        after("a replication whose load had errors", errored(Kind::LoadAndCdc), stop()),
        after("a load with replication, half done", half(Kind::LoadAndCdc, TRUNCATE, false), stop()),
        Story::kept("a replication alone", new(Kind::Cdc, TRUNCATE), stop()),
        Story::created(
            "a task that is created",
            Kind::FullLoad,
            json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}),
            window(json!({})),
        ),
        Story::created(
            "a task that is created without a prep mode",
            Kind::FullLoad,
            json!({}),
            window(json!({})),
        ),
        joined,
        joined_to_stop,
        denied,
        Story::kept("two executions, a first load", new(Kind::FullLoad, TRUNCATE), window(json!({})))
            .and_again(0, 0)
            .with_adversity(1),
        Story::kept("two executions, a task that is joined", new(Kind::FullLoad, TRUNCATE), stop())
            .and_again(8, 0)
            .with_adversity(1),
        Story::created(
            "two executions, a task that one of them creates",
            Kind::FullLoad,
            json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}}),
            window(json!({})),
        )
        .and_again(0, 0)
        .with_adversity(1),
        after(
            "two executions, an unfinished load under DO_NOTHING",
            half(Kind::FullLoad, KEEP, false),
            window(json!({"Start": "Resume"})),
        )
        .and_again(0, 0)
        .with_adversity(1),
        Story::kept(
            "a replication that is waited for until it has caught up",
            new(Kind::Cdc, TRUNCATE).lagging(),
            and(leave(), json!({"Until": "CaughtUp", "Window": {"Duration": "PT56M"}})),
        )
        .with_adversity(1),
        Story::kept(
            "a replication that is stopped once it has caught up",
            new(Kind::Cdc, TRUNCATE).lagging(),
            and(stop(), json!({"Until": "CaughtUp", "Then": "Stop", "Window": {"Duration": "PT56M"}})),
        )
        .with_adversity(1),
        Story::kept(
            "a load whose rows are compared",
            new(Kind::LoadAndCdc, TRUNCATE).validating(),
            and(stop(), json!({"Until": "FullLoadComplete", "Then": "Stop"})),
        )
        .with_adversity(1),
        after(
            "the nightly copy, in two nights",
            loaded(Kind::FullLoad, TRUNCATE),
            window(json!({"Start": "Refresh"})),
        )
        .and_again(DAY, DAY)
        .with_adversity(1),
        after(
            "the nightly copy, asked for twice in one window",
            loaded(Kind::FullLoad, TRUNCATE),
            window(json!({"Start": "Refresh"})),
        )
        .and_again(12, 0)
        .with_adversity(1),
        after("an unfinished load, in two nights", half(Kind::FullLoad, TRUNCATE, false), window(json!({})))
            .and_again(DAY, DAY)
            .with_adversity(1),
        Story::kept("a load and its replication, in two nights", new(Kind::LoadAndCdc, TRUNCATE), stop())
            .and_again(DAY, DAY)
            .with_adversity(1),
    ]
}
