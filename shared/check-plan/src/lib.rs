//! What the `check-plan` command does with a plan, apart from its arguments and its output.

pub mod checked;
pub mod from_task;
pub mod place;
pub mod shown;
pub mod told;
