//! What several functions share about AWS: clients, the answers of each service read into plain values, errors read
//! into classes, and the way a request comes in and an answer goes out. What only one function needs lives with that
//! function.

pub mod clients;
pub mod cloudwatch;
pub mod dms;
pub mod error;
pub mod existing;
pub mod failure;
mod pages;
pub mod payload;
pub mod request;
pub mod serve;
pub mod sns;
pub mod step_functions;
mod text;

use aws_sdk_databasemigration::primitives::DateTime;
use jiff::Timestamp;

/// An SDK time as an instant.
fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
