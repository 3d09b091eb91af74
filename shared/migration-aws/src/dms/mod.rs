//! DMS's answers read into plain values. Tasks, table statistics and connections are lists, and each is read to its
//! last page or not at all. So are maintenance actions and versions of DMS. An endpoint or an instance is asked for by its
//! ARN, and its answer is one page.

pub mod connections;
pub mod resources;
pub mod tables;
pub mod task;
pub mod upkeep;

use aws_sdk_databasemigration::types::Filter;
use plan::Arn;

use crate::error::StepError;
use crate::failure::CallFailure;

fn filter(name: &str, values: Vec<String>) -> Result<Filter, CallFailure> {
    let built = Filter::builder().name(name).set_values(Some(values)).build();
    built.map_err(|error| CallFailure::without_answer(format!("filtering by {name}"), error))
}

/// An ARN in an answer of DMS.
fn arn(text: Option<&str>, member: &str) -> Result<Arn, StepError> {
    let text = text.unwrap_or_default();
    text.parse().map_err(|error| {
        let came_back = format!("{member} {text:?} is {error}");
        CallFailure::without_answer("reading what DMS described", came_back).into()
    })
}
