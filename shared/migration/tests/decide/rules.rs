//! The rules that no run breaks, over plans, runs, observations and times that nobody thought of.

use plan::finding::Severity;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::SignedDuration;
use migration::decide::cause::Cause;
use migration::run::acts::{ReloadAct, StartAct, StartKind, Stop, StopCause, StopState};
use migration::run::answer::Answer;
use migration::run::document::Document;
use migration::run::drive::{Drive, Whose};
use migration::run::lag::LagPoint;
use migration::run::load::{Pace, PreviousLoad};
use migration::run::next::Next;
use migration::run::observation::{self, OtherDates, Stats, TaskSeen, TaskSettings};
use migration::run::status::{Phase, Status};
use migration::run::step::Occasion;
use migration::run::stop_reason::StopReason;
use migration::run::table::{Table, TableState, Validation};
use migration::run::task::{Origin, Owner};
use migration::run::verdict::{Outcome, Verdict};
use migration::time::graces::{DMS_RESTARTS_WITHIN, STOP_PATIENCE};
use plan::settings::PrepMode;
use plan::table_name::{NamedByMapping, TableName};
use plan::{AtClose, MigrationType, Mode, OnDrift, OnTableErrors, Start, Then, Until};
use proptest::bool::weighted;
use proptest::prelude::*;
use proptest::{collection, sample};
use serde_json::json;

use support::cases::{
    AWAY, CLOSE, Case, DENIED, LAST_WEEK, LOG_IS_GONE, NO_MEMORY, NO_TABLES, NOBODY_KNOWS, earlier_execution,
    full_load, in_words, kept, minute, refusal, table_name, windowed,
};

/// DMS's words for what a task does, those more often in which there is much to decide.
const STATUSES: [&str; 25] = [
    "running",
    "running",
    "running",
    "running",
    "running",
    "running",
    "running",
    "stopped",
    "stopped",
    "stopped",
    "stopped",
    "failed",
    "failed",
    "failed",
    "failed",
    "creating",
    "ready",
    "starting",
    "stopping",
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
/// What DMS says of a failure, and whether that may pass; without a sentence the stop reason speaks.
const FAILURES: [(&str, Option<bool>); 6] = [
    (AWAY, Some(true)),
    (NO_MEMORY, Some(true)),
    (NO_TABLES, Some(false)),
    (DENIED, Some(false)),
    (LOG_IS_GONE, Some(false)),
    (NOBODY_KNOWS, None),
];
const TABLE_STATES: [&str; 11] = [
    "Table completed",
    "Table completed",
    "Table completed",
    "Before load",
    "Full load",
    "Table is being reloaded",
    "Table error",
    "Table error",
    "Table cancelled",
    "Table does not exist",
    "Table polished",
];
const VALIDATION_STATES: [&str; 6] =
    ["Not enabled", "Validated", "Validated", "Mismatched records", "Pending records", "No primary key"];
const TYPES: [&str; 6] =
    ["full-load", "full-load", "cdc", "full-load-and-cdc", "full-load-and-cdc", "full-load-twice"];

/// A value in so many of a hundred cases. It costs a tenth of what proptest's own option does.
fn maybe<T: std::fmt::Debug>(
    of_hundred: u32,
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    (0u32..100, value).prop_map(move |(kind, value)| (kind >= 100 - of_hundred).then_some(value))
}

/// Minutes around the window and its ends, and of weeks ago.
fn moment() -> impl Strategy<Value = i64> {
    (0u32..16, 0..CLOSE + 60).prop_map(|(kind, within)| match kind {
        0..8 => within,
        8..12 => CLOSE - 20 + within % 40,
        12..14 => within % 10,
        14 => LAST_WEEK,
        _ => 20 * 24 * 60,
    })
}

fn stats() -> impl Strategy<Value = Stats> {
    let dates = (maybe(50, moment()), maybe(50, moment()), maybe(50, moment()), maybe(50, moment()));
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
    let refused = (0u64..10).prop_map(|kind| if kind == 9 { 7 } else { 0 });
    let table = (sample::select(&TABLE_STATES[..]), sample::select(&VALIDATION_STATES[..]), 0u64..2, refused);
    let complete = collection::vec(Just(("Table completed", "Validated", 0u64, 0u64)), 1..3);
    prop_oneof![collection::vec(table, 0..4), complete].prop_map(|tables| {
        let table = |(nth, (state, validation, pending, refused)): (usize, (&str, &str, u64, u64))| Table {
            name: table_name(nth),
            state: TableState::from(state),
            rows: 1000,
            refused_rows: refused,
            load_ended: None,
            validation: Validation::from(validation),
            validation_failed: 0,
            validation_suspended: 0,
            validation_pending: pending,
            changes: 0,
        };
        tables.into_iter().enumerate().map(table).collect()
    })
}

fn answer() -> impl Strategy<Value = Answer> {
    (0u32..10).prop_map(|kind| match kind {
        0..5 => Answer::Accepted,
        5..7 => Answer::Lost,
        7 => refusal("Fault", "no", false),
        8 => refusal("Fault", "no", true),
        _ => Answer::NotCalled("busy".to_owned()),
    })
}

/// Tables that were asked to be loaded again: those of the last request and those of requests before it.
fn reloads() -> impl Strategy<Value = (Option<ReloadAct>, Vec<TableName>)> {
    let names = || collection::btree_set(0usize..4, 0..3);
    (maybe(30, (names(), moment(), answer())), names()).prop_map(|(last, before)| {
        let act = last.map(|(names, decided, answer)| ReloadAct {
            tables: names.into_iter().map(table_name).collect(),
            decided: minute(decided),
            seen_start_date: None,
            answer,
        });
        let all: BTreeSet<TableName> =
            act.iter().flat_map(|act| act.tables.clone()).chain(before.into_iter().map(table_name)).collect();
        (act, all.into_iter().collect())
    })
}

/// What CloudWatch has of the last minutes: so many minutes ago the newest, then back; a minute may be missing.
fn lags() -> impl Strategy<Value = (i64, Vec<Option<f64>>)> {
    const LAGS: [Option<f64>; 20] = {
        let mut lags = [Some(10.0); 20];
        (lags[0], lags[1], lags[2]) = (None, Some(61.0), Some(900.0));
        (lags[3], lags[4], lags[5]) = (Some(60.0), Some(60.0), Some(60.0));
        lags
    };
    (1i64..6, collection::vec(sample::select(&LAGS[..]), 4..9))
}

fn points(now: i64, (ago, lags): (i64, Vec<Option<f64>>)) -> Vec<LagPoint> {
    let minutes = (0..).map(|back| minute(now - ago - back));
    let point = |(at, lag): (_, Option<f64>)| {
        lag.map(|lag| LagPoint { at, source: Some(lag / 2.0), target: Some(lag) })
    };
    minutes.zip(lags).filter_map(point).collect()
}

fn start_act() -> impl Strategy<Value = StartAct> {
    let kinds = [StartKind::StartReplication, StartKind::ResumeProcessing, StartKind::ReloadTarget];
    (sample::select(kinds.to_vec()), moment(), maybe(50, moment()), answer()).prop_map(
        |(kind, decided, seen, answer)| StartAct {
            kind,
            why: "the task has never run".to_owned(),
            decided: minute(decided),
            first_decided: minute(decided),
            seen_start_date: seen.map(minute),
            seen_dates: OtherDates::default(),
            asked: minute(decided),
            answer,
            missing_since: None,
            lost_since: None,
        },
    )
}

fn stop_act() -> impl Strategy<Value = Stop> {
    (any::<bool>(), moment(), answer()).prop_map(|(done, decided, answer)| Stop {
        cause: if done { StopCause::Done } else { StopCause::Close },
        words: String::new(),
        decided: minute(decided),
        last_decided: minute(decided),
        tries: 1,
        answer,
        state: StopState::Asked,
    })
}

/// A plan of ours and one for a task of somebody else, without a window and with one.
static OPENED: LazyLock<[Case; 4]> =
    LazyLock::new(|| [full_load(json!({})), full_load(windowed()), kept(json!({})), kept(windowed())]);

/// A plan of any kind, opened at the beginning of its window or without one.
fn opened() -> impl Strategy<Value = Case> {
    let words = (
        sample::select(vec![Start::Auto, Start::Refresh, Start::Resume, Start::Reload]),
        maybe(
            50,
            sample::select(vec![Until::Stopped, Until::FullLoadComplete, Until::CaughtUp, Until::CaughtUp]),
        ),
        sample::select(vec![Then::LeaveRunning, Then::Stop]),
        sample::select(vec![OnTableErrors::Fail, OnTableErrors::Warn, OnTableErrors::Reload]),
        sample::select(vec![OnDrift::Reject, OnDrift::Modify, OnDrift::Ignore]),
    );
    let window = maybe(50, (maybe(50, any::<bool>()), 0i64..30, 0u32..60));
    let stop_position = maybe(50, Just("server_time:2026-11-21T02:00:00".to_owned()));
    let ours = weighted(0.75);
    let numbers = (0u32..4, sample::select(&[0u32, 60, 60, 60][..]), weighted(0.2), weighted(0.7));
    (ours, words, window, stop_position, numbers).prop_map(|(ours, words, window, stop_position, numbers)| {
        let mut case = OPENED[usize::from(!ours) * 2 + usize::from(window.is_some())].clone();
        let plan = &mut case.running.plan;
        (plan.start, plan.until, plan.then, plan.on_table_errors, plan.on_drift) = words;
        (plan.restarts, plan.stall_minutes, plan.notify.started, plan.notify.warning) = numbers;
        case.run().notify = case.running.plan.clone().notify;
        let plan = &mut case.running.plan;
        if let plan::TaskPlan::Request(request) = &mut plan.task {
            request.cdc_stop_position = stop_position;
        }
        if let (Some(plan_window), Some((stop, lead, minimum))) = (plan.window.as_mut(), window) {
            plan_window.at_close = stop.map(|stop| if stop { AtClose::Stop } else { AtClose::LeaveRunning });
            plan_window.minimum_minutes = minimum;
            let run = case.run();
            run.at_close = Some(if stop == Some(false) { AtClose::LeaveRunning } else { AtClose::Stop });
            if run.stops_at_close() {
                run.stop_due = run.closes - SignedDuration::from_mins(lead);
            }
        }
        case
    })
}

/// A run somewhere on its way, and what the next poll sees.
pub(crate) fn anything() -> impl Strategy<Value = Case> {
    let acts = (maybe(70, start_act()), maybe(20, moment()), maybe(15, stop_act()), reloads());
    let prep = sample::select(PrepMode::KNOWN);
    let settings = (prep, weighted(0.2), weighted(0.3));
    let known = (
        maybe(90, maybe(90, settings)),
        sample::select(vec![Origin::Created, Origin::Adopted, Origin::External]),
        maybe(5, Just(earlier_execution())),
        maybe(10, Just(vec!["MigrationType".to_owned()])),
    );
    let seen = (
        0u32..16,
        sample::select(&STATUSES[..]),
        sample::select(&TYPES[..]),
        sample::select(&REASONS[..]),
        maybe(50, sample::select(&FAILURES[..])),
        maybe(80, stats()),
        maybe(80, tables()),
        maybe(70, lags()),
    );
    let connected = maybe(90, sample::select(&CONNECTIONS[..]));
    let past = (
        0u32..4,
        0u32..12,
        maybe(80, 0i64..30),
        0u32..2,
        collection::btree_set(0usize..OCCASIONS.len(), 0..3),
        maybe(50, 1i64..200),
        maybe(60, 5i64..200),
    );
    // What is in a box is not on the stack, which a test has little of.
    let (acts, seen, past) = (acts.boxed(), seen.boxed(), past.boxed());
    (opened().boxed(), acts, known, seen, connected, moment(), past).prop_map(
        |(mut case, acts, known, seen, connected, now, past)| {
            let (settings, origin, driven_by, differences) = known;
            match settings {
                Some(settings) => {
                    let task = case.known();
                    task.origin = origin;
                    task.owner = driven_by.map_or(Owner::Nobody, Owner::Running);
                    task.differences = differences.unwrap_or_default();
                    task.settings =
                        settings.map(|(prep_mode, create_pk_after_full_load, validation)| TaskSettings {
                            prep_mode: prep_mode.into(),
                            create_pk_after_full_load,
                            logging: false,
                            validation,
                            named: NamedByMapping::default(),
                        });
                }
                None => case.running.task = None,
            }
            let (visible, status, migration_type, reason, failure, stats, tables, lags) = seen;
            case = case.status(status).connected(connected, Some("successful"));
            if let TaskSeen::Seen(task) = &mut case.seen {
                task.migration_type = MigrationType::from(migration_type.to_owned());
                task.stop_reason = StopReason::parse(reason);
                task.last_failure = failure.map(|(words, _)| words.to_owned());
                task.stats = stats;
            }
            case.tables = tables;
            case.lag = lags.map(|lags| points(now, lags));
            case.now = minute(now);
            let (creates, restarts, rested, not_there, told, looked, age) = past;
            let most_restarts = case.running.plan.restarts;
            let run = case.run();
            (run.creates, run.not_there) = (creates, not_there);
            run.stop = acts.2;
            (run.reload, run.reloaded) = acts.3;
            run.told = told.into_iter().map(|nth| OCCASIONS[nth]).collect();
            let rest = rested.map(|minutes| minute(now - minutes));
            run.drive = match (acts.0, acts.1) {
                (None, None) => Drive::Nothing,
                (None, Some(since)) => {
                    Drive::Joined { whose: Whose::SomebodyElse, since: minute(since), rest }
                }
                (Some(start), _) => {
                    let rest = rest.filter(|_| start.answer.may_be_taken());
                    match restarts.saturating_sub(8).min(most_restarts) {
                        0 => Drive::Starting { start, rest },
                        times => {
                            let start = StartAct { kind: StartKind::ResumeProcessing, ..start };
                            Drive::Restarting { start, times, rest }
                        }
                    }
                }
            };
            run.stop_at_close = run.stops_at_close() && run.drive.is_under_way();
            if let Some(age) = age {
                case = in_order(case, now - age, now);
            }
            if let Some(ago) = looked {
                case = with_a_pace(case, now - ago);
            }
            match visible {
                0 => case.unseen(),
                1 => case.not_there_once(),
                _ => case,
            }
        },
    )
}

const CONNECTIONS: [&str; 5] = ["successful", "successful", "successful", "testing", "no route to host"];

fn is_unfinished(state: &TableState) -> bool {
    !state.is_errored() && *state != TableState::Completed
}

const OCCASIONS: [Occasion; 7] = [
    Occasion::Started,
    Occasion::TablesInError,
    Occasion::StartedAgain,
    Occasion::Stalled,
    Occasion::WillNotFit,
    Occasion::NotStopped,
    Occasion::NotStarted,
];

/// The same with dates and counters that fit together: the task began when this run started it, and what its tables
/// show is what is counted.
fn in_order(mut case: Case, began: i64, now: i64) -> Case {
    if let Some(start) = case.run().drive.start_mut() {
        (start.decided, start.first_decided) = (minute(began), minute(began));
        start.seen_start_date = None;
    }
    if let Some(reload) = &mut case.run().reload {
        reload.decided = minute(now - (now - began) / 20);
    }
    let count = |tables: &[Table], counts: fn(&TableState) -> bool| {
        tables.iter().filter(|table| counts(&table.state)).count() as u32
    };
    let tables = case.tables.clone();
    let TaskSeen::Seen(task) = &mut case.seen else { return case };
    let Some(stats) = &mut task.stats else { return case };
    (stats.start_date, stats.fresh_start_date) = (Some(minute(began)), Some(minute(began)));
    stats.stop_date = stats.stop_date.map(|_| minute(now));
    stats.full_load_finish_date = stats.full_load_finish_date.map(|_| minute((began + now) / 2));
    if let Some(tables) = tables {
        stats.tables_loaded = count(&tables, |state| *state == TableState::Completed);
        stats.tables_errored = count(&tables, TableState::is_errored);
        stats.tables_loading =
            count(&tables, |state| is_unfinished(state) && !matches!(state, TableState::Other(_)));
        stats.tables_queued = count(&tables, |state| matches!(state, TableState::Other(_)));
    }
    case
}

/// The same, seen as it is now at this minute before, with half of its rows when it was first seen.
fn with_a_pace(mut case: Case, looked: i64) -> Case {
    let TaskSeen::Seen(task) = &case.seen else { return case };
    let Some(stats) = &task.stats else { return case };
    let mut pace = Pace::look(None, stats, case.tables.as_deref(), minute(looked));
    pace.since = minute(looked - 60);
    pace.first.rows /= 2;
    let run = case.run();
    run.pace = Some(pace);
    run.previous_load = Some(PreviousLoad { rows: 100_000, seconds: 3600 });
    case
}

/// Anything, and half of it at work in a run that has got it going.
fn at_work() -> impl Strategy<Value = Case> {
    (anything(), any::<bool>()).prop_map(|(case, so)| if so { going(case, "running") } else { case })
}

/// As [`at_work`], and half of it wants tables in error loaded again and nothing told before.
fn at_work_with_reloads() -> impl Strategy<Value = Case> {
    (at_work(), any::<bool>()).prop_map(|(mut case, so)| {
        if so {
            case.running.plan.on_table_errors = OnTableErrors::Reload;
            (case.run().notify.started, case.run().notify.warning) = (false, false);
        }
        case
    })
}

/// Anything, and most of it failed in a run that had got it going; some of that with a start again that DMS did not
/// take.
fn given_up() -> impl Strategy<Value = Case> {
    (anything(), 0u32..5).prop_map(|(case, kind)| match kind {
        0 => case,
        1 => not_taken(going(case, "failed"), refusal("ThrottlingException", "Rate exceeded", true)),
        2 => not_taken(going(case, "failed"), refusal("AccessDeniedException", "not authorized", false)),
        3 => tried(going(case, "failed")),
        _ => going(case, "failed"),
    })
}

/// The same with these words having been tried over once.
fn tried(mut case: Case) -> Case {
    let TaskSeen::Seen(task) = &case.seen else { return case };
    let gist = Cause::gist(task);
    case.run().unrecognised = vec![gist];
    case
}

/// The same with a start again that DMS answered like this.
fn not_taken(mut case: Case, answer: Answer) -> Case {
    let TaskSeen::Seen(task) = &case.seen else { return case };
    let seen_start_date = task.start_date();
    let most_restarts = case.running.plan.restarts;
    let run = case.run();
    if let Some(start) = run.drive.start().cloned() {
        let start = StartAct { kind: StartKind::ResumeProcessing, answer, seen_start_date, ..start };
        run.drive = match most_restarts {
            0 => Drive::Starting { start, rest: None },
            times => Drive::Restarting { start, times, rest: None },
        };
        run.stop_at_close = run.stops_at_close() && run.drive.is_under_way();
    }
    case
}

/// The same with DMS having taken this run's start, nobody having stopped the task, and this word for what it does.
fn going(mut case: Case, status: &str) -> Case {
    if !matches!(case.seen, TaskSeen::Seen(_)) {
        return case;
    }
    let run = case.run();
    run.stop = None;
    if let Some(start) = run.drive.start_mut() {
        start.answer = Answer::Accepted;
        start.seen_start_date = None;
        let decided = start.decided;
        run.stop_at_close = run.stops_at_close();
        case.stats_mut().start_date = Some(decided);
    }
    case.status(status)
}

fn verdict(next: &Next) -> Option<&Verdict> {
    match next {
        Next::Report(verdict) => Some(verdict),
        _ => None,
    }
}

/// What is asked about a decision: the case before the poll, the run as the poll took it in, and the decision.
pub(crate) struct Decided {
    before: Case,
    after: Case,
    next: Next,
    pub(crate) document: Document,
}

pub(crate) fn decided(before: Case) -> Decided {
    let mut after = before.clone();
    let (next, document) = after.decided();
    Decided { before, after, next, document }
}

impl Decided {
    fn task(&self) -> Option<&observation::Task> {
        match &self.before.seen {
            TaskSeen::Seen(task) => Some(task),
            _ => None,
        }
    }

    fn run(&self) -> &migration::run::execution::Run {
        &self.after.running.run
    }

    fn run_before(&self) -> &migration::run::execution::Run {
        &self.before.running.run
    }

    fn settings(&self) -> Option<&TaskSettings> {
        self.before.running.task.as_ref().and_then(|task| task.settings.as_ref())
    }

    fn plan(&self) -> &plan::Plan {
        &self.before.running.plan
    }

    /// Something of this run, or the run that it joined, is or may be under way; or it was, and has failed, and this
    /// run goes on whoever starts it again.
    fn under_way(&self) -> bool {
        let run = self.run();
        run.drive.joined().is_some()
            || run.drive.restarts() > 0
            || run.drive.start().is_some_and(|start| start.answer.may_be_taken())
    }

    /// CloudWatch shows five minutes in a row within the plan's limit, the last of them fresh, all since this moment. (Zeros
    /// alone need half an hour, and no run here is that old.)
    fn has_caught_up(&self, since: jiff::Timestamp) -> bool {
        let (now, limit) = (self.before.now, f64::from(self.plan().lag_seconds));
        let lag = |at: jiff::Timestamp| {
            let point = self.before.lag.iter().flatten().find(|point| point.at == at)?;
            point.target
        };
        let good = |newest: jiff::Timestamp| {
            (0..5)
                .map(|back| newest - SignedDuration::from_mins(back))
                .all(|at| at >= since && lag(at).is_some_and(|seconds| seconds <= limit))
        };
        (0..=4).map(|ago| now - SignedDuration::from_mins(ago)).any(good)
    }

    /// What a task that runs on must show to be done: its load over, where it has one, and its changes applied, where
    /// the plan waits for that.
    fn has_done_what_the_plan_waits_for(&self, task: &observation::Task) -> bool {
        let Some(stats) = &task.stats else { return false };
        let loads = task.migration_type != MigrationType::Cdc;
        let finished = stats.full_load_finish_date;
        let settled = |table: &Table| !is_unfinished(&table.state);
        let loaded = stats.tables_loading + stats.tables_queued == 0
            && finished.is_some()
            && self.before.tables.iter().flatten().all(settled);
        match self.plan().until(&task.migration_type) {
            Until::Stopped => false,
            Until::FullLoadComplete => loads && loaded,
            Until::CaughtUp => {
                let since = stats.start_date.max(finished.filter(|_| loads));
                (!loads || loaded) && since.is_some_and(|since| self.has_caught_up(since))
            }
        }
    }
}

/// DMS has given up on the task, or does not start it again as it said.
fn dms_gave_up(task: &observation::Task) -> bool {
    let code = task.stop_reason.as_ref().map(StopReason::as_str).unwrap_or_default();
    task.status == Status::Failed
        || ["FATAL_ERROR", "RECOVERABLE_ERROR", "STOPPED_DUE_TO_LOW_MEMORY", "RECYCLE_TASK"].contains(&code)
}

/// What DMS's sentence says of the cause: it may pass, it lasts, or nothing.
fn said(task: &observation::Task) -> Option<bool> {
    task.last_failure.as_deref().and_then(|words| {
        FAILURES.iter().find(|(failure, _)| *failure == words).and_then(|(_, passes)| *passes)
    })
}

/// The cause may pass, by DMS's sentence or else by its stop reason.
fn may_pass(task: &observation::Task) -> bool {
    let said = said(task);
    let code = task.stop_reason.as_ref().map(StopReason::as_str).unwrap_or_default();
    said.unwrap_or(["RECOVERABLE_ERROR", "STOPPED_DUE_TO_LOW_MEMORY", "RECYCLE_TASK"].contains(&code))
}

/// How many runs each rule is shown; fewer where the tests themselves are run hundreds of times.
pub(crate) fn runs() -> u32 {
    std::env::var("RULES_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(6_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: runs(), ..ProptestConfig::default() })]

    /// Rule 10, and two executions never act on one task.
    #[test]
    fn nothing_starts_outside_its_window_or_beside_another_run(case in anything()) {
        let d = decided(case);
        if let Next::Start { .. } = d.next {
            let before = &d.before.running.run;
            // The look may have shown a task of another type, whose close is another one.
            prop_assert!(d.before.now < d.run().stop_due && d.run().stop_due <= before.closes);
            prop_assert_eq!(d.task().map(|task| task.phase()), Some(Phase::Idle));
            let alone = d.before.running.task.as_ref().is_none_or(|task| {
                task.driven_by().is_none() || before.drive.start().is_some() || before.drive.joined().is_some()
            });
            prop_assert!(alone);
            prop_assert!(before.drive.joined().is_none());
        }
    }

    /// A pre-flight looks, and nothing else comes of one: it is on its way or reports, and follows no task.
    #[test]
    fn nothing_is_done_by_a_preflight(case in anything()) {
        let case = case.set(|case| {
            case.running.plan.mode = Mode::Preflight;
            let run = case.run();
            (run.drive, run.stop, run.reload) = (Drive::Nothing, None, None);
            (run.creates, run.stop_at_close) = (0, false);
        });
        let d = decided(case);
        match &d.next {
            Next::Wait { .. } => {}
            Next::Report(verdict) => {
                prop_assert!(matches!(verdict.outcome, Outcome::Ready | Outcome::Rejected | Outcome::Unknown));
            }
            next => prop_assert!(false, "{}", in_words(next)),
        }
        prop_assert!(!d.run().drive.is_under_way() && !d.run().stop_at_close);
        if d.before.now >= d.run().stop_due {
            prop_assert!(verdict(&d.next).is_some(), "it comes to an end");
        }
    }

    /// DMS takes `start-replication` once in a task's life. Later an execution only resumes what DMS has given up on.
    #[test]
    fn a_start_after_one_that_was_made_is_a_resume_of_what_dms_gave_up_on(case in given_up()) {
        let d = decided(case);
        let Next::Start { kind, .. } = d.next else { return Ok(()) };
        let (before, after, task) = (d.run_before(), d.run(), d.task().unwrap());
        let made = before.drive.start().is_some_and(|start| start.answer.may_be_taken());
        // A start whose second delivery was refused may have been made by the first one.
        let shows = before.drive.start().is_some_and(|start| task.start_date() != start.seen_start_date);
        let created = d.before.running.task.as_ref().is_some_and(|task| task.origin == Origin::Created);
        if !made && shows && created {
            return Ok(());
        }
        if made || before.drive.restarts() > 0 {
            prop_assert_eq!(kind, StartKind::ResumeProcessing);
            prop_assert!(task.has_run());
            prop_assert!(d.before.now + SignedDuration::from_mins(2) < before.stop_due);
        }
        if made {
            prop_assert_eq!(after.drive.restarts(), before.drive.restarts() + 1);
            let unknown_once = said(task).is_none() && !before.unrecognised.contains(&Cause::gist(task));
            let words = format!("{:?} {:?}", task.stop_reason, task.last_failure);
            prop_assert!(dms_gave_up(task) && (may_pass(task) || unknown_once), "{words}");
            prop_assert!(before.stop.is_none() && before.drive.joined().is_none());
            prop_assert_eq!(after.unrecognised.len() - before.unrecognised.len(), usize::from(!may_pass(task)));
            let rest = before.drive.rest().unwrap_or(d.before.now - DMS_RESTARTS_WITHIN);
            prop_assert_eq!(after.drive.rest(), None, "the next look at rest begins a new one");
            let pause = SignedDuration::from_mins((1 << before.drive.restarts()).min(15));
            let most = before.stop_due.duration_since(rest) / 2;
            prop_assert!(d.before.now.duration_since(rest) >= pause.min(most));
        } else {
            prop_assert_eq!(after.drive.restarts(), before.drive.restarts(), "a start that DMS did not take is none");
        }
        if let Some(Answer::Refused(refusal)) = before.drive.start().map(|start| &start.answer) {
            prop_assert!(refusal.passes(), "what DMS refuses for good is not asked for again");
        }
        prop_assert!(after.drive.restarts() <= d.plan().restarts);
    }

    /// Rule 2: ReloadTables applies TargetTablePrepMode to the tables first.
    #[test]
    fn no_table_is_loaded_again_without_consent_or_twice(case in at_work_with_reloads()) {
        let d = decided(case);
        let Next::Reload { tables, .. } = &d.next else { return Ok(()) };
        let (before, task) = (d.run_before(), d.task().unwrap());
        prop_assert_eq!(d.plan().on_table_errors, OnTableErrors::Reload);
        prop_assert!(d.settings().is_some_and(|settings| settings.prep_mode != PrepMode::DoNothing));
        prop_assert!(task.phase() == Phase::Running && task.migration_type != MigrationType::Cdc);
        prop_assert!(d.under_way() && before.stop.is_none());
        prop_assert!(d.before.now + SignedDuration::from_mins(2) < d.run().stop_due);
        prop_assert!((1..=10).contains(&tables.len()));
        let names: BTreeSet<&TableName> = tables.iter().collect();
        prop_assert_eq!(names.len(), tables.len());
        prop_assert!(!before.reloaded.iter().any(|name| names.contains(name)), "each once");
        let in_error: BTreeSet<&TableName> = d.before.tables.iter().flatten()
            .filter(|table| table.state == TableState::Error).map(|table| &table.name).collect();
        prop_assert!(names.is_subset(&in_error));
        let unseen = before.reload.as_ref().is_some_and(|act| {
            act.answer.may_be_taken()
                && d.before.now.duration_since(act.decided) < SignedDuration::from_mins(5)
                && act.tables.iter().any(|name| in_error.contains(name))
        });
        prop_assert!(!unseen, "the last request is waited for");
    }

    /// People are told each once, and what they asked for.
    #[test]
    fn nobody_is_told_twice_or_unasked(case in at_work()) {
        let d = decided(case);
        let Next::Tell { occasion, .. } = d.next else { return Ok(()) };
        let (before, stats) = (d.run_before(), d.task().and_then(|task| task.stats.clone()).unwrap_or_default());
        let asked = if occasion == Occasion::Started { before.notify.started } else { before.notify.warning };
        prop_assert!(asked && !before.told.contains(&occasion));
        prop_assert!(d.under_way() || matches!(occasion, Occasion::NotStopped | Occasion::NotStarted));
        match occasion {
            Occasion::Started => {}
            Occasion::TablesInError => prop_assert!(stats.tables_errored > 0),
            Occasion::StartedAgain => prop_assert!(before.drive.restarts() > 0),
            Occasion::Stalled | Occasion::WillNotFit => {
                let task = d.task().unwrap();
                prop_assert!(task.phase() == Phase::Running && task.migration_type != MigrationType::Cdc);
                prop_assert!(stats.tables_loading + stats.tables_queued > 0, "the load is not over");
                prop_assert!(occasion != Occasion::Stalled || d.plan().stall_minutes > 0 && d.before.tables.is_some());
                prop_assert!(occasion != Occasion::WillNotFit || d.run().stop_at_close);
            }
            Occasion::NotStopped => {
                let stop = before.stop.as_ref().unwrap();
                prop_assert!(d.before.now.duration_since(stop.decided) >= STOP_PATIENCE);
            }
            Occasion::NotStarted => {
                let at_work = d.task().is_some_and(|task| matches!(task.phase(), Phase::Running | Phase::Stopping));
                prop_assert!(!at_work, "what runs is started");
            }
            Occasion::LostSight => prop_assert!(false, "that is the machine's to tell"),
            Occasion::ClosingOut => prop_assert!(before.close_out.is_some(), "the execution goes on"),
        }
    }

    /// A verdict that wakes somebody, or wants a look by daylight, holds a command to paste.
    #[test]
    fn who_is_woken_finds_a_command(case in anything()) {
        let d = decided(case);
        let Some(verdict) = verdict(&d.next) else { return Ok(()) };
        if verdict.severity != Severity::Info {
            prop_assert!(verdict.to_do.iter().any(|step| step.contains(": aws ")), "{}", in_words(&d.next));
        }
    }

    /// Rule 9.
    #[test]
    fn nothing_is_stopped_before_its_time(case in at_work()) {
        let d = decided(case);
        if let (Next::Stop { cause, .. }, None) = (&d.next, &d.before.running.run.stop) {
            prop_assert!(d.under_way(), "what this run has no part in is not stopped");
            match cause {
                StopCause::Abort => prop_assert!(d.run().close_out.is_some(), "the execution goes on"),
                StopCause::Close => {
                    prop_assert!(d.before.now >= d.run().stop_due && d.run().stops_at_close());
                }
                StopCause::Done => {
                    let task = d.task().unwrap();
                    prop_assert_eq!(d.plan().then, Then::Stop);
                    prop_assert_eq!(task.phase(), Phase::Running);
                    prop_assert!(d.has_done_what_the_plan_waits_for(task));
                    prop_assert!(d.before.tables.is_some(), "nothing is called done unseen");
                }
            }
        }
    }

    /// Rule 4.
    #[test]
    fn what_is_at_work_at_the_close_is_stopped_or_reported_as_not_stopped(case in anything()) {
        let d = decided(case);
        let working = d.task().is_some_and(|task| matches!(task.phase(), Phase::Running | Phase::Starting));
        let ours = d.before.running.task.as_ref().is_some_and(|task| task.driven_by().is_none());
        let to_stop = d.under_way() && d.run().stops_at_close();
        if ours && working && to_stop && d.before.now >= d.run().stop_due {
            let words = in_words(&d.next);
            let told = d.before.running.run.stop.is_some();
            // What somebody else started after the close, unseen, is told and never stopped.
            let taken_over = d.run().taken_over.is_some();
            let right = match &d.next {
                Next::Report(verdict) if taken_over => verdict.outcome == Outcome::Unknown,
                Next::Stop { .. } => !taken_over,
                Next::Wait { .. } | Next::Tell { occasion: Occasion::NotStopped, .. } => told,
                Next::Report(verdict) => told && verdict.outcome == Outcome::Failed && words.contains("not be stopped"),
                _ => false,
            };
            prop_assert!(right, "{words}");
        }
    }

    /// Rule 1.
    #[test]
    fn success_needs_every_table(case in at_work()) {
        let d = decided(case);
        let Some(verdict) = verdict(&d.next) else { return Ok(()) };
        let tolerant = d.plan().on_table_errors == OnTableErrors::Warn;
        let strict = verdict.outcome == Outcome::Succeeded
            || verdict.outcome == Outcome::SucceededWithWarnings && !tolerant;
        if strict {
            let task = d.task().unwrap();
            let tables = d.before.tables.clone().unwrap();
            prop_assert!(!tables.is_empty());
            prop_assert!(!tables.iter().any(|table| table.state.is_errored()));
            let stats = task.stats.clone().unwrap_or_default();
            if task.migration_type != MigrationType::Cdc {
                prop_assert!(tables.iter().all(|table| table.state == TableState::Completed));
                prop_assert!(tables.iter().all(|table| table.refused_rows == 0));
                prop_assert_eq!(stats.tables_loading + stats.tables_queued, 0, "the counters are nowhere worse");
                prop_assert!(stats.tables_loaded as usize <= tables.len());
            }
            prop_assert_eq!(stats.tables_errored, 0);
            prop_assert!(d.under_way());
            let good_state = match task.phase() {
                Phase::Idle => task.status == Status::Stopped && !matches!(
                    task.stop_reason,
                    Some(StopReason::FatalError | StopReason::RecoverableError | StopReason::LowMemory | StopReason::LowDisk)
                ),
                Phase::Running => d.has_done_what_the_plan_waits_for(task),
                _ => false,
            };
            prop_assert!(good_state, "{} {:?}", task.status, task.stop_reason);
            let validated = |table: &Table| table.validation == Validation::Validated && table.validation_pending == 0;
            let validation = d.after.running.task.as_ref().and_then(|task| task.settings.as_ref()).is_some_and(|f| f.validation);
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
        let settings = d.before.running.task.as_ref().unwrap().settings.clone().unwrap();
        let cdc = task.migration_type == MigrationType::Cdc;
        match kind {
            StartKind::StartReplication => prop_assert!(!task.has_run(), "it is valid once in a task's life"),
            StartKind::ReloadTarget => {
                prop_assert!(task.has_run());
                prop_assert!(matches!(start, Start::Refresh | Start::Reload));
                prop_assert!(settings.prep_mode != PrepMode::DoNothing);
                prop_assert!(!cdc);
            }
            StartKind::ResumeProcessing => {
                prop_assert!(task.has_run());
                let tables = d.before.tables.clone().unwrap_or_default();
                let complete =
                    !tables.is_empty() && tables.iter().all(|table| table.state == TableState::Completed);
                if !cdc && !complete {
                    prop_assert!(settings.prep_mode != PrepMode::DoNothing || start == Start::Resume);
                    prop_assert!(!settings.create_pk_after_full_load);
                    let loaded = task.stats.as_ref().is_some_and(|stats| stats.full_load_finish_date.is_some());
                    // Tables in error of a load that is over are loaded again while the task replicates.
                    let reloads = d.plan().on_table_errors == OnTableErrors::Reload
                        && tables.iter().all(|table| !is_unfinished(&table.state));
                    prop_assert!(task.migration_type != MigrationType::FullLoadAndCdc || !loaded || reloads);
                }
            }
        }
    }

    /// The machine sleeps as long as it is told: never past the moment at which the work ends.
    #[test]
    fn no_wait_reaches_past_the_end_of_the_work(case in anything()) {
        let d = decided(case);
        let run = d.run();
        let Document::Running(running) = &d.document else {
            prop_assert!(verdict(&d.next).is_some());
            return Ok(());
        };
        prop_assert!(verdict(&d.next).is_none());
        let next = &running.next;
        let left = run.stop_due.duration_since(d.before.now).as_secs();
        if left > 0 {
            prop_assert!(i64::from(next.seconds) <= left + 1);
        }
    }

    /// What is written down is read again by the next step, whatever it is.
    #[test]
    fn the_document_survives_the_way_through_the_machine(case in anything()) {
        let d = decided(case);
        let travelled = serde_json::to_value(&d.document).unwrap();
        prop_assert_eq!(Document::read(&travelled), Ok(d.document));
    }
}
