//! The JSON Schema of a plan: it is what `docs/plan.schema.json` holds, it never refuses what the reader takes, and it
//! refuses what one place alone shows to be wrong.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod files;
mod never_too_strict;
mod refused;
mod samples;
