//! The decision tables: what a poll decides, one row a case, named after the fact that it shows.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod again;
mod cases;
mod close;
mod creation;
mod ends;
mod journey;
mod lag;
mod messages;
mod news;
mod passes;
mod preflight;
mod records;
mod rejected;
mod reloads;
mod replication;
mod rows;
mod rules;
mod sight;
mod start_types;
mod starts;
mod stopping;
mod undecided;
mod wanted;
