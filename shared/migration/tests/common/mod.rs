//! What the tests of the plan share: good plans to change, what grows from bytes, what must hold of all, and the sources as text.
#![allow(dead_code, reason = "each test uses its part")]
#![allow(unreachable_pub, reason = "shared by several test crates")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

pub mod growth;
pub mod plans;
pub mod schema;
pub mod shapes;
pub mod sound;
pub mod sources;
pub mod sown;
