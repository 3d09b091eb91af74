//! Judges what executions of the product have done, from what others have written down: the calls that came to AWS, the
//! simulator's ledger of the target's rows and its timeline of the tasks, the messages for machines, and the plans.
//!
//! It shares no line with the product. It reads a plan as JSON and computes by itself when the window closes
//! ([`window`]). So a thought that is wrong in the product is not wrong here in the same way.

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

pub mod plan;
pub mod record;
mod rows;
mod rules;
pub mod window;
mod work;

pub use record::{Call, Change, Deed, Entry, Execution, Message, Record, SourceTable, Task, Turn};
pub use rules::{Rule, Violation, judge};
