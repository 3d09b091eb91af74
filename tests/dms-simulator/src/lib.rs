//! A DMS that behaves like DMS, without an AWS account.
//!
//! [`Simulator`] is the core: it takes an operation and its body and gives the answer or the [`Fault`], byte for byte
//! what the wire carries. It has no clock and does no I/O; whoever calls says what time it is. A [`Scenario`] says
//! what there is and what goes wrong; the [`Ledger`] tells afterwards what happened to the target's data. [`http`]
//! puts the wire protocol around it, [`model`] checks requests and answers against AWS's own service model.

pub mod http;
pub mod ledger;
pub mod model;
pub mod scenario;

mod connections;
mod fault;
mod history;
mod input;
mod life;
mod loads;
mod mappings;
mod operations;
mod paging;
mod positions;
mod random;
mod settings;
mod simulator;
mod tables;
mod tags;
mod task;
mod throttle;
mod time;

pub use fault::Fault;
pub use ledger::Ledger;
pub use scenario::Scenario;
pub use simulator::{Happening, Simulator};
pub use tables::{Table, TableState};
pub use task::{MigrationType, Start, StartType, Status, Task};
