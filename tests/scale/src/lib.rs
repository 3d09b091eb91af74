//! Many migrations at once, in virtual time: what they ask of DMS, what they cost, and how late an end is noticed.
//!
//! Nothing here waits and nothing reads a clock. Each execution is a story that sleeps ([`clock`]), goes through the states of
//! the machine ([`execution`], with the Retry of the definition itself, [`machine`]), and makes in each step the calls that the
//! function makes there ([`steps`]) through a client that retries as the AWS SDK does ([`sdk`]), to one simulated DMS with one
//! bucket of requests ([`account`]). What decides is the product's own code. [`fixed_loop`] is what it is compared with,
//! [`rows`] what is tried, [`measured`] what came of it, [`promises`] what must hold, and [`table`] what the documentation shows.

pub mod account;
pub mod clock;
pub mod error;
pub mod execution;
pub mod fixed_loop;
pub mod machine;
pub mod measured;
pub mod promises;
pub mod reader;
pub mod rows;
pub mod scenario;
pub mod sdk;
pub mod steps;
pub mod table;
pub mod tally;
