//! Settings that people state, often copied from an example, and under which DMS reports success whatever is missing, or
//! gives up over nothing (DMS user guide, error handling task settings).

use super::lobs;
use super::stated::{Stated, VALIDATES};
use crate::finding::{Code, Findings};

/// What becomes of a change that cannot be applied, setting by setting. They mean something for a replication only.
const APPLY: [&str; 4] = [
    "ApplyErrorDeletePolicy",
    "ApplyErrorInsertPolicy",
    "ApplyErrorUpdatePolicy",
    "ApplyErrorEscalationPolicy",
];

/// Points out what makes loss silent or a hiccup fatal.
pub(super) fn check(stated: &Stated<'_>, findings: &mut Findings) {
    check_rows_and_tables(stated, findings);
    check_truncation(stated, findings);
    check_changes(stated, findings);
    let count = "/ErrorBehavior/RecoverableErrorCount";
    if stated.number(count) == Some(0) {
        findings.add(
            &stated.at(count),
            Code::HiccupIsFatal,
            "with RecoverableErrorCount 0 DMS does not try again: a connection that was idle and dropped ends the task as \
             fatal; -1 tries without end",
        );
    }
}

fn check_rows_and_tables(stated: &Stated<'_>, findings: &mut Findings) {
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

/// What is too long for its column, and LOBs that are cut off.
fn check_truncation(stated: &Stated<'_>, findings: &mut Findings) {
    if stated.on(VALIDATES) {
        return;
    }
    let policy = "/ErrorBehavior/DataTruncationErrorPolicy";
    if let Some(word @ ("LOG_ERROR" | "IGNORE_RECORD")) = stated.word(policy) {
        findings.add(
            &stated.at(policy),
            Code::FailureStaysSilent,
            format!(
                "with DataTruncationErrorPolicy {word} a value that is too long for its column is cut off or left out, and \
                 only the task's log says so: SUSPEND_TABLE and STOP_TASK do not go on without it"
            ),
        );
    }
    check_cut_lobs(stated, findings);
}

/// LOBs that are cut off at a size at which DMS's own default cuts them, or below.
fn check_cut_lobs(stated: &Stated<'_>, findings: &mut Findings) {
    let (place, kilobytes) = match stated.number(lobs::SIZE) {
        Some(kilobytes) => (lobs::SIZE, kilobytes),
        None if stated.on(lobs::LIMITED) => (lobs::LIMITED, lobs::DEFAULT_SIZE),
        None => return,
    };
    if !lobs::are_cut(stated) || !(1..=lobs::DEFAULT_SIZE).contains(&kilobytes) {
        return;
    }
    let code = if kilobytes < lobs::DEFAULT_SIZE { Code::LobsCutShort } else { Code::FailureStaysSilent };
    findings.add(
        &stated.at(place),
        code,
        format!(
            "LimitedSizeLobMode cuts off what is longer than LobMaxSize, here {kilobytes} KB, and only the task's log says so: \
             state the size of the largest LOB"
        ),
    );
}

/// Changes that meet another row than they expect, or none.
fn check_changes(stated: &Stated<'_>, findings: &mut Findings) {
    if stated.on(VALIDATES) || !stated.replicates() {
        return;
    }
    let pointer = |name: &str| format!("/ErrorBehavior/{name}");
    let silent: Vec<String> = APPLY
        .iter()
        .filter_map(|name| match stated.word(&pointer(name)) {
            Some(word @ ("LOG_ERROR" | "IGNORE_RECORD")) => Some(format!("{name} {word}")),
            _ => None,
        })
        .collect();
    let Some(first) = silent.first().and_then(|said| said.split(' ').next()) else { return };
    findings.add(
        &stated.at(&pointer(first)),
        Code::FailureStaysSilent,
        format!(
            "with {} a change that does not fit its row is dropped, the replication goes on behind it, and no resume brings it \
             back: STOP_TASK in all four policies makes DMS stop there",
            silent.join(", ")
        ),
    );
}
