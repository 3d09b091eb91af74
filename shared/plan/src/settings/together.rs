//! What only shows when settings are seen together, or with the migration type: contradictions, and settings under
//! which a failure stays silent (DMS user guide, task settings).
//!
//! Only what is stated counts, but for the way of LOBs: there DMS's defaults decide whether one is on.

use serde_json::Value;

use super::{PrepMode, flag, prep_mode};
use crate::MigrationType;
use crate::finding::{Code, Findings};
use crate::located::quoted;

const VALIDATES: &str = "/ValidationSettings/EnableValidation";

/// Checks settings whose single keys have been checked.
pub(super) fn check(
    settings: &Value,
    place: &str,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) {
    let stated = Stated { settings, place, migration_type };
    check_lobs(&stated, findings);
    check_logging(&stated, findings);
    check_validation(&stated, findings);
    check_resync(&stated, findings);
    check_replication(&stated, findings);
    check_silence(&stated, findings);
}

struct Stated<'a> {
    settings: &'a Value,
    place: &'a str,
    migration_type: Option<&'a MigrationType>,
}

impl Stated<'_> {
    fn on(&self, pointer: &str) -> bool {
        flag(self.settings, pointer)
    }

    fn off(&self, pointer: &str) -> bool {
        self.settings.pointer(pointer).and_then(Value::as_bool) == Some(false)
    }

    fn word(&self, pointer: &str) -> Option<&str> {
        self.settings.pointer(pointer).and_then(Value::as_str).filter(|word| !word.is_empty())
    }

    fn number(&self, pointer: &str) -> Option<i64> {
        self.settings.pointer(pointer).and_then(Value::as_i64)
    }

    fn replicates(&self) -> bool {
        matches!(self.migration_type, Some(MigrationType::Cdc | MigrationType::FullLoadAndCdc))
    }

    fn is(&self, migration_type: &MigrationType) -> bool {
        self.migration_type == Some(migration_type)
    }

    fn at(&self, pointer: &str) -> String {
        format!("{}{pointer}", self.place)
    }
}

fn check_lobs(stated: &Stated<'_>, findings: &mut Findings) {
    let (support, whole, limited) =
        ("/TargetMetadata/SupportLobs", "/TargetMetadata/FullLobMode", "/TargetMetadata/LimitedSizeLobMode");
    if stated.off(support) {
        findings.add(
            &stated.at(support),
            Code::LobsLeftOut,
            "with SupportLobs false DMS leaves LOB columns out of the target and says nothing, also those of long texts: \
             set it to true unless no table has such columns",
        );
        return;
    }
    if stated.on(whole) && stated.on(limited) {
        findings.add(
            &stated.at(limited),
            Code::ContradictorySettings,
            "FullLobMode and LimitedSizeLobMode are both true, and a LOB can only go one way: whole, or cut off at \
             LobMaxSize; set one of them to false",
        );
    }
    if stated.off(limited) && !stated.on(whole) {
        findings.add(
            &stated.at(limited),
            Code::LobWithoutMode,
            "neither LimitedSizeLobMode nor FullLobMode is on, and with SupportLobs DMS wants one of them: set \
             LimitedSizeLobMode to true with a LobMaxSize, or FullLobMode to true, or SupportLobs to false if no \
             table has LOB columns",
        );
    }
}

fn check_logging(stated: &Stated<'_>, findings: &mut Findings) {
    let context = "/Logging/EnableLogContext";
    if stated.on(context) && !stated.on("/Logging/EnableLogging") {
        findings.add(
            &stated.at(context),
            Code::ContradictorySettings,
            "DMS refuses EnableLogContext without EnableLogging: set Logging.EnableLogging to true, or EnableLogContext to \
             false",
        );
    }
}

fn check_validation(stated: &Stated<'_>, findings: &mut Findings) {
    let (only, mode) = ("/ValidationSettings/ValidationOnly", "/FullLoadSettings/TargetTablePrepMode");
    if stated.on(only) {
        if !stated.on(VALIDATES) {
            findings.add(
                &stated.at(only),
                Code::ContradictorySettings,
                "ValidationOnly moves no rows, and without EnableValidation compares none: set EnableValidation to true",
            );
        }
        if stated.is(&MigrationType::FullLoadAndCdc) {
            findings.add(
                &stated.at(only),
                Code::ContradictorySettings,
                "DMS takes ValidationOnly for full-load and for cdc, not for full-load-and-cdc: choose one of the two, \
                 and make a task of its own for the other",
            );
        }
        if let Some(other) = prep_mode(stated.settings).filter(|mode| *mode != PrepMode::DoNothing) {
            findings.add(
                &stated.at(mode),
                Code::ContradictorySettings,
                format!(
                    "a task with ValidationOnly compares the rows that are in the target, and TargetTablePrepMode {} \
                     would remove them: state DO_NOTHING",
                    quoted(other.as_str())
                ),
            );
        }
    }
    let characters = "/CharacterSetSettings";
    let replaces = stated.settings.pointer(characters).and_then(Value::as_object);
    let replaces = replaces.is_some_and(|section| section.values().any(|value| !value.is_null()));
    if replaces && stated.on(VALIDATES) {
        findings.add(
            &stated.at(characters),
            Code::ValidationOfReplacedCharacters,
            "DMS does not support validation where characters are replaced: rows will count as mismatched that are \
             as they were wanted; take out CharacterSetSettings, or set EnableValidation to false",
        );
    }
}

fn check_resync(stated: &Stated<'_>, findings: &mut Findings) {
    let (enabled, schedule, most) =
        ("/ResyncSettings/EnableResync", "/ResyncSettings/ResyncSchedule", "/ResyncSettings/MaxResyncTime");
    let incomplete = stated.word(schedule).is_none() || stated.number(most).is_none();
    if stated.on(enabled) && stated.replicates() && incomplete {
        findings.add(
            &stated.at(enabled),
            Code::ContradictorySettings,
            "DMS refuses EnableResync for a task that replicates without both ResyncSchedule (a cron expression) and \
             MaxResyncTime: state them",
        );
    }
    if stated.word(schedule).is_some() && stated.is(&MigrationType::FullLoad) {
        findings.add(
            &stated.at(schedule),
            Code::ContradictorySettings,
            "DMS refuses ResyncSchedule for a full load, which is resynced once after its validation: take it out",
        );
    }
}

fn check_replication(stated: &Stated<'_>, findings: &mut Findings) {
    let loopback = "/LoopbackPreventionSettings/EnableLoopbackPrevention";
    if stated.on(loopback) && stated.on("/TargetMetadata/BatchApplyEnabled") {
        findings.add(
            &stated.at(loopback),
            Code::ContradictorySettings,
            "DMS cannot prevent loops while changes are applied in batches: set TargetMetadata.BatchApplyEnabled to \
             false",
        );
    }
    let field = "/BeforeImageSettings/FieldName";
    if stated.on("/BeforeImageSettings/EnableBeforeImage") && stated.word(field).is_none() {
        findings.add(
            &stated.at(field),
            Code::ContradictorySettings,
            "DMS wants to know with EnableBeforeImage under which name the row before a change goes: state FieldName",
        );
    }
    let not_applied = "/FullLoadSettings/StopTaskCachedChangesNotApplied";
    let both = stated.on(not_applied) && stated.on("/FullLoadSettings/StopTaskCachedChangesApplied");
    if both && !stated.is(&MigrationType::FullLoad) {
        findings.add(
            &stated.at(not_applied),
            Code::ContradictorySettings,
            "StopTaskCachedChangesApplied and StopTaskCachedChangesNotApplied are both true, and a task can stop only \
             once, after the changes made during its load are applied or before: set one of them to false",
        );
    }
}

/// Settings that people state, often copied from an example, and under which DMS reports success whatever is missing.
fn check_silence(stated: &Stated<'_>, findings: &mut Findings) {
    let (table, row) = ("/ErrorBehavior/TableErrorPolicy", "/ErrorBehavior/DataErrorPolicy");
    if stated.word(table) == Some("SUSPEND_TABLE") && !stated.on(VALIDATES) {
        findings.add(
            &stated.at(table),
            Code::FailureStaysSilent,
            "with SUSPEND_TABLE the task goes on without a table in error and ends as if all were well; only the table \
             statistics name it, which a run of ours reads: STOP_TASK makes DMS fail",
        );
    }
    if let Some(policy @ ("LOG_ERROR" | "IGNORE_RECORD")) = stated.word(row)
        && !stated.on(VALIDATES)
    {
        findings.add(
            &stated.at(row),
            Code::FailureStaysSilent,
            format!(
                "with {policy} a row in error is left out of the target, and no table counts as in error for it: \
                 ValidationSettings.EnableValidation finds such rows, SUSPEND_TABLE and STOP_TASK do not go on \
                 without them"
            ),
        );
    }
    let no_tables = "/ErrorBehavior/FailOnNoTablesCaptured";
    if stated.off(no_tables) {
        findings.add(
            &stated.at(no_tables),
            Code::FailureStaysSilent,
            "with FailOnNoTablesCaptured false a mapping that matches no table starts a task that moves nothing: true \
             makes DMS fail it",
        );
    }
}
