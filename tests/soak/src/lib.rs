//! Hundreds of migrations on the running product, dozens of them at a time, for minutes: `make soak`. No message may be
//! lost, and neither the functions' processes nor the one that holds the simulator may grow.
//!
//! [`Migration::nth`] says which stories are told in turn; [`measured`] reads what processes take and judges it.

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

pub mod measured;
mod migration;

pub use migration::{Meddling, Migration, account};
