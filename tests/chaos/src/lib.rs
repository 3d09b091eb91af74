//! Nights in which anything goes wrong: a story grows from a seed, is told in virtual time with the product's real
//! functions, and is judged by the [`referee`], which shares no line with them.
//!
//! [`Story::of`] says what a seed means: a plan, a world, one to five nights, and the events that befall them.
//! [`Story::tell`] tells it; [`shrink`] finds the fewest events with which it still goes wrong.

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

mod count;
mod event;
mod night;
mod plans;
mod record;
mod shrink;
mod story;
mod watch;
mod worlds;

pub use count::{Count, FAULTS, PEOPLE, VERDICTS};
pub use event::Event;
pub use record::{Given, lines, record};
pub use shrink::shrink;
pub use story::{Story, Told};
pub use watch::{ended, sweep};
