//! The product's real functions in virtual time, in one process.
//!
//! A [`World`] is an AWS account as one night sees it: a simulated DMS, small doubles of SNS, Step Functions and
//! CloudWatch, Lambda's sandboxes, and a [`Clock`] that nobody waits for. An execution ([`World::run`]) goes through
//! the states of the machine, with the Retry and the Catch of the definition itself ([`Definition`]); each step is
//! answered by the frame and the handler that Lambda runs in production, with the AWS SDK and its own retries below
//! them. What the SDK sends is answered in process, is recorded ([`Call`]), and can be made to go wrong
//! ([`World::faults`]). A [`Run`] tells what an execution came to.
//!
//! ```
//! use dms_simulator::Scenario;
//! use jiff::Timestamp;
//! use virtual_aws::{Definition, World};
//!
//! # fn example() -> Result<(), String> {
//! let definition = Definition::of_the_product()?;
//! let world = World::new(Scenario::default(), definition, Timestamp::UNIX_EPOCH, 1)?;
//! let night = world.run("night", serde_json::json!({"Task": {}}));
//! let run = world.tell(vec![Box::pin(night)]).remove(0).ok_or("it never ended")??;
//! assert_eq!(run.document.outcome(), Some("Rejected"));
//! # Ok(())
//! # }
//! # example().unwrap();
//! ```

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

mod bend;
mod clock;
mod connector;
mod definition;
mod document;
mod doubles;
mod execution;
mod expressions;
mod functions;
mod invocation;
mod quota;
mod retry;
mod stale;
mod step_functions;
mod tally;
mod world;

pub use bend::Bend;
pub use clock::{Clock, Nap, Nursery, Story};
pub use definition::{Definition, State};
pub use document::Document;
pub use doubles::Message;
pub use execution::{End, Redrive, Run};
pub use expressions::{Scope, evaluate};
pub use functions::{Function, OPERATIONS};
pub use invocation::Failure;
pub use local_aws::{Fault, FaultId, FaultTarget, Faults, FunctionEnd};
pub use quota::{MAX_BYTES, bytes};
pub use retry::Retry;
pub use step_functions::{Known, MACHINE, execution_arn};
pub use tally::Tally;
pub use world::{Call, Invocation, SeenEnd, World, stop_date};
