//! The decision tables: what a poll decides, one row a case, named after the fact that it shows.

mod close;
mod cases;
mod creation;
mod ends;
mod journey;
mod replication;
mod rows;
mod rules;
mod starts;
mod start_types;
mod stopping;
