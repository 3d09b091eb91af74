//! The rules that no run breaks, over plans, runs, observations and times that nobody thought of.

use jiff::SignedDuration;
use migration::decide::Next;
use migration::document::{Answer, Origin, Refusal, StartAct, StartKind, StopAct, StopCause};
use migration::observation::{Facts, Phase, Stats, StopReason, Table, TableState, TaskSeen, Validation};
use migration::plan::settings::DO_NOTHING;
use migration::plan::{AtClose, MigrationType, OnDrift, OnTableErrors, Start, Then, Until};
use migration::table_name::{NamedByMapping, TableName};
use migration::verdict::{Outcome, Verdict};
use proptest::prelude::*;
use proptest::{collection, option, sample};
use serde_json::json;

use crate::cases::{CLOSE, Case, EXECUTION, full_load, in_words, kept, minute, windowed};

const STATUSES: [&str; 13] = [
    "creating",
    "ready",
    "starting",
    "running",
    "stopping",
    "stopped",
    "failed",
    "modifying",
    "moving",
    "failed-move",
    "testing",
    "deleting",
    "hibernating",
];
const REASONS: [&str; 12] = [
    "NORMAL",
    "FULL_LOAD_ONLY_FINISHED",
    "STOPPED_AFTER_FULL_LOAD",
    "STOPPED_AFTER_CACHED_EVENTS",
    "STOPPED_AT_SERVER_TIME",
    "STOPPED_AT_COMMIT_TIME",
    "RECOVERABLE_ERROR",
    "FATAL_ERROR",
    "STOPPED_DUE_TO_LOW_MEMORY",
    "RECYCLE_TASK",
    "SOMETHING_NEW",
    "",
];
const TABLE_STATES: [&str; 9] = [
    "Table completed",
    "Table completed",
    "Table completed",
    "Before load",
    "Full load",
    "Table error",
    "Table cancelled",
    "Table does not exist",
    "Table polished",
];
const VALIDATION_STATES: [&str; 6] =
    ["Not enabled", "Validated", "Validated", "Mismatched records", "Pending records", "No primary key"];
const TYPES: [&str; 4] = ["full-load", "cdc", "full-load-and-cdc", "full-load-twice"];

/// Minutes around the window and its ends, and of weeks ago.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 0..CLOSE + 60,
        4 => CLOSE - 20..CLOSE + 20,
        2 => 0i64..10,
        1 => Just(crate::cases::LAST_WEEK),
        1 => Just(20 * 24 * 60),
    ]
}

fn stats() -> impl Strategy<Value = Stats> {
    let dates = (option::of(moment()), option::of(moment()), option::of(moment()), option::of(moment()));
    (0u32..3, 0u32..2, 0u32..2, 0u32..2, dates).prop_map(|(loaded, loading, queued, errored, dates)| Stats {
        tables_loaded: loaded,
        tables_loading: loading,
        tables_queued: queued,
        tables_errored: errored,
        fresh_start_date: dates.0.map(minute),
        start_date: dates.1.map(minute),
        stop_date: dates.2.map(minute),
        full_load_finish_date: dates.3.map(minute),
        ..Stats::default()
    })
}

fn tables() -> impl Strategy<Value = Vec<Table>> {
    let table = (sample::select(&TABLE_STATES[..]), sample::select(&VALIDATION_STATES[..]), 0u64..2);
    let complete = collection::vec(Just(("Table completed", "Validated", 0u64)), 1..3);
    prop_oneof![collection::vec(table, 0..4), complete].prop_map(|tables| {
        let table = |(nth, (state, validation, pending)): (usize, (&str, &str, u64))| Table {
            name: TableName::new("shop", format!("t{nth}")),
            state: TableState::from(state),
            rows: 1000,
            refused_rows: 0,
            load_ended: None,
            validation: Validation::from(validation),
            validation_failed: 0,
            validation_suspended: 0,
            validation_pending: pending,
        };
        tables.into_iter().enumerate().map(table).collect()
    })
}

fn answer() -> impl Strategy<Value = Option<Answer>> {
    let refused = |passing| {
        Some(Answer::Refused(Refusal { code: "Fault".to_owned(), message: "no".to_owned(), passing }))
    };
    prop_oneof![
        4 => Just(Some(Answer::Accepted)),
        2 => Just(None),
        1 => Just(refused(true)),
        1 => Just(refused(false)),
        1 => Just(Some(Answer::Withheld("busy".to_owned()))),
    ]
}

fn start_act() -> impl Strategy<Value = StartAct> {
    let kinds = [StartKind::StartReplication, StartKind::ResumeProcessing, StartKind::ReloadTarget];
    (sample::select(kinds.to_vec()), moment(), option::of(moment()), answer()).prop_map(
        |(kind, decided, seen, answer)| StartAct {
            kind,
            why: "the task has never run".to_owned(),
            decided: minute(decided),
            first_decided: minute(decided),
            seen_start_date: seen.map(minute),
            answer,
        },
    )
}

fn stop_act() -> impl Strategy<Value = StopAct> {
    (any::<bool>(), moment(), answer()).prop_map(|(done, decided, answer)| StopAct {
        why: if done { StopCause::Done } else { StopCause::Close },
        decided: minute(decided),
        last_decided: minute(decided),
        tries: 1,
        taken: None,
        answer,
    })
}

/// A plan of any kind, opened at the beginning of its window or without one.
fn opened() -> impl Strategy<Value = Case> {
    let words = (
        sample::select(vec![Start::Auto, Start::Refresh, Start::Resume, Start::Reload]),
        option::of(sample::select(vec![Until::Stopped, Until::FullLoadComplete])),
        sample::select(vec![Then::LeaveRunning, Then::Stop]),
        sample::select(vec![OnTableErrors::Fail, OnTableErrors::Warn, OnTableErrors::Reload]),
        sample::select(vec![OnDrift::Reject, OnDrift::Modify, OnDrift::Ignore]),
    );
    let window = option::of((option::of(any::<bool>()), 0i64..30, 0u32..60));
    let stop_position = option::of(Just("server_time:2026-11-21T02:00:00".to_owned()));
    let ours = prop_oneof![3 => Just(true), 1 => Just(false)];
    (ours, words, window, stop_position).prop_map(|(ours, words, window, stop_position)| {
        let base = if window.is_some() { windowed() } else { json!({}) };
        let mut case = if ours { full_load(base) } else { kept(base) };
        let plan = case.document.plan.as_mut().unwrap();
        (plan.start, plan.until, plan.then, plan.on_table_errors, plan.on_drift) = words;
        if let migration::plan::TaskPlan::Request(request) = &mut plan.task {
            request.cdc_stop_position = stop_position;
        }
        if let (Some(plan_window), Some((stop, lead, minimum))) = (plan.window.as_mut(), window) {
            plan_window.at_close = stop.map(|stop| if stop { AtClose::Stop } else { AtClose::LeaveRunning });
            plan_window.minimum_minutes = minimum;
            let run = case.run();
            run.at_close = if stop == Some(false) { AtClose::LeaveRunning } else { AtClose::Stop };
            if run.at_close == AtClose::Stop {
                run.work_ends = run.closes - SignedDuration::from_mins(lead);
            }
        }
        case
    })
}

/// A run somewhere on its way, and what the next poll sees.
fn anything() -> impl Strategy<Value = Case> {
    let acts = (option::of(start_act()), option::weighted(0.2, moment()), option::weighted(0.2, stop_act()));
    let prep = prop_oneof![Just(DO_NOTHING.to_owned()), Just("TRUNCATE_BEFORE_LOAD".to_owned())];
    let facts = (prep, any::<bool>(), any::<bool>());
    let known = (
        option::weighted(0.9, option::weighted(0.9, facts)),
        sample::select(vec![Origin::Created, Origin::Adopted, Origin::Kept]),
        option::weighted(0.1, Just(EXECUTION.replace("night-1", "night-0"))),
        option::weighted(0.1, Just(vec!["MigrationType".to_owned()])),
    );
    let seen = (
        prop_oneof![8 => Just(0), 1 => Just(1), 1 => Just(2)],
        sample::select(&STATUSES[..]),
        sample::select(&TYPES[..]),
        sample::select(&REASONS[..]),
        option::weighted(0.8, stats()),
        option::weighted(0.8, tables()),
    );
    let connected = option::of(sample::select(vec!["successful", "testing", "no route to host"]));
    (opened(), acts, known, seen, connected, moment(), 0u32..4).prop_map(
        |(mut case, acts, known, seen, connected, now, creates)| {
            let (facts, origin, driven_by, differences) = known;
            match facts {
                Some(facts) => {
                    let task = case.known();
                    task.origin = origin;
                    task.driven_by = driven_by;
                    task.differences = differences.unwrap_or_default();
                    task.facts = facts.map(|(prep_mode, create_pk_after_full_load, validation)| Facts {
                        prep_mode,
                        create_pk_after_full_load,
                        validation,
                        named: NamedByMapping::default(),
                    });
                }
                None => case.document.task = None,
            }
            let run = case.run();
            run.creates = creates;
            (run.start, run.stop) = (acts.0, acts.2);
            if run.start.is_none() {
                run.joined = acts.1.map(minute);
            }
            let under_way = run.joined.is_some() || run.start.as_ref().is_some_and(StartAct::is_made);
            run.stop_at_close = run.windowed && run.at_close == AtClose::Stop && under_way;
            let (visible, status, migration_type, reason, stats, tables) = seen;
            case = case.status(status).connected(connected, Some("successful"));
            if let TaskSeen::Seen(task) = &mut case.seen {
                task.migration_type = MigrationType::from(migration_type.to_owned());
                task.stop_reason = StopReason::parse(reason);
                task.stats = stats;
            }
            case.tables = tables;
            case.now = minute(now);
            match visible {
                0 => case,
                1 => case.unseen(),
                _ => case.not_there(),
            }
        },
    )
}

fn verdict(next: &Next) -> Option<&Verdict> {
    match next {
        Next::Report(verdict) => Some(verdict),
        _ => None,
    }
}

/// What is asked about a decision: the case before the poll, the run as the poll took it in, and the decision.
struct Decided {
    before: Case,
    after: Case,
    next: Next,
}

fn decided(before: Case) -> Decided {
    let mut after = before.clone();
    let next = after.poll();
    Decided { before, after, next }
}

impl Decided {
    fn task(&self) -> Option<&migration::observation::Task> {
        match &self.before.seen {
            TaskSeen::Seen(task) => Some(task),
            _ => None,
        }
    }

    fn run(&self) -> &migration::document::Run {
        self.after.document.run.as_ref().unwrap()
    }

    fn plan(&self) -> &migration::plan::Plan {
        self.before.document.plan.as_ref().unwrap()
    }

    /// Something of this run, or the run that it joined, is or may be under way.
    fn under_way(&self) -> bool {
        self.run().joined.is_some() || self.run().start.as_ref().is_some_and(StartAct::is_made)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    /// Rule 10, and two executions never act on one task.
    #[test]
    fn nothing_starts_outside_its_window_or_beside_another_run(case in anything()) {
        let d = decided(case);
        if let Next::Start { .. } = d.next {
            let before = d.before.document.run.as_ref().unwrap();
            prop_assert!(d.before.now < before.work_ends);
            prop_assert_eq!(d.task().map(|task| task.phase), Some(Phase::Idle));
            let alone = d.before.document.task.as_ref().is_none_or(|task| {
                task.driven_by.is_none() || before.start.is_some() || before.joined.is_some()
            });
            prop_assert!(alone);
            prop_assert!(!before.start.as_ref().is_some_and(StartAct::is_made), "one execution makes one start");
            prop_assert!(before.joined.is_none());
        }
    }

    /// Rule 9.
    #[test]
    fn nothing_is_stopped_before_its_time(case in anything()) {
        let d = decided(case);
        if let (Next::Stop { cause, .. }, None) = (&d.next, &d.before.document.run.as_ref().unwrap().stop) {
            prop_assert!(d.under_way(), "what this run has no part in is not stopped");
            match cause {
                StopCause::Close => {
                    prop_assert!(d.before.now >= d.run().work_ends && d.run().windowed);
                    prop_assert_eq!(d.run().at_close, AtClose::Stop);
                }
                StopCause::Done => {
                    let task = d.task().unwrap();
                    prop_assert_eq!(d.plan().then, Then::Stop);
                    prop_assert_eq!(d.plan().until(&task.migration_type), Until::FullLoadComplete);
                    prop_assert_eq!(task.phase, Phase::Running);
                    let stats = task.stats.clone().unwrap();
                    prop_assert!(stats.tables_loading + stats.tables_queued == 0);
                    prop_assert!(stats.full_load_finish_date.is_some());
                }
            }
        }
    }

    /// Rule 4.
    #[test]
    fn what_is_at_work_at_the_close_is_stopped_or_reported_as_not_stopped(case in anything()) {
        let d = decided(case);
        let working = d.task().is_some_and(|task| matches!(task.phase, Phase::Running | Phase::Starting));
        let ours = d.before.document.task.as_ref().is_some_and(|task| task.driven_by.is_none());
        let to_stop = d.under_way() && d.run().windowed && d.run().at_close == AtClose::Stop;
        if ours && working && to_stop && d.before.now >= d.run().work_ends {
            let words = in_words(&d.next);
            let told = d.before.document.run.as_ref().unwrap().stop.is_some();
            let right = match &d.next {
                Next::Stop { .. } => true,
                Next::Wait { .. } => told,
                Next::Report(verdict) => told && verdict.outcome == Outcome::Failed && words.contains("not be stopped"),
                _ => false,
            };
            prop_assert!(right, "{words}");
        }
    }

    /// Rule 1.
    #[test]
    fn success_needs_every_table(case in anything()) {
        let d = decided(case);
        let Some(verdict) = verdict(&d.next) else { return Ok(()) };
        let tolerant = d.plan().on_table_errors == OnTableErrors::Warn;
        let strict = verdict.outcome == Outcome::Succeeded
            || verdict.outcome == Outcome::SucceededWithWarnings && !tolerant;
        if strict {
            let task = d.task().unwrap();
            let tables = d.before.tables.clone().unwrap();
            prop_assert!(!tables.is_empty());
            prop_assert!(!tables.iter().any(|table| matches!(table.state, TableState::Errored(_))));
            if task.migration_type != MigrationType::Cdc {
                prop_assert!(tables.iter().all(|table| table.state == TableState::Completed));
            }
            prop_assert_eq!(task.stats.as_ref().map_or(0, |stats| stats.tables_errored), 0);
            prop_assert!(d.under_way());
            let good_state = match task.phase {
                Phase::Idle => task.status == "stopped" && !matches!(
                    task.stop_reason,
                    Some(StopReason::FatalError | StopReason::RecoverableError | StopReason::LowResources(_))
                ),
                Phase::Running => task.stats.as_ref().is_some_and(|stats| {
                    stats.tables_loading + stats.tables_queued == 0 && stats.full_load_finish_date.is_some()
                }),
                _ => false,
            };
            prop_assert!(good_state, "{} {:?}", task.status, task.stop_reason);
            let validated = |table: &Table| table.validation == Validation::Validated && table.validation_pending == 0;
            let validation = d.after.document.task.as_ref().and_then(|task| task.facts.as_ref()).is_some_and(|f| f.validation);
            prop_assert_eq!(verdict.verified, validation && tables.iter().all(validated));
            if validation && verdict.outcome == Outcome::Succeeded {
                prop_assert!(verdict.verified);
            }
        }
        if verdict.good && verdict.outcome != Outcome::Skipped {
            prop_assert!(d.under_way(), "{:?} about a task that this run has no part in", verdict.outcome);
        }
        if verdict.outcome == Outcome::Skipped && verdict.reasons.iter().any(|reason| reason == "nothing was started") {
            prop_assert!(!d.under_way(), "nothing was started, it says");
        }
    }

    /// Rule 2.
    #[test]
    fn no_start_replaces_or_doubles_rows_without_consent(case in anything()) {
        let d = decided(case);
        let Next::Start { kind, .. } = d.next else { return Ok(()) };
        let task = d.task().unwrap();
        let start = d.plan().start;
        let facts = d.before.document.task.as_ref().unwrap().facts.clone().unwrap();
        let cdc = task.migration_type == MigrationType::Cdc;
        match kind {
            StartKind::StartReplication => prop_assert!(!task.has_run(), "it is valid once in a task's life"),
            StartKind::ReloadTarget => {
                prop_assert!(task.has_run());
                prop_assert!(matches!(start, Start::Refresh | Start::Reload));
                prop_assert!(facts.prep_mode != DO_NOTHING);
                prop_assert!(!cdc);
            }
            StartKind::ResumeProcessing => {
                prop_assert!(task.has_run());
                let tables = d.before.tables.clone().unwrap_or_default();
                let complete =
                    !tables.is_empty() && tables.iter().all(|table| table.state == TableState::Completed);
                if !cdc && !complete {
                    prop_assert!(facts.prep_mode != DO_NOTHING || start == Start::Resume);
                    prop_assert!(!facts.create_pk_after_full_load);
                    let loaded = task.stats.as_ref().is_some_and(|stats| stats.full_load_finish_date.is_some());
                    prop_assert!(task.migration_type != MigrationType::FullLoadAndCdc || !loaded);
                }
            }
        }
    }

    /// The machine sleeps as long as it is told: never past the moment at which the work ends.
    #[test]
    fn no_wait_reaches_past_the_end_of_the_work(case in anything()) {
        let d = decided(case);
        let run = d.run();
        let next = d.after.document.next.as_ref().unwrap();
        prop_assert_eq!(next.what, d.next.what());
        let left = run.work_ends.duration_since(d.before.now).as_secs();
        if left > 0 {
            prop_assert!(i64::from(next.seconds) <= left + 1);
        }
        prop_assert_eq!(d.after.document.verdict.is_some(), verdict(&d.next).is_some());
    }

    /// What is written down is read again by the next step, whatever it is.
    #[test]
    fn the_document_survives_the_way_through_the_machine(case in anything()) {
        let mut d = decided(case);
        d.after.document.version = migration::document::VERSION;
        let travelled = serde_json::to_value(&d.after.document).unwrap();
        prop_assert_eq!(migration::document::Migration::read(&travelled), Ok(d.after.document));
    }
}
