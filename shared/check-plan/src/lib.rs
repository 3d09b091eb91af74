//! What the `check-plan` command does with a plan, apart from its arguments and its output.

pub mod from_task;
pub mod place;
pub mod shown;
