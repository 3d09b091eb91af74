//! Runs a plan through the whole product on this machine: the real state machine, the real functions, a DMS that
//! behaves like DMS, and the message at the end.
//!
//! [`Stack`] is the product deployed on the local AWS; [`Execution`](execution::Execution) is one run in it. The
//! end-to-end tests use both; the `rehearse` command adds a made-up world ([`made_up`]), the story of its nights
//! ([`rehearse`]), which it tells on a screen ([`screen`]) and keeps as data ([`told`]).

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

pub mod arguments;
pub mod bars;
pub mod error;
pub mod execution;
pub mod fold;
pub mod home;
pub mod interrupt;
pub mod layout;
pub mod made_up;
pub mod nights;
pub mod page;
pub mod rehearse;
pub mod screen;
pub mod stack;
pub mod story;
pub mod told;
pub mod wrap;

pub use error::{Error, Result};
pub use stack::Stack;
