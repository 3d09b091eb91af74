//! How a task is started, from its history and from what each way would do to the rows in the target.
//!
//! `start-replication` is valid once in a task's life. `resume-processing` loads unfinished tables again from their
//! beginning, after TargetTablePrepMode has been applied to them. `reload-target` does so with all tables.

use jiff::Timestamp;

use crate::decide::cause::Cause;
use crate::run::acts::StartKind;
use crate::run::observation::{Task, TaskSettings};
use crate::run::status::Status;
use crate::run::stop_reason::StopReason;
use crate::run::tables::{self, TablePass};
use crate::run::task::{Origin, Task as KnownTask};
use plan::settings::PrepMode;
use plan::{MigrationType, OnTableErrors, Plan, Start};

/// A stop position that never comes.
pub const FAR_FUTURE: &str = "server_time:3018-02-09T12:12:12";

/// What comes of choosing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Start it this way, for this reason.
    Start(StartKind, String),
    /// There is nothing to do.
    Complete(String),
    /// No way is safe: what the user must decide.
    Undecided {
        /// The reason, for the verdict.
        why: String,
        /// What would settle it.
        to_do: String,
        /// The `Start` that a run would need then.
        settles: Option<Start>,
    },
}

/// Chooses how to start a task that is idle. A load of which a table came to its end at `tonight` or later is this
/// night's: `Refresh` asks for no other one.
pub fn choose(
    plan: &Plan,
    task: &Task,
    settings: &TaskSettings,
    pass: &TablePass,
    tonight: Timestamp,
) -> Choice {
    let start = plan.start;
    if !task.has_run() {
        return Choice::Start(StartKind::StartReplication, "the task has never run".to_owned());
    }
    if start == Start::Refresh && wants_a_new_load(task, pass, tonight) {
        return reload(settings, "the last load came to its end and the plan wants a new one");
    }
    if task.migration_type != MigrationType::FullLoad
        && !matches!(start, Start::Reload | Start::Resume)
        && Cause::of(task) == Cause::LostPosition
    {
        return lost_position(task);
    }
    match task.migration_type {
        MigrationType::Cdc => cdc(plan, task),
        MigrationType::FullLoadAndCdc => load_and_cdc(plan, task, settings, pass),
        MigrationType::FullLoad | MigrationType::Other(_) => full_load(start, task, settings, pass, tonight),
    }
}

/// The stop position that a start states: one in the far future, where a task of ours shows one that the plan does not
/// state. Without it the task would stop there. AWS documents no way to take a position back; its own example of one
/// that never comes is in the year 3018.
pub fn stop_position(plan: &Plan, known: &KnownTask, task: &Task) -> Option<&'static str> {
    let ours = known.origin != Origin::External && !plan.keeps_its_stop_position();
    let leftover = task.cdc_stop_position.as_deref().is_some_and(|position| position != FAR_FUTURE);
    (ours && leftover && task.migration_type != MigrationType::FullLoad).then_some(FAR_FUTURE)
}

/// When a task stops by the position that it shows, where that is a time.
pub(super) fn stops_at(task: &Task) -> Option<Timestamp> {
    // What DMS shows is not held to the form that it takes: a `Z` says what is so.
    plan::stop_position::time(task.cdc_stop_position.as_deref()?.trim().trim_end_matches('Z'))
}

/// The source has thrown away the part of its log that a resume would begin with (DMS answers error 1236, a missing
/// slot, a missing log file): resuming fails for ever. A person may write `Resume` all the same, and a resume that
/// fails destroys nothing.
fn lost_position(task: &Task) -> Choice {
    let why = "the source's log no longer holds the position at which the task stopped: a resume fails each time, and what \
               was changed since is not in the target"
        .to_owned();
    match task.migration_type {
        MigrationType::Cdc => Choice::Undecided {
            why,
            to_do: "load the tables again with a task of type full-load-and-cdc, or create the task anew with a \
                    CdcStartPosition that the source still has, and keep the source's log for longer than a window is shut"
                .to_owned(),
            settles: None,
        },
        _ => Choice::Undecided {
            why,
            to_do: "run once with Start Reload to load all tables again, and keep the source's log for longer than a window \
                    is shut"
                .to_owned(),
            settles: Some(Start::Reload),
        },
    }
}

fn cdc(plan: &Plan, task: &Task) -> Choice {
    match &task.stop_reason {
        Some(reason @ (StopReason::StoppedAtServerTime | StopReason::StoppedAtCommitTime))
            if plan.keeps_its_stop_position() =>
        {
            Choice::Complete(format!("the task has replicated up to its stop position ({})", reason.as_str()))
        }
        _ => Choice::Start(
            StartKind::ResumeProcessing,
            "the task has run before and goes on where it stopped".to_owned(),
        ),
    }
}

/// True when this night has loaded tables: some of them came to their end in it, by their own dates. Without those the
/// beginning of the load counts.
fn is_of_tonight(task: &Task, pass: &TablePass, tonight: Timestamp) -> bool {
    let began = task.stats.as_ref().and_then(|stats| stats.fresh_start_date);
    let last = pass.load_ends.map(|(_, last)| last).or(began);
    last.is_some_and(|last| last >= tonight)
}

/// True when `Refresh` wants a new load: the task shows one of another night that came to its own end, tables in error
/// included. The tables say how it ended, not its code and not the task's status.
fn wants_a_new_load(task: &Task, pass: &TablePass, tonight: Timestamp) -> bool {
    task.migration_type != MigrationType::Cdc && pass.settled() && !is_of_tonight(task, pass, tonight)
}

/// Why `Refresh` wants no new load of a task whose tables are complete.
fn loaded_tonight(pass: &TablePass, tonight: Timestamp) -> String {
    match pass.load_ends {
        Some((first, _)) if first < tonight => {
            "a load that had begun earlier was completed since the window opened: some of its rows are older"
        }
        _ => "tonight's rows are there: every table was loaded since the window opened",
    }
    .to_owned()
}

fn full_load(
    start: Start,
    task: &Task,
    settings: &TaskSettings,
    pass: &TablePass,
    tonight: Timestamp,
) -> Choice {
    if start == Start::Refresh && pass.complete() {
        return Choice::Complete(loaded_tonight(pass, tonight));
    }
    let counted = task.stats.as_ref().map_or(0, |stats| stats.tables_errored);
    if pass.complete() && counted == 0 && task.status != Status::Failed {
        return match start {
            Start::Auto | Start::Resume | Start::Refresh => Choice::Complete(match pass.total {
                1 => "the one table was loaded by an earlier run".to_owned(),
                total => format!("all {total} tables were loaded by an earlier run"),
            }),
            Start::Reload => reload(settings, "the last load is complete and the plan wants a new one"),
        };
    }
    unfinished(start, settings, pass)
}

fn load_and_cdc(plan: &Plan, task: &Task, settings: &TaskSettings, pass: &TablePass) -> Choice {
    let start = plan.start;
    if start == Start::Reload {
        return reload(settings, "the plan wants every table loaded again");
    }
    let loaded = task.stats.as_ref().is_some_and(|stats| stats.full_load_finish_date.is_some());
    let counted = task.stats.as_ref().map_or(0, |stats| stats.tables_errored);
    if pass.complete() && loaded && counted == 0 {
        let ended = matches!(
            task.stop_reason,
            Some(
                StopReason::FullLoadOnlyFinished
                    | StopReason::StoppedAfterFullLoad
                    | StopReason::StoppedAfterCachedEvents
            )
        ) || (plan.keeps_its_stop_position()
            && matches!(
                task.stop_reason,
                Some(StopReason::StoppedAtServerTime | StopReason::StoppedAtCommitTime)
            ));
        return if ended {
            Choice::Complete("the load is complete and replication has reached its end".to_owned())
        } else {
            Choice::Start(
                StartKind::ResumeProcessing,
                "the load is complete and replication goes on where it stopped".to_owned(),
            )
        };
    }
    let reloads = plan.on_table_errors == OnTableErrors::Reload
        && settings.prep_mode != PrepMode::DoNothing
        && !settings.create_pk_after_full_load;
    if reloads && pass.settled() && !pass.errored.is_empty() && counted as usize <= pass.errored.len() {
        return Choice::Start(
            StartKind::ResumeProcessing,
            format!(
                "{} in error: replication goes on, and they are loaded again while it runs",
                tables::counted(pass.errored.len())
            ),
        );
    }
    if !pass.errored.is_empty() || counted > 0 || loaded {
        // DMS takes such a load for finished: a resume replicates changes onto rows that were never loaded.
        return Choice::Undecided {
            why: format!(
                "{} not loaded; a resume would skip what is missing and only replicate",
                tables::some_of_were((pass.total - pass.loaded).max(counted as usize), pass.total)
            ),
            to_do: "run once with Start Reload to load all tables again, or reload the tables in the console"
                .to_owned(),
            settles: Some(Start::Reload),
        };
    }
    unfinished(start, settings, pass)
}

fn reload(settings: &TaskSettings, why: &str) -> Choice {
    if settings.prep_mode == PrepMode::DoNothing {
        return Choice::Undecided {
            why: "loading again under TargetTablePrepMode DO_NOTHING puts every row into the target a second time"
                .to_owned(),
            to_do: "change the task's TargetTablePrepMode to TRUNCATE_BEFORE_LOAD or DROP_AND_CREATE".to_owned(),
            settles: None,
        };
    }
    Choice::Start(StartKind::ReloadTarget, why.to_owned())
}

/// Some tables are not loaded.
fn unfinished(start: Start, settings: &TaskSettings, pass: &TablePass) -> Choice {
    if start == Start::Reload {
        return reload(settings, "the plan wants every table loaded again");
    }
    let missing = match pass.total {
        0 => "no table was loaded".to_owned(),
        total if total == pass.loaded => "the task failed after its tables were complete".to_owned(),
        total => format!("{} not complete", tables::some_of(total - pass.loaded, total)),
    };
    if settings.create_pk_after_full_load {
        return Choice::Undecided {
            why: format!("{missing}, and with CreatePkAfterFullLoad an interrupted load cannot be resumed"),
            to_do: "run once with Start Reload to load all tables again".to_owned(),
            settles: Some(Start::Reload),
        };
    }
    if settings.prep_mode == PrepMode::DoNothing && start != Start::Resume {
        return Choice::Undecided {
            why: format!(
                "{missing}; under TargetTablePrepMode DO_NOTHING a resume loads them on top of the rows that are there"
            ),
            to_do: "empty those tables in the target and run once with Start Resume".to_owned(),
            settles: Some(Start::Resume),
        };
    }
    Choice::Start(StartKind::ResumeProcessing, format!("{missing}; those are loaded again"))
}
