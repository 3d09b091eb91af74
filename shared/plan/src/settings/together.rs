//! What only shows when settings are seen together, or with the migration type: contradictions, and settings under
//! which a failure stays silent (DMS user guide, task settings).
//!
//! Only what is stated counts here.

use std::collections::HashSet;

use serde_json::Value;

use super::stated::{Stated, VALIDATES};
use super::{PrepMode, lobs, prep_mode, resync, silence};
use crate::MigrationType;
use crate::finding::{Code, Findings};
use crate::located::quoted;

/// Checks settings whose single keys have been checked.
pub(super) fn check(
    settings: &Value,
    place: &str,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) {
    let stated = Stated { settings, place, migration_type };
    lobs::check(&stated, findings);
    check_logging(&stated, findings);
    check_validation(&stated, findings);
    resync::check(&stated, findings);
    check_replication(&stated, findings);
    check_parallel_apply(&stated, findings);
    silence::check(&stated, findings);
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
    let components = stated.settings.pointer("/Logging/LogComponents").and_then(Value::as_array);
    let mut named = HashSet::new();
    for (at, component) in components.into_iter().flatten().enumerate() {
        let Some(name) = component.get("Id").and_then(Value::as_str) else { continue };
        if !named.insert(name) {
            findings.add(
                &stated.at(&format!("/Logging/LogComponents/{at}/Id")),
                Code::LogComponentTwice,
                format!(
                    "{} stands twice in LogComponents, and which severity holds is not documented: keep one",
                    quoted(name)
                ),
            );
        }
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

/// Numbers of threads, buffers and queues with which changes are applied side by side.
fn check_parallel_apply(stated: &Stated<'_>, findings: &mut Findings) {
    let threads = "/TargetMetadata/ParallelApplyThreads";
    let others = ["/TargetMetadata/ParallelApplyBufferSize", "/TargetMetadata/ParallelApplyQueuesPerThread"];
    let stands = |pointer: &&str| stated.number(pointer).is_some_and(|number| number > 0);
    if stands(&threads) {
        if !stated.on("/TargetMetadata/BatchApplyEnabled") {
            findings.add(
                &stated.at(threads),
                Code::ParallelApplyWithoutBatches,
                "ParallelApplyThreads without BatchApplyEnabled: a relational or Redshift target applies changes side by side \
                 in batches only; set BatchApplyEnabled to true, unless the target is Kinesis, Kafka or OpenSearch",
            );
        }
        return;
    }
    // What DMS answers for a task that sets none of them is 0, and the guide's example has their defaults without threads.
    let defaults = [100, 1];
    for (pointer, default) in others.into_iter().zip(defaults) {
        if stands(&pointer) && stated.number(pointer) != Some(default) {
            let name = pointer.rsplit('/').next().unwrap_or_default();
            findings.add(
                &stated.at(pointer),
                Code::ParallelApplyWithoutBatches,
                format!("{name} means something beside ParallelApplyThreads only, and that is not stated: state it, or take {name} out"),
            );
        }
    }
}
