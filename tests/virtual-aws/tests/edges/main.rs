//! Nights that go wrong at the edges of a run: its start, its close, and who drives. Real functions, the product's own
//! machine, no real time.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod after;
mod believed;
mod blind;
mod close;
mod forwarded;
mod hostile;
mod inputs;
mod night;
mod redrive;
mod refresh;
mod rows;
mod start;
mod time;
mod watched;
mod who;
