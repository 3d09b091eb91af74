//! Every table is complete and validation is on: do the rows agree?

use serde_json::json;

use support::cases::{Case, and, check, full_load, load_and_cdc};

fn finished(plan: serde_json::Value, states: &[&str]) -> Case {
    full_load(plan).started(1).began(1).stopped(30, "FULL_LOAD_ONLY_FINISHED").validated(states).at(31)
}

#[test]
fn validation_of_a_full_load() {
    let counted = |change: fn(&mut migration::run::table::Table)| {
        finished(json!({}), &["Validated"; 2]).set(|case| change(&mut case.tables.as_mut().unwrap()[1]))
    };
    check([
        (
            "all rows equal",
            finished(json!({}), &["Validated"; 2]),
            "Succeeded | all 2 tables are complete | rows verified",
        ),
        (
            "rows differ",
            finished(json!({}), &["Validated", "Mismatched records"]),
            "PartlyFailed | the rows of 1 table were not found equal | awsdms_validation_failures_v1 | shop.t1 Mismatched records",
        ),
        (
            "rows differ, which the plan tolerates",
            finished(json!({"OnValidationErrors": "Warn"}), &["Validated", "Mismatched records"]),
            "SucceededWithWarnings | shop.t1 Mismatched records",
        ),
        (
            "rows differ by the counters alone",
            counted(|table| table.validation_failed = 7),
            "PartlyFailed | shop.t1 7 rows differ",
        ),
        (
            "rows could not be compared",
            counted(|table| table.validation_suspended = 7),
            "PartlyFailed | shop.t1 7 rows",
        ),
        (
            "rows are pending at the stop",
            counted(|table| table.validation_pending = 1),
            "PartlyFailed | rows pending",
        ),
        (
            "a table is pending at the stop",
            finished(json!({}), &["Validated", "Pending records"]),
            "PartlyFailed | shop.t1 Pending records",
        ),
        ("validation failed", finished(json!({}), &["Validated", "Error"]), "PartlyFailed | shop.t1 Error"),
        (
            "suspended",
            finished(json!({}), &["Validated", "Suspended records"]),
            "PartlyFailed | Suspended records",
        ),
        (
            "a word that DMS has learned since",
            finished(json!({}), &["Validated", "Sampled"]),
            "PartlyFailed | Sampled",
        ),
        (
            "a table without a primary key",
            finished(json!({}), &["Validated", "No primary key"]),
            "SucceededWithWarnings | the rows of 1 table could not be verified | shop.t1 No primary key",
        ),
        (
            "a table that validation does not take",
            finished(json!({}), &["Validated", "Not enabled"]),
            "SucceededWithWarnings | shop.t1 not validated",
        ),
        (
            "a table in error is not saved by its rows",
            finished(json!({}), &["Validated"; 2])
                .set(|case| case.tables.as_mut().unwrap()[0].state = "Table error".into()),
            "PartlyFailed | 1 of 2 tables is complete",
        ),
    ]);
}

#[test]
fn validation_that_goes_on_with_replication() {
    let running = |states: &[&str]| {
        load_and_cdc(and(json!({}), json!({"Then": "LeaveRunning"})))
            .started(1)
            .began(1)
            .fresh(1)
            .loaded(20)
            .status("running")
            .counters([2, 0, 0, 0])
            .validated(states)
            .at(30)
    };
    check([
        ("all rows equal so far", running(&["Validated"; 2]), "Succeeded | rows verified"),
        (
            "still comparing: it is waited for",
            running(&["Validated", "Pending records"]).at(49),
            "Wait | the rows of 1 table are still being compared",
        ),
        (
            "still comparing after half an hour",
            running(&["Validated", "Pending records"]).at(50),
            "SucceededWithWarnings | the rows of 1 table could not be verified | shop.t1 Pending records",
        ),
        ("rows differ", running(&["Validated", "Mismatched records"]), "PartlyFailed | Mismatched records"),
        (
            "rows differ while others are still being compared",
            running(&["Pending records", "Mismatched records"]).at(50),
            "PartlyFailed | Mismatched records",
        ),
    ]);
}
