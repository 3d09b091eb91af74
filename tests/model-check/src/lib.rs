//! Every story of a run, as far as a small world can tell it: the real decision is explored together with a model of
//! DMS, its target, people in the console, lost answers, stale ones, crashes and redrives, and must keep the rules in
//! all of them.
//!
//! [`dms`] is the model of DMS, held against the simulator by a differential test. [`execution`] is one run of the
//! product, [`world`] the hostile world around the runs of a story, [`rules`] what must hold there, [`stories`] what is
//! explored, and [`broken`] deciders that are wrong on purpose: a check that does not catch them checks nothing.

#![allow(missing_docs, reason = "in a crate of tests a comment says why, or nothing")]

pub mod broken;
pub mod dms;
pub mod execution;
pub mod names;
pub mod rules;
pub mod stories;
pub mod story;
pub mod world;
