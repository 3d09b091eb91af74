//! How often DMS is asked, what an execution may spend on it, and how a load moves.

pub mod again;
pub mod budget;
pub mod interval;
pub mod load;
