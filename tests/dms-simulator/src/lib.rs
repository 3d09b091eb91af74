//! A DMS that behaves like DMS, without an AWS account.
//!
//! [`Simulator`] is the core: it takes an operation and its body and gives the answer or the [`Fault`], byte for byte
//! what the wire carries. It has no clock and does no I/O; whoever calls says what time it is. A [`Scenario`] says
//! what there is and what goes wrong; the [`Ledger`] tells afterwards what happened to the target's data,
//! [`Simulator::lag`] what CloudWatch knows, [`Simulator::events`] what EventBridge delivers. [`http`] puts the wire
//! protocol around it, [`model`] checks requests and answers against AWS's own service model.

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

pub mod http;
pub mod ledger;
pub mod model;
pub mod scenario;

mod connections;
mod counters;
mod description;
mod fault;
mod happening;
mod history;
mod identifier;
mod input;
mod life;
mod loads;
mod mappings;
mod mishaps;
mod news;
mod operations;
mod outbox;
mod pace;
mod paging;
mod positions;
mod random;
mod removal;
mod replication;
mod resources;
mod settings;
mod simulator;
mod tables;
mod tags;
mod task;
mod throttle;
mod time;
mod timeline;
mod world;

pub use fault::Fault;
pub use ledger::Ledger;
pub use replication::LagPoint;
pub use scenario::{Happening, Scenario};
pub use simulator::Simulator;
pub use tables::{Table, TableState};
pub use task::{MigrationType, Start, StartType, Status, Task};
pub use timeline::Turn;
