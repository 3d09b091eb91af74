//! Everything that the product needs from AWS, on 127.0.0.1, without an account.
//!
//! [`LocalAws::start`] brings up one endpoint that serves every service: Step Functions, SNS, SQS, STS and IAM by
//! [moto](https://docs.getmoto.org), DMS and its metrics in CloudWatch by the simulator, and Lambda by running the
//! product's real programs. What passes is recorded ([`Recorder`]), can be made to go wrong ([`Faults`]), and happens
//! in the time and the DMS of its own [`World`], so that many tests live side by side in one running stack.
//!
//! ```no_run
//! # async fn example() -> local_aws::Result<()> {
//! use local_aws::{Config, FunctionConfig, LocalAws};
//!
//! let poll = FunctionConfig::new("poll", "target/debug/poll");
//! let aws = LocalAws::start(Config::new([poll])).await?;
//! println!("export AWS_ENDPOINT_URL={}", aws.endpoint());
//! aws.stop().await;
//! # Ok(())
//! # }
//! ```

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

mod cbor;
mod client;
mod clock;
pub mod cloudwatch;
mod dms;
mod edge;
mod error;
mod faults;
mod function;
mod head;
mod invoke;
mod lambda_host;
mod lifeline;
mod local_aws;
mod logs;
mod moto;
mod place;
mod process;
mod proxy;
mod recorder;
mod runtime_api;
mod serve;
mod state_machine;
mod template;
pub mod wire;
mod world;
mod yaml;

pub use clock::Clock;
pub use error::{Error, Result};
pub use faults::{ErrorAnswer, Fault, FaultId, FaultTarget, Faults, FunctionEnd, Passing, Trouble};
pub use function::FunctionConfig;
pub use lambda_host::Functions;
pub use local_aws::{Config, LocalAws};
pub use logs::{LogLine, Logs, Stream};
pub use moto::{JSONATA_ENGINE, python};
pub use place::Place;
pub use recorder::{Call, Recorder};
pub use state_machine::{FunctionSettings, StateMachine};
pub use template::Template;
pub use world::{World, Worlds};
