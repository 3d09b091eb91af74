//! Many migrations at once, in virtual time: what they ask of DMS, what they cost, and how late an end is noticed.
//!
//! Nothing here waits and nothing reads a clock. Each execution runs the product's real functions, with the AWS SDK
//! below them, in a [`virtual_aws::World`] with one simulated DMS and one bucket of requests ([`scenario`]).
//! [`fixed_loop`] is what it is compared with, [`rows`] what is tried, [`measured`] what came of it, [`promises`] what
//! must hold, and [`table`] what the documentation shows.

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

pub mod closing;
pub mod fixed_loop;
pub mod measured;
pub mod promises;
pub mod rows;
pub mod scenario;
pub mod table;
