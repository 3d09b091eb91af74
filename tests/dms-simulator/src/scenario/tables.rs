//! The tables of the source, and what is in the target already.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table of the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct SourceTable {
    /// Its schema.
    pub schema_name: String,
    /// Its name.
    pub table_name: String,
    /// The source endpoint that has it; every source by default.
    pub endpoint_arn: Option<String>,
    /// How many rows it has; 1000 by default.
    pub rows: u64,
    /// How long loading it takes; 60 by default.
    pub load_seconds: f64,
    /// Loading it ends in `Table error`; the text is for the scenario's reader, DMS shows it in no API answer.
    pub error: Option<String>,
    /// How many rows arrive before the error; none by default.
    pub error_after_rows: u64,
    /// How many loads end in the error before one succeeds; all of them by default.
    pub error_times: Option<u32>,
    /// Rows that its load leaves out without a word: the table is `Table completed` without them. None by default.
    pub lost_rows: u64,
    /// What is different from a moment on; nothing by default.
    pub changes: Vec<SourceChange>,
    /// Where validation ends: `Validated` by default.
    pub validation_state: String,
    /// How long validating it takes once it is loaded; 10 by default.
    pub validation_seconds: f64,
    /// Rows that differ.
    pub validation_failed_records: u64,
    /// Rows that could not be compared.
    pub validation_suspended_records: u64,
    /// Rows that are still to be compared when validation ends in a pending state.
    pub validation_pending_records: u64,
    /// More about the validation, as DMS words it.
    pub validation_state_details: Option<String>,
    /// Rows inserted per second while changes are replicated; none by default.
    pub inserts_per_second: f64,
    /// `FullLoadErrorRows` once it is loaded; 0 by default. DMS counts them for DynamoDB targets only.
    pub full_load_error_rows: u64,
    /// `FullLoadCondtnlChkFailedRows` once it is loaded; 0 by default. DMS counts them for DynamoDB targets only.
    pub full_load_condtnl_chk_failed_rows: u64,
}

impl Default for SourceTable {
    fn default() -> Self {
        Self {
            schema_name: String::new(),
            table_name: String::new(),
            endpoint_arn: None,
            rows: 1000,
            load_seconds: 60.0,
            error: None,
            error_after_rows: 0,
            error_times: None,
            lost_rows: 0,
            changes: Vec::new(),
            validation_state: "Validated".to_owned(),
            validation_seconds: 10.0,
            validation_failed_records: 0,
            validation_suspended_records: 0,
            validation_pending_records: 0,
            validation_state_details: None,
            inserts_per_second: 0.0,
            full_load_error_rows: 0,
            full_load_condtnl_chk_failed_rows: 0,
        }
    }
}

impl SourceTable {
    /// A table that loads without trouble.
    pub fn new(schema: &str, table: &str, rows: u64, load_seconds: f64) -> Self {
        Self {
            schema_name: schema.to_owned(),
            table_name: table.to_owned(),
            rows,
            load_seconds,
            ..Self::default()
        }
    }

    /// The same table from a moment of the story on; what a load finds is decided when it begins.
    pub fn changing(mut self, change: SourceChange) -> Self {
        self.changes.push(change);
        self
    }

    /// The table as it is so many seconds after the story's beginning.
    pub(crate) fn at(&self, seconds: f64) -> Self {
        let mut table = self.clone();
        for change in self.changes.iter().filter(|change| change.from_seconds <= seconds) {
            table.rows = change.rows.unwrap_or(table.rows);
            table.load_seconds = change.load_seconds.unwrap_or(table.load_seconds);
            table.lost_rows = change.lost_rows.unwrap_or(table.lost_rows);
        }
        table
    }

    /// The same table, ending in `Table error` after so many rows, in each of the first `times` loads (`None`: in all).
    pub fn failing(mut self, error: &str, after_rows: u64, times: Option<u32>) -> Self {
        self.error = Some(error.to_owned());
        self.error_after_rows = after_rows;
        self.error_times = times;
        self
    }
}

/// What is different about a source table from a moment on; a member that is left out stays as it was. Of several the
/// later in the list wins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct SourceChange {
    /// When, counted from the story's beginning.
    pub from_seconds: f64,
    /// How many rows it has.
    pub rows: Option<u64>,
    /// How long its load takes.
    pub load_seconds: Option<f64>,
    /// How many rows a load loses without a word.
    pub lost_rows: Option<u64>,
}

/// Tables named `<TablePrefix>1` to `<TablePrefix><Count>`, with leading zeros so that they sort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct SourceTableGroup {
    /// Their schema.
    pub schema_name: String,
    /// What their names begin with; `table_` by default.
    pub table_prefix: String,
    /// How many there are; 1 by default.
    pub count: u32,
    /// Rows in each; 1000 by default.
    pub rows: u64,
    /// Seconds to load each; 60 by default.
    pub load_seconds: f64,
    /// The source endpoint that has them; every source by default.
    pub endpoint_arn: Option<String>,
}

impl Default for SourceTableGroup {
    fn default() -> Self {
        Self {
            schema_name: String::new(),
            table_prefix: "table_".to_owned(),
            count: 1,
            rows: 1000,
            load_seconds: 60.0,
            endpoint_arn: None,
        }
    }
}

impl SourceTableGroup {
    pub(super) fn tables(&self) -> impl Iterator<Item = SourceTable> {
        let digits = self.count.to_string().len();
        (1..=self.count).map(move |number| SourceTable {
            endpoint_arn: self.endpoint_arn.clone(),
            ..SourceTable::new(
                &self.schema_name,
                &format!("{}{number:0digits$}", self.table_prefix),
                self.rows,
                self.load_seconds,
            )
        })
    }
}

/// Rows that somebody put into a target before the story begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct TargetTable {
    /// Its schema in the target.
    pub schema_name: String,
    /// Its name in the target.
    pub table_name: String,
    /// The target endpoint; every target by default.
    pub endpoint_arn: Option<String>,
    /// How many rows.
    pub rows: u64,
}
