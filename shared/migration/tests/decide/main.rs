//! The decision tables: what a poll decides, one row a case, named after the fact that it shows.

mod cases;
mod close;
mod creation;
mod ends;
mod journey;
mod replication;
mod rows;
mod rules;
mod start_types;
mod starts;
mod stopping;
