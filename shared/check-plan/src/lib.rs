//! What the `check-plan` command does with a plan, apart from its arguments and its output.

pub mod checked;
pub mod described;
pub mod from_task;
pub mod order;
pub mod place;
pub mod shown;
pub mod told;
