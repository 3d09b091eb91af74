//! What is looked at before a run: the endpoints, the instance, its maintenance and what it has left, the engines, the
//! topics, other tasks that write into the same target, and a task that exists already.

pub mod adoption;
pub mod capacity;
pub mod drift;
pub mod engines;
pub mod executions;
pub mod maintenance;
pub mod owner;
pub mod resources;
pub mod topics;
pub mod untold;
pub mod upkeep;
pub mod writers;
