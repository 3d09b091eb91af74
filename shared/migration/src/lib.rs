//! The task model of a migration run and every decision about it.
//!
//! Nothing here talks to AWS and nothing reads a clock: what DMS said comes in as plain values
//! ([`observation`]), the time comes in as a timestamp, and a decision goes out ([`decide`]). So the same
//! input gives the same answer on a laptop, in a test and in Lambda.
//!
//! The way of a run through this crate: [`plan`] reads what the user wrote, [`window`] says when it may work,
//! [`decide`] chooses the next step from an [`observation`], [`verdict`] says what happened in the end, and
//! [`message`] tells people. [`document`] is what travels between the steps.

pub mod adoption;
pub mod budget;
pub mod cause;
pub mod commands;
pub mod decide;
pub mod document;
pub mod drift;
pub mod engines;
pub mod finding;
pub mod interval;
pub mod lag;
pub mod maintenance;
pub mod message;
pub mod observation;
pub mod opening;
mod overlap;
pub mod owner;
pub mod pace;
pub mod plan;
pub mod resources;
pub mod start_type;
pub mod table_name;
pub mod verdict;
pub mod window;
pub mod writers;
