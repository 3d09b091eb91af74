//! The report page: what it shows of a run, word for word, and what must hold of any page, whatever it shows.
//!
//! Each page of a story is also written to `target/report`, where `make report-look` opens it in a browser.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

mod command;
mod hostile;
mod markup;
mod stories;
