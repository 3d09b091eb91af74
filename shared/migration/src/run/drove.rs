//! What a run says in its verdict of its part in what the task does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a run that has ended has to do with what its task does, for the runs that come after it. It stands in the
/// verdict, and so in the execution's output or cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Drove {
    /// It has started nothing and followed nothing.
    Nothing,
    /// It has followed what somebody else had started, or may have.
    SomebodyElses,
    /// It has started the task, or followed an ended run of ours, and has seen the task at rest in the end: what is at
    /// work since was started by others.
    ToRest,
    /// The same, with the task at work in the end: a start that is dated later was made by others.
    Until(Timestamp),
}
