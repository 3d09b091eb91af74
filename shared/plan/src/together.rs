//! What only shows when the members of a plan are seen together: what window, `Until` and `Start` mean for a migration
//! type, and what a start would do to the rows in the target.

use super::home;
use super::located::quoted;
use super::nightly;
use super::source_log;
use super::window::{AtClose, When, Window};
use super::{MigrationType, OnTableErrors, Plan, Start, TaskPlan, TaskRequest, Then, Until, settings};
use crate::finding::{Code, Findings};

/// What only shows when the members are seen together.
pub(super) fn check(plan: &Plan, path: &str, findings: &mut Findings) {
    if let TaskPlan::Request(request) = &plan.task {
        check_type(plan, &request.migration_type, path, findings);
        check_effect_on_target(plan, path, findings);
    }
    home::check_topic(plan, path, findings);
}

/// What a `Duration` counts from where the plan does not state `ScheduledTime`, not even as the word that EventBridge
/// Scheduler replaces.
pub(super) fn check_duration(plan: &Plan, path: &str, findings: &mut Findings) {
    if let Some(Window { when: When::Duration(_), .. }) = &plan.window {
        findings.add(
            &format!("{path}/Window/Duration"),
            Code::DurationFromNow,
            "without ScheduledTime the window's Duration counts from the start of the execution",
        );
    }
}

/// What can be said of a task that somebody else keeps while nobody knows its type; nothing of a task of ours, whose plan
/// states it. For who checks a plan before its night: a run looks the type up first, and calls [`check_type`].
pub fn check_unknown_type(plan: &Plan, path: &str, findings: &mut Findings) {
    if let TaskPlan::External(_) = &plan.task {
        nightly::check(plan, None, path, findings);
    }
}

/// What window, `Until` and `Start` mean depends on the migration type. Called by the reading of a plan, and again
/// when the type of a task that somebody else keeps has been seen.
pub fn check_type(plan: &Plan, migration_type: &MigrationType, path: &str, findings: &mut Findings) {
    let at_close = plan.window.as_ref().and_then(|window| window.at_close);
    let ends_early = match migration_type {
        MigrationType::FullLoad => false,
        _ => matches!(plan.until, Some(Until::FullLoadComplete | Until::CaughtUp)),
    };
    if ends_early && plan.then == Then::LeaveRunning && plan.states_a_stop() {
        nightly::ends_before_its_stop(path, findings);
    }
    nightly::check(plan, Some(migration_type), path, findings);
    source_log::check(plan, migration_type, path, findings);
    match migration_type {
        MigrationType::FullLoad => {
            if plan.until == Some(Until::FullLoadComplete) {
                findings.add(
                    &format!("{path}/Until"),
                    Code::UntilFullLoad,
                    "a full load stops when it is complete: FullLoadComplete and Stopped mean the same",
                );
            }
            if plan.until == Some(Until::CaughtUp) {
                findings.add(
                    &format!("{path}/Until"),
                    Code::UntilNever,
                    "a full load replicates nothing: Until CaughtUp never comes true",
                );
            }
        }
        MigrationType::FullLoadAndCdc => {
            if plan.window.is_some() && at_close.is_none() {
                findings.add(
                    &format!("{path}/Window/AtClose"),
                    Code::AtCloseNotStated,
                    "whether the close stops a task that loads and replicates must be said: AtClose Stop stops it, and the next \
                     window resumes it; AtClose LeaveRunning lets it run on",
                );
            }
            let stops_by_itself = plan
                .request()
                .is_none_or(|request| request.cdc_stop_position.is_some() || stops_after_the_load(request));
            if plan.until == Some(Until::CaughtUp) && plan.request().is_some_and(stops_after_the_load) {
                findings.add(
                    &format!("{path}/Until"),
                    Code::UntilNever,
                    "the settings stop the task after its load (StopTaskCachedChanges...): it never replicates, and Until \
                     CaughtUp never comes true",
                );
            }
            if plan.until == Some(Until::Stopped) && !stops_by_itself && at_close != Some(AtClose::Stop) {
                findings.add(
                    &format!("{path}/Until"),
                    Code::UntilNever,
                    "replication never stops by itself: give a CdcStopPosition, a StopTaskCachedChanges... setting or a \
                     window with AtClose Stop, or use Until FullLoadComplete",
                );
            }
        }
        MigrationType::Cdc => {
            if plan.until == Some(Until::FullLoadComplete) {
                findings.add(
                    &format!("{path}/Until"),
                    Code::UntilNever,
                    "a cdc task loads no table: Until FullLoadComplete never comes true",
                );
            }
            let bounded = plan.keeps_its_stop_position();
            if !bounded && plan.window.is_none() && plan.until != Some(Until::CaughtUp) {
                findings.add(
                    &format!("{path}/Until"),
                    Code::UntilNever,
                    "replication never stops by itself: give a CdcStopPosition, a window that says with AtClose what \
                     happens then, or Until CaughtUp",
                );
            }
            let lead = plan.window.as_ref().map(|window| window.stop_lead).unwrap_or_default();
            if at_close.is_none() && !lead.is_zero() {
                findings.add(
                    &format!("{path}/Window/StopLead"),
                    Code::StopLeadWithoutStop,
                    "StopLead means nothing for a cdc task, which goes on at the close unless AtClose says Stop",
                );
            }
            if matches!(plan.start, Start::Reload | Start::Refresh) {
                findings.add(
                    &format!("{path}/Start"),
                    Code::ReloadWithoutLoad,
                    "a cdc task loads no table: Start Reload and Refresh have nothing to load",
                );
            }
            if plan.on_table_errors == OnTableErrors::Reload {
                findings.add(
                    &format!("{path}/OnTableErrors"),
                    Code::ReloadWithoutLoad,
                    "a cdc task loads no table: OnTableErrors Reload has nothing to load",
                );
            }
        }
        MigrationType::Other(word) => findings.add(
            &format!("{path}/Task"),
            Code::UnknownMigrationType,
            format!("the task's migration type {} is not known", quoted(word)),
        ),
    }
}

fn stops_after_the_load(request: &TaskRequest) -> bool {
    let settings = request.replication_task_settings.as_ref().and_then(|document| document.json());
    settings.is_some_and(settings::stops_after_the_load)
}

/// Says before the first night what a reload or a resume would do to rows that stay in the target.
fn check_effect_on_target(plan: &Plan, path: &str, findings: &mut Findings) {
    let Some(request) = plan.request().filter(|request| request.migration_type != MigrationType::Cdc) else {
        return;
    };
    let settings = request.replication_task_settings.as_ref().and_then(|document| document.json());
    let stated = settings.and_then(settings::prep_mode);
    if stated.is_none() {
        findings.add(
            &format!("{path}/Task/ReplicationTaskSettings"),
            Code::PrepModeNotStated,
            "TargetTablePrepMode is not stated: the task is created with DO_NOTHING, which keeps the rows that are in \
             the target (DMS's own default would drop the tables)",
        );
    }
    if stated.is_some_and(|mode| mode != settings::PrepMode::DoNothing) {
        return;
    }
    let place = format!("{path}/Task/ReplicationTaskSettings");
    if plan.on_table_errors == OnTableErrors::Reload {
        findings.add(
            &format!("{path}/OnTableErrors"),
            Code::ReloadOnTop,
            "loading tables again under TargetTablePrepMode DO_NOTHING puts their rows into the target a second time: state \
             TRUNCATE_BEFORE_LOAD or DROP_AND_CREATE",
        );
    }
    if matches!(plan.start, Start::Refresh | Start::Reload) {
        findings.add(
            &place,
            Code::ReloadOnTop,
            "loading again under TargetTablePrepMode DO_NOTHING puts every row into the target a second time: state \
             TRUNCATE_BEFORE_LOAD or DROP_AND_CREATE",
        );
    } else if plan.window.as_ref().is_some_and(|window| window.at_close != Some(AtClose::LeaveRunning))
        && plan.start != Start::Resume
    {
        findings.add(
            &place,
            Code::PauseCannotResume,
            "a load that is paused at the close cannot be resumed under TargetTablePrepMode DO_NOTHING without loading \
             rows twice: state TRUNCATE_BEFORE_LOAD or DROP_AND_CREATE, or Start Resume",
        );
    }
}
