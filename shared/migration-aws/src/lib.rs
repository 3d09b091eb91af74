//! What several functions share about AWS: configuration, DMS answers read into observations, errors read into classes,
//! and the way a request comes in and an answer goes out. What only one function needs lives with that function.

pub mod clients;
pub mod dms;
pub mod error;
pub mod executions;
pub mod existing;
pub mod lag;
pub mod request;
pub mod serve;
pub mod trouble;
