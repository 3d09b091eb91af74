//! The task model and every decision about it: pure, no AWS crate, no clock.
