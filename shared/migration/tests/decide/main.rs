//! The decision tables: what a poll decides, one row a case, named after the fact that it shows.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod close;
mod close_out;
mod creation;
mod cut_short;
mod documents;
mod drove;
mod early;
mod ends;
mod journey;
mod lag;
mod messages;
mod missing;
mod notices;
mod passes;
mod preflight;
mod records;
mod rejected;
mod reloads;
mod replication;
mod restart;
mod rows;
mod rules;
mod size;
mod start_types;
mod starts;
mod stopping;
mod told;
mod wanted;
