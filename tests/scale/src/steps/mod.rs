//! The functions, without the SDK: the calls that each makes, in their order, around the product's own decisions. Each file is
//! the function of its name in `functions/`.

pub mod create_task;
pub mod lookups;
pub mod notify;
pub mod poll;
pub mod start;
pub mod stop;
pub mod validate;

use jiff::Timestamp;

/// What a state hands to its function.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// When the state was entered; a retry is handed the same.
    pub now: Timestamp,
    /// The execution's ARN.
    pub execution: &'a str,
}
