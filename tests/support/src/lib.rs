//! What tests of several crates share: good plans to change ([`plans`]), what grows from bytes ([`sown`]) and what must
//! hold of all of it ([`sound`], [`schema`], [`growth`]), cases of findings ([`findings`]), runs in any state
//! ([`cases`]), the state machine's definition ([`machine`]), and answers of AWS as they stand on the wire (`given`).
#![allow(missing_docs, reason = "a helper of tests is read beside its test")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

pub mod cases;
pub mod findings;
#[cfg(feature = "aws")]
pub mod given;
pub mod growth;
pub mod machine;
pub mod message;
pub mod plans;
pub mod schema;
pub mod shapes;
pub mod sound;
pub mod sown;
