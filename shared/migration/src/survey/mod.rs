//! What is looked at before a run: the endpoints, the instance and its maintenance, the engines, other tasks that write
//! into the same target, and a task that exists already.

pub mod adoption;
pub mod drift;
pub mod engines;
pub mod executions;
pub mod maintenance;
pub mod owner;
pub mod resources;
pub mod untold;
pub mod writers;
