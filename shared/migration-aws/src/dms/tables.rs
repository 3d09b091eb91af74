//! The statistics of a task's tables.

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::types::TableStatistics;
use migration::run::table::{Table, TableState, Validation};
use plan::Arn;
use plan::table_name::TableName;

use crate::error::StepError;
use crate::pages::Pages;
use crate::{text, timestamp};

/// The most pages of table statistics that are read, 500 tables each.
const MAX_PAGES: usize = 400;

/// Every table of a task.
///
/// # Errors
/// When DMS does not answer, or its pages do not come to an end.
pub async fn tables(dms: &Client, task: &Arn) -> Result<Vec<Table>, StepError> {
    let pages = dms
        .describe_table_statistics()
        .replication_task_arn(task.to_string())
        .max_records(500)
        .into_paginator()
        .send();
    let mut pages = Pages::new("reading the table statistics", pages, MAX_PAGES, |page| page.marker());
    let mut tables = Vec::new();
    while let Some(page) = pages.next().await? {
        tables.extend(page.table_statistics().iter().map(read_table));
    }
    Ok(tables)
}

fn read_table(table: &TableStatistics) -> Table {
    let rows = |number: i64| u64::try_from(number).unwrap_or(0);
    Table {
        name: TableName::new(
            text::name(table.schema_name().unwrap_or_default()),
            text::name(table.table_name().unwrap_or_default()),
        ),
        state: TableState::from(text::word(table.table_state().unwrap_or_default())),
        rows: rows(table.full_load_rows()),
        refused_rows: rows(table.full_load_error_rows()) + rows(table.full_load_condtnl_chk_failed_rows()),
        load_ended: table.full_load_end_time().and_then(timestamp),
        validation: Validation::from(text::word(table.validation_state().unwrap_or_default())),
        validation_failed: rows(table.validation_failed_records()),
        validation_suspended: rows(table.validation_suspended_records()),
        validation_pending: rows(table.validation_pending_records()),
        changes: [table.inserts(), table.updates(), table.deletes(), table.ddls()]
            .into_iter()
            .map(rows)
            .fold(0, u64::saturating_add),
    }
}
